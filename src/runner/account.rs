//! The account of a call: what it has made or removed goes into the ledger.

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service};
use crate::wire::{self, Exchange, NoAnswer, Outcome, Reply};

use super::cost::is_remover;
use super::journal::Wish;
use super::session::Session;

/// Notes what a call may make, before it is sent.
pub fn ask(session: &Session, service: &Service, operation: &Operation, sent: &[(String, Json)]) {
    if let Some(wish) = wish(service, operation, sent) {
        session.ledger.asked(&wish);
    }
}

/// What a call may make, by the values that only that can have.
fn wish(service: &Service, operation: &Operation, sent: &[(String, Json)]) -> Option<Wish> {
    let entity = service.created_by(operation);
    let entity = entity.filter(|entity| entity.removed_by.is_some())?;
    let is_unique = |name: &str| operation.parameter(name).is_some_and(|parameter| parameter.unique);
    let unique = sent.iter().filter(|(name, _)| is_unique(name));
    let unique = unique.filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())));
    Some(Wish { service: service.folder.clone(), entity: entity.name.clone(), unique: unique.collect() })
}

/// Enters what a call has made or removed; the id of what it made. The owner is who will remove it.
pub fn keep(
    session: &Session,
    service: &Service,
    operation: &Operation,
    sent: &[(String, Json)],
    exchange: &Exchange,
    owner: &str,
) -> Option<Json> {
    let id = enter(session, service, operation, sent, exchange, owner);
    let is_open = matches!(&exchange.outcome, Outcome::Unanswered(reason) if may_have_arrived(reason));
    if let Some(wish) = wish(service, operation, sent).filter(|_| !is_open) {
        session.ledger.answered(&wish);
    }
    id
}

fn enter(
    session: &Session,
    service: &Service,
    operation: &Operation,
    sent: &[(String, Json)],
    exchange: &Exchange,
    owner: &str,
) -> Option<Json> {
    let entity = service.created_by(operation);
    let output = match &exchange.outcome {
        Outcome::Unanswered(reason) => {
            may_have_made(session, service, entity, reason, owner);
            return None;
        }
        Outcome::Answered(answer) => match wire::decode(service, answer) {
            // An error in the body of a success has neither made nor removed anything.
            Reply::Accepted(output) if output.get("Code").is_none() => output,
            _ => return None,
        },
    };
    if is_remover(service, operation) {
        for (name, id) in sent {
            if let Some(entity) = operation.parameter(name).and_then(|parameter| parameter.exists.as_ref()) {
                session.ledger.removed(&service.folder, entity, id);
            }
        }
    }
    let entity = entity?;
    match output.at(&entity.id) {
        Some(id @ (Json::Text(_) | Json::Integer(_))) => {
            session.ledger.made(service, entity, id.clone(), owner);
            Some(id.clone())
        }
        _ => {
            let reason = "the answer that made it gave no id";
            session.ledger.made_unnamed(service, entity, owner, reason);
            None
        }
    }
}

/// A call that was sent and not answered may have made something, where the target answers at all.
fn may_have_made(
    session: &Session,
    service: &Service,
    entity: Option<&Entity>,
    reason: &NoAnswer,
    owner: &str,
) {
    if let Some(entity) = entity.filter(|_| may_have_arrived(reason) && session.has_answered()) {
        session.ledger.made_unnamed(service, entity, owner, &format!("it may have been made: {reason}"));
    }
}

/// Whether a call that was not answered may have arrived.
fn may_have_arrived(reason: &NoAnswer) -> bool {
    matches!(reason, NoAnswer::TimedOut(_) | NoAnswer::Closed | NoAnswer::TooLarge(_))
}

/// Whether an answer lacks the id of what the operation makes.
pub fn lacks_id(service: &Service, operation: &Operation, output: &Json) -> bool {
    let entity = service.created_by(operation);
    entity.is_some_and(|entity| !matches!(output.at(&entity.id), Some(Json::Text(_) | Json::Integer(_))))
}
