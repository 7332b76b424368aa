//! Numbers of items: lists and maps around each bound, whose items or keys are all different.

use smol_str::SmolStr;

use crate::case::value::Value;
use crate::spec::breach::Part;
use crate::spec::model::{Count, Entries, Schema};

use crate::generate::entries;
use crate::generate::trial::Trial;
use crate::generate::valid::{choices, distinct, of_schema};

const LONGEST: u64 = Count::LONGEST_SENT;

/// Returns lists with numbers of items around the bounds.
pub fn trials(schema: &Schema) -> Vec<Trial> {
    let Some(count) = schema.count else { return Vec::new() };
    let mut sizes: Vec<u64> = Vec::new();
    if count.min > 0 {
        sizes.extend([count.min - 1, count.min]);
    }
    sizes.extend(count.max.iter().flat_map(|max| [*max, max.saturating_add(1), max.saturating_mul(2)]));
    sizes.sort_unstable();
    sizes.dedup();
    sizes.retain(|size| (1..=LONGEST).contains(size));
    let noun = if schema.entries().is_some() { ["entry", "entries"] } else { ["item", "items"] };
    let trial = |size: u64| {
        let about = if size < count.min { Part::CountMin } else { Part::CountMax };
        let about = if count.max.is_none() { Part::CountMin } else { about };
        Some(Trial::new(about, size.to_string(), in_words(size, count, noun), of_size(schema, size)?))
    };
    sizes.into_iter().filter_map(trial).collect()
}

/// Returns a list or a map of that size.
fn of_size(schema: &Schema, size: u64) -> Option<Value> {
    let wanted = usize::try_from(size).ok()?;
    if let Some(entries) = schema.entries() {
        let keys = entries::keys(entries, wanted);
        return (keys.len() == wanted).then(|| entries::map(entries, &keys));
    }
    let items = schema.items()?;
    // If there are not enough different items, some are repeated.
    let list =
        distinct(items, wanted).unwrap_or_else(|| choices(items).into_iter().cycle().take(wanted).collect());
    (!list.is_empty()).then(|| Value::list(list))
}

fn in_words(size: u64, count: Count, [one, several]: [&str; 2]) -> String {
    let beside = match count.max {
        _ if size + 1 == count.min => ", minimum - 1",
        _ if size == count.min => ", minimum",
        Some(max) if size == max => ", maximum",
        Some(max) if size == max.saturating_add(1) => ", maximum + 1",
        _ => "",
    };
    let noun = if size == 1 { one } else { several };
    format!("{size} {noun}{beside}")
}

/// Fills up a list or a map that another rule proposes, so that it has the minimum number of items. Returns `false` if it
/// has more than the maximum.
pub fn adapt(schema: &Schema, trial: &mut Trial) -> bool {
    if let (Some(count), Some(entries), Part::Items | Part::Keys) =
        (schema.count, schema.entries(), trial.about)
    {
        return adapt_map(count, entries, trial);
    }
    let (Some(count), Some(items), Part::Items) = (schema.count, schema.items(), trial.about) else {
        return true;
    };
    let Some(value) = trial.value.take() else { return true };
    let opened = value.clone().opened();
    let Value::List(mut list) = opened else {
        trial.value = Some(value);
        return true;
    };
    let is_long = count.max.is_some_and(|max| list.len() as u64 > max);
    let missing = usize::try_from(count.min).unwrap_or(usize::MAX).saturating_sub(list.len());
    if missing > 0 && !list.is_empty() {
        let wanted = list.len().saturating_add(missing).saturating_add(1).min(LONGEST as usize);
        let more = distinct(items, wanted).unwrap_or_default();
        let new: Vec<Value> = more.into_iter().filter(|item| !list.contains(item)).take(missing).collect();
        list.extend(new);
        trial.value = Some(Value::list(list));
    } else {
        trial.value = Some(value);
    }
    !is_long
}

fn adapt_map(count: Count, entries: &Entries, trial: &mut Trial) -> bool {
    let Some(Value::Object(mut members)) = trial.value.clone().map(Value::opened) else { return true };
    let least = usize::try_from(count.min).unwrap_or(usize::MAX).min(LONGEST as usize);
    let is_new = |key: &SmolStr| !members.iter().any(|(known, _)| known == key);
    let more: Vec<SmolStr> = match members.len() < least && !members.is_empty() {
        true => entries::keys(entries, least + 1).into_iter().filter(is_new).collect(),
        false => Vec::new(),
    };
    let missing = least.saturating_sub(members.len());
    let value = of_schema(&entries.items);
    members.extend(more.into_iter().take(missing).map(|key| (key, value.clone())));
    let is_long = count.max.is_some_and(|max| members.len() as u64 > max);
    trial.value = Some(Value::object(members));
    !is_long
}

/// Returns the number of items of a valid list.
pub fn usual(schema: &Schema) -> usize {
    schema.count.map_or(1, |count| usize::try_from(count.min.clamp(1, LONGEST)).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;
    use crate::spec::read::parameter_fixture;
    use crate::spec::ruling::{Outcome, on_value};

    fn schema(rules: &str) -> Schema {
        parameter_fixture(rules).schema
    }

    #[test]
    fn each_side_of_each_bound_is_sent_with_different_items() {
        for items in [
            "type: string, length: 2..9, characters: letters",
            "type: string, format: email",
            "type: string, format: date",
            "type: integer, range: 5..90",
            "type: object, members: {a: {type: integer, required: true}}",
        ] {
            let schema = schema(&format!("type: array, count: 2..4, items: {{{items}}}"));
            let found: Vec<(String, Outcome)> = trials(&schema)
                .into_iter()
                .map(|trial| {
                    let witness = trial.value.unwrap().witness().unwrap();
                    (trial.slug, on_value(&schema, &witness).outcome())
                })
                .collect();
            let expected = [
                ("count/1", Outcome::Breaks),
                ("count/2", Outcome::Holds),
                ("count/4", Outcome::Holds),
                ("count/5", Outcome::Breaks),
                ("count/8", Outcome::Breaks),
            ];
            let expected = expected.map(|(slug, outcome)| (slug.to_owned(), outcome));
            assert_eq!(found, expected, "{items}");
        }
    }

    #[test]
    fn each_side_of_each_bound_of_a_map_is_sent_with_different_keys() {
        for keys in
            ["length: 2..9, characters: letters", "values: [a, b, c, d, e, f, g, h]", "pattern: '[a-z]{3}'"]
        {
            let schema =
                schema(&format!("type: map, count: 2..4, keys: {{{keys}}}, items: {{type: boolean}}"));
            let found = trials(&schema).into_iter().map(|trial| {
                let witness = trial.value.unwrap().witness().unwrap();
                let Json::Object(entries) = &witness else { panic!("{witness}") };
                (entries.len(), on_value(&schema, &witness).outcome())
            });
            let (breaks, holds) = (Outcome::Breaks, Outcome::Holds);
            let expected = [(1, breaks), (2, holds), (4, holds), (5, breaks), (8, breaks)];
            assert_eq!(found.collect::<Vec<_>>(), expected, "{keys}");
        }
    }

    #[test]
    fn lists_of_other_rules_get_enough_items_and_not_too_many() {
        let schema = schema("type: array, count: 2..3, items: {type: string, values: [a, b, c, d]}");
        let adapted = |items: &[&str]| {
            let items = items.iter().map(|item| Value::text(*item)).collect();
            let mut trial = Trial::new(Part::Items, "x", "x", Value::list(items));
            let is_sent = adapt(&schema, &mut trial);
            let value = trial.value.unwrap();
            assert!(matches!(value, Value::Plain(Json::List(_))));
            (is_sent, value.witness().unwrap().to_string())
        };
        assert_eq!(adapted(&["x"]), (true, r#"["x","a"]"#.to_owned()));
        assert_eq!(adapted(&["a", "b"]), (true, r#"["a","b"]"#.to_owned()));
        assert!(!adapted(&["a", "b", "c", "d"]).0);
    }
}
