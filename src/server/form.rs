//! Parameters as text, from a query or a form.

use crate::json::Json;
use crate::spec::model::{Operation, Schema, Type};

use super::Raw;

/// Returns the parameters of the query, then those of a form body, unescaped.
pub fn pairs(raw: &Raw) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> =
        form_urlencoded::parse(raw.query.as_bytes()).into_owned().collect();
    let content = raw.header("content-type").unwrap_or_default();
    if content.starts_with("application/x-www-form-urlencoded") {
        pairs.extend(form_urlencoded::parse(&raw.body).into_owned());
    }
    pairs
}

/// Texts, once it is known which of them belong together.
enum Combined {
    Text(String),
    /// The values after a dot, by the names that follow it.
    Parts(Vec<(String, Combined)>),
}

/// Combines `Name.1`, `Name.2`… into a list, and `Name.Key` into an object. If a parameter is repeated, the first value
/// counts. A parameter that has dots in its name keeps them.
pub fn combine<'p>(
    operation: Option<&Operation>,
    pairs: impl Iterator<Item = &'p (String, String)>,
) -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for (key, value) in pairs {
        let is_name = operation.is_some_and(|operation| operation.parameter(key).is_some());
        let steps: Vec<&str> = if is_name { vec![key] } else { key.split('.').collect() };
        add(&mut all, &steps, value);
    }
    all.into_iter().map(|(name, gathered)| (name, gathered.into_json())).collect()
}

fn add(all: &mut Vec<(String, Combined)>, steps: &[&str], value: &str) {
    let [first, further @ ..] = steps else { return };
    let known = all.iter().position(|(name, _)| name == first);
    match (known.map(|place| &mut all[place].1), further.is_empty()) {
        (None, true) => all.push(((*first).to_owned(), Combined::Text(value.to_owned()))),
        (None, false) => {
            let mut inner = Vec::new();
            add(&mut inner, further, value);
            all.push(((*first).to_owned(), Combined::Parts(inner)));
        }
        (Some(Combined::Parts(inner)), false) => add(inner, further, value),
        (Some(_), _) => {}
    }
}

impl Combined {
    /// Converts the texts to JSON; parts that are all numbered form a list.
    fn into_json(self) -> Json {
        let mut parts = match self {
            Self::Text(text) => return Json::Text(text),
            Self::Parts(parts) => parts,
        };
        let number = |(name, _): &(String, Self)| name.parse::<u32>().ok();
        match parts.iter().all(|part| number(part).is_some()) {
            true => {
                parts.sort_by_key(number);
                Json::List(parts.into_iter().map(|(_, part)| part.into_json()).collect())
            }
            false => Json::Object(parts.into_iter().map(|(name, part)| (name, part.into_json())).collect()),
        }
    }
}

/// Converts texts to the types of the operation's parameters; a text that cannot be converted stays a text.
pub fn typed(operation: Option<&Operation>, parameters: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let schema = |name: &str| Some(&operation?.parameter(name)?.schema);
    let parameters = parameters.into_iter();
    parameters.map(|(name, value)| (name.clone(), value_typed(schema(&name), value))).collect()
}

fn value_typed(schema: Option<&Schema>, value: Json) -> Json {
    match value {
        Json::Text(text) => text_typed(schema, text),
        Json::List(items) => {
            let schema = schema.map(|schema| schema.items().unwrap_or(schema));
            Json::List(items.into_iter().map(|item| value_typed(schema, item)).collect())
        }
        Json::Object(members) => {
            let of = |name: &str| schema.and_then(|schema| schema.member(name)).map(|member| &member.schema);
            let members = members.into_iter();
            Json::Object(members.map(|(name, value)| (name.clone(), value_typed(of(&name), value))).collect())
        }
        other => other,
    }
}

/// Converts a text to the type of the parameter; for a list, to the type of its items.
pub fn value_of(operation: &Operation, name: &str, text: String) -> Json {
    text_typed(operation.parameter(name).map(|parameter| &parameter.schema), text)
}

fn text_typed(schema: Option<&Schema>, text: String) -> Json {
    let kind = schema.map(|schema| schema.items().map_or(schema.kind(), Schema::kind));
    match kind {
        Some(Type::Integer | Type::Number | Type::Boolean) => {
            Json::read(text.as_bytes()).unwrap_or(Json::Text(text))
        }
        _ => Json::Text(text),
    }
}
