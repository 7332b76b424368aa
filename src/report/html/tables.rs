//! The page's own tables, each sentence and row with its mark; and the bars of the summary.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::event::{ErrorLine, Page, ParameterRow};
use crate::report::standing::{Gathered, Mark, Standing};

use super::fragment;

/// A documentation page.
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
            @if !page.narrative.is_empty() {
                details {
                    summary { "Sentences that promise nothing a request could show (" (page.narrative.len()) ")" }
                    ul { @for sentence in &page.narrative { li { (sentence) } } }
                }
            }
        }
    }
}

fn parameter(run: &Gathered, page: &Page, row: &ParameterRow) -> Markup {
    let whole: Vec<_> = row.sentences.iter().filter(|sentence| sentence.place == row.place).collect();
    html! {
        tr {
            th scope="row" { code { (row.name) } }
            td data-label="Type" { (row.kind) }
            td data-label="Required" { (row.required) }
            td {
                p {
                    (mark(page, &row.place, &run.sentence(page, &row.place)))
                    @if whole.is_empty() { "as the table has it: type, whether it is required, and its values" }
                    @for sentence in whole { (sentence.text) " " }
                }
                @for sentence in row.apart() {
                    p { (mark(page, &sentence.place, &run.sentence(page, &sentence.place))) (sentence.text) }
                }
                @if let Some(example) = &row.example { p .faint { "Example: " code { (example) } } }
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
                    @let standing = run.row(page, &line.place);
                    tr {
                        td data-label="Status" { @match line.status { Some(status) => (status), None => "" } }
                        td { @for code in &line.codes { code { (code) } " " } }
                        td { (line.message.as_deref().unwrap_or_default()) }
                        td {
                            (mark(page, &line.place, &standing))
                            @if standing.mark == Mark::NotTried {
                                span .faint { (standing.why_not.as_deref().unwrap_or("no case of this run")) }
                            }
                        }
                    }
                }
            }
        } }
    }
}

/// A mark that leads to the cases behind it.
fn mark(page: &Page, place: &str, standing: &Standing) -> Markup {
    let class = match standing.mark {
        Mark::Broken => "fail",
        Mark::Holds => "pass",
        Mark::Open => "open",
        Mark::NotTried => "untried",
    };
    let of = standing.cases;
    html! {
        @if of == 0 {
            span .mark.(class) { (standing.mark.word()) }
        } @else {
            @let href = fragment("promise", &format!("{}|{place}", page.operation));
            a .mark.(class) href=(href) title=(place) {
                (standing.mark.word())
                " "
                span .number {
                    @if standing.against == 0 { (of) } @else { (standing.against) " of " (of) }
                }
            }
            @if standing.other > 0 {
                " " a .mark.fail href=(href) title=(place) { "unlike " span .number { (standing.other) " of " (of) } }
            }
        }
        " "
    }
}

/// How many cases came to what, drawn: by operation, and by rule.
pub fn bars(run: &Gathered) -> Markup {
    html! {
        div .charts {
            (chart("By operation", &run.by_operation(), "operation"))
            (chart("By rule", &run.by_rule(), "rule"))
        }
    }
}

fn chart(title: &str, bars: &BTreeMap<&str, [usize; 3]>, key: &str) -> Markup {
    const WIDTH: usize = 300;
    let most = bars.values().map(|counts| counts.iter().sum::<usize>()).max().unwrap_or(1).max(1);
    html! {
        figure {
            figcaption { (title) }
            ul .bars {
                @for (name, counts) in bars {
                    @let total: usize = counts.iter().sum();
                    @let width = |count: usize| (count * WIDTH).div_ceil(most);
                    li {
                        a href=(fragment(key, name)) { (name) }
                        svg viewBox={ "0 0 " (WIDTH + 8) " 12" } preserveAspectRatio="none" role="img"
                            aria-label={ (counts[0]) " passed, " (counts[1]) " failed, " (counts[2]) " not judged" } {
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
