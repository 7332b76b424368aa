//! A new project: created by `init`, it runs as it is, and no existing file is lost.

use std::fs;
use std::path::Path;

use crate::common::{Done, fineprint};

fn done(folder: &Path, arguments: &[&str]) -> Done {
    Done::from(fineprint().current_dir(folder).args(arguments).output().unwrap())
}

#[test]
fn new_project_passes_and_is_created_once() {
    let folder = tempfile::tempdir().unwrap();
    let empty = done(folder.path(), &[]);
    assert_eq!(empty.code, 2);
    assert!(empty.stderr.contains("fineprint init"), "{}", empty.stderr);

    assert_eq!(done(folder.path(), &["init"]).code, 0);
    assert!(!folder.path().join("tests").exists(), "no crate, no test file");
    let check = done(folder.path(), &["check"]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let run = Done::from(fineprint().current_dir(folder.path()).env("CI", "true").output().unwrap());
    assert_eq!(run.code, 0, "it is whole, also where nothing may be written: {}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("CreateNote"), "{}", run.stdout);
    for score in [&["mutants"][..], &["mutants", "--readings", "--depth", "smoke"]] {
        let score = done(folder.path(), score);
        assert_eq!(score.code, 0, "{}{}", score.stdout, score.stderr);
    }
    // The targets are read, and nothing listens there.
    assert_eq!(
        done(folder.path(), &["run", "--target", "local", "--url", "http://127.0.0.1:9", "title/length/40"])
            .code,
        3
    );

    let spec = folder.path().join("specs/me/notes/CreateNote.yaml");
    fs::write(&spec, fs::read_to_string(&spec).unwrap().replace("2..40", "2..50")).unwrap();
    let again = done(folder.path(), &["init"]);
    assert_eq!(again.code, 0);
    assert!(!again.stdout.lines().any(|line| line.starts_with("created ")), "{}", again.stdout);
    assert!(fs::read_to_string(&spec).unwrap().contains("2..50"), "what was there stays");
}

#[test]
fn crate_gets_a_test_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = 'x'\n").unwrap();
    let made = done(folder.path(), &["init"]);
    assert!(made.stdout.contains("add the lines at the top of tests/conformance.rs"), "{}", made.stdout);
    let test = fs::read_to_string(folder.path().join("tests/conformance.rs")).unwrap();
    assert!(test.contains("Conformance::new(\"specs\")"));
    assert!(folder.path().join(".github/workflows/fineprint.yml").exists());
}

/// An installed binary contains the same files as the checkout.
#[test]
fn demo_has_the_shipped_suite() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(done(folder.path(), &["init", "--demo", "demo"]).code, 0);
    let demo = folder.path().join("demo");
    let ids = |folder: &Path| done(folder, &["run", "--list"]).stdout;
    assert_eq!(ids(&demo), ids(Path::new(env!("CARGO_MANIFEST_DIR"))));
    let run = done(&demo, &["run", "--depth", "smoke"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let schema = |folder: &Path| fs::read_to_string(folder.join("specs/spec.schema.json")).unwrap();
    assert_eq!(schema(&demo), schema(Path::new(env!("CARGO_MANIFEST_DIR"))));
}

#[test]
fn project_with_specs_gets_no_others() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(done(folder.path(), &["init", "--demo"]).code, 0);
    let ids = || done(folder.path(), &["run", "--list"]).stdout;
    let before = ids();
    for again in [&["init"][..], &["init", "--demo"]] {
        let again = done(folder.path(), again);
        assert_eq!(again.code, 0, "{}", again.stderr);
        assert!(
            again.stdout.contains("specs already has specs") && again.stdout.contains("not adding"),
            "{}",
            again.stdout
        );
        assert_eq!(ids(), before);
    }
    let own = tempfile::tempdir().unwrap();
    assert_eq!(done(own.path(), &["init"]).code, 0);
    let sample = own.path().join("specs/me/notes/DeleteNote.yaml");
    let service = own.path().join("specs/me/notes/service.yaml");
    let text = fs::read_to_string(&service).unwrap();
    fs::remove_file(&sample).unwrap();
    fs::write(&service, text.replace("removed-by: DeleteNote", "removed-by: none")).unwrap();
    assert_eq!(done(own.path(), &["init"]).code, 0);
    assert!(!sample.exists(), "what was deleted does not come back");
}

#[test]
fn nothing_is_written_next_to_invalid_specs() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("specs/acme/shop/Add.yaml");
    fs::create_dir_all(spec.parent().unwrap()).unwrap();
    fs::write(&spec, "operation: Add\npaeg: {title: Add}\n").unwrap();
    let rejected = done(folder.path(), &["init"]);
    assert_eq!(rejected.code, 2);
    assert!(rejected.stderr.contains("Add.yaml"), "{}", rejected.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only what was there");
    assert_eq!(rejected.stdout, "");
}

#[test]
#[cfg(unix)]
fn suggested_commands_work() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["plain", "b c", "it's", "$HOME"] {
        let made = done(folder.path(), &["init", name]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        let command =
            made.stdout.split_once("server with `").unwrap().1.split_once(" && fineprint`").unwrap().0;
        let typed = std::process::Command::new("sh")
            .current_dir(folder.path())
            .arg("-c")
            .arg(format!("{command} && test -d specs"))
            .status()
            .unwrap();
        assert!(typed.success(), "{command}");
    }
}
