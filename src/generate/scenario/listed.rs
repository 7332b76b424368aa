//! A list with something in it.

use crate::case::{Case, Parameters};
use crate::generate::baseline::Baseline;
use crate::generate::{expect, plain};

/// A call of the operation that lists an entity, while there is one: the members of an empty list keep every promise.
pub fn case(baseline: &Baseline<'_>) -> Option<Case> {
    let operation = baseline.operation;
    let mut entities = baseline.service.entities.iter();
    let entity = entities.find(|entity| entity.listed_by.as_ref() == Some(&operation.name))?;
    let send = baseline.required();
    let made = baseline.make(&entity.name, &entity.name, &Parameters::new())?;
    let expect = expect::whole_call(baseline, &send);
    let given = [baseline.given(&send, &expect), vec![made]].concat();
    let tries = "while there is something to list".to_owned();
    Some(Case { given, ..plain(operation, "call/listed", tries, send, expect) })
}
