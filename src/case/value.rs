//! What a case sends for a parameter.

use crate::json::Json;
use crate::spec::path::{Step, walk};

use super::text::Text;

/// A value, some of it known only at run time.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A value that stands for itself.
    Plain(Json),
    /// A text that is described: drawn, or long.
    Described(Text),
    /// The id of the entity that an earlier call of the case made.
    Id(String),
    /// What an earlier call of the case sent: its label, and the parameter.
    Same(String, String),
    /// A list with such items.
    List(Vec<Value>),
    /// An object with such members.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A text that stands for itself.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Plain(Json::Text(text.into()))
    }

    /// A list of such members; a plain one if nothing in it needs describing.
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

    /// An object with such members; a plain one if nothing in it needs describing.
    pub fn object(members: Vec<(String, Self)>) -> Self {
        let plain: Option<Vec<(String, Json)>> = members
            .iter()
            .map(|(name, member)| match member {
                Self::Plain(json) => Some((name.clone(), json.clone())),
                _ => None,
            })
            .collect();
        plain.map_or(Self::Object(members), |plain| Self::Plain(Json::Object(plain)))
    }

    /// What a list or an object holds, as items or members of its own.
    #[must_use]
    pub fn opened(self) -> Self {
        match self {
            Self::Plain(Json::List(items)) => Self::List(items.into_iter().map(Self::Plain).collect()),
            Self::Plain(Json::Object(members)) => {
                Self::Object(members.into_iter().map(|(name, json)| (name, Self::Plain(json))).collect())
            }
            value => value,
        }
    }

    /// The value at the end of these steps: of a list, in its first item.
    pub fn at(&self, steps: &[Step]) -> Option<Self> {
        let Some((first, further)) = steps.split_first() else { return Some(self.clone()) };
        match (first, self) {
            (_, Self::Plain(json)) => walk(json, steps).cloned().map(Self::Plain),
            (Step::Item, Self::List(items)) => items.first()?.at(further),
            (Step::Member(name), Self::Object(members)) => {
                members.iter().find(|(known, _)| known == name)?.1.at(further)
            }
            _ => None,
        }
    }

    /// A described text; a plain one if nothing in it needs describing.
    pub fn described(written: &str) -> Self {
        let text = Text::read(written);
        match text.0.as_slice() {
            [super::text::Piece::Literal(literal)] => Self::text(literal.clone()),
            _ => Self::Described(text),
        }
    }

    /// The labels of the calls whose ids it holds, itself or as members of a list.
    pub fn ids(&self) -> Vec<&str> {
        match self {
            Self::Id(label) => vec![label],
            Self::List(items) => items.iter().flat_map(Self::ids).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.ids()).collect(),
            _ => Vec::new(),
        }
    }

    /// How many characters of it are drawn, if any are.
    pub fn drawn(&self) -> Option<usize> {
        match self {
            Self::Described(text) if text.is_drawn() => Some(text.drawn()),
            _ => None,
        }
    }

    /// One value that it can become, if the page's rules can be asked about it: what holds for it holds for all.
    pub fn witness(&self) -> Option<Json> {
        match self {
            Self::Plain(json) => Some(json.clone()),
            Self::Described(text) => Some(Json::Text(text.witness())),
            Self::Id(_) | Self::Same(..) => None,
            Self::List(items) => {
                items.iter().map(Value::witness).collect::<Option<Vec<Json>>>().map(Json::List)
            }
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| Some((name.clone(), value.witness()?)));
                members.collect::<Option<Vec<(String, Json)>>>().map(Json::Object)
            }
        }
    }
}
