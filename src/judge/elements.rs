//! Response elements: there, and of their type. What the page does not list may be there as well.

use crate::json::Json;
use crate::spec::model::{Element, Operation, Type};
use crate::spec::promise::Sentence;

use super::refusal::describe;
use super::{Departure, Line, Promise};

/// Every element that is missing or of another type.
pub fn departures(operation: &Operation, output: &Json) -> Vec<Departure> {
    let mut departures = Vec::new();
    check(&operation.response, output, "", &mut departures);
    departures
}

fn check(elements: &[Element], within: &Json, prefix: &str, departures: &mut Vec<Departure>) {
    for element in elements {
        let path = match prefix {
            "" => element.name.clone(),
            _ => format!("{prefix}.{}", element.name),
        };
        match within.get(&element.name) {
            None if element.optional => {}
            Some(value) if is_of(element.kind, value) => check_inside(element, value, &path, departures),
            came => departures.push(departure(element, &path, came)),
        }
    }
}

fn check_inside(element: &Element, value: &Json, path: &str, departures: &mut Vec<Departure>) {
    match value {
        Json::List(items) if !element.elements.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                check(&element.elements, item, &format!("{path}[{index}]"), departures);
            }
        }
        Json::Object(_) => check(&element.elements, value, path, departures),
        _ => {}
    }
}

fn departure(element: &Element, path: &str, came: Option<&Json>) -> Departure {
    let row = format!("{path} | {}", element.kind.name());
    let text = element.says.as_ref().map_or_else(|| row.clone(), |says| format!("{row} | {says}"));
    Departure {
        promise: Promise::new(format!("response {path}"), &Sentence { text, at: element.at.clone() }),
        lines: vec![Line::new(path, element.kind.name(), describe(came), true)],
    }
}

fn is_of(kind: Type, value: &Json) -> bool {
    match (kind, value) {
        (Type::Integer, Json::Number(number)) => number.fract() == 0.0,
        (Type::String, Json::Text(_))
        | (Type::Integer | Type::Number, Json::Integer(_))
        | (Type::Number, Json::Number(_))
        | (Type::Boolean, Json::Bool(_))
        | (Type::Array, Json::List(_))
        | (Type::Object, Json::Object(_)) => true,
        _ => false,
    }
}
