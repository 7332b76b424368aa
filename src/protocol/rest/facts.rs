//! Facts about plain HTTP: each parameter has its location, and service.yaml describes the responses.

use crate::protocol::Facts;
use crate::spec::model::{Location, Member, Operation, Service};

/// Plain HTTP.
pub struct Rest;

impl Facts for Rest {
    fn is_typed(&self, operation: &Operation, parameter: &Member) -> bool {
        operation.location(&parameter.name) == Location::Body
    }

    fn has_json_body(&self, operation: &Operation) -> bool {
        let mut parameters = operation.parameters.iter();
        parameters.any(|parameter| operation.location(&parameter.name) == Location::Body)
    }

    fn is_in_header(&self, operation: &Operation, parameter: &Member) -> bool {
        matches!(operation.location(&parameter.name), Location::Header | Location::Cookie)
    }

    /// Without a path parameter it would be a different call.
    fn can_omit(&self, operation: &Operation, parameter: &Member) -> bool {
        operation.location(&parameter.name) != Location::Path
    }

    fn message_place(&self, service: &Service) -> Option<String> {
        service.http.as_ref().and_then(|http| http.message.as_ref()).map(ToString::to_string)
    }

    fn rejection_elements<'s>(&self, service: &'s Service) -> Vec<&'s str> {
        service.http.iter().flat_map(|http| &http.carries).map(String::as_str).collect()
    }

    fn varying_rejection_elements<'s>(&self, service: &'s Service) -> Vec<&'s str> {
        service.http.iter().flat_map(|http| &http.varies).map(String::as_str).collect()
    }

    fn output<'s>(&self, service: &'s Service) -> Option<&'s str> {
        service.http.as_ref().and_then(|http| http.output.as_deref())
    }
}
