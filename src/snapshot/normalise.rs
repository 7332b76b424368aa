//! What of an answer is kept: everything but the values of elements that are declared to vary, and of what this case drew.

use crate::digest::sha256_hex;
use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Member, Service};
use crate::wire::{self, Exchange, Outcome, Reply};

use crate::inert::escaped;

/// Drawn texts of this length or more are recognised within a longer text; a chance match is out of the question.
const RECOGNISED: usize = 8;

/// The answer of an exchange as one line: its status and its canonical body. `None` if there was no answer.
pub fn normalised(service: &Service, exchange: &Exchange, drawn: &[String]) -> Option<String> {
    canonical(service, exchange, drawn).map(|text| escaped(&text))
}

fn canonical(service: &Service, exchange: &Exchange, drawn: &[String]) -> Option<String> {
    let Outcome::Answered(answer) = &exchange.outcome else { return None };
    let Ok(mut body) = Json::read(answer.body.as_bytes()) else {
        let beginning: String = answer.body.chars().take(200).collect();
        return Some(format!("{} {}", answer.status, Json::Text(beginning)));
    };
    let operation = service.operation(&exchange.operation)?;
    match wire::decode(service, operation, answer) {
        Reply::Accepted(_) => hide_elements(wire::output_mut(service, &mut body), &operation.response),
        Reply::Refused { .. } => {
            let output = wire::output_mut(service, &mut body);
            for name in protocol::facts(service).refusal_varies(service) {
                hide(member_mut(output, name));
            }
        }
        Reply::Unreadable(_) | Reply::Misplaced(_) => {}
    }
    hide_drawn(&mut body, drawn);
    sort(&mut body);
    Some(format!("{} {body}", answer.status))
}

/// The same in short, where only the beginning of the body will be kept: two answers are alike if this is. `hide` leaves out what
/// differs with the caller.
pub fn digest(
    service: &Service,
    exchange: &Exchange,
    drawn: &[String],
    hide: impl Fn(&str) -> String,
) -> Option<String> {
    let Outcome::Answered(answer) = &exchange.outcome else { return None };
    let text = hide(&answer.is_long().then(|| canonical(service, exchange, drawn))??);
    Some(format!(
        "{} {}",
        answer.status,
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

/// Puts a value's type in its place, so that a change of type still shows.
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

/// Members have no order in JSON; the members of a list have.
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
