//! The client side of a protocol.

use crate::json::Json;
use crate::protocol::{acs_rpc, rest, tencent3};
use crate::spec::model::{Member, Operation, Protocol, Service};

use super::signed::Signing;
use super::{Call, Reply, Request, Response};

/// How a protocol encodes calls and reads responses.
pub(crate) trait Client: Sync {
    /// Encodes a call to the address `base`.
    fn encode(&self, call: Call<'_>, base: &str) -> Request;

    /// Encodes and signs a call, in one of the protocol's signature forms.
    fn sign(&self, call: Call<'_>, base: &str, signing: Signing<'_>) -> Request;

    /// Reads the body of a response.
    fn read(&self, service: &Service, operation: &Operation, response: &Response, body: Json) -> Reply;

    /// Interprets a response without reading its body, because nothing is promised about the body.
    fn unread(&self, _service: &Service, _operation: &Operation, _response: &Response) -> Option<Reply> {
        None
    }

    /// Interprets a response that has no body.
    fn empty(&self, _service: &Service, _operation: &Operation, _response: &Response) -> Option<Reply> {
        None
    }

    /// Interprets a response by its status alone, if the body says nothing.
    fn status_alone(&self, _service: &Service, _operation: &Operation, _status: u16) -> Option<Reply> {
        None
    }

    /// Returns the code of an error in the body of a success.
    fn error_in_success<'j>(&self, _operation: &Operation, _output: &'j Json) -> Option<&'j str> {
        None
    }

    /// Returns `true` if a value can be encoded so that it differs from every other value.
    fn can_encode(&self, operation: &Operation, parameter: &Member, value: &Json) -> bool;

    /// Returns `true` if a call can carry an id that a target returned, so that it refers to that entity and to nothing
    /// else.
    fn can_name(&self, _operation: &Operation, _parameter: &Member, _id: &Json) -> bool {
        true
    }
}

/// Returns the client side of a protocol.
pub(super) fn of(protocol: Protocol) -> &'static dyn Client {
    match protocol {
        Protocol::AcsRpc => &acs_rpc::client::AcsRpc,
        Protocol::Tencent3 => &tencent3::client::Tencent3,
        Protocol::Rest => &rest::client::Rest,
    }
}
