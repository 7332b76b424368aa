//! Removing what a run has made.

use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Service};
use crate::wire::{self, Call, Exchange, Outcome, Reply};

use super::SILENT;
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
    if session.has_gone_silent() {
        return session.ledger.could_not_remove(living, SILENT);
    }
    if !wire::can_name(service, remover, parameter, &living.id) {
        let reason = format!("{} cannot say this id so that it means nothing else", remover.name);
        return session.ledger.could_not_remove(living, &reason);
    }
    let id = vec![(parameter.name.clone(), living.id.clone())];
    let sent = session.target.fixed(remover, &[&parameter.name], id);
    let call = Call { service, operation: remover, parameters: &sent, twist: None, nonce: None };
    let exchange = session.call_to_the_end(call).await;
    match removal(service, remover, &parameter.name, &exchange) {
        Ok(()) => session.ledger.removed(&living.service, &living.entity, &living.id),
        Err(reason) => {
            let reason = session.hidden([&exchange.request]).clean(&reason);
            session.ledger.could_not_remove(living, &reason);
        }
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
        Reply::Accepted(output) => match wire::error_in_success(service, remover, &output) {
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
