//! A project's folders: specs and cases, read and written.

mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::case::{self, Case};
use crate::diagnostic::Finding;
use crate::files;
use crate::generate::{self, Depth};
use crate::spec::model::Specs;
use crate::spec::read::{self as specs_of, SpecFile};
use crate::spec::yaml::MAX_BYTES;

use walk::{slashed, source, unreadable, yaml_files};

/// Specs and the cases that hold targets to them.
#[derive(Debug)]
pub struct Suite {
    /// The specs.
    pub specs: Specs,
    /// All cases: those of the specs in their order, then those that people wrote.
    pub cases: Vec<Case>,
    /// The ids of the cases that the specs imply at the standard depth, where those are of another.
    pub standard: Vec<String>,
    /// Files below the case folder that are not what the specs generate.
    pub stale: Vec<Stale>,
}

impl Suite {
    /// The ids of all cases that there are: a run of another depth leaves some of them out.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().map(|case| case.id.as_str()).chain(self.standard.iter().map(String::as_str))
    }

    /// The ids of the cases whose answers snapshots keep: those that the call alone decides.
    pub fn kept(&self) -> Vec<String> {
        let is_settled = |case: &&Case| {
            let of = self.specs.operation(&case.operation);
            of.is_some_and(|(service, operation)| case.is_settled(service, operation))
        };
        self.cases.iter().filter(is_settled).map(|case| case.id.clone()).collect()
    }
}

/// A case file that is not what the specs generate.
#[derive(Debug, Clone)]
pub struct Stale {
    /// Where it is.
    pub path: PathBuf,
    /// What it should contain; `None`: it should not be there.
    pub text: Option<String>,
    /// Whether it is there.
    pub exists: bool,
}

/// Whether a folder is there and has any spec in it.
///
/// # Errors
/// What the file system says of a folder that is there.
pub fn has_specs(folder: &Path) -> io::Result<bool> {
    match yaml_files(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        files => Ok(!files?.is_empty()),
    }
}

/// Reads the specs of a folder.
///
/// # Errors
/// Every finding of every file.
pub fn specs(folder: &Path) -> Result<Specs, Vec<Finding>> {
    let files = yaml_files(folder).map_err(|error| {
        vec![
            unreadable(folder, &error)
                .help("run in the folder that holds `specs`, or name it with --specs DIR")
                .help("`fineprint init` makes a project here, `fineprint init --demo DIR` one with the specs that fineprint ships"),
        ]
    })?;
    if files.is_empty() {
        let title = format!("there is no spec in {}", folder.display());
        return Err(vec![
            Finding::error("no-specs", title)
                .help("a spec is a YAML file in a folder of its vendor and service: specs/VENDOR/SERVICE/OPERATION.yaml")
                .help("name another folder with --specs DIR")
                .help("`fineprint init` makes a sample, `fineprint init --demo DIR` brings the specs that fineprint ships"),
        ]);
    }
    let mut findings = Vec::new();
    let mut sources = Vec::new();
    for path in files {
        match source(&path) {
            Ok(source) => sources.push(SpecFile {
                folder: slashed(path.strip_prefix(folder).unwrap_or(&path).parent().unwrap_or(Path::new(""))),
                file_name: path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                source,
            }),
            Err(finding) => findings.push(*finding),
        }
    }
    match specs_of::read(&sources) {
        Ok(specs) if findings.is_empty() => Ok(specs),
        Ok(_) => Err(findings),
        Err(more) => Err([findings, more].concat()),
    }
}

/// Reads the specs, expands them to a depth, and adds the cases that people wrote beside the generated ones.
///
/// # Errors
/// Every finding of every spec and every case file.
pub fn suite(spec_folder: &Path, case_folder: &Path, depth: Depth) -> Result<Suite, Vec<Finding>> {
    let specs = specs(spec_folder)?;
    let mut present: BTreeSet<PathBuf> = match yaml_files(case_folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
        present => present.map_err(|error| vec![unreadable(case_folder, &error)])?.into_iter().collect(),
    };
    let (mut cases, mut standard) = (Vec::new(), Vec::new());
    let (mut stale, mut findings) = (Vec::new(), Vec::new());
    for (service, operation) in specs.operations().filter(|(_, operation)| !operation.support) {
        // Case files hold the standard depth; the others are made where they are asked for.
        let file = generate::cases(service, operation, Depth::Standard);
        let path = case_folder.join(&service.folder).join(format!("{}.yaml", operation.name));
        // One at a time: the texts of all of them are larger than the cases.
        let exists = present.remove(&path);
        match settled(path, case::write(&file), exists) {
            Ok(none_or_stale) => stale.extend(none_or_stale),
            Err(finding) => findings.push(*finding),
        }
        cases.extend(match depth {
            Depth::Standard => file.cases,
            depth => {
                standard.extend(file.cases.into_iter().map(|case| case.id));
                generate::cases(service, operation, depth).cases
            }
        });
    }
    for path in present {
        match source(&path) {
            Ok(source) if source.text.starts_with(case::WRITTEN) => {
                stale.push(Stale { path, text: None, exists: true });
            }
            Ok(source) => match case::read(&source, &specs) {
                Ok(file) => cases.extend(file.cases),
                Err(more) => findings.extend(more),
            },
            Err(finding) => findings.push(*finding),
        }
    }
    findings.extend(repeated_ids(&cases));
    match findings.is_empty() {
        true => Ok(Suite { specs, cases, standard, stale }),
        false => Err(findings),
    }
}

/// Holds the file of an operation's cases against what it should be.
fn settled(path: PathBuf, wanted: String, exists: bool) -> Result<Option<Stale>, Box<Finding>> {
    if !exists {
        return Ok(Some(Stale { path, text: Some(wanted), exists }));
    }
    let source = source(&path)?;
    // A checkout may have other ends of lines.
    if source.text == wanted || source.text.replace("\r\n", "\n") == wanted {
        return Ok(None);
    }
    match source.text.starts_with(case::WRITTEN) {
        true => Ok(Some(Stale { path, text: Some(wanted), exists })),
        false => {
            let title = format!("{} was not written by `fineprint generate`", source.name);
            let finding = Finding::error("file-name", title);
            Err(Box::new(finding.help("that name is for generated cases; give the file another")))
        }
    }
}

fn repeated_ids(cases: &[Case]) -> Option<Finding> {
    let mut ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1])?;
    let title = format!("two cases have the id {}", twice[0]);
    Some(
        Finding::error("case-id", title)
            .help("ids name cases in reports and snapshots: give one of them another"),
    )
}

/// Brings a stale case file up to date. A file that somebody else has written stays.
///
/// # Errors
/// What the file system says; that the file is not one that fineprint has written.
pub fn freshen(stale: &Stale) -> io::Result<()> {
    let is_there = fs::symlink_metadata(&stale.path).is_ok();
    if is_there && !files::text(&stale.path, MAX_BYTES)?.starts_with(case::WRITTEN) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is there, and fineprint has not written it",
        ));
    }
    match &stale.text {
        Some(text) => files::write_whole(&stale.path, text),
        None => fs::remove_file(&stale.path),
    }
}
