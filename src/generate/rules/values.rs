//! Listed values: each valid value, and near misses; in lists, in every position.

use std::collections::HashSet;

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::Schema;

use crate::generate::trial::Trial;

/// A text that no list contains.
const UNLISTED: &str = "Nonesuch";

/// Returns a value of the same type that is not listed.
fn unlisted_value(values: &[Json]) -> Json {
    let highest = integers(values).and_then(|integers| integers.into_iter().max());
    highest
        .map_or_else(|| Json::Text(UNLISTED.to_owned()), |highest| Json::Integer(highest.saturating_add(1)))
}

/// Returns the values as integers, if all of them are.
fn integers(values: &[Json]) -> Option<Vec<i64>> {
    let integer = |value: &Json| match value {
        Json::Integer(integer) => Some(*integer),
        _ => None,
    };
    values.iter().map(integer).collect()
}

/// Returns the trials for a listed value, or for a list of such values.
pub fn trials(schema: &Schema) -> Vec<Trial> {
    if let Some(values) = &schema.values {
        return single(values);
    }
    match schema.items().and_then(|items| items.values.as_ref()) {
        Some(values) => members(values),
        None => Vec::new(),
    }
}

fn single(values: &[Json]) -> Vec<Trial> {
    let mut trials: Vec<Trial> = values
        .iter()
        .map(|value| {
            Trial::new(
                Part::Values,
                label(value),
                format!("the valid value {}", shown(value)),
                Value::Plain(value.clone()),
            )
        })
        .collect();
    trials.extend(
        near_misses(values)
            .into_iter()
            .map(|(slug, tries, miss)| Trial::new(Part::Values, slug, tries, Value::Plain(miss))),
    );
    trials
}

/// Returns the value as text, as the page writes it.
pub(super) fn shown(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns the value as it appears in an id, distinct from the names of the other trials.
pub(super) fn label(value: &Json) -> String {
    let text = shown(value);
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let text: String = text.chars().map(|character| if plain(character) { character } else { '_' }).collect();
    match OTHERS.contains(&text.as_str()) {
        true => format!("value-{text}"),
        false => text,
    }
}

/// Names of trials that are not values.
const OTHERS: &[&str] = &[
    "unknown",
    "unknown-below",
    "all",
    "all-reversed",
    "unknown-only",
    "unknown-first",
    "unknown-inside",
    "unknown-last",
    "repeated",
    "joined",
];

/// Returns values that are nearly valid: the adjacent numbers; each text with one letter less, with one letter more,
/// and in other case; for the first text, also what else implementations accept.
fn near_misses(values: &[Json]) -> Vec<(String, String, Json)> {
    let mut misses =
        vec![("unknown".to_owned(), "a value that is not listed".to_owned(), unlisted_value(values))];
    if let Some(lowest) = integers(values).and_then(|integers| integers.into_iter().min()) {
        let below = Json::Integer(lowest.saturating_sub(1));
        misses.push((
            "unknown-below".to_owned(),
            "one less than the smallest listed value".to_owned(),
            below,
        ));
    }
    let texts = values.iter().filter_map(|value| Some((value, value.as_text()?)));
    for (index, (value, text)) in texts.enumerate() {
        let mut miss = |slug: &str, tries: String, text: String| {
            misses.push((format!("{}-{slug}", label(value)), tries, Json::Text(text)));
        };
        let shorter: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
        if !shorter.is_empty() {
            miss("prefix", format!("{text} without its last letter"), shorter);
        }
        miss("longer", format!("{text} with one more letter"), format!("{text}s"));
        miss("lower-case", format!("{text} in lower case"), text.to_lowercase());
        miss("upper-case", format!("{text} in upper case"), text.to_uppercase());
        if index == 0 {
            for (slug, words, around) in AROUND {
                miss(slug, format!("{text} {words}"), around.replace("{}", text));
            }
        }
    }
    let mut seen: HashSet<String> = values.iter().map(Json::to_string).collect();
    misses.retain(|(_, _, miss)| seen.insert(miss.to_string()));
    misses
}

/// What is added around a valid value.
const AROUND: &[(&str, &str, &str)] = &[
    ("leading-blank", "after a space", " {}"),
    ("trailing-blank", "before a space", "{} "),
    ("trailing-newline", "before a line break", "{}\n"),
];

fn members(values: &[Json]) -> Vec<Trial> {
    let mut trials: Vec<Trial> = values
        .iter()
        .map(|value| trial(&label(value), &format!("only {}", shown(value)), vec![value.clone()]))
        .collect();
    trials.push(trial("all", "every valid member", values.to_vec()));
    trials.push(trial(
        "all-reversed",
        "every valid member, last first",
        values.iter().rev().cloned().collect(),
    ));
    let stranger = || unlisted_value(values);
    let valid = |index: usize| values[index % values.len()].clone();
    trials.push(trial("unknown-only", "a member that is not listed", vec![stranger()]));
    if values.len() >= 2 {
        trials.extend([
            trial(
                "unknown-first",
                "a member that is not listed, before valid ones",
                vec![stranger(), valid(0), valid(1)],
            ),
            trial(
                "unknown-inside",
                "a member that is not listed, between valid ones",
                vec![valid(0), stranger(), valid(1)],
            ),
            trial(
                "unknown-last",
                "a member that is not listed, after valid ones",
                vec![valid(0), valid(1), stranger()],
            ),
            trial("repeated", "a valid member twice", vec![valid(0), valid(0)]),
        ]);
    }
    for (slug, tries, miss) in near_misses(values).into_iter().skip(1) {
        trials.push(trial(&slug, &tries, vec![miss]));
    }
    if let [Json::Text(first), Json::Text(second), ..] = values {
        let joined = vec![Json::Text(format!("{first},{second}"))];
        trials.push(trial("joined", "two valid members joined by a comma", joined));
    }
    trials
}

fn trial(slug: &str, tries: &str, members: Vec<Json>) -> Trial {
    Trial::new(Part::Items, slug, tries, Value::Plain(Json::List(members)))
}
