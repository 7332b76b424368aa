//! The requests that a case would send, without sending them.

use crate::case::{self, Case, Parameters, TRIED};
use crate::json::Json;
use crate::spec::model::{Service, Specs};
use crate::wire::{Call, Request, Twist, can_encode_signed};

use super::resolve::{Earlier, Values};
use super::session::Session;
use super::target::Target;

/// Returns the requests of a case in order, without the cleanup; ids that only a response can give are replaced with
/// placeholders. The result is empty if the target has no address for the service.
pub fn rehearse(session: &Session, specs: &Specs, case: &Case) -> Vec<Request> {
    let requests = rehearse_with_secrets(session, specs, case);
    requests.into_iter().map(|request| session.redacted(request)).collect()
}

/// Returns the requests as they would be sent, including signatures: for sending them by other means; they must never
/// be shown.
pub fn rehearse_with_secrets(session: &Session, specs: &Specs, case: &Case) -> Vec<Request> {
    let Some((service, _)) = specs.operation(&case.operation) else { return Vec::new() };
    let mut values = Values::new(session, &case.id, 0);
    let about: Vec<&str> = case.about.iter().map(|about| about.at.parameter()).collect();
    let mut requests = Vec::new();
    let mut add = |values: &mut Values<'_>, of: (&str, &str), send: &Parameters, twist: Option<&Twist>| {
        requests.extend(request(values, service, of, send, (&about, twist)));
    };
    for call in &case.given {
        add(&mut values, (&call.operation, &call.label), &call.send, None);
    }
    for number in 0..case.at_once.max(1) {
        values.nth = number;
        add(&mut values, (&case.operation, TRIED), &case.send, case.twist.as_ref());
    }
    values.nth = 0;
    for case::Step { call, .. } in &case.then {
        add(&mut values, (&call.operation, &call.label), &call.send, None);
    }
    requests
}

fn request(
    values: &mut Values<'_>,
    service: &Service,
    (operation, label): (&str, &str),
    send: &Parameters,
    (about, twist): (&[&str], Option<&Twist>),
) -> Option<Request> {
    let operation = service.operation(operation)?;
    let sent = values.session.target.fixed(operation, about, values.resolve_all(send, label));
    let call = Call { service, operation, parameters: &sent, twist, nonce: None };
    let request = values.session.rehearsed(call);
    let id = Some(Json::Text(format!("ID-OF-{}", label.to_uppercase())));
    values.earlier.push(Earlier { label: label.to_owned(), sent, id });
    request
}

/// Returns `true` if a case can be sent to the target: it has an address for the service, and the form of its
/// signatures can encode the values.
pub fn can_ask(target: &Target, specs: &Specs, case: &Case) -> bool {
    let Some((service, _)) = specs.operation(&case.operation) else { return true };
    if target.url.is_none() && target.address(service).is_none() && !target.addresses.is_empty() {
        return false;
    }
    let Some(form) = target.signer(service).map(|signer| signer.form) else { return true };
    let sayable = |(operation, send): (&str, &Parameters)| {
        let Some(operation) = service.operation(operation) else { return true };
        send.iter().all(|(name, value)| match (operation.parameter(name), value.witness()) {
            (Some(parameter), Some(json)) => can_encode_signed(form, parameter, &json),
            _ => true,
        })
    };
    let whole = !(form.is_query() && matches!(case.twist, Some(Twist::Body(_))));
    whole && case.calls().all(sayable)
}
