//! Entities that cases use one after another: a call that must be refused leaves its entity as it was.

use std::sync::{Mutex, PoisonError};

use crate::json::Json;

use super::ledger::Living;

/// An entity that cases may share, with what its making has sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The call that made it, as its case file has it: cases that ask for the same get the same.
    pub call: String,
    /// What was sent.
    pub sent: Vec<(String, Json)>,
    /// What was made.
    pub made: Made,
}

/// An entity: of several kinds, two may have one id.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The service's folder.
    pub service: String,
    /// The entity, if the call that made it says which.
    pub entity: Option<String>,
    /// Its id.
    pub id: Json,
}

impl Made {
    /// Whether it is what the ledger has there.
    pub fn is(&self, living: &Living) -> bool {
        self.service == living.service && self.entity.as_ref() == Some(&living.entity) && self.id == living.id
    }
}

/// The entities that no case is using at the moment.
#[derive(Debug, Default)]
pub struct Pool {
    idle: Mutex<Vec<Shared>>,
}

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Shared>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle entity made by this call, if there is one.
    pub fn take(&self, call: &str) -> Option<Shared> {
        let mut idle = self.idle();
        let index = idle.iter().position(|shared| shared.call == call)?;
        Some(idle.swap_remove(index))
    }

    /// Gives an entity back as it was.
    pub fn give(&self, shared: Shared) {
        self.idle().push(shared);
    }

    /// Forgets them all.
    pub fn clear(&self) {
        self.idle().clear();
    }

    /// An idle entity that was made by another call than this one, to make room.
    pub fn evict(&self, call: &str) -> Option<Shared> {
        let mut idle = self.idle();
        let index = idle.iter().position(|shared| shared.call != call)?;
        Some(idle.swap_remove(index))
    }
}
