//! The states of promises after given results, as a table.

use super::*;
use crate::judge::{Mismatch, Observed, Promise};

const PLACE: &str = "Add.yaml:3:1";
const ROW: &str = "Add.yaml:9:1";

fn promise(rule: &str, place: &str) -> Promise {
    Promise { rule: rule.to_owned(), sentence: String::new(), place: place.to_owned() }
}

fn line(needs: &[Side]) -> PromiseLine {
    PromiseLine {
        rule: "Name length.max".to_owned(),
        place: PLACE.to_owned(),
        needs: needs.to_vec(),
        is_open: needs.is_empty(),
        why_not: needs.is_empty().then(|| "the page does not say".to_owned()),
        not_carried: 0,
    }
}

fn page(promises: Vec<PromiseLine>) -> Page {
    let event = serde_json::json!({
        "vendor": "V", "service": "v/s", "operation": "Add", "title": "Add", "place": "Add.yaml:1:1", "parameters": [],
        "errors": [{"codes": ["Bad"], "own": true, "bound": true, "place": ROW}],
        "elements": [{"path": "Id", "kind": "string", "place": "Add.yaml:12:1"}],
    });
    let mut page: Page = serde_json::from_value(event).unwrap();
    page.parameters.push(ParameterRow {
        name: "Name".to_owned(),
        kind: "string".to_owned(),
        required: "Yes".to_owned(),
        example: None,
        sentences: Vec::new(),
        promises,
        place: PLACE.to_owned(),
    });
    page
}

fn result(expected: Expected, verdict: Verdict) -> CaseResult {
    let event = serde_json::json!({
        "id": "Add/Name/length/13", "vendor": "V", "service": "v/s", "operation": "Add", "tries": "", "sends": "", "expects": "",
        "promise": {"rule": "Name length.max", "sentence": "", "place": PLACE}, "verdict": "pass", "exchanges": [],
        "tried": null, "drawn": [], "attempts": 1, "micros": 1,
    });
    let mut result: CaseResult = serde_json::from_value(event).unwrap();
    result.expected = expected;
    result.verdict = verdict;
    result
}

fn fail(kind: Kind, rule: &str, place: &str) -> Verdict {
    Verdict::of(vec![Mismatch { kind, promise: promise(rule, place), lines: Vec::new() }])
}

fn unproven() -> Verdict {
    Verdict::Unproven { reason: "valid calls are refused".to_owned() }
}

fn state(line: PromiseLine, results: &[CaseResult]) -> State {
    let page = page(vec![line]);
    let mut evidence = Evidence::default();
    results.iter().for_each(|result| evidence.add(result));
    evidence.sentence(&page, &page.parameters[0], PLACE).state
}

#[test]
fn sentence_holds_only_if_both_sides_were_observed() {
    let both = || line(&[Side::Rejected, Side::Accepted]);
    let (met, accepted) = (result(Expected::Reject, Verdict::Pass), result(Expected::Accept, Verdict::Pass));
    assert_eq!(state(both(), &[met.clone(), accepted.clone()]), State::Holds);
    assert_eq!(
        state(both(), std::slice::from_ref(&met)),
        State::NotTested,
        "nobody has seen that what is within is accepted"
    );
    assert_eq!(
        state(both(), std::slice::from_ref(&accepted)),
        State::NotTested,
        "nor that what is beyond is rejected"
    );
    assert_eq!(state(both(), &[]), State::NotTested);
    assert_eq!(state(line(&[]), std::slice::from_ref(&met)), State::Unspecified);
}

#[test]
fn cases_that_show_nothing_prove_nothing() {
    let both = || line(&[Side::Rejected, Side::Accepted]);
    let (met, accepted) = (result(Expected::Reject, Verdict::Pass), result(Expected::Accept, Verdict::Pass));
    for nothing in [
        unproven(),
        Verdict::Error { reason: "no answer".to_owned() },
        Verdict::Skipped { reason: "interrupted".to_owned() },
        Verdict::Blocked { code: "Busy".to_owned(), circumstance: "busy".to_owned(), row: String::new() },
    ] {
        let results = [met.clone(), accepted.clone(), result(Expected::Reject, nothing.clone())];
        assert_eq!(state(both(), &results), State::Unproven, "{nothing:?}");
    }
    let left_out = result(Expected::Reject, Verdict::NotTested { reason: "--alone".to_owned() });
    assert_eq!(state(both(), &[accepted, left_out]), State::NotTested);
}

#[test]
fn only_mismatches_of_its_own_break_a_promise() {
    let both = || line(&[Side::Rejected, Side::Accepted]);
    let against = result(Expected::Reject, fail(Kind::Accepted, "Name length.max", PLACE));
    assert_eq!(state(both(), &[against]), State::Broken);
    let incidental = result(Expected::Reject, fail(Kind::Element, "Id", "Add.yaml:12:1"));
    let accepted = result(Expected::Accept, Verdict::Pass);
    assert_eq!(
        state(both(), &[incidental, accepted.clone()]),
        State::Holds,
        "the call was rejected as it must be"
    );
    let other = result(Expected::Reject, fail(Kind::Failed, "no server error", "service.yaml:1:1"));
    assert_eq!(state(both(), &[other, accepted]), State::Unproven, "a crash shows nothing of the length");
}

#[test]
fn row_holds_only_if_received_exactly_in_a_case_that_expects_it() {
    let page = page(Vec::new());
    let row = |received: &[&str], verdict: Verdict| {
        let observed = Observed {
            rows: received.iter().map(|place| (*place).to_owned()).collect(),
            ..Observed::default()
        };
        CaseResult { rows: vec![ROW.to_owned()], observed, ..result(Expected::Reject, verdict) }
    };
    let state = |results: &[CaseResult]| {
        let mut evidence = Evidence::default();
        results.iter().for_each(|result| evidence.add(result));
        evidence.row(&page, &page.errors[0]).state
    };
    assert_eq!(state(&[row(&[ROW], Verdict::Pass)]), State::Holds);
    assert_eq!(state(&[row(&[], Verdict::Pass)]), State::NotTested, "another allowed row came");
    assert_eq!(state(&[row(&[ROW], unproven())]), State::Unproven);
    assert_eq!(state(&[]), State::NotTested);
    assert_eq!(state(&[row(&[], fail(Kind::OtherRow, "Name length.max", PLACE))]), State::Broken);
}

#[test]
fn element_holds_only_if_present_with_a_value() {
    let page = page(Vec::new());
    let with = |elements: &[&str]| {
        let elements = elements.iter().map(|path| (*path).to_owned()).collect();
        let observed = Observed { accepted: Some(true), elements, ..Observed::default() };
        CaseResult { observed, ..result(Expected::Accept, Verdict::Pass) }
    };
    let state = |results: &[CaseResult]| {
        let mut evidence = Evidence::default();
        results.iter().for_each(|result| evidence.add(result));
        evidence.element(&page, &page.elements[0]).state
    };
    assert_eq!(state(&[with(&["Id"])]), State::Holds);
    assert_eq!(state(&[with(&[])]), State::NotTested, "only ever absent");
    assert_eq!(state(&[result(Expected::Accept, unproven())]), State::Unproven);
    assert_eq!(state(&[]), State::NotTested);
}
