//! HTML: the documentation page itself, with the state of each sentence and each row, in one file that works offline.

mod data;
mod lists;
mod matrix;
mod tables;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::compare::Matrix;
use crate::event::{CaseResult, Event};

use super::gathered::{Failure, Gathered};
use super::sink::in_markup;
use super::texts::shortened;
use super::{Reporter, number, summary};

use data::Cases;

/// Characters that a link within the page cannot contain unescaped.
const NOT_IN_A_FRAGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b':').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// Gathers a run and writes it at its end.
pub struct Html<W> {
    out: W,
    cases: Cases,
}

impl<W: Write> Html<W> {
    /// Creates a reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out, cases: Cases::default() }
    }
}

impl<W: Write> Reporter for Html<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        if let Event::CaseFinished(result) = event {
            self.cases.add(result);
        }
        if matches!(event, Event::RunFinished(_)) {
            let cases = std::mem::take(&mut self.cases);
            let (before, after) = document(run);
            self.out.write_all(in_markup(&before).as_bytes())?;
            cases.write(run, &mut self.out)?;
            self.out.write_all(in_markup(&after).as_bytes())?;
            self.out.flush()?;
        }
        Ok(())
    }
}

/// Returns the matrix of two targets as a page of its own.
pub fn matrix(matrix: &Matrix) -> String {
    matrix::document(matrix)
}

/// Returns the metadata in the head of every page.
fn meta() -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        // The page loads nothing from anywhere, and nothing that a target sent can run.
        meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
        link rel="icon" href="data:,";
    }
}

/// Placeholder for the data of the cases. No escaped text can contain it.
const DATA: &str = "<data/>";

/// Returns the parts of the page before and after the data of the cases.
fn document(run: &Gathered) -> (String, String) {
    let title = format!("fineprint: {}", run.start.target);
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (meta())
                title { (title) }
                style { (PreEscaped(CSS)) }
            }
            body {
                a .skip href="#cases" { "Skip to the cases" }
                (head(run))
                main {
                    @for page in &run.start.pages { (tables::page(run, page)) }
                    (case_list(run))
                }
                footer { "fineprint " (run.start.fineprint) ", seed " (run.start.seed) }
                script #data type="application/json" { (PreEscaped(DATA)) }
                script { (PreEscaped(JS)) }
            }
        }
    };
    let mut before = whole.into_string();
    let after = before.find(DATA).map(|at| before.split_off(at).split_off(DATA.len()));
    (before, after.unwrap_or_default())
}

/// Maximum number of broken promises at the head. The others are in the tables and in the list of cases.
const MAX_FAILURES: usize = 500;

fn head(run: &Gathered) -> Markup {
    let counts = run.finish.counts;
    let broken = run.failures();
    html! {
        header {
            h1 { (capital(&summary::headline(run))) }
            p {
                (counts.total()) " cases on " strong { (run.start.target) }
                @if !run.start.url.is_empty() { " (" (run.start.url) ")" }
                ", " (run.finish.requests) " requests"
            }
            ul .counts {
                @for (count, word, class) in [
                    (counts.pass, "passed", "pass"), (counts.fail, "failed", "fail"), (counts.blocked, "blocked", "blocked"),
                    (counts.error, "without a response", "error"), (counts.skipped, "skipped", "skipped"),
                    (counts.unproven, "unproven", "blocked"), (counts.not_tested, "not tested", "untried"),
                ] {
                    @if count > 0 || word == "passed" { li class=(class) { strong { (count) } " " (word) } }
                }
                @let changed = changed(run);
                @if changed > 0 { li .fail { a href="#kind=changed" { strong { (changed) } " changed" } } }
                @if !run.known.is_empty() { li { a href="#kind=known" { strong { (run.known.len()) } " known to fail" } } }
            }
            p { "Promises: " (summary::tally_in_words(run.tally())) }
            @for plain in &run.plain { (unproven(plain)) }
            @if let Some(reason) = &run.finish.stopped { p .warning { "Stopped early: " (reason) } }
            @for left in &run.finish.left_behind {
                p .warning { "Leftover on the target: " (left.entity) " " code { (shortened(&left.id)) } " (" (shortened(&left.reason)) ")" }
            }
            @for entry in &run.passing { p .warning { code { (entry) } ": known failure now passes; remove it from the baseline" } }
            @for (entry, day) in &run.expired { p .warning { code { (entry) } ": was to be fixed by " (day) } }
            (tables::bars(run))
            @if !broken.is_empty() {
                h2 { "Failures" }
                ol .broken { @for failure in broken.iter().take(MAX_FAILURES) { li { (failure_section(failure)) } } }
                @if broken.len() > MAX_FAILURES {
                    p { "And " (broken.len() - MAX_FAILURES) " more: see the tables of the pages and the list of cases." }
                }
            }
            (lists::changed_responses(run))
            (lists::known_failures(run))
        }
    }
}

/// Shows a failure: the fault, with what was expected and received, and a link to the cases that show it.
fn failure_section(failure: &Failure<'_>) -> Markup {
    let value = format!("{}|{}", failure.operation, failure.shared());
    let lines = failure.mismatch().map(|mismatch| mismatch.lines.as_slice()).unwrap_or_default();
    html! {
        a href=(fragment("promise", &value)) { strong { (failure.operation) } ": " (failure.headline) }
        " " span .faint { (number(failure.ids.len(), "case")) }
        blockquote { (failure.sentence) " " span .faint { (failure.rule) } }
        ul {
            @for line in lines.iter().filter(|line| line.differs) {
                li { (line.aspect) ": expected " code { (shortened(&line.expected)) } ", received " code { (shortened(&line.received)) } }
            }
        }
    }
}

/// Shows a plain call that was not accepted: what was sent, and the whole response.
fn unproven(plain: &CaseResult) -> Markup {
    html! {
        section .warning {
            p { strong { (plain.operation) ": the plain call is not accepted" } ", so no rejection proves anything." }
            p { "sends " code { (plain.sends) } }
            pre { (summary::plain_call_response(plain)) }
        }
    }
}

/// Returns the number of changed responses that nobody has accepted.
fn changed(run: &Gathered) -> usize {
    if run.snapshots.accepted { 0 } else { run.snapshots.changed.len() }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns a link within the page, from which the value can be read back unchanged.
fn fragment(key: &str, value: &str) -> String {
    format!("#{key}={}", utf8_percent_encode(value, NOT_IN_A_FRAGMENT))
}

/// Returns the frame of the case list. The script creates as many rows from the data as can be seen.
fn case_list(run: &Gathered) -> Markup {
    html! {
        section #cases aria-labelledby="cases-title" {
            h2 #cases-title { "Cases" }
            noscript { p .warning { "The list of cases needs JavaScript; the pages above do not." } }
            form #filters role="search" {
                label { "Search " input #search type="search" autocomplete="off" placeholder="id or words"; }
                label {
                    "Verdict "
                    select #verdict {
                        option value="" { "all" }
                        @for word in ["pass", "fail", "blocked", "error", "skipped", "unproven", "not tested"] { option { (word) } }
                    }
                }
                label {
                    "Only "
                    select #kind {
                        option value="" { "all" }
                        option value="changed" { "changed responses" }
                        option value="known" { "known failures" }
                    }
                }
                label {
                    "Operation "
                    select #operation {
                        option value="" { "all" }
                        @for page in &run.start.pages { option { (page.operation) } }
                    }
                }
                label { "Parameter " select #parameter { option value="" { "all" } } }
                label { "Rule " select #rule { option value="" { "all" } } }
                button #reset type="reset" { "Show all" }
            }
            p #shown tabindex="-1" role="status" aria-live="polite" {}
            div #list {}
            p #rest .faint {}
            button #more type="button" hidden { "Show more" }
        }
    }
}
