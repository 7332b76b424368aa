//! What an operation does: create, change, remove, read or list entities, as its spec implies.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{Entity, Operation, RequestFault, Service, Specs, When};

use super::store::{Record, Records, Store};
use super::{Call, Refusal, Reply, respond, validate};

/// Finds the operation among the services that speak the protocol, and performs it.
pub fn perform<'s>(
    services: impl Iterator<Item = &'s Service>,
    specs: &'s Specs,
    store: &Store,
    call: &Call,
) -> Reply {
    let services: Vec<&Service> = services.collect();
    let found = services.iter().find_map(|service| Some((*service, service.operation(&call.action)?)));
    let Some((service, operation)) = found else {
        return Reply::Refused(request_fault(services.first().copied(), specs, RequestFault::UnknownAction));
    };
    if call.version != service.version {
        return Reply::Refused(request_fault(Some(service), specs, RequestFault::UnknownVersion));
    }
    if let Some(refusal) = unknown_parameter(service, operation, call) {
        return Reply::Refused(refusal);
    }
    let known: Vec<(String, Json)> =
        call.parameters.iter().filter(|(name, _)| operation.parameter(name).is_some()).cloned().collect();
    if let Some(refusal) = validate::first_fault(service, operation, &known) {
        return Reply::Refused(refusal);
    }
    match apply(service, operation, store, &known) {
        Ok(output) => Reply::Accepted(output),
        Err(refusal) => Reply::Refused(refusal),
    }
}

/// The row for a fault of the request as a whole.
pub fn request_fault(service: Option<&Service>, specs: &Specs, fault: RequestFault) -> Refusal {
    let rows = service.or(specs.services.first()).into_iter().flat_map(|service| &service.errors);
    let row = rows.into_iter().find(|row| row.when == When::Request(fault));
    match row {
        Some(row) => Refusal { status: row.status.or(Some(404)), ..Refusal::of(row) },
        None => Refusal {
            status: Some(404),
            code: "InvalidAction.NotFound".to_owned(),
            message: "Specified api is not found.".to_owned(),
        },
    }
}

/// Only a page with a row for unknown parameters refuses them.
fn unknown_parameter(service: &Service, operation: &Operation, call: &Call) -> Option<Refusal> {
    let mut rows = operation.errors.iter().chain(&service.errors);
    let row = rows.find(|row| row.when == When::Request(RequestFault::UnknownParameter))?;
    let is_unknown = |(name, _): &(String, Json)| operation.parameter(name).is_none();
    call.parameters.iter().any(is_unknown).then(|| Refusal::of(row))
}

fn apply(
    service: &Service,
    operation: &Operation,
    store: &Store,
    parameters: &[(String, Json)],
) -> Result<Json, Refusal> {
    let reference = operation.parameters.iter().find(|parameter| parameter.exists.is_some());
    let entity_name =
        operation.creates.as_ref().or(reference.and_then(|parameter| parameter.exists.as_ref()));
    let entity = entity_name.and_then(|name| service.entity(name)).or(service.entities.first());
    let Some(entity) = entity else {
        return Ok(respond::output(operation, store, &respond::Facts::default()));
    };
    let mut open = store.open();
    let records = open.records(service, entity);
    let attributes: Vec<(String, Json)> = parameters
        .iter()
        .filter(|(name, _)| operation.parameter(name).is_some_and(|p| p.exists.is_none() && !p.common))
        .cloned()
        .collect();
    let facts = |record: Option<Record>, records: &Records| respond::Facts {
        entity: Some(entity.clone()),
        record,
        records: records.clone(),
        parameters: parameters.to_vec(),
    };
    if operation.creates.is_some() {
        free(service, operation, records, &attributes, None)?;
        let record = create(service, entity, store, attributes);
        records.push(record.clone());
        return Ok(respond::output(operation, store, &facts(Some(record), records)));
    }
    let Some(reference) = reference else {
        return Ok(respond::output(operation, store, &facts(None, records)));
    };
    let id = parameters.iter().find(|(name, _)| *name == reference.name).map(|(_, id)| id);
    let Some(index) = records.iter().position(|record| Some(&record.id) == id) else {
        return Err(validate::row_for(service, operation, &reference.name, Breach::ExistsUnknown));
    };
    if entity.removed_by.as_ref() == Some(&operation.name) {
        let record = records.remove(index);
        return Ok(respond::output(operation, store, &facts(Some(record), records)));
    }
    free(service, operation, records, &attributes, Some(index))?;
    records[index].set(&attributes);
    Ok(respond::output(operation, store, &facts(Some(records[index].clone()), records)))
}

/// Refuses a value that another entity has and that must be unique.
fn free(
    service: &Service,
    operation: &Operation,
    records: &Records,
    attributes: &[(String, Json)],
    own: Option<usize>,
) -> Result<(), Refusal> {
    for (name, value) in attributes {
        let unique = operation.parameter(name).is_some_and(|parameter| parameter.unique);
        let mut others = records.iter().enumerate().filter(|(index, _)| Some(*index) != own);
        if unique && others.any(|(_, record)| record.attribute(name) == Some(value)) {
            return Err(validate::row_for(service, operation, name, Breach::Unique));
        }
    }
    Ok(())
}

fn create(service: &Service, entity: &Entity, store: &Store, attributes: Vec<(String, Json)>) -> Record {
    let maker = service.operation(&entity.made_by);
    let example = maker.and_then(|maker| respond::element_at(&maker.response, &entity.id));
    let id = store.id_like(example.and_then(|element| element.example.as_ref()));
    Record { id, attributes, created: DateTime::<Utc>::from(SystemTime::now()).naive_utc() }
}
