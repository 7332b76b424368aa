//! Listed values: each valid one, and near misses; for lists, in every position.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::Rules;

use crate::generate::trial::Trial;

/// A value that no list contains.
const STRANGER: &str = "Nonesuch";

/// Trials of a value out of a list, or of a list of such values.
pub fn trials(rules: &Rules) -> Vec<Trial> {
    if let Some(values) = &rules.values {
        return single(values);
    }
    match rules.items.as_ref().and_then(|items| items.values.as_ref()) {
        Some(values) => members(values),
        None => Vec::new(),
    }
}

fn single(values: &[Json]) -> Vec<Trial> {
    let mut trials: Vec<Trial> = values
        .iter()
        .map(|value| {
            Trial::new(
                Breach::Values,
                label(value),
                format!("the valid value {}", label(value)),
                Value::Plain(value.clone()),
            )
        })
        .collect();
    trials.extend(
        near_misses(values)
            .into_iter()
            .map(|(slug, tries, text)| Trial::new(Breach::Values, slug, tries, Value::text(text))),
    );
    trials
}

/// The value in an id, told from the names of the other trials.
fn label(value: &Json) -> String {
    const OTHERS: &[&str] = &[
        "unknown",
        "prefix",
        "longer",
        "leading-blank",
        "trailing-blank",
        "trailing-newline",
        "lower-case",
        "upper-case",
        "all",
        "all-reversed",
        "unknown-only",
        "unknown-first",
        "unknown-inside",
        "unknown-last",
        "repeated",
        "joined",
    ];
    let text = value.as_text().map_or_else(|| value.to_string(), str::to_owned);
    match OTHERS.contains(&text.as_str()) {
        true => format!("value-{text}"),
        false => text,
    }
}

/// Values that are nearly valid, made from the first text of the list.
fn near_misses(values: &[Json]) -> Vec<(&'static str, String, String)> {
    let mut misses = vec![("unknown", "a value that is not listed".to_owned(), STRANGER.to_owned())];
    let Some(first) = values.iter().find_map(Json::as_text).filter(|first| first.len() > 1) else {
        return misses;
    };
    let shorter: String = first.chars().take(first.chars().count() - 1).collect();
    misses.extend([
        ("prefix", format!("{first} without its last letter"), shorter),
        ("longer", format!("{first} with a letter more"), format!("{first}s")),
        ("leading-blank", format!("a blank before {first}"), format!(" {first}")),
        ("trailing-blank", format!("a blank behind {first}"), format!("{first} ")),
        ("trailing-newline", format!("a line break behind {first}"), format!("{first}\n")),
        ("lower-case", format!("{first} in lower case"), first.to_lowercase()),
        ("upper-case", format!("{first} in upper case"), first.to_uppercase()),
    ]);
    misses.retain(|(_, _, text)| !values.iter().any(|value| value.as_text() == Some(text)));
    misses
}

fn members(values: &[Json]) -> Vec<Trial> {
    let mut trials: Vec<Trial> = values
        .iter()
        .map(|value| trial(&label(value), &format!("only {}", label(value)), vec![value.clone()]))
        .collect();
    trials.push(trial("all", "every valid member", values.to_vec()));
    trials.push(trial(
        "all-reversed",
        "every valid member, last first",
        values.iter().rev().cloned().collect(),
    ));
    let stranger = || Json::Text(STRANGER.to_owned());
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
                "a member that is not listed, behind valid ones",
                vec![valid(0), valid(1), stranger()],
            ),
            trial("repeated", "a valid member twice", vec![valid(0), valid(0)]),
        ]);
    }
    for (slug, tries, text) in near_misses(values).into_iter().skip(1) {
        trials.push(trial(slug, &tries, vec![Json::Text(text)]));
    }
    if let [Json::Text(first), Json::Text(second), ..] = values {
        let joined = vec![Json::Text(format!("{first},{second}"))];
        trials.push(trial("joined", "two valid members joined by a comma", joined));
    }
    trials
}

fn trial(slug: &str, tries: &str, members: Vec<Json>) -> Trial {
    Trial::new(Breach::Items, slug, tries, Value::Plain(Json::List(members)))
}
