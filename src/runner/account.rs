//! The account of a call: what it has made or removed goes into the ledger.

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service};
use crate::wire::{self, Exchange, NoAnswer, Outcome, Reply};

use super::cost::is_remover;
use super::journal::Wish;
use super::ledger::Doubt;
use super::session::Session;

/// Notes what a call may make, before it is sent.
pub fn ask(session: &Session, service: &Service, operation: &Operation, sent: &[(String, Json)]) {
    if let Some(wish) = wish(session, service, operation, sent) {
        session.ledger.asked(&wish);
    }
}

/// What a call may make, by the values that only that can have.
fn wish(
    session: &Session,
    service: &Service,
    operation: &Operation,
    sent: &[(String, Json)],
) -> Option<Wish> {
    let entity = service.created_by(operation);
    let entity = entity.filter(|entity| entity.removed_by.is_some())?;
    let is_unique = |name: &str| operation.parameter(name).is_some_and(|parameter| parameter.unique);
    let unique = sent.iter().filter(|(name, _)| is_unique(name));
    let unique = unique.filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())));
    Some(Wish {
        service: service.folder.clone(),
        at: session.at(service),
        entity: entity.name.clone(),
        unique: unique.collect(),
    })
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
    let (came, wish) = (came(session, service, operation, exchange), wish(session, service, operation, sent));
    if let (Came::Doubt(reason), Some(entity)) = (&came, service.created_by(operation)) {
        let reason = format!("it may have been made: {reason}");
        match wish {
            Some(wish) => session.ledger.doubted(Doubt { wish, case: owner.to_owned(), reason }),
            None => session.ledger.made_unnamed(&service.folder, &entity.name, owner, &reason),
        }
        return None;
    }
    let id = match came {
        Came::Success(output) => enter(session, service, operation, sent, &output, owner),
        Came::Nothing | Came::Doubt(_) => None,
    };
    if let Some(wish) = wish {
        session.ledger.answered(&wish);
    }
    id
}

/// What came of a call, for the account.
enum Came {
    /// What it asks for is done.
    Success(Json),
    /// Nothing is made or removed.
    Nothing,
    /// The answer does not say; why.
    Doubt(String),
}

fn came(session: &Session, service: &Service, operation: &Operation, exchange: &Exchange) -> Came {
    let answer = match &exchange.outcome {
        // A call that was sent and not answered may have done something, where the target answers at all.
        Outcome::Unanswered(reason) if may_have_arrived(reason) && session.has_answered() => {
            return Came::Doubt(reason.to_string());
        }
        Outcome::Unanswered(_) => return Came::Nothing,
        Outcome::Answered(answer) => answer,
    };
    match wire::decode(service, answer) {
        Reply::Accepted(output) => match wire::error_in_success(service, &output) {
            Some(_) => Came::Nothing,
            None => Came::Success(output),
        },
        // A service that fails may have failed after it has done what was asked for; one that is busy has not begun.
        Reply::Refused { code, .. } if answer.status >= 500 && !service.is_passing(operation, &code) => {
            Came::Doubt(format!("it was answered with {} {code}", answer.status))
        }
        Reply::Refused { .. } => Came::Nothing,
        Reply::Unreadable(_) if (400..500).contains(&answer.status) => Came::Nothing,
        Reply::Unreadable(why) => Came::Doubt(format!("it was answered with {} and {why}", answer.status)),
    }
}

fn enter(
    session: &Session,
    service: &Service,
    operation: &Operation,
    sent: &[(String, Json)],
    output: &Json,
    owner: &str,
) -> Option<Json> {
    if is_remover(service, operation) {
        for (name, id) in sent {
            if let Some(entity) = operation.parameter(name).and_then(|parameter| parameter.exists.as_ref()) {
                session.ledger.removed(&service.folder, entity, id);
            }
        }
    }
    let entity = service.created_by(operation)?;
    let Some(id) = id_in(entity, output) else {
        let reason = "the answer that made it gave no id that can be used";
        session.ledger.made_unnamed(&service.folder, &entity.name, owner, reason);
        return None;
    };
    session.ledger.made(entity, session.living(service, entity, id, owner));
    Some(id.clone())
}

/// Whether a call that was not answered may have arrived.
fn may_have_arrived(reason: &NoAnswer) -> bool {
    matches!(reason, NoAnswer::TimedOut(_) | NoAnswer::Closed | NoAnswer::TooLarge(_) | NoAnswer::NotHttp(_))
}

/// The longest text that is taken for an id, in bytes: it is sent again and kept as long as the run lasts.
const ID: usize = 4096;

/// The id of what was made, as the answer gives it.
fn id_in<'j>(entity: &Entity, output: &'j Json) -> Option<&'j Json> {
    output.at(&entity.id).filter(|id| match id {
        Json::Text(text) => !text.is_empty() && text.len() <= ID,
        id => matches!(id, Json::Integer(_)),
    })
}

/// Whether an answer lacks the id of what the operation makes.
pub fn lacks_id(service: &Service, operation: &Operation, output: &Json) -> bool {
    service.created_by(operation).is_some_and(|entity| id_in(entity, output).is_none())
}
