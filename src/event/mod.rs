//! The event stream: what a run found out, as facts. Every report is a view of it.

mod page;
mod results;

pub use page::{ElementLine, ErrorLine, Page, ParameterRow, PromiseLine, Sentence, Side};
pub use results::Results;

use std::collections::BTreeMap;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Expectation;
pub use crate::judge::{Kind, Mismatch, Observed, Precedence, Promise, Verdict};
pub use crate::wire::{Exchange, NoResponse, Outcome, Request, Response};

/// The version of the stream's format. A reader rejects a newer one.
pub const VERSION: u32 = 3;

/// One event of a run of fineprint. Results appear in the order of the plan, whatever the order of completion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The run starts.
    RunStarted(Start),
    /// Cases are done: how many so far, in any order. For people who wait; not part of the stored stream.
    Progress {
        /// Number of cases done.
        done: usize,
    },
    /// A call that the page calls valid was not accepted. It was sent between calls that must be rejected, and the
    /// results of those calls prove nothing.
    PlainCallFailed(Box<CaseResult>),
    /// A plain call created entities that no documented call removes.
    PlainCallKept {
        /// The entities.
        kept: Vec<Leftover>,
    },
    /// A case was judged.
    CaseFinished(Box<CaseResult>),
    /// The responses were compared with the accepted ones.
    SnapshotsCompared(Snapshots),
    /// The failures were compared with the known ones.
    BaselineCompared(Compared),
    /// The run has ended.
    RunFinished(Finish),
}

/// The start of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Start {
    /// The stream's version.
    pub version: u32,
    /// The version of fineprint.
    pub fineprint: String,
    /// The target's name.
    pub target: String,
    /// The target's address.
    pub url: String,
    /// Seed for the random values.
    pub seed: u64,
    /// Number of cases to run.
    pub cases: usize,
    /// Number of requests that they need if nothing has to be repeated, including setup and cleanup.
    pub requests: usize,
    /// The pages of the operations under test.
    #[serde(default)]
    pub pages: Vec<Page>,
}

/// A case and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct CaseResult {
    /// The case's id.
    pub id: String,
    /// The vendor.
    pub vendor: String,
    /// The service's folder.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// What the case tests.
    pub tries: String,
    /// The promise that the case tests.
    pub promise: Promise,
    /// All promises that the case is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Promise>,
    /// Places of the error rows that may be returned, if the page says which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// Whether the page is silent about the case: every documented response is right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What the case expects, as one word.
    #[serde(default)]
    pub expected: Expected,
    /// What the responses of the case have shown.
    #[serde(default)]
    pub observed: Observed,
    /// Whether the page leaves the response open: it is silent, or several codes may be returned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub choice: bool,
    /// Whether the page alone would let the case pass: it fails because its response differs from that of another
    /// target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_only: bool,
    /// Short form of the response, without what differs from call to call; present if only the beginning of its body is
    /// kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether the response depends on more than the call: on concurrent calls, or on what an earlier run created with
    /// the same value and could not remove.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsettled: bool,
    /// What the case sends, as in the case file.
    pub sends: String,
    /// What the case expects, as in the case file.
    pub expects: String,
    /// Digest of the case. A result with another digest says nothing about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// All exchanges of the case except those of the cleanup.
    pub exchanges: Vec<Exchange>,
    /// Index of the tested exchange in `exchanges`; absent if the setup failed.
    pub tried: Option<usize>,
    /// The random values of the case.
    pub drawn: Vec<String>,
    /// Seed for these values.
    #[serde(default)]
    pub seed: u64,
    /// Number of attempts: the case starts again if a random value is already taken.
    pub attempts: u32,
    /// What could not be observed, for reasons unrelated to any promise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Entities that the case created and that no documented call removes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Leftover>,
    /// Duration of the case, in microseconds.
    pub micros: u64,
}

impl CaseResult {
    /// Returns the tested exchange; of concurrent calls, the first.
    pub fn tested_exchange(&self) -> Option<&Exchange> {
        self.exchanges.get(self.tried?)
    }

    /// Returns the promises that the page makes and the target breaks.
    pub fn broken(&self) -> &[Mismatch] {
        match &self.verdict {
            Verdict::Fail { mismatches } if !self.other_only => mismatches,
            _ => &[],
        }
    }
}

/// What a case expects of the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Expected {
    /// The call is accepted.
    Accept,
    /// The call is rejected.
    Reject,
    /// Of concurrent calls, at most one is accepted.
    OneAccepted,
    /// The call is accepted, or rejected for a circumstance.
    AcceptOr,
    /// The page does not specify the result.
    #[default]
    Silent,
}

impl From<&Expectation> for Expected {
    fn from(expect: &Expectation) -> Self {
        match expect {
            Expectation::Accept => Self::Accept,
            Expectation::Reject(_) => Self::Reject,
            Expectation::OneAccepted(_) => Self::OneAccepted,
            Expectation::AcceptOr(_) => Self::AcceptOr,
            Expectation::Silent(_) => Self::Silent,
        }
    }
}

/// The comparison of the responses with the accepted ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Snapshots {
    /// Responses that differ.
    pub changed: Vec<SnapshotChange>,
    /// Number of cases without an accepted response.
    pub new: usize,
    /// Accepted responses of cases that no longer exist.
    pub stale: Vec<String>,
    /// Accepted files of operations that no longer exist.
    pub orphaned: Vec<String>,
    /// Files that were written.
    pub written: Vec<String>,
    /// Whether the files were written as accepted (and not as pending).
    pub accepted: bool,
}

impl Snapshots {
    /// Returns `true` if responses differ and nobody has accepted the changes.
    pub fn differ(&self) -> bool {
        !self.changed.is_empty() && !self.accepted
    }
}

/// A response that differs from the accepted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct SnapshotChange {
    /// The case.
    pub id: String,
    /// The difference, line by line.
    pub diff: String,
}

/// The comparison of the failures with the known ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Compared {
    /// Cases that fail and are known to fail, with the reason.
    pub known: BTreeMap<String, String>,
    /// Entries whose cases pass again; they should be removed.
    pub passing: Vec<String>,
    /// Expired entries, with their last day.
    pub expired: BTreeMap<String, String>,
}

impl Compared {
    /// Returns `true` if the baseline itself needs an update.
    pub fn is_outdated(&self) -> bool {
        !self.passing.is_empty() || !self.expired.is_empty()
    }
}

/// The comparison of a run with the recorded responses of another target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Recorded {
    /// The other target.
    pub target: String,
    /// Number of cases tested against the other target's responses, because the page leaves them open.
    #[serde(rename = "held")]
    pub tested: usize,
    /// Number of cases that send another request than the recorded one, so that the recorded response says nothing.
    #[serde(default)]
    pub outdated: usize,
    /// Cases in which the other target breaks the page, so that the page alone decides.
    pub disputed: Vec<String>,
}

/// The end of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Finish {
    /// Number of cases per verdict.
    pub counts: Counts,
    /// The order in which the target was seen to check parameters: a fact, not a verdict.
    #[serde(default)]
    pub precedence: Vec<Precedence>,
    /// The comparison with the responses of another target, if the run was tested against them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Recorded>,
    /// Reason why the run is incomplete, if it is.
    pub stopped: Option<String>,
    /// Entities that the run created and that no documented call removes.
    pub kept: Vec<Leftover>,
    /// Entities that should have been removed, but could not be.
    pub left_behind: Vec<Leftover>,
    /// Time from the first request to the last, in microseconds.
    pub micros: u64,
    /// Number of requests sent.
    pub requests: usize,
}

impl Finish {
    /// Returns `true` if no case is unjudged, the run was not stopped, and nothing is left behind.
    pub fn is_complete(&self) -> bool {
        self.counts.unjudged() == 0 && self.stopped.is_none() && self.left_behind.is_empty()
    }
}

/// Number of cases per verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Counts {
    /// The promise holds.
    pub pass: usize,
    /// A promise is broken.
    pub fail: usize,
    /// A documented circumstance prevented the test.
    pub blocked: usize,
    /// There was no HTTP response.
    pub error: usize,
    /// The case did not run.
    pub skipped: usize,
    /// The call was rejected as required, but valid calls were rejected too.
    #[serde(default)]
    pub unproven: usize,
    /// The case was left out on purpose.
    #[serde(default)]
    pub not_tested: usize,
}

impl Counts {
    /// Adds a verdict.
    pub fn add(&mut self, verdict: &Verdict) {
        *match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail { .. } => &mut self.fail,
            Verdict::Blocked { .. } => &mut self.blocked,
            Verdict::Error { .. } => &mut self.error,
            Verdict::Skipped { .. } => &mut self.skipped,
            Verdict::Unproven { .. } => &mut self.unproven,
            Verdict::NotTested { .. } => &mut self.not_tested,
        } += 1;
    }

    /// Returns the number of all cases.
    pub fn total(&self) -> usize {
        self.pass + self.fail + self.unjudged() + self.not_tested
    }

    /// Returns the number of cases that should have been judged, but could not be.
    pub fn unjudged(&self) -> usize {
        self.blocked + self.error + self.skipped + self.unproven
    }
}

/// An entity on the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Leftover {
    /// The service's folder.
    pub service: String,
    /// The entity.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// The case that created it.
    pub case: String,
    /// Reason why it still exists.
    pub reason: String,
}
