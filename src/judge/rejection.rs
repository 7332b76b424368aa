//! Error responses: compared word for word with the error rows that may be returned.

use crate::case::{Expectation, Rows};
use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Circumstance, ErrorRow, When};
use crate::spec::promise;
use crate::wire::{Response, Twist};

use super::{Contract, Kind, Line, Mismatch, Promise, Verdict, context, excerpt};

/// An error response as received.
pub struct Rejection<'a> {
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

/// Judges an error response. Returns the mismatches, or a verdict if a circumstance prevented the test.
pub fn judge(contract: Contract<'_>, rejection: &Rejection<'_>) -> Result<Vec<Mismatch>, Verdict> {
    let matching = matching_rows(contract, rejection.code, rejection.status);
    let expected = expected_rows(contract);
    let is_expected = matching.iter().any(|row| expected.iter().any(|wanted| std::ptr::eq(*wanted, *row)));
    let exact = matching.iter().any(|row| differences(row, rejection).is_empty());
    // Where any row may answer, one for a caller's mistake does, even if it shares its code with a circumstance.
    let is_answer = match contract.expect {
        Expectation::Reject(Rows::Any) => is_also_of_a_fault(&matching, rejection),
        _ => is_expected,
    };
    if let Some((row, circumstance)) = circumstance(&matching)
        && prevents_test(contract, is_answer, circumstance)
        && exact
    {
        return Err(Verdict::Blocked {
            code: rejection.code.to_owned(),
            circumstance: circumstance.name().to_owned(),
            row: promise::of_row(row).text,
        });
    }
    let mut mismatches = check_envelope(contract, rejection);
    mismatches.extend(match contract.expect {
        Expectation::Accept => Some(unexpected_rejection(contract, rejection, &matching)),
        Expectation::AcceptOr(_) if !is_expected => {
            Some(unexpected_rejection(contract, rejection, &matching))
        }
        Expectation::Reject(Rows::Codes(_)) | Expectation::OneAccepted(Rows::Codes(_)) if !is_expected => {
            Some(wrong_row(contract, rejection, &matching, &expected))
        }
        _ if matching.is_empty() && !contract.service.has_table(contract.operation) => None,
        _ if matching.is_empty() => Some(undocumented(contract, rejection)),
        _ if exact => None,
        _ => Some(wrong_details(rejection, &matching)),
    });
    Ok(mismatches)
}

/// Returns the mismatch of a call that must be rejected, but was accepted.
pub fn missing_rejection(contract: Contract<'_>, response: &Response) -> Mismatch {
    let mut lines = expected_lines(&expected_rows(contract), &response.status.to_string(), NOTHING, NOTHING);
    lines.push(Line::new("body", "", excerpt(&response.body), false));
    Mismatch { kind: Kind::Accepted, promise: contract.promise(), lines }
}

/// Returns the error rows of the operation and its service that a code stands for.
fn matching_rows<'a>(contract: Contract<'a>, code: &str, status: u16) -> Vec<&'a ErrorRow> {
    contract.service.rows_matching(contract.operation, code, status)
}

/// Returns `true` if the page promises a status of 500 or more: in a row whose code the case expects, or for a
/// circumstance.
pub fn promises_server_error(contract: Contract<'_>, code: &str, status: u16) -> bool {
    let is_expected = |row: &ErrorRow| match contract.expect.rows() {
        Some(Rows::Codes(codes)) => row.codes.iter().any(|code| codes.contains(code)),
        Some(Rows::Any) | None => false,
    };
    let is_circumstance = |row: &ErrorRow| matches!(row.when, When::Circumstance(_));
    let mut rows = matching_rows(contract, code, status).into_iter();
    rows.any(|row| row.status == Some(status) && (is_expected(row) || is_circumstance(row)))
}

/// Returns the rows that an error response matches exactly: status, code and message.
pub fn exact_rows<'a>(contract: Contract<'a>, rejection: &Rejection<'_>) -> Vec<&'a ErrorRow> {
    let rows = matching_rows(contract, rejection.code, rejection.status).into_iter();
    rows.filter(|row| differences(row, rejection).is_empty()).collect()
}

/// Returns the rows that the case allows.
fn expected_rows<'a>(contract: Contract<'a>) -> Vec<&'a ErrorRow> {
    let rows = contract.service.rows(contract.operation);
    match (contract.expect, contract.expect.rows()) {
        (_, Some(Rows::Codes(codes))) => {
            let named = rows.filter(|row| row.codes.iter().any(|code| codes.contains(code)));
            without_circumstances(contract, named.collect())
        }
        (Expectation::Accept, _) => Vec::new(),
        // A row for a failure of the service is not a response to a caller's mistake.
        _ => rows.filter(|row| row.status.is_none_or(|status| status < 500)).collect(),
    }
}

/// Removes circumstance rows that share a code with the row for the rule: a case about a rule does not mean them.
fn without_circumstances<'a>(contract: Contract<'a>, rows: Vec<&'a ErrorRow>) -> Vec<&'a ErrorRow> {
    let is_circumstance = |row: &ErrorRow| matches!(row.when, When::Circumstance(_));
    let shares = |row: &ErrorRow| {
        let mut others = rows.iter().filter(|other| !is_circumstance(other));
        others.any(|other| other.codes.iter().any(|code| row.codes.contains(code)))
    };
    let is_meant = |row: &&ErrorRow| contract.about.is_empty() || !is_circumstance(row) || !shares(row);
    rows.iter().copied().filter(is_meant).collect()
}

/// Returns `true` if a circumstance prevented the test. It did not if the case itself names the row. Where the page is
/// silent, the entity's state or a quota is as good a response as any other.
fn prevents_test(contract: Contract<'_>, is_answer: bool, circumstance: Circumstance) -> bool {
    match (contract.expect, contract.expect.rows()) {
        (_, Some(Rows::Codes(_))) | (Expectation::Reject(Rows::Any), _) => !is_answer,
        // Nor does any page say in which order a signature takes equal parameters.
        (Expectation::Silent(_), _) if matches!(contract.case.twist, Some(Twist::Repeat(_))) => {
            !circumstance.is_auth()
        }
        (Expectation::Silent(_), _) => !matches!(circumstance, Circumstance::State | Circumstance::Quota),
        _ => true,
    }
}

/// Returns `true` if a response is also that of a row for a caller's mistake.
fn is_also_of_a_fault(matching: &[&ErrorRow], rejection: &Rejection<'_>) -> bool {
    let is_of_fault = |row: &ErrorRow| !matches!(row.when, When::Circumstance(_));
    matching.iter().any(|row| is_of_fault(row) && differences(row, rejection).is_empty())
}

fn circumstance<'a>(rows: &[&'a ErrorRow]) -> Option<(&'a ErrorRow, Circumstance)> {
    rows.iter().find_map(|row| match row.when {
        When::Circumstance(circumstance) => Some((*row, circumstance)),
        _ => None,
    })
}

/// Returns the aspects in which an error response differs from a row with its code.
fn differences(row: &ErrorRow, rejection: &Rejection<'_>) -> Vec<&'static str> {
    let mut differences = Vec::new();
    if row.status.is_some_and(|status| status != rejection.status) {
        differences.push("status");
    }
    if row.message.as_deref().is_some_and(|message| Some(message) != rejection.message) {
        differences.push("message");
    }
    differences
}

fn unexpected_rejection(
    contract: Contract<'_>,
    rejection: &Rejection<'_>,
    matching: &[&ErrorRow],
) -> Mismatch {
    let mut lines = vec![
        Line::new("call", "succeeds", "rejected", true),
        Line::new("status", "", rejection.status.to_string(), false),
        Line::new("code", "", rejection.code, false),
        Line::new("message", "", rejection.message.unwrap_or(NOTHING), false),
        Line::new("body", "", excerpt(&rejection.body.to_string()), false),
    ];
    match context::blamed_parameter(contract, matching) {
        Some(blamed) => {
            lines.push(blamed.line());
            Mismatch { kind: Kind::Rejected, promise: blamed.promise(), lines }
        }
        None => Mismatch { kind: Kind::Rejected, promise: contract.promise(), lines },
    }
}

fn wrong_row(
    contract: Contract<'_>,
    rejection: &Rejection<'_>,
    matching: &[&ErrorRow],
    expected: &[&ErrorRow],
) -> Mismatch {
    let message = rejection.message.unwrap_or(NOTHING);
    let mut lines = expected_lines(expected, &rejection.status.to_string(), rejection.code, message);
    match context::blamed_parameter(contract, matching) {
        Some(blamed) => {
            lines.push(blamed.line());
            Mismatch { kind: Kind::OtherRow, promise: blamed.promise(), lines }
        }
        None => Mismatch { kind: Kind::OtherRow, promise: contract.promise(), lines },
    }
}

fn undocumented(contract: Contract<'_>, rejection: &Rejection<'_>) -> Mismatch {
    Mismatch {
        kind: Kind::Undocumented,
        promise: Promise::new("documented codes", &promise::of_operation(contract.operation)),
        lines: vec![
            Line::new("status", "", rejection.status.to_string(), false),
            Line::new("code", "a code of the error tables", rejection.code, true),
            Line::new("message", "", rejection.message.unwrap_or(NOTHING), false),
        ],
    }
}

/// Returns the mismatch of a response with the right code, but a status or message that no row with this code has.
fn wrong_details(rejection: &Rejection<'_>, matching: &[&ErrorRow]) -> Mismatch {
    let message = rejection.message.unwrap_or(NOTHING);
    let sentence = promise::of_row(matching[0]);
    Mismatch {
        kind: Kind::Details,
        promise: Promise::new(format!("error row {}", matching[0].codes.join("/")), &sentence),
        lines: expected_lines(matching, &rejection.status.to_string(), rejection.code, message),
    }
}

/// Returns the lines of a report block: what the rows promise, next to what was received.
fn expected_lines(rows: &[&ErrorRow], status: &str, code: &str, message: &str) -> Vec<Line> {
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
    let differs = |expected: &str, received: &str| {
        !expected.is_empty() && !expected.split("\nor ").any(|each| each == received)
    };
    let line = |aspect: &str, expected: String, received: &str| {
        let differs = differs(&expected, received);
        Line::new(aspect, expected, received, differs)
    };
    vec![line("status", statuses, status), line("code", codes, code), line("message", messages, message)]
}

/// Checks the elements that every error response has besides its code.
fn check_envelope(contract: Contract<'_>, rejection: &Rejection<'_>) -> Vec<Mismatch> {
    let operation = promise::of_operation(contract.operation);
    protocol::facts(contract.service)
        .rejection_elements(contract.service)
        .iter()
        .filter(|path| !matches!(rejection.body.at(path), Some(Json::Text(_))))
        .map(|path| Mismatch {
            kind: Kind::Envelope,
            promise: Promise::new(format!("refusal {path}"), &operation),
            lines: vec![Line::new(
                *path,
                "string, in every error response",
                describe(rejection.body.at(path)),
                true,
            )],
        })
        .collect()
}

/// Describes a JSON value for a line of a report.
pub fn describe(json: Option<&Json>) -> String {
    match json {
        None => NOTHING.to_owned(),
        Some(json) => format!("{} {}", json.kind(), excerpt(&json.to_string())),
    }
}
