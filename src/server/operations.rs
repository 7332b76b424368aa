//! The work of operations: they create, change, remove, read or list entities, as their specs imply.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{
    Circumstance, Entity, ErrorRow, Member, Operation, RequestFault, Service, When, element_at,
};
use crate::spec::path::Path;

use super::address::{addressed, with_address};
use super::fault::Fault;
use super::given::{is_given, named_by, shown_parameters, without_ignored};
use super::reading::Reading;
use super::store::{self, Record, Records};
use super::validate::Check;
use super::wording::{Sent, filled};
use super::{Call, Rejection, Reply, Site, respond};

/// The time that a call of a racy server gives other calls between its check and its entry.
const GAP: Duration = Duration::from_millis(50);

/// Finds the operation among the services that use the protocol, and performs it.
pub async fn perform(site: &Site<'_>, services: &[&Service], call: &Call) -> Reply {
    let found = addressed(services, &call.action, &call.version);
    let any = || services.iter().find_map(|service| Some((*service, service.operations.first()?)));
    let found = if site.behaviour.breaks(&Fault::AnyAction) { found.or_else(any) } else { found };
    let Some((service, operation)) = found else {
        return Reply::Rejected(request_fault(site, services.first().copied(), RequestFault::UnknownAction));
    };
    if call.version != service.version && !site.behaviour.breaks(&Fault::AnyVersion) {
        return Reply::Rejected(request_fault(site, Some(service), RequestFault::UnknownVersion));
    }
    let mut parameters = with_address(service, operation, call.parameters.clone());
    if site.behaviour.has_reading(Reading::LastOfRepeatedCounts) {
        parameters.reverse();
    }
    let check = Check { service, operation, behaviour: site.behaviour, parameters: &parameters };
    match checked(site, &check).await {
        Ok(reply) => reply,
        Err(rejection) => {
            let sent =
                Sent { operation: Some(operation), parameters: &parameters, behaviour: site.behaviour };
            Reply::Rejected(filled(rejection, &sent))
        }
    }
}

async fn checked(site: &Site<'_>, check: &Check<'_>) -> Result<Reply, Rejection> {
    let (service, operation) = (check.service, check.operation);
    if let Some(rejection) = reject_as_busy(site, check) {
        return Err(rejection);
    }
    if site.behaviour.crashes(&operation.name, check.parameters) {
        return Ok(Reply::Crashed);
    }
    if site.behaviour.returns_stray_code(&operation.name, check.parameters) {
        return Err(Rejection::stray());
    }
    if let Some(rejection) = unlisted(check) {
        return Err(rejection);
    }
    let known: Vec<(String, Json)> =
        check.parameters.iter().filter(|(name, _)| operation.parameter(name).is_some()).cloned().collect();
    let check = Check { parameters: &known, ..*check };
    let Some(entity) = entity_of(service, operation) else {
        let faults = check.first_fault();
        let repeats = site.behaviour.breaks(&Fault::RequestIdRepeats);
        let broken = site.behaviour.broken_element(&operation.name);
        let parameters = shown_parameters(&check);
        let absent = check.absent_elements();
        let facts = respond::Facts { repeats, broken, parameters, absent, ..respond::Facts::default() };
        return faults.map_or(Ok(Reply::Accepted(respond::output(operation, site.store, &facts))), Err);
    };
    let act = Act { site, check, entity };
    if let Some(rejection) = check.first_fault() {
        act.after_rejection();
        return Err(rejection);
    }
    act.apply().await.map(Reply::Accepted)
}

/// Performs a call whose body may be unreadable: such a call returns the row for it; if the page has none, the body
/// counts as empty.
pub async fn perform_read(
    site: &Site<'_>,
    services: &[&Service],
    of: Option<(&Service, &Operation)>,
    call: &Call,
    is_readable: bool,
) -> Reply {
    if is_readable {
        return perform(site, services, call).await;
    }
    if site.behaviour.breaks(&Fault::UnreadableAccepted) {
        return Reply::Accepted(Json::Object(Vec::new()));
    }
    let is_malformed = |row: &&ErrorRow| row.when == When::Request(RequestFault::Malformed);
    match of.and_then(|(service, operation)| service.rows(operation).find(is_malformed)) {
        Some(row) => Reply::Rejected(Rejection::of(row)),
        None => perform(site, services, call).await,
    }
}

/// Returns the error response for a fault of the request as a whole.
pub fn request_fault(site: &Site<'_>, service: Option<&Service>, fault: RequestFault) -> Rejection {
    let rows = service.or(site.specs.services.first()).into_iter().flat_map(|service| &service.errors);
    let row = rows.into_iter().find(|row| row.when == When::Request(fault));
    match row {
        Some(row) => Rejection { status: row.status.or(Some(404)), ..Rejection::of(row) },
        None => Rejection::unlisted(404, "InvalidAction.NotFound", "Specified api is not found.".to_owned()),
    }
}

/// Rejects every fifth call as busy, if the server has that reading; no call is rejected twice.
fn reject_as_busy(site: &Site<'_>, check: &Check<'_>) -> Option<Rejection> {
    if !site.behaviour.has_reading(Reading::BusyNowAndThen) || !site.store.next().is_multiple_of(5) {
        return None;
    }
    let mut rows = check.operation.errors.iter().chain(&check.service.errors);
    let row = rows.find(|row| row.when == When::Circumstance(Circumstance::Busy))?;
    site.store
        .first_time(&format!("{} {:?}", check.operation.name, check.parameters))
        .then(|| Rejection::of(row))
}

/// Rejects unlisted parameters if the page has a row for them.
fn unlisted(check: &Check<'_>) -> Option<Rejection> {
    let is_unlisted = |(name, _): &(String, Json)| check.operation.parameter(name).is_none();
    if !check.parameters.iter().any(is_unlisted) {
        return None;
    }
    let mut rows = check.operation.errors.iter().chain(&check.service.errors);
    let row: Option<&ErrorRow> = rows.find(|row| row.when == When::Request(RequestFault::UnknownParameter));
    match row {
        Some(row) => (!check.behaviour.breaks(&Fault::UnlistedAccepted)).then(|| Rejection::of(row)),
        None if check.behaviour.has_reading(Reading::UnlistedRefused) => check.unbound().map(Rejection::of),
        None => None,
    }
}

/// Returns the kind of entity that an operation is about.
fn entity_of<'s>(service: &'s Service, operation: &Operation) -> Option<&'s Entity> {
    let name = operation.creates.as_deref().or_else(|| service.subject(operation));
    let is_listed = |entity: &&Entity| entity.listed_by.as_ref() == Some(&operation.name);
    let listed = || service.entities.iter().find(is_listed);
    name.and_then(|name| service.entity(name)).or_else(listed).or(service.entities.first())
}

/// A call that is about an entity.
struct Act<'a> {
    site: &'a Site<'a>,
    check: Check<'a>,
    entity: &'a Entity,
}

impl Act<'_> {
    fn breaks(&self, fault: fn(String) -> Fault) -> bool {
        self.site.behaviour.breaks(&fault(self.check.operation.name.clone()))
    }

    fn has_reading(&self, reading: Reading) -> bool {
        self.site.behaviour.has_reading(reading)
    }

    /// Returns what the call sets.
    fn attributes(&self) -> Vec<(String, Json)> {
        let operation = self.check.operation;
        let ignores = |at: &str| self.site.behaviour.ignores((operation.name.as_str(), at));
        let sets = |parameter: &Member| {
            parameter.exists.is_none()
                && !parameter.common
                && !ignores(&Path::member(&parameter.name).to_string())
        };
        let set = self
            .check
            .parameters
            .iter()
            .filter(|(name, value)| operation.parameter(name).is_some_and(sets) && *value != Json::Null);
        set.map(|(name, value)| (name.clone(), without_ignored(value, name, &ignores))).collect()
    }

    /// Returns the attributes that no other entity can have.
    fn unique(&self, attributes: &[(String, Json)]) -> Vec<(String, Json)> {
        let is_unique =
            |name: &str| self.check.operation.parameter(name).is_some_and(|parameter| parameter.unique);
        attributes.iter().filter(|(name, _)| is_unique(name)).cloned().collect()
    }

    async fn apply(&self) -> Result<Json, Rejection> {
        let (operation, store) = (self.check.operation, self.site.store);
        let attributes = self.attributes();
        let is_subject =
            |parameter: &&Member| parameter.exists.as_deref() == self.check.service.subject(operation);
        let references = || operation.parameters.iter().filter(|parameter| parameter.exists.is_some());
        let reference = if operation.creates.is_some() { None } else { references().find(is_subject) };
        let is_other = |other: &&Member| reference.is_none_or(|reference| reference.name != other.name);
        for other in references().filter(is_other) {
            let given = self.check.value(&other.name).filter(|id| is_given(other, id));
            for id in given.into_iter().flat_map(named_by) {
                self.find(other, id)?;
            }
        }
        if operation.creates.is_some() {
            self.reject_used(&attributes, self.chosen().as_ref())?;
            self.gap().await;
            return self.create(attributes);
        }
        let Some(reference) = reference else {
            return Ok(respond::output(operation, store, &self.facts(None)));
        };
        let given = self.check.value(&reference.name).filter(|id| is_given(reference, id));
        let Some((id, ids)) = given.map(named_by).and_then(|ids| Some((*ids.first()?, ids))) else {
            return Ok(respond::output(operation, store, &self.facts(None)));
        };
        for id in &ids {
            self.find(reference, id)?;
        }
        if self.entity.removed_by.as_ref() == Some(&operation.name) {
            ids[1..].iter().for_each(|id| drop(self.remove(id)));
            return Ok(self.remove(id));
        }
        if operation.only_reads() {
            return Ok(self.shown(id));
        }
        let changes_nothing = operation.parameters.len() > 1 && attributes.is_empty();
        if changes_nothing
            && self.has_reading(Reading::ChangesNothingRefused)
            && let Some(rejection) = self.nothing_to_change()
        {
            return Err(rejection);
        }
        self.reject_used(&attributes, Some(id))?;
        self.gap().await;
        self.change(id, &attributes)
    }

    /// Lets other calls proceed between the check of a racy server and its entry. A sound server checks again, under
    /// the lock under which the entry is made.
    async fn gap(&self) {
        if self.breaks(Fault::Racy) {
            tokio::time::sleep(GAP).await;
        }
    }

    fn with_records<T>(&self, act: impl FnOnce(&mut Records) -> T) -> T {
        act(self.site.store.open().records(self.check.service, self.entity))
    }

    /// Runs `act` on the entities that a parameter refers to.
    fn of_kind<T>(&self, reference: &Member, act: impl FnOnce(&mut Records) -> T) -> T {
        let kind = reference.exists.as_ref().and_then(|name| self.check.service.entity(name));
        act(self.site.store.open().records(self.check.service, kind.unwrap_or(self.entity)))
    }

    /// Returns the id that the call chooses for what it creates, if the call can choose it.
    fn chosen(&self) -> Option<Json> {
        let operation = self.check.operation;
        let echoed = || operation.echoes().iter().any(|shown| shown.parameter == self.entity.id_name());
        let is_own = |parameter: &&Member| {
            parameter.names_own || (parameter.name == self.entity.id_name() && echoed())
        };
        let own = operation.parameters.iter().find(is_own)?;
        let is_id = self.entity.id_name() == own.name;
        self.check.value(&own.name).filter(|id| is_id && is_given(own, id)).cloned()
    }

    fn facts(&self, record: Option<Record>) -> respond::Facts {
        respond::Facts {
            entity: Some(self.entity.clone()),
            record,
            records: match respond::lists_entities(self.check.operation) {
                true => self.with_records(|records| records.live.clone()),
                false => Vec::new(),
            },
            parameters: shown_parameters(&self.check),
            sparing: self.has_reading(Reading::OptionalElementsAbsent),
            repeats: self.site.behaviour.breaks(&Fault::RequestIdRepeats),
            broken: self.site.behaviour.broken_element(&self.check.operation.name),
            absent: self.check.absent_elements(),
        }
    }

    /// Rejects an id that names nothing, or that has the wrong form.
    fn find(&self, reference: &Member, id: &Json) -> Result<(), Rejection> {
        let name = Path::member(&reference.name).to_string();
        let of = (self.check.operation.name.as_str(), name.as_str());
        let example = reference.example.as_ref().and_then(Json::as_text);
        if let (Some(example), true) = (example, self.has_reading(Reading::IdFormChecked))
            && !store::is_like(example, id)
        {
            return Err(self.check.row_for(&Breach::of(&reference.name, Part::ExistsShape)));
        }
        let (lives, was) = self.of_kind(reference, |records| {
            (
                records.live.iter().any(|record| store::is_same_id(&record.id, id)),
                records.removed.iter().any(|removed| store::is_same_id(removed, id)),
            )
        });
        let passed_over = self.site.behaviour.skips(of, Part::ExistsUnknown, self.check.parameters)
            || (was && self.breaks(Fault::RemovedAccepted));
        match lives || passed_over {
            true => Ok(()),
            false => Err(self.check.row_for(&Breach::of(&reference.name, Part::ExistsUnknown))),
        }
    }

    /// Rejects a value that must be unique and that another entity has.
    fn reject_used(&self, attributes: &[(String, Json)], own: Option<&Json>) -> Result<(), Rejection> {
        self.with_records(|records| self.used(records, attributes, own)).map_or(Ok(()), Err)
    }

    fn used(
        &self,
        records: &Records,
        attributes: &[(String, Json)],
        own: Option<&Json>,
    ) -> Option<Rejection> {
        let same = |one: &Json, other: &Json| match (one, other, self.has_reading(Reading::UniqueWithoutCase))
        {
            (Json::Text(one), Json::Text(other), true) => one.to_lowercase() == other.to_lowercase(),
            _ => one == other,
        };
        let own = own.filter(|_| !self.has_reading(Reading::OwnValueIsUsed) && !self.names_new());
        for (name, value) in self.unique(attributes) {
            let is_it = |(taken, by): &(String, Json)| *taken == name && same(by, &value);
            let others = records.live.iter().filter(|record| Some(&record.id) != own);
            let is_used = others.flat_map(|record| &record.taken).chain(&records.reserved).any(is_it);
            let of = (self.check.operation.name.as_str(), name.as_str());
            if is_used && !self.site.behaviour.skips(of, Part::Unique, self.check.parameters) {
                return Some(self.check.row_for(&Breach::of(&name, Part::Unique)));
            }
        }
        None
    }

    /// Returns `true` if the call gives a new entity a name that no other may have.
    fn names_new(&self) -> bool {
        let names = |parameter: &Member| {
            parameter.unique && (parameter.names_own || parameter.name == self.entity.id_name())
        };
        self.check.operation.creates.is_some() && self.check.operation.parameters.iter().any(names)
    }

    fn create(&self, attributes: Vec<(String, Json)>) -> Result<Json, Rejection> {
        let (service, store) = (self.check.service, self.site.store);
        let maker = service.operation(&self.entity.made_by);
        let example = maker.and_then(|maker| element_at(&maker.response, &self.entity.id));
        let record = Record {
            id: self.chosen().unwrap_or_else(|| store.id_like(example)),
            taken: self.unique(&attributes),
            attributes: self.immediate(self.with_defaults(attributes.clone())),
            created: DateTime::<Utc>::from(SystemTime::now()).naive_utc(),
        };
        let rejected = self.with_records(|records| {
            let used =
                self.used(records, &attributes, self.chosen().as_ref()).filter(|_| !self.breaks(Fault::Racy));
            let used = used.or_else(|| self.over_quota(records));
            if used.is_none() {
                // An entity that is created with an existing id replaces the old one.
                records.live.retain(|known| known.id != record.id);
                records.live.push(record.clone());
            }
            used
        });
        match rejected {
            Some(rejection) => Err(rejection),
            None => Ok(respond::output(self.check.operation, store, &self.facts(Some(record)))),
        }
    }

    /// Adds the defaults of the parameters that a call leaves out.
    fn with_defaults(&self, mut attributes: Vec<(String, Json)>) -> Vec<(String, Json)> {
        for parameter in &self.check.operation.parameters {
            let is_given = attributes.iter().any(|(name, _)| *name == parameter.name);
            let default = parameter.default.clone().filter(|_| !is_given);
            attributes.extend(default.map(|default| (parameter.name.clone(), default)));
        }
        attributes
    }

    fn over_quota(&self, records: &Records) -> Option<Rejection> {
        let size = self.site.behaviour.quota(&self.entity.name)?;
        let is_quota = |row: &&ErrorRow| row.when == When::Circumstance(Circumstance::Quota);
        let mut rows = self.check.operation.errors.iter().chain(&self.check.service.errors);
        let row = rows.find(is_quota).filter(|_| records.live.len() >= size as usize)?;
        Some(Rejection::of(row))
    }

    fn change(&self, id: &Json, attributes: &[(String, Json)]) -> Result<Json, Rejection> {
        let unique = self.unique(attributes);
        let set = self.immediate(attributes.to_vec());
        let rejected = self.with_records(|records| {
            let used = self.used(records, attributes, Some(id)).filter(|_| !self.breaks(Fault::Racy));
            let record = records.live.iter_mut().find(|record| store::is_same_id(&record.id, id));
            if let (None, Some(record)) = (&used, record) {
                if self.has_reading(Reading::UpdateReplaces) && self.check.operation.parameters.len() > 1 {
                    let kept = |name: &str| {
                        self.check.operation.parameter(name).is_some_and(|parameter| parameter.unique)
                    };
                    record.attributes.retain(|(name, _)| kept(name));
                }
                record.set(&set);
                if !self.breaks(Fault::OldNotFreed) {
                    record.taken.retain(|(name, _)| !unique.iter().any(|(set, _)| set == name));
                }
                if !self.breaks(Fault::NewNotTaken) {
                    record.taken.extend(unique);
                }
            }
            used
        });
        match rejected {
            Some(rejection) => Err(rejection),
            None => Ok(self.shown(id)),
        }
    }

    fn shown(&self, id: &Json) -> Json {
        let record = self.with_records(|records| {
            records.live.iter().find(|record| store::is_same_id(&record.id, id)).cloned()
        });
        respond::output(self.check.operation, self.site.store, &self.facts(record))
    }

    fn remove(&self, id: &Json) -> Json {
        let record = self.with_records(|records| {
            let index = records.live.iter().position(|record| store::is_same_id(&record.id, id))?;
            let record = records.live.remove(index);
            records.removed.push(id.clone());
            if self.has_reading(Reading::RemovedValuesStayTaken) {
                records.reserved.extend(record.taken.iter().cloned());
            }
            Some(record)
        });
        respond::output(self.check.operation, self.site.store, &self.facts(record))
    }

    /// Returns the attributes that take effect immediately.
    fn immediate(&self, mut attributes: Vec<(String, Json)>) -> Vec<(String, Json)> {
        if self.has_reading(Reading::LaterIsLater) {
            let later =
                |name: &str| self.check.operation.parameter(name).is_some_and(|parameter| parameter.later);
            attributes.retain(|(name, _)| !later(name));
        }
        attributes
    }

    /// Returns the row for a call that changes nothing, or one without a `when`. If there is neither, no page allows
    /// such a call to be rejected.
    fn nothing_to_change(&self) -> Option<Rejection> {
        let state = |row: &&ErrorRow| row.when == When::Circumstance(Circumstance::State);
        let row = self.check.operation.errors.iter().find(state).or_else(|| self.check.unbound());
        row.map(Rejection::of)
    }

    /// Applies the effects that a rejected call has on a broken server; it should change nothing.
    fn after_rejection(&self) {
        let attributes = self.attributes();
        if self.breaks(Fault::TakenByRejection) {
            self.with_records(|records| records.reserved.extend(self.unique(&attributes)));
        }
        if self.breaks(Fault::EffectOfRejection) {
            let reference =
                self.check.operation.parameters.iter().find(|parameter| parameter.exists.is_some());
            let id = reference.and_then(|reference| self.check.value(&reference.name));
            let is_fine = |name: &str| {
                self.check
                    .operation
                    .parameter(name)
                    .is_some_and(|parameter| self.check.faults(parameter).is_empty())
            };
            let fine: Vec<_> = attributes.into_iter().filter(|(name, _)| is_fine(name)).collect();
            self.with_records(|records| {
                if let Some(record) = records.live.iter_mut().find(|record| Some(&record.id) == id) {
                    record.set(&fine);
                }
            });
        }
    }
}
