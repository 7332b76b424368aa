//! `fineprint generate`, and what other commands do about stale case files.

use std::io;
use std::path::Path;

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
    if let Err(exit) = settle(&suite, args.check, console) {
        return exit;
    }
    let state = if suite.stale.is_empty() { "up to date" } else { "written" };
    console.say(&format!("{} cases, {state}", suite.cases.len()));
    Exit::Holds
}

/// Brings stale case files up to date, or refuses them.
pub fn settle(suite: &Suite, refuse: bool, console: Console) -> Result<(), Exit> {
    if refuse {
        for stale in &suite.stale {
            console.complain(&format!("{} {}", stale.path.display(), why(stale)));
        }
    } else {
        freshen_all(suite, console)?;
    }
    match refuse && !suite.stale.is_empty() {
        true => {
            console.tell("run `fineprint generate` and commit what it writes");
            Err(Exit::Usage)
        }
        false => Ok(()),
    }
}

/// Brings all of them up to date, and tells of each.
fn freshen_all(suite: &Suite, console: Console) -> Result<(), Exit> {
    let freshen = |stale: &'_ Stale| (stale.path.clone(), freshen(suite, stale), told(stale));
    for (path, done, told) in in_parallel(&suite.stale, freshen) {
        done.map_err(|error| complain(console, &path, &error))?;
        console.tell(&told);
    }
    Ok(())
}

fn told(stale: &Stale) -> String {
    let done = if stale.of.is_some() { "written" } else { "removed" };
    format!("{} {}: {done}", stale.path.display(), why(stale))
}

fn freshen(suite: &Suite, stale: &Stale) -> io::Result<()> {
    match &stale.freshened {
        Some(Ok(())) => return Ok(()),
        Some(Err(error)) => return Err(io::Error::new(error.kind(), error.to_string())),
        None => {}
    }
    project::freshen(&stale.path, suite.text(stale).as_deref())
}

fn complain(console: Console, path: &Path, error: &io::Error) -> Exit {
    console.complain(&files::not_written(path, error));
    Exit::Usage
}

/// Brings one stale case file up to date.
pub fn freshen_one(suite: &Suite, stale: &Stale, console: Console) -> Result<(), Exit> {
    freshen(suite, stale).map_err(|error| complain(console, &stale.path, &error))
}

fn why(stale: &Stale) -> &'static str {
    match (stale.of, stale.exists) {
        (Some(_), true) => "is not what the specs generate",
        (Some(_), false) => "is missing",
        (None, _) => "belongs to no operation any more",
    }
}
