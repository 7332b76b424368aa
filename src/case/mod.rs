//! Cases: one request that tries one thing, with the expectation and the reason.

mod read;
pub mod text;
pub mod value;
mod write;

pub use read::read;
pub use write::{expects, sends, write};

use crate::spec::breach::Breach;

use value::Value;

/// What is sent, in order.
pub type Parameters = Vec<(String, Value)>;

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Stable and readable: `AddMessageContact/Name/length/13`.
    pub id: String,
    /// The operation that it tries.
    pub operation: String,
    /// What it tries, in words.
    pub tries: String,
    /// The promise that it holds the target to.
    pub about: Option<About>,
    /// Calls that must succeed first.
    pub given: Vec<Call>,
    /// What is sent.
    pub send: Parameters,
    /// What must come.
    pub expect: Expectation,
}

/// A promise: a rule of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The parameter.
    pub parameter: String,
    /// The rule, or the part of it.
    pub breach: Breach,
}

/// A call that prepares a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The operation.
    pub operation: String,
    /// Under which name later calls refer to it.
    pub label: String,
    /// What is sent.
    pub send: Parameters,
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
