//! Checks that an id names what the run has created, and that removed entities are gone: once for each kind of entity,
//! and again as long as the responses give reason to.

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service};
use crate::wire::{self, Call, Outcome, Reply};

use super::clean_up::{as_parameter, says_unknown};
use super::ledger::LiveEntity;
use super::session::Session;

/// The result of reading an entity.
enum ReadResult {
    /// One of the values that only this entity can have.
    Own,
    /// Another value instead.
    Other(String),
    /// There is no such entity.
    Unknown,
    /// Nothing that identifies it.
    Nothing,
}

/// Returns the reason why an entity must not be removed by its id: the entity with that id shows another value instead
/// of one of its own.
pub async fn why_foreign(
    session: &Session,
    service: &Service,
    entity: &Entity,
    live: &LiveEntity,
) -> Option<String> {
    let trust = session.ledger.trust(&live.service, &live.entity);
    if trust.names_own || live.values.is_empty() {
        return None;
    }
    let reader = reader(service, entity)?;
    match read(session, service, entity, reader, live).await {
        ReadResult::Own => {
            let trust = super::ledger::Trust { names_own: true, ..trust };
            session.ledger.set_trust(&live.service, &live.entity, trust);
            None
        }
        ReadResult::Other(shown) => {
            Some(format!("{} returns {shown} for its id, so the id may belong to somebody else", reader.name))
        }
        ReadResult::Unknown | ReadResult::Nothing => None,
    }
}

/// Returns `true` if an entity whose removal was accepted is still there.
pub async fn still_exists(session: &Session, service: &Service, entity: &Entity, live: &LiveEntity) -> bool {
    let trust = session.ledger.trust(&live.service, &live.entity);
    if trust.removes {
        return false;
    }
    let Some(reader) = reader(service, entity) else { return false };
    match read(session, service, entity, reader, live).await {
        ReadResult::Unknown => {
            let trust = super::ledger::Trust { removes: true, ..trust };
            session.ledger.set_trust(&live.service, &live.entity, trust);
            false
        }
        // A response that may show an end state (`status: removed`) proves nothing.
        ReadResult::Own => !shows_states(reader),
        ReadResult::Other(_) | ReadResult::Nothing => false,
    }
}

/// Returns the operation that reads one entity by its id.
fn reader<'s>(service: &'s Service, entity: &'s Entity) -> Option<&'s Operation> {
    service.readers(&entity.name).next()
}

/// Returns `true` if a response lists values that may say that the entity is removed.
fn shows_states(reader: &Operation) -> bool {
    fn lists(elements: &[crate::spec::model::Member]) -> bool {
        elements.iter().any(|element| !element.listed().is_empty() || lists(element.schema.below()))
    }
    lists(&reader.response)
}

async fn read(
    session: &Session,
    service: &Service,
    entity: &Entity,
    reader: &Operation,
    live: &LiveEntity,
) -> ReadResult {
    let Some(id) = reader.parameters.iter().find(|parameter| parameter.exists.as_ref() == Some(&live.entity))
    else {
        return ReadResult::Nothing;
    };
    if !wire::can_name(service, reader, id, &live.id) {
        return ReadResult::Nothing;
    }
    let mut sent = vec![(id.name.clone(), as_parameter(id, &live.id))];
    for parameter in reader.parameters.iter().filter(|parameter| parameter.name != id.name) {
        let parent = live.parents.iter().find(|(name, _)| Some(name) == parameter.exists.as_ref());
        sent.extend(parent.map(|(_, id)| (parameter.name.clone(), as_parameter(parameter, id))));
    }
    let sent = session.target.fixed(reader, &[], sent);
    let call = Call { service, operation: reader, parameters: &sent, twist: None, nonce: None };
    let exchange = session.call_to_the_end(call).await;
    let Outcome::Received(response) = &exchange.outcome else { return ReadResult::Nothing };
    match wire::decode(service, reader, response) {
        Reply::Accepted(output) => shown(service, entity, reader, live, &output),
        Reply::Rejected { code, .. } => {
            let rows = service.rows_matching(reader, &code, response.status);
            match rows.iter().any(|row| says_unknown(&row.when, reader, live)) {
                true => ReadResult::Unknown,
                false => ReadResult::Nothing,
            }
        }
        Reply::Unreadable(_) | Reply::Misplaced(_) => ReadResult::Nothing,
    }
}

fn shown(
    service: &Service,
    entity: &Entity,
    reader: &Operation,
    live: &LiveEntity,
    output: &Json,
) -> ReadResult {
    let Some(maker) = service.operation(&entity.made_by) else { return ReadResult::Nothing };
    for shown in reader.shows(maker) {
        let of_it = |(name, _): &&(String, String)| *name == shown.parameter;
        let own: Vec<&str> = live.values.iter().filter(of_it).map(|(_, value)| value.as_str()).collect();
        let Some(Json::Text(text)) = output.at(&shown.path).filter(|_| !own.is_empty()) else { continue };
        // A service may store a value in another letter case, and without surrounding white space.
        let is_it = |own: &&str| text.trim().to_lowercase() == own.trim().to_lowercase();
        match own.iter().any(is_it) {
            false => return ReadResult::Other(format!("a different {}", shown.parameter)),
            true if live.unique.iter().any(|value| of_it(&value)) => return ReadResult::Own,
            // Others may have the same value by chance: it proves nothing.
            true => {}
        }
    }
    ReadResult::Nothing
}
