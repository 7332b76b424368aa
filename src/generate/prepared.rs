//! Facts about a parameter that the cases of an operation need repeatedly, computed once.

use std::cell::OnceCell;

use crate::case::value::Value;
use crate::protocol;
use crate::spec::breach::Breach;
use crate::spec::model::{ErrorRow, Member, Operation, Required, Service};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Ruling};
use crate::wire;

use super::rules;
use super::trial::Trial;
use super::valid::{put, valid};

/// A parameter that calls can contain, or a member of one.
pub struct Prepared<'s> {
    /// Its place.
    pub at: Path,
    /// Its place as written in ids and texts.
    pub name: String,
    /// The parameter, or the member of one.
    pub parameter: &'s Member,
    /// The parameter that contains it; the parameter itself if it is not a member.
    pub whole: &'s Member,
    /// Whether the table says that a call must contain it, or it names what the call is about.
    pub is_required: bool,
    /// Whether every case contains it: a required parameter, or an optional one with an error row for its absence.
    /// Otherwise, a target that follows the row would contradict the table in every case.
    pub is_needed: bool,
    /// The row that covers its absence.
    pub row_for_absence: Option<&'s ErrorRow>,
    /// A value that violates none of its rules.
    pub valid: Value,
    /// Whether the page certainly allows that value, as far as that is known before a run.
    pub is_certain: bool,
    /// Whether the protocol can encode a call without it.
    pub can_be_absent: bool,
    /// Whether the protocol can encode the valid value, which most calls contain.
    can_encode_valid: bool,
    tried: OnceCell<Vec<JudgedTrial>>,
}

/// A trial, how the page judges it, and whether it can be sent.
pub struct JudgedTrial {
    /// The trial.
    pub trial: Trial,
    /// The judgement of the page.
    pub ruling: Ruling,
    /// Whether the protocol can encode it.
    pub is_encodable: bool,
}

impl<'s> Prepared<'s> {
    /// Returns the parameters of an operation that calls can contain, each with the members below it, in the order of
    /// the page.
    pub fn all(service: &'s Service, operation: &'s Operation) -> Vec<Self> {
        let mut all = Vec::new();
        for (at, member) in operation.members() {
            let Some(whole) = operation.parameter(at.parameter()) else { continue };
            if !protocol::facts(service).sets(whole) {
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
            is_needed: is_required || parameter.required == Required::Unclear || row_for_absence.is_some(),
            row_for_absence,
            is_certain: is_certain(parameter, &valid),
            can_be_absent: false,
            can_encode_valid: false,
            valid: valid.clone(),
            tried: OnceCell::new(),
        };
        new.can_be_absent = new.can_send(service, operation, None);
        new.can_encode_valid = new.can_send(service, operation, Some(&valid));
        new
    }

    /// Returns `true` if it is a member of a parameter, not a parameter itself.
    pub fn is_member(&self) -> bool {
        self.at.is_member()
    }

    /// Returns `true` if another place lies within it.
    pub fn is_around(&self, other: &Self) -> bool {
        other.at != self.at && self.at.leads_to(&other.at)
    }

    /// Returns the whole parameter with this value in its place. Everything else is as in `within`, or valid.
    pub fn put(&self, within: Option<Value>, value: Option<Value>) -> Option<Value> {
        let within = within.unwrap_or_else(|| valid(self.whole));
        put(within, &self.whole.schema, &self.at.steps()[1..], value)
    }

    /// Returns `true` if the protocol can encode a call with this value in its place. Values known only at run time are
    /// checked then.
    fn can_send(&self, service: &Service, operation: &Operation, value: Option<&Value>) -> bool {
        let json = match self.is_member() {
            true => self.put(None, value.cloned()).map(|whole| whole.witness()),
            false => value.map(Value::witness),
        };
        match json {
            Some(None) => true,
            Some(Some(json)) => wire::can_send(service, operation, self.whole, Some(&json)),
            None => wire::can_send(service, operation, self.whole, None),
        }
    }

    /// Returns `true` if the protocol can encode a value of it, as far as that is known before a run.
    pub fn can_encode(&self, service: &Service, operation: &Operation, value: &Value) -> bool {
        if *value == self.valid {
            self.can_encode_valid
        } else {
            self.can_send(service, operation, Some(value))
        }
    }

    /// Judges a trial; `None` if it refers to something known only at run time. For a member, the ruling and whether it
    /// can be sent depend on what contains it: an object that is empty without the member may count as absent.
    fn judged(&self, service: &Service, operation: &Operation, trial: Trial) -> Option<JudgedTrial> {
        let whole = match self.is_member() {
            true => self.put(None, trial.value.clone()),
            false => trial.value.clone(),
        };
        let json = match &whole {
            Some(whole) => Some(whole.witness()?),
            None => None,
        };
        let is_encodable = wire::can_send(service, operation, self.whole, json.as_ref());
        let ruling = ruling::on_member(self.whole, json.as_ref()).at(&Path::member(&self.whole.name));
        Some(JudgedTrial { trial, ruling, is_encodable })
    }

    /// Returns `true` if a member can be omitted: without its only member, an object is empty.
    pub fn has_siblings(&self, operation: &Operation) -> bool {
        let mut members = operation.members().into_iter();
        members.any(|(other, _)| other != self.at && other.is_sibling_of(&self.at))
    }

    /// Returns its trials, except those that refer to something known only at run time.
    pub fn trials(&self, service: &Service, operation: &Operation) -> &[JudgedTrial] {
        self.tried.get_or_init(|| {
            let trials =
                rules::trials(self.parameter, protocol::facts(service).is_typed(operation, self.whole));
            let tried = trials.into_iter();
            tried.filter_map(|trial| self.judged(service, operation, trial)).collect()
        })
    }
}

impl JudgedTrial {
    /// Returns the promise that it certainly breaks, if no reader could name another one and the trial can be sent.
    pub fn certain_breach(&self) -> Option<Breach> {
        self.ruling.certain().filter(|_| self.is_encodable)
    }
}

/// Returns `true` if the page certainly allows a value, or if that is known only during a run.
pub fn is_certain(parameter: &Member, value: &Value) -> bool {
    if parameter.exists.is_some() {
        return parameter.schema.open.is_none();
    }
    value.witness().is_none_or(|json| {
        let ruling = ruling::on_member(parameter, Some(&json));
        ruling.breaches.is_empty() && !ruling.is_uncertain()
    })
}

fn is_required(parameter: &Member) -> bool {
    match parameter.required {
        Required::Yes => true,
        Required::Unclear => parameter.exists.is_some(),
        Required::No => false,
    }
}
