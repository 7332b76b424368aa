//! Hand-written case files, and cases as `show` prints them.

use std::fs;

use crate::common::{Done, Project};

/// The small project that `init` creates, with a hand-written case file.
fn with_cases(text: &str) -> Project {
    let project = Project::empty();
    assert_eq!(project.done(&["init"]).code, 0);
    let path = project.path("cases/me/notes/own.yaml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    project
}

fn passes(done: &Done) {
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
}

const OWN: &str = "\
operation: CreateNote
send: {title: {$new: \"<10 letters>\"}}
cases:
- {id: own/plain, tries: the plain call, expect: accept}
- id: own/colour
  tries: a colour in capitals
  about: {colour: values}
  with: {colour: PINK}
  expect: {reject: any}
  again:
  - {with: {colour: ' pink'}}
  - {send: {colour: Pink, title: other}}
- {id: CreateNote/own/untitled, tries: no title, without: [title], expect: {reject: any}}
";

#[test]
fn case_sends_the_plain_call_with_its_changes() {
    let project = with_cases(OWN);
    let list = project.done(&["run", "--list", "CreateNote/own"]);
    passes(&list);
    let ids: Vec<&str> = list.stdout.lines().collect();
    let expected = ["own/plain", "own/colour", "own/colour/2", "own/colour/3", "own/untitled"];
    assert_eq!(ids, expected.map(|id| format!("CreateNote/{id}")));
    let shown = project.done(&["show", "CreateNote/own"]).stdout;
    let sent: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("  send: ")).collect();
    let title = "title: {$new: \"<10 letters>\"}";
    let all = [
        format!("{{{title}}}"),
        format!("{{{title}, colour: PINK}}"),
        format!("{{{title}, colour: \" pink\"}}"),
        "{colour: Pink, title: other}".to_owned(),
        "{}".to_owned(),
    ];
    assert_eq!(sent, all);
    passes(&project.done(&["run", "CreateNote/own"]));
}

#[test]
fn case_without_send_is_a_finding() {
    let case = "- {id: own/x, tries: it, expect: accept";
    for (text, words) in [
        (format!("cases:\n{case}}}\n"), "this case does not define what it sends"),
        (format!("cases:\n{case}, with: {{colour: pink}}}}\n"), "no plain call to change"),
        (
            format!("send: {{title: a}}\ncases:\n{case}, send: {{title: b}}, with: {{colour: pink}}}}\n"),
            "both `send` and changes to the plain call",
        ),
        (
            format!("send: {{title: a}}\ncases:\n{case}, without: [titel]}}\n"),
            "unknown parameter of the plain call `titel`",
        ),
        (
            "send: {title: a}\ncases:\n- {id: DeleteNote/own, tries: it, expect: accept}\n".to_owned(),
            "starts with a different operation from that of the file",
        ),
    ] {
        let project = with_cases(&format!("operation: CreateNote\n{text}"));
        let done = project.done(&["run", "--list"]);
        assert_eq!(done.code, 2, "{text}: {}", done.stdout);
        assert!(done.stderr.contains(words), "{text}: {}", done.stderr);
    }
}

/// The output of `show` is a case for a hand-written case file.
#[test]
fn shown_case_can_be_copied() {
    let project = with_cases(OWN);
    let id = "CreateNote/title/length/41";
    let shown = project.done(&["show", id]).stdout;
    assert_eq!(shown.lines().filter(|line| line.starts_with("- id:")).count(), 1, "the exact id: {shown}");
    assert!(shown.contains("# curl "), "{shown}");
    assert!(shown.contains("(title length.max)"), "the promise: {shown}");
    let copy = shown.replace(id, "CreateNote/own/copied");
    fs::write(project.path("cases/me/notes/own.yaml"), format!("operation: CreateNote\ncases:\n{copy}"))
        .unwrap();
    passes(&project.done(&["run", "CreateNote/own/copied"]));
}

#[test]
fn show_prints_the_result_of_a_case_from_a_run() {
    let project = with_cases(OWN);
    passes(&project.done(&["run", "CreateNote", "--events", "events.jsonl"]));
    let shown = project.done(&["show", "--from", "events.jsonl", "CreateNote/own/untitled"]);
    passes(&shown);
    for part in ["CreateNote/own/untitled pass", "the page", "> curl ", "\n  4", "content-type: "] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    let none = project.done(&["show", "--from", "events.jsonl", "Nonesuch"]);
    assert_eq!(none.code, 2, "{}", none.stdout);
}
