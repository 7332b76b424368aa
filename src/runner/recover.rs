//! Cleaning up behind an earlier run that was killed.

use std::collections::HashSet;

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service, Specs, Type};
use crate::wire::{self, Call, Outcome, Reply};

use super::clean_up;
use super::journal::{Remains, Wish};
use super::ledger::Living;
use super::session::Session;

/// Who owns what an earlier run has left.
const EARLIER: &str = "an earlier run";

/// So many pages of a list are read at most.
const PAGES: i64 = 100;

/// Removes what is left: entities by their ids; those of calls that were never answered by the values that only they can
/// have, where the service lists its entities. What cannot be removed stands in the ledger, with the reason.
pub async fn recover(session: &Session, specs: &Specs, remains: &Remains) {
    for trace in &remains.living {
        let Some((service, entity)) = find(specs, &trace.service, &trace.entity) else { continue };
        let Ok(id) = Json::read(trace.id.as_bytes()) else { continue };
        remove(session, service, entity, id).await;
    }
    for wish in &remains.unanswered {
        let Some((service, entity)) = find(specs, &wish.service, &wish.entity) else { continue };
        match listed(session, service, entity, wish).await {
            Ok(ids) => {
                for id in ids {
                    remove(session, service, entity, id).await;
                }
            }
            Err(reason) => {
                session.ledger.made_unnamed(service, entity, EARLIER, &reason);
                if entity.listed_by.is_some() {
                    // The next run asks again.
                    session.ledger.asked(wish);
                }
            }
        }
    }
}

fn find<'s>(specs: &'s Specs, service: &str, entity: &str) -> Option<(&'s Service, &'s Entity)> {
    let service = specs.service(service)?;
    Some((service, service.entity(entity)?))
}

async fn remove(session: &Session, service: &Service, entity: &Entity, id: Json) {
    session.ledger.made(service, entity, id.clone(), EARLIER);
    let living =
        Living { service: service.folder.clone(), entity: entity.name.clone(), id, case: EARLIER.to_owned() };
    clean_up::remove(session, service, &living).await;
}

/// The ids of the entities that have the values of a wish.
async fn listed(
    session: &Session,
    service: &Service,
    entity: &Entity,
    wish: &Wish,
) -> Result<Vec<Json>, String> {
    let values: Vec<String> = wish.unique.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let with = if values.is_empty() { String::new() } else { format!(" with {}", values.join(", ")) };
    let unknown = |why: &str| format!("it may have been made{with} by {EARLIER} that was killed: {why}");
    let lister = entity.listed_by.as_ref().and_then(|name| service.operation(name));
    let lister = lister.ok_or_else(|| unknown("the service has no list of them"))?;
    if wish.unique.is_empty() {
        return Err(unknown("nothing that it has tells it from others"));
    }
    let mut found: Vec<Json> = Vec::new();
    let mut seen = HashSet::new();
    for page in 1..=PAGES {
        let sent: Vec<(String, Json)> =
            entity.pages_by.iter().map(|name| (name.clone(), Json::Integer(page))).collect();
        let call = Call { service, operation: lister, parameters: &sent, twist: None, nonce: None };
        let exchange = session.call(call).await;
        let Outcome::Answered(answer) = &exchange.outcome else {
            return Err(unknown("the list was not answered"));
        };
        let Reply::Accepted(output) = wire::decode(service, answer) else {
            return Err(unknown("the list was refused"));
        };
        let members = members(lister, &output);
        let before = seen.len();
        seen.extend(members.iter().filter_map(|member| id(entity, member)).map(|id| id.to_string()));
        found.extend(
            members.iter().filter(|member| has(member, wish)).filter_map(|member| id(entity, member)),
        );
        // The last page, or a service that has only one and gives it again.
        if seen.len() == before || sent.is_empty() {
            break;
        }
    }
    found.dedup();
    Ok(found)
}

/// The entities of a list: the members of the one array among its response elements.
fn members(lister: &Operation, output: &Json) -> Vec<Json> {
    let array = lister.response.iter().find(|element| element.kind == Type::Array);
    match array.and_then(|element| output.get(&element.name)) {
        Some(Json::List(items)) => items.clone(),
        _ => Vec::new(),
    }
}

fn has(member: &Json, wish: &Wish) -> bool {
    wish.unique.iter().all(|(name, value)| member.get(name).and_then(Json::as_text) == Some(value))
}

/// The id of a list's member: it has there the name that it has in the answer of the operation that makes one.
fn id(entity: &Entity, member: &Json) -> Option<Json> {
    let name = entity.id.rsplit('.').next()?;
    member.get(name).cloned()
}
