//! Expands the rules of a spec into cases with one fault each.
//!
//! A rule proposes *trials* (values worth testing, one file per rule). The expectation for each trial is decided in one
//! place, [`crate::spec::ruling`], so that no trial can have an expectation that the page does not support.

mod auth;
mod cases;
mod circumstance;
mod context;
mod covering;
mod depth;
mod entries;
mod expect;
mod plain;
mod precedence;
mod prepared;
mod references;
pub mod relations;
mod request;
mod rules;
mod scenario;
mod trial;
mod valid;

pub use auth::auth;
pub use cases::{Cases, Expanded, in_parallel};
pub use circumstance::{quota, with};
pub use depth::Depth;

use std::collections::HashMap;

use crate::case::value::Value;
use crate::case::{AMONG_OTHERS, Case, CaseFile, Expectation, Parameters};
use crate::json::Json;
use crate::protocol;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Operation, Required, Service, Specs};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Outcome, Ruling};

use context::Contexts;
use covering::Arrays;
use plain::PlainCall;
use prepared::{JudgedTrial, Prepared};
use trial::Trial;

/// Expands operations and caches what operations of the same shape share.
#[derive(Debug, Default)]
pub struct Generator {
    arrays: Arrays,
}

/// Returns the cases of every tested operation.
pub fn all(specs: &Specs, depth: Depth) -> Vec<CaseFile> {
    let generator = Generator::default();
    specs
        .operations()
        .filter(|(_, operation)| !operation.support)
        .map(|(service, operation)| generator.cases(service, operation, depth))
        .collect()
}

/// Values of a parameter that are worth testing but that the protocol of its operation cannot encode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The rule that the values are about, and its place.
    pub breach: Breach,
    /// The number of values.
    pub cases: usize,
}

/// Returns what the cases of an operation lack because its protocol cannot encode it, by parameter and rule.
pub fn left_out_by_protocol(service: &Service, operation: &Operation) -> Vec<LeftOut> {
    not_carried(&PlainCall::new(service, operation))
}

fn not_carried(plain: &PlainCall<'_>) -> Vec<LeftOut> {
    let (service, operation) = (plain.service, plain.operation);
    let mut left: Vec<LeftOut> = Vec::new();
    for prepared in plain.prepared() {
        let tried = prepared.trials(service, operation).iter();
        for JudgedTrial { trial, .. } in tried.filter(|tried| !tried.is_encodable) {
            let is_it =
                |known: &&mut LeftOut| known.breach.part == trial.about && known.breach.at == prepared.at;
            match left.iter_mut().find(is_it) {
                Some(known) => known.cases += 1,
                None => {
                    let breach = Breach { at: prepared.at.clone(), part: trial.about };
                    left.push(LeftOut { breach, cases: 1 });
                }
            }
        }
    }
    left
}

impl Generator {
    /// Creates a generator without covering arrays. Its accepted calls lack combinations; the rejected calls and their
    /// rows are the same.
    pub fn of_rejections() -> Self {
        Self { arrays: Arrays::empty() }
    }

    /// Returns the cases of one operation, in the order of its parameter table.
    pub fn cases(&self, service: &Service, operation: &Operation, depth: Depth) -> CaseFile {
        let cases = expanded(&PlainCall::new(service, operation), depth, &self.arrays);
        CaseFile { operation: operation.id.clone(), cases }
    }

    /// Returns the cases of one operation, and what they lack because its protocol cannot encode it.
    pub fn cases_and_left_out(
        &self,
        service: &Service,
        operation: &Operation,
        depth: Depth,
    ) -> (Vec<Case>, Vec<LeftOut>) {
        let plain = PlainCall::new(service, operation);
        (expanded(&plain, depth, &self.arrays), not_carried(&plain))
    }
}

/// Returns the cases of one operation, in the order of its parameter table.
pub fn cases(service: &Service, operation: &Operation, depth: Depth) -> CaseFile {
    Generator::default().cases(service, operation, depth)
}

fn expanded(plain: &PlainCall<'_>, depth: Depth, arrays: &Arrays) -> Vec<Case> {
    let (service, operation) = (plain.service, plain.operation);
    let mut contexts = Contexts::new(plain, arrays);
    let settled = |cases: Vec<Case>, tested: Option<&Path>| settled(plain, cases, tested);
    let mut cases = settled(whole_calls(plain), None);
    for place in plain.prepared() {
        let tried = place.trials(service, operation).iter();
        let judged = tried.filter_map(|tried| Judged::new(plain, place, tried)).collect();
        let mut of_place: Vec<Violation> = scenario::references(plain, place.parameter);
        of_place.extend(judged_cases(plain, place, judged, &mut contexts));
        cases.extend(settled(among_contexts(of_place, place, plain, &contexts, depth), Some(&place.at)));
        cases.extend(settled(scenario::cases(plain, place.parameter), Some(&place.at)));
    }
    cases.extend(relations::cases(plain));
    cases.extend(settled(scenario::whole(plain), None));
    cases.extend(settled(request::cases(plain), None));
    cases.extend(settled(precedence::cases(plain, depth), None));
    if depth == Depth::Pairwise {
        cases.extend(settled(valid_pairs(plain, &mut contexts), None));
    }
    cases.extend(settled(left_out(plain, &cases), None));
    cases.retain(|case| plain.is_encodable(&case.send));
    let cases = expect::relax_doubtful(operation, cases).into_iter();
    let cases: Vec<Case> = cases.filter_map(|case| references::complete(service, case)).collect();
    if depth == Depth::Smoke { depth::smoke(cases) } else { cases }
}

/// Changes what cases do not test so that all relations of the operation hold.
fn settled(plain: &PlainCall<'_>, cases: Vec<Case>, tested: Option<&Path>) -> Vec<Case> {
    if plain.relations().is_empty() {
        return cases;
    }
    let cases = cases.into_iter().enumerate();
    let settled = cases.filter_map(|(turn, case)| relations::settle(plain, case, tested, turn));
    let settled = relations::without_repetitions(settled.collect());
    match tested {
        Some(tested) => relations::completed(plain, settled, tested),
        None => settled,
    }
}

/// Returns `true` if every call of an operation must contain a parameter.
pub fn is_demanded(service: &Service, operation: &Operation, parameter: &Member) -> bool {
    let is_sent = !protocol::facts(service).sets(parameter);
    is_sent && PlainCall::new(service, operation).is_needed(parameter)
}

/// Returns a value of a parameter that violates none of its rules, if one can be built from the spec.
pub fn valid_value(parameter: &Member) -> Option<Json> {
    valid::valid(parameter).witness()
}

/// Returns the parameters for which no valid value can be built from the spec, because their rules are too unusual for
/// this module.
pub fn without_valid_value(operation: &Operation) -> Vec<&Member> {
    let is_fine = |parameter: &&Member| {
        let can_be_new = !parameter.is_new() || valid::valid(parameter).random_count().is_some();
        let Some(json) = valid::valid(parameter).witness() else { return true };
        let holds = || ruling::on_member(parameter, Some(&json)).outcome() == Outcome::Holds;
        // Without rules, a text cannot violate any.
        can_be_new && (parameter.schema.is_unruled() || holds())
    };
    operation.parameters.iter().filter(|parameter| !is_fine(parameter)).collect()
}

/// Creates a case with a single call and without setup.
fn single_call(
    operation: &Operation,
    id: &str,
    tries: String,
    send: Parameters,
    expect: Expectation,
) -> Case {
    Case {
        id: format!("{}/{id}", operation.id),
        operation: operation.id.clone(),
        tries,
        about: Vec::new(),
        given: Vec::new(),
        send,
        twist: None,
        at_once: 1,
        expect,
        then: Vec::new(),
    }
}

/// Creates a case whose call violates nothing.
fn whole_call(plain: &PlainCall<'_>, id: &str, tries: String, send: Parameters) -> Case {
    let expect = expect::whole_call(plain, &send);
    let given = plain.setup_calls(&send, &expect);
    Case { given, ..single_call(plain.operation, id, tries, send, expect) }
}

/// Returns calls that violate nothing: one with only the required parameters, and one with all parameters.
fn whole_calls(plain: &PlainCall<'_>) -> Vec<Case> {
    let whole = |id: &str, tries: &str, send: Parameters| whole_call(plain, id, tries.to_owned(), send);
    let mut cases = vec![whole("call/required", "only required parameters", plain.required())];
    if plain.operation.members().iter().any(|(_, member)| member.required != Required::Yes) {
        cases.push(whole("call/all", "every parameter", plain.all()));
    }
    cases
}

/// Returns calls that each omit an optional parameter which every other accepted call contains.
fn left_out(plain: &PlainCall<'_>, cases: &[Case]) -> Vec<Case> {
    let is_carried = |parameter: &&Member| {
        let carries = |case: &Case| case.send.iter().any(|(name, _)| *name == parameter.name);
        cases.iter().filter(|case| case.expect == Expectation::Accept).all(carries)
    };
    let optional =
        plain.sendable_parameters().filter(|each| each.required == Required::No && each.exists.is_none());
    let without = |parameter: &Member| {
        let mut send = plain.all();
        send.retain(|(name, _)| *name != parameter.name);
        let tries = format!("every parameter except {}", parameter.name);
        let id = format!("{}/required/left-out", parameter.name);
        let about = vec![Breach::of(&parameter.name, Part::Required)];
        Case { about, ..whole_call(plain, &id, tries, send) }
    };
    optional.filter(is_carried).map(without).filter(|case| case.expect == Expectation::Accept).collect()
}

/// Returns calls that, together with the accepted values of single parameters, contain every pair of valid classes.
fn valid_pairs(plain: &PlainCall<'_>, contexts: &mut Contexts<'_>) -> Vec<Case> {
    let rows = contexts.unused_rows().into_iter().enumerate();
    rows.map(|(index, send)| {
        let tries = "pairs of valid values that no other case contains".to_owned();
        whole_call(plain, &format!("call/pairs-{}", index + 1), tries, send)
    })
    .collect()
}

/// A trial and how the page judges it.
struct Judged {
    trial: Trial,
    ruling: Ruling,
    /// The promises that it certainly breaks.
    broken: Vec<Breach>,
    /// Further promises that some reader could name.
    doubted: Vec<Breach>,
}

impl Judged {
    /// Judges a trial; `None` if the protocol cannot encode it, or if the page does not support a rejection.
    fn new(plain: &PlainCall<'_>, place: &Prepared<'_>, tried: &JudgedTrial) -> Option<Self> {
        let (service, operation) = (plain.service, plain.operation);
        if !tried.is_encodable {
            return None;
        }
        let JudgedTrial { trial, ruling, .. } = tried;
        // Many services ignore what they cannot parse in a URL, so a rejection is expected only if the page says so.
        let of_type = Breach { at: place.at.clone(), part: Part::Type };
        let is_only = ruling.breaches.as_slice() == std::slice::from_ref(&of_type);
        let is_word = is_only && !protocol::facts(service).is_typed(operation, place.whole);
        let is_said = || service.rows_for(operation, &of_type).next().is_some();
        (!is_word || is_said()).then(|| Self {
            trial: trial.clone(),
            ruling: ruling.clone(),
            broken: ruling.broken(),
            doubted: ruling.doubted(),
        })
    }

    /// Returns the promise that the case is about: a certainly broken promise before one that some reader could name
    /// and, of several, the one for which the trial was made.
    fn about(&self, place: &Prepared<'_>) -> Breach {
        let own = Breach { at: place.at.clone(), part: self.trial.about };
        let named = [&self.broken, &self.doubted].into_iter().find(|named| !named.is_empty());
        match named {
            Some(named) if !named.contains(&own) => named[0].clone(),
            _ => own,
        }
    }

    /// Returns the promise that the value certainly breaks, if it is exactly one.
    fn breaks(&self) -> Option<Breach> {
        match self.broken.as_slice() {
            [breach] => Some(breach.clone()),
            _ => None,
        }
    }

    /// Returns `true` if no reader could name a further promise.
    fn is_pure(&self) -> bool {
        self.doubted.is_empty()
    }
}

/// A case, and the promise for whose violation it goes through the contexts, if any.
struct Violation {
    case: Case,
    breaks: Option<Breach>,
}

fn judged_cases(
    plain: &PlainCall<'_>,
    place: &Prepared<'_>,
    judged: Vec<Judged>,
    contexts: &mut Contexts<'_>,
) -> Vec<Violation> {
    let parameter = place.parameter;
    let pure: Vec<Breach> =
        judged.iter().filter(|judged| judged.is_pure()).filter_map(Judged::breaks).collect();
    let violation = |judged: Judged| {
        let expect = expect::expectation(plain.service, plain.operation, &judged.ruling);
        let expect = expect::of_value(parameter, judged.trial.value.as_ref(), expect);
        let size =
            judged.trial.value.as_ref().and_then(Value::witness).map_or(0, |json| json.to_string().len());
        let expect = context::widened(expect, expect::rows_for_size(plain, size));
        let about = judged.about(place);
        // A value that a reader could take for a violation of another rule counts only if no other value violates the
        // rule.
        let breaks = judged.breaks().filter(|breach| judged.is_pure() || !pure.contains(breach));
        let value = judged.trial.value;
        let send = match judged.ruling.outcome() {
            Outcome::Holds if value.is_some() => contexts.valid_with(place, value.as_ref()),
            _ => plain.with_at(place, value),
        };
        let id = format!("{}/{}", place.name, judged.trial.slug);
        let tries = format!("{}: {}", place.name, judged.trial.tries);
        let given = plain.setup_calls(&send, &expect);
        let case =
            Case { about: vec![about], given, ..single_call(plain.operation, &id, tries, send, expect) };
        let case = if parameter.exists.is_some() { scenario::with_a_change(case, plain, 0) } else { case };
        Violation { case, breaks }
    };
    judged.into_iter().map(violation).collect()
}

/// Distributes the violations of one rule over the classes of the other parameters. If there are more classes than
/// violations, some violations are repeated under a number of their own. Values that a reader could take for a
/// violation of another rule do not count.
fn among_contexts(
    violations: Vec<Violation>,
    place: &Prepared<'_>,
    plain: &PlainCall<'_>,
    contexts: &Contexts<'_>,
    depth: Depth,
) -> Vec<Case> {
    // A case that cannot be encoded must not take a context from one that can.
    let violations: Vec<Violation> =
        violations.into_iter().filter(|violation| plain.is_encodable(&violation.case.send)).collect();
    let needed = contexts.needed(place);
    let mut counts: HashMap<Option<Breach>, usize> = HashMap::new();
    for violation in &violations {
        *counts.entry(violation.breaks.clone()).or_default() += 1;
    }
    let mut seen: HashMap<Option<Breach>, usize> = HashMap::new();
    let mut all = Vec::new();
    for Violation { case, breaks } in violations {
        if !matches!(case.expect, Expectation::Reject(_)) {
            all.push(case);
            continue;
        }
        let step = counts[&breaks];
        let seen = seen.entry(breaks.clone()).or_default();
        let turn = *seen;
        *seen += 1;
        let own = match breaks {
            Some(_) if !(plain.keeps() && has_few_random_characters(&case)) => {
                (turn..needed.max(turn + 1)).step_by(step)
            }
            _ => (turn..turn + 1).step_by(1),
        };
        let others = (0..needed).filter(|number| !own.clone().any(|own| own % needed == *number));
        let numbers: Vec<usize> = match depth {
            Depth::Pairwise if !(plain.keeps() && has_few_random_characters(&case)) => {
                own.clone().chain(others).collect()
            }
            _ => own.collect(),
        };
        all.extend(
            numbers
                .into_iter()
                .enumerate()
                .map(|(again, number)| in_context(&case, place, plain, contexts, (again, number))),
        );
    }
    all
}

/// Returns `true` if a value that must be new has so few random characters that its values are soon used up when
/// entities are not removed.
fn has_few_random_characters(case: &Case) -> bool {
    case.send
        .iter()
        .any(|(_, value)| value.random_count().is_some_and(|drawn| drawn <= crate::case::FEW_RANDOM))
}

/// Creates a case in the context with that number; `again` counts its repetitions.
fn in_context(
    case: &Case,
    place: &Prepared<'_>,
    plain: &PlainCall<'_>,
    contexts: &Contexts<'_>,
    (again, number): (usize, usize),
) -> Case {
    let whole = case.send.iter().find(|(name, _)| *name == place.whole.name).map(|(_, value)| value);
    let value = whole.and_then(|whole| whole.at(&place.at.steps()[1..]));
    let context = contexts.numbered(place, value.as_ref(), number);
    let expect = context::widened(case.expect.clone(), context.doubt);
    let (id, tries) = match again {
        0 => (case.id.clone(), case.tries.clone()),
        _ => (format!("{}/{}", case.id, again + 1), format!("{}{AMONG_OTHERS}", case.tries)),
    };
    let own = case.given.iter().filter(|call| !plain.is_reference(&call.label)).cloned();
    let given = plain.setup_calls(&context.send, &expect).into_iter().chain(own).collect();
    let case = Case {
        id,
        tries,
        given,
        send: context.send,
        expect,
        operation: case.operation.clone(),
        about: case.about.clone(),
        twist: case.twist.clone(),
        then: case.then.clone(),
        at_once: case.at_once,
    };
    match place.parameter.exists.is_some() {
        true => {
            scenario::with_a_change(case, plain, number / contexts.needed(place).saturating_sub(1).max(1))
        }
        false => case,
    }
}
