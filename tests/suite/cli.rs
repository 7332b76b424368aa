//! The command line: exit codes, what is printed to which stream, and what is written.

use std::fs;
use std::path::Path;

use crate::common::{Done, Project, fineprint};
use crate::vendor::Vendor;

fn done(arguments: &[&str]) -> Done {
    Done::from(fineprint().args(arguments).output().unwrap())
}

const CASES: &str = "cases/alibaba-cloud/resource-directory-master/AddMessageContact.yaml";

#[test]
fn command_without_arguments_runs_all_cases_on_the_reference_server_twice() {
    for _ in 0..2 {
        let run = Done::from(fineprint().env("CI", "true").output().unwrap());
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("876 cases on reference"), "{}", run.stdout);
        assert!(!run.stdout.contains('\u{1b}'), "no colours in a pipe");
        assert_eq!(
            run.stderr, "876 cases, about 1081 requests\n",
            "what will be sent; nothing to complain about, and no progress bar in a pipe"
        );
    }
}

#[test]
fn invalid_arguments_exit_with_2_and_send_nothing() {
    let vendor = Vendor::start(&[]);
    let url = vendor.url.as_str();
    for (arguments, words) in [
        (vec!["run", "--nonsense"], "unexpected argument"),
        (vec!["rum"], "unrecognized subcommand"),
        (vec!["run", "--url", "localhost:80"], "--url localhost:80"),
        (vec!["run", "--url", url, "--timeout", "0"], "--timeout 0"),
        (vec!["run", "--url", url, "--timeout", "-1"], "--timeout"),
        (vec!["run", "--url", url, "--jobs", "0"], "--jobs"),
        (vec!["run", "--url", url, "Nome/length"], "a similar name exists"),
        (vec!["run", "--target", "mine"], "unknown target `mine`"),
        (vec!["run", "--url", url, "--target", "../x"], "--target"),
        (vec!["run", "--url", url, "--specs", "nowhere"], "failed to read nowhere"),
        (
            vec!["run", "--url", url, "--junit", "/proc/none/report.xml"],
            "failed to write /proc/none/report.xml",
        ),
        (vec!["check", "Nonesuch"], "unknown operation `Nonesuch`"),
    ] {
        let run = done(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn help_shows_examples_for_every_command() {
    for command in [
        &["--help"][..],
        &["run", "-h"],
        &["check", "-h"],
        &["generate", "-h"],
        &["serve", "-h"],
        &["accept", "-h"],
        &["schema", "-h"],
        &["record", "-h"],
        &["compare", "-h"],
        &["init", "-h"],
        &["review", "-h"],
        &["accept", "-h"],
        &["reject", "-h"],
        &["prune", "-h"],
        &["report", "-h"],
        &["merge", "-h"],
        &["man", "-h"],
        &["completions", "-h"],
    ] {
        let help = done(command);
        assert_eq!(help.code, 0, "{command:?}");
        assert!(help.stdout.contains("Example"), "{command:?}: {}", help.stdout);
    }
    assert!(done(&["--help"]).stdout.contains("Exit codes:"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(done(&["completions", shell]).stdout.contains("fineprint"));
    }
}

#[test]
fn list_prints_the_cases_a_filter_selects() {
    let all = done(&["run", "--list"]);
    assert_eq!(all.stdout.lines().count(), 876);
    let some = done(&["run", "--list", "AddMessageContact/Name/length", "Product/"]);
    let ids: Vec<&str> = some.stdout.lines().collect();
    assert!(
        ids.contains(&"AddMessageContact/Name/length/13")
            && ids.contains(&"AddUserContact/Product/values/mysql")
    );
    assert!(ids.iter().all(|id| id.contains("AddMessageContact/Name/length") || id.contains("Product/")));
}

#[test]
fn stale_case_files_are_updated_or_rejected() {
    let project = Project::shipped();
    let missing = project.done(&["run", "--locked", "--no-snapshots"]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert!(missing.stderr.contains(CASES) && missing.stderr.contains("is missing"), "{}", missing.stderr);
    assert!(!project.path("cases").exists(), "--locked writes nothing");

    assert_eq!(project.done(&["generate"]).code, 0);
    assert_eq!(project.done(&["generate", "--check"]).code, 0);
    assert_eq!(project.done(&["run", "--locked", "--no-snapshots", "Title/values"]).code, 0);

    let (specs, cases) = (project.path("specs"), project.path("cases"));
    let elsewhere =
        fineprint().args(["generate", "--check", "--specs"]).arg(specs).arg("--cases").arg(cases).output();
    assert_eq!(Done::from(elsewhere.unwrap()).code, 0, "they are the same from wherever they are read");

    let path = project.path(CASES);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("length/13", "length/14")).unwrap();
    let old = project.path("cases/tencent-cloud/dbbrain/Gone.yaml");
    fs::write(&old, "# Written by `fineprint generate` from specs/Gone.yaml. \noperation: Gone\ncases: []\n")
        .unwrap();
    let stale = project.done(&["generate", "--check"]);
    assert_eq!(stale.code, 2);
    assert!(stale.stderr.contains("does not match the specs"), "{}", stale.stderr);
    assert!(stale.stderr.contains("belongs to no operation"), "{}", stale.stderr);
    let in_ci = Done::from(
        fineprint()
            .env("CI", "1")
            .current_dir(project.0.path())
            .args(["run", "--no-snapshots"])
            .output()
            .unwrap(),
    );
    assert_eq!(in_ci.code, 2, "where CI is set, a run is locked");

    let run = project.done(&["run", "--no-snapshots", "Title/values"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "written again");
    assert!(!old.exists(), "removed");
}

#[test]
fn hand_written_cases_run_with_generated_ones() {
    let project = Project::shipped();
    assert_eq!(project.done(&["generate"]).code, 0);
    let own = project.path("cases/tencent-cloud/dbbrain/own.yaml");
    fs::write(&own, OWN_CASE).unwrap();
    let run = project.done(&["run", "--no-snapshots", "AddUserContact/own/"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("2 passed"), "{}", run.stdout);
    assert_eq!(project.done(&["generate"]).code, 0);
    assert!(own.exists(), "generate leaves it alone");

    fs::write(&own, OWN_CASE.replace("expect: accept", "expect: acept")).unwrap();
    let broken = project.done(&["run", "--no-snapshots"]);
    assert_eq!(broken.code, 2);
    assert!(
        broken.stderr.contains("own.yaml:6") && broken.stderr.contains("invalid expectation"),
        "{}",
        broken.stderr
    );

    fs::write(
        &own,
        OWN_CASE
            .replace("$same: first.Name", "$same: frist.Name")
            .replace("reject: any", "reject: [MissingParametr]"),
    )
    .unwrap();
    let broken = project.done(&["run", "--no-snapshots"]);
    assert_eq!(broken.code, 2);
    for words in ["a similar name exists: `first`", "a similar code exists: `MissingParameter`", "2 findings"]
    {
        assert!(broken.stderr.contains(words), "{words}: {}", broken.stderr);
    }

    let project = Project::shipped();
    let generated = project.path(CASES);
    fs::create_dir_all(generated.parent().unwrap()).unwrap();
    fs::write(&generated, "operation: AddMessageContact\ncases: []\n").unwrap();
    let kept = project.done(&["run", "--no-snapshots"]);
    assert_eq!(kept.code, 2);
    assert!(kept.stderr.contains("was not written by `fineprint generate`"), "{}", kept.stderr);
    assert_eq!(fs::read_to_string(&generated).unwrap(), "operation: AddMessageContact\ncases: []\n");
}

const OWN_CASE: &str = "\
operation: AddUserContact
cases:
- id: AddUserContact/own/mixed
  tries: a name of all that is allowed
  send: {Region: ap-guangzhou, Name: {$new: \"A1_<8 letters>\"}, ContactInfo: a@example.com, Product: mysql}
  expect: accept
- id: AddUserContact/own/again
  tries: a used name with another address
  given:
  - {call: AddUserContact, as: first, send: {Region: ap-guangzhou, Name: {$new: <9 letters>}, ContactInfo: a@example.com, Product: mysql}}
  send: {Region: ap-guangzhou, Name: {$same: first.Name}, ContactInfo: b@example.com, Product: mysql}
  expect: {reject: any}
";

#[test]
fn snapshots_are_written_compared_and_accepted() {
    let project = Project::shipped();
    let vendor = Vendor::start(&[]);
    let run = |arguments: &[&str]| {
        project.done(
            &[&["run", "--url", &vendor.url, "--target", "mine", "AddMessageContact/Title"], arguments]
                .concat(),
        )
    };
    let file = project.path("reports/mine/alibaba-cloud/resource-directory-master/AddMessageContact.snap");
    let pending = file.with_extension("snap.new");

    let first = run(&[]);
    assert_eq!(first.code, 0);
    assert!(first.stderr.contains("no snapshot of mine yet for 49 responses"), "{}", first.stderr);
    assert!(!file.exists() && !pending.exists(), "nothing is kept unasked");
    assert_eq!(run(&["--update"]).code, 0);
    let kept = fs::read_to_string(&file).unwrap();
    assert_eq!(run(&[]).code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), kept);

    fs::write(
        &file,
        kept.replacen(
            "# AddMessageContact/Title/values/CEO\n200",
            "# AddMessageContact/Title/values/CEO\n201",
            1,
        ),
    )
    .unwrap();
    let changed = run(&[]);
    assert_eq!(changed.code, 1, "a snapshot changed");
    assert!(changed.stdout.contains("CHANGED AddMessageContact/Title/values/CEO"), "{}", changed.stdout);
    assert!(
        changed.stdout.contains("-status 201") && changed.stdout.contains("+status 200"),
        "{}",
        changed.stdout
    );
    assert!(pending.exists());
    let in_ci = Done::from(
        fineprint()
            .env("CI", "true")
            .current_dir(project.0.path())
            .args(["run", "--url", &vendor.url, "--target", "mine", "AddMessageContact/Title"])
            .output()
            .unwrap(),
    );
    fs::remove_file(&pending).unwrap();
    assert_eq!(in_ci.code, 1);
    assert!(!pending.exists(), "in CI nothing is written");

    assert_eq!(run(&[]).code, 1);
    let accept = project.done(&["accept"]);
    assert_eq!(accept.code, 0);
    assert!(accept.stdout.contains("AddMessageContact.snap"), "{}", accept.stdout);
    assert_eq!(fs::read_to_string(&file).unwrap(), kept);
    assert_eq!(project.done(&["accept"]).stdout, "no snapshot is pending\n");
}

#[test]
fn snapshots_of_missing_cases_are_reported() {
    let project = Project::shipped();
    assert_eq!(project.done(&["run", "--update", "Product/"]).code, 0);
    let file = project.path("reports/reference/tencent-cloud/dbbrain/AddUserContact.snap");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\n# AddUserContact/Product/values/gone\n200 {{}}\n")).unwrap();
    fs::write(file.with_file_name("Gone.snap"), &text).unwrap();
    let run = project.done(&["run", "Product/"]);
    assert!(run.stderr.contains("1 snapshot of reference for cases that no longer exist"), "{}", run.stderr);
    assert!(run.stderr.contains("Gone.snap belongs to no operation"), "{}", run.stderr);
    assert_eq!(run.code, 0);
    assert_eq!(project.done(&["run", "--update", "Product/"]).code, 0);
    assert!(!fs::read_to_string(&file).unwrap().contains("values/gone"));
}

#[test]
fn snapshot_files_are_readable_by_insta() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("reports/reference/tencent-cloud/dbbrain/AddUserContact.snap");
    let text = fs::read_to_string(&path).unwrap();
    let snapshot = insta::Snapshot::from_file(&path).unwrap();
    assert_eq!(snapshot.metadata().expression(), Some("AddUserContact on reference"));
    let insta::internals::SnapshotContents::Text(contents) = snapshot.contents() else { panic!("text") };
    let body = text.split_once("\n---\n").unwrap().1;
    assert_eq!(contents.to_string().trim(), body.trim());
}

#[test]
fn reports_are_complete_and_well_formed() {
    let project = Project::shipped();
    let vendor = Vendor::start(&["title-unchecked"]);
    let run = project.done(&[
        "run",
        "--no-snapshots",
        "--url",
        &vendor.url,
        "--junit",
        "out/junit.xml",
        "--json",
        "out/report.json",
        "--events",
        "out/events.jsonl",
        "AddMessageContact/Title",
    ]);
    assert_eq!(run.code, 1);
    let junit = fs::read_to_string(project.path("out/junit.xml")).unwrap();
    let failed = junit.matches("<failure ").count();
    assert!(run.stdout.contains(&format!("{failed} failed")), "{}", run.stdout);
    let failures: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("FAIL ")).collect();
    assert_eq!(failures.len(), 1, "one fault is told once: {failures:?}");
    assert!(failed > 2 && run.stdout.contains("more cases: AddMessageContact/Title/"), "{}", run.stdout);
    assert!(junit.contains(r#"<testcase name="AddMessageContact/Title/values/unknown""#), "{junit}");
    assert!(junit.contains("Valid values: FinanceDirector"), "{junit}");

    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(project.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(json["result"]["counts"]["fail"], failed);
    let events = fs::read_to_string(project.path("out/events.jsonl")).unwrap();
    let events: Vec<fineprint::event::Event> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(matches!(events.first(), Some(fineprint::event::Event::RunStarted(_))));
    assert!(matches!(events.last(), Some(fineprint::event::Event::RunFinished(_))));
    assert_eq!(events.len(), json["cases"].as_array().unwrap().len() + 2);
}

#[test]
fn serve_runs_the_reference_server() {
    let mut child =
        fineprint().args(["serve", "--port", "0"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut url).unwrap();
    let run = crate::common::Run::against(url.trim()).go();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn committed_files_are_up_to_date() {
    for (of, path) in [
        ("spec", "specs/spec.schema.json"),
        ("cases", "docs/cases.schema.json"),
        ("report", "docs/report.schema.json"),
        ("event", "docs/event.schema.json"),
    ] {
        let committed = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        assert_eq!(done(&["schema", of]).stdout, committed, "{path}");
    }
    let check = done(&["generate", "--check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
}

#[test]
fn shipped_specs_quote_their_pages_and_acknowledge_findings() {
    assert_eq!(done(&["check"]).code, 0);
    for (operation, page) in [
        ("AddMessageContact", "alibaba-AddMessageContact-2026-03-30"),
        ("UpdateMessageContact", "alibaba-UpdateMessageContact-2023-12-18"),
        ("AddUserContact", "tencent-AddUserContact-2021-07-13"),
    ] {
        let path = format!("tests/data/pages/{page}.txt");
        let check = done(&["check", operation, "--page", &path]);
        assert_eq!(check.code, 0, "{}", check.stdout);

        let edited = tempfile::NamedTempFile::new().unwrap();
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        fs::write(edited.path(), text.replace("12 characters", "16 characters").replace("2-60", "2-20"))
            .unwrap();
        let drifted = done(&["check", operation, "--page", edited.path().to_str().unwrap()]);
        assert_eq!(drifted.code, 1, "{operation}: {}", drifted.stdout);
        assert!(drifted.stdout.contains("not-on-page"), "{}", drifted.stdout);
    }
}
