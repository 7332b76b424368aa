//! Objects that keep the relations between their own members.

use std::collections::VecDeque;

use crate::case::value::Value;
use crate::generate::valid::{choices, put, valid};
use crate::json::Json;
use crate::spec::model::{Required, Schema};
use crate::spec::path::Step;
use crate::spec::ruling::{Outcome, relation};

/// The maximum number of objects that are considered.
const OBJECTS: usize = 500;

/// Returns an object changed in as few members as possible, so that the relations between its members hold; the object
/// itself if there is no such change.
pub fn kept(schema: &Schema, object: Value) -> Value {
    if schema.relations.is_empty() || holds(schema, &object) {
        return object;
    }
    let mut left = VecDeque::from([object.clone()]);
    let mut seen = vec![object.clone()];
    while let Some(next) = left.pop_front().filter(|_| seen.len() < OBJECTS) {
        for new in changes(schema, &next) {
            if holds(schema, &new) {
                return new;
            }
            if !seen.contains(&new) {
                seen.push(new.clone());
                left.push_back(new);
            }
        }
    }
    object
}

fn holds(schema: &Schema, object: &Value) -> bool {
    match object.witness() {
        Some(Json::Object(members)) => relation::on_object(schema, &members).outcome() == Outcome::Holds,
        _ => true,
    }
}

/// Returns the object with one member more, one less, or one with another value.
fn changes(schema: &Schema, object: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let members = schema.members().iter().map(|member| (member, [Step::Member(member.name.clone())]));
    let members: Vec<_> = members.collect();
    let set = |way: &[Step], value: Option<Value>| put(object.clone(), schema, way, value);
    for (member, way) in members.iter().filter(|(_, way)| object.at(way).is_none()) {
        all.extend(set(way, Some(valid(member))));
    }
    for (member, way) in members.iter().rev().filter(|(_, way)| object.at(way).is_some()) {
        if member.required != Required::Yes {
            all.extend(set(way, None));
        }
    }
    for (member, way) in members.iter().filter(|(_, way)| object.at(way).is_some()) {
        all.extend(choices(&member.schema).into_iter().filter_map(|value| set(way, Some(value))));
    }
    all
}
