//! Pages of other shapes than the shipped ones: several unique parameters, numbers and booleans, lists of numbers, nested
//! members, headers, paths, answers that show what was sent; in all protocols. Their suite is held to what the shipped one
//! is held to: the reference passes, every broken promise is caught, and no reading of the pages fails.

mod common;

use std::path::Path;

use common::{Done, fineprint};

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
fn the_reference_keeps_what_its_pages_say() {
    let run = done(&["run", "--no-snapshots"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn every_broken_promise_is_caught() {
    // These stand for all, which run in CI, optimised.
    let mutants = done(&["mutants", "GetBook", "ListBooks", "UpdateBook", "ListMails", "ChangeTicket"]);
    assert_eq!(mutants.code, 0, "{}{}", mutants.stdout, mutants.stderr);
}

#[test]
fn no_reading_of_the_pages_fails() {
    // Nearly all of them at once, and what hides behind others; each by itself, and deeper, runs in CI.
    let readings =
        done(&["mutants", "--readings", "together", "blank", "converted", "changes-nothing", "shown"]);
    assert_eq!(readings.code, 0, "{}{}", readings.stdout, readings.stderr);
}
