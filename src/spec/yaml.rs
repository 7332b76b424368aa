//! Parses YAML 1.2 into a tree of nodes that know their places.
//!
//! This is the only module that uses the YAML library. It parses strictly: `no` and `012` are text, repeated keys
//! remain visible, and size, depth and aliases are limited before a tree is built.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned, UserMessageFormatter};

use crate::diagnostic::Finding;
use crate::json::Json;
use crate::span::{Place, Source, Span};

/// The maximum size of a file in bytes. The transcription of a page has a few kilobytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Its place; for a mapping or a sequence, only the beginning.
    pub place: Place,
}

/// The kinds of YAML values.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number that fits into 64 bits.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file. Repeated keys are kept.
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping entry.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its text.
    pub name: String,
    /// Its place.
    pub place: Place,
}

impl Node {
    /// Returns the name of the value's kind, in YAML's terms.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Integer(_) | Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// Returns the value of a key of a mapping.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Converts the value to JSON.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::Integer(value) => Json::Integer(*value),
            Kind::Number(value) => Json::Number(*value),
            Kind::Text(value) => Json::Text(value.clone()),
            Kind::List(items) => Json::List(items.iter().map(Node::to_json).collect()),
            Kind::Map(entries) => {
                Json::Object(entries.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect())
            }
        }
    }
}

/// Parses one document.
///
/// # Errors
/// Returns one finding: the first error of the YAML parser, at its place.
pub fn read(source: &Arc<Source>) -> Result<Node, Box<Finding>> {
    if source.text.len() > MAX_BYTES {
        let title =
            format!("{} has {} bytes, more than the maximum of {MAX_BYTES}", source.name, source.text.len());
        return Err(Box::new(Finding::error("too-large", title)));
    }
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let offset = source.text.len() - text.len();
    if text.trim().is_empty() {
        return Err(Box::new(Finding::error("empty-file", format!("{} is empty", source.name))));
    }
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(raw) => Ok(node(raw, source, offset)),
        Err(error) => Err(Box::new(syntax_finding(&error, source, offset))),
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000 },
        budget: serde_saphyr::budget! {
            max_depth: 48,
            max_nodes: 400_000,
            max_events: 1_000_000,
            max_aliases: 1_000,
            max_total_scalar_bytes: MAX_BYTES,
        },
    }
}

fn syntax_finding(error: &serde_saphyr::Error, source: &Arc<Source>, offset: usize) -> Finding {
    let message = error.render_with_formatter(&UserMessageFormatter);
    let title = message.lines().next().unwrap_or("this is not YAML");
    let title = title.split(" at line ").next().unwrap_or(title).trim_end_matches(['.', ':']).to_owned();
    let finding = Finding::error("yaml-syntax", format!("not valid YAML: {title}"));
    match error.location() {
        Some(location) if location != Location::UNKNOWN => finding.at(&place(location, source, offset)),
        _ => finding.at(&Place::new(source, Span { start: 0, end: 0 })),
    }
}

fn place(location: Location, source: &Arc<Source>, offset: usize) -> Place {
    let span = location.span();
    let start = match span.byte_offset() {
        Some(byte) => usize::try_from(byte).unwrap_or(0),
        None => byte_of(location, &source.text[offset..]),
    } + offset;
    let length = span.byte_len().map_or(0, |byte| usize::try_from(byte).unwrap_or(0));
    let text = source.text.get(start..start + length).unwrap_or("");
    let first_line = text.lines().next().unwrap_or("").trim_end();
    Place::new(source, Span { start, end: start + first_line.len() })
}

/// Converts a location without a byte offset: scanner errors have only line and column, both counted from 1.
fn byte_of(location: Location, text: &str) -> usize {
    let number = |number: u64| usize::try_from(number.max(1) - 1).unwrap_or(0);
    let before: usize = text.split_inclusive('\n').take(number(location.line())).map(str::len).sum();
    let line = text[before..].lines().next().unwrap_or_default();
    before + line.chars().take(number(location.column())).map(char::len_utf8).sum::<usize>()
}

fn node(raw: Spanned<Raw>, source: &Arc<Source>, offset: usize) -> Node {
    let place = place(raw.defined, source, offset);
    let kind = match raw.value {
        Raw::Null => Kind::Null,
        Raw::Bool(value) => Kind::Bool(value),
        Raw::Integer(value) => Kind::Integer(value),
        Raw::Number(value) => Kind::Number(value),
        Raw::Text(value) => Kind::Text(value),
        Raw::List(items) => Kind::List(items.into_iter().map(|item| node(item, source, offset)).collect()),
        Raw::Map(entries) => {
            Kind::Map(entries.into_iter().map(|(name, value)| entry(name, value, source, offset)).collect())
        }
    };
    Node { kind, place }
}

fn entry(name: Spanned<Raw>, value: Spanned<Raw>, source: &Arc<Source>, offset: usize) -> (Key, Node) {
    let key = node(name, source, offset);
    let name = match &key.kind {
        Kind::Text(text) => text.clone(),
        _ => key.to_json().to_string(),
    };
    (Key { name, place: key.place }, node(value, source, offset))
}

enum Raw {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Number(value as f64), Raw::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        read(&Source::new("t.yaml", text)).unwrap().kind
    }

    #[test]
    fn yaml_1_1_special_words_are_text() {
        for text in ["no", "yes", "on", "012", "1_000", "2022-04-19", "12:30:45"] {
            assert!(matches!(kind(text), Kind::Text(_)), "{text}: {:?}", kind(text));
        }
        assert!(matches!(kind("true"), Kind::Bool(true)));
        assert!(matches!(kind("400"), Kind::Integer(400)));
    }

    #[test]
    fn repeated_keys_are_kept_with_their_places() {
        let node = read(&Source::new("t.yaml", "a: 1\nb: 2\na: 3\n")).unwrap();
        let Kind::Map(entries) = node.kind else { panic!("a mapping") };
        let places: Vec<String> = entries.iter().map(|(key, _)| key.place.to_string()).collect();
        assert_eq!(places, ["t.yaml:1:1", "t.yaml:2:1", "t.yaml:3:1"]);
    }

    #[test]
    fn byte_order_mark_does_not_shift_places() {
        let node = read(&Source::new("t.yaml", "\u{feff}a: 1\r\nb: x\r\n")).unwrap();
        assert_eq!(node.get("b").unwrap().place.line(), 2);
    }

    #[test]
    fn each_hostile_file_is_one_finding() {
        let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let below = level - 1;
            text + &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 10].join(", "))
        });
        for text in [bomb, "[".repeat(10_000), "a: [1, 2".to_owned(), "a: b: c".to_owned(), String::new()] {
            let finding = read(&Source::new("t.yaml", text)).unwrap_err();
            assert!(!finding.title.is_empty());
        }
    }
}
