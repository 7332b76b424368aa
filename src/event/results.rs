//! Results of many cases, put away until somebody asks for one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::files::{Place, Shelf};

use super::CaseResult;

/// Results by case, each with something that is known of it, in the order in which they came.
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
    /// Puts a result away, in the place of an earlier one of the same case.
    pub fn insert(&mut self, result: &CaseResult, with: T) {
        let id: Arc<str> = result.id.as_str().into();
        // The stream is written in the same form, so that nothing is lost.
        let place = self.shelf.put(serde_json::to_vec(result).unwrap_or_default());
        if self.kept.insert(Arc::clone(&id), (place, with)).is_none() {
            self.order.push(id);
        }
    }

    /// The result of a case; also `None` where the disk has lost it.
    pub fn get(&self, id: &str) -> Option<CaseResult> {
        let (place, _) = self.kept.get(id)?;
        serde_json::from_slice(&self.shelf.get(place).ok()?).ok()
    }

    /// What is known of the result of a case.
    pub fn of(&self, id: &str) -> Option<&T> {
        self.kept.get(id).map(|(_, with)| with)
    }

    /// Whether there is a result of a case.
    pub fn has(&self, id: &str) -> bool {
        self.kept.contains_key(id)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The cases.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|id| &**id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = CaseResult> {
        self.ids().filter_map(|id| self.get(id))
    }

    /// Leaves only some cases.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.order.retain(|id| is_wanted(id));
        self.kept.retain(|id, _| is_wanted(id));
    }
}
