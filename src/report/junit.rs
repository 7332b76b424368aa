//! JUnit XML: a suite an operation, a test case a case. A broken promise is a failure; what could not be judged is an
//! error, or skipped.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::baseline::Compared;
use crate::event::{CaseResult, Event, Finish, Snapshots};
use crate::judge::Verdict;

use super::Reporter;
use super::block::{block, brief, harmless, of_plain_call};
use super::headline;
use super::sink::in_markup;
use super::standing::{Gathered, reason};
use super::style::Style;

/// So many cases that show the same have their whole block; others have their headline. A run may have 100,000.
const WHOLE: usize = 20;

/// How much room whole blocks may take, in bytes; later ones have their headline.
const ROOM: usize = 16_000_000;

/// What tells cases apart that show something else.
fn alike(result: &CaseResult) -> String {
    let rules = match &result.verdict {
        Verdict::Fail { departures } => {
            departures.iter().map(|departure| departure.promise.rule.as_str()).collect()
        }
        _ => vec![reason(&result.verdict)],
    };
    [result.operation.as_str(), result.verdict.name()].into_iter().chain(rules).collect::<Vec<_>>().join("\n")
}

/// Gathers a run and writes it when it is over.
pub struct Junit<W> {
    out: W,
    suites: Vec<TestSuite>,
    /// How many cases show the same, so far.
    alike: HashMap<String, usize>,
    /// How much room whole blocks take, in bytes.
    used: usize,
    snapshots: Option<TestSuite>,
}

impl<W: Write> Junit<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out, suites: Vec::new(), alike: HashMap::new(), used: 0, snapshots: None }
    }

    fn case(&mut self, result: &CaseResult) {
        let name = format!("{}/{}", result.service, result.operation);
        let seen = self.alike.entry(alike(result)).or_default();
        *seen += 1;
        let case = test_case(result, *seen <= WHOLE && self.used < ROOM);
        if let TestCaseStatus::NonSuccess { description: Some(block), .. } = &case.status {
            self.used += block.as_str().len();
        }
        match self.suites.iter_mut().find(|suite| suite.name.as_str() == name) {
            Some(suite) => {
                suite.add_test_case(case);
            }
            None => {
                let mut suite = TestSuite::new(name);
                suite.add_test_case(case);
                self.suites.push(suite);
            }
        }
    }

    /// What is known to fail is no news: skipped, with its reason. What the baseline has wrong is.
    fn known(&mut self, compared: &Compared) {
        let known: HashMap<String, &str> =
            compared.known.iter().map(|(id, reason)| (harmless(id), reason.as_str())).collect();
        let cases = self.suites.iter_mut().flat_map(|suite| &mut suite.test_cases);
        for case in cases {
            if let Some(reason) = known.get(case.name.as_str()) {
                let mut status = TestCaseStatus::skipped();
                status.set_message(harmless(&format!("known failure: {reason}")));
                case.status = status;
            }
        }
        for suite in &mut self.suites {
            suite.failures = suite.test_cases.iter().filter(|case| is_failure(case)).count();
            suite.skipped = suite.test_cases.iter().filter(|case| is_skipped(case)).count();
        }
        if !compared.is_outdated() {
            return;
        }
        let mut suite = TestSuite::new("baseline");
        let passing = compared.passing.iter().map(|case| (case, "it passes again: strike it".to_owned()));
        let expired = compared.expired.iter().map(|(case, day)| (case, format!("it has expired on {day}")));
        for (case, message) in passing.chain(expired) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(harmless(&message)).set_type("baseline");
            suite.add_test_case(TestCase::new(harmless(case), status));
        }
        self.suites.push(suite);
    }

    /// Where a run did not come to its end, or proves nothing, that is an error, whatever its cases are: no report looks clean of it.
    fn of_run(&mut self, finish: &Finish, run: &Gathered) {
        let mut suite = TestSuite::new("the run");
        let mut error = |name: String, message: &str, kind: &str, text: String| {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(brief(message)).set_type(kind).set_description(text);
            let mut case = TestCase::new(brief(&name), status);
            case.set_classname("fineprint");
            suite.add_test_case(case);
        };
        for plain in &run.plain {
            let message = "the plain call is not accepted, so that no rejection proves anything";
            let text = of_plain_call(plain, Style::default());
            error(format!("{} plain call", plain.operation), message, "unproven", text);
        }
        if let Some(reason) = &finish.stopped {
            error("stopped before its end".to_owned(), reason, "stopped", harmless(reason));
        }
        if !suite.test_cases.is_empty() {
            self.suites.push(suite);
        }
    }

    /// What stays on the target is an error of the run.
    fn left_behind(&mut self, finish: &Finish) {
        if finish.left_behind.is_empty() {
            return;
        }
        let mut suite = TestSuite::new("left on the target");
        for left in &finish.left_behind {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(brief(&left.reason)).set_type("left-behind");
            status.set_description(format!("made by {}", harmless(&left.case)));
            let name = format!("{} {}", left.entity, left.id);
            let mut case = TestCase::new(brief(&name), status);
            case.set_classname(left.service.replace('/', "."));
            suite.add_test_case(case);
        }
        self.suites.push(suite);
    }

    fn changed(&mut self, snapshots: &Snapshots) {
        if snapshots.changed.is_empty() {
            return;
        }
        let mut suite = TestSuite::new("snapshots");
        for change in &snapshots.changed {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message("the answer differs from the accepted one")
                .set_type("snapshot")
                .set_description(harmless(&change.diff));
            suite.add_test_case(TestCase::new(harmless(&change.id), status));
        }
        self.snapshots = Some(suite);
    }
}

fn is_failure(case: &TestCase) -> bool {
    matches!(case.status, TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. })
}

fn is_skipped(case: &TestCase) -> bool {
    matches!(case.status, TestCaseStatus::Skipped { .. })
}

fn test_case(result: &CaseResult, is_whole: bool) -> TestCase {
    let mut case = TestCase::new(harmless(&result.id), status(result, is_whole));
    case.set_classname(format!("{}.{}", result.service.replace('/', "."), result.operation));
    case.set_time(Duration::from_micros(result.micros));
    case
}

/// Its status; the whole block of it, or its headline only.
fn status(result: &CaseResult, is_whole: bool) -> TestCaseStatus {
    let (mut status, message, kind) = match &result.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail { .. } => {
            (TestCaseStatus::non_success(NonSuccessKind::Failure), headline::first(result), "promise")
        }
        Verdict::Blocked { code, .. } => {
            let message = format!("blocked by {}", brief(code));
            (TestCaseStatus::non_success(NonSuccessKind::Error), message, "blocked")
        }
        Verdict::Error { reason } => {
            (TestCaseStatus::non_success(NonSuccessKind::Error), brief(reason), "no-answer")
        }
        Verdict::Unproven { reason } => {
            (TestCaseStatus::non_success(NonSuccessKind::Error), brief(reason), "unproven")
        }
        Verdict::NotTested { reason } => (TestCaseStatus::skipped(), brief(reason), "not-tested"),
        Verdict::Skipped { reason } => (TestCaseStatus::skipped(), brief(reason), "skipped"),
    };
    status.set_message(harmless(&message)).set_type(kind);
    if is_whole {
        status.set_description(block(result, Style::default()));
    }
    status
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(_)
            | Event::Progress { .. }
            | Event::PlainCallFailed(_)
            | Event::PlainCallKept { .. } => {}
            Event::CaseFinished(result) => self.case(result),
            Event::SnapshotsCompared(snapshots) => self.changed(snapshots),
            Event::BaselineCompared(compared) => self.known(compared),
            Event::RunFinished(finish) => {
                self.of_run(finish, run);
                self.left_behind(finish);
                let mut report = Report::new("fineprint");
                report.add_test_suites(std::mem::take(&mut self.suites));
                report.add_test_suites(self.snapshots.take());
                let text = report.to_string().map_err(io::Error::other)?;
                self.out.write_all(in_markup(&text).as_bytes())?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
