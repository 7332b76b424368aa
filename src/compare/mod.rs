//! Two targets, compared: what each does where the page decides, and what each does where the page is silent.

mod matrix;
mod recorded;

pub use matrix::{Cell, ComparedCase, Matrix, Relation, SideResult, is_optional, matrix};
pub use recorded::{RecordedRelation, compare_with_recorded};

use crate::event::{CaseResult, Results};
use crate::snapshot;
use crate::spec::model::{Service, Specs};

#[cfg(test)]
mod tests;

/// The observed results of a target, case by case.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The target's name.
    pub target: String,
    /// Seed for its random values.
    pub seed: u64,
    results: Results<Known>,
}

/// Facts about a recorded result.
#[derive(Debug, Clone)]
struct Known {
    is_judged: bool,
    /// Place of the record, `file:line:column`.
    place: Option<String>,
}

impl Recording {
    /// Creates an empty recording of a target.
    pub fn of(target: impl Into<String>, seed: u64) -> Self {
        Self { target: target.into(), seed, ..Self::default() }
    }

    /// Adds the result of a case. A result that could not be judged does not replace one that was.
    pub fn add(&mut self, result: &CaseResult) {
        self.take_at(None, result);
    }

    /// Adds the result of a case that is recorded at a place, `file:line:column`.
    pub fn take_from(&mut self, place: String, result: &CaseResult) {
        self.take_at(Some(place), result);
    }

    fn take_at(&mut self, place: Option<String>, result: &CaseResult) {
        let is_judged = result.verdict.is_judged();
        if is_judged || !self.results.of(&result.id).is_some_and(|earlier| earlier.is_judged) {
            self.results.insert(result, Known { is_judged, place });
        }
    }

    /// Keeps the results of some cases only.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.results.retain(is_wanted);
    }

    /// Returns where a case is recorded, if that is known.
    pub fn place(&self, id: &str) -> Option<&str> {
        self.results.of(id)?.place.as_deref()
    }

    /// Returns the result of a case.
    pub fn case(&self, id: &str) -> Option<CaseResult> {
        self.results.get(id)
    }

    /// Returns `true` if there is a result of a case.
    pub fn has(&self, id: &str) -> bool {
        self.results.has(id)
    }

    /// Returns the ids of the cases, in the order in which they were recorded.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.results.ids()
    }

    /// Returns all results, in the order in which they were recorded.
    pub fn all(&self) -> impl Iterator<Item = CaseResult> {
        self.results.iter()
    }
}

/// Returns the response of a case without what differs from call to call; `None` if there is no response.
pub fn normalised_response(service: &Service, result: &CaseResult) -> Option<String> {
    let normalised = || snapshot::normalise(service, result.tested_exchange()?, &result.drawn);
    result.digest.clone().or_else(normalised)
}

/// Returns the same, but only if the response depends on the call alone.
fn response(specs: &Specs, result: &CaseResult) -> Option<String> {
    let (service, _) = specs.operation(&result.operation)?;
    normalised_response(service, result).filter(|_| !result.unsettled)
}
