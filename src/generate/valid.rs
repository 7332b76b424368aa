//! Valid values: one that violates no rule, alternatives to it, and changes at a place within one.

use std::collections::HashSet;

use super::entries;
use super::prepared::is_certain;
use super::relations::kept;
use super::rules::{common, count};

use crate::case::text::Text;
use crate::case::value::Value;
use crate::json::Json;
use crate::spec::model::{Format, Length, Limit, Member, Required, Schema, Type, is_masked};
use crate::spec::path::Step;
use crate::spec::pattern::{self, Fit, Pattern, texts};
use crate::spec::ruling::{self, Outcome};

/// The number of characters in a random value, if the rule allows it: enough to rule out an accidental match.
const DRAWN: u64 = 10;

/// Returns `true` if the page certainly considers a value valid.
pub fn keeps(parameter: &Member, value: &Value) -> bool {
    let outcome = |json: Json| ruling::on_member(parameter, Some(&json)).outcome();
    value.witness().is_some_and(|json| outcome(json) == Outcome::Holds)
}

/// Returns a valid value other than this one, or this one if the rules leave no other.
pub fn other(parameter: &Member, value: &Value) -> Value {
    let mut candidates = choices(&parameter.schema).into_iter();
    candidates
        .find(|candidate| candidate.witness() != value.witness() && keeps(parameter, candidate))
        .unwrap_or_else(|| value.clone())
}

/// Returns different values that the rules should allow.
pub fn choices(schema: &Schema) -> Vec<Value> {
    if let Some(listed) = &schema.values {
        return listed.iter().cloned().map(Value::Plain).collect();
    }
    if let Some(open) = &schema.open {
        let made = schema.with_accepted_pattern().map(|schema| choices(&schema)).unwrap_or_default();
        return open.accepts.iter().cloned().map(Value::Plain).chain(made).collect();
    }
    if !schema.patterns.is_empty() {
        return pattern::fitting(schema).into_iter().map(|text| Value::described(&text)).collect();
    }
    let count = fitting(schema);
    match (schema.kind(), &schema.format, schema.items()) {
        (Type::Array, _, Some(items)) => choices(items)
            .into_iter()
            .map(|member| Value::list(filled(schema, items, vec![member])))
            .collect(),
        (_, Some(Format::Email), _) => vec![Value::text("other@example.com"), Value::text("b2@example.com")],
        (_, Some(Format::Common { is, schemes }), _) => {
            vec![Value::text(common::plain(*is, schemes)), Value::text(common::other(*is, schemes))]
        }
        (_, Some(Format::Phone { countries }), _) => {
            let number = number(countries);
            let end = number.len() - 4;
            vec![Value::text("86-13800005678"), Value::text(format!("{}5678", &number[..end]))]
        }
        (Type::String, None, _) => {
            Filling::of(schema).two_texts(count).iter().map(|text| Value::described(text)).collect()
        }
        (Type::Integer | Type::Number, ..) => numbers(schema).into_iter().take(2).map(Value::Plain).collect(),
        (Type::Boolean, ..) => [true, false].map(|each| Value::Plain(Json::Bool(each))).into(),
        (Type::Object, ..) => objects(schema),
        (Type::Map, ..) => schema.entries().map(|of| entries::maps(schema, of)).unwrap_or_default(),
        (Type::Array, ..) => Vec::new(),
    }
}

/// Fills up a list with further items, to the minimum number that the rules allow.
fn filled(schema: &Schema, items: &Schema, mut list: Vec<Value>) -> Vec<Value> {
    let wanted = count::usual(schema);
    if wanted > list.len() {
        let more = distinct(items, wanted + 1).or_else(|| distinct(items, wanted)).unwrap_or_default();
        let new: Vec<Value> = more.into_iter().filter(|item| !list.contains(item)).collect();
        list.extend(new.into_iter().take(wanted - list.len()));
    }
    list
}

/// Returns that many different values that the rules should allow; `None` if there are not so many.
pub fn distinct(schema: &Schema, wanted: usize) -> Option<Vec<Value>> {
    let mut seen: HashSet<String> = HashSet::new();
    let in_sequence = (0..wanted.saturating_mul(2) + 30).filter_map(|number| numbered(schema, number));
    // Objects of a sequence differ in one member, so that the same change of two of them leaves them different.
    let candidates: Vec<Value> = match schema.kind() {
        Type::Object => in_sequence.chain(choices(schema)).collect(),
        _ => choices(schema).into_iter().chain(in_sequence).collect(),
    };
    let found: Vec<Value> = candidates
        .into_iter()
        .filter(|value| {
            let Some(json) = value.witness() else { return false };
            ruling::on_value(schema, &json).outcome() != Outcome::Breaks && seen.insert(json.to_string())
        })
        .take(wanted)
        .collect();
    (found.len() == wanted).then_some(found)
}

/// Returns the value with a number in a sequence of values that the rules may allow.
fn numbered(schema: &Schema, number: usize) -> Option<Value> {
    if let Some(schema) = schema.with_accepted_pattern() {
        return numbered(&schema, number);
    }
    let text = match (schema.kind(), &schema.format) {
        _ if schema.values.is_some() => return None,
        (Type::Integer | Type::Number, _) => {
            let from = schema.range.and_then(|range| range.min).map_or(0.0, |end| end.at.ceil());
            return Some(Value::Plain(Json::number(from + number as f64)));
        }
        (Type::Object, _) => {
            let least = minimal_object(schema);
            return schema.members().iter().find_map(|member| {
                let new = numbered(&member.schema, number)?;
                put(least.clone(), schema, &[Step::Member(member.name.clone())], Some(new))
            });
        }
        (Type::Map, _) => {
            let of = schema.entries()?;
            let keys = entries::keys(of, number + 1);
            return Some(entries::map(of, keys.get(number..)?));
        }
        (Type::Boolean | Type::Array, _) => return None,
        (Type::String, Some(Format::Email)) => format!("a{number}@example.com"),
        (Type::String, Some(Format::Phone { countries })) => {
            let plain = self::number(countries);
            format!("{}{:04}", &plain[..plain.len() - 4], number)
        }
        (Type::String, Some(Format::Common { is, schemes })) => common::numbered(*is, schemes, number),
        (Type::String, None) if !schema.patterns.is_empty() => {
            let holds = |text: &str| {
                ruling::on_value(schema, &Json::Text(text.to_owned())).outcome() == Outcome::Holds
            };
            schema.patterns.iter().find_map(|pattern| texts::numbered(pattern.hir(), number, holds))?
        }
        (Type::String, None) => Filling::of(schema).numbered(fitting(schema), number),
    };
    Some(Value::text(text))
}

/// Returns the id of what an earlier call created, in the form that a parameter takes: by itself or in a list.
pub fn reference(parameter: &Member, label: &str) -> Value {
    let id = Value::Id(label.to_owned());
    if parameter.schema.kind() == Type::Array { Value::List(vec![id]) } else { id }
}

/// Returns a value that violates none of the parameter's rules.
pub fn valid(parameter: &Member) -> Value {
    if let Some(entity) = &parameter.exists {
        return reference(parameter, entity);
    }
    if parameter.is_new() {
        return random_value(&parameter.schema);
    }
    let given = [&parameter.sample, &parameter.example].into_iter().flatten();
    let holds = |json: &&Json| {
        ruling::on_member(parameter, Some(json)).outcome() == Outcome::Holds && !is_masked(json)
    };
    match given.clone().find(holds) {
        Some(json) => Value::Plain(json.clone()),
        None => of_schema(&parameter.schema),
    }
}

/// Returns a value that violates none of these rules.
pub fn of_schema(schema: &Schema) -> Value {
    if let Some(first) = schema.values.as_ref().and_then(|values| values.first()) {
        return Value::Plain(first.clone());
    }
    if let Some(first) = schema.open.as_ref().and_then(|open| open.accepts.first()) {
        return Value::Plain(first.clone());
    }
    if let Some(schema) = schema.with_accepted_pattern() {
        return of_schema(&schema);
    }
    if let Some(text) = pattern::fitting(schema).first() {
        return Value::described(text);
    }
    match (schema.kind(), &schema.format, schema.items()) {
        (Type::Array, _, Some(items)) if items.again().is_none() => {
            Value::list(filled(schema, items, vec![of_schema(items)]))
        }
        (Type::Array, ..) => Value::Plain(Json::List(Vec::new())),
        (_, Some(Format::Email), _) => Value::text(address(schema)),
        (_, Some(Format::Phone { countries }), _) => Value::text(number(countries)),
        (_, Some(Format::Common { is, schemes }), _) => Value::text(common::plain(*is, schemes)),
        (Type::String, None, _) => {
            Value::Described(Text::read(&Filling::of(schema).text(false, fitting(schema))))
        }
        (Type::Integer | Type::Number, ..) => {
            Value::Plain(numbers(schema).into_iter().next().unwrap_or(Json::Integer(1)))
        }
        (Type::Boolean, ..) => Value::Plain(Json::Bool(true)),
        (Type::Object, ..) => minimal_object(schema),
        (Type::Map, ..) => match schema.entries() {
            Some(of) => entries::plain(schema, of),
            None => Value::object(Vec::new()),
        },
    }
}

/// Returns numbers that the rules allow: small ones if possible, otherwise those at the bounds.
fn numbers(schema: &Schema) -> Vec<Json> {
    let ends = schema.range.iter().flat_map(|range| [range.min, range.max]).flatten();
    let near = ends.flat_map(|end| [end.at, end.at + 1.0, end.at - 1.0, end.at + 0.5, end.at - 0.5]);
    let mut numbers = vec![Json::Integer(1), Json::Integer(2)];
    numbers.extend(near.map(Json::number));
    let holds = |json: &Json| ruling::on_value(schema, json).outcome() == Outcome::Holds;
    numbers.retain(holds);
    numbers
}

/// Creates an object of these members, each with a valid value.
fn object<'m>(members: impl Iterator<Item = &'m Member>) -> Value {
    Value::object(members.map(|member| (member.name.as_str().into(), valid(member))).collect())
}

/// Creates an object of the required members. An empty object may count as absent, so it has the first member if none
/// is required.
fn minimal_object(schema: &Schema) -> Value {
    let members = schema.members();
    let is_required = |member: &&Member| member.required != Required::No;
    let minimal = match members.iter().any(|member| is_required(&member)) {
        true => object(members.iter().filter(is_required)),
        false => {
            let others = || members.iter().filter(|member| !is_again(&member.schema));
            let certain = others().find(|member| is_certain(member, &valid(member)));
            object(certain.or_else(|| others().next()).into_iter())
        }
    };
    kept(schema, minimal)
}

/// Returns `true` if a value is of a type within itself, or a list of such values.
fn is_again(schema: &Schema) -> bool {
    schema.again().is_some() || schema.items().is_some_and(|items| items.again().is_some())
}

/// Returns different objects: one with the required members, one with every member, and one with another value for each
/// required member.
fn objects(schema: &Schema) -> Vec<Value> {
    if schema.is_any_object() {
        return Vec::new();
    }
    let minimal_object = minimal_object(schema);
    let is_sent = |member: &&Member| member.required != Required::No || is_certain(member, &valid(member));
    let mut objects =
        vec![minimal_object.clone(), kept(schema, object(schema.members().iter().filter(is_sent)))];
    // The same members with other values.
    for member in schema.members() {
        let way = [Step::Member(member.name.clone())];
        let other = minimal_object.at(&way).map(|value| other(member, &value));
        objects.extend(other.and_then(|other| put(minimal_object.clone(), schema, &way, Some(other))));
    }
    let mut seen: Vec<Value> = Vec::new();
    objects.retain(|object| {
        let is_new = !seen.contains(object);
        seen.push(object.clone());
        is_new
    });
    objects
}

/// Replaces the value at the end of these steps, or removes it. Missing values on the way are created. An object that
/// would be empty gets another member, if it has one.
pub fn put(value: Value, schema: &Schema, steps: &[Step], new: Option<Value>) -> Option<Value> {
    let Some((first, further)) = steps.split_first() else { return new };
    match (first, value.opened()) {
        (Step::Member(name), Value::Object(mut members)) => {
            let member = schema.member(name)?;
            let there = members.iter().position(|(known, _)| known == name);
            let old = there.map_or_else(|| valid(member), |place| members.remove(place).1);
            let inner = put(old, &member.schema, further, new);
            members.extend(inner.map(|inner| (name.as_str().into(), inner)));
            let is_other = |member: &&Member| member.name != *name && !is_again(&member.schema);
            let another = schema.members().iter().rev().find(is_other);
            if let (true, Some(another)) = (members.is_empty(), another) {
                members.push((another.name.as_str().into(), valid(another)));
            }
            members.sort_by_key(|(name, _)| schema.members().iter().position(|member| member.name == *name));
            Some(Value::object(members))
        }
        (Step::Item, Value::List(mut items)) => {
            let schema = schema.items()?;
            let old = if items.is_empty() { of_schema(schema) } else { items.remove(0) };
            items.splice(0..0, put(old, schema, further, new));
            Some(Value::list(items))
        }
        (Step::Value, Value::Object(mut entries)) => {
            let schema = schema.inner(first)?;
            let old = entries.first().map_or_else(|| of_schema(schema), |(_, value)| value.clone());
            match (put(old, schema, further, new), entries.first_mut()) {
                (Some(inner), Some((_, value))) => *value = inner,
                (None, Some(_)) => drop(entries.remove(0)),
                (_, None) => return None,
            }
            Some(Value::object(entries))
        }
        _ => None,
    }
}

/// Returns a plain address, or a shorter one if that is too long.
fn address(schema: &Schema) -> &'static str {
    const ADDRESSES: [&str; 3] = ["someone@example.com", "a1@example.com", "a@b.example"];
    let holds = |address: &&&str| {
        ruling::on_value(schema, &Json::Text((**address).to_owned())).outcome() == Outcome::Holds
    };
    ADDRESSES.iter().find(holds).unwrap_or(&ADDRESSES[0])
}

/// Returns a number of a country that the page supports.
fn number(countries: &[String]) -> String {
    match countries.iter().find(|country| *country != "86") {
        Some(country) if !countries.iter().any(|country| country == "86") => format!("{country}-5550123456"),
        _ => "86-13900001234".to_owned(),
    }
}

/// The filling of texts: characters that the rules certainly allow.
#[derive(Debug, Clone)]
pub struct Filling {
    /// The alphabet of random characters, if there is one.
    drawn: Option<String>,
    /// The character that is repeated.
    plain: char,
    /// Another such character.
    other: char,
}

impl Filling {
    /// Chooses letters if the rules allow them, otherwise digits, otherwise the other named characters; only those that
    /// may come first. A single character cannot be random.
    pub fn of(schema: &Schema) -> Self {
        let all = |drawn: &str, plain, other| Self { drawn: Some(drawn.to_owned()), plain, other };
        let Some(characters) = &schema.characters else { return all("letters", 'a', 'b') };
        let is_first = |each: &char| !characters.not_first.contains(each);
        let of_class = |from: char, to: char| (from..=to).filter(is_first).collect::<Vec<char>>();
        let letters = if characters.letters { of_class('a', 'z') } else { Vec::new() };
        let digits = if characters.digits { of_class('0', '9') } else { Vec::new() };
        let also = characters.also.iter().copied().filter(is_first).collect();
        let chosen = [letters, digits, also].into_iter().find(|each| !each.is_empty()).unwrap_or_default();
        let plain = |wanted: char| chosen.iter().find(|each| **each == wanted).or(chosen.first());
        match chosen.as_slice() {
            [] => Self { drawn: None, plain: 'a', other: 'a' },
            ['a', .., 'z'] if chosen.len() == 26 => all("letters", 'a', 'b'),
            ['0', .., '9'] if chosen.len() == 10 => all("digits", '1', '2'),
            [only] => Self { drawn: None, plain: *only, other: *only },
            [first, second, ..] => {
                // The signs that delimit described pieces cannot be in an alphabet.
                let drawn: String = chosen.iter().filter(|each| !matches!(each, '<' | '>')).collect();
                let can_draw = drawn.chars().count() > 1;
                let plain = plain('a').copied().unwrap_or(*first);
                let other = if plain == *second { *first } else { *second };
                Self { drawn: can_draw.then(|| format!("from {drawn}")), plain, other }
            }
        }
    }

    /// Returns two different texts of that length.
    fn two_texts(&self, count: u64) -> [String; 2] {
        [self.plain, self.other].map(|each| format!("<{count} of {each}>"))
    }

    /// Returns the text with a number in a sequence of different texts of that length.
    fn numbered(&self, count: u64, number: usize) -> String {
        let digits: Vec<char> = match self.drawn.as_deref() {
            Some("letters") => ('a'..='z').collect(),
            Some("digits") => ('0'..='9').collect(),
            _ => vec![self.plain, self.other],
        };
        let mut text = vec![self.plain; usize::try_from(count).unwrap_or(usize::MAX).min(64)];
        let mut rest = number;
        for place in text.iter_mut().rev() {
            *place = digits[rest % digits.len()];
            rest /= digits.len();
        }
        text.into_iter().collect()
    }

    /// Returns a described text of that length, random or not.
    pub fn text(&self, drawn: bool, count: u64) -> String {
        match self.drawn.as_ref().filter(|_| drawn) {
            Some(drawn) => format!("<{count} {drawn}>"),
            None => format!("<{count} of {}>", self.plain),
        }
    }
}

/// Returns the description of a random text that matches the patterns of a schema, if they leave room for one. `count` is its
/// length, if that matters.
pub fn drawn_by_pattern(schema: &Schema, count: Option<u64>) -> Option<String> {
    let lengths = schema.length.map(|_| fitting(schema));
    let wanted = count.or(lengths).and_then(|count| usize::try_from(count).ok());
    let describe = |pattern: &Pattern| {
        let of_length = wanted.and_then(|wanted| texts::of_length(pattern.hir(), wanted, true));
        // The usual length may not be one that the pattern has.
        let of_any = count.is_none().then(|| texts::random(pattern.hir())).flatten();
        [of_length, of_any].into_iter().flatten()
    };
    let holds = |described: &String| {
        let witness = Text::read(described).witness();
        let matches = schema.patterns.iter().all(|pattern| pattern.fit(&witness) == Fit::Matches);
        let value = Json::Text(witness);
        matches && (count.is_some() || ruling::on_value(schema, &value).outcome() == Outcome::Holds)
    };
    schema.patterns.iter().flat_map(describe).find(holds)
}

/// Returns a value that is new on the target.
pub fn random_value(schema: &Schema) -> Value {
    if let Some(schema) = schema.with_accepted_pattern() {
        return random_value(&schema);
    }
    if let Some(described) = drawn_by_pattern(schema, None) {
        return Value::described(&described);
    }
    match &schema.format {
        Some(Format::Email) => Value::described("<10 letters>@example.com"),
        Some(Format::Common { is, schemes }) => Value::described(&common::random(*is, schemes)),
        Some(Format::Phone { countries }) => {
            let number = number(countries);
            Value::described(&format!("{}<8 digits>", &number[..number.len() - 8]))
        }
        None => Value::described(&Filling::of(schema).text(true, fitting(schema))),
    }
}

fn fitting(schema: &Schema) -> u64 {
    let Length { min, max, .. } = schema.length.unwrap_or(Length {
        min: 0,
        max: Limit::None,
        unit: crate::spec::model::Unit::Characters,
    });
    match max {
        Limit::At(max) => DRAWN.clamp(min.min(max), max),
        _ => DRAWN.max(min),
    }
}
