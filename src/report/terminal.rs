//! The terminal: a block for each failure with the case that shows it, then the summary and what to do next.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::event::{CaseResult, Compared, Counts, Event, Finish, Leftover, Recorded};
use crate::judge::Verdict;

use super::Reporter;
use super::block::{block, in_line, labelled, of_failure, of_plain_call, of_unjudged, whole_words};
use super::gathered::{Failure, Gathered, Unjudged, reason};
use super::sink::Printable;
use super::style::Style;
use super::summary;

/// Maximum number of items of one kind that are named.
const MAX_ITEMS: usize = 20;

/// The amount of output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// A line for each problem, and the last line.
    Quiet,
    /// A block for each problem, with its smallest case.
    #[default]
    Normal,
    /// A block for each case that did not pass, as soon as it is judged.
    Verbose,
}

/// Writes the output for people.
pub struct Terminal<W: Write> {
    out: Printable<W>,
    style: Style,
    verbosity: Verbosity,
    /// What could not be observed, with the number of cases.
    unseen: BTreeMap<String, usize>,
    operations: Vec<(String, Counts)>,
}

impl<W: Write> Terminal<W> {
    /// Creates a reporter that writes into `out`.
    pub fn new(out: W, style: Style, verbosity: Verbosity) -> Self {
        Self { out: Printable::new(out), style, verbosity, unseen: BTreeMap::new(), operations: Vec::new() }
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
        match self.verbosity == Verbosity::Verbose && result.verdict != Verdict::Pass {
            true => writeln!(self.out, "{}", block(result, self.style)),
            false => Ok(()),
        }
    }

    /// Writes plain calls that were not accepted, then each failure, then each reason why something could not be
    /// judged.
    fn findings(&mut self, run: &Gathered) -> io::Result<()> {
        for plain in &run.plain {
            match self.verbosity {
                Verbosity::Quiet => {
                    let word = self.style.doubtful("UNPROVEN");
                    writeln!(self.out, "{word} {}: the plain call is not accepted", plain.operation)?;
                }
                _ => writeln!(self.out, "{}", of_plain_call(plain, self.style))?,
            }
        }
        let (failures, unjudged) = (run.failures(), run.unjudged());
        match self.verbosity {
            Verbosity::Verbose => return Ok(()),
            Verbosity::Quiet => return self.write_short(&failures, &unjudged),
            Verbosity::Normal => {}
        }
        let mut shown = BTreeSet::new();
        for failure in &failures {
            // If a case breaks two promises, its block shows both.
            let id = failure.witness.id.as_str();
            if shown.insert(id) {
                writeln!(self.out, "{}", of_failure(failure, self.style))?;
            } else {
                let (word, others) = (self.style.bad("FAIL"), failure.ids.len() - 1);
                let line = format!("{}: {}", failure.operation, in_line(&failure.headline));
                writeln!(self.out, "{word} {line}: {id} above, and {others} more\n")?;
            }
        }
        // Cases that the plain calls left unproven are covered by the blocks of these calls.
        let is_shown = |group: &Unjudged<'_>| {
            matches!(group.first.verdict, Verdict::Unproven { .. })
                && run.plain.iter().any(|plain| plain.operation == group.first.operation)
        };
        for group in unjudged.iter().filter(|group| !is_shown(group)) {
            writeln!(self.out, "{}", of_unjudged(group, self.style))?;
        }
        Ok(())
    }

    fn write_short(&mut self, failures: &[Failure<'_>], unjudged: &[Unjudged<'_>]) -> io::Result<()> {
        for failure in failures {
            let (word, cases) = (self.style.bad("FAIL"), summary::number(failure.ids.len(), "case"));
            let (operation, headline) = (failure.operation, in_line(&failure.headline));
            writeln!(self.out, "{word} {operation}: {headline}: {} ({cases})", failure.witness.id)?;
        }
        for group in unjudged {
            let word = self.style.doubtful(&group.first.verdict.name().to_uppercase());
            let (cases, why) =
                (summary::number(group.ids.len(), "case"), in_line(reason(&group.first.verdict)));
            writeln!(self.out, "{word} {} ({cases}): {why}", group.first.id)?;
        }
        Ok(())
    }

    /// Writes what differs from the accepted responses, each difference once.
    fn snapshots(&mut self, run: &Gathered) -> io::Result<()> {
        for (diff, ids) in run.changes() {
            let Some((first, others)) = ids.split_first() else { continue };
            let (word, id) = (self.style.bad("CHANGED"), self.style.strong(first));
            if self.verbosity == Verbosity::Quiet {
                writeln!(self.out, "{word} {id} ({})", summary::number(ids.len(), "case"))?;
                continue;
            }
            writeln!(self.out, "{word} {id}")?;
            if let Some(other) = others.first() {
                let cases = summary::number(others.len(), "more case");
                writeln!(self.out, "  and the same in {cases}: {other} …")?;
            }
            writeln!(self.out, "  - accepted response, + response of this run\n{}", self.style.diff(diff))?;
        }
        Ok(())
    }

    fn baseline(&mut self, compared: &Compared) -> io::Result<()> {
        for case in &compared.passing {
            let message = format!("{case}: known failure now passes; remove it from the baseline");
            writeln!(self.out, "{} {message}", self.style.bad("PASSES AGAIN"))?;
        }
        for (case, day) in &compared.expired {
            writeln!(self.out, "{} {case}: was to be fixed by {day}", self.style.bad("EXPIRED"))?;
        }
        Ok(())
    }

    fn end(&mut self, finish: &Finish, run: &Gathered) -> io::Result<()> {
        if self.verbosity != Verbosity::Quiet {
            self.operations(run)?;
            self.not_tested(run)?;
            for (note, count) in std::mem::take(&mut self.unseen) {
                self.faint(&format!("in {}: {}", summary::number(count, "case"), in_line(&note)))?;
            }
            self.write_unremovable(&finish.kept)?;
        }
        if let Some(recorded) = &finish.recorded {
            self.recorded(recorded)?;
        }
        if !run.known.is_empty() {
            self.faint(&format!("{} in the baseline", summary::number(run.known.len(), "known failure")))?;
        }
        self.leftovers(&finish.left_behind)?;
        if let Some(reason) = &finish.stopped {
            writeln!(self.out, "  {}", self.style.doubtful(&format!("stopped early: {}", in_line(reason))))?;
        }
        if self.verbosity != Verbosity::Quiet {
            let hints = labelled("next", &summary::hints(run).join("\n"), self.style);
            self.out.write_all(hints.as_bytes())?;
        }
        let changed: usize = run.pending().iter().map(|(_, ids)| ids.len()).sum();
        let changed = match changed {
            0 => String::new(),
            changed => format!(", {}", self.style.bad(&format!("{changed} changed"))),
        };
        writeln!(
            self.out,
            "{} cases on {} ({}): {}{changed} in {}, {} requests, seed {}",
            finish.counts.total(),
            run.start.target,
            run.start.url,
            summary::in_words(&finish.counts, self.style),
            summary::seconds(finish.micros),
            finish.requests,
            run.start.seed,
        )
    }

    /// Writes what was left out on purpose, by reason, with what would test it.
    fn not_tested(&mut self, run: &Gathered) -> io::Result<()> {
        let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for group in run.not_tested() {
            let of = reasons.entry(reason(&group.first.verdict)).or_insert((0, &group.first.id));
            of.0 += group.ids.len();
        }
        for (reason, (count, id)) in reasons.into_iter().take(MAX_ITEMS) {
            let cases = summary::number(count, "case");
            self.faint(&format!("not tested: {cases}, e.g. {id}: {}", in_line(reason)))?;
        }
        Ok(())
    }

    /// Writes each operation: its cases, and the states of the promises of its page.
    fn operations(&mut self, run: &Gathered) -> io::Result<()> {
        for (operation, counts) in std::mem::take(&mut self.operations) {
            writeln!(self.out, "  {operation:28} {}", summary::in_words(&counts, self.style))?;
            if let Some(page) = run.start.pages.iter().find(|page| page.operation == operation) {
                let tally = summary::tally_in_words(run.evidence.tally(page));
                self.faint(&format!("  promises: {tally}"))?;
                for line in summary::facts(page, run) {
                    self.faint(&format!("  {line}"))?;
                }
            }
        }
        Ok(())
    }

    fn faint(&mut self, text: &str) -> io::Result<()> {
        let width = self.style.width.unwrap_or(usize::MAX);
        let indent = " ".repeat(4 + text.len() - text.trim_start().len());
        let wrapped =
            textwrap::wrap(text, whole_words(width).initial_indent("  ").subsequent_indent(&indent));
        writeln!(self.out, "{}", self.style.faint(&wrapped.join("\n")))
    }

    /// Writes the comparison with another target's responses.
    fn recorded(&mut self, recorded: &Recorded) -> io::Result<()> {
        let (target, tested) = (&recorded.target, recorded.tested);
        self.faint(&format!(
            "compared with the responses of {target} in {} that the page does not specify",
            summary::number(tested, "case")
        ))?;
        if let Some(first) = recorded.disputed.first() {
            let cases = summary::number(recorded.disputed.len(), "case");
            let message =
                format!("{target} contradicts the page in {cases}, e.g. {first}: there the page decides");
            writeln!(self.out, "  {}", self.style.doubtful(&message))?;
        }
        Ok(())
    }

    fn leftovers(&mut self, leftovers: &[Leftover]) -> io::Result<()> {
        let mut counts: BTreeMap<(&str, &str, &str, &str), usize> = BTreeMap::new();
        for Leftover { entity, id, reason, case, .. } in leftovers {
            *counts.entry((entity, id, reason, case)).or_default() += 1;
        }
        let more = counts.len().saturating_sub(MAX_ITEMS);
        for ((entity, id, reason, case), count) in counts.into_iter().take(MAX_ITEMS) {
            let times = if count > 1 { format!("{count} times ") } else { String::new() };
            let (id, reason) = (in_line(id), in_line(reason));
            let text = format!("leftover on the target: {times}{entity} {id} ({reason}), created by {case}");
            writeln!(self.out, "  {}", self.style.doubtful(&text))?;
        }
        match more {
            0 => Ok(()),
            more => writeln!(self.out, "  {}", self.style.doubtful(&format!("and {more} more leftovers"))),
        }
    }

    fn write_unremovable(&mut self, kept: &[Leftover]) -> io::Result<()> {
        summary::unremovable(kept).into_iter().take(MAX_ITEMS).try_for_each(|line| self.faint(&line))
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(_)
            | Event::Progress { .. }
            | Event::PlainCallFailed(_)
            | Event::PlainCallKept { .. }
            | Event::SnapshotsCompared(_) => {}
            Event::CaseFinished(result) => self.case(result)?,
            Event::BaselineCompared(compared) => self.baseline(compared)?,
            Event::RunFinished(finish) => {
                self.findings(run)?;
                self.snapshots(run)?;
                self.end(finish, run)?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
