//! Whether a target takes the credentials, asked before the first case.

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

/// Who owns what the question whether the credentials are taken has made.
const PROBE: &str = "the first call";

/// Calls each service that is called with signatures once, with a call that must be refused for what it lacks: if it is
/// refused for the caller instead, no case would learn anything. What is wrong, if something is.
pub async fn refused_credentials(
    session: &Session,
    specs: &Specs,
    is_tested: impl Fn(&str) -> bool,
) -> Option<String> {
    for service in &specs.services {
        let Some(signer) = session.target.signer(service) else { continue };
        if !service.operations.iter().any(|operation| is_tested(&operation.id)) {
            continue;
        }
        let Some(call) = harmless(session, service) else { continue };
        if let Some(why) = refusal(session, service, signer, call).await {
            return Some(why);
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

fn is_missing(sent: &[(String, Json)], parameter: &Member) -> bool {
    !parameter.common && !sent.iter().any(|(name, _)| *name == parameter.name)
}

/// What every call carries.
fn sent(session: &Session, service: &Service, operation: &Operation) -> Vec<(String, Json)> {
    let common = operation.parameters.iter().filter(|parameter| parameter.common);
    let common = common.filter(|parameter| !protocol::facts(service).sets(parameter));
    let values = common.filter_map(|parameter| {
        Some((parameter.name.clone(), parameter.sample.clone().or(parameter.example.clone())?))
    });
    session.target.fixed(operation, &[], values.collect())
}

/// Why no call will be let in, if the caller is what the call was refused for.
async fn refusal(
    session: &Session,
    service: &Service,
    signer: &Signer,
    (operation, sent): (&Operation, Vec<(String, Json)>),
) -> Option<String> {
    let call = Call { service, operation, parameters: &sent, twist: None, nonce: None };
    // A target that does not check anything makes something.
    let caller = Caller { owner: PROBE, telling: &[], once: false };
    let exchange = account::call(session, call, caller).await.exchange;
    for living in session.ledger.of(PROBE) {
        clean_up::remove(session, service, &living).await;
    }
    let Outcome::Answered(answer) = &exchange.outcome else { return None };
    let Reply::Refused { code, message, .. } = wire::decode(service, operation, answer) else {
        return None;
    };
    let rows = service.rows_answering(operation, &code, answer.status);
    let circumstances = rows.iter().filter_map(|row| match row.when {
        When::Circumstance(circumstance) if circumstance.is_auth() => Some(circumstance),
        _ => None,
    });
    let circumstances: Vec<Circumstance> = circumstances.collect();
    let said = message.as_deref().and_then(|message| message.lines().next()).filter(|line| !line.is_empty());
    let date = answer.headers.iter().find(|(name, _)| name == "date").map(|(_, value)| value.as_str());
    let answer = said.map_or_else(|| code.clone(), |line| format!("{code}: {line}"));
    let clean = |text: String| session.hidden([&exchange.request]).clean(&text);
    match circumstances.as_slice() {
        [] => None,
        of if of.contains(&Circumstance::Expired) && signs_with_time(signer) => {
            Some(format!("{} rejected the time of the call: {}", service.vendor, clean(clock(&answer, date))))
        }
        _ => Some(format!(
            "{} rejected the credentials ({}): {}",
            service.vendor,
            signer.origin,
            clean(answer)
        )),
    }
}

/// Whether a signature holds the time, so that one that is too old means a wrong clock.
fn signs_with_time(signer: &Signer) -> bool {
    signer.form != Form::Secret
}

/// What to do about a clock, with the time that the target has.
fn clock(answer: &str, date: Option<&str>) -> String {
    let here = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).to_rfc2822();
    let there = date.map_or_else(
        || "the target does not report its time".to_owned(),
        |date| format!("the target reports {date}"),
    );
    format!("{answer}; set the clock of this machine, which shows {here}; {there}")
}
