//! Refusals that name another parameter than the one at fault: a valid value of the context was refused.

use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{ErrorRow, Parameter, When};
use crate::spec::promise;
use crate::spec::ruling::{self, Outcome};

use super::refusal::describe;
use super::{Contract, Line, Promise};

/// A parameter of the context that a refusal names, though its value breaks no rule.
pub struct Blamed<'a> {
    parameter: &'a Parameter,
    breach: Breach,
    value: Option<&'a Json>,
}

impl Blamed<'_> {
    /// The promise that is broken: the rule that the value keeps.
    pub fn promise(&self) -> Promise {
        Promise::new(
            format!("{} {}", self.parameter.name, self.breach),
            &promise::of_rule(self.parameter, self.breach),
        )
    }

    /// What the refusal says, beside what the page says.
    pub fn line(&self) -> Line {
        let value = match self.value {
            Some(json) => describe(Some(json)),
            None => "absent".to_owned(),
        };
        let promised = format!("valid: {value}");
        Line::new(&self.parameter.name, promised, "named by the refusal", true)
    }
}

/// The parameter of the context that the refusal is about, if every row that the code answers for is bound to it alone.
pub fn blamed<'a>(contract: Contract<'a>, answering: &[&'a ErrorRow]) -> Option<Blamed<'a>> {
    let mut bound = Vec::new();
    for row in answering {
        match &row.when {
            When::Breaches(of_row) => bound.extend(of_row.iter()),
            _ => return None,
        }
    }
    let (name, breach) = bound.first()?;
    let at_fault = |name: &str| contract.about.iter().any(|about| about.parameter == name);
    if bound.iter().any(|(other, _)| other != name) || at_fault(name) {
        return None;
    }
    let parameter = contract.operation.parameter(name)?;
    let value = contract.sent.iter().find(|(sent, _)| sent == name).map(|(_, value)| value);
    let is_id = parameter.exists.is_some();
    match is_id || ruling::on_parameter(parameter, value).outcome() == Outcome::Holds {
        true => Some(Blamed { parameter, breach: *breach, value }),
        false => None,
    }
}
