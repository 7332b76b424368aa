//! Results in the order of the plan, and what only the whole run shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::Case;
use crate::compare::{self, RecordedRelation, Recording};
use crate::event::{CaseResult, Counts, Event, Recorded};
use crate::generate::Cases;
use crate::judge::{Observations, RequestIds, Verdict};
use crate::spec::model::Specs;

use super::earlier_results::EarlierResults;
use super::facts::skipped;

/// A queue that puts results into the order of the plan, and judges what only the whole run shows.
pub struct InOrder<'s> {
    specs: &'s Specs,
    cases: &'s Cases,
    /// Results that are already known; each is emitted when it is next.
    known: &'s EarlierResults,
    next: usize,
    early: BTreeMap<usize, CaseResult>,
    ids: RequestIds,
    /// The recording of another target, if the run is tested against one.
    against: Option<Arc<Recording>>,
    /// The comparison of the responses with the recording.
    pub recorded: Option<Recorded>,
    /// Number of cases per verdict.
    pub counts: Counts,
    /// The order in which parameters were seen to be checked.
    pub seen: Observations,
}

impl<'s> InOrder<'s> {
    /// Creates an empty queue.
    pub fn new(
        specs: &'s Specs,
        cases: &'s Cases,
        known: &'s EarlierResults,
        against: Option<Arc<Recording>>,
    ) -> Self {
        Self {
            specs,
            cases,
            known,
            next: 0,
            early: BTreeMap::new(),
            ids: RequestIds::default(),
            recorded: against
                .as_ref()
                .map(|recording| Recorded { target: recording.target.clone(), ..Recorded::default() }),
            against,
            counts: Counts::default(),
            seen: Observations::default(),
        }
    }

    /// Returns `true` if the case with this index has a result.
    pub fn has(&self, index: usize) -> bool {
        index < self.next || self.early.contains_key(&index)
    }

    /// Returns `true` if the result of a case is already known.
    pub fn is_known(&self, case: &Case) -> bool {
        self.known.has_judged(&case.id)
    }

    /// Returns the next result, if it is there.
    fn next_ready(&mut self) -> Option<CaseResult> {
        if let Some(result) = self.early.remove(&self.next) {
            return Some(result);
        }
        if self.known.is_empty() {
            return None;
        }
        let case = self.cases.get(self.next).filter(|case| self.is_known(case))?;
        let lost = || skipped(self.specs, &case, "its earlier result can no longer be read");
        Some(self.known.result(&case.id).unwrap_or_else(lost))
    }

    /// Adds a result, and emits all results that are next.
    pub fn add(&mut self, index: usize, result: CaseResult, emit: &mut impl FnMut(Event)) {
        self.early.insert(index, result);
        self.emit_ready(emit);
    }

    /// Emits all results that are next.
    pub fn emit_ready(&mut self, emit: &mut impl FnMut(Event)) {
        while let Some(mut result) = self.next_ready() {
            self.record_observations(self.next, &result);
            self.next += 1;
            self.reset_to_page(&mut result);
            judge_repeats(&mut self.ids, self.specs, &mut result);
            self.test_against_recording(&mut result);
            self.counts.add(&result.verdict);
            emit(Event::CaseFinished(Box::new(result)));
        }
    }

    /// Resets a result of an earlier run that differs only from another target: it is tested against that target again.
    fn reset_to_page(&self, result: &mut CaseResult) {
        if self.against.is_some() && std::mem::take(&mut result.other_only) {
            result.verdict = Verdict::Pass;
        }
    }

    /// Tests a result against the recording of another target, where the page does not specify the response.
    fn test_against_recording(&mut self, result: &mut CaseResult) {
        let (Some(recording), Some(recorded)) = (&self.against, &mut self.recorded) else { return };
        match compare::compare_with_recorded(self.specs, recording, result) {
            RecordedRelation::Silent => {}
            RecordedRelation::Agrees => recorded.tested += 1,
            RecordedRelation::Outdated => recorded.outdated += 1,
            RecordedRelation::Disputed => recorded.disputed.push(result.id.clone()),
            RecordedRelation::Differs(mismatch) => {
                recorded.tested += 1;
                result.other_only = true;
                result.verdict = Verdict::Fail { mismatches: vec![mismatch] };
            }
        }
    }

    /// Records what a response shows besides its verdict.
    fn record_observations(&mut self, index: usize, result: &CaseResult) {
        // If nothing is proven, the code shows no order either.
        let Some(code) = result.observed.code.as_ref().filter(|_| result.verdict.is_judged()) else { return };
        let Some((service, operation)) = self.specs.operation(&result.operation) else { return };
        if result.about.len() == 2
            && let Some(case) = self.cases.get(index)
        {
            self.seen.record(service, operation, &case, code);
        }
    }
}

/// Fails a case whose response repeats a value that no two responses may share.
pub fn judge_repeats(ids: &mut RequestIds, specs: &Specs, result: &mut CaseResult) {
    let Some((service, _)) = specs.operation(&result.operation) else { return };
    let mut repeated = ids.record(service, &result.id, &result.observed);
    // A result of an earlier run may already report the repetition.
    if let Verdict::Fail { mismatches } = &result.verdict {
        repeated.retain(|mismatch| !mismatches.contains(mismatch));
    }
    match &mut result.verdict {
        _ if repeated.is_empty() => {}
        Verdict::Fail { mismatches } => mismatches.extend(repeated),
        verdict => *verdict = Verdict::Fail { mismatches: repeated },
    }
}
