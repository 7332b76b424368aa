//! The client's side of a protocol.

use crate::json::Json;
use crate::protocol::{acs_rpc, rest, tencent3};
use crate::spec::model::{Member, Operation, Protocol, Service};

use super::signed::Signing;
use super::{Call, Reply, Request};

/// How calls of a protocol travel, and what its responses say.
pub(crate) trait Client: Sync {
    /// Encodes a call to the address `base`.
    fn encode(&self, call: Call<'_>, base: &str) -> Request;

    /// Encodes and signs it, in one of the forms of the protocol.
    fn sign(&self, call: Call<'_>, base: &str, signing: Signing<'_>) -> Request;

    /// Reads the body of a response.
    fn read(&self, service: &Service, status: u16, body: Json) -> Reply;

    /// What a response says of which nobody reads the body, because nothing is promised of it.
    fn unread(&self, _service: &Service, _operation: &Operation, _status: u16) -> Option<Reply> {
        None
    }

    /// What a response says that has no body.
    fn empty(&self, _service: &Service, _status: u16) -> Option<Reply> {
        None
    }

    /// What the status alone says, where the body says nothing.
    fn status_alone(&self, _service: &Service, _operation: &Operation, _status: u16) -> Option<Reply> {
        None
    }

    /// The code of an error that stands in the body of a success.
    fn error_in_success<'j>(&self, _operation: &Operation, _output: &'j Json) -> Option<&'j str> {
        None
    }

    /// Whether a value can be said so that it differs from every other value.
    fn can_say(&self, operation: &Operation, parameter: &Member, value: &Json) -> bool;

    /// Whether an id that a target gave can be said in a call that takes it, so that the call means that one and nothing else.
    fn can_name(&self, _operation: &Operation, _parameter: &Member, _id: &Json) -> bool {
        true
    }
}

/// The client's side of a protocol.
pub(super) fn of(protocol: Protocol) -> &'static dyn Client {
    match protocol {
        Protocol::AcsRpc => &acs_rpc::client::AcsRpc,
        Protocol::Tencent3 => &tencent3::client::Tencent3,
        Protocol::Rest => &rest::client::Rest,
    }
}
