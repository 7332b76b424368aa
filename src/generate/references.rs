//! What a case refers to is there: what an earlier call has to send is sent, and what has to be made first is made.

use crate::case::value::Value;
use crate::case::{Call, Case, Parameters};
use crate::spec::model::{Entity, Operation, Service};
use crate::spec::path::Path;

use super::baseline::{Baseline, supply};
use super::valid::valid;

/// Between an entity and the parameter that refers to a further one of its kind: `user-of-managerId`.
const OF: &str = "-of-";

/// So many entities refer to each other at most: those of a spec that goes in circles cannot be made.
const CHAIN: usize = 8;

/// Completes a case: each call sends what others say that it has sent, refers to entities of its own, and what it refers to is
/// made first. `None` if that cannot be.
pub fn complete(service: &Service, mut case: Case) -> Option<Case> {
    tell_apart(service, &mut case.send);
    for call in &mut case.given {
        tell_apart(service, &mut call.send);
    }
    let mut case = send_what_is_referred_to(service, case)?;
    case.given = once(case.given);
    for _ in 0..=CHAIN {
        match missing(service, &case) {
            None => return Some(case),
            Some((at, call)) => case.given.insert(at, call?),
        }
    }
    None
}

/// Two parameters of one call that refer to the same kind of entity refer to two of them.
fn tell_apart(service: &Service, send: &mut Parameters) {
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

/// The labels of the calls whose ids a value holds.
fn labels(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::Id(label) => vec![label],
        Value::List(items) => items.iter_mut().flat_map(labels).collect(),
        Value::Object(members) => members.iter_mut().flat_map(|(_, value)| labels(value)).collect(),
        _ => Vec::new(),
    }
}

/// Of two calls under one label, the first.
fn once(given: Vec<Call>) -> Vec<Call> {
    let mut kept: Vec<Call> = Vec::new();
    for call in given {
        if !kept.iter().any(|known| known.label == call.label) {
            kept.push(call);
        }
    }
    kept
}

/// The first entity that a call refers to and that nothing makes before it: where the call that makes it belongs, and that
/// call, if there is one.
fn missing(service: &Service, case: &Case) -> Option<(usize, Option<Call>)> {
    let of_given = case.given.iter().enumerate().map(|(at, call)| (at, &call.send));
    let end = case.given.len();
    let of_then = case.then.iter().map(|step| (end, &step.call.send));
    for (at, send) in of_given.chain([(end, &case.send)]).chain(of_then) {
        for label in ids(send) {
            let is_made = case.given[..at].iter().any(|call| call.label == label);
            if let Some(entity) = entity_of(service, label).filter(|_| !is_made) {
                return Some((at, make(service, entity, label)));
            }
        }
    }
    None
}

fn entity_of<'s>(service: &'s Service, label: &str) -> Option<&'s Entity> {
    let name = label.split_once(OF).map_or(label, |(name, _)| name);
    service.entity(label).or_else(|| service.entity(name))
}

fn make(service: &Service, entity: &Entity, label: &str) -> Option<Call> {
    let maker: &Operation = service.operation(&entity.made_by)?;
    Baseline::new(service, maker).make(&entity.name, label, &Parameters::new())
}

fn ids(send: &Parameters) -> impl Iterator<Item = &str> {
    send.iter().flat_map(|(_, value)| value.ids())
}

/// Adds to the calls of a case what others refer to and they do not send, as an optional parameter; `None` if one of them
/// cannot send it.
fn send_what_is_referred_to(service: &Service, mut case: Case) -> Option<Case> {
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
        // What refers to another entity goes with it.
        call.shared &= ids(&call.send).next().is_none();
    }
    Some(case)
}

fn same(send: &Parameters) -> impl Iterator<Item = (String, String)> {
    send.iter().filter_map(|(_, value)| match value {
        Value::Same(label, name) => Some((label.clone(), name.clone())),
        _ => None,
    })
}
