//! Results of many cases, stored until they are needed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::files::{Place, Shelf};

use super::CaseResult;

/// Results by case, each with a value that describes it, in the order in which the cases were first added.
#[derive(Debug, Clone)]
pub struct Results<T> {
    shelf: Arc<Shelf>,
    kept: HashMap<Arc<str>, (Place, T)>,
    order: Vec<Arc<str>>,
}

impl<T> Default for Results<T> {
    fn default() -> Self {
        Self { shelf: Arc::default(), kept: HashMap::new(), order: Vec::new() }
    }
}

impl<T> Results<T> {
    /// Stores a result. It replaces an earlier one of the same case.
    pub fn insert(&mut self, result: &CaseResult, with: T) {
        let id: Arc<str> = result.id.as_str().into();
        // The event stream is written in the same format, so nothing is lost.
        let place = self.shelf.put(serde_json::to_vec(result).unwrap_or_default());
        if self.kept.insert(Arc::clone(&id), (place, with)).is_none() {
            self.order.push(id);
        }
    }

    /// Returns the result of a case; `None` also if it cannot be read back from disk.
    pub fn get(&self, id: &str) -> Option<CaseResult> {
        let (place, _) = self.kept.get(id)?;
        serde_json::from_slice(&self.shelf.get(place).ok()?).ok()
    }

    /// Returns the value that describes the result of a case.
    pub fn of(&self, id: &str) -> Option<&T> {
        self.kept.get(id).map(|(_, with)| with)
    }

    /// Returns `true` if there is a result of a case.
    pub fn has(&self, id: &str) -> bool {
        self.kept.contains_key(id)
    }

    /// Returns `true` if there are no results.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the ids of the cases.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|id| &**id)
    }

    /// Reads all results.
    pub fn iter(&self) -> impl Iterator<Item = CaseResult> {
        self.ids().filter_map(|id| self.get(id))
    }

    /// Keeps the results of some cases only.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.order.retain(|id| is_wanted(id));
        self.kept.retain(|id, _| is_wanted(id));
    }
}
