//! Relations: calls that keep all promises about several values, and calls that break one of them.
//!
//! Other modules build calls as if each value stood alone. [`settle`] then changes what a case does not test, so that
//! all relations hold; where that is impossible, the ruling on the whole call decides what must come back.

mod complete;
mod edits;
mod objects;
mod settings;
mod solve;
mod trials;

use crate::case::value::Value;
use crate::case::{AMONG_OTHERS, Call, Case, Expectation, OF, Parameters, Rows};
use crate::diagnostic::Finding;
use crate::json::Json;
use crate::spec::model::{Condition, Operation, Relation, Service};
use crate::spec::path::Path;
use crate::spec::ruling::{Outcome, Ruling, relation};

use super::context::widened;
use super::expect;
use super::plain::PlainCall;

pub use complete::completed;
pub use objects::kept;
pub use solve::EFFORT;
pub use trials::cases;

/// Returns a call of an operation changed so that all relations hold. What stands at the fixed places stays. If that is
/// impossible, as few relations as possible are broken.
pub fn repaired(plain: &PlainCall<'_>, send: Parameters, fixed: &[Path]) -> Parameters {
    match plain.relations().is_empty() {
        true => send,
        false => solve::repaired(plain, send, fixed, 0),
    }
}

/// Changes what a case does not test so that all relations hold, and adapts its expectation if they do not. Returns
/// `None` if nothing is left to test. `turn` is the number of the case among those of its place.
pub fn settle(plain: &PlainCall<'_>, case: Case, tested: Option<&Path>, turn: usize) -> Option<Case> {
    let mut fixed: Vec<Path> = case.about.iter().map(|about| about.at.clone()).collect();
    fixed.extend(tested.cloned());
    // Values that later calls refer to.
    let earlier = case.send.iter().filter(|(_, value)| matches!(value, Value::Same(_)));
    fixed.extend(earlier.map(|(name, _)| Path::member(name.as_str())));
    if let Some(crate::wire::Twist::Repeat(name)) = &case.twist {
        fixed.push(Path::member(name));
    }
    let send = solve::repaired(plain, case.send.clone(), &fixed, turn);
    let ruling = relation::on_call(plain.operation, &stand_ins(&send));
    let mut case = Case { send, ..case };
    for step in &mut case.then {
        let is_shown =
            |name: &str| Path::read(name).is_some_and(|at| crate::case::sent_at(&case.send, &at).is_some());
        step.shows.retain(|(_, value)| match value {
            Value::Same(sent) if sent.call == crate::case::TRIED => is_shown(&sent.parameter),
            _ => true,
        });
    }
    match ruling.outcome() {
        Outcome::Holds => Some(case),
        // What follows an accepted call, or is sent at once, says nothing about a call that may be rejected.
        _ if !case.then.is_empty() || case.at_once > 1 => None,
        _ => {
            let expect = combined(plain, case.expect.clone(), &ruling);
            Some(Case { expect, ..case })
        }
    }
}

/// Changes a call that must be accepted so that all relations of its operation hold. What it takes from other calls
/// stays, and so do the parameters that other calls take from it.
pub fn accepted(service: &Service, call: &mut Call, taken: &[Path]) {
    let Some(operation) = service.operation(&call.operation) else { return };
    if !operation.has_relations() {
        return;
    }
    let from_others = call.send.iter().filter(|(_, value)| matches!(value, Value::Same(_) | Value::Id(_)));
    let fixed = from_others.map(|(name, _)| Path::member(name.as_str()));
    let fixed: Vec<Path> = fixed.chain(taken.iter().cloned()).collect();
    let send = std::mem::take(&mut call.send);
    call.send = solve::repaired(&PlainCall::new(service, operation), send, &fixed, 0);
}

/// Returns the expectation for a call that does not keep all relations, from the expectation for its values alone.
fn combined(plain: &PlainCall<'_>, alone: Expectation, ruling: &Ruling) -> Expectation {
    let together = expect::expectation(plain.service, plain.operation, ruling);
    match (alone, together) {
        (Expectation::Accept, together) => together,
        (alone @ Expectation::Reject(Rows::Codes(_)), Expectation::Reject(Rows::Codes(together))) => {
            widened(alone, together)
        }
        // A value that is rejected anyway may be rejected for a relation that may be broken.
        (alone @ Expectation::Reject(Rows::Codes(_)), Expectation::Silent(_)) => {
            let certain = Ruling { breaches: ruling.coverable(), open: Vec::new() };
            match expect::expectation(plain.service, plain.operation, &certain) {
                Expectation::Reject(Rows::Codes(codes)) => widened(alone, codes),
                _ => Expectation::Reject(Rows::Any),
            }
        }
        (Expectation::Reject(_), _) | (_, Expectation::Reject(_)) => Expectation::Reject(Rows::Any),
        (silent @ Expectation::Silent(_), _) => silent,
        (_, together) => together,
    }
}

/// Returns the values of a call. What is known only at run time is replaced with a text that differs from all others, as
/// it will when the call is sent.
pub fn stand_ins(send: &Parameters) -> Vec<(String, Json)> {
    let mut number = 0;
    send.iter().map(|(name, value)| (name.to_string(), stand_in(value, &mut number))).collect()
}

fn stand_in(value: &Value, number: &mut usize) -> Json {
    match value {
        // A label of its own names one entity.
        Value::Id(label) if label.contains(OF) => Json::Text(format!("id of {label}")),
        Value::Id(label) => {
            // Each parameter of a call refers to an entity of its own.
            *number += 1;
            Json::Text(format!("id {number} of {label}"))
        }
        Value::Same(sent) => Json::Text(format!("{} of {}", sent.parameter, sent.call)),
        Value::Described(text) if text.is_random() => {
            *number += 1;
            Json::Text(text.numbered(*number))
        }
        Value::List(items) => Json::List(items.iter().map(|item| stand_in(item, number)).collect()),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.to_string(), stand_in(value, number)));
            Json::Object(members.collect())
        }
        value => value.witness().unwrap_or(Json::Null),
    }
}

/// Returns a smallest set of relations of an operation that no call can keep together; empty if a call keeps all.
pub fn contradiction<'s>(service: &'s Service, operation: &'s Operation) -> Vec<&'s Relation> {
    solve::contradiction(&PlainCall::new(service, operation))
}

/// Returns the finding about relations of an operation that no call can keep together.
pub fn contradiction_finding(service: &Service, operation: &Operation) -> Option<Finding> {
    if !operation.has_relations() {
        return None;
    }
    let relations = contradiction(service, operation);
    let first = relations.first()?;
    let title = match relations.len() {
        1 => "no call was found that keeps this relation".to_owned(),
        number => format!("no call was found that keeps these {number} relations together"),
    };
    let help = match relations.as_slice() {
        [_] => "compare it with the page, and with the rules of the parameters".to_owned(),
        several => {
            let lines: Vec<String> = several.iter().map(|relation| relation.at.line().to_string()).collect();
            format!(
                "compare them with the page, and with the rules of the parameters: lines {}",
                lines.join(", ")
            )
        }
    };
    Some(Finding::error("contradictory-relations", title).at(&first.at).help(help))
}

/// Returns the places that relations name and for which no call was found that gives them and keeps all relations.
pub fn never_given(service: &Service, operation: &Operation) -> Vec<Path> {
    let plain = PlainCall::new(service, operation);
    let mut places: Vec<Path> = Vec::new();
    for (base, relation) in plain.relations() {
        let asked = relation.condition.iter().flat_map(Condition::paths);
        places.extend(asked.chain(relation.demand.paths()).map(|at| base.join(at)));
    }
    places.sort();
    places.dedup();
    places.retain(|at| solve::is_never_given(&plain, at));
    places
}

/// Returns the call that creates something, changed so that all relations of its operation hold.
pub fn made(service: &Service, maker: &Operation, send: Parameters) -> Parameters {
    match maker.has_relations() {
        false => send,
        true => solve::repaired(&PlainCall::new(service, maker), send, &[], 0),
    }
}

/// Drops cases that send the same as an earlier variant of themselves.
pub fn without_repetitions(cases: Vec<Case>) -> Vec<Case> {
    let mut kept: Vec<Case> = Vec::new();
    let mut seen: std::collections::HashSet<String> = std::collections::HashSet::new();
    for case in cases {
        let is_variant = case.tries.ends_with(AMONG_OTHERS);
        let sends = format!("{:?}{:?}{:?}{:?}", case.about, case.given, case.send, case.expect);
        if seen.insert(sends) || !is_variant {
            kept.push(case);
        }
    }
    kept
}
