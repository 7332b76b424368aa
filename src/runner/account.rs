//! The account of a call: what it has created or removed is recorded in the ledger.

use std::time::Instant;

use crate::json::Json;
use crate::spec::model::{Entity, Member, Operation, Service, When};
use crate::wire::{self, Call, Exchange, NoResponse, Outcome, Reply};

use super::cost::is_remover;
use super::journal::Creation;
use super::ledger::{Doubt, LiveEntity, ReturnedId};
use super::session::Session;

/// The caller, for the account.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The owner, who removes what the call creates.
    pub owner: &'a str,
    /// Random values that nobody else has: an entity with such a value was created by this call.
    pub distinguishing: &'a [String],
    /// `true` to send the call only once, whatever circumstance the target returns.
    pub once: bool,
}

/// The outcome of a call.
#[derive(Debug)]
pub struct CallOutcome {
    /// Request and response.
    pub exchange: Exchange,
    /// The id of the created entity.
    pub id: Option<Json>,
    /// The case that created another live entity with this id.
    pub as_another: Option<String>,
}

/// Calls an operation, and records what it creates or removes.
pub async fn call(session: &Session, call: Call<'_>, caller: Caller<'_>) -> CallOutcome {
    let since = Instant::now();
    let creation = creation(session, call, caller.distinguishing);
    if let Some(creation) = &creation {
        session.ledger.record_request(creation);
    }
    let exchange = match caller.once {
        true => session.call_once(call).await,
        false => session.call(call).await,
    };
    let effect = call_effect(session, call, &exchange);
    let mut called = CallOutcome { exchange, id: None, as_another: None };
    if let CallEffect::Success(output) = &effect {
        for (entity, id) in removed_ids(call) {
            session.ledger.record_removed(&call.service.folder, entity, id);
        }
        record_change(session, call);
        if let Some(entity) = call.service.created_by(call.operation) {
            called.id = id_in(entity, call.parameters, output).cloned();
        }
    }
    if let CallEffect::Doubt(_) = &effect {
        removed_ids(call)
            .for_each(|(entity, id)| session.ledger.record_removal_request(&call.service.folder, entity, id));
    }
    record_creation(session, call, effect, (creation, since), caller.owner, &mut called);
    called
}

/// Returns what a call may create, with the values that only this entity can have. Values that others may have as well
/// are left out: the run must not remove what it finds by them.
fn creation(session: &Session, call: Call<'_>, distinguishing: &[String]) -> Option<Creation> {
    let entity = call.service.created_by(call.operation);
    let entity = entity.filter(|entity| entity.removed_by.is_some())?;
    Some(Creation {
        service: call.service.folder.clone(),
        at: session.address_of(call.service),
        entity: entity.name.clone(),
        unique: unique_values(call).filter(|(_, value)| distinguishing.contains(value)).collect(),
    })
}

/// Returns the values that a call sends for unique parameters, and the name that it chooses.
fn unique_values(call: Call<'_>) -> impl Iterator<Item = (String, String)> + '_ {
    let is_unique = move |name: &str| call.operation.parameter(name).is_some_and(Member::is_new);
    let unique = call.parameters.iter().filter(move |(name, _)| is_unique(name));
    unique.filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())))
}

/// Records what a call has created, or may have created.
fn record_creation(
    session: &Session,
    call: Call<'_>,
    effect: CallEffect,
    (creation, since): (Option<Creation>, Instant),
    owner: &str,
    called: &mut CallOutcome,
) {
    let Some(entity) = call.service.created_by(call.operation) else { return };
    let unique = creation.as_ref().map(|creation| creation.unique.clone()).unwrap_or_default();
    let reason = match (effect, &called.id) {
        (CallEffect::Nothing, _) => None,
        (CallEffect::Doubt(reason), _) => Some(reason),
        (CallEffect::Success(_), None) => Some("the response has no usable id".to_owned()),
        (CallEffect::Success(_), Some(id)) => {
            let live = session.live_entity(call.service, entity, id, owner, &unique);
            let values = unique_values(call).collect();
            let live = LiveEntity { parents: parent_ids(call), made: Some(Instant::now()), values, ..live };
            match session.ledger.record_created(entity, live) {
                ReturnedId::New => None,
                ReturnedId::AsAnother(case) => {
                    called.as_another = Some(case);
                    Some("the response has the id of another live entity".to_owned())
                }
            }
        }
    };
    match (reason, creation) {
        (Some(reason), creation) => {
            let hidden = session.hidden([&called.exchange.request]);
            let reason = hidden.clean(&format!("it may have been created: {reason}"));
            match creation {
                Some(creation) => {
                    let doubt = Doubt { creation, case: owner.to_owned(), reason, since: Some(since) };
                    session.ledger.record_doubt(doubt);
                }
                None => session.ledger.record_unnamed(&call.service.folder, entity, owner, &reason),
            }
        }
        (None, Some(creation)) => session.ledger.record_response(&creation),
        (None, None) => {}
    }
}

/// Returns the ids of other entities that a call carries, by entity name.
fn parent_ids(call: Call<'_>) -> Vec<(String, Json)> {
    let named = call.parameters.iter().filter_map(|(name, id)| {
        let entity = call.operation.parameter(name)?.exists.clone()?;
        Some((entity, id.clone()))
    });
    named.collect()
}

/// Returns the ids that a call asks to remove, by entity name.
fn removed_ids(call: Call<'_>) -> impl Iterator<Item = (&String, &Json)> {
    let is_removed = move |entity: &String| {
        let entity = call.service.entity(entity);
        entity.is_some_and(|entity| entity.removed_by.as_ref() == Some(&call.operation.name))
    };
    let remover = is_remover(call.service, call.operation).then_some(call);
    let sent = remover.into_iter().flat_map(|call| call.parameters);
    sent.filter_map(move |(name, value)| {
        let entity = call.operation.parameter(name)?.exists.as_ref()?;
        let ids = match value {
            Json::List(ids) => ids.as_slice(),
            id => std::slice::from_ref(id),
        };
        // A parent that the call names is not removed with it.
        is_removed(entity).then(|| ids.iter().map(move |id| (entity, id)))
    })
    .flatten()
}

/// Records what a call has changed in the entities that it names.
fn record_change(session: &Session, call: Call<'_>) {
    if call.service.created_by(call.operation).is_some() || is_remover(call.service, call.operation) {
        return;
    }
    let texts =
        call.parameters.iter().filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())));
    let values: Vec<(String, String)> = texts.collect();
    for (entity, id) in parent_ids(call) {
        session.ledger.record_changed(&call.service.folder, &entity, &id, &values);
    }
}

/// The outcome of a call, for the account.
enum CallEffect {
    /// The call has done what it asks for.
    Success(Json),
    /// Nothing was created or removed.
    Nothing,
    /// The response does not say; the reason.
    Doubt(String),
}

fn call_effect(session: &Session, call: Call<'_>, exchange: &Exchange) -> CallEffect {
    let Call { service, operation, .. } = call;
    let response = match &exchange.outcome {
        Outcome::NoResponse(reason) if may_have_arrived(reason) => {
            return CallEffect::Doubt(reason.to_string());
        }
        Outcome::NoResponse(_) => return CallEffect::Nothing,
        Outcome::Received(response) => response,
    };
    match wire::gateway(service, operation, response, &session.target.gateways) {
        // A caller that is over the limit or forbidden has not been let in.
        Some(_) if response.status == 429 || response.status == 403 => return CallEffect::Nothing,
        Some(_) => return CallEffect::Doubt(format!("a gateway responded with {}", response.status)),
        None => {}
    }
    match wire::decode(service, operation, response) {
        Reply::Accepted(output) => match wire::error_in_success(service, operation, &output) {
            Some(_) => CallEffect::Nothing,
            None => CallEffect::Success(output),
        },
        // A failing service may have done what was asked for before it failed, unless the page says what the error
        // means.
        Reply::Rejected { code, .. }
            if response.status >= 500 && !is_row(service, operation, &code, response.status) =>
        {
            CallEffect::Doubt(format!("the response was {} {code}", response.status))
        }
        Reply::Rejected { .. } => CallEffect::Nothing,
        Reply::Unreadable(_) | Reply::Misplaced(_) if (400..500).contains(&response.status) => {
            CallEffect::Nothing
        }
        Reply::Unreadable(why) => {
            CallEffect::Doubt(format!("unreadable response {}: {why}", response.status))
        }
        Reply::Misplaced(path) => {
            CallEffect::Doubt(format!("the response {} has no `{path}`", response.status))
        }
    }
}

/// Returns `true` if an error response is an error row with a `when`.
fn is_row(service: &Service, operation: &Operation, code: &str, status: u16) -> bool {
    let rows = service.rows_matching(operation, code, status);
    rows.iter().any(|row| row.status == Some(status) && row.when != When::Unsaid)
}

/// Returns `true` if an unanswered call may have arrived.
pub fn may_have_arrived(reason: &NoResponse) -> bool {
    matches!(
        reason,
        NoResponse::TimedOut(_)
            | NoResponse::Closed
            | NoResponse::Lost
            | NoResponse::TooLarge(_)
            | NoResponse::NotHttp(_)
    )
}

/// Maximum length of a text that is accepted as an id, in bytes: it is sent again and kept as long as the run lasts.
const ID: usize = 4096;

/// Returns the id of the created entity: from the response, or what the call names it.
fn id_in<'j>(entity: &Entity, sent: &'j [(String, Json)], output: &'j Json) -> Option<&'j Json> {
    let id = match &entity.named_by {
        Some(parameter) => sent.iter().find(|(name, _)| name == parameter).map(|(_, value)| value),
        None => output.at(&entity.id),
    };
    id.filter(|id| match id {
        Json::Text(text) => !text.is_empty() && text.len() <= ID,
        id => matches!(id, Json::Integer(_) | Json::Big(_)),
    })
}

/// Returns `true` if a response lacks the id of the entity that the operation creates.
pub fn lacks_id(service: &Service, operation: &Operation, output: &Json) -> bool {
    let made = service.created_by(operation).filter(|entity| entity.named_by.is_none());
    made.is_some_and(|entity| id_in(entity, &[], output).is_none())
}
