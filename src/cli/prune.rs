//! `fineprint prune`: snapshots of cases and operations that no longer exist.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::generate::Depth;
use crate::project;
use crate::snapshot::file::{self, Entry};
use crate::snapshot::{review, store};

use super::args::PruneArgs;
use super::console::Console;
use super::decide;
use super::exit::Exit;

/// Removes the snapshots that belong to no case any more, or lists them with `--list`.
pub fn execute(args: &PruneArgs, console: Console) -> Exit {
    let suite = match project::suite(&args.specs, &args.cases, Depth::Standard) {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    let kept = suite.snapshot_ids();
    let ids: HashSet<&str> = kept.values().flatten().map(|id| &**id).collect();
    let operations = store::operations(&suite.specs, kept.keys().map(String::as_str));
    let of =
        Existing { operations: &operations, ids: &ids, list: args.list, reports: &args.reports, console };
    let paths = match decide::folder(&args.reports, args.target.as_deref()).and_then(|folder| files(&folder))
    {
        Ok(paths) => paths,
        Err(complaint) => {
            console.error(&complaint);
            return Exit::Usage;
        }
    };
    let mut found = 0;
    for path in paths {
        match of.prune_file(&path) {
            Ok(count) => found += count,
            Err(error) => {
                console.error(&format!("{}: {error}", path.display()));
                return Exit::Incomplete;
            }
        }
    }
    match (found, args.list) {
        (0, _) => console.print("no snapshot is outdated"),
        (_, true) => console.print("remove them with `fineprint prune`"),
        (_, false) => console.print(&format!("{found} removed")),
    }
    Exit::Holds
}

/// Returns the accepted files below a folder, including the paths of those that are only pending.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let cannot = |error: io::Error| files::not_read(folder, &error);
    let accepted = store::all_accepted(folder).map_err(cannot)?;
    let pending = store::all_pending(folder).map_err(cannot)?;
    Ok(accepted.into_iter().chain(pending.iter().map(|path| store::accepted(path))).collect())
}

/// What exists, and how to handle the rest.
struct Existing<'a> {
    operations: &'a HashSet<(&'a str, &'a str)>,
    ids: &'a HashSet<&'a str>,
    list: bool,
    reports: &'a Path,
    console: Console,
}

impl Existing<'_> {
    /// Returns the number of outdated entries in a file. If the operation no longer exists, the file and the pending
    /// one next to it are outdated.
    fn prune_file(&self, path: &Path) -> io::Result<usize> {
        let pending = store::pending(path);
        if !store::is_of(path, self.operations) {
            let removed = self.remove_file(path)? + self.remove_file(&pending)?;
            store::remove_empty(path, self.reports);
            return Ok(removed);
        }
        let count = self.remove_entries(path)?;
        if self.list {
            return Ok(count);
        }
        self.prune_pending(path, &pending)?;
        Ok(count)
    }

    /// Removes a file of an operation that no longer exists.
    fn remove_file(&self, path: &Path) -> io::Result<usize> {
        if !store::load(path)?.is_some_and(|text| file::is_ours(&text)) {
            return Ok(0);
        }
        self.console.print(&format!("{}: no case tests this operation", path.display()));
        if self.list { Ok(1) } else { store::remove(path).map(|()| 1) }
    }

    /// Removes the entries of cases that no longer exist.
    fn remove_entries(&self, path: &Path) -> io::Result<usize> {
        let Some(text) = store::load(path)?.filter(|text| file::is_ours(text)) else { return Ok(0) };
        let entries = store::entries(path)?.unwrap_or_default();
        let (known, outdated): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| self.ids.contains(entry.id.as_str()));
        for entry in &outdated {
            self.console.print(&format!("{}: outdated snapshot of {}", path.display(), entry.id));
        }
        if !outdated.is_empty() && !self.list {
            files::write_whole(path, &file::rewritten(&text, &known))?;
        }
        Ok(outdated.len())
    }

    /// Removes outdated entries from a pending file, and the file itself if nothing is left to decide.
    fn prune_pending(&self, path: &Path, pending: &Path) -> io::Result<()> {
        let Some(text) = store::load(pending)?.filter(|text| file::is_ours(text)) else { return Ok(()) };
        let mut entries = store::entries(pending)?.unwrap_or_default();
        let before = entries.len();
        entries.retain(|entry| self.ids.contains(entry.id.as_str()));
        let accepted = store::entries(path)?.unwrap_or_default();
        match (review::proposals(&accepted, &entries).is_empty(), entries.len() < before) {
            (true, _) => store::remove(pending),
            (false, true) => files::write_whole(pending, &file::rewritten(&text, &entries)),
            (false, false) => Ok(()),
        }
    }
}
