//! Parameters as text: of a query, and of a form.

use crate::json::Json;
use crate::spec::model::{Operation, Type};

use super::Raw;

/// The parameters of the query, then those of a form body, unescaped.
pub fn pairs(raw: &Raw) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> =
        form_urlencoded::parse(raw.query.as_bytes()).into_owned().collect();
    let content = raw.header("content-type").unwrap_or_default();
    if content.starts_with("application/x-www-form-urlencoded") {
        pairs.extend(form_urlencoded::parse(&raw.body).into_owned());
    }
    pairs
}

/// Joins `Name.1`, `Name.2`… to a list; of a repeated parameter the first counts.
pub fn gather<'p>(pairs: impl Iterator<Item = &'p (String, String)>) -> Vec<(String, Json)> {
    let mut lists: Vec<(String, Vec<(u32, Json)>)> = Vec::new();
    let mut parameters: Vec<(String, Json)> = Vec::new();
    for (key, value) in pairs {
        let indexed = key.rsplit_once('.').and_then(|(name, index)| Some((name, index.parse().ok()?)));
        match indexed {
            Some((name, index)) => match lists.iter_mut().find(|(known, _)| known == name) {
                Some((_, items)) => items.push((index, Json::Text(value.clone()))),
                None => lists.push((name.to_owned(), vec![(index, Json::Text(value.clone()))])),
            },
            None if parameters.iter().any(|(known, _)| known == key) => {}
            None => parameters.push((key.clone(), Json::Text(value.clone()))),
        }
    }
    for (name, mut items) in lists {
        items.sort_by_key(|(index, _)| *index);
        parameters.push((name, Json::List(items.into_iter().map(|(_, item)| item).collect())));
    }
    parameters
}

/// Texts as the values that the operation's types make of them; what cannot be one stays a text.
pub fn typed(operation: Option<&Operation>, parameters: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let Some(operation) = operation else { return parameters };
    let scalar = |name: &str, value: Json| match value {
        Json::Text(text) => value_of(operation, name, text),
        other => other,
    };
    let value = |name: &str, value: Json| match value {
        Json::List(items) => Json::List(items.into_iter().map(|item| scalar(name, item)).collect()),
        other => scalar(name, other),
    };
    parameters.into_iter().map(|(name, each)| (name.clone(), value(&name, each))).collect()
}

/// A text as the value that the parameter's type makes of it; of a list, as one of its members.
pub fn value_of(operation: &Operation, name: &str, text: String) -> Json {
    let rules = operation.parameter(name).map(|parameter| &parameter.rules);
    let kind = rules.map(|rules| rules.items.as_ref().map_or(rules.kind, |items| items.kind));
    match kind {
        Some(Type::Integer | Type::Number | Type::Boolean) => {
            Json::read(text.as_bytes()).unwrap_or(Json::Text(text))
        }
        _ => Json::Text(text),
    }
}
