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
    /// How deep the specs are expanded.
    pub depth: Depth,
    /// Files below the case folder that are not what the specs generate.
    pub stale: Vec<Stale>,
}

/// A case file that is not what the specs generate.
#[derive(Debug)]
pub struct Stale {
    /// Where it is.
    pub path: PathBuf,
    /// Of which operation it should be, by the places of its service and its own; `None`: it should not be there.
    pub of: Option<(usize, usize)>,
    /// Whether it is there.
    pub exists: bool,
    /// What has come of bringing it up to date, where that was asked for.
    pub freshened: Option<io::Result<()>>,
}

/// Reads the specs, expands them to a depth, and adds the cases that people wrote beside the generated ones.
///
/// # Errors
/// Every finding of every spec and every case file.
pub fn suite(spec_folder: &Path, case_folder: &Path, depth: Depth) -> Result<Suite, Vec<Finding>> {
    Reading::of(spec_folder, case_folder, depth, false)?.suite()
}

/// Reads the specs, and brings the case files up to date as they are expanded.
///
/// # Errors
/// Every finding of every spec and every case file. Files of generated cases may have been written all the same.
pub fn expand(spec_folder: &Path, case_folder: &Path) -> Result<Suite, Vec<Finding>> {
    Reading::of(spec_folder, case_folder, Depth::Standard, true)?.suite()
}

/// A project that is being read.
struct Reading {
    specs: Arc<Specs>,
    case_folder: PathBuf,
    depth: Depth,
    /// Whether stale files are brought up to date.
    freshens: bool,
    generator: Generator,
    /// The files that fineprint has written, and what else stands where its files belong.
    present: BTreeSet<PathBuf>,
    /// The cases that people wrote, and their ids.
    own: Vec<Case>,
    ids: HashSet<String>,
    findings: Vec<Finding>,
}

/// What has become of one operation.
struct Expansion {
    stale: Option<Stale>,
    path: PathBuf,
    findings: Vec<Finding>,
}

impl Reading {
    /// Reads everything that people wrote.
    fn of(
        spec_folder: &Path,
        case_folder: &Path,
        depth: Depth,
        freshens: bool,
    ) -> Result<Self, Vec<Finding>> {
        let specs = Arc::new(specs(spec_folder)?);
        let present: BTreeSet<PathBuf> = match yaml_files(case_folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
            present => present.map_err(|error| vec![unreadable(case_folder, &error)])?.into_iter().collect(),
        };
        let mut reading = Self {
            specs,
            case_folder: case_folder.to_owned(),
            depth,
            freshens,
            generator: Generator::default(),
            present: BTreeSet::new(),
            own: Vec::new(),
            ids: HashSet::new(),
            findings: Vec::new(),
        };
        let generated: HashSet<PathBuf> = tested(&reading.specs).map(|of| reading.path(of.1, of.2)).collect();
        for path in present {
            // What belongs there is read when it is held against its operation.
            if generated.contains(&path) {
                reading.present.insert(path);
                continue;
            }
            match source(&path) {
                Ok(source) if source.text.starts_with(case::WRITTEN) => {
                    reading.present.insert(path);
                }
                Ok(source) => match case::read(&source, &reading.specs) {
                    Ok(file) => reading.add(file.cases),
                    Err(more) => reading.findings.extend(more),
                },
                Err(finding) => reading.findings.push(*finding),
            }
        }
        Ok(reading)
    }

    fn path(&self, service: &Service, operation: &Operation) -> PathBuf {
        self.case_folder.join(&service.folder).join(format!("{}.yaml", operation.name))
    }

    /// Adds cases that people wrote. Each id names one case.
    fn add(&mut self, cases: Vec<Case>) {
        for case in &cases {
            if !self.ids.insert(case.id.clone()) {
                self.findings.push(repeated_id(&case.id));
            }
        }
        self.own.extend(cases);
    }

    /// Expands the specs, and holds the case files against them.
    fn suite(mut self) -> Result<Suite, Vec<Finding>> {
        let mut expansions = Vec::new();
        let expand = |service: &Service, operation: &Operation, cases: &Expanded| {
            self.expansion(service, operation, cases)
        };
        let mut cases =
            Cases::implied(Arc::clone(&self.specs), self.depth, expand, |done| expansions.push(done));
        let mut stale = Vec::new();
        let places: Vec<(usize, usize)> = tested(&self.specs).map(|(place, ..)| place).collect();
        for (expansion, place) in expansions.into_iter().zip(places) {
            self.present.remove(&expansion.path);
            stale.extend(expansion.stale.map(|stale| Stale { of: Some(place), ..stale }));
            self.findings.extend(expansion.findings);
        }
        for path in self.present {
            let freshened = (self.freshens && self.findings.is_empty()).then(|| freshen(&path, None));
            stale.push(Stale { path, of: None, exists: true, freshened });
        }
        cases.extend(self.own);
        match self.findings.is_empty() {
            true => Ok(Suite { specs: self.specs, cases, depth: self.depth, stale }),
            false => Err(self.findings),
        }
    }

    fn expansion(&self, service: &Service, operation: &Operation, cases: &Expanded) -> Expansion {
        let path = self.path(service, operation);
        // Case files hold the standard depth; the others are made where they are asked for.
        let text = match self.depth {
            Depth::Standard => case::write(&operation.id, cases.iter().map(|case| &**case)),
            _ => {
                let standard = self.generator.cases(service, operation, Depth::Standard).cases;
                case::write(&operation.id, &standard)
            }
        };
        let mut findings: Vec<Finding> = repeated(cases, &self.ids).map(repeated_id).collect();
        let exists = self.present.contains(&path);
        let stale = match is_stale(&path, exists, &text) {
            Ok(false) => None,
            Ok(true) => {
                let freshened = self.freshens.then(|| freshen(&path, Some(&text)));
                Some(Stale { path: path.clone(), of: None, exists, freshened })
            }
            Err(finding) => {
                findings.push(*finding);
                None
            }
        };
        Expansion { stale, path, findings }
    }
}

/// Ids of an operation's cases that are not theirs alone.
fn repeated<'c>(cases: &'c Expanded, own: &'c HashSet<String>) -> impl Iterator<Item = &'c str> {
    let mut seen: HashSet<&str> = HashSet::new();
    let ids = cases.iter().map(|case| case.id.as_str());
    ids.filter(move |id| !seen.insert(id) || own.contains(*id))
}

fn repeated_id(id: &str) -> Finding {
    Finding::error("case-id", format!("two cases have the id {id}"))
        .help("ids name cases in reports and snapshots: give one of them another")
}

impl Suite {
    /// The ids of all cases that there are: a run of another depth than the standard one leaves some of them out.
    pub fn ids(&self) -> HashSet<Arc<str>> {
        let id = |case: &Arc<Case>| Arc::from(case.id.as_str());
        let mut ids: HashSet<Arc<str>> = self.cases.iter().map(|case| id(&case)).collect();
        if self.depth != Depth::Standard {
            for (place, ..) in tested(&self.specs) {
                ids.extend(self.cases.standard(&self.specs, place).iter().map(id));
            }
        }
        ids
    }

    /// By operation, the ids of the cases whose answers snapshots keep, in order: those that the call alone decides.
    pub fn kept(&self) -> BTreeMap<String, Vec<Arc<str>>> {
        let mut kept: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
        for case in self.cases.iter() {
            let of = self.specs.operation(&case.operation);
            if of.is_some_and(|(service, operation)| case.is_settled(service, operation)) {
                kept.entry(case.operation.clone()).or_default().push(case.id.as_str().into());
            }
        }
        kept
    }

    /// What a case file should contain; `None`: it should not be there.
    pub fn text(&self, stale: &Stale) -> Option<String> {
        let place = stale.of?;
        let operation = self.specs.services.get(place.0)?.operations.get(place.1)?;
        let cases = self.cases.standard(&self.specs, place);
        Some(case::write(&operation.id, cases.iter().map(|case| &**case)))
    }
}

/// The tested operations with their services, in order, and the places of both.
fn tested(specs: &Specs) -> impl Iterator<Item = ((usize, usize), &Service, &Operation)> {
    let services = specs.services.iter().enumerate();
    services.flat_map(|(at, service)| {
        let operations = service.operations.iter().enumerate().filter(|(_, operation)| !operation.support);
        operations.map(move |(operation_at, operation)| ((at, operation_at), service, operation))
    })
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
