//! What a call says it has done shows when the entity is read.

use crate::case::value::Value;
use crate::case::{About, Case, Expectation, Step, TRIED};
use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Parameter, Shown};

use crate::generate::baseline::{Baseline, other, reference, supply, valid};
use crate::generate::expect;

use super::{about, fault, step};
use crate::generate::plain;

/// Read-back scenarios, where the service has an operation that shows an entity.
pub fn cases(baseline: &Baseline<'_>) -> Vec<Case> {
    let name = baseline.operation.creates.as_deref().or(baseline.entity());
    let Some(reader) = name.and_then(|entity| Reader::of(baseline, entity)) else { return Vec::new() };
    let mut cases = Vec::new();
    match (&baseline.operation.creates, baseline.entity()) {
        (Some(_), _) => cases.push(made(baseline, &reader)),
        (None, Some(entity)) => {
            let shown = baseline.operation.parameters.iter().filter(|each| reader.path(&each.name).is_some());
            cases.extend(shown.filter_map(|parameter| changed(baseline, &reader, parameter, entity)));
            cases.extend(unchanged(baseline, &reader, entity));
        }
        (None, None) => {}
    }
    cases
}

/// An operation that shows one entity.
struct Reader<'s> {
    operation: &'s Operation,
    /// The parameter that takes the id.
    id: &'s Parameter,
    /// What the answer shows.
    shows: Vec<Shown>,
}

impl<'s> Reader<'s> {
    /// An operation that shows more of the entity than its id.
    fn of(baseline: &Baseline<'s>, entity: &'s str) -> Option<Self> {
        baseline.service.readers(entity).find_map(|operation| {
            let id = operation.parameters.iter().find(|each| each.exists.as_deref() == Some(entity))?;
            let shows = operation.shows(baseline.operation);
            (!shows.is_empty()).then_some(Self { operation, id, shows })
        })
    }

    fn path(&self, parameter: &str) -> Option<&str> {
        self.shows.iter().find(|shown| shown.parameter == parameter).map(|shown| shown.path.as_str())
    }

    /// Reads the entity of that label, which must show these values.
    fn step(&self, label: &str, shows: Vec<(String, Value)>) -> Step {
        let send = vec![(self.id.name.clone(), reference(self.id, label))];
        Step { shows, ..step(self.operation, "shown", send, Expectation::Accept) }
    }
}

/// What was made has what was sent.
fn made(baseline: &Baseline<'_>, reader: &Reader<'_>) -> Case {
    let mut send = baseline.all();
    for (name, value) in &mut send {
        // What is forgotten may be set to the first or the last of the listed values by itself.
        let listed = baseline.operation.parameter(name).and_then(|parameter| parameter.rules.values.as_ref());
        if let Some(within) = listed.and_then(|values| values.get(values.len() / 2)) {
            *value = Value::Plain(within.clone());
        }
    }
    let shows = reader.shows.iter().filter(|shown| send.iter().any(|(sent, _)| *sent == shown.parameter));
    let same = |shown: &Shown| Value::Same(TRIED.to_owned(), shown.parameter.clone());
    let shows = shows.map(|shown| (shown.path.clone(), same(shown)));
    let then = vec![reader.step(TRIED, shows.collect())];
    let tries = "what was sent shows when the entity is read".to_owned();
    Case { then, ..plain(baseline.operation, "call/effect", tries, send, Expectation::Accept) }
}

/// What was changed has what was sent.
fn changed(
    baseline: &Baseline<'_>,
    reader: &Reader<'_>,
    parameter: &Parameter,
    entity: &str,
) -> Option<Case> {
    let send = baseline.with(parameter, Some(valid(parameter)));
    let path = reader.path(&parameter.name)?.to_owned();
    let shows = vec![(path, Value::Same(TRIED.to_owned(), parameter.name.clone()))];
    // What had no value before could be left out when it is read.
    let mut made = baseline.make(entity, entity, &send)?;
    supply(baseline.service, &mut made, &parameter.name, |_| other(parameter, &valid(parameter)));
    let given = vec![made];
    let then = vec![reader.step(entity, shows)];
    let tries = format!("{}: the new value shows when the entity is read", parameter.name);
    let id = format!("{}/effect", parameter.name);
    let about = vec![About { parameter: parameter.name.clone(), breach: Breach::Type }];
    Some(Case { about, given, then, ..plain(baseline.operation, &id, tries, send, Expectation::Accept) })
}

/// A refused change changes nothing: one parameter is valid and new, another at fault.
fn unchanged(baseline: &Baseline<'_>, reader: &Reader<'_>, entity: &str) -> Vec<Case> {
    let can_show_it = |parameter: &Parameter| {
        let value = valid(parameter);
        !parameter.is_new() && other(parameter, &value) != value
    };
    let shown = |parameter: &&Parameter| reader.path(&parameter.name).is_some() && can_show_it(parameter);
    let Some(parameter) = baseline.operation.parameters.iter().find(shown) else { return Vec::new() };
    let others = baseline.operation.parameters.iter().filter(|each| each.name != parameter.name);
    others
        .filter(|each| each.exists.is_none())
        .filter_map(|at_fault| {
            let (trial, breach) = fault(baseline, at_fault)?;
            let mut made = baseline.make(entity, entity, &Vec::new())?;
            supply(baseline.service, &mut made, &parameter.name, |_| valid(parameter));
            let mut send = baseline.with(at_fault, trial.value);
            send.retain(|(name, _)| *name != parameter.name);
            let before = made.send.iter().find(|(name, _)| *name == parameter.name)?.1.clone();
            send.push((parameter.name.clone(), other(parameter, &before)));
            let path = reader.path(&parameter.name)?.to_owned();
            let shows = vec![(path, Value::Same(entity.to_owned(), parameter.name.clone()))];
            let slug = format!("refused-with-{}", parameter.name);
            let tries = format!("a call that is refused for it leaves {} as it was", parameter.name);
            let expect = expect::reject(baseline, at_fault, breach);
            let case = about(baseline, at_fault, breach, (&slug, &tries), (send, expect));
            Some(Case { given: vec![made], then: vec![reader.step(entity, shows)], ..case })
        })
        .collect()
}
