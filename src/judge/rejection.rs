//! Error responses: compared word for word with the error rows that may be returned. Of several faults in one response,
//! one must have such a row, and no other may blame a valid value.

use std::collections::HashSet;

use crate::case::{Expectation, Rows};
use crate::json::Json;
use crate::protocol;
use crate::spec::breach::Breach;
use crate::spec::message::Message;
use crate::spec::model::{Circumstance, ErrorRow, RequestFault, When};
use crate::spec::path::Path;
use crate::spec::promise;
use crate::spec::ruling;
use crate::wire::{Reply, Response, Twist};

use super::{Contract, Kind, Line, Mismatch, Promise, Verdict, context, elements, excerpt, field, message};

/// A fault that an error response reports.
#[derive(Debug, Clone, Copy)]
pub struct Rejection<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: &'a str,
    /// The message.
    pub message: Option<&'a str>,
    /// The parameter that it names, as the response spells it.
    pub field: Option<&'a Json>,
    /// The envelope.
    pub body: &'a Json,
}

const NOTHING: &str = "–";

/// Returns the faults that an error response reports; none if it is no error response.
pub fn reported(status: u16, reply: &Reply) -> Vec<Rejection<'_>> {
    let Reply::Rejected { code, message, field, further, body } = reply else { return Vec::new() };
    let first = Rejection { status, code, message: message.as_deref(), field: field.as_ref(), body };
    let further = further.iter().map(|each| Rejection {
        code: &each.code,
        message: each.message.as_deref(),
        field: each.field.as_ref(),
        ..first
    });
    std::iter::once(first).chain(further).collect()
}

/// Judges an error response that reports these faults, one or more. Returns the mismatches, or a verdict if a
/// circumstance prevented the test.
pub fn judge(contract: Contract<'_>, reported: &[Rejection<'_>]) -> Result<Vec<Mismatch>, Verdict> {
    let Some(main) = main(contract, reported) else { return Ok(Vec::new()) };
    let mut mismatches = judge_one(contract, &reported[main])?;
    let others = reported.iter().enumerate().filter(|(index, _)| *index != main);
    mismatches.extend(others.filter_map(|(_, other)| judge_further(contract, other)).next());
    Ok(mismatches)
}

/// Returns the index of the fault that answers the case: one whose row is expected, if there is one.
pub fn main(contract: Contract<'_>, reported: &[Rejection<'_>]) -> Option<usize> {
    let expected = expected_rows(contract);
    let is_exact = |rejection: &&Rejection<'_>| {
        answers(contract, rejection, &exact_rows(contract, rejection), &expected)
            && !blames_stranger(contract, rejection)
    };
    let is_row = |rejection: &&Rejection<'_>| {
        let matching = matching_rows(contract, rejection.code, rejection.status);
        answers(contract, rejection, &matching, &expected)
    };
    let position = |is: &dyn Fn(&&Rejection<'_>) -> bool| reported.iter().position(|each| is(&each));
    position(&is_exact).or_else(|| position(&is_row)).or((!reported.is_empty()).then_some(0))
}

/// Returns `true` if one of these rows is expected, and the case allows the code that was received.
fn answers(
    contract: Contract<'_>,
    rejection: &Rejection<'_>,
    rows: &[&ErrorRow],
    expected: &[&ErrorRow],
) -> bool {
    let is_allowed = |row: &ErrorRow| match contract.expect.rows() {
        Some(Rows::Codes(codes)) => {
            let mut codes = codes.iter();
            row.any_code || codes.any(|code| contract.service.codes.matches(code, rejection.code))
        }
        Some(Rows::Any) | None => true,
    };
    rows.iter().any(|row| expected.iter().any(|wanted| std::ptr::eq(*wanted, *row)) && is_allowed(row))
}

/// Judges a further fault of an error response: its code must be in a table, and it may not blame a valid value.
fn judge_further(contract: Contract<'_>, rejection: &Rejection<'_>) -> Option<Mismatch> {
    let matching = matching_rows(contract, rejection.code, rejection.status);
    if matching.is_empty() && contract.service.has_table(contract.operation) {
        return Some(undocumented(contract, rejection));
    }
    if !matches!(contract.expect, Expectation::Reject(_)) || !is_about_values(contract) {
        return None;
    }
    let expected = expected_rows(contract);
    match answers(contract, rejection, &matching, &expected) {
        true => named_stranger(contract, rejection),
        false => named_stranger(contract, rejection).or_else(|| {
            context::blamed_parameter(contract, &matching)?;
            Some(wrong_row(contract, rejection, &matching, &expected))
        }),
    }
}

/// Returns the mismatch of an error response that names a parameter which has nothing to do with the case.
fn named_stranger(contract: Contract<'_>, rejection: &Rejection<'_>) -> Option<Mismatch> {
    let field = rejection.field?;
    let stranger = field::stranger(contract, field)?;
    let expected: Vec<String> = contract.about.iter().map(|about| about.at.to_string()).collect();
    let mut lines = vec![
        Line::new("status", "", rejection.status.to_string(), false),
        Line::new("code", "", rejection.code, false),
        Line::new("field", expected.join(" or "), field.to_string(), true),
    ];
    let value = describe(stranger.sent(contract.sent));
    lines.push(Line::new(
        stranger.to_string(),
        format!("valid: {value}"),
        "named in the error response",
        true,
    ));
    Some(Mismatch { kind: Kind::Details, promise: contract.promise(), lines })
}

fn blames_stranger(contract: Contract<'_>, rejection: &Rejection<'_>) -> bool {
    rejection.field.is_some_and(|field| field::stranger(contract, field).is_some())
}

fn judge_one(contract: Contract<'_>, rejection: &Rejection<'_>) -> Result<Vec<Mismatch>, Verdict> {
    let matching = matching_rows(contract, rejection.code, rejection.status);
    let expected = expected_rows(contract);
    let is_expected = answers(contract, rejection, &matching, &expected);
    let exact = exact_rows(contract, rejection);
    // Where any row may answer, one for a caller's mistake does, even if it shares its code with a circumstance.
    let is_answer = match contract.expect {
        Expectation::Reject(Rows::Any) => exact.iter().any(|row| !is_circumstance(row)),
        _ => is_expected,
    };
    if let Some((row, circumstance)) = circumstance(&matching)
        && prevents_test(contract, is_answer, circumstance)
        && !exact.is_empty()
    {
        return Err(Verdict::Blocked {
            code: rejection.code.to_owned(),
            circumstance: circumstance.name().to_owned(),
            row: promise::of_row(row).text,
        });
    }
    let mut mismatches = check_envelope(contract, rejection, &exact);
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
        _ if exact.is_empty() => Some(of_another_row(contract, rejection, &matching, &expected)),
        Expectation::Reject(_) if is_about_values(contract) => named_stranger(contract, rejection),
        _ => None,
    });
    if mismatches.is_empty() {
        mismatches.extend(wrong_body(&exact, rejection));
    }
    Ok(mismatches)
}

/// Returns the mismatches of a body that lacks what each of these rows says about it.
fn wrong_body(exact: &[&ErrorRow], rejection: &Rejection<'_>) -> Vec<Mismatch> {
    let mut of_rows = exact.iter().map(|row| elements::of_row(row, rejection.body));
    let first = of_rows.next().unwrap_or_default();
    if of_rows.any(|mismatches| mismatches.is_empty()) { Vec::new() } else { first }
}

/// Returns `true` if the call is well-formed and differs from a valid one in the values that the case tests.
fn is_about_values(contract: Contract<'_>) -> bool {
    !contract.about.is_empty() && contract.case.twist.is_none()
}

/// Returns the mismatch of a response that has the right code, but only fits rows about another parameter, or none.
fn of_another_row<'a>(
    contract: Contract<'a>,
    rejection: &Rejection<'_>,
    matching: &[&'a ErrorRow],
    expected: &[&'a ErrorRow],
) -> Mismatch {
    let fits = |row: &&&ErrorRow| is_exact(contract, row, rejection);
    let fitting: Vec<&ErrorRow> = matching.iter().filter(fits).copied().collect();
    match context::blamed_parameter(contract, &fitting) {
        Some(_) => wrong_row(contract, rejection, &fitting, &near(contract, expected.to_vec())),
        None => wrong_details(contract, rejection, &near(contract, matching.to_vec())),
    }
}

/// Returns the mismatch of a call that must be rejected, but was accepted.
pub fn missing_rejection(contract: Contract<'_>, response: &Response) -> Mismatch {
    let status = response.status.to_string();
    let received = Aspects { status: &status, code: NOTHING, message: NOTHING };
    let mut lines = expected_lines(contract, &expected_rows(contract), received);
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
    let mut rows = matching_rows(contract, code, status).into_iter();
    rows.any(|row| row.status == Some(status) && (is_expected(row) || is_circumstance(row)))
}

/// Returns the rows that an error response matches exactly: status, code and message.
pub fn exact_rows<'a>(contract: Contract<'a>, rejection: &Rejection<'_>) -> Vec<&'a ErrorRow> {
    let rows = matching_rows(contract, rejection.code, rejection.status);
    let rows = near(contract, rows).into_iter();
    rows.filter(|row| is_exact(contract, row, rejection)).collect()
}

/// Returns what the tested values may break, besides what the case tests.
pub fn visible_breaches(contract: Contract<'_>) -> Vec<Breach> {
    let mut visible = contract.about.to_vec();
    for about in contract.about {
        let Some(whole) = contract.operation.parameter(about.at.parameter()) else { continue };
        let at = Path::member(&whole.name);
        visible.extend(ruling::on_member(whole, at.sent(contract.sent)).at(&at).coverable());
    }
    visible
}

/// Leaves out rows about other values than those that the case tests, if one with the same code is about these.
fn near<'a>(contract: Contract<'a>, rows: Vec<&'a ErrorRow>) -> Vec<&'a ErrorRow> {
    let is_certain = matches!(contract.expect, Expectation::Reject(Rows::Codes(_)));
    // A single row has nothing to be told apart from.
    if rows.len() < 2 || !is_certain || !is_about_values(contract) {
        return rows;
    }
    let is_related =
        |at: &Path| contract.about.iter().any(|about| field::are_related(contract, at, &about.at));
    let visible = visible_breaches(contract);
    let is_near = |row: &&ErrorRow| match &row.when {
        // A row is about this value if the value may break one of its rules, or if a relation ties both.
        When::Breaches(bound) => bound.iter().any(|bound| {
            bound.at.as_ref().is_some_and(is_related) || visible.iter().any(|breach| bound.is_about(breach))
        }),
        _ => false,
    };
    let is_distant = |row: &&ErrorRow| match row.when {
        When::Breaches(_) => !is_near(row),
        _ => is_of_no_value(row) && !is_circumstance(row),
    };
    match rows.iter().any(is_near) {
        true => rows.into_iter().filter(|row| !is_distant(row)).collect(),
        false => rows,
    }
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

/// Removes rows about circumstances and about requests as a whole that share a code with the row for the rule: a case
/// about a rule does not mean them.
fn without_circumstances<'a>(contract: Contract<'a>, rows: Vec<&'a ErrorRow>) -> Vec<&'a ErrorRow> {
    let shares = |row: &ErrorRow| {
        let mut others = rows.iter().filter(|other| !is_of_no_value(other));
        others.any(|other| other.codes.iter().any(|code| row.codes.contains(code)))
    };
    let is_meant = |row: &&ErrorRow| !is_about_values(contract) || !is_of_no_value(row) || !shares(row);
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

/// Returns `true` if a row is about no value: about a circumstance, or a request as a whole. A value can be too large.
fn is_of_no_value(row: &ErrorRow) -> bool {
    let is_of_request = matches!(row.when, When::Request(fault) if fault != RequestFault::TooLarge);
    is_circumstance(row) || is_of_request
}

fn is_circumstance(row: &ErrorRow) -> bool {
    matches!(row.when, When::Circumstance(_))
}

fn circumstance<'a>(rows: &[&'a ErrorRow]) -> Option<(&'a ErrorRow, Circumstance)> {
    rows.iter().find_map(|row| match row.when {
        When::Circumstance(circumstance) => Some((*row, circumstance)),
        _ => None,
    })
}

/// Returns `true` if an error response has the status and the message of a row with its code.
fn is_exact(contract: Contract<'_>, row: &ErrorRow, rejection: &Rejection<'_>) -> bool {
    let has_message = |documented: &Message| {
        rejection.message.is_some_and(|received| message::matches(contract, documented, received))
    };
    row.status.is_none_or(|status| status == rejection.status) && row.message.as_ref().is_none_or(has_message)
}

fn unexpected_rejection<'a>(
    contract: Contract<'a>,
    rejection: &Rejection<'_>,
    matching: &[&'a ErrorRow],
) -> Mismatch {
    let mut lines = vec![
        Line::new("call", "succeeds", "rejected", true),
        Line::new("status", "", rejection.status.to_string(), false),
        Line::new("code", "", rejection.code, false),
        Line::new("message", "", rejection.message.unwrap_or(NOTHING), false),
        Line::new("body", "", excerpt(&rejection.body.to_string()), false),
    ];
    match context::blamed_parameter(contract, &narrowed(contract, rejection, matching)) {
        Some(blamed) => {
            lines.push(blamed.line());
            Mismatch { kind: Kind::Rejected, promise: blamed.promise(), lines }
        }
        None => Mismatch { kind: Kind::Rejected, promise: contract.promise(), lines },
    }
}

fn wrong_row<'a>(
    contract: Contract<'a>,
    rejection: &Rejection<'_>,
    matching: &[&'a ErrorRow],
    expected: &[&ErrorRow],
) -> Mismatch {
    let mut lines = lines_of(contract, expected, rejection);
    match context::blamed_parameter(contract, &narrowed(contract, rejection, matching)) {
        Some(blamed) => {
            lines.push(blamed.line());
            Mismatch { kind: Kind::OtherRow, promise: blamed.promise(), lines }
        }
        None => Mismatch { kind: Kind::OtherRow, promise: contract.promise(), lines },
    }
}

/// Returns those of the rows with the code of a response that it matches exactly; all of them if it matches none.
fn narrowed<'a>(
    contract: Contract<'a>,
    rejection: &Rejection<'_>,
    matching: &[&'a ErrorRow],
) -> Vec<&'a ErrorRow> {
    let exact = matching.iter().filter(|row| is_exact(contract, row, rejection)).copied();
    let exact: Vec<&ErrorRow> = exact.collect();
    if exact.is_empty() { matching.to_vec() } else { exact }
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
fn wrong_details(contract: Contract<'_>, rejection: &Rejection<'_>, matching: &[&ErrorRow]) -> Mismatch {
    let sentence = promise::of_row(matching[0]);
    Mismatch {
        kind: Kind::Details,
        promise: Promise::new(format!("error row {}", matching[0].codes.join("/")), &sentence),
        lines: lines_of(contract, matching, rejection),
    }
}

fn lines_of(contract: Contract<'_>, rows: &[&ErrorRow], rejection: &Rejection<'_>) -> Vec<Line> {
    let status = rejection.status.to_string();
    let message = rejection.message.unwrap_or(NOTHING);
    expected_lines(contract, rows, Aspects { status: &status, code: rejection.code, message })
}

/// Returns the lines of a report block: what the rows promise, next to what was received.
fn expected_lines(contract: Contract<'_>, rows: &[&ErrorRow], received: Aspects<'_>) -> Vec<Line> {
    const MANY: usize = 4;
    let joined = |texts: Vec<String>, what: &str| {
        let mut known = HashSet::new();
        let texts: Vec<String> = texts.into_iter().filter(|text| known.insert(text.clone())).collect();
        if texts.len() > MANY { format!("any {what} of the error tables") } else { texts.join("\nor ") }
    };
    let is_one = |expected: &str, received: &str| {
        expected.is_empty() || expected.split("\nor ").any(|each| each == received)
    };
    let line = |aspect: &str, expected: String, received: &str| {
        let differs = !is_one(&expected, received);
        Line::new(aspect, expected, received, differs)
    };
    let statuses = rows.iter().filter_map(|row| row.status).map(|status| status.to_string()).collect();
    // If one of the rows has no code of its own, any code is as good.
    let names_code = rows.iter().all(|row| !row.any_code);
    let codes = rows.iter().filter(|_| names_code).flat_map(|row| row.codes.clone()).collect();
    let documented = || rows.iter().filter_map(|row| row.message.as_ref());
    let messages = joined(documented().map(|each| message::filled(contract, each)).collect(), "message");
    let is_message = documented().any(|each| message::matches(contract, each, received.message));
    let differs = !is_message && !is_one(&messages, received.message);
    vec![
        line("status", joined(statuses, "status"), received.status),
        line("code", joined(codes, "code"), received.code),
        Line::new("message", messages, received.message, differs),
    ]
}

/// The aspects of a response that a row gives.
#[derive(Clone, Copy)]
struct Aspects<'a> {
    status: &'a str,
    code: &'a str,
    message: &'a str,
}

/// Checks the message and the elements that every error response has besides its code.
fn check_envelope(contract: Contract<'_>, rejection: &Rejection<'_>, exact: &[&ErrorRow]) -> Vec<Mismatch> {
    let facts = protocol::facts(contract.service);
    let operation = promise::of_operation(contract.operation);
    let missing = |path: &str, received: String| Mismatch {
        kind: Kind::Envelope,
        promise: Promise::new(format!("refusal {path}"), &operation),
        lines: vec![Line::new(path, "string, in every error response", received, true)],
    };
    // A row that gives only a status says nothing else about its response.
    let is_bare = exact.iter().any(|row| row.any_code && row.message.is_none());
    let is_needed = rejection.message.is_none() && !is_bare && *rejection.body != Json::Object(Vec::new());
    let message = facts.message_place(contract.service).filter(|_| is_needed);
    let message = message.map(|path| missing(&path, describe(rejection.body.at(&path))));
    let carried = facts.rejection_elements(contract.service).into_iter();
    let carried = carried.filter(|path| !matches!(rejection.body.at(path), Some(Json::Text(_))));
    message.into_iter().chain(carried.map(|path| missing(path, describe(rejection.body.at(path))))).collect()
}

/// Describes a JSON value for a line of a report.
pub fn describe(json: Option<&Json>) -> String {
    match json {
        None => NOTHING.to_owned(),
        Some(Json::Null) => "null".to_owned(),
        Some(json) => format!("{} {}", json.kind(), excerpt(&json.to_string())),
    }
}
