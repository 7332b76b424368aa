//! The account of a call: what it has made or removed goes into the ledger.

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service};
use crate::wire::{self, Call, Exchange, NoAnswer, Outcome, Reply};

use super::cost::is_remover;
use super::journal::Wish;
use super::ledger::Doubt;
use super::session::Session;

/// Who calls, for the account.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// Who removes what the call makes.
    pub owner: &'a str,
    /// What was drawn for it that nobody else has: an entity with such a value is the call's own.
    pub telling: &'a [String],
    /// Whether it is called once, whatever circumstance answers.
    pub once: bool,
}

/// Calls an operation; what it makes or removes is entered. The exchange, and the id of what was made.
pub async fn call(session: &Session, call: Call<'_>, caller: Caller<'_>) -> (Exchange, Option<Json>) {
    let wish = wish(session, call, caller.telling);
    if let Some(wish) = &wish {
        session.ledger.asked(wish);
    }
    let exchange = match caller.once {
        true => session.call_once(call).await,
        false => session.call(call).await,
    };
    let id = keep(session, call, &exchange, wish, caller.owner);
    (exchange, id)
}

/// What a call may make, by the values that only that can have. Values that others may have as well tell nothing: what is
/// found by them would not be the run's to remove.
fn wish(session: &Session, call: Call<'_>, telling: &[String]) -> Option<Wish> {
    let entity = call.service.created_by(call.operation);
    let entity = entity.filter(|entity| entity.removed_by.is_some())?;
    let is_unique = |name: &str| call.operation.parameter(name).is_some_and(|parameter| parameter.unique);
    let unique = call.parameters.iter().filter(|(name, _)| is_unique(name));
    let unique = unique.filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())));
    Some(Wish {
        service: call.service.folder.clone(),
        at: session.at(call.service),
        entity: entity.name.clone(),
        unique: unique.filter(|(_, value)| telling.contains(value)).collect(),
    })
}

/// Enters what a call has made or removed; the id of what it made.
fn keep(
    session: &Session,
    call: Call<'_>,
    exchange: &Exchange,
    wish: Option<Wish>,
    owner: &str,
) -> Option<Json> {
    let mut came = came(call, exchange);
    if let Came::Success(output) = &came {
        strike(session, call);
        match call.service.created_by(call.operation).map(|entity| (entity, id_in(entity, output))) {
            None => {}
            Some((entity, Some(id))) => {
                session.ledger.made(entity, session.living(call.service, entity, id, owner));
            }
            Some((_, None)) => came = Came::Doubt("the answer gave no id that can be used".to_owned()),
        }
    }
    let doubted = match (&came, call.service.created_by(call.operation)) {
        (Came::Doubt(reason), Some(entity)) => Some((reason, entity)),
        _ => None,
    };
    match (doubted, wish) {
        (Some((reason, entity)), wish) => {
            let reason =
                session.hidden([&exchange.request]).clean(&format!("it may have been made: {reason}"));
            match wish {
                Some(wish) => session.ledger.doubted(Doubt { wish, case: owner.to_owned(), reason }),
                None => session.ledger.made_unnamed(&call.service.folder, entity, owner, &reason),
            }
        }
        (None, Some(wish)) => session.ledger.answered(&wish),
        (None, None) => {}
    }
    match came {
        Came::Success(output) => {
            let entity = call.service.created_by(call.operation)?;
            id_in(entity, &output).cloned()
        }
        Came::Nothing | Came::Doubt(_) => None,
    }
}

/// Strikes what a call has removed.
fn strike(session: &Session, call: Call<'_>) {
    if !is_remover(call.service, call.operation) {
        return;
    }
    for (name, id) in call.parameters {
        if let Some(entity) = call.operation.parameter(name).and_then(|parameter| parameter.exists.as_ref()) {
            session.ledger.removed(&call.service.folder, entity, id);
        }
    }
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

fn came(call: Call<'_>, exchange: &Exchange) -> Came {
    let Call { service, operation, .. } = call;
    let answer = match &exchange.outcome {
        Outcome::Unanswered(reason) if may_have_arrived(reason) => return Came::Doubt(reason.to_string()),
        Outcome::Unanswered(_) => return Came::Nothing,
        Outcome::Answered(answer) => answer,
    };
    match wire::decode(service, answer) {
        Reply::Accepted(output) => match wire::error_in_success(service, operation, &output) {
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
