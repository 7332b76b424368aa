//! Reads the settings of plain HTTP: what distinguishes an error response, and where its parts stand.

use crate::diagnostic::Finding;
use crate::json::Json;
use crate::spec::forms;
use crate::spec::model::{Authentication, Field, Http, RefusalSign, Spelling};
use crate::spec::response_place::{BodyStep, ResponsePlace};
use crate::spec::yaml::{Kind, Node};

use super::reader::{Fields, Reader};

impl Reader {
    /// Reads `http` of a service.
    pub fn http(&mut self, node: &Node) -> Option<Http> {
        let fields = self.form(node, &forms::HTTP)?;
        let mut authentication = Authentication::None;
        if let Some(node) = fields.get("authentication") {
            match self.text(node).as_deref().and_then(Authentication::named) {
                Some(named) => authentication = named,
                None => self.wrong(node, "none, bearer, basic, header NAME or query NAME"),
            }
        }
        let statuses = fields.get("success").map(|node| self.list(node)).unwrap_or_default();
        Some(Http {
            authentication,
            success: statuses.into_iter().filter_map(|node| self.status(node)).collect(),
            refused: self.refusal_sign(&fields),
            code: fields.get("code").and_then(|node| self.response_place(node)),
            message: fields.get("message").and_then(|node| self.response_place(node)),
            field: fields.get("field").and_then(|node| self.field(node)),
            output: self.path(&fields, "output"),
            carries: self.texts(&fields, "carries"),
            varies: self.texts(&fields, "varies"),
        })
    }

    /// Reads `refused-if` or `refused-unless`.
    fn refusal_sign(&mut self, fields: &Fields<'_>) -> Option<RefusalSign> {
        let (node, marks_refusal) = match (fields.get("refused-if"), fields.get("refused-unless")) {
            (Some(_), Some(node)) => {
                let help = "keep the one that the page states";
                self.impossible(&node.place, "`refused-if` and `refused-unless` exclude each other", help);
                return None;
            }
            (Some(node), None) => (node, true),
            (None, Some(node)) => (node, false),
            (None, None) => return None,
        };
        let is_place = |key: &str| key == "header" || key == "in";
        let entries = match &node.kind {
            Kind::Map(entries) if !entries.iter().any(|(key, _)| is_place(&key.name)) => entries,
            _ => {
                let conditions = vec![(self.response_place(node)?, Vec::new())];
                return Some(RefusalSign { marks_refusal, conditions });
            }
        };
        if entries.is_empty() {
            self.wrong(node, "a place, or places with values: {ok: false}");
        }
        let mut conditions = Vec::new();
        for (key, values) in entries {
            let Some(place) = ResponsePlace::read(&key.name) else {
                self.no_response_place(&key.name, &key.place);
                continue;
            };
            let found: Vec<Json> = self.list_or_one(values).into_iter().map(Node::to_json).collect();
            if found.is_empty() {
                self.wrong(values, "a value, or a list of values");
            }
            conditions.push((place, found));
        }
        Some(RefusalSign { marks_refusal, conditions })
    }

    /// Reads a place in a response: a path, a header, a part of a place, or several places.
    fn response_place(&mut self, node: &Node) -> Option<ResponsePlace> {
        match &node.kind {
            Kind::Map(_) => {
                let fields = self.form(node, &forms::RESPONSE_PLACE)?;
                self.place_of(node, &fields)
            }
            Kind::List(nodes) => {
                let places: Vec<ResponsePlace> =
                    nodes.iter().filter_map(|node| self.response_place(node)).collect();
                if nodes.is_empty() {
                    self.wrong(node, "a place, or a list of places");
                }
                (!places.is_empty()).then_some(ResponsePlace::FirstOf(places))
            }
            _ => {
                let text = self.text(node)?;
                let place = ResponsePlace::read(&text);
                if place.is_none() {
                    self.no_response_place(&text, &node.place);
                }
                place
            }
        }
    }

    fn place_of(&mut self, node: &Node, fields: &Fields<'_>) -> Option<ResponsePlace> {
        let mut text = |key: &str| self.optional_text(fields, key).filter(|text| !text.is_empty());
        let (after, until) = (text("after"), text("until"));
        match (fields.get("header"), fields.get("in")) {
            (Some(header), None) if after.is_none() && until.is_none() => {
                let name = self.text(header)?.to_lowercase();
                if !is_header_name(&name) {
                    self.wrong(header, "the name of a header");
                    return None;
                }
                Some(ResponsePlace::Header(name))
            }
            (None, Some(of)) if after.is_some() || until.is_some() => {
                Some(ResponsePlace::Part { of: Box::new(self.response_place(of)?), after, until })
            }
            _ => {
                self.wrong(node, "{header: NAME}, or {in: PLACE, after: TEXT, until: TEXT}");
                None
            }
        }
    }

    fn field(&mut self, node: &Node) -> Option<Field> {
        let is_place = |fields: &Fields<'_>| fields.get("at").is_some();
        let Kind::Map(entries) = &node.kind else {
            return Some(Field { at: self.response_place(node)?, spelling: Spelling::Dotted });
        };
        if !entries.is_empty()
            && entries.iter().all(|(key, _)| forms::RESPONSE_PLACE.key_names().any(|name| name == key.name))
        {
            return Some(Field { at: self.response_place(node)?, spelling: Spelling::Dotted });
        }
        let fields = self.form(node, &forms::FIELD).filter(is_place)?;
        let spelling = fields.get("as").and_then(|node| self.word(node, Spelling::NAMES));
        let at = fields.get("at").and_then(|node| self.response_place(node))?;
        Some(Field { at, spelling: spelling.and_then(Spelling::named).unwrap_or(Spelling::Dotted) })
    }

    fn no_response_place(&mut self, text: &str, place: &crate::span::Place) {
        let title = format!("`{text}` is not a place in a response");
        let finding = Finding::error("place", title).at(place);
        self.note(match meant(text) {
            Some(meant) => finding.help(format!("write `{meant}`")),
            None => finding.help(
                "write member names separated by dots (error.code), `[]` for each item of a list                  (errors[].code), `{}` for each value and `{key}` for each name of an object (faults{}),                  {header: NAME}, or status",
            ),
        });
    }
}

/// Returns `true` if a text is the name of a header (RFC 9110, section 5.1).
pub(super) fn is_header_name(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token)
}

/// Returns the place that a text in another notation probably means: `$.x` (JSONPath), `/x` (JSON Pointer), `a.0.b`.
fn meant(text: &str) -> Option<ResponsePlace> {
    let pointer = text.strip_prefix('/').map(|rest| rest.replace('/', "."));
    let plain = pointer.unwrap_or_else(|| text.strip_prefix("$.").unwrap_or(text).to_owned());
    let plain = plain.replace("[*]", "[]");
    let steps = plain.split('.').map(|name| match name.parse::<usize>() {
        Ok(index) => vec![BodyStep::Index(index)],
        Err(_) => match ResponsePlace::read(name) {
            Some(ResponsePlace::Body(steps)) => steps,
            _ => Vec::new(),
        },
    });
    let steps: Vec<Vec<BodyStep>> = steps.collect();
    let place = (steps.iter().all(|steps| !steps.is_empty())).then(|| ResponsePlace::Body(steps.concat()));
    place.filter(|place| ResponsePlace::read(&place.to_string()).is_some())
}
