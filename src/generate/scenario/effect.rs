//! Read-back scenarios: what a call reports as done must show when the entity is read.

use crate::case::value::Value;
use crate::case::{Case, Expectation, Parameters, Step, TRIED, sent_at};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Operation, Required, Shown};
use crate::spec::path::Path;

use crate::generate::plain::{PlainCall, replace, set, supply};
use crate::generate::prepared::Prepared;
use crate::generate::valid::{other, reference, valid};

use super::{fault, step};
use crate::generate::single_call;

/// Returns the read-back scenarios, if the service has an operation that shows an entity.
pub fn cases(plain: &PlainCall<'_>) -> Vec<Case> {
    let name = plain.operation.creates.as_deref().or(plain.entity());
    let Some(reader) = name.and_then(|entity| Reader::of(plain, entity)) else { return Vec::new() };
    let mut cases = Vec::new();
    match (&plain.operation.creates, plain.entity()) {
        (Some(_), _) => {
            cases.push(created(plain, &reader));
            cases.extend(plain.prepared().iter().filter_map(|place| defaulted(plain, &reader, place)));
        }
        (None, Some(entity)) => {
            let places = plain.prepared().iter();
            cases.extend(places.filter_map(|place| changed(plain, &reader, place, entity)));
            cases.extend(unchanged(plain, &reader, entity));
        }
        (None, None) => {}
    }
    cases
}

/// An operation that shows one entity.
struct Reader<'s> {
    operation: &'s Operation,
    /// The parameter that takes the id.
    id: &'s Member,
    /// The parameters that the response shows.
    shows: Vec<Shown>,
}

impl<'s> Reader<'s> {
    /// Finds an operation that shows more of the entity than its id.
    fn of(plain: &PlainCall<'s>, entity: &'s str) -> Option<Self> {
        plain.service.readers(entity).find_map(|operation| {
            let id =
                operation.parameters.iter().find(|parameter| parameter.exists.as_deref() == Some(entity))?;
            let shows = operation.shows(plain.operation);
            let is_named = |parameter: &Member| {
                parameter.exists.as_deref() == Some(entity)
                    || parameter.required == Required::No
                    || plain.operation.parameters.iter().any(|own| own.exists == parameter.exists)
            };
            let is_named = operation.parameters.iter().all(is_named);
            (is_named && !shows.is_empty()).then_some(Self { operation, id, shows })
        })
    }

    fn path(&self, parameter: &str) -> Option<&str> {
        self.shows.iter().find(|shown| shown.parameter == parameter).map(|shown| shown.path.as_str())
    }

    /// Creates the call that reads the entity with that label, which must show these values. The entities that contain it
    /// are those that `call` names.
    fn step(&self, label: &str, shows: Parameters, (plain, call): (&PlainCall<'_>, &Parameters)) -> Step {
        let mut send: Parameters = vec![(self.id.name.as_str().into(), reference(self.id, label))];
        for parent in self.operation.parameters.iter().filter(|parameter| parameter.name != self.id.name) {
            let Some(entity) = &parent.exists else { continue };
            let mut own = plain.operation.parameters.iter();
            let own = own.find(|parameter| parameter.exists.as_ref() == Some(entity));
            let sent = own.and_then(|own| call.iter().find(|(name, _)| *name == own.name));
            send.extend(sent.map(|(_, id)| (parent.name.as_str().into(), id.clone())));
        }
        Step { shows, ..step(self.operation, "shown", send, Expectation::Accept) }
    }
}

/// Returns the case in which a created entity must have what was sent.
fn created(plain: &PlainCall<'_>, reader: &Reader<'_>) -> Case {
    let mut send = plain.all();
    for place in plain.prepared() {
        // A target that ignores a value may use the first or the last listed value by default.
        let listed = place.parameter.schema.values.as_ref();
        let within = listed.and_then(|values| values.get(values.len() / 2));
        let whole = send.iter_mut().find(|(name, _)| *name == place.whole.name);
        let Some((_, whole)) = whole else { continue };
        // A value that equals the default shows nothing.
        let by_default = place.parameter.default.clone().map(Value::Plain);
        let value = by_default.map(|value| other(place.parameter, &value));
        let value = value.or(within.cloned().map(Value::Plain));
        if value.is_some() {
            set(whole, place, value);
        }
    }
    let is_sent =
        |shown: &&Shown| Path::read(&shown.parameter).is_some_and(|at| sent_at(&send, &at).is_some());
    let shows = reader.shows.iter().filter(is_sent);
    let same = |shown: &Shown| Value::same(TRIED, &shown.parameter);
    let shows = shows.map(|shown| (shown.path.as_str().into(), same(shown)));
    let then = vec![reader.step(TRIED, shows.collect(), (plain, &send))];
    let tries = "reading the entity shows what was sent".to_owned();
    Case { then, ..single_call(plain.operation, "call/effect", tries, send, Expectation::Accept) }
}

/// Returns the case in which a parameter is left out, and the new entity must have its default.
fn defaulted(plain: &PlainCall<'_>, reader: &Reader<'_>, place: &Prepared<'_>) -> Option<Case> {
    // If the page contradicts itself, a call without the parameter may be rejected.
    let can_be_left_out = !place.is_member() && !place.is_needed && place.can_be_absent;
    let default = place.parameter.default.clone().filter(|_| can_be_left_out)?;
    let path = reader.path(&place.name)?.to_owned();
    let send = plain.with_at(place, None);
    let shows = vec![(path.into(), Value::Plain(default.clone()))];
    let then = vec![reader.step(TRIED, shows, (plain, &send))];
    let tries = format!("{}: left out, reading the entity shows the default {default}", place.name);
    let about = vec![Breach { at: place.at.clone(), part: Part::Default }];
    let id = format!("{}/default/read-back", place.name);
    Some(Case { about, then, ..single_call(plain.operation, &id, tries, send, Expectation::Accept) })
}

/// Returns the case in which a changed entity must have what was sent.
fn changed(plain: &PlainCall<'_>, reader: &Reader<'_>, place: &Prepared<'_>, entity: &str) -> Option<Case> {
    let (name, parameter) = (&place.name, place.parameter);
    let path = reader.path(name)?.to_owned();
    let send = plain.with_at(place, Some(valid(parameter)));
    let shows = vec![(path.into(), Value::same(TRIED, name))];
    let mut made = plain.make(entity, entity, &send)?;
    let different = |_: &Member| other(parameter, &valid(parameter));
    // A parameter without a value before could be missing when the entity is read.
    supply(plain.service, &mut made, &place.at, different);
    if place.is_member() && sent_at(&made.send, &place.at) == sent_at(&send, &place.at) {
        replace(plain.service, &mut made, &place.at, different);
    }
    let given = vec![made];
    let then = vec![reader.step(entity, shows, (plain, &send))];
    let tries = format!("{name}: reading the entity shows the new value");
    let about = vec![Breach { at: place.at.clone(), part: Part::Type }];
    let id = format!("{name}/effect");
    Some(Case { about, given, then, ..single_call(plain.operation, &id, tries, send, Expectation::Accept) })
}

/// Returns the cases in which a rejected call must change nothing: one parameter has a new valid value, another is at
/// fault.
fn unchanged(plain: &PlainCall<'_>, reader: &Reader<'_>, entity: &str) -> Vec<Case> {
    let can_show_it = |parameter: &Member| {
        let value = valid(parameter);
        !parameter.is_new() && other(parameter, &value) != value
    };
    let shown = |parameter: &&Member| reader.path(&parameter.name).is_some() && can_show_it(parameter);
    let Some(parameter) = plain.operation.parameters.iter().find(shown) else { return Vec::new() };
    let others = plain.prepared().iter().filter(|prepared| prepared.whole.name != parameter.name);
    others
        .filter(|prepared| prepared.parameter.exists.is_none())
        .filter_map(|at_fault| {
            let fault = fault(plain, at_fault)?;
            let mut made = plain.make(entity, entity, &Vec::new())?;
            supply(plain.service, &mut made, &Path::member(&parameter.name), |_| valid(parameter));
            let mut send = plain.with_at(at_fault, fault.trial.value.clone());
            send.retain(|(name, _)| *name != parameter.name);
            let before = made.send.iter().find(|(name, _)| *name == parameter.name)?.1.clone();
            send.push((parameter.name.as_str().into(), other(parameter, &before)));
            let path = reader.path(&parameter.name)?.to_owned();
            let shows = vec![(path.into(), Value::same(entity, &parameter.name))];
            let slug = format!("refused-with-{}", parameter.name);
            let tries = format!("a call that is rejected for it leaves {} unchanged", parameter.name);
            let id = format!("{}/{}/{slug}", at_fault.name, fault.breach.part.rule());
            let tries = format!("{}: {tries}", at_fault.name);
            let expect = fault.expectation(plain);
            let then = vec![reader.step(entity, shows, (plain, &send))];
            let about = vec![fault.breach];
            Some(Case {
                about,
                given: vec![made],
                then,
                ..single_call(plain.operation, &id, tries, send, expect)
            })
        })
        .collect()
}
