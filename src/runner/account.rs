//! The account of a call: what it has made or removed goes into the ledger.

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service};
use crate::wire::{self, Exchange, NoAnswer, Outcome, Reply};

use super::cost::is_remover;
use super::session::Session;

/// Enters what a call has made or removed; the id of what it made. The owner is who will remove it.
pub fn keep(
    session: &Session,
    service: &Service,
    operation: &Operation,
    sent: &[(String, Json)],
    exchange: &Exchange,
    owner: &str,
) -> Option<Json> {
    let entity = operation.creates.as_ref().and_then(|name| service.entity(name));
    let output = match &exchange.outcome {
        Outcome::Unanswered(reason) => {
            may_have_made(session, service, entity, reason, owner);
            return None;
        }
        Outcome::Answered(answer) => match wire::decode(service.protocol, answer) {
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
    let was_sent = matches!(reason, NoAnswer::TimedOut(_) | NoAnswer::Closed | NoAnswer::TooLarge(_));
    if let Some(entity) = entity.filter(|_| was_sent && session.has_answered()) {
        session.ledger.made_unnamed(service, entity, owner, &format!("it may have been made: {reason}"));
    }
}

/// Whether an answer lacks the id of what the operation makes.
pub fn lacks_id(service: &Service, operation: &Operation, output: &Json) -> bool {
    let entity = operation.creates.as_ref().and_then(|name| service.entity(name));
    entity.is_some_and(|entity| !matches!(output.at(&entity.id), Some(Json::Text(_) | Json::Integer(_))))
}
