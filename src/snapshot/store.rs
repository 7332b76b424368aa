//! Snapshots on disk: accepted as `Operation.snap`, pending as `Operation.snap.new` beside it.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::spec::model::Specs;

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

/// The text of a file, if it is there.
///
/// # Errors
/// What the file system says of a file that is there.
pub fn load(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
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
    let named = specs.operations().filter(|(_, operation)| names.contains(operation.name.as_str()));
    named.map(|(service, operation)| (service.folder.as_str(), operation.name.as_str())).collect()
}

/// Whether a file is where one of these operations has its snapshots: each by its service's folder and its name.
pub fn is_of(path: &Path, operations: &HashSet<(&str, &str)>) -> bool {
    let of = |service: &str, operation: &str| {
        path.ends_with(Path::new(service).join(format!("{operation}.{ACCEPTED}")))
    };
    operations.iter().any(|(service, operation)| of(service, operation))
}
