//! Two faults in one request. No page says which one is reported, so either row may be returned, and a run reports what
//! the target does.

use crate::case::{Case, Expectation, Parameters, Rows};
use crate::spec::breach::{Breach, Part};
use crate::spec::ruling::Ruling;

use super::depth::Depth;
use super::plain::PlainCall;
use super::prepared::Prepared;
use super::scenario::{self, Fault};
use super::trial::Trial;
use super::{expect, single_call};

/// Returns a case for every two parameters that are neighbours in the table. These cases show an order of checks that
/// follows the table. At the pairwise depth, returns a case for every two parameters.
pub fn cases(plain: &PlainCall<'_>, depth: Depth) -> Vec<Case> {
    let places = plain.prepared().iter();
    let faults: Vec<Fault<'_>> = places.filter_map(|place| fault(plain, place)).collect();
    let mut cases = Vec::new();
    let reach = if depth == Depth::Pairwise { faults.len() } else { 1 };
    for (index, one) in faults.iter().enumerate() {
        // The members of an invalid object are not at fault themselves.
        let others = faults[index + 1..].iter().filter(|other| !one.place.is_around(other.place));
        cases.extend(others.take(reach).map(|other| case(plain, one, other)));
    }
    cases
}

fn fault<'b>(plain: &PlainCall<'_>, place: &'b Prepared<'b>) -> Option<Fault<'b>> {
    if place.parameter.exists.is_none() {
        return scenario::fault(plain, place);
    }
    let (slug, tries, id) = scenario::made_up(place.parameter).into_iter().next()?;
    let breach = Breach { at: place.at.clone(), part: Part::ExistsUnknown };
    let ruling = Ruling::breaks(breach.part).at(&breach.at);
    Some(Fault { place, trial: Trial::new(breach.part, slug, tries, id), breach, ruling })
}

fn case(plain: &PlainCall<'_>, one: &Fault<'_>, other: &Fault<'_>) -> Case {
    let mut send = plain.with_at(one.place, one.trial.value.clone());
    send_too(&mut send, other);
    let mut codes = Vec::new();
    let mut any = false;
    for fault in [one, other] {
        // A made-up id may also be rejected for its form.
        let is_id = fault.trial.about == Part::ExistsUnknown;
        let shape = is_id.then(|| Ruling::breaks(Part::ExistsShape).at(&fault.breach.at));
        let own = std::iter::once((&fault.ruling, true));
        for (ruling, is_own) in own.chain(shape.iter().map(|shape| (shape, false))) {
            match expect::expectation(plain.service, plain.operation, ruling) {
                Expectation::Reject(Rows::Codes(of)) => codes.extend(of),
                // Without a row for it, any code may be returned.
                _ => any |= is_own,
            }
        }
    }
    let mut seen = Vec::new();
    codes.retain(|code| {
        let is_new = !seen.contains(code);
        seen.push(code.clone());
        is_new
    });
    let expect = Expectation::Reject(if any { Rows::Any } else { Rows::Codes(codes) });
    let (first, second) = (&one.place.name, &other.place.name);
    let id = format!("precedence/{first}-{second}");
    let tries = format!("{first} and {second} both invalid ({}, {})", one.trial.tries, other.trial.tries);
    let given = plain.setup_calls(&send, &expect);
    let about = vec![one.breach.clone(), other.breach.clone()];
    Case { about, given, ..single_call(plain.operation, &id, tries, send, expect) }
}

/// Puts a further fault into a call.
fn send_too(send: &mut Parameters, fault: &Fault<'_>) {
    let Fault { place, trial, .. } = fault;
    let within = send.iter().position(|(name, _)| *name == place.whole.name);
    let within = within.map(|index| send.remove(index).1);
    let whole = match place.is_member() {
        true => place.put(within, trial.value.clone()),
        false => trial.value.clone(),
    };
    send.extend(whole.map(|whole| (place.whole.name.as_str().into(), whole)));
}
