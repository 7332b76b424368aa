//! The cases of a project: those that its specs imply, and hand-written ones.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::case::{self, Case};
use crate::diagnostic::Finding;
use crate::files;
use crate::generate::{Cases, Depth, Expanded, Generator};
use crate::span::Source;
use crate::spec::model::{Operation, Service, Specs};
use crate::spec::yaml::MAX_BYTES;

use super::listing::Part;
use super::walk::{source, source_of, unreadable, yaml_files};
use super::{specs, specs_of_part};

/// Specs and the cases that test targets against them.
#[derive(Debug)]
pub struct Suite {
    /// The specs.
    pub specs: Arc<Specs>,
    /// All cases: those of the specs in their order, then the hand-written ones.
    pub cases: Cases,
    /// The depth to which the specs are expanded.
    pub depth: Depth,
    /// Files below the case folder that do not match what the specs generate.
    pub stale: Vec<Stale>,
}

/// A case file that does not match what the specs generate.
#[derive(Debug)]
pub struct Stale {
    /// The path of the file.
    pub path: PathBuf,
    /// The place of the operation that it belongs to; `None` if the file should not exist.
    pub of: Option<(usize, usize)>,
    /// Whether the file exists.
    pub exists: bool,
    /// The result of updating the file, if an update was requested.
    pub freshened: Option<io::Result<()>>,
}

/// Reads the specs, expands them to a depth, and adds the hand-written cases.
///
/// # Errors
/// Returns every finding of every spec and every case file.
pub fn suite(spec_folder: &Path, case_folder: &Path, depth: Depth) -> Result<Suite, Vec<Finding>> {
    Reading::of(specs(spec_folder)?, case_folder, depth, false, None)?.suite()
}

/// Does the same for some services of a project, and ignores the files of all others.
///
/// # Errors
/// Returns every finding of their specs and of every hand-written case file for them.
pub fn suite_of(
    part: &Part<'_>,
    spec_folder: &Path,
    case_folder: &Path,
    depth: Depth,
) -> Result<Suite, Vec<Finding>> {
    Reading::of(specs_of_part(spec_folder, part)?, case_folder, depth, false, Some(part))?.suite()
}

/// Reads the specs, and updates the case files while expanding them.
///
/// # Errors
/// Returns every finding of every spec and every case file. Generated case files may have been written even then.
pub fn expand(spec_folder: &Path, case_folder: &Path) -> Result<Suite, Vec<Finding>> {
    Reading::of(specs(spec_folder)?, case_folder, Depth::Standard, true, None)?.suite()
}

/// A project while it is read.
struct Reading<'p> {
    specs: Arc<Specs>,
    /// The services that are read; `None` for all.
    part: Option<&'p Part<'p>>,
    case_folder: PathBuf,
    depth: Depth,
    /// Whether stale files are updated.
    freshens: bool,
    /// Generates the contents of case files if the cases are of another depth.
    generator: Generator,
    /// The existing files that belong to an operation.
    present: HashSet<PathBuf>,
    /// The files that fineprint wrote and that belong to no operation.
    orphans: Vec<PathBuf>,
    /// The hand-written cases, and their ids.
    own: Vec<Case>,
    ids: HashSet<String>,
    findings: Vec<Finding>,
}

impl<'p> Reading<'p> {
    /// Reads the hand-written cases.
    fn of(
        specs: Specs,
        case_folder: &Path,
        depth: Depth,
        freshens: bool,
        part: Option<&'p Part<'p>>,
    ) -> Result<Self, Vec<Finding>> {
        let files = match yaml_files(case_folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            files => files.map_err(|error| vec![unreadable(case_folder, &error)]),
        };
        let mut reading = Self {
            specs: Arc::new(specs),
            part,
            case_folder: case_folder.to_owned(),
            depth,
            freshens,
            generator: Generator::default(),
            present: HashSet::new(),
            orphans: Vec::new(),
            own: Vec::new(),
            ids: HashSet::new(),
            findings: Vec::new(),
        };
        let tested = reading.specs.operations().filter(|(_, operation)| !operation.support);
        let generated: HashSet<PathBuf> =
            tested.map(|(service, operation)| reading.path(service, operation)).collect();
        for path in files? {
            match generated.contains(&path) {
                true => drop(reading.present.insert(path)),
                false if part.is_some_and(|part| part.is_of_operation(case_folder, &path)) => {}
                false => reading.other(path),
            }
        }
        Ok(reading)
    }

    fn path(&self, service: &Service, operation: &Operation) -> PathBuf {
        self.case_folder.join(&service.folder).join(format!("{}.yaml", operation.name))
    }

    /// Reads a file that belongs to no operation: hand-written cases, or a file that was once generated.
    fn other(&mut self, path: PathBuf) {
        if files::begins_with(&path, case::WRITTEN).is_ok_and(|is_written| is_written) {
            self.orphans.push(path);
            return;
        }
        match source(&path) {
            Ok(source) if self.is_left_out(&source) => {}
            Ok(source) => match case::read(&source, &self.specs) {
                Ok(file) => self.add(file.cases),
                Err(more) => self.findings.extend(more),
            },
            Err(finding) => self.findings.push(*finding),
        }
    }

    /// Returns `true` if a case file is about an operation that is not read.
    fn is_left_out(&self, source: &Arc<Source>) -> bool {
        let Some(part) = self.part else { return false };
        case::operation(source).is_some_and(|operation| part.leaves_out(&operation))
    }

    /// Adds hand-written cases. Each id names one case.
    fn add(&mut self, cases: Vec<Case>) {
        for case in &cases {
            if !self.ids.insert(case.id.clone()) {
                self.findings.push(repeated_id(&case.id));
            }
        }
        self.own.extend(cases);
    }

    /// Expands the specs, and checks the case files against them.
    fn suite(mut self) -> Result<Suite, Vec<Finding>> {
        let (mut stale, mut findings) = (Vec::new(), Vec::new());
        let expand = |place, (service, operation): (&Service, &Operation), cases: &Expanded| {
            let ids = repeated_ids(cases, &self.ids).map(repeated_id).collect::<Vec<Finding>>();
            (ids, self.stale(place, service, operation, cases))
        };
        let mut cases = Cases::implied(Arc::clone(&self.specs), self.depth, expand, |(ids, of_file)| {
            findings.extend(ids);
            match of_file {
                Ok(of_file) => stale.extend(of_file),
                Err(finding) => findings.push(*finding),
            }
        });
        findings.append(&mut self.findings);
        for path in self.orphans {
            let freshened = (self.freshens && findings.is_empty()).then(|| update(&path, None));
            stale.push(Stale { path, of: None, exists: true, freshened });
        }
        cases.extend(self.own);
        match findings.is_empty() {
            true => Ok(Suite { specs: self.specs, cases, depth: self.depth, stale }),
            false => Err(findings),
        }
    }

    /// Returns the case file of an operation if it is not up to date.
    fn stale(
        &self,
        place: (usize, usize),
        service: &Service,
        operation: &Operation,
        cases: &Expanded,
    ) -> Result<Option<Stale>, Box<Finding>> {
        let path = self.path(service, operation);
        // Case files contain the standard depth. Cases of other depths are generated when they are needed.
        let text = match self.depth {
            Depth::Standard => case::write(operation, cases.iter().map(|case| &**case)),
            _ => {
                let standard = self.generator.cases(service, operation, Depth::Standard).cases;
                case::write(operation, &standard)
            }
        };
        let exists = self.present.contains(&path);
        if !is_stale(&path, exists, &text)? {
            return Ok(None);
        }
        let freshened = self.freshens.then(|| update(&path, Some(&text)));
        Ok(Some(Stale { path, of: Some(place), exists, freshened }))
    }
}

/// Returns the ids of an operation's cases that other cases have as well.
fn repeated_ids<'c>(cases: &'c Expanded, own: &'c HashSet<String>) -> impl Iterator<Item = &'c str> {
    let mut seen: HashSet<&str> = HashSet::new();
    let ids = cases.iter().map(|case| case.id.as_str());
    ids.filter(move |id| !seen.insert(id) || own.contains(*id))
}

fn repeated_id(id: &str) -> Finding {
    Finding::error("case-id", format!("two cases have the id {id}"))
        .help("ids name cases in reports and snapshots: change one of them")
}

impl Suite {
    /// Returns the ids of all existing cases. A run of another depth than the standard one leaves some of them out.
    pub fn ids(&self) -> HashSet<Arc<str>> {
        let id = |case: &Arc<Case>| Arc::from(case.id.as_str());
        let mut ids: HashSet<Arc<str>> = self.cases.iter().map(|case| id(&case)).collect();
        if self.depth != Depth::Standard {
            let tested = self.specs.placed().filter(|(.., operation)| !operation.support);
            for (place, ..) in tested {
                ids.extend(self.cases.standard(&self.specs, place).iter().map(id));
            }
        }
        ids
    }

    /// Returns, by operation, the ids of the cases whose responses are kept as snapshots, in order: those whose
    /// response depends on the call alone. An operation may have none.
    pub fn snapshot_ids(&self) -> BTreeMap<String, Vec<Arc<str>>> {
        let mut kept: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
        for case in self.cases.iter() {
            let of = self.specs.operation(&case.operation);
            let of_operation = kept.entry(case.operation.clone()).or_default();
            if of.is_some_and(|(service, operation)| case.is_settled(service, operation)) {
                of_operation.push(case.id.as_str().into());
            }
        }
        kept
    }

    /// Returns the expected text of a case file; `None` if the file should not exist.
    pub fn text(&self, stale: &Stale) -> Option<String> {
        let place = stale.of?;
        let (_, operation) = self.specs.at(place)?;
        let cases = self.cases.standard(&self.specs, place);
        Some(case::write(operation, cases.iter().map(|case| &**case)))
    }
}

/// Returns `true` if the case file of an operation is not up to date.
fn is_stale(path: &Path, exists: bool, wanted: &str) -> Result<bool, Box<Finding>> {
    if !exists {
        return Ok(true);
    }
    // What was written may be larger than what people may write. A line of another system ends in two bytes.
    let source = source_of(path, MAX_BYTES.max(2 * wanted.len()))?;
    // A checkout may have other line endings.
    if source.text == wanted || source.text.replace("\r\n", "\n") == wanted {
        return Ok(false);
    }
    match source.text.starts_with(case::WRITTEN) {
        true => Ok(true),
        false => {
            let title = format!("{} was not written by `fineprint generate`", source.name);
            let finding = Finding::error("file-name", title);
            Err(Box::new(finding.help("that name is for generated cases: rename the file")))
        }
    }
}

/// Updates a stale case file: writes the text, or removes the file. A file that fineprint did not write stays.
///
/// # Errors
/// Returns an error of the file system, or an error if fineprint did not write the file.
pub fn update(path: &Path, text: Option<&str>) -> io::Result<()> {
    let is_there = fs::symlink_metadata(path).is_ok();
    if is_there && !files::begins_with(path, case::WRITTEN)? {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "the file exists and was not written by fineprint",
        ));
    }
    match text {
        Some(text) => files::write_whole(path, text),
        None => fs::remove_file(path),
    }
}
