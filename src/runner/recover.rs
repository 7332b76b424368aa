//! Cleaning up behind what nobody has told: an earlier run that was killed, calls whose answers do not say what they have made.

use std::collections::{BTreeMap, HashSet};

use crate::digest;
use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service, Specs, Type};
use crate::wire::{self, Call, Outcome, Reply};

use super::clean_up;
use super::journal::{Remains, Wish};
use super::ledger::Doubt;
use super::session::Session;

/// Who owns what an earlier run has left.
const EARLIER: &str = "an earlier run";

/// So many pages of a list are read at most.
const PAGES: i64 = 100;

/// Removes what an earlier run has left: entities by their ids; those of calls that were never answered by the values that
/// only they can have. What cannot be removed stands in the ledger, with the reason.
pub async fn recover(session: &Session, specs: &Specs, remains: &Remains) {
    for trace in &remains.living {
        let Some((service, entity)) = find(specs, &trace.service, &trace.entity) else { continue };
        let Ok(id) = Json::read(trace.id.as_bytes()) else { continue };
        remove(session, service, entity, id, EARLIER).await;
    }
    let doubts = remains.unanswered.iter().map(|wish| Doubt {
        wish: wish.clone(),
        case: EARLIER.to_owned(),
        reason: format!("it may have been made by {EARLIER} that was killed"),
    });
    settle(session, specs, doubts.collect()).await;
}

/// Finds out what calls have made whose answers do not say it, where the service lists its entities, and removes it.
pub async fn settle(session: &Session, specs: &Specs, doubts: Vec<Doubt>) {
    let mut kinds: BTreeMap<(String, String), Vec<Doubt>> = BTreeMap::new();
    for doubt in doubts {
        kinds.entry((doubt.wish.service.clone(), doubt.wish.entity.clone())).or_default().push(doubt);
    }
    for ((folder, name), doubts) in kinds {
        let Some((service, entity)) = find(specs, &folder, &name) else { continue };
        let (named, nameless): (Vec<Doubt>, _) =
            doubts.into_iter().partition(|doubt| !doubt.wish.unique.is_empty());
        give_up(session, entity, &nameless, "nothing that it has tells it from others");
        if named.is_empty() {
            continue;
        }
        match listed(session, service, entity, &named).await {
            Ok(found) => {
                named.iter().for_each(|doubt| session.ledger.answered(&doubt.wish));
                for (owner, id) in found {
                    remove(session, service, entity, id, &owner).await;
                }
            }
            Err(why) => give_up(session, entity, &named, &why),
        }
    }
}

/// Lists what may live on. Where the service has a list of them, the next run asks again.
fn give_up(session: &Session, entity: &Entity, doubts: &[Doubt], why: &str) {
    for Doubt { wish, case, reason } in doubts {
        let values: Vec<String> = wish.unique.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let with = if values.is_empty() { String::new() } else { format!(", with {}", values.join(", ")) };
        session.ledger.made_unnamed(&wish.service, &wish.entity, case, &format!("{reason}{with}; {why}"));
        if entity.listed_by.is_none() || wish.unique.is_empty() {
            session.ledger.answered(wish);
        }
    }
}

fn find<'s>(specs: &'s Specs, service: &str, entity: &str) -> Option<(&'s Service, &'s Entity)> {
    let service = specs.service(service)?;
    Some((service, service.entity(entity)?))
}

async fn remove(session: &Session, service: &Service, entity: &Entity, id: Json, owner: &str) {
    let living = session.living(service, entity, &id, owner);
    session.ledger.made(entity, living.clone());
    clean_up::remove(session, service, &living).await;
}

/// The ids of the entities that have the values of a wish, each with the case that wished for it.
async fn listed(
    session: &Session,
    service: &Service,
    entity: &Entity,
    doubts: &[Doubt],
) -> Result<Vec<(String, Json)>, String> {
    let lister = entity.listed_by.as_ref().and_then(|name| service.operation(name));
    let lister = lister.ok_or_else(|| "the service has no list of them".to_owned())?;
    let mut found: Vec<(String, Json)> = Vec::new();
    let mut seen = HashSet::new();
    for page in 1..=PAGES {
        let number = entity.pages_by.iter().map(|name| (name.clone(), Json::Integer(page))).collect();
        let sent = session.target.fixed(lister, &[], number);
        let call = Call { service, operation: lister, parameters: &sent, twist: None, nonce: None };
        let exchange = session.call_to_the_end(call).await;
        let Outcome::Answered(answer) = &exchange.outcome else {
            return Err("the list was not answered".to_owned());
        };
        let Reply::Accepted(output) = wire::decode(service, answer) else {
            return Err("the list was refused".to_owned());
        };
        let before = seen.len();
        let members = members(lister, output).ok_or_else(|| "its answer holds no list".to_owned())?;
        for member in members {
            let Some(id) = id(entity, &member) else { continue };
            let is_new = seen.insert(digest::fnv(id.to_string().as_bytes()));
            if let Some(doubt) = doubts.iter().find(|doubt| is_new && has(&member, &doubt.wish)) {
                found.push((doubt.case.clone(), id));
            }
        }
        // The last page, or a service that has only one and gives it again.
        if seen.len() == before || entity.pages_by.is_none() {
            break;
        }
    }
    Ok(found)
}

/// The entities of a list: the members of the one array among its response elements.
fn members(lister: &Operation, output: Json) -> Option<Vec<Json>> {
    let array = lister.response.iter().find(|element| element.kind == Type::Array)?;
    let Json::Object(members) = output else { return None };
    match members.into_iter().find(|(name, _)| *name == array.name)? {
        (_, Json::List(items)) => Some(items),
        _ => None,
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
