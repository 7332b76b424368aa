//! What the response to a call shows of what the call sent, where the page says so.

use chrono::DateTime;

use crate::json::Json;
use crate::spec::model::{Common, Format, Operation, Schema, element_at};
use crate::spec::path::Path;
use crate::spec::promise;
use crate::spec::ruling::relation;

use super::rejection::describe;
use super::{Contract, Kind, Line, Mismatch, Promise};

/// Returns a mismatch for every element that shows another value than the call sent. What a call leaves out is shown
/// with its default.
pub fn mismatches(contract: Contract<'_>, output: &Json) -> Vec<Mismatch> {
    let operation = contract.operation;
    let shown = operation.echoes().into_iter().filter_map(|shown| {
        let at = Path::read(&shown.parameter)?;
        let default = || operation.parameter(&shown.parameter)?.default.as_ref();
        let sent = at.sent(contract.sent).or_else(default).filter(|sent| **sent != Json::Null)?;
        let received = output.at(&shown.path)?;
        let element = element_at(&operation.response, &shown.path)?;
        let may_be_absent = |condition| relation::meets(operation, condition, contract.sent) != Some(false);
        if *received == Json::Null && element.absent.as_deref().is_some_and(may_be_absent) {
            return None;
        }
        let schemas = [&element.schema, operation.schema(&at)?];
        let is_same = is_same(&schemas, sent, received);
        (!is_same).then(|| mismatch(operation, &at, &shown.path, (sent, received)))
    });
    shown.collect()
}

fn mismatch(operation: &Operation, at: &Path, path: &str, (sent, received): (&Json, &Json)) -> Mismatch {
    let promise = match operation.parameter(at.parameter()) {
        Some(parameter) => Promise::new(format!("{at} is shown"), &promise::of_effect(parameter)),
        None => Promise::new("call", &promise::of_operation(operation)),
    };
    let line = Line::new(path, describe(Some(sent)), describe(Some(received)), true);
    Mismatch { kind: Kind::Effect, promise, lines: vec![line] }
}

/// Compares a sent value with a shown one: numbers by value, times by the moment, lists in any order, and of objects the
/// members that were sent. Addresses may be shown in their normal form.
fn is_same(schemas: &[&Schema], sent: &Json, shown: &Json) -> bool {
    match (sent, shown) {
        (Json::List(sent), Json::List(shown)) => {
            let items: Vec<&Schema> = schemas.iter().filter_map(|schema| schema.items()).collect();
            let is_in = |one: &Json, all: &[Json], is: &dyn Fn(&Json, &Json) -> bool| {
                all.iter().any(|other| is(one, other))
            };
            let forth = |sent: &Json, shown: &Json| is_same(&items, sent, shown);
            let back = |shown: &Json, sent: &Json| is_same(&items, sent, shown);
            sent.len() == shown.len()
                && sent.iter().all(|item| is_in(item, shown, &forth))
                && shown.iter().all(|item| is_in(item, sent, &back))
        }
        (Json::Object(sent), shown @ Json::Object(_)) => sent.iter().all(|(name, value)| {
            let members = schemas.iter().filter_map(|schema| schema.member(name));
            let members: Vec<&Schema> = members.map(|member| &member.schema).collect();
            shown.get(name).is_some_and(|shown| is_same(&members, value, shown))
        }),
        (Json::Text(sent), Json::Text(shown)) => {
            let mut formats = schemas.iter().filter_map(|schema| schema.format.as_ref());
            sent == shown || formats.any(|format| is_same_text(format, sent, shown))
        }
        (sent, shown) => {
            let numbers = sent.as_number().zip(shown.as_number());
            sent == shown || numbers.is_some_and(|(sent, shown)| sent == shown)
        }
    }
}

fn is_same_text(format: &Format, sent: &str, shown: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches('/').to_lowercase();
    match format {
        Format::Common { is: Common::DateTime, .. } => {
            let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
            moment(sent).is_some() && moment(sent) == moment(shown)
        }
        Format::Email | Format::Common { is: Common::Url | Common::Uuid | Common::Ipv6, .. } => {
            plain(sent) == plain(shown)
        }
        Format::Phone { .. } | Format::Common { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::read::parameter_fixture;

    #[test]
    fn values_are_compared_by_meaning() {
        let json = |text: &str| Json::read(text.as_bytes()).unwrap();
        for (rules, sent, shown, expected) in [
            ("type: string", r#""a""#, r#""a""#, true),
            ("type: string", r#""a""#, r#""A""#, false),
            ("type: number", "1", "1.0", true),
            ("type: number", "1", "2", false),
            (
                "type: string, format: date-time",
                r#""2030-01-01T10:00:00Z""#,
                r#""2030-01-01T11:00:00.000+01:00""#,
                true,
            ),
            ("type: string", r#""2030-01-01T10:00:00Z""#, r#""2030-01-01T11:00:00+01:00""#, false),
            ("type: array, items: {type: integer}", "[1,2]", "[2,1]", true),
            ("type: array, items: {type: integer}", "[1,2]", "[1,1]", false),
            ("type: string, format: url", r#""https://example.com""#, r#""https://example.com/""#, true),
            (
                "type: array, items: {type: string, format: date-time}",
                r#"["2030-01-01T10:00:00Z"]"#,
                r#"["2030-01-01T10:00:00+00:00"]"#,
                true,
            ),
            ("type: object", r#"{"a":1}"#, r#"{"a":1,"b":2}"#, true),
            ("type: object", r#"{"a":1}"#, r#"{"b":2}"#, false),
        ] {
            let schema = parameter_fixture(rules).schema;
            assert_eq!(is_same(&[&schema], &json(sent), &json(shown)), expected, "{sent} {shown}");
        }
    }
}
