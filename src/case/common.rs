//! The plain call: what most cases of an operation have in common. A case file gives it once, and only the differences
//! per case.

use std::cmp::Reverse;
use std::collections::HashMap;

use smol_str::SmolStr;

use crate::spec::model::Operation;

use super::value::Value;
use super::{Call, Case, Expectation, Parameters};

/// The plain call of a case file.
#[derive(Debug, Default)]
pub(super) struct Common {
    /// Calls that come first.
    pub given: Vec<Call>,
    /// What is sent.
    pub send: Parameters,
}

/// The differences of a call from the plain call.
#[derive(Debug)]
pub(super) struct Difference<'c> {
    /// Parameters that it adds or changes.
    pub with: Vec<&'c (SmolStr, Value)>,
    /// Parameters that it omits.
    pub without: Vec<&'c str>,
}

/// The positions of parameters in the page's table.
#[derive(Debug, Default)]
pub(super) struct Table<'o> {
    names: Vec<&'o str>,
    places: HashMap<&'o str, usize>,
}

impl<'o> Table<'o> {
    pub(super) fn of(operation: &'o Operation) -> Self {
        let names: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let places = names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        Self { names, places }
    }

    /// Returns the position of a parameter. A parameter that the page does not list comes after all others.
    fn place(&self, name: &str) -> usize {
        self.places.get(name).copied().unwrap_or(usize::MAX)
    }

    /// Returns the positions of the parameters of a call. Most of them follow the one before, so that wide calls need few
    /// look-ups.
    fn places<'a>(&'a self, send: &'a Parameters) -> impl Iterator<Item = usize> + 'a {
        let mut next = 0;
        send.iter().map(move |(name, _)| {
            let place = if self.names.get(next) == Some(&name.as_str()) { next } else { self.place(name) };
            next = place.saturating_add(1);
            place
        })
    }

    /// Returns `true` if no parameter is repeated, all are in the order of the table, and at most one unlisted
    /// parameter follows.
    fn is_in_order(&self, send: &Parameters) -> bool {
        let mut last = None;
        self.places(send).all(|place| last.replace(place).is_none_or(|last| last < place))
    }
}

/// The number of candidates for the plain call, and the number of cases whose values decide between them.
const CANDIDATES: usize = 16;
const SAMPLE: usize = 512;

/// How often each value is sent, by parameter.
struct Frequencies<'c>(HashMap<&'c str, Vec<(&'c Value, usize)>>);

impl<'c> Frequencies<'c> {
    fn of(cases: &[&'c Case]) -> Self {
        let mut often: HashMap<&str, Vec<(&Value, usize)>> = HashMap::new();
        for (name, value) in cases.iter().flat_map(|case| &case.send) {
            let of_name = often.entry(name).or_default();
            match of_name.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => *count += 1,
                None => of_name.push((value, 1)),
            }
        }
        Self(often)
    }

    /// Returns how often the cases send the values of this call, summed over its parameters.
    fn shared(&self, send: &Parameters) -> usize {
        let count = |(name, value): &(SmolStr, Value)| {
            let known = self.0.get(name.as_str()).into_iter().flatten().find(|(known, _)| *known == value);
            known.map_or(0, |(_, count)| *count)
        };
        send.iter().map(count).sum()
    }
}

impl Common {
    /// Finds what the cases of an operation have in common: the smallest call that must be accepted, and their most
    /// frequent setup calls.
    pub(super) fn of<'c>(table: &Table<'_>, cases: &[&'c Case]) -> Self {
        let is_plain = |case: &&&Case| {
            let is_one = case.twist.is_none() && case.at_once <= 1;
            is_one && case.expect == Expectation::Accept && table.is_in_order(&case.send)
        };
        let fewest = cases.iter().filter(is_plain).map(|case| case.send.len()).min();
        let smallest = cases.iter().filter(is_plain).filter(|case| Some(case.send.len()) == fewest);
        let often = Frequencies::of(&cases[..cases.len().min(SAMPLE)]);
        let plain = smallest.take(CANDIDATES).min_by_key(|case| Reverse(often.shared(&case.send)));
        let plain = plain.or_else(|| cases.iter().find(|case| table.is_in_order(&case.send)));
        let mut often: Vec<(&'c [Call], usize)> = Vec::new();
        for case in cases {
            match often.iter_mut().find(|(given, _)| *given == case.given) {
                Some((_, count)) => *count += 1,
                None => often.push((&case.given, 1)),
            }
        }
        // The first of several equally frequent ones.
        let given = often.iter().rev().max_by_key(|(_, count)| *count);
        Self {
            given: given.map(|(given, _)| given.to_vec()).unwrap_or_default(),
            send: plain.map(|case| case.send.clone()).unwrap_or_default(),
        }
    }

    /// Returns how a call differs; `None` if the order of the table cannot express it.
    pub(super) fn difference<'c>(
        &'c self,
        table: &Table<'_>,
        send: &'c Parameters,
    ) -> Option<Difference<'c>> {
        if !table.is_in_order(send) {
            return None;
        }
        let mut left = self.send.iter().zip(table.places(&self.send)).peekable();
        let mut difference = Difference { with: Vec::new(), without: Vec::new() };
        for (entry, place) in send.iter().zip(table.places(send)) {
            while let Some(((missing, _), _)) = left.next_if(|(_, plain)| *plain < place) {
                difference.without.push(missing);
            }
            match left.next_if(|(plain, _)| plain.0 == entry.0) {
                Some((plain, _)) if plain.1 == entry.1 => {}
                _ => difference.with.push(entry),
            }
        }
        difference.without.extend(left.map(|((missing, _), _)| missing.as_str()));
        Some(difference)
    }

    /// Applies the differences to the plain call, in the order of the table.
    pub(super) fn with(&self, table: &Table<'_>, with: Parameters, without: &[String]) -> Parameters {
        let is_other = |name: &SmolStr| {
            without.iter().any(|left| left == name) || with.iter().any(|(known, _)| known == name)
        };
        let mut send: Parameters = self.send.iter().filter(|(name, _)| !is_other(name)).cloned().collect();
        send.extend(with);
        send.sort_by_key(|(name, _)| table.place(name));
        send
    }
}
