//! Reads examples of a rule that a spec cannot say, and compares reserved values and examples with the other rules.

use crate::json::Json;
use crate::spec::forms;
use crate::spec::model::{Open, Schema};
use crate::spec::ruling::{Outcome, on_value};
use crate::spec::yaml::Node;

use super::reader::{Fields, Reader};

impl Reader {
    /// Reads examples of a rule.
    pub fn open(&mut self, node: &Node) -> Option<Open> {
        let fields = self.form(node, &forms::OPEN)?;
        let values = |reader: &mut Self, key: &str| -> Vec<Json> {
            let nodes = fields.get(key).map(|node| reader.list(node)).unwrap_or_default();
            nodes.into_iter().map(Node::to_json).collect()
        };
        let (accepts, refuses) = (values(self, "accepts"), values(self, "refuses"));
        let matching = fields.get("accepts-matching").and_then(|node| self.pattern(node));
        if let Some(both) = accepts.iter().find(|value| refuses.contains(value)) {
            let title = format!("{both} is both accepted and refused");
            self.impossible(&node.place, title, "write it in one of the two lists");
        }
        Some(Open { accepts, matching, refuses })
    }

    /// Reads reserved values.
    pub fn reserved(&mut self, fields: &Fields<'_>) -> Vec<Json> {
        let nodes = fields.get("reserved").map(|node| self.list(node)).unwrap_or_default();
        nodes.into_iter().map(Node::to_json).collect()
    }

    /// Reports accepted examples that the other rules refuse, and reserved values that they refuse anyway.
    pub fn consistent(&mut self, schema: &Schema, fields: &Fields<'_>) {
        let others = Schema { reserved: Vec::new(), open: None, ..schema.clone() };
        let breaks = |value: &&Json| on_value(&others, value).outcome() == Outcome::Breaks;
        let accepted = schema.open.iter().flat_map(|open| &open.accepts).find(breaks);
        if let (Some(value), Some(node)) = (accepted, fields.get("open")) {
            let title = format!("{value} is accepted here, but breaks another rule of this value");
            self.impossible(&node.place, title, "check the other rules against the page");
        }
        let reserved = schema.reserved.iter().find(breaks);
        if let (Some(value), Some(node)) = (reserved, fields.get("reserved")) {
            let title = format!("{value} is reserved here, but breaks another rule of this value anyway");
            let help = "leave it out: the row of the other rule covers it";
            self.impossible(&node.place, title, help);
        }
    }
}
