//! Protocols, one folder each: facts that both sides share (`facts`), how calls are sent (`client`), and how the
//! reference server reads and answers them (`server`). The client and the server of a protocol do not use each other: a
//! mistake that both shared would not show.

pub mod acs_rpc;
pub mod rest;
pub mod tencent3;

use crate::spec::model::{Member, Operation, Protocol, Service};

/// Facts about a protocol that hold for both the client and the server.
pub trait Facts: Sync {
    /// Returns `true` if the type of a parameter's value is sent with it, not only its text.
    fn is_typed(&self, operation: &Operation, parameter: &Member) -> bool;

    /// Returns `true` if calls of the operation carry a JSON body.
    fn has_json_body(&self, operation: &Operation) -> bool;

    /// Returns `true` if the parameter is sent in a header, which carries plain text without surrounding white space.
    fn is_in_header(&self, operation: &Operation, parameter: &Member) -> bool;

    /// Returns `true` if the protocol sets the parameter itself, like the operation's name and the version.
    fn sets(&self, _parameter: &Member) -> bool {
        false
    }

    /// Returns `true` if a call without the parameter is still a call of its operation.
    fn can_omit(&self, _operation: &Operation, _parameter: &Member) -> bool {
        true
    }

    /// Returns the HTTP status of every response and the source that says so, if the protocol has only one status.
    fn only_status(&self) -> Option<(u16, &'static str)> {
        None
    }

    /// Returns a status that does not stand for an error response in this protocol.
    fn wrong_status(&self) -> u16 {
        200
    }

    /// Returns the path at which the vendor's SDK reads the message of an error response.
    fn message(&self) -> &'static str {
        "Message"
    }

    /// Returns the place of the message of every error response, if one is known.
    fn message_place(&self, _service: &Service) -> Option<String> {
        Some(self.message().to_owned())
    }

    /// Returns the elements that every error response carries besides its code and its message, according to the
    /// vendor's SDK or the service.
    fn rejection_elements<'s>(&self, service: &'s Service) -> Vec<&'s str>;

    /// Returns the members of an error response that differ between calls and between hosts.
    fn varying_rejection_elements<'s>(&self, service: &'s Service) -> Vec<&'s str>;

    /// Returns the path of the response elements in the body of a success; `None` if they are members of the body
    /// itself.
    fn output<'s>(&self, service: &'s Service) -> Option<&'s str>;
}

/// Returns the facts about a service's protocol.
pub fn facts(service: &Service) -> &'static dyn Facts {
    match service.protocol {
        Protocol::AcsRpc => &acs_rpc::facts::AcsRpc,
        Protocol::Tencent3 => &tencent3::facts::Tencent3,
        Protocol::Rest => &rest::facts::Rest,
    }
}

/// Returns `true` if the parameter addresses the request: the operation's name or the version.
fn is_address(parameter: &Member) -> bool {
    matches!(parameter.name.as_str(), "Action" | "Version")
}
