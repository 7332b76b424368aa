//! Lists with at least one entity.

use crate::case::{Case, Parameters};
use crate::generate::plain::PlainCall;
use crate::generate::whole_call;

/// Returns a call of the operation that lists an entity, while one exists: the items of an empty list cannot break a
/// promise.
pub fn case(plain: &PlainCall<'_>) -> Option<Case> {
    let mut entities = plain.service.entities.iter();
    let entity = entities.find(|entity| entity.listed_by.as_ref() == Some(&plain.operation.name))?;
    let made = plain.make(&entity.name, &entity.name, &Parameters::new())?;
    let tries = "with an entity to list".to_owned();
    let mut case = whole_call(plain, "call/listed", tries, plain.required());
    case.given.push(made);
    Some(case)
}
