//! The depth of a run.

use crate::case::{Case, Expectation};
use crate::named::named;
use crate::spec::breach::{Breach, Part};

named! {
    /// The extent to which a spec is expanded into cases.
    #[derive(Default, PartialOrd, Ord)]
    pub enum Depth {
        /// One violation of each rule and one valid value of each parameter.
        Smoke = "smoke",
        /// Every trial, with each rule violated in combination with every class of every other parameter.
        #[default]
        Standard = "standard",
        /// Every invalid value in combination with every class of every other parameter, and every pair of valid
        /// classes.
        Pairwise = "pairwise",
    }
}

/// Selects the first case of each promise and, for each parameter, the first case whose call succeeds.
pub fn smoke(cases: Vec<Case>) -> Vec<Case> {
    let mut tried: Vec<(String, Option<Part>)> = Vec::new();
    let is_new = |case: &Case| {
        let topic = |about: &Breach| match &case.expect {
            Expectation::Reject(_) if case.then.is_empty() => {
                Some((about.at.parameter().to_owned(), Some(about.part)))
            }
            Expectation::Accept if case.then.is_empty() => Some((about.at.parameter().to_owned(), None)),
            _ => None,
        };
        match case.about.as_slice() {
            [] => case.then.is_empty() && case.expect == Expectation::Accept,
            [about] => topic(about).is_some_and(|topic| {
                let is_new = !tried.contains(&topic);
                tried.push(topic);
                is_new
            }),
            _ => false,
        }
    };
    let mut is_new = is_new;
    cases.into_iter().filter(|case| is_new(case)).collect()
}
