//! Results in the order of the plan, and what only the whole run shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::Case;
use crate::check::reach;
use crate::compare::{self, Held, Recording};
use crate::event::{CaseResult, Counts, Event, Recorded, RowTried};
use crate::generate::{self, Depth};
use crate::judge::{RequestIds, Seen, Verdict};
use crate::spec::model::{Operation, Service, Specs};
use crate::wire::{self, Outcome, Reply};

/// Puts results into the order of the plan, and judges what only the whole run shows.
pub struct InOrder<'s> {
    specs: &'s Specs,
    cases: &'s [Arc<Case>],
    next: usize,
    /// The cases that came to a verdict about the target.
    judged: Vec<&'s Case>,
    early: BTreeMap<usize, CaseResult>,
    ids: RequestIds,
    /// Codes that came, by operation, and how often.
    came: BTreeMap<(String, String), usize>,
    /// What another target was seen to do, where the run is held to one.
    against: Option<Arc<Recording>>,
    /// How the answers stand to it.
    pub recorded: Option<Recorded>,
    /// How many cases came to what.
    pub counts: Counts,
    /// In which order parameters were seen to be checked.
    pub seen: Seen,
}

impl<'s> InOrder<'s> {
    /// Nothing yet.
    pub fn new(specs: &'s Specs, cases: &'s [Arc<Case>], against: Option<Arc<Recording>>) -> Self {
        Self {
            specs,
            cases,
            next: 0,
            judged: Vec::new(),
            early: BTreeMap::new(),
            ids: RequestIds::default(),
            came: BTreeMap::new(),
            recorded: against
                .as_ref()
                .map(|recording| Recorded { target: recording.target.clone(), ..Recorded::default() }),
            against,
            counts: Counts::default(),
            seen: Seen::default(),
        }
    }

    /// Whether the case of that number has a result.
    pub fn has(&self, index: usize) -> bool {
        index < self.next || self.early.contains_key(&index)
    }

    /// Takes a result and tells all that are next.
    pub fn take(&mut self, index: usize, result: CaseResult, emit: &mut impl FnMut(Event)) {
        self.early.insert(index, result);
        while let Some(mut result) = self.early.remove(&self.next) {
            self.note(self.next, &result);
            self.next += 1;
            self.by_page(&mut result);
            judge_repeats(&mut self.ids, self.specs, &mut result);
            self.hold(&mut result);
            self.counts.add(&result.verdict);
            self.judged.extend(
                self.cases.get(self.next - 1).filter(|_| result.verdict.is_judged()).map(Arc::as_ref),
            );
            emit(Event::CaseFinished(Box::new(result)));
        }
    }

    /// A result of an earlier run that departs from another target alone is held to that anew.
    fn by_page(&self, result: &mut CaseResult) {
        if self.against.is_some() && std::mem::take(&mut result.other_only) {
            result.verdict = Verdict::Pass;
        }
    }

    /// Holds a result to what another target was seen to do, where the page leaves it open.
    fn hold(&mut self, result: &mut CaseResult) {
        let (Some(recording), Some(recorded)) = (&self.against, &mut self.recorded) else { return };
        match compare::held(self.specs, recording, result) {
            Held::Silent => {}
            Held::Agrees => recorded.held += 1,
            Held::Outdated => recorded.outdated += 1,
            Held::Disputed => recorded.disputed.push(result.id.clone()),
            Held::Departs(departure) => {
                recorded.held += 1;
                result.other_only = true;
                result.verdict = Verdict::Fail { departures: vec![departure] };
            }
        }
    }

    /// Takes note of what an answer shows beside its verdict.
    fn note(&mut self, index: usize, result: &CaseResult) {
        let Some(exchange) = result.tried() else { return };
        let Some((service, operation)) = self.specs.operation(&result.operation) else { return };
        if let Some(case) = self.cases.get(index) {
            self.seen.take(service, operation, case, exchange);
        }
        let Outcome::Answered(answer) = &exchange.outcome else { return };
        if let Reply::Refused { code, .. } = wire::decode(service, answer) {
            *self.came.entry((operation.name.clone(), code)).or_default() += 1;
        }
    }

    /// Each row of each error table: how many cases tried it, how often it answered, and why no case could.
    pub fn rows(&self) -> Vec<RowTried> {
        let mut cases: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
        for case in self.cases {
            cases.entry(&case.operation).or_default();
        }
        for case in &self.judged {
            cases.entry(&case.operation).or_default().push(Case::clone(case));
        }
        let operations = self.specs.operations();
        let tried = operations.filter_map(|(service, operation)| {
            Some(self.rows_of(service, operation, cases.get(operation.name.as_str())?))
        });
        tried.flatten().collect()
    }

    fn rows_of(&self, service: &Service, operation: &Operation, cases: &[Case]) -> Vec<RowTried> {
        // A run of some cases only leaves rows out; that is no reason why they could not be tried.
        let all = [&generate::cases(service, operation, Depth::Standard).cases, cases].concat();
        let in_run = reach::rows(service, operation, cases);
        let at_all = reach::rows(service, operation, &all);
        let row = |(reach, at_all): (reach::RowReach<'_>, reach::RowReach<'_>)| {
            let came = self
                .came
                .iter()
                .filter(|((of, code), _)| *of == operation.name && service.answers_for(reach.row, code));
            RowTried {
                operation: operation.name.clone(),
                codes: reach.row.codes.clone(),
                own: reach.own,
                place: reach.row.at.to_string(),
                cases: reach.cases.len(),
                answered: came.map(|(_, count)| count).sum(),
                why_not: at_all.why,
            }
        };
        in_run.into_iter().zip(at_all).map(row).collect()
    }
}

/// A value that no two answers may share fails the case in which it came again.
pub fn judge_repeats(ids: &mut RequestIds, specs: &Specs, result: &mut CaseResult) {
    let Some((service, _)) = specs.operation(&result.operation) else { return };
    let mut repeated = Vec::new();
    for exchange in &result.exchanges {
        repeated.extend(ids.take(service, &result.id, exchange));
    }
    // A result of an earlier run may tell of it already.
    if let Verdict::Fail { departures } = &result.verdict {
        repeated.retain(|departure| !departures.contains(departure));
    }
    match &mut result.verdict {
        _ if repeated.is_empty() => {}
        Verdict::Fail { departures } => departures.extend(repeated),
        verdict => *verdict = Verdict::Fail { departures: repeated },
    }
}
