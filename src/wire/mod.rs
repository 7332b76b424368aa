//! Protocols: how a call travels, and what an answer says.

mod client;
pub mod curl;
mod exchange;
mod gateway;
pub mod sign;
mod signed;
mod twist;

pub(crate) use client::Client;
pub use exchange::{Answer, Exchange, NoAnswer, Outcome, Request};
pub use gateway::{Gateway, GatewayAnswer, gateway};
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
    /// What is sent.
    pub parameters: &'a [(String, Json)],
    /// In what the request departs from its protocol.
    pub twist: Option<&'a Twist>,
    /// The nonce of an earlier call, where it is to be used again.
    pub nonce: Option<&'a str>,
}

impl Call<'_> {
    /// The operation that the request names.
    pub(crate) fn action(&self) -> &str {
        match self.twist {
            Some(Twist::Action(action)) => action,
            _ => &self.operation.name,
        }
    }

    /// The version that the request names.
    pub(crate) fn version(&self) -> &str {
        match self.twist {
            Some(Twist::Version(version)) => version,
            _ => &self.service.version,
        }
    }

    /// What is sent, a repeated parameter twice.
    pub(crate) fn sent(&self) -> Vec<(String, Json)> {
        let repeated = |name: &str| matches!(self.twist, Some(Twist::Repeat(repeated)) if repeated == name);
        let again = self.parameters.iter().filter(|(name, _)| repeated(name));
        self.parameters.iter().chain(again).cloned().collect()
    }

    pub(crate) fn is_common(&self, name: &str) -> bool {
        self.operation.parameter(name).is_some_and(|parameter| parameter.common)
    }
}

/// What an answer says, read by its protocol.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The call succeeded; the response elements.
    Accepted(Json),
    /// The call was refused.
    Refused {
        /// The code.
        code: String,
        /// The message.
        message: Option<String>,
        /// The error's envelope, in which the protocol's elements stand.
        body: Json,
    },
    /// Not an answer of this protocol.
    Unreadable(String),
    /// What stands at this path, as service.yaml has it, is not there.
    Misplaced(String),
}

/// Encodes a call to the address `base`.
pub fn encode(call: Call<'_>, base: &str) -> Request {
    client::of(call.service.protocol).encode(call, base)
}

/// Reads the response to a call of an operation, as far as something is promised of it.
pub fn decode(service: &Service, operation: &Operation, answer: &Answer) -> Reply {
    if (300..400).contains(&answer.status) {
        return Reply::Unreadable(redirect(answer));
    }
    let client = client::of(service.protocol);
    if let Some(reply) = client.unread(service, operation, answer.status) {
        return reply;
    }
    if let Some(coding) = header(answer, "content-encoding").filter(|coding| *coding != "identity") {
        return Reply::Unreadable(format!(
            "the body is compressed ({coding}), although the request asks for an uncompressed body"
        ));
    }
    if answer.not_utf8 {
        return Reply::Unreadable("the body is not UTF-8".to_owned());
    }
    if let Some(length) = answer.cut {
        return Reply::Unreadable(format!("the body has {length} bytes, and only the first bytes were kept"));
    }
    let empty = || client.empty(service, answer.status);
    if let Some(reply) = answer.body.is_empty().then(empty).flatten() {
        return reply;
    }
    match decode_body(client, service, answer) {
        reply @ (Reply::Unreadable(_) | Reply::Misplaced(_)) => {
            client.status_alone(service, operation, answer.status).unwrap_or(reply)
        }
        reply => reply,
    }
}

fn decode_body(client: &dyn Client, service: &Service, answer: &Answer) -> Reply {
    let body = match Json::read(answer.body.as_bytes()) {
        Ok(body) => body,
        Err(error) => return Reply::Unreadable(no_json(&answer.body, &error)),
    };
    match body.repeated_member() {
        Some(member) => Reply::Unreadable(format!("duplicate member {member} in the body")),
        None => client.read(service, answer.status, body),
    }
}

/// The first header of that name.
fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The media type of an answer, without its parameters.
pub fn content_type(answer: &Answer) -> Option<&str> {
    let value = header(answer, "content-type")?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

fn redirect(answer: &Answer) -> String {
    match header(answer, "location") {
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

/// The longest value in a query, a header or a cookie, in bytes before they are escaped: front ends have limits of their own.
pub(crate) const QUERY_VALUE: usize = 2_000;

/// Whether a value can be said on the wire so that it differs from every other value.
pub fn can_say(service: &Service, operation: &Operation, parameter: &Member, value: &Json) -> bool {
    client::of(service.protocol).can_say(operation, parameter, value)
}

/// Whether a call can carry a parameter with this value, or go without it.
pub fn can_send(service: &Service, operation: &Operation, parameter: &Member, value: Option<&Json>) -> bool {
    match value {
        Some(json) => can_say(service, operation, parameter, json),
        None => protocol::facts(service).can_omit(operation, parameter),
    }
}

/// What a header holds and every HTTP library leaves as it is.
pub(crate) fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && text.trim() == text
}

/// Whether a header can carry a value.
pub(crate) fn can_say_in_header(value: &Json) -> bool {
    matches!(value, Json::Text(text) if is_header_text(text) && text.len() <= QUERY_VALUE)
}

/// Whether a query can carry a value. A longer request line, front ends refuse by themselves (RFC 9110, section 4.1, asks for 8,000
/// octets at least).
pub(crate) fn can_say_in_query(parameter: &Member, value: &Json) -> bool {
    value.to_string().len() <= QUERY_VALUE && is_told_by_texts(&parameter.schema, value)
}

/// Whether a value differs from every other one where all that travels are texts, with the way that leads to each.
fn is_told_by_texts(schema: &Schema, value: &Json) -> bool {
    match value {
        Json::Text(_) => schema.kind() != Type::Array && schema.members().is_empty(),
        Json::Integer(_) | Json::Big(_) | Json::Number(_) | Json::Bool(_) => schema.kind() != Type::String,
        Json::List(items) => {
            let is_told = |item: &Json| match schema.items() {
                Some(schema) if schema.kind() == Type::Object => is_told_by_texts(schema, item),
                _ => is_text_of(schema, item),
            };
            !items.is_empty() && items.iter().all(is_told)
        }
        Json::Object(members) => {
            let is_told = |(name, value): &(String, Json)| {
                schema.member(name).is_some_and(|member| is_told_by_texts(&member.schema, value))
            };
            !members.is_empty() && members.iter().all(is_told)
        }
        Json::Null => false,
    }
}

/// Whether an item of a list travels as a text that is told from every other: a scalar that is no text only where the items
/// are none.
pub(crate) fn is_text_of(list: &Schema, item: &Json) -> bool {
    let of_texts = list.items().is_none_or(|items| items.kind() == Type::String);
    match item {
        Json::Text(_) => true,
        Json::Integer(_) | Json::Big(_) | Json::Number(_) | Json::Bool(_) => !of_texts,
        Json::Null | Json::List(_) | Json::Object(_) => false,
    }
}

/// Whether a value can be said by a signature form that puts parameters into the query; other forms say what their
/// protocol says.
pub fn can_say_signed(form: sign::Form, parameter: &Member, value: &Json) -> bool {
    match form.is_query() {
        true if parameter.common => can_say_in_header(value),
        true => can_say_in_query(parameter, value),
        false => true,
    }
}

/// The part of a body that holds the response elements.
pub fn output_mut<'j>(service: &Service, body: &'j mut Json) -> &'j mut Json {
    let Some(path) = protocol::facts(service).output(service).filter(|path| body.at(path).is_some()) else {
        return body;
    };
    path.split('.').fold(body, member_mut)
}

/// A member that is there.
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

/// The code of an error that stands in the body of a success.
pub fn error_in_success<'j>(service: &Service, operation: &Operation, output: &'j Json) -> Option<&'j str> {
    client::of(service.protocol).error_in_success(operation, output)
}

/// Whether an id that a target gave can be said in a call that takes it, so that the call means that one and nothing else.
pub fn can_name(service: &Service, operation: &Operation, parameter: &Member, id: &Json) -> bool {
    client::of(service.protocol).can_name(operation, parameter, id)
}

/// The signatures that a request carries, as they stand there.
pub fn signatures(request: &Request) -> Vec<String> {
    let header = request.headers.iter().find(|(name, _)| name == "authorization");
    let of_header = header.and_then(|(_, value)| value.rsplit_once("Signature=").map(|(_, text)| text));
    let basic = header.and_then(|(_, value)| value.strip_prefix("Basic "));
    let of_query = request.url.rsplit_once("&Signature=").map(|(_, text)| text);
    let unescaped = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    of_header.into_iter().chain(basic).chain(of_query).map(unescaped).collect()
}

/// The nonce that a request was signed with.
pub fn nonce(request: &Request) -> Option<String> {
    let header = request.headers.iter().find(|(name, _)| name == "x-acs-signature-nonce");
    let in_query = || {
        let (_, query) = request.url.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("SignatureNonce=")).map(str::to_owned)
    };
    header.map(|(_, value)| value.clone()).or_else(in_query)
}

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text for a query: everything but the unreserved characters of RFC 3986 is escaped, in upper case.
pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Keys and values, escaped and joined.
pub(crate) fn query(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    pairs.join("&")
}

/// A value as keys and values of a query: members of a list are numbered from `first`.
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

/// The target's address and a query, joined.
pub(crate) fn address(base: &str, query: &str) -> String {
    let base = base.trim_end_matches('/');
    match query {
        "" => format!("{base}/"),
        _ => format!("{base}/?{query}"),
    }
}

/// Host and port of an address, as the request's `Host` has them.
pub(crate) fn authority(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// The path that requests to an address have.
pub(crate) fn path(base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    if path.is_empty() { "/".to_owned() } else { format!("/{path}/") }
}
