//! Entities that cases use one after another: a call that must be rejected leaves its entity as it was.

use std::sync::{Mutex, PoisonError};

use crate::json::Json;

use super::ledger::LiveEntity;

/// An entity that cases may share, with what was sent to create it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The call that created it, as in its case file: cases that send the same call to the same service get the same
    /// entity.
    pub call: String,
    /// The parameters that were sent.
    pub sent: Vec<(String, Json)>,
    /// The entity that was created.
    pub made: EntityKey,
}

impl Shared {
    fn is_from(&self, service: &str, call: &str) -> bool {
        self.made.service == service && self.call == call
    }
}

/// An entity; entities of different kinds may have the same id.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityKey {
    /// The service's folder.
    pub service: String,
    /// The kind of entity, if the call that created it says which.
    pub entity: Option<String>,
    /// Its id.
    pub id: Json,
}

impl EntityKey {
    /// Returns `true` if this is the entity of the ledger entry.
    pub fn is_entity(&self, live: &LiveEntity) -> bool {
        self.service == live.service && self.entity.as_ref() == Some(&live.entity) && self.id == live.id
    }
}

/// The shared entities that no case is using at the moment.
#[derive(Debug, Default)]
pub struct Pool {
    idle: Mutex<Vec<Shared>>,
}

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Shared>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an idle entity that this call of this service created, if there is one.
    pub fn take(&self, service: &str, call: &str) -> Option<Shared> {
        let mut idle = self.idle();
        let index = idle.iter().position(|shared| shared.is_from(service, call))?;
        Some(idle.swap_remove(index))
    }

    /// Gives an entity back unchanged.
    pub fn give_back(&self, shared: Shared) {
        self.idle().push(shared);
    }

    /// Forgets all entities.
    pub fn clear(&self) {
        self.idle().clear();
    }

    /// Takes an idle entity that another call created, to make room.
    pub fn evict(&self, service: &str, call: &str) -> Option<Shared> {
        let mut idle = self.idle();
        let index = idle.iter().position(|shared| !shared.is_from(service, call))?;
        Some(idle.swap_remove(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(service: &str, id: &str) -> Shared {
        let (service, id) = (service.to_owned(), Json::Text(id.to_owned()));
        let made = EntityKey { service, entity: Some("note".to_owned()), id };
        Shared { call: "AddNote {Name: tom}".to_owned(), sent: Vec::new(), made }
    }

    #[test]
    fn entities_are_shared_only_within_a_service() {
        let pool = Pool::default();
        pool.give_back(shared("me/notes-2024", "n-1"));
        assert_eq!(pool.take("me/notes-2025", "AddNote {Name: tom}"), None);
        let evicted = pool.evict("me/notes-2025", "AddNote {Name: tom}").map(|shared| shared.made.id);
        assert_eq!(evicted, Some(Json::Text("n-1".to_owned())), "it makes room");
        pool.give_back(shared("me/notes-2024", "n-2"));
        assert_eq!(pool.evict("me/notes-2024", "AddNote {Name: tom}"), None);
        let taken = pool.take("me/notes-2024", "AddNote {Name: tom}").map(|shared| shared.made.id);
        assert_eq!(taken, Some(Json::Text("n-2".to_owned())));
    }
}
