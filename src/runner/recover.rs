//! Cleaning up behind what nobody has told: an earlier run that was killed, calls whose answers do not say what they have made.

use std::collections::{BTreeMap, HashSet};

use crate::digest;
use crate::json::Json;
use crate::spec::model::{Entity, Operation, Service, Specs, Type};
use crate::wire::{self, Call, Outcome, Reply};

use super::SILENT;
use super::clean_up;
use super::journal::{Remains, Wish};
use super::ledger::{Doubt, Living};
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
        let living = session.living(service, entity, &id, EARLIER);
        session.ledger.known(living.clone());
        clean_up::remove(session, service, &living).await;
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
        give_up(session, entity, &nameless, "nothing that it has tells it from those of others");
        if named.is_empty() {
            continue;
        }
        match listed(session, service, entity, &named).await {
            Ok(found) => {
                // First entered, then struck: between the two the process may end.
                found.iter().for_each(|living| session.ledger.made(entity, living.clone()));
                named.iter().for_each(|doubt| session.ledger.answered(&doubt.wish));
                for living in found {
                    clean_up::remove(session, service, &living).await;
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
        session.ledger.made_unnamed(&wish.service, entity, case, &format!("{reason}{with}; {why}"));
        if entity.listed_by.is_none() || wish.unique.is_empty() {
            session.ledger.answered(wish);
        }
    }
}

fn find<'s>(specs: &'s Specs, service: &str, entity: &str) -> Option<(&'s Service, &'s Entity)> {
    let service = specs.service(service)?;
    Some((service, service.entity(entity)?))
}

/// The entities that have the values of a wish, each owned by the case that wished for it.
async fn listed(
    session: &Session,
    service: &Service,
    entity: &Entity,
    doubts: &[Doubt],
) -> Result<Vec<Living>, String> {
    let lister = entity.listed_by.as_ref().and_then(|name| service.operation(name));
    let lister = lister.ok_or_else(|| "the service has no list of them".to_owned())?;
    if session.has_gone_silent() {
        return Err(SILENT.to_owned());
    }
    let mut found: Vec<Living> = Vec::new();
    let mut seen = HashSet::new();
    for page in 1..=PAGES {
        let members = page_of(session, service, (entity, lister), page).await?;
        let before = seen.len();
        for member in &members {
            let shows = |wish: &Wish| wish.unique.iter().any(|(name, _)| member.get(name).is_some());
            let (Some(id), true) = (id(entity, member), doubts.iter().any(|doubt| shows(&doubt.wish))) else {
                return Err("its list does not show what tells it from those of others".to_owned());
            };
            let is_new = seen.insert(digest::fnv(id.to_string().as_bytes()));
            if let Some(doubt) = doubts.iter().find(|doubt| is_new && has(member, &doubt.wish)) {
                found.push(session.living(service, entity, &id, &doubt.case));
            }
        }
        // The last page, or a service that has only one and gives it again.
        if seen.len() == before || entity.pages_by.is_none() {
            return Ok(found);
        }
    }
    Err(format!("its list has more than {PAGES} pages"))
}

/// The members of one page of a list.
async fn page_of(
    session: &Session,
    service: &Service,
    (entity, lister): (&Entity, &Operation),
    page: i64,
) -> Result<Vec<Json>, String> {
    let number = entity.pages_by.iter().map(|name| (name.clone(), Json::Integer(page))).collect();
    let sent = session.target.fixed(lister, &[], number);
    let call = Call { service, operation: lister, parameters: &sent, twist: None, nonce: None };
    let exchange = session.call_to_the_end(call).await;
    let Outcome::Answered(answer) = &exchange.outcome else {
        return Err("the list was not answered".to_owned());
    };
    match wire::decode(service, answer) {
        Reply::Accepted(output) => {
            members(lister, output).ok_or_else(|| "its answer holds no list".to_owned())
        }
        Reply::Refused { .. } | Reply::Unreadable(_) => Err("the list was refused".to_owned()),
    }
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
