//! What is kept of a response, and what a difference looks like.

use super::file::Entry;
use super::*;
use crate::spec::model::Service;
use crate::spec::read;
use crate::wire::Exchange;

fn service(protocol: &str) -> Service {
    let service = format!("service: s\nvendor: V\nversion: '1'\nprotocol: {protocol}\n");
    let operation = "operation: Get\npage: {title: Get}\nresponse:\n  RequestId: {type: string, varies: true}\n\
                     \u{20} Name: {type: string}\n  Things: {type: array, elements: {Id: {type: integer, varies: true}}}\n";
    read::fixture(&[("service.yaml", &service), ("Get.yaml", operation)]).services.remove(0)
}

fn kept(protocol: &str, status: u16, body: &str, drawn: &[&str]) -> String {
    let exchange = Exchange::with_response("Get", status, body);
    let drawn: Vec<String> = drawn.iter().map(|drawn| (*drawn).to_owned()).collect();
    normalise(&service(protocol), &exchange, &drawn).unwrap()
}

#[test]
fn only_declared_elements_and_random_values_are_hidden() {
    let body = r#"{"Name":"abcdefghij","RequestId":"abcdefghij","Things":[{"Id":2,"Size":200},{"Id":1}],"Note":"200 abcdefghij ab"}"#;
    assert_eq!(
        kept("acs-rpc", 200, body, &["abcdefghij", "ab"]),
        r#"200 {"Name":"<drawn>","Note":"200 <drawn> ab","RequestId":"<string>","Things":[{"Id":"<integer>","Size":200},{"Id":"<integer>"}]}"#
    );
}

#[test]
fn short_random_value_does_not_affect_longer_texts_statuses_or_codes() {
    let body = r#"{"Code":"Cab","Message":"about a cab","RequestId":"1"}"#;
    assert_eq!(
        kept("acs-rpc", 400, body, &["ab"]),
        r#"400 {"Code":"Cab","Message":"about a cab","RequestId":"<string>"}"#
    );
}

#[test]
fn hidden_values_still_show_a_change_of_type() {
    assert_ne!(
        kept("acs-rpc", 200, r#"{"RequestId":"1"}"#, &[]),
        kept("acs-rpc", 200, r#"{"RequestId":1}"#, &[])
    );
}

#[test]
fn envelope_is_kept_and_request_id_hidden() {
    let body = r#"{"Response":{"Error":{"Message":"m","Code":"C"},"RequestId":"1"}}"#;
    assert_eq!(
        kept("tencent-3.0", 200, body, &[]),
        r#"200 {"Response":{"Error":{"Code":"C","Message":"m"},"RequestId":"<string>"}}"#
    );
}

#[test]
fn member_order_is_ignored_and_item_order_is_not() {
    assert_eq!(kept("acs-rpc", 200, r#"{"a":1,"b":2}"#, &[]), kept("acs-rpc", 200, r#"{"b":2,"a":1}"#, &[]));
    assert_ne!(kept("acs-rpc", 200, r#"{"a":[1,2]}"#, &[]), kept("acs-rpc", 200, r#"{"a":[2,1]}"#, &[]));
}

fn entry(id: &str, text: &str) -> Entry {
    Entry { id: id.to_owned(), text: text.to_owned() }
}

#[test]
fn files_read_back_for_any_response() {
    let entries = [
        entry("A/1", "200 {\"a\":\"line\\nbreak # no id\"}"),
        entry("A/2", "500 \"---\""),
        entry("A/3", &crate::invisible::escape_invisible("200 \"zero\u{200b}width and \u{85}\"")),
    ];
    let text = file::write("specs/A.yaml", "A on t", &entries);
    let read = file::read(&text);
    assert_eq!(read[..2], entries[..2]);
    assert_eq!(read[2].text, r#"200 "zero\u200bwidth and \u0085""#);
    assert_eq!(file::read(&text.replace('\n', "\r\n")), read);
}

#[test]
fn partial_run_keeps_snapshots_of_other_cases() {
    let accepted = [entry("A/1", "200 {}"), entry("A/2", "200 {}"), entry("A/gone", "200 {}")];
    let responses = [entry("A/2", "400 {}"), entry("A/3", "200 {}")];
    let planned = |id: &str| id != "A/gone";
    let comparison = compare(&accepted, &responses, &planned);
    assert_eq!(comparison.changed.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(), ["A/2"]);
    assert_eq!((comparison.new, comparison.stale), (vec!["A/3".to_owned()], vec!["A/gone".to_owned()]));
    let merged = merge(&accepted, &responses, &["A/1", "A/2", "A/3"]);
    assert_eq!(merged, [entry("A/1", "200 {}"), entry("A/2", "400 {}"), entry("A/3", "200 {}")]);
}

#[test]
fn difference_shows_only_the_changed_member() {
    let accepted = [entry("A/1", r#"400 {"Code":"C","Message":"old"}"#)];
    let comparison = compare(&accepted, &[entry("A/1", r#"400 {"Code":"C","Message":"new"}"#)], &|_| true);
    assert_eq!(
        comparison.changed[0].diff,
        " status 400\n {\n   \"Code\": \"C\",\n-  \"Message\": \"old\"\n+  \"Message\": \"new\"\n }\n"
    );
}

#[test]
fn digest_of_a_long_response_ignores_varying_parts() {
    let digest = |id: &str, padding: &str| {
        let body = format!("{{\"RequestId\":\"{id}\",\"Name\":\"{}\"}}", padding.repeat(10_000));
        let exchange = Exchange::with_response("Get", 200, body);
        super::digest(&service("acs-rpc"), &exchange, &[], str::to_owned)
    };
    assert_eq!(digest("1", "a"), digest("2", "a"));
    assert_ne!(digest("1", "a"), digest("1", "b"), "also where it differs behind what is kept of it");
    assert!(digest("1", "a").unwrap().starts_with("200 \"<long, sha256 "));
    assert_eq!(digest("1", ""), None, "a short one is kept itself");
}
