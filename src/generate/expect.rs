//! Derives the expected response from what the page says about a value.

use crate::case::value::Value;
use crate::case::{Case, Expectation, Parameters, Rows};
use crate::spec::breach::Part;
use crate::spec::model::{ErrorRow, Member, Operation, RequestFault, Required, Schema, Service, Type, When};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Outcome, Ruling};

use super::plain::PlainCall;

const TAKEN: &str = "another entity may already have this value";

const CHANGES_NOTHING: &str = "the page does not say whether a call that changes nothing succeeds";

/// Returns the expectation that a ruling supports.
pub fn expectation(service: &Service, operation: &Operation, ruling: &Ruling) -> Expectation {
    match ruling.outcome() {
        Outcome::Holds => Expectation::Accept,
        Outcome::Open => Expectation::Silent(ruling.why_open().unwrap_or("the page is silent").to_owned()),
        Outcome::Breaks => Expectation::Reject(rows(service, operation, ruling)),
    }
}

/// Relaxes an expectation if another entity may already have the value.
pub fn of_value(parameter: &Member, value: Option<&Value>, expect: Expectation) -> Expectation {
    let can_be_taken = parameter.unique && value.is_some_and(|value| value.random_count().is_none());
    match expect {
        Expectation::Accept if can_be_taken => Expectation::Silent(TAKEN.to_owned()),
        expect => expect,
    }
}

/// Returns the expectation for a violation by a parameter.
pub fn reject(plain: &PlainCall<'_>, parameter: &Member, breach: Part) -> Expectation {
    let ruling = Ruling::breaks(breach).at(&Path::member(&parameter.name));
    expectation(plain.service, plain.operation, &ruling)
}

/// The size in bytes above which a request may be too large for a service whose page states no limit.
const LARGE: usize = 10_000;

/// Returns the codes that may be returned for the size of a request.
pub fn rows_for_size(plain: &PlainCall<'_>, size: usize) -> Vec<String> {
    let is_for_size = |row: &&ErrorRow| row.when == When::Request(RequestFault::TooLarge) && size > LARGE;
    let rows = plain.service.rows(plain.operation).filter(is_for_size);
    rows.flat_map(|row| row.codes.clone()).collect()
}

/// Returns the rows that may be returned: all that cover a violation which some reader could name. If one of these
/// violations has no row, any row may be returned.
fn rows(service: &Service, operation: &Operation, ruling: &Ruling) -> Rows {
    let coverable = ruling.coverable();
    if coverable.iter().any(|breach| service.rows_for(operation, breach).next().is_none()) {
        return Rows::Any;
    }
    let mut codes: Vec<String> = Vec::new();
    for row in coverable.iter().flat_map(|breach| service.rows_for(operation, breach)) {
        for code in &row.codes {
            if !codes.contains(code) {
                codes.push(code.clone());
            }
        }
    }
    Rows::Codes(codes)
}

/// Relaxes the cases of an operation whose values may contain an object that the page does not describe. Cases that
/// then test nothing are dropped.
pub fn relax_doubtful(operation: &Operation, cases: Vec<Case>) -> Vec<Case> {
    let mut parameters = operation.parameters.iter();
    match parameters.any(|parameter| may_lack_members(&parameter.schema, &mut Vec::new())) {
        true => cases.into_iter().filter_map(|case| relax(operation, case)).collect(),
        false => cases,
    }
}

/// Returns `true` if a value of these rules can be or contain an object that the page does not describe.
fn may_lack_members<'s>(schema: &'s Schema, types: &mut Vec<&'s str>) -> bool {
    if let Some(again) = schema.again() {
        if types.contains(&again.name.as_str()) {
            return false;
        }
        types.push(&again.name);
    }
    match schema.kind() {
        _ if schema.open.is_some() => true,
        Type::Object => {
            let members = schema.members();
            members.is_empty() || members.iter().any(|member| may_lack_members(&member.schema, types))
        }
        // If the page does not describe the items of a list, they may be objects.
        Type::Array => schema.items().is_none_or(|items| may_lack_members(items, types)),
        Type::Map => schema.entries().is_some_and(|entries| may_lack_members(&entries.items, types)),
        _ => false,
    }
}

/// Relaxes a case in which a value other than the tested one may cause the rejection: an object that the page does not
/// describe, so that no valid value for it is known. A violation next to it must still be rejected, but any row may be
/// returned. Returns `None` if nothing is left to test.
fn relax(operation: &Operation, case: Case) -> Option<Case> {
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

/// Returns the parameter with a value of unknown validity.
fn doubtful<'o>(operation: &'o Operation, send: &Parameters) -> Option<&'o str> {
    send.iter().find_map(|(name, value)| {
        let parameter = operation.parameter(name)?;
        // Of which entities are meant, there are only examples.
        if parameter.exists.is_some() && parameter.schema.open.is_some() {
            return Some(parameter.name.as_str());
        }
        let ruling = ruling::on_member(parameter, Some(&value.witness()?));
        ruling.is_uncertain().then_some(parameter.name.as_str())
    })
}

/// Returns the expectation for a call that violates nothing: it succeeds. No page says whether a call succeeds that
/// only names its entity.
pub fn whole_call(plain: &PlainCall<'_>, send: &Parameters) -> Expectation {
    let changes = |name: &str| {
        plain
            .operation
            .parameter(name)
            .is_some_and(|parameter| parameter.exists.is_none() && !parameter.common)
    };
    let could_change = plain
        .operation
        .parameters
        .iter()
        .any(|parameter| changes(&parameter.name) && parameter.required != Required::Yes);
    let has_entity = plain.operation.creates.is_none()
        && plain.operation.parameters.iter().any(|parameter| parameter.exists.is_some());
    let can_change = could_change && !plain.operation.only_reads();
    match has_entity && can_change && !send.iter().any(|(name, _)| changes(name)) {
        true => Expectation::Silent(CHANGES_NOTHING.to_owned()),
        false => Expectation::Accept,
    }
}
