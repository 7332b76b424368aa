//! Error rows, and what they cover.

use crate::named::named;
use crate::span::Place;
use crate::spec::breach::{Breach, Part};
use crate::spec::message::Message;
use crate::spec::path::{Path, Step};

use super::Member;

/// One row of an error table.
#[derive(Debug, Clone)]
pub struct ErrorRow {
    /// The HTTP status; `None` if it is not judged.
    pub status: Option<u16>,
    /// Its codes (usually one). If the page names none, the status.
    pub codes: Vec<String>,
    /// Whether the page names no code: any code may be returned with the status.
    pub any_code: bool,
    /// The message; `None` if it is not judged.
    pub message: Option<Message>,
    /// The members that the body of its error response has.
    pub body: Vec<Member>,
    /// What it covers.
    pub when: When,
    /// The parameters that `when` names, with their places.
    pub names: Vec<(String, Place)>,
    /// The row's description on the page.
    pub says: Option<String>,
    /// The place of the row.
    pub at: Place,
}

/// What an error row covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Violations of rules.
    Breaches(Vec<Bound>),
    /// A circumstance of the target, independent of the request.
    Circumstance(Circumstance),
    /// A fault of the request as a whole.
    Request(RequestFault),
    /// The page does not say.
    Unsaid,
}

/// A part of a rule at a place, covered by a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The place; `None` for any, written `*`.
    pub at: Option<Path>,
    /// The part. [`Part::Items`] covers every violation in the items of a list or the values of a map and below them,
    /// [`Part::Keys`] every violation by a key.
    pub part: Part,
}

impl When {
    /// Returns `true` if a row covers a violation.
    pub fn binds(&self, breach: &Breach) -> bool {
        matches!(self, Self::Breaches(bound) if bound.iter().any(|bound| bound.binds(breach)))
    }

    /// Returns `true` if a row may be returned for a promise that a case tests.
    pub fn is_about(&self, promise: &Breach) -> bool {
        matches!(self, Self::Breaches(bound) if bound.iter().any(|bound| bound.is_about(promise)))
    }
}

impl Bound {
    /// Returns `true` if the row covers a violation.
    pub fn binds(&self, breach: &Breach) -> bool {
        match &self.at {
            _ if self.covers_within(&breach.at) => true,
            None => self.part == breach.part,
            Some(at) => self.part == breach.part && *at == breach.at,
        }
    }

    /// Returns `true` if the row may be returned for a promise that a case tests.
    pub fn is_about(&self, promise: &Breach) -> bool {
        self.binds(promise) || self.binds_below(promise)
    }

    /// Returns `true` if the promise is about the items of a list, or the keys or values of a map, and the row covers a
    /// violation by one of them.
    fn binds_below(&self, promise: &Breach) -> bool {
        let step = self.at.as_ref().and_then(|at| at.step_into(&promise.at));
        let is_direct = self.at.as_ref().and_then(Path::container).as_ref() == Some(&promise.at);
        is_direct && step.is_some_and(|step| covers(promise.part, step))
    }

    /// Returns `true` if the row is about the items, the values or the keys in which a place lies.
    fn covers_within(&self, place: &Path) -> bool {
        match &self.at {
            Some(at) => place.step_into(at).is_some_and(|step| covers(self.part, step)),
            None => place.steps().iter().any(|step| covers(self.part, step)),
        }
    }
}

/// Returns `true` if a part covers everything that this step leads to.
fn covers(part: Part, step: &Step) -> bool {
    match step {
        Step::Item | Step::Value => part == Part::Items,
        Step::Key => part == Part::Keys,
        Step::Member(_) => false,
    }
}

named! {
    /// Circumstances in which a target rejects a request that violates no rule.
    pub enum Circumstance {
        /// Another call interferes; a retry helps.
        Busy = "busy",
        /// A quota is used up.
        Quota = "quota",
        /// The entity's state does not allow it.
        State = "state",
        /// Too many calls.
        Throttled = "throttled",
        /// The identity or the permissions of the caller.
        Auth = "auth",
        /// The request is not signed.
        Unsigned = "unsigned",
        /// The access key does not exist.
        UnknownKey = "unknown-key",
        /// The signature is not the expected one.
        WrongSignature = "wrong-signature",
        /// The signature is too old.
        Expired = "expired",
        /// The nonce was used before.
        RepeatedNonce = "repeated-nonce",
    }
}

impl Circumstance {
    /// Returns `true` if it concerns the caller.
    pub fn is_auth(self) -> bool {
        !matches!(self, Self::Busy | Self::Quota | Self::State | Self::Throttled)
    }

    /// Returns `true` if the same request may succeed a moment later.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::Busy | Self::Throttled)
    }
}

named! {
    /// Faults of a request that do not concern a single parameter.
    pub enum RequestFault {
        /// A parameter that is not on the page.
        UnknownParameter = "unknown-parameter",
        /// An operation that the service does not have.
        UnknownAction = "unknown-action",
        /// A version that the service does not have.
        UnknownVersion = "unknown-version",
        /// A request that cannot be read.
        Malformed = "malformed-request",
        /// A request that is larger than the service accepts; no page states the limit.
        TooLarge = "too-large",
    }
}
