//! Values of another type, if the protocol can distinguish them.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Member, Type};

use crate::generate::trial::Trial;
use crate::generate::valid::valid;

/// Returns valid numbers and booleans: both booleans, and the number that the page shows or else 1.
pub fn valid_ones(parameter: &Member) -> Vec<Trial> {
    let of = |slug: &str, tries: &str, value: Value| Trial::new(Part::Type, slug, tries, value);
    match parameter.schema.kind() {
        _ if parameter.schema.values.is_some() => Vec::new(),
        Type::Boolean => vec![
            of("true", "the valid value true", Value::Plain(Json::Bool(true))),
            of("false", "the valid value false", Value::Plain(Json::Bool(false))),
        ],
        // The trials for a range include valid numbers.
        Type::Integer | Type::Number if parameter.schema.range.is_some() => Vec::new(),
        Type::Integer | Type::Number => vec![of("valid", "a number", valid(parameter))],
        _ => Vec::new(),
    }
}

/// Returns one value of each other type.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let kind = parameter.schema.kind();
    let candidates = [
        ("null", "null", Json::Null, None),
        ("number", "a number", Json::Integer(5), Some(Type::Integer)),
        ("decimal", "a number with a fraction", Json::Number(1.5), Some(Type::Number)),
        ("boolean", "true", Json::Bool(true), Some(Type::Boolean)),
        ("text", "text", Json::Text("five".to_owned()), Some(Type::String)),
        ("list", "a list", Json::List(vec![Json::Text("five".to_owned())]), Some(Type::Array)),
        (
            "nested",
            "a list in a list",
            Json::List(vec![Json::List(vec![Json::Text("five".to_owned())])]),
            Some(Type::Array),
        ),
        (
            "object",
            "an object",
            Json::Object(vec![("a".to_owned(), Json::Text("five".to_owned()))]),
            Some(Type::Object),
        ),
    ];
    candidates
        .into_iter()
        .filter(|(.., own)| {
            let is_like = match kind {
                Type::Number => *own == Some(Type::Integer),
                Type::Map => *own == Some(Type::Object),
                _ => false,
            };
            *own != Some(kind) && !is_like
        })
        .map(|(slug, tries, json, _)| Trial::new(Part::Type, slug, tries, Value::Plain(json)))
        .collect()
}

/// Returns a word if the protocol carries only text. The word is neither a number nor a boolean.
pub fn words(parameter: &Member) -> Option<Trial> {
    let is_read = matches!(parameter.schema.kind(), Type::Integer | Type::Number | Type::Boolean);
    is_read.then(|| Trial::new(Part::Type, "text", "text", Value::text("five")))
}
