//! Refusals: the row of the error table that may answer, to the letter.

use crate::case::{Expectation, Rows};
use crate::json::Json;
use crate::spec::model::{Circumstance, ErrorRow, When};
use crate::spec::promise;
use crate::wire::{self, Answer, Twist};

use super::{Contract, Departure, Line, Promise, Verdict, context, excerpt};

/// A refusal as it came.
pub struct Refusal<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: &'a str,
    /// The message.
    pub message: Option<&'a str>,
    /// The envelope.
    pub body: &'a Json,
}

const NOTHING: &str = "–";

/// Judges a refusal: the departures, or that a circumstance kept the promise from being tried.
pub fn judge(contract: Contract<'_>, refusal: &Refusal<'_>) -> Result<Vec<Departure>, Verdict> {
    let answering = answering(contract, refusal.code);
    let expected = expected_rows(contract);
    let is_expected = answering.iter().any(|row| expected.iter().any(|wanted| std::ptr::eq(*wanted, *row)));
    let exact = answering.iter().any(|row| differences(row, refusal).is_empty());
    if let Some((row, circumstance)) = circumstance(&answering)
        && keeps_from_trying(contract, refusal.code, circumstance)
        && exact
    {
        return Err(Verdict::Blocked {
            code: refusal.code.to_owned(),
            circumstance: circumstance.name().to_owned(),
            row: promise::of_row(row).text,
        });
    }
    let mut departures = envelope(contract, refusal);
    departures.extend(match contract.expect {
        Expectation::Accept => Some(refused(contract, refusal, &answering)),
        Expectation::AcceptOr(_) if !is_expected => Some(refused(contract, refusal, &answering)),
        Expectation::Reject(Rows::Codes(_)) | Expectation::OneAccepted(Rows::Codes(_)) if !is_expected => {
            Some(wrong_row(contract, refusal, &answering, &expected))
        }
        _ if answering.is_empty() && !contract.service.has_table(contract.operation) => None,
        _ if answering.is_empty() => Some(undocumented(contract, refusal)),
        _ if exact => None,
        _ => Some(wrong_details(refusal, &answering)),
    });
    Ok(departures)
}

/// A call that must be refused, and was not.
pub fn missing(contract: Contract<'_>, answer: &Answer) -> Departure {
    let mut lines = promised_lines(&expected_rows(contract), &answer.status.to_string(), NOTHING, NOTHING);
    lines.push(Line::new("body", "", excerpt(&answer.body), false));
    Departure { promise: contract.promise(), lines }
}

/// The rows of the operation and its service that a code answers for. Where codes are hierarchical and a row has the code
/// itself, the rows of what it is a kind of say nothing: that one is documented apart from them.
fn answering<'a>(contract: Contract<'a>, code: &str) -> Vec<&'a ErrorRow> {
    let rows = || contract.service.rows(contract.operation);
    let exact: Vec<&ErrorRow> = rows().filter(|row| row.codes.iter().any(|known| known == code)).collect();
    match exact.is_empty() {
        true => rows().filter(|row| contract.service.answers_for(row, code)).collect(),
        false => exact,
    }
}

/// The rows that the case lets answer.
fn expected_rows<'a>(contract: Contract<'a>) -> Vec<&'a ErrorRow> {
    let rows = contract.service.rows(contract.operation);
    match (contract.expect, contract.expect.rows()) {
        (_, Some(Rows::Codes(codes))) => {
            rows.filter(|row| row.codes.iter().any(|code| codes.contains(code))).collect()
        }
        (Expectation::Accept, _) => Vec::new(),
        _ => rows.collect(),
    }
}

/// Whether a circumstance kept the promise from being tried. Not where the case itself names the code; and where the
/// page is silent, the entity's state or a quota is an answer as good as any.
fn keeps_from_trying(contract: Contract<'_>, code: &str, circumstance: Circumstance) -> bool {
    match (contract.expect, contract.expect.rows()) {
        (_, Some(Rows::Codes(codes))) => {
            !codes.iter().any(|documented| contract.service.codes.answers(documented, code))
        }
        // In which order a signature takes equal parameters, no page says either.
        (Expectation::Silent(_), _) if matches!(contract.case.twist, Some(Twist::Repeat(_))) => {
            !circumstance.is_auth()
        }
        (Expectation::Silent(_), _) => !matches!(circumstance, Circumstance::State | Circumstance::Quota),
        _ => true,
    }
}

fn circumstance<'a>(rows: &[&'a ErrorRow]) -> Option<(&'a ErrorRow, Circumstance)> {
    rows.iter().find_map(|row| match row.when {
        When::Circumstance(circumstance) => Some((*row, circumstance)),
        _ => None,
    })
}

/// The aspects in which a refusal differs from a row that its code answers for.
fn differences(row: &ErrorRow, refusal: &Refusal<'_>) -> Vec<&'static str> {
    let mut differences = Vec::new();
    if row.status.is_some_and(|status| status != refusal.status) {
        differences.push("status");
    }
    if row.message.as_deref().is_some_and(|message| Some(message) != refusal.message) {
        differences.push("message");
    }
    differences
}

fn refused(contract: Contract<'_>, refusal: &Refusal<'_>, answering: &[&ErrorRow]) -> Departure {
    let mut lines = vec![
        Line::new("call", "succeeds", "refused", true),
        Line::new("status", "", refusal.status.to_string(), false),
        Line::new("code", "", refusal.code, false),
        Line::new("message", "", refusal.message.unwrap_or(NOTHING), false),
    ];
    match context::blamed(contract, answering) {
        Some(blamed) => {
            lines.push(blamed.line());
            Departure { promise: blamed.promise(), lines }
        }
        None => Departure { promise: contract.promise(), lines },
    }
}

fn wrong_row(
    contract: Contract<'_>,
    refusal: &Refusal<'_>,
    answering: &[&ErrorRow],
    expected: &[&ErrorRow],
) -> Departure {
    let message = refusal.message.unwrap_or(NOTHING);
    let mut lines = promised_lines(expected, &refusal.status.to_string(), refusal.code, message);
    match context::blamed(contract, answering) {
        Some(blamed) => {
            lines.push(blamed.line());
            Departure { promise: blamed.promise(), lines }
        }
        None => Departure { promise: contract.promise(), lines },
    }
}

fn undocumented(contract: Contract<'_>, refusal: &Refusal<'_>) -> Departure {
    Departure {
        promise: Promise::new("documented codes", &promise::of_operation(contract.operation)),
        lines: vec![
            Line::new("status", "", refusal.status.to_string(), false),
            Line::new("code", "a code of the error tables", refusal.code, true),
            Line::new("message", "", refusal.message.unwrap_or(NOTHING), false),
        ],
    }
}

/// The right code, with a status or message that no row of that code has.
fn wrong_details(refusal: &Refusal<'_>, answering: &[&ErrorRow]) -> Departure {
    let message = refusal.message.unwrap_or(NOTHING);
    let sentence = promise::of_row(answering[0]);
    Departure {
        promise: Promise::new(format!("error row {}", answering[0].codes.join("/")), &sentence),
        lines: promised_lines(answering, &refusal.status.to_string(), refusal.code, message),
    }
}

/// The lines of a block: what the rows promise, beside what came.
fn promised_lines(rows: &[&ErrorRow], status: &str, code: &str, message: &str) -> Vec<Line> {
    const MANY: usize = 4;
    let any = |what: &str| format!("any {what} of the error tables");
    let joined = |texts: Vec<String>, what: &str| {
        let mut texts = texts;
        texts.dedup();
        if texts.len() > MANY { any(what) } else { texts.join("\nor ") }
    };
    let statuses =
        joined(rows.iter().filter_map(|row| row.status).map(|status| status.to_string()).collect(), "status");
    let codes = joined(rows.iter().flat_map(|row| row.codes.clone()).collect(), "code");
    let messages = joined(rows.iter().filter_map(|row| row.message.clone()).collect(), "message");
    let differs = |promised: &str, came: &str| {
        !promised.is_empty() && !promised.split("\nor ").any(|each| each == came)
    };
    let line = |aspect: &str, promised: String, came: &str| {
        let differs = differs(&promised, came);
        Line::new(aspect, promised, came, differs)
    };
    vec![line("status", statuses, status), line("code", codes, code), line("message", messages, message)]
}

/// What every refusal carries beside its code.
fn envelope(contract: Contract<'_>, refusal: &Refusal<'_>) -> Vec<Departure> {
    let operation = promise::of_operation(contract.operation);
    wire::refusal_elements(contract.service)
        .iter()
        .filter(|path| !matches!(refusal.body.at(path), Some(Json::Text(_))))
        .map(|path| Departure {
            promise: Promise::new(format!("refusal {path}"), &operation),
            lines: vec![Line::new(*path, "string, in every refusal", describe(refusal.body.at(path)), true)],
        })
        .collect()
}

/// A JSON value for a line of a report.
pub fn describe(json: Option<&Json>) -> String {
    match json {
        None => NOTHING.to_owned(),
        Some(json) => format!("{} {}", json.kind(), excerpt(&json.to_string())),
    }
}
