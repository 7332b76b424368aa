//! Plain HTTP: method and path of the operation, parameters where the spec places them, JSON bodies.

use std::borrow::Cow;

use crate::digest::base64;
use crate::json::Json;
use crate::protocol::{Facts as _, rest::facts};
use crate::spec::model::{Authentication, ErrorRow, Http, Location, Member, Operation, Service, Type};
use crate::spec::response_place::ResponsePlace;
use crate::wire::sign::Key;
use crate::wire::{
    Call, Client, Found, QUERY_VALUE, Reply, Reported, Request, Response, Signing, Twist, escape, find,
    is_header_text, is_text_of, query,
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

    fn read(&self, service: &Service, operation: &Operation, response: &Response, body: Json) -> Reply {
        decode((service, operation), response, Some(body))
    }

    fn unread(&self, service: &Service, operation: &Operation, response: &Response) -> Option<Reply> {
        let http = http(service);
        let has_body = service.rows(operation).any(|row| !row.body.is_empty());
        let is_read = is_read(&http, operation, response.status)
            || (has_body && !operation.is_success(&http, response.status));
        (!is_read).then(|| decode((service, operation), response, None))
    }

    fn empty(&self, service: &Service, operation: &Operation, response: &Response) -> Option<Reply> {
        let http = http(service);
        let is_success = operation.is_success(&http, response.status);
        // Without a code in the body, the status is the code, or a header has it.
        let needs_body = http.code.as_ref().is_some_and(ResponsePlace::is_only_in_body);
        (is_success || !needs_body).then(|| decode((service, operation), response, None))
    }

    /// If an error row has the status as its code, the service need not send anything else.
    fn status_alone(&self, service: &Service, operation: &Operation, status: u16) -> Option<Reply> {
        let code = status.to_string();
        let is_said = has_row_of_status(service, operation, status);
        let body = Json::Object(Vec::new());
        is_said.then_some(Reply::Rejected { code, message: None, field: None, further: Vec::new(), body })
    }

    fn can_encode(&self, operation: &Operation, parameter: &Member, value: &Json) -> bool {
        can_encode(operation.location(&parameter.name), parameter, value)
    }

    fn can_name(&self, operation: &Operation, parameter: &Member, id: &Json) -> bool {
        can_name(operation.location(&parameter.name), id)
    }
}

/// Returns `true` if an error row has this status as its code.
fn has_row_of_status(service: &Service, operation: &Operation, status: u16) -> bool {
    let code = status.to_string();
    let is_it = |row: &ErrorRow| row.status == Some(status) && row.codes.contains(&code);
    !operation.is_success(&http(service), status) && service.rows(operation).any(is_it)
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

/// Reads a response. Its status distinguishes a success from an error response, or a sign in its content.
fn decode((service, operation): (&Service, &Operation), response: &Response, body: Option<Json>) -> Reply {
    let http = &*http(service);
    let is_success = operation.is_success(http, response.status);
    if is_success && !is_refused(http, response, body.as_ref()) {
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
    if !is_success && response.status < 400 {
        return Reply::Unreadable(format!("the status {} means neither success nor error", response.status));
    }
    if body.is_none() && http.code.as_ref().is_some_and(ResponsePlace::is_only_in_body) {
        return Reply::Unreadable("an error response without a body".to_owned());
    }
    let at = |code: &ResponsePlace| reported(http, code, response, body.as_ref());
    let mut found = at(http.code.as_ref().unwrap_or(&ResponsePlace::Status));
    // A row without a code of its own can be returned with any body.
    if found.is_empty() && has_row_of_status(service, operation, response.status) {
        found = at(&ResponsePlace::Status);
    }
    let mut found = found.into_iter();
    match found.next() {
        Some(Reported { code, message, field }) => {
            let body = body.unwrap_or(Json::Object(Vec::new()));
            Reply::Rejected { code, message, field, further: found.collect(), body }
        }
        None => Reply::Misplaced(http.code.as_ref().map_or_else(String::new, ToString::to_string)),
    }
}

/// Returns `true` if the content of a response says that it is an error response.
fn is_refused(http: &Http, response: &Response, body: Option<&Json>) -> bool {
    let Some(sign) = &http.refused else { return false };
    let is_met = |(place, values): &(ResponsePlace, Vec<Json>)| {
        let found = find(place, response, body);
        // A member that is null says nothing, unless null is the value.
        let is_given = |found: &Found| values.is_empty() && found.value != Json::Null;
        found.iter().any(|found| is_given(found) || values.contains(&found.value))
    };
    sign.conditions.iter().all(is_met) == sign.marks_refusal
}

/// Returns the faults that an error response reports, with their codes from this place. The code, the message and the name
/// of one entry of a list belong together.
fn reported(http: &Http, code: &ResponsePlace, response: &Response, body: Option<&Json>) -> Vec<Reported> {
    let at =
        |place: Option<&ResponsePlace>| place.map(|place| find(place, response, body)).unwrap_or_default();
    let messages: Vec<Found> = at(http.message.as_ref());
    let fields = at(http.field.as_ref().map(|field| &field.at));
    let codes: Vec<Found> =
        find(code, response, body).into_iter().filter(|found| is_code(&found.value)).collect();
    let of = |found: &[Found], trail: &[usize]| {
        found.iter().find(|found| found.belongs_to(trail)).map(|found| found.value.clone())
    };
    // There are as many entries as there are codes, messages or names. Each has a code.
    let anchors = [&codes, &messages, &fields].into_iter().rev().max_by_key(|found| found.len());
    let reported = anchors.into_iter().flatten().filter_map(|anchor| {
        let code = of(&codes, &anchor.trail)?;
        Some(Reported {
            code: text(&code).trim().to_owned(),
            message: of(&messages, &anchor.trail).and_then(|message| message.as_text().map(str::to_owned)),
            field: of(&fields, &anchor.trail),
        })
    });
    reported.collect()
}

fn is_code(value: &Json) -> bool {
    matches!(value, Json::Text(_) | Json::Integer(_) | Json::Big(_))
}

/// Returns `true` if anything is promised about the body of a response with this status.
fn is_read(http: &Http, operation: &Operation, status: u16) -> bool {
    let of_refusals = [&http.code, &http.message].into_iter().flatten();
    let mut of_refusals = of_refusals.chain(http.field.iter().map(|field| &field.at));
    let is_refusal_read = of_refusals.any(ResponsePlace::is_in_body) || !http.carries.is_empty();
    match operation.is_success(http, status) {
        true => http.output.is_some() || !operation.response.is_empty() || is_sign_read(http),
        false => is_refusal_read,
    }
}

/// Returns `true` if the body of a success distinguishes it from an error response.
fn is_sign_read(http: &Http) -> bool {
    let sign = http.refused.iter().flat_map(|sign| &sign.conditions);
    sign.into_iter().any(|(place, _)| place.is_in_body())
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
    use crate::spec::model::{Field, RefusalSign, Spelling};
    use crate::wire::{Exchange, Outcome};

    fn http() -> Http {
        Http {
            code: ResponsePlace::read("error.code"),
            message: ResponsePlace::read("error.message"),
            output: Some("data".to_owned()),
            ..Http::default()
        }
    }

    fn reply(http: &Http, status: u16, body: &str) -> Reply {
        let specs = crate::spec::read::fixture(&[
            ("service.yaml", "service: s\nvendor: V\nversion: '1'\nprotocol: rest\n"),
            ("A.yaml", "operation: A\nhttp: GET /a\npage: {title: A}\nparameters: {}\nresponse: {}\n"),
        ]);
        let Outcome::Received(response) = Exchange::with_response("A", status, body).outcome else {
            panic!()
        };
        let service = Service { http: Some(http.clone()), ..specs.services[0].clone() };
        decode((&service, &service.operations[0]), &response, Json::read(body.as_bytes()).ok())
    }

    #[test]
    fn statuses_and_places_determine_the_kind_of_response() {
        let read = |text: &str| Json::read(text.as_bytes()).unwrap();
        let http = http();
        assert_eq!(reply(&http, 201, r#"{"data":{"id":1}}"#), Reply::Accepted(read(r#"{"id":1}"#)));
        assert_eq!(reply(&http, 200, "{}"), Reply::Misplaced("data".to_owned()));
        let rejected = reply(&http, 422, r#"{"error":{"code":7,"message":"m"}}"#);
        assert!(
            matches!(rejected, Reply::Rejected { code, message, .. } if code == "7" && message.as_deref() == Some("m"))
        );
        assert!(matches!(reply(&http, 404, ""), Reply::Unreadable(_)));
        let bare = Http::default();
        assert_eq!(reply(&bare, 204, ""), Reply::Accepted(Json::Object(Vec::new())));
        assert!(matches!(reply(&bare, 404, ""), Reply::Rejected { code, .. } if code == "404"));
    }

    #[test]
    fn content_can_distinguish_an_error_response_from_a_success() {
        let sign = |marks_refusal: bool, place: &str, values: &[Json]| Http {
            refused: Some(RefusalSign {
                marks_refusal,
                conditions: vec![(ResponsePlace::read(place).unwrap(), values.to_vec())],
            }),
            code: ResponsePlace::read("error"),
            ..Http::default()
        };
        for (http, body, is_refused) in [
            (sign(true, "ok", &[Json::Bool(false)]), r#"{"ok":false,"error":"x"}"#, true),
            (sign(true, "ok", &[Json::Bool(false)]), r#"{"ok":true,"error":"x"}"#, false),
            (sign(true, "ok", &[Json::Bool(false)]), r#"{"error":"x"}"#, false),
            (sign(false, "ok", &[Json::Bool(true)]), r#"{"error":"x"}"#, true),
            (sign(false, "ok", &[Json::Bool(true)]), r#"{"ok":true,"error":"x"}"#, false),
            (sign(true, "error", &[]), r#"{"error":"x"}"#, true),
            (sign(true, "error", &[]), r#"{"result":"x"}"#, false),
        ] {
            let is_rejected = matches!(reply(&http, 200, body), Reply::Rejected { .. });
            assert_eq!(is_rejected, is_refused, "{body}");
        }
    }

    #[test]
    fn entries_of_a_list_keep_their_code_message_and_name_together() {
        let http = Http {
            code: ResponsePlace::read("errors[].code"),
            message: ResponsePlace::read("errors[].text"),
            field: Some(Field {
                at: ResponsePlace::read("errors[].field").unwrap(),
                spelling: Spelling::Dotted,
            }),
            ..Http::default()
        };
        let body = r#"{"errors":[{"code":"a","field":"x"},{"code":"b","text":"B"}]}"#;
        let Reply::Rejected { code, message, field, further, .. } = reply(&http, 400, body) else { panic!() };
        assert_eq!((code.as_str(), message, field), ("a", None, Some(Json::Text("x".to_owned()))));
        let second = Reported { code: "b".to_owned(), message: Some("B".to_owned()), field: None };
        assert_eq!(further, [second]);
    }

    #[test]
    fn map_of_lists_gives_an_entry_for_each_code() {
        let http = Http {
            code: ResponsePlace::read("faults{}[]"),
            field: Some(Field { at: ResponsePlace::read("faults{key}").unwrap(), spelling: Spelling::Name }),
            ..Http::default()
        };
        let body = r#"{"faults":{"name":["short","odd"],"age":["old"]}}"#;
        let Reply::Rejected { code, field, further, .. } = reply(&http, 400, body) else { panic!() };
        let name = |field: &Option<Json>| field.as_ref().and_then(Json::as_text).map(str::to_owned);
        assert_eq!((code.as_str(), name(&field).as_deref()), ("short", Some("name")));
        let rest: Vec<_> = further.iter().map(|each| (each.code.as_str(), name(&each.field))).collect();
        assert_eq!(rest, [("odd", Some("name".to_owned())), ("old", Some("age".to_owned()))]);
    }
}
