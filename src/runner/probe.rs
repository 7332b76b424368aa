//! Whether a target takes the credentials, asked before the first case.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::json::Json;
use crate::spec::model::{Operation, Required, Service, Specs, When};
use crate::wire::{self, Call, Outcome, Reply};

use super::account;
use super::cost::is_remover;
use super::session::Session;

/// Who owns what the question whether the credentials are taken has made.
const PROBE: &str = "the first call";

/// Calls each service that is called with signatures once, with a call that must be refused for what it lacks: if it is
/// refused for the caller instead, no case would learn anything. What is wrong, if something is.
pub async fn refused_credentials(session: &Session, specs: &Specs, cases: &[Case]) -> Option<String> {
    let operations: BTreeSet<&str> = cases.iter().map(|case| case.operation.as_str()).collect();
    for service in &specs.services {
        let Some(signer) = session.target.signer(service) else { continue };
        if !service.operations.iter().any(|operation| operations.contains(operation.name.as_str())) {
            continue;
        }
        let Some(operation) = harmless(service) else { continue };
        if let Some(answer) = refusal(session, service, operation).await {
            let answer = session.target.hidden.clean(&answer);
            return Some(format!("{} refused the credentials ({}): {answer}", service.vendor, signer.origin));
        }
    }
    None
}

/// The operation that is called: one that has to refuse a call without parameters, and rather one that makes nothing. What
/// removes something is never called with anything left out.
fn harmless(service: &Service) -> Option<&Operation> {
    let refusing = service.operations.iter().filter(|operation| {
        lacks(operation)
            && !is_remover(service, operation)
            && operation
                .parameters
                .iter()
                .all(|parameter| wire::can_send(service, operation, parameter, None))
    });
    refusing.min_by_key(|operation| service.created_by(operation).is_some())
}

/// Whether a call without parameters lacks something.
fn lacks(operation: &Operation) -> bool {
    let mut own = operation.parameters.iter().filter(|parameter| !parameter.common);
    own.any(|parameter| parameter.required == Required::Yes)
}

/// Code and message, if the caller is what the call was refused for.
async fn refusal(session: &Session, service: &Service, operation: &Operation) -> Option<String> {
    let common = operation.parameters.iter().filter(|parameter| parameter.common);
    let common = common.filter(|parameter| !wire::is_set_by_protocol(service.protocol, parameter));
    let sent: Vec<(String, Json)> = common
        .filter_map(|parameter| {
            Some((parameter.name.clone(), parameter.sample.clone().or(parameter.example.clone())?))
        })
        .collect();
    let sent = session.target.fixed(operation, &[], sent);
    let call = Call { service, operation, parameters: &sent, twist: None, nonce: None };
    // A target that does not check anything makes something.
    account::ask(session, service, operation, &sent);
    let exchange = session.call(call).await;
    account::keep(session, service, operation, &sent, &exchange, PROBE);
    let Outcome::Answered(answer) = &exchange.outcome else { return None };
    let Reply::Refused { code, message, .. } = wire::decode(service, answer) else { return None };
    let mut rows = service.rows(operation).filter(|row| service.answers_for(row, &code));
    let concerns_caller =
        rows.any(|row| matches!(row.when, When::Circumstance(circumstance) if circumstance.is_auth()));
    let said = message.as_deref().and_then(|message| message.lines().next()).filter(|line| !line.is_empty());
    concerns_caller.then(|| said.map_or_else(|| code.clone(), |line| format!("{code}: {line}")))
}
