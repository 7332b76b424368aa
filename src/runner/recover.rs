//! Cleanup after earlier runs that were killed, and after calls whose responses do not say what they have created.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::json::Json;
use crate::spec::model::{Entity, Operation, Pages, Service, Specs, Type};
use crate::wire::{self, Call, Outcome, Reply};

use super::SILENT;
use super::clean_up;
use super::journal::{Remains, Trace};
use super::ledger::{Doubt, LiveEntity};
use super::session::Session;

/// The owner of what an earlier run has left.
pub const EARLIER: &str = "an earlier run";

/// Maximum number of pages of a list that are read.
const PAGES: i64 = 100;

/// Removes what an earlier run has left: entities by their ids, and those of calls that were never answered by the
/// values that only they can have. What cannot be removed is in the ledger, with the reason.
pub async fn recover(session: &Session, specs: &Specs, remains: &Remains) {
    for trace in &remains.live {
        let Some((service, live)) = live_entity(specs, trace) else { continue };
        session.ledger.record_earlier(live.clone());
        clean_up::remove(session, service, &live).await;
    }
    let doubts = remains.unanswered.iter().map(|creation| Doubt {
        creation: creation.clone(),
        case: EARLIER.to_owned(),
        reason: format!("it may have been created by {EARLIER} that was killed"),
        since: None,
    });
    resolve_doubts(session, specs, doubts.collect()).await;
}

fn live_entity<'s>(specs: &'s Specs, trace: &Trace) -> Option<(&'s Service, LiveEntity)> {
    let (service, entity) = find(specs, &trace.service, &trace.entity)?;
    let read = |text: &str| Json::read(text.as_bytes()).ok();
    let parents = trace.parents.iter().filter_map(|(name, id)| Some((name.clone(), read(id)?)));
    let live = LiveEntity {
        service: service.folder.clone(),
        at: trace.at.clone(),
        entity: entity.name.clone(),
        id: read(&trace.id)?,
        case: EARLIER.to_owned(),
        unique: trace.unique.clone(),
        values: trace.unique.clone(),
        parents: parents.collect(),
        may_be_gone: true,
        made: None,
    };
    Some((service, live))
}

/// Waits until everything that was created since these instants would be visible, unless the run is to end: the user is
/// then waiting, and the next run checks again.
pub async fn until_visible(session: &Session, made: impl Iterator<Item = (Instant, Duration)>) {
    let Some(visible) = made.map(|(since, appears)| since + appears).max() else { return };
    tokio::select! {
        () = tokio::time::sleep_until(visible.into()) => {}
        () = session.cancel.cancelled() => {}
    }
}

/// Finds out what calls have created although their responses do not say so, if the service lists its entities, and
/// removes it.
pub async fn resolve_doubts(session: &Session, specs: &Specs, doubts: Vec<Doubt>) {
    let mut kinds: BTreeMap<(String, String), Vec<Doubt>> = BTreeMap::new();
    for doubt in doubts {
        kinds.entry((doubt.creation.service.clone(), doubt.creation.entity.clone())).or_default().push(doubt);
    }
    for ((folder, name), doubts) in kinds {
        let Some((service, entity)) = find(specs, &folder, &name) else { continue };
        let (named, nameless): (Vec<Doubt>, _) =
            doubts.into_iter().partition(|doubt| !doubt.creation.unique.is_empty());
        if !named.is_empty() {
            resolve_kind(session, service, entity, &named).await;
        }
        resolve_unidentifiable(session, service, entity, &nameless).await;
    }
}

/// Settles doubts about entities that no value distinguishes from those of others: they certainly do not exist only if
/// nothing does.
async fn resolve_unidentifiable(session: &Session, service: &Service, entity: &Entity, doubts: &[Doubt]) {
    if doubts.is_empty() {
        return;
    }
    let wanted = SearchedEntities::of(std::iter::empty());
    let is_empty = |list: &Result<List, String>| matches!(list, Ok(list) if list.is_whole && list.is_empty);
    let mut list = read_list(session, service, entity, &wanted).await;
    if is_empty(&list) && wait_for(session, doubts).await {
        list = read_list(session, service, entity, &wanted).await;
    }
    match is_empty(&list) {
        true => doubts.iter().for_each(|doubt| record_settled(session, doubt)),
        false => {
            record_unsettled(session, entity, doubts.iter(), "no value identifies it as created by this run");
        }
    }
}

/// Waits until what calls may have created would be visible; returns `true` if there was something to wait for.
async fn wait_for(session: &Session, doubts: &[Doubt]) -> bool {
    let appears = |doubt: &Doubt| Some((doubt.since?, session.target.appears(&doubt.creation.entity)));
    let now = Instant::now();
    let young: Vec<(Instant, Duration)> =
        doubts.iter().filter_map(appears).filter(|(since, appears)| *since + *appears > now).collect();
    until_visible(session, young.iter().copied()).await;
    !young.is_empty()
}

/// Records that a doubt is settled: the entity was found, or does not exist.
fn record_settled(session: &Session, doubt: &Doubt) {
    match doubt.since {
        Some(_) => session.ledger.record_response(&doubt.creation),
        None => session.ledger.record_settled(&doubt.creation),
    }
}

async fn resolve_kind(session: &Session, service: &Service, entity: &Entity, doubts: &[Doubt]) {
    let wanted = SearchedEntities::of(doubts.iter().map(|doubt| &doubt.creation.unique));
    let mut list = read_list(session, service, entity, &wanted).await;
    // If a list cannot be read, waiting is of no use.
    if list.as_ref().is_ok_and(|list| list.found.len() < doubts.len()) && wait_for(session, doubts).await {
        list = read_list(session, service, entity, &wanted).await;
    }
    let (list, why) = match list {
        Ok(list) => (list, "its list does not contain it, but may be incomplete"),
        Err(why) => return record_unsettled(session, entity, doubts.iter(), &why),
    };
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (number, doubt) in doubts.iter().enumerate() {
        match list.found.get(&number) {
            Some(id) => found
                .push((doubt, session.live_entity(service, entity, id, &doubt.case, &doubt.creation.unique))),
            None => missing.push(doubt),
        }
    }
    // Record the entity first, then settle the doubt: the process may end between the two.
    for (_, live) in &found {
        session.ledger.record_created(entity, live.clone());
    }
    found.iter().for_each(|(doubt, _)| record_settled(session, doubt));
    match list.is_whole {
        true => missing.iter().for_each(|doubt| record_settled(session, doubt)),
        false => record_unsettled(session, entity, missing.into_iter(), why),
    }
    for (_, live) in found {
        clean_up::remove(session, service, &live).await;
    }
}

/// Searches the lists for removed entities: an entity that is still listed was not removed.
pub async fn recheck_removed(session: &Session, specs: &Specs) {
    for ((folder, name), removed) in session.ledger.take_removed() {
        let Some((service, entity)) = find(specs, &folder, &name) else { continue };
        let own: Vec<&LiveEntity> = removed.iter().filter(|live| !live.unique.is_empty()).collect();
        if entity.listed_by.is_none() || own.is_empty() || session.cancel.is_cancelled() {
            continue;
        }
        let wanted = SearchedEntities::of(own.iter().map(|live| &live.unique));
        // A list that cannot be read says nothing; the removals were accepted.
        let Ok(list) = read_list(session, service, entity, &wanted).await else { continue };
        for number in list.found.keys().filter(|_| !list.shows_states) {
            let live = own[*number];
            let reason = "its removal was accepted, but its list still contains it";
            session.ledger.record_leftover(live, reason);
        }
    }
}

/// Records what may still exist. If the service has a list of such entities, the next run checks again.
fn record_unsettled<'d>(
    session: &Session,
    entity: &Entity,
    doubts: impl Iterator<Item = &'d Doubt>,
    why: &str,
) {
    for Doubt { creation, case, reason, .. } in doubts {
        let values: Vec<String> =
            creation.unique.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let with = if values.is_empty() { String::new() } else { format!(", with {}", values.join(", ")) };
        session.ledger.record_unnamed(&creation.service, entity, case, &format!("{reason}{with}; {why}"));
        if entity.listed_by.is_none() || creation.unique.is_empty() {
            session.ledger.record_response(creation);
        }
    }
}

fn find<'s>(specs: &'s Specs, service: &str, entity: &str) -> Option<(&'s Service, &'s Entity)> {
    let service = specs.service(service)?;
    Some((service, service.entity(entity)?))
}

/// The entities to look for, each with a number and the values that only it has.
struct SearchedEntities<'w> {
    /// The parameters that distinguish them.
    names: Vec<&'w str>,
    /// The numbers, by the values of these parameters.
    numbers: HashMap<Vec<Option<&'w str>>, usize>,
}

impl<'w> SearchedEntities<'w> {
    fn of(unique: impl Iterator<Item = &'w Vec<(String, String)>>) -> Self {
        let all: Vec<&Vec<(String, String)>> = unique.collect();
        let mut names: Vec<&str> = all.iter().copied().flatten().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let value = |unique: &'w [(String, String)], name: &str| {
            unique.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        };
        let key = |unique: &'w [(String, String)]| names.iter().map(|name| value(unique, name)).collect();
        let numbers = all.iter().enumerate().map(|(number, unique)| (key(unique.as_slice()), number));
        Self { numbers: numbers.collect(), names }
    }

    /// Returns the number of the entity that a member of a list shows: `None` if the member shows none of the values,
    /// `Some(None)` if it shows no entity that is looked for.
    fn number(&self, member: &Json) -> Option<Option<usize>> {
        let shown: Vec<Option<&str>> =
            self.names.iter().map(|name| member.get(name).and_then(Json::as_text)).collect();
        if shown.iter().all(Option::is_none) {
            return None;
        }
        let is_it = |wanted: &[Option<&str>]| {
            wanted.iter().zip(&shown).all(|(wanted, shown)| wanted.is_none() || wanted == shown)
        };
        let found = self.numbers.get(&shown).copied();
        // If calls have sent different parameters, not all of the parameters are significant.
        let by_some = || self.numbers.iter().find(|(wanted, _)| is_it(wanted)).map(|(_, number)| *number);
        let is_uniform = self.names.len() == 1;
        Some(found.or_else(|| if is_uniform { None } else { by_some() }))
    }
}

/// The result of walking through a list.
struct List {
    /// The ids of the entities that were found, by number.
    found: HashMap<usize, Json>,
    /// `true` if every entity was seen: only then does an entity that was not found not exist.
    is_whole: bool,
    /// `true` if the list has no members.
    is_empty: bool,
    /// `true` if members have elements with listed values, one of which may say that the entity is removed.
    shows_states: bool,
}

/// Reads a list to its end, in the way that the spec describes.
async fn read_list(
    session: &Session,
    service: &Service,
    entity: &Entity,
    wanted: &SearchedEntities<'_>,
) -> Result<List, String> {
    let lister = entity.listed_by.as_ref().and_then(|name| service.operation(name));
    let lister = lister.ok_or_else(|| "the service has no list of such entities".to_owned())?;
    if session.has_gone_silent() {
        return Err(SILENT.to_owned());
    }
    let array =
        array_of(lister).ok_or_else(|| "the response of the list operation contains no list".to_owned())?;
    let shows_states = array.schema.below().iter().any(|element| !element.listed().is_empty());
    let mut list = List { found: HashMap::new(), is_whole: false, is_empty: true, shows_states };
    let mut seen = HashSet::new();
    let mut next = first_turn(&entity.pages);
    for page in 1..=PAGES {
        let output = read_page(session, service, lister, next.take()).await?;
        let members = match output.get(&array.name) {
            Some(Json::List(members)) => members.as_slice(),
            _ => return Err("the response of the list operation contains no list".to_owned()),
        };
        let before = seen.len();
        list.is_empty &= members.is_empty();
        for member in members {
            let (Some(id), Some(number)) = (id(entity, member), wanted.number(member)) else {
                return Err("its list does not show the values that identify it".to_owned());
            };
            seen.insert(id.to_string());
            if let Some(number) = number {
                list.found.insert(number, id);
            }
        }
        let total = entity.total.as_ref().and_then(|path| output.at(path));
        let has_all =
            matches!(total, Some(Json::Integer(total)) if usize::try_from(*total) == Ok(seen.len()));
        let lacks_some = matches!(total, Some(Json::Integer(_))) && !has_all;
        let is_last = seen.len() == before;
        if has_all {
            list.is_whole = true;
            return Ok(list);
        }
        next = next_turn(&entity.pages, &output, (page, seen.len()));
        let is_over = match &entity.pages {
            Pages::Unsaid => return Ok(list),
            Pages::One => true,
            Pages::Number(_) | Pages::Offset(_) => is_last,
            Pages::Token { .. } => next.is_none(),
        };
        if is_over {
            list.is_whole = !lacks_some;
            return Ok(list);
        }
    }
    Ok(list)
}

/// The parameter that selects a page, with its value.
type PageParameter = Option<(String, Json)>;

fn first_turn(pages: &Pages) -> PageParameter {
    match pages {
        Pages::Number(parameter) => Some((parameter.clone(), Json::Integer(1))),
        Pages::Unsaid | Pages::One | Pages::Offset(_) | Pages::Token { .. } => None,
    }
}

/// Returns the parameter that selects the next page, after this many pages and entries; `None` if there is none.
fn next_turn(pages: &Pages, output: &Json, (page, entries): (i64, usize)) -> PageParameter {
    let entries = i64::try_from(entries).unwrap_or(i64::MAX);
    match pages {
        Pages::Unsaid | Pages::One => None,
        Pages::Number(parameter) => Some((parameter.clone(), Json::Integer(page + 1))),
        Pages::Offset(parameter) => Some((parameter.clone(), Json::Integer(entries))),
        Pages::Token { parameter, next } => match output.at(next) {
            Some(Json::Text(token)) if !token.is_empty() => {
                Some((parameter.clone(), Json::Text(token.clone())))
            }
            Some(number @ (Json::Integer(_) | Json::Big(_))) => Some((parameter.clone(), number.clone())),
            _ => None,
        },
    }
}

/// Reads one page of a list.
async fn read_page(
    session: &Session,
    service: &Service,
    lister: &Operation,
    turn: PageParameter,
) -> Result<Json, String> {
    let sent = session.target.fixed(lister, &[], turn.into_iter().collect());
    let call = Call { service, operation: lister, parameters: &sent, twist: None, nonce: None };
    let exchange = session.call_to_the_end(call).await;
    let Outcome::Received(response) = &exchange.outcome else {
        return Err("the list operation did not respond".to_owned());
    };
    match wire::decode(service, lister, response) {
        Reply::Accepted(output) => Ok(output),
        Reply::Rejected { .. } | Reply::Unreadable(_) | Reply::Misplaced(_) => {
            Err("the list operation failed".to_owned())
        }
    }
}

/// Returns the array that holds the entities of a list: the only array among the response elements.
fn array_of(lister: &Operation) -> Option<&crate::spec::model::Member> {
    lister.response.iter().find(|element| element.kind() == Type::Array)
}

/// Returns the id of a list's member, which has the same name as in the response of the operation that creates the
/// entity.
fn id(entity: &Entity, member: &Json) -> Option<Json> {
    let name = entity.id_name();
    member.get(name).cloned()
}
