//! Results of earlier runs of the same plan: the shards of a split run, or the beginning of an interrupted one.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use crate::case::{self, Case, Expectation};
use crate::event::{CaseResult, Counts, Event, Finish, Leftover, Page, Recorded, Results, Snapshots, Start};
use crate::generate::Cases;
use crate::spec::model::Specs;

/// Results by case id, and what else the runs have reported.
#[derive(Debug, Clone, Default)]
pub struct EarlierResults {
    /// The start of each run, in the order in which the runs were added.
    starts: Vec<Start>,
    /// Each result with the run that produced it.
    results: Results<Arc<Origin>>,
    finished: Vec<Finish>,
    snapshots: Vec<Snapshots>,
    /// Number of requests of runs that did not finish.
    unfinished: usize,
    /// Entities created by such runs that no call removes.
    kept: Vec<Leftover>,
    /// Entities of all runs that plain calls have created and no call removes.
    plain_kept: Vec<Leftover>,
}

/// The stream of a run: its name, and what its results were judged by.
#[derive(Debug, Default)]
struct Origin {
    name: String,
    fineprint: String,
    /// The digests of the specs, by operation.
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

/// A result that was judged by an older or newer state: it says nothing about the case as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// The case.
    pub id: String,
    /// The stream that contains it.
    pub stream: String,
    /// Description of what has changed.
    pub why: String,
}

impl EarlierResults {
    /// Adds the events of one run, from the stream with this name.
    pub fn add(&mut self, name: &str, events: impl IntoIterator<Item = Event>) {
        let Ok(()) = self.try_add(name, events.into_iter().map(Ok::<_, Infallible>));
    }

    /// Adds the events of one run while they are being read.
    ///
    /// # Errors
    /// Returns the error if one of the events cannot be read.
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
                    // A resumed run reports again what was reported before.
                    if !self.has(&result) {
                        requests += result.exchanges.len();
                        kept.extend(result.kept.iter().cloned());
                    }
                    self.add_result(&result, &origin);
                }
                Event::RunFinished(finished) => finish = Some(finished),
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

    /// Adds a result that was judged. Cases that were skipped, blocked or not answered run again.
    fn add_result(&mut self, result: &CaseResult, by: &Arc<Origin>) {
        if result.verdict.is_judged() {
            self.results.insert(result, Arc::clone(by));
        }
    }

    /// Returns `true` if this is the known result, and not that of another attempt.
    fn has(&self, result: &CaseResult) -> bool {
        self.results
            .get(&result.id)
            .is_some_and(|known| (known.micros, &known.exchanges) == (result.micros, &result.exchanges))
    }

    /// Returns the start of the first run.
    pub fn start(&self) -> Option<&Start> {
        self.starts.first()
    }

    /// Returns the start of each run.
    pub fn starts(&self) -> &[Start] {
        &self.starts
    }

    /// Returns the ids of the judged cases.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.results.ids()
    }

    /// Returns the results that were judged by another state of the operation's spec, of the case, or of fineprint. If
    /// a stream does not record the state of its specs, that state is not compared. Cases that no longer exist are
    /// ignored.
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

    /// Returns `true` if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// Removes results, so that their cases run again.
    pub fn forget(&mut self, is_forgotten: impl Fn(&str) -> bool) {
        self.results.retain(|id| !is_forgotten(id));
    }

    /// Returns everything as one stream, so that nothing is lost if the file of one of the runs is overwritten. Results
    /// that were judged by another state of a spec than the latest are left out: they would be taken for results of the
    /// latest state.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        self.combined_start().into_iter().flat_map(|start| self.events_from(start))
    }

    /// Returns the start of one run that represents all runs.
    fn combined_start(&self) -> Option<Start> {
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

    /// Returns the end of that run, if any of the runs has finished.
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

    /// Returns cases that represent results for which the specs alone imply no case.
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

    /// Returns the comparison with snapshots, if there was one.
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
                for id in more {
                    if !own.contains(id) {
                        own.push(id.clone());
                    }
                }
            }
        }
        Some(all)
    }

    /// Returns the result of a case.
    pub fn result(&self, id: &str) -> Option<CaseResult> {
        self.results.get(id)
    }

    /// Returns `true` if a case is judged.
    pub fn has_judged(&self, id: &str) -> bool {
        self.results.has(id)
    }

    /// Returns the number of requests sent.
    pub fn requests(&self) -> usize {
        self.finished.iter().map(|finish| finish.requests).fold(self.unfinished, usize::saturating_add)
    }

    /// Returns the total duration of the runs, in microseconds.
    pub fn micros(&self) -> u64 {
        self.finished.iter().map(|finish| finish.micros).fold(0, u64::saturating_add)
    }

    /// Returns the comparison with another target's recording, if there was one.
    pub fn recorded(&self) -> Option<Recorded> {
        let mut parts = self.finished.iter().filter_map(|finish| finish.recorded.as_ref());
        let mut all = parts.next()?.clone();
        for part in parts {
            all.tested += part.tested;
            all.outdated += part.outdated;
            all.disputed.extend(part.disputed.iter().cloned());
        }
        Some(all)
    }

    /// Returns what stays on the target: entities that no call removes, and leftovers.
    pub fn leftovers(&self) -> (Vec<Leftover>, Vec<Leftover>) {
        let kept = self.finished.iter().flat_map(|finish| finish.kept.clone());
        let left_behind = self.finished.iter().flat_map(|finish| finish.left_behind.clone()).collect();
        (self.kept.iter().cloned().chain(kept).collect(), left_behind)
    }
}

impl Origin {
    /// Returns how the state of the spec or of fineprint differs from that of a result, in words; `None` if it does not
    /// differ.
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

/// Returns `true` if a result is still about this case.
fn is_of(result: &CaseResult, case: &Case) -> bool {
    case::sends(case) == result.sends
        && case::expects(case) == result.expects
        && result.state.as_ref().is_none_or(|state| *state == case::digest(case))
}
