//! What a page's rules make of a value: it holds, it breaks a rule, or the page leaves it open.
//!
//! This is the oracle. It is three-valued on purpose: a value on which two careful readers of the page could differ is
//! `open`, and nothing is held against a target for it.

mod characters;
mod email;
mod length;
mod phone;

use std::borrow::Cow;

use crate::json::Json;

use super::breach::Breach;
use super::model::{Format, Parameter, Required, Rules, Type};
use super::question::Question;

pub use length::{FAR, PLAUSIBLE};

/// What the rules of one parameter say about one value.
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
    pub fn breaks(breach: Breach) -> Self {
        Self { breaches: vec![breach], open: Vec::new() }
    }

    /// A value of which the page does not say whether it breaks a rule.
    pub fn open(breach: Breach, question: Question) -> Self {
        Self { breaches: Vec::new(), open: vec![(breach, question)] }
    }

    /// Adds a rule that a reader could name as the broken one too.
    fn or(mut self, breach: Breach, question: Question) -> Self {
        self.open.push((breach, question));
        self
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
        let mut all = self.breaches.clone();
        all.extend(self.open.iter().map(|(breach, _)| *breach));
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

/// What the parameter's rules say about a value; `None` is an absent parameter.
pub fn on_parameter(parameter: &Parameter, value: Option<&Json>) -> Ruling {
    let Some(value) = value else { return on_absence(parameter) };
    let mut as_given = on_value(&parameter.rules, value);
    if is_shown(parameter, value) {
        // What the page itself sends may be sent.
        as_given.open.retain(|(_, question)| {
            !matches!(question, Question::CharactersOfText | Question::MembersOfObject)
        });
    }
    let as_given = as_given.and(on_unruled(parameter, value)).and(on_name(parameter, value));
    match counts_as_absent(value) {
        true => on_emptiness(parameter, value, as_given),
        false => as_given,
    }
}

/// A text of which the page says nothing but its type: what it shows or names is valid, and of anything else nobody knows
/// (a region has to exist, whatever the page says about its name).
fn on_unruled(parameter: &Parameter, value: &Json) -> Ruling {
    let is_ruled = !parameter.rules.is_unruled() || parameter.exists.is_some();
    match is_ruled || is_shown(parameter, value) || !matches!(value, Json::Text(_)) {
        true => Ruling::holds(),
        false => Ruling::open(Breach::Values, Question::ValidValues),
    }
}

/// Whether the page, or the author of the spec, shows a value.
fn is_shown(parameter: &Parameter, value: &Json) -> bool {
    [&parameter.sample, &parameter.example].into_iter().flatten().any(|shown| shown == value)
}

/// Nothing has an empty id; of others, the rules alone cannot tell.
fn on_name(parameter: &Parameter, value: &Json) -> Ruling {
    let is_empty = matches!(value, Json::Text(text) if text.trim().is_empty());
    match parameter.exists.is_some() && is_empty {
        true => Ruling {
            breaches: vec![Breach::ExistsUnknown],
            open: vec![(Breach::ExistsShape, Question::IdOfNothing)],
        },
        false => Ruling::holds(),
    }
}

/// An empty value may count as not given, and blanks as empty.
fn on_emptiness(parameter: &Parameter, value: &Json, as_given: Ruling) -> Ruling {
    let as_empty = match value {
        Json::Text(text) if !text.is_empty() => on_value(&parameter.rules, &Json::Text(String::new())),
        _ => as_given.clone(),
    };
    let either = as_given.clone().either(on_absence(parameter), Question::EmptyValue);
    match as_empty == as_given {
        true => either,
        false => either.either(as_empty, Question::EmptyValue),
    }
}

fn on_absence(parameter: &Parameter) -> Ruling {
    match parameter.required {
        Required::Yes => Ruling::breaks(Breach::Required),
        Required::No => Ruling::holds(),
        Required::Unclear => Ruling::open(Breach::Required, Question::Required),
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
pub fn on_value(rules: &Rules, value: &Json) -> Ruling {
    match (fits(rules.kind, value), converted(rules.kind, value)) {
        (true, _) => on_fitting(rules, value),
        (false, Some(converted)) => {
            Ruling::breaks(Breach::Type).either(on_fitting(rules, &converted), Question::ScalarOfAnotherType)
        }
        (false, None) => Ruling::breaks(Breach::Type),
    }
}

fn on_fitting(rules: &Rules, value: &Json) -> Ruling {
    let listed = rules.values.as_ref().map_or_else(Ruling::holds, |values| on_listed(values, value));
    let inner = match value {
        Json::Text(text) => on_text(rules, text),
        Json::List(items) => on_items(rules, items),
        Json::Object(_) => Ruling::open(Breach::Values, Question::MembersOfObject),
        _ => Ruling::holds(),
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
        true => Ruling::open(Breach::Values, Question::CaseOfValues),
        false => Ruling::breaks(Breach::Values),
    }
}

/// Whether two texts differ in nothing but upper and lower case. A page may list thousands: nothing is copied.
fn is_same_folded(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

fn on_text(rules: &Rules, text: &str) -> Ruling {
    let mut ruling = match &rules.length {
        Some(length) => length::ruling(length, text),
        None if rules.characters.is_some() && rules.format.is_none() => length::without_rule(text),
        None => Ruling::holds(),
    };
    if let Some(characters) = &rules.characters {
        // Every e-mail address has an @ and the dots of its host name, which no such sentence can mean to exclude.
        let meant = match (&rules.format, text.rsplit_once('@')) {
            (Some(Format::Email), Some((local, host))) => {
                Cow::Owned(format!("{local}{}", host.replace('.', "")))
            }
            _ => Cow::Borrowed(text),
        };
        ruling = ruling.and(characters::ruling(characters, &meant));
    }
    let is_bare = rules.length.is_some() && rules.characters.is_none() && rules.format.is_none();
    if is_bare && rules.values.is_none() && !text.chars().all(is_plain) {
        ruling = ruling.and(Ruling::open(Breach::CharactersOf, Question::CharactersOfText));
    }
    match &rules.format {
        Some(Format::Email) => ruling.and(email::ruling(text)),
        Some(Format::Phone { countries }) => ruling.and(phone::ruling(countries, text)),
        None => ruling,
    }
}

/// Whether every reader takes a character where the page says how long a text may be, and not of what.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

fn on_items(rules: &Rules, items: &[Json]) -> Ruling {
    let Some(item_rules) = &rules.items else { return Ruling::holds() };
    let mut ruling = Ruling::holds();
    for (index, item) in items.iter().enumerate() {
        let inner = on_value(item_rules, item);
        let of_item = match inner.outcome() {
            Outcome::Holds => Ruling::holds(),
            Outcome::Breaks => Ruling::breaks(Breach::Items),
            Outcome::Open if inner.lacks_members() => Ruling::open(Breach::Items, Question::MembersOfObject),
            Outcome::Open => Ruling::open(Breach::Items, Question::ValidMember),
        };
        ruling = ruling.and(of_item);
        if items[..index].contains(item) {
            ruling = ruling.and(Ruling::open(Breach::Items, Question::RepeatedMember));
        }
    }
    if items.is_empty() {
        ruling = ruling.and(Ruling::open(Breach::Items, Question::EmptyList));
    }
    ruling
}

#[cfg(test)]
mod tests;
