//! What a run has made on the target and not yet removed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::event::Leftover;
use crate::json::Json;
use crate::spec::model::{Entity, Service};

use super::journal::{Entry, Journal, Trace, Wish};

/// A living entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Living {
    /// The service's folder.
    pub service: String,
    /// The entity.
    pub entity: String,
    /// Its id, as the target gave it.
    pub id: Json,
    /// The case that made it.
    pub case: String,
}

impl Living {
    fn leftover(self, reason: &str) -> Leftover {
        let id = self.id.as_text().map_or_else(|| self.id.to_string(), str::to_owned);
        Leftover {
            service: self.service,
            entity: self.entity,
            id,
            case: self.case,
            reason: reason.to_owned(),
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
    pub fn made(&self, service: &Service, entity: &Entity, id: Json, case: &str) {
        let living = Living {
            service: service.folder.clone(),
            entity: entity.name.clone(),
            id,
            case: case.to_owned(),
        };
        let mut entries = self.entries();
        match entity.removed_by {
            Some(_) => {
                self.journal.write(&Entry::Made(Trace::of(&living.service, &living.entity, &living.id)));
                entries.living.push(living);
            }
            None => {
                let kept = living.leftover("the vendor documents no way to remove it");
                entries.kept.entry(case.to_owned()).or_default().push(kept);
            }
        }
    }

    /// Enters that a call has made something, or may have, without saying its id.
    pub fn made_unnamed(&self, service: &Service, entity: &Entity, case: &str, reason: &str) {
        let living = Living {
            service: service.folder.clone(),
            entity: entity.name.clone(),
            id: Json::Text("unknown".to_owned()),
            case: case.to_owned(),
        };
        self.entries().left_behind.push(living.leftover(reason));
    }

    /// Strikes an entity that was removed.
    pub fn removed(&self, service: &str, entity: &str, id: &Json) {
        let is_it =
            |living: &Living| living.service == service && living.entity == entity && living.id == *id;
        let mut entries = self.entries();
        let before = entries.living.len();
        entries.living.retain(|living| !is_it(living));
        if entries.living.len() < before {
            self.journal.write(&Entry::Removed(Trace::of(service, entity, id)));
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
