//! Plain calls between the tests of an operation: a rejection proves something only while valid calls are accepted.
//!
//! A test is over before its neighbours are, so that a rejection that looks right passes at once. The plain call behind it comes
//! after fifty of them, after any surprise, and when all tests are over: what it then shows is told, and spoils the exit code.

use std::collections::HashMap;

use tokio::sync::Mutex;

use crate::case::Case;
use crate::event::CaseResult;
use crate::generate::Cases;
use crate::runner::bracket::{Came, MOST, Plain, is_bracketed, is_news, is_surprise, proven};
use crate::runner::{self, Session};
use crate::spec::model::Specs;

/// The plain calls of the operations that are tested.
#[derive(Debug, Default)]
pub struct Gates {
    operations: HashMap<String, Gate>,
}

/// The plain calls of an operation.
#[derive(Debug)]
struct Gate {
    plain: Plain,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What the last plain call came to.
    last: Option<Came>,
    /// So many rejections were sent since.
    since: usize,
    /// The first plain call that was not accepted.
    failed: Option<Box<CaseResult>>,
}

/// What tests are run with.
#[derive(Debug, Clone, Copy)]
pub struct On<'t> {
    /// With whom.
    pub session: &'t Session,
    /// By which specs.
    pub specs: &'t Specs,
}

impl Gates {
    /// For the operations of these cases.
    pub fn new(cases: &Cases) -> Self {
        let mut best: HashMap<String, Plain> = HashMap::new();
        for plain in cases.iter().filter_map(|case| Plain::of(&case)) {
            let known = best.entry(plain.case.operation.clone()).or_insert_with(|| plain.clone());
            if plain.rank() < known.rank() {
                *known = plain;
            }
        }
        let gate = |(operation, plain)| (operation, Gate { plain, state: Mutex::default() });
        Self { operations: best.into_iter().map(gate).collect() }
    }

    /// Runs a case, with the plain calls that are due before it and after it.
    pub async fn run(&self, on: On<'_>, case: &Case) -> CaseResult {
        let gate = self.operations.get(&case.operation);
        let before = match gate.filter(|_| is_bracketed(case)) {
            Some(gate) => Some(gate.before(on).await),
            None => None,
        };
        let result = runner::run_case(on.session, on.specs, case).await;
        match gate {
            Some(gate) => gate.after(on, case, before, result).await,
            None => result,
        }
    }

    /// Sends the plain calls that come last; the results of all that were not accepted, the first of each operation.
    pub async fn end(&self, on: On<'_>) -> Vec<CaseResult> {
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
    /// What the last plain call came to; the first is sent by the first test that needs it.
    async fn before(&self, on: On<'_>) -> Came {
        let mut state = self.state.lock().await;
        match state.last.clone() {
            Some(last) => last,
            None => self.call(on, &mut state).await,
        }
    }

    async fn after(&self, on: On<'_>, case: &Case, before: Option<Came>, result: CaseResult) -> CaseResult {
        let is_surprise = is_surprise(case, &result);
        if before.is_none() && !is_surprise {
            return result;
        }
        let mut state = self.state.lock().await;
        state.since += 1;
        let is_due = is_surprise && is_news(state.last.as_ref());
        let came = match is_due || state.since >= MOST {
            true => self.call(on, &mut state).await,
            false => state.last.clone().unwrap_or(Came::Silent),
        };
        proven(before.as_ref(), result, Some(&came))
    }

    async fn call(&self, on: On<'_>, state: &mut State) -> Came {
        let result = runner::call_plain(on.session, on.specs, &self.plain).await;
        let came = Came::of(&self.plain, &result);
        if matches!(came, Came::Failed(_)) && state.failed.is_none() {
            state.failed = Some(Box::new(result));
        }
        state.since = 0;
        state.last = Some(came.clone());
        came
    }
}
