//! Facts about Alibaba Cloud's RPC style: all parameters are sent as text in the query.

use crate::protocol::{Facts, is_address};
use crate::spec::model::{Member, Operation, Service};

/// Alibaba Cloud's RPC style.
pub struct AcsRpc;

impl Facts for AcsRpc {
    fn is_typed(&self, _: &Operation, _: &Member) -> bool {
        false
    }

    fn has_json_body(&self, _: &Operation) -> bool {
        false
    }

    fn is_in_header(&self, _: &Operation, _: &Member) -> bool {
        false
    }

    /// These names are reserved: an operation's own parameters share the query with them.
    fn sets(&self, parameter: &Member) -> bool {
        is_address(parameter)
    }

    fn rejection_elements<'s>(&self, _: &'s Service) -> Vec<&'s str> {
        vec!["RequestId"]
    }

    fn varying_rejection_elements<'s>(&self, _: &'s Service) -> Vec<&'s str> {
        vec!["RequestId", "HostId", "Recommend"]
    }

    fn output<'s>(&self, _: &'s Service) -> Option<&'s str> {
        None
    }
}
