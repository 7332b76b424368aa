//! The operations of a project, known by the names of their files, without reading the files.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::spec::read::SERVICE_FILE;

use super::walk::{folder_below, yaml_files};

/// The spec files of a project, and the operations that they are named after.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files, each with its folder relative to the spec folder.
    files: Vec<(PathBuf, String)>,
    /// Folders of the services that have an operation of this name.
    folders: HashMap<String, Vec<String>>,
}

/// Some services of a project.
#[derive(Debug)]
pub struct Part<'l> {
    listing: &'l Listing,
    folders: HashSet<&'l str>,
}

impl Listing {
    /// Lists the files of a spec folder.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be read.
    pub fn of(specs: &Path) -> io::Result<Self> {
        let of_file = |path: PathBuf| {
            let folder = folder_below(specs, &path);
            (path, folder)
        };
        let files: Vec<(PathBuf, String)> = yaml_files(specs)?.into_iter().map(of_file).collect();
        let mut folders: HashMap<String, Vec<String>> = HashMap::new();
        for (path, folder) in &files {
            if let Some(name) = operation(path) {
                folders.entry(name).or_default().push(folder.clone());
            }
        }
        Ok(Self { files, folders })
    }

    /// Returns the folder of the service of an operation. The project calls an operation by its name, or `service/name`
    /// if several services have one of that name.
    fn service(&self, operation: &str) -> Option<&str> {
        let alone = self.folders.get(operation).filter(|folders| folders.len() == 1);
        let among = || {
            let (folder, name) = operation.rsplit_once('/')?;
            let folders = self.folders.get(name).filter(|folders| folders.len() > 1)?;
            folders.iter().find(|known| *known == folder)
        };
        alone.map(|folders| &folders[0]).or_else(among).map(String::as_str)
    }

    /// Returns `true` if the project has an operation that it calls by this name.
    pub fn has(&self, operation: &str) -> bool {
        self.service(operation).is_some()
    }

    /// Returns the folders of the services, in order.
    pub fn services(&self) -> Vec<&str> {
        let mut folders: Vec<&str> = self.files.iter().map(|(_, folder)| folder.as_str()).collect();
        folders.dedup();
        folders
    }

    /// Returns the services of these operations.
    pub fn part<'n>(&self, operations: impl IntoIterator<Item = &'n str>) -> Part<'_> {
        let folders = operations.into_iter().filter_map(|operation| self.service(operation)).collect();
        Part { listing: self, folders }
    }
}

impl Part<'_> {
    /// Returns the spec files of these services.
    pub fn files(&self) -> Vec<PathBuf> {
        let files = self.listing.files.iter();
        files.filter(|(_, folder)| self.has(folder)).map(|(path, _)| path.clone()).collect()
    }

    /// Returns `true` if the service of this folder is in this part.
    pub fn has(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    /// Returns the names that operations of several services of the project share, in this part or not.
    pub fn shared_names(&self) -> HashSet<&str> {
        let shared = self.listing.folders.iter().filter(|(_, folders)| folders.len() > 1);
        shared.map(|(name, _)| name.as_str()).collect()
    }

    /// Returns `true` if a file of a case folder is named after an operation of the project.
    pub fn is_of_operation(&self, cases: &Path, path: &Path) -> bool {
        let folder = folder_below(cases, path);
        let folders = operation(path).and_then(|name| self.listing.folders.get(&name));
        folders.is_some_and(|folders| folders.contains(&folder))
    }

    /// Returns `true` if the project has an operation of this name, but outside this part.
    pub fn leaves_out(&self, operation: &str) -> bool {
        self.listing.service(operation).is_some_and(|folder| !self.has(folder))
    }
}

/// Returns the operation at the beginning of a case id: the name that the project has for it, followed by a slash or by
/// nothing.
pub fn operation_of(id: &str, is_operation: impl Fn(&str) -> bool) -> Option<&str> {
    let mut ends = id.match_indices('/').map(|(end, _)| end).chain([id.len()]);
    ends.find(|end| is_operation(&id[..*end])).map(|end| &id[..end])
}

/// Returns the operation that a spec file is named after.
fn operation(path: &Path) -> Option<String> {
    let is_service = path.file_name().is_some_and(|name| name == SERVICE_FILE);
    let stem = path.file_stem().filter(|_| !is_service)?;
    Some(stem.to_string_lossy().into_owned())
}
