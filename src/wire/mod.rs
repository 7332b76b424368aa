//! Protocols: how calls are encoded and responses are read.

mod client;
pub mod curl;
mod exchange;
mod found;
mod gateway;
pub mod sign;
mod signed;
mod twist;

pub(crate) use client::Client;
pub use exchange::{Exchange, NoResponse, Outcome, Request, Response};
pub(crate) use found::{Found, find};
pub use gateway::{Gateway, GatewayResponse, gateway};
pub use signed::{Signing, can_tamper, encode_signed};
pub use twist::{Tamper, Twist};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Member, Operation, Schema, Service, Type};

/// One call of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The service.
    pub service: &'a Service,
    /// The operation.
    pub operation: &'a Operation,
    /// The parameters that are sent.
    pub parameters: &'a [(String, Json)],
    /// The way in which the request deviates from its protocol.
    pub twist: Option<&'a Twist>,
    /// The nonce of an earlier call, if it is to be reused.
    pub nonce: Option<&'a str>,
}

impl Call<'_> {
    /// Returns the operation that the request names.
    pub(crate) fn action(&self) -> &str {
        match self.twist {
            Some(Twist::Action(action)) => action,
            _ => &self.operation.name,
        }
    }

    /// Returns the version that the request names.
    pub(crate) fn version(&self) -> &str {
        match self.twist {
            Some(Twist::Version(version)) => version,
            _ => &self.service.version,
        }
    }

    /// Returns the parameters that are sent, a repeated one twice.
    pub(crate) fn sent(&self) -> Vec<(String, Json)> {
        let repeated = |name: &str| matches!(self.twist, Some(Twist::Repeat(repeated)) if repeated == name);
        let again = self.parameters.iter().filter(|(name, _)| repeated(name));
        self.parameters.iter().chain(again).cloned().collect()
    }

    pub(crate) fn is_common(&self, name: &str) -> bool {
        self.operation.parameter(name).is_some_and(|parameter| parameter.common)
    }
}

/// The content of a response, read by its protocol.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The call succeeded, with these response elements.
    Accepted(Json),
    /// The call was rejected.
    Rejected {
        /// The code.
        code: String,
        /// The message.
        message: Option<String>,
        /// The parameter that the service blames, as the response spells it.
        field: Option<Json>,
        /// Further faults that the same response reports.
        further: Vec<Reported>,
        /// The error's envelope, which contains the protocol's elements.
        body: Json,
    },
    /// Not a response of this protocol.
    Unreadable(String),
    /// Nothing was found at this path, which service.yaml gives.
    Misplaced(String),
}

/// A fault that an error response reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The code.
    pub code: String,
    /// The message.
    pub message: Option<String>,
    /// The parameter that the service blames, as the response spells it.
    pub field: Option<Json>,
}

/// Encodes a call to the address `base`.
pub fn encode(call: Call<'_>, base: &str) -> Request {
    client::of(call.service.protocol).encode(call, base)
}

/// Reads the response to a call of an operation, as far as anything is promised about it.
pub fn decode(service: &Service, operation: &Operation, response: &Response) -> Reply {
    if (300..400).contains(&response.status) {
        return Reply::Unreadable(redirect(response));
    }
    let client = client::of(service.protocol);
    if let Some(reply) = client.unread(service, operation, response) {
        return reply;
    }
    if let Some(coding) = header(response, "content-encoding").filter(|coding| *coding != "identity") {
        return Reply::Unreadable(format!(
            "the body is compressed ({coding}), although the request asks for an uncompressed body"
        ));
    }
    if response.not_utf8 {
        return Reply::Unreadable("the body is not UTF-8".to_owned());
    }
    if let Some(length) = response.cut {
        return Reply::Unreadable(format!("the body has {length} bytes, and only the first bytes were kept"));
    }
    let empty = || client.empty(service, operation, response);
    if let Some(reply) = response.body.is_empty().then(empty).flatten() {
        return reply;
    }
    match decode_body(client, service, operation, response) {
        reply @ (Reply::Unreadable(_) | Reply::Misplaced(_)) => {
            client.status_alone(service, operation, response.status).unwrap_or(reply)
        }
        reply => reply,
    }
}

fn decode_body(client: &dyn Client, service: &Service, operation: &Operation, response: &Response) -> Reply {
    let body = match Json::read(response.body.as_bytes()) {
        Ok(body) => body,
        Err(error) => return Reply::Unreadable(no_json(&response.body, &error)),
    };
    match body.repeated_member() {
        Some(member) => Reply::Unreadable(format!("duplicate member {member} in the body")),
        None => client.read(service, operation, response, body),
    }
}

/// Returns the first header with this name.
fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Returns the media type of a response, without its parameters.
pub fn content_type(response: &Response) -> Option<&str> {
    let value = header(response, "content-type")?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

fn redirect(response: &Response) -> String {
    match header(response, "location") {
        Some(to) => format!("a redirect to {to}, which is not followed"),
        None => "a redirect without a location, which is not followed".to_owned(),
    }
}

fn no_json(body: &str, error: &serde_json::Error) -> String {
    let body = body.trim_start();
    match body.char_indices().nth(40) {
        _ if body.is_empty() => "the body is empty".to_owned(),
        None => format!("the body is not JSON ({error}); it is {body}"),
        Some((end, _)) => format!("the body is not JSON ({error}); it begins with {}…", &body[..end]),
    }
}

/// Maximum length of a value in a query, a header or a cookie, in bytes before escaping: front ends have limits of
/// their own.
pub(crate) const QUERY_VALUE: usize = 2_000;

/// Returns `true` if a value can be encoded so that it differs from every other value.
pub fn can_encode(service: &Service, operation: &Operation, parameter: &Member, value: &Json) -> bool {
    client::of(service.protocol).can_encode(operation, parameter, value)
}

/// Returns `true` if a call can carry a parameter with this value, or can omit the parameter if there is no value.
pub fn can_send(service: &Service, operation: &Operation, parameter: &Member, value: Option<&Json>) -> bool {
    match value {
        Some(json) => can_encode(service, operation, parameter, json),
        None => protocol::facts(service).can_omit(operation, parameter),
    }
}

/// Returns `true` if every HTTP library sends the text unchanged in a header.
pub(crate) fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && text.trim() == text
}

/// Returns `true` if a header can carry a value.
pub(crate) fn can_encode_in_header(value: &Json) -> bool {
    matches!(value, Json::Text(text) if is_header_text(text) && text.len() <= QUERY_VALUE)
}

/// Returns `true` if a query can carry a value. Front ends reject longer request lines on their own (RFC 9110, section
/// 4.1, asks for at least 8,000 octets).
pub(crate) fn can_encode_in_query(parameter: &Member, value: &Json) -> bool {
    value.to_string().len() <= QUERY_VALUE && is_distinct_as_texts(&parameter.schema, value)
}

/// Returns `true` if a value differs from every other value when only its texts are sent, each with the path that leads
/// to it.
fn is_distinct_as_texts(schema: &Schema, value: &Json) -> bool {
    match value {
        Json::Text(_) => schema.kind() != Type::Array && schema.members().is_empty(),
        Json::Integer(_) | Json::Big(_) | Json::Number(_) | Json::Bool(_) => schema.kind() != Type::String,
        Json::List(items) => {
            let is_told = |item: &Json| match schema.items() {
                Some(schema) if schema.kind() == Type::Object => is_distinct_as_texts(schema, item),
                _ => is_text_of(schema, item),
            };
            !items.is_empty() && items.iter().all(is_told)
        }
        Json::Object(members) => {
            let is_told = |(name, value): &(String, Json)| {
                schema.member(name).is_some_and(|member| is_distinct_as_texts(&member.schema, value))
            };
            !members.is_empty() && members.iter().all(is_told)
        }
        Json::Null => false,
    }
}

/// Returns `true` if an item of a list is sent as a text that differs from every other item's text. For a scalar that
/// is not a string, this is so only if the list does not have string items.
pub(crate) fn is_text_of(list: &Schema, item: &Json) -> bool {
    let of_texts = list.items().is_none_or(|items| items.kind() == Type::String);
    match item {
        Json::Text(_) => true,
        Json::Integer(_) | Json::Big(_) | Json::Number(_) | Json::Bool(_) => !of_texts,
        Json::Null | Json::List(_) | Json::Object(_) => false,
    }
}

/// Returns `true` if a signature form can encode a value. Forms that put parameters into the query restrict values;
/// other forms encode whatever their protocol does.
pub fn can_encode_signed(form: sign::Form, parameter: &Member, value: &Json) -> bool {
    match form.is_query() {
        true if parameter.common => can_encode_in_header(value),
        true => can_encode_in_query(parameter, value),
        false => true,
    }
}

/// Returns the part of a body that holds the response elements.
pub fn output_mut<'j>(service: &Service, body: &'j mut Json) -> &'j mut Json {
    let Some(path) = protocol::facts(service).output(service).filter(|path| body.at(path).is_some()) else {
        return body;
    };
    path.split('.').fold(body, member_mut)
}

/// Returns an existing member.
fn member_mut<'j>(json: &'j mut Json, name: &str) -> &'j mut Json {
    let index = match &*json {
        Json::Object(members) => members.iter().position(|(known, _)| known == name),
        _ => None,
    };
    match (index, json) {
        (Some(index), Json::Object(members)) => &mut members[index].1,
        (_, json) => json,
    }
}

/// Returns the code of an error in the body of a success.
pub fn error_in_success<'j>(service: &Service, operation: &Operation, output: &'j Json) -> Option<&'j str> {
    client::of(service.protocol).error_in_success(operation, output)
}

/// Returns `true` if a call can carry an id that a target returned, so that it refers to that entity and to nothing
/// else.
pub fn can_name(service: &Service, operation: &Operation, parameter: &Member, id: &Json) -> bool {
    client::of(service.protocol).can_name(operation, parameter, id)
}

/// Returns the signatures that a request carries, percent-decoded.
pub fn signatures(request: &Request) -> Vec<String> {
    let header = request.headers.iter().find(|(name, _)| name == "authorization");
    let of_header = header.and_then(|(_, value)| value.rsplit_once("Signature=").map(|(_, text)| text));
    let basic = header.and_then(|(_, value)| value.strip_prefix("Basic "));
    let of_query = request.url.rsplit_once("&Signature=").map(|(_, text)| text);
    let unescaped = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    of_header.into_iter().chain(basic).chain(of_query).map(unescaped).collect()
}

/// Returns the nonce that a request was signed with.
pub fn nonce(request: &Request) -> Option<String> {
    let header = request.headers.iter().find(|(name, _)| name == "x-acs-signature-nonce");
    let in_query = || {
        let (_, query) = request.url.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("SignatureNonce=")).map(str::to_owned)
    };
    header.map(|(_, value)| value.clone()).or_else(in_query)
}

/// All characters except the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Escapes a text for a query: all characters except the unreserved characters of RFC 3986, with upper-case hexadecimal
/// digits.
pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Escapes and joins keys and values.
pub(crate) fn query(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    pairs.join("&")
}

/// Flattens a value into keys and values of a query; members of a list are numbered from `first`.
pub(crate) fn flatten(name: &str, value: &Json, first: usize, pairs: &mut Vec<(String, String)>) {
    match value {
        Json::Null => {}
        Json::Text(text) => pairs.push((name.to_owned(), text.clone())),
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{name}.{}", index + first), item, first, pairs);
            }
        }
        Json::Object(members) => {
            for (key, member) in members {
                flatten(&format!("{name}.{key}"), member, first, pairs);
            }
        }
        scalar => pairs.push((name.to_owned(), scalar.to_string())),
    }
}

/// Joins the target's address and a query.
pub(crate) fn address(base: &str, query: &str) -> String {
    let base = base.trim_end_matches('/');
    match query {
        "" => format!("{base}/"),
        _ => format!("{base}/?{query}"),
    }
}

/// Returns the host and port of an address, as in the request's `Host` header.
pub(crate) fn authority(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Returns the path of requests to an address.
pub(crate) fn path(base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    if path.is_empty() { "/".to_owned() } else { format!("/{path}/") }
}
