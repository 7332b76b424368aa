//! Input that would silently do something else than intended is rejected, before anything is sent.

use std::fs;

use crate::common::{Done, Project, fineprint};
use crate::vendor::Vendor;

/// The small project that `init` creates.
struct Small(Project);

impl Small {
    fn new() -> Self {
        let project = Self(Project::empty());
        assert_eq!(project.done(&["init"]).code, 0);
        project
    }

    fn done(&self, arguments: &[&str]) -> Done {
        self.0.done(arguments)
    }

    fn config(&self, text: &str) {
        fs::write(self.0.path("fineprint.toml"), text).unwrap();
    }

    fn rejected(&self, arguments: &[&str], words: &[&str]) {
        let done = self.done(arguments);
        assert_eq!(done.code, 2, "{arguments:?}: {}{}", done.stdout, done.stderr);
        for word in words {
            assert!(done.stderr.contains(word), "{arguments:?}: {}", done.stderr);
        }
    }
}

#[test]
fn target_settings_with_unknown_names_are_rejected() {
    let project = Small::new();
    for (key, words) in [
        (
            "services.'me/nots' = 'http://127.0.0.1:9'",
            ["services.me/nots", "a similar name exists: me/notes"],
        ),
        (
            "url = 'http://127.0.0.1:9'\nrates.CreateNot = '3/s'",
            ["rates.CreateNot", "a similar name exists: CreateNote"],
        ),
        ("url = 'http://127.0.0.1:9'\nquotas.nots = 3", ["quotas.nots", "a similar name exists: note"]),
        ("url = 'http://127.0.0.1:9'\ncredentials.you = {secret = 'HOME'}", ["credentials.you", "me/notes"]),
    ] {
        project.config(&format!("[targets.local]\n{key}\n"));
        project.rejected(&["run", "--target", "local"], &words);
    }
    let secret = "url = 'http://127.0.0.1:9'\ncredentials.me = {secret = 'not a name but the secret'}";
    project.config(&format!("[targets.local]\n{secret}\n"));
    project.rejected(&["run", "--target", "local"], &["the name of an environment variable"]);
    assert!(!project.done(&["run", "--target", "local"]).stderr.contains("not a name"), "it may be a secret");
    let unsigned = "url = 'http://127.0.0.1:9'\ncredentials.me = {secret = 'NO_SUCH_VARIABLE'}";
    project.config(&format!("[targets.local]\n{unsigned}\n"));
    project.rejected(&["run", "--target", "local"], &["NO_SUCH_VARIABLE is not set"]);
    let done = project.done(&["run", "--target", "local", "--unsigned", "title/length/40"]);
    assert_eq!(done.code, 3, "without credentials no variable is needed: {}", done.stderr);
}

#[test]
fn filters_and_baseline_entries_without_a_case_are_reported() {
    let project = Small::new();
    project.rejected(&["run", "title/lenght"], &["a similar name exists: `title/length`"]);
    project.rejected(&["run", "title/length", "nonesuch"], &["nonesuch"]);
    project.rejected(&["run", "--list", "nonesuch"], &["nonesuch"]);
    fs::write(project.0.path("known.toml"), "[[known]]\ncase = 'Nope/x'\nreason = 'r'\n").unwrap();
    let done = project.done(&["run", "--baseline", "known.toml"]);
    assert!(done.stderr.contains("the baseline lists Nope/x"), "{}", done.stderr);
}

#[test]
fn streams_of_two_targets_cannot_be_merged() {
    let project = Small::new();
    assert_eq!(project.done(&["run", "--events", "reference.jsonl", "title/length"]).code, 0);
    project.config("[targets.other]\nurl = 'http://127.0.0.1:9'\n");
    project.done(&["run", "--target", "other", "--events", "other.jsonl", "title/length"]);
    project.rejected(&["merge", "reference.jsonl", "other.jsonl"], &["other.jsonl is a run on other"]);
    project.rejected(&["run", "--resume", "other.jsonl"], &["the event stream is a run on other"]);
    let moved = [
        "run",
        "--target",
        "other",
        "--url",
        "http://127.0.0.1:8",
        "--resume",
        "other.jsonl",
        "title/length",
    ];
    let done = project.done(&moved);
    assert!(
        done.stderr.contains("the earlier run was on http://127.0.0.1:9"),
        "its address is another: {}",
        done.stderr
    );
}

#[test]
fn outputs_must_differ_from_inputs_and_from_each_other() {
    let project = Small::new();
    assert_eq!(project.done(&["run", "--events", "e.jsonl", "title/length"]).code, 0);
    let before = fs::read_to_string(project.0.path("e.jsonl")).unwrap();
    let over = ["refusing to overwrite"];
    project.rejected(&["report", "--from", "e.jsonl", "--events", "./e.jsonl"], &over);
    project.rejected(&["report", "--from", "e.jsonl", "--html", "e.jsonl"], &over);
    project.rejected(&["merge", "e.jsonl", "--events", "e.jsonl"], &over);
    project.rejected(&["run", "--resume", "e.jsonl", "--html", "e.jsonl"], &over);
    project.rejected(&["compare", "e.jsonl", "reference", "--json", "./e.jsonl"], &over);
    project.rejected(&["merge", "e.jsonl", "--filter", "nonesuch"], &["nonesuch"]);
    project.rejected(&["run", "--events", "e.jsonl", "--html", "specs"], &["failed to write specs"]);
    assert_eq!(fs::read_to_string(project.0.path("e.jsonl")).unwrap(), before, "nothing was emptied either");
    for second in ["x", "./x"] {
        let twice = ["two reports have the same file"];
        project.rejected(&["report", "--from", "e.jsonl", "--junit", "x", "--json", second], &twice);
        project.rejected(&["compare", "e.jsonl", "e.jsonl", "--html", "x", "--json", second], &twice);
    }
    let known = ["run", "--write-baseline", "known.toml", "title/length"];
    for report in ["--html", "--events"] {
        let over = ["refusing to overwrite", "known.toml"];
        project.rejected(&[&known[..], &[report, "./known.toml"]].concat(), &over);
    }
    project.rejected(&["run", "--write-baseline", "specs"], &["failed to read specs"]);
    project.rejected(
        &["run", "--write-baseline", "/proc/none/known.toml"],
        &["failed to write /proc/none/known.toml"],
    );
    project.rejected(&["run", "--resume", "e.jsonl", "--write-baseline", "e.jsonl"], &["e.jsonl"]);
    assert_eq!(fs::read_to_string(project.0.path("e.jsonl")).unwrap(), before);
    assert_eq!(project.done(&known).code, 0);
    assert_eq!(project.done(&[&known[..], &["--baseline", "known.toml"]].concat()).code, 0, "it may be read");
    project.rejected(&["run", "--html", "specs"], &["failed to write specs"]);
    project.rejected(&["compare", "e.jsonl", "reference", "--html", "specs"], &["failed to write specs"]);
    project.rejected(&["compare", "reports/nobody", "reference"], &["reports/nobody is not a recording"]);
}

#[test]
#[cfg(unix)]
fn unwritable_report_is_not_a_success() {
    use std::os::unix::fs::FileTypeExt as _;
    let is_device = fs::metadata("/dev/full").is_ok_and(|there| there.file_type().is_char_device());
    if !is_device {
        return;
    }
    let project = Small::new();
    for report in ["--html", "--junit", "--json", "--sarif", "--markdown"] {
        let done = project.done(&["run", report, "/dev/full", "title/length"]);
        assert_eq!(done.code, 3, "{report}: {}", done.stderr);
        assert!(done.stderr.contains("failed to write a report"), "{report}: {}", done.stderr);
    }
    let link = project.0.path("link.xml");
    std::os::unix::fs::symlink("real.xml", &link).unwrap();
    assert_eq!(project.done(&["run", "--junit", "link.xml", "title/length"]).code, 0);
    assert!(link.is_symlink(), "what the link leads to is written");
    assert!(fs::read_to_string(project.0.path("real.xml")).unwrap().contains("<testsuites"));
}

#[test]
fn cases_without_response_are_not_recorded() {
    let project = Small::new();
    project.config("[targets.dead]\nurl = 'http://127.0.0.1:9'\n");
    let done = project.done(&["record", "--target", "dead", "title/length"]);
    assert_eq!(done.code, 3);
    assert!(done.stderr.contains("nothing is recorded"), "{}", done.stderr);
    assert!(!project.0.path("reports/dead/recorded.jsonl").exists());
    assert!(done.stdout.contains("promises: 0 hold, 0 broken"), "{}", done.stdout);
    project.rejected(&["record", "--target", "dead", "--shard", "1/2"], &["leave out --shard"]);
    let compare = project.done(&["compare", "reference", "dead", "title/length"]);
    assert_eq!(compare.code, 3);
    assert!(compare.stdout.contains("nothing could be compared"), "{}", compare.stdout);
    assert!(compare.stdout.contains("refused the connection"), "{}", compare.stdout);
}

/// The curl line of a call with a secret repeats the call if the environment holds the secret.
#[test]
#[cfg(unix)]
fn curl_line_takes_the_secret_from_the_environment() {
    let project = Small::new();
    project
        .config("[targets.local]\nurl = 'http://127.0.0.1:9'\ncredentials.me = {secret = 'NOTES_TOKEN'}\n");
    let mut command = fineprint();
    command.current_dir(project.0.0.path()).env("NOTES_TOKEN", "a-secret-token");
    let done = Done::from(
        command.args(["run", "--target", "local", "--dry-run", "title/length/40"]).output().unwrap(),
    );
    let line = done.stdout.lines().find(|line| line.contains("curl")).unwrap();
    assert!(!done.stdout.contains("a-secret-token"));
    let echo = format!("NOTES_TOKEN=it; printf '%s\\n' {}", line.trim().strip_prefix("curl").unwrap());
    let words = std::process::Command::new("sh").arg("-c").arg(echo).output().unwrap();
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.lines().any(|word| word == "authorization: Bearer it"), "{words}");
}

#[test]
fn known_failure_with_a_changed_response_is_reported() {
    let project = Project::shipped();
    let case = "AddMessageContact/Name/length/13";
    let broken = Vendor::start(&["13-letters-pass"]);
    let run = |more: &[&str]| {
        project.done(&[&["run", "--url", broken.url.as_str(), "--target", "mine", case], more].concat())
    };
    assert_eq!(run(&["--update", "--write-baseline", "known.toml"]).code, 0);
    assert_eq!(run(&["--baseline", "known.toml"]).code, 0);
    let file = project.path("reports/mine/alibaba-cloud/resource-directory-master/AddMessageContact.snap");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\n200 ", "\n201 ")).unwrap();
    let done = run(&["--baseline", "known.toml"]);
    assert_eq!(done.code, 1);
    assert!(done.stdout.contains(&format!("CHANGED {case}")), "{}", done.stdout);
}
