//! The specs of real pages, in `tests/data/vendors`. `.ci/vendors.py` tests the suites made from them.

use std::path::Path;

use fineprint::case::{Case, Expectation};
use fineprint::generate::{self, Depth};
use fineprint::project;
use fineprint::spec::model::{Operation, Required, Specs};
use fineprint::spec::question::Question;
use fineprint::spec::ruling;

const VENDORS: &str = "tests/data/vendors";

/// The maximum number of cases of an operation that people will read.
const MOST: usize = 1_500;

fn specs(folder: &str) -> Specs {
    project::specs(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap()
}

/// Returns what a call that must succeed sends or leaves out although the page may not allow it.
fn doubtful(operation: &Operation, case: &Case) -> Vec<String> {
    let mut doubtful = Vec::new();
    for parameter in &operation.parameters {
        let sent = case.send.iter().find(|(name, _)| *name == parameter.name);
        let Some((_, value)) = sent else {
            if parameter.required != Required::No && !parameter.common {
                doubtful.push(format!("{} is left out", parameter.name));
            }
            continue;
        };
        let Some(json) = value.witness() else { continue };
        let ruling = ruling::on_member(parameter, Some(&json));
        let is_guess = |question: &Question| {
            matches!(question, Question::FurtherRule | Question::MembersOfObject | Question::Required)
        };
        if !ruling.breaches.is_empty() || ruling.open.iter().any(|(_, question)| is_guess(question)) {
            doubtful.push(format!("{} is {json}", parameter.name));
        }
    }
    doubtful
}

#[test]
fn calls_that_must_succeed_send_nothing_that_the_page_may_not_allow() {
    for folder in [VENDORS, "tests/data/services"] {
        let specs = specs(folder);
        let mut accepted = 0;
        for (service, operation) in specs.operations().filter(|(_, operation)| !operation.support) {
            let cases = generate::cases(service, operation, Depth::Standard).cases;
            let is_many = folder == VENDORS && cases.len() > MOST;
            assert!(!cases.is_empty() && !is_many, "{}: {} cases", operation.id, cases.len());
            for case in cases.iter().filter(|case| case.expect == Expectation::Accept) {
                accepted += 1;
                let doubtful = doubtful(operation, case);
                assert!(doubtful.is_empty(), "{}: {doubtful:?}", case.id);
            }
        }
        assert!(accepted > 400, "{folder}: {accepted}");
    }
}
