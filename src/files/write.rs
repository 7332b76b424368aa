//! Writing: atomic, with the permissions that the user has chosen.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

/// The prefix of the names of files that are still being written.
const BEGUN: &str = ".fineprint-";

/// The time after its creation within which a file that is being written is locked.
const LOCKED_BY: Duration = Duration::from_millis(500);

/// Returns the message for a file that cannot be written.
pub fn not_written(path: &Path, error: &dyn Display) -> String {
    format!("failed to write {}: {error}", path.display())
}

/// Checks that the output files differ from each other and from the input files.
///
/// # Errors
/// Returns a message about the first output file that does not.
pub fn check_distinct<'p>(inputs: &[&Path], outputs: impl Iterator<Item = &'p Path>) -> Result<(), String> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|path| resolved(path)).collect();
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in outputs {
        let place = resolved(path);
        if inputs.contains(&place) {
            return Err(format!(
                "refusing to overwrite {}: another argument names this file",
                path.display()
            ));
        }
        if seen.contains(&place) {
            return Err(format!("two reports have the same file {}", path.display()));
        }
        seen.push(place);
    }
    Ok(())
}

/// Returns `true` if two paths lead to the same place.
pub fn is_same(one: &Path, other: &Path) -> bool {
    resolved(one) == resolved(other)
}

/// Returns where a path leads, even if no file exists there yet: links are followed, `.` and `..` removed.
pub fn resolved(path: &Path) -> PathBuf {
    if let Ok(place) = path.canonicalize() {
        return place;
    }
    if let Ok(link) = fs::read_link(path) {
        return resolved(&folder_of(path).join(link));
    }
    let folder = folder_of(path).canonicalize().unwrap_or_else(|_| folder_of(path).to_owned());
    path.file_name().map_or_else(|| path.to_owned(), |name| folder.join(name))
}

/// Returns the folder of a file that exists or will be written.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file atomically: the whole file appears, or nothing.
///
/// # Errors
/// Returns the error of the file system.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let file = begin(path)?;
    file.writer()?.write_all(text.as_bytes())?;
    end(file, path)
}

/// A file that is being written.
#[derive(Debug)]
pub enum PendingFile {
    /// A temporary file in the folder of its final place.
    Beside(NamedTempFile),
    /// A file that is not regular (a pipe, a device). It cannot be replaced, so it is written directly.
    Into(File),
}

impl PendingFile {
    /// Returns a handle to write into the file.
    ///
    /// # Errors
    /// Returns the error of the file system.
    pub fn writer(&self) -> io::Result<File> {
        match self {
            Self::Beside(file) => file.reopen(),
            Self::Into(file) => file.try_clone(),
        }
    }
}

/// Begins a file that appears at its path only when it is complete. If the path is a link, its target is written.
///
/// # Errors
/// Returns the error of the file system.
pub fn begin(path: &Path) -> io::Result<PendingFile> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            return File::options().write(true).open(path).map(PendingFile::Into);
        }
        _ => {}
    }
    let path = resolved(path);
    let folder = folder_of(&path);
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(BEGUN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As for any new file; the user's umask applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    // If a file system has no locks, `remove_abandoned` removes nothing either.
    let _ = file.as_file().lock();
    Ok(PendingFile::Beside(file))
}

/// Removes temporary files of runs that were killed while they wrote. Files that are still being written are locked.
pub fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_begun = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BEGUN));
        if is_begun && is_abandoned(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_abandoned(path: &Path) -> bool {
    let is_ordinary = fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
    let age = || fs::metadata(path).and_then(|it| it.modified()).ok()?.elapsed().ok();
    is_ordinary
        && age().is_some_and(|age| age >= LOCKED_BY)
        && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Moves a complete file to its final place.
///
/// # Errors
/// Returns the error of the file system.
pub fn end(file: PendingFile, path: &Path) -> io::Result<()> {
    let PendingFile::Beside(file) = file else { return Ok(()) };
    file.as_file().sync_all()?;
    let path = resolved(path);
    // An existing file keeps its permissions: the responses of a target may be confidential.
    if let Ok(there) = fs::metadata(&path) {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
