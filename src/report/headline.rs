//! The fault that a case shows, in one line: what was sent, and the result.

use crate::event::CaseResult;
use crate::judge::{Kind, Mismatch, Verdict};

/// Returns the headline of a case for one of its broken rules.
pub fn of(result: &CaseResult, rule: &str) -> String {
    let Verdict::Fail { mismatches } = &result.verdict else { return result.tries.clone() };
    let found = mismatches.iter().find(|mismatch| mismatch.promise.rule == rule);
    found.or(mismatches.first()).map_or_else(|| result.tries.clone(), |mismatch| in_words(result, mismatch))
}

/// Returns the headline of a case for the first of its broken rules.
pub fn first(result: &CaseResult) -> String {
    of(result, "")
}

fn in_words(result: &CaseResult, mismatch: &Mismatch) -> String {
    let tries = &result.tries;
    let received = |aspect: &str| {
        let line = mismatch.lines.iter().find(|line| line.aspect == aspect);
        line.map_or("", |line| line.received.as_str())
    };
    let expected = |aspect: &str| {
        let line = mismatch.lines.iter().find(|line| line.aspect == aspect);
        line.map_or_else(String::new, |line| line.expected.replace('\n', " "))
    };
    let (code, status) = (received("code"), received("status"));
    let (_, rule) = mismatch.promise.parts();
    match mismatch.kind {
        Kind::Accepted => format!("{tries}: accepted, but must be rejected"),
        Kind::Rejected => format!("{tries}: rejected with {}, but is valid", non_empty_or(code, status)),
        Kind::OtherRow => {
            let (code_of_row, status_of_row) = (expected("code"), expected("status"));
            let wanted = non_empty_or(&code_of_row, &status_of_row);
            format!("{tries}: rejected with {}, not with {wanted}", non_empty_or(code, status))
        }
        Kind::Details if !received("field").is_empty() => {
            format!("{tries}: the error response names {}, which is valid", received("field"))
        }
        Kind::Details => format!("{}: status or message differs from its row", mismatch.promise.rule),
        Kind::Undocumented => format!("{tries}: rejected with {code}, which is in no error table"),
        Kind::Failed => format!("{tries}: the service fails with status {status}"),
        Kind::Status => format!("status {status}, which this protocol does not use"),
        Kind::Unreadable => format!("{tries}: {}", received("body")),
        Kind::Misplaced => format!("nothing found at {}", mismatch.promise.rule),
        Kind::Element | Kind::Envelope | Kind::Repeated => element(mismatch),
        Kind::Effect => effect(mismatch, rule),
        Kind::Concurrent => format!("{tries}: {} calls were accepted", received("accepted")),
        Kind::OtherTarget => format!("{tries}: response differs from the recording"),
        Kind::Unsaid => tries.clone(),
    }
}

fn non_empty_or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}

fn element(mismatch: &Mismatch) -> String {
    let Some(line) = mismatch.lines.iter().find(|line| line.differs) else {
        return mismatch.promise.rule.clone();
    };
    format!("{}: received {}, expected {}", mismatch.promise.rule, line.received, line.expected)
}

fn effect(mismatch: &Mismatch, rule: &str) -> String {
    let Some(line) = mismatch.lines.iter().find(|line| line.differs) else {
        return mismatch.promise.rule.clone();
    };
    let name = mismatch.promise.rule.strip_suffix(rule).map_or("", str::trim);
    let shown_by = if rule == "is shown" { "the response" } else { "a read" };
    format!(
        "{}: sent {}, but {shown_by} shows {}",
        non_empty_or(name, &line.aspect),
        line.expected,
        line.received
    )
}
