//! Reads case files, both generated and hand-written ones.

use std::sync::Arc;

use crate::diagnostic::{Finding, any_error, did_you_mean};
use crate::span::Source;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Operation, Service, Specs};
use crate::spec::path::Path;
use crate::spec::read::{Fields, Reader};
use crate::spec::yaml::{self, Key, Kind, Node};
use crate::wire::Twist;

use super::common::{Common, Table};
use super::forms::{AGAIN, CALL, CASE, FILE, STEP};
use super::text::Text;
use super::value::Value;
use super::{AMONG_OTHERS, Call, Case, CaseFile, Expectation, Parameters, Rows, Step, TRIED, entity_of};

/// Reads a case file.
///
/// # Errors
/// Returns all findings in it.
pub fn read(source: &Arc<Source>, specs: &Specs) -> Result<CaseFile, Vec<Finding>> {
    let node = yaml::read(source).map_err(|finding| vec![*finding])?;
    let by_hand = !source.text.starts_with(super::WRITTEN);
    let (reader, table) = (Reader::default(), Table::default());
    let mut reader =
        CaseReader { reader, specs, service: None, table, common: None, given: Vec::new(), by_hand };
    let file = reader.file(&node);
    match (file, any_error(&reader.reader.findings)) {
        (Some(file), false) => Ok(file),
        _ => Err(reader.reader.findings),
    }
}

/// Returns the operation that a case file names, if it can be read.
pub fn operation(source: &Arc<Source>) -> Option<String> {
    match &yaml::read(source).ok()?.get("operation")?.kind {
        Kind::Text(name) => Some(name.clone()),
        _ => None,
    }
}

struct CaseReader<'s> {
    reader: Reader,
    specs: &'s Specs,
    /// The service of the file, known once its operation is read.
    service: Option<&'s Service>,
    /// The parameter table of that operation.
    table: Table<'s>,
    /// The plain call, if the file has one.
    common: Option<Common>,
    /// The calls before every case.
    given: Vec<Call>,
    /// Whether the file is hand-written.
    by_hand: bool,
}

impl<'s> CaseReader<'s> {
    fn file(&mut self, node: &Node) -> Option<CaseFile> {
        let fields = self.reader.form(node, &FILE)?;
        let operation = self.operation(&fields, "operation")?;
        let tried = self.specs.operation(&operation);
        self.service = tried.map(|(service, _)| service);
        self.table = tried.map(|(_, operation)| Table::of(operation)).unwrap_or_default();
        self.given = self.calls(&fields, "given");
        let send = fields.get("send").and_then(|node| self.parameters(node));
        self.common = send.map(|send| Common { given: Vec::new(), send });
        let nodes = fields.get("cases").map(|node| self.reader.list(node)).unwrap_or_default();
        let cases = nodes.into_iter().flat_map(|node| self.cases(node, &operation)).collect();
        Some(CaseFile { operation, cases })
    }

    fn operation(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let node = fields.get(key)?;
        let name = self.reader.text(node)?;
        if self.find(&name).is_none() {
            let title = format!("unknown operation `{name}`");
            self.reader.note(Finding::error("unknown-name", title).at(&node.place));
        }
        Some(name)
    }

    /// Finds an operation by its name in the service of the file, or by its project-wide id before the service is
    /// known.
    fn find(&self, name: &str) -> Option<(&'s Service, &'s Operation)> {
        match self.service {
            Some(service) => service.operation(name).map(|operation| (service, operation)),
            None => self.specs.operation(name),
        }
    }

    /// Reads a case and its `again` variants with other values.
    fn cases(&mut self, node: &Node, operation: &str) -> Vec<Case> {
        let Some(fields) = self.reader.form(node, &CASE) else { return Vec::new() };
        let Some(case) = self.case(node, &fields, operation) else { return Vec::new() };
        let mut all = vec![case];
        let again = fields.get("again").map(|node| self.reader.list(node)).unwrap_or_default();
        for (index, node) in again.into_iter().enumerate() {
            let case = self.again(node, &all[0], index + 2);
            all.extend(case);
        }
        all
    }

    /// Reads the variant with that number.
    fn again(&mut self, node: &Node, first: &Case, number: usize) -> Option<Case> {
        let fields = self.reader.form(node, &AGAIN)?;
        let send = self.send(node, &fields)?;
        let own = fields.get("expect").and_then(|node| self.expectation(node, &first.operation));
        let case = Case {
            id: format!("{}/{number}", first.id),
            tries: format!("{}{AMONG_OTHERS}", first.tries),
            send,
            expect: own.unwrap_or_else(|| first.expect.clone()),
            ..first.clone()
        };
        self.labels(&case, node);
        Some(case)
    }

    fn case(&mut self, node: &Node, fields: &Fields<'_>, operation: &str) -> Option<Case> {
        let send = self.send(node, fields)?;
        let own = fields.get("given").map(|_| self.calls(fields, "given"));
        let given = own.unwrap_or_else(|| self.given.clone());
        let then = fields.get("then").map(|node| self.reader.list(node)).unwrap_or_default();
        let then: Vec<Step> = then.into_iter().filter_map(|node| self.step(node, operation)).collect();
        let case = Case {
            id: self.id(fields.get("id")?, operation)?,
            operation: operation.to_owned(),
            tries: self.reader.optional_text(fields, "tries")?,
            about: fields.get("about").map(|node| self.about(node, operation)).unwrap_or_default(),
            given,
            send,
            twist: fields.get("wire").and_then(|node| self.twist(node)),
            at_once: fields.get("at-once").map_or(1, |node| self.at_once(node)),
            expect: self.expectation(fields.get("expect")?, operation)?,
            then,
        };
        self.labels(&case, node);
        Some(case)
    }

    /// Reads an id and completes it. Every id begins with the operation; a file may omit that part.
    fn id(&mut self, node: &Node, operation: &str) -> Option<String> {
        let id = self.reader.text(node)?;
        let beginning = format!("{operation}/");
        if id.starts_with(&beginning) {
            return Some(id);
        }
        let other = id.split('/').next().filter(|_| self.by_hand).and_then(|name| self.find(name));
        if let Some((_, other)) = other {
            let title = format!("the id `{id}` starts with a different operation from that of the file");
            let help = format!("start it with `{beginning}`, or move the case to a file for {}", other.name);
            self.reader.note(Finding::error("case-id", title).at(&node.place).help(help));
        }
        Some(beginning + &id)
    }

    fn calls(&mut self, fields: &Fields<'_>, key: &str) -> Vec<Call> {
        let nodes = fields.get(key).map(|node| self.reader.list(node)).unwrap_or_default();
        nodes.into_iter().filter_map(|node| self.call(node)).collect()
    }

    /// Returns what a case sends: its own `send`, or the plain call with its changes.
    fn send(&mut self, case: &Node, fields: &Fields<'_>) -> Option<Parameters> {
        let changes = fields.get("with").or(fields.get("without"));
        let (title, help, at) = match (fields.get("send"), changes, &self.common) {
            (Some(send), None, _) => return self.parameters(send),
            (None, _, Some(_)) => return self.changed(fields),
            (Some(_), Some(changes), _) => (
                "a case cannot have both `send` and changes to the plain call",
                "remove `send`, or `with` and `without`",
                changes,
            ),
            (None, Some(changes), None) => (
                "no plain call to change",
                "write `send` at the top of the file, or instead of `with` and `without`",
                changes,
            ),
            (None, None, None) => (
                "this case does not define what it sends",
                "write `send` here, or at the top of the file for all cases; `send: {}` sends nothing",
                case,
            ),
        };
        self.reader.note(Finding::error("missing-key", title).at(&at.place).help(help));
        None
    }

    /// Applies the changes of a case to the plain call.
    fn changed(&mut self, fields: &Fields<'_>) -> Option<Parameters> {
        let with = fields.get("with").map_or_else(|| Some(Vec::new()), |node| self.parameters(node))?;
        let nodes = fields.get("without").map(|node| self.reader.list(node)).unwrap_or_default();
        let mut without = Vec::new();
        for node in nodes {
            let name = self.reader.text(node)?;
            let plain = self.common.iter().flat_map(|common| &common.send);
            let known: Vec<&str> = plain.map(|(name, _)| name.as_str()).collect();
            if !known.contains(&name.as_str()) {
                let finding = Finding::unknown_name("parameter of the plain call", &name, &node.place, known);
                self.reader.note(finding);
            }
            without.push(name);
        }
        self.common.as_ref().map(|common| common.with(&self.table, with, &without))
    }

    /// Checks that every `$id` and `$same` refers to an earlier call of the case.
    fn labels(&mut self, case: &Case, node: &Node) {
        let given = case.given.iter().map(|call| (call.label.as_str(), &call.send));
        let then = case.then.iter().map(|step| (step.call.label.as_str(), &step.call.send));
        let mut known: Vec<(&str, &Parameters)> = Vec::new();
        for (label, parameters) in given.chain([(TRIED, &case.send)]).chain(then) {
            self.refers_to(&known, parameters.iter().map(|(_, value)| value), node);
            known.push((label, parameters));
        }
        for step in &case.then {
            self.refers_to(&known, step.shows.iter().map(|(_, value)| value), node);
        }
    }

    fn refers_to<'v>(
        &mut self,
        known: &[(&str, &Parameters)],
        sent: impl Iterator<Item = &'v Value>,
        case: &Node,
    ) {
        for value in sent {
            let (label, sent) = match value {
                Value::Id(label) => (label, None),
                Value::Same(sent) => (&sent.call, Some(&sent.parameter)),
                _ => continue,
            };
            match (known.iter().find(|(known, _)| known == label), sent) {
                (None, None) if self.is_foreign(label) => {}
                (None, _) => self.no_such_call(label, known, case),
                (Some((_, sends)), Some(name)) if !sends_it(sends, name) => {
                    let title = format!("the call `{label}` of this case does not send `{name}`");
                    let finding = Finding::error("unknown-name", title).at(&case.place);
                    let near = did_you_mean(name, sends.iter().map(|(sent, _)| sent.as_str()));
                    self.reader.note(match near {
                        Some(near) => finding.help(format!("a similar name exists: `{label}.{near}`")),
                        None => finding.help("`$same` refers to a value that an earlier call has sent"),
                    });
                }
                _ => {}
            }
        }
    }

    /// Returns `true` if a label names a foreign entity, which no call creates.
    fn is_foreign(&self, label: &str) -> bool {
        let entity = self.service.and_then(|service| entity_of(service, label));
        entity.is_some_and(|entity| entity.foreign)
    }

    fn no_such_call(&mut self, label: &str, known: &[(&str, &Parameters)], case: &Node) {
        let title = format!("no earlier call of this case is named `{label}`");
        let finding = Finding::error("unknown-name", title).at(&case.place);
        self.reader.note(match did_you_mean(label, known.iter().map(|(label, _)| *label)) {
            Some(near) => finding.help(format!("a similar name exists: `{near}`")),
            None => finding.help("`given` lists the earlier calls, each with its name under `as`"),
        });
    }

    fn twist(&mut self, node: &Node) -> Option<Twist> {
        let entries = self.reader.map(node)?;
        let (key, value) = entries.first()?;
        let text = self.reader.text(value)?;
        let twist = Twist::named(&key.name, text);
        if twist.is_none() {
            let title = format!("unknown protocol violation `{}`", key.name);
            let finding = Finding::error("unknown-word", title).at(&key.place);
            self.reader.note(finding.help(format!("valid names: {}", Twist::NAMES.join(", "))));
        }
        twist
    }

    fn at_once(&mut self, node: &Node) -> u32 {
        match node.kind {
            Kind::Integer(number) if (1..=64).contains(&number) => u32::try_from(number).unwrap_or(1),
            _ => {
                self.reader.wrong(node, "a number from 1 to 64");
                1
            }
        }
    }

    /// Reads the promises of the tested operation that a case or a follow-up call tests.
    fn about(&mut self, node: &Node, tried: &str) -> Vec<Breach> {
        let mut about = Vec::new();
        for (key, value) in self.reader.map(node).unwrap_or_default() {
            let breaches = self.reader.word(value, &Part::names()).map(Part::covered_by).unwrap_or_default();
            let first = breaches.first();
            match Path::read(&key.name) {
                Some(at) => {
                    self.is_there(tried, &at, key);
                    about.extend(first.map(|part| Breach { at, part: *part }));
                }
                None => self.reader.no_path(key),
            }
        }
        about
    }

    /// Reports a finding if the tested operation has no such place.
    fn is_there(&mut self, tried: &str, at: &Path, key: &Key) {
        let Some((_, operation)) = self.find(tried) else { return };
        if operation.schema(at).is_some() {
            return;
        }
        let places: Vec<String> = operation.members().iter().map(|(at, _)| at.to_string()).collect();
        let known = places.iter().map(String::as_str);
        self.reader.note(Finding::unknown_name("parameter", &at.to_string(), &key.place, known));
    }

    fn call(&mut self, node: &Node) -> Option<Call> {
        let fields = self.reader.form(node, &CALL)?;
        Some(Call {
            operation: self.operation(&fields, "call")?,
            label: self.reader.optional_text(&fields, "as")?,
            send: self.parameters(fields.get("send")?)?,
            shared: self.reader.flag(&fields, "shared"),
        })
    }

    fn step(&mut self, node: &Node, tried: &str) -> Option<Step> {
        let fields = self.reader.form(node, &STEP)?;
        let operation = self.operation(&fields, "call")?;
        Some(Step {
            about: fields.get("about").map(|node| self.about(node, tried)).unwrap_or_default(),
            expect: self.expectation(fields.get("expect")?, &operation)?,
            shows: fields.get("shows").and_then(|node| self.shows(node, &operation)).unwrap_or_default(),
            demanded: self.by_hand,
            call: Call {
                operation,
                label: self.reader.optional_text(&fields, "as")?,
                send: self.parameters(fields.get("send")?)?,
                shared: false,
            },
        })
    }

    /// Reads the response elements and what they must show. An element that the page lacks would be checked against
    /// nothing.
    fn shows(&mut self, node: &Node, operation: &str) -> Option<Parameters> {
        let (_, operation) = self.find(operation)?;
        for (key, _) in self.reader.map(node)? {
            if operation.has_element(&key.name) {
                continue;
            }
            let title = format!("the response of {} has no element `{}`", operation.name, key.name);
            let known = operation.response.iter().map(|element| element.name.as_str());
            let finding = Finding::error("unknown-name", title).at(&key.place);
            self.reader.note(match did_you_mean(&key.name, known) {
                Some(near) => finding.help(format!("a similar name exists: `{near}`")),
                None => finding.help(
                    "write the path of an element under `response`, e.g. `Contact.Name` or `Contacts[0].Name`",
                ),
            });
        }
        self.parameters(node)
    }

    fn parameters(&mut self, node: &Node) -> Option<Parameters> {
        let entries = self.reader.map(node)?;
        Some(entries.into_iter().map(|(key, node)| (key.name.as_str().into(), value(node))).collect())
    }

    fn expectation(&mut self, node: &Node, operation: &str) -> Option<Expectation> {
        if matches!(&node.kind, Kind::Text(text) if text == "accept") {
            return Some(Expectation::Accept);
        }
        type Expected = (&'static str, fn(Rows) -> Expectation);
        let kinds: [Expected; 3] = [
            ("reject", Expectation::Reject),
            ("one-accepted", Expectation::OneAccepted),
            ("accept-or", Expectation::AcceptOr),
        ];
        for (key, expectation) in kinds {
            if let Some(codes) = node.get(key) {
                return Some(expectation(self.rows(codes, operation)));
            }
        }
        if let Some(why) = node.get("silent") {
            return self.reader.text(why).map(Expectation::Silent);
        }
        let finding = Finding::error("unknown-word", "invalid expectation").at(&node.place);
        self.reader.note(finding.help("write accept, {reject: [CODE]}, {reject: any} or {silent: WHY}"));
        None
    }
}

impl CaseReader<'_> {
    fn rows(&mut self, codes: &Node, operation: &str) -> Rows {
        if matches!(&codes.kind, Kind::Text(text) if text == "any") {
            return Rows::Any;
        }
        let nodes = self.reader.list(codes);
        Rows::Codes(nodes.into_iter().filter_map(|node| self.code(node, operation)).collect())
    }

    /// Reads a code and checks that it is in the operation's error tables.
    fn code(&mut self, node: &Node, operation: &str) -> Option<String> {
        let code = self.reader.text(node)?;
        let rows = self.find(operation).into_iter().flat_map(|(service, operation)| service.rows(operation));
        let known: Vec<&str> = rows.flat_map(|row| row.codes.iter().map(String::as_str)).collect();
        if !known.contains(&code.as_str()) {
            let title = format!("the error tables of {operation} have no code `{code}`");
            let finding = Finding::error("unknown-name", title).at(&node.place);
            self.reader.note(match did_you_mean(&code, known) {
                Some(near) => finding.help(format!("a similar code exists: `{near}`")),
                None => finding,
            });
        }
        Some(code)
    }
}

/// Returns `true` if a call sends something at a place.
fn sends_it(send: &Parameters, place: &str) -> bool {
    Path::read(place).is_some_and(|at| super::sent_at(send, &at).is_some())
}

/// Converts a node into a value. A mapping with a single key such as `$new` is symbolic.
fn value(node: &Node) -> Value {
    if let Kind::Map(entries) = &node.kind
        && let [(key, inner)] = entries.as_slice()
        && let Kind::Text(text) = &inner.kind
    {
        match key.name.as_str() {
            "$new" | "$text" => return Value::Described(Text::read(text)),
            "$id" => return Value::Id(text.clone()),
            "$same" => {
                let (label, parameter) = text.split_once('.').unwrap_or((text, ""));
                return Value::same(label, parameter);
            }
            _ => {}
        }
    }
    match &node.kind {
        Kind::List(items) => Value::list(items.iter().map(value).collect()),
        Kind::Map(entries) => {
            Value::object(entries.iter().map(|(key, node)| (key.name.as_str().into(), value(node))).collect())
        }
        _ => Value::Plain(node.to_json()),
    }
}
