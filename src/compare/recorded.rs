//! Responses of another target, which decide where the page leaves a choice.

use crate::event::CaseResult;
use crate::judge::{Kind, Line, Mismatch, Promise, Verdict};
use crate::spec::model::Specs;

use super::{Recording, response};

/// The relation of a case's response to the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedRelation {
    /// The page decides, or no recorded result can.
    Silent,
    /// The page leaves the response open, and it is the same as the recorded one.
    Agrees,
    /// The page leaves the response open, and it differs from the recorded one.
    Differs(Mismatch),
    /// The recorded response breaks the page itself.
    Disputed,
    /// The recording has a different request for this case id.
    Outdated,
}

/// Compares the result of a case with the response of another target. The page takes precedence: where it decides, the
/// other target's response is not a promise, and a difference is reported but not judged.
pub fn compare_with_recorded(specs: &Specs, recording: &Recording, result: &CaseResult) -> RecordedRelation {
    let Some(recorded) = recording.case(&result.id).filter(|recorded| recorded.verdict.is_judged()) else {
        return RecordedRelation::Silent;
    };
    if recorded.sends != result.sends {
        return RecordedRelation::Outdated;
    }
    if !recorded.broken().is_empty() {
        return RecordedRelation::Disputed;
    }
    if !result.choice || result.verdict != Verdict::Pass {
        return RecordedRelation::Silent;
    }
    match (response(specs, &recorded), response(specs, result)) {
        (Some(theirs), Some(ours)) if theirs != ours => {
            RecordedRelation::Differs(mismatch(recording, result, &theirs, &ours))
        }
        (Some(_), Some(_)) => RecordedRelation::Agrees,
        _ => RecordedRelation::Silent,
    }
}

fn mismatch(recording: &Recording, result: &CaseResult, theirs: &str, ours: &str) -> Mismatch {
    // The promise is the other target's. The page's own sentence is not broken.
    let promise = Promise {
        rule: format!("{}, as {} responds", result.promise.rule, recording.target),
        sentence: format!("{} (the page does not specify the response)", result.promise.sentence),
        place: recording.place(&result.id).unwrap_or(&result.promise.place).to_owned(),
    };
    let (their_status, their_body) = theirs.split_once(' ').unwrap_or((theirs, ""));
    let (our_status, our_body) = ours.split_once(' ').unwrap_or((ours, ""));
    let line = |aspect: &str, expected: &str, received: &str| {
        Line::new(aspect, expected, received, expected != received)
    };
    Mismatch {
        kind: Kind::OtherTarget,
        promise,
        lines: vec![line("status", their_status, our_status), line("response", their_body, our_body)],
    }
}
