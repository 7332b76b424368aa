//! Relations between two targets, as a truth table; and what another target's response decides.

use super::*;
use crate::event::Expected;
use crate::judge::{Kind, Line, Mismatch, Observed, Promise, Verdict};
use crate::spec::read;
use crate::wire::Exchange;

fn specs() -> Specs {
    read::fixture(&[
        ("service.yaml", "service: s\nvendor: V\nversion: '1'\nprotocol: acs-rpc\n"),
        ("Add.yaml", "operation: Add\npage: {title: Add}\nresponse: {Id: {type: string}}\n"),
    ])
}

fn promise(rule: &str) -> Promise {
    Promise {
        rule: rule.to_owned(),
        sentence: format!("the page says {rule}"),
        place: "Add.yaml:1:1".to_owned(),
    }
}

/// Creates a case about a rule, with its response and the promises that it breaks.
fn case(id: &str, about: &str, status: u16, broken: &[&str]) -> CaseResult {
    let mismatch = |rule: &&str| Mismatch {
        kind: Kind::Rejected,
        promise: promise(rule),
        lines: vec![Line::new("status", "400", status.to_string(), true)],
    };
    let body = if status < 400 { "{\"Id\":\"1\"}" } else { "{\"Code\":\"Bad\"}" };
    let exchange = Exchange::with_response("Add", status, body);
    CaseResult {
        id: id.to_owned(),
        vendor: "V".to_owned(),
        service: "v/s".to_owned(),
        operation: "Add".to_owned(),
        tries: id.to_owned(),
        promise: promise(about),
        about: vec![promise(about)],
        rows: vec![],
        open: false,
        choice: false,
        other_only: false,
        digest: None,
        unsettled: false,
        sends: "{}".to_owned(),
        expects: String::new(),
        expected: Expected::Reject,
        observed: Observed::default(),
        state: None,
        verdict: Verdict::of(broken.iter().map(mismatch).collect()),
        exchanges: vec![exchange],
        tried: Some(0),
        drawn: vec![],
        seed: 1,
        attempts: 1,
        notes: vec![],
        kept: vec![],
        micros: 1,
    }
}

fn recording(name: &str, cases: impl IntoIterator<Item = CaseResult>) -> Recording {
    let mut recording = Recording::of(name, 1);
    cases.into_iter().for_each(|case| recording.add(&case));
    recording
}

/// Returns the rule and the relation of each promise, and whether it is a difference.
fn stand(
    left: impl IntoIterator<Item = CaseResult>,
    right: impl IntoIterator<Item = CaseResult>,
) -> Vec<(String, Relation, bool)> {
    let matrix = matrix(&specs(), &recording("left", left), &recording("right", right));
    matrix.cells.into_iter().map(|cell| (cell.promise.rule, cell.relation, cell.differs)).collect()
}

fn is(rule: &str, relation: Relation, differs: bool) -> Vec<(String, Relation, bool)> {
    vec![(rule.to_owned(), relation, differs)]
}

#[test]
fn relation_of_one_case_follows_from_both_results() {
    let holds = || case("a", "length", 400, &[]);
    let broken = || case("a", "length", 200, &["length"]);
    assert_eq!(stand([holds()], [holds()]), is("length", Relation::Same, false));
    assert_eq!(stand([broken()], [holds()]), is("length", Relation::LeftBreaks, true));
    assert_eq!(stand([holds()], [broken()]), is("length", Relation::RightBreaks, true));
    assert_eq!(stand([broken()], [broken()]), is("length", Relation::BothBreak, false));
    assert_eq!(stand([holds()], [case("a", "length", 200, &[])]), is("length", Relation::Differ, true));
    assert_eq!(stand([holds()], []), is("length", Relation::NotCompared, false));
}

#[test]
fn same_violation_is_not_a_difference_but_an_extra_one_is() {
    let both = || case("13", "length", 200, &["length"]);
    let more = |broken: &[&str]| case("1000", "length", if broken.is_empty() { 400 } else { 200 }, broken);
    assert_eq!(
        stand([both(), more(&["length"])], [both(), more(&[])]),
        is("length", Relation::BothBreak, true)
    );
    assert_eq!(
        stand([both(), more(&[])], [case("13", "length", 500, &["length"]), more(&[])]),
        is("length", Relation::BothBreak, true),
        "another status is another way to break it"
    );
    // Both leave an element out. In the second case only one of them succeeds, and the difference counts for the length
    // alone.
    let element = || case("call", "call", 200, &["element"]);
    let left = [element(), case("13", "length", 200, &["length", "element"])];
    let stood = stand(left, [element(), case("13", "length", 400, &[])]);
    assert_eq!(
        stood,
        [is("element", Relation::BothBreak, false), is("length", Relation::LeftBreaks, true)].concat()
    );
}

#[test]
fn cases_without_evidence_are_not_compared_as_same() {
    let edited = CaseResult { sends: "{Name: other}".to_owned(), ..case("a", "length", 400, &[]) };
    assert_eq!(stand([case("a", "length", 400, &[])], [edited]), is("length", Relation::NotCompared, false));
    let of_missing_operation =
        |status| CaseResult { operation: "Gone".to_owned(), ..case("a", "length", status, &[]) };
    assert_eq!(
        stand([of_missing_operation(400)], [of_missing_operation(200)]),
        is("length", Relation::NotCompared, false)
    );
    let race = |status| CaseResult { unsettled: true, ..case("a", "unique", status, &[]) };
    assert_eq!(stand([race(400)], [race(200)]), []);
    assert_eq!(stand([case("Add/auth/missing", "call", 401, &[])], []), [], "only one side had credentials");
    let long = |digest: &str| CaseResult { digest: Some(digest.to_owned()), ..case("a", "length", 400, &[]) };
    assert_eq!(stand([long("1")], [long("1")]), is("length", Relation::Same, false));
    assert_eq!(stand([long("1")], [long("2")]), is("length", Relation::Differ, true));
}

#[test]
fn recording_decides_if_the_page_leaves_a_choice() {
    let relation = |recorded: CaseResult, result: CaseResult| {
        compare_with_recorded(
            &specs(),
            &recording("vendor", [recorded]),
            &CaseResult { choice: true, ..result },
        )
    };
    let rejected = || case("a", "format", 400, &[]);
    assert_eq!(relation(rejected(), rejected()), RecordedRelation::Agrees);
    assert!(matches!(relation(rejected(), case("a", "format", 200, &[])), RecordedRelation::Differs(_)));
    assert_eq!(relation(case("a", "format", 200, &["format"]), rejected()), RecordedRelation::Disputed);
    assert_eq!(
        relation(CaseResult { sends: "other".to_owned(), ..rejected() }, rejected()),
        RecordedRelation::Outdated
    );
    assert_eq!(relation(case("b", "format", 400, &[]), rejected()), RecordedRelation::Silent);
    let by_other =
        CaseResult { other_only: true, ..case("a", "format", 200, &["format, as another responds"]) };
    assert!(
        matches!(relation(by_other, rejected()), RecordedRelation::Differs(_)),
        "what departs from a third target alone keeps the page"
    );
    let decided = super::compare_with_recorded(
        &specs(),
        &recording("vendor", [rejected()]),
        &case("a", "format", 200, &[]),
    );
    assert_eq!(decided, RecordedRelation::Silent, "where the page decides, it alone does");
}
