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
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Departure {
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
