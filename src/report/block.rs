//! The block that tells a person what is wrong with one case: the promise, promised and received, how to repeat it.

use std::fmt::Write as _;

use crate::event::CaseResult;
use crate::judge::{Departure, Line, Verdict};
use crate::wire::{Exchange, Outcome, curl};

use super::style::Style;

/// The widest that a cell of the comparison becomes.
const CELL: usize = 56;

/// The width of the first column.
const LABEL: usize = 12;

/// The block of a case; empty for one that passed.
pub fn block(result: &CaseResult, style: Style) -> String {
    let mut out = String::new();
    match &result.verdict {
        Verdict::Pass => {}
        Verdict::Fail { departures } => {
            heading(&mut out, &style.bad("FAIL"), result, style);
            for departure in departures {
                let _ = write!(out, "\n{}", comparison(departure, style));
            }
            repeat(&mut out, result, style);
        }
        Verdict::Blocked { code, circumstance, row } => {
            heading(&mut out, &style.doubtful("BLOCKED"), result, style);
            field(
                &mut out,
                "reason",
                &format!("the target answered {code} ({circumstance}), so the promise was not tried"),
            );
            field(&mut out, "error row", row);
            repeat(&mut out, result, style);
        }
        Verdict::Error { reason } => {
            heading(&mut out, &style.doubtful("ERROR"), result, style);
            field(&mut out, "reason", &harmless(reason));
            repeat(&mut out, result, style);
        }
        Verdict::Skipped { reason } => {
            heading(&mut out, &style.doubtful("SKIPPED"), result, style);
            field(&mut out, "reason", &harmless(reason));
        }
    }
    out
}

fn heading(out: &mut String, word: &str, result: &CaseResult, style: Style) {
    let _ = writeln!(out, "{word} {}", style.strong(&result.id));
    field(out, "tried", &result.tries);
    if matches!(result.verdict, Verdict::Fail { .. }) {
        field(out, "sends", &shortened(&result.sends));
    }
}

fn shortened(text: &str) -> String {
    const LONG: usize = 400;
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn field(out: &mut String, label: &str, text: &str) {
    for (index, line) in text.lines().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "  {label:LABEL$}{line}");
    }
}

/// What a target sends must not steer the terminal.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() && character != '\n' { '\u{fffd}' } else { character })
        .collect()
}

/// The sentence of the page, then promised and received side by side.
fn comparison(departure: &Departure, style: Style) -> String {
    let mut out = String::new();
    field(&mut out, "the page", &departure.promise.sentence);
    field(&mut out, "", &style.faint(&format!("{} ({})", departure.promise.place, departure.promise.rule)));
    let width =
        departure.lines.iter().flat_map(|line| wrapped(&line.promised)).map(|cell| cell.chars().count());
    let width = width.max().unwrap_or(0).max("promised".len());
    let _ = writeln!(out, "  {:LABEL$}{:width$}   received", "", "promised");
    let (context, compared): (Vec<&Line>, Vec<&Line>) = departure
        .lines
        .iter()
        .partition(|line| line.promised.is_empty() && !line.differs && line.aspect == "body");
    for line in compared {
        compare(&mut out, line, width, style);
    }
    for line in context {
        field(&mut out, "answer", &harmless(&line.received));
    }
    out
}

fn compare(out: &mut String, line: &Line, width: usize, style: Style) {
    let promised = wrapped(&line.promised);
    let received = wrapped(&line.received);
    for index in 0..promised.len().max(received.len()).max(1) {
        let cell = |cells: &[String]| cells.get(index).cloned().unwrap_or_default();
        let (left, right) = (cell(&promised), cell(&received));
        let label = if index == 0 { line.aspect.as_str() } else { "" };
        let mark = if line.differs && index == 0 { '≠' } else { ' ' };
        let padding = " ".repeat(width.saturating_sub(left.chars().count()));
        let (left, right) = match line.differs {
            true => (style.good(&left), style.bad(&right)),
            false => (left, right),
        };
        let text = format!("  {label:LABEL$}{left}{padding} {mark} {right}");
        let _ = writeln!(out, "{}", text.trim_end());
    }
}

/// A cell's lines, none wider than a cell, broken at blanks where there are any.
fn wrapped(text: &str) -> Vec<String> {
    harmless(text).lines().flat_map(wrap_line).collect()
}

fn wrap_line(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_inclusive(' ') {
        let mut word: Vec<char> = word.chars().collect();
        let last = lines.last().map_or(0, |last| last.chars().count());
        if last > 0 && last + word.len() > CELL + 1 {
            lines.push(String::new());
        }
        while word.len() > CELL {
            let rest = word.split_off(CELL);
            if let Some(last) = lines.last_mut() {
                last.extend(&word);
            }
            lines.push(String::new());
            word = rest;
        }
        if let Some(last) = lines.last_mut() {
            last.extend(&word);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The curl lines that repeat the case: what prepared it, then the tried call.
fn repeat(out: &mut String, result: &CaseResult, style: Style) {
    let Some((tried, given)) = result.exchanges.split_last() else { return };
    out.push('\n');
    for exchange in given {
        field(out, "first", &style.faint(&curl::line(&exchange.request)));
        field(out, "", &style.faint(&answer_in_short(exchange)));
    }
    field(out, "repeat", &curl::line(&tried.request));
}

fn answer_in_short(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Outcome::Unanswered(reason) => format!("→ {reason}"),
        Outcome::Answered(answer) => format!("→ {} {}", answer.status, harmless(&shortened(&answer.body))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_broken_at_blanks_and_long_words_anyway() {
        let text = format!("{} {}", "word ".repeat(14).trim_end(), "x".repeat(120));
        let lines = wrapped(&text);
        assert!(lines.iter().all(|line| line.chars().count() <= CELL + 1), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }
}
