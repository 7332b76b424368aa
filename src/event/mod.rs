//! The event stream: what a run found out, as facts. Every report is a view of it.

mod page;
mod results;

pub use page::{ElementLine, ErrorLine, Page, ParameterRow, PromiseLine, Sentence, Side};
pub use results::Results;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::baseline::Compared;
use crate::case::Expectation;
use crate::judge::{Departure, Observed, Precedence, Promise, Verdict};
use crate::wire::Exchange;

/// The version of the stream's form; a reader refuses a newer one.
pub const VERSION: u32 = 3;

/// One event of a run of fineprint. Results come in the order of the plan, whatever the order of completion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins.
    RunStarted(Start),
    /// So many cases are done, in any order. For people who wait; not part of the stored stream.
    Progress {
        /// Cases done.
        done: usize,
    },
    /// A call that the page says is valid was not accepted between the calls that must be rejected: what those have shown
    /// proves nothing.
    PlainCallFailed(Box<CaseResult>),
    /// What a plain call has made that no documented call removes.
    PlainCallKept {
        /// The entities.
        kept: Vec<Leftover>,
    },
    /// A case is judged.
    CaseFinished(Box<CaseResult>),
    /// The answers were compared with the accepted ones.
    SnapshotsCompared(Snapshots),
    /// The failures were held against what is known.
    BaselineCompared(Compared),
    /// The run is over.
    RunFinished(Finish),
}

/// How a run begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Start {
    /// The stream's version.
    pub version: u32,
    /// The version of fineprint.
    pub fineprint: String,
    /// The target's name.
    pub target: String,
    /// Its address.
    pub url: String,
    /// From which new values are drawn.
    pub seed: u64,
    /// How many cases will be tried.
    pub cases: usize,
    /// How many requests they take if nothing has to be repeated, set-up and clean-up included.
    pub requests: usize,
    /// The pages of the operations that are tried.
    #[serde(default)]
    pub pages: Vec<Page>,
}

/// A case and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseResult {
    /// The case's id.
    pub id: String,
    /// The vendor.
    pub vendor: String,
    /// The service's folder.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// What the case tries.
    pub tries: String,
    /// The promise that it holds the target to.
    pub promise: Promise,
    /// All promises that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Promise>,
    /// The rows that may answer, by place, where the page says which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// Whether the page is silent about it: every documented answer is right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What it expects, as one word.
    #[serde(default)]
    pub expected: Expected,
    /// What its responses have shown.
    #[serde(default)]
    pub observed: Observed,
    /// Whether the page leaves open which answer comes: it is silent, or several codes may answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub choice: bool,
    /// Whether the page alone would let it pass: it departs from what another target answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_only: bool,
    /// The answer in short, without what differs from call to call, where only the beginning of its body is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether more than the call decides what is answered: other calls at the same time, or what an earlier run made of the
    /// same value and could not remove.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsettled: bool,
    /// What it sends, as the case file has it.
    pub sends: String,
    /// What it expects, as the case file has it.
    pub expects: String,
    /// The state of the case: a result of another one says nothing about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Every exchange of it, without those of the clean-up.
    pub exchanges: Vec<Exchange>,
    /// Where the tried one stands among them; nowhere if the set-up failed.
    pub tried: Option<usize>,
    /// What was drawn for it.
    pub drawn: Vec<String>,
    /// From which that was drawn.
    #[serde(default)]
    pub seed: u64,
    /// How often it was begun, because a drawn value was taken.
    pub attempts: u32,
    /// What could not be seen, for reasons that are no promise's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What it has made that no documented call removes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Leftover>,
    /// From its beginning to its end, in microseconds.
    pub micros: u64,
}

impl CaseResult {
    /// The tried exchange, the first where several were under way at once.
    pub fn tried(&self) -> Option<&Exchange> {
        self.exchanges.get(self.tried?)
    }

    /// The promises that the page makes and the target breaks.
    pub fn broken(&self) -> &[Departure] {
        match &self.verdict {
            Verdict::Fail { departures } if !self.other_only => departures,
            _ => &[],
        }
    }
}

/// What a case expects of the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// The call is accepted.
    Accept,
    /// It is rejected.
    Reject,
    /// Of concurrent calls, at most one is accepted.
    OneAccepted,
    /// It is accepted, or rejected for a circumstance.
    AcceptOr,
    /// The page does not say.
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

/// What the answers are beside the accepted ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshots {
    /// Answers that differ.
    pub changed: Vec<SnapshotChange>,
    /// Cases without an accepted answer.
    pub new: usize,
    /// Accepted answers of cases that no longer exist.
    pub stale: Vec<String>,
    /// Accepted files of operations that no longer exist.
    pub orphaned: Vec<String>,
    /// Files that were written.
    pub written: Vec<String>,
    /// Whether they were written as accepted (and not as pending).
    pub accepted: bool,
}

impl Snapshots {
    /// Whether answers differ that nobody has accepted.
    pub fn differ(&self) -> bool {
        !self.changed.is_empty() && !self.accepted
    }
}

/// An answer that differs from the accepted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotChange {
    /// The case.
    pub id: String,
    /// The difference, line by line.
    pub diff: String,
}

/// How a run stands to what another target was seen to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// The other target.
    pub target: String,
    /// How many cases were held to its answers, because the page leaves them open.
    pub held: usize,
    /// How many have another request than the recorded one, so that its answer says nothing.
    #[serde(default)]
    pub outdated: usize,
    /// Cases in which the other target breaks the page, so that the page alone decides.
    pub disputed: Vec<String>,
}

/// How a run ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finish {
    /// How many cases came to what.
    pub counts: Counts,
    /// In which order the target was seen to check parameters: a fact, and no verdict.
    #[serde(default)]
    pub precedence: Vec<Precedence>,
    /// How the answers stand to those of another target, if the run was held to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Recorded>,
    /// Why the run is incomplete, if it is.
    pub stopped: Option<String>,
    /// Entities that the run made and that no documented call removes.
    pub kept: Vec<Leftover>,
    /// Entities that should have been removed and could not be.
    pub left_behind: Vec<Leftover>,
    /// From the first request to the last, in microseconds.
    pub micros: u64,
    /// Requests that were sent.
    pub requests: usize,
}

impl Finish {
    /// Whether everything was tried and judged, and nothing is left behind.
    pub fn is_complete(&self) -> bool {
        self.counts.unjudged() == 0 && self.stopped.is_none() && self.left_behind.is_empty()
    }
}

/// How many cases came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// The promise holds.
    pub pass: usize,
    /// A promise is broken.
    pub fail: usize,
    /// A documented circumstance was in the way.
    pub blocked: usize,
    /// No HTTP answer.
    pub error: usize,
    /// Not tried.
    pub skipped: usize,
    /// Rejected as they must be, while valid calls were rejected too.
    #[serde(default)]
    pub unproven: usize,
    /// Left out on purpose.
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

    /// All of them.
    pub fn total(&self) -> usize {
        self.pass + self.fail + self.unjudged() + self.not_tested
    }

    /// Cases that should have been judged and could not be.
    pub fn unjudged(&self) -> usize {
        self.blocked + self.error + self.skipped + self.unproven
    }
}

/// An entity on the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leftover {
    /// The service's folder.
    pub service: String,
    /// The entity.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// The case that made it.
    pub case: String,
    /// Why it is still there.
    pub reason: String,
}
