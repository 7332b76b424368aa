//! What a value must be.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::json::Json;
use crate::named::named;
use crate::span::Place;

use super::Member;

/// What a value must be, apart from being there: a tree.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Its type, and what it holds.
    pub shape: Shape,
    /// How long.
    pub length: Option<Length>,
    /// From which number to which.
    pub range: Option<Range>,
    /// Of which characters.
    pub characters: Option<Characters>,
    /// In which form.
    pub format: Option<Format>,
    /// One of these.
    pub values: Option<Vec<Json>>,
    /// Where the rules are written.
    pub at: Place,
}

/// A type, and what values of it hold.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list; what each item must be, if the spec says so.
    List(Option<Box<Schema>>),
    /// Named members, in the order of the page; none where the page does not say which. Schemas that share a type share them.
    Object(Arc<Vec<Member>>),
    /// A type within itself.
    Again(Again),
}

/// A reference to a type, within that type.
#[derive(Clone)]
pub struct Again {
    /// The type's name.
    pub name: String,
    /// The type, once it is read.
    to: Arc<OnceLock<Schema>>,
}

impl Again {
    /// A reference to a type that is being read.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), to: Arc::default() }
    }

    /// Says what the type is.
    pub fn is(&self, schema: Schema) {
        // A type is read once: what it is called twice has a finding.
        let _ = self.to.set(schema);
    }

    /// What the type is.
    pub fn schema(&self) -> Option<&Schema> {
        self.to.get()
    }
}

/// The name alone: the type holds itself.
impl fmt::Debug for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Again({})", self.name)
    }
}

impl Shape {
    /// A type of which nothing more is said.
    pub fn of(kind: Type) -> Self {
        match kind {
            Type::String => Self::Text,
            Type::Integer => Self::Integer,
            Type::Number => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Array => Self::List(None),
            Type::Object => Self::Object(Arc::default()),
        }
    }
}

impl Schema {
    /// A schema without rules.
    pub fn bare(shape: Shape, at: Place) -> Self {
        Self { shape, length: None, range: None, characters: None, format: None, values: None, at }
    }

    /// Its type.
    pub fn kind(&self) -> Type {
        match &self.shape {
            Shape::Text => Type::String,
            Shape::Integer => Type::Integer,
            Shape::Number => Type::Number,
            Shape::Boolean => Type::Boolean,
            Shape::List(_) => Type::Array,
            Shape::Object(_) => Type::Object,
            Shape::Again(again) => again.schema().map_or(Type::Object, Self::kind),
        }
    }

    /// The type within itself that it is, if it is one.
    pub fn again(&self) -> Option<&Again> {
        match &self.shape {
            Shape::Again(again) => Some(again),
            _ => None,
        }
    }

    /// What each item of a list must be.
    pub fn items(&self) -> Option<&Self> {
        match &self.shape {
            Shape::List(items) => items.as_deref(),
            Shape::Again(again) => again.schema()?.items(),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn items_mut(&mut self) -> Option<&mut Self> {
        self.part_from_type();
        match &mut self.shape {
            Shape::List(items) => items.as_deref_mut(),
            _ => None,
        }
    }

    /// The members of an object that the page describes.
    pub fn members(&self) -> &[Member] {
        match &self.shape {
            Shape::Object(members) => members,
            Shape::Again(again) => again.schema().map_or(&[], Self::members),
            _ => &[],
        }
    }

    /// The members of an object, or of each item of a list.
    pub fn below(&self) -> &[Member] {
        self.items().unwrap_or(self).members()
    }

    /// The same, to be changed.
    pub fn below_mut(&mut self) -> Option<&mut Vec<Member>> {
        self.part_from_type();
        match &mut self.shape {
            Shape::Object(members) => Some(Arc::make_mut(members)),
            Shape::List(items) => items.as_deref_mut()?.below_mut(),
            _ => None,
        }
    }

    /// What is changed here is not changed where the type stands elsewhere.
    fn part_from_type(&mut self) {
        if let Shape::Again(again) = &self.shape
            && let Some(schema) = again.schema()
        {
            self.shape = schema.shape.clone();
        }
    }

    /// The same, to be changed.
    pub fn members_mut(&mut self) -> &mut [Member] {
        self.part_from_type();
        match &mut self.shape {
            Shape::Object(members) => Arc::make_mut(members).as_mut_slice(),
            _ => &mut [],
        }
    }

    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// Whether it is an object of which the page does not say what it holds.
    pub fn is_any_object(&self) -> bool {
        self.kind() == Type::Object && self.members().is_empty()
    }

    /// Whether the page says nothing of a text but that it is one.
    pub fn is_unruled(&self) -> bool {
        self.kind() == Type::String
            && self.length.is_none()
            && self.characters.is_none()
            && self.format.is_none()
            && self.values.is_none()
    }
}

named! {
    /// The types of values.
    pub enum Type {
        /// Text.
        String = "string",
        /// A whole number.
        Integer = "integer",
        /// A number.
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// A list.
        Array = "array",
        /// Named members.
        Object = "object",
    }
}

/// How long a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The least.
    pub min: u64,
    /// The most.
    pub max: Limit,
    /// What is counted.
    pub unit: Unit,
}

/// An upper limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The page names none.
    None,
    /// This many.
    At(u64),
    /// The page names a limit without giving it.
    Unstated,
}

/// From which number to which a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end.
    pub min: Option<End>,
    /// The upper end.
    pub max: Option<End>,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    /// The number: one that a double has exactly.
    pub at: f64,
    /// Whether it belongs to the range.
    pub is_in: bool,
}

impl Range {
    /// Whether a number lies below the range.
    pub fn is_below(&self, number: f64) -> bool {
        self.min.is_some_and(|end| number < end.at || (number == end.at && !end.is_in))
    }

    /// Whether a number lies above the range.
    pub fn is_above(&self, number: f64) -> bool {
        self.max.is_some_and(|end| number > end.at || (number == end.at && !end.is_in))
    }
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Characters, which readers count differently beyond ASCII.
    Characters,
    /// Bytes of UTF-8.
    Bytes,
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, Limit::At(max)) if min == max => write!(f, "{min}"),
            (0, Limit::At(max)) => write!(f, "..{max}"),
            (min, Limit::At(max)) => write!(f, "{min}..{max}"),
            (0, Limit::Unstated) => write!(f, "..unstated"),
            (min, Limit::Unstated) => write!(f, "{min}..unstated"),
            (min, Limit::None) => write!(f, "{min}.."),
        }
    }
}

/// Of which characters a text may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Characters {
    /// `letters` are among them.
    pub letters: bool,
    /// `digits` are among them.
    pub digits: bool,
    /// These single characters are among them.
    pub also: Vec<char>,
    /// These cannot stand first.
    pub not_first: Vec<char>,
    /// Characters on which the page contradicts itself or keeps silent.
    pub unclear: Unclear,
}

/// Characters on which nothing can be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// These.
    These(Vec<char>),
    /// All that are not named.
    Others,
}

/// Forms that have a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// An e-mail address.
    Email,
    /// `<country code>-<mobile phone number>`; the codes that the page supports, if it says.
    Phone {
        /// Supported country codes; empty where the page names none.
        countries: Vec<String>,
    },
}

impl Format {
    /// Every format's name in a spec.
    pub const NAMES: &'static [&'static str] = &["email", "phone"];
}
