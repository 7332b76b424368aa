//! A project's folders of specs and cases: reading and writing them.

mod listing;
mod suite;
mod walk;

use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Finding;
use crate::generate::relations;
use crate::spec::model::Specs;
use crate::spec::read::{self as specs_of, SpecFile};

pub use listing::{Listing, Part, operation_of};
pub use suite::{Stale, Suite, expand, suite, suite_of, update};

use walk::{folder_below, source, unreadable, yaml_files};

/// Returns `true` if a folder exists and contains a spec.
///
/// # Errors
/// Returns an error if the folder exists but cannot be read.
pub fn has_specs(folder: &Path) -> io::Result<bool> {
    match yaml_files(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        files => Ok(!files?.is_empty()),
    }
}

/// Reads the specs of a folder.
///
/// # Errors
/// Returns every finding of every file.
pub fn specs(folder: &Path) -> Result<Specs, Vec<Finding>> {
    let files = yaml_files(folder).map_err(|error| {
        vec![
            unreadable(folder, &error)
                .help("run in the folder that contains `specs`, or name the folder of the specs with --specs DIR")
                .help("run `fineprint init` to create a project here, or `fineprint init --demo DIR` for one with the specs that fineprint ships"),
        ]
    })?;
    if files.is_empty() {
        let title = format!("no specs in {}", folder.display());
        return Err(vec![
            Finding::error("no-specs", title)
                .help("a spec is a YAML file in a folder of its vendor and service: specs/VENDOR/SERVICE/OPERATION.yaml")
                .help("name another folder with --specs DIR")
                .help("run `fineprint init` for a sample, or `fineprint init --demo DIR` for the specs that fineprint ships"),
        ]);
    }
    read(folder, files, specs_of::read)
}

/// Reads the specs of some services of a project.
///
/// # Errors
/// Returns every finding of their files.
fn specs_of_part(folder: &Path, part: &Part<'_>) -> Result<Specs, Vec<Finding>> {
    read(folder, part.files(), |sources| specs_of::read_part(sources, &part.shared_names()))
}

/// Returns the specs unless no call can keep the relations of an operation.
fn possible(specs: Specs) -> Result<Specs, Vec<Finding>> {
    let findings: Vec<Finding> = specs
        .operations()
        .filter_map(|(service, operation)| relations::contradiction_finding(service, operation))
        .collect();
    if findings.is_empty() { Ok(specs) } else { Err(findings) }
}

fn read(
    folder: &Path,
    files: Vec<PathBuf>,
    read: impl Fn(&[SpecFile]) -> Result<Specs, Vec<Finding>>,
) -> Result<Specs, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut sources = Vec::new();
    for path in files {
        match source(&path) {
            Ok(source) => sources.push(SpecFile {
                folder: folder_below(folder, &path),
                file_name: path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                source,
            }),
            Err(finding) => findings.push(*finding),
        }
    }
    match read(&sources) {
        Ok(specs) if findings.is_empty() => possible(specs),
        Ok(_) => Err(findings),
        Err(more) => Err([findings, more].concat()),
    }
}
