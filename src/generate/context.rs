//! Contexts: what the other parameters are set to while one is tried.
//!
//! A parameter has classes: absent, where it need not be there, and each of its own trials that certainly breaks nothing. Over
//! the violations of one rule, the others go through all their classes, so that a fault that hides behind an interaction
//! is found; over the accepted values, as many pairs of classes stand together as the cases have room for.

use crate::case::value::Value;
use crate::case::{Expectation, Parameters, Rows};
use crate::spec::breach::Breach;
use crate::spec::model::{Parameter, Required};
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

/// A class of valid values of one parameter.
#[derive(Debug, Clone, PartialEq)]
struct Class {
    /// A value of it; `None` is absence.
    value: Option<Value>,
    /// The codes of rows that contradict the table on it: they may answer too.
    doubt: Vec<String>,
}

/// The classes of an operation's parameters.
pub struct Contexts<'s> {
    parameters: Vec<(&'s Parameter, Vec<Class>)>,
    /// Rows of a covering array over the certain classes that no case has taken yet, each an index per parameter.
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
    /// The classes of all parameters that a call can carry.
    pub fn new(baseline: &Baseline<'s>, arrays: &Arrays) -> Self {
        let parameters: Vec<_> =
            baseline.prepared().iter().map(|each| (each.parameter, classes(baseline, each))).collect();
        let levels: Vec<usize> = parameters.iter().map(|(_, classes)| certain(classes)).collect();
        let windows = levels.chunks(WINDOW).enumerate();
        let rows = windows.flat_map(|(window, of_window)| {
            let widen = |row: &Vec<usize>| {
                let mut whole = vec![0; levels.len()];
                whole[window * WINDOW..window * WINDOW + row.len()].copy_from_slice(row);
                whole
            };
            arrays.rows(of_window).iter().map(widen).collect::<Vec<_>>()
        });
        Self { rows: rows.collect(), parameters }
    }

    /// Whether a parameter is left out of the context of that number.
    fn is_left_out(&self, place: usize, number: usize) -> bool {
        let windows = self.parameters.len().div_ceil(WINDOW).max(1);
        let (_, classes) = &self.parameters[place];
        let may_be_absent =
            classes.first().is_some_and(|class| class.value.is_none() && class.doubt.is_empty());
        may_be_absent && place / WINDOW != number % windows
    }

    /// How many contexts it takes until every class of every other parameter has been there.
    pub fn needed(&self, tried: &Parameter) -> usize {
        let others = self.parameters.iter().filter(|(parameter, _)| parameter.name != tried.name);
        let classes = others.map(|(_, classes)| classes.len()).max().unwrap_or(1);
        // An id of nothing is tried with a change beside it: without others, once with each of two.
        classes + usize::from(tried.exists.is_some())
    }

    /// The context of that number: `needed` in a row have every class of every other parameter.
    pub fn numbered(&self, tried: &Parameter, value: Option<&Value>, number: usize) -> Context {
        let mut context = Context::default();
        let number = if tried.exists.is_some() && number + 1 == self.needed(tried) { 0 } else { number };
        for (shift, (parameter, classes)) in self.parameters.iter().enumerate() {
            if parameter.name != tried.name && self.is_left_out(shift, number) {
                continue;
            }
            if parameter.name == tried.name {
                context.send.extend(value.map(|value| (tried.name.clone(), value.clone())));
            } else if let Some(class) =
                classes.get((number + shift * (number / classes.len())) % classes.len())
            {
                context.send.extend(class.value.clone().map(|value| (parameter.name.clone(), value)));
                context.doubt.extend(class.doubt.iter().cloned());
            }
        }
        context
    }

    /// A call of valid values with this one among them: a row of the covering array that no other case has taken, if
    /// there is one.
    pub fn valid_with(&mut self, tried: &Parameter, value: Option<&Value>) -> Parameters {
        let place = self.parameters.iter().position(|(parameter, _)| parameter.name == tried.name);
        let class = place.and_then(|place| {
            self.parameters[place].1.iter().position(|class| class.value.as_ref() == value)
        });
        let row = place.zip(class).and_then(|(place, class)| {
            let index = self.rows.iter().position(|row| row[place] == class)?;
            Some(self.rows.remove(index))
        });
        let mut send = Parameters::new();
        for (index, (parameter, classes)) in self.parameters.iter().enumerate() {
            let class = match &row {
                Some(row) => classes.get(row[index]),
                None => classes.first(),
            };
            let value = if Some(index) == place {
                value.cloned()
            } else {
                class.and_then(|class| class.value.clone())
            };
            send.extend(value.map(|value| (parameter.name.clone(), value)));
        }
        send
    }

    /// What the cases have left of the covering array: the calls that, with theirs, have every pair of valid classes.
    pub fn left(&mut self) -> Vec<Parameters> {
        let rows = std::mem::take(&mut self.rows);
        let value = |(parameter, classes): &(&Parameter, Vec<Class>), level: usize| {
            let value = classes.get(level)?.value.clone()?;
            Some((parameter.name.clone(), value))
        };
        rows.into_iter()
            .map(|row| self.parameters.iter().zip(row).filter_map(|(of, level)| value(of, level)).collect())
            .collect()
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
    if parameter.required == Required::No && row.is_none() {
        classes.push(class(None));
    }
    for Tried { trial, ruling, is_sayable } in prepared.tried(baseline.service, baseline.operation) {
        let Some(value) = &trial.value else { continue };
        let holds = ruling.outcome() == Outcome::Holds;
        let is_absence = trial.about == Breach::Required;
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
