//! The cases as data for the page's script.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::CaseResult;
use crate::judge::{Departure, Verdict};
use crate::report::texts::Texts;
use crate::wire::{Exchange, Outcome, curl};

/// How much room the exchanges of cases may take, in bytes: with 100,000 cases the file stays below 30 MB. What failed is
/// kept first.
const ROOM: usize = 14_000_000;

/// The part of the room that cases which passed may take.
const ROOM_FOR_PASSED: usize = 10_000_000;

/// How much of an answer is shown.
const SHOWN: usize = 4_000;

/// All cases, and what is behind them as far as there is room.
#[derive(Default)]
pub struct Cases {
    rows: Vec<String>,
    details: BTreeMap<usize, String>,
    texts: Texts,
    used: usize,
}

/// What is behind a case.
#[derive(Serialize)]
struct Detail<'c> {
    sends: &'c str,
    expects: &'c str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'c str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    departures: &'c [Departure],
    exchanges: Vec<Shown<'c>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'c [String],
}

/// A request and its answer.
#[derive(Serialize)]
struct Shown<'c> {
    operation: &'c str,
    curl: String,
    answer: String,
    micros: u64,
    tried: bool,
}

impl Cases {
    /// Adds a case.
    pub fn add(&mut self, result: &CaseResult) {
        let promises = result.about.iter().chain([&result.promise]);
        let mut places: Vec<u32> = promises.map(|promise| self.texts.number(&promise.place)).collect();
        if let Verdict::Fail { departures } = &result.verdict {
            places.extend(departures.iter().map(|departure| self.texts.number(&departure.promise.place)));
        }
        places.extend(result.rows.iter().map(|place| self.texts.number(place)));
        places.sort_unstable();
        places.dedup();
        let (parameter, rule) = result.promise.parts();
        let row = (
            &result.id,
            result.verdict.name(),
            self.texts.number(&result.operation),
            self.texts.number(&result.tries),
            result.micros,
            self.texts.number(parameter),
            self.texts.number(rule),
            places,
        );
        let number = self.rows.len();
        self.rows.push(serde_json::to_string(&row).unwrap_or_default());
        let room = if result.verdict == Verdict::Pass { ROOM_FOR_PASSED } else { ROOM };
        if self.used < room {
            let detail = serde_json::to_string(&detail(result)).unwrap_or_default();
            self.used += detail.len();
            self.details.insert(number, detail);
        }
    }

    /// All of it as JSON that can stand in a script element.
    pub fn json(&self, changed: &BTreeMap<String, String>) -> String {
        let texts = serde_json::to_string(self.texts.all()).unwrap_or_default();
        let changed = serde_json::to_string(changed).unwrap_or_default();
        let mut json = format!("{{\"texts\":{texts},\"changed\":{changed},\"cases\":[\n");
        json.push_str(&self.rows.join(",\n"));
        json.push_str("\n],\"details\":{\n");
        for (index, (number, detail)) in self.details.iter().enumerate() {
            let comma = if index == 0 { "" } else { ",\n" };
            json.push_str(&format!("{comma}\"{number}\":{detail}"));
        }
        json.push_str("\n}}");
        // Neither `</script` nor `<!--` may stand in it, whatever a target sent.
        json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    }
}

fn detail(result: &CaseResult) -> Detail<'_> {
    let (reason, departures): (&str, &[Departure]) = match &result.verdict {
        Verdict::Pass => ("", &[]),
        Verdict::Fail { departures } => ("", departures),
        Verdict::Blocked { row, .. } => (row, &[]),
        Verdict::Error { reason } | Verdict::Skipped { reason } => (reason, &[]),
    };
    let exchanges = result.exchanges.iter().enumerate();
    Detail {
        sends: &result.sends,
        expects: &result.expects,
        reason,
        departures,
        exchanges: exchanges.map(|(index, exchange)| shown(exchange, result.tried == Some(index))).collect(),
        notes: &result.notes,
    }
}

fn shown(exchange: &Exchange, tried: bool) -> Shown<'_> {
    let answer = match &exchange.outcome {
        Outcome::Unanswered(reason) => reason.to_string(),
        Outcome::Answered(answer) => {
            let body: String = answer.body.chars().take(SHOWN).collect();
            let rest = if body.len() < answer.body.len() || answer.cut.is_some() { "…" } else { "" };
            format!("{} {body}{rest}", answer.status)
        }
    };
    Shown {
        operation: &exchange.operation,
        curl: curl::line(&exchange.request),
        answer,
        micros: exchange.micros,
        tried,
    }
}
