//! Error rows, and what they answer.

use crate::named::named;
use crate::span::Place;
use crate::spec::breach::Breach;

/// One row of an error table.
#[derive(Debug, Clone)]
pub struct ErrorRow {
    /// The HTTP status; `None` is not judged.
    pub status: Option<u16>,
    /// The codes that it names (mostly one).
    pub codes: Vec<String>,
    /// The message; `None` is not judged.
    pub message: Option<String>,
    /// What it answers.
    pub when: When,
    /// The parameters that `when` names, with their places.
    pub names: Vec<(String, Place)>,
    /// The row's description on the page.
    pub says: Option<String>,
    /// Where it is written.
    pub at: Place,
}

/// What an error row answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Violations of rules: parameter (or `*` for any) and breach.
    Breaches(Vec<(String, Breach)>),
    /// Something about the target and not about the request.
    Circumstance(Circumstance),
    /// Something about the request as a whole.
    Request(RequestFault),
    /// The page does not say.
    Unsaid,
}

named! {
    /// Circumstances that make a target refuse a request that breaks no rule.
    pub enum Circumstance {
        /// Another call is in the way; trying again helps.
        Busy = "busy",
        /// A quota is used up.
        Quota = "quota",
        /// The entity's state does not allow it.
        State = "state",
        /// Too many calls.
        Throttled = "throttled",
        /// Who calls, or what they may do.
        Auth = "auth",
        /// The request is not signed.
        Unsigned = "unsigned",
        /// Nobody has the key.
        UnknownKey = "unknown-key",
        /// The signature is not the one that the request should have.
        WrongSignature = "wrong-signature",
        /// The signature is too old.
        Expired = "expired",
        /// The nonce was used before.
        RepeatedNonce = "repeated-nonce",
    }
}

impl Circumstance {
    /// Whether it concerns who calls.
    pub fn is_auth(self) -> bool {
        !matches!(self, Self::Busy | Self::Quota | Self::State | Self::Throttled)
    }

    /// Whether the same request may succeed a moment later.
    pub fn passes(self) -> bool {
        matches!(self, Self::Busy | Self::Throttled)
    }
}

named! {
    /// Faults of a request that concern no single parameter.
    pub enum RequestFault {
        /// A parameter that the page does not know.
        UnknownParameter = "unknown-parameter",
        /// An operation that the service does not have.
        UnknownAction = "unknown-action",
        /// A version that the service does not have.
        UnknownVersion = "unknown-version",
        /// A request that cannot be read.
        Malformed = "malformed-request",
        /// A request that is larger than the service takes, where no page says how large that is.
        TooLarge = "too-large",
    }
}
