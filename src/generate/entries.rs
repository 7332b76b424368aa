//! Valid maps.

use smol_str::SmolStr;

use crate::case::value::Value;
use crate::spec::model::{Entries, Schema};
use crate::spec::ruling::{self, Outcome};

use super::rules::count;
use super::valid::{choices, distinct, of_schema};

/// Returns that many different valid keys; fewer if there are not so many.
pub fn keys(entries: &Entries, wanted: usize) -> Vec<SmolStr> {
    let values = distinct(&entries.keys, wanted).unwrap_or_else(|| choices(&entries.keys));
    let mut keys: Vec<SmolStr> = Vec::new();
    for json in values.iter().filter_map(Value::witness) {
        let holds = ruling::on_value(&entries.keys, &json).outcome() == Outcome::Holds;
        let key = json.as_text().filter(|_| holds).map(SmolStr::new);
        keys.extend(key.filter(|key| !keys.contains(key)));
    }
    keys.truncate(wanted);
    keys
}

/// Returns a map of these keys, each with a valid value.
pub fn map(entries: &Entries, keys: &[SmolStr]) -> Value {
    let value = of_schema(&entries.items);
    Value::object(keys.iter().map(|key| (key.clone(), value.clone())).collect())
}

/// Returns a map with the usual number of entries.
pub fn plain(schema: &Schema, entries: &Entries) -> Value {
    map(entries, &keys(entries, count::usual(schema)))
}

/// Returns different maps: each valid value under the first key, and another key.
pub fn maps(schema: &Schema, entries: &Entries) -> Vec<Value> {
    let usual = count::usual(schema);
    let known = keys(entries, usual + 1);
    let with = |value: Value| {
        let Value::Object(mut members) = map(entries, &known[..usual.min(known.len())]).opened() else {
            return None;
        };
        members.first_mut()?.1 = value;
        Some(Value::object(members))
    };
    let mut maps: Vec<Value> = choices(&entries.items).into_iter().filter_map(with).collect();
    maps.extend(known.get(1..).filter(|others| others.len() == usual).map(|others| map(entries, others)));
    maps
}
