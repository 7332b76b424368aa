//! JUnit XML: one suite per operation, one test case per case. A broken promise is a failure. A case that could not be
//! judged is an error, or skipped.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::event::{CaseResult, Compared, Event, Finish, Snapshots};
use crate::files::{Place, Shelf};
use crate::judge::Verdict;

use super::Reporter;
use super::block::{block, brief, escape_lines, of_plain_call};
use super::gathered::{Gathered, reason};
use super::headline;
use super::sink::in_markup;
use super::style::Style;

/// Number of cases with the same result that get their whole block; others get their headline. A run may have 100,000
/// cases.
const WHOLE: usize = 20;

/// Maximum size of all whole blocks, in bytes; later cases get their headline.
const ROOM: usize = 16_000_000;

/// Returns a key that is the same for cases with the same result.
fn grouping_key(result: &CaseResult) -> String {
    let rules = match &result.verdict {
        Verdict::Fail { mismatches } => {
            mismatches.iter().map(|mismatch| mismatch.promise.rule.as_str()).collect()
        }
        _ => vec![reason(&result.verdict)],
    };
    [result.operation.as_str(), result.verdict.name()].into_iter().chain(rules).collect::<Vec<_>>().join("\n")
}

/// A case in compact form, until it is written.
struct Row {
    name: Box<str>,
    time: Duration,
    status: Status,
}

/// The result of a case.
enum Status {
    Success,
    NonSuccess(NonSuccessKind, CaseText),
    Skipped(CaseText),
}

/// The text about a case. It waits on the shelf.
struct CaseText {
    message: Place,
    kind: Option<&'static str>,
    /// The whole block, if the case gets one.
    block: Option<Place>,
}

/// The cases of an operation.
struct Suite {
    name: String,
    classname: String,
    rows: Vec<Row>,
}

/// Gathers a run and writes it at its end.
pub struct Junit<W> {
    out: W,
    shelf: Shelf,
    /// Suites of operations, and their indices by name.
    operations: Vec<Suite>,
    places: HashMap<String, usize>,
    /// Suites of the run itself.
    others: Vec<TestSuite>,
    /// Number of cases with the same result so far.
    counts: HashMap<String, usize>,
    /// Size of the whole blocks so far, in bytes.
    used: usize,
    snapshots: Option<TestSuite>,
}

impl<W: Write> Junit<W> {
    /// Creates a reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            shelf: Shelf::default(),
            operations: Vec::new(),
            places: HashMap::new(),
            others: Vec::new(),
            counts: HashMap::new(),
            used: 0,
            snapshots: None,
        }
    }

    fn add_case(&mut self, result: &CaseResult) {
        let seen = self.counts.entry(grouping_key(result)).or_default();
        *seen += 1;
        let is_whole = result.verdict != Verdict::Pass && *seen <= WHOLE && self.used < ROOM;
        let block = is_whole.then(|| block(result, Style::default()));
        self.used += block.as_ref().map_or(0, String::len);
        let status = status(result, block, &self.shelf);
        let name = format!("{}/{}", result.service, result.operation);
        let place = *self.places.entry(name).or_insert_with_key(|name| {
            let classname = format!("{}.{}", result.service.replace('/', "."), result.operation);
            self.operations.push(Suite { name: name.clone(), classname, rows: Vec::new() });
            self.operations.len() - 1
        });
        let row =
            Row { name: escape_lines(&result.id).into(), time: Duration::from_micros(result.micros), status };
        self.operations[place].rows.push(row);
    }

    /// Marks known failures as skipped, with their reason, because they are not new. Outdated entries of the baseline
    /// are failures.
    fn mark_known(&mut self, compared: &Compared) {
        let known: HashMap<String, &str> =
            compared.known.iter().map(|(id, reason)| (escape_lines(id), reason.as_str())).collect();
        for row in self.operations.iter_mut().flat_map(|suite| &mut suite.rows) {
            if let Some(reason) = known.get(&*row.name) {
                let message = self.shelf.put(escape_lines(&format!("known failure: {reason}")).into());
                row.status = Status::Skipped(CaseText { message, kind: None, block: None });
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
            status.set_message(escape_lines(&message)).set_type("baseline");
            suite.add_test_case(TestCase::new(escape_lines(case), status));
        }
        self.others.push(suite);
    }

    /// Writes the report one suite at a time: the tree of a whole run would need too much memory.
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
        let shelf = &self.shelf;
        let operations = self.operations.drain(..).map(|suite| suite.into_suite(shelf));
        for suite in operations.chain(others.into_iter().map(Ok)) {
            let mut one = Report::new("fineprint");
            one.add_test_suite(suite?);
            let one = written(&one)?;
            let (_, suite) = parts(&one)?;
            self.out.write_all(in_markup(suite).as_bytes())?;
        }
        self.out.write_all(END.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    /// Adds an error if a run stopped before its end or proves nothing, whatever the results of its cases: then no
    /// report may look clean.
    fn add_run_error(&mut self, finish: &Finish, run: &Gathered) {
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
            error("stopped before its end".to_owned(), reason, "stopped", escape_lines(reason));
        }
        if !suite.test_cases.is_empty() {
            self.others.push(suite);
        }
    }

    /// Adds an error for each leftover on the target.
    fn add_leftovers(&mut self, finish: &Finish) {
        if finish.left_behind.is_empty() {
            return;
        }
        let mut suite = TestSuite::new("left on the target");
        for left in &finish.left_behind {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(brief(&left.reason)).set_type("left-behind");
            status.set_description(format!("created by {}", escape_lines(&left.case)));
            let name = format!("{} {}", left.entity, left.id);
            let mut case = TestCase::new(brief(&name), status);
            case.set_classname(left.service.replace('/', "."));
            suite.add_test_case(case);
        }
        self.others.push(suite);
    }

    fn add_changes(&mut self, snapshots: &Snapshots) {
        if snapshots.changed.is_empty() {
            return;
        }
        let mut suite = TestSuite::new("snapshots");
        for change in &snapshots.changed {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message("the response differs from the accepted one")
                .set_type("snapshot")
                .set_description(escape_lines(&change.diff));
            suite.add_test_case(TestCase::new(escape_lines(&change.id), status));
        }
        self.snapshots = Some(suite);
    }
}

impl Suite {
    fn into_suite(self, shelf: &Shelf) -> io::Result<TestSuite> {
        let mut suite = TestSuite::new(self.name);
        for Row { name, time, status } in self.rows {
            let mut case = TestCase::new(name, status.into_status(shelf)?);
            case.set_classname(self.classname.as_str());
            case.set_time(time);
            suite.add_test_case(case);
        }
        Ok(suite)
    }
}

impl Status {
    fn into_status(self, shelf: &Shelf) -> io::Result<TestCaseStatus> {
        let waiting = |place: &Place| String::from_utf8(shelf.get(place)?).map_err(io::Error::other);
        let (mut status, text) = match self {
            Self::Success => return Ok(TestCaseStatus::success()),
            Self::NonSuccess(kind, text) => (TestCaseStatus::non_success(kind), text),
            Self::Skipped(text) => (TestCaseStatus::skipped(), text),
        };
        status.set_message(waiting(&text.message)?);
        if let Some(kind) = text.kind {
            status.set_type(kind);
        }
        if let Some(block) = &text.block {
            status.set_description(waiting(block)?);
        }
        Ok(status)
    }
}

/// Returns a report as the library writes it.
fn written(report: &Report) -> io::Result<String> {
    report.to_string().map_err(io::Error::other)
}

const END: &str = "</testsuites>";

/// Returns the text of a report up to its suites, and the text of the suites.
fn parts(report: &str) -> io::Result<(&str, &str)> {
    let split = || {
        let end = report.rfind(END)?;
        let root = report.find("<testsuites")?;
        let begin = root + report[root..end].find(">\n")? + 2;
        Some((&report[..begin], &report[begin..end]))
    };
    split().ok_or_else(|| io::Error::other("the JUnit library writes reports in another form"))
}

/// Returns the status of a case, with its whole block if there is one.
fn status(result: &CaseResult, block: Option<String>, shelf: &Shelf) -> Status {
    use NonSuccessKind::{Error, Failure};
    let text = |message: String, kind: &'static str| CaseText {
        message: shelf.put(escape_lines(&message).into()),
        kind: Some(kind),
        block: block.map(|block| shelf.put(block.into())),
    };
    match &result.verdict {
        Verdict::Pass => Status::Success,
        Verdict::Fail { .. } => Status::NonSuccess(Failure, text(headline::first(result), "promise")),
        Verdict::Blocked { code, .. } => {
            Status::NonSuccess(Error, text(format!("blocked by {}", brief(code)), "blocked"))
        }
        Verdict::Error { reason } => Status::NonSuccess(Error, text(brief(reason), "no-answer")),
        Verdict::Unproven { reason } => Status::NonSuccess(Error, text(brief(reason), "unproven")),
        Verdict::NotTested { reason } => Status::Skipped(text(brief(reason), "not-tested")),
        Verdict::Skipped { reason } => Status::Skipped(text(brief(reason), "skipped")),
    }
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(_)
            | Event::Progress { .. }
            | Event::PlainCallFailed(_)
            | Event::PlainCallKept { .. } => {}
            Event::CaseFinished(result) => self.add_case(result),
            Event::SnapshotsCompared(snapshots) => self.add_changes(snapshots),
            Event::BaselineCompared(compared) => self.mark_known(compared),
            Event::RunFinished(finish) => {
                self.add_run_error(finish, run);
                self.add_leftovers(finish);
                self.write()?;
            }
        }
        Ok(())
    }
}
