//! Reasons to start a case again with other values: its responses say nothing about the target's promises.

use std::time::Duration;

use crate::case::value::Value;
use crate::case::{Expectation, FEW_RANDOM, Parameters, Rows, TRIED};
use crate::judge::{self, Verdict};
use crate::spec::breach::{Breach, Part};
use crate::wire::{self, Exchange, NoResponse, Outcome, Reply, Twist};

use super::attempt::Attempt;
use super::session::asked_pause;

/// Maximum number of attempts at a case if a random value was taken on the target.
const MAX_ATTEMPTS: u32 = 8;

/// Maximum number of attempts at a case whose value may have been rejected because it was taken.
const MAX_FEW_ATTEMPTS: u32 = 3;

/// The reason why a case starts again.
#[derive(Clone, Copy)]
pub enum RestartReason {
    /// A random value may be in use by somebody else.
    Taken,
    /// A connection that was kept open closed before a response arrived.
    Lost,
    /// A gateway answered a call that creates something; contains the pause that it asks for.
    Gateway(Option<Duration>),
}

impl RestartReason {
    /// Returns the reason in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Taken => "restarted with new values: a random value may have been in use",
            Self::Lost => {
                "restarted with new values: an open connection ended before a response was received"
            }
            Self::Gateway(_) => "restarted with new values: a gateway responded instead of the service",
        }
    }
}

impl Attempt<'_> {
    /// Returns the reason to start the case again with other random values, if there is one.
    pub fn restart_reason(&self, verdict: &Verdict) -> Option<RestartReason> {
        let begun = self.values.attempt + 1;
        let is_lost = |exchange: &Exchange| matches!(exchange.outcome, Outcome::NoResponse(NoResponse::Lost));
        // A wrong secret that is sent again is one more wrong secret.
        let is_secret = matches!(self.case.twist, Some(Twist::Signature(_)));
        if begun < MAX_ATTEMPTS && !is_secret && self.exchanges.iter().any(is_lost) {
            return Some(RestartReason::Lost);
        }
        let is_taken = (begun < MAX_ATTEMPTS && self.met_a_stranger())
            || (begun < MAX_FEW_ATTEMPTS && self.may_be_taken(verdict));
        if is_taken {
            return Some(RestartReason::Taken);
        }
        let is_gateway =
            matches!(verdict, Verdict::Blocked { circumstance, .. } if circumstance == judge::GATEWAY);
        let asked = || match &self.exchanges.last()?.outcome {
            Outcome::Received(response) => asked_pause(response),
            Outcome::NoResponse(_) => None,
        };
        (is_gateway && begun <= self.session.target.retries).then(|| RestartReason::Gateway(asked()))
    }

    /// Returns `true` if a value that had to be rejected may have been rejected because it was taken: it has few random
    /// characters, and no error row distinguishes the two causes.
    fn may_be_taken(&self, verdict: &Verdict) -> bool {
        let [about] = self.case.about.as_slice() else { return false };
        let is_unique =
            self.operation.parameter(about.at.parameter()).is_some_and(|parameter| parameter.unique);
        let taken = Breach::of(about.at.parameter(), Part::Unique);
        let named = self.service.rows_for(self.operation, &taken).next().is_some();
        let value =
            self.case.send.iter().find(|(name, _)| *name == about.at.parameter()).map(|(_, value)| value);
        let few = value.and_then(Value::random_count).is_some_and(|drawn| drawn <= FEW_RANDOM);
        let rejected = *verdict == Verdict::Pass && matches!(self.case.expect, Expectation::Reject(_));
        rejected && is_unique && !named && few
    }

    /// Returns `true` if the last call may have been rejected because one of its random values was already on the
    /// target. If no error row covers a value in use, any rejection of a call that should have succeeded may mean that.
    fn met_a_stranger(&self) -> bool {
        let (Some(asked), Some(exchange)) = (&self.last, self.exchanges.last()) else { return false };
        let Outcome::Received(response) = &exchange.outcome else { return false };
        let Reply::Rejected { code, .. } = wire::decode(self.service, asked.operation, response) else {
            return false;
        };
        let must_succeed = matches!(asked.expect, Expectation::Accept);
        // Of several calls for one value, all but one are rejected because of it.
        if matches!(asked.expect, Expectation::OneAccepted(_)) {
            return false;
        }
        // A code that the call had to be rejected with says nothing about its other values.
        if matches!(asked.expect.rows(), Some(Rows::Codes(codes)) if codes.contains(&code)) {
            return false;
        }
        let unique = asked.operation.parameters.iter().filter(|parameter| parameter.unique);
        unique.filter(|parameter| self.is_random(asked.send, &parameter.name, must_succeed)).any(
            |parameter| {
                let taken = Breach::of(&parameter.name, Part::Unique);
                let mut rows = self.service.rows_for(asked.operation, &taken).peekable();
                match rows.peek() {
                    None => must_succeed,
                    Some(_) => rows.any(|row| self.service.row_has_code(row, &code)),
                }
            },
        )
    }

    /// Returns `true` if the parameter has a random value of this call, or of an earlier call that was rejected, so
    /// that it is not known yet whether the value was free.
    fn is_random(&self, send: &Parameters, name: &str, must_succeed: bool) -> bool {
        let drawn = |value: &Value| matches!(value, Value::Described(text) if text.is_random());
        match send.iter().find(|(sent, _)| sent == name).map(|(_, value)| value) {
            Some(Value::Same(sent)) => must_succeed && sent.call == TRIED,
            Some(value) => drawn(value),
            None => false,
        }
    }
}
