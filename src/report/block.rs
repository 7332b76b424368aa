//! The block that explains one case: the promise, expected and received, how to repeat the case.

use std::borrow::Cow;
use std::fmt::Write as _;

use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use crate::event::CaseResult;
use crate::invisible::escape_invisible;
use crate::judge::{Line, Mismatch, Verdict};
use crate::wire::{Exchange, Outcome, curl};

use super::ci_commands::escape_ci_commands;
use super::gathered::{Failure, Unjudged};
use super::headline;
use super::number;
use super::style::Style;
use super::summary;
use super::texts::shortened;

/// Maximum width of a cell of the comparison.
const CELL: usize = 56;

/// Width of the first column.
const LABEL: usize = 12;

/// Returns the block of a failure: the fault, its smallest case, and the names of others that show it.
pub fn of_failure(failure: &Failure<'_>, style: Style) -> String {
    let mut out = String::new();
    write_failure(&mut out, &failure.headline, failure.witness, style);
    write_other_ids(&mut out, &failure.ids, style);
    out
}

/// Returns the block of the first of several cases that could not be judged for one reason, and the names of the
/// others.
pub fn of_unjudged(unjudged: &Unjudged<'_>, style: Style) -> String {
    let mut out = block(unjudged.first, style);
    write_other_ids(&mut out, &unjudged.ids, style);
    out
}

fn write_other_ids(out: &mut String, ids: &[&str], style: Style) {
    /// Number of cases that are named.
    const NAMED: usize = 3;
    let Some((_, others)) = ids.split_first().filter(|(_, others)| !others.is_empty()) else { return };
    let named: Vec<&str> = others.iter().take(NAMED).copied().collect();
    let more = match others.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let cases = number(others.len(), "more case");
    write_field(out, "also", &format!("{cases}: {}{more}", named.join(", ")), style);
}

/// Returns the block of a plain call that was not accepted: what was sent, the whole response, and what can be done.
pub fn of_plain_call(result: &CaseResult, style: Style) -> String {
    let mut out = String::new();
    let title = format!("{}: the plain call is not accepted", result.operation);
    let _ = writeln!(out, "{} {}", style.doubtful("UNPROVEN"), style.strong(&title));
    write_field(
        &mut out,
        "means",
        "the page says that this call is valid; while the target rejects it, no rejection proves anything",
        style,
    );
    write_field(&mut out, "sends", &brief(&result.sends), style);
    write_field(&mut out, "received", &format!("→ {}", brief(&summary::plain_call_response(result))), style);
    let remedy = "values that this target accepts (`sample` in the spec); its credentials; entities that the call refers to. If \
                  the call is valid, the target contradicts its page";
    write_field(&mut out, "check", remedy, style);
    write_curl_lines(&mut out, result, style);
    out
}

/// Returns the block of a case; empty for a case that passed.
pub fn block(result: &CaseResult, style: Style) -> String {
    let mut out = String::new();
    match &result.verdict {
        Verdict::Pass => {}
        Verdict::Fail { .. } => {
            write_failure(&mut out, &headline::first(result), result, style);
        }
        Verdict::Blocked { code, circumstance, row } => {
            write_heading(&mut out, &style.doubtful("BLOCKED"), result, style);
            write_field(
                &mut out,
                "reason",
                &format!(
                    "the target responded with {} ({circumstance}), so the promise was not tested",
                    brief(code)
                ),
                style,
            );
            write_field(&mut out, "error row", &brief(row), style);
            write_curl_lines(&mut out, result, style);
        }
        Verdict::Error { reason } => {
            write_heading(&mut out, &style.doubtful("ERROR"), result, style);
            write_field(&mut out, "reason", &brief(reason), style);
            write_curl_lines(&mut out, result, style);
        }
        Verdict::Unproven { reason } => {
            write_heading(&mut out, &style.doubtful("UNPROVEN"), result, style);
            write_field(&mut out, "reason", &brief(reason), style);
            write_curl_lines(&mut out, result, style);
        }
        Verdict::NotTested { reason } => {
            write_heading(&mut out, &style.faint("NOT TESTED"), result, style);
            write_field(&mut out, "reason", &brief(reason), style);
        }
        Verdict::Skipped { reason } => {
            write_heading(&mut out, &style.doubtful("SKIPPED"), result, style);
            write_field(&mut out, "reason", &brief(reason), style);
        }
    }
    out
}

fn write_heading(out: &mut String, word: &str, result: &CaseResult, style: Style) {
    let _ = writeln!(out, "{word} {}", style.strong(&result.id));
    write_field(out, "tests", &escape_lines(&result.tries), style);
}

/// Writes a case that shows a fault: first the fault, then what was expected and received.
fn write_failure(out: &mut String, headline: &str, result: &CaseResult, style: Style) {
    let title = format!("{}: {}", result.operation, in_line(headline));
    let _ = writeln!(out, "{} {}", style.bad("FAIL"), style.strong(&title));
    write_field(out, "case", &result.id, style);
    write_field(out, "tests", &escape_lines(&result.tries), style);
    write_field(out, "sends", &brief(&result.sends), style);
    let Verdict::Fail { mismatches } = &result.verdict else { return };
    for mismatch in mismatches {
        let _ = write!(out, "\n{}", comparison(mismatch, style));
    }
    for note in &result.notes {
        write_field(out, "note", &escape_lines(note), style);
    }
    write_curl_lines(out, result, style);
}

/// Returns the beginning of a text that may be long, made harmless.
pub fn brief(text: &str) -> String {
    escape_lines(&shortened(text))
}

/// Returns the same on one line.
pub fn in_line(text: &str) -> String {
    escape_ci_commands(&brief(text).replace('\n', " "))
}

/// Returns the options for lines of this width. Ids and paths are not broken at their hyphens.
pub fn whole_words(width: usize) -> Options<'static> {
    Options::new(width).word_splitter(WordSplitter::NoHyphenation)
}

/// Returns a labelled text on lines of its own.
pub fn labelled(label: &str, text: &str, style: Style) -> String {
    let mut out = String::new();
    write_field(&mut out, label, text, style);
    out
}

/// Writes a labelled text, wrapped if lines have a limited width.
fn write_field(out: &mut String, label: &str, text: &str, style: Style) {
    let width = style.width.map_or(usize::MAX, |width| width.saturating_sub(LABEL + 2).max(20));
    let wrapped = text.lines().flat_map(|line| textwrap::wrap(line, whole_words(width)));
    write_lines(out, label, wrapped.map(|line| Cow::from(escape_ci_commands(&line))));
}

/// Writes a labelled curl line. It is meant for copying, so the text stays as the shell needs it.
fn write_curl(out: &mut String, label: &str, curl: &str) {
    write_lines(out, label, curl.lines().map(Cow::from));
}

fn write_lines<'t>(out: &mut String, label: &str, texts: impl Iterator<Item = Cow<'t, str>>) {
    for (index, line) in texts.enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "  {label:LABEL$}{line}");
    }
}

/// Makes a text harmless: what a target sends must neither control the terminal nor hide. Invisible characters are
/// written as escapes.
pub fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escape_invisible).collect();
    lines.join("\n")
}

/// Returns the sentence of the page, then expected and received side by side.
fn comparison(mismatch: &Mismatch, style: Style) -> String {
    let mut out = String::new();
    write_field(&mut out, "the page", &mismatch.promise.sentence, style);
    write_field(
        &mut out,
        "",
        &style.faint(&format!("{} ({})", mismatch.promise.place, mismatch.promise.rule)),
        style,
    );
    let cell = cell_width(style);
    let width = mismatch.lines.iter().flat_map(|line| wrapped(&line.expected, cell));
    let width = width.map(|cell| display_width(&cell)).max().unwrap_or(0).max("expected".len());
    let _ = writeln!(out, "  {:LABEL$}{:width$}   received", "", "expected");
    let (context, compared): (Vec<&Line>, Vec<&Line>) = mismatch
        .lines
        .iter()
        .partition(|line| line.expected.is_empty() && !line.differs && line.aspect == "body");
    for line in compared {
        write_line(&mut out, line, width, style);
    }
    for line in context {
        write_field(&mut out, "body", &escape_lines(&line.received), style);
    }
    out
}

/// Returns the maximum width of a cell of the comparison, so that two fit side by side.
fn cell_width(style: Style) -> usize {
    style.width.map_or(CELL, |width| (width.saturating_sub(LABEL + 6) / 2).clamp(16, CELL))
}

fn write_line(out: &mut String, line: &Line, width: usize, style: Style) {
    let expected = wrapped(&line.expected, cell_width(style));
    let received = wrapped(&line.received, cell_width(style));
    for index in 0..expected.len().max(received.len()).max(1) {
        let cell = |cells: &[String]| cells.get(index).cloned().unwrap_or_default();
        let (left, right) = (cell(&expected), cell(&received));
        let label = if index == 0 { line.aspect.as_str() } else { "" };
        let mark = if line.differs && index == 0 { '≠' } else { ' ' };
        let padding = " ".repeat(width.saturating_sub(display_width(&left)));
        let (left, right) = match line.differs {
            true => (style.good(&left), style.bad(&right)),
            false => (left, right),
        };
        // A long label still needs a gap to the text next to it.
        let gap = if display_width(label) < LABEL { "" } else { " " };
        let text = format!("  {label:LABEL$}{gap}{left}{padding} {mark} {right}");
        let _ = writeln!(out, "{}", escape_ci_commands(text.trim_end()));
    }
}

/// Returns the lines of a cell, none wider than the cell, broken at spaces if there are any.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    escape_lines(text)
        .lines()
        .flat_map(|line| textwrap::wrap(line, whole_words(width)))
        .map(Cow::into_owned)
        .collect()
}

/// Writes the curl lines that repeat the case: first the calls that prepared it, then the tested call.
fn write_curl_lines(out: &mut String, result: &CaseResult, style: Style) {
    let Some((tried, given)) = result.exchanges.split_last() else { return };
    out.push('\n');
    for exchange in given {
        write_curl(out, "first", &style.faint(&curl::line(&exchange.request)));
        write_field(out, "", &style.faint(&response_summary(exchange)), style);
    }
    write_curl(out, "repeat", &curl::line(&tried.request));
}

fn response_summary(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Outcome::NoResponse(reason) => format!("→ {reason}"),
        Outcome::Received(response) => format!("→ {} {}", response.status, brief(&response.body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_wrap_at_spaces_and_within_long_words() {
        let text = format!("{} {}", "word ".repeat(14).trim_end(), "x".repeat(120));
        let lines = wrapped(&text, CELL);
        assert!(lines.iter().all(|line| display_width(line) <= CELL), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }
}
