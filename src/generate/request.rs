//! Faults of a request as a whole: unlisted parameters, a repeated one, another version or operation, a body that
//! cannot be parsed.

use crate::case::value::Value;
use crate::case::{Case, Expectation, Rows};
use crate::json::Json;
use crate::protocol;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{ErrorRow, Member, RequestFault, Required, When};
use crate::wire::Twist;

use super::plain::PlainCall;
use super::{context, single_call};

const NOT_LISTED: &str = "the page does not say what happens to a parameter that it does not list";
const REPEATED: &str = "the page does not say which of two equal parameters counts";

const UNREADABLE: &str =
    "nothing is required in the body, and the page does not say what happens to an invalid body";

/// Bodies that contain no parameters.
const BODIES: &[(&str, &str, &str)] = &[
    ("empty-body", "no body", ""),
    ("cut-off-body", "a body that ends too early", "{\"Name\": \"a"),
    ("text-body", "a body that is not JSON", "Name=a&Product=b"),
    ("list-body", "a list as body", "[]"),
    ("null-body", "null as body", "null"),
    ("trailing-comma", "a comma after the last member", "{\"Name\": \"a\",}"),
    ("nul-body", "NUL as body", "\0"),
];

/// Returns the cases with faults that the operation's protocol can encode.
pub fn cases(plain: &PlainCall<'_>) -> Vec<Case> {
    let mut cases = vec![unlisted(plain)];
    cases.extend(repeated(plain));
    let fixed =
        plain.operation.parameters.iter().filter(|parameter| protocol::facts(plain.service).sets(parameter));
    cases.extend(fixed.flat_map(|parameter| other_than_fixed(plain, parameter)));
    if protocol::facts(plain.service).has_json_body(plain.operation) {
        cases.extend(BODIES.iter().map(|body| unreadable(plain, body)));
    }
    cases
}

fn of_fault(plain: &PlainCall<'_>, slug: &str, tries: &str, expect: Expectation) -> Case {
    let send = plain.set(&[]);
    let given = plain.setup_calls(&send, &expect);
    Case { given, ..single_call(plain.operation, &format!("request/{slug}"), tries.to_owned(), send, expect) }
}

/// Returns the rows that may be returned. Rows without `when` may be returned next to others; on their own, they are
/// not the only correct response.
pub fn only_if_bound(rows: Vec<&ErrorRow>) -> Rows {
    match rows.iter().all(|row| row.when == When::Unsaid) {
        true => Rows::Any,
        false => Rows::Codes(codes(rows.into_iter())),
    }
}

/// Returns the codes of rows, each once.
pub fn codes<'a>(rows: impl Iterator<Item = &'a ErrorRow>) -> Vec<String> {
    let mut codes = Vec::new();
    for code in rows.flat_map(|row| &row.codes) {
        if !codes.contains(code) {
            codes.push(code.clone());
        }
    }
    codes
}

/// Returns the case with an unlisted parameter, which must be rejected if the page has a row for it.
fn unlisted(plain: &PlainCall<'_>) -> Case {
    let rows = plain.service.rows(plain.operation);
    let codes = codes(rows.filter(|row| row.when == When::Request(RequestFault::UnknownParameter)));
    let expect = match codes.is_empty() {
        true => Expectation::Silent(NOT_LISTED.to_owned()),
        false => Expectation::Reject(Rows::Codes(codes)),
    };
    let mut case = of_fault(plain, "unknown-parameter", "a parameter that the page does not list", expect);
    case.send.push(("Nonesuch".into(), Value::text("1")));
    case
}

/// Returns the case that sends the first parameter of the body or the query twice.
fn repeated(plain: &PlainCall<'_>) -> Option<Case> {
    let parameter =
        plain.sendable_parameters().find(|parameter| !parameter.common && parameter.exists.is_none())?;
    let tries = format!("{} twice, with the same value", parameter.name);
    let mut case = of_fault(plain, "repeated-parameter", &tries, Expectation::Silent(REPEATED.to_owned()));
    if !case.send.iter().any(|(name, _)| *name == parameter.name) {
        case.send.push((parameter.name.as_str().into(), super::valid::valid(parameter)));
    }
    Some(Case { twist: Some(Twist::Repeat(parameter.name.clone())), ..case })
}

/// Returns cases with a value other than the one that the page fixes. Several rows may cover it: the operation does not
/// exist, is not supported, or does not exist in that version.
fn other_than_fixed(plain: &PlainCall<'_>, parameter: &Member) -> Vec<Case> {
    if parameter.schema.values.is_none() {
        return Vec::new();
    }
    let twists: Vec<(&str, &str, Twist)> = match parameter.name.as_str() {
        "Action" => {
            vec![("unknown-action", "an operation that does not exist", Twist::Action("Nonesuch".to_owned()))]
        }
        "Version" => vec![
            ("unknown-version", "a version that never existed", Twist::Version("1999-01-01".to_owned())),
            ("no-version-at-all", "a version that is not a date", Twist::Version("latest".to_owned())),
        ],
        _ => Vec::new(),
    };
    let (service, operation) = (plain.service, plain.operation);
    let of_request = service.rows(operation).filter(|row| {
        matches!(row.when, When::Request(RequestFault::UnknownAction | RequestFault::UnknownVersion))
    });
    let listed = Breach::of(&parameter.name, Part::Values);
    let of_rule = service.rows_for(operation, &listed);
    // "Unsupported operation." and the like: rows of the page without `when`.
    let unbound = operation.errors.iter().filter(|row| row.when == When::Unsaid);
    let rows = only_if_bound(of_request.chain(of_rule).chain(unbound).collect());
    let about = vec![Breach::of(&parameter.name, Part::Values)];
    let case = |(slug, tries, twist)| Case {
        about: about.clone(),
        twist: Some(twist),
        ..of_fault(plain, slug, tries, Expectation::Reject(rows.clone()))
    };
    twists.into_iter().map(case).collect()
}

/// Returns the rejection of a body that is not an object: the rows with these codes may answer, or those for what the body
/// lacks or has in another type.
fn with_absence(plain: &PlainCall<'_>, codes: Vec<String>) -> Expectation {
    let mut expect = Expectation::Reject(Rows::Codes(codes));
    for parameter in plain.sendable_parameters().filter(|parameter| parameter.required == Required::Yes) {
        let breaches = [Part::Required, Part::Type].map(|part| Breach::of(&parameter.name, part));
        let rows = breaches.iter().flat_map(|breach| plain.service.rows_for(plain.operation, breach));
        let of_parameter = self::codes(rows);
        if of_parameter.is_empty() {
            return Expectation::Reject(Rows::Any);
        }
        expect = context::widened(expect, of_parameter);
    }
    expect
}

/// Returns a case with an unreadable body. Only the operation's own page can say which row covers it. If the body need
/// not contain anything, a page without such a row does not say that it must be rejected, and no page says so for a
/// missing body.
fn unreadable(plain: &PlainCall<'_>, (slug, tries, body): &(&str, &str, &str)) -> Case {
    let (service, operation) = (plain.service, plain.operation);
    let is_demanded = |each: &Member| {
        each.required == Required::Yes && !each.common && protocol::facts(service).is_typed(operation, each)
    };
    let is_demanding = operation.parameters.iter().any(is_demanded);
    let own = operation.errors.iter();
    let codes = codes(own.filter(|row| row.when == When::Request(RequestFault::Malformed)));
    let expect = match (is_demanding, codes.is_empty()) {
        (true, true) => Expectation::Reject(Rows::Any),
        (false, is_unsaid) if is_unsaid || body.is_empty() => Expectation::Silent(UNREADABLE.to_owned()),
        // A body that is JSON, but no object, also lacks what is required in it.
        _ if Json::read(body.as_bytes()).is_ok() => with_absence(plain, codes),
        _ => Expectation::Reject(Rows::Codes(codes)),
    };
    let case = of_fault(plain, slug, tries, expect);
    Case { twist: Some(Twist::Body((*body).to_owned())), ..case }
}
