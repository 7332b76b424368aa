//! Response elements: they must be present and of their type. Elements that the page does not list may be present as
//! well.

use crate::case::Expectation;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{
    End, ErrorRow, Length, Limit, Member, Operation, Schema, Success, Type, element_at, header_path,
};
use crate::spec::path::Path;
use crate::spec::promise::{self, Sentence};
use crate::spec::ruling::{self, Outcome, relation};
use crate::wire::Response;

use super::rejection::describe;
use super::{Contract, Kind, Line, Mismatch, Promise};

/// What is asked of an element besides its own rules, depending on the call.
#[derive(Clone, Copy)]
struct Asked<'a> {
    /// The call; `None` if nothing depends on it.
    contract: Option<Contract<'a>>,
}

/// Whether the response to a call has an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// As the element itself says.
    Usual,
    /// It must be absent.
    Absent,
    /// It may be absent: nobody knows whether the call meets the condition.
    Open,
}

impl<'a> Asked<'a> {
    const NOTHING: Self = Self { contract: None };

    fn of(contract: Contract<'a>) -> Self {
        Self { contract: Some(contract) }
    }

    /// Returns the call if the page leaves open whether it is valid. A service may then store what it sends, or not.
    fn open_call(&self) -> Option<Contract<'a>> {
        self.contract.filter(|contract| !matches!(contract.case.expect, Expectation::Accept))
    }

    fn presence(&self, element: &Member) -> Presence {
        let (Some(contract), Some(condition)) = (self.contract, &element.absent) else {
            return Presence::Usual;
        };
        match relation::meets(contract.operation, condition, contract.sent) {
            _ if self.open_call().is_some() => Presence::Open,
            Some(true) => Presence::Absent,
            Some(false) => Presence::Usual,
            None => Presence::Open,
        }
    }

    /// Returns `true` if an element may show a value that breaks its rules, because a call has sent one.
    fn may_show_any(&self, element: &Member) -> bool {
        let is_it = |(_, member): &(Path, &Member)| member.name == element.name;
        let sends = |operation: &Operation| operation.members().iter().any(is_it);
        self.open_call().is_some_and(|contract| contract.service.operations.iter().any(sends))
    }
}

/// Returns a mismatch for every element that is missing or must not be there, and for every value of another type or
/// against a rule. The id of a created entity must not be an empty text.
pub fn mismatches(contract: Contract<'_>, output: &Json) -> Vec<Mismatch> {
    let (service, operation) = (contract.service, contract.operation);
    let mut mismatches = Vec::new();
    check(&operation.response, output, "", Asked::of(contract), &mut mismatches);
    if let Some(entity) = service.created_by(operation)
        && let Some(Json::Text(id)) = output.at(&entity.id)
        && id.trim().is_empty()
        && let Some(element) = element_at(&operation.response, &entity.id)
    {
        let expected = format!("the id of the {}", entity.name);
        mismatches.push(mismatch(element, &entity.id, &expected, output.at(&entity.id)));
    }
    mismatches
}

/// Returns a mismatch for every member that the body of an error row must have and that is missing or wrong.
pub fn of_row(row: &ErrorRow, body: &Json) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    check(&row.body, body, "", Asked::NOTHING, &mut mismatches);
    let of_row = |mismatch: Mismatch| {
        let rule = format!("error row {}", row.codes.join("/"));
        let aspect = mismatch.lines.first().map_or("", |line| line.aspect.as_str());
        let element = element_at(&row.body, aspect);
        let sentence = element.and_then(Member::sentence).map(str::to_owned);
        let sentence = sentence.map_or_else(
            || promise::of_row(row),
            |text| Sentence { text, at: element.map_or(&row.at, |element| &element.at).clone() },
        );
        Mismatch { promise: Promise::new(rule, &sentence), ..mismatch }
    };
    mismatches.into_iter().map(of_row).collect()
}

/// Returns the paths of the elements that have a value of their own, of the type and among the values that the page
/// lists.
pub fn paths_with_values(operation: &Operation, output: &Json) -> Vec<String> {
    let mut paths = Vec::new();
    collect_paths(&operation.response, output, "", &mut paths);
    paths
}

fn collect_paths(elements: &[Member], within: &Json, prefix: &str, paths: &mut Vec<String>) {
    for element in elements {
        let path = element.path_within(prefix);
        let Some(value) = within.get(&element.name) else { continue };
        if !has_type(element.kind(), value)
            || !is_listed(element, value)
            || broken_rule(element, value).is_some()
        {
            continue;
        }
        match value {
            Json::List(items) if items.is_empty() => continue,
            Json::List(items) => {
                items.iter().for_each(|item| collect_paths(element.schema.below(), item, &path, paths))
            }
            Json::Object(_) => collect_paths(element.schema.below(), value, &path, paths),
            _ => {}
        }
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

fn check(elements: &[Member], within: &Json, prefix: &str, asked: Asked<'_>, mismatches: &mut Vec<Mismatch>) {
    for element in elements {
        let path = element.path_within(prefix);
        let wrong = |expected: &str, received| mismatch(element, &path, expected, received);
        match (within.get(&element.name), asked.presence(element)) {
            (None | Some(Json::Null), Presence::Absent | Presence::Open) => {}
            (value @ Some(_), Presence::Absent) => {
                mismatches.push(wrong("absent from the response to this call", value));
            }
            (None, Presence::Usual) if element.is_optional() => {}
            (Some(Json::Null), _) if element.schema.nullable == Some(true) => {}
            (Some(value), _) => check_value(element, value, (&path, asked), mismatches),
            (None, _) => mismatches.push(wrong(element.kind().name(), None)),
        }
    }
}

fn check_value(
    element: &Member,
    value: &Json,
    (path, asked): (&str, Asked<'_>),
    mismatches: &mut Vec<Mismatch>,
) {
    if !is_listed(element, value) {
        let listed: Vec<String> = element.listed().iter().map(Json::to_string).collect();
        mismatches.push(mismatch(element, path, &listed.join(" or "), Some(value)));
    } else if has_type(element.kind(), value) {
        let broken = broken_rule(element, value).filter(|_| !asked.may_show_any(element));
        mismatches.extend(broken.map(|part| wrong_value(element, path, part, value)));
        check_inside(element, value, (path, asked), mismatches);
    } else {
        mismatches.push(mismatch(element, path, element.kind().name(), Some(value)));
    }
}

/// Returns a mismatch for every header of a success that is missing, or has a wrong value.
pub fn of_headers(operation: &Operation, response: &Response) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for header in &operation.headers {
        let path = header_path(&header.name);
        let of_each: Vec<Vec<Mismatch>> =
            header_values(header, response).iter().map(|value| of_header(header, value)).collect();
        match of_each.first() {
            // Of several headers of one name, one is the header that the page means.
            Some(_) if of_each.iter().any(Vec::is_empty) => {}
            Some(_) => mismatches.extend(of_each.into_iter().next().unwrap_or_default()),
            None if header.is_optional() => {}
            None => mismatches.push(mismatch(header, &path, header.kind().name(), None)),
        }
    }
    mismatches
}

fn of_header(header: &Member, value: &Json) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    check_value(header, value, (&header_path(&header.name), Asked::NOTHING), &mut mismatches);
    mismatches
}

/// Returns the paths of the headers that a success has, with values that keep their rules.
pub fn headers_with_values(operation: &Operation, response: &Response) -> Vec<String> {
    let has_value = |header: &&Member| {
        header_values(header, response).iter().any(|value| of_header(header, value).is_empty())
    };
    operation.headers.iter().filter(has_value).map(|header| header_path(&header.name)).collect()
}

/// Returns the values of the headers of a name: texts, unless the header has another type and the text is of it.
fn header_values(header: &Member, response: &Response) -> Vec<Json> {
    let name = header.name.to_lowercase();
    let texts = response.headers.iter().filter(|(known, _)| *known == name).map(|(_, text)| text);
    let value = |text: &String| {
        let read = match header.kind() {
            Type::String => None,
            _ => Json::read(text.trim().as_bytes()).ok().filter(|value| has_type(header.kind(), value)),
        };
        read.unwrap_or_else(|| Json::Text(text.clone()))
    };
    texts.map(value).collect()
}

fn check_inside(
    element: &Member,
    value: &Json,
    (path, asked): (&str, Asked<'_>),
    mismatches: &mut Vec<Mismatch>,
) {
    let below = element.schema.below();
    match value {
        Json::List(items) if !below.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                check(below, item, &format!("{path}[{index}]"), asked, mismatches);
            }
        }
        Json::Object(_) => check(below, value, path, asked, mismatches),
        _ => {}
    }
}

/// Returns the rule of an element that its value certainly breaks. The page leaves open whether an element that was
/// never set is empty.
fn broken_rule(element: &Member, value: &Json) -> Option<Part> {
    let schema = &element.schema;
    if value.as_text().is_some_and(|text| text.trim().is_empty()) && element.is_optional() {
        return None;
    }
    let own = match value {
        // The members of objects are judged one by one.
        Json::Object(_) => return None,
        Json::List(items) => return wrong_count(element, items).or_else(|| wrong_item(schema, items)),
        number if number.as_number().is_some() => return wrong_number(schema, number),
        // A limit that the page does not state is no limit of a response.
        _ => {
            let stated = |length: &Length| Length {
                max: if length.max == Limit::Unstated { Limit::None } else { length.max },
                ..*length
            };
            Schema { values: None, length: schema.length.as_ref().map(stated), ..schema.clone() }
        }
    };
    let ruling = ruling::on_value(&own, value);
    (ruling.outcome() == Outcome::Breaks).then(|| ruling.breaches.first().map(|breach| breach.part)).flatten()
}

/// Returns the bound that a number of items breaks. An optional list that was never set may be empty.
fn wrong_count(element: &Member, items: &[Json]) -> Option<Part> {
    let count = element.schema.count?;
    let (length, is_unset) = (items.len() as u64, items.is_empty() && element.is_optional());
    match count.max {
        _ if length < count.min && !is_unset => Some(Part::CountMin),
        Some(max) if length > max => Some(Part::CountMax),
        _ => None,
    }
}

/// Returns the rule that an item breaks: in a response, a text is no number.
fn wrong_item(schema: &Schema, items: &[Json]) -> Option<Part> {
    let schema = schema.items().filter(|schema| schema.members().is_empty())?;
    let as_element = Member::bare("", schema.clone(), schema.at.clone());
    let is_value = |item: &&Json| **item != Json::Null || schema.nullable != Some(true);
    items.iter().filter(is_value).find_map(|item| match has_type(schema.kind(), item) {
        true => broken_rule(&as_element, item),
        false => Some(Part::Type),
    })
}

fn wrong_number(schema: &Schema, number: &Json) -> Option<Part> {
    let (range, value) = (schema.range.as_ref()?, number.as_number()?);
    let is_low = |end: &End| if end.is_in { value < end.at } else { value <= end.at };
    let is_high = |end: &End| if end.is_in { value > end.at } else { value >= end.at };
    match () {
        () if range.min.as_ref().is_some_and(is_low) => Some(Part::RangeMin),
        () if range.max.as_ref().is_some_and(is_high) => Some(Part::RangeMax),
        () => None,
    }
}

fn wrong_value(element: &Member, path: &str, part: Part, value: &Json) -> Mismatch {
    let expected = format!("{} that keeps its rule: {}", element.kind().name(), rule(&element.schema, part));
    mismatch(element, path, &expected, Some(value))
}

/// Returns a rule as it is written in the spec.
fn rule(schema: &Schema, part: Part) -> String {
    match part {
        Part::Pattern => {
            let patterns: Vec<&str> = schema.patterns.iter().map(|pattern| pattern.text.as_str()).collect();
            format!("pattern {}", patterns.join(" and "))
        }
        Part::LengthMin | Part::LengthMax => {
            let length = schema.length.as_ref();
            let max = length.and_then(|length| match length.max {
                Limit::At(max) => Some(max.to_string()),
                Limit::None | Limit::Unstated => None,
            });
            format!("length {}..{}", length.map_or(0, |length| length.min), max.unwrap_or_default())
        }
        Part::RangeMin | Part::RangeMax => {
            let end = |end: Option<&End>| end.map(|end| Json::number(end.at).to_string()).unwrap_or_default();
            let range = schema.range.as_ref();
            let (min, max) = range.map_or((None, None), |range| (range.min.as_ref(), range.max.as_ref()));
            format!("range {}..{}", end(min), end(max))
        }
        part => part.name().to_owned(),
    }
}

/// Returns `true` if a value is among those that the page lists, or if the page lists none. A value of the wrong type
/// also counts as listed, because the type is reported instead. The page leaves two points open: an element that was
/// never set may be empty, and a value may be shown in upper or lower case.
fn is_listed(element: &Member, value: &Json) -> bool {
    let lowered = |json: &Json| json.as_text().map(str::to_lowercase);
    let numbers = |listed: &Json| listed.as_number().zip(value.as_number());
    let is_like = |listed: &Json| {
        listed == value
            || numbers(listed).is_some_and(|(listed, value)| listed == value)
            || (lowered(listed).is_some() && lowered(listed) == lowered(value))
    };
    let is_empty = value.as_text().is_some_and(|text| text.trim().is_empty());
    element.listed().is_empty()
        || is_empty
        || element.listed().iter().any(is_like)
        || !has_type(element.kind(), value)
}

/// Returns a mismatch if a success has another status than the page states.
pub fn of_status(operation: &Operation, status: u16) -> Option<Mismatch> {
    let success = operation.success.as_ref().filter(|success| !success.allows(status))?;
    let text = format!("status of a success | {}", success.in_words());
    Some(Mismatch {
        kind: Kind::Element,
        promise: Promise::new(
            format!("response {}", Success::NAME),
            &Sentence { text, at: success.at.clone() },
        ),
        lines: vec![Line::new("status", success.in_words(), status.to_string(), true)],
    })
}

pub fn mismatch(element: &Member, path: &str, expected: &str, received: Option<&Json>) -> Mismatch {
    let row = format!("{path} | {}", element.kind().name());
    let text = element.sentence().map_or_else(|| row.clone(), |says| format!("{row} | {says}"));
    Mismatch {
        kind: Kind::Element,
        promise: Promise::new(format!("response {path}"), &Sentence { text, at: element.at.clone() }),
        lines: vec![Line::new(path, expected, describe(received), true)],
    }
}

fn has_type(kind: Type, value: &Json) -> bool {
    match (kind, value) {
        (Type::Integer, Json::Number(number)) => number.fract() == 0.0,
        (Type::String, Json::Text(_))
        | (Type::Integer | Type::Number, Json::Integer(_) | Json::Big(_))
        | (Type::Number, Json::Number(_))
        | (Type::Boolean, Json::Bool(_))
        | (Type::Array, Json::List(_))
        | (Type::Object | Type::Map, Json::Object(_)) => true,
        _ => false,
    }
}
