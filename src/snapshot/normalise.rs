//! The part of a response that is kept: everything except the values of elements that are declared to vary, and the
//! random values of the case.

use crate::digest::sha256_hex;
use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Member, Service};
use crate::wire::{self, Exchange, Outcome, Reply};

use crate::invisible::escape_invisible;

/// Minimum length of a random text that is recognised within a longer text. At this length, a chance match is out of
/// the question.
const RECOGNISED: usize = 8;

/// Returns the response of an exchange as one line: its status and its canonical body. `None` if there was no response.
pub fn normalise(service: &Service, exchange: &Exchange, drawn: &[String]) -> Option<String> {
    canonical(service, exchange, drawn).map(|text| escape_invisible(&text))
}

fn canonical(service: &Service, exchange: &Exchange, drawn: &[String]) -> Option<String> {
    let Outcome::Received(response) = &exchange.outcome else { return None };
    let Ok(mut body) = Json::read(response.body.as_bytes()) else {
        let beginning: String = response.body.chars().take(200).collect();
        return Some(format!("{} {}", response.status, Json::Text(beginning)));
    };
    let operation = service.operation(&exchange.operation)?;
    match wire::decode(service, operation, response) {
        Reply::Accepted(_) => hide_elements(wire::output_mut(service, &mut body), &operation.response),
        Reply::Rejected { code, .. } => {
            for row in service.rows_matching(operation, &code, response.status) {
                hide_elements(&mut body, &row.body);
            }
            let output = wire::output_mut(service, &mut body);
            for name in protocol::facts(service).varying_rejection_elements(service) {
                hide(member_mut(output, name));
            }
        }
        Reply::Unreadable(_) | Reply::Misplaced(_) => {}
    }
    hide_drawn(&mut body, drawn);
    sort(&mut body);
    Some(format!("{} {body}", response.status))
}

/// Returns a short form of the same, if only the beginning of the body will be kept. Two responses are the same if
/// their short forms are. `hide` removes what differs with the caller.
pub fn digest(
    service: &Service,
    exchange: &Exchange,
    drawn: &[String],
    hide: impl Fn(&str) -> String,
) -> Option<String> {
    let Outcome::Received(response) = &exchange.outcome else { return None };
    let text = hide(&response.is_long().then(|| canonical(service, exchange, drawn))??);
    Some(format!(
        "{} {}",
        response.status,
        Json::Text(format!("<long, sha256 {}>", sha256_hex(text.as_bytes())))
    ))
}

fn member_mut<'j>(json: &'j mut Json, name: &str) -> Option<&'j mut Json> {
    match json {
        Json::Object(members) => members.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value),
        _ => None,
    }
}

fn hide_elements(json: &mut Json, elements: &[Member]) {
    for element in elements {
        let Some(value) = member_mut(json, &element.name) else { continue };
        match value {
            _ if element.varies => hide(Some(value)),
            Json::List(items) => {
                items.iter_mut().for_each(|item| hide_elements(item, element.schema.below()))
            }
            value => hide_elements(value, element.schema.below()),
        }
    }
}

/// Replaces a value with its type, so that a change of type still shows.
fn hide(value: Option<&mut Json>) {
    if let Some(value) = value {
        *value = Json::Text(format!("<{}>", value.kind()));
    }
}

fn hide_drawn(json: &mut Json, drawn: &[String]) {
    match json {
        Json::Text(text) => {
            for value in drawn.iter().filter(|value| !value.is_empty()) {
                if text == value {
                    *text = "<drawn>".to_owned();
                } else if value.len() >= RECOGNISED {
                    *text = text.replace(value.as_str(), "<drawn>");
                }
            }
        }
        Json::List(items) => items.iter_mut().for_each(|item| hide_drawn(item, drawn)),
        Json::Object(members) => members.iter_mut().for_each(|(_, value)| hide_drawn(value, drawn)),
        _ => {}
    }
}

/// Sorts the members of objects: they have no order in JSON. The members of a list have one.
fn sort(json: &mut Json) {
    match json {
        Json::Object(members) => {
            members.iter_mut().for_each(|(_, value)| sort(value));
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        Json::List(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}
