//! What a call gives: the ids in its parameters, and the values that have an effect.

use crate::json::Json;
use crate::spec::model::{Member, Required};
use crate::spec::path::Path;

use super::validate::Check;

/// Returns what a response can show of the values that a call sends.
pub fn shown_parameters(check: &Check<'_>) -> Vec<(String, Json)> {
    let is_shown = |name: &str| {
        let at = Path::member(name).to_string();
        !check.behaviour.ignores((check.operation.name.as_str(), &at))
    };
    let shown = check.parameters.iter().filter(|(name, value)| *value != Json::Null && is_shown(name));
    shown.cloned().collect()
}

/// Returns the ids in a value: the value itself, or the members of a list.
pub fn named_by(value: &Json) -> Vec<&Json> {
    match value {
        Json::List(ids) => ids.iter().collect(),
        id => vec![id],
    }
}

/// Returns `true` if a call names something: an empty id of an optional parameter does not.
pub fn is_given(reference: &Member, id: &Json) -> bool {
    let is_empty = *id == Json::Text(String::new());
    *id != Json::Null && (!is_empty || reference.required == Required::Yes)
}

/// Returns a value without the members that have no effect.
pub fn without_ignored(value: &Json, at: &str, ignores: &impl Fn(&str) -> bool) -> Json {
    let Json::Object(members) = value else { return value.clone() };
    let members = members.iter().map(|(name, member)| (format!("{at}.{name}"), name, member));
    let kept = members.filter(|(at, ..)| !ignores(at));
    Json::Object(
        kept.map(|(at, name, member)| (name.clone(), without_ignored(member, &at, ignores))).collect(),
    )
}
