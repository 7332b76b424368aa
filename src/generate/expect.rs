//! From what the page says about a value to what a target must answer.

use crate::case::value::Value;
use crate::case::{Case, Expectation, Parameters, Rows};
use crate::spec::breach::Part;
use crate::spec::model::{ErrorRow, Member, Operation, RequestFault, Required, Schema, Service, Type, When};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Outcome, Ruling};

use super::baseline::Baseline;

const TAKEN: &str = "another entity may already have this value";

const CHANGES_NOTHING: &str = "the page does not say whether a call that changes nothing succeeds";

/// The expectation that a ruling supports.
pub fn expectation(service: &Service, operation: &Operation, ruling: &Ruling) -> Expectation {
    match ruling.outcome() {
        Outcome::Holds => Expectation::Accept,
        Outcome::Open => Expectation::Silent(ruling.why_open().unwrap_or("the page is silent").to_owned()),
        Outcome::Breaks => Expectation::Reject(rows(service, operation, ruling)),
    }
}

/// The expectation, where the value is one that another entity can have already.
pub fn of_value(parameter: &Member, value: Option<&Value>, expect: Expectation) -> Expectation {
    let can_be_taken = parameter.unique && value.is_some_and(|value| value.drawn().is_none());
    match expect {
        Expectation::Accept if can_be_taken => Expectation::Silent(TAKEN.to_owned()),
        expect => expect,
    }
}

/// The rows that answer a breach.
pub fn reject(baseline: &Baseline<'_>, parameter: &Member, breach: Part) -> Expectation {
    let ruling = Ruling::breaks(breach).at(&Path::member(&parameter.name));
    expectation(baseline.service, baseline.operation, &ruling)
}

/// Larger requests than this, in bytes, may be too large for a service whose page does not say how large they can be.
const LARGE: usize = 10_000;

/// The codes that may answer a request for its size.
pub fn rows_for_size(baseline: &Baseline<'_>, size: usize) -> Vec<String> {
    let is_for_size = |row: &&ErrorRow| row.when == When::Request(RequestFault::TooLarge) && size > LARGE;
    let rows = baseline.service.rows(baseline.operation).filter(is_for_size);
    rows.flat_map(|row| row.codes.clone()).collect()
}

/// The rows that may answer: all that are bound to a breach that some reader could name. One without a row leaves the whole
/// table open.
fn rows(service: &Service, operation: &Operation, ruling: &Ruling) -> Rows {
    let answerable = ruling.answerable();
    if answerable.iter().any(|breach| service.rows_for(operation, breach).next().is_none()) {
        return Rows::Any;
    }
    let mut codes: Vec<String> = Vec::new();
    for row in answerable.iter().flat_map(|breach| service.rows_for(operation, breach)) {
        for code in &row.codes {
            if !codes.contains(code) {
                codes.push(code.clone());
            }
        }
    }
    Rows::Codes(codes)
}

/// The cases of an operation, as far as something can be held in them.
pub fn in_doubt(operation: &Operation, cases: Vec<Case>) -> Vec<Case> {
    let mut parameters = operation.parameters.iter();
    match parameters.any(|parameter| may_lack_members(&parameter.schema, &mut Vec::new())) {
        true => cases.into_iter().filter_map(|case| held(operation, case)).collect(),
        false => cases,
    }
}

/// Whether a value of these rules can be, or hold, an object of which the page says nothing.
fn may_lack_members<'s>(schema: &'s Schema, types: &mut Vec<&'s str>) -> bool {
    if let Some(again) = schema.again() {
        if types.contains(&again.name.as_str()) {
            return false;
        }
        types.push(&again.name);
    }
    match schema.kind() {
        Type::Object => {
            let members = schema.members();
            members.is_empty() || members.iter().any(|member| may_lack_members(&member.schema, types))
        }
        // What a list may hold where the page does not say, may be an object too.
        Type::Array => schema.items().is_none_or(|items| may_lack_members(items, types)),
        _ => false,
    }
}

/// A case, in which another value than the tried one may be what is refused: an object of which the page says nothing, and of
/// which nothing valid can be made. What breaks a rule beside it is refused all the same, by whichever row. `None` where nothing
/// is left to be held.
fn held(operation: &Operation, case: Case) -> Option<Case> {
    let Some(name) = doubtful(operation, &case.send) else { return Some(case) };
    let expect = match case.expect {
        Expectation::Reject(Rows::Codes(_)) => Expectation::Reject(Rows::Any),
        Expectation::Accept | Expectation::OneAccepted(_) | Expectation::AcceptOr(_) => {
            Expectation::Silent(format!("the page does not say what is valid for {name}"))
        }
        expect => expect,
    };
    (case.then.is_empty() || matches!(expect, Expectation::Reject(_))).then_some(Case { expect, ..case })
}

/// The parameter with a value of which nobody knows whether it is valid.
fn doubtful<'o>(operation: &'o Operation, send: &Parameters) -> Option<&'o str> {
    send.iter().find_map(|(name, value)| {
        let parameter = operation.parameter(name)?;
        let ruling = ruling::on_member(parameter, Some(&value.witness()?));
        ruling.lacks_members().then_some(parameter.name.as_str())
    })
}

/// A call that breaks nothing succeeds; whether one that only names its entity does, no page says.
pub fn whole_call(baseline: &Baseline<'_>, send: &Parameters) -> Expectation {
    let changes = |name: &str| {
        baseline
            .operation
            .parameter(name)
            .is_some_and(|parameter| parameter.exists.is_none() && !parameter.common)
    };
    let could_change = baseline
        .operation
        .parameters
        .iter()
        .any(|parameter| changes(&parameter.name) && parameter.required != Required::Yes);
    let has_entity = baseline.operation.parameters.iter().any(|parameter| parameter.exists.is_some());
    let can_change = could_change && !baseline.operation.only_reads();
    match has_entity && can_change && !send.iter().any(|(name, _)| changes(name)) {
        true => Expectation::Silent(CHANGES_NOTHING.to_owned()),
        false => Expectation::Accept,
    }
}
