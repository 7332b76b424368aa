//! Mutants of relations: not checked, checked for other calls, or for some of their values only.

use crate::spec::model::{Condition, Demand, Group, Member, Operation, Relation};
use crate::spec::path::Path;

use super::{Kind, Mutant, MutantSource};

/// A change of a relation: how an id and a text describe it, and the relation that the server checks instead.
type Changed = (String, String, Option<Relation>);

/// Adds the mutants of all relations of an operation.
pub fn of(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let relations = maker.operation.relations();
    for (number, (base, relation)) in relations.iter().enumerate() {
        let index = relations[..number].iter().filter(|(other, _)| other == base).count();
        let Some((first, part)) = relation.demand.promises().first().map(|(at, part)| (base.join(at), *part))
        else {
            continue;
        };
        if is_beyond_cases(maker.operation, base, relation) {
            continue;
        }
        for (slug, does, changed) in changes(relation) {
            let base = base.clone();
            let edit = move |operation: &mut Operation| {
                let Some(relations) = operation.relations_mut(&base) else { return };
                match &changed {
                    Some(changed) => relations[index] = changed.clone(),
                    // Without its demand, a relation holds for every call.
                    None => relations[index].demand = Demand::Forbid(Vec::new()),
                }
            };
            let slug = format!("{first}/{}/{slug}", relation.demand.key());
            let does = format!("{first}: {} {does}", relation.demand.key());
            mutants.push(maker.edit(Kind::Relation, &slug, does, edit).about(&first.to_string(), part));
        }
    }
}

/// Returns `true` if a relation compares values that must be new: each call draws them anew, so that no two are equal.
fn is_beyond_cases(operation: &Operation, base: &Path, relation: &Relation) -> bool {
    let is_new = |at: &Path| operation.member(&base.join(at)).is_some_and(Member::is_new);
    match &relation.demand {
        Demand::Same(of) | Demand::Differ(of) => of.iter().filter(|at| is_new(at)).count() > 1,
        _ => false,
    }
}

fn changes(relation: &Relation) -> Vec<Changed> {
    let mut changes: Vec<Changed> = vec![("gone".to_owned(), "is not checked".to_owned(), None)];
    changes.extend(of_condition(relation));
    changes.extend(of_demand(relation));
    changes
}

fn of_condition(relation: &Relation) -> Vec<Changed> {
    let Some(condition) = &relation.condition else { return Vec::new() };
    let with = |condition: Option<Condition>| Some(Relation { condition, ..relation.clone() });
    let mut changes = vec![("always".to_owned(), "is checked for every call".to_owned(), with(None))];
    let narrowed = fewer(condition).into_iter().enumerate();
    changes.extend(narrowed.map(|(index, condition)| {
        let slug = format!("condition-{}", index + 1);
        (slug, format!("is checked with a part of its condition: {condition:?}"), with(Some(condition)))
    }));
    changes
}

/// Returns conditions with one value or one part less.
fn fewer(condition: &Condition) -> Vec<Condition> {
    let without = |index: usize, of: &[Condition]| -> Vec<Condition> {
        of.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, one)| one.clone()).collect()
    };
    let inner = |of: &[Condition], wrap: fn(Vec<Condition>) -> Condition| -> Vec<Condition> {
        let changed = |index: usize| {
            fewer(&of[index]).into_iter().map(move |new| {
                let mut all = of.to_vec();
                all[index] = new;
                all
            })
        };
        let mut all: Vec<Vec<Condition>> = (0..of.len()).flat_map(changed).collect();
        if of.len() > 1 {
            all.extend((0..of.len()).map(|index| without(index, of)));
        }
        all.into_iter().map(wrap).collect()
    };
    match condition {
        Condition::Given(_) => Vec::new(),
        Condition::Is(at, values) if values.len() > 1 => (0..values.len())
            .map(|left| {
                let kept = values.iter().enumerate().filter(|(index, _)| *index != left);
                Condition::Is(at.clone(), kept.map(|(_, value)| value.clone()).collect())
            })
            .collect(),
        Condition::Is(at, _) => vec![Condition::Given(at.clone())],
        Condition::All(of) => inner(of, Condition::All),
        Condition::Any(of) => inner(of, Condition::Any),
        Condition::Not(inner) => fewer(inner).into_iter().map(|one| Condition::Not(Box::new(one))).collect(),
    }
}

fn of_demand(relation: &Relation) -> Vec<Changed> {
    let with = |demand: Demand| Some(Relation { demand, ..relation.clone() });
    let mut changes: Vec<Changed> = Vec::new();
    let mut left = |of: &[Path], least: usize, demand: &dyn Fn(Vec<Path>) -> Demand| {
        for at in of.iter().filter(|_| of.len() > least) {
            let others: Vec<Path> = of.iter().filter(|other| *other != at).cloned().collect();
            changes.push((format!("without-{at}"), format!("leaves out {at}"), with(demand(others))));
        }
    };
    match &relation.demand {
        Demand::Require(of) => left(of, 1, &Demand::Require),
        Demand::Forbid(of) => left(of, 1, &Demand::Forbid),
        Demand::Given(group, of) => left(of, 2, &|others| Demand::Given(*group, others)),
        Demand::Order { of, strict } => left(of, 2, &|of| Demand::Order { of, strict: *strict }),
        Demand::Same(of) => left(of, 2, &Demand::Same),
        Demand::Differ(of) => left(of, 2, &Demand::Differ),
        Demand::Then(_) => {}
    }
    match &relation.demand {
        Demand::Given(group, of) => changes.extend(of_group(relation, *group, of)),
        Demand::Order { of, strict } => changes.extend(of_order(relation, of, *strict)),
        Demand::Then(rules) => {
            for further in rules.iter().filter(|_| rules.len() > 1) {
                let kept = rules.iter().filter(|other| other.at != further.at).cloned().collect();
                let does = format!("leaves out {}", further.at);
                changes.push((format!("without-{}", further.at), does, with(Demand::Then(kept))));
            }
        }
        _ => {}
    }
    changes
}

fn of_order(relation: &Relation, of: &[Path], strict: Option<bool>) -> Vec<Changed> {
    let changed = |slug: &str, does: &str, demand: Demand| {
        (slug.to_owned(), does.to_owned(), Some(Relation { demand, ..relation.clone() }))
    };
    let mut changes = Vec::new();
    if strict == Some(true) {
        changes.push(changed("only-equal", "rejects only equal values", Demand::Differ(of.to_vec())));
    }
    if of.len() == 2 {
        let reversed = Demand::Order { of: of.iter().rev().cloned().collect(), strict };
        changes.push(changed("reversed", "is checked the other way round", reversed));
    }
    if let Some(strict) = strict {
        let other = Demand::Order { of: of.to_vec(), strict: Some(!strict) };
        let does = if strict { "accepts equal values" } else { "rejects equal values" };
        changes.push(changed("equal", does, other));
    }
    changes
}

fn of_group(relation: &Relation, group: Group, of: &[Path]) -> Vec<Changed> {
    let other = |group: Group| {
        let demand = Demand::Given(group, of.to_vec());
        let does = format!("is checked as {}", group.name());
        (group.name().to_owned(), does, Some(Relation { demand, ..relation.clone() }))
    };
    let one_way = |at: &Path| {
        let others: Vec<Path> = of.iter().filter(|other| *other != at).cloned().collect();
        let (condition, demand) = (Some(Condition::Given(at.clone())), Demand::Require(others));
        let changed = Relation { condition, demand, ..relation.clone() };
        (format!("only-if-{at}"), format!("is checked only if {at} is given"), Some(changed))
    };
    match group {
        Group::ExactlyOne => [Group::AtLeastOne, Group::AtMostOne].map(other).into(),
        Group::AllOrNone if relation.condition.is_none() => of.iter().map(one_way).collect(),
        _ => Vec::new(),
    }
}
