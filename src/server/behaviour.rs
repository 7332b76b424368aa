//! The ways in which a server differs from the plain reference server.

use std::collections::BTreeSet;

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::path::{Path, Step};

use super::auth::{Access, AuthCheck};
use super::fault::{Fault, Odd, Portion};
use super::reading::Reading;

/// Readings, and at most one broken promise.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// The readings of what the pages leave open.
    pub readings: BTreeSet<Reading>,
    /// The broken promise.
    pub fault: Option<Fault>,
    /// Maximum number of live entities, by entity; there is no limit for others.
    pub quotas: Vec<(String, u32)>,
    /// The requirements for signatures.
    pub access: Access,
}

impl Behaviour {
    /// Returns the behaviour of a server with these readings.
    pub fn reading(readings: impl IntoIterator<Item = Reading>) -> Self {
        Self { readings: readings.into_iter().collect(), ..Self::default() }
    }

    /// Returns the behaviour of a server that requires signatures, and leaves out one check of them.
    pub fn without(check: Option<AuthCheck>) -> Self {
        Self { access: Access::Always, fault: check.map(Fault::NotChecked), ..Self::default() }
    }

    /// Returns the maximum number of live entities of a kind, if there is one.
    pub fn quota(&self, entity: &str) -> Option<u32> {
        self.quotas.iter().find(|(name, _)| name == entity).map(|(_, size)| *size)
    }

    /// Returns `true` if the server has this reading.
    pub fn has_reading(&self, reading: Reading) -> bool {
        self.readings.contains(&reading)
    }

    /// Returns `true` if the server breaks this promise.
    pub fn breaks(&self, promise: &Fault) -> bool {
        self.fault.as_ref() == Some(promise)
    }

    /// Returns `true` if a rule is not checked in this call.
    pub fn skips(&self, of: (&str, &str), breach: Part, parameters: &[(String, Json)]) -> bool {
        match &self.fault {
            Some(Fault::Skipped { operation, parameter, breach: skipped, condition }) => {
                (operation.as_str(), parameter.as_str()) == of
                    && *skipped == breach
                    && condition.is_met(parameters)
            }
            _ => false,
        }
    }

    /// Returns the part of a parameter's value that is checked, if not all of it is.
    pub fn part(&self, of: (&str, &str)) -> Option<Portion> {
        match &self.fault {
            Some(Fault::PartChecked { operation, parameter, part })
                if (operation.as_str(), parameter.as_str()) == of =>
            {
                Some(*part)
            }
            _ => None,
        }
    }

    /// Returns `true` if a parameter's value is trimmed before it is checked.
    pub fn trims(&self, of: (&str, &str)) -> bool {
        matches!(&self.fault, Some(Fault::Trimmed { operation, parameter }) if (operation.as_str(), parameter.as_str()) == of)
    }

    /// Returns `true` if the beginning of a listed value is accepted.
    pub fn takes_prefixes(&self, of: (&str, &str)) -> bool {
        matches!(&self.fault, Some(Fault::ByPrefix { operation, parameter }) if (operation.as_str(), parameter.as_str()) == of)
    }

    /// Returns `true` if a call makes the server fail.
    pub fn crashes(&self, operation: &str, parameters: &[(String, Json)]) -> bool {
        match &self.fault {
            Some(Fault::Crash { operation: of, parameter, odd }) => {
                of == operation && has(parameters, parameter, *odd)
            }
            _ => false,
        }
    }

    /// Returns `true` if a call is rejected with a code that is in no table.
    pub fn returns_stray_code(&self, operation: &str, parameters: &[(String, Json)]) -> bool {
        match &self.fault {
            Some(Fault::Stray { operation: of, parameter, odd }) => {
                of == operation && has(parameters, parameter, *odd)
            }
            _ => false,
        }
    }

    /// Returns the element of an operation's responses that breaks a rule, and its value.
    pub fn broken_element(&self, operation: &str) -> Option<(String, Json)> {
        match &self.fault {
            Some(Fault::ElementBroken { operation: of, path, value }) if of == operation => {
                Some((path.clone(), value.clone()))
            }
            _ => None,
        }
    }

    /// Returns `true` if a parameter has no effect.
    pub fn ignores(&self, of: (&str, &str)) -> bool {
        matches!(&self.fault, Some(Fault::NoEffect { operation, parameter }) if (operation.as_str(), parameter.as_str()) == of)
    }
}

fn has(parameters: &[(String, Json)], parameter: &str, odd: Odd) -> bool {
    let Some(at) = Path::read(parameter) else { return false };
    let (first, further) = (at.parameter(), &at.steps()[1..]);
    parameters.iter().any(|(name, value)| name == first && holds(value, further, odd))
}

/// Returns `true` if any value at the end of these steps is such input.
fn holds(value: &Json, steps: &[Step], odd: Odd) -> bool {
    match (steps.split_first(), value) {
        (None, value) => odd.is(value),
        (Some((Step::Item, further)), Json::List(items)) => {
            items.iter().any(|item| holds(item, further, odd))
        }
        (Some((Step::Value, further)), Json::Object(entries)) => {
            entries.iter().any(|(_, value)| holds(value, further, odd))
        }
        (Some((Step::Member(name), further)), value) => {
            value.get(name).is_some_and(|inner| holds(inner, further, odd))
        }
        _ => false,
    }
}
