//! What a run has made on the target and not yet removed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::event::Leftover;
use crate::json::Json;
use crate::judge::excerpt;
use crate::spec::model::Entity;

use super::journal::{Entry, Journal, Trace, Wish};

/// A living entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Living {
    /// The service's folder.
    pub service: String,
    /// The service's address.
    pub at: String,
    /// The entity.
    pub entity: String,
    /// Its id, as the target gave it.
    pub id: Json,
    /// The case that made it.
    pub case: String,
}

/// A call that may have made an entity: its answer does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What it may have made.
    pub wish: Wish,
    /// The case that called.
    pub case: String,
    /// Why nobody knows.
    pub reason: String,
}

impl Living {
    fn trace(&self) -> Trace {
        let Self { service, at, entity, id, .. } = self.clone();
        Trace { service, at, entity, id: id.to_string() }
    }

    fn leftover(self, reason: &str) -> Leftover {
        let id = self.id.as_text().map_or_else(|| self.id.to_string(), str::to_owned);
        Leftover {
            service: self.service,
            entity: self.entity,
            id: excerpt(&id),
            case: self.case,
            reason: excerpt(reason),
        }
    }
}

/// The account of a run.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Entries>,
    journal: Journal,
}

#[derive(Debug, Default)]
struct Entries {
    living: Vec<Living>,
    /// What no call removes, by the case that made it.
    kept: BTreeMap<String, Vec<Leftover>>,
    left_behind: Vec<Leftover>,
    doubts: Vec<Doubt>,
}

impl Entries {
    fn keep(&mut self, leftover: Leftover) {
        self.kept.entry(leftover.case.clone()).or_default().push(leftover);
    }
}

impl Ledger {
    /// An account that is written down as well.
    pub fn kept_in(journal: Journal) -> Self {
        Self { entries: Mutex::default(), journal }
    }

    /// Notes that a call which makes something is about to be sent.
    pub fn asked(&self, wish: &Wish) {
        self.journal.write(&Entry::Asked(wish.clone()));
    }

    /// Notes that it was answered.
    pub fn answered(&self, wish: &Wish) {
        self.journal.write(&Entry::Answered(wish.clone()));
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters what a call has made.
    pub fn made(&self, entity: &Entity, living: Living) {
        let mut entries = self.entries();
        match entity.removed_by {
            Some(_) => {
                self.journal.write(&Entry::Made(living.trace()));
                entries.living.push(living);
            }
            None => entries.keep(living.leftover("the vendor documents no way to remove it")),
        }
    }

    /// Enters what an earlier run has made: its journal tells it already.
    pub fn known(&self, living: Living) {
        let mut entries = self.entries();
        if !entries.living.contains(&living) {
            entries.living.push(living);
        }
    }

    /// Enters that a call may have made something without saying its id.
    pub fn made_unnamed(&self, service: &str, entity: &Entity, case: &str, reason: &str) {
        let leftover = Leftover {
            service: service.to_owned(),
            entity: entity.name.clone(),
            id: "unknown".to_owned(),
            case: case.to_owned(),
            reason: excerpt(reason),
        };
        let mut entries = self.entries();
        match entity.removed_by {
            Some(_) => entries.left_behind.push(leftover),
            None => entries.keep(leftover),
        }
    }

    /// Enters that a call may have made something that a list can show.
    pub fn doubted(&self, doubt: Doubt) {
        self.entries().doubts.push(doubt);
    }

    /// What calls may have made, once.
    pub fn doubts(&self) -> Vec<Doubt> {
        std::mem::take(&mut self.entries().doubts)
    }

    /// Strikes an entity that was removed.
    pub fn removed(&self, service: &str, entity: &str, id: &Json) {
        let is_it =
            |living: &mut Living| living.service == service && living.entity == entity && living.id == *id;
        let mut entries = self.entries();
        for struck in entries.living.extract_if(.., is_it) {
            self.journal.write(&Entry::Removed(struck.trace()));
        }
    }

    /// Strikes an entity that cannot be removed.
    pub fn could_not_remove(&self, living: &Living, reason: &str) {
        let mut entries = self.entries();
        entries.living.retain(|known| known != living);
        entries.left_behind.push(living.clone().leftover(reason));
    }

    /// What an owner (a case, or all of them) has made and not removed, the latest first.
    pub fn of(&self, owner: &str) -> Vec<Living> {
        self.entries().living.iter().rev().filter(|living| living.case == owner).cloned().collect()
    }

    /// Everything that was made and not removed, the latest first.
    pub fn all(&self) -> Vec<Living> {
        self.entries().living.iter().rev().cloned().collect()
    }

    /// What a case has made that no call removes.
    pub fn kept(&self, case: &str) -> Vec<Leftover> {
        self.entries().kept.get(case).cloned().unwrap_or_default()
    }

    /// What stays on the target: what no call removes, and what could not be removed.
    pub fn close(&self) -> (Vec<Leftover>, Vec<Leftover>) {
        let mut entries = self.entries();
        let abandoned = std::mem::take(&mut entries.living);
        entries
            .left_behind
            .extend(abandoned.into_iter().map(|living| living.leftover("the clean-up did not come to it")));
        let kept = std::mem::take(&mut entries.kept).into_values().flatten().collect();
        (kept, std::mem::take(&mut entries.left_behind))
    }
}
