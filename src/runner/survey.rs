//! What is worked out of all cases before the first of them is sent, in one pass over them.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::case::{Case, Expectation};
use crate::event::Page;
use crate::evidence;
use crate::generate::{self, Cases};
use crate::spec::model::Specs;
use crate::wire::Twist;

use super::bracket::{self, Plain};
use super::cost;
use super::known::Known;

/// What a run has to know of its cases.
#[derive(Debug, Default)]
pub struct Survey {
    /// The pages of the operations that are tested, with what each promise needs.
    pub pages: Vec<Page>,
    /// Their plain calls, by operation.
    pub plains: HashMap<String, Plain>,
    /// About how many requests the cases take.
    pub requests: usize,
    /// The operations that are tested.
    pub tested: HashSet<String>,
    /// The cases that run together with others.
    pub together: Phase,
    /// Those that run one at a time after all others, because they need all the room, or are about who calls.
    pub alone: Phase,
}

/// Cases that run in one part of a run.
#[derive(Debug, Default)]
pub struct Phase {
    /// Their numbers.
    pub cases: VecDeque<usize>,
    /// How many of them must be rejected, by operation.
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
    /// Of all cases; those that are known are not run. Those that need more than `ceiling` entities at once run alone. `each` is
    /// shown every case.
    pub fn of(
        specs: &Specs,
        cases: &Cases,
        known: &Known,
        ceiling: u32,
        mut each: impl FnMut(&Case),
    ) -> Self {
        let mut survey = Self::default();
        let (mut tally, mut callers) = (Tally::default(), Vec::new());
        for (index, case) in cases.iter().enumerate() {
            each(&case);
            tally.take(specs, &case);
            match () {
                () if known.has_judged(&case.id) => {}
                // A wrong secret may lock an account: those that are about who calls come last of all.
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

    /// The pages and plain calls of the operations that are tested.
    fn prepare(&mut self, specs: &Specs, cases: &Cases) {
        for (place, service, operation) in specs.placed() {
            if !self.tested.contains(&operation.id) {
                continue;
            }
            let implied = cases.standard(specs, place);
            let left_out = generate::left_out_by_protocol(service, operation);
            self.pages.push(evidence::page(service, operation, &implied, &left_out));
            let plain = implied.iter().filter_map(Plain::of).min_by_key(Plain::rank);
            self.plains.extend(plain.map(|plain| (operation.id.clone(), plain)));
        }
    }
}

/// How many requests cases take, with the plain calls between them and all that is made and removed.
#[derive(Debug, Default)]
pub struct Tally {
    own: usize,
    /// By operation: how many rejections, and what a valid call takes. Which of them it is makes no difference.
    operations: HashMap<String, (usize, Option<usize>)>,
}

impl Tally {
    /// Adds a case.
    pub fn take(&mut self, specs: &Specs, case: &Case) {
        let own = cost::requests(specs, case);
        self.own += own;
        let (rejections, plain) = self.operations.entry(case.operation.clone()).or_default();
        *rejections += usize::from(bracket::is_bracketed(case));
        if case.expect == Expectation::Accept && case.then.is_empty() {
            plain.get_or_insert(own);
        }
    }

    /// About how many requests they take.
    pub fn requests(&self) -> usize {
        let bracketed = self.operations.values().filter(|(rejections, _)| *rejections > 0);
        let plain = bracketed
            .map(|(rejections, plain)| plain.unwrap_or(1) * (1 + rejections.div_ceil(bracket::MOST)));
        self.own + plain.sum::<usize>()
    }
}
