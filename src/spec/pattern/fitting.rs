//! Texts that match the patterns of a schema and keep its other rules.

use crate::json::Json;
use crate::spec::model::{Length, Limit, Schema};
use crate::spec::ruling::{Outcome, on_value};

use super::texts;

/// The length that is tried if the rules do not limit it.
const USUAL: u64 = 10;

/// Returns different texts that match all patterns of a schema and keep its other rules.
pub fn fitting(schema: &Schema) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for pattern in &schema.patterns {
        let made = texts::matching(pattern.hir()).into_iter().map(|made| made.text);
        let of_length = |count: u64| texts::of_length(pattern.hir(), usize::try_from(count).ok()?, false);
        let made = made.chain(lengths(schema.length.as_ref()).into_iter().filter_map(of_length));
        let holds = |text: &String| on_value(schema, &Json::Text(text.clone())).outcome() == Outcome::Holds;
        for text in made.filter(holds) {
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

fn lengths(length: Option<&Length>) -> Vec<u64> {
    let Some(length) = length else { return vec![USUAL] };
    let max = if let Limit::At(max) = length.max { max } else { length.min.max(USUAL) };
    vec![USUAL.clamp(length.min.min(max), max), length.min, max]
}
