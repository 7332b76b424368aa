//! Circumstances, tested on request: conflicting calls, too many calls, an exhausted quota.

use crate::case::{Call, Case, Expectation, Rows};
use crate::spec::model::{Circumstance, Entity, Operation, Service, Specs, When};

use super::plain::PlainCall;
use super::{scenario, single_call};

/// The number of concurrent calls sent to provoke a conflict.
const CROWD: u32 = 8;

/// The number of concurrent calls sent to exceed a rate limit: twice the documented twenty per second.
const TOO_MANY: u32 = 40;

/// The largest quota that is filled.
const LARGEST_QUOTA: u32 = 1_000;

/// Returns cases that try to provoke a circumstance, for each operation that has a row for it. Each response must be a
/// correct one or that row, because the page does not promise that the circumstance occurs.
pub fn with(specs: &Specs, circumstance: Circumstance) -> Vec<Case> {
    let tested = specs.operations().filter(|(_, operation)| !operation.support);
    let crowd = |(service, operation): (&Service, &Operation)| {
        let codes = codes(service, operation, circumstance);
        let plain = PlainCall::new(service, operation);
        match (codes.is_empty(), circumstance) {
            (true, _) => None,
            (_, Circumstance::Busy) => Some(busy(&plain, codes)),
            (_, Circumstance::Throttled) => throttled(&plain, codes),
            _ => None,
        }
    };
    tested.filter_map(crowd).collect()
}

fn codes(service: &Service, operation: &Operation, circumstance: Circumstance) -> Vec<String> {
    let rows = service.rows(operation).filter(|row| row.when == When::Circumstance(circumstance));
    rows.flat_map(|row| row.codes.clone()).collect()
}

/// Returns a case with concurrent calls that should succeed.
fn busy(plain: &PlainCall<'_>, codes: Vec<String>) -> Case {
    let send = if plain.entity().is_some() { plain.all() } else { plain.set(&[]) };
    let given = plain.setup_calls(&send, &Expectation::Accept);
    let tries = format!("{CROWD} concurrent calls: each succeeds, or is rejected because of another call");
    let expect = Expectation::AcceptOr(Rows::Codes(codes));
    let case = single_call(plain.operation, "circumstance/busy", tries, send, expect);
    Case { at_once: CROWD, given, ..case }
}

/// Returns a case with too many concurrent calls, all of which must be rejected and leave nothing behind.
fn throttled(plain: &PlainCall<'_>, codes: Vec<String>) -> Option<Case> {
    let places = plain.prepared().iter().filter(|place| place.parameter.exists.is_none());
    let fault = places.filter_map(|place| scenario::fault(plain, place)).last()?;
    let Expectation::Reject(Rows::Codes(mut rows)) = fault.expectation(plain) else {
        return None;
    };
    rows.extend(codes);
    let send = plain.with_at(fault.place, fault.trial.value);
    let expect = Expectation::Reject(Rows::Codes(rows));
    let given = plain.setup_calls(&send, &expect);
    let tries =
        format!("{TOO_MANY} concurrent invalid calls: each is rejected as invalid or as one call too many");
    let case = single_call(plain.operation, "circumstance/throttled", tries, send, expect);
    Some(Case { at_once: TOO_MANY, given, ..case })
}

/// Returns the case that fills a quota of `size` and exceeds it by one; `None` if the specs have no such entity, no row
/// for its quota, or no way to remove what the case creates.
pub fn quota(specs: &Specs, entity: &str, size: u32) -> Option<Case> {
    let found = |service: &Service| service.entity(entity).cloned();
    let (service, of): (&Service, Entity) =
        specs.services.iter().find_map(|service| Some((service, found(service)?)))?;
    let maker = service.operation(&of.made_by).filter(|_| of.removed_by.is_some())?;
    let codes = codes(service, maker, Circumstance::Quota);
    if codes.is_empty() || !(1..=LARGEST_QUOTA).contains(&size) {
        return None;
    }
    let plain = PlainCall::new(service, maker);
    let full = |number: u32| Call {
        operation: maker.name.clone(),
        label: format!("full-{number}"),
        send: plain.set(&[]),
        shared: false,
    };
    let tries = format!("one {entity} more than the {size} that the target allows");
    let expect = Expectation::Reject(Rows::Codes(codes));
    let case = single_call(maker, "circumstance/quota", tries, plain.set(&[]), expect);
    Some(Case { given: (0..size).map(full).collect(), ..case })
}
