//! Reads shared types, `types:` in service.yaml. A type is read when it is first used, so that it may contain itself
//! and be used before its definition.

use std::collections::HashMap;

use crate::diagnostic::Finding;
use crate::spec::forms;
use crate::spec::model::{Required, Schema, SelfReference, Shape, Type};
use crate::spec::rules::RULES;
use crate::spec::yaml::{Key, Node};

use super::reader::{Fields, Reader};

/// The types of a service.
#[derive(Default)]
pub struct Types {
    written: Vec<(Key, Node)>,
    read: HashMap<String, Schema>,
    /// The types that are being read, the innermost last.
    under_way: Vec<SelfReference>,
}

impl Reader {
    /// Records a service's types, before any of them is used.
    pub fn types(&mut self, service: &Node) {
        let Some(node) = service.get("types") else { return };
        let entries: Vec<(Key, Node)> = self.map(node).unwrap_or_default().into_iter().cloned().collect();
        for (key, _) in &entries {
            if !is_type_name(&key.name) {
                let title = format!("invalid type name `{}`", key.name);
                let help = "start it with a capital letter: `string` and other built-in types are lower-case";
                self.note(Finding::error("type-name", title).at(&key.place).help(help));
            }
        }
        self.types = Types { written: entries, ..Types::default() };
    }

    /// Reads the types that are never used, to report their mistakes.
    pub fn unnamed_types(&mut self) {
        let names: Vec<String> = self.types.written.iter().map(|(key, _)| key.name.clone()).collect();
        for name in names {
            self.shared(&name);
        }
    }

    /// Returns the schema of the shared type with that name, or reports an unknown type.
    pub fn named(&mut self, node: &Node, name: &str) -> Option<Schema> {
        if let Some(schema) = self.shared(name) {
            return Some(schema);
        }
        let names = self.types.written.iter().map(|(key, _)| key.name.as_str());
        let known: Vec<&str> = names.chain(Type::NAMES.iter().copied()).collect();
        let finding = Finding::unknown_name("type", name, &node.place, known);
        self.note(finding);
        None
    }

    fn shared(&mut self, name: &str) -> Option<Schema> {
        if let Some(known) = self.types.read.get(name) {
            return Some(known.clone());
        }
        if let Some(again) = self.types.under_way.iter().find(|again| again.name == name) {
            return Some(Schema { shape: Shape::Again(again.clone()), ..self.bare(name)? });
        }
        let (key, node) = self.types.written.iter().find(|(key, _)| key.name == name).cloned()?;
        let again = SelfReference::new(name);
        self.types.under_way.push(again.clone());
        let schema = self.form(&node, &forms::SHARED_TYPE).map(|fields| self.schema(&fields));
        self.types.under_way.pop();
        let mut schema = schema?;
        if is_endless(&schema, &[name]) {
            let title = format!("a value of `{name}` never ends: it requires a member of its own type");
            let help = "make the member that leads back to the type optional";
            self.note(Finding::error("endless-type", title).at(&key.place).help(help));
            schema = self.bare(name)?;
        }
        again.is(schema.clone());
        self.types.read.insert(name.to_owned(), schema.clone());
        Some(schema)
    }

    /// Creates a schema without rules, at the place of a type.
    fn bare(&self, name: &str) -> Option<Schema> {
        let (key, _) = self.types.written.iter().find(|(key, _)| key.name == name)?;
        Some(Schema::bare(Shape::Text, key.place.clone()))
    }

    /// Adds the rules next to the name of a type to those of the type.
    pub fn merge_rules(&mut self, named: Schema, own: Schema, fields: &Fields<'_>) -> Schema {
        let rules = RULES.iter().filter(|rule| rule.is_of_values());
        let rules = rules.map(|rule| (rule.key, (rule.is_in)(&named)));
        for (key, is_there) in rules.chain([("members", true)]) {
            if let (true, Some(node)) = (is_there, fields.get(key)) {
                let title = format!("the type already has `{key}`");
                let help = "write it in one of the two places";
                self.note(Finding::error("repeated-key", title).at(&node.place).help(help));
            }
        }
        Schema {
            shape: named.shape,
            length: named.length.or(own.length),
            range: named.range.or(own.range),
            characters: named.characters.or(own.characters),
            patterns: [named.patterns, own.patterns].concat(),
            format: named.format.or(own.format),
            values: named.values.or(own.values),
            reserved: [named.reserved, own.reserved].concat(),
            open: named.open.or(own.open),
            count: named.count.or(own.count),
            nullable: own.nullable.or(named.nullable),
            relations: named.relations,
            at: own.at,
        }
    }
}

/// Returns `true` if a name can be that of a shared type.
pub fn is_type_name(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// Returns `true` if the required members of an object lead back to a type that contains it.
fn is_endless(schema: &Schema, within: &[&str]) -> bool {
    if let Some(again) = schema.again() {
        return within.contains(&again.name.as_str());
    }
    let mut required = schema.members().iter().filter(|member| member.required == Required::Yes);
    required.any(|member| is_endless(&member.schema, within))
}
