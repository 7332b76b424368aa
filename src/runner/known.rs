//! What earlier runs of the same plan have found out: the parts of a run that was split, or the beginning of one that was
//! interrupted.

use std::collections::HashMap;

use crate::case::{Case, Expectation};
use crate::event::{CaseResult, Event, Finish, Leftover, Recorded, Snapshots, Start};
use crate::spec::model::Specs;

/// Results by case id, and what else the runs have told.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// How the first of the runs began.
    pub start: Option<Start>,
    results: HashMap<String, CaseResult>,
    finished: Vec<Finish>,
    snapshots: Vec<Snapshots>,
    /// Ids in the order in which they were told.
    told: Vec<String>,
    /// Requests of runs that did not come to their end.
    unfinished: usize,
}

impl Known {
    /// Takes the events of one run.
    pub fn add(&mut self, events: impl IntoIterator<Item = Event>) {
        let (mut requests, mut finish) = (0, None);
        for event in events {
            match event {
                Event::RunStarted(start) => {
                    self.start.get_or_insert(start);
                }
                Event::CaseFinished(result) => {
                    requests += result.exchanges.len();
                    let id = result.id.clone();
                    // What was skipped, blocked or not answered is tried again.
                    if result.verdict.is_judged() && self.results.insert(id.clone(), *result).is_none() {
                        self.told.push(id);
                    }
                }
                Event::RunFinished(came) => finish = Some(came),
                Event::SnapshotsCompared(snapshots) => self.snapshots.push(snapshots),
                Event::Progress { .. } | Event::BaselineCompared(_) => {}
            }
        }
        match finish {
            Some(finish) => self.finished.push(finish),
            None => self.unfinished += requests,
        }
    }

    /// The ids of the cases that are judged.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(String::as_str)
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
        self.results.get(id)
    }

    /// Requests that were sent.
    pub fn requests(&self) -> usize {
        self.finished.iter().map(|finish| finish.requests).sum::<usize>() + self.unfinished
    }

    /// How long the runs took together, in microseconds.
    pub fn micros(&self) -> u64 {
        self.finished.iter().map(|finish| finish.micros).sum()
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
        let kept = self.finished.iter().flat_map(|finish| finish.kept.clone()).collect();
        let left_behind = self.finished.iter().flat_map(|finish| finish.left_behind.clone()).collect();
        (kept, left_behind)
    }
}
