//! `fineprint generate`, and what other commands do about stale case files.

use crate::files;
use crate::generate::Depth;
use crate::project::{self, Stale, Suite};

use super::args::GenerateArgs;
use super::console::Console;
use super::exit::Exit;

/// Expands the specs into the case files.
pub fn execute(args: &GenerateArgs, console: Console) -> Exit {
    let suite = match project::suite(&args.specs, &args.cases, Depth::Standard) {
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
    for stale in &suite.stale {
        if refuse {
            console.complain(&format!("{} {}", stale.path.display(), why(stale)));
            continue;
        }
        freshen(stale, console)?;
        let done = if stale.text.is_some() { "written" } else { "removed" };
        console.tell(&format!("{} {}: {done}", stale.path.display(), why(stale)));
    }
    match refuse && !suite.stale.is_empty() {
        true => {
            console.tell("run `fineprint generate` and commit what it writes");
            Err(Exit::Usage)
        }
        false => Ok(()),
    }
}

/// Brings one stale case file up to date.
pub fn freshen(stale: &Stale, console: Console) -> Result<(), Exit> {
    project::freshen(stale).map_err(|error| {
        console.complain(&files::not_written(&stale.path, &error));
        Exit::Usage
    })
}

fn why(stale: &Stale) -> &'static str {
    match (&stale.text, stale.exists) {
        (Some(_), true) => "is not what the specs generate",
        (Some(_), false) => "is missing",
        (None, _) => "belongs to no operation any more",
    }
}
