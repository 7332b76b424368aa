//! The cost of a case: requests, and entities that are live at the same time.

use crate::case::{Case, Expectation};
use crate::spec::model::{Operation, Service, Specs};

/// Returns the number of requests that a case takes if nothing has to be repeated, including the cleanup. Shared
/// entities are created and removed a few times per run; they are not counted here.
pub fn requests(specs: &Specs, case: &Case) -> usize {
    let Some((service, _)) = specs.operation(&case.operation) else { return 0 };
    let own = case.given.iter().filter(|call| !call.shared);
    let lent = case.given.len() - own.clone().count();
    let sent = case.calls().count() - lent;
    let made = own.filter(|call| is_removable(service, &call.operation)).count();
    let removed = case.given.iter().filter(|call| has_remover(service, &call.operation)).count();
    let accepted = |expect: &Expectation| matches!(expect, Expectation::Accept | Expectation::AcceptOr(_));
    let tried = match &case.expect {
        Expectation::OneAccepted(_) => 1,
        expect if accepted(expect) => case.at_once.max(1) as usize,
        _ => 0,
    };
    let tried = if is_removable(service, &case.operation) { tried } else { 0 };
    let then = case.then.iter().filter(|step| accepted(&step.expect));
    let then = then.filter(|step| is_removable(service, &step.call.operation)).count();
    sent + (made + tried + then).saturating_sub(removed)
}

/// Returns the maximum number of removable entities of its own that a case may have at the same time, and the number of
/// shared ones that it uses.
pub fn entities(specs: &Specs, case: &Case) -> (u32, u32) {
    let Some((service, _)) = specs.operation(&case.operation) else { return (0, 0) };
    let shared = case.given.iter().filter(|call| call.shared).count();
    let made = case.calls().filter(|(operation, _)| is_removable(service, operation)).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (number(made.saturating_sub(shared)), number(shared))
}

/// Returns `true` if a case needs more entities than the `ceiling` for all cases together: it then runs alone, after
/// all others.
pub fn is_exclusive(specs: &Specs, case: &Case, ceiling: u32) -> bool {
    entities(specs, case).0 > ceiling
}

/// Returns `true` if another operation removes what this operation creates.
pub fn is_removable(service: &Service, operation: &str) -> bool {
    service.operation(operation).is_some_and(|operation| {
        let entity = service.created_by(operation);
        entity.is_some_and(|entity| entity.removed_by.is_some())
    })
}

/// Returns `true` if an operation removes an entity.
pub fn is_remover(service: &Service, operation: &Operation) -> bool {
    service.entities.iter().any(|entity| entity.removed_by.as_ref() == Some(&operation.name))
}

fn has_remover(service: &Service, operation: &str) -> bool {
    service.operation(operation).is_some_and(|operation| is_remover(service, operation))
}
