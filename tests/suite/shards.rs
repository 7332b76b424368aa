//! Shards of a run, and a run that resumes an interrupted one: their result is that of one run.

use std::fs;
use std::path::Path;

use crate::common::{Done, Project, fineprint};
use serde_json::Value;

fn run(folder: &Path, arguments: &[&str]) -> Done {
    let mut command = fineprint();
    command.args(arguments).arg("--json").arg(folder.join("report.json"));
    Done::from(command.output().unwrap())
}

/// Returns the results of a run without what differs from run to run: times, the port of the built-in server, and
/// random values.
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
fn four_merged_shards_equal_one_run() {
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
    assert!(missing.stdout.contains("not judged in any of the files"), "{}", missing.stdout);
}

#[test]
fn resumed_run_runs_no_case_twice() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events.jsonl").display().to_string();
    run(folder.path(), &[&["run", "--events", &events], SEED].concat());
    let expected = found(folder.path());
    let text = fs::read_to_string(&events).unwrap();
    // Cut within a line, as by a kill.
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
fn reports_are_written_from_an_event_stream() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (events, first, second) = (at("events.jsonl"), at("first.xml"), at("second.xml"));
    run(folder.path(), &[&["run", "Title", "--events", &events, "--junit", &first], SEED].concat());
    let once = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let done = run(folder.path(), &["report", "--from", &events, "--junit", &second]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(fs::read_to_string(&first).unwrap(), fs::read_to_string(&second).unwrap());
    assert_eq!(once, fs::read_to_string(folder.path().join("report.json")).unwrap());
    for (text, words) in
        [("", "is not an event stream"), ("{}\n{}\n", "is not an event:"), ("no", "is not an event:")]
    {
        fs::write(&events, text).unwrap();
        let done = run(folder.path(), &["report", "--from", &events]);
        assert_eq!(done.code, 2);
        assert!(done.stderr.contains(words), "{text:?}: {}", done.stderr);
    }
}

/// Creates a project with the small specs of `init`.
fn small() -> Project {
    let project = Project::empty();
    assert_eq!(project.done(&["init"]).code, 0);
    project
}

/// Returns the cases that a stream has judged.
fn judged(project: &Project, file: &str) -> Vec<String> {
    let text = fs::read(project.path(file)).unwrap();
    let events =
        text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let cases = events.filter(|event| event["verdict"] == "pass" || event["verdict"] == "fail");
    cases.map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

const QUIET: &[&str] = &["--no-snapshots", "--quiet"];

#[test]
fn judged_results_survive_any_end_of_a_resumed_run() {
    let project = small();
    let run = |more: &[&str]| project.done(&[&["run"], QUIET, more].concat());
    assert_eq!(run(&["--seed", "5", "--events", "e.jsonl"]).code, 0);
    let whole = fs::read_to_string(project.path("e.jsonl")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let half = format!("{}\n", lines[..lines.len() / 2].join("\n"));
    fs::write(project.path("e.jsonl"), &half).unwrap();
    let goes_on = ["--resume", "e.jsonl", "--events", "e.jsonl"];
    assert_eq!(run(&[&goes_on[..], &["--html", "specs"]].concat()).code, 2);
    assert_eq!(run(&[&goes_on[..], &["title/length"]].concat()).code, 2, "a part would replace the whole");
    assert_eq!(run(&[&goes_on[..], &["--html", "e.jsonl.resumed"]].concat()).code, 2, "two at one place");
    assert_eq!(fs::read_to_string(project.path("e.jsonl")).unwrap(), half);

    // A resumed run that was killed: its stream has the rest, cut within a line.
    let rest = [&lines[..1], &lines[lines.len() / 2..lines.len() - 1]].concat().join("\n");
    fs::write(project.path("e.jsonl.resumed"), &rest[..rest.len() - 10]).unwrap();
    let from_it = run(&["--resume", "e.jsonl.resumed", "--events", "e.jsonl"]);
    assert_eq!(from_it.code, 2, "what is read would go: {}", from_it.stderr);
    let next = run(&[&goes_on[..], &["--json", "report.json"]].concat());
    assert_eq!(next.code, 0, "{}", next.stderr);
    assert!(!project.path("e.jsonl.resumed").exists(), "it has taken its place");
    assert_eq!(judged(&project, "e.jsonl").len(), lines.len() - 2);
    let report: Value =
        serde_json::from_str(&fs::read_to_string(project.path("report.json")).unwrap()).unwrap();
    let times = |events: &[Value]| -> std::collections::BTreeMap<String, u64> {
        let cases = events.iter().filter(|event| event["id"].is_string());
        cases.map(|case| (case["id"].to_string(), case["micros"].as_u64().unwrap())).collect()
    };
    let before: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (before, now) = (times(&before), times(report["cases"].as_array().unwrap()));
    let again = now.iter().filter(|(id, micros)| before[*id] != **micros).count();
    assert!(again <= 1, "what either of the two had judged was not tried again, and {again} were");

    // An empty result: a run that was killed immediately.
    for nothing in ["", "{\"event\":\"run-sta"] {
        fs::write(project.path("e.jsonl"), &half).unwrap();
        fs::write(project.path("e.jsonl.resumed"), nothing).unwrap();
        assert_eq!(run(&goes_on).code, 0, "{nothing}");
        assert_eq!(judged(&project, "e.jsonl").len(), lines.len() - 2);
    }
    fs::write(project.path("e.jsonl.resumed"), &rest).unwrap();
    assert_eq!(run(&["--events", "e.jsonl", "title/length"]).code, 0);
    assert!(!project.path("e.jsonl.resumed").exists(), "it belonged to the stream that was there");
}

#[test]
fn resumed_run_first_stores_events_of_a_killed_run() {
    let project = small();
    let run = |more: &[&str]| project.done(&[&["run"], QUIET, more].concat());
    run(&["--seed", "5", "--events", "e.jsonl"]);
    let whole = fs::read_to_string(project.path("e.jsonl")).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let (first, rest) = lines[1..lines.len() - 1].split_at(lines.len() / 2);
    fs::write(project.path("e.jsonl"), format!("{}\n{}\n", lines[0], first.join("\n"))).unwrap();
    fs::write(project.path("e.jsonl.resumed"), format!("{}\n{}\n", lines[0], rest.join("\n"))).unwrap();
    // Killed as soon as it starts: before, while or after it stores the existing events.
    let mut command = fineprint();
    command
        .current_dir(project.0.path())
        .args(["run", "--resume", "e.jsonl", "--events", "e.jsonl"])
        .args(QUIET);
    let mut child =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let _ = child.kill();
    child.wait().unwrap();
    let both: std::collections::BTreeSet<String> = judged(&project, "e.jsonl")
        .into_iter()
        .chain(match project.path("e.jsonl.resumed").exists() {
            true => judged(&project, "e.jsonl.resumed"),
            false => Vec::new(),
        })
        .collect();
    assert_eq!(both.len(), lines.len() - 2, "whenever it was killed");
}

#[test]
fn truncated_stream_is_read_to_its_last_whole_event() {
    let project = small();
    project.done(&[&["run", "--events", "e.jsonl", "title/length"], QUIET].concat());
    let mut bytes = fs::read(project.path("e.jsonl")).unwrap();
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    bytes.extend_from_slice("{\"event\":\"case-finished\",\"id\":\"\u{e9}".as_bytes());
    bytes.pop();
    for end in [&b""[..], b"\n", b"\n\n \r\n"] {
        fs::write(project.path("cut.jsonl"), [&bytes[..], end].concat()).unwrap();
        let done = project.done(&["report", "--from", "cut.jsonl", "--quiet"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stdout.contains(&format!("{} cases", lines - 2)), "{}", done.stdout);
    }
    let twice = fs::read_to_string(project.path("e.jsonl")).unwrap().repeat(2);
    fs::write(project.path("twice.jsonl"), twice).unwrap();
    fs::write(project.path("kept.jsonl"), "kept\n").unwrap();
    let files = ["--json", "r.json", "--junit", "r.xml", "--html", "r.html", "--events", "kept.jsonl"];
    let done = project.done(&[&["report", "--from", "twice.jsonl"], &files[..]].concat());
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert!(done.stderr.contains("starts another run"), "{}", done.stderr);
    assert!(["r.json", "r.xml", "r.html"].iter().all(|file| !project.path(file).exists()), "no half report");
    assert_eq!(fs::read_to_string(project.path("kept.jsonl")).unwrap(), "kept\n", "the stream is no other");
    assert_eq!(project.done(&[&["merge", "twice.jsonl"], &files[..]].concat()).code, 2);
    assert_eq!(fs::read_to_string(project.path("kept.jsonl")).unwrap(), "kept\n");
}

#[test]
fn results_of_another_spec_state_are_ignored() {
    let project = small();
    let run = |more: &[&str]| project.done(&[&["run"], QUIET, more].concat());
    assert_eq!(run(&["--events", "e.jsonl"]).code, 0);
    let spec = project.path("specs/me/notes/CreateNote.yaml");
    let text = fs::read_to_string(&spec).unwrap();
    // The message of an error row is not part of a case. Whether it is returned must be tested again nevertheless.
    assert!(text.contains("message: "), "{text}");
    fs::write(&spec, text.replacen("message: ", "message: Not ", 1)).unwrap();
    let merged = project.done(&["merge", "e.jsonl"]);
    assert_eq!(merged.code, 2, "{}", merged.stdout);
    assert!(
        merged.stderr.contains("e.jsonl does not match the project")
            && merged.stderr.contains("the spec of CreateNote")
    );
    let resumed = run(&["--resume", "e.jsonl", "--events", "again.jsonl"]);
    assert!(resumed.stderr.contains("again: the spec of CreateNote has changed"), "{}", resumed.stderr);
    assert_eq!(judged(&project, "again.jsonl").len(), judged(&project, "e.jsonl").len());
    let seen = |file: &str| {
        let text = fs::read_to_string(project.path(file)).unwrap();
        let lines = text.lines().filter(|line| line.contains("\"id\":\"CreateNote/"));
        lines.map(str::to_owned).collect::<std::collections::BTreeSet<String>>()
    };
    assert!(seen("again.jsonl").is_disjoint(&seen("e.jsonl")), "all of that operation were tried again");
    assert_eq!(project.done(&["merge", "again.jsonl", "--quiet"]).code, 0);

    fs::write(&spec, &text).unwrap();
    assert_eq!(
        project.done(&["merge", "e.jsonl", "--quiet"]).code,
        0,
        "the state is the text, and not its date"
    );
    let own = project.path("cases/me/notes/own.yaml");
    let case = "operation: CreateNote\ncases:\n- id: CreateNote/own\n  tries: a title\n  send: {title: {$new: <9 letters>}}\n  expect: accept\n";
    fs::write(&own, case).unwrap();
    assert_eq!(run(&["--events", "own.jsonl"]).code, 0);
    let given = "  given:\n  - {call: CreateNote, as: first, send: {title: {$new: <9 letters>}}}\n  send:";
    fs::write(&own, case.replace("  send:", given)).unwrap();
    let merged = project.done(&["merge", "own.jsonl"]);
    assert!(
        merged.code == 2 && merged.stderr.contains("the case CreateNote/own has changed"),
        "{}",
        merged.stderr
    );
}

#[test]
fn copied_streams_count_once_and_contradicting_verdicts_are_rejected() {
    let project = small();
    let run = |more: &[&str]| project.done(&[&["run"], QUIET, more].concat());
    assert_eq!(run(&["--events", "e.jsonl"]).code, 0);
    let text = fs::read_to_string(project.path("e.jsonl")).unwrap();
    fs::write(project.path("copy.jsonl"), &text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(project.path("half.jsonl"), lines[..lines.len() / 2].join("\n")).unwrap();
    let once = project.done(&["merge", "e.jsonl", "--quiet"]);
    let last = |done: &Done| done.stdout.lines().last().unwrap().split(" in ").next().unwrap().to_owned();
    let requests =
        |done: &Done| done.stdout.split(" requests").next().unwrap().rsplit(' ').next().unwrap().to_owned();
    for more in [["copy.jsonl", "e.jsonl"], ["half.jsonl", "e.jsonl"], ["e.jsonl", "e.jsonl"]] {
        let twice = project.done(&[&["merge", "--quiet"], &more[..]].concat());
        assert_eq!(
            (twice.code, last(&twice), requests(&twice)),
            (0, last(&once), requests(&once)),
            "{more:?}"
        );
        assert!(twice.stderr.contains("skipping it"), "{}", twice.stderr);
    }
    let other = text.replacen("\"verdict\":\"pass\"", "\"verdict\":\"fail\",\"departures\":[]", 1);
    fs::write(project.path("other.jsonl"), other).unwrap();
    for files in [["e.jsonl", "other.jsonl"], ["other.jsonl", "e.jsonl"]] {
        let rejected = project.done(&[&["merge"], &files[..]].concat());
        assert_eq!(rejected.code, 2, "{}", rejected.stdout);
        assert!(files.iter().all(|file| rejected.stderr.contains(file)), "{}", rejected.stderr);
    }
}

/// Tencent documents no way to remove what AddUserContact creates.
#[test]
fn resumed_run_reports_unremovable_entities_of_killed_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let kept = || {
        let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
        serde_json::from_str::<Value>(&report).unwrap()["result"]["kept"].as_array().unwrap().len()
    };
    let (events, filter) = (at("e.jsonl"), "AddUserContact/");
    run(folder.path(), &[&["run", "--events", &events, filter], SEED].concat());
    let whole = kept();
    assert!(whole > 5, "{whole}");
    let text = fs::read_to_string(&events).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&events, format!("{}\n", lines[..lines.len() / 2].join("\n"))).unwrap();
    run(folder.path(), &["run", "--resume", &events, "--no-snapshots", filter]);
    assert!(kept() >= whole, "nothing of the killed run is lost, and the plain calls come again");
    assert_eq!(run(folder.path(), &["report", "--from", &events]).code, 3, "it did not come to its end");
    assert!(kept() > 0);
}
