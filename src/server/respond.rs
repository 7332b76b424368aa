//! Responses: the response elements of the spec, filled from what the server knows.

use chrono::NaiveDateTime;

use crate::json::Json;
use crate::spec::model::{Entity, Member, Operation, Type};

use super::made;
use super::store::{Record, Store};

/// The facts that a response is filled from.
#[derive(Debug, Default)]
pub struct Facts {
    /// The kind of entity that the operation is about.
    pub entity: Option<Entity>,
    /// The entity that it is about.
    pub record: Option<Record>,
    /// All entities of that kind.
    pub records: Vec<Record>,
    /// The parameters that the call sent.
    pub parameters: Vec<(String, Json)>,
    /// `true` if optional elements are left out.
    pub sparing: bool,
    /// `true` if values that no two responses may share are the same in all.
    pub repeats: bool,
    /// The path of an element that breaks a rule, and its value.
    pub broken: Option<(String, Json)>,
    /// The paths of elements that the response to this call does not have.
    pub absent: Vec<String>,
}

/// Returns the response elements of an operation.
pub fn output(operation: &Operation, store: &Store, facts: &Facts) -> Json {
    Source { store, facts }.object(&operation.response, ("", ""), facts.record.as_ref())
}

/// Returns the value of a header.
pub fn header(header: &Member, store: &Store) -> Json {
    let listed = header.listed().first().cloned();
    let shown = listed.or_else(|| header.example.clone());
    let made = shown.or_else(|| made::value(header, store.next()));
    match (made, header.kind()) {
        (Some(value), _) => value,
        (None, Type::Integer | Type::Number) => Json::Integer(1),
        (None, Type::Boolean) => Json::Bool(true),
        (None, _) => Json::Text("some".to_owned()),
    }
}

/// Returns these elements, filled without any entity.
pub fn members(elements: &[Member], store: &Store) -> Json {
    Source { store, facts: &Facts::default() }.object(elements, ("", ""), None)
}

/// Returns `true` if a response of the operation shows all entities.
pub fn lists_entities(operation: &Operation) -> bool {
    operation
        .response
        .iter()
        .any(|element| element.kind() == Type::Array && !element.schema.below().is_empty())
}

/// The source from which a response is filled.
struct Source<'a> {
    store: &'a Store,
    facts: &'a Facts,
}

impl Source<'_> {
    /// Returns the elements at a path, for one entity. In a list, the path starts at the item; `place` is the path from
    /// the beginning of the response.
    fn object(&self, elements: &[Member], (path, place): (&str, &str), record: Option<&Record>) -> Json {
        let members = elements.iter().filter_map(|element| {
            let (path, place) = (element.path_within(path), element.path_within(place));
            Some((element.name.clone(), self.value(element, (&path, &place), record)?))
        });
        Json::Object(members.collect())
    }

    /// Returns a list of entities, as long as the page allows.
    fn list(&self, element: &Member, place: &str) -> Json {
        let count = element.schema.count;
        let bound = |bound: u64| usize::try_from(bound).unwrap_or(usize::MAX);
        let most = count.and_then(|count| count.max).map_or(usize::MAX, bound);
        let item = |record| self.object(element.schema.below(), ("", place), record);
        let mut items: Vec<Json> =
            self.facts.records.iter().take(most).map(|record| item(Some(record))).collect();
        while items.len() < count.map_or(0, |count| bound(count.min)) {
            items.push(item(None));
        }
        Json::List(items)
    }

    /// Returns the value that belongs to this response alone: its id, whatever the page calls it.
    fn of_this_response(&self, element: &Member) -> Option<Json> {
        let is_request_id = element.name == "RequestId" && element.kind() == Type::String;
        if !is_request_id && (!element.unique || self.is_id(element)) {
            return None;
        }
        let made = || made::value(element, self.store.next());
        match (element.kind(), self.facts.repeats) {
            (_, false) if let Some(value) = made() => Some(value),
            (Type::String, false) => Some(Json::Text(self.store.request_id())),
            (Type::String, true) => Some(Json::Text(String::from("one-for-all"))),
            (Type::Integer | Type::Number, false) => {
                Some(Json::Integer(i64::try_from(self.store.next()).unwrap_or(i64::MAX)))
            }
            (Type::Integer | Type::Number, true) => Some(Json::Integer(1)),
            _ => None,
        }
    }

    /// Returns `true` if an element shows the id of the entity that the operation is about.
    fn is_id(&self, element: &Member) -> bool {
        let entity = self.facts.entity.as_ref();
        element.shows.is_none() && entity.is_some_and(|entity| entity.id_name() == element.name)
    }

    fn value(&self, element: &Member, (path, place): (&str, &str), record: Option<&Record>) -> Option<Json> {
        let facts = self.facts;
        if let Some((_, value)) = facts.broken.as_ref().filter(|(at, _)| at == place) {
            return Some(value.clone());
        }
        if (element.is_optional() && facts.sparing) || facts.absent.iter().any(|absent| absent == place) {
            return None;
        }
        if element.kind() == Type::Object {
            return Some(self.object(element.schema.below(), (path, place), record));
        }
        if element.kind() == Type::Array {
            let list = |values: &[(String, Json)]| named(values, path).filter(is_list);
            let sent = record.and_then(|record| list(&record.attributes)).or_else(|| list(&facts.parameters));
            if sent.is_some() {
                return sent;
            }
            if !element.schema.below().is_empty() {
                return Some(self.list(element, place));
            }
        }
        if let Some(value) = self.of_this_response(element) {
            return Some(value);
        }
        let find = |values: &[(String, Json)]| match &element.shows {
            Some(at) => at.sent(values).cloned(),
            None => named(values, path),
        };
        let known = match record {
            Some(record) if self.is_id(element) => Some(record.id.clone()),
            Some(record) => find(&record.attributes).or_else(|| creation_time(element, record)),
            None => None,
        };
        let is_nullable = element.schema.nullable == Some(true);
        // What was sent as null was not set.
        let is_set = |value: &Json| is_nullable || *value != Json::Null;
        let known = known.filter(is_set);
        let sent = || find(&facts.parameters).filter(is_set);
        let unset = || if is_nullable { Some(Json::Null) } else { element.listed().first().cloned() };
        match known.or_else(sent).or_else(unset) {
            Some(Json::Null) if is_nullable => Some(Json::Null),
            Some(value) => Some(typed(element.kind(), value)),
            None if element.is_optional() => None,
            None if element.example.is_none()
                && let Some(value) = made::value(element, self.store.next()) =>
            {
                Some(value)
            }
            None => Some(placeholder(element, facts)),
        }
    }
}

fn is_list(value: &Json) -> bool {
    matches!(value, Json::List(_))
}

/// Returns the value at the path, or at the longest end of the path that has one.
fn named(values: &[(String, Json)], path: &str) -> Option<Json> {
    let mut ends = std::iter::successors(Some(path), |path| path.split_once('.').map(|(_, rest)| rest));
    ends.find_map(|end| {
        let whole = values.iter().find(|(name, _)| name == end).map(|(_, value)| value);
        let within = || {
            let (name, inner) = end.split_once('.')?;
            values.iter().find(|(known, _)| known == name)?.1.at(inner)
        };
        whole.or_else(within).cloned()
    })
}

/// Converts a value to the type of a response element.
fn typed(kind: Type, value: Json) -> Json {
    match (kind, value) {
        (Type::Integer, Json::Text(text)) => Json::Integer(text.parse().unwrap_or(0)),
        (Type::Integer, Json::List(_) | Json::Bool(_)) => Json::Integer(0),
        (Type::String, value @ Json::Text(_)) => value,
        (Type::String, value) => Json::Text(value.to_string()),
        (_, value) => value,
    }
}

/// Returns the creation time in the form of the page's example, if the example is a time.
fn creation_time(element: &Member, record: &Record) -> Option<Json> {
    const FORM: &str = "%Y-%m-%d %H:%M:%S";
    let example = element.example.as_ref()?.as_text()?;
    NaiveDateTime::parse_from_str(example, FORM).ok()?;
    Some(Json::Text(record.created.format(FORM).to_string()))
}

fn placeholder(element: &Member, facts: &Facts) -> Json {
    match (&element.example, element.kind()) {
        (Some(example), kind) => typed(kind, example.clone()),
        (None, Type::Integer | Type::Number) => {
            Json::Integer(i64::try_from(facts.records.len()).unwrap_or(i64::MAX))
        }
        (None, Type::Boolean) => Json::Bool(false),
        (None, Type::Array) => Json::List(Vec::new()),
        (None, Type::Object | Type::Map) => Json::Object(Vec::new()),
        (None, Type::String) => Json::Text(String::new()),
    }
}
