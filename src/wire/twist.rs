//! Departures from a protocol: requests that no client library would send.

use crate::named::named;

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
    /// Something is wrong with the signature.
    Signature(Tamper),
}

impl Twist {
    /// The name of every kind in a case file.
    pub const NAMES: &'static [&'static str] = &["body", "repeat", "action", "version", "signature"];

    /// The departure of that name.
    pub fn named(name: &str, text: String) -> Option<Self> {
        match name {
            "body" => Some(Self::Body(text)),
            "repeat" => Some(Self::Repeat(text)),
            "action" => Some(Self::Action(text)),
            "version" => Some(Self::Version(text)),
            "signature" => Tamper::named(&text).map(Self::Signature),
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
            Self::Signature(tamper) => ("signature", tamper.name()),
        }
    }
}

named! {
    /// What is wrong with a signature.
    pub enum Tamper {
        /// It was made with another secret.
        WrongSecret = "wrong-secret",
        /// Nobody has that key.
        UnknownKey = "unknown-key",
        /// There is none.
        Unsigned = "missing",
        /// It was made an hour ago.
        Expired = "expired",
        /// It carries the nonce of the call before.
        RepeatedNonce = "repeated-nonce",
        /// It was made for another value of a parameter.
        ChangedParameter = "changed-parameter",
        /// It was made for another operation.
        ChangedAction = "changed-action",
    }
}
