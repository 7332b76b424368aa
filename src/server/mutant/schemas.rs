//! What the mutants need to know of the rules of values.

use crate::json::Json;
use crate::spec::model::{Count, Member, Required, Schema, Type};

/// Returns the number of different values that a schema certainly allows; 0 if it is unknown.
pub fn capacity(schema: &Schema) -> u64 {
    match (schema.kind(), &schema.values) {
        (_, Some(values)) => values.len() as u64,
        (Type::Boolean, _) => 2,
        (Type::Integer | Type::Number, _) => {
            let (min, max) = schema.range.map_or((None, None), |range| (range.min, range.max));
            let from = min.map_or(0.0, |end| end.at.ceil() + f64::from(u8::from(!end.is_in)));
            let to = max.map_or(f64::from(u16::MAX), |end| end.at.floor() - f64::from(u8::from(!end.is_in)));
            if to >= from { (to - from) as u64 + 1 } else { 0 }
        }
        // The keys of a map are made like other texts.
        (Type::Map, _) => schema.entries().map_or(0, |entries| match &entries.keys.values {
            Some(values) => values.len() as u64,
            None => Count::LONGEST_SENT,
        }),
        (Type::String, _) if schema.format.is_some() && schema.length.is_none() => 20,
        _ => 0,
    }
}

/// Returns the listed values of a parameter, or of its items.
pub fn listed(schema: &Schema) -> &[Json] {
    let of_items = || schema.items().and_then(|items| items.values.as_deref());
    schema.values.as_deref().or_else(of_items).unwrap_or_default()
}

pub fn label(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns `true` if the page shows or describes a value that is certainly valid. An optional value that is not known is
/// not sent in calls about something else.
pub fn is_known(member: &Member) -> bool {
    let is_shown = member.sample.is_some() || member.example.is_some();
    if member.exists.is_some() {
        return member.schema.open.is_none();
    }
    is_shown || is_described(&member.schema)
}

fn is_described(schema: &Schema) -> bool {
    if let Some(open) = &schema.open {
        return open.shows_accepted();
    }
    if schema.again().is_some() {
        return true;
    }
    match schema.kind() {
        Type::Object => {
            let mut needed =
                schema.members().iter().filter(|member| member.required != Required::No).peekable();
            match needed.peek() {
                Some(_) => needed.all(is_known),
                None => schema.members().iter().any(is_known),
            }
        }
        Type::Array => schema.items().is_some_and(is_described),
        Type::Map => schema.entries().is_some_and(|of| is_described(&of.keys) && is_described(&of.items)),
        _ => true,
    }
}
