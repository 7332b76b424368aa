//! Markdown: the summary that belongs under a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::event::Event;
use crate::judge::Departure;
use crate::judge::Verdict;
use crate::snapshot::file::escaped;

use super::standing::{Came, Finding, Gathered};
use super::{Reporter, number};

/// So many broken promises are told; a comment has a limit of its own.
const TOLD: usize = 20;

/// Writes a run when it is over.
pub struct Markdown<W> {
    out: W,
}

impl<W: Write> Markdown<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Markdown<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        if matches!(event, Event::RunFinished(_)) {
            self.out.write_all(text(run).as_bytes())?;
            self.out.flush()?;
        }
        Ok(())
    }
}

/// The whole summary.
fn text(run: &Gathered) -> String {
    let findings = run.findings();
    let counts = run.finish.counts;
    let mut out = String::new();
    let head = match (findings.len(), counts.unjudged(), run.changed.len()) {
        (0, 0, 0) if !run.known.is_empty() => {
            format!("no new broken promise; {} known failures", run.known.len())
        }
        (0, 0, 0) => format!("all {} cases hold", counts.total()),
        (0, 0, changed) => format!("{changed} answers differ from the accepted ones"),
        (0, unjudged, _) => format!("{unjudged} of {} cases could not be judged", counts.total()),
        (1, ..) => "1 promise is broken".to_owned(),
        (many, ..) => format!("{many} promises are broken"),
    };
    let _ = writeln!(out, "## fineprint: {head}\n");
    let _ = writeln!(
        out,
        "{} cases on `{}`, {} requests\n",
        counts.total(),
        run.start.target,
        run.finish.requests
    );
    out.push_str("| operation | passed | failed | not judged |\n|---|--:|--:|--:|\n");
    for page in &run.start.pages {
        let (mut pass, mut fail, mut other) = (0, 0, 0);
        for brief in run.of(page) {
            match brief.came {
                Came::Passed => pass += 1,
                Came::Failed => fail += 1,
                Came::Unjudged => other += 1,
            }
        }
        let _ = writeln!(out, "| {} | {pass} | {fail} | {other} |", page.operation);
    }
    for finding in findings.iter().take(TOLD) {
        told(&mut out, finding);
    }
    if findings.len() > TOLD {
        let _ = writeln!(out, "\nand {} more broken promises", findings.len() - TOLD);
    }
    if let Some(reason) = &run.finish.stopped {
        let _ = writeln!(out, "\nStopped before the end: {}", cell(reason));
    }
    for left in &run.finish.left_behind {
        let _ = writeln!(
            out,
            "\nLeft on the target: {} {} ({})",
            left.entity,
            code(&left.id),
            cell(&left.reason)
        );
    }
    for (id, diff) in &run.changed {
        let _ = writeln!(
            out,
            "\n<details><summary>changed: {id}</summary>\n\n{}\n</details>",
            fenced("diff", diff)
        );
    }
    out
}

fn told(out: &mut String, finding: &Finding<'_>) {
    let Some(witness) = finding.witnesses.first() else { return };
    let _ = writeln!(
        out,
        "\n### {}: {}\n\n> {}\n",
        finding.operation,
        cell(finding.rule),
        cell(finding.sentence)
    );
    let cases = number(finding.witnesses.len(), "case");
    let _ = writeln!(
        out,
        "`{}`, shown by {cases}; the smallest is `{}`: {}\n",
        finding.place,
        witness.id,
        cell(&witness.tries)
    );
    if let Verdict::Fail { departures } = &witness.verdict
        && let Some(departure) = departures.iter().find(|departure| departure.promise.rule == finding.rule)
    {
        compared(out, departure);
    }
}

fn compared(out: &mut String, departure: &Departure) {
    out.push_str("| | promised | received |\n|---|---|---|\n");
    for line in departure.lines.iter().filter(|line| line.differs) {
        let _ =
            writeln!(out, "| {} | {} | {} |", cell(&line.aspect), code(&line.promised), code(&line.received));
    }
}

/// How much of a text a line or a cell shows, in characters.
const SHOWN: usize = 300;

/// A text for a line or a cell that becomes no markup.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for character in shown(text).chars() {
        if matches!(character, '|' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '@' | '#' | '&' | '\\') {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

/// What a target sent, as a span of code that it cannot leave: within one nobody is mentioned either.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = shown(text).replace('|', "\\|");
    let fence = "`".repeat(longest_run(&text) + 1);
    format!("{fence} {text} {fence}")
}

/// One line, not too long, without what steers or hides.
fn shown(text: &str) -> String {
    let start: String =
        text.chars().take(SHOWN).map(|character| if character == '\n' { ' ' } else { character }).collect();
    escaped(&start)
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// A fenced block that its text cannot close.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}
