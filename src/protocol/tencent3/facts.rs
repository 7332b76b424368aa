//! Facts about Tencent Cloud API 3.0: common parameters are sent in headers, the others in a JSON body.

use crate::protocol::{Facts, is_address};
use crate::spec::model::{Member, Operation, Service};

/// Tencent Cloud API 3.0.
pub struct Tencent3;

impl Facts for Tencent3 {
    fn is_typed(&self, _: &Operation, parameter: &Member) -> bool {
        !parameter.common
    }

    fn has_json_body(&self, _: &Operation) -> bool {
        true
    }

    fn is_in_header(&self, _: &Operation, parameter: &Member) -> bool {
        parameter.common
    }

    fn sets(&self, parameter: &Member) -> bool {
        is_address(parameter) && parameter.common
    }

    fn only_status(&self) -> Option<(u16, &'static str)> {
        const TENCENT: &str = "Tencent Cloud API 3.0, Responses (Chinese page): as long as the server processed the request, \
                               the HTTP status is 200; the vendor's SDK loses the code of any other";
        Some((200, TENCENT))
    }

    fn wrong_status(&self) -> u16 {
        400
    }

    fn message(&self) -> &'static str {
        "Error.Message"
    }

    fn rejection_elements<'s>(&self, _: &'s Service) -> Vec<&'s str> {
        vec!["RequestId"]
    }

    fn varying_rejection_elements<'s>(&self, _: &'s Service) -> Vec<&'s str> {
        vec!["RequestId"]
    }

    fn output<'s>(&self, _: &'s Service) -> Option<&'s str> {
        Some("Response")
    }
}
