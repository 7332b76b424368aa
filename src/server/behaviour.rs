//! In what a server differs from the plain reference.

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
    /// The sides taken on what the pages leave open.
    pub readings: BTreeSet<Reading>,
    /// The broken promise.
    pub fault: Option<Fault>,
    /// How many of which entities may live; of others, any number.
    pub quotas: Vec<(String, u32)>,
    /// What is asked of signatures.
    pub access: Access,
}

impl Behaviour {
    /// A server that reads the pages so.
    pub fn reading(readings: impl IntoIterator<Item = Reading>) -> Self {
        Self { readings: readings.into_iter().collect(), ..Self::default() }
    }

    /// A server that demands signatures, and leaves one check of them out.
    pub fn without(check: Option<AuthCheck>) -> Self {
        Self { access: Access::Always, fault: check.map(Fault::NotChecked), ..Self::default() }
    }

    /// How many of an entity may live.
    pub fn quota(&self, entity: &str) -> Option<u32> {
        self.quotas.iter().find(|(name, _)| name == entity).map(|(_, size)| *size)
    }

    /// Whether the server takes a side.
    pub fn reads(&self, reading: Reading) -> bool {
        self.readings.contains(&reading)
    }

    /// Whether it breaks that promise.
    pub fn breaks(&self, promise: &Fault) -> bool {
        self.fault.as_ref() == Some(promise)
    }

    /// Whether a rule is not checked in this call.
    pub fn skips(&self, of: (&str, &str), breach: Part, parameters: &[(String, Json)]) -> bool {
        match &self.fault {
            Some(Fault::Skipped { operation, parameter, breach: skipped, condition }) => {
                (operation.as_str(), parameter.as_str()) == of
                    && *skipped == breach
                    && condition.met(parameters)
            }
            _ => false,
        }
    }

    /// The part of a parameter's value that is checked, if not all is.
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

    /// Whether a parameter's value is trimmed before it is checked.
    pub fn trims(&self, of: (&str, &str)) -> bool {
        matches!(&self.fault, Some(Fault::Trimmed { operation, parameter }) if (operation.as_str(), parameter.as_str()) == of)
    }

    /// Whether the beginning of a listed value will do.
    pub fn takes_prefixes(&self, of: (&str, &str)) -> bool {
        matches!(&self.fault, Some(Fault::ByPrefix { operation, parameter }) if (operation.as_str(), parameter.as_str()) == of)
    }

    /// Whether a call makes the server fail.
    pub fn crashes(&self, operation: &str, parameters: &[(String, Json)]) -> bool {
        match &self.fault {
            Some(Fault::Crash { operation: of, parameter, odd }) => {
                of == operation && has(parameters, parameter, *odd)
            }
            _ => false,
        }
    }

    /// Whether a call is refused with a code that no table has.
    pub fn strays(&self, operation: &str, parameters: &[(String, Json)]) -> bool {
        match &self.fault {
            Some(Fault::Stray { operation: of, parameter, odd }) => {
                of == operation && has(parameters, parameter, *odd)
            }
            _ => false,
        }
    }

    /// Whether a parameter has no effect.
    pub fn ignores(&self, of: (&str, &str)) -> bool {
        matches!(&self.fault, Some(Fault::NoEffect { operation, parameter }) if (operation.as_str(), parameter.as_str()) == of)
    }
}

fn has(parameters: &[(String, Json)], parameter: &str, odd: Odd) -> bool {
    let Some(at) = Path::read(parameter) else { return false };
    let (first, further) = (at.parameter(), &at.steps()[1..]);
    parameters.iter().any(|(name, value)| name == first && holds(value, further, odd))
}

/// Whether any value at the end of these steps is such input.
fn holds(value: &Json, steps: &[Step], odd: Odd) -> bool {
    match (steps.split_first(), value) {
        (None, value) => odd.is(value),
        (Some((Step::Item, further)), Json::List(items)) => {
            items.iter().any(|item| holds(item, further, odd))
        }
        (Some((Step::Member(name), further)), value) => {
            value.get(name).is_some_and(|inner| holds(inner, further, odd))
        }
        _ => false,
    }
}
