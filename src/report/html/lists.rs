//! What needs attention besides broken promises: changed responses, and known failures.

use maud::{Markup, html};

use crate::report::gathered::Gathered;
use crate::report::number;

use super::fragment;

/// Number of cases that are named per difference.
const NAMED: usize = 20;

/// Number of differences that are shown; the list of cases has all.
const SHOWN: usize = 100;

/// Shows the responses that differ from the accepted ones, each difference once.
pub fn changed_responses(run: &Gathered) -> Markup {
    let kinds = run.pending();
    html! {
        @if !kinds.is_empty() {
            h2 { "Changed responses" }
            p { "They differ from the accepted snapshots. Review them with " code { "fineprint review" } "." }
            @for (diff, ids) in kinds.iter().take(SHOWN) {
                details {
                    summary { (number(ids.len(), "case")) ": " @if let Some(first) = ids.first() { code { (first) } } }
                    pre { (diff) }
                    ul {
                        @for id in ids.iter().take(NAMED) { li { a href=(fragment("case", id)) { code { (id) } } } }
                        @if ids.len() > NAMED { li { "and " (ids.len() - NAMED) " more" } }
                    }
                }
            }
            @if kinds.len() > SHOWN { p { "and " (kinds.len() - SHOWN) " more kinds of changes" } }
        }
    }
}

/// Shows the failures that the baseline knows, each with its reason.
pub fn known_failures(run: &Gathered) -> Markup {
    html! {
        @if !run.known.is_empty() {
            details {
                summary { "Known failures (" (run.known.len()) ")" }
                ul {
                    @for (id, reason) in &run.known {
                        li { a href=(fragment("case", id)) { code { (id) } } ": " (reason) }
                    }
                }
            }
        }
    }
}
