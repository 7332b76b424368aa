//! A check of the credentials before the first case.

use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Circumstance, Member, Operation, Required, Service, Specs, When};
use crate::wire::sign::Form;
use crate::wire::{self, Call, Outcome, Reply};

use super::account::{self, Caller};
use super::clean_up;
use super::cost::is_remover;
use super::session::Session;
use super::target::Signer;

/// The owner of what the check of the credentials has created.
const PROBE: &str = "the first call";

/// Calls each service that needs signatures once, with a call that must be rejected for a missing parameter. If the
/// call is rejected because of the caller instead, no case would learn anything. Returns what is wrong, if something
/// is.
pub async fn rejected_credentials(
    session: &Session,
    specs: &Specs,
    is_tested: impl Fn(&str) -> bool,
) -> Option<String> {
    for service in &specs.services {
        let Some(signer) = session.target.signer(service) else { continue };
        if !service.operations.iter().any(|operation| is_tested(&operation.id)) {
            continue;
        }
        let Some(call) = probe_call(session, service) else { continue };
        if let Some(why) = rejection_reason(session, service, signer, call).await {
            return Some(why);
        }
    }
    None
}

/// Returns the operation to call, and what to send: an operation that must reject a call for a missing parameter,
/// preferably one that creates nothing. An operation that removes something is never called with a parameter missing.
fn probe_call<'s>(session: &Session, service: &'s Service) -> Option<(&'s Operation, Vec<(String, Json)>)> {
    let calls =
        service.operations.iter().map(|operation| (operation, sent_parameters(session, service, operation)));
    let rejected = calls.filter(|(operation, sent)| {
        let missing = operation.parameters.iter().filter(|parameter| is_missing(sent, parameter));
        let lacks = missing.clone().any(|parameter| parameter.required == Required::Yes);
        lacks
            && !is_remover(service, operation)
            && missing.into_iter().all(|parameter| wire::can_send(service, operation, parameter, None))
    });
    rejected.min_by_key(|(operation, _)| service.created_by(operation).is_some())
}

fn is_missing(sent: &[(String, Json)], parameter: &Member) -> bool {
    !parameter.common && !sent.iter().any(|(name, _)| *name == parameter.name)
}

/// Returns the parameters that every call carries.
fn sent_parameters(session: &Session, service: &Service, operation: &Operation) -> Vec<(String, Json)> {
    let common = operation.parameters.iter().filter(|parameter| parameter.common);
    let common = common.filter(|parameter| !protocol::facts(service).sets(parameter));
    let values = common.filter_map(|parameter| {
        Some((parameter.name.clone(), parameter.sample.clone().or(parameter.example.clone())?))
    });
    session.target.fixed(operation, &[], values.collect())
}

/// Returns the reason why no call will be let in, if the call was rejected because of the caller.
async fn rejection_reason(
    session: &Session,
    service: &Service,
    signer: &Signer,
    (operation, sent): (&Operation, Vec<(String, Json)>),
) -> Option<String> {
    let call = Call { service, operation, parameters: &sent, twist: None, nonce: None };
    // A target that checks nothing creates something.
    let caller = Caller { owner: PROBE, distinguishing: &[], once: false };
    let exchange = account::call(session, call, caller).await.exchange;
    for live in session.ledger.created_by(PROBE) {
        clean_up::remove(session, service, &live).await;
    }
    let Outcome::Received(response) = &exchange.outcome else { return None };
    let Reply::Rejected { code, message, .. } = wire::decode(service, operation, response) else {
        return None;
    };
    let rows = service.rows_matching(operation, &code, response.status);
    let circumstances = rows.iter().filter_map(|row| match row.when {
        When::Circumstance(circumstance) if circumstance.is_auth() => Some(circumstance),
        _ => None,
    });
    let circumstances: Vec<Circumstance> = circumstances.collect();
    let said = message.as_deref().and_then(|message| message.lines().next()).filter(|line| !line.is_empty());
    let date = response.headers.iter().find(|(name, _)| name == "date").map(|(_, value)| value.as_str());
    let response = said.map_or_else(|| code.clone(), |line| format!("{code}: {line}"));
    let clean = |text: String| session.hidden([&exchange.request]).clean(&text);
    match circumstances.as_slice() {
        [] => None,
        of if of.contains(&Circumstance::Expired) && signs_with_time(signer) => Some(format!(
            "{} rejected the time of the call: {}",
            service.vendor,
            clean(clock(&response, date))
        )),
        _ => Some(format!(
            "{} rejected the credentials ({}): {}",
            service.vendor,
            signer.origin,
            clean(response)
        )),
    }
}

/// Returns `true` if a signature contains the time, so that one that is too old means a wrong clock.
fn signs_with_time(signer: &Signer) -> bool {
    signer.form != Form::Secret
}

/// Returns advice about the clock, with the time of the target.
fn clock(response: &str, date: Option<&str>) -> String {
    let here = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).to_rfc2822();
    let there = date.map_or_else(
        || "the target does not report its time".to_owned(),
        |date| format!("the target reports {date}"),
    );
    format!("{response}; set the clock of this machine, which shows {here}; {there}")
}
