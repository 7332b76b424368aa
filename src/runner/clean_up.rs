//! Removing what a run has made.

use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Service};
use crate::wire::{self, Call, Exchange, Outcome, Reply};

use super::ledger::Living;
use super::session::Session;

/// Removes an entity, and strikes it from the ledger or notes why it is still there.
pub async fn remove(session: &Session, service: &Service, living: &Living) {
    let entity = service.entity(&living.entity);
    let remover = entity.and_then(|entity| service.operation(entity.removed_by.as_ref()?));
    let parameter = remover.and_then(|remover| {
        remover.parameters.iter().find(|parameter| parameter.exists.as_ref() == Some(&living.entity))
    });
    let (Some(remover), Some(parameter)) = (remover, parameter) else { return };
    let sent = [(parameter.name.clone(), living.id.clone())];
    let exchange =
        session.call(Call { service, operation: remover, parameters: &sent, twist: None, nonce: None }).await;
    match removal(service, remover, &parameter.name, &exchange) {
        Ok(()) => session.ledger.removed(&living.service, &living.entity, &living.id),
        Err(reason) => session.ledger.could_not_remove(living, &reason),
    }
}

/// Whether an entity is gone after a removal; that it was gone before is as good.
fn removal(
    service: &Service,
    remover: &Operation,
    parameter: &str,
    exchange: &Exchange,
) -> Result<(), String> {
    let answer = match &exchange.outcome {
        Outcome::Unanswered(reason) => return Err(reason.to_string()),
        Outcome::Answered(answer) => answer,
    };
    match wire::decode(service, answer) {
        Reply::Accepted(output) => match output.get("Code").and_then(Json::as_text) {
            None => Ok(()),
            Some(code) => Err(format!("{} was answered with {code} in a success", remover.name)),
        },
        Reply::Unreadable(why) => Err(format!("{} was answered with {why}", remover.name)),
        Reply::Refused { code, .. } => {
            let mut gone = service.rows_for(remover, parameter, Breach::ExistsUnknown);
            match gone.any(|row| service.answers_for(row, &code)) {
                true => Ok(()),
                false => Err(format!("{} was refused with {code}", remover.name)),
            }
        }
    }
}
