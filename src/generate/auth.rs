//! Authentication of targets with credentials: signatures that must not be accepted, on calls that are otherwise valid.

use crate::case::{Call, Case, Expectation, Rows};
use crate::spec::breach::Part;
use crate::spec::model::{
    Authentication, Bound, Circumstance, ErrorRow, Operation, Protocol, Service, Specs, When,
};
use crate::wire::sign::Form;
use crate::wire::{Tamper, Twist, can_tamper};

use super::plain::PlainCall;
use super::{request, single_call};

/// Returns cases for each tested operation of the services whose calls are signed. `form` returns the form of the
/// signature.
pub fn auth(specs: &Specs, form: impl Fn(&Service) -> Option<Form>) -> Vec<Case> {
    let tested = specs.operations().filter(|(_, operation)| !operation.support);
    let asks = |(service, _): &(&Service, &Operation)| asks_who_calls(service);
    let signed =
        tested.filter(asks).filter_map(|(service, operation)| Some((service, operation, form(service)?)));
    signed.flat_map(|(service, operation, form)| of_operation(service, operation, form)).collect()
}

/// Returns `true` if callers must authenticate.
fn asks_who_calls(service: &Service) -> bool {
    let shown = service.http.as_ref().map(|http| &http.authentication);
    service.protocol != Protocol::Rest || shown.is_some_and(|shown| *shown != Authentication::None)
}

fn of_operation(service: &Service, operation: &Operation, form: Form) -> Vec<Case> {
    let plain = PlainCall::new(service, operation);
    let tampers = Tamper::ALL.iter().filter(|tamper| can_tamper(form, **tamper));
    tampers.map(|tamper| case(&plain, form, *tamper, tamper.name())).collect()
}

fn case(plain: &PlainCall<'_>, form: Form, tamper: Tamper, name: &str) -> Case {
    let expect = Expectation::Reject(rows(plain, form, tamper));
    let send = plain.set(&[]);
    let mut given = plain.setup_calls(&send, &expect);
    if tamper == Tamper::RepeatedNonce && given.is_empty() {
        given.push(Call {
            operation: plain.operation.name.clone(),
            label: "before".to_owned(),
            send: send.clone(),
            shared: false,
        });
    }
    // A shared entity may already exist, so that no call would come before this one.
    given.iter_mut().for_each(|call| call.shared &= tamper != Tamper::RepeatedNonce);
    let case = single_call(plain.operation, &format!("auth/{name}"), tries(tamper).to_owned(), send, expect);
    Case { given, twist: Some(Twist::Signature(tamper)), ..case }
}

fn tries(tamper: Tamper) -> &'static str {
    match tamper {
        Tamper::WrongSecret => "a signature with a wrong secret",
        Tamper::UnknownKey => "an unknown key",
        Tamper::Unsigned => "no signature",
        Tamper::Expired => "a signature that is an hour old",
        Tamper::RepeatedNonce => "the nonce of the previous call",
        Tamper::ChangedParameter => "a parameter that was changed after signing",
        Tamper::ChangedAction => "an operation that was changed after signing",
    }
}

/// Returns the rows that may be returned: those for this fault, and the page's own rows about callers, which are less
/// specific.
fn rows(plain: &PlainCall<'_>, form: Form, tamper: Tamper) -> Rows {
    let fault = match tamper {
        Tamper::WrongSecret | Tamper::ChangedParameter | Tamper::ChangedAction => {
            Circumstance::WrongSignature
        }
        Tamper::UnknownKey => Circumstance::UnknownKey,
        Tamper::Unsigned => Circumstance::Unsigned,
        Tamper::Expired => Circumstance::Expired,
        Tamper::RepeatedNonce => Circumstance::RepeatedNonce,
    };
    let (service, operation) = (plain.service, plain.operation);
    let is = |row: &ErrorRow, of: fn(Circumstance) -> bool| matches!(row.when, When::Circumstance(circumstance) if of(circumstance));
    // If only the secret is sent, a wrong secret is the same as an unknown key.
    let similar = if form == Form::Secret && fault != Circumstance::Unsigned {
        Circumstance::UnknownKey
    } else {
        fault
    };
    let exact =
        |row: &ErrorRow| row.when == When::Circumstance(fault) || row.when == When::Circumstance(similar);
    let named = service.rows(operation).any(exact);
    let may_match = |own: bool, row: &ErrorRow| {
        exact(row)
            || (is(row, Circumstance::is_auth) && (own || !named))
            // Without a signature, parts of the request are missing, and no page says which row covers that.
            || (fault == Circumstance::Unsigned && (is(row, Circumstance::is_auth) || covers_absence(own, row)))
    };
    let own = operation.errors.iter().filter(|row| may_match(true, row));
    let shared = service.errors.iter().filter(|row| may_match(false, row));
    request::only_if_bound(own.chain(shared).collect())
}

/// Returns `true` for rows that cover anything missing, and for the service's rows without `when`.
fn covers_absence(own: bool, row: &ErrorRow) -> bool {
    match &row.when {
        When::Breaches(bound) => bound.contains(&Bound { at: None, part: Part::Required }),
        When::Unsaid => !own,
        _ => false,
    }
}
