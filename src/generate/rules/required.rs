//! Absent values, empty values, and values of only spaces.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Member, Required, Type};

use crate::generate::trial::Trial;

/// Returns trials that omit the parameter or send nothing in it.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let mut trials = Vec::new();
    if parameter.required != Required::No {
        trials.push(Trial {
            slug: "required/absent".to_owned(),
            tries: "missing".to_owned(),
            about: Part::Required,
            value: None,
        });
    }
    let empty: &[(&str, &str, Value)] = match parameter.schema.kind() {
        Type::String => {
            &[("empty", "an empty text", Value::text("")), ("blank", "three spaces", Value::text("   "))]
        }
        Type::Array => &[
            ("empty", "an empty list", Value::Plain(Json::List(Vec::new()))),
            ("empty-member", "one empty member", Value::Plain(Json::List(vec![Json::Text(String::new())]))),
        ],
        Type::Map => &[("empty", "an empty map", Value::Plain(Json::Object(Vec::new())))],
        _ => &[],
    };
    trials.extend(
        empty.iter().map(|(slug, tries, value)| Trial::new(Part::Required, *slug, *tries, value.clone())),
    );
    trials
}
