//! Contexts: what the other parameters are set to while one is tried.
//!
//! A parameter has classes: absent, where it need not be there, and each of its own trials that certainly breaks nothing. Over
//! the violations of one rule, the others go through all their classes, so that a fault that hides behind an interaction
//! is found; over the accepted values, as many pairs of classes stand together as the cases have room for.

use crate::case::value::Value;
use crate::case::{Expectation, Parameters, Rows};
use crate::spec::breach::Part;
use crate::spec::model::Required;
use crate::spec::ruling::Outcome;

use super::baseline::Baseline;
use super::covering::Arrays;
use super::prepared::{Prepared, Tried};

/// A value with so few drawn characters is tried for its own sake, and not in every context.
const SCARCE: usize = 3;

/// So many classes of a parameter stand in contexts at most; further valid values are tried each for its own sake.
const MOST_CLASSES: usize = 64;

/// So many parameters are combined with each other at most: of more, each call has those of one window, and what it must have.
const WINDOW: usize = 64;

/// A class of valid values of one parameter, or of a member.
#[derive(Debug, Clone, PartialEq)]
struct Class {
    /// A value of it; `None` is absence.
    value: Option<Value>,
    /// The codes of rows that contradict the table on it: they may answer too.
    doubt: Vec<String>,
}

/// The classes of an operation's parameters, and of their members.
pub struct Contexts<'s> {
    factors: Vec<(&'s Prepared<'s>, Vec<Class>)>,
    /// Rows of a covering array over the certain classes that no case has taken yet, each an index per factor.
    rows: Vec<Vec<usize>>,
}

/// What the other parameters are set to, and which rows may answer for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// What is sent, with the tried parameter in its place.
    pub send: Parameters,
    /// Codes that may answer because the page contradicts itself about a parameter of the context.
    pub doubt: Vec<String>,
}

impl<'s> Contexts<'s> {
    /// The classes of all parameters that a call can carry, and of their members.
    pub fn new(baseline: &'s Baseline<'_>, arrays: &Arrays) -> Self {
        let factors: Vec<_> =
            baseline.prepared().iter().map(|each| (each, classes(baseline, each))).collect();
        let levels: Vec<usize> = factors.iter().map(|(_, classes)| certain(classes)).collect();
        let windows = levels.chunks(WINDOW).enumerate();
        let rows = windows.flat_map(|(window, of_window)| {
            let widen = |row: &Vec<usize>| {
                let mut whole = vec![0; levels.len()];
                whole[window * WINDOW..window * WINDOW + row.len()].copy_from_slice(row);
                whole
            };
            arrays.rows(of_window).iter().map(widen).collect::<Vec<_>>()
        });
        Self { rows: rows.collect(), factors }
    }

    /// Whether a parameter is left out of the context of that number.
    fn is_left_out(&self, place: usize, number: usize) -> bool {
        let windows = self.factors.len().div_ceil(WINDOW).max(1);
        let (_, classes) = &self.factors[place];
        let may_be_absent =
            classes.first().is_some_and(|class| class.value.is_none() && class.doubt.is_empty());
        may_be_absent && place / WINDOW != number % windows
    }

    /// How many contexts it takes until every class of every other parameter has been there.
    pub fn needed(&self, tried: &Prepared<'_>) -> usize {
        let others = self.factors.iter().filter(|(factor, _)| factor.at != tried.at);
        let classes = others.map(|(_, classes)| classes.len()).max().unwrap_or(1);
        // An id of nothing is tried with a change beside it: without others, once with each of two.
        classes + usize::from(tried.parameter.exists.is_some())
    }

    /// The context of that number: `needed` in a row have every class of every other parameter.
    pub fn numbered(&self, tried: &Prepared<'_>, value: Option<&Value>, number: usize) -> Context {
        let is_last = tried.parameter.exists.is_some() && number + 1 == self.needed(tried);
        let number = if is_last { 0 } else { number };
        self.call(Some((tried, value)), |shift, classes| match self.is_left_out(shift, number) {
            true => None,
            false => classes.get((number + shift * (number / classes.len())) % classes.len()),
        })
    }

    /// A call of valid values with this one among them: a row of the covering array that no other case has taken, if
    /// there is one.
    pub fn valid_with(&mut self, tried: &Prepared<'_>, value: Option<&Value>) -> Parameters {
        let place = self.factors.iter().position(|(factor, _)| factor.at == tried.at);
        let class = place
            .and_then(|place| self.factors[place].1.iter().position(|class| class.value.as_ref() == value));
        let row = place.zip(class).and_then(|(place, class)| {
            let index = self.rows.iter().position(|row| row[place] == class)?;
            Some(self.rows.remove(index))
        });
        self.call(Some((tried, value)), |index, classes| match &row {
            Some(row) => classes.get(row[index]),
            None => classes.first(),
        })
        .send
    }

    /// What the cases have left of the covering array: the calls that, with theirs, have every pair of valid classes.
    pub fn left(&mut self) -> Vec<Parameters> {
        let rows = std::mem::take(&mut self.rows);
        rows.into_iter().map(|row| self.call(None, |index, classes| classes.get(row[index])).send).collect()
    }

    /// A call in which each place has the class that is chosen for it. A member is set where its object is there; the tried one
    /// is there in any case.
    fn call<'c>(
        &'c self,
        tried: Option<(&Prepared<'_>, Option<&Value>)>,
        choose: impl Fn(usize, &'c [Class]) -> Option<&'c Class>,
    ) -> Context {
        let mut context = Context::default();
        let of_tried =
            |factor: &Prepared<'_>| tried.filter(|(tried, _)| tried.whole.name == factor.whole.name);
        for (index, (factor, classes)) in self.factors.iter().enumerate() {
            match tried {
                Some((tried, _)) if tried.at == factor.at || tried.is_around(factor) => {}
                _ => {
                    // What is tried is there, and so is what it lies in.
                    let must_be_there = tried.is_some_and(|(tried, _)| factor.is_around(tried));
                    let chosen = choose(index, classes);
                    let chosen = match must_be_there && chosen.is_none_or(|class| class.value.is_none()) {
                        true => classes.iter().find(|class| class.value.is_some()),
                        false => chosen,
                    };
                    if let Some(class) = chosen
                        && context.takes(factor, class.value.as_ref())
                    {
                        context.doubt.extend(class.doubt.iter().cloned());
                    }
                }
            }
            // What is tried comes last: all beside it is valid.
            let is_last =
                self.factors.get(index + 1).is_none_or(|(next, _)| next.whole.name != factor.whole.name);
            if let (true, Some((tried, value))) = (is_last, of_tried(factor)) {
                context.set(tried, value);
            }
        }
        context
    }
}

impl Context {
    /// Sets a parameter; or a member where its object is there, if the whole is certainly valid then (two items of a list may have
    /// become the same).
    fn takes(&mut self, place: &Prepared<'_>, value: Option<&Value>) -> bool {
        if !place.is_member() {
            self.send.extend(value.map(|value| (place.parameter.name.clone(), value.clone())));
            return true;
        }
        let within = &place.at.steps()[1..place.at.steps().len() - 1];
        let Some(whole) = self.whole(place).filter(|whole| whole.at(within).is_some()) else { return false };
        let new = place.put(Some(whole.clone()), value.cloned()).filter(|new| place.holds(new));
        let is_set = new.is_some();
        *whole = new.unwrap_or_else(|| whole.clone());
        is_set
    }

    /// Sets what is tried, whatever is there.
    fn set(&mut self, place: &Prepared<'_>, value: Option<&Value>) {
        let whole = match (place.is_member(), self.whole(place)) {
            (false, _) => value.cloned(),
            (true, None) => place.put(None, value.cloned()),
            (true, Some(whole)) => {
                // Items that are the same may be refused for that.
                let plain = place.put(None, value.cloned());
                let is_valid = plain.as_ref().is_some_and(|plain| place.holds(plain));
                let new = place.put(Some(whole.clone()), value.cloned());
                let new = new.filter(|new| !is_valid || place.holds(new));
                *whole = new.or(plain).unwrap_or_else(|| whole.clone());
                return;
            }
        };
        self.send.extend(whole.map(|whole| (place.whole.name.clone(), whole)));
    }

    /// What is sent of the parameter in which a place lies, the last that was set.
    fn whole(&mut self, place: &Prepared<'_>) -> Option<&mut Value> {
        self.send.last_mut().filter(|(name, _)| *name == place.whole.name).map(|(_, whole)| whole)
    }
}

/// The expectation, widened by what the page leaves open about the context.
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

/// How many of the classes are beyond doubt: those come first.
fn certain(classes: &[Class]) -> usize {
    classes.iter().filter(|class| class.doubt.is_empty()).count()
}

fn classes(baseline: &Baseline<'_>, prepared: &Prepared<'_>) -> Vec<Class> {
    let (parameter, row) = (prepared.parameter, prepared.row_for_absence);
    let class = |value: Option<Value>| Class { value, doubt: Vec::new() };
    if parameter.exists.is_some() {
        return vec![class(Some(prepared.valid.clone()))];
    }
    let mut classes = Vec::new();
    let can_be_absent = !prepared.is_member() || prepared.has_siblings(baseline.operation);
    if parameter.required == Required::No && row.is_none() && can_be_absent {
        classes.push(class(None));
    }
    for Tried { trial, ruling, is_sayable } in prepared.tried(baseline.service, baseline.operation) {
        let Some(value) = &trial.value else { continue };
        let holds = ruling.outcome() == Outcome::Holds;
        let is_absence = trial.about == Part::Required;
        // Names of two letters are soon used up, and others may have them.
        let is_scarce = value.drawn().is_some_and(|drawn| drawn <= SCARCE);
        let is_odd = trial.slug.starts_with("odd/");
        if holds && !is_absence && !is_scarce && !is_odd && *is_sayable {
            classes.push(class(Some(value.clone())));
        }
    }
    classes.truncate(MOST_CLASSES);
    if !classes.iter().any(|class| class.value.is_some()) {
        classes.push(class(Some(prepared.valid.clone())));
    }
    if let (Required::No, Some(row)) = (parameter.required, row) {
        classes.push(Class { value: None, doubt: row.codes.clone() });
    }
    classes
}
