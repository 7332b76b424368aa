//! The matrix of two targets as a page of its own.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::compare::{Cell, ComparedCase, Matrix, Relation};
use crate::report::matrix::head;

use super::{CSS, meta};

/// Returns the whole page.
pub fn document(matrix: &Matrix) -> String {
    let differences: Vec<&Cell> = matrix.differences().collect();
    let both: Vec<&Cell> =
        matrix.cells.iter().filter(|cell| cell.relation == Relation::BothBreak && !cell.differs).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (meta())
                title { "fineprint: " (matrix.left) " and " (matrix.right) }
                style { (PreEscaped(CSS)) }
            }
            body {
                header {
                    h1 {
                        @match differences.len() {
                            0 if matrix.is_empty() => "Nothing could be compared"
                            0 => { (matrix.left) " and " (matrix.right) " are the same in every case that was compared" }
                            1 => { (matrix.left) " and " (matrix.right) " differ in 1 promise" }
                            many => { (matrix.left) " and " (matrix.right) " differ in " (many) " promises" }
                        }
                    }
                    ul .counts {
                        @for relation in Relation::ALL {
                            @let count = matrix.count(relation);
                            @if count > 0 {
                                li class=(class(relation)) { strong { (count) } " " (relation.words(&matrix.left, &matrix.right)) }
                            }
                        }
                    }
                }
                main {
                    @if !differences.is_empty() {
                        section { h2 { "Differences" } @for cell in &differences { (difference(matrix, cell)) } }
                    }
                    @if !both.is_empty() {
                        section { h2 { "Broken by both in the same way" } @for cell in &both { (difference(matrix, cell)) } }
                    }
                    section { h2 { "By promise" } (table(matrix)) }
                }
            }
        }
    };
    page.into_string()
}

fn class(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "pass",
        Relation::LeftBreaks | Relation::RightBreaks | Relation::BothBreak => "fail",
        Relation::Differ => "blocked",
        Relation::NotCompared => "skipped",
    }
}

fn table(matrix: &Matrix) -> Markup {
    html! {
        div .scroll { table {
            thead { tr {
                th scope="col" { "Operation" }
                th scope="col" { "Promise" }
                th scope="col" { "Result" }
                @for relation in Relation::ALL { th scope="col" { (head(matrix, relation)) } }
            } }
            tbody {
                @for cell in &matrix.cells {
                    tr {
                        td { (cell.operation) }
                        th scope="row" { code { (cell.promise.rule) } }
                        td { span .mark .(class(cell.relation)) { (cell.relation.words(&matrix.left, &matrix.right)) } }
                        @for relation in Relation::ALL {
                            td { @if cell.count(relation) > 0 { (cell.count(relation)) } }
                        }
                    }
                }
            }
        } }
    }
}

fn difference(matrix: &Matrix, cell: &Cell) -> Markup {
    html! {
        details open {
            summary { strong { (cell.operation) " " code { (cell.promise.rule) } } ": " (cell.relation.words(&matrix.left, &matrix.right)) }
            blockquote { (cell.promise.sentence) " " span .faint { (cell.promise.place) } }
            @if let Some(ComparedCase { id, tries, sends, left, right }) = &cell.witness {
                p { code { (id) } ": " (tries) }
                pre { (sends) }
                div .scroll { table {
                    tr { th scope="row" { (matrix.left) } td { (left.verdict) } td { code { (left.response.as_deref().unwrap_or_default()) } } }
                    tr { th scope="row" { (matrix.right) } td { (right.verdict) } td { code { (right.response.as_deref().unwrap_or_default()) } } }
                } }
            }
            @for (relation, cases) in &cell.cases {
                @if *relation != Relation::Same {
                    details {
                        summary { (head(matrix, *relation)) ": " (cases.len()) }
                        ul { @for id in cases { li { code { (id) } } } }
                    }
                }
            }
        }
    }
}
