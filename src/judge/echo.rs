//! What the response to a call shows of what the call sent, where the page says so.

use chrono::DateTime;

use crate::json::Json;
use crate::spec::model::{Common, Format, Operation, Schema};
use crate::spec::path::Path;
use crate::spec::promise;

use super::elements::element_at;
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
        let schema = &element_at(&operation.response, &shown.path)?.schema;
        let is_same = is_same(schema, sent, received);
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
/// members that were sent.
fn is_same(schema: &Schema, sent: &Json, shown: &Json) -> bool {
    match (sent, shown) {
        (Json::List(sent), Json::List(shown)) => {
            let is_in = |one: &Json, all: &[Json]| all.iter().any(|other| is_same(schema, one, other));
            sent.len() == shown.len()
                && sent.iter().all(|item| is_in(item, shown))
                && shown.iter().all(|item| sent.iter().any(|other| is_same(schema, other, item)))
        }
        (Json::Object(sent), shown @ Json::Object(_)) => sent
            .iter()
            .all(|(name, value)| shown.get(name).is_some_and(|shown| is_same(schema, value, shown))),
        (Json::Text(sent), Json::Text(shown)) => sent == shown || is_same_moment(schema, sent, shown),
        (sent, shown) => {
            let numbers = sent.as_number().zip(shown.as_number());
            sent == shown || numbers.is_some_and(|(sent, shown)| sent == shown)
        }
    }
}

fn is_same_moment(schema: &Schema, sent: &str, shown: &str) -> bool {
    let is_time = matches!(schema.format, Some(Format::Common { is: Common::DateTime, .. }));
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    is_time && moment(sent).is_some() && moment(sent) == moment(shown)
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
            ("type: object", r#"{"a":1}"#, r#"{"a":1,"b":2}"#, true),
            ("type: object", r#"{"a":1}"#, r#"{"b":2}"#, false),
        ] {
            let schema = parameter_fixture(rules).schema;
            assert_eq!(is_same(&schema, &json(sent), &json(shown)), expected, "{sent} {shown}");
        }
    }
}
