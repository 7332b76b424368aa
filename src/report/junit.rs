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

/// A case, in little room until it is written.
struct Row {
    name: Box<str>,
    time: Duration,
    status: Status,
}

/// What a case has come to.
enum Status {
    Success,
    NonSuccess(NonSuccessKind, Told),
    Skipped(Told),
}

/// What is told of a case.
struct Told {
    message: Box<str>,
    kind: Option<&'static str>,
    /// The whole block, where it has one.
    block: Option<Box<str>>,
}

/// The cases of an operation.
struct Suite {
    name: String,
    classname: String,
    rows: Vec<Row>,
}

/// Gathers a run and writes it when it is over.
pub struct Junit<W> {
    out: W,
    /// Those of operations, and their places by name.
    operations: Vec<Suite>,
    places: HashMap<String, usize>,
    /// Those of the run itself.
    others: Vec<TestSuite>,
    /// How many cases show the same, so far.
    alike: HashMap<String, usize>,
    /// How much room whole blocks take, in bytes.
    used: usize,
    snapshots: Option<TestSuite>,
}

impl<W: Write> Junit<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            operations: Vec::new(),
            places: HashMap::new(),
            others: Vec::new(),
            alike: HashMap::new(),
            used: 0,
            snapshots: None,
        }
    }

    fn case(&mut self, result: &CaseResult) {
        let seen = self.alike.entry(alike(result)).or_default();
        *seen += 1;
        let status = status(result, *seen <= WHOLE && self.used < ROOM);
        if let Status::NonSuccess(_, Told { block: Some(block), .. }) = &status {
            self.used += block.len();
        }
        let name = format!("{}/{}", result.service, result.operation);
        let place = *self.places.entry(name).or_insert_with_key(|name| {
            let classname = format!("{}.{}", result.service.replace('/', "."), result.operation);
            self.operations.push(Suite { name: name.clone(), classname, rows: Vec::new() });
            self.operations.len() - 1
        });
        let row =
            Row { name: harmless(&result.id).into(), time: Duration::from_micros(result.micros), status };
        self.operations[place].rows.push(row);
    }

    /// What is known to fail is no news: skipped, with its reason. What the baseline has wrong is.
    fn known(&mut self, compared: &Compared) {
        let known: HashMap<String, &str> =
            compared.known.iter().map(|(id, reason)| (harmless(id), reason.as_str())).collect();
        for row in self.operations.iter_mut().flat_map(|suite| &mut suite.rows) {
            if let Some(reason) = known.get(&*row.name) {
                let message = harmless(&format!("known failure: {reason}")).into();
                row.status = Status::Skipped(Told { message, kind: None, block: None });
            }
        }
        if !compared.is_outdated() {
            return;
        }
        let mut suite = TestSuite::new("baseline");
        let passing = compared
            .passing
            .iter()
            .map(|case| (case, "known failure now passes; remove it from the baseline".to_owned()));
        let expired = compared.expired.iter().map(|(case, day)| (case, format!("it expired on {day}")));
        for (case, message) in passing.chain(expired) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(harmless(&message)).set_type("baseline");
            suite.add_test_case(TestCase::new(harmless(case), status));
        }
        self.others.push(suite);
    }

    /// Writes all of it, a suite at a time: the tree of a whole run would not fit into little memory.
    fn write(&mut self) -> io::Result<()> {
        let others: Vec<TestSuite> = self.others.drain(..).chain(self.snapshots.take()).collect();
        let mut all = Report::new("fineprint");
        all.tests = self.operations.iter().map(|suite| suite.rows.len()).sum();
        let rows = || self.operations.iter().flat_map(|suite| &suite.rows);
        let count = |wanted: NonSuccessKind| {
            rows().filter(|row| matches!(row.status, Status::NonSuccess(kind, _) if kind == wanted)).count()
        };
        (all.failures, all.errors) = (count(NonSuccessKind::Failure), count(NonSuccessKind::Error));
        all.skipped = rows().filter(|row| matches!(row.status, Status::Skipped(_))).count();
        for suite in &others {
            all.tests += suite.tests;
            all.failures += suite.failures;
            all.errors += suite.errors;
            all.skipped += suite.skipped;
        }
        let all = written(&all)?;
        let (head, _) = parts(&all)?;
        self.out.write_all(head.as_bytes())?;
        for suite in self.operations.drain(..).map(Suite::into_suite).chain(others) {
            let mut one = Report::new("fineprint");
            one.add_test_suite(suite);
            let one = written(&one)?;
            let (_, suite) = parts(&one)?;
            self.out.write_all(in_markup(suite).as_bytes())?;
        }
        self.out.write_all(END.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.out.flush()
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
            let message = "the plain call is not accepted, so no rejection proves anything";
            let text = of_plain_call(plain, Style::default());
            error(format!("{} plain call", plain.operation), message, "unproven", text);
        }
        if let Some(reason) = &finish.stopped {
            error("stopped before its end".to_owned(), reason, "stopped", harmless(reason));
        }
        if !suite.test_cases.is_empty() {
            self.others.push(suite);
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
            status.set_description(format!("created by {}", harmless(&left.case)));
            let name = format!("{} {}", left.entity, left.id);
            let mut case = TestCase::new(brief(&name), status);
            case.set_classname(left.service.replace('/', "."));
            suite.add_test_case(case);
        }
        self.others.push(suite);
    }

    fn changed(&mut self, snapshots: &Snapshots) {
        if snapshots.changed.is_empty() {
            return;
        }
        let mut suite = TestSuite::new("snapshots");
        for change in &snapshots.changed {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message("the response differs from the accepted one")
                .set_type("snapshot")
                .set_description(harmless(&change.diff));
            suite.add_test_case(TestCase::new(harmless(&change.id), status));
        }
        self.snapshots = Some(suite);
    }
}

impl Suite {
    fn into_suite(self) -> TestSuite {
        let mut suite = TestSuite::new(self.name);
        for Row { name, time, status } in self.rows {
            let mut case = TestCase::new(name, status.into_status());
            case.set_classname(self.classname.as_str());
            case.set_time(time);
            suite.add_test_case(case);
        }
        suite
    }
}

impl Status {
    fn into_status(self) -> TestCaseStatus {
        let (mut status, told) = match self {
            Self::Success => return TestCaseStatus::success(),
            Self::NonSuccess(kind, told) => (TestCaseStatus::non_success(kind), told),
            Self::Skipped(told) => (TestCaseStatus::skipped(), told),
        };
        status.set_message(told.message);
        if let Some(kind) = told.kind {
            status.set_type(kind);
        }
        if let Some(block) = told.block {
            status.set_description(block);
        }
        status
    }
}

/// A report as the library writes it.
fn written(report: &Report) -> io::Result<String> {
    report.to_string().map_err(io::Error::other)
}

const END: &str = "</testsuites>";

/// The text of a report up to its suites, and the text of those.
fn parts(report: &str) -> io::Result<(&str, &str)> {
    let split = || {
        let end = report.rfind(END)?;
        let root = report.find("<testsuites")?;
        let begin = root + report[root..end].find(">\n")? + 2;
        Some((&report[..begin], &report[begin..end]))
    };
    split().ok_or_else(|| io::Error::other("the JUnit library writes reports in another form"))
}

/// Its status; the whole block of it, or its headline only.
fn status(result: &CaseResult, is_whole: bool) -> Status {
    use NonSuccessKind::{Error, Failure};
    let told = |message: String, kind: &'static str| Told {
        message: harmless(&message).into(),
        kind: Some(kind),
        block: is_whole.then(|| block(result, Style::default()).into()),
    };
    match &result.verdict {
        Verdict::Pass => Status::Success,
        Verdict::Fail { .. } => Status::NonSuccess(Failure, told(headline::first(result), "promise")),
        Verdict::Blocked { code, .. } => {
            Status::NonSuccess(Error, told(format!("blocked by {}", brief(code)), "blocked"))
        }
        Verdict::Error { reason } => Status::NonSuccess(Error, told(brief(reason), "no-answer")),
        Verdict::Unproven { reason } => Status::NonSuccess(Error, told(brief(reason), "unproven")),
        Verdict::NotTested { reason } => Status::Skipped(told(brief(reason), "not-tested")),
        Verdict::Skipped { reason } => Status::Skipped(told(brief(reason), "skipped")),
    }
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
                self.write()?;
            }
        }
        Ok(())
    }
}
