//! `fineprint generate`, and the handling of stale case files in other commands.

use std::io;

use crate::files;
use crate::generate::{Depth, in_parallel};
use crate::project::{self, Stale, Suite};

use super::args::GenerateArgs;
use super::console::Console;
use super::exit::Exit;

/// Expands the specs into the case files.
pub fn execute(args: &GenerateArgs, console: Console) -> Exit {
    let suite = match args.check {
        true => project::suite(&args.specs, &args.cases, Depth::Standard),
        false => project::expand(&args.specs, &args.cases),
    };
    let suite = match suite {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    if let Err(exit) = update_or_reject(&suite, args.check, console) {
        return exit;
    }
    let state = if suite.stale.is_empty() { "up to date" } else { "written" };
    console.print(&format!("{} cases, {state}", suite.cases.len()));
    Exit::Holds
}

/// Updates stale case files, or rejects them.
pub fn update_or_reject(suite: &Suite, is_rejected: bool, console: Console) -> Result<(), Exit> {
    if is_rejected {
        for stale in &suite.stale {
            console.error(&format!("{} {}", stale.path.display(), staleness(stale)));
        }
    } else {
        update_all(suite, console)?;
    }
    match is_rejected && !suite.stale.is_empty() {
        true => {
            console.status("run `fineprint generate` and commit what it writes");
            Err(Exit::Usage)
        }
        false => Ok(()),
    }
}

/// Updates all stale case files, and reports each.
fn update_all(suite: &Suite, console: Console) -> Result<(), Exit> {
    let done = in_parallel(&suite.stale, |stale| (stale, try_update(suite, stale)));
    for (stale, done) in done {
        report_failure(done, console)?;
        let done = if stale.of.is_some() { "written" } else { "removed" };
        console.status(&format!("{} {}: {done}", stale.path.display(), staleness(stale)));
    }
    Ok(())
}

/// Updates one stale case file.
pub fn update(suite: &Suite, stale: &Stale, console: Console) -> Result<(), Exit> {
    report_failure(try_update(suite, stale), console)
}

/// Updates a file, unless that was done when it was read. Returns the complaint if it cannot be written.
fn try_update(suite: &Suite, stale: &Stale) -> Result<(), String> {
    let complaint = |error: &io::Error| files::not_written(&stale.path, error);
    match &stale.freshened {
        Some(done) => done.as_ref().map_err(complaint).copied(),
        None => project::update(&stale.path, suite.text(stale).as_deref()).map_err(|error| complaint(&error)),
    }
}

fn report_failure(done: Result<(), String>, console: Console) -> Result<(), Exit> {
    done.map_err(|complaint| {
        console.error(&complaint);
        Exit::Usage
    })
}

fn staleness(stale: &Stale) -> &'static str {
    match (stale.of, stale.exists) {
        (Some(_), true) => "does not match the specs",
        (Some(_), false) => "is missing",
        (None, _) => "belongs to no operation",
    }
}
