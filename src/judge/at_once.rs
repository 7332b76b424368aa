//! Concurrent calls: which of them succeed may differ from run to run, but not how many.

use crate::case::Expectation;
use crate::wire::{self, Exchange, Outcome, Reply};

use super::{Contract, Departure, Kind, Line, Verdict, judge};

/// Judges concurrent calls.
pub fn judge_at_once(contract: Contract<'_>, exchanges: &[Exchange]) -> Verdict {
    let mut departures: Vec<Departure> = Vec::new();
    let mut blocked = Vec::new();
    for exchange in exchanges {
        match judge(contract, exchange) {
            Verdict::Fail { departures: found } => {
                departures.extend(found);
            }
            verdict @ Verdict::Blocked { .. } => blocked.push(verdict),
            Verdict::Pass => {}
            other => return other,
        }
    }
    departures.dedup_by(|a, b| a.promise == b.promise);
    let accepted = exchanges.iter().filter(|exchange| is_accepted(contract, exchange)).count();
    if matches!(contract.expect, Expectation::OneAccepted(_)) && accepted > 1 {
        departures.insert(0, too_many(contract, accepted, exchanges.len()));
    }
    match (departures.is_empty(), blocked.pop()) {
        // A call that loses may be told that another call is in the way. If all calls are told so, nothing was tested.
        (true, Some(verdict)) if blocked.len() + 1 == exchanges.len() => verdict,
        _ => Verdict::of(departures),
    }
}

fn is_accepted(contract: Contract<'_>, exchange: &Exchange) -> bool {
    let Outcome::Answered(answer) = &exchange.outcome else { return false };
    matches!(wire::decode(contract.service, contract.operation, answer), Reply::Accepted(_))
}

fn too_many(contract: Contract<'_>, accepted: usize, sent: usize) -> Departure {
    let line = Line::new("accepted", format!("at most 1 of {sent}"), format!("{accepted} of {sent}"), true);
    Departure { kind: Kind::Concurrent, promise: contract.promise(), lines: vec![line] }
}
