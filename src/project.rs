//! A project's folders: specs and cases, read and written.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::case::{self, Case};
use crate::diagnostic::Finding;
use crate::generate::{self, Depth};
use crate::span::Source;
use crate::spec::model::Specs;
use crate::spec::read::{self, SpecFile};
use crate::spec::yaml::MAX_BYTES;

/// How deep below the spec folder files are looked for: vendor, service, and room for grouping.
const MAX_DEPTH: usize = 6;

/// The line that tells a written case file from one that a person wrote.
const WRITTEN: &str = "# Written by `fineprint generate`";

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
    match read::read(&sources) {
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
    let (mut cases, mut standard) = (Vec::new(), Vec::new());
    let mut wanted = BTreeMap::new();
    for (service, operation) in specs.operations().filter(|(_, operation)| !operation.support) {
        // Case files hold the standard depth; the others are made where they are asked for.
        let file = generate::cases(service, operation, Depth::Standard);
        let path = case_folder.join(&service.folder).join(format!("{}.yaml", operation.name));
        wanted.insert(path, case::write(&file));
        cases.extend(match depth {
            Depth::Standard => file.cases,
            depth => {
                standard.extend(file.cases.into_iter().map(|case| case.id));
                generate::cases(service, operation, depth).cases
            }
        });
    }
    let mut stale = Vec::new();
    let mut findings = Vec::new();
    let present = match yaml_files(case_folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        present => present.map_err(|error| vec![unreadable(case_folder, &error)])?,
    };
    for path in present {
        let source = match source(&path) {
            Ok(source) => source,
            Err(finding) => {
                findings.push(*finding);
                continue;
            }
        };
        match wanted.remove(&path) {
            Some(text) if text == source.text => {}
            Some(_) if !source.text.starts_with(WRITTEN) => {
                let title = format!("{} was not written by `fineprint generate`", source.name);
                let finding = Finding::error("file-name", title);
                findings.push(finding.help("that name is for generated cases; give the file another"));
            }
            Some(text) => stale.push(Stale { path, text: Some(text), exists: true }),
            None if source.text.starts_with(WRITTEN) => stale.push(Stale { path, text: None, exists: true }),
            None => match case::read(&source, &specs) {
                Ok(file) => cases.extend(file.cases),
                Err(more) => findings.extend(more),
            },
        }
    }
    stale.extend(wanted.into_iter().map(|(path, text)| Stale { path, text: Some(text), exists: false }));
    findings.extend(repeated_ids(&cases));
    match findings.is_empty() {
        true => Ok(Suite { specs, cases, standard, stale }),
        false => Err(findings),
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

/// Brings a stale case file up to date.
///
/// # Errors
/// What the file system says.
pub fn freshen(stale: &Stale) -> io::Result<()> {
    match &stale.text {
        Some(text) => write_whole(&stale.path, text),
        None => fs::remove_file(&stale.path),
    }
}

/// What is told of a file that cannot be written.
pub fn not_written(path: &Path, error: &dyn Display) -> String {
    format!("{} cannot be written: {error}", path.display())
}

/// What is told of a file or folder that cannot be read.
pub fn not_read(path: &Path, error: &dyn Display) -> String {
    format!("{} cannot be read: {error}", path.display())
}

/// Whether files that will be written are neither each other nor what is read.
///
/// # Errors
/// The complaint about the first that is.
pub fn apart<'p>(inputs: &[&Path], outputs: impl Iterator<Item = &'p Path>) -> Result<(), String> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|path| resolved(path)).collect();
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in outputs {
        let place = resolved(path);
        if inputs.contains(&place) {
            return Err(format!("{} would be written over what is read", path.display()));
        }
        if seen.contains(&place) {
            return Err(format!("{} would be two reports at once", path.display()));
        }
        seen.push(place);
    }
    Ok(())
}

/// Whether two paths lead to one place.
pub fn is_same(one: &Path, other: &Path) -> bool {
    resolved(one) == resolved(other)
}

/// Where a path leads, also where no file is there yet: through links, and without `.` and `..`.
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

/// The folder in which a file is, or will be.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file so that it is there whole or not at all.
///
/// # Errors
/// What the file system says.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let file = begin(path)?;
    file.writer()?.write_all(text.as_bytes())?;
    end(file, path)
}

/// A file that is being written.
#[derive(Debug)]
pub enum Begun {
    /// Beside the place where it will stand.
    Beside(NamedTempFile),
    /// What is no ordinary file (a pipe, a device) cannot be replaced: it is written as it is.
    Into(File),
}

impl Begun {
    /// Writes into it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn writer(&self) -> io::Result<File> {
        match self {
            Self::Beside(file) => file.reopen(),
            Self::Into(file) => file.try_clone(),
        }
    }
}

/// Begins a file that is there when it has come to its end, and not before. What a link leads to is written, and not the
/// link.
///
/// # Errors
/// What the file system says.
pub fn begin(path: &Path) -> io::Result<Begun> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => return File::options().write(true).open(path).map(Begun::Into),
        _ => {}
    }
    let path = resolved(path);
    let folder = folder_of(&path);
    fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix(".fineprint-").tempfile_in(folder).map(Begun::Beside)
}

/// Puts a file where it belongs.
///
/// # Errors
/// What the file system says.
pub fn end(file: Begun, path: &Path) -> io::Result<()> {
    let Begun::Beside(file) = file else { return Ok(()) };
    file.as_file().sync_all()?;
    make_readable(file.path())?;
    file.persist(resolved(path)).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are private by default; what is kept is for everyone who may read the folder.
#[cfg(unix)]
fn make_readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &Path) -> io::Result<()> {
    Ok(())
}

fn source(path: &Path) -> Result<std::sync::Arc<Source>, Box<Finding>> {
    let name = slashed(path);
    let length = fs::metadata(path).map_err(|error| Box::new(unreadable(path, &error)))?.len();
    if length > MAX_BYTES as u64 {
        let title = format!("{name} has {length} bytes, more than the {MAX_BYTES} that are read");
        return Err(Box::new(Finding::error("too-large", title)));
    }
    let bytes = fs::read(path).map_err(|error| Box::new(unreadable(path, &error)))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(Box::new(Finding::error("not-utf8", format!("{name} is not UTF-8 from byte {at} on"))))
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Finding {
    Finding::error("unreadable", not_read(path, &error))
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replace("//", "/")
}

/// All YAML files below a folder, in path order.
///
/// # Errors
/// What the file system says of the folder itself.
fn yaml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, MAX_DEPTH, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    Ok(())
}
