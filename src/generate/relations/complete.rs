//! Violations next to each value of the parameters that relations name.
//!
//! To make relations hold, other values of a call are changed. Therefore a violation may never meet a value that its
//! contexts should have brought. This module adds the missing calls, where relations allow them.

use std::collections::HashSet;

use crate::case::value::Value;
use crate::case::{AMONG_OTHERS, Case, Expectation, Rows, sent_at};
use crate::generate::plain::PlainCall;
use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{Condition, Required};
use crate::spec::path::Path;
use crate::spec::ruling::{Outcome, relation};

use super::edits::{apply, place};
use super::{combined, solve, stand_ins};

/// The maximum number of cases of which a variant is tried for a fact.
const TEMPLATES: usize = 3;

/// What may be the case about a value.
#[derive(Debug, Clone, PartialEq)]
enum Fact {
    Absent,
    Present,
    Is(Json),
}

/// Adds variants of the cases of a place, so that each of its violations meets each fact about a related value.
pub fn completed(plain: &PlainCall<'_>, mut cases: Vec<Case>, tested: &Path) -> Vec<Case> {
    let facts = facts(plain, tested);
    let mut breaches: Vec<Breach> = Vec::new();
    // A case may be rejected only because no other value makes its relations hold.
    let keeps =
        |case: &Case| relation::on_call(plain.operation, &stand_ins(&case.send)).outcome() != Outcome::Breaks;
    for case in &cases {
        if let ([breach], true) = (case.about.as_slice(), is_certain(case))
            && !breaches.contains(breach)
        {
            breaches.push(breach.clone());
        }
    }
    for breach in breaches {
        for (at, fact) in &facts {
            let of_breach = |case: &&Case| case.about == [breach.clone()] && is_certain(case);
            if cases.iter().filter(of_breach).any(|case| is_met(case, at, fact)) {
                continue;
            }
            let is_template = |case: &&Case| !case.tries.ends_with(AMONG_OTHERS) && keeps(case);
            let mut templates = cases.iter().filter(of_breach).filter(is_template).take(TEMPLATES);
            if let Some(variant) =
                templates.find_map(|case| variant(plain, case, (tested, &breach.at), (at, fact)))
            {
                insert(&mut cases, variant);
            }
        }
    }
    cases
}

fn is_certain(case: &Case) -> bool {
    matches!(&case.expect, Expectation::Reject(Rows::Codes(_))) && case.at_once <= 1 && case.then.is_empty()
}

/// Returns the facts about all values that relations name.
fn facts(plain: &PlainCall<'_>, tested: &Path) -> Vec<(Path, Fact)> {
    let mut places: Vec<Path> = Vec::new();
    for (base, relation) in plain.relations() {
        let asked = relation.condition.iter().flat_map(Condition::paths);
        for at in asked.chain(relation.demand.paths()).map(|at| base.join(at)) {
            let is_apart = !at.leads_to(tested) && !tested.leads_to(&at);
            if is_apart && !places.contains(&at) {
                places.push(at);
            }
        }
    }
    let mut facts = Vec::new();
    for at in places {
        let Some(prepared) = place(plain, &at) else { continue };
        if prepared.parameter.required == Required::No {
            facts.extend([(at.clone(), Fact::Absent), (at.clone(), Fact::Present)]);
        }
        let listed = prepared.parameter.listed().iter();
        facts.extend(listed.map(|value| (at.clone(), Fact::Is(value.clone()))));
    }
    facts
}

fn is_met(case: &Case, at: &Path, fact: &Fact) -> bool {
    match (sent_at(&case.send, at), fact) {
        (sent, Fact::Absent) => sent.is_none(),
        (sent, Fact::Present) => sent.is_some(),
        (sent, Fact::Is(value)) => sent == Some(Value::Plain(value.clone())),
    }
}

/// Returns a case changed so that a fact is met; `None` if relations do not allow that.
fn variant(
    plain: &PlainCall<'_>,
    case: &Case,
    (tested, broken): (&Path, &Path),
    (at, fact): (&Path, &Fact),
) -> Option<Case> {
    let value = match fact {
        Fact::Absent => None,
        Fact::Present => Some(place(plain, at)?.valid.clone()),
        Fact::Is(value) => Some(Value::Plain(value.clone())),
    };
    let send = apply(plain, &case.send, &vec![(at.clone(), value)])?;
    let fixed = [tested.clone(), broken.clone(), at.clone()];
    let send = solve::repaired(plain, send, &fixed, 0);
    let ruling = relation::on_call(plain.operation, &stand_ins(&send));
    let expect = match ruling.outcome() {
        Outcome::Holds => case.expect.clone(),
        // What depends on the invalid value may be broken, too.
        Outcome::Open => combined(plain, case.expect.clone(), &ruling),
        Outcome::Breaks => return None,
    };
    let own = case.given.iter().filter(|call| !plain.is_reference(&call.label)).cloned();
    let given = plain.setup_calls(&send, &expect).into_iter().chain(own).collect();
    let new = Case { send, given, expect, tries: format!("{}{AMONG_OTHERS}", case.tries), ..case.clone() };
    (is_certain(&new) && is_met(&new, at, fact)).then_some(new)
}

/// Inserts a variant after the case that it varies and its other variants, with the next free number.
fn insert(cases: &mut Vec<Case>, variant: Case) {
    let ids: HashSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let mut number = 2;
    while ids.contains(format!("{}/{number}", variant.id).as_str()) {
        number += 1;
    }
    let is_own = |case: &Case| {
        let rest = case.id.strip_prefix(&variant.id);
        rest.is_some_and(|rest| rest.is_empty() || case.tries == variant.tries && rest.starts_with('/'))
    };
    let last = cases.iter().rposition(is_own).map_or(cases.len(), |index| index + 1);
    let id = format!("{}/{number}", variant.id);
    cases.insert(last, Case { id, ..variant });
}
