//! A run in parts, and a run that goes on where another was cut off, come to what one run comes to.

mod common;

use std::fs;
use std::path::Path;

use common::{Done, fineprint};
use serde_json::Value;

fn run(folder: &Path, arguments: &[&str]) -> Done {
    let mut command = fineprint();
    command.args(arguments).arg("--json").arg(folder.join("report.json"));
    Done::from(command.output().unwrap())
}

/// What a run has found out, without what differs from run to run: times, the embedded server's port, and what was drawn.
fn found(folder: &Path) -> Vec<Value> {
    let report: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
    let mut found = vec![report["result"]["counts"].clone(), report["run"]["pages"].clone()];
    let cases = report["cases"].as_array().unwrap();
    for case in cases {
        found.push(serde_json::json!([
            case["id"],
            case["verdict"],
            case["departures"],
            case["promise"],
            case["rows"]
        ]));
    }
    found
}

const SEED: &[&str] = &["--seed", "5", "--no-snapshots"];

#[test]
fn four_parts_joined_are_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(folder.path(), &[&["run"], SEED].concat());
    let expected = found(folder.path());
    let mut files = Vec::new();
    let mut sizes = Vec::new();
    for part in 1..=4 {
        let file = folder.path().join(format!("{part}.jsonl")).display().to_string();
        let done = run(
            folder.path(),
            &[&["run", "--shard", &format!("{part}/4"), "--events", &file], SEED].concat(),
        );
        assert_eq!(done.code, 0, "{}", done.stdout);
        sizes.push(found(folder.path()).len());
        files.push(file);
    }
    assert!(sizes.iter().all(|size| *size > expected.len() / 6), "no part is nearly empty: {sizes:?}");
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let merged = run(folder.path(), &[&["merge"], files.as_slice()].concat());
    assert_eq!(found(folder.path()), expected);
    assert_eq!(merged.code, whole.code);
    let last = |done: &Done| done.stdout.lines().last().unwrap().split(" on ").next().unwrap().to_owned();
    assert_eq!(last(&merged), last(&whole));
    let missing = run(folder.path(), &["merge", files[0], files[1]]);
    assert_eq!(missing.code, 3, "what no part has judged is not passed over");
    assert!(missing.stdout.contains("none of the files has judged it"), "{}", missing.stdout);
}

#[test]
fn a_run_that_was_cut_off_is_resumed_and_tries_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events.jsonl").display().to_string();
    run(folder.path(), &[&["run", "--events", &events], SEED].concat());
    let expected = found(folder.path());
    let text = fs::read_to_string(&events).unwrap();
    // Within a line, as a kill leaves it.
    fs::write(&events, &text[..text.len() / 2]).unwrap();
    let again = folder.path().join("again.jsonl").display().to_string();
    let judged = fs::read_to_string(&events).unwrap().lines().count() - 2;
    let resumed = run(folder.path(), &["run", "--resume", &events, "--no-snapshots", "--events", &again]);
    assert_eq!(resumed.code, 0, "{}", resumed.stdout);
    assert_eq!(found(folder.path()), expected);
    assert!(judged > 100, "{judged}");
    // The same file may be read and written.
    let same = run(folder.path(), &["run", "--resume", &again, "--no-snapshots", "--events", &again]);
    assert_eq!(same.code, 0);
    assert_eq!(found(folder.path()), expected);
}

#[test]
fn reports_are_made_from_the_stream_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (events, first, second) = (at("events.jsonl"), at("first.xml"), at("second.xml"));
    run(folder.path(), &[&["run", "Title", "--events", &events, "--junit", &first], SEED].concat());
    let once = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let done = run(folder.path(), &["report", "--from", &events, "--junit", &second]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(fs::read_to_string(&first).unwrap(), fs::read_to_string(&second).unwrap());
    assert_eq!(once, fs::read_to_string(folder.path().join("report.json")).unwrap());
    for (text, words) in [("", "does not begin with one"), ("{}\n{}\n", "is no event"), ("no", "is no event")]
    {
        fs::write(&events, text).unwrap();
        let done = run(folder.path(), &["report", "--from", &events]);
        assert_eq!(done.code, 2);
        assert!(done.stderr.contains(words), "{text:?}: {}", done.stderr);
    }
}
