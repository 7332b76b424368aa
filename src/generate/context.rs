//! Contexts: the values of the other parameters while one parameter is tested.
//!
//! A parameter has classes: absence, if it is optional, and each of its own trials that certainly violates nothing.
//! Across the violations of one rule, the other parameters go through all their classes, so that faults hidden by an
//! interaction are found. Across the accepted values, as many pairs of classes are combined as the cases have room for.

use crate::case::value::Value;
use crate::case::{Expectation, Parameters, Rows};
use crate::spec::breach::Part;
use crate::spec::model::{Format, Required};
use crate::spec::path::Step;
use crate::spec::ruling::Outcome;

use super::covering::Arrays;
use super::plain::PlainCall;
use super::prepared::{JudgedTrial, Prepared};
use super::valid::{keeps, put, valid};

/// Values with up to this many random characters have their own cases, but are not used in every context.
const SCARCE: usize = 3;

/// The maximum number of classes of a parameter in contexts. Further valid values have only their own cases.
const MAX_CLASSES: usize = 64;

/// The maximum number of classes of a text that is made from a pattern or a format in common use, and of a map. Its
/// further values differ in nothing that another parameter could depend on.
const MAX_MADE: usize = 8;

/// The number of parameters whose accepted classes are combined in pairs. Of more parameters, only those in the same
/// window of this size are combined.
const WINDOW: usize = 64;

/// The number of parameters above which a context contains only the optional parameters of one window. If each
/// violation met each class, the case file would grow with the square of the number of parameters.
const MAX_PARAMETERS: usize = 128;

/// A class of valid values of a parameter or a member.
#[derive(Debug, Clone, PartialEq)]
struct Class {
    /// One of its values; `None` is absence.
    value: Option<Value>,
    /// The codes of rows that contradict the parameter table about it. They may be returned too.
    doubt: Vec<String>,
}

/// A place with its classes. The classes of an object are whole objects, so that no context has a member without its
/// object.
struct Factor<'s> {
    place: &'s Prepared<'s>,
    classes: Vec<Class>,
}

/// The parameter, or the member next to the tested one, whose class is chosen; by its index among these.
#[derive(Clone, Copy)]
enum ChosenPlace {
    Parameter(usize),
    Member(usize),
}

/// The classes of an operation's parameters, and of the members below them.
pub struct Contexts<'s> {
    factors: Vec<Factor<'s>>,
    /// The indexes of those that are parameters.
    parameters: Vec<usize>,
    /// Rows of a covering array over the certain classes of parameters that no case has used yet. Each row has one
    /// index per parameter.
    rows: Vec<Vec<usize>>,
    /// The number of valid member values tested so far.
    turn: usize,
}

/// The values of the other parameters, and the rows that may be returned because of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// The sent parameters, including the tested one.
    pub send: Parameters,
    /// Codes that may be returned because the page contradicts itself about a parameter of the context.
    pub doubt: Vec<String>,
}

impl<'s> Contexts<'s> {
    /// Creates the classes of all parameters that a call can contain, and of their members.
    pub fn new(plain: &'s PlainCall<'_>, arrays: &Arrays) -> Self {
        let factors = factors(plain);
        let is_parameter = |index: &usize| !factors[*index].place.is_member();
        let parameters: Vec<usize> = (0..factors.len()).filter(is_parameter).collect();
        let levels: Vec<usize> = parameters.iter().map(|index| certain(&factors[*index].classes)).collect();
        let windows = levels.chunks(WINDOW).enumerate();
        let rows = windows.flat_map(|(window, of_window)| {
            let widen = |row: &Vec<usize>| {
                let mut whole = vec![0; levels.len()];
                whole[window * WINDOW..window * WINDOW + row.len()].copy_from_slice(row);
                whole
            };
            arrays.rows(of_window).iter().map(widen).collect::<Vec<_>>()
        });
        Self { rows: rows.collect(), factors, parameters, turn: 0 }
    }

    fn of_parameters(&self) -> impl Iterator<Item = &Factor<'s>> {
        self.parameters.iter().map(|index| &self.factors[*index])
    }

    /// Iterates over the places next to a place, or next to an object that contains it.
    fn siblings(&self, tried: &Prepared<'_>) -> impl Iterator<Item = &Factor<'s>> {
        let way = tried.at.steps().to_vec();
        self.factors.iter().filter(move |factor| {
            let steps = factor.place.at.steps();
            steps.len() > 1 && way.starts_with(&steps[..steps.len() - 1]) && !way.starts_with(steps)
        })
    }

    /// Returns `true` if a parameter is omitted from the context with that number.
    fn is_left_out(&self, place: usize, number: usize) -> bool {
        let count = self.parameters.len();
        if count <= MAX_PARAMETERS || place / WINDOW == number % count.div_ceil(WINDOW) {
            return false;
        }
        let first = self.parameters.get(place).and_then(|index| self.factors[*index].classes.first());
        first.is_some_and(|class| class.value.is_none() && class.doubt.is_empty())
    }

    /// Returns the number of contexts in which every class of every other parameter occurs.
    pub fn needed(&self, tried: &Prepared<'_>) -> usize {
        let others = self.of_parameters().filter(|factor| factor.place.whole.name != tried.whole.name);
        let classes =
            others.chain(self.siblings(tried)).map(|factor| factor.classes.len()).max().unwrap_or(1);
        // An id of no entity is tested with a change next to it. The additional context tests it with a second change.
        classes + usize::from(tried.parameter.exists.is_some())
    }

    /// Returns the context with that number. `needed` consecutive contexts contain every class of every other
    /// parameter.
    pub fn numbered(&self, tried: &Prepared<'_>, value: Option<&Value>, number: usize) -> Context {
        let is_last = tried.parameter.exists.is_some() && number + 1 == self.needed(tried);
        let number = if is_last { 0 } else { number };
        self.call(Some((tried, value)), |of, classes| match of {
            ChosenPlace::Parameter(place) if self.is_left_out(place, number) => None,
            ChosenPlace::Parameter(place) => in_turn(classes, number, (place, 0)),
            ChosenPlace::Member(place) => self.member_in_turn(classes, number, place),
        })
    }

    /// Returns a call with valid values, including this one. It uses a row of the covering array that no other case has
    /// used, if there is one.
    pub fn valid_with(&mut self, tried: &Prepared<'_>, value: Option<&Value>) -> Parameters {
        let place = self.of_parameters().position(|factor| factor.place.whole.name == tried.whole.name);
        let is_it = |class: &Class| match tried.is_member() {
            true => class.value.is_some(),
            false => class.value.as_ref() == value,
        };
        let row = place.and_then(|place| {
            let classes = &self.factors[self.parameters[place]].classes;
            let index = self.rows.iter().position(|row| classes.get(row[place]).is_some_and(is_it))?;
            Some(self.rows.remove(index))
        });
        self.turn += usize::from(tried.is_member());
        self.call(Some((tried, value)), |of, classes| match (of, &row) {
            (ChosenPlace::Member(place), _) => self.member_in_turn(classes, self.turn, place),
            (ChosenPlace::Parameter(place), Some(row)) => classes.get(row[place]),
            (ChosenPlace::Parameter(_), None) => classes.first(),
        })
        .send
    }

    /// Returns the class of a member next to the tested one. Members begin with different classes, because an object
    /// without any of its members would be empty.
    fn member_in_turn<'c>(&self, classes: &'c [Class], number: usize, place: usize) -> Option<&'c Class> {
        in_turn(classes, number, (self.parameters.len() + place, place))
    }

    /// Returns calls for the unused rows of the covering array. Together with the calls of the other cases, they
    /// contain every pair of valid classes.
    pub fn unused_rows(&mut self) -> Vec<Parameters> {
        let rows = std::mem::take(&mut self.rows);
        let call = |row: Vec<usize>| {
            self.call(None, |of, classes| match of {
                ChosenPlace::Parameter(place) => classes.get(row[place]),
                ChosenPlace::Member(_) => None,
            })
        };
        rows.into_iter().map(|row| call(row).send).collect()
    }

    /// Creates a call in which each parameter, and each member next to the tested one, has the class chosen for it.
    fn call<'c>(
        &'c self,
        tried: Option<(&Prepared<'_>, Option<&Value>)>,
        choose: impl Fn(ChosenPlace, &'c [Class]) -> Option<&'c Class>,
    ) -> Context {
        // Of many parameters, a call contains those of one window.
        let likely = self.parameters.len().min(MAX_PARAMETERS);
        let mut context = Context { send: Vec::with_capacity(likely), ..Context::default() };
        for (index, factor) in self.of_parameters().enumerate() {
            let name = &factor.place.parameter.name;
            let value = match tried.filter(|(tried, _)| std::ptr::eq(tried.whole, factor.place.whole)) {
                Some((tried, value)) if tried.is_member() => self.whole_with(tried, value, &choose),
                Some((_, value)) => value.cloned(),
                None => {
                    let Some(class) = choose(ChosenPlace::Parameter(index), &factor.classes) else {
                        continue;
                    };
                    context.doubt.extend(class.doubt.iter().cloned());
                    class.value.clone()
                }
            };
            context.send.extend(value.map(|value| (name.as_str().into(), value)));
        }
        context
    }

    /// Returns the whole parameter in which a member has this value and the members next to it have the chosen classes.
    fn whole_with<'c>(
        &'c self,
        tried: &Prepared<'_>,
        value: Option<&Value>,
        choose: impl Fn(ChosenPlace, &'c [Class]) -> Option<&'c Class>,
    ) -> Option<Value> {
        let mut whole = valid(tried.whole);
        for (index, factor) in self.siblings(tried).enumerate() {
            let class = choose(ChosenPlace::Member(index), &factor.classes);
            let Some(class) = class.filter(|class| class.doubt.is_empty()) else { continue };
            // Two items of a list may have become equal.
            let new = factor.place.put(Some(whole.clone()), class.value.clone());
            whole = new.filter(|new| keeps(tried.whole, new)).unwrap_or(whole);
        }
        if value.is_none() {
            whole = self.with_a_sibling(tried, whole);
        }
        let plain = tried.put(None, value.cloned());
        let is_valid = plain.as_ref().is_some_and(|plain| keeps(tried.whole, plain));
        let new = tried.put(Some(whole), value.cloned()).filter(|new| !is_valid || keeps(tried.whole, new));
        new.or(plain)
    }

    /// Keeps an object from being empty when a member is omitted. If nothing else is in it, the sibling with the fewest
    /// classes is added, because that one is absent more often in other contexts.
    fn with_a_sibling(&self, left_out: &Prepared<'_>, whole: Value) -> Value {
        let siblings =
            || self.siblings(left_out).filter(|factor| factor.place.at.is_sibling_of(&left_out.at));
        if siblings().any(|factor| whole.at(&factor.place.at.steps()[1..]).is_some()) {
            return whole;
        }
        let Some(factor) = siblings().min_by_key(|factor| factor.classes.len()) else { return whole };
        let value = factor.classes.iter().find_map(|class| class.value.clone());
        factor.place.put(Some(whole.clone()), value).unwrap_or(whole)
    }
}

/// Returns the class for the context with that number, counted from `begin`. After each round of classes, the order
/// moves on by `shift`, so that the classes of a place meet different ones than before.
fn in_turn(classes: &[Class], number: usize, (shift, begin): (usize, usize)) -> Option<&Class> {
    let count = classes.len().max(1);
    classes.get((number + begin + shift * (number / count)) % count)
}

/// Returns all places with their classes. Members come after the object that contains them, and its classes are built
/// from theirs.
fn factors<'s>(plain: &'s PlainCall<'_>) -> Vec<Factor<'s>> {
    let prepared = plain.prepared();
    let mut factors: Vec<Factor<'s>> = Vec::new();
    for place in prepared.iter().rev() {
        let mut classes = classes(plain, place);
        let wholes = wholes(place, &factors);
        let at = certain(&classes);
        let new = wholes
            .into_iter()
            .filter(|whole| !classes.iter().any(|class| class.value.as_ref() == Some(whole)));
        let new: Vec<Class> = new.map(|whole| Class { value: Some(whole), doubt: Vec::new() }).collect();
        classes.splice(at..at, new);
        classes.truncate(MAX_CLASSES);
        factors.push(Factor { place, classes });
    }
    factors.reverse();
    factors
}

/// Returns whole values of a place with members, so that each class of each member occurs. `below` contains the places
/// after it, the last one first.
fn wholes(place: &Prepared<'_>, below: &[Factor<'_>]) -> Vec<Value> {
    let depth = place.at.steps().len();
    let is_own = |factor: &&Factor<'_>| {
        let steps = factor.place.at.steps();
        let between = steps.get(depth..steps.len() - 1).unwrap_or_default();
        place.is_around(factor.place) && between.iter().all(Step::is_inner)
    };
    let own: Vec<&Factor<'_>> = below.iter().rev().filter(is_own).collect();
    let count = own.iter().map(|factor| certain(&factor.classes)).max().unwrap_or(0);
    let whole = |number: usize| {
        own.iter().enumerate().fold(place.valid.clone(), |whole, (shift, factor)| {
            let classes = &factor.classes[..certain(&factor.classes)];
            let Some(class) = in_turn(classes, number, (shift, shift)) else { return whole };
            let steps = &factor.place.at.steps()[depth..];
            let new = put(whole.clone(), &place.parameter.schema, steps, class.value.clone());
            new.filter(|new| keeps(place.parameter, new)).unwrap_or(whole)
        })
    };
    (0..count).map(whole).collect()
}

/// Widens the expectation of a rejection by codes that may be returned for other reasons.
pub fn widened(expect: Expectation, doubt: Vec<String>) -> Expectation {
    match expect {
        Expectation::Reject(Rows::Codes(mut codes)) => {
            for code in doubt {
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            Expectation::Reject(Rows::Codes(codes))
        }
        expect => expect,
    }
}

/// Returns how many of the classes are beyond doubt. Those come first.
fn certain(classes: &[Class]) -> usize {
    classes.iter().filter(|class| class.doubt.is_empty()).count()
}

fn classes(plain: &PlainCall<'_>, prepared: &Prepared<'_>) -> Vec<Class> {
    let (parameter, row) = (prepared.parameter, prepared.row_for_absence);
    let class = |value: Option<Value>| Class { value, doubt: Vec::new() };
    if parameter.exists.is_some() {
        let is_sent = prepared.is_certain || prepared.is_needed;
        return vec![class(is_sent.then(|| prepared.valid.clone()))];
    }
    let mut classes = Vec::new();
    let can_be_absent = !prepared.is_member() || prepared.has_siblings(plain.operation);
    if parameter.required == Required::No && row.is_none() && can_be_absent {
        classes.push(class(None));
    }
    for JudgedTrial { trial, ruling, is_encodable } in prepared.trials(plain.service, plain.operation) {
        let Some(value) = &trial.value else { continue };
        let holds = ruling.outcome() == Outcome::Holds;
        let is_absence = trial.about == Part::Required;
        // Names of two letters are soon used up, and others may already have them.
        let is_scarce = value.random_count().is_some_and(|drawn| drawn <= SCARCE);
        let is_odd = trial.slug.starts_with("odd/");
        // A fixed value of a unique parameter can be sent once only.
        let is_used_up = parameter.is_new() && value.random_count().is_none();
        if holds && !is_absence && !is_scarce && !is_odd && !is_used_up && *is_encodable {
            classes.push(class(Some(value.clone())));
        }
    }
    let is_made = !parameter.schema.patterns.is_empty()
        || matches!(parameter.schema.format, Some(Format::Common { .. }))
        || parameter.schema.entries().is_some();
    classes.truncate(if is_made { MAX_MADE } else { MAX_CLASSES });
    // A value that the page may not allow is sent only if there must be one.
    let must_be_there = classes.is_empty() || prepared.is_certain;
    if !classes.iter().any(|class| class.value.is_some()) && must_be_there {
        classes.push(class(Some(prepared.valid.clone())));
    }
    if let (Required::No, Some(row)) = (parameter.required, row) {
        classes.push(Class { value: None, doubt: row.codes.clone() });
    }
    classes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::generate::{self, Depth};
    use crate::spec::breach::{Breach, Part};
    use crate::spec::read;

    /// Parameters in several windows, and their accepted values next to the violations of a rule.
    #[test]
    fn every_class_of_many_parameters_occurs_with_every_violation() {
        let parameters: String = (1..=100)
            .map(|number| format!("  P{number}: {{type: string, values: [A, B, C, D], example: A}}\n"))
            .collect();
        let text = format!(
            "operation: Do\npage: {{title: Do}}\nparameters:\n  Name: {{type: string, required: true, length: 2..12, example: tom}}\n{parameters}\
             errors:\n- {{code: Bad, when: {{Name: length}}}}\n"
        );
        let service = "service: s\nvendor: V\nversion: v1\nprotocol: acs-rpc\n";
        let specs = read::fixture(&[("service.yaml", service), ("Do.yaml", &text)]);
        let (service, operation) = specs.operations().next().unwrap();
        let cases = generate::cases(service, operation, Depth::Standard).cases;
        for name in ["P1", "P64", "P65", "P100"] {
            let of_rule = cases.iter().filter(|case| case.about == [Breach::of("Name", Part::LengthMax)]);
            let sent = |case: &crate::case::Case| {
                let value = case.send.iter().find(|(sent, _)| sent == name);
                value.map(|(_, value)| format!("{value:?}"))
            };
            assert_eq!(
                of_rule.map(sent).collect::<HashSet<_>>().len(),
                5,
                "{name}: four values, and absence"
            );
        }
    }
}
