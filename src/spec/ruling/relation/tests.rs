//! Truth tables of relations.

use super::*;
use crate::spec::read::fixture;

const SERVICE: &str = "service: s\nvendor: V\nversion: v1\nprotocol: rest\nhttp: {code: code}\n";

/// Rules on calls, written as JSON objects, by one relation. `breaks` and `open` are the broken parts.
fn check(relation: &str, table: &[(&str, &[&str], &[&str])]) {
    let operation = format!(
        "operation: Do\npage: {{title: Do}}\nhttp: POST /do\nparameters:\n  a: {{type: string, length: 1..9}}\n  b: {{type: string, length: 1..9}}\n  \
         c: {{type: string, length: 1..9}}\n  m: {{type: string, values: [red, blue], default: blue}}\n  n: {{type: integer}}\n  o: {{type: integer}}\n  \
         d: {{type: string, format: date}}\n  e: {{type: string, format: date}}\n  \
         l: {{type: array, items: {{type: object, members: {{x: {{type: integer}}, y: {{type: integer}}}}, relations: [{{all-or-none: [x, y]}}]}}}}\n\
         relations:\n- {{{relation}}}\nresponse: {{}}\n"
    );
    let specs = fixture(&[("service.yaml", SERVICE), ("Do.yaml", &operation)]);
    let (_, operation) = specs.operations().next().unwrap();
    for (call, breaks, open) in table {
        let Json::Object(sent) = Json::read(call.as_bytes()).unwrap() else { panic!("{call} is no object") };
        let ruling = on_call(operation, &sent);
        let broken: Vec<String> = ruling.breaches.iter().map(ToString::to_string).collect();
        let opened: Vec<String> = ruling.open.iter().map(|(breach, _)| breach.to_string()).collect();
        assert_eq!((broken, opened), (owned(breaks), owned(open)), "{relation}: {call}");
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn requirements_depend_on_their_condition() {
    check(
        "if: {m: red}, require: [a, b]",
        &[
            (r#"{}"#, &[], &[]),
            (r#"{"m": "blue"}"#, &[], &[]),
            (r#"{"m": "red", "a": "x", "b": "y"}"#, &[], &[]),
            (r#"{"m": "red", "a": "x"}"#, &["b required"], &[]),
            (r#"{"m": "red"}"#, &["a required", "b required"], &[]),
            (r#"{"m": "red", "a": "x", "b": " "}"#, &[], &["b required"]),
            (r#"{"m": "green", "a": "x"}"#, &[], &["b required"]),
        ],
    );
    // What is left out counts with its default.
    check("if: {m: blue}, require: a", &[(r#"{}"#, &["a required"], &[]), (r#"{"m": "red"}"#, &[], &[])]);
    check(
        "unless: {m: red}, forbid: a",
        &[
            (r#"{"a": "x"}"#, &["a forbidden"], &[]),
            (r#"{"m": "red", "a": "x"}"#, &[], &[]),
            (r#"{"m": "blue", "a": ""}"#, &[], &["a forbidden"]),
        ],
    );
}

#[test]
fn conditions_combine() {
    check(
        "if: {a: {}, m: red}, require: b",
        &[
            (r#"{"a": "x"}"#, &[], &[]),
            (r#"{"a": "x", "m": "red"}"#, &["b required"], &[]),
            (r#"{"a": "", "m": "red"}"#, &[], &["b required"]),
            (r#"{"a": "", "m": "blue"}"#, &[], &[]),
        ],
    );
    check(
        "if: [a, {m: red}], require: b",
        &[
            (r#"{}"#, &[], &[]),
            (r#"{"a": "x"}"#, &["b required"], &[]),
            (r#"{"m": "red"}"#, &["b required"], &[]),
        ],
    );
    check(
        "if: a, unless: {m: red}, require: b",
        &[(r#"{"a": "x"}"#, &["b required"], &[]), (r#"{"a": "x", "m": "red"}"#, &[], &[])],
    );
}

#[test]
fn groups_count_what_is_given() {
    check(
        "exactly-one: [a, b]",
        &[
            (r#"{}"#, &["a exactly-one.none", "b exactly-one.none"], &[]),
            (r#"{"a": "x"}"#, &[], &[]),
            (r#"{"a": "x", "b": "y"}"#, &["a exactly-one.several", "b exactly-one.several"], &[]),
            (r#"{"a": ""}"#, &[], &["a exactly-one.none", "b exactly-one.none"]),
        ],
    );
    check(
        "at-least-one: [a, b]",
        &[(r#"{}"#, &["a at-least-one", "b at-least-one"], &[]), (r#"{"a": "x", "b": "y"}"#, &[], &[])],
    );
    check(
        "at-most-one: [a, b, c]",
        &[
            (r#"{}"#, &[], &[]),
            (r#"{"b": "x"}"#, &[], &[]),
            (r#"{"a": "x", "c": "y"}"#, &["a at-most-one", "c at-most-one"], &[]),
            (r#"{"a": "x", "c": ""}"#, &[], &["a at-most-one", "c at-most-one"]),
        ],
    );
    check(
        "all-or-none: [a, b]",
        &[
            (r#"{}"#, &[], &[]),
            (r#"{"a": "x", "b": "y"}"#, &[], &[]),
            (r#"{"a": "x"}"#, &["a all-or-none", "b all-or-none"], &[]),
            (r#"{"a": "x", "b": ""}"#, &[], &["a all-or-none", "b all-or-none"]),
        ],
    );
}

#[test]
fn values_are_compared_by_what_they_mean() {
    check(
        "order: [n, o]",
        &[
            (r#"{"n": 2}"#, &[], &[]),
            (r#"{"n": 2, "o": 10}"#, &[], &[]),
            (r#"{"n": 2, "o": 2}"#, &[], &["n order", "o order"]),
            (r#"{"n": 10, "o": 2}"#, &["n order", "o order"], &[]),
            (r#"{"n": "ten", "o": 2}"#, &[], &["n order", "o order"]),
        ],
    );
    check(
        "order: [d, e], strict: true",
        &[
            (r#"{"d": "2030-01-09", "e": "2030-01-10"}"#, &[], &[]),
            (r#"{"d": "2030-01-10", "e": "2030-01-10"}"#, &["d order", "e order"], &[]),
            (r#"{"d": "soon", "e": "2030-01-10"}"#, &[], &["d order", "e order"]),
        ],
    );
    check("order: [d, e], strict: false", &[(r#"{"d": "2030-01-10", "e": "2030-01-10"}"#, &[], &[])]);
    check(
        "same: [a, b]",
        &[
            (r#"{"a": "x"}"#, &[], &[]),
            (r#"{"a": "x", "b": "x"}"#, &[], &[]),
            (r#"{"a": "x", "b": "y"}"#, &["a same", "b same"], &[]),
            (r#"{"a": "x", "b": "X"}"#, &[], &["a same", "b same"]),
        ],
    );
    check(
        "differ: [a, b]",
        &[
            (r#"{"a": "x", "b": "x"}"#, &["a differ", "b differ"], &[]),
            (r#"{"a": "x", "b": "X"}"#, &[], &["a differ", "b differ"]),
            (r#"{"a": "x", "b": "y"}"#, &[], &[]),
        ],
    );
}

#[test]
fn further_rules_hold_under_their_condition() {
    check(
        "if: {m: red}, then: {a: {length: 2..3}}",
        &[
            (r#"{"a": "x"}"#, &[], &[]),
            (r#"{"m": "red", "a": "xy"}"#, &[], &[]),
            (r#"{"m": "red", "a": "x"}"#, &["a length.min"], &[]),
            (r#"{"m": "red"}"#, &[], &[]),
            (r#"{"m": "green", "a": "x"}"#, &[], &["a length.min"]),
        ],
    );
}

#[test]
fn relations_of_items_hold_in_each_item() {
    check(
        "at-most-one: [a, b]",
        &[
            (r#"{"l": [{"x": 1, "y": 2}, {}]}"#, &[], &[]),
            (r#"{"l": [{"x": 1, "y": 2}, {"x": 1}]}"#, &["l[].x all-or-none", "l[].y all-or-none"], &[]),
        ],
    );
}
