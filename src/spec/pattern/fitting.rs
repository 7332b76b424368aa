//! Texts that match the patterns of a schema and keep its other rules.

use crate::json::Json;
use crate::spec::model::{Length, Limit, Schema};
use crate::spec::ruling::{Outcome, on_value};

use super::{Pattern, texts};

/// The length that is tried if the rules do not limit it.
const USUAL: u64 = 10;

/// Returns different texts that match all patterns of a schema and keep its other rules; if there are none, texts about which
/// the page leaves something open.
pub fn fitting(schema: &Schema) -> Vec<String> {
    let (mut found, mut doubtful): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for pattern in &schema.patterns {
        let made = texts::matching(pattern.hir()).into_iter().map(|made| made.text);
        let of_length = |count: u64| texts::of_length(pattern.hir(), usize::try_from(count).ok()?, false);
        let made = made.chain(lengths(schema.length.as_ref()).into_iter().filter_map(of_length));
        for text in made {
            let outcome = on_value(schema, &Json::Text(text.clone())).outcome();
            let list = if outcome == Outcome::Holds { &mut found } else { &mut doubtful };
            if outcome != Outcome::Breaks && !list.contains(&text) {
                list.push(text);
            }
        }
    }
    if found.is_empty() { doubtful } else { found }
}

/// Returns a text of a usual length that matches a pattern, without a look at other rules than the length.
pub fn usual(pattern: &Pattern, length: Option<&Length>) -> String {
    let of_length = |count: u64| texts::of_length(pattern.hir(), usize::try_from(count).ok()?, false);
    let plain = || texts::matching(pattern.hir()).into_iter().next().map(|made| made.text);
    let usual = length.and_then(|length| lengths(Some(length)).into_iter().find_map(of_length));
    usual.or_else(plain).unwrap_or_default()
}

fn lengths(length: Option<&Length>) -> Vec<u64> {
    let Some(length) = length else { return vec![USUAL] };
    let max = if let Limit::At(max) = length.max { max } else { length.min.max(USUAL) };
    vec![USUAL.clamp(length.min.min(max), max), length.min, max]
}
