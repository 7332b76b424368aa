//! The parts of a result that depend only on its case, whatever the outcome.

use crate::case::{self, Case, Expectation, Rows};
use crate::event::{CaseResult, Expected};
use crate::judge::{self, Observed, Promise, Verdict};
use crate::spec::model::{Operation, Service, Specs};

/// Returns the result of a case that does not run.
pub fn skipped(specs: &Specs, case: &Case, reason: &str) -> CaseResult {
    match specs.operation(&case.operation) {
        Some((service, operation)) => CaseResult {
            verdict: Verdict::Skipped { reason: reason.to_owned() },
            ..facts(service, operation, case)
        },
        None => unknown_operation(case),
    }
}

fn unknown_operation(case: &Case) -> CaseResult {
    CaseResult {
        id: case.id.clone(),
        vendor: String::new(),
        service: String::new(),
        operation: case.operation.clone(),
        tries: case.tries.clone(),
        promise: Promise { rule: String::new(), sentence: String::new(), place: String::new() },
        about: Vec::new(),
        rows: Vec::new(),
        expected: Expected::default(),
        observed: Observed::default(),
        open: false,
        choice: false,
        other_only: false,
        digest: None,
        unsettled: false,
        sends: String::new(),
        expects: String::new(),
        state: None,
        verdict: Verdict::Skipped { reason: format!("the specs have no operation {}", case.operation) },
        exchanges: Vec::new(),
        tried: None,
        drawn: Vec::new(),
        seed: 0,
        attempts: 0,
        notes: Vec::new(),
        kept: Vec::new(),
        micros: 0,
    }
}

/// Returns a result without a verdict.
pub fn facts(service: &Service, operation: &Operation, case: &Case) -> CaseResult {
    CaseResult {
        vendor: service.vendor.clone(),
        service: service.folder.clone(),
        promise: judge::promise_of(operation, &case.about),
        about: case
            .about
            .iter()
            .map(|about| judge::promise_of(operation, std::slice::from_ref(about)))
            .collect(),
        rows: rows(service, operation, case),
        expected: Expected::from(&case.expect),
        open: matches!(case.expect, Expectation::Silent(_)),
        choice: case.leaves_choice(),
        unsettled: !case.is_settled(service, operation),
        sends: case::sends(case),
        expects: case::expects(case),
        state: Some(case::digest(case)),
        ..unknown_operation(case)
    }
}

/// Returns the places of the error rows that may be returned.
fn rows(service: &Service, operation: &Operation, case: &Case) -> Vec<String> {
    let Some(Rows::Codes(codes)) = case.expect.rows() else { return Vec::new() };
    let named = service.rows(operation).filter(|row| row.codes.iter().any(|code| codes.contains(code)));
    named.map(|row| row.at.to_string()).collect()
}
