//! The journal of live entities, kept on disk during a run, so that the next run can clean up after a killed one.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::files;
use crate::runner::{self, Journal, Remains};

use super::plan::Plan;

/// The beginning and the end of a journal's file name.
const BEGINNING: &str = "living-";
const END: &str = ".jsonl";

/// Maximum size of a journal that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024 * 1024;

/// The journal of this run, and the contents of earlier ones.
#[derive(Debug, Default)]
pub struct OpenJournal {
    /// The journal that this run writes.
    pub journal: Journal,
    /// What earlier runs left at this target's addresses.
    pub remains: Remains,
    /// What earlier runs left elsewhere.
    pub elsewhere: Remains,
    /// Journals that are not trusted: somebody else may have written them.
    pub foreign: Vec<PathBuf>,
    /// The file of the journal.
    pub own: Option<PathBuf>,
    /// A lock on the file: while it is held, no other run considers this one killed.
    _lock: Option<File>,
}

impl OpenJournal {
    /// Opens the journal of a run, next to the target's snapshots, and carries over the contents of abandoned journals.
    ///
    /// # Errors
    /// Returns an error of the file system.
    pub fn open(plan: &Plan) -> io::Result<Self> {
        if plan.is_embedded() {
            return Ok(Self::default());
        }
        let folder = plan.reports.join(&plan.target.name);
        fs::create_dir_all(&folder)?;
        // The file has another name until it is locked, so that nobody considers it abandoned before.
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
            // Another run may have carried it over as well: what both of them remove is gone.
            let _ = fs::remove_file(carried_over);
        }
        let (remains, elsewhere) = all.split_by_address(&plan.target);
        Ok(Self { journal, remains, elsewhere, foreign, own: Some(path), _lock: Some(lock) })
    }

    /// Closes the journal. Its file stays only if something is still live.
    pub fn close(self) {
        let Some(own) = self.own else { return };
        if files::text(&own, MAX_BYTES).is_ok_and(|text| Remains::read(&text).is_empty()) {
            let _ = fs::remove_file(&own);
        }
        if let Some(folder) = own.parent() {
            // This removes an empty folder only: a run without snapshots leaves no folder.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Returns `true` if there is a journal of another run on this target.
pub fn exists(plan: &Plan) -> bool {
    let folder = plan.reports.join(&plan.target.name);
    !plan.is_embedded() && journals(&folder).is_ok_and(|journals| !journals.is_empty())
}

/// Creates a file that only its owner can read: it contains ids and names as the target returned them.
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

/// Returns `true` if a journal is trusted, so that what it names is removed. A run of the same user must have written
/// it: it must be an ordinary file that nobody else may read or write. Files from git, an archive or a copied folder
/// are not.
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

/// Returns the text of a journal whose run has ended; `None` while the run is still active.
fn abandoned(path: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    match file.try_lock() {
        Ok(()) => {
            let mut text = String::new();
            // A killed run leaves a line that is cut off, not a gigabyte.
            file.by_ref().take(MAX_BYTES as u64).read_to_string(&mut text)?;
            Ok(Some(text))
        }
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}
