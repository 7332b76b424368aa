//! What lives on a target, kept on disk while a run goes on: a run that is killed is cleaned up behind by the next.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::files;
use crate::runner::{self, Journal, Remains};

use super::plan::Plan;

/// What the names of the files begin with, and what they end with.
const BEGINNING: &str = "living-";
const END: &str = ".jsonl";

/// The longest journal that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024 * 1024;

/// The journal of this run, and what those of earlier ones tell.
#[derive(Debug, Default)]
pub struct Kept {
    /// Where this run writes.
    pub journal: Journal,
    /// What earlier runs have left at this target's addresses.
    pub remains: Remains,
    /// What they have left elsewhere.
    pub elsewhere: Remains,
    /// Journals that are not believed: somebody else may have written them.
    pub foreign: Vec<PathBuf>,
    /// The journal's file.
    pub own: Option<PathBuf>,
    /// A lock on it: as long as it is held, no other run takes this one for killed.
    _lock: Option<File>,
}

impl Kept {
    /// Opens the journal of a run, beside the target's snapshots, and carries over what abandoned ones tell.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(plan: &Plan) -> io::Result<Self> {
        if plan.is_embedded() {
            return Ok(Self::default());
        }
        let folder = plan.reports.join(&plan.target.name);
        fs::create_dir_all(&folder)?;
        // Under another name until it is locked: nobody takes it for abandoned before.
        let name = format!("{}-{}{END}", std::process::id(), runner::any_seed());
        let (hidden, path) = (folder.join(format!(".{name}")), folder.join(format!("{BEGINNING}{name}")));
        let file = private(&hidden)?;
        file.lock()?;
        let (mut all, mut earlier, mut foreign) = (Remains::default(), Vec::new(), Vec::new());
        for path in journals(&folder)? {
            if !is_own(&path, &file)? {
                foreign.push(path);
            } else if let Some(text) = abandoned(&path)? {
                all.add(Remains::read(&text));
                earlier.push(path);
            }
        }
        fs::rename(&hidden, &path)?;
        let (lock, kept) = (file.try_clone()?, file.try_clone()?);
        let journal = Journal::into(file);
        journal.carry_over(&all).and_then(|()| kept.sync_all())?;
        for carried_over in earlier {
            // Another run may have carried it over as well: what both remove is gone.
            let _ = fs::remove_file(carried_over);
        }
        let (remains, elsewhere) = all.divided(&plan.target);
        Ok(Self { journal, remains, elsewhere, foreign, own: Some(path), _lock: Some(lock) })
    }

    /// Ends the journal: it stays only if something lives on.
    pub fn close(self) {
        let Some(own) = self.own else { return };
        if files::text(&own, MAX_BYTES).is_ok_and(|text| Remains::read(&text).is_empty()) {
            let _ = fs::remove_file(&own);
        }
        if let Some(folder) = own.parent() {
            // Only if it is empty: a run that keeps no snapshots leaves no folder.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether there is a journal of another run on this target.
pub fn is_there(plan: &Plan) -> bool {
    let folder = plan.reports.join(&plan.target.name);
    !plan.is_embedded() && journals(&folder).is_ok_and(|journals| !journals.is_empty())
}

/// A new file that only its owner reads: ids and names stand in it as the target gave them.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Whether a journal is believed: what it names is removed. It must be what a run of the same user has written: an ordinary file
/// that nobody else may read or write. What git, an archive or a copied folder brings is not.
#[cfg(unix)]
fn is_own(path: &Path, own: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (it, own) = (fs::symlink_metadata(path)?, own.metadata()?);
    Ok(it.is_file() && it.mode() & 0o077 == 0 && it.uid() == own.uid())
}

#[cfg(not(unix))]
fn is_own(path: &Path, _: &File) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_file())
}

fn journals(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(BEGINNING) && name.ends_with(END) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The text of a journal whose run is no more; `None` while it lives.
fn abandoned(path: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    match file.try_lock() {
        Ok(()) => {
            let mut text = String::new();
            // A run is killed in the middle of a line, and not of a gigabyte.
            file.by_ref().take(MAX_BYTES as u64).read_to_string(&mut text)?;
            Ok(Some(text))
        }
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}
