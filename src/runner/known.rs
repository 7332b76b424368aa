//! What earlier runs of the same plan have found out: the parts of a run that was split, or the beginning of one that was
//! interrupted.

use std::collections::HashMap;
use std::sync::Arc;

use crate::case::{self, Case, Expectation};
use crate::event::{CaseResult, Counts, Event, Finish, Leftover, Page, Recorded, Snapshots, Start};
use crate::generate::Cases;
use crate::spec::model::Specs;

/// Results by case id, and what else the runs have told.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// How the runs began, in the order in which they were taken.
    starts: Vec<Start>,
    results: HashMap<String, Judged>,
    finished: Vec<Finish>,
    snapshots: Vec<Snapshots>,
    /// Ids in the order in which they were told.
    told: Vec<String>,
    /// Requests of runs that did not come to their end.
    unfinished: usize,
    /// What such runs have made that no call removes.
    kept: Vec<Leftover>,
    /// What of all that plain calls have made.
    plain_kept: Vec<Leftover>,
}

/// A result, and the run that has come to it.
#[derive(Debug, Clone)]
struct Judged {
    result: CaseResult,
    by: Arc<Origin>,
}

/// The stream of a run: what it is called, and what its results were judged by.
#[derive(Debug, Default)]
struct Origin {
    name: String,
    fineprint: String,
    /// The state of the specs, by operation.
    digests: HashMap<String, String>,
}

impl Origin {
    fn of(name: &str, start: &Start) -> Self {
        let digest = |page: &Page| Some((page.operation.clone(), page.digest.clone()?));
        Self {
            name: name.to_owned(),
            fineprint: start.fineprint.clone(),
            digests: start.pages.iter().filter_map(digest).collect(),
        }
    }
}

/// A result of another state of what it was judged by: it says nothing about the case as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// The case.
    pub id: String,
    /// The stream that has it.
    pub stream: String,
    /// What is of another state, in words.
    pub why: String,
}

impl Known {
    /// Takes the events of one run, from the stream of that name.
    pub fn add(&mut self, name: &str, events: impl IntoIterator<Item = Event>) {
        let (mut requests, mut kept, mut finish) = (0, Vec::new(), None);
        let mut origin = Arc::default();
        for event in events {
            match event {
                Event::RunStarted(start) => {
                    origin = Arc::new(Origin::of(name, &start));
                    self.starts.push(start);
                }
                Event::CaseFinished(result) => {
                    // A run that goes on tells again what it was told.
                    if !self.has(&result) {
                        requests += result.exchanges.len();
                        kept.extend(result.kept.iter().cloned());
                    }
                    self.take(*result, &origin);
                }
                Event::RunFinished(came) => finish = Some(came),
                Event::SnapshotsCompared(snapshots) => self.snapshots.push(snapshots),
                Event::PlainCallKept { kept: more } => {
                    let is_new = |left: &&Leftover| !self.plain_kept.contains(left);
                    let more: Vec<Leftover> = more.iter().filter(is_new).cloned().collect();
                    kept.extend(more.iter().cloned());
                    self.plain_kept.extend(more);
                }
                Event::Progress { .. } | Event::PlainCallFailed(_) | Event::BaselineCompared(_) => {}
            }
        }
        match finish {
            Some(finish) => self.finished.push(finish),
            None => {
                self.unfinished += requests;
                self.kept.extend(kept);
            }
        }
    }

    /// What was skipped, blocked or not answered is tried again.
    fn take(&mut self, result: CaseResult, by: &Arc<Origin>) {
        if !result.verdict.is_judged() {
            return;
        }
        let id = result.id.clone();
        if self.results.insert(id.clone(), Judged { result, by: Arc::clone(by) }).is_none() {
            self.told.push(id);
        }
    }

    /// Whether it is the result that is known, and not that of another attempt.
    fn has(&self, result: &CaseResult) -> bool {
        self.results.get(&result.id).is_some_and(|known| {
            (known.result.micros, &known.result.exchanges) == (result.micros, &result.exchanges)
        })
    }

    /// How the first of the runs began.
    pub fn start(&self) -> Option<&Start> {
        self.starts.first()
    }

    /// How each of them began.
    pub fn starts(&self) -> &[Start] {
        &self.starts
    }

    /// The ids of the cases that are judged.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(String::as_str)
    }

    /// The results that were judged by another state of the operation's spec, of the case, or of fineprint. A stream that
    /// does not tell the state of its specs is held to the cases alone; a case that is gone is not looked for.
    pub fn outdated(&self, specs: &Specs, cases: &Cases) -> Vec<Outdated> {
        if self.is_empty() {
            return Vec::new();
        }
        let digests = specs
            .operations()
            .map(|(service, operation)| (operation.id.as_str(), Page::digest(service, operation)));
        let digests: HashMap<&str, String> = digests.collect();
        let mut outdated: HashMap<&str, String> = HashMap::new();
        for judged in self.results.values() {
            outdated.extend(judged.why_outdated(&digests).map(|why| (judged.result.id.as_str(), why)));
        }
        for case in cases.iter() {
            if let Some(judged) = self.results.get(&case.id).filter(|judged| !judged.is_of(&case)) {
                let why = || format!("the case {} was another", case.id);
                outdated.entry(&judged.result.id).or_insert_with(why);
            }
        }
        let told = self.told.iter().filter_map(|id| self.results.get(id));
        told.filter_map(|judged| {
            let (id, stream) = (judged.result.id.clone(), judged.by.name.clone());
            outdated.remove(id.as_str()).map(|why| Outdated { id, stream, why })
        })
        .collect()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// Leaves results out, so that their cases are tried again.
    pub fn forget(&mut self, is_forgotten: impl Fn(&str) -> bool) {
        self.told.retain(|id| !is_forgotten(id));
        self.results.retain(|id, _| !is_forgotten(id));
    }

    /// All of it as one stream, so that nothing is lost when the file of one of them is needed. Results that another state of
    /// a spec has led to than the latest are left out: they would be taken for results of that.
    pub fn events(&self) -> Vec<Event> {
        let Some(mut start) = self.starts.last().cloned() else { return Vec::new() };
        for page in self.starts.iter().rev().skip(1).flat_map(|earlier| &earlier.pages) {
            if !start.pages.iter().any(|known| known.operation == page.operation) {
                start.pages.push(page.clone());
            }
        }
        let latest = Origin::of("", &start);
        let is_latest = |judged: &&Judged| {
            judged.digest() == latest.digests.get(&judged.result.operation).map(String::as_str)
        };
        let results: Vec<&CaseResult> = self
            .told
            .iter()
            .filter_map(|id| self.results.get(id))
            .filter(is_latest)
            .map(|judged| &judged.result)
            .collect();
        let mut counts = Counts::default();
        results.iter().for_each(|result| counts.add(&result.verdict));
        let mut events = vec![Event::RunStarted(start)];
        if !self.plain_kept.is_empty() {
            events.push(Event::PlainCallKept { kept: self.plain_kept.clone() });
        }
        events.extend(results.into_iter().map(|result| Event::CaseFinished(Box::new(result.clone()))));
        if !self.finished.is_empty() {
            let (kept, left_behind) = self.leftovers();
            events.push(Event::RunFinished(Finish {
                counts,
                stopped: Some("it went on and was killed".to_owned()),
                recorded: self.recorded(),
                kept,
                left_behind,
                micros: self.micros(),
                requests: self.requests(),
                ..Finish::default()
            }));
        }
        events
    }

    /// Cases that stand for results of which the specs alone imply no case.
    pub fn stand_ins(&self, specs: &Specs, ids: &[String]) -> Vec<Case> {
        let results = ids.iter().filter_map(|id| self.result(id));
        let known = results.filter(|result| specs.operation(&result.operation).is_some());
        known
            .map(|result| Case {
                id: result.id.clone(),
                operation: result.operation.clone(),
                tries: result.tries.clone(),
                about: Vec::new(),
                given: Vec::new(),
                send: Vec::new(),
                twist: None,
                at_once: 1,
                expect: Expectation::Silent(String::new()),
                then: Vec::new(),
            })
            .collect()
    }

    /// What was compared with snapshots, if anything was.
    pub fn snapshots(&self) -> Option<Snapshots> {
        let mut all = self.snapshots.first()?.clone();
        for further in &self.snapshots[1..] {
            all.new += further.new;
            all.changed.extend(further.changed.iter().cloned());
            for (own, more) in [
                (&mut all.stale, &further.stale),
                (&mut all.orphaned, &further.orphaned),
                (&mut all.written, &further.written),
            ] {
                for each in more {
                    if !own.contains(each) {
                        own.push(each.clone());
                    }
                }
            }
        }
        Some(all)
    }

    /// The result of a case.
    pub fn result(&self, id: &str) -> Option<&CaseResult> {
        self.results.get(id).map(|judged| &judged.result)
    }

    /// Requests that were sent.
    pub fn requests(&self) -> usize {
        self.finished.iter().map(|finish| finish.requests).fold(self.unfinished, usize::saturating_add)
    }

    /// How long the runs took together, in microseconds.
    pub fn micros(&self) -> u64 {
        self.finished.iter().map(|finish| finish.micros).fold(0, u64::saturating_add)
    }

    /// How the runs stand to another target's answers, if they were held to them.
    pub fn recorded(&self) -> Option<Recorded> {
        let mut parts = self.finished.iter().filter_map(|finish| finish.recorded.as_ref());
        let mut all = parts.next()?.clone();
        for part in parts {
            all.held += part.held;
            all.outdated += part.outdated;
            all.disputed.extend(part.disputed.iter().cloned());
        }
        Some(all)
    }

    /// What stays on the target: what no call removes, and what could not be removed.
    pub fn leftovers(&self) -> (Vec<Leftover>, Vec<Leftover>) {
        let kept = self.finished.iter().flat_map(|finish| finish.kept.clone());
        let left_behind = self.finished.iter().flat_map(|finish| finish.left_behind.clone()).collect();
        (self.kept.iter().cloned().chain(kept).collect(), left_behind)
    }
}

impl Judged {
    fn digest(&self) -> Option<&str> {
        self.by.digests.get(&self.result.operation).map(String::as_str)
    }

    /// Which state of the spec or of fineprint it is of, in words, where that is not this one.
    fn why_outdated(&self, digests: &HashMap<&str, String>) -> Option<String> {
        let result = &self.result;
        if let (Some(then), Some(now)) = (self.digest(), digests.get(result.operation.as_str()))
            && then != now
        {
            return Some(format!("the spec of {} was another", result.operation));
        }
        if self.by.fineprint != env!("CARGO_PKG_VERSION") {
            return Some(format!("fineprint {} has judged it", self.by.fineprint));
        }
        None
    }

    /// Whether the case is still the one that the result is of.
    fn is_of(&self, case: &Case) -> bool {
        let result = &self.result;
        case::sends(case) == result.sends
            && case::expects(case) == result.expects
            && result.state.as_ref().is_none_or(|state| *state == case::digest(case))
    }
}
