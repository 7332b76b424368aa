//! Verdicts depend on the target alone: not on the number of parallel cases, the seed, the order of the cases, or what
//! an earlier run left behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::vendor::Vendor;
use fineprint::case::Case;
use fineprint::event::Event;
use fineprint::generate::Depth;
use fineprint::project;
use fineprint::runner::{self, Options, Target};
use fineprint::spec::model::Specs;
use fineprint::transport::Network;
use tokio::runtime::Runtime;

/// A vendor that is wrong in many ways at once, so that verdicts have something to disagree about.
const WRONG: &[&str] = &[
    "13-letters-pass",
    "digits-pass",
    "title-by-prefix",
    "refusal-takes-name",
    "duplicate-passes-for-ceo",
    "update-forgets-title",
    "foreign-phone-passes",
    "61-characters-pass",
    "tencent-refusal-takes-name",
    "unknown-parameter-ignored",
];

fn suite() -> (Arc<Specs>, Vec<Case>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = project::suite(&root.join("specs"), &root.join("cases"), Depth::Standard).unwrap();
    (suite.specs, suite.cases.to_vec())
}

/// Checks that two runs agree, and prints only the differences, so that the output is readable.
fn assert_same(first: &BTreeMap<String, String>, other: &BTreeMap<String, String>, what: &str) {
    let differing: Vec<_> = first.iter().filter(|(id, verdict)| other.get(*id) != Some(verdict)).collect();
    assert!(
        differing.is_empty() && first.len() == other.len(),
        "{what}: {differing:?} came to something else"
    );
}

/// Returns the verdict of each case.
fn verdicts(
    runtime: &Runtime,
    url: &str,
    (specs, cases): (&Arc<Specs>, Vec<Case>),
    (jobs, seed): (usize, u64),
) -> BTreeMap<String, String> {
    let network = Network { timeout: std::time::Duration::from_secs(30), ..Network::default() };
    let target = Target { network, ..Target::at("test", url.to_owned()) };
    let options = Options { jobs, ..Options::new(target, seed) };
    let mut verdicts = BTreeMap::new();
    let emit = |event| {
        if let Event::CaseFinished(result) = event {
            verdicts.insert(result.id.clone(), result.verdict.name().to_owned());
        }
    };
    runtime.block_on(runner::run(Arc::clone(specs), cases, &options, Default::default(), emit)).unwrap();
    verdicts
}

#[test]
fn verdicts_depend_only_on_the_target() {
    let (specs, cases) = suite();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for wrong in [&[][..], WRONG] {
        // All runs use one vendor: each run finds what earlier ones left.
        let vendor = Vendor::start(wrong);
        let run = |cases: Vec<Case>, how| verdicts(&runtime, &vendor.url, (&specs, cases), how);
        let first = run(cases.clone(), (8, 0));
        assert_eq!(first.len(), cases.len());
        let failed = first.values().filter(|verdict| *verdict == "fail").count();
        assert_eq!(failed > 20, !wrong.is_empty(), "{failed} failed");
        for jobs in [1, 64] {
            assert_same(&first, &run(cases.clone(), (jobs, 0)), &format!("{jobs} at once"));
        }
        let mut backwards = cases.clone();
        backwards.reverse();
        assert_same(&first, &run(backwards, (8, 1)), "from the last to the first");
        let mut shuffled = cases.clone();
        let length = shuffled.len();
        (0..length).for_each(|index| shuffled.swap(index, (index * 389 + 57) % length));
        assert_same(&first, &run(shuffled, (8, 2)), "in any order");
        for seed in 3..23 {
            assert_same(&first, &run(cases.clone(), (8, seed)), &format!("seed {seed}"));
        }
    }
}

#[test]
fn leftovers_of_a_killed_run_do_not_change_verdicts() {
    let (specs, cases) = suite();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let vendor = Vendor::start(&["removals-fail-at-first"]);
    let some: Vec<Case> = cases.iter().filter(|case| case.id.contains("/Name/")).cloned().collect();
    // Nothing is removed in the first run. The second run uses the same seed, and finds its own names in use.
    verdicts(&runtime, &vendor.url, (&specs, some.clone()), (8, 5));
    let left = vendor.contacts();
    assert!(left > 20, "{left} contacts are left");
    vendor.remove_again();
    let second = verdicts(&runtime, &vendor.url, (&specs, some), (8, 5));
    let failed: Vec<_> = second.iter().filter(|(_, verdict)| *verdict != "pass").collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(vendor.contacts(), left, "and removes what it has made itself");
}
