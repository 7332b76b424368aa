//! The store of the server: entities with their attributes.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::NaiveDateTime;

use super::auth::Nonces;
use super::made;
use crate::json::Json;
use crate::spec::model::{Entity, Member, Service, Type};

/// An entity.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id.
    pub id: Json,
    /// The values that calls have set, by parameter.
    pub attributes: Vec<(String, Json)>,
    /// The values of unique parameters that no other entity can have.
    pub taken: Vec<(String, Json)>,
    /// The time of its creation, as the service writes times.
    pub created: NaiveDateTime,
}

impl Record {
    /// Sets attributes; others stay, and so do members of an object that are not named.
    pub fn set(&mut self, attributes: &[(String, Json)]) {
        merge(&mut self.attributes, attributes);
    }
}

fn merge(known: &mut Vec<(String, Json)>, new: &[(String, Json)]) {
    for (name, value) in new {
        let old = known.iter().position(|(known, _)| known == name).map(|place| known.remove(place).1);
        let value = match (old, value) {
            (Some(Json::Object(mut members)), Json::Object(new)) => {
                merge(&mut members, new);
                Json::Object(members)
            }
            _ => value.clone(),
        };
        known.push((name.clone(), value));
    }
}

/// The entities of one kind.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The live entities.
    pub live: Vec<Record>,
    /// The ids of removed entities.
    pub removed: Vec<Json>,
    /// Values that are taken although no live entity has them.
    pub reserved: Vec<(String, Json)>,
}

impl Records {
    /// Creates the entities of a kind that are there from the start: one, if it is foreign.
    fn of(service: &Service, entity: &Entity) -> Self {
        let known = entity.foreign.then(|| Record {
            id: service.foreign_id(entity),
            attributes: Vec::new(),
            taken: Vec::new(),
            created: NaiveDateTime::default(),
        });
        Self { live: known.into_iter().collect(), ..Self::default() }
    }
}

/// All entities, by service and kind.
#[derive(Debug)]
pub struct Store {
    kinds: Mutex<HashMap<String, Records>>,
    counter: AtomicU64,
    /// Calls that were rejected as busy.
    seen_calls: Mutex<HashSet<String>>,
    nonces: Nonces,
    /// Distinguishes the ids of this server's responses from those of other servers.
    origin: u64,
}

/// The locked store: no other call changes it between what one call checks and what it changes.
pub struct Open<'s>(MutexGuard<'s, HashMap<String, Records>>);

impl Open<'_> {
    /// Returns the entities of a kind.
    pub fn records(&mut self, service: &Service, entity: &Entity) -> &mut Records {
        self.0
            .entry(format!("{}/{}", service.folder, entity.name))
            .or_insert_with(|| Records::of(service, entity))
    }
}

impl Store {
    /// Creates an empty store.
    pub fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let origin = now.map_or(0, |since| since.as_nanos() as u64);
        Self {
            kinds: Mutex::new(HashMap::new()),
            counter: AtomicU64::new(0),
            seen_calls: Mutex::default(),
            nonces: Nonces::default(),
            origin,
        }
    }

    /// Returns `true` if a call is seen for the first time.
    pub fn first_time(&self, call: &str) -> bool {
        self.seen_calls.lock().unwrap_or_else(PoisonError::into_inner).insert(call.to_owned())
    }

    /// Returns the nonces of signatures.
    pub fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// Locks the store for one call.
    pub fn open(&self) -> Open<'_> {
        Open(self.kinds.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns a number that this server uses only once.
    pub fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Returns a request id in the form of a UUID, unique to this request.
    pub fn request_id(&self) -> String {
        let high = mix(self.origin);
        let low = mix(high ^ self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    /// Returns an id in the form of the page's example: a number if the example is one; otherwise the same beginning up
    /// to a hyphen, followed by letters and digits.
    pub fn id_like(&self, element: Option<&Member>) -> Json {
        let number = self.next();
        if let Some(made) = element.and_then(|element| made::value(element, number)) {
            return made;
        }
        let example = element.and_then(|element| element.example.as_ref()).and_then(Json::as_text);
        let Some(example) = example else {
            return match element.map(Member::kind) {
                Some(Type::String) => Json::Text(number.to_string()),
                _ => Json::Integer(i64::try_from(number).unwrap_or(i64::MAX)),
            };
        };
        let (kept, rest) = example.split_once('-').map_or(("", example), |(kept, rest)| (kept, rest));
        let mut state = mix(self.origin ^ number);
        let mut id = if kept.is_empty() { String::new() } else { format!("{kept}-") };
        for _ in rest.chars() {
            state = mix(state);
            const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            id.push(char::from(ALPHABET[(state % ALPHABET.len() as u64) as usize]));
        }
        Json::Text(id)
    }
}

/// SplitMix64's finaliser: neighbouring numbers become very different ones, and no two become the same.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Returns `true` if an id has the form of the example: the same beginning up to a hyphen, then letters and digits. If
/// the example has several hyphens, as a UUID has, they are in the same places.
pub fn is_like(example: &str, id: &Json) -> bool {
    let Some(id) = id.as_text() else { return false };
    if example.matches('-').count() > 1 {
        let is_same = |(own, other): (u8, u8)| {
            if other == b'-' { own == b'-' } else { own.is_ascii_alphanumeric() }
        };
        return id.len() == example.len() && id.bytes().zip(example.bytes()).all(is_same);
    }
    let beginning = example.split_once('-').map_or("", |(beginning, _)| beginning);
    match id.split_once('-') {
        Some((own, rest)) => {
            own == beginning
                && id.len() == example.len()
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }
        None => beginning.is_empty(),
    }
}

/// Returns `true` if two ids are the same. In a path, an id of digits is text.
pub fn is_same_id(one: &Json, other: &Json) -> bool {
    let text = |id: &Json| id.as_text().map_or_else(|| id.to_string(), str::to_owned);
    one == other || text(one) == text(other)
}
