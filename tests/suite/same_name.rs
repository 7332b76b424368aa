//! Services with an operation of the same name: two versions of an API, in one project.

use std::fs;
use std::sync::Arc;

use crate::common::Project;
use fineprint::server::Server;

const ERRORS: &str = "errors:\n- {code: MissingParameter, when: {\"*\": required}}\n- {code: InvalidParameter, when: {\"*\": type}}\n";

/// Writes the specs of a service that creates and removes a note.
fn version(project: &Project, version: &str, longest: u32) {
    let folder = format!("specs/me/notes-{version}");
    let write = |name: &str, text: String| {
        let path = project.path(&format!("{folder}/{name}.yaml"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "service",
        format!(
            "service: notes\nvendor: Me\nversion: \"{version}\"\nprotocol: acs-rpc\nentities:\n  note: {{id: NoteId, made-by: AddNote, removed-by: DropNote}}\n{ERRORS}"
        ),
    );
    write(
        "AddNote",
        format!(
            "operation: AddNote\npage: {{title: AddNote}}\ncreates: note\nparameters:\n  Name: {{type: string, required: true, length: 2..{longest}, characters: letters, unique: true, example: tom}}\nerrors:\n- {{status: 400, code: InvalidName, message: The name is invalid., when: {{Name: [length, characters]}}}}\n- {{status: 400, code: NameTaken, message: The name is taken., when: {{Name: unique}}}}\nresponse:\n  NoteId: {{type: string, varies: true, example: n-2DFCE4C9A1}}\n"
        ),
    );
    write(
        "DropNote",
        "operation: DropNote\npage: {title: DropNote}\nparameters:\n  NoteId: {type: string, required: true, exists: note, example: n-2DFCE4C9A1}\nerrors:\n- {status: 404, code: NoSuchNote, message: There is no such note., when: {NoteId: exists}}\nresponse:\n  RequestId: {type: string, varies: true, example: r-1}\n".to_owned(),
    );
}

fn project() -> Project {
    let project = Project::empty();
    version(&project, "2024-01-01", 12);
    version(&project, "2025-01-01", 20);
    project
}

#[test]
fn each_version_is_tested_against_its_own_page() {
    let project = project();
    let run = project.done(&["run", "--update"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let list = project.done(&["run", "--list", "Name/length"]).stdout;
    for (id, is_there) in [
        ("me/notes-2024-01-01/AddNote/Name/length/13", true),
        ("me/notes-2025-01-01/AddNote/Name/length/13", false),
        ("me/notes-2025-01-01/AddNote/Name/length/21", true),
    ] {
        assert_eq!(list.lines().any(|line| line == id), is_there, "{id} in {list}");
    }
    let again = project.done(&["run"]);
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    assert!(!again.stdout.contains("changed"), "{}", again.stdout);
    for folder in ["me/notes-2024-01-01", "me/notes-2025-01-01"] {
        assert!(project.path(&format!("cases/{folder}/AddNote.yaml")).exists(), "{folder}");
        assert!(project.path(&format!("reports/reference/{folder}/AddNote.snap")).exists(), "{folder}");
    }
}

#[test]
fn limit_of_the_other_version_is_a_failure() {
    let project = project();
    let mutants = project.done(&["mutants"]);
    assert_eq!(mutants.code, 0, "{}{}", mutants.stdout, mutants.stderr);
    assert!(mutants.stdout.contains(" 0 survived"), "{}", mutants.stdout);
}

#[test]
fn hand_written_cases_name_the_service() {
    let project = project();
    let own = |operation: &str| {
        format!(
            "operation: {operation}\ncases:\n- id: {operation}/own\n  tries: a name of 15 letters\n  send: {{Name: abcdefghijklmno}}\n  expect: accept\n  then:\n  - {{call: DropNote, as: dropped, send: {{NoteId: {{$id: tried}}}}, expect: accept}}\n"
        )
    };
    let path = project.path("cases/own.yaml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, own("me/notes-2025-01-01/AddNote")).unwrap();
    let run = project.done(&["run", "AddNote/own"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    fs::write(&path, own("me/notes-2024-01-01/AddNote")).unwrap();
    let run = project.done(&["run", "AddNote/own"]);
    assert_eq!(run.code, 1, "the older version takes 12 letters: {}{}", run.stdout, run.stderr);
    fs::write(&path, own("AddNote")).unwrap();
    let run = project.done(&["run", "AddNote/own"]);
    assert_eq!(run.code, 2, "which of them is meant nobody knows: {}{}", run.stdout, run.stderr);
}

#[test]
fn run_of_one_operation_reads_only_its_service() {
    let project = project();
    let other = project.path("specs/me/other/service.yaml");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::write(&other, "service: [\n").unwrap();
    let own = project.path("cases/own.yaml");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let text = "operation: me/notes-2025-01-01/AddNote\ncases:\n- id: me/notes-2025-01-01/AddNote/own\n  tries: a name of 15 \
                letters\n  send: {Name: abcdefghijklmno}\n  expect: accept\n";
    fs::write(&own, text).unwrap();
    // The operation has the name that it has in the whole project.
    let newer = project.done(&["run", "me/notes-2025-01-01/AddNote"]);
    assert_eq!(newer.code, 0, "{}{}", newer.stdout, newer.stderr);
    let list = project.done(&["run", "me/notes-2025-01-01/AddNote", "--list"]).stdout;
    assert!(list.lines().all(|id| id.starts_with("me/notes-2025-01-01/AddNote/")), "{list}");
    assert!(list.lines().any(|id| id.ends_with("AddNote/own")), "{list}");
    // A hand-written case for an operation that is not read is not an error.
    let older = project.done(&["run", "me/notes-2024-01-01/AddNote"]);
    assert_eq!(older.code, 0, "{}{}", older.stdout, older.stderr);
    for whole in [&["run"][..], &["run", "Name/length"], &["run", "AddNote"]] {
        let run = project.done(whole);
        assert_eq!(run.code, 2, "{whole:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("specs/me/other/service.yaml"), "{whole:?}: {}", run.stderr);
    }
}

#[test]
fn snapshots_of_unread_services_stay() {
    let project = project();
    let specs = Arc::new(fineprint::project::specs(&project.path("specs")).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(specs, 0)).unwrap();
    let url = server.url();
    let target = ["--url", url.as_str(), "--target", "mine", "--alone"];
    let whole = project.done(&[&["run", "--update"][..], &target].concat());
    assert_eq!(whole.code, 0, "{}{}", whole.stdout, whole.stderr);
    let one = project.done(&[&["run", "me/notes-2025-01-01/AddNote"][..], &target].concat());
    assert_eq!(one.code, 0, "{}{}", one.stdout, one.stderr);
    assert!(!one.stderr.contains("belongs to no operation"), "{}", one.stderr);
}
