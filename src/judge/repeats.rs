//! Elements that the page calls unique: no two answers of a run may share a value.

use std::collections::HashMap;

use crate::json::Json;
use crate::spec::model::{Element, Service};
use crate::spec::promise::Sentence;
use crate::wire::{self, Exchange, Outcome, Reply};

use super::{Departure, Line, Promise};

/// The values seen so far, in the order of the plan.
#[derive(Debug, Default)]
pub struct RequestIds {
    seen: HashMap<(String, String), String>,
}

impl RequestIds {
    /// Takes note of an exchange of a case; a value that an earlier answer had is a departure.
    pub fn take(&mut self, service: &Service, case: &str, exchange: &Exchange) -> Vec<Departure> {
        let Some(operation) = service.operation(&exchange.operation) else { return Vec::new() };
        let Outcome::Answered(answer) = &exchange.outcome else { return Vec::new() };
        let body = match wire::decode(service, answer) {
            Reply::Accepted(body) | Reply::Refused { body, .. } => body,
            Reply::Unreadable(_) => return Vec::new(),
        };
        let unique = operation.response.iter().filter(|element| element.unique);
        unique.filter_map(|element| self.note(element, &body, case)).collect()
    }

    fn note(&mut self, element: &Element, body: &Json, case: &str) -> Option<Departure> {
        let value = body.get(&element.name)?.to_string();
        let earlier = self.seen.insert((element.name.clone(), value.clone()), case.to_owned())?;
        let text = element.says.clone().unwrap_or_else(|| format!("{} is unique", element.name));
        Some(Departure {
            promise: Promise::new(
                format!("response {}", element.name),
                &Sentence { text, at: element.at.clone() },
            ),
            lines: vec![Line::new(
                &element.name,
                "a value that no other answer has",
                format!("{value}, as in {earlier}"),
                true,
            )],
        })
    }
}
