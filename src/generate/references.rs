//! Makes sure that whatever a case refers to exists: earlier calls send it, and entities are created first.

use crate::case::value::Value;
use crate::case::{Call, Case, Expectation, OF, Parameters, TRIED, entity_of};
use crate::spec::model::{Entity, Operation, Service};
use crate::spec::path::Path;

use super::plain::{PlainCall, supply};
use super::relations;
use super::valid::valid;

/// The maximum number of entities that are added to a case. Entities of a spec that refer to each other in a circle
/// cannot be created.
const CHAIN: usize = 8;

/// Completes a case: each call sends what others refer to, refers to entities of its own, and comes after the calls
/// that create those. Returns `None` if that is not possible.
pub fn complete(service: &Service, mut case: Case) -> Option<Case> {
    separate_references(service, &mut case.send);
    for call in &mut case.given {
        separate_references(service, &mut call.send);
    }
    let mut case = send_referenced(service, case)?;
    case.given = once(case.given);
    for _ in 0..=CHAIN {
        match missing(service, &case) {
            None => return Some(case),
            Some((at, call)) => case.given.insert(at, call?),
        }
    }
    None
}

/// Makes parameters of one call that refer to the same kind of entity refer to different ones.
fn separate_references(service: &Service, send: &mut Parameters) {
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in send {
        for label in labels(value) {
            if service.entity(label).is_some() && seen.contains(label) {
                *label = format!("{label}{OF}{name}");
            }
            seen.push(label.clone());
        }
    }
}

/// Returns the labels of the calls whose ids a value contains.
fn labels(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::Id(label) => vec![label],
        Value::List(items) => items.iter_mut().flat_map(labels).collect(),
        Value::Object(members) => members.iter_mut().flat_map(|(_, value)| labels(value)).collect(),
        _ => Vec::new(),
    }
}

/// Keeps only the first of several calls with the same label.
fn once(given: Vec<Call>) -> Vec<Call> {
    let mut kept: Vec<Call> = Vec::new();
    for call in given {
        if !kept.iter().any(|known| known.label == call.label) {
            kept.push(call);
        }
    }
    kept
}

/// Finds the first entity to which a call refers and that no earlier call creates. Returns the position for the call
/// that creates it, and that call, if there is one.
fn missing(service: &Service, case: &Case) -> Option<(usize, Option<Call>)> {
    let of_given = case.given.iter().enumerate().map(|(at, call)| (at, &call.send));
    let end = case.given.len();
    let of_then = case.then.iter().map(|step| (end, &step.call.send));
    for (at, send) in of_given.chain([(end, &case.send)]).chain(of_then) {
        for label in ids(send) {
            let is_made = case.given[..at].iter().any(|call| call.label == label);
            match entity_of(service, label) {
                _ if is_made => {}
                Some(entity) if entity.foreign => {}
                Some(entity) => return Some((at, make(service, entity, label))),
                // An id of nothing that the case makes would be sent as null.
                None if !is_tried(case, label) => return Some((at, None)),
                None => {}
            }
        }
    }
    None
}

/// Returns `true` if a label is that of the tested call, or of a call after it.
fn is_tried(case: &Case, label: &str) -> bool {
    label == TRIED || case.then.iter().any(|step| step.call.label == label)
}

fn make(service: &Service, entity: &Entity, label: &str) -> Option<Call> {
    let maker: &Operation = service.operation(&entity.made_by)?;
    PlainCall::new(service, maker).make(&entity.name, label, &Parameters::new())
}

fn ids(send: &Parameters) -> impl Iterator<Item = &str> {
    send.iter().flat_map(|(_, value)| value.ids())
}

/// Adds optional parameters to the calls of a case if other calls refer to them. Returns `None` if one of the calls
/// cannot send its parameter.
fn send_referenced(service: &Service, mut case: Case) -> Option<Case> {
    let of_given = case.given.iter().map(|call| &call.send);
    let of_then = case.then.iter().flat_map(|step| [&step.call.send, &step.shows]);
    let referred: Vec<(String, String)> =
        of_given.chain([&case.send]).chain(of_then).flat_map(same).collect();
    for call in &mut case.given {
        for (label, name) in &referred {
            if *label == call.label {
                supply(service, call, &Path::read(name)?, valid)?;
            }
        }
        let taken = referred.iter().filter(|(label, _)| *label == call.label);
        let taken: Vec<Path> = taken.filter_map(|(_, name)| Path::read(name)).collect();
        relations::accepted(service, call, &taken);
        // An entity that refers to another one is removed with it.
        call.shared &= ids(&call.send).next().is_none();
    }
    for step in case.then.iter_mut().filter(|step| step.expect == Expectation::Accept) {
        relations::accepted(service, &mut step.call, &[]);
    }
    Some(case)
}

fn same(send: &Parameters) -> impl Iterator<Item = (String, String)> {
    send.iter().filter_map(|(_, value)| match value {
        Value::Same(earlier) => Some((earlier.call.clone(), earlier.parameter.clone())),
        _ => None,
    })
}
