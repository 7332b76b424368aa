//! Reads nodes by their forms. Every mistake becomes a finding at its place, and reading continues.

use crate::diagnostic::{Finding, did_you_mean};
use crate::span::Place;
use crate::spec::form::Form;
use crate::spec::model::Member;
use crate::spec::model::{Format, Type};
use crate::spec::path::{Path, Step};
use crate::spec::yaml::{Key, Kind, Node};

use super::elsewhere;
use super::types::Types;

/// A reader of nodes that collects findings.
#[derive(Default)]
pub struct Reader {
    /// The findings so far.
    pub findings: Vec<Finding>,
    /// The types of the service that is being read.
    pub(super) types: Types,
    /// The parameters of the operation whose response is being read.
    pub(super) sent: Vec<Member>,
}

/// The entries of a mapping whose keys have been checked.
pub struct Fields<'n> {
    entries: Vec<&'n (Key, Node)>,
    /// The beginning of the mapping.
    pub at: &'n Place,
}

impl<'n> Fields<'n> {
    /// Returns the value of a key.
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }
}

impl Reader {
    /// Records a finding.
    pub fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Reads a mapping of the language. Unknown, repeated and missing keys are findings.
    pub fn form<'n>(&mut self, node: &'n Node, form: &Form) -> Option<Fields<'n>> {
        let entries = self.map(node)?;
        for (key, value) in &entries {
            if !form.key_names().any(|name| name == key.name) {
                self.unknown_key(key, value, form);
            }
        }
        for wanted in form.keys().filter(|wanted| wanted.required) {
            if !entries.iter().any(|(key, _)| key.name == wanted.name) {
                let title = format!("this {} has no `{}`", words(form.name), wanted.name);
                let finding = Finding::error("missing-key", title).at(&node.place);
                self.note(finding.help(format!("`{}`: {}", wanted.name, wanted.doc)));
            }
        }
        Some(Fields { entries, at: &node.place })
    }

    /// Reads the name of a parameter or a member. A name with a dot, a bracket or a brace is written in quotes.
    pub fn name(&mut self, key: &Key) -> String {
        let path = Path::read(&key.name);
        if let Some([Step::Member(name)]) = path.as_ref().map(Path::steps) {
            return name.clone();
        }
        let title = format!("`{}` is not a name", key.name);
        let help = match path.as_ref().map(Path::steps) {
            Some([Step::Member(outer), Step::Member(inner), ..]) => format!(
                "write the object and its members: {outer}: {{type: object, members: {{{inner}: …}}}}; quote a name that contains a dot: '\"{}\"'",
                key.name
            ),
            _ => format!("quote a name that contains a dot, a bracket or a brace: '\"{}\"'", key.name),
        };
        self.note(Finding::error("dotted-name", title).at(&key.place).help(help));
        key.name.clone()
    }

    /// Reports a key that should be a path but is not.
    pub fn no_path(&mut self, key: &Key) {
        let title = format!("`{}` is not a path", key.name);
        let help = "write a.b for a member, a[] for any item of a list, and quote a name that contains a dot: '\"a.b\"'";
        self.note(Finding::error("no-path", title).at(&key.place).help(help));
    }

    fn unknown_key(&mut self, key: &Key, value: &Node, form: &Form) {
        let title = format!("unknown key `{}` in {}", key.name, article(&words(form.name)));
        let finding = Finding::error("unknown-key", title).at(&key.place);
        let known: Vec<&str> = form.key_names().collect();
        if let Some(ours) = elsewhere::key(&key.name, value).filter(|_| known.contains(&"type")) {
            self.note(finding.help(ours));
            return;
        }
        self.note(match did_you_mean(&key.name, known.iter().copied()) {
            Some(near) => finding.help(format!("a similar key exists: `{near}`")),
            None => finding.help(format!("valid keys: {}", known.join(", "))),
        });
    }

    /// Reads a mapping with free keys. Repeated keys are findings.
    pub fn map<'n>(&mut self, node: &'n Node) -> Option<Vec<&'n (Key, Node)>> {
        let Kind::Map(entries) = &node.kind else {
            self.wrong(node, "a mapping");
            return None;
        };
        let mut kept: Vec<&(Key, Node)> = Vec::new();
        for entry in entries {
            if let Some((earlier, _)) = kept.iter().find(|(key, _)| key.name == entry.0.name) {
                let title = format!("duplicate key `{}`", entry.0.name);
                let finding = Finding::error("repeated-key", title).at(&entry.0.place);
                self.note(finding.help(format!("first defined in line {}", earlier.place.line())));
            } else {
                kept.push(entry);
            }
        }
        Some(kept)
    }

    /// Reads text.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Integer(_) | Kind::Number(_) | Kind::Bool(_) => {
                let written = written(node);
                let finding =
                    Finding::error("wrong-type", format!("expected text, found {}", node.kind_name()));
                self.note(finding.at(&node.place).help(format!("write it in quotes: \"{written}\"")));
                None
            }
            _ => {
                self.wrong(node, "text");
                None
            }
        }
    }

    /// Reads `true` or `false`.
    pub fn bool(&mut self, node: &Node) -> Option<bool> {
        match &node.kind {
            Kind::Bool(value) => Some(*value),
            Kind::Text(text) => {
                let finding =
                    Finding::error("wrong-type", "expected true or false, found text").at(&node.place);
                self.note(match text.to_ascii_lowercase().as_str() {
                    "yes" | "y" | "on" => finding.help("write true; in YAML 1.2 yes and on are text"),
                    "no" | "n" | "off" => finding.help("write false; in YAML 1.2 no and off are text"),
                    _ => finding,
                });
                None
            }
            _ => {
                self.wrong(node, "true or false");
                None
            }
        }
    }

    /// Reads a list. A single value counts as a list of one.
    pub fn list_or_one<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        match &node.kind {
            Kind::List(items) => items.iter().collect(),
            _ => vec![node],
        }
    }

    /// Reads a list.
    pub fn list<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        match &node.kind {
            Kind::List(items) => items.iter().collect(),
            _ => {
                self.wrong(node, "a list");
                Vec::new()
            }
        }
    }

    /// Reads one of a list of words.
    pub fn word(&mut self, node: &Node, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node)?;
        if let Some(word) = words.iter().find(|word| **word == text) {
            return Some(word);
        }
        let finding = Finding::error("unknown-word", format!("invalid value `{text}`")).at(&node.place);
        let ours = match words {
            words if words == Type::NAMES => elsewhere::of_type(&text).map(|ours| format!("write `{ours}`")),
            words if words == Format::NAMES => elsewhere::of_format(&text).map(str::to_owned),
            _ => None,
        };
        if let Some(ours) = ours {
            self.note(finding.help(ours));
            return None;
        }
        self.note(match did_you_mean(&text, words.iter().copied()) {
            Some(near) => finding.help(format!("a similar value exists: `{near}`")),
            None => finding.help(format!("valid values: {}", words.join(", "))),
        });
        None
    }

    /// Reports a value of the wrong kind.
    pub fn wrong(&mut self, node: &Node, wanted: &str) {
        let title = format!("expected {wanted}, found {}", node.kind_name());
        self.note(Finding::error("wrong-type", title).at(&node.place));
    }

    /// Reports a value that no request or response could meet.
    pub fn impossible(&mut self, place: &Place, title: impl Into<String>, help: impl Into<String>) {
        self.note(Finding::error("impossible-rule", title).at(place).help(help));
    }
}

fn written(node: &Node) -> &str {
    &node.place.source.text[node.place.span.start..node.place.span.end]
}

/// Converts `ErrorRow` to `error row`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for (index, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn article(noun: &str) -> String {
    match noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an {noun}"),
        false => format!("a {noun}"),
    }
}
