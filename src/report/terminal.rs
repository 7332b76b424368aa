//! The terminal: a block for each broken promise with what shows it, then the summary and what can be done next.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use crate::baseline::Compared;
use crate::event::{CaseResult, Counts, Event, Finish, Leftover, Recorded, SnapshotChange, Snapshots};
use crate::judge::Verdict;

use super::Reporter;
use super::block::{block, harmless, labelled, of_alike, whole_words};
use super::standing::{Finding, Gathered, reason};
use super::style::Style;
use super::summary;

/// How much is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Talk {
    /// A line for each finding, and the last line.
    Quiet,
    /// A block for each finding, with its smallest witness.
    #[default]
    Normal,
    /// A block for each case that did not pass, when it is judged.
    Verbose,
}

/// Writes what a person reads.
pub struct Terminal<W> {
    out: W,
    style: Style,
    talk: Talk,
    /// What differs from accepted answers: told at the end, when it is known what is a known failure.
    snapshots: Option<Snapshots>,
    /// What could not be seen, and in how many cases.
    unseen: BTreeMap<String, usize>,
    operations: Vec<(String, Counts)>,
}

impl<W: Write> Terminal<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W, style: Style, talk: Talk) -> Self {
        Self { out, style, talk, snapshots: None, unseen: BTreeMap::new(), operations: Vec::new() }
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
        match self.talk == Talk::Verbose && result.verdict != Verdict::Pass {
            true => writeln!(self.out, "{}", block(result, self.style)),
            false => Ok(()),
        }
    }

    /// Each broken promise, and each reason why something could not be judged.
    fn findings(&mut self, run: &Gathered) -> io::Result<()> {
        let (findings, unjudged) = (run.findings(), run.unjudged());
        match self.talk {
            Talk::Verbose => return Ok(()),
            Talk::Quiet => return self.in_short(&findings, &unjudged),
            Talk::Normal => {}
        }
        let mut told = BTreeSet::new();
        for finding in &findings {
            // Of a case that breaks two promises the block tells both.
            let Some(first) = finding.witnesses.first() else { continue };
            if told.insert(first.id.as_str()) {
                writeln!(self.out, "{}", of_alike(&finding.witnesses, self.style))?;
            } else {
                let line = format!("{} {}", finding.operation, finding.rule);
                let others = finding.witnesses.len() - 1;
                writeln!(
                    self.out,
                    "{} {line}: {} above, and {others} more\n",
                    self.style.bad("FAIL"),
                    first.id
                )?;
            }
        }
        for alike in &unjudged {
            writeln!(self.out, "{}", of_alike(alike, self.style))?;
        }
        Ok(())
    }

    fn in_short(&mut self, findings: &[Finding<'_>], unjudged: &[Vec<&CaseResult>]) -> io::Result<()> {
        for finding in findings {
            let (word, cases) = (self.style.bad("FAIL"), summary::number(finding.witnesses.len(), "case"));
            let id = finding.witnesses.first().map_or("", |witness| &witness.id);
            writeln!(self.out, "{word} {} {}: {id} ({cases})", finding.operation, finding.rule)?;
        }
        for alike in unjudged {
            let Some(first) = alike.first() else { continue };
            let word = self.style.doubtful(&first.verdict.name().to_uppercase());
            let (cases, why) = (summary::number(alike.len(), "case"), harmless(reason(&first.verdict)));
            writeln!(self.out, "{word} {} ({cases}): {why}", first.id)?;
        }
        Ok(())
    }

    /// What differs from the accepted answers, each difference once.
    fn snapshots(&mut self, snapshots: &Snapshots, run: &Gathered) -> io::Result<()> {
        // What fails is told already; its snapshot differs for the same reason. Of a known failure nothing was told.
        let aside = run.aside();
        let is_told = |id: &str| aside.contains(id) && !run.known.contains_key(id);
        let changed = snapshots.changed.iter().filter(|change| !is_told(&change.id));
        let (mut kinds, mut order): (HashMap<&str, Vec<&SnapshotChange>>, Vec<&str>) = Default::default();
        for change in changed {
            let alike = kinds.entry(&change.diff).or_default();
            if alike.is_empty() {
                order.push(&change.diff);
            }
            alike.push(change);
        }
        for diff in order {
            let alike = kinds.remove(diff).unwrap_or_default();
            let Some((first, others)) = alike.split_first() else { continue };
            let (word, id) = (self.style.bad("CHANGED"), self.style.strong(&first.id));
            if self.talk == Talk::Quiet {
                writeln!(self.out, "{word} {id} ({})", summary::number(others.len() + 1, "case"))?;
                continue;
            }
            writeln!(self.out, "{word} {id}")?;
            if !others.is_empty() {
                let cases = summary::number(others.len(), "more case");
                writeln!(self.out, "  and the same in {cases}: {} …", others[0].id)?;
            }
            writeln!(self.out, "  - accepted answer, + answer of this run\n{}", self.style.diff(diff))?;
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
        Ok(())
    }

    fn end(&mut self, finish: &Finish, run: &Gathered) -> io::Result<()> {
        if self.talk != Talk::Quiet {
            self.operations(finish, run)?;
            for (note, count) in std::mem::take(&mut self.unseen) {
                self.faint(&format!("in {}: {note}", summary::number(count, "case")))?;
            }
            self.kept(&finish.kept)?;
        }
        if let Some(recorded) = &finish.recorded {
            self.recorded(recorded)?;
        }
        if !run.known.is_empty() {
            self.faint(&format!("the baseline knows {}", summary::number(run.known.len(), "failure")))?;
        }
        self.leftovers(&finish.left_behind)?;
        if let Some(reason) = &finish.stopped {
            writeln!(self.out, "  {}", self.style.doubtful(&format!("stopped before the end: {reason}")))?;
        }
        if self.talk != Talk::Quiet {
            let hints = labelled("next", &summary::hints(run).join("\n"), self.style);
            self.out.write_all(hints.as_bytes())?;
        }
        writeln!(
            self.out,
            "{} cases on {} ({}): {} in {}, {} requests, seed {}",
            finish.counts.total(),
            run.start.target,
            run.start.url,
            summary::in_words(&finish.counts, self.style),
            summary::seconds(finish.micros),
            finish.requests,
            run.start.seed,
        )
    }

    /// Each operation: its cases, and what of its page holds.
    fn operations(&mut self, finish: &Finish, run: &Gathered) -> io::Result<()> {
        for (operation, counts) in std::mem::take(&mut self.operations) {
            writeln!(self.out, "  {operation:28} {}", summary::in_words(&counts, self.style))?;
            if let Some(page) = run.start.pages.iter().find(|page| page.operation == operation) {
                let marks = summary::marks_in_words(run.marks(page));
                self.faint(&format!("  sentences and rows of the page: {marks}"))?;
            }
            for line in summary::facts(&operation, finish) {
                self.faint(&format!("  {line}"))?;
            }
        }
        Ok(())
    }

    fn faint(&mut self, text: &str) -> io::Result<()> {
        let width = self.style.width.unwrap_or(usize::MAX);
        let indent = " ".repeat(4 + text.len() - text.trim_start().len());
        let wrapped =
            textwrap::fill(text, whole_words(width).initial_indent("  ").subsequent_indent(&indent));
        writeln!(self.out, "{}", self.style.faint(&wrapped))
    }

    /// How the run stands to another target's answers.
    fn recorded(&mut self, recorded: &Recorded) -> io::Result<()> {
        let (target, held) = (&recorded.target, recorded.held);
        self.faint(&format!(
            "held to the answers of {target} in {} that the page leaves open",
            summary::number(held, "case")
        ))?;
        if let Some(first) = recorded.disputed.first() {
            let cases = summary::number(recorded.disputed.len(), "case");
            let told = format!("{target} breaks the page in {cases}, as in {first}: there the page decides");
            writeln!(self.out, "  {}", self.style.doubtful(&told))?;
        }
        Ok(())
    }

    fn leftovers(&mut self, leftovers: &[Leftover]) -> io::Result<()> {
        let mut alike: BTreeMap<(&str, &str, &str, &str), usize> = BTreeMap::new();
        for Leftover { entity, id, reason, case, .. } in leftovers {
            *alike.entry((entity, id, reason, case)).or_default() += 1;
        }
        for ((entity, id, reason, case), count) in alike {
            let times = if count > 1 { format!("{count} times ") } else { String::new() };
            let text = format!("left behind on the target: {times}{entity} {id} ({reason}), made by {case}");
            writeln!(self.out, "  {}", self.style.doubtful(&harmless(&text)))?;
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
            self.faint(&format!("kept on the target: {count} {entity} ({reason})"))?;
        }
        Ok(())
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(_) | Event::Progress { .. } => {}
            Event::CaseFinished(result) => self.case(result)?,
            Event::SnapshotsCompared(snapshots) => self.snapshots = Some(snapshots.clone()),
            Event::BaselineCompared(compared) => self.baseline(compared)?,
            Event::RunFinished(finish) => {
                self.findings(run)?;
                if let Some(snapshots) = self.snapshots.take() {
                    self.snapshots(&snapshots, run)?;
                }
                self.end(finish, run)?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
