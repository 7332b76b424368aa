//! Protocols, a folder each: what both sides know of it (`facts`), how calls travel (`client`), and how the reference server reads and
//! answers them (`server`). The client and the server of a protocol know nothing of each other: a shared mistake would agree with itself.

pub mod acs_rpc;
pub mod rest;
pub mod tencent3;

use crate::spec::model::{Member, Operation, Protocol, Service};

/// What a protocol fixes, whichever side one is on.
pub trait Facts: Sync {
    /// Whether the type of a parameter's value travels with it, or only its text.
    fn is_typed(&self, operation: &Operation, parameter: &Member) -> bool;

    /// Whether calls of an operation carry a JSON body.
    fn has_json_body(&self, operation: &Operation) -> bool;

    /// Whether a parameter stands in a header, which carries plain text and no white space around it.
    fn is_in_header(&self, operation: &Operation, parameter: &Member) -> bool;

    /// Whether the protocol sets a parameter by itself, as it sets the operation's name and the version.
    fn sets(&self, _parameter: &Member) -> bool {
        false
    }

    /// Whether a call can do without a parameter, and still be a call of its operation.
    fn can_omit(&self, _operation: &Operation, _parameter: &Member) -> bool {
        true
    }

    /// The HTTP status of every response, where the protocol has only one, and where that is said.
    fn only_status(&self) -> Option<(u16, &'static str)> {
        None
    }

    /// A status that tells of no refusal in this protocol.
    fn wrong_status(&self) -> u16 {
        200
    }

    /// Where a refusal has its message, as the vendor's SDK reads it.
    fn message(&self) -> &'static str {
        "Message"
    }

    /// The elements that every refusal carries beside its code: what the vendor's SDK reads, or what the service says.
    fn refusal_elements<'s>(&self, service: &'s Service) -> Vec<&'s str>;

    /// The members of a refusal that differ from call to call and from host to host.
    fn refusal_varies<'s>(&self, service: &'s Service) -> Vec<&'s str>;

    /// Where the response elements stand in the body of a success; `None` if they are its members.
    fn output<'s>(&self, service: &'s Service) -> Option<&'s str>;
}

/// What the protocol of a service fixes.
pub fn facts(service: &Service) -> &'static dyn Facts {
    match service.protocol {
        Protocol::AcsRpc => &acs_rpc::facts::AcsRpc,
        Protocol::Tencent3 => &tencent3::facts::Tencent3,
        Protocol::Rest => &rest::facts::Rest,
    }
}

/// Whether a parameter is one by which a request is addressed: the operation's name, or the version.
fn is_address(parameter: &Member) -> bool {
    matches!(parameter.name.as_str(), "Action" | "Version")
}
