//! Plain HTTP: method and path of the operation, parameters where the spec places them, JSON bodies.

use std::borrow::Cow;

use crate::digest::base64;
use crate::json::Json;
use crate::protocol::{Facts as _, rest::facts};
use crate::spec::model::{Authentication, ErrorRow, Http, Location, Member, Operation, Service, Type};
use crate::wire::sign::Key;
use crate::wire::{
    Call, Client, QUERY_VALUE, Reply, Request, Signing, Twist, escape, is_header_text, is_text_of, query,
};

/// Plain HTTP.
pub(crate) struct Rest;

impl Client for Rest {
    fn encode(&self, call: Call<'_>, base: &str) -> Request {
        encode(call, base, None)
    }

    fn sign(&self, call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
        encode(call, base, Some(signing.key))
    }

    fn read(&self, service: &Service, operation: &Operation, status: u16, body: Json) -> Reply {
        let http = http(service);
        decode(&http, (status, operation.is_success(&http, status)), Some(body))
    }

    fn unread(&self, service: &Service, operation: &Operation, status: u16) -> Option<Reply> {
        let http = http(service);
        let is_success = operation.is_success(&http, status);
        (!is_read(&http, operation, status)).then(|| decode(&http, (status, is_success), None))
    }

    fn empty(&self, service: &Service, operation: &Operation, status: u16) -> Option<Reply> {
        let http = http(service);
        let is_success = operation.is_success(&http, status);
        // Without a code in the body, the status is the code.
        (is_success || http.code.is_none()).then(|| decode(&http, (status, is_success), None))
    }

    /// If an error row has the status as its code, the service need not send anything else.
    fn status_alone(&self, service: &Service, operation: &Operation, status: u16) -> Option<Reply> {
        let code = status.to_string();
        let is_it = |row: &ErrorRow| row.status == Some(status) && row.codes.contains(&code);
        let is_said = status >= 400 && service.rows(operation).any(is_it);
        is_said.then_some(Reply::Rejected { code, message: None, body: Json::Object(Vec::new()) })
    }

    fn can_encode(&self, operation: &Operation, parameter: &Member, value: &Json) -> bool {
        can_encode(operation.location(&parameter.name), parameter, value)
    }

    fn can_name(&self, operation: &Operation, parameter: &Member, id: &Json) -> bool {
        can_name(operation.location(&parameter.name), id)
    }
}

/// Returns what service.yaml says about requests and responses.
fn http(service: &Service) -> Cow<'_, Http> {
    service.http.as_ref().map_or_else(|| Cow::Owned(Http::default()), Cow::Borrowed)
}

fn encode(call: Call<'_>, base: &str, key: Option<&Key>) -> Request {
    let Some(route) = &call.operation.route else {
        return Request {
            method: "GET".to_owned(),
            url: base.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            variables: Vec::new(),
        };
    };
    let sent = call.sent();
    let at = |location: Location| {
        sent.iter().filter(move |(name, _)| call.operation.location(name) == location).cloned()
    };
    let mut path = route.path.clone();
    for (name, value) in at(Location::Path) {
        path = path.replace(&format!("{{{name}}}"), &escape(&text(&value)));
    }
    for label in route.labels() {
        path = path.replace(&format!("{{{label}}}"), "");
    }
    let mut in_query = pairs(at(Location::Query));
    let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
    headers.extend(at(Location::Header).map(|(name, value)| (name.to_lowercase(), text(&value))));
    let cookies: Vec<String> =
        at(Location::Cookie).map(|(name, value)| format!("{name}={}", text(&value))).collect();
    if !cookies.is_empty() {
        headers.push(("cookie".to_owned(), cookies.join("; ")));
    }
    show_caller(call.service.http.as_ref(), key, &mut headers, &mut in_query);
    let (content, body) = body(call, pairs(at(Location::Form)), at(Location::Body).collect());
    headers.extend(content.map(|content| ("content-type".to_owned(), content.to_owned())));
    if body.is_empty() && route.has_body() {
        headers.push(("content-length".to_owned(), "0".to_owned()));
    }
    let question = if in_query.is_empty() { "" } else { "?" };
    let url = format!("{}{path}{question}{}", base.trim_end_matches('/'), query(&in_query));
    Request { method: route.method.clone(), url, headers, body, variables: Vec::new() }
}

/// Returns the content type and the body: JSON if the operation has body parameters, a form if it has form parameters.
fn body(
    call: Call<'_>,
    form: Vec<(String, String)>,
    members: Vec<(String, Json)>,
) -> (Option<&'static str>, String) {
    const JSON: &str = "application/json";
    if let Some(Twist::Body(body)) = call.twist {
        return (Some(JSON), body.clone());
    }
    if !form.is_empty() {
        return (Some("application/x-www-form-urlencoded"), query(&form));
    }
    if !facts::Rest.has_json_body(call.operation) {
        return (None, String::new());
    }
    (Some(JSON), Json::Object(members).to_string())
}

fn show_caller(
    http: Option<&Http>,
    key: Option<&Key>,
    headers: &mut Vec<(String, String)>,
    in_query: &mut Vec<(String, String)>,
) {
    let (Some(http), Some(key)) = (http, key) else { return };
    let secret = key.secret.expose();
    match &http.authentication {
        Authentication::None => {}
        Authentication::Bearer => headers.push(("authorization".to_owned(), format!("Bearer {secret}"))),
        Authentication::Basic => {
            let pair = base64(format!("{}:{secret}", key.id.expose()).as_bytes());
            headers.push(("authorization".to_owned(), format!("Basic {pair}")));
        }
        Authentication::Header(name) => headers.push((name.to_lowercase(), secret.to_owned())),
        Authentication::Query(name) => in_query.push((name.clone(), secret.to_owned())),
    }
}

/// Members of a list are sent one after another under the same name.
fn pairs(parameters: impl Iterator<Item = (String, Json)>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in parameters {
        match value {
            Json::Null => {}
            Json::List(items) => pairs.extend(items.iter().map(|item| (name.clone(), text(item)))),
            value => pairs.push((name, text(&value))),
        }
    }
    pairs
}

fn text(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads a response; its status distinguishes a success from an error response.
fn decode(http: &Http, (status, is_success): (u16, bool), body: Option<Json>) -> Reply {
    if is_success {
        // Without a body there are no elements; whether any are required is up to the operation.
        let Some(body) = body else { return Reply::Accepted(Json::Object(Vec::new())) };
        return match &http.output {
            None => Reply::Accepted(body),
            Some(path) => match body.at(path) {
                Some(output) => Reply::Accepted(output.clone()),
                None => Reply::Misplaced(path.clone()),
            },
        };
    }
    if status < 400 {
        return Reply::Unreadable(format!("the status {status} means neither success nor error"));
    }
    let Some(path) = &http.code else {
        let body = body.unwrap_or(Json::Object(Vec::new()));
        return Reply::Rejected { code: status.to_string(), message: message(http, &body), body };
    };
    let Some(body) = body else { return Reply::Unreadable("an error response without a body".to_owned()) };
    match body.at(path) {
        Some(code @ (Json::Text(_) | Json::Integer(_) | Json::Big(_))) => {
            Reply::Rejected { code: text(code), message: message(http, &body), body }
        }
        _ => Reply::Misplaced(path.clone()),
    }
}

/// Returns `true` if anything is promised about the body of a response with this status.
fn is_read(http: &Http, operation: &Operation, status: u16) -> bool {
    match operation.is_success(http, status) {
        true => http.output.is_some() || !operation.response.is_empty(),
        false => http.code.is_some() || http.message.is_some() || !http.carries.is_empty(),
    }
}

fn message(http: &Http, body: &Json) -> Option<String> {
    body.at(http.message.as_ref()?).and_then(Json::as_text).map(str::to_owned)
}

/// Maximum length of a value in a path, in bytes before escaping: file systems and proxies have limits of their own.
const PATH_VALUE: usize = 200;

/// Returns `true` if an id can be sent at this location without changing its meaning: in a path it must be one segment.
fn can_name(location: Location, id: &Json) -> bool {
    let id = text(id);
    match location {
        Location::Path => {
            !matches!(id.as_str(), "" | "." | "..")
                && !id.contains(['/', '\\'])
                && !id.chars().any(char::is_control)
        }
        Location::Header | Location::Cookie => is_header_text(&id),
        Location::Query | Location::Form | Location::Body => true,
    }
}

/// Returns `true` if a value can be sent at this location so that it differs from every other value.
fn can_encode(location: Location, parameter: &Member, value: &Json) -> bool {
    let is_plain = |json: &Json| !matches!(json, Json::Null | Json::List(_) | Json::Object(_));
    // In place of a string, a number looks the same as the string with that text.
    let is_own = !matches!(value, Json::Integer(_) | Json::Big(_) | Json::Number(_) | Json::Bool(_))
        || parameter.schema.kind() != Type::String;
    match location {
        Location::Body => true,
        Location::Path => {
            // Routers and proxies split, fold or reject these themselves, which says nothing about the operation.
            let is_segment = |text: &str| {
                !matches!(text, "" | "." | "..")
                    && text.len() <= PATH_VALUE
                    && !text.contains(['/', '\\', '%', ';'])
                    && !text.chars().any(char::is_control)
            };
            is_plain(value) && is_own && is_segment(&text(value))
        }
        Location::Query | Location::Form => match value {
            Json::List(items) => {
                parameter.schema.kind() == Type::Array
                    && !items.is_empty()
                    && items.iter().all(|item| is_text_of(&parameter.schema, item))
            }
            value => {
                is_plain(value)
                    && is_own
                    && parameter.schema.kind() != Type::Array
                    && (location == Location::Form || text(value).len() <= QUERY_VALUE)
            }
        },
        Location::Header => {
            let is_short = |text: &str| !text.is_empty() && text.len() <= QUERY_VALUE;
            is_plain(value) && is_own && is_short(&text(value)) && is_header_text(&text(value))
        }
        Location::Cookie => {
            let is_cookie = |text: &str| {
                !text.contains(['"', ',', ';', '\\', ' ']) && !text.is_empty() && text.len() <= QUERY_VALUE
            };
            is_plain(value) && is_own && is_header_text(&text(value)) && is_cookie(&text(value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_and_paths_determine_the_kind_of_response() {
        let http = Http {
            code: Some("error.code".to_owned()),
            message: Some("error.message".to_owned()),
            output: Some("data".to_owned()),
            ..Http::default()
        };
        let read = |text: &str| Json::read(text.as_bytes()).ok();
        assert_eq!(
            decode(&http, (201, true), read(r#"{"data":{"id":1}}"#)),
            Reply::Accepted(read(r#"{"id":1}"#).unwrap())
        );
        assert_eq!(decode(&http, (200, true), read("{}")), Reply::Misplaced("data".to_owned()));
        let rejected = decode(&http, (422, false), read(r#"{"error":{"code":7,"message":"m"}}"#));
        assert!(
            matches!(rejected, Reply::Rejected { code, message, .. } if code == "7" && message.as_deref() == Some("m"))
        );
        assert!(matches!(decode(&http, (404, false), None), Reply::Unreadable(_)));
        let bare = Http::default();
        assert_eq!(decode(&bare, (204, true), None), Reply::Accepted(Json::Object(Vec::new())));
        assert!(matches!(decode(&bare, (404, false), None), Reply::Rejected { code, .. } if code == "404"));
    }
}
