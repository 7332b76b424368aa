//! The tables of the page, with a mark on each sentence and row; and the bars of the summary.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::event::{ElementLine, ErrorLine, Page, ParameterRow, Sentence};
use crate::evidence::{PromiseStatus, State};
use crate::report::gathered::{Bar, Gathered};
use crate::report::summary;

use super::fragment;

/// Renders a documentation page.
pub fn page(run: &Gathered, page: &Page) -> Markup {
    let (own, shared): (Vec<&ErrorLine>, Vec<&ErrorLine>) = page.errors.iter().partition(|line| line.own);
    html! {
        section .page id=(page.operation) {
            h2 { (page.operation) }
            p {
                (page.title)
                @if let Some(updated) = &page.updated { ", as of " (updated) }
                @if let Some(url) = &page.url { " (" (url) ")" }
                " " span .faint { (page.place) }
            }
            p { "Promises: " (summary::tally_in_words(run.evidence.tally(page))) }
            h3 { "Parameters" }
            div .scroll { table .stacked {
                thead { tr { th scope="col" { "Parameter" } th scope="col" { "Type" } th scope="col" { "Required" } th scope="col" { "The page says" } } }
                tbody { @for row in &page.parameters { (parameter(run, page, row)) } }
            } }
            h3 { "Error codes" }
            (error_table(run, page, &own))
            @if !shared.is_empty() {
                details {
                    summary { "Codes that the service's operations share (" (shared.len()) ")" }
                    (error_table(run, page, &shared))
                }
            }
            (elements(run, page))
            @if !page.narrative.is_empty() {
                details {
                    summary { "Sentences that no request can test (" (page.narrative.len()) ")" }
                    ul { @for sentence in &page.narrative { li { (sentence) } } }
                }
            }
        }
    }
}

fn parameter(run: &Gathered, page: &Page, row: &ParameterRow) -> Markup {
    let is_whole = |sentence: &&Sentence| sentence.place == row.place && sentence.is_covered;
    let whole: Vec<_> = row.sentences.iter().filter(is_whole).collect();
    let own: Vec<&str> = row
        .promises
        .iter()
        .filter(|line| line.place == row.place)
        .map(|line| line.rule.rsplit(' ').next().unwrap_or_default())
        .collect();
    html! {
        tr {
            th scope="row" { code { (row.name) } }
            td data-label="Type" { (row.kind) }
            td data-label="Required" { (row.required) }
            td {
                @if !own.is_empty() {
                    p {
                        (mark(page, &row.place, &run.evidence.sentence(page, row, &row.place)))
                        @for sentence in &whole { (sentence.text) " " }
                        span .faint { "(" (own.join(", ")) ")" }
                    }
                }
                @for sentence in row.separate_sentences() {
                    p {
                        (mark(page, &sentence.place, &run.evidence.sentence(page, row, &sentence.place)))
                        (sentence.text)
                        @if let Some(leaves) = &sentence.leaves { " " span .faint { "except: " (leaves) } }
                    }
                }
                @for sentence in row.sentences.iter().filter(|sentence| !sentence.is_covered) {
                    p { span .mark.untried { (State::NotCovered.word()) } " " (sentence.text) }
                }
                @if let Some(example) = &row.example { p .faint { "Example: " code { (example) } } }
            }
        }
    }
}

/// Renders the response elements, each with its state.
fn elements(run: &Gathered, page: &Page) -> Markup {
    html! {
        @if !page.elements.is_empty() {
            h3 { "Response elements" }
            div .scroll { table .stacked {
                thead { tr { th scope="col" { "Element" } th scope="col" { "Type" } th scope="col" { "The page says" } th scope="col" { "After this run" } } }
                tbody { @for line in &page.elements { (element(run, page, line)) } }
            } }
        }
    }
}

fn element(run: &Gathered, page: &Page, line: &ElementLine) -> Markup {
    let status = run.evidence.element(page, line);
    html! {
        tr {
            th scope="row" { code { (line.path) } }
            td data-label="Type" { (line.kind) @if line.optional { ", may be absent" } }
            td data-label="The page says" { (line.says.as_deref().unwrap_or_default()) }
            td {
                @if status.state == State::Broken { (mark(page, &line.place, &status)) }
                @else { span .mark.(class(status.state)) title=(line.place) { (status.state.word()) } }
                (reason(&status))
            }
        }
    }
}

fn error_table(run: &Gathered, page: &Page, lines: &[&ErrorLine]) -> Markup {
    html! {
        div .scroll { table .stacked {
            thead { tr { th scope="col" { "Status" } th scope="col" { "Code" } th scope="col" { "Message" } th scope="col" { "After this run" } } }
            tbody {
                @for line in lines {
                    @let status = run.evidence.row(page, line);
                    tr {
                        td data-label="Status" { @match line.status { Some(status) => (status), None => "" } }
                        td { @for code in &line.codes { code { (code) } " " } }
                        td { (line.message.as_deref().unwrap_or_default()) }
                        td {
                            (mark(page, &line.place, &status))
                            (reason(&status))
                        }
                    }
                }
            }
        } }
    }
}

fn class(state: State) -> &'static str {
    match state {
        State::Broken => "fail",
        State::Holds => "pass",
        State::Unproven | State::Unspecified => "open",
        State::NotTested | State::NotCovered => "untried",
    }
}

/// Renders the reason for a state, if there is one.
fn reason(status: &PromiseStatus) -> Markup {
    html! { @if let Some(why) = &status.why { " " span .faint { (why) } } }
}

/// Renders a mark that links to the cases behind it.
fn mark(page: &Page, place: &str, status: &PromiseStatus) -> Markup {
    let class = class(status.state);
    let of = status.cases;
    html! {
        @if of == 0 {
            span .mark.(class) { (status.state.word()) }
        } @else {
            @let href = fragment("promise", &format!("{}|{place}", page.operation));
            a .mark.(class) href=(href) title=(status.why.as_deref().unwrap_or(place)) {
                (status.state.word())
                " "
                span .number {
                    @if status.against == 0 { (of) } @else { (status.against) " of " (of) }
                }
            }
            @if status.other > 0 {
                " " a .mark.fail href=(href) title=(place) { "differs " span .number { (status.other) " of " (of) } }
            }
        }
        " "
    }
}

/// Renders the number of cases per verdict as bars: by operation, and by rule.
pub fn bars(run: &Gathered) -> Markup {
    html! {
        div .charts {
            (chart("By operation", run.by_operation(), "operation"))
            (chart("By rule", run.by_rule(), "rule"))
        }
    }
}

fn chart(title: &str, bars: &BTreeMap<String, Bar>, key: &str) -> Markup {
    const WIDTH: usize = 300;
    let max = bars.values().map(|counts| counts.iter().sum::<usize>()).max().unwrap_or(1).max(1);
    html! {
        figure {
            figcaption { (title) }
            ul .bars {
                @for (name, counts) in bars {
                    @let total: usize = counts.iter().sum();
                    @let width = |count: usize| (count * WIDTH).div_ceil(max);
                    li {
                        a href=(fragment(key, name)) { (name) }
                        svg viewBox={ "0 0 " (WIDTH + 8) " 12" } preserveAspectRatio="none" role="img"
                            aria-label={ (counts[0]) " passed, " (counts[1]) " failed, " (counts[2]) " not judged, " (counts[3]) " not tested" } {
                            rect .pass x="0" y="0" height="12" width=(width(counts[0])) {}
                            rect .fail x=(width(counts[0])) y="0" height="12" width=(width(counts[1])) {}
                            rect .error x=(width(counts[0]) + width(counts[1])) y="0" height="12" width=(width(counts[2])) {}
                        }
                        span .number { @if counts[1] > 0 { (counts[1]) " of " } (total) }
                    }
                }
            }
        }
    }
}
