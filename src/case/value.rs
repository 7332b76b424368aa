//! The value that a case sends for a parameter.

use smol_str::SmolStr;

use crate::json::Json;
use crate::spec::path::{Step, walk};

use super::text::Text;

/// A value; parts of it may be known only at run time.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A literal value.
    Plain(Json),
    /// A described text: random or long.
    Described(Text),
    /// The id of the entity that an earlier call of the case created.
    Id(String),
    /// The value that an earlier call of the case sent.
    Same(Box<Earlier>),
    /// A list of values.
    List(Vec<Value>),
    /// An object of values.
    Object(Vec<(SmolStr, Value)>),
}

/// A value that an earlier call of the case sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// The label of the call.
    pub call: String,
    /// The parameter.
    pub parameter: String,
}

impl Value {
    /// Creates the value that an earlier call sent for a parameter.
    pub fn same(call: &str, parameter: &str) -> Self {
        Self::Same(Box::new(Earlier { call: call.to_owned(), parameter: parameter.to_owned() }))
    }

    /// Creates a literal text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Plain(Json::Text(text.into()))
    }

    /// Creates a list; a plain one if all items are plain.
    pub fn list(members: Vec<Self>) -> Self {
        let plain: Option<Vec<Json>> = members
            .iter()
            .map(|member| match member {
                Self::Plain(json) => Some(json.clone()),
                _ => None,
            })
            .collect();
        plain.map_or(Self::List(members), |plain| Self::Plain(Json::List(plain)))
    }

    /// Creates an object; a plain one if all members are plain.
    pub fn object(members: Vec<(SmolStr, Self)>) -> Self {
        let plain: Option<Vec<(String, Json)>> = members
            .iter()
            .map(|(name, member)| match member {
                Self::Plain(json) => Some((name.to_string(), json.clone())),
                _ => None,
            })
            .collect();
        plain.map_or(Self::Object(members), |plain| Self::Plain(Json::Object(plain)))
    }

    /// Converts a plain list or object into one whose items or members are separate values.
    #[must_use]
    pub fn opened(self) -> Self {
        match self {
            Self::Plain(Json::List(items)) => Self::List(items.into_iter().map(Self::Plain).collect()),
            Self::Plain(Json::Object(members)) => Self::Object(
                members.into_iter().map(|(name, json)| (name.into(), Self::Plain(json))).collect(),
            ),
            value => value,
        }
    }

    /// Returns the value at the end of these steps. In a list or a map, they lead into the first item.
    pub fn at(&self, steps: &[Step]) -> Option<Self> {
        let Some((first, further)) = steps.split_first() else { return Some(self.clone()) };
        match (first, self) {
            (_, Self::Plain(json)) => walk(json, steps).cloned().map(Self::Plain),
            (Step::Item, Self::List(items)) => items.first()?.at(further),
            (Step::Value, Self::Object(entries)) => entries.first()?.1.at(further),
            (Step::Member(name), Self::Object(members)) => {
                members.iter().find(|(known, _)| known == name)?.1.at(further)
            }
            _ => None,
        }
    }

    /// Creates a described text; a plain one if nothing in it needs describing.
    pub fn described(written: &str) -> Self {
        let text = Text::read(written);
        match text.0.as_slice() {
            [super::text::Piece::Literal(literal)] => Self::text(literal.clone()),
            _ => Self::Described(text),
        }
    }

    /// Returns the labels of the calls whose ids the value contains, at any depth.
    pub fn ids(&self) -> Vec<&str> {
        match self {
            Self::Id(label) => vec![label],
            Self::List(items) => items.iter().flat_map(Self::ids).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.ids()).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns how many of its characters are random, if any.
    pub fn random_count(&self) -> Option<usize> {
        match self {
            Self::Described(text) if text.is_random() => Some(text.random_count()),
            _ => None,
        }
    }

    /// Returns one value that it can become, if it can be checked against the page's rules. What holds for this value
    /// holds for all.
    pub fn witness(&self) -> Option<Json> {
        match self {
            Self::Plain(json) => Some(json.clone()),
            Self::Described(text) => Some(Json::Text(text.witness())),
            Self::Id(_) | Self::Same(..) => None,
            Self::List(items) => {
                items.iter().map(Value::witness).collect::<Option<Vec<Json>>>().map(Json::List)
            }
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| Some((name.to_string(), value.witness()?)));
                members.collect::<Option<Vec<(String, Json)>>>().map(Json::Object)
            }
        }
    }
}
