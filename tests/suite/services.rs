//! Pages of other shapes than the shipped ones: several unique parameters, numbers and booleans, lists of numbers,
//! nested members, headers, paths, responses that show what was sent; in all protocols. The same requirements apply as
//! for the shipped suite: the reference server passes, every broken promise is caught, and no reading of the pages
//! fails.

use std::path::Path;

use crate::common::{Done, fineprint};

fn done(arguments: &[&str]) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fineprint();
    command
        .args(arguments)
        .arg("--specs")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/services"));
    Done::from(command.arg("--cases").arg(folder.path().join("cases")).output().unwrap())
}

#[test]
fn reference_server_conforms_to_its_pages() {
    let run = done(&["run", "--no-snapshots"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn every_broken_promise_is_caught() {
    // A selection: all of them run in CI, optimised.
    let mutants = done(&["mutants", "GetBook", "ListBooks", "UpdateBook", "ListMails", "ChangeTicket"]);
    assert_eq!(mutants.code, 0, "{}{}", mutants.stdout, mutants.stderr);
}

#[test]
fn readings_of_the_pages_together_pass() {
    // Nearly all readings together. Each reading by itself, and at a greater depth, runs in CI.
    let readings = done(&["mutants", "--readings", "together"]);
    assert_eq!(readings.code, 0, "{}{}", readings.stdout, readings.stderr);
}
