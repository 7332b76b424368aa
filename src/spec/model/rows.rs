//! Error rows, and what they answer.

use crate::named::named;
use crate::span::Place;
use crate::spec::breach::{Breach, Part};
use crate::spec::path::{Path, Step};

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
    /// Violations of rules.
    Breaches(Vec<Bound>),
    /// Something about the target and not about the request.
    Circumstance(Circumstance),
    /// Something about the request as a whole.
    Request(RequestFault),
    /// The page does not say.
    Unsaid,
}

/// What a row binds: a part of a rule, at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The place; `None` for any, written `*`.
    pub at: Option<Path>,
    /// The part. [`Part::Items`] binds whatever breaks at the items of a list, and below them.
    pub part: Part,
}

impl When {
    /// Whether a row answers for a breach.
    pub fn binds(&self, breach: &Breach) -> bool {
        matches!(self, Self::Breaches(bound) if bound.iter().any(|bound| bound.binds(breach)))
    }

    /// Whether a row may answer for a promise that a case is about.
    pub fn is_about(&self, promise: &Breach) -> bool {
        matches!(self, Self::Breaches(bound) if bound.iter().any(|bound| bound.is_about(promise)))
    }
}

impl Bound {
    /// Whether the row answers for a breach.
    pub fn binds(&self, breach: &Breach) -> bool {
        match &self.at {
            _ if self.part == Part::Items && self.is_around(&breach.at) => true,
            None => self.part == breach.part,
            Some(at) => self.part == breach.part && *at == breach.at,
        }
    }

    /// Whether the row may answer for a promise that a case is about.
    pub fn is_about(&self, promise: &Breach) -> bool {
        self.binds(promise) || self.binds_below(promise)
    }

    /// Whether the promise is that of a list's items, and the row is for something that an item itself can break.
    fn binds_below(&self, promise: &Breach) -> bool {
        let is_of_item = self.at.as_ref().is_some_and(|at| at.list().as_ref() == Some(&promise.at));
        promise.part == Part::Items && is_of_item
    }

    /// Whether a place lies in an item of the list.
    fn is_around(&self, place: &Path) -> bool {
        match &self.at {
            Some(list) => place.is_in_item_of(list),
            None => place.steps().contains(&Step::Item),
        }
    }
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
