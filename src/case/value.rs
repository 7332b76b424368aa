//! What a case sends for a parameter.

use crate::json::Json;

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
    /// A list with such members.
    List(Vec<Value>),
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
            Self::List(members) => members.iter().flat_map(Self::ids).collect(),
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
        }
    }
}
