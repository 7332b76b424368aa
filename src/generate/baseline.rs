//! The call that breaks nothing, from which every case departs in one point.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use crate::case::text::Text;
use crate::case::value::Value;
use crate::case::{Call, Expectation, Parameters};
use crate::json::Json;
use crate::spec::model::{Format, Length, Limit, Operation, Parameter, Rules, Service, Type, is_masked};
use crate::spec::ruling::{self, Outcome};

use super::prepared::{Prepared, Tried};

/// How many characters a drawn value has where the rule allows it: enough that a chance meeting is out of the question.
const DRAWN: u64 = 10;

/// An operation's baseline.
pub struct Baseline<'s> {
    /// The service.
    pub service: &'s Service,
    /// The operation.
    pub operation: &'s Operation,
    sent: OnceCell<Vec<Prepared<'s>>>,
    /// Where those stand, by name.
    places: OnceCell<HashMap<&'s str, usize>>,
    /// What the operations that make entities are called with.
    makers: RefCell<HashMap<&'s str, Parameters>>,
}

impl<'s> Baseline<'s> {
    /// The baseline of an operation.
    pub fn new(service: &'s Service, operation: &'s Operation) -> Self {
        Self {
            service,
            operation,
            sent: OnceCell::new(),
            places: OnceCell::new(),
            makers: RefCell::default(),
        }
    }

    /// What is known of the parameters that a call can carry.
    pub fn prepared(&self) -> &[Prepared<'s>] {
        self.sent.get_or_init(|| Prepared::all(self.service, self.operation))
    }

    fn place(&self, name: &str) -> Option<usize> {
        let places = self.places.get_or_init(|| {
            let names = self.prepared().iter().map(|each| each.parameter.name.as_str());
            names.enumerate().map(|(place, name)| (name, place)).collect()
        });
        places.get(name).copied()
    }

    /// The trials of a parameter.
    pub fn tried(&self, parameter: &Parameter) -> &[Tried] {
        let prepared = self.place(&parameter.name).map(|place| &self.prepared()[place]);
        prepared.map_or(&[], |each| each.tried(self.service, self.operation))
    }

    /// Whether the protocol can say what a call sends: all that has to be there is, and every value at its place.
    pub fn is_sayable(&self, send: &Parameters) -> bool {
        let mut is_there = vec![false; self.prepared().len()];
        for (name, value) in send {
            let Some(place) = self.place(name) else { continue };
            is_there[place] = true;
            if !self.prepared()[place].can_say(self.service, self.operation, value) {
                return false;
            }
        }
        self.prepared().iter().zip(is_there).all(|(each, is_there)| is_there || each.can_be_absent)
    }

    /// What a call must carry: the required parameters, and the id of the entity that it is about.
    pub fn required(&self) -> Parameters {
        self.prepared().iter().filter(|each| each.is_required).map(valid_entry).collect()
    }

    /// Everything that a call can carry.
    pub fn all(&self) -> Parameters {
        self.prepared().iter().map(valid_entry).collect()
    }

    /// The baseline with one parameter set, or left out.
    pub fn with(&self, parameter: &Parameter, value: Option<Value>) -> Parameters {
        let mut send = Vec::new();
        for each in self.prepared() {
            if each.parameter.name == parameter.name {
                send.extend(value.clone().map(|value| (parameter.name.clone(), value)));
            } else if each.is_needed {
                send.push(valid_entry(each));
            }
        }
        send
    }

    /// The calls that make the entities that a call refers to. Where the call must be refused, any that is at hand will do;
    /// else each gets its own, with other values than `send`: a call that changes nothing, no page promises to accept.
    pub fn given(&self, send: &Parameters, expect: &Expectation) -> Vec<Call> {
        let referred = send.iter().flat_map(|(_, value)| value.ids());
        let make = |entity: &str| match expect {
            Expectation::Accept => self.make(entity, entity, send),
            _ => self.share(entity, entity),
        };
        referred.filter(|label| self.is_reference(label)).filter_map(make).collect()
    }

    /// Whether the target keeps what the operation makes.
    pub fn keeps(&self) -> bool {
        let entity = self.service.created_by(self.operation);
        entity.is_some_and(|entity| entity.removed_by.is_none())
    }

    /// Whether a label is that of an entity which [`Self::given`] makes.
    pub fn is_reference(&self, label: &str) -> bool {
        self.service.entity(label).is_some()
    }

    /// The entity whose id the operation takes.
    pub fn entity(&self) -> Option<&'s str> {
        self.operation.parameters.iter().find_map(|parameter| parameter.exists.as_deref())
    }

    /// The call that makes an entity, under a label, with other values than `send`.
    pub fn make(&self, entity: &str, label: &str, send: &Parameters) -> Option<Call> {
        let maker = self.service.operation(&self.service.entity(entity)?.made_by)?;
        let mut makers = self.makers.borrow_mut();
        let made =
            makers.entry(&maker.name).or_insert_with(|| Baseline::new(self.service, maker).with_all_needed());
        let mut made = made.clone();
        for (name, value) in &mut made {
            let is_fixed = !is_drawn(value) && value.ids().is_empty();
            let is_sent = is_fixed && send.iter().any(|(sent, sends)| sent == name && sends == value);
            if is_sent && let Some(parameter) = maker.parameter(name) {
                *value = other(parameter, value);
            }
        }
        Some(Call { operation: maker.name.clone(), label: label.to_owned(), send: made, shared: false })
    }

    /// An entity that other cases may use too.
    pub fn share(&self, entity: &str, label: &str) -> Option<Call> {
        let removable = self.service.entity(entity)?.removed_by.is_some();
        Some(Call { shared: removable, ..self.make(entity, label, &Parameters::new())? })
    }

    /// A call of the operation that breaks nothing, with these values in it.
    pub fn set(&self, values: &[(&str, Value)]) -> Parameters {
        let mut send = self.with_all_needed();
        for (name, value) in values {
            put(self.operation, &mut send, name, value.clone());
        }
        send
    }

    fn with_all_needed(&self) -> Parameters {
        self.prepared().iter().filter(|each| each.is_needed).map(valid_entry).collect()
    }

    /// Whether every case carries a parameter.
    pub fn is_needed(&self, parameter: &Parameter) -> bool {
        self.place(&parameter.name).is_some_and(|place| self.prepared()[place].is_needed)
    }

    /// The call that removes an entity that an earlier call made, if the vendor documents one.
    pub fn remove(&self, entity: &str, label: &str) -> Option<Call> {
        let remover = self.service.operation(self.service.entity(entity)?.removed_by.as_ref()?)?;
        let id = remover.parameters.iter().find(|parameter| parameter.exists.as_deref() == Some(entity))?;
        let send = vec![(id.name.clone(), reference(id, label))];
        let label = format!("removal-of-{label}");
        Some(Call { operation: remover.name.clone(), label, send, shared: false })
    }

    /// The parameters that a call can carry.
    pub fn sent(&self) -> impl Iterator<Item = &'s Parameter> + '_ {
        self.prepared().iter().map(|each| each.parameter)
    }
}

fn valid_entry(prepared: &Prepared<'_>) -> (String, Value) {
    (prepared.parameter.name.clone(), prepared.valid.clone())
}

/// Sets a parameter of a call, at its place in the table.
fn put(operation: &Operation, send: &mut Parameters, name: &str, value: Value) {
    send.retain(|(known, _)| known != name);
    send.push((name.to_owned(), value));
    let place = |name: &str| operation.parameters.iter().position(|each| each.name == name);
    send.sort_by_key(|(name, _)| place(name));
}

/// Adds a value to a call that sends none of a parameter; `None` if its operation has no such parameter.
pub fn supply(
    service: &Service,
    call: &mut Call,
    name: &str,
    value: impl FnOnce(&Parameter) -> Value,
) -> Option<()> {
    let operation = service.operation(&call.operation)?;
    let parameter = operation.parameter(name)?;
    if !call.send.iter().any(|(sent, _)| sent == name) {
        put(operation, &mut call.send, name, value(parameter));
    }
    Some(())
}

fn is_drawn(value: &Value) -> bool {
    matches!(value, Value::Described(text) if text.is_drawn())
}

/// Another valid value than this one; this one where the rules leave no other.
pub fn other(parameter: &Parameter, value: &Value) -> Value {
    let is_valid = |candidate: &Value| {
        candidate
            .witness()
            .is_some_and(|json| ruling::on_parameter(parameter, Some(&json)).outcome() == Outcome::Holds)
    };
    let mut candidates = choices(&parameter.rules).into_iter();
    candidates
        .find(|candidate| candidate.witness() != value.witness() && is_valid(candidate))
        .unwrap_or_else(|| value.clone())
}

/// Different values that the rules should allow.
pub fn choices(rules: &Rules) -> Vec<Value> {
    if let Some(listed) = &rules.values {
        return listed.iter().cloned().map(Value::Plain).collect();
    }
    let count = fitting(rules);
    match (rules.kind, &rules.format, &rules.items) {
        (Type::Array, _, Some(items)) => {
            choices(items).into_iter().map(|member| Value::list(vec![member])).collect()
        }
        (_, Some(Format::Email), _) => vec![Value::text("other@example.com"), Value::text("b2@example.com")],
        (_, Some(Format::Phone { countries }), _) => {
            let number = number(countries);
            let end = number.len() - 4;
            vec![Value::text("86-13800005678"), Value::text(format!("{}5678", &number[..end]))]
        }
        (Type::String, None, _) => {
            Filling::of(rules).both(count).iter().map(|text| Value::described(text)).collect()
        }
        (Type::Integer | Type::Number, ..) => [1, 2].map(|each| Value::Plain(Json::Integer(each))).into(),
        (Type::Boolean, ..) => [true, false].map(|each| Value::Plain(Json::Bool(each))).into(),
        (Type::Array | Type::Object, ..) => Vec::new(),
    }
}

/// The id of what an earlier call has made, as a parameter takes it: itself, or in a list.
pub fn reference(parameter: &Parameter, label: &str) -> Value {
    let id = Value::Id(label.to_owned());
    if parameter.rules.kind == Type::Array { Value::List(vec![id]) } else { id }
}

/// A value that breaks none of the parameter's rules.
pub fn valid(parameter: &Parameter) -> Value {
    if let Some(entity) = &parameter.exists {
        return reference(parameter, entity);
    }
    if parameter.is_new() {
        return drawn(&parameter.rules);
    }
    let given = [&parameter.sample, &parameter.example].into_iter().flatten();
    let holds = |json: &&Json| {
        ruling::on_parameter(parameter, Some(json)).outcome() == Outcome::Holds && !is_masked(json)
    };
    match given.clone().find(holds) {
        Some(json) => Value::Plain(json.clone()),
        None => of_rules(&parameter.rules),
    }
}

fn of_rules(rules: &Rules) -> Value {
    if let Some(first) = rules.values.as_ref().and_then(|values| values.first()) {
        return Value::Plain(first.clone());
    }
    match (rules.kind, &rules.format, &rules.items) {
        (Type::Array, _, Some(items)) => Value::list(vec![of_rules(items)]),
        (Type::Array, _, None) => Value::Plain(Json::List(Vec::new())),
        (_, Some(Format::Email), _) => Value::text(address(rules)),
        (_, Some(Format::Phone { countries }), _) => Value::text(number(countries)),
        (Type::String, None, _) => {
            Value::Described(Text::read(&Filling::of(rules).text(false, fitting(rules))))
        }
        (Type::Integer | Type::Number, ..) => Value::Plain(Json::Integer(1)),
        (Type::Boolean, ..) => Value::Plain(Json::Bool(true)),
        (Type::Object, ..) => Value::Plain(Json::Object(Vec::new())),
    }
}

/// A plain address; where it is too long, a shorter one.
fn address(rules: &Rules) -> &'static str {
    const ADDRESSES: [&str; 3] = ["someone@example.com", "a1@example.com", "a@b.example"];
    let holds = |address: &&&str| {
        ruling::on_value(rules, &Json::Text((**address).to_owned())).outcome() == Outcome::Holds
    };
    ADDRESSES.iter().find(holds).unwrap_or(&ADDRESSES[0])
}

/// A number of a country that the page supports.
fn number(countries: &[String]) -> String {
    match countries.iter().find(|country| *country != "86") {
        Some(country) if !countries.iter().any(|country| country == "86") => format!("{country}-5550123456"),
        _ => "86-13900001234".to_owned(),
    }
}

/// What texts are filled with: characters that the rules certainly allow.
#[derive(Debug, Clone)]
pub struct Filling {
    /// Drawn ones, where they can be drawn.
    drawn: Option<String>,
    /// The same one again and again.
    plain: char,
    /// Another one.
    other: char,
}

impl Filling {
    /// Letters where the rules allow them, else digits, else what else is named: those that can stand first. Of one character
    /// alone, nothing can be drawn.
    pub fn of(rules: &Rules) -> Self {
        let all = |drawn: &str, plain, other| Self { drawn: Some(drawn.to_owned()), plain, other };
        let Some(characters) = &rules.characters else { return all("letters", 'a', 'b') };
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
                // What a described text is written with stands for itself.
                let drawn: String = chosen.iter().filter(|each| !matches!(each, '<' | '>')).collect();
                let can_draw = drawn.chars().count() > 1;
                let plain = plain('a').copied().unwrap_or(*first);
                let other = if plain == *second { *first } else { *second };
                Self { drawn: can_draw.then(|| format!("from {drawn}")), plain, other }
            }
        }
    }

    /// Two different texts of so many.
    fn both(&self, count: u64) -> [String; 2] {
        [self.plain, self.other].map(|each| format!("<{count} of {each}>"))
    }

    /// So many of them, drawn or not, as a described text.
    pub fn text(&self, drawn: bool, count: u64) -> String {
        match self.drawn.as_ref().filter(|_| drawn) {
            Some(drawn) => format!("<{count} {drawn}>"),
            None => format!("<{count} of {}>", self.plain),
        }
    }
}

/// A value that is new on the target.
fn drawn(rules: &Rules) -> Value {
    match &rules.format {
        Some(Format::Email) => Value::described("<10 letters>@example.com"),
        Some(Format::Phone { countries }) => {
            let number = number(countries);
            Value::described(&format!("{}<8 digits>", &number[..number.len() - 8]))
        }
        None => Value::described(&Filling::of(rules).text(true, fitting(rules))),
    }
}

fn fitting(rules: &Rules) -> u64 {
    let Length { min, max, .. } = rules.length.unwrap_or(Length {
        min: 0,
        max: Limit::None,
        unit: crate::spec::model::Unit::Characters,
    });
    match max {
        Limit::At(max) => DRAWN.clamp(min.min(max), max),
        _ => DRAWN.max(min),
    }
}
