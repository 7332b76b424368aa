//! Reads the file of an operation: parameters and error rows.

use crate::diagnostic::Finding;
use crate::json::Json;
use crate::span::Place;
use crate::spec::forms;
use crate::spec::message::Message;
use crate::spec::model::{
    Acknowledgement, Bound, Circumstance, Echo, ErrorRow, Location, Member, Operation, Page, Quote,
    RequestFault, Required, Route, Success, When, is_masked,
};
use crate::spec::path::Path;
use crate::spec::ruling::{Outcome, on_value};
use crate::spec::yaml::{Key, Kind, Node};

use super::reader::{Fields, Reader};

/// The name that means any place in a row.
const ANY: &str = "*";

impl Reader {
    /// Reads an operation's file.
    pub fn operation(&mut self, node: &Node) -> Option<Operation> {
        let fields = self.form(node, &forms::OPERATION)?;
        let named = fields.get("operation");
        let name = named.and_then(|node| self.text(node));
        let page = fields.get("page").and_then(|node| self.page(node));
        let mut parameters = self.parameters(&fields);
        let relations = self.relations(&fields, &mut parameters);
        // Conditions of response elements ask about the parameters.
        self.sent = std::mem::take(&mut parameters);
        let response = fields.get("response").map(|node| self.response(node)).unwrap_or_default();
        let parameters = std::mem::take(&mut self.sent);
        let mut operation = Operation {
            id: name.clone().unwrap_or_default(),
            name: name.unwrap_or_default(),
            page: page.unwrap_or(Page { title: String::new(), updated: None, url: None }),
            support: self.flag(&fields, "support"),
            route: fields.get("http").and_then(|node| self.route(node)),
            creates: self.optional_text(&fields, "creates"),
            success: fields.get("success").and_then(|node| self.success(node)),
            parameters,
            relations,
            errors: self.error_rows(&fields),
            headers: fields.get("headers").map(|node| self.headers(node)).unwrap_or_default(),
            echo: fields.get("shows").and_then(|node| self.echo(node)),
            response,
            narrative: self.narrative(&fields),
            acknowledged: self.acknowledged(&fields),
            at: named.map_or_else(|| node.place.clone(), |node| node.place.clone()),
        };
        name_own(&mut operation);
        Some(operation)
    }

    /// Reads a key that is `true` or `false`; the default is `false`.
    pub fn flag(&mut self, fields: &Fields<'_>, key: &str) -> bool {
        fields.get(key).and_then(|node| self.bool(node)).unwrap_or(false)
    }

    /// Reads an optional key with text.
    pub fn optional_text(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        fields.get(key).and_then(|node| self.text(node))
    }

    fn page(&mut self, node: &Node) -> Option<Page> {
        let fields = self.form(node, &forms::PAGE)?;
        Some(Page {
            title: self.optional_text(&fields, "title").unwrap_or_default(),
            updated: self.optional_text(&fields, "updated"),
            url: self.optional_text(&fields, "url"),
        })
    }

    fn success(&mut self, node: &Node) -> Option<Success> {
        let statuses = exact(self.list_or_one(node).into_iter().filter_map(|node| self.status(node)));
        (!statuses.is_empty()).then(|| Success { statuses, at: node.place.clone() })
    }

    fn echo(&mut self, node: &Node) -> Option<Echo> {
        match &node.kind {
            Kind::List(nodes) => Some(Echo::These(nodes.iter().filter_map(|node| self.text(node)).collect())),
            Kind::Map(_) => {
                let fields = self.form(node, &forms::SHOWS)?;
                Some(Echo::But(self.texts(&fields, "but")))
            }
            _ => self.word(node, forms::SENT).map(|_| Echo::All),
        }
    }

    fn route(&mut self, node: &Node) -> Option<Route> {
        let route = Route::named(&self.text(node)?);
        if route.is_none() {
            self.wrong(node, "a method and a path, e.g. GET /contacts/{id}");
        }
        route
    }

    fn narrative(&mut self, fields: &Fields<'_>) -> Vec<Quote> {
        let nodes = fields.get("narrative").map(|node| self.list(node)).unwrap_or_default();
        nodes
            .into_iter()
            .filter_map(|node| {
                let (of, leaves, at) = (Vec::new(), None, node.place.clone());
                Some(Quote { text: self.text(node)?, of, leaves, at })
            })
            .collect()
    }

    fn acknowledged(&mut self, fields: &Fields<'_>) -> Vec<Acknowledgement> {
        let nodes = fields.get("acknowledged").map(|node| self.list(node)).unwrap_or_default();
        nodes.into_iter().filter_map(|node| self.acknowledgement(node)).collect()
    }

    fn acknowledgement(&mut self, node: &Node) -> Option<Acknowledgement> {
        let fields = self.form(node, &forms::ACKNOWLEDGED)?;
        Some(Acknowledgement {
            finding: self.optional_text(&fields, "finding")?,
            about: self.optional_text(&fields, "about"),
            because: self.optional_text(&fields, "because")?,
            at: node.place.clone(),
        })
    }

    fn parameters(&mut self, fields: &Fields<'_>) -> Vec<Member> {
        let entries = fields.get("parameters").and_then(|node| self.map(node)).unwrap_or_default();
        exact(entries.into_iter().filter_map(|(key, node)| self.parameter(key, node)))
    }

    fn parameter(&mut self, key: &Key, node: &Node) -> Option<Member> {
        let fields = self.form(node, &forms::PARAMETER)?;
        let location = fields.get("in").and_then(|node| self.word(node, Location::NAMES));
        let effect = fields.get("takes-effect").and_then(|node| self.word(node, forms::TAKES_EFFECT));
        let described = self.described(key, &fields);
        Some(Member {
            default: fields.get("default").and_then(|node| self.default(node, &described)),
            location: location.and_then(Location::named),
            common: self.flag(&fields, "common"),
            unique: self.flag(&fields, "unique"),
            later: effect == Some("later"),
            exists: self.optional_text(&fields, "exists"),
            ..described
        })
    }

    /// Reads a default, which must keep the rules of its parameter.
    fn default(&mut self, node: &Node, parameter: &Member) -> Option<Json> {
        let value = node.to_json();
        if parameter.required == Required::Yes {
            let help = "leave `default` out, or write `required: unclear` if the page says both";
            self.impossible(&node.place, "a required parameter has no default", help);
            return None;
        }
        if on_value(&parameter.schema, &value).outcome() == Outcome::Breaks {
            let help = "check the rules and the default on the page";
            self.impossible(&node.place, "this default breaks a rule of its parameter", help);
            return None;
        }
        Some(value)
    }

    /// Reads what describes a parameter as well as any member of an object.
    pub fn described(&mut self, key: &Key, fields: &Fields<'_>) -> Member {
        let (name, required, mut schema) = (self.name(key), self.required(fields), self.schema(fields));
        if let Some(open) = &mut schema.open {
            let shown = ["sample", "example"].into_iter().filter_map(|key| fields.get(key));
            let shown = shown.map(Node::to_json).filter(|shown| !is_masked(shown));
            let new: Vec<Json> = shown.filter(|shown| !open.accepts.contains(shown)).collect();
            open.accepts.extend(new);
        }
        Member {
            required,
            example: fields.get("example").map(Node::to_json),
            sample: fields.get("sample").map(Node::to_json),
            says: fields.get("says").map(|node| self.quotes(node)).unwrap_or_default(),
            ..Member::bare(&name, schema, key.place.clone())
        }
    }

    fn required(&mut self, fields: &Fields<'_>) -> Required {
        match fields.get("required") {
            None => Required::No,
            Some(node) if matches!(&node.kind, Kind::Text(text) if text == "unclear") => Required::Unclear,
            Some(node) => match self.bool(node) {
                Some(true) => Required::Yes,
                _ => Required::No,
            },
        }
    }

    /// Reads the error rows under `errors`.
    pub fn error_rows(&mut self, fields: &Fields<'_>) -> Vec<ErrorRow> {
        let nodes = fields.get("errors").map(|node| self.list(node)).unwrap_or_default();
        exact(nodes.into_iter().filter_map(|node| self.error_row(node)))
    }

    fn error_row(&mut self, node: &Node) -> Option<ErrorRow> {
        let fields = self.form(node, &forms::ERROR_ROW)?;
        let status = fields.get("status").and_then(|node| self.status(node));
        let code = fields.get("code");
        let codes = match (code, status) {
            (Some(code), _) => {
                let codes = exact(self.list_or_one(code).into_iter().filter_map(|node| self.text(node)));
                if matches!(&code.kind, Kind::List(nodes) if nodes.is_empty()) {
                    self.wrong(code, "a code, or a list of codes");
                }
                codes
            }
            (None, Some(status)) => vec![status.to_string()],
            (None, None) => {
                let finding = Finding::error("missing-key", "this error row has neither a code nor a status");
                self.note(
                    finding.at(&node.place).help("write what the page gives: `code`, `status`, or both"),
                );
                return None;
            }
        };
        Some(ErrorRow {
            status,
            codes,
            any_code: code.is_none(),
            message: fields.get("message").and_then(|node| self.message(node)),
            body: fields.get("body").map(|node| self.response(node)).unwrap_or_default(),
            when: fields.get("when").map_or(When::Unsaid, |node| self.when(node)),
            names: fields.get("when").map(named).unwrap_or_default(),
            says: self.optional_text(&fields, "says"),
            at: code.unwrap_or(node).place.clone(),
        })
    }

    /// Reads a message with its placeholders.
    fn message(&mut self, node: &Node) -> Option<Message> {
        let text = self.text(node)?;
        match Message::read(&text) {
            Ok(message) => Some(message),
            Err(wrong) => {
                let title = format!("`{wrong}` in this message is not a placeholder");
                let finding = Finding::error("placeholder", title).at(&node.place);
                self.note(finding.help(
                    "write {name} for the value of a parameter, {$value}, {$at}, {$limit} or {$digits} for what the \
                     message says about the fault, {...} for any text, and {{ for a brace",
                ));
                None
            }
        }
    }

    /// Reads an HTTP status.
    pub fn status(&mut self, node: &Node) -> Option<u16> {
        if let Kind::Integer(status) = node.kind
            && (100..600).contains(&status)
        {
            return u16::try_from(status).ok();
        }
        self.wrong(node, "an HTTP status from 100 to 599");
        None
    }

    fn when(&mut self, node: &Node) -> When {
        let Kind::Map(_) = node.kind else {
            let word = self.word(node, &forms::when_words());
            let circumstance = word.and_then(Circumstance::named).map(When::Circumstance);
            let fault = || word.and_then(RequestFault::named).map(When::Request);
            return circumstance.or_else(fault).unwrap_or(When::Unsaid);
        };
        let mut breaches = Vec::new();
        for (key, value) in self.map(node).unwrap_or_default() {
            let at = Path::read(&key.name).filter(|_| key.name != ANY);
            if at.is_none() && key.name != ANY {
                self.no_path(key);
            }
            let parts = self.parts(value).into_iter();
            breaches.extend(parts.map(|part| Bound { at: at.clone(), part }));
        }
        When::Breaches(exact(breaches))
    }
}

/// Collects a list without spare capacity, because the specs of a vendor contain hundreds of thousands of lists.
pub(super) fn exact<T>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = items.into_iter().collect();
    all.shrink_to_fit();
    all
}

/// Returns the parameters that a `when` names.
fn named(when: &Node) -> Vec<(String, Place)> {
    match &when.kind {
        Kind::Map(entries) => entries.iter().map(|(key, _)| (key.name.clone(), key.place.clone())).collect(),
        _ => Vec::new(),
    }
}

/// Marks the parameter whose value names the entity that a call creates: the one at the end of its path. Parameters
/// before the end name something that already exists (`/houses/{house}/shelves`).
fn name_own(operation: &mut Operation) {
    let Some(route) = operation.route.as_ref().filter(|_| operation.creates.is_some()) else { return };
    let Some(last) = route.labels().last().map(str::to_owned) else { return };
    if !route.path.ends_with(&format!("{{{last}}}")) {
        return;
    }
    let own = operation.parameters.iter_mut().find(|parameter| parameter.name == last);
    if let Some(parameter) = own.filter(|parameter| parameter.exists.is_none()) {
        parameter.names_own = true;
    }
}
