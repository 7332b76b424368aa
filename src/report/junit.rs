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
use super::block::{block, brief, harmless};
use super::standing::Gathered;
use super::style::Style;

/// Gathers a run and writes it when it is over.
pub struct Junit<W> {
    out: W,
    suites: Vec<TestSuite>,
    snapshots: Option<TestSuite>,
}

impl<W: Write> Junit<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out, suites: Vec::new(), snapshots: None }
    }

    fn case(&mut self, result: &CaseResult) {
        let name = format!("{}/{}", result.service, result.operation);
        let case = test_case(result);
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

fn test_case(result: &CaseResult) -> TestCase {
    let mut case = TestCase::new(harmless(&result.id), status(result));
    case.set_classname(format!("{}.{}", result.service.replace('/', "."), result.operation));
    case.set_time(Duration::from_micros(result.micros));
    case
}

fn status(result: &CaseResult) -> TestCaseStatus {
    let text = block(result, Style::default());
    let (mut status, message, kind) = match &result.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail { departures } => {
            let sentence =
                departures.first().map_or_else(String::new, |departure| departure.promise.sentence.clone());
            (TestCaseStatus::non_success(NonSuccessKind::Failure), sentence, "promise")
        }
        Verdict::Blocked { code, .. } => {
            (TestCaseStatus::non_success(NonSuccessKind::Error), format!("blocked by {code}"), "blocked")
        }
        Verdict::Error { reason } => {
            (TestCaseStatus::non_success(NonSuccessKind::Error), brief(reason), "no-answer")
        }
        Verdict::Skipped { reason } => (TestCaseStatus::skipped(), brief(reason), "skipped"),
    };
    status.set_message(harmless(&message)).set_type(kind).set_description(text);
    status
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &Event, _: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(_) | Event::Progress { .. } => {}
            Event::CaseFinished(result) => self.case(result),
            Event::SnapshotsCompared(snapshots) => self.changed(snapshots),
            Event::BaselineCompared(compared) => self.known(compared),
            Event::RunFinished(finish) => {
                self.left_behind(finish);
                let mut report = Report::new("fineprint");
                report.add_test_suites(std::mem::take(&mut self.suites));
                report.add_test_suites(self.snapshots.take());
                report.serialize(&mut self.out).map_err(io::Error::other)?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
