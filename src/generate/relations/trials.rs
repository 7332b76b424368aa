//! Cases about relations: each condition met and not met, each demand kept and broken.

use std::collections::HashSet;

use crate::case::value::Value;
use crate::case::{Case, Expectation, Parameters, sent_at};
use crate::generate::plain::PlainCall;
use crate::generate::valid::choices;
use crate::generate::{expect, single_call};
use crate::spec::breach::Breach;
use crate::spec::model::{Demand, Relation};
use crate::spec::path::{Path, Step};
use crate::spec::ruling::{self, Outcome, Ruling, relation};

use super::edits::{apply, place};
use super::settings::{Setting, Settings};
use super::{repaired, solve, stand_ins};

/// The maximum number of ways to meet a condition, and of ways not to meet it.
const WAYS: usize = 8;

/// Returns the cases about all relations of an operation.
pub fn cases(plain: &PlainCall<'_>) -> Vec<Case> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut all = Vec::new();
    for (base, relation) in plain.relations() {
        for mut case in of_relation(plain, base, relation) {
            let id = case.id.clone();
            let mut number = 1;
            while !seen.insert(case.id.clone()) {
                number += 1;
                case.id = format!("{id}-{number}");
            }
            all.push(case);
        }
    }
    all
}

fn of_relation(plain: &PlainCall<'_>, base: &Path, relation: &Relation) -> Vec<Case> {
    let settings = Settings { plain, base };
    let condition = relation.condition.as_ref();
    let met = condition.map_or_else(|| vec![Setting::default()], |condition| settings.met(condition));
    let unmet = condition.map(|condition| settings.unmet(condition)).unwrap_or_default();
    let demands = settings.demands(&relation.demand);
    let mut cases = Vec::new();
    for (way, condition) in met.iter().take(WAYS).enumerate() {
        let of_way =
            demands.iter().enumerate().filter_map(|demand| settings.case(relation, condition, demand));
        match way {
            0 => cases.extend(of_way),
            // Each way to meet the condition needs a call that keeps the demand, and one that breaks each part of it.
            _ => cases.extend(one_of_each(of_way)),
        }
    }
    for condition in unmet.iter().take(WAYS) {
        let of_unmet =
            demands.iter().enumerate().filter_map(|demand| settings.case(relation, condition, demand));
        // Without the condition, what would break the demand must be accepted.
        cases.extend(of_unmet.filter(|case| matches!(case.expect, Expectation::Accept)).take(WAYS));
    }
    let mut seen: HashSet<String> = HashSet::new();
    cases.retain(|case| seen.insert(format!("{:?}", case.send)));
    if base.steps().last() == Some(&Step::Item) {
        cases.extend(settings.among_items(relation, &cases));
    }
    cases
}

/// Returns the first case of each expectation and subject.
fn one_of_each(cases: impl Iterator<Item = Case>) -> Vec<Case> {
    let mut seen: HashSet<String> = HashSet::new();
    let is_new = |case: &Case| {
        let kind = match &case.expect {
            Expectation::Accept => "accept".to_owned(),
            expect => format!("{expect:?} {:?}", case.about),
        };
        seen.insert(kind)
    };
    let mut is_new = is_new;
    cases.filter(|case| is_new(case)).collect()
}

impl Settings<'_, '_> {
    /// Returns the case with these values; `None` if no call can have them.
    fn case(
        &self,
        relation: &Relation,
        condition: &Setting,
        (number, demand): (usize, &Setting),
    ) -> Option<Case> {
        let plain = self.plain;
        let setting = condition.and(demand);
        let mut seen: Vec<&Path> = Vec::new();
        for (at, value) in &setting.edit {
            let earlier = setting.edit.iter().find(|(other, _)| other == at).map(|(_, value)| value);
            // A value that the condition and the demand set differently.
            if earlier != Some(value) {
                return None;
            }
            seen.push(at);
        }
        let send = apply(plain, &self.with_object(), &setting.edit)?;
        let mut fixed: Vec<Path> = seen.into_iter().cloned().collect();
        fixed.extend(setting.subject.as_ref().map(|subject| self.base.join(subject)));
        let send = match &relation.demand {
            // Which ones are given counts, not their values.
            Demand::Given(..) | Demand::Require(_) | Demand::Forbid(_) => {
                let is_about_presence =
                    |at: &&Path| demand.edit.iter().any(|(named, value)| named == *at && value.is_some());
                let (kept, fixed): (Vec<&Path>, Vec<&Path>) = fixed.iter().partition(is_about_presence);
                let owned = |all: Vec<&Path>| all.into_iter().cloned().collect::<Vec<Path>>();
                solve::with_kept(plain, send, &owned(fixed), &owned(kept))
            }
            _ => repaired(plain, send, &fixed),
        };
        let sent = stand_ins(&send);
        let together = relation::on_call(plain.operation, &sent);
        let alone = self.alone(&send);
        let ruling = together.clone().and(alone);
        let expect = match ruling.outcome() {
            Outcome::Holds => expect::whole_call(plain, &send),
            _ => expect::expectation(plain.service, plain.operation, &ruling),
        };
        let given = plain.setup_calls(&send, &expect);
        let about = self.about(relation, (number, &setting), &together)?;
        let name = &about.at;
        let id = format!("{name}/{}/{}", relation.demand.key(), setting.slug);
        let tries = format!("{name}: {}", setting.words);
        Some(Case { about: vec![about], given, ..single_call(plain.operation, &id, tries, send, expect) })
    }

    /// Returns cases with several items, of which each keeps the relation, and of which the first, the middle or the last
    /// one breaks it.
    fn among_items(&self, relation: &Relation, cases: &[Case]) -> Vec<Case> {
        let item = |case: &Case| sent_at(&case.send, self.base);
        let kept: Vec<&Case> = cases.iter().filter(|case| case.expect == Expectation::Accept).collect();
        let mut good: Vec<Value> = Vec::new();
        for value in kept.iter().filter_map(|case| item(case)) {
            if !good.contains(&value) {
                good.push(value);
            }
        }
        // Two equal items may be one too many.
        let items = self.plain.operation.schema(self.base);
        for value in items.map(choices).unwrap_or_default() {
            if !good.contains(&value) {
                good.push(value);
            }
        }
        let Some(first) = kept.first().filter(|_| !good.is_empty()) else { return Vec::new() };
        let other = good.get(1).unwrap_or(&good[0]).clone();
        let mut all = vec![self.with_items(
            relation,
            first,
            ("two", "two items"),
            vec![good[0].clone(), other.clone()],
        )];
        let mut seen: Vec<&[Breach]> = Vec::new();
        for case in cases.iter().filter(|case| matches!(case.expect, Expectation::Reject(_))) {
            let Some(bad) = item(case).filter(|_| !seen.contains(&case.about.as_slice())) else { continue };
            seen.push(&case.about);
            let orders = [
                ("first", "the first of three items", vec![bad.clone(), good[0].clone(), other.clone()]),
                (
                    "inside",
                    "the middle one of three items",
                    vec![good[0].clone(), bad.clone(), other.clone()],
                ),
                ("last", "the last of three items", vec![good[0].clone(), other.clone(), bad]),
            ];
            all.extend(
                orders.map(|(slug, words, items)| self.with_items(relation, case, (slug, words), items)),
            );
        }
        all.into_iter().flatten().collect()
    }

    /// Returns a case with other items in the list; `None` if a rule about the list forbids that.
    fn with_items(
        &self,
        relation: &Relation,
        case: &Case,
        (slug, words): (&str, &str),
        items: Vec<Value>,
    ) -> Option<Case> {
        let list = self.base.without(1);
        let prepared = place(self.plain, &list)?;
        let whole = case.send.iter().find(|(name, _)| *name == prepared.whole.name.as_str())?.1.clone();
        let new = match prepared.is_member() {
            true => prepared.put(Some(whole), Some(Value::list(items)))?,
            false => Value::list(items),
        };
        let mut send = case.send.clone();
        self.plain.put(&mut send, &prepared.whole.name, Some(new));
        let together = relation::on_call(self.plain.operation, &stand_ins(&send));
        let ruling = together.clone().and(self.alone(&send));
        let own = relation.demand.promises();
        let is_own = |breach: &Breach| {
            own.iter().any(|(_, part)| breach.part == *part) || matches!(relation.demand, Demand::Then(_))
        };
        let is_as_before = match &case.expect {
            Expectation::Accept => ruling.outcome() == Outcome::Holds,
            _ => ruling.open.is_empty() && ruling.breaches.iter().all(is_own),
        };
        let id = format!("{}-{slug}", case.id);
        let tries = format!("{}; {words}", case.tries);
        is_as_before.then(|| Case { id, tries, send, ..case.clone() })
    }

    /// Returns the plain call with the object in which the relation stands.
    fn with_object(&self) -> Parameters {
        let send = self.plain.set(&[]);
        let outer =
            self.base.without(self.base.steps().iter().rev().take_while(|step| **step == Step::Item).count());
        match place(self.plain, &outer).filter(|_| sent_at(&send, self.base).is_none()) {
            Some(object) => {
                apply(self.plain, &send, &vec![(outer, Some(object.valid.clone()))]).unwrap_or(send)
            }
            None => send,
        }
    }

    /// Returns the promise of a relation that a call breaks, or else one that it keeps.
    fn about(
        &self,
        relation: &Relation,
        (number, setting): (usize, &Setting),
        ruling: &Ruling,
    ) -> Option<Breach> {
        let promises = relation.demand.promises();
        let own: Vec<Breach> =
            promises.iter().map(|(at, part)| Breach { at: self.base.join(at), part: *part }).collect();
        let broken: Vec<Breach> = ruling.broken().into_iter().chain(ruling.doubted()).collect();
        let is_subject = |breach: &&Breach| {
            setting.subject.as_ref().is_none_or(|subject| self.base.join(subject) == breach.at)
        };
        let of_part = |breach: &&Breach| broken.iter().any(|broken| broken.part == breach.part);
        let of_subject: Vec<&Breach> = own.iter().filter(is_subject).collect();
        let named = of_subject.iter().copied().find(|breach| broken.contains(breach));
        let named = named.or_else(|| own.iter().find(|breach| broken.contains(breach)));
        let named = named.or_else(|| own.iter().find(of_part));
        // Calls that keep the relation show each of its promises in turn.
        let kept = of_subject.get(number % of_subject.len().max(1)).copied();
        named.or(kept).or(own.first()).cloned()
    }

    /// Returns the ruling on the values of a call, each on its own.
    fn alone(&self, send: &Parameters) -> Ruling {
        send.iter().fold(Ruling::holds(), |ruling, (name, value)| {
            let (Some(parameter), Some(json)) = (self.plain.operation.parameter(name), value.witness())
            else {
                return ruling;
            };
            ruling.and(ruling::on_member(parameter, Some(&json)).at(&Path::member(name.as_str())))
        })
    }
}
