//! Recordings: the observed responses of a target are stored, compared with those of another target, and decide where
//! the page is silent.

use std::fs;
use std::path::Path;

use crate::common::{Done, fineprint};
use crate::vendor::Vendor;

/// Records a target in the folder.
fn record(folder: &Path, name: &str, url: &str, more: &[&str]) -> Done {
    let mut command = fineprint();
    command
        .args(["record", "--alone", "--url", url, "--target", name, "--quiet", "--seed", "4", "--reports"])
        .arg(folder);
    Done::from(command.args(more).output().unwrap())
}

fn compare(folder: &Path, left: &str, right: &str, more: &[&str]) -> Done {
    let mut command = fineprint();
    command.arg("compare");
    for side in [left, right] {
        match folder.join(side) {
            path if path.exists() => command.arg(path),
            _ => command.arg(side),
        };
    }
    Done::from(command.args(more).output().unwrap())
}

fn matrix(file: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Returns the operation, rule and relation of every promise in a matrix whose relation is not `same`.
fn relations(matrix: &serde_json::Value) -> Vec<[&str; 3]> {
    let cells = matrix["cells"].as_array().unwrap().iter().filter(|cell| cell["relation"] != "same");
    cells
        .map(|cell| {
            let [operation, rule, relation] =
                [&cell["operation"], &cell["promise"]["rule"], &cell["relation"]];
            [operation, rule, relation].map(|value| value.as_str().unwrap())
        })
        .collect()
}

#[test]
fn comparison_finds_exactly_five_differences() {
    let folder = tempfile::tempdir().unwrap();
    let left = Vendor::start(&["61-characters-pass", "one-character-passes", "no-create-date"]);
    let right = Vendor::start(&["update-13-letters-pass", "long-email-is-invalid", "no-create-date"]);
    for (name, vendor) in [("left", &left), ("right", &right)] {
        let done = record(folder.path(), name, &vendor.url, &[]);
        assert_eq!(done.code, 0, "a vendor may break its page: {}{}", done.stdout, done.stderr);
    }
    let (json, html) = (folder.path().join("matrix.json"), folder.path().join("matrix.html"));
    let written = ["--json", json.to_str().unwrap(), "--html", html.to_str().unwrap()];
    let done = compare(folder.path(), "left", "right", &written);
    assert_eq!(done.code, 1, "{}", done.stderr);
    let matrix = matrix(&json);
    let (both, differences): (Vec<_>, Vec<_>) =
        relations(&matrix).into_iter().partition(|[.., relation]| *relation == "both-break");
    assert_eq!(
        differences,
        [
            ["AddMessageContact", "EmailAddress length.max", "differ"],
            ["UpdateMessageContact", "Name length.max", "right-breaks"],
            ["UpdateMessageContact", "EmailAddress length.max", "differ"],
            ["AddUserContact", "Name length.min", "left-breaks"],
            ["AddUserContact", "Name length.max", "left-breaks"],
        ]
    );
    assert!(both.iter().all(|[_, rule, _]| *rule == "response Contact.CreateDate"), "{both:?}");
    assert!(
        done.stdout.contains("left and right: different in 5 promises"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    let html = fs::read_to_string(html).unwrap();
    assert!(html.contains("left and right differ in 5 promises"), "the page says the same");
    assert!(!html.contains("://") && !html.contains("src="), "the page asks for nothing elsewhere");

    let itself = compare(folder.path(), "left", "left", &[]);
    assert_eq!(itself.code, 0, "what both break alike is no difference: {}", itself.stdout);
    let live = compare(folder.path(), "left", &left.url, &["AddMessageContact/Name"]);
    assert_eq!(live.code, 0, "a recording and the same target now: {}{}", live.stdout, live.stderr);
}

#[test]
fn recording_decides_if_the_page_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(&["values-without-case", "13-letters-pass"]);
    assert_eq!(record(folder.path(), "vendor", &vendor.url, &[]).code, 0);
    let mine = Vendor::start(&[]);
    let run = |url: &str, filter: &str| {
        let mut command = fineprint();
        command.args(["run", "--no-snapshots", "--url", url, "--against"]).arg(folder.path().join("vendor"));
        Done::from(command.arg(filter).output().unwrap())
    };
    let open = run(&mine.url, "AddUserContact/Product");
    assert_eq!(open.code, 1, "{}", open.stdout);
    let block = open.block("AddUserContact/Product/values/mysql-upper-case").unwrap();
    assert!(block.contains("as vendor responds") && block.contains("recorded.jsonl:"), "{block}");
    assert_eq!(run(&vendor.url, "AddUserContact/Product").code, 0);
    let page = open.stdout.lines().find(|line| line.trim().starts_with("promises:")).unwrap();
    assert!(page.contains(", 0 broken,"), "the page itself holds: {page}");

    let decided = run(&mine.url, "AddMessageContact/Name/length");
    assert_eq!(decided.code, 0, "the page goes before the vendor: {}", decided.stdout);
    assert!(decided.stdout.contains("vendor contradicts the page in 3 cases"), "{}", decided.stdout);
}

#[test]
fn partial_recording_keeps_other_cases() {
    let folder = tempfile::tempdir().unwrap();
    let (strict, loose) = (Vendor::start(&[]), Vendor::start(&["13-letters-pass", "values-without-case"]));
    assert_eq!(record(folder.path(), "it", &strict.url, &[]).code, 0);
    let before = fs::read_to_string(folder.path().join("it/recorded.jsonl")).unwrap();
    assert_eq!(record(folder.path(), "it", &loose.url, &["Product/"]).code, 0);
    let after = fs::read_to_string(folder.path().join("it/recorded.jsonl")).unwrap();
    assert_eq!(after.lines().count(), before.lines().count());
    let json = folder.path().join("matrix.json");
    let done = compare(folder.path(), "it", &strict.url, &["--json", json.to_str().unwrap()]);
    assert_eq!(done.code, 1, "{}", done.stdout);
    let matrix = matrix(&json);
    let compared: Vec<_> =
        relations(&matrix).into_iter().filter(|[.., relation]| *relation != "not-compared").collect();
    assert_eq!(compared, [["AddUserContact", "Product values", "differ"]]);
}

#[test]
fn cases_that_cannot_be_compared_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(&[]);
    assert_eq!(record(folder.path(), "part", &vendor.url, &["Product/"]).code, 0);
    fs::create_dir(folder.path().join("empty")).unwrap();
    let none = compare(folder.path(), "empty", "part", &[]);
    assert_eq!((none.code, none.stdout.as_str()), (2, ""));
    assert!(none.stderr.contains("no recording in"), "{}", none.stderr);
    // A folder that happens to have a target's name does not replace that target.
    let project = crate::common::Project::shipped();
    fs::create_dir_all(project.path("mine")).unwrap();
    fs::create_dir_all(project.path("reference")).unwrap();
    fs::write(project.path("fineprint.toml"), format!("[targets.mine]\nurl = '{}'\n", vendor.url)).unwrap();
    for pair in [["mine", "reference"], ["reference", "mine"]] {
        let done =
            project.done(&[&["compare"], &pair[..], &["AddUserContact/Product/required/empty"]].concat());
        assert_eq!(done.code, 1, "{}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains("different in 1 promise"), "their messages differ: {}", done.stdout);
    }
    let unknown = compare(folder.path(), "part", "nobody", &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("unknown target `nobody`"), "{}", unknown.stderr);
    let more =
        compare(folder.path(), "part", &vendor.url, &["AddUserContact/Product", "AddUserContact/Region"]);
    assert_eq!(more.code, 3, "what only one has seen is not alike: {}", more.stdout);
}

/// A random value that a target echoes within a longer text is not recognised, so the values must be the same.
#[test]
fn recordings_use_the_same_values() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(&[]);
    let drawn = |name: &str| {
        let mut command = fineprint();
        command
            .args(["record", "--url", &vendor.url, "--target", name, "--quiet", "--reports"])
            .arg(folder.path());
        let done = Done::from(command.arg("AddMessageContact/Name/length").output().unwrap());
        assert_eq!(done.code, 0, "{}", done.stderr);
        let text = fs::read_to_string(folder.path().join(name).join("recorded.jsonl")).unwrap();
        let events = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        events.map(|event| event["drawn"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(drawn("one"), drawn("other"));
}

#[test]
fn resumed_run_is_tested_against_all_recorded_responses() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(&["values-without-case"]);
    assert_eq!(record(folder.path(), "vendor", &vendor.url, &["AddUserContact/Product"]).code, 0);
    let mine = Vendor::start(&[]);
    let events = folder.path().join("events.jsonl");
    let run = |more: &[&std::ffi::OsStr]| {
        let mut command = fineprint();
        command.args(["run", "--no-snapshots", "--url", &mine.url, "AddUserContact/Product", "--against"]);
        Done::from(command.arg(folder.path().join("vendor")).args(more).output().unwrap())
    };
    let held = |done: &Done| {
        assert_eq!(done.code, 1, "{}", done.stderr);
        done.stdout
            .lines()
            .find(|line| line.contains("compared with the responses of vendor"))
            .unwrap()
            .to_owned()
    };
    let first = held(&run(&["--events".as_ref(), events.as_os_str()]));
    assert_eq!(held(&run(&["--resume".as_ref(), events.as_os_str()])), first);
}
