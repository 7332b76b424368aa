//! The written form of the spec language: its mappings, their keys, and the values of the keys.
//!
//! One table serves the decoder (unknown, missing and repeated keys), the JSON Schema, and people.

/// A mapping of the language.
pub struct Form {
    /// Its name in the schema.
    pub name: &'static str,
    /// What it describes.
    pub doc: &'static str,
    /// Its keys, in groups: forms share some of them.
    pub keys: &'static [&'static [Key]],
}

/// A key of a mapping.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Whether the mapping must have it.
    pub required: bool,
    /// The shape of its value.
    pub shape: Shape,
    /// Its meaning.
    pub doc: &'static str,
}

/// The shape of a value.
pub enum Shape {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number from 0.
    Integer,
    /// Any value.
    Any,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or the name of a type.
    TypeName(&'static [&'static str]),
    /// One of the words that a function lists.
    Words(fn() -> Vec<&'static str>),
    /// A list.
    List(&'static Shape),
    /// A mapping with free keys.
    Map(&'static Shape),
    /// A mapping of the language.
    Form(&'static Form),
    /// Any of these shapes.
    OneOf(&'static [Shape]),
}

impl Form {
    /// Returns all keys.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().copied().flatten()
    }

    /// Returns the names of all keys.
    pub fn key_names(&self) -> impl Iterator<Item = &'static str> {
        self.keys().map(|key| key.name)
    }
}

/// Creates a required key.
pub const fn must(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, required: true, shape, doc }
}

/// Creates an optional key.
pub const fn may(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, required: false, shape, doc }
}
