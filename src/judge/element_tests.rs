//! Verdicts on successes: rules of elements, headers, conditions, and what was sent.

use super::tests::{case, contract};
use super::*;
use crate::spec::read;

const OPERATION: &str = "operation: Add\nhttp: POST /things\npage: {title: Add}\nshows: sent\nparameters:\n\
    \u{20} name: {type: string}\n\u{20} mode: {type: string, values: [web, shop], default: shop}\n\
    \u{20} code: {type: string}\n\
    headers: {Location: {type: string, pattern: '/things/.+'}, X-Left: {type: integer, range: 0.., optional: true}}\n\
    response:\n\u{20} id: {type: string, pattern: 't-[0-9]+'}\n\u{20} name: {type: string, optional: true}\n\
    \u{20} ref: {type: string, shows: code, optional: true}\n\
    \u{20} link: {type: string, format: url, absent-unless: {sent.mode: web}}\n\
    \u{20} tags: {type: array, optional: true, count: ..2, items: {type: integer}}\n";

/// Returns the aspects in which a success differs from the page. `sent` are the parameters, as JSON.
fn broken(sent: &str, headers: &[(&str, &str)], body: &str) -> Vec<String> {
    let service = "service: s\nvendor: V\nversion: '1'\nprotocol: rest\n";
    let specs = read::fixture(&[("service.yaml", service), ("Add.yaml", OPERATION)]);
    let Json::Object(sent) = Json::read(sent.as_bytes()).unwrap() else { panic!() };
    let case = case(Expectation::Accept, &[]);
    let mut exchange = Exchange::with_response("Add", 201, body);
    let Outcome::Received(response) = &mut exchange.outcome else { panic!() };
    let owned = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    response.headers = owned.collect();
    tests::broken(&judge(contract(&specs, &case, &sent), &exchange))
}

const AT: &[(&str, &str)] = &[("location", "/things/7")];

#[test]
fn elements_keep_their_rules() {
    for (body, aspects) in [
        (r#"{"id":"t-7"}"#, vec![]),
        (r#"{"id":"7"}"#, vec!["id"]),
        (r#"{"id":""}"#, vec!["id"]),
        (r#"{"id":"t-7","tags":[1,2]}"#, vec![]),
        (r#"{"id":"t-7","tags":[]}"#, vec![]),
        (r#"{"id":"t-7","tags":[1,2,3]}"#, vec!["tags"]),
        (r#"{"id":"t-7","tags":["1"]}"#, vec!["tags"]),
    ] {
        assert_eq!(broken("{}", AT, body), aspects, "{body}");
    }
}

#[test]
fn headers_are_there_with_their_rules() {
    let with = |headers: &[(&str, &str)]| broken("{}", headers, r#"{"id":"t-7"}"#);
    assert!(with(AT).is_empty());
    assert!(with(&[("location", "/things/7"), ("x-left", "0")]).is_empty());
    assert_eq!(with(&[]), ["(header) Location"]);
    assert_eq!(with(&[("location", "/others/7")]), ["(header) Location"]);
    assert_eq!(with(&[("location", "/things/7"), ("x-left", "-1")]), ["(header) X-Left"]);
    assert_eq!(with(&[("location", "/things/7"), ("x-left", "many")]), ["(header) X-Left"]);
}

#[test]
fn element_is_absent_exactly_when_its_condition_is_met() {
    let (without, with) = (r#"{"id":"t-7"}"#, r#"{"id":"t-7","link":"https://example.com/"}"#);
    for (sent, body, aspects) in [
        (r#"{"mode":"web"}"#, with, vec![]),
        (r#"{"mode":"web"}"#, without, vec!["link"]),
        (r#"{"mode":"shop"}"#, without, vec![]),
        (r#"{"mode":"shop"}"#, with, vec!["link"]),
        ("{}", with, vec!["link"]),
        ("{}", without, vec![]),
    ] {
        assert_eq!(broken(sent, AT, body), aspects, "{sent} {body}");
    }
}

#[test]
fn response_shows_what_was_sent() {
    let sent = r#"{"name":"a","code":"c"}"#;
    for (body, aspects) in [
        (r#"{"id":"t-7","name":"a","ref":"c"}"#, vec![]),
        (r#"{"id":"t-7"}"#, vec![]),
        (r#"{"id":"t-7","name":"b"}"#, vec!["name"]),
        (r#"{"id":"t-7","ref":"a"}"#, vec!["ref"]),
    ] {
        assert_eq!(broken(sent, AT, body), aspects, "{body}");
    }
}
