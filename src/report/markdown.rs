//! Markdown: the summary that belongs under a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::event::{CaseResult, Event, Leftover, Page};
use crate::inert::escaped;
use crate::judge::Departure;

use super::standing::{Failure, Gathered, Unjudged, reason};
use super::{Reporter, number, summary};

/// How much a comment holds, in bytes: GitHub takes 65,536 characters.
const ROOM: usize = 60_000;

/// How much of that the difference of an answer takes.
const DIFF: usize = 2_000;

/// So many are told of what is alike, whatever room there is.
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

/// A summary that ends where there is no more room.
struct Summary {
    text: String,
}

impl Summary {
    /// Adds what there is room for, and how many are left out.
    fn add(&mut self, what: &str, most: usize, parts: impl Iterator<Item = String>) {
        let (mut told, mut left) = (0, 0);
        for part in parts {
            if left == 0 && told < most && self.text.len() + part.len() <= ROOM {
                self.text.push_str(&part);
                told += 1;
            } else {
                left += 1;
            }
        }
        if left > 0 {
            let _ = writeln!(self.text, "\nand {left} more of the {what}");
        }
    }
}

/// The whole summary.
fn text(run: &Gathered) -> String {
    let counts = run.finish.counts;
    let head = format!(
        "## fineprint: {}\n\n{} cases on `{}`, {} requests\n\n",
        summary::headline(run),
        counts.total(),
        run.start.target,
        run.finish.requests
    );
    let mut out = Summary {
        text: head + "| operation | passed | failed | not judged | not tested |\n|---|--:|--:|--:|--:|\n",
    };
    let operations = run.by_operation();
    let row = |page: &Page| {
        let [pass, fail, other, left] = operations.get(&page.operation).copied().unwrap_or_default();
        format!("| {} | {pass} | {fail} | {other} | {left} |\n", cell(&page.operation))
    };
    out.add("operations", usize::MAX, run.start.pages.iter().map(row));
    let _ = writeln!(out.text, "\nPromises: {}", summary::tally_in_words(run.tally()));
    out.add("plain calls", TOLD, run.plain.iter().map(plain));
    out.add("failures", TOLD, run.failures().iter().map(told));
    if let Some(reason) = &run.finish.stopped {
        let _ = writeln!(out.text, "\nStopped early: {}", cell(reason));
    }
    let left = |left: &Leftover| {
        let (entity, id, reason) = (&left.entity, code(&left.id), cell(&left.reason));
        format!("\nLeftover on the target: {entity} {id} ({reason})\n")
    };
    out.add("leftovers on the target", TOLD, run.finish.left_behind.iter().map(left));
    out.add("reasons why cases could not be judged", TOLD, run.unjudged().iter().map(not_judged));
    let passing = run.passing.iter().map(|entry| format!("\nPasses again: {}\n", code(entry)));
    let expired = run.expired.iter().map(|(entry, day)| format!("\nExpired on {day}: {}\n", code(entry)));
    out.add("outdated entries of the baseline", TOLD, passing.chain(expired));
    out.add("changed responses", TOLD, run.pending().iter().map(|(diff, ids)| changed(diff, ids)));
    let known = run.known.iter().map(|(id, reason)| format!("\n- known: {} ({})", code(id), cell(reason)));
    out.add("known failures", TOLD, known);
    out.text.trim_end().to_owned() + "\n"
}

/// Cases that could not be judged for one reason.
fn not_judged(each: &Unjudged<'_>) -> String {
    let (first, cases) = (each.first, number(each.ids.len(), "case"));
    let why = cell(reason(&first.verdict));
    format!("\nNot judged ({}): {cases}, e.g. {}: {why}\n", first.verdict.name(), code(&first.id))
}

/// A plain call that was not accepted.
fn plain(result: &CaseResult) -> String {
    format!(
        "\n### {}: the plain call is not accepted\n\nThe page says that it is valid; while it is rejected, no rejection proves \
         anything. It sends {}, and received {}\n",
        cell(&result.operation),
        code(&result.sends),
        code(&summary::what_came(result))
    )
}

/// Answers that differ from the accepted ones in the same way.
fn changed(diff: &str, ids: &[&str]) -> String {
    let Some((first, others)) = ids.split_first() else { return String::new() };
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    let start: String = diff.chars().take(DIFF).collect();
    let rest = if start.len() < diff.len() { "\n…" } else { "" };
    let diff = fenced("diff", &format!("{start}{rest}"));
    format!("\n<details><summary>changed: {}{more}</summary>\n\n{diff}\n</details>\n", cell(first))
}

fn told(failure: &Failure<'_>) -> String {
    let mut out = String::new();
    let Failure { operation, headline, sentence, place, witness, ids, .. } = failure;
    let (operation, headline, sentence) = (cell(operation), cell(headline), cell(sentence));
    let _ = writeln!(out, "\n### {operation}: {headline}\n\n> {sentence}\n");
    let cases = number(ids.len(), "case");
    let (place, id) = (code(place), code(&witness.id));
    let _ = writeln!(out, "{place}, fails in {cases}; the smallest is {id}: {}\n", cell(&witness.tries));
    if let Some(departure) = failure.departure() {
        compared(&mut out, departure);
    }
    out
}

fn compared(out: &mut String, departure: &Departure) {
    out.push_str("| | expected | received |\n|---|---|---|\n");
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
