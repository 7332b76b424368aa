//! Values that no two live entities share: reused, used by concurrent calls, after a rejection, after an update.

use crate::case::value::Value;
use crate::case::{Call, Case, Expectation, Parameters, Rows, Step, TRIED};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Operation};
use crate::spec::ruling::{self, Outcome};

use crate::generate::expect;
use crate::generate::plain::PlainCall;
use crate::generate::prepared::Prepared;
use crate::generate::valid::{reference, valid};

use super::{about, fault, step};

const OWN_VALUE: &str = "the page does not say whether an entity's own value counts as in use";
const REMOVED: &str = "the page does not say when the value of a removed entity is free again";

/// The number of concurrent calls that compete for one value.
const RACERS: u32 = 4;

/// Returns the case that reuses the value of a live entity.
pub fn used(plain: &PlainCall<'_>, parameter: &Member) -> Option<Case> {
    let entity = plain.operation.creates.as_deref().or(plain.entity())?;
    let label = if plain.operation.creates.is_some() { "first" } else { "other" };
    let send = plain.with(parameter, Some(Value::same(label, &parameter.name)));
    let expect = match is_valid_here(plain, parameter) {
        true => expect::reject(plain, parameter, Part::Unique),
        false => Expectation::Reject(Rows::Any),
    };
    let mut given = plain.setup_calls(&send, &expect);
    given.push(plain.share(entity, label)?);
    let words = ("used", "a value already in use, all other parameters different");
    Some(Case { given, ..about(plain, parameter, Part::Unique, words, (send, expect)) })
}

/// Returns `true` if a value with which the operation that creates entities is called keeps the rules of this parameter,
/// which may be those of another page.
fn is_valid_here(plain: &PlainCall<'_>, parameter: &Member) -> bool {
    let made = maker(plain, parameter).and_then(|maker| maker.operation.parameter(&parameter.name));
    let value = made.and_then(|made| valid(made).witness());
    value.is_none_or(|json| ruling::on_member(parameter, Some(&json)).outcome() == Outcome::Holds)
}

/// Returns every other scenario of a unique parameter.
pub fn cases(plain: &PlainCall<'_>, parameter: &Member) -> Vec<Case> {
    let mut cases = Vec::new();
    match (&plain.operation.creates, plain.entity()) {
        (Some(entity), _) => {
            cases.push(created_concurrently(plain, parameter));
            cases.extend(of_removed(plain, parameter, entity));
        }
        (None, Some(entity)) => {
            cases.push(own(plain, parameter, entity));
            cases.extend(changed_concurrently(plain, parameter, entity));
            cases.extend(after_update(plain, parameter, entity));
            cases.extend(used_by_update(plain, parameter, entity));
        }
        (None, None) => {}
    }
    let others = plain.prepared().iter().filter(|other| other.whole.name != parameter.name);
    cases.extend(others.filter_map(|other| after_rejection(plain, parameter, other)));
    cases
}

fn one_accepted(plain: &PlainCall<'_>, parameter: &Member) -> Expectation {
    match expect::reject(plain, parameter, Part::Unique) {
        Expectation::Reject(rows) => Expectation::OneAccepted(rows),
        _ => Expectation::OneAccepted(Rows::Any),
    }
}

/// Returns the case in which concurrent calls create entities with the same new value.
fn created_concurrently(plain: &PlainCall<'_>, parameter: &Member) -> Case {
    let send = plain.set(&[(&parameter.name, new(parameter))]);
    let words = ("at-once", "one new value in four concurrent calls");
    let case = about(plain, parameter, Part::Unique, words, (send, one_accepted(plain, parameter)));
    Case { at_once: RACERS, ..case }
}

/// Returns the case in which several entities take the same new value: the calls refer to `contact`, `contact-1`…
fn changed_concurrently(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Option<Case> {
    let send = plain.set(&[(&parameter.name, new(parameter))]);
    let mut given = Vec::new();
    for number in 0..RACERS {
        let label = if number == 0 { entity.to_owned() } else { format!("{entity}-{number}") };
        given.push(plain.make(entity, &label, &send)?);
    }
    let words = ("at-once", "one new value for four entities, concurrently");
    let case = about(plain, parameter, Part::Unique, words, (send, one_accepted(plain, parameter)));
    Some(Case { at_once: RACERS, given, ..case })
}

fn own(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Case {
    let value = Value::same(entity, &parameter.name);
    let send = plain.with(parameter, Some(value));
    let expect = Expectation::Silent(OWN_VALUE.to_owned());
    let given = plain.setup_calls(&send, &expect);
    let words = ("own", "the value that the entity already has");
    Case { given, ..about(plain, parameter, Part::Unique, words, (send, expect)) }
}

fn of_removed(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Option<Case> {
    let value = Value::same("gone", &parameter.name);
    let send = plain.with(parameter, Some(value));
    let given = vec![plain.make(entity, "gone", &send)?, plain.remove(entity, "gone")?];
    let words = ("removed", "the value of a removed entity");
    let expect = Expectation::Silent(REMOVED.to_owned());
    Some(Case { given, ..about(plain, parameter, Part::Unique, words, (send, expect)) })
}

/// Returns the case in which a call rejected for another parameter must not take a value: the value is still free.
fn after_rejection(plain: &PlainCall<'_>, parameter: &Member, other: &Prepared<'_>) -> Option<Case> {
    let fault = fault(plain, other)?;
    let mut send = plain.with_at(other, fault.trial.value.clone());
    if !send.iter().any(|(name, _)| *name == parameter.name) {
        send.push((parameter.name.as_str().into(), new(parameter)));
    }
    let expect = fault.expectation(plain);
    let maker = maker(plain, parameter)?;
    let free = maker.set(&[(&parameter.name, Value::same(TRIED, &parameter.name))]);
    let free =
        Step { about: promise(parameter), ..step(maker.operation, "later", free, Expectation::Accept) };
    let slug = format!("after-refusal-for-{}", other.name);
    let tries =
        format!("a new value in a call that is rejected for its {} is still free afterwards", other.name);
    let given = plain.setup_calls(&send, &expect);
    let case = about(plain, parameter, Part::Unique, (&slug, &tries), (send, expect));
    Some(Case { about: vec![fault.breach], given, then: vec![free], ..case })
}

/// Returns the case in which an accepted update takes the new value and releases the old one.
fn after_update(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Option<Case> {
    let maker = maker(plain, parameter)?;
    let send = plain.set(&[(&parameter.name, new(parameter))]);
    let again = |label: &str| maker.set(&[(&parameter.name, Value::same(label, &parameter.name))]);
    let taken = expect::reject(&maker, maker.operation.parameter(&parameter.name)?, Part::Unique);
    let then = vec![
        Step { about: promise(parameter), ..step(maker.operation, "new", again(TRIED), taken) },
        Step {
            about: promise(parameter),
            ..step(maker.operation, "old", again(entity), Expectation::Accept)
        },
    ];
    let given = vec![plain.make(entity, entity, &send)?];
    let words = ("after-update", "after an update, the new value is in use and the old value is free");
    let case = about(plain, parameter, Part::Unique, words, (send, Expectation::Accept));
    Some(Case { given, then, ..case })
}

/// Returns the case with the value that another entity has had since its update.
fn used_by_update(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Option<Case> {
    let id =
        plain.operation.parameters.iter().find(|parameter| parameter.exists.as_deref() == Some(entity))?;
    let change = plain.set(&[(&id.name, reference(id, "other")), (&parameter.name, new(parameter))]);
    let value = Value::same("change", &parameter.name);
    let send = plain.with(parameter, Some(value));
    let change = Call {
        operation: plain.operation.name.clone(),
        label: "change".to_owned(),
        send: change,
        shared: false,
    };
    let given = vec![
        plain.make(entity, entity, &Parameters::new())?,
        plain.make(entity, "other", &change.send)?,
        change,
    ];
    let expect = expect::reject(plain, parameter, Part::Unique);
    let words = ("used-by-update", "a value that another entity received in an update");
    Some(Case { given, ..about(plain, parameter, Part::Unique, words, (send, expect)) })
}

/// Returns the plain call of the operation that creates the entity with that parameter.
fn maker<'s>(plain: &PlainCall<'s>, parameter: &Member) -> Option<PlainCall<'s>> {
    let name = plain.operation.creates.as_deref().or(plain.entity())?;
    let maker: &Operation = plain.service.operation(&plain.service.entity(name)?.made_by)?;
    maker.parameter(&parameter.name).filter(|of_maker| of_maker.unique)?;
    Some(PlainCall::new(plain.service, maker))
}

fn promise(parameter: &Member) -> Vec<Breach> {
    vec![Breach::of(&parameter.name, Part::Unique)]
}

fn new(parameter: &Member) -> Value {
    crate::generate::valid::valid(parameter)
}
