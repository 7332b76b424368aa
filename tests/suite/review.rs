//! Pending snapshots: a person or a script decides each of them, and outdated ones are removed on request.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use crate::common::{Done, Project, fineprint};

const FILE: &str = "reports/reference/tencent-cloud/dbbrain/AddUserContact.snap";

/// A project whose accepted snapshots differ in three responses: two in the same way, one in another.
struct Pending(Project);

impl Pending {
    fn new() -> Self {
        let project = Self(Project::shipped());
        assert_eq!(project.done(&["run", "--update", "Product/"]).code, 0);
        let kept = fs::read_to_string(project.file()).unwrap();
        let mut text = kept.clone();
        for id in ["required/absent", "required/empty"] {
            let head = format!("# AddUserContact/Product/{id}\n200 ");
            assert!(text.contains(&head), "{id}");
            text = text.replace(&head, &head.replace("200", "201"));
        }
        let head = "# AddUserContact/Product/values/mysql\n200 ";
        assert!(text.contains(head));
        fs::write(project.file(), text.replace(head, &head.replace("200", "204"))).unwrap();
        assert_eq!(project.done(&["run", "Product/"]).code, 1);
        project
    }

    fn file(&self) -> PathBuf {
        self.0.path(FILE)
    }

    fn pending(&self) -> PathBuf {
        self.file().with_extension("snap.new")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn done(&self, arguments: &[&str]) -> Done {
        self.0.done(arguments)
    }

    /// Runs a review with these lines typed.
    fn review(&self, typed: &str) -> Done {
        let mut command = fineprint();
        command.current_dir(self.0.0.path()).arg("review");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Done::from(child.wait_with_output().unwrap())
    }
}

#[test]
fn review_decides_single_responses_or_all_of_a_kind() {
    let project = Pending::new();
    let before = project.text();
    let nothing = project.review("s\n?\nq\n");
    assert_eq!(nothing.code, 0, "{}", nothing.stderr);
    assert!(nothing.stdout.contains("0 accepted, 0 rejected, 3 still pending"), "{}", nothing.stdout);
    assert!(nothing.stdout.contains("one of the letters"), "{}", nothing.stdout);
    assert_eq!(project.text(), before);
    assert!(
        nothing.stdout.contains("Product | string | Required: Yes"),
        "the page's sentence: {}",
        nothing.stdout
    );
    assert!(
        nothing.stdout.contains("-status 201\n") && nothing.stdout.contains("+status 200\n"),
        "{}",
        nothing.stdout
    );

    let broken_off = project.review("A\nq\n");
    assert!(broken_off.stdout.contains("2 accepted, 0 rejected, 1 still pending"), "{}", broken_off.stdout);
    assert_eq!(project.done(&["review", "--list"]).stdout.lines().count(), 1);
    fs::write(project.file(), &before).unwrap();
    assert_eq!(project.done(&["run", "Product/"]).code, 1);

    let mixed = project.review("A\nr\n");
    assert!(mixed.stdout.contains("and 1 more response"), "{}", mixed.stdout);
    assert!(mixed.stdout.contains("2 accepted, 1 rejected, 0 still pending"), "{}", mixed.stdout);
    assert!(!project.text().contains("\n201 ") && project.text().contains("\n204 "));
    assert_eq!(
        project.text().lines().count(),
        before.lines().count(),
        "a change of answers is a change of lines"
    );
    assert!(!project.pending().exists(), "nothing is left to decide");
    assert!(project.review("").stdout.contains("no snapshot is pending"));
}

#[test]
fn undecided_responses_stay_pending() {
    let project = Pending::new();
    let done = project.review("a\n");
    assert!(done.stdout.contains("1 accepted, 0 rejected, 2 still pending"), "{}", done.stdout);
    assert_eq!(project.done(&["review", "--list"]).stdout.lines().count(), 2);
}

#[test]
fn accept_and_reject_take_case_ids() {
    let project = Pending::new();
    assert_eq!(project.done(&["accept", "--case", "nothing-like-it"]).code, 2);
    let accept = project.done(&["accept", "reference", "--case", "Product/values/mysql"]);
    assert_eq!(accept.code, 0, "{}", accept.stderr);
    assert!(!project.text().contains("\n204 ") && project.text().contains("\n201 "));
    assert!(project.pending().exists());
    assert_eq!(project.done(&["reject"]).code, 0);
    assert!(project.text().contains("\n201 ") && !project.pending().exists());
    assert_eq!(project.done(&["run", "Product/"]).code, 1, "a rejected answer is proposed again");
    assert_eq!(project.done(&["accept"]).code, 0);
    assert_eq!(project.done(&["run", "Product/"]).code, 0);
}

#[test]
fn snapshots_without_a_case_are_listed_and_pruned() {
    let project = Pending::new();
    project.done(&["accept"]);
    let kept = project.text();
    fs::write(project.file(), format!("{kept}\n# AddUserContact/Product/values/gone\n200 {{}}\n")).unwrap();
    let orphan = project.0.path("reports/reference/gone/service/Gone.snap");
    fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    fs::write(&orphan, &kept).unwrap();
    // One snapshot was never accepted, and one is next to an accepted one.
    let (alone, pending) = (orphan.with_file_name("Alone.snap.new"), orphan.with_extension("snap.new"));
    fs::write(&alone, &kept).unwrap();
    fs::write(&pending, &kept).unwrap();
    let list = project.done(&["prune", "--list"]);
    for words in ["values/gone", "Gone.snap:", "Gone.snap.new:", "Alone.snap.new:"] {
        assert!(list.stdout.contains(words), "{words}: {}", list.stdout);
    }
    assert!(orphan.exists());
    for command in ["prune", "accept", "reject", "review"] {
        assert_eq!(project.done(&[command, "nobody"]).code, 2, "{command}: there is no such target");
    }
    assert_eq!(project.done(&["prune"]).code, 0);
    assert_eq!(project.text(), kept);
    assert!(!orphan.exists() && !alone.exists() && !pending.exists());
    assert!(!project.0.path("reports/reference/gone").exists(), "no empty folder stays");
    assert!(project.file().exists());
    assert!(project.done(&["review", "--list"]).stdout.contains("no snapshot is pending"));
    assert!(project.done(&["prune"]).stdout.contains("no snapshot is outdated"));
}

/// Returns the pending responses.
fn pending(project: &Pending) -> Vec<String> {
    let list = project.done(&["review", "--list"]);
    list.stdout.lines().filter_map(|line| line.split_once(".snap ")).map(|(_, id)| id.to_owned()).collect()
}

#[test]
fn partial_run_keeps_pending_snapshots_of_other_cases() {
    let project = Pending::new();
    let three = pending(&project);
    assert_eq!(three.len(), 3, "{three:?}");
    // A filter whose responses changed, one whose response did not, and one that selects the only response of its file.
    for part in ["Product/values/mysql", "Product/type", "AddUserContact/Product/required/empty"] {
        project.done(&["run", part]);
        assert_eq!(pending(&project), three, "after a run of {part}");
    }
    assert_eq!(project.done(&["run", "--update", "AddUserContact/Product/required/empty"]).code, 0);
    let two: Vec<String> = three.iter().filter(|id| !id.ends_with("required/empty")).cloned().collect();
    assert_eq!(pending(&project), two, "what was updated is decided, the others are not");
    assert_eq!(project.done(&["run", "--update", "Product/"]).code, 0);
    assert!(!project.pending().exists(), "a whole run decides all");
}

#[test]
fn concurrent_shards_lose_no_snapshot() {
    let project = Project::shipped();
    assert_eq!(project.done(&["generate"]).code, 0);
    let part = |number: usize| {
        let mut command = fineprint();
        command.current_dir(project.0.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command.args([
            "run",
            "--quiet",
            "--update",
            "AddUserContact/Name",
            "--shard",
            &format!("{number}/6"),
        ]);
        command.spawn().unwrap()
    };
    let parts: Vec<_> = (1..=6).map(part).collect();
    for mut part in parts {
        assert!(part.wait().unwrap().success());
    }
    let kept = fs::read_to_string(project.path(FILE)).unwrap();
    assert_eq!(project.done(&["run", "--update", "AddUserContact/Name"]).code, 0);
    assert_eq!(fs::read_to_string(project.path(FILE)).unwrap(), kept, "all of them had been kept");
}

#[test]
fn other_files_are_not_read_as_snapshots() {
    let project = Pending::new();
    let text = project.text();
    let half = text.len() / 2;
    let conflict = text.replacen("\n# ", "\n<<<<<<< ours\n# ", 1);
    for (broken, words) in [
        ("garbage", "not a snapshot file"),
        ("", "not a snapshot file"),
        (conflict.as_str(), "some lines belong to no case"),
        (format!("{text}\n{}", &text[text.rfind("\n# ").unwrap()..]).as_str(), "two responses for"),
        (format!("{}\n# AddUserContact/Product/x\n", &text[..half]).as_str(), ""),
    ] {
        fs::write(project.file(), broken).unwrap();
        for run in [&["run", "Product/"][..], &["run", "--update", "Product/"]] {
            let done = project.done(run);
            assert_eq!(done.code, 3, "{words}: {}{}", done.stdout, done.stderr);
            assert!(
                done.stderr.contains("AddUserContact.snap") && done.stderr.contains(words),
                "{}",
                done.stderr
            );
            assert_eq!(project.text(), broken, "it is left to a person");
        }
    }
}
