//! How a page's rules judge a value: it violates no rule, it violates a rule, or the page leaves it open.
//!
//! This is the oracle. It has three outcomes on purpose: a value on which two careful readers of the page could differ
//! is `open`, and no response to it counts against a target.

mod characters;
mod common;
mod email;
mod entries;
mod length;
mod pattern;
mod phone;
mod range;
pub mod relation;
mod stated;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::json::Json;

use super::breach::{Breach, Part};
use super::model::{Common, Count, Format, Member, Required, Schema, Type};
use super::path::{Path, Step};
use super::question::Question;

pub use length::{FAR, PLAUSIBLE};

/// The judgement of a page about one value. Places start at that value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ruling {
    /// The rules that it certainly violates.
    pub breaches: Vec<Breach>,
    /// The rules that it violates in the view of one careful reader, and the question on which another would disagree.
    pub open: Vec<(Breach, Question)>,
}

/// The three outcomes of a ruling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No rule is violated under any reading.
    Holds,
    /// A rule is violated under every reading.
    Breaks,
    /// It depends on the reading.
    Open,
}

impl Ruling {
    /// Creates the ruling on a value that violates nothing.
    pub fn holds() -> Self {
        Self::default()
    }

    /// Creates the ruling on a value that violates one rule.
    pub fn breaks(part: Part) -> Self {
        Self { breaches: vec![Breach::here(part)], open: Vec::new() }
    }

    /// Creates the ruling on a value if the page does not say whether the value violates a rule.
    pub fn open(part: Part, question: Question) -> Self {
        Self { breaches: Vec::new(), open: vec![(Breach::here(part), question)] }
    }

    /// Adds a rule that a reader could also name as the violated one.
    fn or(mut self, part: Part, question: Question) -> Self {
        self.open.push((Breach::here(part), question));
        self
    }

    /// Prefixes all places with a step that leads to the value.
    #[must_use]
    pub fn within(self, step: &Step) -> Self {
        let breaches = self.breaches.into_iter().map(|breach| breach.within(step.clone())).collect();
        let open = self.open.into_iter().map(|(breach, question)| (breach.within(step.clone()), question));
        Self { breaches, open: open.collect() }
    }

    /// Prefixes all places with a path that leads to the value.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        path.steps().iter().rev().fold(self, Self::within)
    }

    /// Returns the promises that the value certainly breaks.
    pub fn broken(&self) -> Vec<Breach> {
        distinct(self.breaches.iter().map(Breach::promise))
    }

    /// Returns the promises that a careful reader could consider broken, except those of items that are certainly
    /// broken.
    pub fn doubted(&self) -> Vec<Breach> {
        let broken = self.broken();
        let open = self
            .open
            .iter()
            .filter(|(breach, _)| breach.at.container().is_none() || !broken.contains(&breach.promise()));
        distinct(open.map(|(breach, _)| breach.promise()))
    }

    /// Returns the promise that the value breaks, if no reader could name another one.
    pub fn certain(&self) -> Option<Breach> {
        self.broken().into_iter().next().filter(|_| self.doubted().is_empty())
    }

    /// Combines two rulings that both apply to the value.
    pub fn and(mut self, other: Self) -> Self {
        for breach in other.breaches {
            if !self.breaches.contains(&breach) {
                self.breaches.push(breach);
            }
        }
        for open in other.open {
            if !self.open.contains(&open) {
                self.open.push(open);
            }
        }
        self
    }

    /// Combines two alternative rulings, if the page does not say which one applies.
    pub fn either(self, other: Self, question: Question) -> Self {
        let both_break = self.outcome() == Outcome::Breaks && other.outcome() == Outcome::Breaks;
        let (mut breaches, alternatives) = match both_break {
            true => (self.breaches, other.breaches),
            false => (Vec::new(), [self.breaches, other.breaches].concat()),
        };
        breaches.dedup();
        let alternatives = alternatives.into_iter().map(|breach| (breach, question));
        Self { breaches, open: alternatives.chain(self.open).chain(other.open).collect() }
    }

    /// Returns the expected outcome.
    pub fn outcome(&self) -> Outcome {
        match (self.breaches.is_empty(), self.open.is_empty()) {
            (false, _) => Outcome::Breaks,
            (true, false) => Outcome::Open,
            (true, true) => Outcome::Holds,
        }
    }

    /// Returns every violation that an error row may cover.
    pub fn coverable(&self) -> Vec<Breach> {
        let mut all: Vec<Breach> =
            self.breaches.iter().chain(self.open.iter().map(|(breach, _)| breach)).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Returns `true` if nobody knows whether the value is valid: it contains an object whose members the page does not
    /// describe, or keeps all rules but one of which the spec gives only examples.
    pub fn is_uncertain(&self) -> bool {
        let asks = |asked: Question| self.open.iter().any(|(_, question)| *question == asked);
        asks(Question::MembersOfObject) || (self.breaches.is_empty() && asks(Question::FurtherRule))
    }

    /// Returns the reason why the page leaves it open, if it does.
    pub fn why_open(&self) -> Option<&'static str> {
        self.open.first().map(|(_, question)| question.why())
    }
}

/// Removes repeated violations and keeps the order.
fn distinct(breaches: impl Iterator<Item = Breach>) -> Vec<Breach> {
    let mut found = Vec::new();
    for breach in breaches {
        if !found.contains(&breach) {
            found.push(breach);
        }
    }
    found
}

/// Rules on the value of a parameter or of a member of an object; `None` is an absent value.
pub fn on_member(parameter: &Member, value: Option<&Json>) -> Ruling {
    let Some(value) = value else { return on_absence(parameter) };
    if let (Json::Null, Some(is_value)) = (value, parameter.schema.nullable) {
        return if is_value { Ruling::holds() } else { Ruling::breaks(Part::Type) };
    }
    let mut as_given = on_value(&parameter.schema, value);
    if is_shown(parameter, value) {
        // A value that the page itself shows may be sent.
        as_given.open.retain(|(_, question)| {
            !matches!(question, Question::CharactersOfText | Question::MembersOfObject)
        });
    }
    if as_given.breaches.is_empty() && parameter.schema.accepts(value) {
        return Ruling::holds();
    }
    let as_given = as_given.and(on_unruled(parameter, value)).and(on_name(parameter, value));
    // If the page does not describe an object, it is unknown whether the object may be empty.
    let is_empty =
        matches!(value, Json::Object(of) if of.is_empty()) && parameter.schema.describes_contents();
    match counts_as_absent(value) || is_empty {
        true => on_emptiness(parameter, value, as_given),
        false => as_given,
    }
}

/// Rules on a text if the page states only its type. What the page shows or names is valid; any other value is open (a
/// region has to exist, whatever the page says about its name).
fn on_unruled(parameter: &Member, value: &Json) -> Ruling {
    let is_ruled = !parameter.schema.is_unruled() || parameter.exists.is_some();
    match is_ruled || is_shown(parameter, value) || !matches!(value, Json::Text(_)) {
        true => Ruling::holds(),
        false => Ruling::open(Part::Values, Question::ValidValues),
    }
}

/// Returns `true` if the page or the author of the spec shows a value.
fn is_shown(parameter: &Member, value: &Json) -> bool {
    [&parameter.sample, &parameter.example].into_iter().flatten().any(|shown| shown == value)
}

/// Rules on an id. No entity has an empty id; the rules alone cannot judge other ids.
fn on_name(parameter: &Member, value: &Json) -> Ruling {
    let is_blank = |value: &Json| matches!(value, Json::Text(text) if text.trim().is_empty());
    let is_empty = match value {
        Json::List(items) => items.iter().any(is_blank),
        value => is_blank(value),
    };
    match parameter.exists.is_some() && is_empty {
        true => Ruling {
            breaches: vec![Breach::here(Part::ExistsUnknown)],
            open: vec![(Breach::here(Part::ExistsShape), Question::IdOfNothing)],
        },
        false => Ruling::holds(),
    }
}

/// Rules on an empty value, which may count as not given. White space may count as empty.
fn on_emptiness(parameter: &Member, value: &Json, as_given: Ruling) -> Ruling {
    let as_empty = match value {
        Json::Text(text) if !text.is_empty() => on_value(&parameter.schema, &Json::Text(String::new())),
        _ => as_given.clone(),
    };
    let either = as_given.clone().either(on_absence(parameter), Question::EmptyValue);
    match as_empty == as_given {
        true => either,
        false => either.either(as_empty, Question::EmptyValue),
    }
}

fn on_absence(parameter: &Member) -> Ruling {
    match parameter.required {
        Required::Yes => Ruling::breaks(Part::Required),
        Required::No => Ruling::holds(),
        Required::Unclear => Ruling::open(Part::Required, Question::Required),
    }
}

fn counts_as_absent(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.chars().all(char::is_whitespace),
        Json::List(items) => items.iter().all(counts_as_absent),
        _ => false,
    }
}

/// Rules on a value that is present.
pub fn on_value(schema: &Schema, value: &Json) -> Ruling {
    if (value, schema.nullable) == (&Json::Null, Some(true)) {
        return Ruling::holds();
    }
    match (fits(schema.kind(), value), converted(schema.kind(), value)) {
        (true, _) => on_fitting(schema, value),
        (false, Some(converted)) => {
            Ruling::breaks(Part::Type).either(on_fitting(schema, &converted), Question::ScalarOfAnotherType)
        }
        (false, None) => Ruling::breaks(Part::Type),
    }
}

fn on_fitting(schema: &Schema, value: &Json) -> Ruling {
    let listed = schema.values.as_ref().map_or_else(Ruling::holds, |values| on_listed(values, value));
    let inner = match value {
        Json::Text(text) => on_text(schema, text),
        Json::List(items) => on_items(schema, items),
        Json::Object(entries) if schema.kind() == Type::Map => entries::ruling(schema, entries),
        Json::Object(members) => on_members(schema, members),
        number => schema.range.as_ref().map_or_else(Ruling::holds, |range| range::ruling(range, number)),
    };
    let ruling = listed.and(inner).and(stated::ruling(schema, value));
    // An example leaves nothing open.
    if ruling.breaches.is_empty() && schema.accepts(value) { Ruling::holds() } else { ruling }
}

/// Returns `true` if a value has a type.
pub fn fits(kind: Type, value: &Json) -> bool {
    matches!(
        (kind, value),
        (Type::String, Json::Text(_))
            | (Type::Integer, Json::Integer(_))
            | (Type::Number, Json::Integer(_) | Json::Number(_))
            | (Type::Boolean, Json::Bool(_))
            | (Type::Array, Json::List(_))
            | (Type::Object | Type::Map, Json::Object(_))
    )
}

/// Converts a scalar of another type as a lenient reader would. Lists, objects and null cannot be converted.
fn converted(kind: Type, value: &Json) -> Option<Json> {
    match (kind, value) {
        (Type::String, Json::Integer(_) | Json::Number(_) | Json::Bool(_)) => {
            Some(Json::Text(value.to_string()))
        }
        (Type::Integer, Json::Number(number)) => Some(Json::Integer(*number as i64)),
        (Type::Integer, Json::Text(text)) => text.parse().ok().map(Json::Integer),
        (Type::Number, Json::Text(text)) => text.parse().ok().map(Json::Number),
        (Type::Boolean, Json::Text(text)) => text.parse().ok().map(Json::Bool),
        _ => None,
    }
}

fn on_listed(values: &[Json], value: &Json) -> Ruling {
    if values.contains(value) {
        return Ruling::holds();
    }
    let same_but_for_case = |listed: &Json| matches!((listed.as_text(), value.as_text()), (Some(listed), Some(text)) if is_same_folded(listed, text));
    match values.iter().any(same_but_for_case) {
        true => Ruling::open(Part::Values, Question::CaseOfValues),
        false => Ruling::breaks(Part::Values),
    }
}

/// Returns `true` if two texts differ only in case. Nothing is copied, because a page may list thousands of values.
fn is_same_folded(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

fn on_text(schema: &Schema, text: &str) -> Ruling {
    let is_ruled = schema.characters.is_some() || !schema.patterns.is_empty();
    let is_url = matches!(schema.format, Some(Format::Common { is: Common::Url, .. }));
    let mut ruling = match &schema.length {
        Some(length) => length::ruling(length, text),
        None if (is_ruled && schema.format.is_none()) || is_url => length::without_rule(text),
        None => Ruling::holds(),
    };
    if let Some(characters) = &schema.characters {
        // Every e-mail address has an @ and the dots of its host name, so a sentence about characters cannot mean to
        // exclude them.
        let meant = match (&schema.format, text.rsplit_once('@')) {
            (Some(Format::Email), Some((local, host))) => {
                Cow::Owned(format!("{local}{}", host.replace('.', "")))
            }
            _ => Cow::Borrowed(text),
        };
        ruling = ruling.and(characters::ruling(characters, &meant));
    }
    ruling =
        schema.patterns.iter().fold(ruling, |ruling, pattern| ruling.and(pattern::ruling(pattern, text)));
    let is_bare = schema.length.is_some() && !is_ruled && schema.format.is_none();
    if is_bare && schema.values.is_none() && !text.chars().all(is_plain) {
        ruling = ruling.and(Ruling::open(Part::CharactersOf, Question::CharactersOfText));
    }
    match &schema.format {
        Some(Format::Email) => ruling.and(email::ruling(text)),
        Some(Format::Phone { countries }) => ruling.and(phone::ruling(countries, text)),
        Some(Format::Common { is, schemes }) => ruling.and(common::ruling(*is, schemes, text)),
        None => ruling,
    }
}

/// Maximum length of an item without rules that every reader accepts.
const USUAL: usize = 100;

/// Returns `true` if every reader accepts a character in a text whose length is limited but whose characters are not.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

fn on_items(schema: &Schema, items: &[Json]) -> Ruling {
    let Some(item_schema) = schema.items() else { return Ruling::holds() };
    let mut ruling = schema.count.map_or_else(Ruling::holds, |count| on_count(count, items.len()));
    let mut seen: HashSet<String> = HashSet::new();
    for item in items {
        ruling = ruling.and(on_item(item_schema, item).within(&Step::Item));
        if !seen.insert(item.to_string()) {
            ruling = ruling.and(Ruling::open(Part::Items, Question::RepeatedMember));
        }
    }
    if items.is_empty() && schema.count.is_none_or(|count| count.min == 0) {
        ruling = ruling.and(Ruling::open(Part::Items, Question::EmptyList));
    }
    ruling
}

/// Rules on the number of items.
fn on_count(count: Count, items: usize) -> Ruling {
    match items as u64 {
        items if items < count.min => Ruling::breaks(Part::CountMin),
        items if count.max.is_some_and(|max| items > max) => Ruling::breaks(Part::CountMax),
        _ => Ruling::holds(),
    }
}

/// Rules on an item. If the page leaves anything open about the item itself, the question is whether the item is valid.
fn on_item(schema: &Schema, item: &Json) -> Ruling {
    let mut ruling = on_value(schema, item);
    if schema.is_unruled()
        && item.as_text().is_some_and(|text| !text.chars().all(is_plain) || text.len() > USUAL)
    {
        ruling = ruling.and(Ruling::open(Part::Values, Question::ValidMember));
    }
    for (breach, question) in &mut ruling.open {
        let is_known = matches!(question, Question::MembersOfObject | Question::FurtherRule);
        if breach.at.is_here() && !is_known {
            *question = Question::ValidMember;
        }
    }
    ruling
}

/// Rules on each member by what the page says about it; a required member must be present. If the page does not
/// describe the object, its valid contents are unknown.
fn on_members(schema: &Schema, members: &[(String, Json)]) -> Ruling {
    if schema.is_any_object() {
        return Ruling::open(Part::Values, Question::MembersOfObject);
    }
    let value = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let described = schema.members().iter().fold(Ruling::holds(), |ruling, member| {
        let step = Step::Member(member.name.clone());
        ruling.and(on_member(member, value(&member.name)).within(&step))
    });
    let is_known = |(name, _): &(String, Json)| schema.member(name).is_some();
    match members.iter().all(is_known) {
        true => described,
        false => described.and(Ruling::open(Part::Values, Question::MembersOfObject)),
    }
}

#[cfg(test)]
mod tests;
