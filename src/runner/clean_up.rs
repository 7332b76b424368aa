//! Removal of what a run has created, and of nothing else.

use crate::generate;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Bound, Circumstance, Member, Operation, Service, Type, When};
use crate::wire::{self, Call, Exchange, Outcome, Reply};

use super::SILENT;
use super::account::may_have_arrived;
use super::identity;
use super::ledger::{LiveEntity, Pending};
use super::session::Session;

/// The outcome of a removal.
enum Removal {
    /// The entity is removed.
    Done,
    /// The target says that there is no such entity.
    Unknown,
    /// A documented error row says that the entity's state does not allow it.
    State(String),
    /// Any other outcome.
    Failed(String),
}

/// Removes an entity. The ledger then drops it, puts it aside for the end of the run, or records why it is still there.
pub async fn remove(session: &Session, service: &Service, live: &LiveEntity) {
    attempt(session, service, live, false).await;
}

/// Removes an entity at the end of the run: what cannot be removed now is a leftover. An accepted removal is not sent
/// again.
pub async fn remove_at_end(session: &Session, service: &Service, live: &LiveEntity, why: &Pending) {
    let entity = service.entity(&live.entity);
    match (why, entity) {
        (Pending::Shown, Some(entity)) => {
            let ledger = &session.ledger;
            match identity::still_exists(session, service, entity, live).await {
                true => ledger.record_leftover(live, "its removal was accepted, but it still exists"),
                false => ledger.record_removed(&live.service, &live.entity, &live.id),
            }
        }
        _ => attempt(session, service, live, true).await,
    }
}

async fn attempt(session: &Session, service: &Service, live: &LiveEntity, is_last: bool) {
    let entity = service.entity(&live.entity);
    let remover = entity.and_then(|entity| service.operation(entity.removed_by.as_ref()?));
    let (Some(entity), Some(remover)) = (entity, remover) else { return };
    if session.has_gone_silent() {
        return session.ledger.record_leftover(live, SILENT);
    }
    let sent = match removal_of(service, remover, live) {
        Ok(sent) => session.target.fixed(remover, &[], sent),
        Err(reason) => return session.ledger.record_leftover(live, &reason),
    };
    if let Some(reason) = identity::why_foreign(session, service, entity, live).await {
        session.ledger.record_leftover(live, &reason);
        // The entity that the run has created may exist under another id.
        if entity.listed_by.is_some() && !live.unique.is_empty() {
            session.ledger.give_up_id(live, live.creation(), &reason);
        }
        return;
    }
    let call = Call { service, operation: remover, parameters: &sent, twist: None, nonce: None };
    let exchange = session.call_to_the_end(call).await;
    let outcome = removal_outcome(service, remover, live, &exchange);
    if matches!(&exchange.outcome, Outcome::NoResponse(reason) if may_have_arrived(reason)) {
        session.ledger.record_removal_request(&live.service, &live.entity, &live.id);
    }
    let (ledger, name) = (&session.ledger, &remover.name);
    match outcome {
        Removal::Done => match identity::still_exists(session, service, entity, live).await {
            false => ledger.record_removed(&live.service, &live.entity, &live.id),
            true if !is_last => ledger.postpone(live, Pending::Shown),
            true => ledger.record_leftover(live, &format!("{name} was accepted, but it still exists")),
        },
        // The entity may not be visible yet, or may exist under another id: the run has not removed it.
        Removal::Unknown if !is_last => ledger.postpone(live, Pending::NotVisible),
        Removal::Unknown if entity.listed_by.is_some() && !live.unique.is_empty() => {
            ledger.give_up_id(live, live.creation(), "its removal did not find it");
        }
        // The entity may have been removed together with its parent, by a removal that was not answered, or by the
        // earlier run that created it.
        Removal::Unknown if live.may_be_gone || ledger.has_removed_parent(live) => {
            ledger.record_removed(&live.service, &live.entity, &live.id);
        }
        Removal::Unknown => {
            ledger.record_leftover(live, "its removal did not find it, although nothing has removed it")
        }
        Removal::State(code) if !is_last => ledger.postpone(live, Pending::State(code)),
        Removal::State(code) => {
            ledger.record_unremovable(
                live,
                &format!("{name} is rejected with {code}, as documented for its state"),
            );
        }
        Removal::Failed(reason) => {
            let reason = session.hidden([&exchange.request]).clean(&reason);
            match is_last {
                false => ledger.postpone(live, Pending::Failed(reason)),
                true => ledger.record_leftover(live, &reason),
            }
        }
    }
}

/// Returns the parameters of a removal: the id, the ids of the entity's parents, and whatever else the operation
/// requires.
fn removal_of(
    service: &Service,
    remover: &Operation,
    live: &LiveEntity,
) -> Result<Vec<(String, Json)>, String> {
    let mut sent = Vec::new();
    let mut is_named = false;
    for parameter in &remover.parameters {
        let is_demanded = generate::is_demanded(service, remover, parameter);
        let value = match &parameter.exists {
            Some(name) if *name == live.entity && !is_named => {
                is_named = true;
                Some(as_parameter(parameter, &live.id))
            }
            Some(name) => {
                let parent = live.parents.iter().find(|(parent, _)| parent == name);
                parent.map(|(_, id)| as_parameter(parameter, id))
            }
            None if is_demanded => generate::valid_value(parameter),
            None => None,
        };
        match value {
            Some(value) => {
                let is_id = parameter.exists.is_some();
                if is_id && !wire::can_name(service, remover, parameter, &value) {
                    return Err(format!("{} cannot encode this id unambiguously", remover.name));
                }
                sent.push((parameter.name.clone(), value));
            }
            None if is_demanded => {
                let name = &parameter.name;
                return Err(format!("{} needs a value for {name}, but none is known", remover.name));
            }
            None => {}
        }
    }
    match is_named {
        true => Ok(sent),
        false => Err(format!("{} has no parameter for its id", remover.name)),
    }
}

/// Returns an id in the form that a parameter takes.
pub fn as_parameter(parameter: &Member, id: &Json) -> Json {
    match parameter.schema.kind() {
        Type::Array => Json::List(vec![id.clone()]),
        _ => id.clone(),
    }
}

fn removal_outcome(
    service: &Service,
    remover: &Operation,
    live: &LiveEntity,
    exchange: &Exchange,
) -> Removal {
    let response = match &exchange.outcome {
        Outcome::NoResponse(reason) => return Removal::Failed(reason.to_string()),
        Outcome::Received(response) => response,
    };
    let name = &remover.name;
    match wire::decode(service, remover, response) {
        Reply::Accepted(output) => match wire::error_in_success(service, remover, &output) {
            None => Removal::Done,
            Some(code) => Removal::Failed(format!("{name} returned {code} in a success")),
        },
        Reply::Unreadable(why) => Removal::Failed(format!("unreadable response of {name}: {why}")),
        Reply::Misplaced(path) => {
            Removal::Failed(format!("the response {} of {name} has no `{path}`", response.status))
        }
        Reply::Rejected { code, .. } => {
            let rows = service.rows_matching(remover, &code, response.status);
            let is_state = |when: &When| *when == When::Circumstance(Circumstance::State);
            let is_unknown = |when: &When| says_unknown(when, remover, live);
            match () {
                () if rows.iter().any(|row| is_unknown(&row.when)) => Removal::Unknown,
                () if rows.iter().any(|row| is_state(&row.when)) => Removal::State(code),
                () => Removal::Failed(format!("{name} was rejected with {code}")),
            }
        }
    }
}

/// Returns `true` if an error row says that there is no such entity.
pub fn says_unknown(when: &When, operation: &Operation, live: &LiveEntity) -> bool {
    let takes_id = |name: &str| {
        operation.parameter(name).is_some_and(|parameter| parameter.exists.as_ref() == Some(&live.entity))
    };
    let says_so = |bound: &Bound| {
        bound.part == Part::ExistsUnknown && bound.at.as_ref().is_none_or(|at| takes_id(at.parameter()))
    };
    matches!(when, When::Breaches(bound) if bound.iter().any(says_so))
}
