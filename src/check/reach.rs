//! Which cases test each error row and each rule, and why some error rows cannot be tested.

use std::borrow::Borrow;

use crate::case::{Case, Rows};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Circumstance, ErrorRow, Operation, RequestFault, Service, When};
use crate::spec::path::Path;

/// An error row and the cases that require it.
#[derive(Debug, Clone)]
pub struct RowReach<'a> {
    /// The row.
    pub row: &'a ErrorRow,
    /// Whether it is on the operation's own page; otherwise it is a common row of the service.
    pub own: bool,
    /// The ids of the cases in which this row may be returned for what they test.
    pub cases: Vec<String>,
    /// The reason why no case can require it, if none does.
    pub why: Option<String>,
}

/// Returns every error row that applies to an operation, its own rows first.
pub fn rows<'a>(
    service: &'a Service,
    operation: &'a Operation,
    cases: &[impl Borrow<Case>],
) -> Vec<RowReach<'a>> {
    let cases = cases.iter().map(Borrow::borrow);
    let of_operation: Vec<&Case> = cases.filter(|case: &&Case| case.operation == operation.id).collect();
    let own = operation.errors.iter().map(|row| (row, true));
    let all = own.chain(service.errors.iter().map(|row| (row, false)));
    all.map(|(row, own)| {
        let tried = of_operation.iter().filter(|case| expects_row(case, row)).map(|case| case.id.clone());
        let cases: Vec<String> = tried.collect();
        let why = cases.is_empty().then(|| why_not_tested(operation, row));
        RowReach { row, own, cases, why }
    })
    .collect()
}

/// Returns `true` if the row may be returned for what the case tests, not just for its context.
fn expects_row(case: &Case, row: &ErrorRow) -> bool {
    let Some(Rows::Codes(codes)) = case.expect.rows() else { return false };
    let is_named = row.codes.iter().any(|code| codes.contains(code));
    let is_for_it = match &row.when {
        When::Breaches(bound) => {
            bound.iter().any(|bound| case.about.iter().any(|about| bound.is_about(about)))
        }
        _ => true,
    };
    is_named && is_for_it
}

fn why_not_tested(operation: &Operation, row: &ErrorRow) -> String {
    match &row.when {
        When::Circumstance(Circumstance::Busy) => {
            "needs conflicting concurrent calls: add --with busy".to_owned()
        }
        When::Circumstance(Circumstance::Throttled) => {
            "needs too many calls: add --with throttled".to_owned()
        }
        When::Circumstance(Circumstance::Quota) => match &operation.creates {
            Some(entity) => format!("needs a known quota: add --quota {entity}=N"),
            None => "needs a quota that is used up".to_owned(),
        },
        When::Circumstance(Circumstance::State) => {
            "needs an entity in a state that no operation of the specs can produce".to_owned()
        }
        When::Circumstance(Circumstance::Auth) => "needs a caller without permission".to_owned(),
        When::Circumstance(_) => "needs credentials: a target that has some, or --signed".to_owned(),
        When::Request(RequestFault::Malformed) => "the page does not say which requests it covers".to_owned(),
        When::Request(RequestFault::TooLarge) => {
            "the page does not say how large a request can be".to_owned()
        }
        When::Request(_) => "the page of the operation does not specify it".to_owned(),
        When::Unsaid => "the page does not say what it covers".to_owned(),
        When::Breaches(bound) if bound.iter().all(|bound| bound.part == Part::Required) => {
            "the parameter table does not mark the parameter as required".to_owned()
        }
        When::Breaches(_) => "the page does not specify whether the rule is broken".to_owned(),
    }
}

/// A rule of a parameter, and how many cases test it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReach {
    /// The rule and its place.
    pub breach: Breach,
    /// The number of cases that violate it.
    pub breaking: usize,
    /// The number of cases that test it without violating it, or for which the page is silent.
    pub others: usize,
}

/// Returns every rule that the cases of an operation test, in the order of its parameter table.
pub fn rules(operation: &Operation, cases: &[impl Borrow<Case>]) -> Vec<RuleReach> {
    let mut rules: Vec<RuleReach> = Vec::new();
    let cases = cases.iter().map(Borrow::borrow);
    for case in cases.filter(|case: &&Case| case.operation == operation.id) {
        for about in &case.about {
            let known = rules.iter().position(|rule| rule.breach == *about);
            let index = known.unwrap_or_else(|| {
                rules.push(RuleReach { breach: about.clone(), breaking: 0, others: 0 });
                rules.len() - 1
            });
            match case.expect.rows() {
                Some(_) => rules[index].breaking += 1,
                None => rules[index].others += 1,
            }
        }
    }
    let places = operation.members();
    let place = |at: &Path| places.iter().position(|(known, _)| known == at);
    rules.sort_by_key(|rule| (place(&rule.breach.at), rule.breach.part));
    rules
}
