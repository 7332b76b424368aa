//! JSON values that keep the order of members and repeated members.
//!
//! `serde_json::Value` keeps only the last of two equal members, so it cannot show a response that repeats a member.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number without a fraction that fits into 64 bits.
    Integer(i64),
    /// A larger number without a fraction, kept as its digits: ids may have any size.
    Big(String),
    /// Any other number, as the nearest double.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object in the order of the text. Repeated members are kept.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text, up to 128 levels deep (serde_json's own limit).
    ///
    /// # Errors
    /// Returns an error with line and column if the text is not valid JSON.
    pub fn read(text: &[u8]) -> Result<Self, serde_json::Error> {
        let json: Self = serde_json::from_slice(text)?;
        if json.is_exact() { Ok(json) } else { exact(serde_json::from_slice(text)?) }
    }

    /// Returns `true` if every whole number in the value is small enough for a double to keep its digits.
    fn is_exact(&self) -> bool {
        /// From this value on, the distance between doubles is greater than 1.
        const DENSE: f64 = 9_007_199_254_740_992.0;
        match self {
            Json::Number(number) => number.fract() != 0.0 || number.abs() < DENSE,
            Json::List(items) => items.iter().all(Self::is_exact),
            Json::Object(members) => members.iter().all(|(_, value)| value.is_exact()),
            _ => true,
        }
    }

    /// Returns the first member of that name if the value is an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the value at a path of member names such as `Contact.ContactId`. The items of a list are numbered:
    /// `items[0].id` or `items.0.id`.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |json, step| match json.get(step) {
            Some(member) => Some(member),
            None => {
                let (name, numbers) = step.find('[').map_or((step, ""), |start| step.split_at(start));
                let begin = json.get(name).or_else(|| json.item(name)).or(name.is_empty().then_some(json))?;
                let mut numbers = numbers.split('[').skip(1);
                numbers.try_fold(begin, |json, number| json.item(number.strip_suffix(']')?))
            }
        })
    }

    fn item(&self, number: &str) -> Option<&Json> {
        match self {
            Json::List(items) => items.get(number.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Creates a number: an integer if it has no fraction.
    pub fn number(number: f64) -> Self {
        if number.fract() == 0.0 { Self::Integer(number as i64) } else { Self::Number(number) }
    }

    /// Returns the number, with the precision of a double, if the value is a number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            Self::Big(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// Returns the text if the value is a string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the path of the first member that is repeated within one object.
    pub fn repeated_member(&self) -> Option<String> {
        match self {
            Json::Object(members) => {
                let mut seen = HashSet::new();
                members.iter().find_map(|(key, value)| match seen.insert(key) {
                    true => value.repeated_member().map(|inner| format!("{key}.{inner}")),
                    false => Some(key.clone()),
                })
            }
            Json::List(items) => items.iter().find_map(Json::repeated_member),
            _ => None,
        }
    }

    /// Returns the JSON name of the value's type.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Integer(_) | Json::Big(_) => "integer",
            Json::Number(_) => "number",
            Json::Text(_) => "string",
            Json::List(_) => "array",
            Json::Object(_) => "object",
        }
    }

    /// Returns the value on several lines, indented by two spaces per level.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|_| self.to_string())
    }
}

impl fmt::Display for Json {
    /// Writes compact JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Integer(value) => serializer.serialize_i64(*value),
            Json::Big(digits) => serialize_digits(digits, serializer),
            Json::Number(value) => serializer.serialize_f64(*value),
            Json::Text(value) => serializer.serialize_str(value),
            Json::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

fn serialize_digits<S: Serializer>(digits: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let raw = RawValue::from_string(digits.to_owned()).map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

/// Reads a value with all digits of its numbers. It parses each level again, so it is only for the few responses that
/// would otherwise lose digits.
fn exact(raw: &RawValue) -> Result<Json, serde_json::Error> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(Json::List(items.into_iter().map(exact).collect::<Result<_, _>>()?))
        }
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text)?;
            let member = |(name, value)| Ok((name, exact(value)?));
            Ok(Json::Object(members.into_iter().map(member).collect::<Result<_, serde_json::Error>>()?))
        }
        Some(b'0'..=b'9' | b'-') if !text.contains(['.', 'e', 'E']) => {
            Ok(text.parse().map_or_else(|_| Json::Big(text.to_owned()), Json::Integer))
        }
        _ => serde_json::from_str(text),
    }
}

/// The members of an object in the order of the text, including repeated ones.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or_else(|_| Json::Big(value.to_string()), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_members_are_kept_and_named() {
        let json = Json::read(br#"{"a":1,"b":{"c":1,"c":2}}"#).unwrap();
        assert_eq!(json.to_string(), r#"{"a":1,"b":{"c":1,"c":2}}"#);
        assert_eq!(json.repeated_member().as_deref(), Some("b.c"));
        assert_eq!(json.at("b.c"), Some(&Json::Integer(1)));
    }

    #[test]
    fn integers_of_any_size_keep_their_digits() {
        let text = r#"{"a":[18446744073709551615,9223372036854775807,-9223372036854775809],"b":{"c":340282366920938463463374607431768211456},"d":1.5,"d":1e3}"#;
        let json = Json::read(text.as_bytes()).unwrap();
        assert_eq!(json.to_string(), text.replace("1e3", "1000.0"));
        assert_eq!(json.at("b.c"), Some(&Json::Big("340282366920938463463374607431768211456".to_owned())));
        assert_eq!(json.repeated_member().as_deref(), Some("d"));
        assert_eq!(Json::read(b"18446744073709551615").unwrap().kind(), "integer");
    }

    #[test]
    fn very_deep_nesting_is_an_error_not_a_crash() {
        let deep = "[".repeat(100_000);
        assert!(Json::read(deep.as_bytes()).is_err());
    }
}
