//! The cases of a project: those that its specs imply, and those that people wrote beside them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::case::{self, Case};
use crate::diagnostic::Finding;
use crate::files;
use crate::generate::{Cases, Depth, Expanded, Generator};
use crate::spec::model::{Operation, Service, Specs};
use crate::spec::yaml::MAX_BYTES;

use super::specs;
use super::walk::{source, unreadable, yaml_files};

/// Specs and the cases that hold targets to them.
#[derive(Debug)]
pub struct Suite {
    /// The specs.
    pub specs: Arc<Specs>,
    /// All cases: those of the specs in their order, then those that people wrote.
    pub cases: Cases,
    /// The ids of all cases that there are: a run of another depth than the standard one leaves some of them out.
    pub ids: HashSet<Arc<str>>,
    /// By operation, the ids of the cases whose answers snapshots keep, in order: those that the call alone decides.
    pub kept: BTreeMap<String, Vec<Arc<str>>>,
    /// Files below the case folder that are not what the specs generate.
    pub stale: Vec<Stale>,
}

/// A case file that is not what the specs generate.
#[derive(Debug, Clone)]
pub struct Stale {
    /// Where it is.
    pub path: PathBuf,
    /// Of which operation it should be, by the places of its service and its own; `None`: it should not be there.
    pub of: Option<(usize, usize)>,
    /// Whether it is there.
    pub exists: bool,
}

/// The ids of an operation's cases, each with whether snapshots keep its answer.
type Ids = Vec<(Arc<str>, bool)>;

/// What has become of one operation.
struct Expansion {
    operation: String,
    /// The ids of its cases.
    ids: Ids,
    /// Those of the standard depth, where its cases are of another.
    standard: Vec<Arc<str>>,
    /// Where its case file belongs.
    path: PathBuf,
    /// Whether the file has to be written, or why it cannot be told.
    is_stale: Result<bool, Box<Finding>>,
}

/// Reads the specs, expands them to a depth, and adds the cases that people wrote beside the generated ones.
///
/// # Errors
/// Every finding of every spec and every case file.
pub fn suite(spec_folder: &Path, case_folder: &Path, depth: Depth) -> Result<Suite, Vec<Finding>> {
    let specs = Arc::new(specs(spec_folder)?);
    let mut present: BTreeSet<PathBuf> = match yaml_files(case_folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
        present => present.map_err(|error| vec![unreadable(case_folder, &error)])?.into_iter().collect(),
    };
    let generator = Generator::default();
    let expand = |service: &Service, operation: &Operation, cases: &Expanded| {
        // Case files hold the standard depth; the others are made where they are asked for.
        let standard =
            (depth != Depth::Standard).then(|| generator.cases(service, operation, Depth::Standard).cases);
        let path = case_folder.join(&service.folder).join(format!("{}.yaml", operation.name));
        let is_stale = match &standard {
            Some(standard) => {
                is_stale(&path, present.contains(&path), &case::write(&operation.name, standard))
            }
            None => {
                let cases = cases.iter().map(|case| &**case);
                is_stale(&path, present.contains(&path), &case::write(&operation.name, cases))
            }
        };
        let ids = cases.iter().map(|case| (Arc::from(&*case.id), case.is_settled(service, operation)));
        Expansion {
            operation: operation.name.clone(),
            ids: ids.collect(),
            standard: standard.into_iter().flatten().map(|case| Arc::from(&*case.id)).collect(),
            path,
            is_stale,
        }
    };
    let mut expansions = Vec::new();
    let cases = Cases::implied(Arc::clone(&specs), depth, expand, |done| expansions.push(done));
    let mut suite = Suite { specs, cases, ids: HashSet::new(), kept: BTreeMap::new(), stale: Vec::new() };
    let mut findings = Vec::new();
    let mut standard = Vec::new();
    let places = places(&suite.specs);
    for (expansion, place) in expansions.into_iter().zip(places) {
        present.remove(&expansion.path);
        let exists = expansion.path.exists();
        match expansion.is_stale {
            Ok(true) => suite.stale.push(Stale { path: expansion.path, of: Some(place), exists }),
            Ok(false) => {}
            Err(finding) => findings.push(*finding),
        }
        standard.extend(expansion.standard);
        suite.note(expansion.operation, expansion.ids, &mut findings);
    }
    for path in present {
        match source(&path) {
            Ok(source) if source.text.starts_with(case::WRITTEN) => {
                suite.stale.push(Stale { path, of: None, exists: true });
            }
            Ok(source) => match case::read(&source, &suite.specs) {
                Ok(file) => suite.add(file.cases, &mut findings),
                Err(more) => findings.extend(more),
            },
            Err(finding) => findings.push(*finding),
        }
    }
    suite.ids.extend(standard);
    if findings.is_empty() { Ok(suite) } else { Err(findings) }
}

impl Suite {
    /// Adds cases that people wrote.
    fn add(&mut self, cases: Vec<Case>, findings: &mut Vec<Finding>) {
        for case in &cases {
            let of = self.specs.operation(&case.operation);
            let is_kept = of.is_some_and(|(service, operation)| case.is_settled(service, operation));
            self.note(case.operation.clone(), vec![(Arc::from(&*case.id), is_kept)], findings);
        }
        self.cases.extend(cases);
    }

    /// Takes note of ids. Each names one case.
    fn note(&mut self, operation: String, ids: Ids, findings: &mut Vec<Finding>) {
        let kept = self.kept.entry(operation).or_default();
        for (id, is_kept) in ids {
            if is_kept {
                kept.push(Arc::clone(&id));
            }
            if let Some(twice) = self.ids.replace(id) {
                let title = format!("two cases have the id {twice}");
                findings.push(
                    Finding::error("case-id", title)
                        .help("ids name cases in reports and snapshots: give one of them another"),
                );
            }
        }
    }

    /// What a case file should contain; `None`: it should not be there.
    pub fn text(&self, stale: &Stale) -> Option<String> {
        let place = stale.of?;
        let operation = self.specs.services.get(place.0)?.operations.get(place.1)?;
        let cases = self.cases.standard(&self.specs, place);
        Some(case::write(&operation.name, cases.iter().map(|case| &**case)))
    }
}

/// The places of the tested operations, in their order.
fn places(specs: &Specs) -> Vec<(usize, usize)> {
    let services = specs.services.iter().enumerate();
    let places = services.flat_map(|(service, of)| {
        let operations = of.operations.iter().enumerate().filter(|(_, operation)| !operation.support);
        operations.map(move |(operation, _)| (service, operation))
    });
    places.collect()
}

/// Whether the file of an operation's cases is not what it should be.
fn is_stale(path: &Path, exists: bool, wanted: &str) -> Result<bool, Box<Finding>> {
    if !exists {
        return Ok(true);
    }
    let source = source(path)?;
    // A checkout may have other ends of lines.
    if source.text == wanted || source.text.replace("\r\n", "\n") == wanted {
        return Ok(false);
    }
    match source.text.starts_with(case::WRITTEN) {
        true => Ok(true),
        false => {
            let title = format!("{} was not written by `fineprint generate`", source.name);
            let finding = Finding::error("file-name", title);
            Err(Box::new(finding.help("that name is for generated cases; give the file another")))
        }
    }
}

/// Brings a stale case file up to date: it contains the text, or is not there. A file that somebody else has written stays.
///
/// # Errors
/// What the file system says; that the file is not one that fineprint has written.
pub fn freshen(path: &Path, text: Option<&str>) -> io::Result<()> {
    let is_there = fs::symlink_metadata(path).is_ok();
    if is_there && !files::text(path, MAX_BYTES)?.starts_with(case::WRITTEN) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is there, and fineprint has not written it",
        ));
    }
    match text {
        Some(text) => files::write_whole(path, text),
        None => fs::remove_file(path),
    }
}
