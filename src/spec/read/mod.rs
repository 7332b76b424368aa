//! Reads specs: turns files into a model or findings.

mod elsewhere;
mod http;
mod links;
mod operation;
mod patterns;
mod range;
mod reader;
mod relations;
mod response;
mod rules;
mod stated;
mod types;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

pub use reader::{Fields, Reader};

use crate::diagnostic::{Finding, any_error};
use crate::span::Source;

use super::forms;
use super::model::{Codes, Entity, Operation, Pages, Protocol, Service, Specs};
use super::yaml::{self, Key, Kind, Node};

/// The name of a service's file, which is in the folder of its operations.
pub const SERVICE_FILE: &str = "service.yaml";

/// A spec file and its folder below the spec folder, with `/` between names.
#[derive(Debug, Clone)]
pub struct SpecFile {
    /// `alibaba-cloud/resource-directory-master`.
    pub folder: String,
    /// `AddMessageContact.yaml`.
    pub file_name: String,
    /// Its text.
    pub source: Arc<Source>,
}

/// Reads all files of a spec folder.
///
/// # Errors
/// Returns every finding of every file. Nothing can be generated or sent until all are fixed.
pub fn read(files: &[SpecFile]) -> Result<Specs, Vec<Finding>> {
    read_part(files, &HashSet::new())
}

/// Reads the files of some services of a project. `shared` are the operation names that occur in several services of
/// the project, including services that are not read.
///
/// # Errors
/// Returns every finding of every file. Nothing can be generated or sent until all are fixed.
pub fn read_part(files: &[SpecFile], shared: &HashSet<&str>) -> Result<Specs, Vec<Finding>> {
    let mut folders: BTreeMap<&str, Vec<&SpecFile>> = BTreeMap::new();
    for file in files {
        folders.entry(&file.folder).or_default().push(file);
    }
    let read: Vec<(Option<Service>, Vec<Finding>)> = folders
        .into_par_iter()
        .map(|(folder, files)| {
            let mut reader = Reader::default();
            (reader.service_folder(folder, &files), reader.findings)
        })
        .collect();
    let (mut specs, mut findings) = (Specs::default(), Vec::new());
    for (service, of_folder) in read {
        specs.services.extend(service);
        findings.extend(of_folder);
    }
    identify(&mut specs, shared);
    links::check(&specs, &mut findings);
    if any_error(&findings) { Err(findings) } else { Ok(specs) }
}

/// Adds the folder to the ids of operations whose name also occurs in another service.
fn identify(specs: &mut Specs, shared: &HashSet<&str>) {
    let mut services: HashMap<String, usize> = HashMap::new();
    for service in &specs.services {
        let names: HashSet<&str> =
            service.operations.iter().map(|operation| operation.name.as_str()).collect();
        names.into_iter().for_each(|name| *services.entry(name.to_owned()).or_default() += 1);
    }
    for service in &mut specs.services {
        for operation in &mut service.operations {
            let is_shared = services.get(&operation.name).is_some_and(|count| *count > 1);
            if is_shared || shared.contains(operation.name.as_str()) {
                operation.id = format!("{}/{}", service.folder, operation.name);
            }
        }
    }
}

impl Reader {
    fn service_folder(&mut self, folder: &str, files: &[&SpecFile]) -> Option<Service> {
        let (services, operations): (Vec<&SpecFile>, Vec<&SpecFile>) =
            files.iter().partition(|file| file.file_name == SERVICE_FILE);
        let service_node = services.first().map(|file| self.document(file));
        if let Some(Some(node)) = &service_node {
            self.types(node);
        }
        let mut operations: Vec<Operation> = operations
            .into_iter()
            .filter_map(|file| self.document(file).and_then(|node| self.operation(&node)))
            .collect();
        operations.sort_by(|a, b| a.name.cmp(&b.name));
        self.unnamed_types();
        let Some(node) = service_node else {
            let title = format!("the folder {folder} has no {SERVICE_FILE}");
            let place = operations.first().map(|operation| operation.at.clone());
            let mut finding = Finding::error("missing-service", title)
                .help("it defines how requests for the operations in this folder are sent");
            finding.place = place;
            self.note(finding);
            return None;
        };
        let mut service = self.service(folder, &node?)?;
        service.operations = operations;
        mark_names(&mut service);
        Some(service)
    }

    fn document(&mut self, file: &SpecFile) -> Option<Node> {
        match yaml::read(&file.source) {
            Ok(node) => Some(node),
            Err(finding) => {
                self.note(*finding);
                None
            }
        }
    }

    fn service(&mut self, folder: &str, node: &Node) -> Option<Service> {
        let fields = self.form(node, &forms::SERVICE)?;
        let protocol = fields.get("protocol").and_then(|node| self.word(node, Protocol::NAMES));
        let codes = fields.get("codes").and_then(|node| self.word(node, &["exact", "hierarchical"]));
        let named = fields.get("service");
        if let (Some(node), Some(protocol)) = (fields.get("http"), protocol.filter(|name| *name != "rest")) {
            let title = format!("`http` does not apply to the protocol {protocol}");
            let finding = Finding::error("unknown-key", title).at(&node.place);
            self.note(
                finding.help("this protocol defines where code, message and output are: remove `http`"),
            );
        }
        Some(Service {
            folder: folder.to_owned(),
            name: self.optional_text(&fields, "service").unwrap_or_default(),
            vendor: self.optional_text(&fields, "vendor").unwrap_or_default(),
            version: self.optional_text(&fields, "version").unwrap_or_default(),
            protocol: protocol.and_then(Protocol::named).unwrap_or(Protocol::AcsRpc),
            http: fields.get("http").and_then(|node| self.http(node)),
            codes: if codes == Some("hierarchical") { Codes::Hierarchical } else { Codes::Exact },
            errors: self.error_rows(&fields),
            entities: self.entities(&fields),
            operations: Vec::new(),
            at: named.map_or_else(|| node.place.clone(), |node| node.place.clone()),
        })
    }

    /// Reads an optional key with a list of texts.
    pub fn texts(&mut self, fields: &Fields<'_>, key: &str) -> Vec<String> {
        let nodes = fields.get(key).map(|node| self.list(node)).unwrap_or_default();
        nodes.into_iter().filter_map(|node| self.text(node)).collect()
    }

    fn pages(&mut self, node: &Node) -> Pages {
        if let Kind::Text(text) = &node.kind {
            return if text == "none" { Pages::One } else { Pages::Number(text.clone()) };
        }
        let Some(fields) = self.form(node, &forms::PAGES) else { return Pages::Unsaid };
        let [page, offset, token] = ["page", "offset", "token"].map(|key| self.optional_text(&fields, key));
        match (page, offset, token, self.path(&fields, "next")) {
            (Some(page), None, None, None) => Pages::Number(page),
            (None, Some(offset), None, None) => Pages::Offset(offset),
            (None, None, Some(parameter), Some(next)) => Pages::Token { parameter, next },
            _ => {
                self.wrong(node, "one of {page: …}, {offset: …}, {token: …, next: …}");
                Pages::Unsaid
            }
        }
    }

    /// Reads a key with a path of member names.
    pub fn path(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let node = fields.get(key)?;
        let text = self.text(node)?;
        if let Some(wrong) = text.split('.').find(|name| !is_member(name)) {
            let title = format!("`{text}` is not a path of member names");
            let finding = Finding::error("place", title).at(&node.place);
            self.note(match wrong {
                "" => finding.help("write member names separated by dots, e.g. error.code"),
                name => finding
                    .help(format!("`{name}` is not a member name; members of lists are not supported here")),
            });
        }
        Some(text)
    }

    fn entities(&mut self, fields: &Fields<'_>) -> Vec<Entity> {
        let entries = fields.get("entities").and_then(|node| self.map(node)).unwrap_or_default();
        let mut entities = Vec::new();
        for (key, node) in entries {
            let Some(fields) = self.form(node, &forms::ENTITY) else { continue };
            self.origin(key, node, &fields);
            let removed_by = self.optional_text(&fields, "removed-by").filter(|name| name != "none");
            let named_by = fields.get("id").and_then(|node| self.named_by(node));
            if let Some(node) =
                fields.get("id").filter(|node| matches!(&node.kind, Kind::Text(id) if id.is_empty()))
            {
                let title = format!("the entity `{}` has no id", key.name);
                let finding = Finding::error("missing-key", title).at(&node.place);
                self.note(
                    finding.help(
                        "write where the id is in the response of the operation that creates the entity",
                    ),
                );
            }
            entities.push(Entity {
                name: key.name.clone(),
                id: match named_by {
                    None => self.optional_text(&fields, "id").unwrap_or_default(),
                    Some(_) => String::new(),
                },
                named_by,
                foreign: self.flag(&fields, "foreign"),
                made_by: self.optional_text(&fields, "made-by").unwrap_or_default(),
                removed_by,
                listed_by: self.optional_text(&fields, "listed-by"),
                pages: fields.get("pages-by").map(|node| self.pages(node)).unwrap_or_default(),
                total: self.path(&fields, "total"),
                at: key.place.clone(),
            });
        }
        entities
    }
}

/// Marks the parameters whose values are the ids of the entities that a call creates.
fn mark_names(service: &mut Service) {
    let Service { entities, operations, .. } = service;
    for entity in entities.iter() {
        let makers =
            operations.iter_mut().filter(|operation| operation.creates.as_ref() == Some(&entity.name));
        let parameters = makers.flat_map(|maker| &mut maker.parameters);
        for parameter in parameters.filter(|parameter| Some(&parameter.name) == entity.named_by.as_ref()) {
            parameter.names_own = true;
        }
    }
}

impl Reader {
    /// Reads `id` of an entity that the caller names: `{parameter: NAME}`.
    fn named_by(&mut self, node: &Node) -> Option<String> {
        let Kind::Map(_) = node.kind else { return None };
        let fields = self.form(node, &forms::ENTITY_ID)?;
        self.optional_text(&fields, "parameter")
    }

    /// Checks that an entity is either foreign or created by an operation.
    fn origin(&mut self, key: &Key, node: &Node, fields: &Fields<'_>) {
        let is_foreign = self.flag(fields, "foreign");
        for name in ["id", "made-by", "removed-by"] {
            match (is_foreign, fields.get(name)) {
                (false, None) => {
                    let title = format!("the entity `{}` has no `{name}`", key.name);
                    let finding = Finding::error("missing-key", title).at(&node.place);
                    self.note(finding.help(match name {
                        "removed-by" => {
                            "write the operation that removes it, or `none` if there is none in these specs"
                        }
                        _ => {
                            "write it, or `foreign: true` if no operation of the specs creates such entities"
                        }
                    }));
                }
                (true, Some(node)) => {
                    let help = "a foreign entity is neither created nor removed by the specs' operations";
                    self.impossible(&node.place, format!("a foreign entity has no `{name}`"), help);
                }
                _ => {}
            }
        }
    }
}

/// Returns `true` if a part of a path can be the name of a member: no surrounding space, no index, no root.
fn is_member(name: &str) -> bool {
    let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    !name.is_empty() && name.trim() == name && !is_index && !name.contains(['[', ']', '$', '*', '/'])
}

/// Creates the specs of one service from the names and texts of its files, for tests.
#[cfg(test)]
pub fn fixture(files: &[(&str, &str)]) -> Specs {
    let file = |(name, text): &(&str, &str)| SpecFile {
        folder: "v/s".to_owned(),
        file_name: (*name).to_owned(),
        source: Source::new(format!("v/s/{name}"), *text),
    };
    read(&files.iter().map(file).collect::<Vec<_>>()).unwrap()
}

/// Creates a parameter with these rules, for tests.
#[cfg(test)]
pub fn parameter_fixture(rules: &str) -> super::model::Member {
    let service = "service: s\nvendor: V\nversion: '1'\nprotocol: rest\nhttp: {code: code}\n";
    let operation = format!(
        "operation: A\nhttp: POST /a\npage: {{title: A}}\nparameters:\n  p: {{{rules}}}\nresponse: {{}}\n"
    );
    let specs = fixture(&[("service.yaml", service), ("A.yaml", &operation)]);
    specs.services[0].operations[0].parameters[0].clone()
}
