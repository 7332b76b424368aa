//! The rules of maps.

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Entries, Schema};
use crate::spec::path::Step;
use crate::spec::question::Question;

use super::{Outcome, Ruling, counts_as_absent, on_count, on_item, on_value};

/// Rules on each key and each value of a map. A blank key or an empty value may count as no entry.
pub fn ruling(schema: &Schema, entries: &[(String, Json)]) -> Ruling {
    let Some(Entries { keys, items }) = schema.entries() else { return Ruling::holds() };
    let mut ruling = schema.count.map_or_else(Ruling::holds, |count| on_count(count, entries.len()));
    for (key, value) in entries {
        let of_key = on_value(keys, &Json::Text(key.clone()));
        let is_blank = key.trim().is_empty() && of_key.outcome() == Outcome::Holds;
        let of_key = if is_blank { Ruling::open(Part::LengthMin, Question::EmptyValue) } else { of_key };
        let of_value = on_item(items, value);
        let of_value = match counts_as_absent(value) && items.nullable.is_none() {
            true => {
                let no_entry = Ruling::open(Part::Type, Question::EmptyValue);
                of_value.either(no_entry, Question::EmptyValue)
            }
            false => of_value,
        };
        ruling = ruling.and(of_key.within(&Step::Key)).and(of_value.within(&Step::Value));
    }
    ruling
}

#[cfg(test)]
mod tests {
    use crate::json::Json;
    use crate::spec::read;
    use crate::spec::ruling::{Outcome, on_member};

    /// Returns the outcome for a map, and the breaches with their places.
    fn judged(rules: &str, map: &str) -> (Outcome, Vec<String>) {
        let parameter = read::parameter_fixture(rules);
        let ruling = on_member(&parameter, Some(&Json::read(map.as_bytes()).unwrap()));
        (ruling.outcome(), ruling.breaches.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn keys_values_and_their_number_have_rules_of_their_own() {
        let rules = "type: map, count: 1..3, keys: {length: 2..4, characters: letters}, items: {type: string, length: ..5}";
        let table: &[(&str, Outcome, &[&str])] = &[
            (r#"{"ab": "x"}"#, Outcome::Holds, &[]),
            (r#"{"ab": "x", "cd": "x", "abcd": "abcde"}"#, Outcome::Holds, &[]),
            (r#"{"a": "x"}"#, Outcome::Breaks, &["{key} length.min"]),
            (r#"{"ab": "x", "abcde": "x"}"#, Outcome::Breaks, &["{key} length.max"]),
            (r#"{"a1": "x"}"#, Outcome::Breaks, &["{key} characters.of"]),
            (r#"{"ab": "abcdef"}"#, Outcome::Breaks, &["{} length.max"]),
            (r#"{"ab": ["x"]}"#, Outcome::Breaks, &["{} type"]),
            (r#"{"ab": "x", "cd": "x", "ef": "x", "gh": "x"}"#, Outcome::Breaks, &["count.max"]),
            (r#"["ab"]"#, Outcome::Breaks, &["type"]),
            (r#"{"ab": ""}"#, Outcome::Open, &[]),
            (r#"{"ab": null}"#, Outcome::Open, &[]),
            (r#"{"ab": 5}"#, Outcome::Open, &[]),
            ("{}", Outcome::Open, &[]),
        ];
        for (map, outcome, breaches) in table {
            let (found, broken) = judged(rules, map);
            assert_eq!(
                (found, broken.iter().map(String::as_str).collect::<Vec<_>>()),
                (*outcome, breaches.to_vec()),
                "{map}"
            );
        }
    }

    #[test]
    fn blank_keys_are_open_unless_a_rule_forbids_them() {
        assert_eq!(judged("type: map, items: {type: integer}", r#"{"": 5}"#).0, Outcome::Open);
        assert_eq!(judged("type: map, items: {type: integer}", r#"{"a b/c": 5}"#).0, Outcome::Holds);
        let letters = "type: map, keys: {characters: letters}, items: {type: integer}";
        assert_eq!(judged(letters, r#"{" ": 5}"#).0, Outcome::Breaks);
    }

    #[test]
    fn members_of_values_have_their_place() {
        let rules =
            "type: map, items: {type: object, members: {port: {type: integer, required: true, range: 1..9}}}";
        assert_eq!(judged(rules, r#"{"a": {"port": 5}}"#).0, Outcome::Holds);
        let (outcome, breaches) = judged(rules, r#"{"a": {"port": 5}, "b": {"port": 12}}"#);
        assert_eq!((outcome, breaches), (Outcome::Breaks, vec!["{}.port range.max".to_owned()]));
    }
}
