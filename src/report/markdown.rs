//! Markdown: the summary for a comment on a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::event::{CaseResult, Event, Leftover, Page};
use crate::invisible::escape_invisible;
use crate::judge::Mismatch;

use super::gathered::{Failure, Gathered, Unjudged, reason};
use super::{Reporter, number, summary};

/// Maximum size of a comment, in bytes: GitHub accepts 65,536 characters.
const ROOM: usize = 60_000;

/// Maximum part of that for the difference of one response.
const DIFF: usize = 2_000;

/// Maximum number of items of one kind, even if there is room for more.
const MAX_ITEMS: usize = 20;

/// Writes a run at its end.
pub struct Markdown<W> {
    out: W,
}

impl<W: Write> Markdown<W> {
    /// Creates a reporter that writes into `out`.
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

/// A summary that ends where its room does.
struct Summary {
    text: String,
}

impl Summary {
    /// Adds the items for which there is room, and the number of those left out.
    fn add(&mut self, what: &str, max: usize, parts: impl Iterator<Item = String>) {
        let (mut shown, mut left) = (0, 0);
        for part in parts {
            if left == 0 && shown < max && self.text.len() + part.len() <= ROOM {
                self.text.push_str(&part);
                shown += 1;
            } else {
                left += 1;
            }
        }
        if left > 0 {
            let _ = writeln!(self.text, "\nand {left} more of the {what}");
        }
    }
}

/// Returns the whole summary.
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
    out.add("plain calls", MAX_ITEMS, run.plain.iter().map(plain_call_text));
    out.add("failures", MAX_ITEMS, run.failures().iter().map(failure_text));
    if let Some(reason) = &run.finish.stopped {
        let _ = writeln!(out.text, "\nStopped early: {}", cell(reason));
    }
    let left = |left: &Leftover| {
        let (entity, id, reason) = (&left.entity, code(&left.id), cell(&left.reason));
        format!("\nLeftover on the target: {entity} {id} ({reason})\n")
    };
    out.add("leftovers on the target", MAX_ITEMS, run.finish.left_behind.iter().map(left));
    out.add("reasons why cases could not be judged", MAX_ITEMS, run.unjudged().iter().map(unjudged_text));
    let passing = run.passing.iter().map(|entry| format!("\nPasses again: {}\n", code(entry)));
    let expired = run.expired.iter().map(|(entry, day)| format!("\nExpired on {day}: {}\n", code(entry)));
    out.add("outdated entries of the baseline", MAX_ITEMS, passing.chain(expired));
    out.add("changed responses", MAX_ITEMS, run.pending().iter().map(|(diff, ids)| change_text(diff, ids)));
    let known = run.known.iter().map(|(id, reason)| format!("\n- known: {} ({})", code(id), cell(reason)));
    out.add("known failures", MAX_ITEMS, known);
    out.text.trim_end().to_owned() + "\n"
}

/// Describes cases that could not be judged for one reason.
fn unjudged_text(group: &Unjudged<'_>) -> String {
    let (first, cases) = (group.first, number(group.ids.len(), "case"));
    let why = cell(reason(&first.verdict));
    format!("\nNot judged ({}): {cases}, e.g. {}: {why}\n", first.verdict.name(), code(&first.id))
}

/// Describes a plain call that was not accepted.
fn plain_call_text(result: &CaseResult) -> String {
    format!(
        "\n### {}: the plain call is not accepted\n\nThe page says that it is valid; while it is rejected, no rejection proves \
         anything. It sends {}, and received {}\n",
        cell(&result.operation),
        code(&result.sends),
        code(&summary::plain_call_response(result))
    )
}

/// Shows responses that differ from the accepted ones in the same way.
fn change_text(diff: &str, ids: &[&str]) -> String {
    let Some((first, others)) = ids.split_first() else { return String::new() };
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    let start: String = diff.chars().take(DIFF).collect();
    let rest = if start.len() < diff.len() { "\n…" } else { "" };
    let diff = fenced("diff", &format!("{start}{rest}"));
    format!("\n<details><summary>changed: {}{more}</summary>\n\n{diff}\n</details>\n", cell(first))
}

fn failure_text(failure: &Failure<'_>) -> String {
    let mut out = String::new();
    let Failure { operation, headline, sentence, place, witness, ids, .. } = failure;
    let (operation, headline, sentence) = (cell(operation), cell(headline), cell(sentence));
    let _ = writeln!(out, "\n### {operation}: {headline}\n\n> {sentence}\n");
    let cases = number(ids.len(), "case");
    let (place, id) = (code(place), code(&witness.id));
    let _ = writeln!(out, "{place}, fails in {cases}; the smallest is {id}: {}\n", cell(&witness.tries));
    if let Some(mismatch) = failure.mismatch() {
        write_comparison(&mut out, mismatch);
    }
    out
}

fn write_comparison(out: &mut String, mismatch: &Mismatch) {
    out.push_str("| | expected | received |\n|---|---|---|\n");
    for line in mismatch.lines.iter().filter(|line| line.differs) {
        let _ =
            writeln!(out, "| {} | {} | {} |", cell(&line.aspect), code(&line.expected), code(&line.received));
    }
}

/// Maximum length of a text on a line or in a cell, in characters.
const SHOWN: usize = 300;

/// Escapes a text for a line or a cell, so that it does not become markup.
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

/// Returns what a target sent as a code span that it cannot leave. Nobody is mentioned inside a code span either.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = shown(text).replace('|', "\\|");
    let fence = "`".repeat(longest_run(&text) + 1);
    format!("{fence} {text} {fence}")
}

/// Returns a text on one line, not too long, and without characters that control or hide.
fn shown(text: &str) -> String {
    let start: String =
        text.chars().take(SHOWN).map(|character| if character == '\n' { ' ' } else { character }).collect();
    escape_invisible(&start)
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// Returns a fenced block that its text cannot close.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}
