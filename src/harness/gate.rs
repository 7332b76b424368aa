//! Plain calls between the tests of an operation: a rejection proves something only while valid calls are accepted.
//!
//! Each test ends before the tests next to it, so a rejection that looks right passes immediately. The plain call that
//! follows it is sent after fifty rejections, after any surprise, and when all tests have ended. If it is not accepted,
//! that is reported and changes the exit code.

use std::collections::HashMap;

use tokio::sync::Mutex;

use crate::case::Case;
use crate::event::CaseResult;
use crate::generate::Cases;
use crate::runner::bracket::{
    MAX_REJECTIONS, PlainCase, PlainOutcome, is_bracketed, is_news, is_surprise, proven,
};
use crate::runner::{self, Session};
use crate::spec::model::Specs;

/// The plain calls of the operations under test.
#[derive(Debug, Default)]
pub struct Gates {
    operations: HashMap<String, Gate>,
}

/// The plain calls of an operation.
#[derive(Debug)]
struct Gate {
    plain: PlainCase,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Result of the last plain call.
    last: Option<PlainOutcome>,
    /// Number of rejections sent since then.
    since: usize,
    /// The first plain call that was not accepted.
    failed: Option<Box<CaseResult>>,
}

/// What tests need to run.
#[derive(Debug, Clone, Copy)]
pub struct RunContext<'t> {
    /// The session that sends the calls.
    pub session: &'t Session,
    /// The specs that judge them.
    pub specs: &'t Specs,
}

impl Gates {
    /// Creates the plain calls for the operations of these cases.
    pub fn new(cases: &Cases) -> Self {
        let mut best: HashMap<String, PlainCase> = HashMap::new();
        for plain in cases.iter().filter_map(|case| PlainCase::of(&case)) {
            let known = best.entry(plain.case.operation.clone()).or_insert_with(|| plain.clone());
            if plain.rank() < known.rank() {
                *known = plain;
            }
        }
        let gate = |(operation, plain)| (operation, Gate { plain, state: Mutex::default() });
        Self { operations: best.into_iter().map(gate).collect() }
    }

    /// Runs a case, with the plain calls that are due before and after it.
    pub async fn run(&self, on: RunContext<'_>, case: &Case) -> CaseResult {
        let gate = self.operations.get(&case.operation);
        let before = match gate.filter(|_| is_bracketed(case)) {
            Some(gate) => Some(gate.last_outcome(on).await),
            None => None,
        };
        let result = runner::run_case(on.session, on.specs, case).await;
        match gate {
            Some(gate) => gate.after(on, case, before, result).await,
            None => result,
        }
    }

    /// Sends the final plain calls. Returns, for each operation, the first plain call that was not accepted.
    pub async fn end(&self, on: RunContext<'_>) -> Vec<CaseResult> {
        let mut failed = Vec::new();
        for gate in self.operations.values() {
            let mut state = gate.state.lock().await;
            if state.since > 0 {
                gate.call(on, &mut state).await;
            }
            failed.extend(state.failed.take().map(|result| *result));
        }
        failed.sort_by(|one, other| one.operation.cmp(&other.operation));
        failed
    }
}

impl Gate {
    /// Returns the result of the last plain call. The first test that needs a plain call sends the first one.
    async fn last_outcome(&self, on: RunContext<'_>) -> PlainOutcome {
        let mut state = self.state.lock().await;
        match state.last.clone() {
            Some(last) => last,
            None => self.call(on, &mut state).await,
        }
    }

    async fn after(
        &self,
        on: RunContext<'_>,
        case: &Case,
        before: Option<PlainOutcome>,
        result: CaseResult,
    ) -> CaseResult {
        let is_surprise = is_surprise(case, &result);
        if before.is_none() && !is_surprise {
            return result;
        }
        let mut state = self.state.lock().await;
        state.since += 1;
        let is_due = is_surprise && is_news(state.last.as_ref());
        let outcome = match is_due || state.since >= MAX_REJECTIONS {
            true => self.call(on, &mut state).await,
            false => state.last.clone().unwrap_or(PlainOutcome::Silent),
        };
        proven(before.as_ref(), result, Some(&outcome))
    }

    async fn call(&self, on: RunContext<'_>, state: &mut State) -> PlainOutcome {
        let result = runner::call_plain(on.session, on.specs, &self.plain).await;
        let outcome = PlainOutcome::of(&self.plain, &result);
        if matches!(outcome, PlainOutcome::Failed(_)) && state.failed.is_none() {
            state.failed = Some(Box::new(result));
        }
        state.since = 0;
        state.last = Some(outcome.clone());
        outcome
    }
}
