//! Cases that need more than one call, derived from the rules about entities: a used value again, an id of no entity,
//! what a call has left behind.

mod effect;
mod exists;
mod listed;
mod unique;

pub use exists::{made_up, with_a_change};

use crate::case::{Call, Case, Expectation, Parameters, Step};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Operation};
use crate::spec::ruling::Ruling;

use super::expect;
use super::plain::PlainCall;
use super::prepared::Prepared;
use super::trial::Trial;
use super::{Violation, single_call};

/// Returns violations that refer to what earlier calls have created. Like all violations, they are tested in contexts.
pub fn references(plain: &PlainCall<'_>, parameter: &Member) -> Vec<Violation> {
    let mut cases = Vec::new();
    if parameter.unique {
        let used = unique::used(plain, parameter);
        cases.extend(
            used.map(|case| Violation { case, breaks: Some(Breach::of(&parameter.name, Part::Unique)) }),
        );
    }
    if let Some(entity) = &parameter.exists {
        cases.extend(exists::cases(plain, parameter, entity));
    }
    cases
}

/// Returns the scenarios of an operation as a whole.
pub fn whole(plain: &PlainCall<'_>) -> Vec<Case> {
    effect::cases(plain).into_iter().chain(listed::case(plain)).collect()
}

/// Returns the other scenarios of a parameter.
pub fn cases(plain: &PlainCall<'_>, parameter: &Member) -> Vec<Case> {
    match parameter.unique {
        true => unique::cases(plain, parameter),
        false => Vec::new(),
    }
}

/// Creates a case about one rule of a parameter.
fn about(
    plain: &PlainCall<'_>,
    parameter: &Member,
    breach: Part,
    (slug, tries): (&str, &str),
    (send, expect): (Parameters, Expectation),
) -> Case {
    let id = format!("{}/{}/{slug}", parameter.name, breach.rule());
    let tries = format!("{}: {tries}", parameter.name);
    let about = vec![Breach::of(&parameter.name, breach)];
    Case { about, ..single_call(plain.operation, &id, tries, send, expect) }
}

/// Creates a follow-up call, which shows what the tested call has done.
fn step(operation: &Operation, label: &str, send: Parameters, expect: Expectation) -> Step {
    let call = Call { operation: operation.name.clone(), label: label.to_owned(), send, shared: false };
    Step { about: Vec::new(), call, expect, shows: Vec::new(), demanded: false }
}

/// A trial that certainly breaks a promise, for calls that must be rejected.
pub struct Fault<'b> {
    /// The place of the fault.
    pub place: &'b Prepared<'b>,
    /// The trial.
    pub trial: Trial,
    /// The broken promise.
    pub breach: Breach,
    /// The judgement of the page.
    pub ruling: Ruling,
}

/// Returns the first trial at a place that certainly violates a rule covered by a row.
pub fn fault<'b>(plain: &PlainCall<'_>, place: &'b Prepared<'b>) -> Option<Fault<'b>> {
    let has_row = |breach: &Breach| plain.service.rows_for(plain.operation, breach).next().is_some();
    let tried = place.trials(plain.service, plain.operation).iter();
    let certain = tried.filter_map(|tried| {
        let breach = tried.certain_breach()?;
        tried.ruling.breaches.iter().any(has_row).then_some((tried, breach))
    });
    // The later a target notices a fault, the more may have happened already. It notices types and absence first.
    let first = certain.min_by_key(|(_, breach)| match breach.part {
        Part::Required => 2,
        Part::Type => 1,
        _ => 0,
    });
    let (tried, breach) = first?;
    Some(Fault { place, trial: tried.trial.clone(), breach, ruling: tried.ruling.clone() })
}

impl Fault<'_> {
    /// Returns the expectation for a call with this fault.
    pub fn expectation(&self, plain: &PlainCall<'_>) -> Expectation {
        expect::expectation(plain.service, plain.operation, &self.ruling)
    }
}
