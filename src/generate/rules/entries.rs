//! Maps: valid keys and values, and ones that violate a rule, in every position.

use smol_str::SmolStr;

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Entries, Member, Schema};
use crate::spec::ruling::{self, Outcome};

use crate::generate::entries::{keys, map};
use crate::generate::trial::Trial;
use crate::generate::valid::of_schema;

use super::items::inner_trials;

/// One entry of a map.
type Entry = (SmolStr, Value);

/// Returns maps of one and two entries, and maps for each rule of the keys and the values.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let Some(entries) = parameter.schema.entries() else { return Vec::new() };
    let valid = keys(entries, 3);
    let whole = |slug: &str, tries: &str, count: usize| {
        Some(Trial::new(Part::Items, slug, tries, map(entries, valid.get(..count)?)))
    };
    let mut trials: Vec<Trial> =
        [whole("one", "one entry", 1), whole("two", "two entries", 2)].into_iter().flatten().collect();
    let value = of_schema(&entries.items);
    let of_keys = inner_trials(parameter, &entries.keys).into_iter().filter_map(|trial| {
        let witness = trial.value.as_ref()?.witness()?;
        Some((trial, (SmolStr::new(witness.as_text()?), value.clone())))
    });
    trials.extend(placed(Part::Keys, parameter, &valid, of_keys));
    let Some(first) = valid.first() else { return trials };
    let of_values = inner_trials(parameter, &entries.items).into_iter();
    let of_values = of_values.filter_map(|trial| {
        let value = trial.value.clone()?;
        Some((trial, (first.clone(), value)))
    });
    trials.extend(placed(Part::Items, parameter, &valid, of_values));
    trials
}

/// Returns a map of each entry alone and, for the first violation of each rule, maps with it in every position.
fn placed(
    about: Part,
    parameter: &Member,
    valid: &[SmolStr],
    tried: impl Iterator<Item = (Trial, Entry)>,
) -> Vec<Trial> {
    let Some(entries) = parameter.schema.entries() else { return Vec::new() };
    let schema = if about == Part::Keys { &entries.keys } else { &entries.items };
    let what = if about == Part::Keys { "a key" } else { "a value" };
    let mut trials = Vec::new();
    let mut broken: Vec<Breach> = Vec::new();
    for (trial, entry) in tried {
        let Some(breach) = judged(parameter, (about, schema), &entry) else { continue };
        let (slug, tries) = (trial.slug.replace('/', "-"), format!("{what}: {}", trial.tries));
        let of = |slug: &str, tries: &str, members| Trial::new(about, slug, tries, Value::object(members));
        trials.push(of(&slug, &tries, vec![entry.clone()]));
        let Some(breach) = breach.filter(|breach| !broken.contains(breach)) else { continue };
        broken.push(breach);
        for (place, members) in positions(entries, valid, &entry) {
            trials.push(of(&format!("{slug}-{place}"), &format!("{tries}; {place} of three"), members));
        }
    }
    trials
}

/// Returns what an entry certainly violates: `Some(None)` if nothing, `None` if it is uncertain. An empty value may count
/// as no entry, so that the map decides.
fn judged(
    parameter: &Member,
    (about, schema): (Part, &Schema),
    (key, value): &Entry,
) -> Option<Option<Breach>> {
    let inner = value.witness()?;
    let whole = Json::Object(vec![(key.to_string(), inner.clone())]);
    let of_map = ruling::on_member(parameter, Some(&whole));
    let json = if about == Part::Keys { Json::Text(key.to_string()) } else { inner };
    let ruling = ruling::on_value(schema, &json);
    match of_map.outcome() {
        Outcome::Holds => Some(None),
        Outcome::Breaks => ruling.certain().map(Some),
        Outcome::Open => None,
    }
}

/// Returns maps of three entries with this one first, inside and last.
fn positions(entries: &Entries, valid: &[SmolStr], entry: &Entry) -> Vec<(&'static str, Vec<Entry>)> {
    let value = of_schema(&entries.items);
    let others: Vec<Entry> =
        valid.iter().filter(|key| **key != entry.0).map(|key| (key.clone(), value.clone())).collect();
    let [one, other, ..] = others.as_slice() else { return Vec::new() };
    vec![
        ("first", vec![entry.clone(), one.clone(), other.clone()]),
        ("inside", vec![one.clone(), entry.clone(), other.clone()]),
        ("last", vec![one.clone(), other.clone(), entry.clone()]),
    ]
}
