//! Departures from a protocol: requests that no client library would send.

/// In what a request departs from its protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twist {
    /// This text in the place of the body.
    Body(String),
    /// This parameter twice.
    Repeat(String),
    /// Another operation's name.
    Action(String),
    /// Another version.
    Version(String),
}

impl Twist {
    /// The name of every kind in a case file.
    pub const NAMES: &'static [&'static str] = &["body", "repeat", "action", "version"];

    /// The departure of that name.
    pub fn named(name: &str, text: String) -> Option<Self> {
        match name {
            "body" => Some(Self::Body(text)),
            "repeat" => Some(Self::Repeat(text)),
            "action" => Some(Self::Action(text)),
            "version" => Some(Self::Version(text)),
            _ => None,
        }
    }

    /// Its name and its text.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Body(text) => ("body", text),
            Self::Repeat(text) => ("repeat", text),
            Self::Action(text) => ("action", text),
            Self::Version(text) => ("version", text),
        }
    }
}
