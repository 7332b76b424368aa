//! What a run has made on the target and not yet removed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

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
    /// The values that were drawn for it and that nothing else has, by parameter.
    pub unique: Vec<(String, String)>,
    /// The values of its unique parameters, also those of which others may have the same by chance, and those that it had before it
    /// was changed: a change may have been accepted and not made.
    pub values: Vec<(String, String)>,
    /// The ids of other entities that it was made with, by the entity's name: its removal may need them again.
    pub parents: Vec<(String, Json)>,
    /// When the call that made it was answered; `None`: in an earlier run.
    pub made: Option<Instant>,
    /// A call that asked to remove it may have arrived.
    pub may_be_gone: bool,
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
    /// When it was sent; `None`: in an earlier run.
    pub since: Option<Instant>,
}

/// Why an entity was not removed yet: it is tried once more at the end of the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Pending {
    /// The removal did not find it, so soon after it was made that it may not be visible yet.
    NotVisible,
    /// A documented row says that its state does not allow it.
    State(String),
    /// The removal was accepted, and a read still shows it.
    Shown,
    /// The removal failed.
    Failed(String),
}

/// What the answer of a creation says about the id that it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// It is new.
    Anew,
    /// Another entity of the run that certainly lives has it: the case that made that one.
    AsAnother(String),
}

/// What is known of a target's ids of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trust {
    /// What an id names was read once, and was what the run had made.
    pub names_own: bool,
    /// What was removed was read once, and was gone.
    pub removes: bool,
}

type Kind = (String, String);

/// The id of what an answer gave none.
const UNKNOWN: &str = "unknown";

impl Living {
    /// What a journal keeps of it.
    pub fn trace(&self) -> Trace {
        let Self { service, at, entity, id, unique, parents, .. } = self.clone();
        let parents = parents.into_iter().map(|(name, id)| (name, id.to_string())).collect();
        Trace { service, at, entity, id: id.to_string(), unique, parents }
    }

    /// What its making call asked for, by the values that only it has.
    pub fn wish(&self) -> Wish {
        let Self { service, at, entity, unique, .. } = self.clone();
        Wish { service, at, entity, unique }
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

/// The account of a run.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Entries>,
    journal: Journal,
}

/// The living entities in the order of their making, found by what they are.
#[derive(Debug, Default)]
struct Alive {
    by_number: BTreeMap<u64, Living>,
    numbers: HashMap<(String, String, String), u64>,
    next: u64,
}

impl Alive {
    fn key(service: &str, entity: &str, id: &Json) -> (String, String, String) {
        (service.to_owned(), entity.to_owned(), id.to_string())
    }

    fn key_of(living: &Living) -> (String, String, String) {
        Self::key(&living.service, &living.entity, &living.id)
    }

    fn get(&self, living: &Living) -> Option<&Living> {
        self.by_number.get(self.numbers.get(&Self::key_of(living))?)
    }

    fn get_mut(&mut self, service: &str, entity: &str, id: &Json) -> Option<&mut Living> {
        self.by_number.get_mut(self.numbers.get(&Self::key(service, entity, id))?)
    }

    fn push(&mut self, living: Living) {
        self.numbers.insert(Self::key_of(&living), self.next);
        self.by_number.insert(self.next, living);
        self.next += 1;
    }

    fn take(&mut self, service: &str, entity: &str, id: &Json) -> Option<Living> {
        let number = self.numbers.remove(&Self::key(service, entity, id))?;
        self.by_number.remove(&number)
    }

    fn take_it(&mut self, living: &Living) -> Option<Living> {
        self.take(&living.service, &living.entity, &living.id)
    }

    /// The latest first.
    fn latest(&self) -> impl Iterator<Item = &Living> {
        self.by_number.values().rev()
    }
}

#[derive(Debug, Default)]
struct Entries {
    living: Alive,
    /// What stays because no documented call removes it, by the case that made it.
    kept: BTreeMap<String, Vec<Leftover>>,
    left_behind: Vec<Leftover>,
    doubts: Vec<Doubt>,
    pending: Vec<(Living, Pending)>,
    /// What was removed, with the values that only it had.
    removed: HashMap<Kind, Vec<Living>>,
    trust: HashMap<Kind, Trust>,
    /// What earlier runs had left behind and this one has removed, or found not to be there.
    put_right: Vec<Leftover>,
    /// The highest number that was given as an id.
    highest: HashMap<Kind, i64>,
}

impl Entries {
    fn keep(&mut self, leftover: Leftover) {
        self.kept.entry(leftover.case.clone()).or_default().push(leftover);
    }

    fn note_number(&mut self, living: &Living) {
        if let Json::Integer(number) = living.id {
            let kind = (living.service.clone(), living.entity.clone());
            let highest = self.highest.entry(kind).or_insert(number);
            *highest = (*highest).max(number);
        }
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

    /// Enters what a call has made. An id that another living entity of the run has is not entered twice: nothing is removed
    /// twice.
    pub fn made(&self, entity: &Entity, living: Living) -> Named {
        let mut entries = self.entries();
        entries.note_number(&living);
        let is_it = |known: &&Living| known.is(&living.service, &living.entity, &living.id);
        let unseen =
            |(known, why): &'_ (Living, Pending)| (*why == Pending::NotVisible).then(|| known.clone());
        let pending = entries.pending.iter().filter_map(unseen).find(|known| is_it(&known));
        if let Some(known) = entries.living.get(&living).cloned().or(pending) {
            // Only two calls that asked for two different things must have made two.
            let is_shared = living.values.iter().any(|value| known.values.contains(value));
            let differ = !known.values.is_empty() && !living.values.is_empty() && !is_shared;
            return if differ { Named::AsAnother(known.case.clone()) } else { Named::Anew };
        }
        match entity.removed_by {
            Some(_) => {
                self.journal.write(&Entry::Made(living.trace()));
                entries.living.push(living);
            }
            None => entries.keep(living.leftover("the vendor documents no way to remove it")),
        }
        Named::Anew
    }

    /// Enters what an earlier run has made: its journal tells it already.
    pub fn known(&self, living: Living) {
        let mut entries = self.entries();
        if entries.living.get(&living).is_none() {
            entries.living.push(living);
        }
    }

    /// Enters that a call may have made something without saying its id.
    pub fn made_unnamed(&self, service: &str, entity: &Entity, case: &str, reason: &str) {
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
        let mut entries = self.entries();
        let aside = entries.pending.iter().position(|(living, _)| living.is(service, entity, id));
        let aside = aside.map(|place| entries.pending.swap_remove(place).0);
        if let Some(living) = entries.living.take(service, entity, id).or(aside) {
            self.journal.write(&Entry::Removed(living.trace()));
            if living.made.is_none() {
                entries.put_right.push(living.clone().leftover(""));
            }
            let kind = (living.service.clone(), living.entity.clone());
            entries.removed.entry(kind).or_default().push(living);
        }
    }

    /// Enters that a call has changed values that only an entity has.
    pub fn changed(&self, service: &str, entity: &str, id: &Json, values: &[(String, String)]) {
        let mut entries = self.entries();
        let Some(living) = entries.living.get_mut(service, entity, id) else { return };
        let old = living.trace();
        for (name, value) in &mut living.unique {
            let Some((_, new)) = values.iter().find(|(changed, _)| changed == name) else { continue };
            value.clone_from(new);
        }
        let is_its = |name: &str| living.values.iter().any(|(known, _)| known == name);
        let more: Vec<_> = values.iter().filter(|(name, _)| is_its(name)).cloned().collect();
        living.values.extend(more);
        let new = living.trace();
        if new != old {
            self.journal.write(&Entry::Made(new));
            self.journal.write(&Entry::Removed(old));
        }
    }

    /// Notes that what a call of an earlier run may have made is gone, or never was.
    pub fn settled(&self, wish: &Wish) {
        self.answered(wish);
        self.entries().put_right.push(Leftover {
            service: wish.service.clone(),
            entity: wish.entity.clone(),
            id: UNKNOWN.to_owned(),
            case: String::new(),
            reason: String::new(),
        });
    }

    /// What earlier runs had left behind and this one has put right, once.
    pub fn put_right(&self) -> Vec<Leftover> {
        std::mem::take(&mut self.entries().put_right)
    }

    /// Whether an entity was made within another one that the run has removed.
    pub fn has_removed_parent(&self, living: &Living) -> bool {
        let entries = self.entries();
        living.parents.iter().any(|(parent, id)| {
            let removed = entries.removed.get(&(living.service.clone(), parent.clone()));
            removed.is_some_and(|removed| removed.iter().any(|removed| removed.id == *id))
        })
    }

    /// Gives up an id that names nothing: what was made with it is looked for by the values that only it has.
    pub fn lost(&self, living: &Living, wish: Wish, reason: &str) {
        self.asked(&wish);
        let mut entries = self.entries();
        entries.living.take_it(living);
        self.journal.write(&Entry::Removed(living.trace()));
        let (case, reason) = (living.case.clone(), reason.to_owned());
        entries.doubts.push(Doubt { wish, case, reason, since: living.made });
    }

    /// What was removed, by kind, once.
    pub fn all_removed(&self) -> HashMap<(String, String), Vec<Living>> {
        std::mem::take(&mut self.entries().removed)
    }

    /// Notes that a call which may have arrived has asked to remove an entity: not to find it then is no surprise.
    pub fn may_be_gone(&self, service: &str, entity: &str, id: &Json) {
        if let Some(living) = self.entries().living.get_mut(service, entity, id) {
            living.may_be_gone = true;
        }
    }

    /// Puts an entity aside that could not be removed: it is tried again at the end.
    pub fn postpone(&self, living: &Living, why: Pending) {
        let mut entries = self.entries();
        if let Some(living) = entries.living.take_it(living) {
            entries.pending.push((living, why));
        }
    }

    /// What was put aside, once; it counts as living again.
    pub fn postponed(&self) -> Vec<(Living, Pending)> {
        let mut entries = self.entries();
        let pending = std::mem::take(&mut entries.pending);
        pending.iter().for_each(|(living, _)| entries.living.push(living.clone()));
        pending
    }

    /// Strikes an entity that cannot be removed.
    pub fn could_not_remove(&self, living: &Living, reason: &str) {
        let mut entries = self.entries();
        entries.living.take_it(living);
        entries.left_behind.push(living.clone().leftover(reason));
    }

    /// Strikes an entity that stays, as the page says.
    pub fn stays(&self, living: &Living, reason: &str) {
        let mut entries = self.entries();
        entries.living.take_it(living);
        // The next run need not try it again.
        self.journal.write(&Entry::Removed(living.trace()));
        entries.keep(living.clone().leftover(reason));
    }

    /// What is known of the ids of a kind.
    pub fn trust(&self, service: &str, entity: &str) -> Trust {
        let kind = (service.to_owned(), entity.to_owned());
        self.entries().trust.get(&kind).copied().unwrap_or_default()
    }

    /// Notes what is known of them now.
    pub fn trusts(&self, service: &str, entity: &str, trust: Trust) {
        self.entries().trust.insert((service.to_owned(), entity.to_owned()), trust);
    }

    /// The highest number that the target has given as an id of a kind.
    pub fn highest(&self, service: &str, entity: &str) -> Option<i64> {
        self.entries().highest.get(&(service.to_owned(), entity.to_owned())).copied()
    }

    /// What an owner (a case, or all of them) has made and not removed, the latest first.
    pub fn of(&self, owner: &str) -> Vec<Living> {
        self.entries().living.latest().filter(|living| living.case == owner).cloned().collect()
    }

    /// Everything that was made and not removed, the latest first.
    pub fn all(&self) -> Vec<Living> {
        self.entries().living.latest().cloned().collect()
    }

    /// What a case has made that stays.
    pub fn kept(&self, case: &str) -> Vec<Leftover> {
        self.entries().kept.get(case).cloned().unwrap_or_default()
    }

    /// What stays on the target: what no call removes, and what could not be removed.
    pub fn close(&self) -> (Vec<Leftover>, Vec<Leftover>) {
        let mut entries = self.entries();
        let pending = std::mem::take(&mut entries.pending).into_iter().map(|(living, _)| living);
        let living = std::mem::take(&mut entries.living).by_number.into_values();
        let abandoned: Vec<Living> = living.chain(pending).collect();
        entries
            .left_behind
            .extend(abandoned.into_iter().map(|living| living.leftover("the cleanup did not reach it")));
        let kept = std::mem::take(&mut entries.kept).into_values().flatten().collect();
        (kept, std::mem::take(&mut entries.left_behind))
    }
}
