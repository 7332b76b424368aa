//! Error responses that blame another parameter than the one at fault: a valid value of the context was rejected.

use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{ErrorRow, Member, When};
use crate::spec::path::Step;
use crate::spec::promise;
use crate::spec::ruling::{self, Outcome};

use super::rejection::describe;
use super::{Contract, Line, Promise};

/// A parameter of the context that an error response blames, although its value breaks no rule.
pub struct BlamedParameter<'a> {
    breach: Breach,
    member: &'a Member,
    value: Option<&'a Json>,
}

impl BlamedParameter<'_> {
    /// Returns the broken promise: the rule that the value satisfies.
    pub fn promise(&self) -> Promise {
        Promise::new(self.breach.to_string(), &promise::of_rule(self.member, self.breach.part))
    }

    /// Compares what the error response says with what the page says.
    pub fn line(&self) -> Line {
        let value = match self.value {
            Some(json) => describe(Some(json)),
            None => "absent".to_owned(),
        };
        let expected = format!("valid: {value}");
        Line::new(self.breach.at.to_string(), expected, "named in the error response", true)
    }
}

/// Returns the parameter of the context that the error response is about, if every row with the returned code covers
/// this parameter alone.
pub fn blamed_parameter<'a>(
    contract: Contract<'a>,
    matching: &[&'a ErrorRow],
) -> Option<BlamedParameter<'a>> {
    let mut bound = Vec::new();
    for row in matching {
        match &row.when {
            When::Breaches(of_row) => bound.extend(of_row.iter()),
            _ => return None,
        }
    }
    let first = bound.first()?;
    // The response may mean another item of a list than the first.
    let at = first.at.as_ref().filter(|at| !at.steps().contains(&Step::Item))?;
    let at_fault = |name: &str| contract.about.iter().any(|about| about.at.parameter() == name);
    if bound.iter().any(|other| other.at.as_ref() != Some(at)) || at_fault(at.parameter()) {
        return None;
    }
    let member = contract.operation.member(at)?;
    let value = at.sent(contract.sent);
    let is_id = member.exists.is_some() && member.schema.open.is_none();
    match is_id || ruling::on_member(member, value).outcome() == Outcome::Holds {
        true => Some(BlamedParameter { breach: Breach { at: at.clone(), part: first.part }, member, value }),
        false => None,
    }
}
