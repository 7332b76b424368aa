//! A survey of all cases, in one pass, before the first of them is sent.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::case::{Case, Expectation};
use crate::event::Page;
use crate::evidence;
use crate::generate::{self, Cases};
use crate::spec::model::Specs;
use crate::wire::Twist;

use super::bracket::{self, PlainCase};
use super::cost;
use super::earlier_results::EarlierResults;

/// The facts about its cases that a run needs.
#[derive(Debug, Default)]
pub struct Survey {
    /// The pages of the tested operations, with what each promise needs.
    pub pages: Vec<Page>,
    /// The plain calls of these operations, by operation.
    pub plains: HashMap<String, PlainCase>,
    /// Approximate number of requests that the cases take.
    pub requests: usize,
    /// The tested operations.
    pub tested: HashSet<String>,
    /// The cases that run together with others.
    pub together: Phase,
    /// The cases that run one at a time after all others, because they need all the room, or are about the caller.
    pub alone: Phase,
}

/// The cases of one phase of a run.
#[derive(Debug, Default)]
pub struct Phase {
    /// The indices of the cases.
    pub cases: VecDeque<usize>,
    /// Number of cases that must be rejected, by operation.
    pub rejections: HashMap<String, usize>,
}

impl Phase {
    fn add(&mut self, index: usize, case: &Case) {
        self.cases.push_back(index);
        if bracket::is_bracketed(case) {
            *self.rejections.entry(case.operation.clone()).or_default() += 1;
        }
    }
}

impl Survey {
    /// Surveys all cases; known cases do not run. Cases that need more than `ceiling` entities at the same time run
    /// alone. `each` is called with every case.
    pub fn of(
        specs: &Specs,
        cases: &Cases,
        known: &EarlierResults,
        ceiling: u32,
        mut each: impl FnMut(&Case),
    ) -> Self {
        let mut survey = Self::default();
        let (mut tally, mut callers) = (RequestCount::default(), Vec::new());
        for (index, case) in cases.iter().enumerate() {
            each(&case);
            tally.add(specs, &case);
            match () {
                () if known.has_judged(&case.id) => {}
                // A wrong secret may lock an account: cases that are about the caller come last of all.
                () if matches!(case.twist, Some(Twist::Signature(_))) => callers.push((index, case)),
                () if cost::is_exclusive(specs, &case, ceiling) => survey.alone.add(index, &case),
                () => survey.together.add(index, &case),
            }
        }
        callers.iter().for_each(|(index, case)| survey.alone.add(*index, case));
        survey.requests = tally.requests();
        survey.tested = tally.operations.into_keys().collect();
        survey.prepare(specs, cases);
        survey
    }

    /// Adds the pages and plain calls of the tested operations.
    fn prepare(&mut self, specs: &Specs, cases: &Cases) {
        for (place, service, operation) in specs.placed() {
            if !self.tested.contains(&operation.id) {
                continue;
            }
            let implied = cases.standard(specs, place);
            let left_out = generate::left_out_by_protocol(service, operation);
            self.pages.push(evidence::page(service, operation, &implied, &left_out));
            let plain = implied.iter().filter_map(PlainCase::of).min_by_key(PlainCase::rank);
            self.plains.extend(plain.map(|plain| (operation.id.clone(), plain)));
        }
    }
}

/// The number of requests that cases take, including the plain calls between them and all that is created and removed.
#[derive(Debug, Default)]
pub struct RequestCount {
    own: usize,
    /// By operation: the number of rejections, and the number of requests of a valid call. It makes no difference which
    /// valid call that is.
    operations: HashMap<String, (usize, Option<usize>)>,
}

impl RequestCount {
    /// Adds a case.
    pub fn add(&mut self, specs: &Specs, case: &Case) {
        let own = cost::requests(specs, case);
        self.own += own;
        let (rejections, plain) = self.operations.entry(case.operation.clone()).or_default();
        *rejections += usize::from(bracket::is_bracketed(case));
        if case.expect == Expectation::Accept && case.then.is_empty() {
            plain.get_or_insert(own);
        }
    }

    /// Returns the approximate number of requests.
    pub fn requests(&self) -> usize {
        let bracketed = self.operations.values().filter(|(rejections, _)| *rejections > 0);
        let plain = bracketed.map(|(rejections, plain)| {
            plain.unwrap_or(1) * (1 + rejections.div_ceil(bracket::MAX_REJECTIONS))
        });
        self.own + plain.sum::<usize>()
    }
}
