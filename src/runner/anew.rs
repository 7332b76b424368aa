//! When a case is begun anew with other values: what came says nothing about the target's promises.

use std::time::Duration;

use crate::case::value::Value;
use crate::case::{Expectation, FEW_DRAWN, Parameters, TRIED};
use crate::judge::{self, Verdict};
use crate::spec::breach::{Breach, Part};
use crate::wire::{self, Exchange, NoAnswer, Outcome, Reply, Twist};

use super::attempt::Attempt;
use super::session::asked_pause;

/// How often a case is begun anew because a drawn value was taken on the target.
const ATTEMPTS: u32 = 8;

/// How often at most a case is tried whose value may have been refused for being taken.
const FEW_ATTEMPTS: u32 = 3;

/// Why a case is begun anew.
#[derive(Clone, Copy)]
pub enum Anew {
    /// A value that was drawn may be somebody's.
    Taken,
    /// A connection that was kept open has ended before a response came.
    Lost,
    /// A gateway has answered a call that makes something; for how long it asks to wait.
    Gateway(Option<Duration>),
}

impl Anew {
    /// For people.
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
    /// Why the case is to be begun anew with other draws, if it is.
    pub fn why_anew(&self, verdict: &Verdict) -> Option<Anew> {
        let begun = self.values.attempt + 1;
        let is_lost = |exchange: &Exchange| matches!(exchange.outcome, Outcome::Unanswered(NoAnswer::Lost));
        // A wrong secret that is sent again is one more wrong secret.
        let is_secret = matches!(self.case.twist, Some(Twist::Signature(_)));
        if begun < ATTEMPTS && !is_secret && self.exchanges.iter().any(is_lost) {
            return Some(Anew::Lost);
        }
        let is_taken = (begun < ATTEMPTS && self.met_a_stranger())
            || (begun < FEW_ATTEMPTS && self.may_be_taken(verdict));
        if is_taken {
            return Some(Anew::Taken);
        }
        let is_gateway =
            matches!(verdict, Verdict::Blocked { circumstance, .. } if circumstance == judge::GATEWAY);
        let asked = || match &self.exchanges.last()?.outcome {
            Outcome::Answered(answer) => asked_pause(answer),
            Outcome::Unanswered(_) => None,
        };
        (is_gateway && begun <= self.session.target.retries).then(|| Anew::Gateway(asked()))
    }

    /// Whether a value that had to be refused may have been refused for being taken: it has few characters, and no row
    /// tells the two apart.
    fn may_be_taken(&self, verdict: &Verdict) -> bool {
        let [about] = self.case.about.as_slice() else { return false };
        let is_unique =
            self.operation.parameter(about.at.parameter()).is_some_and(|parameter| parameter.unique);
        let taken = Breach::of(about.at.parameter(), Part::Unique);
        let named = self.service.rows_for(self.operation, &taken).next().is_some();
        let value =
            self.case.send.iter().find(|(name, _)| *name == about.at.parameter()).map(|(_, value)| value);
        let few = value.and_then(Value::drawn).is_some_and(|drawn| drawn <= FEW_DRAWN);
        let refused = *verdict == Verdict::Pass && matches!(self.case.expect, Expectation::Reject(_));
        refused && is_unique && !named && few
    }

    /// Whether the last call may have been refused because a value that it drew was on the target already. Where no row
    /// is bound to a used value, any refusal of a call that should have succeeded may mean that.
    fn met_a_stranger(&self) -> bool {
        let (Some(asked), Some(exchange)) = (&self.last, self.exchanges.last()) else { return false };
        let Outcome::Answered(answer) = &exchange.outcome else { return false };
        let Reply::Refused { code, .. } = wire::decode(self.service, asked.operation, answer) else {
            return false;
        };
        let must_succeed = matches!(asked.expect, Expectation::Accept);
        // Of several calls for one value, all but one are refused for it.
        if matches!(asked.expect, Expectation::OneAccepted(_)) {
            return false;
        }
        let unique = asked.operation.parameters.iter().filter(|parameter| parameter.unique);
        unique.filter(|parameter| self.is_drawn(asked.send, &parameter.name, must_succeed)).any(|parameter| {
            let taken = Breach::of(&parameter.name, Part::Unique);
            let mut rows = self.service.rows_for(asked.operation, &taken).peekable();
            match rows.peek() {
                None => must_succeed,
                Some(_) => rows.any(|row| self.service.answers_for(row, &code)),
            }
        })
    }

    /// Whether a parameter was drawn for this call; or for an earlier one that was refused, so that nobody knows yet
    /// whether it was free.
    fn is_drawn(&self, send: &Parameters, name: &str, must_succeed: bool) -> bool {
        let drawn = |value: &Value| matches!(value, Value::Described(text) if text.is_drawn());
        match send.iter().find(|(sent, _)| sent == name).map(|(_, value)| value) {
            Some(Value::Same(label, _)) => must_succeed && label == TRIED,
            Some(value) => drawn(value),
            None => false,
        }
    }
}
