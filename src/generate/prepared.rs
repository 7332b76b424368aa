//! What the cases of an operation ask again and again about a parameter, worked out once.

use std::cell::OnceCell;

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{ErrorRow, Operation, Parameter, Required, Service};
use crate::spec::ruling::{self, Outcome, Ruling};
use crate::wire;

use super::baseline::valid;
use super::rules;
use super::trial::Trial;

/// A parameter that calls can carry.
pub struct Prepared<'s> {
    /// The parameter.
    pub parameter: &'s Parameter,
    /// Whether the table says that a call must carry it, or it names what the call is about.
    pub is_required: bool,
    /// Whether every case carries it: what is required, and what the page calls optional while it has a row for its absence, so
    /// that a target that goes by the row is not held to the table in every single case.
    pub is_needed: bool,
    /// The row that names its absence.
    pub row_for_absence: Option<&'s ErrorRow>,
    /// A value that breaks none of its rules.
    pub valid: Value,
    /// Whether the protocol can carry a call without it.
    pub can_be_absent: bool,
    /// Whether it can carry the valid value: most calls have that.
    can_say_valid: bool,
    tried: OnceCell<Vec<Tried>>,
}

/// A trial, what the page makes of it, and whether it can be sent.
pub struct Tried {
    /// The trial.
    pub trial: Trial,
    /// What they say.
    pub ruling: Ruling,
    /// Whether the protocol can carry it.
    pub is_sayable: bool,
}

impl<'s> Prepared<'s> {
    /// The parameters of an operation that calls can carry, in the order of its table.
    pub fn all(service: &'s Service, operation: &'s Operation) -> Vec<Self> {
        let sent = operation.parameters.iter();
        let sent = sent.filter(|parameter| !wire::is_set_by_protocol(service.protocol, parameter));
        sent.map(|parameter| {
            let is_required = is_required(parameter);
            let row_for_absence = service.row_for_absence(operation, parameter);
            let valid = valid(parameter);
            let can_send = |json: Option<&Json>| wire::can_send(service, operation, parameter, json);
            Self {
                parameter,
                is_required,
                is_needed: is_required || row_for_absence.is_some(),
                row_for_absence,
                can_be_absent: can_send(None),
                can_say_valid: valid.witness().is_none_or(|json| can_send(Some(&json))),
                valid,
                tried: OnceCell::new(),
            }
        })
        .collect()
    }

    /// Whether the protocol can carry a value of it, as far as that is known before a run.
    pub fn can_say(&self, service: &Service, operation: &Operation, value: &Value) -> bool {
        if *value == self.valid {
            return self.can_say_valid;
        }
        value.witness().is_none_or(|json| wire::can_send(service, operation, self.parameter, Some(&json)))
    }

    /// Its trials, without those that refer to what only a run knows.
    pub fn tried(&self, service: &Service, operation: &Operation) -> &[Tried] {
        self.tried.get_or_init(|| {
            let parameter = self.parameter;
            let trials = rules::trials(parameter, wire::is_typed(service, operation, parameter)).into_iter();
            let tried = trials.filter_map(|trial| {
                let witness = match &trial.value {
                    Some(value) => Some(value.witness()?),
                    None => None,
                };
                let is_sayable = wire::can_send(service, operation, parameter, witness.as_ref());
                let ruling = ruling::on_parameter(parameter, witness.as_ref());
                Some(Tried { trial, ruling, is_sayable })
            });
            tried.collect()
        })
    }
}

impl Tried {
    /// The rule that it certainly breaks, where no reader could name another one and it can be sent.
    pub fn certain_breach(&self) -> Option<Breach> {
        let is_certain = self.ruling.outcome() == Outcome::Breaks && self.ruling.open.is_empty();
        self.ruling.breaches.first().copied().filter(|_| is_certain && self.is_sayable)
    }
}

fn is_required(parameter: &Parameter) -> bool {
    match parameter.required {
        Required::Yes => true,
        Required::Unclear => parameter.exists.is_some(),
        Required::No => false,
    }
}
