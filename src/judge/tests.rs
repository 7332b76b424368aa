//! Verdicts on responses: a table of the ways in which a response can differ from what is expected.

use super::*;
use crate::case::Rows;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::Specs;
use crate::spec::read;
use crate::wire::NoResponse;

fn specs() -> Specs {
    let service = "service: s\nvendor: V\nversion: '1'\nprotocol: acs-rpc\nerrors:\n\
                   - {code: Throttling, when: throttled}\n- {code: SignatureDoesNotMatch, when: auth}\n";
    let operation = "operation: Add\npage: {title: Add}\nparameters:\n\
                     \u{20} Name: {type: string, required: true, length: 2..12, says: Two to twelve.}\nerrors:\n\
                     - {status: 400, code: Missing, message: No name., when: {Name: required}}\n\
                     - {status: 400, code: Short, message: Too short., when: {Name: length.min}}\n\
                     - {status: 400, code: Long, message: Too long., when: {Name: length}}\n\
                     - {status: 400, code: Full, message: Full., when: quota}\n\
                     - {status: 409, code: State, message: Not now., when: state}\n\
                     response:\n  RequestId: {type: string}\n  Thing: {Id: {type: integer}, Note: {type: string, optional: true}, State: {type: string, optional: true, values: [on, off]}}\n";
    read::fixture(&[("service.yaml", service), ("Add.yaml", operation)])
}

/// Returns a case of the operation `Add` about these promises.
pub(super) fn case(expect: Expectation, about: &[(&str, Part)]) -> Case {
    let about = about.iter().map(|(name, breach)| Breach::of(name, *breach));
    Case {
        id: "Add/Name/length/13".into(),
        operation: "Add".into(),
        tries: "t".into(),
        about: about.collect(),
        given: vec![],
        send: vec![],
        twist: None,
        at_once: 1,
        expect,
        then: vec![],
    }
}

/// Returns the contract of the tested call of a case.
pub(super) fn contract<'a>(specs: &'a Specs, case: &'a Case, sent: &'a [(String, Json)]) -> Contract<'a> {
    let (service, operation) = specs.operation("Add").unwrap();
    Contract { service, operation, case, about: &case.about, expect: &case.expect, sent, gateways: &[] }
}

fn exchange(status: u16, body: &str) -> Exchange {
    Exchange::with_response("Add", status, body)
}

fn verdict(expect: Expectation, status: u16, body: &str) -> Verdict {
    let case = case(expect, &[("Name", Part::LengthMax)]);
    judge(contract(&specs(), &case, &[]), &exchange(status, body))
}

fn reject(codes: &[&str]) -> Expectation {
    Expectation::Reject(Rows::Codes(codes.iter().map(|code| (*code).to_owned()).collect()))
}

fn silent() -> Expectation {
    Expectation::Silent("why".into())
}

fn error(code: &str, message: &str) -> String {
    format!(r#"{{"RequestId":"1","Code":"{code}","Message":"{message}"}}"#)
}

/// Returns the aspects in which the verdict finds a difference; empty for a pass.
pub(super) fn broken(verdict: &Verdict) -> Vec<String> {
    let Verdict::Fail { mismatches } = verdict else { return Vec::new() };
    let lines = mismatches.iter().flat_map(|mismatch| &mismatch.lines);
    lines.filter(|line| line.differs).map(|line| line.aspect.clone()).collect()
}

const FINE: &str = r#"{"RequestId":"1","Thing":{"Id":7}}"#;

#[test]
fn success_must_have_the_documented_elements() {
    for (body, aspects) in [
        (FINE, vec![]),
        (r#"{"Thing":{"Id":7.0,"More":1},"RequestId":"1","Extra":null}"#, vec![]),
        (r#"{"Thing":{"Id":7}}"#, vec!["RequestId"]),
        (r#"{"RequestId":null,"Thing":{"Id":7}}"#, vec!["RequestId"]),
        (r#"{"RequestId":"1"}"#, vec!["Thing"]),
        (r#"{"RequestId":"1","Thing":{}}"#, vec!["Thing.Id"]),
        (r#"{"RequestId":"1","Thing":{"Id":"7"}}"#, vec!["Thing.Id"]),
        (r#"{"RequestId":"1","Thing":{"Id":7.5}}"#, vec!["Thing.Id"]),
        (r#"{"RequestId":"1","Thing":{"Id":7,"Note":5}}"#, vec!["Thing.Note"]),
        (r#"{"RequestId":"1","RequestId":"2","Thing":{"Id":7}}"#, vec!["body"]),
        ("<html>", vec!["body"]),
        ("", vec!["body"]),
    ] {
        for expect in [Expectation::Accept, silent()] {
            assert_eq!(broken(&verdict(expect, 200, body)), aspects, "{body}");
        }
    }
}

#[test]
fn error_response_must_match_its_row_exactly() {
    for (status, body, aspects) in [
        (400, error("Long", "Too long."), vec![]),
        (403, error("Long", "Too long."), vec!["status"]),
        (400, error("Long", "too long."), vec!["message"]),
        (400, error("Short", "Too short."), vec!["code", "message"]),
        (400, error("Unheard", "Too long."), vec!["code"]),
        (400, r#"{"Code":"Long","Message":"Too long."}"#.to_owned(), vec!["RequestId"]),
        (400, r#"{"Code":"Long","RequestId":"1"}"#.to_owned(), vec!["Message", "message"]),
        (400, "{}".to_owned(), vec!["body"]),
        (302, "{}".to_owned(), vec!["body"]),
    ] {
        assert_eq!(broken(&verdict(reject(&["Long"]), status, &body)), aspects, "{status} {body}");
    }
    let accepted = verdict(reject(&["Long"]), 200, FINE);
    assert_eq!(broken(&accepted), ["status", "code", "message"]);
}

#[test]
fn either_of_two_rows_matches_but_not_a_mixture() {
    let either = || reject(&["Short", "Long"]);
    assert_eq!(verdict(either(), 400, &error("Short", "Too short.")), Verdict::Pass);
    assert_eq!(verdict(either(), 400, &error("Long", "Too long.")), Verdict::Pass);
    assert_eq!(broken(&verdict(either(), 400, &error("Long", "Too short."))), ["message"]);
    assert_eq!(broken(&verdict(either(), 400, &error("Missing", "No name."))), ["code", "message"]);
}

#[test]
fn silent_case_allows_any_documented_response_and_no_other() {
    assert_eq!(verdict(silent(), 400, &error("Missing", "No name.")), Verdict::Pass);
    assert_eq!(verdict(silent(), 409, &error("State", "Not now.")), Verdict::Pass);
    assert_eq!(broken(&verdict(silent(), 400, &error("Unheard", "?"))), ["code"]);
    assert_eq!(broken(&verdict(silent(), 404, &error("Missing", "No name."))), ["status"]);
    assert_eq!(
        broken(&verdict(silent(), 500, &error("Missing", "No name."))),
        ["status"],
        "a failure is told once"
    );
}

#[test]
fn any_row_matches_if_no_row_covers_the_violation() {
    let any = || Expectation::Reject(Rows::Any);
    assert_eq!(verdict(any(), 400, &error("Missing", "No name.")), Verdict::Pass);
    assert_eq!(broken(&verdict(any(), 400, &error("Unheard", "?"))), ["code"]);
    assert!(!broken(&verdict(any(), 200, FINE)).is_empty());
}

#[test]
fn rejection_of_a_valid_call_is_a_mismatch_but_a_circumstance_is_not() {
    assert_eq!(broken(&verdict(Expectation::Accept, 400, &error("Long", "Too long."))), ["call"]);
    for expect in [Expectation::Accept, reject(&["Long"])] {
        for (status, code, message) in [
            (400, "Full", "Full."),
            (409, "State", "Not now."),
            (400, "Throttling", "?"),
            (403, "SignatureDoesNotMatch", "?"),
        ] {
            let verdict = verdict(expect.clone(), status, &error(code, message));
            assert!(matches!(verdict, Verdict::Blocked { .. }), "{code}: {verdict:?}");
        }
        let with_wrong_status = verdict(expect.clone(), 403, &error("Full", "Full."));
        assert!(
            matches!(with_wrong_status, Verdict::Fail { .. }),
            "a circumstance must be documented to the letter too"
        );
    }
}

#[test]
fn server_error_is_always_a_mismatch() {
    for expect in [Expectation::Accept, reject(&["Long"]), silent()] {
        for body in [error("Long", "Too long."), FINE.to_owned(), "oops".to_owned()] {
            assert!(matches!(verdict(expect.clone(), 500, &body), Verdict::Fail { .. }));
            let Verdict::Blocked { circumstance, .. } = verdict(expect.clone(), 503, &body) else {
                panic!("no row has 503: it is a gateway's word")
            };
            assert_eq!(circumstance, GATEWAY);
        }
    }
}

#[test]
fn missing_response_is_an_error_not_a_mismatch() {
    let case = case(Expectation::Accept, &[]);
    let unanswered = Exchange::of("Add", Outcome::NoResponse(NoResponse::Closed));
    let verdict = judge(contract(&specs(), &case, &[]), &unanswered);
    assert!(matches!(verdict, Verdict::Error { reason } if reason.contains("closed")));
}

#[test]
fn element_must_have_a_listed_value() {
    let response = |state: &str| {
        verdict(
            Expectation::Accept,
            200,
            &format!(r#"{{"RequestId":"1","Thing":{{"Id":1,"State":{state}}}}}"#),
        )
    };
    assert_eq!(response(r#""on""#), Verdict::Pass);
    assert_eq!(response(r#""ON""#), Verdict::Pass, "the page says nothing of upper and lower case");
    for (state, expected) in [(r#""dim""#, r#""on" or "off""#), ("1", "string")] {
        let Verdict::Fail { mismatches } = response(state) else { panic!("{state} passes") };
        assert_eq!(mismatches.len(), 1, "{mismatches:?}");
        assert_eq!(mismatches[0].lines[0].expected, expected);
    }
}

#[test]
fn unique_values_may_repeat_only_across_services() {
    let specs = read::fixture(&[
        ("service.yaml", "service: s\nvendor: V\nversion: '1'\nprotocol: acs-rpc\n"),
        (
            "Add.yaml",
            "operation: Add\npage: {title: Add}\nparameters: {}\nresponse:\n  RequestId: {type: string, unique: true}\n",
        ),
    ]);
    let (service, _) = specs.operation("Add").unwrap();
    let other = crate::spec::model::Service { folder: "another".into(), ..service.clone() };
    let unique = repeats::values(service, &exchange(200, r#"{"RequestId":"r-1"}"#));
    let observed = Observed { unique, ..Observed::default() };
    let mut ids = RequestIds::default();
    assert_eq!(ids.record(service, "a", &observed).len(), 0);
    assert_eq!(ids.record(&other, "b", &observed).len(), 0);
    assert_eq!(ids.record(service, "c", &observed).len(), 1);
}
