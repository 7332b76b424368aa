//! Two targets side by side: what each did where the page decides, and what each does where the page is silent.

mod held;
mod matrix;

pub use held::{Held, held};
pub use matrix::{Cell, Did, Matrix, Relation, Witness, is_optional, matrix};

use std::collections::HashMap;

use crate::event::CaseResult;
use crate::snapshot;
use crate::spec::model::{Service, Specs};

#[cfg(test)]
mod tests;

/// What a target was seen to do, case by case.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The target's name.
    pub target: String,
    /// From which its values were drawn.
    pub seed: u64,
    cases: HashMap<String, CaseResult>,
    /// Where a case is recorded, `file:line:column`.
    places: HashMap<String, String>,
    /// Ids in the order in which they were recorded.
    order: Vec<String>,
}

impl Recording {
    /// Nothing yet of a target.
    pub fn of(target: impl Into<String>, seed: u64) -> Self {
        Self { target: target.into(), seed, ..Self::default() }
    }

    /// Takes the result of a case. One that could not be judged does not displace one that was.
    pub fn take(&mut self, result: CaseResult) {
        let id = result.id.clone();
        match self.cases.get(&id) {
            Some(earlier) if earlier.verdict.is_judged() && !result.verdict.is_judged() => return,
            Some(_) => {}
            None => self.order.push(id.clone()),
        }
        self.places.remove(&id);
        self.cases.insert(id, result);
    }

    /// Takes the result of a case that is recorded at a place, `file:line:column`.
    pub fn take_from(&mut self, place: String, result: CaseResult) {
        let id = result.id.clone();
        self.take(result);
        self.places.entry(id).or_insert(place);
    }

    /// Leaves only some cases.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.order.retain(|id| is_wanted(id));
        self.cases.retain(|id, _| is_wanted(id));
    }

    /// Where a case is recorded, if that is known.
    pub fn place(&self, id: &str) -> Option<&str> {
        self.places.get(id).map(String::as_str)
    }

    /// The result of a case.
    pub fn case(&self, id: &str) -> Option<&CaseResult> {
        self.cases.get(id)
    }

    /// All of them, in the order in which they were recorded.
    pub fn all(&self) -> impl Iterator<Item = &CaseResult> {
        self.order.iter().filter_map(|id| self.cases.get(id))
    }
}

/// The answer of a case without what differs from call to call; none where there is none.
pub fn kept(service: &Service, result: &CaseResult) -> Option<String> {
    let normalised = || snapshot::normalised(service, result.tried()?, &result.drawn);
    result.digest.clone().or_else(normalised)
}

/// The same, where the call alone decides which answer comes.
fn answer(specs: &Specs, result: &CaseResult) -> Option<String> {
    let (service, _) = specs.operation(&result.operation)?;
    kept(service, result).filter(|_| !result.unsettled)
}
