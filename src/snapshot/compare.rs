//! The comparison of the responses of a run with the accepted ones.

use std::collections::HashMap;

use similar::{ChangeTag, TextDiff};

use crate::json::Json;

use super::file::Entry;

/// The comparison of a run's responses with the accepted ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Responses that differ.
    pub changed: Vec<Change>,
    /// Cases without an accepted response.
    pub new: Vec<String>,
    /// Accepted responses whose case is no longer in the plan.
    pub stale: Vec<String>,
}

/// A response that differs from the accepted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The case.
    pub id: String,
    /// The difference, line by line: `-` accepted, `+` now.
    pub diff: String,
}

/// Compares the responses of a run with the accepted ones. `planned` returns `true` for every existing case, run or
/// not.
pub fn compare(accepted: &[Entry], responses: &[Entry], planned: &dyn Fn(&str) -> bool) -> Comparison {
    let mut comparison = Comparison::default();
    let known = by_id(accepted);
    for response in responses {
        match known.get(response.id.as_str()) {
            None => comparison.new.push(response.id.clone()),
            Some(text) if *text == response.text => {}
            Some(text) => {
                let diff = difference(text, &response.text);
                comparison.changed.push(Change { id: response.id.clone(), diff });
            }
        }
    }
    comparison
        .stale
        .extend(accepted.iter().filter(|entry| !planned(&entry.id)).map(|entry| entry.id.clone()));
    comparison
}

/// Returns the accepted responses, updated with those of a run, in the order of `plan`.
pub fn merge(accepted: &[Entry], responses: &[Entry], plan: &[&str]) -> Vec<Entry> {
    let (now, before) = (by_id(responses), by_id(accepted));
    let entry = |id: &&str| {
        let text = now.get(id).or_else(|| before.get(id))?;
        Some(Entry { id: (*id).to_owned(), text: (*text).to_owned() })
    };
    plan.iter().filter_map(entry).collect()
}

/// Returns texts by the ids of their cases.
pub(super) fn by_id(entries: &[Entry]) -> HashMap<&str, &str> {
    entries.iter().map(|entry| (entry.id.as_str(), entry.text.as_str())).collect()
}

pub(super) fn difference(accepted: &str, now: &str) -> String {
    let (accepted, now) = (spread(accepted), spread(now));
    let diff = TextDiff::from_lines(&accepted, &now);
    let mut lines = String::new();
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        lines.push(sign);
        lines.push_str(&crate::invisible::escape_invisible(change.value().trim_end_matches('\n')));
        lines.push('\n');
    }
    lines
}

/// Spreads a response over several lines, so that a difference points at the member.
fn spread(text: &str) -> String {
    let (status, body) = text.split_once(' ').unwrap_or((text, ""));
    match Json::read(body.as_bytes()) {
        Ok(json) => format!("status {status}\n{}\n", json.pretty()),
        Err(_) => format!("status {status}\n{body}\n"),
    }
}
