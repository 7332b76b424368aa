//! Cases that need more than one call, derived from the rules about entities: a used value again, an id of nothing, what a
//! call has left behind.

mod effect;
mod exists;
mod listed;
mod unique;

pub use exists::{made_up, with_a_change};

use crate::case::{About, Call, Case, Expectation, Parameters, Step};
use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Parameter};

use super::baseline::Baseline;
use super::trial::Trial;
use super::{Violation, plain};

/// Violations that refer to what earlier calls have made; like all violations, they are tried among contexts.
pub fn references(baseline: &Baseline<'_>, parameter: &Parameter) -> Vec<Violation> {
    let mut cases = Vec::new();
    if parameter.unique {
        let used = unique::used(baseline, parameter);
        cases.extend(used.map(|case| Violation { case, breaks: Some(Breach::Unique) }));
    }
    if let Some(entity) = &parameter.exists {
        cases.extend(exists::cases(baseline, parameter, entity));
    }
    cases
}

/// The scenarios of an operation as a whole.
pub fn whole(baseline: &Baseline<'_>) -> Vec<Case> {
    effect::cases(baseline).into_iter().chain(listed::case(baseline)).collect()
}

/// The other scenarios of a parameter.
pub fn cases(baseline: &Baseline<'_>, parameter: &Parameter) -> Vec<Case> {
    match parameter.unique {
        true => unique::cases(baseline, parameter),
        false => Vec::new(),
    }
}

/// A case about one rule of a parameter.
fn about(
    baseline: &Baseline<'_>,
    parameter: &Parameter,
    breach: Breach,
    (slug, tries): (&str, &str),
    (send, expect): (Parameters, Expectation),
) -> Case {
    let id = format!("{}/{}/{slug}", parameter.name, breach.rule());
    let tries = format!("{}: {tries}", parameter.name);
    let about = vec![About { parameter: parameter.name.clone(), breach }];
    Case { about, ..plain(baseline.operation, &id, tries, send, expect) }
}

/// A call that shows what the tried one has done.
fn step(operation: &Operation, label: &str, send: Parameters, expect: Expectation) -> Step {
    let call = Call { operation: operation.name.clone(), label: label.to_owned(), send, shared: false };
    Step { about: Vec::new(), call, expect, shows: Vec::new(), demanded: false }
}

/// The first trial of a parameter that certainly breaks a rule, and which one, for calls that must be refused.
pub fn fault(baseline: &Baseline<'_>, parameter: &Parameter) -> Option<(Trial, Breach)> {
    let certain = baseline.tried(parameter).iter().filter_map(|tried| {
        let breach = tried.certain_breach()?;
        let has_row = baseline.service.rows_for(baseline.operation, &parameter.name, breach).next().is_some();
        has_row.then_some((tried, breach))
    });
    // The later a fault is noticed, the more may have happened already: types and absence are noticed first.
    let first = certain.min_by_key(|(_, breach)| match breach {
        Breach::Required => 2,
        Breach::Type => 1,
        _ => 0,
    });
    first.map(|(tried, breach)| (tried.trial.clone(), breach))
}
