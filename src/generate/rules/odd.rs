//! Input on which implementations fail, after a valid value of any kind. Whether the page allows it depends on the
//! rule, but the target must never fail on it.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Format, Member, Schema, Type};
use crate::spec::pattern::texts;

use crate::generate::trial::Trial;
use crate::generate::valid::{Filling, valid};

const ODD: &[(&str, &str, &str)] = &[
    ("nul", "NUL after it", "\0"),
    ("quote", "the end of an SQL string after it", "' OR '1'='1"),
    ("markup", "markup after it", "<script>"),
    ("template", "a template after it", "{{7*7}}${7*7}"),
    ("emoji", "an emoji after it", "😀"),
];

/// A number of characters that fills buffers and columns.
const LONG: usize = 1_000;

/// Returns valid values followed by something odd. If the rules name characters, `characters` tests them instead.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let schema = &parameter.schema;
    let breach = breach(schema);
    if schema.characters.is_some() && schema.format.is_none() {
        return long_of_allowed(parameter, breach).into_iter().collect();
    }
    let Some(text) = text(parameter) else { return Vec::new() };
    let whole = |odd: String| match schema.kind() {
        Type::Array => Value::Plain(Json::List(vec![Json::Text(odd)])),
        _ if parameter.is_new() => Value::described(&odd),
        _ => Value::text(odd),
    };
    let trial = |slug: &str, tries: &str, odd: String| Trial {
        slug: format!("odd/{slug}"),
        tries: tries.to_owned(),
        about: breach,
        value: Some(whole(odd)),
    };
    let mut trials: Vec<Trial> =
        ODD.iter().map(|(slug, tries, odd)| trial(slug, tries, append(schema, &text, odd))).collect();
    if schema.length.is_none() {
        // A text that contains `<` is written out, because it might be mistaken for a description.
        let digits = if text.contains('<') { "1".repeat(LONG) } else { format!("<{LONG} of 1>") };
        let odd = Value::described(&append(schema, &text, &digits));
        let value = if schema.kind() == Type::Array { Value::list(vec![odd]) } else { odd };
        trials.push(Trial { value: Some(value), ..trial("long", "a thousand characters", String::new()) });
    }
    trials
}

/// Returns a text of allowed characters, longer than buffers and columns can take.
fn long_of_allowed(parameter: &Member, breach: Part) -> Option<Trial> {
    let text = match parameter.schema.patterns.as_slice() {
        [] => Filling::of(&parameter.schema).text(parameter.is_new(), LONG as u64),
        [pattern, ..] => texts::of_length(pattern.hir(), LONG, parameter.is_new())?,
    };
    parameter.schema.length.is_none().then(|| Trial {
        slug: "odd/long".to_owned(),
        tries: "a thousand characters".to_owned(),
        about: breach,
        value: Some(Value::described(&text)),
    })
}

/// Appends something odd to a text. In an e-mail address, it goes after the local part, where it is not rejected
/// because of the host name.
fn append(schema: &Schema, text: &str, odd: &str) -> String {
    match (&schema.format, text.split_once('@')) {
        (Some(Format::Email), Some((local, host))) => format!("{local}{odd}@{host}"),
        _ => format!("{text}{odd}"),
    }
}

fn breach(schema: &Schema) -> Part {
    match (schema.kind(), &schema.format) {
        (Type::Array, _) => Part::Items,
        (_, Some(_)) => Part::FormatShape,
        _ if schema.values.is_some() => Part::Values,
        _ => Part::Type,
    }
}

/// Returns a valid text of the parameter or of one of its items; a random text in its described form.
fn text(parameter: &Member) -> Option<String> {
    match valid(parameter) {
        Value::Plain(Json::Text(text)) => Some(text),
        Value::Described(text) if text.is_random() => Some(text.to_string()),
        Value::Described(text) => Some(text.witness()),
        Value::Plain(Json::List(items)) => items.first()?.as_text().map(str::to_owned),
        Value::List(items) => match items.first()? {
            Value::Described(text) => Some(text.witness()),
            _ => None,
        },
        _ => None,
    }
}
