//! Two targets side by side: what each did where the page decides, and what each does where the page is silent.

mod held;
mod matrix;

pub use held::{Held, held};
pub use matrix::{Cell, Did, Matrix, Relation, Witness, matrix};

use std::collections::HashMap;

use crate::event::CaseResult;
use crate::judge::Verdict;
use crate::snapshot;
use crate::spec::model::Specs;

/// What a target was seen to do, case by case.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The target's name.
    pub target: String,
    cases: HashMap<String, CaseResult>,
    /// Where a case is recorded, `file:line:column`.
    places: HashMap<String, String>,
    /// Ids in the order in which they were recorded.
    order: Vec<String>,
}

impl Recording {
    /// Nothing yet of a target.
    pub fn of(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// Takes the result of a case. One that could not be judged does not displace one that was.
    pub fn take(&mut self, result: CaseResult) {
        let id = result.id.clone();
        match self.cases.get(&id) {
            Some(earlier) if is_judged(earlier) && !is_judged(&result) => {}
            Some(_) => {
                self.cases.insert(id, result);
            }
            None => {
                self.order.push(id.clone());
                self.cases.insert(id, result);
            }
        }
    }

    /// Says where a case is recorded, `file:line:column`.
    pub fn locate(&mut self, id: &str, place: String) {
        self.places.insert(id.to_owned(), place);
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

/// Whether a case came to a verdict about the target.
pub fn is_judged(result: &CaseResult) -> bool {
    matches!(result.verdict, Verdict::Pass | Verdict::Fail { .. })
}

/// The answer of a case without what differs from call to call; none where more than the call decides which answer comes.
pub fn answer(specs: &Specs, result: &CaseResult) -> Option<String> {
    let (service, _) = specs.operation(&result.operation)?;
    let exchange = result.tried().filter(|_| !result.unsettled)?;
    snapshot::normalised(service, exchange, &result.drawn)
}
