//! Cases: one request that tests one thing, with its expectation and the reason.

mod common;
mod flow;
mod forms;
mod read;
pub mod text;
pub mod value;
mod write;

use smol_str::SmolStr;

pub use forms::FILE;
pub use read::{operation, read};
pub use write::{WRITTEN, asks, digest, expects, sends, whole, write};

use crate::spec::breach::Breach;
use crate::spec::model::{Entity, Operation, Service};
use crate::spec::path::Path;
use crate::wire::Twist;

use value::Value;

/// The label of the tested call, by which later calls refer to it.
pub const TRIED: &str = "tried";

/// The ending of `tries` in a case that repeats another one with other values.
pub const AMONG_OTHERS: &str = "; other parameters varied";

/// The separator between an entity and the parameter that refers to a further entity of its kind: `user-of-managerId`.
pub const OF: &str = "-of-";

/// Returns the entity that the label of a call names.
pub fn entity_of<'s>(service: &'s Service, label: &str) -> Option<&'s Entity> {
    let name = label.split_once(OF).map_or(label, |(name, _)| name);
    service.entity(label).or_else(|| service.entity(name))
}

/// The number of random characters up to which a text may well exist on the target already.
pub const FEW_RANDOM: usize = 2;

/// The sent parameters, in order.
pub type Parameters = Vec<(SmolStr, Value)>;

/// Returns what is sent at a place. In a list, the place leads into the first item.
pub fn sent_at(send: &Parameters, at: &Path) -> Option<Value> {
    let whole = send.iter().find(|(name, _)| *name == at.parameter()).map(|(_, value)| value)?;
    whole.at(at.steps().get(1..)?)
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Stable and readable: `AddMessageContact/Name/length/13`.
    pub id: String,
    /// The operation under test, by its project-wide id ([`Operation::id`]).
    pub operation: String,
    /// What it tests, in words.
    pub tries: String,
    /// The promises that it tests. A report quotes the first one.
    pub about: Vec<Breach>,
    /// Calls that must succeed first.
    pub given: Vec<Call>,
    /// What is sent.
    pub send: Parameters,
    /// The deviation of the request from its protocol.
    pub twist: Option<Twist>,
    /// The number of concurrent calls.
    pub at_once: u32,
    /// The expected response.
    pub expect: Expectation,
    /// The follow-up calls.
    pub then: Vec<Step>,
}

/// A call that prepares a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The operation, by its name in the service of the case.
    pub operation: String,
    /// The name by which later calls refer to it.
    pub label: String,
    /// What is sent.
    pub send: Parameters,
    /// Whether cases may use the entity it creates one after another. Only a call that must be rejected leaves the
    /// entity unchanged.
    pub shared: bool,
}

/// A follow-up call, which shows what the tested call has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The promises that it tests; those of the case if empty.
    pub about: Vec<Breach>,
    /// The call.
    pub call: Call,
    /// The expected response.
    pub expect: Expectation,
    /// Response elements, by path, and their required values.
    pub shows: Parameters,
    /// Whether these elements must be present, as in a hand-written file. A generated file may name elements that the
    /// page allows to be absent; they are checked only if present.
    pub demanded: bool,
}

/// The expectation of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The call succeeds.
    Accept,
    /// The call is rejected with one of these rows.
    Reject(Rows),
    /// The page does not specify it, for this reason. Any documented response passes.
    Silent(String),
    /// At most one of the concurrent calls succeeds; the others are rejected with these rows.
    OneAccepted(Rows),
    /// The call succeeds or returns one of these rows for a circumstance.
    AcceptOr(Rows),
}

impl Expectation {
    /// Returns the rows that may be returned; `None` if the case expects no rejection or is silent.
    pub fn rows(&self) -> Option<&Rows> {
        match self {
            Self::Reject(rows) | Self::OneAccepted(rows) | Self::AcceptOr(rows) => Some(rows),
            Self::Accept | Self::Silent(_) => None,
        }
    }
}

/// The error rows that may be returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// The rows of these codes.
    Codes(Vec<String>),
    /// Any row: no row of the page covers the violation.
    Any,
}

/// A file of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// The operation under test.
    pub operation: String,
    /// The cases.
    pub cases: Vec<Case>,
}

impl Case {
    /// Iterates over all calls of the case in the order of sending: setup, tested call, follow-up calls.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &Parameters)> {
        let given = self.given.iter().map(|call| (call.operation.as_str(), &call.send));
        let then = self.then.iter().map(|step| (step.call.operation.as_str(), &step.call.send));
        let tried = (0..self.at_once.max(1)).map(|_| (self.operation.as_str(), &self.send));
        given.chain(tried).chain(then)
    }

    /// Returns `true` if the page does not determine the response: it is silent, or several codes are possible.
    pub fn leaves_choice(&self) -> bool {
        match &self.expect {
            Expectation::Silent(_) | Expectation::Reject(Rows::Any) => true,
            Expectation::Reject(Rows::Codes(codes)) => codes.len() > 1,
            Expectation::Accept | Expectation::OneAccepted(_) | Expectation::AcceptOr(_) => false,
        }
    }

    /// Returns `true` if the response depends only on the request: no concurrent call is made, and no earlier run has
    /// permanently taken a value that must be unique, because its entity cannot be removed.
    pub fn is_settled(&self, service: &Service, operation: &Operation) -> bool {
        let lasts = service.created_by(operation).is_some_and(|entity| entity.removed_by.is_none());
        let may_last = lasts && !matches!(self.expect, Expectation::Reject(_));
        let is_fixed = |name: &str| {
            let sent = self.send.iter().find(|(parameter, _)| parameter == name);
            match sent.map(|(_, value)| value) {
                Some(Value::Described(text)) => !text.is_random(),
                sent => matches!(sent, Some(Value::Plain(_))),
            }
        };
        let mut unique = operation.parameters.iter().filter(|parameter| parameter.is_new());
        self.at_once <= 1 && !(may_last && unique.any(|parameter| is_fixed(&parameter.name)))
    }
}
