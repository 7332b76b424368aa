//! The trials that each rule proposes.

mod characters;
pub mod common;
pub mod count;
mod email;
mod entries;
mod items;
mod length;
mod odd;
mod pattern;
mod phone;
mod range;
mod required;
mod stated;
mod types;
mod values;

use std::collections::HashSet;

use crate::spec::model::{Format, Member};

use super::trial::Trial;

/// Returns every trial of a parameter; `typed` is `true` if the protocol carries the types of values.
pub fn trials(parameter: &Member, typed: bool) -> Vec<Trial> {
    let mut trials = required::trials(parameter);
    if parameter.exists.is_some() {
        return trials;
    }
    trials.extend(types::valid_ones(parameter));
    match typed {
        true => trials.extend(types::trials(parameter)),
        false => trials.extend(types::words(parameter)),
    }
    trials.extend(length::trials(parameter));
    trials.extend(range::trials(parameter));
    trials.extend(characters::trials(parameter));
    trials.extend(pattern::trials(parameter));
    match &parameter.schema.format {
        Some(Format::Email) => trials.extend(email::trials(parameter)),
        Some(Format::Phone { .. }) => trials.extend(phone::trials(parameter)),
        Some(Format::Common { is, schemes }) => trials.extend(common::trials(parameter, *is, schemes)),
        None => {}
    }
    trials.extend(values::trials(&parameter.schema));
    trials.extend(stated::trials(&parameter.schema));
    trials.extend(items::trials(parameter));
    trials.extend(entries::trials(parameter));
    trials.extend(odd::trials(parameter));
    trials.retain_mut(|trial| count::adapt(&parameter.schema, trial));
    trials.extend(count::trials(&parameter.schema));
    number_duplicates(trials)
}

/// Numbers trials of the same name, because their names become ids. Listed values that differ only in signs (`>=` and
/// `<=`) have the same name.
fn number_duplicates(mut trials: Vec<Trial>) -> Vec<Trial> {
    let mut seen: HashSet<String> = HashSet::new();
    for trial in &mut trials {
        let name = trial.slug.clone();
        let mut number = 1;
        while !seen.insert(trial.slug.clone()) {
            number += 1;
            trial.slug = format!("{name}-{number}");
        }
    }
    trials
}
