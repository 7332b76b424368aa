//! Values that the page reserves, and examples of a rule that a spec cannot say otherwise.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::Schema;

use crate::generate::trial::Trial;

use super::values::{label, shown};

/// Returns each reserved value, and texts that resemble it; each accepted and each refused example.
pub fn trials(schema: &Schema) -> Vec<Trial> {
    let mut trials: Vec<Trial> = schema.reserved.iter().flat_map(around).collect();
    let Some(open) = &schema.open else { return trials };
    let example = |verb: &str, value: &Json| {
        let slug = format!("{verb}-{}", label(value));
        let tries = format!("an example that must be {verb}: {}", shown(value));
        Trial::new(Part::Open, slug, tries, Value::Plain(value.clone()))
    };
    trials.extend(open.accepts.iter().map(|value| example("accepted", value)));
    trials.extend(open.refuses.iter().map(|value| example("refused", value)));
    trials
}

/// Returns a reserved value and, if it is a text, the same with a letter more, with one less, and in other case.
fn around(value: &Json) -> Vec<Trial> {
    let of =
        |slug: String, tries: String, json: Json| Trial::new(Part::Reserved, slug, tries, Value::Plain(json));
    let (name, word) = (label(value), shown(value));
    let mut trials = vec![of(name.clone(), format!("the reserved value {word}"), value.clone())];
    let Some(text) = value.as_text() else { return trials };
    let mut similar = |slug: &str, tries: &str, text: String| {
        let is_other = !text.is_empty() && Json::Text(text.clone()) != *value;
        trials.extend(is_other.then(|| {
            of(format!("{name}-{slug}"), format!("{tries} the reserved value {word}"), Json::Text(text))
        }));
    };
    similar("longer", "a letter after", format!("{text}a"));
    similar("before", "a letter before", format!("a{text}"));
    let shorter: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
    similar("shorter", "all but the last character of", shorter);
    let swapped = match text.chars().any(char::is_lowercase) {
        true => text.to_uppercase(),
        false => text.to_lowercase(),
    };
    similar("other-case", "the other case of", swapped);
    trials
}
