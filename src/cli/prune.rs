//! `fineprint prune`: snapshots of cases and operations that are gone.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use crate::generate::Depth;
use crate::project;
use crate::snapshot::file::{self, Entry};
use crate::snapshot::store;

use super::args::PruneArgs;
use super::console::Console;
use super::decide;
use super::exit::Exit;

/// Removes, or with `--list` names, what belongs to no case any more.
pub fn execute(args: &PruneArgs, console: Console) -> Exit {
    let suite = match project::suite(&args.specs, &args.cases, Depth::Standard) {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    let kept = suite.kept();
    let ids: HashSet<&str> = kept.iter().map(String::as_str).collect();
    let operations = store::operations(&suite.specs, suite.cases.iter().map(|case| case.operation.as_str()));
    let listed = decide::folder(&args.reports, args.target.as_deref())
        .and_then(|folder| store::all_accepted(&folder).map_err(|error| project::not_read(&folder, &error)));
    let paths = match listed {
        Ok(paths) => paths,
        Err(complaint) => {
            console.complain(&complaint);
            return Exit::Usage;
        }
    };
    let mut found = 0;
    for path in paths {
        match file(&path, &operations, &ids, args.list, console) {
            Ok(count) => found += count,
            Err(error) => {
                console.complain(&format!("{}: {error}", path.display()));
                return Exit::Incomplete;
            }
        }
    }
    match (found, args.list) {
        (0, _) => console.say("no snapshot is outdated"),
        (_, true) => console.say("`fineprint prune` removes them"),
        (_, false) => console.say(&format!("{found} removed")),
    }
    Exit::Holds
}

/// How many entries of a file are outdated: all of them where the operation is gone.
fn file(
    path: &Path,
    operations: &HashSet<(&str, &str)>,
    ids: &HashSet<&str>,
    list: bool,
    console: Console,
) -> io::Result<usize> {
    let Some(text) = store::load(path)?.filter(|text| file::is_ours(text)) else { return Ok(0) };
    if !store::is_of(path, operations) {
        console.say(&format!("{}: no case tries this operation any more", path.display()));
        return if list { Ok(1) } else { store::remove(path).map(|()| 1) };
    }
    let (known, gone): (Vec<Entry>, Vec<Entry>) =
        file::read(&text).into_iter().partition(|entry| ids.contains(entry.id.as_str()));
    for entry in &gone {
        console.say(&format!("{}: no case {} keeps one any more", path.display(), entry.id));
    }
    if !gone.is_empty() && !list {
        project::write_whole(path, &file::rewritten(&text, &known))?;
    }
    Ok(gone.len())
}
