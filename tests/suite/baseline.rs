//! Known failures: they do not fail a run. New failures do, and known ones that pass again.

use std::fs;

use crate::common::{Done, Run};
use crate::vendor::Vendor;

fn run(url: &str, arguments: &[&str]) -> Done {
    Run::against(url).filter("AddMessageContact/Name/").arguments(arguments).go()
}

#[test]
fn known_failures_pass_and_entries_that_pass_again_fail() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (file, junit) = (at("known.toml"), at("junit.xml"));
    let broken = Vendor::start(&["13-letters-pass"]);
    assert_eq!(run(&broken.url, &[]).code, 1);
    assert_eq!(run(&broken.url, &["--write-baseline", &file]).code, 0);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("case = \"AddMessageContact/Name/length/13\""), "{text}");
    let again = run(&broken.url, &["--baseline", &file, "--junit", &junit]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(again.stdout.contains("3 known failures in the baseline"), "{}", again.stdout);
    let junit = fs::read_to_string(&junit).unwrap();
    assert!(
        junit.contains("known failure: not looked at yet") && junit.contains("failures=\"0\""),
        "{junit}"
    );
    let mended = Vendor::start(&[]);
    let passes = run(&mended.url, &["--baseline", &file]);
    assert_eq!(passes.code, 1, "{}", passes.stdout);
    assert!(
        passes.stdout.contains("PASSES AGAIN AddMessageContact/Name/length/13: known failure"),
        "{}",
        passes.stdout
    );
    fs::write(&file, text.replace("reason", "raeson")).unwrap();
    assert_eq!(run(&mended.url, &["--baseline", &file]).code, 2);
}

#[test]
fn merged_shards_are_compared_with_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (file, filter) = (at("known.toml"), "AddMessageContact/Name/");
    let broken = Vendor::start(&["13-letters-pass"]);
    assert_eq!(run(&broken.url, &["--write-baseline", &file]).code, 0);
    let parts: Vec<String> = (1..=2).map(|part| at(&format!("{part}.jsonl"))).collect();
    for (number, part) in parts.iter().enumerate() {
        run(&broken.url, &["--shard", &format!("{}/2", number + 1), "--events", part]);
    }
    let merge = |more: &[&str]| {
        let mut command = crate::common::fineprint();
        command.args(["merge", "--filter", filter]).args(&parts).args(more);
        Done::from(command.output().unwrap())
    };
    assert_eq!(merge(&[]).code, 1);
    let known = merge(&["--baseline", &file]);
    assert_eq!(known.code, 0, "{}{}", known.stdout, known.stderr);
}

#[test]
fn partial_run_does_not_affect_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known.toml").display().to_string();
    let text = "[[known]]\ncase = \"AddMessageContact/Name/*\"\nreason = \"old\"\n";
    fs::write(&file, text).unwrap();
    let broken = Vendor::start(&["13-letters-pass"]);
    let part = |more: &[&str]| Run::against(&broken.url).arguments(more).go();
    let (one, smoke) = ("AddMessageContact/Name/length/12", "AddMessageContact/Name/unique");
    for more in [
        &["--baseline", &file, one][..],
        &["--write-baseline", &file, one],
        &["--baseline", &file, "--depth", "smoke", smoke],
    ] {
        let done = part(more);
        assert_eq!(done.code, 0, "{more:?}: {}", done.stdout);
        assert!(!done.stdout.contains("PASSES AGAIN"), "{more:?}: {}", done.stdout);
    }
    assert!(fs::read_to_string(&file).unwrap().contains("AddMessageContact/Name/*"), "nothing was struck");
    let mended = Vendor::start(&[]);
    let whole = run(&mended.url, &["--baseline", &file]);
    assert!(
        whole.stdout.contains("PASSES AGAIN AddMessageContact/Name/*: known failure"),
        "{}",
        whole.stdout
    );
}
