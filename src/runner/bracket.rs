//! Plain calls before and after the calls that must be rejected: a rejection proves something only if a valid call is
//! accepted before it and after it. They are sent first, last, after every fifty rejections and after any surprise.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::case::{Case, Expectation};
use crate::event::CaseResult;
use crate::judge::{GATEWAY, Kind, Line, Mismatch, Promise, Verdict};
use crate::wire::Outcome;

/// Maximum number of rejections between two plain calls.
pub const MAX_REJECTIONS: usize = 50;

/// The plain call of an operation.
#[derive(Debug, Clone)]
pub struct PlainCase {
    /// The call.
    pub case: Arc<Case>,
    /// `true` if the page says that the call is valid. If it does not specify that, the call proves something only if
    /// it is accepted.
    pub is_certain: bool,
}

impl PlainCase {
    /// Returns a case as a plain call if it can be one: a single call that the page calls valid, or one that violates
    /// nothing on purpose.
    pub fn of(case: &Arc<Case>) -> Option<Self> {
        let is_single = case.then.is_empty() && case.at_once <= 1 && case.twist.is_none();
        let is_certain = case.expect == Expectation::Accept;
        let can_be = is_single && (is_certain || case.about.is_empty());
        can_be.then(|| Self { case: Arc::clone(case), is_certain })
    }

    /// Returns the rank of this call; of several, the one with the lowest rank is used: first those that are certain,
    /// and among them those that test nothing.
    pub fn rank(&self) -> (bool, bool) {
        (!self.is_certain, !self.case.about.is_empty())
    }
}

/// The outcome of a plain call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlainOutcome {
    /// It was accepted.
    Accepted,
    /// It was not accepted; what was returned instead.
    Failed(String),
    /// It was not accepted, and the page does not say that it must be.
    Silent,
}

impl PlainOutcome {
    /// Returns the outcome of a plain call from its result.
    pub fn of(plain: &PlainCase, result: &CaseResult) -> Self {
        let code = || result.observed.code.clone().unwrap_or_default();
        match &result.verdict {
            _ if result.observed.accepted == Some(true) => Self::Accepted,
            _ if !plain.is_certain => Self::Silent,
            Verdict::Blocked { code, .. } => Self::Failed(code.clone()),
            Verdict::Error { reason }
            | Verdict::Skipped { reason }
            | Verdict::NotTested { reason }
            | Verdict::Unproven { reason } => Self::Failed(reason.clone()),
            Verdict::Pass | Verdict::Fail { .. } => Self::Failed(code()),
        }
    }
}

/// A finished case that waits for the plain call after it.
struct HeldCase {
    index: usize,
    result: CaseResult,
    /// The outcome of the plain call before it.
    before: Option<PlainOutcome>,
    /// `true` if this is the second run of the case, because a gateway answered the first.
    is_second: bool,
}

impl HeldCase {
    /// Returns `true` if the plain calls on both sides were accepted.
    fn plain_calls_accepted(&self, after: &PlainOutcome) -> bool {
        [self.before.as_ref(), Some(after)]
            .into_iter()
            .flatten()
            .all(|outcome| *outcome == PlainOutcome::Accepted)
    }
}

/// The plain calls of one operation.
struct Bracket {
    plain: PlainCase,
    /// Number of unfinished cases that must be rejected.
    left: usize,
    /// The outcome of the last plain call.
    last: Option<PlainOutcome>,
    is_under_way: bool,
    /// `true` if another plain call is due after the current one.
    is_due: bool,
    /// Cases that wait for the first plain call.
    waiting: Vec<usize>,
    held: Vec<HeldCase>,
    /// Number of held cases that finished before the current plain call began.
    before_it: usize,
}

/// The plain calls of a run, by operation. It sends nothing itself: it says which calls are due, and receives their
/// outcomes.
pub struct Brackets {
    operations: HashMap<String, Bracket>,
    due: Vec<String>,
    /// Cases that run a second time because a gateway answered.
    again: HashSet<usize>,
}

/// Returns `true` if a case proves something only between plain calls.
pub fn is_bracketed(case: &Case) -> bool {
    matches!(case.expect, Expectation::Reject(_))
}

impl Brackets {
    /// Creates the brackets for the cases that will run: `rejections` is the number of rejections of each operation,
    /// and `plain` returns its plain call.
    pub fn new(rejections: HashMap<String, usize>, plain: impl Fn(&str) -> Option<PlainCase>) -> Self {
        let bracket = |(operation, left): (String, usize)| {
            let bracket = Bracket {
                plain: plain(&operation)?,
                left,
                last: None,
                is_under_way: false,
                is_due: false,
                waiting: Vec::new(),
                held: Vec::new(),
                before_it: 0,
            };
            Some((operation, bracket))
        };
        let operations = rejections.into_iter().filter_map(bracket).collect();
        Self { operations, due: Vec::new(), again: HashSet::new() }
    }

    /// Returns `true` if the next case may run. If not, the case waits for its operation's first plain call.
    pub fn admits(&mut self, index: usize, case: &Case) -> bool {
        let Some(bracket) = self.operations.get_mut(&case.operation).filter(|_| is_bracketed(case)) else {
            return true;
        };
        if bracket.last.is_some() {
            return true;
        }
        bracket.waiting.push(index);
        self.call_for(&case.operation);
        false
    }

    /// Takes the plain calls that are due now.
    pub fn take_due(&mut self) -> Vec<(String, PlainCase)> {
        let due = std::mem::take(&mut self.due).into_iter();
        due.filter_map(|operation| {
            let plain = self.operations.get(&operation)?.plain.clone();
            Some((operation, plain))
        })
        .collect()
    }

    fn call_for(&mut self, operation: &str) {
        let Some(bracket) = self.operations.get_mut(operation) else { return };
        if bracket.is_under_way {
            bracket.is_due = true;
            return;
        }
        bracket.is_under_way = true;
        bracket.before_it = bracket.held.len();
        self.due.push(operation.to_owned());
    }

    /// Records that a case has finished. Returns its result if it needs no plain call after it.
    pub fn case_finished(
        &mut self,
        index: usize,
        case: &Case,
        result: CaseResult,
    ) -> Option<(usize, CaseResult)> {
        let Some(bracket) = self.operations.get_mut(&case.operation) else { return Some((index, result)) };
        let counts = is_bracketed(case);
        let is_surprise = is_surprise(case, &result);
        if counts || self.again.contains(&index) {
            bracket.left = bracket.left.saturating_sub(1);
        }
        if !counts && !is_surprise {
            return Some((index, result));
        }
        let is_news = is_surprise && is_news(bracket.last.as_ref());
        let before = bracket.last.clone();
        let is_second = self.again.contains(&index);
        bracket.held.push(HeldCase { index, result, before, is_second });
        let since = bracket.held.len() - if bracket.is_under_way { bracket.before_it } else { 0 };
        if bracket.left == 0 || is_news || since >= MAX_REJECTIONS {
            self.call_for(&case.operation);
        }
        None
    }

    /// Records the outcome of a plain call. Returns the cases that waited for it, and the results that it settles.
    pub fn plain_call_finished(
        &mut self,
        operation: &str,
        outcome: PlainOutcome,
    ) -> (Vec<usize>, Vec<(usize, CaseResult)>) {
        let Some(bracket) = self.operations.get_mut(operation) else { return (Vec::new(), Vec::new()) };
        let ended: Vec<HeldCase> = bracket.held.drain(..bracket.before_it).collect();
        let (again, ended): (Vec<HeldCase>, Vec<HeldCase>) =
            ended.into_iter().partition(|held| should_repeat(held, &outcome));
        let settled: Vec<_> = ended.into_iter().map(|held| (held.index, settle(held, &outcome))).collect();
        bracket.left += again.len();
        self.again.extend(again.iter().map(|held| held.index));
        bracket.before_it = 0;
        bracket.is_under_way = false;
        bracket.last = Some(outcome);
        let mut waiting = std::mem::take(&mut bracket.waiting);
        waiting.extend(again.into_iter().map(|held| held.index));
        let is_last = bracket.left == 0 && !bracket.held.is_empty();
        let is_due = std::mem::take(&mut bracket.is_due) || is_last;
        if bracket.held.is_empty() {
            // A run has many operations: free the memory that the rejections of this one took.
            bracket.held = Vec::new();
        }
        if is_due && !bracket.held.is_empty() {
            self.call_for(operation);
        }
        (waiting, settled)
    }

    /// Takes what is left if the run ends before its plain calls.
    pub fn take_unfinished(&mut self) -> Vec<(usize, CaseResult)> {
        let held = self.operations.values_mut().flat_map(|bracket| bracket.held.drain(..));
        held.map(|held| (held.index, proven(held.before.as_ref(), held.result, None))).collect()
    }
}

/// Returns `true` if a result raises doubts that valid calls are still accepted: a quota may be full, a token may have
/// expired.
pub fn is_surprise(case: &Case, result: &CaseResult) -> bool {
    match &result.verdict {
        Verdict::Blocked { .. } | Verdict::Error { .. } => true,
        Verdict::Fail { mismatches } => {
            let may_be_rejected = !matches!(case.expect, Expectation::Silent(_));
            may_be_rejected && mismatches.iter().any(|mismatch| mismatch.kind.is_rejection())
        }
        _ => false,
    }
}

/// Returns `true` if a surprise is news: once a plain call has failed, further surprises say nothing new.
pub fn is_news(last: Option<&PlainOutcome>) -> bool {
    last.is_none_or(|last| *last == PlainOutcome::Accepted)
}

/// Returns the result of a case after the plain call that follows it.
fn settle(held: HeldCase, after: &PlainOutcome) -> CaseResult {
    let others_work = held.plain_calls_accepted(after);
    let mut result = proven(held.before.as_ref(), held.result, Some(after));
    if others_work && held.is_second && is_failing_gateway(&result) {
        result.verdict = failed_by_request(&result);
    }
    result
}

/// Returns a result as far as the plain calls around it prove it. `before` is `None` if it needed none; `after` is
/// `None` if the run ended.
pub fn proven(before: Option<&PlainOutcome>, result: CaseResult, after: Option<&PlainOutcome>) -> CaseResult {
    let reason = match (before, after) {
        (Some(PlainOutcome::Failed(outcome)), _) => unproven("before", outcome),
        (_, Some(PlainOutcome::Failed(outcome))) => unproven("after", outcome),
        (Some(PlainOutcome::Silent), _) | (_, Some(PlainOutcome::Silent)) => {
            let reason = "no call of this operation is certain to be valid, so a rejection proves nothing";
            return only_if_proven(result, Verdict::NotTested { reason: reason.to_owned() });
        }
        (_, None) => {
            "the run ended before a valid call could show that valid calls are still accepted".to_owned()
        }
        (None | Some(PlainOutcome::Accepted), Some(PlainOutcome::Accepted)) => return result,
    };
    only_if_proven(result, Verdict::Unproven { reason })
}

fn unproven(when: &str, outcome: &str) -> String {
    let with = if outcome.is_empty() { String::new() } else { format!(" ({outcome})") };
    format!("the plain call {when} it was not accepted{with}, so a rejection proves nothing")
}

/// Replaces the verdict if it rests on a rejection, which then proves nothing, whether it looked right or wrong. An
/// accepted invalid call or a failure of the service is proof by itself.
fn only_if_proven(mut result: CaseResult, otherwise: Verdict) -> CaseResult {
    let says_nothing = match &result.verdict {
        Verdict::Pass => true,
        Verdict::Fail { mismatches } => mismatches.iter().all(|mismatch| mismatch.kind.is_rejection()),
        _ => false,
    };
    if says_nothing {
        result.verdict = otherwise;
    }
    result
}

/// Returns `true` if a gateway has answered a case as if the service behind it had failed.
fn is_failing_gateway(result: &CaseResult) -> bool {
    let Verdict::Blocked { circumstance, .. } = &result.verdict else { return false };
    let status = result.tested_exchange().and_then(|tried| match &tried.outcome {
        Outcome::Received(response) => Some(response.status),
        Outcome::NoResponse(_) => None,
    });
    circumstance == GATEWAY && status.is_some_and(|status| status >= 500)
}

/// Returns `true` if a case runs once more: a gateway has answered it, and valid calls are accepted. The failure may
/// have been temporary.
fn should_repeat(held: &HeldCase, after: &PlainOutcome) -> bool {
    held.plain_calls_accepted(after) && !held.is_second && is_failing_gateway(&held.result)
}

/// Returns the verdict for a request that a gateway answers each time although plain calls are accepted in between:
/// something in the request makes the service fail.
fn failed_by_request(result: &CaseResult) -> Verdict {
    let expected = "below 500: no request makes the service fail, and other requests are accepted";
    let line = Line::new("response", expected, "from a gateway, each time the request was sent", true);
    let promise = Promise { rule: "no server error".to_owned(), ..result.promise.clone() };
    Verdict::Fail { mismatches: vec![Mismatch { kind: Kind::Failed, promise, lines: vec![line] }] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Rows;
    use crate::judge::Observed;

    fn case(id: &str, expect: Expectation) -> Case {
        Case {
            id: format!("Add/{id}"),
            operation: "Add".to_owned(),
            tries: String::new(),
            about: Vec::new(),
            given: Vec::new(),
            send: Vec::new(),
            twist: None,
            at_once: 1,
            expect,
            then: Vec::new(),
        }
    }

    fn rejection(number: usize) -> Case {
        case(&number.to_string(), Expectation::Reject(Rows::Any))
    }

    fn result(verdict: Verdict, accepted: bool) -> CaseResult {
        let event = serde_json::json!({
            "id": "Add/1", "vendor": "", "service": "", "operation": "Add", "tries": "", "sends": "", "expects": "",
            "promise": {"rule": "", "sentence": "", "place": ""}, "verdict": "pass", "exchanges": [], "tried": null,
            "drawn": [], "attempts": 1, "micros": 1,
        });
        let result: CaseResult = serde_json::from_value(event).unwrap();
        CaseResult {
            verdict,
            observed: Observed { accepted: Some(accepted), ..Observed::default() },
            ..result
        }
    }

    fn accepted_wrongly() -> Verdict {
        let promise = Promise { rule: "r".to_owned(), sentence: String::new(), place: String::new() };
        Verdict::of(vec![Mismatch { kind: Kind::Accepted, promise, lines: Vec::new() }])
    }

    fn counted(cases: &[Case]) -> HashMap<String, usize> {
        cases.iter().map(|case| (case.operation.clone(), cases.len())).collect()
    }

    /// Runs this many rejections one after another, with these outcomes of the plain calls. Returns the verdicts and
    /// the number of plain calls.
    fn run(rejections: usize, verdict: &Verdict, plain: &[bool]) -> (Vec<Verdict>, usize) {
        let cases: Vec<Case> = (0..rejections).map(rejection).collect();
        let own = PlainCase { case: Arc::new(case("plain", Expectation::Accept)), is_certain: true };
        let mut brackets = Brackets::new(counted(&cases), |_| Some(own.clone()));
        let (mut settled, mut calls) = (vec![Verdict::Pass; rejections], 0);
        let mut waiting: Vec<usize> = (0..rejections).rev().collect();
        loop {
            for (operation, plain_call) in brackets.take_due() {
                let is_accepted = plain.get(calls).or(plain.last()).copied().unwrap_or(true);
                calls += 1;
                let outcome = match is_accepted {
                    true => PlainOutcome::of(&plain_call, &result(Verdict::Pass, true)),
                    false => PlainOutcome::Failed("Full".to_owned()),
                };
                let (again, done) = brackets.plain_call_finished(&operation, outcome);
                waiting.extend(again.into_iter().rev());
                done.into_iter().for_each(|(index, result)| settled[index] = result.verdict);
            }
            let Some(index) = waiting.pop() else { break };
            if brackets.admits(index, &cases[index])
                && let Some((index, result)) =
                    brackets.case_finished(index, &cases[index], result(verdict.clone(), false))
            {
                settled[index] = result.verdict;
            }
        }
        for (operation, _) in brackets.take_due() {
            calls += 1;
            let (_, done) = brackets.plain_call_finished(&operation, PlainOutcome::Accepted);
            done.into_iter().for_each(|(index, result)| settled[index] = result.verdict);
        }
        (settled, calls)
    }

    fn unproven(verdicts: &[Verdict]) -> usize {
        verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Unproven { .. })).count()
    }

    #[test]
    fn plain_calls_run_first_last_and_after_every_fifty_rejections() {
        let (settled, calls) = run(120, &Verdict::Pass, &[true]);
        assert_eq!(unproven(&settled), 0);
        assert_eq!(calls, 4, "first, after 50, after 100, last");
        assert_eq!(run(1, &Verdict::Pass, &[true]).1, 2);
    }

    #[test]
    fn only_rejections_next_to_a_failed_plain_call_are_unproven() {
        let (settled, _) = run(120, &Verdict::Pass, &[true, true, false, true]);
        assert_eq!(unproven(&settled[..50]), 0);
        assert_eq!(unproven(&settled[50..]), 70, "the fifty before it and the twenty behind it");
        let (settled, calls) = run(60, &Verdict::Pass, &[false]);
        assert_eq!(unproven(&settled), 60);
        assert!(calls <= 3, "{calls}");
    }

    #[test]
    fn accepted_invalid_call_needs_no_plain_call_as_proof() {
        let (settled, _) = run(60, &accepted_wrongly(), &[false]);
        assert_eq!(unproven(&settled), 0);
        assert!(settled.iter().all(|verdict| matches!(verdict, Verdict::Fail { .. })));
    }

    #[test]
    fn rejections_are_unproven_if_the_run_ends_early() {
        let cases = [rejection(0), rejection(1)];
        let own = PlainCase { case: Arc::new(case("plain", Expectation::Accept)), is_certain: true };
        let mut brackets = Brackets::new(counted(&cases), |_| Some(own.clone()));
        assert!(!brackets.admits(0, &cases[0]));
        assert_eq!(brackets.take_due().len(), 1);
        assert_eq!(brackets.plain_call_finished("Add", PlainOutcome::Accepted).0, [0]);
        assert!(brackets.admits(0, &cases[0]));
        assert!(brackets.case_finished(0, &cases[0], result(Verdict::Pass, false)).is_none());
        let left = brackets.take_unfinished();
        assert!(matches!(&left[0].1.verdict, Verdict::Unproven { .. }), "{left:?}");
    }
}
