//! The ledger: what a run has created on the target and not yet removed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::event::Leftover;
use crate::json::Json;
use crate::judge::excerpt;
use crate::spec::model::Entity;

use super::journal::{Creation, Entry, Journal, Trace};

/// A live entity.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveEntity {
    /// The service's folder.
    pub service: String,
    /// The service's address.
    pub at: String,
    /// The entity.
    pub entity: String,
    /// Its id, as the target returned it.
    pub id: Json,
    /// The case that created it.
    pub case: String,
    /// The random values that no other entity has, by parameter.
    pub unique: Vec<(String, String)>,
    /// The values of its unique parameters. They include values that others may share by chance, and values from before
    /// a change: a change may have been accepted and not made.
    pub values: Vec<(String, String)>,
    /// The ids of other entities that it was created with, by entity name: its removal may need them again.
    pub parents: Vec<(String, Json)>,
    /// The time at which the call that created it was answered; `None` if that was in an earlier run.
    pub made: Option<Instant>,
    /// `true` if a call that asked to remove it may have arrived.
    pub may_be_gone: bool,
}

/// A call that may have created an entity: its response does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The entity that it may have created.
    pub creation: Creation,
    /// The case that sent the call.
    pub case: String,
    /// The reason for the doubt.
    pub reason: String,
    /// The time at which the call was sent; `None` if that was in an earlier run.
    pub since: Option<Instant>,
}

/// The reason why an entity was not removed yet; the removal is tried once more at the end of the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Pending {
    /// The removal did not find the entity, so soon after its creation that it may not be visible yet.
    NotVisible,
    /// A documented error row says that the entity's state does not allow it.
    State(String),
    /// The removal was accepted, and a read still shows the entity.
    Shown,
    /// The removal failed.
    Failed(String),
}

/// The id that a creation returned: a new one, or that of another entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnedId {
    /// The id is new.
    New,
    /// Another entity of the run that is certainly live has the id; the case that created that entity.
    AsAnother(String),
}

/// The knowledge about a target's ids of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trust {
    /// `true` if an id was read once, and named what the run had created.
    pub names_own: bool,
    /// `true` if a removed entity was read once, and was gone.
    pub removes: bool,
}

type Kind = (String, String);

/// The id of an entity for which the response gave none.
const UNKNOWN: &str = "unknown";

impl LiveEntity {
    /// Returns what a journal keeps of the entity.
    pub fn trace(&self) -> Trace {
        let Self { service, at, entity, id, unique, parents, .. } = self.clone();
        let parents = parents.into_iter().map(|(name, id)| (name, id.to_string())).collect();
        Trace { service, at, entity, id: id.to_string(), unique, parents }
    }

    /// Returns what the creating call asked for, with the values that only this entity has.
    pub fn creation(&self) -> Creation {
        let Self { service, at, entity, unique, .. } = self.clone();
        Creation { service, at, entity, unique }
    }

    fn is(&self, service: &str, entity: &str, id: &Json) -> bool {
        self.service == service && self.entity == entity && self.id == *id
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

/// The ledger of a run.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Entries>,
    journal: Journal,
}

/// The live entities in the order of their creation, found by service, entity and id.
#[derive(Debug, Default)]
struct LiveEntities {
    by_number: BTreeMap<u64, LiveEntity>,
    numbers: HashMap<(String, String, String), u64>,
    next: u64,
}

impl LiveEntities {
    fn key(service: &str, entity: &str, id: &Json) -> (String, String, String) {
        (service.to_owned(), entity.to_owned(), id.to_string())
    }

    fn key_of(live: &LiveEntity) -> (String, String, String) {
        Self::key(&live.service, &live.entity, &live.id)
    }

    fn get(&self, live: &LiveEntity) -> Option<&LiveEntity> {
        self.by_number.get(self.numbers.get(&Self::key_of(live))?)
    }

    fn get_mut(&mut self, service: &str, entity: &str, id: &Json) -> Option<&mut LiveEntity> {
        self.by_number.get_mut(self.numbers.get(&Self::key(service, entity, id))?)
    }

    fn push(&mut self, live: LiveEntity) {
        self.numbers.insert(Self::key_of(&live), self.next);
        self.by_number.insert(self.next, live);
        self.next += 1;
    }

    fn remove(&mut self, service: &str, entity: &str, id: &Json) -> Option<LiveEntity> {
        let number = self.numbers.remove(&Self::key(service, entity, id))?;
        self.by_number.remove(&number)
    }

    fn remove_entity(&mut self, live: &LiveEntity) -> Option<LiveEntity> {
        self.remove(&live.service, &live.entity, &live.id)
    }

    /// Returns an iterator over the entities, the latest first.
    fn latest(&self) -> impl Iterator<Item = &LiveEntity> {
        self.by_number.values().rev()
    }
}

#[derive(Debug, Default)]
struct Entries {
    live: LiveEntities,
    /// Entities that stay because no documented call removes them, by the case that created them.
    kept: BTreeMap<String, Vec<Leftover>>,
    left_behind: Vec<Leftover>,
    doubts: Vec<Doubt>,
    pending: Vec<(LiveEntity, Pending)>,
    /// Removed entities, with the values that only they had.
    removed: HashMap<Kind, Vec<LiveEntity>>,
    trust: HashMap<Kind, Trust>,
    /// Leftovers of earlier runs that this one has removed, or found not to exist.
    put_right: Vec<Leftover>,
    /// The highest number that was assigned as an id.
    highest: HashMap<Kind, i64>,
}

impl Entries {
    fn keep(&mut self, leftover: Leftover) {
        self.kept.entry(leftover.case.clone()).or_default().push(leftover);
    }

    fn note_number(&mut self, live: &LiveEntity) {
        if let Json::Integer(number) = live.id {
            let kind = (live.service.clone(), live.entity.clone());
            let highest = self.highest.entry(kind).or_insert(number);
            *highest = (*highest).max(number);
        }
    }
}

impl Ledger {
    /// Creates a ledger that is also written to a journal.
    pub fn with_journal(journal: Journal) -> Self {
        Self { entries: Mutex::default(), journal }
    }

    /// Records that a call that creates something is about to be sent.
    pub fn record_request(&self, creation: &Creation) {
        self.journal.write(&Entry::Asked(creation.clone()));
    }

    /// Records that the call was answered.
    pub fn record_response(&self, creation: &Creation) {
        self.journal.write(&Entry::Answered(creation.clone()));
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records what a call has created. If another live entity of the run has the id, it is not recorded twice, so that
    /// nothing is removed twice.
    pub fn record_created(&self, entity: &Entity, live: LiveEntity) -> ReturnedId {
        let mut entries = self.entries();
        entries.note_number(&live);
        let is_it = |known: &&LiveEntity| known.is(&live.service, &live.entity, &live.id);
        let unseen =
            |(known, why): &'_ (LiveEntity, Pending)| (*why == Pending::NotVisible).then(|| known.clone());
        let pending = entries.pending.iter().filter_map(unseen).find(|known| is_it(&known));
        if let Some(known) = entries.live.get(&live).cloned().or(pending) {
            // Only two calls that asked for two different things must have created two entities.
            let is_shared = live.values.iter().any(|value| known.values.contains(value));
            let differ = !known.values.is_empty() && !live.values.is_empty() && !is_shared;
            return if differ { ReturnedId::AsAnother(known.case.clone()) } else { ReturnedId::New };
        }
        match entity.removed_by {
            Some(_) => {
                self.journal.write(&Entry::Made(live.trace()));
                entries.live.push(live);
            }
            None => entries.keep(live.leftover("the vendor documents no way to remove it")),
        }
        ReturnedId::New
    }

    /// Records what an earlier run has created; the journal already contains it.
    pub fn record_earlier(&self, live: LiveEntity) {
        let mut entries = self.entries();
        if entries.live.get(&live).is_none() {
            entries.live.push(live);
        }
    }

    /// Records that a call may have created an entity with an unknown id.
    pub fn record_unnamed(&self, service: &str, entity: &Entity, case: &str, reason: &str) {
        let leftover = Leftover {
            service: service.to_owned(),
            entity: entity.name.clone(),
            id: UNKNOWN.to_owned(),
            case: case.to_owned(),
            reason: excerpt(reason),
        };
        let mut entries = self.entries();
        match entity.removed_by {
            Some(_) => entries.left_behind.push(leftover),
            None => entries.keep(leftover),
        }
    }

    /// Records that a call may have created something that a list can show.
    pub fn record_doubt(&self, doubt: Doubt) {
        self.entries().doubts.push(doubt);
    }

    /// Takes the calls that may have created something.
    pub fn take_doubts(&self) -> Vec<Doubt> {
        std::mem::take(&mut self.entries().doubts)
    }

    /// Drops an entity that was removed.
    pub fn record_removed(&self, service: &str, entity: &str, id: &Json) {
        let mut entries = self.entries();
        let aside = entries.pending.iter().position(|(live, _)| live.is(service, entity, id));
        let aside = aside.map(|place| entries.pending.swap_remove(place).0);
        if let Some(live) = entries.live.remove(service, entity, id).or(aside) {
            self.journal.write(&Entry::Removed(live.trace()));
            if live.made.is_none() {
                entries.put_right.push(live.clone().leftover(""));
            }
            let kind = (live.service.clone(), live.entity.clone());
            entries.removed.entry(kind).or_default().push(live);
        }
    }

    /// Records that a call has changed values that only one entity has.
    pub fn record_changed(&self, service: &str, entity: &str, id: &Json, values: &[(String, String)]) {
        let mut entries = self.entries();
        let Some(live) = entries.live.get_mut(service, entity, id) else { return };
        let old = live.trace();
        for (name, value) in &mut live.unique {
            let Some((_, new)) = values.iter().find(|(changed, _)| changed == name) else { continue };
            value.clone_from(new);
        }
        let is_its = |name: &str| live.values.iter().any(|(known, _)| known == name);
        let more: Vec<_> = values.iter().filter(|(name, _)| is_its(name)).cloned().collect();
        live.values.extend(more);
        let new = live.trace();
        if new != old {
            self.journal.write(&Entry::Made(new));
            self.journal.write(&Entry::Removed(old));
        }
    }

    /// Records that what a call of an earlier run may have created is gone, or never existed.
    pub fn record_settled(&self, creation: &Creation) {
        self.record_response(creation);
        self.entries().put_right.push(Leftover {
            service: creation.service.clone(),
            entity: creation.entity.clone(),
            id: UNKNOWN.to_owned(),
            case: String::new(),
            reason: String::new(),
        });
    }

    /// Takes the leftovers of earlier runs that this one has cleaned up.
    pub fn take_cleaned_up(&self) -> Vec<Leftover> {
        std::mem::take(&mut self.entries().put_right)
    }

    /// Returns `true` if an entity was created within another one that the run has removed.
    pub fn has_removed_parent(&self, live: &LiveEntity) -> bool {
        let entries = self.entries();
        live.parents.iter().any(|(parent, id)| {
            let removed = entries.removed.get(&(live.service.clone(), parent.clone()));
            removed.is_some_and(|removed| removed.iter().any(|removed| removed.id == *id))
        })
    }

    /// Gives up an id that names nothing: the entity is looked for by the values that only it has.
    pub fn give_up_id(&self, live: &LiveEntity, creation: Creation, reason: &str) {
        self.record_request(&creation);
        let mut entries = self.entries();
        entries.live.remove_entity(live);
        self.journal.write(&Entry::Removed(live.trace()));
        let (case, reason) = (live.case.clone(), reason.to_owned());
        entries.doubts.push(Doubt { creation, case, reason, since: live.made });
    }

    /// Takes the removed entities, by kind.
    pub fn take_removed(&self) -> HashMap<(String, String), Vec<LiveEntity>> {
        std::mem::take(&mut self.entries().removed)
    }

    /// Records that a call that may have arrived has asked to remove an entity: it is then no surprise if the entity is
    /// not found.
    pub fn record_removal_request(&self, service: &str, entity: &str, id: &Json) {
        if let Some(live) = self.entries().live.get_mut(service, entity, id) {
            live.may_be_gone = true;
        }
    }

    /// Puts aside an entity that could not be removed: its removal is tried again at the end of the run.
    pub fn postpone(&self, live: &LiveEntity, why: Pending) {
        let mut entries = self.entries();
        if let Some(live) = entries.live.remove_entity(live) {
            entries.pending.push((live, why));
        }
    }

    /// Takes the entities that were put aside; they count as live again.
    pub fn take_postponed(&self) -> Vec<(LiveEntity, Pending)> {
        let mut entries = self.entries();
        let pending = std::mem::take(&mut entries.pending);
        pending.iter().for_each(|(live, _)| entries.live.push(live.clone()));
        pending
    }

    /// Records an entity that cannot be removed as a leftover.
    pub fn record_leftover(&self, live: &LiveEntity, reason: &str) {
        let mut entries = self.entries();
        entries.live.remove_entity(live);
        entries.left_behind.push(live.clone().leftover(reason));
    }

    /// Records that an entity stays, as the page says.
    pub fn record_unremovable(&self, live: &LiveEntity, reason: &str) {
        let mut entries = self.entries();
        entries.live.remove_entity(live);
        // The next run need not try to remove it again.
        self.journal.write(&Entry::Removed(live.trace()));
        entries.keep(live.clone().leftover(reason));
    }

    /// Returns what is known about the ids of a kind.
    pub fn trust(&self, service: &str, entity: &str) -> Trust {
        let kind = (service.to_owned(), entity.to_owned());
        self.entries().trust.get(&kind).copied().unwrap_or_default()
    }

    /// Records what is now known about the ids of a kind.
    pub fn set_trust(&self, service: &str, entity: &str, trust: Trust) {
        self.entries().trust.insert((service.to_owned(), entity.to_owned()), trust);
    }

    /// Returns the highest number that the target has assigned as an id of a kind.
    pub fn highest(&self, service: &str, entity: &str) -> Option<i64> {
        self.entries().highest.get(&(service.to_owned(), entity.to_owned())).copied()
    }

    /// Returns what an owner (a case, or all of them) has created and not removed, the latest first.
    pub fn created_by(&self, owner: &str) -> Vec<LiveEntity> {
        self.entries().live.latest().filter(|live| live.case == owner).cloned().collect()
    }

    /// Returns everything that was created and not removed, the latest first.
    pub fn all(&self) -> Vec<LiveEntity> {
        self.entries().live.latest().cloned().collect()
    }

    /// Returns what a case has created that stays on the target.
    pub fn unremovable(&self, case: &str) -> Vec<Leftover> {
        self.entries().kept.get(case).cloned().unwrap_or_default()
    }

    /// Returns what stays on the target: entities that no call removes, and leftovers.
    pub fn close(&self) -> (Vec<Leftover>, Vec<Leftover>) {
        let mut entries = self.entries();
        let pending = std::mem::take(&mut entries.pending).into_iter().map(|(live, _)| live);
        let live = std::mem::take(&mut entries.live).by_number.into_values();
        let abandoned: Vec<LiveEntity> = live.chain(pending).collect();
        entries
            .left_behind
            .extend(abandoned.into_iter().map(|live| live.leftover("the cleanup did not reach it")));
        let kept = std::mem::take(&mut entries.kept).into_values().flatten().collect();
        (kept, std::mem::take(&mut entries.left_behind))
    }
}
