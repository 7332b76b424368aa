//! Verdicts on error responses that report several faults, name parameters, and show what was sent.

use super::tests::{broken, case, contract};
use super::*;
use crate::case::Rows;
use crate::spec::breach::Part;
use crate::spec::model::Specs;
use crate::spec::read;

fn specs() -> Specs {
    let service = "service: s\nvendor: V\nversion: '1'\nprotocol: rest\nhttp:\n  refused-if: errors\n\
                   \u{20} code: 'errors[].code'\n  message: 'errors[].text'\n  field: {at: 'errors[].at', as: pointer}\n";
    let operation = "operation: Add\nhttp: POST /things\npage: {title: Add}\nparameters:\n\
                     \u{20} name: {type: string, required: true, length: 2..12}\n\
                     \u{20} age: {type: integer, range: 1..99}\n\
                     \u{20} pin: {type: string, length: ..4}\n\
                     errors:\n\
                     - {status: 422, code: long, message: 'name {name} has more than {$limit} signs', when: {name: length.max}}\n\
                     - {status: 422, code: bad, message: age is bad, when: {age: range}}\n\
                     - {status: 422, code: bad, message: pin is bad, body: {hint: {type: string}}, when: {pin: length}}\n\
                     - {status: 429}\n\
                     response: {}\n";
    read::fixture(&[("service.yaml", service), ("Add.yaml", operation)])
}

/// Judges the response to a call in which one parameter is at fault.
fn verdict(at_fault: (&str, Part), code: &str, status: u16, body: &str) -> Verdict {
    let case = case(Expectation::Reject(Rows::Codes(vec![code.to_owned()])), &[at_fault]);
    let text = |text: &str| Json::Text(text.to_owned());
    let sent = [
        ("name".to_owned(), text("a name too long")),
        ("age".to_owned(), Json::Integer(7)),
        ("pin".to_owned(), text("1234")),
    ];
    judge(contract(&specs(), &case, &sent), &Exchange::with_response("Add", status, body))
}

fn entry(code: &str, text: &str, at: &str) -> String {
    format!(r#"{{"code":"{code}","text":"{text}","at":"{at}"}}"#)
}

fn errors(entries: &[String]) -> String {
    format!(r#"{{"errors":[{}],"hint":"h"}}"#, entries.join(","))
}

const LONG: &str = "name a name too long has more than 12 signs";

#[test]
fn one_of_several_faults_must_be_that_of_the_case_and_no_other_may_blame_a_valid_value() {
    let long = || entry("long", LONG, "/name");
    let age = || entry("bad", "age is bad", "/age");
    for (entries, aspects) in [
        (vec![long()], vec![]),
        (vec![long(), long()], vec![]),
        (vec![long(), age()], vec!["field", "age"]),
        (vec![age(), long()], vec!["field", "age"]),
        (vec![age()], vec!["code", "message", "age"]),
        (vec![long(), entry("other", "?", "/name")], vec!["code"]),
        (vec![entry("long", LONG, "/age")], vec!["field", "age"]),
        (vec![entry("long", LONG, "/unknown")], vec![]),
    ] {
        let verdict = verdict(("name", Part::LengthMax), "long", 422, &errors(&entries));
        assert_eq!(broken(&verdict), aspects, "{entries:?}");
    }
}

#[test]
fn message_shows_what_was_sent_and_the_limit() {
    for (text, is_it) in [
        (LONG, true),
        ("name a name to... has more than 12 signs", true),
        ("name A NAME TOO LONG has more than 12 signs", true),
        ("name {name} has more than 12 signs", false),
        ("name 1234 has more than 12 signs", false),
        ("name a name too long has more than 13 signs", false),
    ] {
        let body = errors(&[entry("long", text, "/name")]);
        let verdict = verdict(("name", Part::LengthMax), "long", 422, &body);
        assert_eq!(verdict == Verdict::Pass, is_it, "{text}");
    }
}

#[test]
fn row_of_the_same_code_about_another_parameter_does_not_answer() {
    let pin = |body: &str| verdict(("pin", Part::LengthMax), "bad", 422, body);
    let entry = |text: &str| format!(r#"{{"code":"bad","text":"{text}"}}"#);
    assert_eq!(pin(&errors(&[entry("pin is bad")])), Verdict::Pass);
    assert_eq!(broken(&pin(&errors(&[entry("age is bad")]))), ["message", "age"]);
}

#[test]
fn row_states_members_of_its_own_response() {
    let body = |rest: &str| format!(r#"{{"errors":[{{"code":"bad","text":"pin is bad"}}]{rest}}}"#);
    let pin = |rest: &str| verdict(("pin", Part::LengthMax), "bad", 422, &body(rest));
    assert_eq!(pin(r#","hint":"h""#), Verdict::Pass);
    assert_eq!(broken(&pin("")), ["hint"]);
    assert_eq!(broken(&pin(r#","hint":5"#)), ["hint"]);
}

#[test]
fn row_without_a_code_is_returned_with_any_code() {
    let verdict =
        |status| verdict(("pin", Part::LengthMax), "429", status, &errors(&[entry("slow", "?", "")]));
    assert_eq!(verdict(429), Verdict::Pass);
    assert_eq!(broken(&verdict(422)), ["status"], "and only with its status");
}

#[test]
fn error_response_without_its_sign_is_a_success() {
    let verdict = verdict(("name", Part::LengthMax), "long", 200, r#"{"error":"long"}"#);
    let Verdict::Fail { mismatches } = verdict else { panic!("an accepted call passes") };
    assert_eq!(mismatches[0].kind, Kind::Accepted);
}
