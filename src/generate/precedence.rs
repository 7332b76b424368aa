//! Two faults in one request. Which is answered, no page says: either row may, and a run tells what the target does.

use crate::case::{About, Case, Expectation, Rows};
use crate::spec::breach::Breach;
use crate::spec::model::Parameter;

use super::baseline::Baseline;
use super::depth::Depth;
use super::scenario;
use super::trial::Trial;
use super::{expect, plain};

/// A case for each two parameters that are neighbours in the table: an order of checks that follows the table shows in them. At the
/// pairwise depth, a case for every two parameters.
pub fn cases(baseline: &Baseline<'_>, depth: Depth) -> Vec<Case> {
    let faults: Vec<(&Parameter, Trial, Breach)> = baseline
        .operation
        .parameters
        .iter()
        .filter_map(|parameter| {
            let (trial, breach) = fault(baseline, parameter)?;
            Some((parameter, trial, breach))
        })
        .collect();
    let mut cases = Vec::new();
    let reach = if depth == Depth::Pairwise { faults.len() } else { 1 };
    for (index, one) in faults.iter().enumerate() {
        cases.extend(faults[index + 1..].iter().take(reach).map(|other| case(baseline, one, other)));
    }
    cases
}

fn fault(baseline: &Baseline<'_>, parameter: &Parameter) -> Option<(Trial, Breach)> {
    if parameter.exists.is_some() {
        let (slug, tries, id) = scenario::made_up(parameter).into_iter().next()?;
        return Some((Trial::new(Breach::ExistsUnknown, slug, tries, id), Breach::ExistsUnknown));
    }
    scenario::fault(baseline, parameter)
}

type Fault<'a> = (&'a Parameter, Trial, Breach);

fn case(baseline: &Baseline<'_>, one: &Fault<'_>, other: &Fault<'_>) -> Case {
    let mut send = baseline.with(one.0, one.1.value.clone());
    send.retain(|(name, _)| *name != other.0.name);
    send.extend(other.1.value.clone().map(|value| (other.0.name.clone(), value)));
    let mut codes = Vec::new();
    let mut any = false;
    for (parameter, trial, breach) in [one, other] {
        // Of a made-up id the form may be what is answered.
        let shape = (trial.about == Breach::ExistsUnknown).then_some(Breach::ExistsShape);
        for breach in [Some(*breach), shape].into_iter().flatten() {
            match expect::reject(baseline, parameter, breach) {
                Expectation::Reject(Rows::Codes(of)) => codes.extend(of),
                _ => any |= shape.is_none(),
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
    let id = format!("precedence/{}-{}", one.0.name, other.0.name);
    let tries =
        format!("{} and {} both at fault ({}, {})", one.0.name, other.0.name, one.1.tries, other.1.tries);
    let about =
        |(parameter, _, breach): &Fault<'_>| About { parameter: parameter.name.clone(), breach: *breach };
    let given = baseline.given(&send, &expect);
    Case {
        about: vec![about(one), about(other)],
        given,
        ..plain(baseline.operation, &id, tries, send, expect)
    }
}
