//! What is said of a run as a whole: counts in words, the facts of an operation, and what a person can do next.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::event::{Counts, Finish, RowTried};
use crate::judge::{Precedence, Verdict};

use super::standing::{Gathered, Mark};
use super::style::Style;

/// What the run has shown of an operation beside verdicts: rows that no case tried, and the order of checks.
pub fn facts(operation: &str, finish: &Finish) -> Vec<String> {
    let own: Vec<&RowTried> =
        finish.rows.iter().filter(|row| row.operation == operation && row.own).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let tried = own.iter().filter(|row| row.cases > 0).count();
    let mut lines = vec![format!("{tried} of {} error rows tried", own.len())];
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for row in own.iter().filter(|row| row.cases == 0) {
        let Some(reason) = row.why_not.as_deref() else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, rows)) => rows.push(row.codes.join("/")),
            None => reasons.push((reason, vec![row.codes.join("/")])),
        }
    }
    lines.extend(reasons.iter().map(|(reason, rows)| format!("not tried: {} ({reason})", rows.join(", "))));
    lines.extend(finish.precedence.iter().filter(|seen| seen.operation == operation).filter_map(in_order));
    lines
}

/// Of two faults, which was answered.
fn in_order(seen: &Precedence) -> Option<String> {
    if seen.order.len() > 2 {
        return Some(format!("of two faults answers the first of {}", seen.order.join(", ")));
    }
    let pairs = seen.pairs.iter().map(|(first, second)| format!("{first} before {second}"));
    let pairs: Vec<String> = pairs.collect();
    (!pairs.is_empty()).then(|| format!("of two faults answers {}", pairs.join(", ")))
}

/// What of a run is not as it should be, the worst first; or that all is.
pub fn headline(run: &Gathered) -> String {
    let Counts { error, blocked, skipped, .. } = run.finish.counts;
    let (broken, unjudged) = (run.findings().len(), error + blocked + skipped);
    let changed: usize = run.pending().iter().map(|(_, ids)| ids.len()).sum();
    let outdated = run.passing.len() + run.expired.len();
    let left = run.finish.left_behind.len();
    let mut parts = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => parts.push(format!("1 {one}")),
        count => parts.push(format!("{count} {many}")),
    };
    add(broken, "promise is broken", "promises are broken");
    add(changed, "answer differs from the accepted one", "answers differ from the accepted ones");
    add(outdated, "entry of the baseline is outdated", "entries of the baseline are outdated");
    add(unjudged, "case could not be judged", "cases could not be judged");
    add(left, "entity was left on the target", "entities were left on the target");
    if run.finish.stopped.is_some() && unjudged == 0 {
        parts.push("the run stopped before its end".to_owned());
    }
    match (parts.is_empty(), run.known.len()) {
        (false, _) => parts.join("; "),
        (true, 0) => "every promise that was tried holds".to_owned(),
        (true, known) => format!("no new broken promise; {}", number(known, "known failure")),
    }
}

/// What a person can do about how the run ended.
pub fn hints(run: &Gathered) -> Vec<String> {
    let mut hints = Vec::new();
    let findings = run.findings();
    if let Some(witness) = findings.first().and_then(|finding| finding.witnesses.first()) {
        hints.push(format!(
            "{}; add `--seed {} {}` to try the first again, `--html FILE` to see the page as it holds, `--write-baseline FILE` \
             to leave it for now",
            number(findings.len(), "broken promise"),
            witness.seed,
            witness.id
        ));
    }
    if run.snapshots.differ() {
        let changed = number(run.snapshots.changed.len(), "changed answer");
        hints.push(format!("`fineprint review` goes through {changed}"));
    }
    let unjudged = run.unjudged();
    let circumstances: BTreeSet<&str> = unjudged
        .iter()
        .filter_map(|alike| match &alike.first()?.verdict {
            Verdict::Blocked { circumstance, .. } => Some(circumstance.as_str()),
            _ => None,
        })
        .collect();
    hints.extend(circumstances.into_iter().filter_map(remedy).map(str::to_owned));
    hints
}

/// What keeps a circumstance away.
fn remedy(circumstance: &str) -> Option<&'static str> {
    match circumstance {
        "quota" => {
            Some("the target is full: quotas.ENTITY in fineprint.toml keeps the run below what it allows")
        }
        "throttled" => Some("the target wants fewer calls: --rate N/s"),
        "busy" => Some("calls get in each other's way: --jobs 1"),
        "auth" => Some("the target wants credentials: [targets.NAME.credentials] in fineprint.toml"),
        _ => None,
    }
}

/// How much of a page holds, in words.
pub fn marks_in_words(marks: [usize; 4]) -> String {
    let word = |mark: Mark, count: usize| match (mark, count) {
        (Mark::Holds, 2..) => "hold",
        _ => mark.word(),
    };
    let all =
        [Mark::Holds, Mark::Broken, Mark::Open, Mark::NotTried].map(|mark| (mark, marks[mark as usize]));
    let words = all.iter().filter(|(_, count)| *count > 0);
    words.map(|(mark, count)| format!("{count} {}", word(*mark, *count))).collect::<Vec<_>>().join(", ")
}

/// `1 case`, `2 cases`.
pub fn number(count: usize, of: &str) -> String {
    format!("{count} {of}{}", if count == 1 { "" } else { "s" })
}

/// Counts in words, what is wrong set off.
pub fn in_words(counts: &Counts, style: Style) -> String {
    let mut words = vec![style.good(&format!("{} passed", counts.pass))];
    let mut add = |count: usize, word: &str, set: fn(Style, &str) -> String| {
        if count > 0 {
            words.push(set(style, &format!("{count} {word}")));
        }
    };
    add(counts.fail, "failed", Style::bad);
    add(counts.blocked, "blocked", Style::doubtful);
    add(counts.error, "without an answer", Style::doubtful);
    add(counts.skipped, "skipped", Style::doubtful);
    words.join(", ")
}

/// Microseconds as seconds.
pub fn seconds(micros: u64) -> String {
    format!("{:.2} s", Duration::from_micros(micros).as_secs_f64())
}
