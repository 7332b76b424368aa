//! Promises about several values.

use crate::json::Json;
use crate::named::named;
use crate::span::Place;
use crate::spec::breach::Part;
use crate::spec::path::Path;

use super::{Quote, Schema};

/// A promise about several values of one object. Its paths start at that object; the parameter table is one, too.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The calls that it is about; all calls if `None`.
    pub condition: Option<Condition>,
    /// What holds for these calls.
    pub demand: Demand,
    /// The page's sentence about it.
    pub says: Option<Quote>,
    /// Its place in the spec.
    pub at: Place,
}

/// A condition on the values of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A value is given.
    Given(Path),
    /// A value is one of these. A parameter that is left out counts with its default.
    Is(Path, Vec<Json>),
    /// All of these conditions are met.
    All(Vec<Self>),
    /// At least one of these conditions is met.
    Any(Vec<Self>),
    /// This condition is not met.
    Not(Box<Self>),
}

/// What a relation demands.
#[derive(Debug, Clone)]
pub enum Demand {
    /// All of these are given.
    Require(Vec<Path>),
    /// None of these is given.
    Forbid(Vec<Path>),
    /// A number of these is given.
    Given(Group, Vec<Path>),
    /// Each of these, if given, is less than the next one.
    Order {
        /// The values.
        of: Vec<Path>,
        /// Whether two equal values break it; `None` if the page does not say.
        strict: Option<bool>,
    },
    /// Those that are given are equal.
    Same(Vec<Path>),
    /// Those that are given differ.
    Differ(Vec<Path>),
    /// Further rules for these values.
    Then(Vec<Further>),
}

/// Further rules for a value while a condition is met.
#[derive(Debug, Clone)]
pub struct Further {
    /// The value.
    pub at: Path,
    /// The rules, without those that hold anyway.
    pub rules: Schema,
    /// A value to send.
    pub sample: Option<Json>,
}

named! {
    /// How many of a group are given.
    pub enum Group {
        /// One, no more and no less.
        ExactlyOne = "exactly-one",
        /// One or more.
        AtLeastOne = "at-least-one",
        /// One or none.
        AtMostOne = "at-most-one",
        /// All or none.
        AllOrNone = "all-or-none",
    }
}

impl Group {
    /// Returns the part that a call breaks which gives too few of the group; `None` if it cannot give too few.
    pub const fn none(self) -> Option<Part> {
        match self {
            Self::ExactlyOne => Some(Part::ExactlyOneNone),
            Self::AtLeastOne => Some(Part::AtLeastOne),
            Self::AtMostOne | Self::AllOrNone => None,
        }
    }

    /// Returns the part that a call breaks which gives several of the group; `None` if it may.
    pub const fn several(self) -> Option<Part> {
        match self {
            Self::ExactlyOne => Some(Part::ExactlyOneSeveral),
            Self::AtMostOne => Some(Part::AtMostOne),
            Self::AtLeastOne | Self::AllOrNone => None,
        }
    }
}

impl Condition {
    /// Returns the places that it asks about.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Given(at) | Self::Is(at, _) => vec![at],
            Self::All(inner) | Self::Any(inner) => inner.iter().flat_map(Self::paths).collect(),
            Self::Not(inner) => inner.paths(),
        }
    }
}

impl Condition {
    /// Returns the values that it asks about, by place.
    pub fn values(&self) -> Vec<(&Path, &[Json])> {
        match self {
            Self::Given(_) => Vec::new(),
            Self::Is(at, values) => vec![(at, values)],
            Self::All(inner) | Self::Any(inner) => inner.iter().flat_map(Self::values).collect(),
            Self::Not(inner) => inner.values(),
        }
    }
}

impl Demand {
    /// Returns the places that it is about.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Require(of)
            | Self::Forbid(of)
            | Self::Given(_, of)
            | Self::Order { of, .. }
            | Self::Same(of)
            | Self::Differ(of) => of.iter().collect(),
            Self::Then(rules) => rules.iter().map(|further| &further.at).collect(),
        }
    }

    /// Returns the key under which it is written.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Require(_) => "require",
            Self::Forbid(_) => "forbid",
            Self::Given(group, _) => group.name(),
            Self::Order { .. } => "order",
            Self::Same(_) => "same",
            Self::Differ(_) => "differ",
            Self::Then(_) => "then",
        }
    }

    /// Returns its promises: the parts that a call can break, and their places. What a group, an order or a comparison
    /// demands is one promise, at the first place.
    pub fn promises(&self) -> Vec<(&Path, Part)> {
        let (of, parts) = match self {
            Self::Require(of) => return of.iter().map(|at| (at, Part::Required)).collect(),
            Self::Forbid(of) => return of.iter().map(|at| (at, Part::Forbidden)).collect(),
            Self::Then(rules) => return rules.iter().flat_map(Further::parts).collect(),
            Self::Given(Group::AllOrNone, of) => (of, vec![Part::AllOrNone]),
            Self::Given(group, of) => (of, [group.none(), group.several()].into_iter().flatten().collect()),
            Self::Order { of, .. } => (of, vec![Part::Order]),
            Self::Same(of) => (of, vec![Part::Same]),
            Self::Differ(of) => (of, vec![Part::Differ]),
        };
        of.first().into_iter().flat_map(|first| parts.iter().map(move |part| (first, *part))).collect()
    }
}

impl Further {
    fn parts(&self) -> Vec<(&Path, Part)> {
        let member = super::Member::bare("", self.rules.clone(), self.rules.at.clone());
        let parts = crate::spec::rules::promised(&member).filter(|part| *part != Part::Type);
        parts.map(|part| (&self.at, part)).collect()
    }
}
