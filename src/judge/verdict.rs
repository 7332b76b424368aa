//! Verdicts, as plain data.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::promise::Sentence;

/// The result of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(tag = "verdict", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// The promise holds.
    Pass,
    /// A promise is broken.
    Fail {
        /// A mismatch for each broken promise.
        #[serde(rename = "departures")]
        mismatches: Vec<Mismatch>,
    },
    /// The target returned a documented circumstance, so the promise could not be tested.
    Blocked {
        /// The code that was returned.
        code: String,
        /// The circumstance: busy, quota, state, throttled, auth.
        circumstance: String,
        /// The row of the error table.
        row: String,
    },
    /// There was no HTTP response.
    Error {
        /// Why.
        reason: String,
    },
    /// The call was rejected as required, but valid calls were rejected as well, so the reason is not known.
    Unproven {
        /// What happened to the plain call.
        reason: String,
    },
    /// The case was left out on purpose: the user has not said that it may be sent.
    NotTested {
        /// Why, and how it could be tested.
        reason: String,
    },
    /// The case did not run.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// Returns a pass, or a failure with these mismatches.
    pub fn of(mismatches: Vec<Mismatch>) -> Self {
        match mismatches.is_empty() {
            true => Self::Pass,
            false => Self::Fail { mismatches },
        }
    }

    /// Returns `true` if the verdict says something about the target: that a promise holds, or does not.
    pub fn is_judged(&self) -> bool {
        matches!(self, Self::Pass | Self::Fail { .. })
    }

    /// Returns its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail { .. } => "fail",
            Self::Blocked { .. } => "blocked",
            Self::Error { .. } => "error",
            Self::Unproven { .. } => "unproven",
            Self::NotTested { .. } => "not tested",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// The kind of difference between a response and what was expected; a headline names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// An invalid call was accepted.
    Accepted,
    /// A valid call was rejected.
    Rejected,
    /// An invalid call was rejected with another error row than the page says.
    OtherRow,
    /// The code is right; the status or the message is not.
    Details,
    /// The code is in no error table.
    Undocumented,
    /// The service failed: a status of 500 or more that the page does not promise.
    Failed,
    /// A status that the protocol never has.
    Status,
    /// The body is not what the protocol says.
    Unreadable,
    /// Nothing is at a place that service.yaml names.
    Misplaced,
    /// A response element is missing, or is of another type or value.
    Element,
    /// A member of every error response is missing.
    Envelope,
    /// The effect that a call reports does not show.
    Effect,
    /// Too many of several concurrent calls were accepted.
    Concurrent,
    /// A value that no two responses may share was repeated.
    Repeated,
    /// Another target, whose recording decides, responds differently.
    OtherTarget,
    /// The stream is of an earlier version and does not say.
    #[default]
    Unsaid,
}

impl Kind {
    /// Returns `true` if the mismatch is not about the call itself: the response still shows whether the call was
    /// accepted or rejected as expected.
    pub fn is_incidental(self) -> bool {
        matches!(self, Self::Element | Self::Envelope | Self::Repeated | Self::Status | Self::OtherTarget)
    }

    /// Returns `true` if the mismatch is a rejection. A call that is rejected for another reason than its fault looks
    /// the same.
    pub fn is_rejection(self) -> bool {
        matches!(self, Self::Rejected | Self::OtherRow | Self::Details | Self::Undocumented | Self::Misplaced)
    }
}

/// A mismatch: a promise that a response breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename = "Departure")]
#[non_exhaustive]
pub struct Mismatch {
    /// The kind of difference.
    #[serde(default)]
    pub kind: Kind,
    /// The promise.
    pub promise: Promise,
    /// Expected and received values, aspect by aspect.
    pub lines: Vec<Line>,
}

/// A promise of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Promise {
    /// Short form of the rule: `Name length.max`, `response Contact.ContactId`.
    pub rule: String,
    /// The page's sentence.
    pub sentence: String,
    /// Place in the spec, `file:line:column`.
    pub place: String,
}

impl Promise {
    /// Creates a promise from its sentence.
    pub fn new(rule: impl Into<String>, sentence: &Sentence) -> Self {
        Self { rule: rule.into(), sentence: sentence.text.clone(), place: sentence.at.to_string() }
    }
}

impl Promise {
    /// Returns the parameter that the rule is about (empty if it is about none), and the rule.
    pub fn parts(&self) -> (&str, &str) {
        self.rule.split_once(' ').unwrap_or(("", &self.rule))
    }
}

/// Number of characters of a received value that a line shows.
const SHOWN: usize = 1_000;

/// Shortens a text for a line: a target may send a message of a megabyte.
fn shortened(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// One aspect of a response, expected and received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Line {
    /// `status`, `code`, `message`, or an element's path.
    pub aspect: String,
    /// The expected value.
    #[serde(rename = "promised")]
    pub expected: String,
    /// The received value.
    pub received: String,
    /// Whether the two differ.
    pub differs: bool,
}

impl Line {
    /// Creates a line of two texts that either agree or do not.
    pub fn new(
        aspect: impl Into<String>,
        expected: impl Into<String>,
        received: impl Into<String>,
        differs: bool,
    ) -> Self {
        let received = shortened(received.into());
        Self { aspect: aspect.into(), expected: expected.into(), received, differs }
    }
}
