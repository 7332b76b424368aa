//! Reads what an operation's file says about responses: elements, headers, conditions.

use std::sync::Arc;

use crate::diagnostic::{Finding, did_you_mean};
use crate::json::Json;
use crate::span::Place;
use crate::spec::form::Form;
use crate::spec::forms;
use crate::spec::model::{Condition, Member, Quote, Required, Schema, Shape, Type};
use crate::spec::path::Path;
use crate::spec::yaml::{Key, Kind, Node};

use super::http::is_header_name;
use super::operation::exact;
use super::reader::{Fields, Reader};

impl Reader {
    pub(super) fn response(&mut self, node: &Node) -> Vec<Member> {
        match self.misspelt_leaf(node, &forms::ELEMENT) {
            Some(()) => self.elements(node),
            None => Vec::new(),
        }
    }

    /// Reads the headers of a success. A header carries one plain value.
    pub(super) fn headers(&mut self, node: &Node) -> Vec<Member> {
        let entries = self.map(node).unwrap_or_default();
        let headers = entries.into_iter().filter_map(|(key, node)| {
            let header = self.element(key, node)?;
            self.header_name(key);
            if matches!(header.kind(), Type::Array | Type::Object | Type::Map) {
                let title = format!("a header is no {}", header.kind().name());
                self.impossible(&node.place, title, "write its type: string, integer, number or boolean");
                return None;
            }
            Some(header)
        });
        exact(headers)
    }

    /// Reports a header whose name cannot be sent, or which HTTP itself defines.
    fn header_name(&mut self, key: &Key) {
        const OF_HTTP: [&str; 4] = ["content-length", "transfer-encoding", "connection", "keep-alive"];
        if !is_header_name(&key.name) {
            let help = "letters, digits and hyphens, e.g. X-Request-Id (RFC 9110, section 5.1)";
            self.impossible(&key.place, format!("`{}` is not the name of a header", key.name), help);
        }
        if OF_HTTP.contains(&key.name.to_lowercase().as_str()) {
            let help = "remove it: it says how the response travels, not what it means (RFC 9112, section 6)";
            self.impossible(&key.place, format!("HTTP itself defines `{}`", key.name), help);
        }
    }

    /// Reads response elements. A mapping whose `type` is a word is a leaf; any other mapping is an object.
    fn elements(&mut self, node: &Node) -> Vec<Member> {
        let entries = self.map(node).unwrap_or_default();
        let objects = entries.into_iter().filter(|(_, node)| matches!(node.kind, Kind::Map(_)));
        exact(objects.filter_map(|(key, node)| self.element(key, node)))
    }

    fn element(&mut self, key: &Key, node: &Node) -> Option<Member> {
        let is_leaf = matches!(node.get("type").map(|node| &node.kind), Some(Kind::Text(_)));
        if !is_leaf {
            self.misspelt_leaf(node, &forms::ELEMENT)?;
            let schema = Schema::bare(Shape::Object(Arc::new(self.elements(node))), key.place.clone());
            let element = Member::bare(&key.name, schema, key.place.clone());
            return Some(Member { required: Required::Yes, ..element });
        }
        let fields = self.form(node, &forms::ELEMENT)?;
        let kind = fields.get("type").and_then(|node| self.word(node, Type::NAMES)).and_then(Type::named)?;
        let below = fields.get("elements").map(|node| self.elements(node)).unwrap_or_default();
        let values = fields.get("values").map(|node| self.list(node)).unwrap_or_default();
        let values: Vec<Json> = values.into_iter().map(Node::to_json).collect();
        let schema =
            Schema { values: (!values.is_empty()).then_some(values), ..element_schema(kind, below, key) };
        let nullable = fields.get("nullable").and_then(|node| self.bool(node));
        let schema = self.element_rules(Schema { nullable, ..schema }, &fields);
        let says = self.optional_text(&fields, "says");
        let quote = |text| Quote { text, of: Vec::new(), leaves: None, at: key.place.clone() };
        Some(Member {
            required: if self.flag(&fields, "optional") { Required::No } else { Required::Yes },
            varies: self.flag(&fields, "varies"),
            altered: self.flag(&fields, "altered"),
            absent: self.absence(&fields).map(Box::new),
            shows: fields.get("shows").and_then(|node| self.shown_parameter(node)),
            unique: self.flag(&fields, "unique"),
            example: fields.get("example").map(Node::to_json),
            says: says.map(quote).into_iter().collect(),
            ..Member::bare(&key.name, schema, key.place.clone())
        })
    }

    /// Reads the calls whose responses do not have an element.
    fn absence(&mut self, fields: &Fields<'_>) -> Option<Condition> {
        let (node, is_met) = match (fields.get("absent-if"), fields.get("absent-unless")) {
            (Some(_), Some(node)) => {
                let help = "several conditions are a list, or a mapping";
                self.impossible(&node.place, "`absent-if` and `absent-unless` exclude each other", help);
                return None;
            }
            (Some(node), None) => (node, true),
            (None, Some(node)) => (node, false),
            (None, None) => return None,
        };
        if self.sent.is_empty() {
            let help =
                "only an element in the body of a success, of an operation with parameters, has a condition";
            self.impossible(&node.place, "there is nothing that this condition could ask about", help);
            return None;
        }
        let members = std::mem::take(&mut self.sent);
        let condition = self.about_sent(node).and_then(|node| self.condition(&node, &members));
        self.sent = members;
        condition.map(|condition| if is_met { condition } else { Condition::Not(Box::new(condition)) })
    }

    /// Returns a condition with the names of parameters in place of `sent.NAME`.
    fn about_sent(&mut self, node: &Node) -> Option<Node> {
        let mut name = |text: &str, place: &Place| {
            let name = text.strip_prefix("sent.").map(str::to_owned);
            if name.is_none() {
                let title = format!("`{text}` is not something that a call sends");
                let help = "write `sent.` and the path of a parameter, e.g. sent.mode";
                self.impossible(place, title, help);
            }
            name
        };
        let kind = match &node.kind {
            Kind::Text(text) => Kind::Text(name(text, &node.place)?),
            Kind::Map(entries) => {
                let renamed = entries.iter().map(|(key, value)| {
                    let name = name(&key.name, &key.place)?;
                    Some((Key { name, place: key.place.clone() }, value.clone()))
                });
                Kind::Map(renamed.collect::<Option<_>>()?)
            }
            Kind::List(nodes) => {
                Kind::List(nodes.iter().map(|node| self.about_sent(node)).collect::<Option<_>>()?)
            }
            other => other.clone(),
        };
        Some(Node { kind, place: node.place.clone() })
    }

    /// Reads the path of the parameter that an element shows.
    fn shown_parameter(&mut self, node: &Node) -> Option<Path> {
        let text = self.text(node)?;
        let path = Path::read(&text);
        if path.is_none() {
            self.wrong(node, "the path of a parameter, e.g. label or owner.name");
        }
        path
    }

    /// Reads the rules about the value of a response element.
    fn element_rules(&mut self, schema: Schema, fields: &Fields<'_>) -> Schema {
        let kind = schema.kind();
        let items = fields.get("items").and_then(|node| self.items(node, kind));
        if let (Some(node), Some(_)) = (fields.get("items"), fields.get("elements")) {
            let help = "write `elements` for objects, `items` for texts, numbers and booleans";
            self.impossible(&node.place, "`items` and `elements` exclude each other", help);
        }
        let shape = match (items, schema.shape) {
            (Some(items), Shape::List(None)) => Shape::List(Some(items)),
            (_, shape) => shape,
        };
        let count = fields.get("count").and_then(|node| self.count(node));
        let schema = self.rules_of_scalars(Schema { shape, count, ..schema }, fields);
        self.fitting_rules(&schema, fields);
        schema
    }

    /// Reports scalars among the members of an object: they indicate a leaf whose `type` is missing or misspelt.
    /// Returns `None` if the whole mapping is such a leaf.
    fn misspelt_leaf(&mut self, node: &Node, form: &Form) -> Option<()> {
        let Kind::Map(entries) = &node.kind else {
            self.wrong(node, "a mapping");
            return None;
        };
        let (objects, scalars): (Vec<_>, Vec<_>) =
            entries.iter().partition(|(_, value)| matches!(value.kind, Kind::Map(_)));
        let is_leaf = objects.is_empty() && !scalars.is_empty();
        for (key, _) in scalars.into_iter().take(if is_leaf { 1 } else { usize::MAX }) {
            let finding = Finding::error("missing-key", "this response element has no `type`").at(&key.place);
            self.note(match did_you_mean(&key.name, form.key_names()) {
                Some(near) if near != key.name => finding.help(format!("a similar key exists: `{near}`")),
                _ => finding.help("write the type of a leaf, e.g. {type: string}"),
            });
        }
        (!is_leaf).then_some(())
    }
}

/// Creates the schema of an element. `below` are its own members or those of each of its items.
fn element_schema(kind: Type, below: Vec<Member>, key: &Key) -> Schema {
    let object = |members| Schema::bare(Shape::Object(Arc::new(members)), key.place.clone());
    match kind {
        Type::Object => object(below),
        Type::Array => {
            let items = (!below.is_empty()).then(|| Box::new(object(below)));
            Schema::bare(Shape::List(items), key.place.clone())
        }
        scalar => Schema::bare(Shape::of(scalar), key.place.clone()),
    }
}
