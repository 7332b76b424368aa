//! What a case refers to was sent.

use crate::case::value::Value;
use crate::case::{Case, Parameters};
use crate::spec::model::Service;

use super::baseline::{supply, valid};

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
                supply(service, call, name, valid)?;
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
