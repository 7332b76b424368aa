//! Cases that need more than one call, derived from the rules about entities: a used value again, an id of nothing, what a
//! call has left behind.

mod effect;
mod exists;
mod listed;
mod unique;

pub use exists::{made_up, with_a_change};

use crate::case::{Call, Case, Expectation, Parameters, Step};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Operation};
use crate::spec::ruling::Ruling;

use super::baseline::Baseline;
use super::expect;
use super::prepared::Prepared;
use super::trial::Trial;
use super::{Violation, plain};

/// Violations that refer to what earlier calls have made; like all violations, they are tried among contexts.
pub fn references(baseline: &Baseline<'_>, parameter: &Member) -> Vec<Violation> {
    let mut cases = Vec::new();
    if parameter.unique {
        let used = unique::used(baseline, parameter);
        cases.extend(
            used.map(|case| Violation { case, breaks: Some(Breach::of(&parameter.name, Part::Unique)) }),
        );
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
pub fn cases(baseline: &Baseline<'_>, parameter: &Member) -> Vec<Case> {
    match parameter.unique {
        true => unique::cases(baseline, parameter),
        false => Vec::new(),
    }
}

/// A case about one rule of a parameter.
fn about(
    baseline: &Baseline<'_>,
    parameter: &Member,
    breach: Part,
    (slug, tries): (&str, &str),
    (send, expect): (Parameters, Expectation),
) -> Case {
    let id = format!("{}/{}/{slug}", parameter.name, breach.rule());
    let tries = format!("{}: {tries}", parameter.name);
    let about = vec![Breach::of(&parameter.name, breach)];
    Case { about, ..plain(baseline.operation, &id, tries, send, expect) }
}

/// A call that shows what the tried one has done.
fn step(operation: &Operation, label: &str, send: Parameters, expect: Expectation) -> Step {
    let call = Call { operation: operation.name.clone(), label: label.to_owned(), send, shared: false };
    Step { about: Vec::new(), call, expect, shows: Vec::new(), demanded: false }
}

/// A trial that certainly breaks a promise, for calls that must be refused.
pub struct Fault<'b> {
    /// Where.
    pub place: &'b Prepared<'b>,
    /// The trial.
    pub trial: Trial,
    /// The promise.
    pub breach: Breach,
    /// What the page says of it.
    pub ruling: Ruling,
}

/// The first trial at a place that certainly breaks a rule for which there is a row.
pub fn fault<'b>(baseline: &Baseline<'_>, place: &'b Prepared<'b>) -> Option<Fault<'b>> {
    let has_row = |breach: &Breach| baseline.service.rows_for(baseline.operation, breach).next().is_some();
    let tried = place.tried(baseline.service, baseline.operation).iter();
    let certain = tried.filter_map(|tried| {
        let breach = tried.certain_breach()?;
        tried.ruling.breaches.iter().any(has_row).then_some((tried, breach))
    });
    // The later a fault is noticed, the more may have happened already: types and absence are noticed first.
    let first = certain.min_by_key(|(_, breach)| match breach.part {
        Part::Required => 2,
        Part::Type => 1,
        _ => 0,
    });
    let (tried, breach) = first?;
    Some(Fault { place, trial: tried.trial.clone(), breach, ruling: tried.ruling.clone() })
}

impl Fault<'_> {
    /// The answer to a call with it.
    pub fn answer(&self, baseline: &Baseline<'_>) -> Expectation {
        expect::expectation(baseline.service, baseline.operation, &self.ruling)
    }
}
