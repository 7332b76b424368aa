//! Reads the file of an operation: parameters, error rows, response elements.

use std::sync::Arc;

use crate::diagnostic::{Finding, did_you_mean};
use crate::json::Json;
use crate::span::Place;
use crate::spec::form::Form;
use crate::spec::forms;
use crate::spec::message::Message;
use crate::spec::model::{
    Acknowledgement, Bound, Circumstance, Echo, ErrorRow, Location, Member, Operation, Page, Quote,
    RequestFault, Required, Route, Schema, Shape, Success, Type, When, is_masked,
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
            echo: fields.get("shows").and_then(|node| self.echo(node)),
            response: fields.get("response").map(|node| self.response(node)).unwrap_or_default(),
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
                let title = format!("`{{{wrong}}}` in this message is not a placeholder");
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

    fn response(&mut self, node: &Node) -> Vec<Member> {
        match self.misspelt_leaf(node, &forms::ELEMENT) {
            Some(()) => self.elements(node),
            None => Vec::new(),
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
            shows: fields.get("shows").and_then(|node| self.shown_parameter(node)),
            unique: self.flag(&fields, "unique"),
            example: fields.get("example").map(Node::to_json),
            says: says.map(quote).into_iter().collect(),
            ..Member::bare(&key.name, schema, key.place.clone())
        })
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
        let schema = Schema {
            shape,
            length: fields.get("length").and_then(|node| self.length(node)),
            range: fields.get("range").and_then(|node| self.range(node, kind)),
            characters: fields.get("characters").and_then(|node| self.characters(node)),
            patterns: fields.get("pattern").map(|node| self.patterns(node)).unwrap_or_default(),
            format: fields.get("format").and_then(|node| self.format(node)),
            count: fields.get("count").and_then(|node| self.count(node)),
            ..schema
        };
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

/// Collects a list without spare capacity, because the specs of a vendor contain hundreds of thousands of lists.
fn exact<T>(items: impl IntoIterator<Item = T>) -> Vec<T> {
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
