//! What the cases of an operation ask again and again about a parameter, worked out once.

use std::cell::OnceCell;

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{ErrorRow, Member, Operation, Required, Service};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Outcome, Ruling};
use crate::wire;

use super::rules;
use super::trial::Trial;
use super::valid::{put, valid};

/// A parameter that calls can carry, or a member of one.
pub struct Prepared<'s> {
    /// Where it stands.
    pub at: Path,
    /// That place, as ids and texts have it.
    pub name: String,
    /// The parameter, or the member of one.
    pub parameter: &'s Member,
    /// The parameter in which it lies: itself, if it is none of another one's members.
    pub whole: &'s Member,
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
    /// What the page says of it.
    pub ruling: Ruling,
    /// Whether the protocol can carry it.
    pub is_sayable: bool,
}

impl<'s> Prepared<'s> {
    /// The parameters of an operation that calls can carry, each with the members below it, in the order of the page.
    pub fn all(service: &'s Service, operation: &'s Operation) -> Vec<Self> {
        let mut all = Vec::new();
        for (at, member) in operation.members() {
            let Some(whole) = operation.parameter(at.parameter()) else { continue };
            if !wire::is_set_by_protocol(service.protocol, whole) {
                all.push(Self::new(service, operation, (at, member), whole));
            }
        }
        all
    }

    fn new(
        service: &'s Service,
        operation: &'s Operation,
        (at, parameter): (Path, &'s Member),
        whole: &'s Member,
    ) -> Self {
        let is_required = is_required(parameter);
        let row_for_absence = service.row_for_absence(operation, &at);
        let valid = valid(parameter);
        let mut new = Self {
            name: at.to_string(),
            at,
            parameter,
            whole,
            is_required,
            is_needed: is_required || row_for_absence.is_some(),
            row_for_absence,
            can_be_absent: false,
            can_say_valid: false,
            valid: valid.clone(),
            tried: OnceCell::new(),
        };
        new.can_be_absent = new.can_send(service, operation, None);
        new.can_say_valid = new.can_send(service, operation, Some(&valid));
        new
    }

    /// Whether it is a member of a parameter, and no parameter itself.
    pub fn is_member(&self) -> bool {
        self.at.steps().len() > 1
    }

    /// Whether another place lies within it.
    pub fn is_around(&self, other: &Self) -> bool {
        other.at != self.at && other.at.steps().starts_with(self.at.steps())
    }

    /// The value of the whole parameter in which it has this one, where all else is as `within` has it, or valid.
    pub fn put(&self, within: Option<Value>, value: Option<Value>) -> Option<Value> {
        let within = within.unwrap_or_else(|| valid(self.whole));
        put(within, &self.whole.schema, &self.at.steps()[1..], value)
    }

    fn can_send(&self, service: &Service, operation: &Operation, value: Option<&Value>) -> bool {
        let whole = if self.is_member() { self.put(None, value.cloned()) } else { value.cloned() };
        match whole {
            // What refers to what only a run knows is told then.
            Some(whole) => {
                whole.witness().is_none_or(|json| wire::can_send(service, operation, self.whole, Some(&json)))
            }
            None => wire::can_send(service, operation, self.whole, None),
        }
    }

    /// Whether the protocol can carry a value of it, as far as that is known before a run.
    pub fn can_say(&self, service: &Service, operation: &Operation, value: &Value) -> bool {
        if *value == self.valid { self.can_say_valid } else { self.can_send(service, operation, Some(value)) }
    }

    /// What the page says of a trial. Of a member, that depends on what it lies in: an object that is empty without it may count
    /// as absent.
    fn ruling(&self, trial: &Trial, witness: Option<&Json>) -> Ruling {
        let whole = || self.put(None, trial.value.clone())?.witness();
        match self.is_member().then(whole).flatten() {
            Some(whole) => ruling::on_member(self.whole, Some(&whole)).within(&self.at.steps()[0]),
            None => ruling::on_member(self.parameter, witness).at(&self.at),
        }
    }

    /// Whether the page certainly calls a value of the whole parameter valid.
    pub fn holds(&self, whole: &Value) -> bool {
        let ruling = |json: Json| ruling::on_member(self.whole, Some(&json)).outcome();
        whole.witness().is_some_and(|json| ruling(json) == Outcome::Holds)
    }

    /// The same for a value of this place alone.
    pub fn holds_alone(&self, value: &Value) -> bool {
        let ruling = |json: Json| ruling::on_member(self.parameter, Some(&json)).outcome();
        value.witness().is_some_and(|json| ruling(json) == Outcome::Holds)
    }

    /// Whether a member can be left out: without the only one, its object is empty.
    pub fn has_siblings(&self, operation: &Operation) -> bool {
        let mut members = operation.members().into_iter();
        members.any(|(other, _)| other != self.at && other.is_sibling_of(&self.at))
    }

    /// Its trials, without those that refer to what only a run knows.
    pub fn tried(&self, service: &Service, operation: &Operation) -> &[Tried] {
        self.tried.get_or_init(|| {
            let trials = rules::trials(self.parameter, wire::is_typed(service, operation, self.whole));
            let tried = trials.into_iter().filter_map(|trial| {
                let witness = match &trial.value {
                    Some(value) => Some(value.witness()?),
                    None => None,
                };
                let is_sayable = self.can_send(service, operation, trial.value.as_ref());
                let ruling = self.ruling(&trial, witness.as_ref());
                Some(Tried { trial, ruling, is_sayable })
            });
            tried.collect()
        })
    }
}

impl Tried {
    /// The promise that it certainly breaks, where no reader could name another one and it can be sent.
    pub fn certain_breach(&self) -> Option<Breach> {
        self.ruling.certain().filter(|_| self.is_sayable)
    }
}

fn is_required(parameter: &Member) -> bool {
    match parameter.required {
        Required::Yes => true,
        Required::Unclear => parameter.exists.is_some(),
        Required::No => false,
    }
}
