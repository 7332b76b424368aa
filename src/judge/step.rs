//! Calls after the tested one that show what it did.

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Operation, When};
use crate::spec::promise;
use crate::wire::{self, Exchange, Outcome, Reply};

use super::rejection::describe;
use super::{Contract, Kind, Line, Mismatch, Promise, Verdict, judge};

/// The values that the response to a call must show.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedValues<'a> {
    /// Response elements by path, with the value that each must show.
    pub elements: &'a [(String, Json)],
    /// Whether they must be present.
    pub demanded: bool,
}

/// Judges a call that follows the tested one, and what its response shows. The note says what could not be observed:
/// the target need not have a `support` operation.
pub fn judge_step(
    contract: Contract<'_>,
    shows: ExpectedValues<'_>,
    exchange: &Exchange,
) -> (Verdict, Option<String>) {
    let Outcome::Received(response) = &exchange.outcome else { return (judge(contract, exchange), None) };
    match wire::decode(contract.service, contract.operation, response) {
        Reply::Accepted(output) if !shows.elements.is_empty() => {
            (Verdict::of(check_shown(contract, shows, &output)), None)
        }
        _ if shows.demanded => (judge(contract, exchange), None),
        Reply::Rejected { code, .. }
            if contract.operation.support && !says_unknown(contract, &code, response.status) =>
        {
            (Verdict::Pass, Some(format!("not read back: {} returned {code}", contract.operation.name)))
        }
        Reply::Unreadable(why) | Reply::Misplaced(why) if contract.operation.support => (
            Verdict::Pass,
            Some(format!("not read back: unreadable response of {}: {why}", contract.operation.name)),
        ),
        _ => (judge(contract, exchange), None),
    }
}

/// Returns `true` if an error response says that the entity does not exist: then the tested call did not do what it
/// reported.
fn says_unknown(contract: Contract<'_>, code: &str, status: u16) -> bool {
    let is_unknown = |when: &When| matches!(when, When::Breaches(bound) if bound.iter().any(|bound| bound.part == Part::ExistsUnknown));
    let mut rows = contract.service.rows_matching(contract.operation, code, status).into_iter();
    rows.any(|row| is_unknown(&row.when))
}

fn check_shown(contract: Contract<'_>, shows: ExpectedValues<'_>, output: &Json) -> Vec<Mismatch> {
    let tried = contract.tested_operation();
    let differing = shows.elements.iter().filter(|(path, expected)| {
        // What the response does not show at all cannot contradict what was sent.
        output.at(path).map_or(shows.demanded, |shown| !is_same(expected, shown))
    });
    differing
        .map(|(path, expected)| Mismatch {
            kind: Kind::Effect,
            promise: promise_of_effect(tried, path),
            lines: vec![Line::new(path, describe(Some(expected)), describe(output.at(path)), true)],
        })
        .collect()
}

/// Returns the page's sentence about the parameter that an element shows.
fn promise_of_effect(tried: &Operation, path: &str) -> Promise {
    // An element has the name of its parameter, at the top level or within one object.
    let within = path.split_once('.').map(|(_, name)| name);
    match within.into_iter().chain([path]).find_map(|name| tried.parameter(name)) {
        Some(parameter) => {
            Promise::new(format!("{} takes effect", parameter.name), &promise::of_effect(parameter))
        }
        None => Promise::new("call", &promise::of_operation(tried)),
    }
}

/// Compares two values. The members of a list may have any order.
fn is_same(expected: &Json, shown: &Json) -> bool {
    match (expected, shown) {
        (Json::List(expected), Json::List(shown)) => {
            expected.iter().all(|member| shown.contains(member))
                && shown.iter().all(|member| expected.contains(member))
        }
        _ => expected == shown,
    }
}
