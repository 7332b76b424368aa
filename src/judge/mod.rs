//! Judging: from a case and its exchanges to a verdict. Pure.

mod concurrent;
mod context;
mod echo;
mod elements;
mod field;
mod message;
mod observed;
mod precedence;
mod rejection;
mod repeats;
mod step;
mod verdict;

pub use concurrent::judge_concurrent;
pub use observed::{Observed, Unique, observe};
pub use precedence::{Observations, Precedence};
pub use repeats::{RequestIds, repeated_id};
pub use step::{ExpectedValues, judge_step};
pub use verdict::{Kind, Line, Mismatch, Promise, Verdict};

use crate::case::{Case, Expectation};
use crate::json::Json;
use crate::protocol;
use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Service};
use crate::spec::promise::{self, Sentence};
use crate::wire::{self, Exchange, Gateway, GatewayResponse, Outcome, Reply, Response};

/// All that one call of a case is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Contract<'a> {
    /// The service.
    pub service: &'a Service,
    /// The operation that is called.
    pub operation: &'a Operation,
    /// The case.
    pub case: &'a Case,
    /// The promises that this call tests.
    pub about: &'a [Breach],
    /// The expected result of this call.
    pub expect: &'a Expectation,
    /// What it sends.
    pub sent: &'a [(String, Json)],
    /// Responses that gateways in front of the target give by themselves.
    pub gateways: &'a [GatewayResponse],
}

/// Judges a call by its exchange.
pub fn judge(contract: Contract<'_>, exchange: &Exchange) -> Verdict {
    let response = match &exchange.outcome {
        Outcome::NoResponse(reason) => return Verdict::Error { reason: reason.to_string() },
        Outcome::Received(response) => response,
    };
    if let Some(blocked) = gateway(contract, response) {
        return blocked;
    }
    let reply = wire::decode(contract.service, contract.operation, response);
    let mut mismatches: Vec<Mismatch> = check_always(contract, response, &reply).into_iter().collect();
    match &reply {
        // A service that fails need not use its envelope to say so.
        Reply::Unreadable(_) | Reply::Misplaced(_) if response.status >= 500 && !mismatches.is_empty() => {}
        Reply::Unreadable(why) => mismatches.push(unreadable(contract, response, why)),
        Reply::Misplaced(path) => mismatches.push(misplaced(contract, response, path)),
        Reply::Accepted(output) => match contract.expect {
            Expectation::Reject(_) => mismatches.push(rejection::missing_rejection(contract, response)),
            _ => {
                mismatches.extend(elements::of_status(contract.operation, response.status));
                mismatches.extend(elements::of_headers(contract.operation, response));
                mismatches.extend(elements::mismatches(contract, output));
                // Of a value that the page leaves open, it does not say either how it is stored.
                if matches!(contract.expect, Expectation::Accept) {
                    mismatches.extend(echo::mismatches(contract, output));
                }
            }
        },
        Reply::Rejected { .. } => {
            match rejection::judge(contract, &rejection::reported(response.status, &reply)) {
                // A server failure is one mismatch, whatever code it returns.
                Ok(_) if mismatches.iter().any(|mismatch| mismatch.kind == Kind::Failed) => {}
                Ok(of_rejection) => mismatches.extend(of_rejection),
                Err(blocked) if mismatches.is_empty() => return blocked,
                Err(_) => {}
            }
        }
    }
    Verdict::of(mismatches)
}

/// Returns a verdict if a gateway in front of the service responded instead of the service. Such a response does not
/// count against the service.
fn gateway(contract: Contract<'_>, response: &Response) -> Option<Verdict> {
    let kind = wire::content_type(response).unwrap_or("no content type");
    match wire::gateway(contract.service, contract.operation, response, contract.gateways)? {
        Gateway::Busy => Some(Verdict::Blocked {
            code: response.status.to_string(),
            circumstance: GATEWAY.to_owned(),
            row: format!("{} {kind}: a gateway in front of the service responds", response.status),
        }),
        Gateway::Final => Some(Verdict::NotTested {
            reason: format!("a filter in front of the service rejects it: {} {kind}", response.status),
        }),
    }
}

/// The circumstance of a response that a gateway gives.
pub const GATEWAY: &str = "gateway";

/// Checks what must hold for every response, whatever the case.
fn check_always(contract: Contract<'_>, response: &Response, reply: &Reply) -> Option<Mismatch> {
    let mismatch = |kind: Kind, promise: Promise, expected: String| Mismatch {
        kind,
        promise,
        lines: vec![
            Line::new("status", expected, response.status.to_string(), true),
            Line::new("body", "", excerpt(&response.body), false),
        ],
    };
    let operation = promise::of_operation(contract.operation);
    let is_promised = || matches!(reply, Reply::Rejected { code, .. } if rejection::promises_server_error(contract, code, response.status));
    if response.status >= 500 && !is_promised() {
        let promise = Promise::new("no server error", &operation);
        let expected = "below 500: no request makes the service fail".to_owned();
        return Some(mismatch(Kind::Failed, promise, expected));
    }
    let (only, source) =
        protocol::facts(contract.service).only_status().filter(|(only, _)| *only != response.status)?;
    let sentence = Sentence { text: source.to_owned(), at: contract.service.at.clone() };
    let expected = format!("{only}, as in every response of this protocol");
    Some(mismatch(Kind::Status, Promise::new("status", &sentence), expected))
}

fn unreadable(contract: Contract<'_>, response: &Response, why: &str) -> Mismatch {
    let expected = match contract.expect {
        Expectation::Accept => "a success",
        Expectation::Reject(_) => "an error response",
        _ => "a documented response",
    };
    Mismatch {
        kind: Kind::Unreadable,
        promise: Promise::new("envelope", &promise::of_operation(contract.operation)),
        lines: vec![
            Line::new("status", "", response.status.to_string(), false),
            Line::new("body", format!("{expected} in the protocol's envelope"), why, true),
        ],
    }
}

/// Reports that nothing is found at a place that service.yaml names. That says more about service.yaml than about the
/// page.
fn misplaced(contract: Contract<'_>, response: &Response, path: &str) -> Mismatch {
    let sentence = Sentence {
        text: format!("service.yaml says that it is at `{path}`"),
        at: contract.service.at.clone(),
    };
    Mismatch {
        kind: Kind::Misplaced,
        promise: Promise::new(format!("`{path}` in service.yaml"), &sentence),
        lines: vec![
            Line::new("status", "", response.status.to_string(), false),
            Line::new("body", format!("has `{path}`"), excerpt(&response.body), true),
        ],
    }
}

/// Returns the first of these promises: its rule, or the operation as a whole.
pub fn promise_of(operation: &Operation, about: &[Breach]) -> Promise {
    let about = about.first();
    let member = about.and_then(|about| operation.member(&about.at));
    match (about, member) {
        (Some(about), Some(member)) => Promise::new(about.to_string(), &promise::of_rule(member, about.part)),
        _ => Promise::new("call", &promise::of_operation(operation)),
    }
}

impl Contract<'_> {
    /// Returns the operation that the case tests, whichever operation this call is of.
    fn tested_operation(&self) -> &Operation {
        self.service.operation(&self.case.operation).unwrap_or(self.operation)
    }

    /// Returns the promise that the call tests.
    fn promise(&self) -> Promise {
        promise_of(self.tested_operation(), self.about)
    }
}

/// Returns the beginning of what a target sent, for a line of a report.
pub fn excerpt(body: &str) -> String {
    const SHOWN: usize = 300;
    let mut shown: String = body.chars().take(SHOWN).collect();
    if shown.len() < body.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod element_tests;
#[cfg(test)]
mod reported_tests;
#[cfg(test)]
mod tests;
