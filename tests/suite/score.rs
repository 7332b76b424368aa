//! The suite's own score: every broken promise is caught, every reading passes, and promises without a guard are
//! reported.

use std::path::Path;
use std::sync::Arc;

use crate::common::{Done, fineprint};
use fineprint::case::Case;
use fineprint::generate::{self, Depth};
use fineprint::mutants::{self, Fate};
use fineprint::project;
use fineprint::runner::{Options, Target};
use fineprint::server::Reading;
use fineprint::server::mutant::{self, Kind, Mutant, QUOTA};
use fineprint::spec::model::Specs;
use fineprint::transport::Network;

fn suite() -> (Arc<Specs>, Vec<Arc<Case>>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = project::suite(&root.join("specs"), &root.join("cases"), Depth::Standard).unwrap();
    let quotas = mutant::quotas(&suite.specs).into_iter();
    let quotas = quotas.filter_map(|(entity, _)| generate::quota(&suite.specs, &entity, QUOTA));
    let cases = suite.cases.iter().chain(quotas.map(Arc::new)).collect();
    (suite.specs, cases)
}

fn options(seed: u64) -> Options {
    let network = Network { timeout: std::time::Duration::from_secs(30), ..Network::default() };
    let target = Target { network, ..Target::at("mutants", None).alone() };
    Options { nonce: seed, ..Options::new(target, seed) }
}

fn fates(specs: &Arc<Specs>, cases: &[Arc<Case>], wanted: impl Fn(&Mutant) -> bool) -> Vec<Fate> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(mutants::run(specs, cases, &options(1), wanted, |_| {})).unwrap()
}

fn survivors(fates: &[Fate]) -> Vec<&str> {
    fates.iter().filter(|fate| fate.killed_by.is_none()).map(|fate| fate.id.as_str()).collect()
}

#[test]
fn every_mutant_is_killed() {
    let (specs, cases) = suite();
    let fates = fates(&specs, &cases, |_| true);
    assert!(fates.len() >= 250, "{}", fates.len());
    assert_eq!(survivors(&fates), Vec::<&str>::new());
}

#[test]
fn only_mutants_without_a_guarding_case_survive() {
    let (specs, cases) = suite();
    // A mechanism proves itself by the result without it: each of these lines removes one.
    let without: [(&str, &[&str]); 6] = [
        (
            "/at-once",
            &[
                "AddMessageContact/Name/unique/racy",
                "AddUserContact/Name/unique/racy",
                "UpdateMessageContact/Name/unique/racy",
            ],
        ),
        ("/precedence/", &[]),
        ("circumstance/quota", &["AddMessageContact/quota/gone", "AddMessageContact/quota/one-more"]),
        ("AddMessageContact/call/effect", &["AddMessageContact/MessageTypes/no-effect"]),
        ("/refused-with-", &["UpdateMessageContact/effect-of-refusal"]),
        ("/request/unknown-parameter", &["AddUserContact/request/unlisted"]),
    ];
    let kinds = [Kind::Unique, Kind::Quota, Kind::Effect, Kind::Request];
    for (mechanism, unguarded) in without {
        let left: Vec<Arc<Case>> =
            cases.iter().filter(|case| !case.id.contains(mechanism)).cloned().collect();
        let fates = fates(&specs, &left, |mutant| kinds.contains(&mutant.kind));
        let mut survived = survivors(&fates);
        survived.sort_unstable();
        assert_eq!(survived, unguarded, "without {mechanism}");
    }
}

#[test]
fn mutant_names_are_unique_and_every_kind_occurs() {
    let (specs, _) = suite();
    let mutants = mutant::all(&specs);
    let mut ids: Vec<&str> = mutants.iter().map(|mutant| mutant.id.as_str()).collect();
    ids.sort_unstable();
    let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let mut kinds: Vec<Kind> = mutants.iter().map(|mutant| mutant.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 15);
}

#[test]
fn readings_of_the_pages_together_pass() {
    let (specs, cases) = suite();
    let cases: Vec<Case> = cases.iter().map(|case| Case::clone(case)).collect();
    assert!(Reading::ALL.len() >= 25);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // Nearly all readings together. Each reading by itself, and at a greater depth, runs in CI.
    let together = mutants::sets_of_readings().into_iter().filter(|set| set.len() > 1);
    for set in together {
        let alarm = runtime.block_on(mutants::reading(&specs, &cases, &options(2), &set)).unwrap();
        let failed: Vec<String> = alarm
            .results
            .iter()
            .map(|result| fineprint::report::block::block(result, Default::default()))
            .collect();
        assert!(failed.is_empty(), "{set:?}\n{}", failed.join("\n"));
    }
}

#[test]
fn command_reports_kills_and_sets_the_exit_code() {
    let done = |arguments: &[&str]| Done::from(fineprint().args(arguments).output().unwrap());
    let killed = done(&["mutants", "--all", "--seed", "1", "AddMessageContact/Name/length.max/"]);
    assert_eq!(killed.code, 0, "{}{}", killed.stdout, killed.stderr);
    assert!(
        killed.stdout.contains("length.max/one-more killed by AddMessageContact/Name/length/13\n"),
        "{}",
        killed.stdout
    );
    let survived = done(&["mutants", "--depth", "smoke", "AddMessageContact/Name/length.min/one-more"]);
    assert_eq!(survived.code, 0, "two letters are tried even so: {}", survived.stdout);
    let survived = done(&["mutants", "--depth", "smoke", "AddMessageContact/Name/unique/racy"]);
    assert_eq!(survived.code, 1, "{}", survived.stdout);
    assert!(
        survived.stdout.contains(
            "SURVIVED AddMessageContact/Name/unique/racy: Name: two concurrent calls can take one value"
        ),
        "{}",
        survived.stdout
    );
    assert_eq!(done(&["mutants", "Nonesuch"]).code, 2);
    let list = done(&["mutants", "--list"]);
    assert!(list.stdout.lines().count() >= 250);
    let readings = done(&["mutants", "--readings", "email-strict"]);
    assert_eq!(readings.code, 0);
    assert!(readings.stdout.contains("email-strict") && readings.stdout.contains("0 false alarms"));
}
