//! The summary of a whole run: counts in words, facts about an operation, and what to do next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::event::{CaseResult, Counts, Leftover, Page};
use crate::evidence::{NO_CASE, State, Tally};
use crate::judge::{Precedence, Verdict};
use crate::wire::Outcome;

use super::block::in_line;
use super::gathered::{Failure, Gathered, reason};
use super::style::Style;

/// Returns what the run has shown of an operation besides verdicts: error rows that were not tested, and the order of
/// checks.
pub fn facts(page: &Page, run: &Gathered) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for line in page.errors.iter().filter(|line| line.own) {
        let status = run.evidence.row(page, line);
        let (State::NotTested, Some(reason)) = (status.state, status.why) else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, rows)) => rows.push(line.codes.join("/")),
            None => reasons.push((reason, vec![line.codes.join("/")])),
        }
    }
    let rows = reasons.iter().map(|(reason, rows)| match reason.as_str() {
        // In a run of only some cases, this is true of most rows.
        NO_CASE if rows.len() > 3 => {
            format!("error rows not tested: {} that no case of this run expects", rows.len())
        }
        reason => format!("error rows not tested: {} ({reason})", rows.join(", ")),
    });
    let precedence = run.finish.precedence.iter().filter(|seen| seen.operation == page.operation);
    rows.chain(precedence.filter_map(in_order)).collect()
}

/// Says which parameter is checked first if a call has two faults.
fn in_order(seen: &Precedence) -> Option<String> {
    if seen.order.len() > 2 {
        return Some(format!("order of checks: {}", seen.order.join(", ")));
    }
    let pairs = seen.pairs.iter().map(|(first, second)| format!("{first} before {second}"));
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty()).then(|| format!("order of checks: {}", pairs.join(", ")))
}

/// Says what is wrong with a run, the worst first; or that nothing is.
pub fn headline(run: &Gathered) -> String {
    let (broken, unjudged) = (run.failures().len(), run.finish.counts.unjudged());
    let changed: usize = run.pending().iter().map(|(_, ids)| ids.len()).sum();
    let outdated = run.passing.len() + run.expired.len();
    let left = run.finish.left_behind.len();
    let mut parts = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => parts.push(format!("1 {one}")),
        count => parts.push(format!("{count} {many}")),
    };
    // Plain calls come first, because they make the rest doubtful.
    add(run.plain.len(), "plain call is not accepted", "plain calls are not accepted");
    add(broken, "failure", "failures");
    add(changed, "response differs from its snapshot", "responses differ from their snapshots");
    add(outdated, "baseline entry is outdated", "baseline entries are outdated");
    add(unjudged, "case could not be judged", "cases could not be judged");
    add(left, "leftover on the target", "leftovers on the target");
    if run.finish.stopped.is_some() && unjudged == 0 {
        parts.push("the run stopped early".to_owned());
    }
    match (parts.is_empty(), run.known.len()) {
        (false, _) => parts.join("; "),
        (true, 0) if run.finish.counts.pass == 0 => "nothing was tested".to_owned(),
        (true, 0) => "every promise that was tested holds".to_owned(),
        (true, known) => format!("no new failure; {}", number(known, "known failure")),
    }
}

/// Returns hints on what to do about the result of the run.
pub fn hints(run: &Gathered) -> Vec<String> {
    let mut hints = Vec::new();
    let failures = run.failures();
    if let Some(Failure { witness, .. }) = failures.first() {
        hints.push(format!(
            "{}: rerun the first with `--seed {} {}`, see the annotated page with `--html FILE`, or list it as known with \
             `--write-baseline FILE`",
            number(failures.len(), "failure"),
            witness.seed,
            witness.id
        ));
    }
    if run.snapshots.differ() {
        let changed = number(run.snapshots.changed.len(), "changed response");
        hints.push(format!("{changed}: review with `fineprint review`"));
    }
    let unjudged = run.unjudged();
    let circumstances: BTreeSet<&str> = unjudged
        .iter()
        .filter_map(|group| match &group.first.verdict {
            Verdict::Blocked { circumstance, .. } => Some(circumstance.as_str()),
            _ => None,
        })
        .collect();
    hints.extend(circumstances.into_iter().filter_map(remedy).map(str::to_owned));
    hints
}

/// Returns how to prevent a circumstance.
fn remedy(circumstance: &str) -> Option<&'static str> {
    match circumstance {
        "quota" => {
            Some("the target is full: set quotas.ENTITY in fineprint.toml to keep the run below its quota")
        }
        "throttled" => Some("the target limits the request rate: use --rate N/s"),
        "busy" => Some("concurrent calls conflict: use --jobs 1"),
        "auth" => Some("the target requires credentials: set [targets.NAME.credentials] in fineprint.toml"),
        _ => None,
    }
}

/// Returns the result of a plain call that was not accepted: the whole response. If a call that prepares it failed, the
/// text says so, and the response is the one to that call.
pub fn plain_call_response(plain: &CaseResult) -> String {
    let response = match plain.exchanges.last().map(|exchange| &exchange.outcome) {
        Some(Outcome::Received(response)) => format!("{} {}", response.status, response.body),
        Some(Outcome::NoResponse(reason)) => reason.to_string(),
        None => return reason(&plain.verdict).to_owned(),
    };
    match plain.tried {
        Some(_) => response,
        None => format!("{}: {response}", reason(&plain.verdict)),
    }
}

/// Summarises what stays on the target, as its page says. Only numbers are given: it is not a failure, and nothing can
/// be done about it.
pub fn unremovable(kept: &[Leftover]) -> Vec<String> {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for leftover in kept {
        *kinds.entry((&leftover.entity, &leftover.reason)).or_default() += 1;
    }
    let describe = |((entity, reason), count): ((&str, &str), usize)| {
        format!("not removable: {count} {entity} ({})", in_line(reason))
    };
    kinds.into_iter().map(describe).collect()
}

/// Says how many promises are in each state: always all six states, so that it is clear what a number leaves out.
pub fn tally_in_words(tally: Tally) -> String {
    let order = [
        State::Holds,
        State::Broken,
        State::Unproven,
        State::Unspecified,
        State::NotTested,
        State::NotCovered,
    ];
    let word = |state: State| match (state, tally[state as usize]) {
        (State::Holds, count) if count != 1 => "hold",
        _ => state.word(),
    };
    let words = order.map(|state| format!("{} {}", tally[state as usize], word(state)));
    words.join(", ")
}

/// Returns `1 case`, `2 cases`.
pub fn number(count: usize, of: &str) -> String {
    format!("{count} {of}{}", if count == 1 { "" } else { "s" })
}

/// Returns the counts in words, with problems highlighted.
pub fn in_words(counts: &Counts, style: Style) -> String {
    let mut words = vec![style.good(&format!("{} passed", counts.pass))];
    let mut add = |count: usize, word: &str, set: fn(Style, &str) -> String| {
        if count > 0 {
            words.push(set(style, &format!("{count} {word}")));
        }
    };
    add(counts.fail, "failed", Style::bad);
    add(counts.blocked, "blocked", Style::doubtful);
    add(counts.error, "without a response", Style::doubtful);
    add(counts.skipped, "skipped", Style::doubtful);
    add(counts.unproven, "unproven", Style::doubtful);
    add(counts.not_tested, "not tested", Style::faint);
    words.join(", ")
}

/// Formats microseconds as seconds.
pub fn seconds(micros: u64) -> String {
    format!("{:.2} s", Duration::from_micros(micros).as_secs_f64())
}
