//! Expansion: from the rules of a spec to cases, one fault each.
//!
//! A rule proposes *trials* (values worth trying, one file a rule); what each must lead to is decided in one place, by
//! [`crate::spec::ruling`], so that no trial can carry an expectation that the page does not support.

mod baseline;
mod expect;
mod rules;
mod scenario;
mod trial;

use crate::case::{About, Case, CaseFile};
use crate::spec::model::{Operation, Parameter, Required, Service, Specs};
use crate::spec::ruling;
use crate::wire;

use baseline::Baseline;
use trial::Trial;

/// The cases of every tested operation.
pub fn all(specs: &Specs) -> Vec<CaseFile> {
    specs
        .operations()
        .filter(|(_, operation)| !operation.support)
        .map(|(service, operation)| cases(service, operation))
        .collect()
}

/// The cases of one operation, in the order of its parameter table.
pub fn cases(service: &Service, operation: &Operation) -> CaseFile {
    let baseline = Baseline::new(service, operation);
    let mut cases = whole_calls(&baseline);
    for parameter in &operation.parameters {
        if wire::is_set_by_protocol(service.protocol, parameter) {
            continue;
        }
        let trials = rules::trials(parameter, wire::is_typed(service.protocol));
        cases.extend(trials.into_iter().filter_map(|trial| case(&baseline, parameter, trial)));
        cases.extend(scenario::cases(&baseline, parameter));
    }
    CaseFile { operation: operation.name.clone(), cases }
}

/// Calls that break nothing: with what is required, and with everything.
fn whole_calls(baseline: &Baseline<'_>) -> Vec<Case> {
    let name = &baseline.operation.name;
    let whole = |slug: &str, tries: &str, send| Case {
        id: format!("{name}/call/{slug}"),
        operation: name.clone(),
        tries: tries.to_owned(),
        about: None,
        given: baseline.given(&send),
        expect: expect::whole_call(baseline, &send),
        send,
    };
    let mut cases = vec![whole("required", "only what is required", baseline.required())];
    if baseline.operation.parameters.iter().any(|parameter| parameter.required != Required::Yes) {
        cases.push(whole("all", "every parameter", baseline.all()));
    }
    cases
}

/// The case of a trial; `None` where the protocol cannot say it.
fn case(baseline: &Baseline<'_>, parameter: &Parameter, trial: Trial) -> Option<Case> {
    let (service, operation) = (baseline.service, baseline.operation);
    let witness = match &trial.value {
        Some(value) => Some(value.witness()?),
        None => None,
    };
    if witness.as_ref().is_some_and(|json| !wire::can_say(service.protocol, parameter, json)) {
        return None;
    }
    let ruling = ruling::on_parameter(parameter, witness.as_ref());
    let send = baseline.with(parameter, trial.value);
    let case = Case {
        id: format!("{}/{}/{}", operation.name, parameter.name, trial.slug),
        operation: operation.name.clone(),
        tries: format!("{}: {}", parameter.name, trial.tries),
        about: Some(About {
            parameter: parameter.name.clone(),
            breach: ruling.answerable().first().copied().unwrap_or(trial.about),
        }),
        given: baseline.given(&send),
        send,
        expect: expect::expectation(service, operation, parameter, &ruling),
    };
    Some(match parameter.exists {
        Some(_) => scenario::with_a_change(case, baseline),
        None => case,
    })
}
