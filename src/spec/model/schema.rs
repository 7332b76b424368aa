//! The requirements on a value.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::json::Json;
use crate::named::named;
use crate::span::Place;
use crate::spec::path::Step;
use crate::spec::pattern::{Fit, Pattern};

use super::{Format, Member, Relation};

/// The requirements on a value, as a tree. Whether the value must be present is not part of them.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Its type and its contents.
    pub shape: Shape,
    /// The permitted lengths.
    pub length: Option<Length>,
    /// The permitted numbers.
    pub range: Option<Range>,
    /// The permitted characters.
    pub characters: Option<Characters>,
    /// The patterns that a text must match, all of them.
    pub patterns: Vec<Pattern>,
    /// The required form.
    pub format: Option<Format>,
    /// The permitted values.
    pub values: Option<Vec<Json>>,
    /// Values that are not permitted although they keep the other rules.
    pub reserved: Vec<Json>,
    /// A further rule, by examples.
    pub open: Option<Box<Open>>,
    /// The permitted number of items of a list, or of entries of a map.
    pub count: Option<Count>,
    /// Whether `null` is a value of its own; `None` if the page does not say.
    pub nullable: Option<bool>,
    /// The relations between the members of an object.
    pub relations: Vec<Relation>,
    /// The place of the rules.
    pub at: Place,
}

/// A type and the contents of its values.
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
    /// A list, with the schema of its items if the spec gives one.
    List(Option<Box<Schema>>),
    /// An object with its members in the order of the page; empty if the page does not list them. Schemas of the same
    /// type share the members.
    Object(Arc<Vec<Member>>),
    /// A map: an object whose keys the caller chooses.
    Map(Arc<Entries>),
    /// A use of a type within itself.
    Again(SelfReference),
}

/// The requirements on the entries of a map.
#[derive(Debug, Clone)]
pub struct Entries {
    /// Those on each key, which is a text.
    pub keys: Schema,
    /// Those on each value.
    pub items: Schema,
}

/// A reference to a type, within that type.
#[derive(Clone)]
pub struct SelfReference {
    /// The type's name.
    pub name: String,
    /// The type, once it is read.
    to: Arc<OnceLock<Schema>>,
}

impl SelfReference {
    /// Creates a reference to a type that is still being read.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), to: Arc::default() }
    }

    /// Sets the schema of the type.
    pub fn is(&self, schema: Schema) {
        // A type is read once; a repeated name has its own finding.
        let _ = self.to.set(schema);
    }

    /// Returns the schema of the type.
    pub fn schema(&self) -> Option<&Schema> {
        self.to.get()
    }
}

/// Prints only the name, because the type contains itself.
impl fmt::Debug for SelfReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Again({})", self.name)
    }
}

impl Shape {
    /// Creates a type without further details.
    pub fn of(kind: Type) -> Self {
        match kind {
            Type::String => Self::Text,
            Type::Integer => Self::Integer,
            Type::Number => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Array => Self::List(None),
            // What the page says about the entries is added by whoever reads it.
            Type::Object | Type::Map => Self::Object(Arc::default()),
        }
    }
}

impl Schema {
    /// Creates a schema without rules.
    pub fn bare(shape: Shape, at: Place) -> Self {
        Self {
            shape,
            length: None,
            range: None,
            characters: None,
            patterns: Vec::new(),
            format: None,
            values: None,
            reserved: Vec::new(),
            open: None,
            count: None,
            nullable: None,
            relations: Vec::new(),
            at,
        }
    }

    /// Returns its type.
    pub fn kind(&self) -> Type {
        match &self.shape {
            Shape::Text => Type::String,
            Shape::Integer => Type::Integer,
            Shape::Number => Type::Number,
            Shape::Boolean => Type::Boolean,
            Shape::List(_) => Type::Array,
            Shape::Object(_) => Type::Object,
            Shape::Map(_) => Type::Map,
            Shape::Again(again) => again.schema().map_or(Type::Object, Self::kind),
        }
    }

    /// Returns the reference if the schema is a use of a type within itself.
    pub fn again(&self) -> Option<&SelfReference> {
        match &self.shape {
            Shape::Again(again) => Some(again),
            _ => None,
        }
    }

    /// Returns the schema of the items of a list.
    pub fn items(&self) -> Option<&Self> {
        match &self.shape {
            Shape::List(items) => items.as_deref(),
            Shape::Again(again) => again.schema()?.items(),
            _ => None,
        }
    }

    /// Returns the requirements on the entries of a map.
    pub fn entries(&self) -> Option<&Entries> {
        match &self.shape {
            Shape::Map(entries) => Some(entries),
            Shape::Again(again) => again.schema()?.entries(),
            _ => None,
        }
    }

    /// Returns the schema of what a step into a list or a map leads to.
    pub fn inner(&self, step: &Step) -> Option<&Self> {
        match step {
            Step::Item => self.items(),
            Step::Value => self.entries().map(|entries| &entries.items),
            Step::Key => self.entries().map(|entries| &entries.keys),
            Step::Member(_) => None,
        }
    }

    /// Returns the schema of the items of a list, or of the values of a map.
    pub fn contained(&self) -> Option<&Self> {
        [Step::Item, Step::Value].iter().find_map(|step| self.inner(step))
    }

    /// Returns the same for modification.
    pub fn inner_mut(&mut self, step: &Step) -> Option<&mut Self> {
        self.part_from_type();
        match (&mut self.shape, step) {
            (Shape::List(items), Step::Item) => items.as_deref_mut(),
            (Shape::Map(entries), Step::Value) => Some(&mut Arc::make_mut(entries).items),
            (Shape::Map(entries), Step::Key) => Some(&mut Arc::make_mut(entries).keys),
            _ => None,
        }
    }

    /// Returns the schema of the items for modification.
    pub fn items_mut(&mut self) -> Option<&mut Self> {
        self.part_from_type();
        match &mut self.shape {
            Shape::List(items) => items.as_deref_mut(),
            _ => None,
        }
    }

    /// Returns the members of an object that the page describes.
    pub fn members(&self) -> &[Member] {
        match &self.shape {
            Shape::Object(members) => members,
            Shape::Again(again) => again.schema().map_or(&[], Self::members),
            _ => &[],
        }
    }

    /// Returns the members of an object, or of each item of a list.
    pub fn below(&self) -> &[Member] {
        self.items().unwrap_or(self).members()
    }

    /// Returns the members of an object, or of each item of a list, for modification.
    pub fn below_mut(&mut self) -> Option<&mut Vec<Member>> {
        self.part_from_type();
        match &mut self.shape {
            Shape::Object(members) => Some(Arc::make_mut(members)),
            Shape::List(items) => items.as_deref_mut()?.below_mut(),
            _ => None,
        }
    }

    /// Replaces a reference with a copy of its type, so that a modification does not affect other uses of the type.
    fn part_from_type(&mut self) {
        if let Shape::Again(again) = &self.shape
            && let Some(schema) = again.schema()
        {
            self.shape = schema.shape.clone();
        }
    }

    /// Returns the members of an object for modification.
    pub fn members_mut(&mut self) -> &mut [Member] {
        self.part_from_type();
        match &mut self.shape {
            Shape::Object(members) => Arc::make_mut(members).as_mut_slice(),
            _ => &mut [],
        }
    }

    /// Returns the member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// Returns `true` if it has a relation at any place. A use of a type within itself has no others than the type.
    pub fn has_relations(&self) -> bool {
        let below = || match &self.shape {
            Shape::List(items) => items.as_ref().is_some_and(|items| items.has_relations()),
            Shape::Object(members) => members.iter().any(|member| member.schema.has_relations()),
            Shape::Map(entries) => entries.items.has_relations(),
            _ => false,
        };
        !self.relations.is_empty() || below()
    }

    /// Returns `true` if it is an object whose contents the page does not describe.
    pub fn is_any_object(&self) -> bool {
        self.kind() == Type::Object && self.members().is_empty()
    }

    /// Returns `true` if it is an object or a map whose contents the page describes.
    pub fn describes_contents(&self) -> bool {
        self.entries().is_some() || !self.members().is_empty()
    }

    /// Returns `true` if the page says only that the value is text.
    pub fn is_unruled(&self) -> bool {
        self.kind() == Type::String
            && self.length.is_none()
            && self.characters.is_none()
            && self.patterns.is_empty()
            && self.format.is_none()
            && self.values.is_none()
            && self.reserved.is_empty()
            && self.open.is_none()
    }

    /// Returns `true` if a value is an accepted example of the rule that the spec cannot say.
    pub fn accepts(&self, value: &Json) -> bool {
        self.open.as_ref().is_some_and(|open| open.accepts.contains(value))
    }

    /// Returns the same requirements with the pattern of accepted values instead of the examples, if there is one.
    pub fn with_accepted_pattern(&self) -> Option<Self> {
        let pattern = self.open.as_ref()?.matching.clone()?;
        Some(Self { patterns: [self.patterns.clone(), vec![pattern]].concat(), open: None, ..self.clone() })
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
        /// An object whose keys the caller chooses.
        Map = "map",
    }
}

/// Examples of a rule that the language of specs cannot say.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// Values that keep the rule.
    pub accepts: Vec<Json>,
    /// A pattern of texts that keep the rule.
    pub matching: Option<Pattern>,
    /// Values that break the rule.
    pub refuses: Vec<Json>,
}

impl Open {
    /// Returns `true` if it says of any value that it keeps the rule.
    pub fn shows_accepted(&self) -> bool {
        !self.accepts.is_empty() || self.matching.is_some()
    }

    /// Returns `true` if a value certainly keeps the rule.
    pub fn accepts(&self, value: &Json) -> bool {
        let matches =
            |pattern: &Pattern| value.as_text().is_some_and(|text| pattern.fit(text) == Fit::Matches);
        self.accepts.contains(value) || self.matching.as_ref().is_some_and(matches)
    }
}

/// The permitted length of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The minimum.
    pub min: u64,
    /// The maximum.
    pub max: Limit,
    /// The unit that is counted.
    pub unit: Unit,
}

/// An upper limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The page mentions no limit.
    None,
    /// This number.
    At(u64),
    /// The page mentions a limit but does not state it.
    Unstated,
}

/// The permitted number of items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The minimum.
    pub min: u64,
    /// The maximum, if the page gives one.
    pub max: Option<u64>,
}

impl Count {
    /// The maximum number of items that a case sends.
    pub const LONGEST_SENT: u64 = 1_000;
}

/// The permitted range of a number.
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
    /// The number. A double represents it exactly.
    pub at: f64,
    /// Whether it belongs to the range.
    pub is_in: bool,
}

impl Range {
    /// Returns `true` if a number is below the range.
    pub fn is_below(&self, number: f64) -> bool {
        self.min.is_some_and(|end| number < end.at || (number == end.at && !end.is_in))
    }

    /// Returns `true` if a number is above the range.
    pub fn is_above(&self, number: f64) -> bool {
        self.max.is_some_and(|end| number > end.at || (number == end.at && !end.is_in))
    }
}

/// The unit of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Characters. Beyond ASCII, readers count them differently.
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

/// The permitted characters of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Characters {
    /// Whether `letters` are permitted.
    pub letters: bool,
    /// Whether `digits` are permitted.
    pub digits: bool,
    /// Further permitted characters.
    pub also: Vec<char>,
    /// Characters that must not come first.
    pub not_first: Vec<char>,
    /// Characters on which the page contradicts itself or is silent.
    pub unclear: Unclear,
}

/// Characters for which neither acceptance nor rejection can be expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// These characters.
    These(Vec<char>),
    /// All characters that are not named.
    Others,
}
