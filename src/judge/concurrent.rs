//! Concurrent calls: which of them succeed may differ from run to run, but not how many.

use crate::case::Expectation;
use crate::wire::{self, Exchange, Outcome, Reply};

use super::{Contract, Kind, Line, Mismatch, Verdict, judge};

/// Judges concurrent calls.
pub fn judge_concurrent(contract: Contract<'_>, exchanges: &[Exchange]) -> Verdict {
    let mut mismatches: Vec<Mismatch> = Vec::new();
    let mut blocked = Vec::new();
    for exchange in exchanges {
        match judge(contract, exchange) {
            Verdict::Fail { mismatches: found } => {
                mismatches.extend(found);
            }
            verdict @ Verdict::Blocked { .. } => blocked.push(verdict),
            Verdict::Pass => {}
            other => return other,
        }
    }
    mismatches.dedup_by(|a, b| a.promise == b.promise);
    let accepted = exchanges.iter().filter(|exchange| is_accepted(contract, exchange)).count();
    if matches!(contract.expect, Expectation::OneAccepted(_)) && accepted > 1 {
        mismatches.insert(0, too_many(contract, accepted, exchanges.len()));
    }
    match (mismatches.is_empty(), blocked.pop()) {
        // A call that loses may be told that another call is in the way. If all calls are told so, nothing was tested.
        (true, Some(verdict)) if blocked.len() + 1 == exchanges.len() => verdict,
        _ => Verdict::of(mismatches),
    }
}

fn is_accepted(contract: Contract<'_>, exchange: &Exchange) -> bool {
    let Outcome::Received(response) = &exchange.outcome else { return false };
    matches!(wire::decode(contract.service, contract.operation, response), Reply::Accepted(_))
}

fn too_many(contract: Contract<'_>, accepted: usize, sent: usize) -> Mismatch {
    let line = Line::new("accepted", format!("at most 1 of {sent}"), format!("{accepted} of {sent}"), true);
    Mismatch { kind: Kind::Concurrent, promise: contract.promise(), lines: vec![line] }
}
