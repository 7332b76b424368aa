//! The plain call: it violates nothing, and every case differs from it in one point.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use smol_str::SmolStr;

use crate::case::value::Value;
use crate::case::{Call, Expectation, Parameters, sent_at};
use crate::spec::model::{Member, Operation, Relation, Required, Service};
use crate::spec::path::Path;

use super::prepared::Prepared;
use super::relations;
use super::valid::{self, other, reference, valid};

/// The plain call of an operation.
pub struct PlainCall<'s> {
    /// The service.
    pub service: &'s Service,
    /// The operation.
    pub operation: &'s Operation,
    sent: OnceCell<Vec<Prepared<'s>>>,
    /// The indexes of the prepared places, by name.
    places: OnceCell<HashMap<String, usize>>,
    relations: OnceCell<Vec<(Path, &'s Relation)>>,
    /// The number of changes of calls that may still be considered to make relations hold.
    pub effort: Cell<usize>,
    /// The parameters with which the operations that create entities are called.
    makers: RefCell<HashMap<&'s str, Parameters>>,
}

impl<'s> PlainCall<'s> {
    /// Creates the plain call of an operation.
    pub fn new(service: &'s Service, operation: &'s Operation) -> Self {
        Self {
            service,
            operation,
            sent: OnceCell::new(),
            places: OnceCell::new(),
            relations: OnceCell::new(),
            effort: Cell::new(relations::EFFORT),
            makers: RefCell::default(),
        }
    }

    /// Returns what is known about the parameters that a call can contain, each followed by the members below it.
    pub fn prepared(&self) -> &[Prepared<'s>] {
        self.sent.get_or_init(|| Prepared::all(self.service, self.operation))
    }

    /// Returns the relations of the operation, each with the object in which it stands.
    pub fn relations(&self) -> &[(Path, &'s Relation)] {
        self.relations.get_or_init(|| self.operation.relations())
    }

    fn place(&self, name: &str) -> Option<usize> {
        let places = self.places.get_or_init(|| {
            let places = self.prepared().iter().enumerate();
            // A parameter's own name has no quotes, and that is the name in a call.
            let name = |prepared: &Prepared<'_>| match prepared.is_member() {
                true => prepared.name.clone(),
                false => prepared.parameter.name.clone(),
            };
            places.map(|(place, prepared)| (name(prepared), place)).collect()
        });
        places.get(name).copied()
    }

    /// Returns the place of that name. Most parameters of a call follow the one before, so that wide calls need few
    /// look-ups.
    fn place_from(&self, next: usize, name: &str) -> Option<usize> {
        let is_it = |prepared: &&Prepared<'_>| !prepared.is_member() && prepared.parameter.name == name;
        match self.prepared().get(next).filter(is_it) {
            Some(_) => Some(next),
            None => self.place(name),
        }
    }

    /// Returns `true` if the protocol can encode a call: nothing that it needs is missing, and it can encode every
    /// value in its place.
    pub fn is_encodable(&self, send: &Parameters) -> bool {
        let mut is_there = vec![false; self.prepared().len()];
        let mut next = 0;
        for (name, value) in send {
            let Some(place) = self.place_from(next, name) else { continue };
            next = place + 1;
            is_there[place] = true;
            if !self.prepared()[place].can_encode(self.service, self.operation, value) {
                return false;
            }
        }
        let mut all = self.prepared().iter().zip(is_there);
        all.all(|(prepared, is_there)| is_there || prepared.can_be_absent || prepared.is_member())
    }

    /// Returns what a call must contain: the required parameters, those about which the page is unclear, and the id of the
    /// entity that the call is about.
    pub fn required(&self) -> Parameters {
        let is_needed = |prepared: &&Prepared<'_>| {
            prepared.is_required || prepared.parameter.required == Required::Unclear
        };
        self.parameters().filter(is_needed).map(valid_entry).collect()
    }

    /// Returns everything that a call can contain, except optional values that the page may not allow.
    pub fn all(&self) -> Parameters {
        let mut send: Parameters = Vec::new();
        for prepared in self.prepared().iter().filter(|prepared| prepared.is_certain || prepared.is_needed) {
            let whole = send.last_mut().filter(|(name, _)| *name == prepared.whole.name);
            match whole {
                Some((_, whole)) if prepared.is_member() => {
                    set(whole, prepared, Some(prepared.valid.clone()));
                }
                _ if prepared.is_member() => {}
                _ => send.push(valid_entry(prepared)),
            }
        }
        send
    }

    /// Iterates over the parameters themselves, without the members below them.
    fn parameters(&self) -> impl Iterator<Item = &Prepared<'s>> {
        self.prepared().iter().filter(|prepared| !prepared.is_member())
    }

    /// Returns the plain call with one place set or omitted.
    pub fn with_at(&self, place: &Prepared<'_>, value: Option<Value>) -> Parameters {
        match place.is_member() {
            true => self.with(place.whole, place.put(None, value)),
            false => self.with(place.parameter, value),
        }
    }

    /// Returns the plain call with one parameter set or omitted.
    pub fn with(&self, parameter: &Member, value: Option<Value>) -> Parameters {
        let mut send = Vec::new();
        for prepared in self.parameters() {
            if prepared.parameter.name == parameter.name {
                send.extend(value.clone().map(|value| (parameter.name.as_str().into(), value)));
            } else if prepared.is_needed {
                send.push(valid_entry(prepared));
            }
        }
        send
    }

    /// Returns the calls that create the entities to which a call refers. A call that must be accepted gets its own
    /// entities, with values other than `send`, because no page promises to accept a call that changes nothing. For
    /// other calls, any existing entity will do.
    pub fn setup_calls(&self, send: &Parameters, expect: &Expectation) -> Vec<Call> {
        let referred = send.iter().flat_map(|(_, value)| value.ids());
        let make = |entity: &str| match expect {
            Expectation::Accept => self.make(entity, entity, send),
            _ => self.share(entity, entity),
        };
        referred.filter(|label| self.is_reference(label)).filter_map(make).collect()
    }

    /// Returns `true` if the vendor documents no way to remove what the operation creates.
    pub fn keeps(&self) -> bool {
        let entity = self.service.created_by(self.operation);
        entity.is_some_and(|entity| entity.removed_by.is_none())
    }

    /// Returns `true` if a label is that of an entity that [`Self::given`] creates.
    pub fn is_reference(&self, label: &str) -> bool {
        self.service.entity(label).is_some()
    }

    /// Returns the entity that the operation is about, if it takes the id of one.
    pub fn entity(&self) -> Option<&'s str> {
        self.service.subject(self.operation)
    }

    /// Returns the call that creates an entity, under a label, with values other than `send`.
    pub fn make(&self, entity: &str, label: &str, send: &Parameters) -> Option<Call> {
        let maker = self.service.operation(&self.service.entity(entity)?.made_by)?;
        let mut makers = self.makers.borrow_mut();
        let made = makers.entry(&maker.name).or_insert_with(|| {
            let plain = PlainCall::new(self.service, maker).with_all_needed();
            relations::made(self.service, maker, plain)
        });
        let mut made = made.clone();
        for (name, value) in &mut made {
            let is_fixed = !is_random(value) && value.ids().is_empty();
            let is_sent = is_fixed && send.iter().any(|(sent, sends)| sent == name && sends == value);
            if is_sent && let Some(parameter) = maker.parameter(name) {
                *value = other(parameter, value);
            }
        }
        Some(Call { operation: maker.name.clone(), label: label.to_owned(), send: made, shared: false })
    }

    /// Returns the call that creates an entity which other cases may use too.
    pub fn share(&self, entity: &str, label: &str) -> Option<Call> {
        let removable = self.service.entity(entity)?.removed_by.is_some();
        Some(Call { shared: removable, ..self.make(entity, label, &Parameters::new())? })
    }

    /// Returns a call of the operation that violates nothing and contains these values.
    pub fn set(&self, values: &[(&str, Value)]) -> Parameters {
        let mut send = self.with_all_needed();
        for (name, value) in values {
            put(self.operation, &mut send, name, value.clone());
        }
        send
    }

    /// Sets a parameter of a call, or removes it.
    pub fn put(&self, send: &mut Parameters, name: &str, value: Option<Value>) {
        put(self.operation, send, name, value);
    }

    fn with_all_needed(&self) -> Parameters {
        self.parameters().filter(|prepared| prepared.is_needed).map(valid_entry).collect()
    }

    /// Returns `true` if every case contains a parameter.
    pub fn is_needed(&self, parameter: &Member) -> bool {
        self.place(&parameter.name).is_some_and(|place| self.prepared()[place].is_needed)
    }

    /// Returns the call that removes the entity of an earlier call, if the vendor documents one.
    pub fn remove(&self, entity: &str, label: &str) -> Option<Call> {
        let remover = self.service.operation(self.service.entity(entity)?.removed_by.as_ref()?)?;
        let id = remover.parameters.iter().find(|parameter| parameter.exists.as_deref() == Some(entity))?;
        let mut send = Parameters::new();
        for parameter in &remover.parameters {
            match &parameter.exists {
                _ if parameter.name == id.name => send.push((id.name.as_str().into(), reference(id, label))),
                // What it belongs to.
                Some(owner) if parameter.required == Required::Yes => {
                    send.push((parameter.name.as_str().into(), reference(parameter, owner)));
                }
                _ => {}
            }
        }
        let label = format!("removal-of-{label}");
        Some(Call { operation: remover.name.clone(), label, send, shared: false })
    }

    /// Iterates over the parameters that a call can contain.
    pub fn sendable_parameters(&self) -> impl Iterator<Item = &'s Member> + '_ {
        self.parameters().map(|prepared| prepared.parameter)
    }
}

fn valid_entry(prepared: &Prepared<'_>) -> (SmolStr, Value) {
    (prepared.parameter.name.as_str().into(), prepared.valid.clone())
}

/// Sets a place within the value of a parameter.
pub fn set(whole: &mut Value, place: &Prepared<'_>, value: Option<Value>) {
    if let Some(new) = place.put(Some(whole.clone()), value) {
        *whole = new;
    }
}

/// Sets a parameter of a call, at its position in the table.
fn put(operation: &Operation, send: &mut Parameters, name: &str, value: impl Into<Option<Value>>) {
    send.retain(|(known, _)| known != name);
    send.extend(value.into().map(|value| (name.into(), value)));
    let place = |name: &str| operation.parameters.iter().position(|parameter| parameter.name == name);
    send.sort_by_key(|(name, _)| place(name));
}

/// Adds a value to a call that sends none at a place. Returns `None` if the operation has no such place.
pub fn supply(
    service: &Service,
    call: &mut Call,
    at: &Path,
    value: impl FnOnce(&Member) -> Value,
) -> Option<()> {
    if sent_at(&call.send, at).is_some() {
        return Some(());
    }
    replace(service, call, at, value)
}

/// Sets what a call sends at a place. Returns `None` if the operation has no such place.
pub fn replace(
    service: &Service,
    call: &mut Call,
    at: &Path,
    value: impl FnOnce(&Member) -> Value,
) -> Option<()> {
    let operation = service.operation(&call.operation)?;
    let (parameter, member) = (operation.parameter(at.parameter())?, operation.member(at)?);
    let whole = sent_at(&call.send, &Path::member(&parameter.name)).unwrap_or_else(|| valid(parameter));
    let whole = valid::put(whole, &parameter.schema, &at.steps()[1..], Some(value(member)))?;
    put(operation, &mut call.send, &parameter.name, whole);
    Some(())
}

fn is_random(value: &Value) -> bool {
    matches!(value, Value::Described(text) if text.is_random())
}
