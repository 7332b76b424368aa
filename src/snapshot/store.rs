//! Snapshots on disk: accepted as `Operation.snap`, pending as `Operation.snap.new` beside it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::files;
use crate::spec::model::Specs;

use super::file::{self, Entry};

/// The ending of an accepted snapshot file.
const ACCEPTED: &str = "snap";

/// The ending of a pending one.
const PENDING: &str = "snap.new";

/// The file of an operation.
pub fn path(reports: &Path, target: &str, service: &str, operation: &str) -> PathBuf {
    reports.join(target).join(service).join(format!("{operation}.{ACCEPTED}"))
}

/// The pending file beside an accepted one.
pub fn pending(accepted: &Path) -> PathBuf {
    accepted.with_extension(PENDING)
}

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The text of a file, if it is there.
///
/// # Errors
/// What the file system says of a file that is there.
pub fn load(path: &Path) -> io::Result<Option<String>> {
    match files::text(path, MAX_BYTES) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The entries of a file, if it is there.
///
/// # Errors
/// What the file system says of a file that is there, and what in it is no snapshot.
pub fn entries(path: &Path) -> io::Result<Option<Vec<Entry>>> {
    let checked =
        |text: String| file::checked(&text).map_err(|what| io::Error::new(ErrorKind::InvalidData, what));
    load(path)?.map(checked).transpose()
}

/// Keeps other processes from writing snapshots into a folder for as long as the lock lives: of two that read a file, put
/// their answers in and write it, one would lose what the other has put in. Where a file system has no locks, there is none.
///
/// # Errors
/// What the file system says of the folder.
pub fn lock(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    let file = File::open(folder)?;
    #[cfg(not(unix))]
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
    let _ = file.lock();
    Ok(file)
}

/// Removes the folders above a file that have become empty, up to one that stays.
pub fn remove_empty(path: &Path, up_to: &Path) {
    let folders = path.ancestors().skip(1).take_while(|folder| *folder != up_to && folder.starts_with(up_to));
    for folder in folders {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// Removes a file, if it is there.
///
/// # Errors
/// What the file system says of a file that is there.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Every pending file below the report folder, in path order.
///
/// # Errors
/// What the file system says of a folder that is there.
pub fn all_pending(reports: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(reports, &format!(".{PENDING}"), &mut found)?;
    found.sort();
    Ok(found)
}

/// Every accepted file below a folder, in path order.
///
/// # Errors
/// What the file system says of a folder that is there.
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

/// The accepted file beside a pending one.
pub fn accepted(pending: &Path) -> PathBuf {
    pending.with_extension("")
}

/// The operations of these names, each with its service's folder.
pub fn operations<'s>(specs: &'s Specs, names: impl Iterator<Item = &'s str>) -> HashSet<(&'s str, &'s str)> {
    let names: HashSet<&str> = names.collect();
    let named = specs.operations().filter(|(_, operation)| names.contains(operation.id.as_str()));
    named.map(|(service, operation)| (service.folder.as_str(), operation.name.as_str())).collect()
}

/// Whether a file is where one of these operations has its snapshots: each by its service's folder and its name.
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
