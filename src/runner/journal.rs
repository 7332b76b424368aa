//! The journal: what a run has on the target, written down as it happens, so that the next run can clean up after a
//! killed one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::target::Target;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// A call that creates an entity is about to be sent.
    Asked(Creation),
    /// The call was answered; if it has created an entity, that is recorded first.
    Answered(Creation),
    /// An entity exists on the target.
    Made(Trace),
    /// The entity was removed, or stays for good.
    Removed(Trace),
}

/// A call that creates an entity, with the values that only that entity can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Creation {
    /// The service's folder.
    pub service: String,
    /// The service's address.
    pub at: String,
    /// The entity.
    pub entity: String,
    /// The unique parameters, with the values sent for them.
    pub unique: Vec<(String, String)>,
}

/// An entity on the target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trace {
    /// The service's folder.
    pub service: String,
    /// The service's address: elsewhere, the same id may belong to somebody else.
    pub at: String,
    /// The entity.
    pub entity: String,
    /// Its id, as JSON.
    pub id: String,
    /// The values that no other entity has, by parameter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<(String, String)>,
    /// The ids of other entities that it was created with, as JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<(String, String)>,
}

/// The journal of a run.
#[derive(Clone, Default)]
pub struct Journal {
    sink: Option<Arc<Mutex<dyn Write + Send>>>,
    /// The error of the first entry that could not be written.
    failed: Arc<Mutex<Option<String>>>,
}

impl Journal {
    /// Creates a journal that writes one entry per line into a sink.
    pub fn into(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Some(Arc::new(Mutex::new(sink))), failed: Arc::default() }
    }

    /// Copies what other journals have left, so that those are no longer needed.
    ///
    /// # Errors
    /// Returns the error of the sink; the other journals are then still needed.
    pub fn carry_over(&self, remains: &Remains) -> io::Result<()> {
        let live = remains.live.iter().cloned().map(Entry::Made);
        let mut all = live.chain(remains.unanswered.iter().cloned().map(Entry::Asked));
        all.try_for_each(|entry| self.append(&entry))
    }

    /// Writes an entry before anything else happens. A full disk does not end the run, because the ledger knows the
    /// same. It is reported at the end, because a run that is killed then leaves nothing for the next one to read.
    pub(super) fn write(&self, entry: &Entry) {
        if let Err(error) = self.append(entry) {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert_with(|| error.to_string());
        }
    }

    /// Returns the reason why an entry could not be written, if there is one.
    pub fn failed(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn append(&self, entry: &Entry) -> io::Result<()> {
        let Some(sink) = &self.sink else { return Ok(()) };
        let line = serde_json::to_string(entry)?;
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(sink, "{line}").and_then(|()| sink.flush())
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Journal({})", if self.sink.is_some() { "kept" } else { "none" })
    }
}

/// The remains of a killed run: entities, and calls that may have created one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remains {
    /// Entities that were created and not removed.
    pub live: Vec<Trace>,
    /// Calls that were sent and not answered.
    pub unanswered: Vec<Creation>,
}

impl Remains {
    /// Returns what is left after the entries of a journal. A line that was cut off when the process was killed is
    /// skipped.
    pub fn read(journal: &str) -> Self {
        // Keyed by content, with the position in the journal: a journal may have a hundred thousand lines.
        let mut live: HashMap<Trace, usize> = HashMap::new();
        let mut unanswered: HashMap<Creation, Vec<usize>> = HashMap::new();
        let entries = journal.lines().filter_map(|line| serde_json::from_str(line).ok());
        for (place, entry) in entries.enumerate() {
            match entry {
                Entry::Asked(creation) => unanswered.entry(creation).or_default().push(place),
                Entry::Answered(creation) => {
                    unanswered.get_mut(&creation).and_then(Vec::pop);
                }
                Entry::Made(trace) => {
                    live.entry(trace).or_insert(place);
                }
                Entry::Removed(trace) => {
                    live.remove(&trace);
                }
            }
        }
        let unanswered = unanswered.into_iter();
        let unanswered = unanswered
            .flat_map(|(creation, places)| places.into_iter().map(move |at| (creation.clone(), at)));
        Self { live: in_order(live), unanswered: in_order(unanswered) }
    }

    /// Splits the remains into those at the target's current addresses and those elsewhere.
    pub fn split_by_address(self, target: &Target) -> (Self, Self) {
        let is_here = |service: &str, at: &str| target.address_of(service) == Some(at);
        let mut elsewhere = Self::default();
        let mut here = Self::default();
        for trace in self.live {
            let part = if is_here(&trace.service, &trace.at) { &mut here } else { &mut elsewhere };
            part.live.push(trace);
        }
        for creation in self.unanswered {
            let part = if is_here(&creation.service, &creation.at) { &mut here } else { &mut elsewhere };
            part.unanswered.push(creation);
        }
        (here, elsewhere)
    }

    /// Returns the addresses of the remains.
    pub fn addresses(&self) -> BTreeSet<&str> {
        let live = self.live.iter().map(|trace| trace.at.as_str());
        live.chain(self.unanswered.iter().map(|creation| creation.at.as_str())).collect()
    }

    /// Returns `true` if nothing is left.
    pub fn is_empty(&self) -> bool {
        self.live.is_empty() && self.unanswered.is_empty()
    }

    /// Adds what another run has left.
    pub fn add(&mut self, other: Self) {
        let known: HashSet<Trace> = self.live.iter().cloned().collect();
        self.live.extend(other.live.into_iter().filter(|trace| !known.contains(trace)));
        self.unanswered.extend(other.unanswered);
    }
}

/// Returns the items in the order of their positions.
fn in_order<T>(placed: impl IntoIterator<Item = (T, usize)>) -> Vec<T> {
    let mut placed: Vec<(T, usize)> = placed.into_iter().collect();
    placed.sort_by_key(|(_, place)| *place);
    placed.into_iter().map(|(each, _)| each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unremoved_entities_and_unanswered_calls_remain() {
        let creation = |name: &str| Creation {
            service: "s".into(),
            at: "http://a".into(),
            entity: "contact".into(),
            unique: vec![("Name".into(), name.into())],
        };
        let trace = |id: &str| Trace {
            service: "s".into(),
            at: "http://a".into(),
            entity: "contact".into(),
            id: format!("\"{id}\""),
            unique: Vec::new(),
            parents: Vec::new(),
        };
        let entries = [
            Entry::Asked(creation("a")),
            Entry::Made(trace("1")),
            Entry::Answered(creation("a")),
            Entry::Asked(creation("b")),
            Entry::Made(trace("2")),
            Entry::Made(trace("2")),
            Entry::Answered(creation("b")),
            Entry::Removed(trace("1")),
            Entry::Asked(creation("c")),
        ];
        let lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        let cut_off = format!("{}\n{{\"made\":{{\"serv", lines.join("\n"));
        let remains = Remains::read(&cut_off);
        assert_eq!(remains.live, [trace("2")]);
        assert_eq!(remains.unanswered, [creation("c")]);
        let at = |url: &str| remains.clone().split_by_address(&Target::at("t", url.to_owned()));
        assert_eq!(at("http://a"), (remains.clone(), Remains::default()));
        assert_eq!(at("http://a/other"), (Remains::default(), remains.clone()), "somebody else's");
    }
}
