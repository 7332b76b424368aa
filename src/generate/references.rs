//! What a case refers to was sent.

use crate::case::value::Value;
use crate::case::{Call, Case, Parameters};
use crate::spec::model::Service;

use super::baseline::{put, valid};

/// Adds to the calls of a case what others refer to and they do not send, as an optional parameter; `None` if one of them
/// cannot send it.
pub fn complete(service: &Service, mut case: Case) -> Option<Case> {
    let of_given = case.given.iter().map(|call| &call.send);
    let of_then = case.then.iter().flat_map(|step| [&step.call.send, &step.shows]);
    let referred: Vec<(String, String)> =
        of_given.chain([&case.send]).chain(of_then).flat_map(references).collect();
    for call in &mut case.given {
        for (label, name) in &referred {
            if *label == call.label {
                add(service, call, name)?;
            }
        }
    }
    Some(case)
}

fn references(send: &Parameters) -> impl Iterator<Item = (String, String)> {
    send.iter().filter_map(|(_, value)| match value {
        Value::Same(label, name) => Some((label.clone(), name.clone())),
        _ => None,
    })
}

/// Adds a valid value to a call that has none, at the parameter's place.
fn add(service: &Service, call: &mut Call, name: &str) -> Option<()> {
    if call.send.iter().any(|(sent, _)| sent == name) {
        return Some(());
    }
    let operation = service.operation(&call.operation)?;
    let value = valid(operation.parameter(name)?);
    put(operation, &mut call.send, name, value);
    Some(())
}
