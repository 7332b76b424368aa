//! What a page's rules make of a value: it holds, it breaks a rule, or the page leaves it open.
//!
//! This is the oracle. It is three-valued on purpose: a value on which two careful readers of the page could differ is
//! `open`, and nothing is held against a target for it.

mod characters;
mod email;
mod length;
mod phone;
mod range;

use std::borrow::Cow;

use crate::json::Json;

use super::breach::{Breach, Part};
use super::model::{Format, Member, Required, Schema, Type};
use super::path::{Path, Step};
use super::question::Question;

pub use length::{FAR, PLAUSIBLE};

/// What a page says about one value. Places start at that value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ruling {
    /// The rules that it certainly breaks.
    pub breaches: Vec<Breach>,
    /// The rules that a careful reader could say it breaks, and why another would not.
    pub open: Vec<(Breach, Question)>,
}

/// The three outcomes of a ruling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No rule is broken under any reading.
    Holds,
    /// A rule is broken under every reading.
    Breaks,
    /// It depends on the reading.
    Open,
}

impl Ruling {
    /// A value that breaks nothing.
    pub fn holds() -> Self {
        Self::default()
    }

    /// A value that breaks one rule.
    pub fn breaks(part: Part) -> Self {
        Self { breaches: vec![Breach::here(part)], open: Vec::new() }
    }

    /// A value of which the page does not say whether it breaks a rule.
    pub fn open(part: Part, question: Question) -> Self {
        Self { breaches: Vec::new(), open: vec![(Breach::here(part), question)] }
    }

    /// Adds a rule that a reader could name as the broken one too.
    fn or(mut self, part: Part, question: Question) -> Self {
        self.open.push((Breach::here(part), question));
        self
    }

    /// The ruling, seen from where this step leads to the value.
    #[must_use]
    pub fn within(self, step: &Step) -> Self {
        let breaches = self.breaches.into_iter().map(|breach| breach.within(step.clone())).collect();
        let open = self.open.into_iter().map(|(breach, question)| (breach.within(step.clone()), question));
        Self { breaches, open: open.collect() }
    }

    /// The ruling, seen from where this path leads to the value.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        path.steps().iter().rev().fold(self, Self::within)
    }

    /// The promises that it certainly breaks.
    pub fn broken(&self) -> Vec<Breach> {
        unlike(self.breaches.iter().map(Breach::promise))
    }

    /// The promises that a careful reader could say it breaks, apart from those of items that certainly break theirs.
    pub fn doubted(&self) -> Vec<Breach> {
        let broken = self.broken();
        let open = self
            .open
            .iter()
            .filter(|(breach, _)| breach.at.list().is_none() || !broken.contains(&breach.promise()));
        unlike(open.map(|(breach, _)| breach.promise()))
    }

    /// The promise that it breaks, where no reader could name another one.
    pub fn certain(&self) -> Option<Breach> {
        self.broken().into_iter().next().filter(|_| self.doubted().is_empty())
    }

    /// Both rulings hold for the value.
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

    /// One or the other ruling holds, and the page does not say which.
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

    /// What is to be expected.
    pub fn outcome(&self) -> Outcome {
        match (self.breaches.is_empty(), self.open.is_empty()) {
            (false, _) => Outcome::Breaks,
            (true, false) => Outcome::Open,
            (true, true) => Outcome::Holds,
        }
    }

    /// Every breach that an error row may answer for.
    pub fn answerable(&self) -> Vec<Breach> {
        let mut all: Vec<Breach> =
            self.breaches.iter().chain(self.open.iter().map(|(breach, _)| breach)).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether the value holds an object of which the page does not say what it must have.
    pub fn lacks_members(&self) -> bool {
        self.open.iter().any(|(_, question)| *question == Question::MembersOfObject)
    }

    /// Why the page leaves it open, if it does.
    pub fn why_open(&self) -> Option<&'static str> {
        self.open.first().map(|(_, question)| question.why())
    }
}

/// Breaches without repetitions, in their order.
fn unlike(breaches: impl Iterator<Item = Breach>) -> Vec<Breach> {
    let mut unlike = Vec::new();
    for breach in breaches {
        if !unlike.contains(&breach) {
            unlike.push(breach);
        }
    }
    unlike
}

/// What the page says about a value of a parameter, or of a member of an object; `None` is an absent one.
pub fn on_member(parameter: &Member, value: Option<&Json>) -> Ruling {
    let Some(value) = value else { return on_absence(parameter) };
    let mut as_given = on_value(&parameter.schema, value);
    if is_shown(parameter, value) {
        // What the page itself sends may be sent.
        as_given.open.retain(|(_, question)| {
            !matches!(question, Question::CharactersOfText | Question::MembersOfObject)
        });
    }
    let as_given = as_given.and(on_unruled(parameter, value)).and(on_name(parameter, value));
    // Of an object of which the page says nothing, nobody knows whether it may be empty.
    let is_empty =
        matches!(value, Json::Object(of) if of.is_empty()) && !parameter.schema.members().is_empty();
    match counts_as_absent(value) || is_empty {
        true => on_emptiness(parameter, value, as_given),
        false => as_given,
    }
}

/// A text of which the page says nothing but its type: what it shows or names is valid, and of anything else nobody knows
/// (a region has to exist, whatever the page says about its name).
fn on_unruled(parameter: &Member, value: &Json) -> Ruling {
    let is_ruled = !parameter.schema.is_unruled() || parameter.exists.is_some();
    match is_ruled || is_shown(parameter, value) || !matches!(value, Json::Text(_)) {
        true => Ruling::holds(),
        false => Ruling::open(Part::Values, Question::ValidValues),
    }
}

/// Whether the page, or the author of the spec, shows a value.
fn is_shown(parameter: &Member, value: &Json) -> bool {
    [&parameter.sample, &parameter.example].into_iter().flatten().any(|shown| shown == value)
}

/// Nothing has an empty id; of others, the rules alone cannot tell.
fn on_name(parameter: &Member, value: &Json) -> Ruling {
    let is_empty = matches!(value, Json::Text(text) if text.trim().is_empty());
    match parameter.exists.is_some() && is_empty {
        true => Ruling {
            breaches: vec![Breach::here(Part::ExistsUnknown)],
            open: vec![(Breach::here(Part::ExistsShape), Question::IdOfNothing)],
        },
        false => Ruling::holds(),
    }
}

/// An empty value may count as not given, and blanks as empty.
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

/// What the rules say about a value that is there.
pub fn on_value(schema: &Schema, value: &Json) -> Ruling {
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
        Json::Object(members) => on_members(schema, members),
        number => schema.range.as_ref().map_or_else(Ruling::holds, |range| range::ruling(range, number)),
    };
    listed.and(inner)
}

fn fits(kind: Type, value: &Json) -> bool {
    matches!(
        (kind, value),
        (Type::String, Json::Text(_))
            | (Type::Integer, Json::Integer(_))
            | (Type::Number, Json::Integer(_) | Json::Number(_))
            | (Type::Boolean, Json::Bool(_))
            | (Type::Array, Json::List(_))
            | (Type::Object, Json::Object(_))
    )
}

/// What a lenient reader makes of a scalar of another type; lists, objects and null are nothing else.
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

/// Whether two texts differ in nothing but upper and lower case. A page may list thousands: nothing is copied.
fn is_same_folded(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

fn on_text(schema: &Schema, text: &str) -> Ruling {
    let mut ruling = match &schema.length {
        Some(length) => length::ruling(length, text),
        None if schema.characters.is_some() && schema.format.is_none() => length::without_rule(text),
        None => Ruling::holds(),
    };
    if let Some(characters) = &schema.characters {
        // Every e-mail address has an @ and the dots of its host name, which no such sentence can mean to exclude.
        let meant = match (&schema.format, text.rsplit_once('@')) {
            (Some(Format::Email), Some((local, host))) => {
                Cow::Owned(format!("{local}{}", host.replace('.', "")))
            }
            _ => Cow::Borrowed(text),
        };
        ruling = ruling.and(characters::ruling(characters, &meant));
    }
    let is_bare = schema.length.is_some() && schema.characters.is_none() && schema.format.is_none();
    if is_bare && schema.values.is_none() && !text.chars().all(is_plain) {
        ruling = ruling.and(Ruling::open(Part::CharactersOf, Question::CharactersOfText));
    }
    match &schema.format {
        Some(Format::Email) => ruling.and(email::ruling(text)),
        Some(Format::Phone { countries }) => ruling.and(phone::ruling(countries, text)),
        None => ruling,
    }
}

/// Whether every reader takes a character where the page says how long a text may be, and not of what.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

fn on_items(schema: &Schema, items: &[Json]) -> Ruling {
    let Some(item_schema) = schema.items() else { return Ruling::holds() };
    let mut ruling = Ruling::holds();
    for (index, item) in items.iter().enumerate() {
        ruling = ruling.and(on_item(item_schema, item).within(&Step::Item));
        if items[..index].contains(item) {
            ruling = ruling.and(Ruling::open(Part::Items, Question::RepeatedMember));
        }
    }
    if items.is_empty() {
        ruling = ruling.and(Ruling::open(Part::Items, Question::EmptyList));
    }
    ruling
}

/// Of an item of which the page leaves anything open, it leaves open whether it is valid.
fn on_item(schema: &Schema, item: &Json) -> Ruling {
    let mut ruling = on_value(schema, item);
    for (breach, question) in &mut ruling.open {
        if breach.at.is_here() && *question != Question::MembersOfObject {
            *question = Question::ValidMember;
        }
    }
    ruling
}

/// Each member is held to what the page says of it; a required one must be there. Of an object of which the page does not
/// say what it holds, nobody knows what is valid.
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
