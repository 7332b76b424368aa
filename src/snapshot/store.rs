//! Snapshots on disk: accepted as `Operation.snap`, pending as `Operation.snap.new` next to it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::files;
use crate::spec::model::Specs;

use super::file::{self, Entry};

/// The extension of an accepted snapshot file.
const ACCEPTED: &str = "snap";

/// The extension of a pending one.
const PENDING: &str = "snap.new";

/// Returns the path of an operation's snapshot file.
pub fn path(reports: &Path, target: &str, service: &str, operation: &str) -> PathBuf {
    reports.join(target).join(service).join(format!("{operation}.{ACCEPTED}"))
}

/// Returns the path of the pending file next to an accepted one.
pub fn pending(accepted: &Path) -> PathBuf {
    accepted.with_extension(PENDING)
}

/// Maximum size of a file that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// Reads the text of a file, if the file exists.
///
/// # Errors
/// Returns an error if the file exists but cannot be read.
pub fn load(path: &Path) -> io::Result<Option<String>> {
    match files::text(path, MAX_BYTES) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the entries of a file, if the file exists.
///
/// # Errors
/// Returns an error if the file exists but cannot be read, or is not a valid snapshot file.
pub fn entries(path: &Path) -> io::Result<Option<Vec<Entry>>> {
    let checked =
        |text: String| file::checked(&text).map_err(|what| io::Error::new(ErrorKind::InvalidData, what));
    load(path)?.map(checked).transpose()
}

/// Keeps other processes from writing snapshots into a folder for as long as the lock lives. Otherwise, if two
/// processes read a file, add their responses and write it, one would lose what the other added. If a file system has
/// no locks, nothing is locked.
///
/// # Errors
/// Returns an error if the folder cannot be created or opened.
pub fn lock(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    let file = File::open(folder)?;
    #[cfg(not(unix))]
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
    let _ = file.lock();
    Ok(file)
}

/// Removes the folders above a file that have become empty, as far as `up_to`, which stays.
pub fn remove_empty(path: &Path, up_to: &Path) {
    let folders = path.ancestors().skip(1).take_while(|folder| *folder != up_to && folder.starts_with(up_to));
    for folder in folders {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// Removes a file, if it exists.
///
/// # Errors
/// Returns an error if the file exists but cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns every pending file below the report folder, in path order.
///
/// # Errors
/// Returns an error if a folder exists but cannot be read.
pub fn all_pending(reports: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(reports, &format!(".{PENDING}"), &mut found)?;
    found.sort();
    Ok(found)
}

/// Returns every accepted file below a folder, in path order.
///
/// # Errors
/// Returns an error if a folder exists but cannot be read.
pub fn all_accepted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, &format!(".{ACCEPTED}"), &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, ending, found)?;
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    Ok(())
}

/// Returns the path of the accepted file next to a pending one.
pub fn accepted(pending: &Path) -> PathBuf {
    pending.with_extension("")
}

/// Returns the operations of these names, each with its service's folder.
pub fn operations<'s>(specs: &'s Specs, names: impl Iterator<Item = &'s str>) -> HashSet<(&'s str, &'s str)> {
    let names: HashSet<&str> = names.collect();
    let named = specs.operations().filter(|(_, operation)| names.contains(operation.id.as_str()));
    named.map(|(service, operation)| (service.folder.as_str(), operation.name.as_str())).collect()
}

/// Returns `true` if a path is the snapshot file of one of these operations, by its service's folder and its name.
pub fn is_of(path: &Path, operations: &HashSet<(&str, &str)>) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let Some(operation) = name.and_then(|name| name.strip_suffix(&format!(".{ACCEPTED}"))) else {
        return false;
    };
    let mut service = String::new();
    for folder in path.ancestors().skip(1).filter_map(Path::file_name).filter_map(OsStr::to_str) {
        service = if service.is_empty() { folder.to_owned() } else { format!("{folder}/{service}") };
        if operations.contains(&(service.as_str(), operation)) {
            return true;
        }
    }
    false
}
