//! Error rows, and what they answer.

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

/// Circumstances that make a target refuse a request that breaks no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circumstance {
    /// Another call is in the way; trying again helps.
    Busy,
    /// A quota is used up.
    Quota,
    /// The entity's state does not allow it.
    State,
    /// Too many calls.
    Throttled,
    /// Who calls, or what they may do.
    Auth,
    /// The request is not signed.
    Unsigned,
    /// Nobody has the key.
    UnknownKey,
    /// The signature is not the one that the request should have.
    WrongSignature,
    /// The signature is too old.
    Expired,
    /// The nonce was used before.
    RepeatedNonce,
}

impl Circumstance {
    /// Every circumstance with its name in a spec.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Busy, "busy"),
        (Self::Quota, "quota"),
        (Self::State, "state"),
        (Self::Throttled, "throttled"),
        (Self::Auth, "auth"),
        (Self::Unsigned, "unsigned"),
        (Self::UnknownKey, "unknown-key"),
        (Self::WrongSignature, "wrong-signature"),
        (Self::Expired, "expired"),
        (Self::RepeatedNonce, "repeated-nonce"),
    ];

    /// Its name in a spec.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(circumstance, _)| *circumstance == self).map_or("", |(_, name)| name)
    }

    /// Whether it concerns who calls.
    pub fn is_auth(self) -> bool {
        !matches!(self, Self::Busy | Self::Quota | Self::State | Self::Throttled)
    }

    /// Whether the same request may succeed a moment later.
    pub fn passes(self) -> bool {
        matches!(self, Self::Busy | Self::Throttled)
    }
}

/// Faults of a request that concern no single parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFault {
    /// A parameter that the page does not know.
    UnknownParameter,
    /// An operation that the service does not have.
    UnknownAction,
    /// A version that the service does not have.
    UnknownVersion,
    /// A request that cannot be read.
    Malformed,
    /// A request that is larger than the service takes, where no page says how large that is.
    TooLarge,
}

impl RequestFault {
    /// Every fault with its name in a spec.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::UnknownParameter, "unknown-parameter"),
        (Self::UnknownAction, "unknown-action"),
        (Self::UnknownVersion, "unknown-version"),
        (Self::Malformed, "malformed-request"),
        (Self::TooLarge, "too-large"),
    ];
}
