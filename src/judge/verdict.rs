//! Verdicts, as plain data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::promise::Sentence;

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The promise holds.
    Pass,
    /// A promise is broken.
    Fail {
        /// Each broken promise.
        departures: Vec<Departure>,
    },
    /// The target answered with a documented circumstance, so that the promise could not be tried.
    Blocked {
        /// The code that came.
        code: String,
        /// The circumstance: busy, quota, state, throttled, auth.
        circumstance: String,
        /// The row of the error table.
        row: String,
    },
    /// There was no HTTP answer.
    Error {
        /// Why.
        reason: String,
    },
    /// It was rejected, as it must be, but valid calls were rejected as well: nobody knows for what.
    Unproven {
        /// What became of the plain call.
        reason: String,
    },
    /// It was left out on purpose: the user has not said that it may be sent.
    NotTested {
        /// Why, and how it would be tested.
        reason: String,
    },
    /// It was not tried.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// A pass, or a failure with these departures.
    pub fn of(departures: Vec<Departure>) -> Self {
        match departures.is_empty() {
            true => Self::Pass,
            false => Self::Fail { departures },
        }
    }

    /// Whether it says something about the target: that a promise holds, or does not.
    pub fn is_judged(&self) -> bool {
        matches!(self, Self::Pass | Self::Fail { .. })
    }

    /// Its name in reports.
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

/// In what a response differs from what was expected: what a headline names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An invalid call was accepted.
    Accepted,
    /// A valid call was rejected.
    Rejected,
    /// An invalid call was rejected by another error row than the page says.
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
    /// What stands somewhere, as service.yaml has it, does not stand there.
    Misplaced,
    /// A response element is missing, or is of another type or value.
    Element,
    /// A member of every error response is missing.
    Envelope,
    /// What a call says that it has done does not show.
    Effect,
    /// Of concurrent calls, too many were accepted.
    Concurrent,
    /// A value that no two responses may share came again.
    Repeated,
    /// Another target, whose recording decides, responds differently.
    OtherTarget,
    /// A stream of an earlier version does not say.
    #[default]
    Unsaid,
}

impl Kind {
    /// Whether the response is about something else than the call: whether that was accepted or rejected as expected is to be
    /// seen all the same.
    pub fn is_beside_the_call(self) -> bool {
        matches!(self, Self::Element | Self::Envelope | Self::Repeated | Self::Status | Self::OtherTarget)
    }

    /// Whether a rejection is what differs: a call that is rejected for another reason than its fault looks so as well.
    pub fn is_rejection(self) -> bool {
        matches!(self, Self::Rejected | Self::OtherRow | Self::Details | Self::Undocumented | Self::Misplaced)
    }
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Departure {
    /// In what the response differs.
    #[serde(default)]
    pub kind: Kind,
    /// The promise.
    pub promise: Promise,
    /// Promised and received, aspect by aspect.
    pub lines: Vec<Line>,
}

/// What a page promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Promise {
    /// The rule in short: `Name length.max`, `response Contact.ContactId`.
    pub rule: String,
    /// The page's sentence.
    pub sentence: String,
    /// Where the spec has it, `file:line:column`.
    pub place: String,
}

impl Promise {
    /// A promise from its sentence.
    pub fn new(rule: impl Into<String>, sentence: &Sentence) -> Self {
        Self { rule: rule.into(), sentence: sentence.text.clone(), place: sentence.at.to_string() }
    }
}

impl Promise {
    /// The parameter that the rule is about, empty if it is about none, and the rule.
    pub fn parts(&self) -> (&str, &str) {
        self.rule.split_once(' ').unwrap_or(("", &self.rule))
    }
}

/// How much of what came a line shows, in characters.
const SHOWN: usize = 1_000;

/// A text for a line: a target may send a message of a megabyte.
fn shortened(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// One aspect of an answer, promised and received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// `status`, `code`, `message`, or an element's path.
    pub aspect: String,
    /// What was promised.
    pub promised: String,
    /// What came.
    pub received: String,
    /// Whether the two differ.
    pub differs: bool,
}

impl Line {
    /// A line of two texts that either agree or do not.
    pub fn new(
        aspect: impl Into<String>,
        promised: impl Into<String>,
        received: impl Into<String>,
        differs: bool,
    ) -> Self {
        let received = shortened(received.into());
        Self { aspect: aspect.into(), promised: promised.into(), received, differs }
    }
}
