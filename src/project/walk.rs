//! The YAML files of a folder.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Finding;
use crate::files::{not_read, ordinary};
use crate::span::Source;
use crate::spec::yaml::MAX_BYTES;

/// Maximum depth below the spec folder at which files are found: vendor, service, and room for grouping.
const MAX_DEPTH: usize = 6;

/// Reads a YAML file.
///
/// # Errors
/// Returns a finding if the file cannot be read.
pub(super) fn source(path: &Path) -> Result<Arc<Source>, Box<Finding>> {
    source_of(path, MAX_BYTES)
}

/// Reads a file of at most `max` bytes.
pub(super) fn source_of(path: &Path, max: usize) -> Result<Arc<Source>, Box<Finding>> {
    let name = slashed(path);
    let bytes = ordinary(path, max).map_err(|error| {
        let rule = if error.kind() == io::ErrorKind::FileTooLarge { "too-large" } else { "unreadable" };
        Box::new(Finding::error(rule, not_read(path, &error)))
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(Box::new(Finding::error("not-utf8", format!("{name} is not valid UTF-8 at byte {at}"))))
        }
    }
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Finding {
    Finding::error("unreadable", not_read(path, &error))
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replace("//", "/")
}

/// Returns the folder of a file relative to another folder, with `/` between names.
pub(super) fn folder_below(folder: &Path, path: &Path) -> String {
    slashed(path.strip_prefix(folder).unwrap_or(path).parent().unwrap_or(Path::new("")))
}

/// Returns all YAML files below a folder, in path order. A folder that several links point to is read once.
///
/// # Errors
/// Returns an error if the folder cannot be read.
pub(super) fn yaml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut seen: HashSet<PathBuf> = HashSet::from([folder.canonicalize()?]);
    collect(folder, MAX_DEPTH, &mut seen, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(
    folder: &Path,
    depth: usize,
    seen: &mut HashSet<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let mut linked = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && depth > 0 {
            match path.is_symlink() {
                true => linked.push(path),
                false if seen.insert(path.canonicalize()?) => collect(&path, depth - 1, seen, files)?,
                false => {}
            }
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    // The folder's own entries come before the targets of links, so that a file keeps its own name.
    linked.sort();
    for path in linked {
        if seen.insert(path.canonicalize()?) {
            collect(&path, depth - 1, seen, files)?;
        }
    }
    Ok(())
}
