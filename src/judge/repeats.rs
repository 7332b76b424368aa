//! Elements that the page calls unique: no two responses of a run may share a value.

use std::collections::HashMap;

use crate::json::Json;
use crate::spec::model::{Member, Operation, Service, Type, element_at};
use crate::spec::promise::Sentence;
use crate::wire::{self, Exchange, Outcome, Reply};

use super::{Kind, Line, Mismatch, Observed, Promise, Unique};

/// The values seen so far, in the order of the plan, by service, path and value. A value that is unique in one service
/// may also appear in another.
#[derive(Debug, Default)]
pub struct RequestIds {
    seen: HashMap<(String, String, String), String>,
}

/// Returns the values in a response that no other response may have.
pub fn values(service: &Service, exchange: &Exchange) -> Vec<Unique> {
    let Some(operation) = service.operation(&exchange.operation) else { return Vec::new() };
    let Outcome::Received(response) = &exchange.outcome else { return Vec::new() };
    let mut paths = Vec::new();
    unique(service, operation, &operation.response, "", &mut paths);
    if paths.is_empty() {
        return Vec::new();
    }
    let body = match wire::decode(service, operation, response) {
        Reply::Accepted(body) | Reply::Rejected { body, .. } => body,
        Reply::Unreadable(_) | Reply::Misplaced(_) => return Vec::new(),
    };
    let value = |path: String| {
        let value = body.at(&path)?.to_string();
        Some(Unique { operation: operation.name.clone(), path, value })
    };
    paths.into_iter().filter_map(value).collect()
}

/// Collects the paths of the unique elements. An id belongs to its entity, not to the response: every response that
/// shows the entity repeats it. It is new only in the response of the call that creates the entity.
fn unique(
    service: &Service,
    operation: &Operation,
    elements: &[Member],
    prefix: &str,
    paths: &mut Vec<String>,
) {
    let is_id = |element: &Member| {
        let name = Some(element.name.as_str());
        service.entities.iter().any(|entity| Some(entity.id_name()) == name)
    };
    for element in elements {
        let path = element.path_within(prefix);
        if element.unique && (!is_id(element) || operation.creates.is_some()) {
            paths.push(path.clone());
        }
        if element.kind() == Type::Object {
            unique(service, operation, element.schema.members(), &path, paths);
        }
    }
}

impl RequestIds {
    /// Records the unique values of the responses of a case. A value of an earlier response is a mismatch.
    pub fn record(&mut self, service: &Service, case: &str, observed: &Observed) -> Vec<Mismatch> {
        observed.unique.iter().filter_map(|unique| self.record_value(service, unique, case)).collect()
    }

    fn record_value(&mut self, service: &Service, unique: &Unique, case: &str) -> Option<Mismatch> {
        let Unique { operation, path, value } = unique;
        let key = (service.folder.clone(), path.clone(), value.clone());
        let earlier = self.seen.insert(key, case.to_owned())?;
        let element = element_at(&service.operation(operation)?.response, path)?;
        let text = element.sentence().map_or_else(|| format!("{path} is unique"), str::to_owned);
        Some(Mismatch {
            kind: Kind::Repeated,
            promise: Promise::new(format!("response {path}"), &Sentence { text, at: element.at.clone() }),
            lines: vec![Line::new(
                path,
                "a value that no other response has",
                format!("{value}, as in {earlier}"),
                true,
            )],
        })
    }
}

/// Returns the mismatch of a creation that returned the id of another live entity: two live entities have two ids.
pub fn repeated_id(service: &Service, operation: &Operation, id: &Json, other: &str) -> Option<Mismatch> {
    let entity = service.created_by(operation)?;
    let element = element_at(&operation.response, &entity.id)?;
    let text = element
        .sentence()
        .map_or_else(|| format!("{} is the id of one {}", entity.id, entity.name), str::to_owned);
    Some(Mismatch {
        kind: Kind::Repeated,
        promise: Promise::new(format!("response {}", entity.id), &Sentence { text, at: element.at.clone() }),
        lines: vec![Line::new(
            &entity.id,
            format!("an id that no other existing {} has", entity.name),
            format!("{id}, as in {other}"),
            true,
        )],
    })
}
