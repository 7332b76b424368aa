//! Reads patterns.

use crate::spec::forms;
use crate::spec::model::{Schema, Type};
use crate::spec::pattern::{Dialect, Pattern, fitting};
use crate::spec::yaml::{Kind, Node};

use super::reader::{Fields, Reader};

impl Reader {
    /// Reads one pattern, or several that must all match.
    pub fn patterns(&mut self, node: &Node) -> Vec<Pattern> {
        self.list_or_one(node).into_iter().filter_map(|node| self.pattern(node)).collect()
    }

    pub(super) fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        let (text, search, dialect) = match &node.kind {
            Kind::Map(_) => {
                let fields = self.form(node, &forms::PATTERN)?;
                let search = fields.get("search").and_then(|node| self.bool(node)).unwrap_or_default();
                let dialect = fields.get("dialect").and_then(|node| self.word(node, Dialect::NAMES));
                (self.text(fields.get("is")?)?, search, dialect.and_then(Dialect::named))
            }
            _ => (self.text(node)?, false, None),
        };
        match Pattern::new(&text, search, dialect) {
            Ok(pattern) => Some(pattern),
            Err(reason) => {
                let help =
                    "say it with `characters`, `length` or `values`, or put the sentence under `narrative`";
                self.impossible(&node.place, format!("unusable pattern: {reason}"), help);
                None
            }
        }
    }

    /// Reports a pattern that no text within the other rules matches.
    pub fn matchable(&mut self, schema: &Schema, fields: &Fields<'_>) {
        let Some(node) = fields.get("pattern").filter(|_| !schema.patterns.is_empty()) else { return };
        // A sample of the author shows one.
        let has_sample = fields.get("sample").or(fields.get("example")).is_some();
        let is_text = !has_sample && schema.kind() == Type::String && schema.values.is_none();
        if is_text && fitting(schema).is_empty() {
            let title = "found no text that matches this pattern and keeps the other rules";
            self.impossible(
                &node.place,
                title,
                "check the length and the characters, or give a `sample` that matches",
            );
        }
    }
}
