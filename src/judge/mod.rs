//! Judging: a case and what came of it, to a verdict. Pure.

mod at_once;
mod context;
mod elements;
mod precedence;
mod refusal;
mod repeats;
mod step;
mod verdict;

pub use at_once::judge_at_once;
pub use precedence::{Precedence, Seen};
pub use repeats::RequestIds;
pub use step::judge_step;
pub use verdict::{Departure, Line, Promise, Verdict};

use crate::case::{About, Case, Expectation};
use crate::json::Json;
use crate::spec::model::{Operation, Service};
use crate::spec::promise::{self, Sentence};
use crate::wire::{self, Answer, Exchange, Outcome, Reply};

use refusal::Refusal;

/// What a call of a case is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Contract<'a> {
    /// The service.
    pub service: &'a Service,
    /// The operation that is called.
    pub operation: &'a Operation,
    /// The case.
    pub case: &'a Case,
    /// The promises that this call holds the target to.
    pub about: &'a [About],
    /// What must come of this call.
    pub expect: &'a Expectation,
    /// What it sends.
    pub sent: &'a [(String, Json)],
}

/// Judges a call by its exchange.
pub fn judge(contract: Contract<'_>, exchange: &Exchange) -> Verdict {
    let answer = match &exchange.outcome {
        Outcome::Unanswered(reason) => return Verdict::Error { reason: reason.to_string() },
        Outcome::Answered(answer) => answer,
    };
    let reply = wire::decode(contract.service, answer);
    let mut departures: Vec<Departure> = always(contract, answer).into_iter().collect();
    match &reply {
        Reply::Unreadable(why) => departures.push(unreadable(contract, answer, why)),
        Reply::Accepted(output) => match contract.expect {
            Expectation::Reject(_) => departures.push(refusal::missing(contract, answer)),
            _ => departures.extend(elements::departures(contract.operation, output)),
        },
        Reply::Refused { code, message, body } => {
            let refusal = Refusal { status: answer.status, code, message: message.as_deref(), body };
            match refusal::judge(contract, &refusal) {
                Ok(of_refusal) => departures.extend(of_refusal),
                Err(blocked) if departures.is_empty() => return blocked,
                Err(_) => {}
            }
        }
    }
    Verdict::of(departures)
}

/// What holds for every answer, whatever the case.
fn always(contract: Contract<'_>, answer: &Answer) -> Option<Departure> {
    let departure = |promise: Promise, promised: String| Departure {
        promise,
        lines: vec![Line::new("status", promised, answer.status.to_string(), true)],
    };
    let operation = promise::of_operation(contract.operation);
    if answer.status >= 500 {
        let promise = Promise::new("no server error", &operation);
        return Some(departure(promise, "below 500: no request makes the service fail".to_owned()));
    }
    let (only, source) =
        wire::only_status(contract.service.protocol).filter(|(only, _)| *only != answer.status)?;
    let sentence = Sentence { text: source.to_owned(), at: contract.service.at.clone() };
    Some(departure(Promise::new("status", &sentence), format!("{only}, as every answer of this protocol")))
}

fn unreadable(contract: Contract<'_>, answer: &Answer, why: &str) -> Departure {
    let promised = match contract.expect {
        Expectation::Accept => "a success",
        Expectation::Reject(_) => "a refusal",
        _ => "a documented answer",
    };
    Departure {
        promise: Promise::new("envelope", &promise::of_operation(contract.operation)),
        lines: vec![
            Line::new("status", "", answer.status.to_string(), false),
            Line::new("body", format!("{promised} in the protocol's envelope"), why, true),
        ],
    }
}

/// The first promise of these: its rule, or the operation as a whole.
pub fn promise_of(operation: &Operation, about: &[About]) -> Promise {
    let about = about.first();
    let parameter = about.and_then(|about| operation.parameter(&about.parameter));
    match (about, parameter) {
        (Some(about), Some(parameter)) => Promise::new(
            format!("{} {}", parameter.name, about.breach),
            &promise::of_rule(parameter, about.breach),
        ),
        _ => Promise::new("call", &promise::of_operation(operation)),
    }
}

impl Contract<'_> {
    /// The operation that the case tries, whichever one this call is of.
    fn tried(&self) -> &Operation {
        self.service.operation(&self.case.operation).unwrap_or(self.operation)
    }

    /// The promise that the call holds the target to.
    fn promise(&self) -> Promise {
        promise_of(self.tried(), self.about)
    }
}

/// The beginning of what a target has sent, for a line of a report.
pub fn excerpt(body: &str) -> String {
    const SHOWN: usize = 300;
    let mut shown: String = body.chars().take(SHOWN).collect();
    if shown.len() < body.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
