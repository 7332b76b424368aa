//! Findings about broken specs: a golden text for each kind of mistake.

use std::fs;
use std::path::Path;

use crate::common::{Done, fineprint};

/// Returns the findings of a folder below `tests/data/broken`, which is never sent anywhere.
fn findings(name: &str) -> String {
    let folder = format!("tests/data/broken/{name}");
    let check = Done::from(fineprint().args(["check", "--specs", &folder]).output().unwrap());
    assert_eq!(check.code, 2, "{}", check.stderr);
    let run = Done::from(fineprint().args(["run", "--no-snapshots", "--specs", &folder]).output().unwrap());
    assert_eq!((run.code, &run.stderr), (2, &check.stderr), "a run tells the same and sends nothing");
    check.stderr
}

#[test]
fn findings_of_broken_specs_match_their_snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/broken");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 10);
    for name in names {
        insta::assert_snapshot!(format!("broken-{name}"), findings(&name));
    }
}

#[test]
fn findings_of_all_files_are_reported_together() {
    let specs = crate::common::copy_of_specs();
    let folder = specs.path().join("specs");
    for (file, from, to) in [
        ("alibaba-cloud/resource-directory-master/AddMessageContact.yaml", "length: 2..12", "lenght: 2..12"),
        ("alibaba-cloud/resource-directory-master/service.yaml", "protocol: acs-rpc", "protocol: rpc"),
        ("tencent-cloud/dbbrain/AddUserContact.yaml", "values: [mysql]", "values: []"),
    ] {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
    let check = Done::from(fineprint().args(["check", "--specs"]).arg(&folder).output().unwrap());
    assert_eq!(check.code, 2);
    for words in ["a similar key exists: `length`", "invalid value `rpc`", "no value is valid", "3 findings"]
    {
        assert!(check.stderr.contains(words), "{words}: {}", check.stderr);
    }
}

#[test]
fn hostile_files_are_findings_not_crashes() {
    let folder = tempfile::tempdir().unwrap();
    let service = folder.path().join("v/s");
    fs::create_dir_all(&service).unwrap();
    let huge = format!("operation: Add\npage: {{title: {}}}\n", "x".repeat(100 * 1024 * 1024));
    for (name, text) in [
        ("huge", huge.as_bytes()),
        ("levels", "[".repeat(10_000).as_bytes()),
        ("not-utf8", b"operation: \xff\xfe".as_slice()),
        ("nul", b"operation: a\0b".as_slice()),
        ("empty", b"".as_slice()),
        ("list", b"- a\n- b\n".as_slice()),
        ("two-documents", b"operation: Add\n---\noperation: Remove\n".as_slice()),
    ] {
        fs::write(service.join("Add.yaml"), text).unwrap();
        let check = Done::from(fineprint().args(["check", "--specs"]).arg(folder.path()).output().unwrap());
        assert_eq!(check.code, 2, "{name}: {}", check.stderr);
        assert!(check.stderr.contains("error["), "{name}: {}", check.stderr);
    }
}

#[test]
fn folder_without_specs_prints_help() {
    let folder = tempfile::tempdir().unwrap();
    let run = Done::from(fineprint().current_dir(folder.path()).output().unwrap());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("failed to read specs") && run.stderr.contains("--specs"), "{}", run.stderr);
}
