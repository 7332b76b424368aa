//! Twists: requests that deviate from the protocol and that no client library would send.

use crate::named::named;

/// The way in which a request deviates from its protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Twist {
    /// Replaces the body with this text.
    Body(String),
    /// Sends this parameter twice.
    Repeat(String),
    /// Names another operation.
    Action(String),
    /// Names another version.
    Version(String),
    /// Tampers with the signature.
    Signature(Tamper),
}

impl Twist {
    /// The name of each kind of twist in a case file.
    pub const NAMES: &'static [&'static str] = &["body", "repeat", "action", "version", "signature"];

    /// Returns the twist with this name.
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

    /// Returns the name and the text of this twist.
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
    /// The fault of a signature.
    pub enum Tamper {
        /// Signed with another secret.
        WrongSecret = "wrong-secret",
        /// Signed with a key that does not exist.
        UnknownKey = "unknown-key",
        /// Not signed.
        Unsigned = "missing",
        /// Signed an hour ago.
        Expired = "expired",
        /// Signed with the nonce of the previous call.
        RepeatedNonce = "repeated-nonce",
        /// Signed for another value of a parameter.
        ChangedParameter = "changed-parameter",
        /// Signed for another operation.
        ChangedAction = "changed-action",
    }
}
