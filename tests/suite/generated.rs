//! Properties of the generated cases, checked independently: not with the oracle that decided the expectations.

use std::collections::HashSet;
use std::sync::Arc;

use fineprint::case::value::Value;
use fineprint::case::{self, Case, Expectation, Rows};
use fineprint::generate::Depth;
use fineprint::json::Json;
use fineprint::project;
use fineprint::span::Source;
use fineprint::spec::model::Specs;

fn suite() -> (Arc<Specs>, Vec<Case>) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = project::suite(&root.join("specs"), &root.join("cases"), Depth::Standard).unwrap();
    (suite.specs, suite.cases.to_vec())
}

fn sent<'c>(case: &'c Case, name: &str) -> Option<&'c Value> {
    case.send.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn text(value: &Value) -> Option<String> {
    value.witness()?.as_text().map(str::to_owned)
}

#[test]
fn ids_are_unique_and_readable() {
    let (_, cases) = suite();
    let ids: HashSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids.len(), cases.len());
    for id in ids {
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte)), "{id}");
    }
}

#[test]
fn accepted_cases_conform_to_the_pages() {
    let (_, cases) = suite();
    let accepted = cases.iter().filter(|case| case.expect == Expectation::Accept);
    let mut count = 0;
    for case in accepted {
        count += 1;
        let alibaba = case.operation != "AddUserContact";
        if let Some(name) = sent(case, "Name").and_then(text) {
            let length = name.chars().count();
            let fine = match alibaba {
                true => (2..=12).contains(&length) && name.bytes().all(|byte| byte.is_ascii_alphabetic()),
                false => {
                    (2..=60).contains(&length)
                        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                        && !name.starts_with('_')
                }
            };
            assert!(fine, "{}: {name}", case.id);
        }
        for name in ["EmailAddress", "ContactInfo"] {
            if let Some(address) = sent(case, name).and_then(text) {
                let (local, host) = address.split_once('@').unwrap();
                assert!(
                    !local.is_empty() && host.contains('.') && address.len() <= 64 && address.is_ascii(),
                    "{}",
                    case.id
                );
                assert!(host.to_lowercase().ends_with("example.com"), "{}: nobody's real address", case.id);
            }
        }
        if let Some(phone) = sent(case, "PhoneNumber").and_then(text) {
            assert!(phone.starts_with("86-1") && phone.len() == 14, "{}", case.id);
        }
        if case.operation == "AddMessageContact" {
            for name in ["Name", "EmailAddress", "Title", "MessageTypes"] {
                assert!(sent(case, name).is_some(), "{} lacks {name}", case.id);
            }
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn documented_boundaries_and_values_are_tested() {
    let (_, cases) = suite();
    let has = |id: &str| assert!(cases.iter().any(|case| case.id == id), "{id}");
    for operation in ["AddMessageContact", "UpdateMessageContact"] {
        for length in [1, 2, 12, 13] {
            has(&format!("{operation}/Name/length/{length}"));
        }
        for title in
            ["FinanceDirector", "TechnicalDirector", "MaintenanceDirector", "CEO", "ProjectDirector", "Other"]
        {
            has(&format!("{operation}/Title/values/{title}"));
        }
        for kind in [
            "ServiceMessage",
            "FaultMessage",
            "AccountExpenses",
            "SecurityMessage",
            "ActivityMessage",
            "ProductMessage",
        ] {
            has(&format!("{operation}/MessageTypes/items/{kind}"));
        }
        for place in ["only", "first", "inside", "last"] {
            has(&format!("{operation}/MessageTypes/items/unknown-{place}"));
        }
        has(&format!("{operation}/Name/unique/used"));
    }
    for length in [1, 2, 60, 61] {
        has(&format!("AddUserContact/Name/length/{length}"));
    }
    has("UpdateMessageContact/ContactId/exists/removed");
    has("UpdateMessageContact/ContactId/exists/unknown");
}

#[test]
fn rejections_expect_rows_of_their_own_page() {
    let (specs, cases) = suite();
    for case in &cases {
        let (service, operation) = specs.operation(&case.operation).unwrap();
        match &case.expect {
            Expectation::Reject(Rows::Codes(codes)) => {
                assert!(!codes.is_empty(), "{}", case.id);
                for code in codes {
                    assert!(
                        service.rows(operation).any(|row| row.codes.contains(code)),
                        "{}: {code}",
                        case.id
                    );
                }
            }
            // A page that names no code for a name in use; and what cannot be read at all.
            Expectation::Reject(Rows::Any) => {
                let known = ["AddUserContact/Name/unique/used", "AddUserContact/request/"];
                assert!(known.iter().any(|known| case.id.starts_with(known)), "{}", case.id);
            }
            _ => {}
        }
    }
}

#[test]
fn case_files_read_back_as_they_were_written() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["specs", "tests/data/services", "examples/contact-service/specs"] {
        let specs = project::specs(&root.join(folder)).unwrap();
        for file in fineprint::generate::all(&specs, Depth::Standard) {
            let (_, operation) = specs.operation(&file.operation).unwrap();
            let text = case::write(operation, &file.cases);
            let read = case::read(&Source::new("cases/x.yaml", text), &specs).unwrap_or_else(|findings| {
                panic!("{}", findings.iter().map(|finding| finding.render(false)).collect::<String>())
            });
            assert_eq!(read, file);
        }
    }
}

#[test]
fn ids_are_unchanged_by_an_unrelated_rule() {
    let (specs, cases) = suite();
    let mut specs = Specs::clone(&specs);
    let service = specs.services.iter_mut().find(|service| service.name == "dbbrain").unwrap();
    let operation =
        service.operations.iter_mut().find(|operation| operation.name == "AddUserContact").unwrap();
    let mut product =
        operation.parameters.iter().find(|parameter| parameter.name == "Product").unwrap().clone();
    product.name = "Edition".to_owned();
    operation.parameters.insert(4, product);
    let after: HashSet<String> = fineprint::generate::all(&specs, Depth::Standard)
        .into_iter()
        .flat_map(|file| file.cases)
        .map(|case| case.id)
        .collect();
    // The order of checks is tested between neighbours in the table, and the added parameter is between two.
    for case in cases.iter().filter(|case| !case.id.contains("/precedence/")) {
        assert!(after.contains(&case.id), "{}", case.id);
    }
}

mod arbitrary_text {
    use super::*;
    use fineprint::case::text::Text;
    use fineprint::case::{Call, CaseFile, Parameters};
    use proptest::prelude::*;

    /// Generates some parameters of a call, in any order, and some that the page does not list.
    fn sent() -> impl Strategy<Value = Parameters> {
        let names =
            ["Region", "Name", "ContactInfo", "Product", "Nonesuch", "Other"].map(str::to_owned).to_vec();
        let names = prop::sample::subsequence(names, 0..=6).prop_shuffle();
        (names, prop::collection::vec("[ab]{1}", 6)).prop_map(|(names, values)| {
            names.into_iter().zip(values).map(|(name, value)| (name.into(), Value::text(value))).collect()
        })
    }

    proptest! {
        /// Whatever a case sends, its file expresses it so that it reads back unchanged.
        #[test]
        fn any_case_survives_a_case_file(value in any::<String>(), id in "[a-z]{1,8}") {
            let (specs, _) = SUITE.with(Clone::clone);
            let case = Case {
                id: format!("AddUserContact/{id}"),
                operation: "AddUserContact".to_owned(),
                tries: value.clone(),
                about: Vec::new(),
                given: Vec::new(),
                twist: None,
                at_once: 1,
                then: Vec::new(),
                send: vec![("Name".into(), Value::text(value.clone())), ("List".into(), Value::Plain(Json::List(vec![Json::Text(value)])))],
                expect: Expectation::Accept,
            };
            let file = CaseFile { operation: "AddUserContact".to_owned(), cases: vec![case] };
            let (_, operation) = specs.operation(&file.operation).unwrap();
            let text = case::write(operation, &file.cases);
            prop_assert_eq!(case::read(&Source::new("x", text), &specs).unwrap(), file);
        }

        /// Cases read back unchanged, whatever they have in common, and in whatever order they send it.
        #[test]
        fn similar_cases_read_back(
            drafts in prop::collection::vec((sent(), prop::option::of(sent()), any::<bool>(), 0..3_u8), 1..12),
        ) {
            let (specs, _) = SUITE.with(Clone::clone);
            let mut cases: Vec<Case> = Vec::new();
            for (number, (send, given, is_accepted, again)) in drafts.into_iter().enumerate() {
                let given = given.map(|send| {
                    let (operation, label) = ("AddUserContact".to_owned(), "first".to_owned());
                    Call { operation, label, send, shared: false }
                });
                let case = Case {
                    id: format!("AddUserContact/case/{number}"),
                    operation: "AddUserContact".to_owned(),
                    tries: "it".to_owned(),
                    about: Vec::new(),
                    given: given.into_iter().collect(),
                    twist: None,
                    at_once: 1,
                    then: Vec::new(),
                    send,
                    expect: if is_accepted { Expectation::Accept } else { Expectation::Reject(Rows::Any) },
                };
                cases.push(case.clone());
                for number in 2..2 + again {
                    let (id, tries) = (format!("{}/{number}", case.id), format!("it{}", case::AMONG_OTHERS));
                    let send = case.send.iter().skip(usize::from(number) - 1).cloned().collect();
                    let expect = if number == 2 { case.expect.clone() } else { Expectation::Silent("why".to_owned()) };
                    cases.push(Case { id, tries, send, expect, ..case.clone() });
                }
            }
            let file = CaseFile { operation: "AddUserContact".to_owned(), cases };
            let (_, operation) = specs.operation(&file.operation).unwrap();
            let text = case::write(operation, &file.cases);
            prop_assert_eq!(case::read(&Source::new("x", text), &specs).unwrap(), file);
        }

        /// A described text reads back as itself, and nothing in it is lost.
        #[test]
        fn any_text_survives_its_written_form(written in "[a-z<>0-9 ]{0,40}") {
            prop_assert_eq!(Text::read(&written).to_string(), written);
        }

        /// The spec reader reports findings for any input, and never panics.
        #[test]
        fn reader_does_not_crash(text in any::<String>(), yaml in "[a-z:\\-\\[\\]{}\"'&*!|>#%@` \n]{0,200}") {
            for text in [text, yaml] {
                if let Err(finding) = fineprint::spec::yaml::read(&Source::new("x.yaml", text)) {
                    prop_assert!(!finding.render(false).is_empty());
                }
            }
        }
    }

    thread_local! {
        static SUITE: (Arc<Specs>, Vec<Case>) = suite();
    }
}
