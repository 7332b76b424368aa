//! The terminal: a block for each case that did not pass, then the summary.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use crate::baseline::Compared;
use crate::event::{CaseResult, Counts, Event, Finish, Leftover, RowTried, Snapshots, Start};
use crate::judge::{Precedence, Verdict};

use super::Reporter;
use super::block::block;
use super::style::Style;

/// So many blocks are shown for one promise; further cases that break it are a line each.
const WHOLE: usize = 3;

/// Writes what a person reads.
pub struct Terminal<W> {
    out: W,
    style: Style,
    start: Option<Start>,
    shown: BTreeMap<String, usize>,
    /// Cases that were told whole.
    told: BTreeSet<String>,
    /// What could not be seen, and in how many cases.
    unseen: BTreeMap<String, usize>,
    in_short: usize,
    known: usize,
    passed: BTreeMap<String, bool>,
    operations: Vec<(String, Counts)>,
}

impl<W: Write> Terminal<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W, style: Style) -> Self {
        Self {
            out,
            style,
            start: None,
            shown: BTreeMap::new(),
            told: BTreeSet::new(),
            unseen: BTreeMap::new(),
            in_short: 0,
            known: 0,
            passed: BTreeMap::new(),
            operations: Vec::new(),
        }
    }

    fn case(&mut self, result: &CaseResult) -> io::Result<()> {
        let index = match self.operations.iter().position(|(name, _)| *name == result.operation) {
            Some(index) => index,
            None => {
                self.operations.push((result.operation.clone(), Counts::default()));
                self.operations.len() - 1
            }
        };
        self.operations[index].1.add(&result.verdict);
        for note in &result.notes {
            *self.unseen.entry(note.clone()).or_default() += 1;
        }
        self.passed.insert(result.id.clone(), result.verdict == Verdict::Pass);
        if result.verdict == Verdict::Pass {
            return Ok(());
        }
        let shown = self.shown.entry(topic(result)).or_default();
        // The same value among others says the same once more.
        let is_again = original(&result.id).is_some_and(|id| self.told.contains(id));
        if *shown < WHOLE && !is_again {
            *shown += 1;
            self.told.insert(result.id.clone());
            return writeln!(self.out, "{}", block(result, self.style));
        }
        self.in_short += 1;
        let word = self.style.bad(&result.verdict.name().to_uppercase());
        writeln!(self.out, "{word} {} — {}", result.id, result.tries)
    }

    fn snapshots(&mut self, snapshots: &Snapshots) -> io::Result<()> {
        for change in &snapshots.changed {
            // What fails is told already; its snapshot differs for the same reason.
            if self.passed.get(&change.id) == Some(&false) {
                continue;
            }
            writeln!(self.out, "{} {}", self.style.bad("CHANGED"), self.style.strong(&change.id))?;
            writeln!(self.out, "  - accepted answer, + answer of this run")?;
            for line in change.diff.lines() {
                let line = format!("  {line}");
                let line = match line.trim_start().chars().next() {
                    Some('+') => self.style.good(&line),
                    Some('-') => self.style.bad(&line),
                    _ => line,
                };
                writeln!(self.out, "{line}")?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn baseline(&mut self, compared: &Compared) -> io::Result<()> {
        for case in &compared.passing {
            let told = format!("{case} is a known failure and passes: strike it from the baseline");
            writeln!(self.out, "{} {told}", self.style.bad("PASSES AGAIN"))?;
        }
        for (case, day) in &compared.expired {
            writeln!(self.out, "{} {case} was to be mended by {day}", self.style.bad("EXPIRED"))?;
        }
        self.known = compared.known.len();
        Ok(())
    }

    fn summary(&mut self, finish: &Finish) -> io::Result<()> {
        if self.in_short > 0 {
            let told =
                format!("{} cases are told in short: {WHOLE} of each promise are told whole", self.in_short);
            writeln!(self.out, "\n  {}; --json FILE and --junit FILE have all\n", self.style.faint(&told))?;
        }
        for (operation, counts) in &self.operations {
            writeln!(self.out, "  {operation:28} {}", in_words(counts, self.style))?;
            for line in facts(operation, finish) {
                writeln!(self.out, "    {}", self.style.faint(&line))?;
            }
        }
        if self.known > 0 {
            let told = format!("{} of the failures are known, by the baseline", self.known);
            writeln!(self.out, "  {}", self.style.faint(&told))?;
        }
        self.notes()?;
        self.leftovers("left behind on the target", &finish.left_behind)?;
        self.kept(&finish.kept)?;
        if let Some(reason) = &finish.stopped {
            writeln!(self.out, "  {}", self.style.doubtful(&format!("stopped before the end: {reason}")))?;
        }
        let start = self.start.as_ref();
        let (target, url, seed) = start.map_or(("", "", 0), |start| (&start.target, &start.url, start.seed));
        writeln!(
            self.out,
            "{} cases on {target} ({url}): {} in {}, {} requests, seed {seed}",
            finish.counts.total(),
            in_words(&finish.counts, self.style),
            seconds(finish.micros),
            finish.requests,
        )
    }

    /// What could not be seen, by reason.
    fn notes(&mut self) -> io::Result<()> {
        for (note, count) in std::mem::take(&mut self.unseen) {
            let cases = if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
            writeln!(self.out, "  {}", self.style.faint(&format!("in {cases}: {note}")))?;
        }
        Ok(())
    }

    fn leftovers(&mut self, what: &str, leftovers: &[Leftover]) -> io::Result<()> {
        for leftover in leftovers {
            let text = format!(
                "{what}: {} {} ({}), made by {}",
                leftover.entity, leftover.id, leftover.reason, leftover.case
            );
            writeln!(self.out, "  {}", self.style.doubtful(&text))?;
        }
        Ok(())
    }

    /// What no documented call removes is told by number: it is no failure, and nobody can do anything about it.
    fn kept(&mut self, kept: &[Leftover]) -> io::Result<()> {
        let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for leftover in kept {
            *kinds.entry((&leftover.entity, &leftover.reason)).or_default() += 1;
        }
        for ((entity, reason), count) in kinds {
            writeln!(
                self.out,
                "  {}",
                self.style.faint(&format!("kept on the target: {count} {entity} ({reason})"))
            )?;
        }
        Ok(())
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted(start) => self.start = Some(start.clone()),
            Event::Progress { .. } => {}
            Event::CaseFinished(result) => self.case(result)?,
            Event::SnapshotsCompared(snapshots) => self.snapshots(snapshots)?,
            Event::BaselineCompared(compared) => self.baseline(compared)?,
            Event::RunFinished(finish) => {
                self.summary(finish)?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}

/// The case that a case repeats among other values: `…/absent` of `…/absent/2`.
fn original(id: &str) -> Option<&str> {
    let (original, number) = id.rsplit_once('/')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(original)
}

/// What makes two blocks alike: the same promise of the same operation, or the same reason.
fn topic(result: &CaseResult) -> String {
    let of = match &result.verdict {
        Verdict::Fail { departures } => {
            departures.first().map_or("", |departure| departure.promise.place.as_str())
        }
        Verdict::Blocked { code, .. } => code,
        Verdict::Error { reason } | Verdict::Skipped { reason } => reason,
        Verdict::Pass => "",
    };
    format!("{} {} {of}", result.operation, result.verdict.name())
}

/// What the run has shown of an operation beside verdicts: rows that no case tried, and the order of checks.
fn facts(operation: &str, finish: &Finish) -> Vec<String> {
    let own: Vec<&RowTried> =
        finish.rows.iter().filter(|row| row.operation == operation && row.own).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let tried = own.iter().filter(|row| row.cases > 0).count();
    let mut lines = vec![format!("{tried} of {} error rows tried", own.len())];
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for row in own.iter().filter(|row| row.cases == 0) {
        let Some(reason) = row.why_not.as_deref() else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, rows)) => rows.push(row.codes.join("/")),
            None => reasons.push((reason, vec![row.codes.join("/")])),
        }
    }
    lines.extend(reasons.iter().map(|(reason, rows)| format!("not tried: {} ({reason})", rows.join(", "))));
    lines.extend(finish.precedence.iter().filter(|seen| seen.operation == operation).filter_map(in_order));
    lines
}

/// Of two faults, which was answered.
fn in_order(seen: &Precedence) -> Option<String> {
    if seen.order.len() > 2 {
        return Some(format!("of two faults answers the first of {}", seen.order.join(", ")));
    }
    let pairs = seen.pairs.iter().map(|(first, second)| format!("{first} before {second}"));
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty()).then(|| format!("of two faults answers {}", pairs.join(", ")))
}

fn in_words(counts: &Counts, style: Style) -> String {
    let mut words = vec![style.good(&format!("{} passed", counts.pass))];
    let mut add = |count: usize, word: &str, set: fn(Style, &str) -> String| {
        if count > 0 {
            words.push(set(style, &format!("{count} {word}")));
        }
    };
    add(counts.fail, "failed", Style::bad);
    add(counts.blocked, "blocked", Style::doubtful);
    add(counts.error, "without an answer", Style::doubtful);
    add(counts.skipped, "skipped", Style::doubtful);
    words.join(", ")
}

fn seconds(micros: u64) -> String {
    let duration = Duration::from_micros(micros);
    format!("{:.2} s", duration.as_secs_f64())
}
