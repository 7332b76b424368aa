//! Cases: one request that tries one thing, with the expectation and the reason.

mod common;
mod flow;
mod forms;
mod read;
pub mod text;
pub mod value;
mod write;

pub use forms::FILE;
pub use read::{operation, read};
pub use write::{WRITTEN, asks, digest, expects, sends, whole, write};

use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Service};
use crate::spec::path::Path;
use crate::wire::Twist;

use value::Value;

/// The label of the tried call, under which later calls refer to it.
pub const TRIED: &str = "tried";

/// How what a case tries ends where it is another one again, among other values of the other parameters.
pub const AMONG_OTHERS: &str = "; other parameters varied";

/// A text with so few drawn characters may well be on the target already.
pub const FEW_DRAWN: usize = 2;

/// What is sent, in order.
pub type Parameters = Vec<(String, Value)>;

/// What is sent at a place: of a list, in its first item.
pub fn sent_at(send: &Parameters, at: &Path) -> Option<Value> {
    let whole = send.iter().find(|(name, _)| *name == at.parameter()).map(|(_, value)| value)?;
    whole.at(at.steps().get(1..)?)
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Stable and readable: `AddMessageContact/Name/length/13`.
    pub id: String,
    /// The operation that it tries, as the project calls it ([`Operation::id`]).
    pub operation: String,
    /// What it tries, in words.
    pub tries: String,
    /// The promises that it holds the target to, the first of all the one that a report quotes.
    pub about: Vec<Breach>,
    /// Calls that must succeed first.
    pub given: Vec<Call>,
    /// What is sent.
    pub send: Parameters,
    /// In what the request departs from its protocol.
    pub twist: Option<Twist>,
    /// How many such calls are under way at the same time.
    pub at_once: u32,
    /// What must come.
    pub expect: Expectation,
    /// What must hold afterwards.
    pub then: Vec<Step>,
}

/// A call that prepares a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The operation, by its name in the service of the case.
    pub operation: String,
    /// Under which name later calls refer to it.
    pub label: String,
    /// What is sent.
    pub send: Parameters,
    /// Whether cases may use what it makes one after another. Only a call that must be refused leaves it as it was.
    pub shared: bool,
}

/// A call that shows, after the tried one, what that has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The promises that it holds the target to; those of the case if there are none.
    pub about: Vec<Breach>,
    /// The call.
    pub call: Call,
    /// What must come.
    pub expect: Expectation,
    /// Response elements, by path, and what they must show.
    pub shows: Vec<(String, Value)>,
    /// Whether they must be there: a person has written so. What a spec implies of elements that may be absent holds only
    /// where they are there.
    pub demanded: bool,
}

/// What a case expects of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The call succeeds.
    Accept,
    /// The call is refused by one of these rows.
    Reject(Rows),
    /// The page does not say, for this reason. Any documented answer is right.
    Silent(String),
    /// Of the calls at once, at most one succeeds; the others are refused by these rows.
    OneAccepted(Rows),
    /// The call succeeds, or these rows answer for a circumstance.
    AcceptOr(Rows),
}

impl Expectation {
    /// The rows that may answer; `None` where no refusal is expected, or any.
    pub fn rows(&self) -> Option<&Rows> {
        match self {
            Self::Reject(rows) | Self::OneAccepted(rows) | Self::AcceptOr(rows) => Some(rows),
            Self::Accept | Self::Silent(_) => None,
        }
    }
}

/// The error rows that may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// The rows of these codes.
    Codes(Vec<String>),
    /// Any row: the page binds none to the violation.
    Any,
}

/// A file of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// The operation that they try.
    pub operation: String,
    /// The cases.
    pub cases: Vec<Case>,
}

impl Case {
    /// Every call of the case in the order of sending: set-up, the tried call, and what follows.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &Parameters)> {
        let given = self.given.iter().map(|call| (call.operation.as_str(), &call.send));
        let then = self.then.iter().map(|step| (step.call.operation.as_str(), &step.call.send));
        let tried = (0..self.at_once.max(1)).map(|_| (self.operation.as_str(), &self.send));
        given.chain(tried).chain(then)
    }

    /// Whether the page leaves open which answer comes: it is silent, or several codes may answer.
    pub fn leaves_choice(&self) -> bool {
        match &self.expect {
            Expectation::Silent(_) | Expectation::Reject(Rows::Any) => true,
            Expectation::Reject(Rows::Codes(codes)) => codes.len() > 1,
            Expectation::Accept | Expectation::OneAccepted(_) | Expectation::AcceptOr(_) => false,
        }
    }

    /// Whether the call alone decides what is answered: no other call is under way, and no earlier one has taken a value that
    /// must be unique, for good, because nothing removes what was made with it.
    pub fn is_settled(&self, service: &Service, operation: &Operation) -> bool {
        let lasts = service.created_by(operation).is_some_and(|entity| entity.removed_by.is_none());
        let may_last = lasts && !matches!(self.expect, Expectation::Reject(_));
        let is_fixed = |name: &str| {
            let sent = self.send.iter().find(|(parameter, _)| parameter == name);
            match sent.map(|(_, value)| value) {
                Some(Value::Described(text)) => !text.is_drawn(),
                sent => matches!(sent, Some(Value::Plain(_))),
            }
        };
        let mut unique = operation.parameters.iter().filter(|parameter| parameter.is_new());
        self.at_once <= 1 && !(may_last && unique.any(|parameter| is_fixed(&parameter.name)))
    }
}
