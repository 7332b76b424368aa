//! `fineprint accept` and `fineprint reject`: decisions about pending snapshots, without questions.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::snapshot::file::{self, Entry};
use crate::snapshot::review::{self, Decision, Proposal};
use crate::snapshot::store;

use super::args::DecideArgs;
use super::console::Console;
use super::exit::Exit;
use super::filter::Filter;

/// A file of pending snapshots.
pub struct Pending {
    /// The file of the accepted snapshots.
    pub path: PathBuf,
    accepted: Vec<Entry>,
    entries: Vec<Entry>,
    /// Text of the pending file, whose header is kept.
    text: String,
}

/// Decides every pending snapshot that was asked for.
pub fn execute(args: &DecideArgs, decision: Decision, console: Console) -> Exit {
    match decide(args, decision, console) {
        Ok(exit) => exit,
        Err((complaint, exit)) => {
            console.error(&complaint);
            exit
        }
    }
}

fn decide(args: &DecideArgs, decision: Decision, console: Console) -> Result<Exit, (String, Exit)> {
    let usage = |complaint: String| (complaint, Exit::Usage);
    let files = all(args).map_err(usage)?;
    if files.is_empty() {
        console.print("no snapshot is pending");
        return Ok(Exit::Holds);
    }
    let word = match decision {
        Decision::Accept => "accepted",
        Decision::Reject => "rejected",
    };
    let filter = filter(&args.cases, &files);
    let mut count = 0;
    for file in files {
        let proposals = file.proposals().into_iter().filter(|proposal| filter.selects(&proposal.id));
        let decided: BTreeMap<String, Decision> = proposals.map(|proposal| (proposal.id, decision)).collect();
        count += decided.len();
        // A file without a selected difference stays, unless all were selected.
        if decided.is_empty() && !filter.is_all() {
            continue;
        }
        file.write_decisions(&decided).map_err(|complaint| (complaint, Exit::Incomplete))?;
        console.print(&format!("{word} {} ({} responses)", file.path.display(), decided.len()));
    }
    if count == 0 && !filter.is_all() {
        return Err(usage(format!("no pending snapshot has an id that matches {}", args.cases.join(" or "))));
    }
    Ok(Exit::Holds)
}

/// Returns the filter as typed, with the operations of the files.
pub fn filter(typed: &[String], files: &[Pending]) -> Filter {
    let operations: HashSet<&str> = files.iter().filter_map(Pending::operation).collect();
    Filter::new(typed, |name| operations.contains(name))
}

/// Returns the folder of all targets' snapshots, or of one target's.
///
/// # Errors
/// Returns an error if there is nothing of that target.
pub fn folder(reports: &Path, target: Option<&str>) -> Result<PathBuf, String> {
    let Some(target) = target else { return Ok(reports.to_owned()) };
    let folder = reports.join(target);
    match folder.is_dir() {
        true => Ok(folder),
        false => Err(format!("no snapshots of target {target} in {}", reports.display())),
    }
}

/// Reads every file of pending snapshots, of all targets or of one.
///
/// # Errors
/// Returns what cannot be read, and why.
pub fn all(args: &DecideArgs) -> Result<Vec<Pending>, String> {
    let folder = folder(&args.reports, args.target.as_deref())?;
    let cannot = |path: &Path, error: &io::Error| files::not_read(path, error);
    let paths = store::all_pending(&folder).map_err(|error| cannot(&folder, &error))?;
    let pending = |path: PathBuf| {
        let text = store::load(&path).map_err(|error| cannot(&path, &error))?.unwrap_or_default();
        // insta's own files have the same extension.
        if !file::is_ours(&text) {
            return Ok(None);
        }
        let of = store::accepted(&path);
        let read = |path: &Path| store::entries(path).map_err(|error| cannot(path, &error));
        let (accepted, entries) = (read(&of)?.unwrap_or_default(), read(&path)?.unwrap_or_default());
        Ok(Some(Pending { path: of, accepted, entries, text }))
    };
    let files: Result<Vec<Option<Pending>>, String> = paths.into_iter().map(pending).collect();
    Ok(files?.into_iter().flatten().collect())
}

impl Pending {
    /// Returns the operation as the project calls it: the beginning of the ids, up to the name of the file.
    fn operation(&self) -> Option<&str> {
        let id = &self.entries.first()?.id;
        let name = self.path.file_stem()?.to_str()?;
        let ends = id.match_indices('/').map(|(end, _)| &id[..end]);
        ends.into_iter().find(|beginning| beginning.rsplit('/').next() == Some(name))
    }

    /// Returns the changes to decide.
    pub fn proposals(&self) -> Vec<Proposal> {
        review::proposals(&self.accepted, &self.entries)
    }

    /// Writes both files as decided, and removes the pending one if nothing is left to decide.
    ///
    /// # Errors
    /// Returns what cannot be written, and why.
    pub fn write_decisions(&self, decided: &BTreeMap<String, Decision>) -> Result<(), String> {
        let (accepted, pending) = review::apply_decisions(&self.accepted, &self.entries, decided);
        let written = (|| {
            if accepted != self.accepted {
                files::write_whole(&self.path, &file::rewritten(&self.text, &accepted))?;
            }
            let path = store::pending(&self.path);
            match review::proposals(&accepted, &pending).is_empty() {
                true => store::remove(&path),
                false => files::write_whole(&path, &file::rewritten(&self.text, &pending)),
            }
        })();
        written.map_err(|error: io::Error| files::not_written(&self.path, &error))
    }
}
