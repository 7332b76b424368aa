//! What earlier runs of the same plan have found out: the parts of a run that was split, or the beginning of one that was
//! interrupted.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use crate::case::{self, Case, Expectation};
use crate::event::{CaseResult, Counts, Event, Finish, Leftover, Page, Recorded, Results, Snapshots, Start};
use crate::generate::Cases;
use crate::spec::model::Specs;

/// Results by case id, and what else the runs have told.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// How the runs began, in the order in which they were taken.
    starts: Vec<Start>,
    /// Each with the run that has come to it.
    results: Results<Arc<Origin>>,
    finished: Vec<Finish>,
    snapshots: Vec<Snapshots>,
    /// Requests of runs that did not come to their end.
    unfinished: usize,
    /// What such runs have made that no call removes.
    kept: Vec<Leftover>,
    /// What of all that plain calls have made.
    plain_kept: Vec<Leftover>,
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
        let Ok(()) = self.try_add(name, events.into_iter().map(Ok::<_, Infallible>));
    }

    /// The same, of events that are being read.
    ///
    /// # Errors
    /// Why one of them cannot be.
    pub fn try_add<E>(
        &mut self,
        name: &str,
        events: impl Iterator<Item = Result<Event, E>>,
    ) -> Result<(), E> {
        let (mut requests, mut kept, mut finish) = (0, Vec::new(), None);
        let mut origin = Arc::default();
        for event in events {
            match event? {
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
                    self.take(&result, &origin);
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
        Ok(())
    }

    /// What was skipped, blocked or not answered is tried again.
    fn take(&mut self, result: &CaseResult, by: &Arc<Origin>) {
        if result.verdict.is_judged() {
            self.results.insert(result, Arc::clone(by));
        }
    }

    /// Whether it is the result that is known, and not that of another attempt.
    fn has(&self, result: &CaseResult) -> bool {
        self.results
            .get(&result.id)
            .is_some_and(|known| (known.micros, &known.exchanges) == (result.micros, &result.exchanges))
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
        self.results.ids()
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
        let mut outdated: HashMap<String, String> = HashMap::new();
        for case in cases.iter() {
            if self.results.get(&case.id).is_some_and(|result| !is_of(&result, &case)) {
                outdated.insert(case.id.clone(), format!("the case {} has changed", case.id));
            }
        }
        let why = |result: CaseResult| {
            let by = self.results.of(&result.id)?;
            let why = by.why_outdated(&result, &digests).or_else(|| outdated.remove(&result.id))?;
            Some(Outdated { id: result.id, stream: by.name.clone(), why })
        };
        self.results.iter().filter_map(why).collect()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// Leaves results out, so that their cases are tried again.
    pub fn forget(&mut self, is_forgotten: impl Fn(&str) -> bool) {
        self.results.retain(|id| !is_forgotten(id));
    }

    /// All of it as one stream, so that nothing is lost when the file of one of them is needed. Results that another state of
    /// a spec has led to than the latest are left out: they would be taken for results of that.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        self.start_of_all().into_iter().flat_map(|start| self.events_from(start))
    }

    /// The start of one run that stands for all of them.
    fn start_of_all(&self) -> Option<Start> {
        let mut start = self.starts.last()?.clone();
        for page in self.starts.iter().rev().skip(1).flat_map(|earlier| &earlier.pages) {
            if !start.pages.iter().any(|known| known.operation == page.operation) {
                start.pages.push(page.clone());
            }
        }
        Some(start)
    }

    fn events_from(&self, start: Start) -> impl Iterator<Item = Event> {
        let latest = Origin::of("", &start);
        let is_latest = move |result: &CaseResult| {
            let by = self.results.of(&result.id);
            by.is_some_and(|by| by.digests.get(&result.operation) == latest.digests.get(&result.operation))
        };
        let mut counts = Counts::default();
        self.results.iter().filter(&is_latest).for_each(|result| counts.add(&result.verdict));
        let kept =
            (!self.plain_kept.is_empty()).then(|| Event::PlainCallKept { kept: self.plain_kept.clone() });
        let results = self.results.iter().filter(move |result| is_latest(result));
        let results = results.map(|result| Event::CaseFinished(Box::new(result)));
        [Event::RunStarted(start)].into_iter().chain(kept).chain(results).chain(self.end(counts))
    }

    /// The end of that run, if any of them has come to its end.
    fn end(&self, counts: Counts) -> Option<Event> {
        let (kept, left_behind) = self.leftovers();
        let finish = Finish {
            counts,
            stopped: Some("the resumed run was killed".to_owned()),
            recorded: self.recorded(),
            kept,
            left_behind,
            micros: self.micros(),
            requests: self.requests(),
            ..Finish::default()
        };
        (!self.finished.is_empty()).then_some(Event::RunFinished(finish))
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
    pub fn result(&self, id: &str) -> Option<CaseResult> {
        self.results.get(id)
    }

    /// Whether a case is judged.
    pub fn has_judged(&self, id: &str) -> bool {
        self.results.has(id)
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

impl Origin {
    /// Which state of the spec or of fineprint a result is of, in words, where that is not this one.
    fn why_outdated(&self, result: &CaseResult, digests: &HashMap<&str, String>) -> Option<String> {
        if let (Some(then), Some(now)) =
            (self.digests.get(&result.operation), digests.get(result.operation.as_str()))
            && then != now
        {
            return Some(format!("the spec of {} has changed", result.operation));
        }
        if self.fineprint != env!("CARGO_PKG_VERSION") {
            return Some(format!("it was judged by fineprint {}", self.fineprint));
        }
        None
    }
}

/// Whether a case is still the one that a result is of.
fn is_of(result: &CaseResult, case: &Case) -> bool {
    case::sends(case) == result.sends
        && case::expects(case) == result.expects
        && result.state.as_ref().is_none_or(|state| *state == case::digest(case))
}
