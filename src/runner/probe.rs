//! Whether a target takes the credentials, asked before the first case.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::json::Json;
use crate::spec::model::{Operation, Parameter, Required, Service, Specs, When};
use crate::wire::{self, Call, Outcome, Reply};

use super::account::{self, Caller};
use super::clean_up;
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
        let Some(call) = harmless(session, service) else { continue };
        if let Some(answer) = refusal(session, service, call).await {
            return Some(format!("{} refused the credentials ({}): {answer}", service.vendor, signer.origin));
        }
    }
    None
}

/// The operation that is called, and what is sent: one that has to refuse a call for what it lacks, and rather one that makes
/// nothing. What removes something is never called with anything left out.
fn harmless<'s>(session: &Session, service: &'s Service) -> Option<(&'s Operation, Vec<(String, Json)>)> {
    let calls = service.operations.iter().map(|operation| (operation, sent(session, service, operation)));
    let refused = calls.filter(|(operation, sent)| {
        let missing = operation.parameters.iter().filter(|parameter| is_missing(sent, parameter));
        let lacks = missing.clone().any(|parameter| parameter.required == Required::Yes);
        lacks
            && !is_remover(service, operation)
            && missing.into_iter().all(|parameter| wire::can_send(service, operation, parameter, None))
    });
    refused.min_by_key(|(operation, _)| service.created_by(operation).is_some())
}

fn is_missing(sent: &[(String, Json)], parameter: &Parameter) -> bool {
    !parameter.common && !sent.iter().any(|(name, _)| *name == parameter.name)
}

/// What every call carries.
fn sent(session: &Session, service: &Service, operation: &Operation) -> Vec<(String, Json)> {
    let common = operation.parameters.iter().filter(|parameter| parameter.common);
    let common = common.filter(|parameter| !wire::is_set_by_protocol(service.protocol, parameter));
    let values = common.filter_map(|parameter| {
        Some((parameter.name.clone(), parameter.sample.clone().or(parameter.example.clone())?))
    });
    session.target.fixed(operation, &[], values.collect())
}

/// Code and message, if the caller is what the call was refused for.
async fn refusal(
    session: &Session,
    service: &Service,
    (operation, sent): (&Operation, Vec<(String, Json)>),
) -> Option<String> {
    let call = Call { service, operation, parameters: &sent, twist: None, nonce: None };
    // A target that does not check anything makes something.
    let caller = Caller { owner: PROBE, telling: &[], once: false };
    let (exchange, _) = account::call(session, call, caller).await;
    for living in session.ledger.of(PROBE) {
        clean_up::remove(session, service, &living).await;
    }
    let Outcome::Answered(answer) = &exchange.outcome else { return None };
    let Reply::Refused { code, message, .. } = wire::decode(service, answer) else { return None };
    let mut rows = service.rows(operation).filter(|row| service.answers_for(row, &code));
    let concerns_caller =
        rows.any(|row| matches!(row.when, When::Circumstance(circumstance) if circumstance.is_auth()));
    let said = message.as_deref().and_then(|message| message.lines().next()).filter(|line| !line.is_empty());
    let answer = said.map_or_else(|| code.clone(), |line| format!("{code}: {line}"));
    concerns_caller.then(|| session.hidden([&exchange.request]).clean(&answer))
}
