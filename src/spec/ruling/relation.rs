//! Rules on a whole call: what a page says about several values.

use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Condition, Demand, Group, Member, Operation, Relation, Schema, described};
use crate::spec::path::{Path, Step};
use crate::spec::question::Question;

use super::{Outcome, Ruling, counts_as_absent, on_member, on_value};

/// Whether something is the case, as far as the page decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Open(Question),
}

use Truth::{No, Open, Yes};

impl Truth {
    fn of(is: bool) -> Self {
        if is { Yes } else { No }
    }

    fn not(self) -> Self {
        match self {
            Yes => No,
            No => Yes,
            open => open,
        }
    }

    fn all(truths: impl Iterator<Item = Self>) -> Self {
        truths.fold(Yes, |all, one| match (all, one) {
            (No, _) | (_, No) => No,
            (Open(why), _) | (_, Open(why)) => Open(why),
            (Yes, Yes) => Yes,
        })
    }

    fn any(truths: impl Iterator<Item = Self>) -> Self {
        Self::all(truths.map(Self::not)).not()
    }
}

/// Rules on the values of a whole call by all relations of its operation. The values' own rules are not judged.
pub fn on_call(operation: &Operation, sent: &[(String, Json)]) -> Ruling {
    let relations = operation.relations();
    relations.iter().fold(Ruling::holds(), |ruling, (base, relation)| {
        ruling.and(on_relation(operation, base, relation, sent))
    })
}

/// Rules on the values of a whole call by one relation, which stands in the object at `base`.
pub fn on_relation(
    operation: &Operation,
    base: &Path,
    relation: &Relation,
    sent: &[(String, Json)],
) -> Ruling {
    let members = match operation.schema(base) {
        Some(schema) => schema.members(),
        None => &operation.parameters,
    };
    let objects = objects(base, sent).into_iter();
    objects.fold(Ruling::holds(), |ruling, object| {
        let ruled = Object { members, given: &object }.ruling(relation);
        ruling.and(ruled.at(base))
    })
}

/// Returns whether a call meets a condition; `None` if the page does not decide it.
pub fn meets(operation: &Operation, condition: &Condition, sent: &[(String, Json)]) -> Option<bool> {
    let given: Vec<(&str, &Json)> = sent.iter().map(|(name, value)| (name.as_str(), value)).collect();
    match (Object { members: &operation.parameters, given: &given }).meets(condition) {
        Yes => Some(true),
        No => Some(false),
        Open(_) => None,
    }
}

/// Rules on an object by the relations between its members.
pub fn on_object(schema: &Schema, object: &[(String, Json)]) -> Ruling {
    let given: Vec<(&str, &Json)> = object.iter().map(|(name, value)| (name.as_str(), value)).collect();
    let object = Object { members: schema.members(), given: &given };
    schema.relations.iter().fold(Ruling::holds(), |ruling, relation| ruling.and(object.ruling(relation)))
}

/// Returns the objects at a place, each as its members: none if the object is absent, several in a list.
fn objects<'j>(base: &Path, sent: &'j [(String, Json)]) -> Vec<Vec<(&'j str, &'j Json)>> {
    let entries = |members: &'j [(String, Json)]| {
        members.iter().map(|(name, value)| (name.as_str(), value)).collect::<Vec<_>>()
    };
    if base.is_here() {
        return vec![entries(sent)];
    }
    let values = base.all_sent(sent);
    let members = values.into_iter().filter_map(|value| match value {
        Json::Object(members) => Some(entries(members)),
        _ => None,
    });
    members.collect()
}

/// One object of a call, with the members that it may have.
struct Object<'a> {
    members: &'a [Member],
    given: &'a [(&'a str, &'a Json)],
}

impl Object<'_> {
    fn ruling(&self, relation: &Relation) -> Ruling {
        let condition = relation.condition.as_ref().map_or(Yes, |condition| self.meets(condition));
        if condition == No {
            return Ruling::holds();
        }
        let ruling = self.on_demand(&relation.demand);
        match condition {
            Open(question) => doubted(ruling, question),
            _ => ruling,
        }
    }

    fn value(&self, at: &Path) -> Option<&Json> {
        let (first, further) = at.steps().split_first()?;
        let Step::Member(first) = first else { return None };
        let (_, whole) = self.given.iter().find(|(name, _)| name == first)?;
        crate::spec::path::walk(whole, further)
    }

    /// Returns whether a value is given. An empty one may count as absent.
    fn is_given(&self, at: &Path) -> Truth {
        match self.value(at) {
            None => No,
            Some(value) if counts_as_absent(value) => Open(Question::EmptyValue),
            Some(Json::Object(members)) if members.is_empty() => Open(Question::EmptyValue),
            Some(_) => Yes,
        }
    }

    /// Returns whether a demand counts a value as given. A service may have filled in a default before it counts.
    fn counts_as_given(&self, at: &Path) -> Truth {
        match self.is_given(at) {
            No if self.default(at).is_some() => Open(Question::DefaultCountsAsGiven),
            given => given,
        }
    }

    fn default(&self, at: &Path) -> Option<&Json> {
        described(self.members, at)?.0.default.as_ref()
    }

    /// Rules on what a demand says about values, as they are given and with the defaults of those that are left out.
    fn with_defaults<'s>(
        &'s self,
        of: &[&Path],
        rule: impl Fn(&dyn Fn(&Path) -> Option<&'s Json>) -> Ruling,
    ) -> Ruling {
        let as_given = rule(&|at| self.value(at));
        let is_left_out = |at: &&&Path| self.value(at).is_none() && self.default(at).is_some();
        match of.iter().find(is_left_out) {
            None => as_given,
            Some(_) => {
                let filled = rule(&|at| self.value(at).or_else(|| self.default(at)));
                as_given.and(doubted(filled, Question::DefaultCountsAsGiven))
            }
        }
    }

    fn meets(&self, condition: &Condition) -> Truth {
        match condition {
            Condition::Given(at) => self.is_given(at),
            Condition::Is(at, values) => self.is_one_of(at, values),
            Condition::All(inner) => Truth::all(inner.iter().map(|condition| self.meets(condition))),
            Condition::Any(inner) => Truth::any(inner.iter().map(|condition| self.meets(condition))),
            Condition::Not(inner) => self.meets(inner).not(),
        }
    }

    /// Returns whether a value is one of these. What an invalid value means for a condition, no page says.
    fn is_one_of(&self, at: &Path, values: &[Json]) -> Truth {
        let Some((member, _)) = described(self.members, at) else { return No };
        let Some(value) = self.value(at).or(member.default.as_ref()) else { return No };
        if values.contains(value) {
            return Yes;
        }
        match on_member(member, Some(value)).outcome() {
            Outcome::Holds => No,
            Outcome::Breaks | Outcome::Open => Open(Question::ConditionOnInvalidValue),
        }
    }

    fn on_demand(&self, demand: &Demand) -> Ruling {
        match demand {
            Demand::Require(of) => all(of, |at| broken(at, Part::Required, self.counts_as_given(at).not())),
            Demand::Forbid(of) => all(of, |at| broken(at, Part::Forbidden, self.is_given(at))),
            Demand::Given(Group::AllOrNone, of) => self.all_or_none(of),
            Demand::Given(group, of) => self.number_given(*group, of),
            Demand::Order { of, strict } => pairs(of, |one, next| {
                self.with_defaults(&[one, next], |value| {
                    in_order((one, value(one)), (next, value(next)), *strict)
                })
            }),
            Demand::Same(of) => every_pair(of, |one, other| {
                self.with_defaults(&[one, other], |value| {
                    compared(Part::Same, (one, value(one)), (other, value(other)), Truth::not)
                })
            }),
            Demand::Differ(of) => every_pair(of, |one, other| {
                self.with_defaults(&[one, other], |value| {
                    compared(Part::Differ, (one, value(one)), (other, value(other)), |equal| equal)
                })
            }),
            Demand::Then(rules) => rules.iter().fold(Ruling::holds(), |ruling, further| {
                let at = &further.at;
                let ruled = self.with_defaults(&[at], |value| {
                    value(at).map_or_else(Ruling::holds, |value| on_value(&further.rules, value).at(at))
                });
                ruling.and(match self.is_given(at) {
                    Open(question) => doubted(ruled, question),
                    _ => ruled,
                })
            }),
        }
    }

    /// Rules on the number of given values of a group.
    fn number_given(&self, group: Group, of: &[Path]) -> Ruling {
        let given: Vec<Truth> = of.iter().map(|at| self.is_given(at)).collect();
        let none = Truth::any(of.iter().map(|at| self.counts_as_given(at))).not();
        let certain = given.iter().filter(|given| **given == Yes).count();
        let open = given.iter().find(|given| matches!(given, Open(_))).copied();
        let several = match (certain, open) {
            (2.., _) => Yes,
            (1, Some(open)) => open,
            (0, Some(open)) if given.iter().filter(|given| **given != No).count() > 1 => open,
            _ => No,
        };
        let too_few = group.none().map_or_else(Ruling::holds, |part| all(of, |at| broken(at, part, none)));
        let too_many = group.several().map_or_else(Ruling::holds, |part| {
            let there = of.iter().zip(&given).filter(|(_, given)| **given != No);
            there.fold(Ruling::holds(), |ruling, (at, _)| ruling.and(broken(at, part, several)))
        });
        too_few.and(too_many)
    }

    fn all_or_none(&self, of: &[Path]) -> Ruling {
        let given = || of.iter().map(|at| self.is_given(at));
        let mixed = Truth::all([Truth::any(given()), Truth::all(given()).not()].into_iter());
        all(of, |at| broken(at, Part::AllOrNone, mixed))
    }
}

/// A place, and the value there.
type Placed<'a> = (&'a Path, Option<&'a Json>);

fn in_order((one, first): Placed<'_>, (next, second): Placed<'_>, strict: Option<bool>) -> Ruling {
    use std::cmp::Ordering;
    let (Some(first), Some(second)) = (first, second) else { return Ruling::holds() };
    let is_wrong = match compare(first, second) {
        Some(Ordering::Less) => No,
        Some(Ordering::Greater) => Yes,
        Some(Ordering::Equal) => strict.map_or(Open(Question::EqualInOrder), Truth::of),
        None => Open(Question::ConditionOnInvalidValue),
    };
    broken(one, Part::Order, is_wrong).and(broken(next, Part::Order, is_wrong))
}

/// Rules on two values by whether they are equal. In another case, they may count as equal.
fn compared(
    part: Part,
    (one, first): Placed<'_>,
    (other, second): Placed<'_>,
    breaks: impl Fn(Truth) -> Truth,
) -> Ruling {
    let (Some(first), Some(second)) = (first, second) else { return Ruling::holds() };
    let equal = match (first, second) {
        _ if first == second => Yes,
        (Json::Text(first), Json::Text(second))
            if first.trim().to_lowercase() == second.trim().to_lowercase() =>
        {
            Open(Question::CaseOfValues)
        }
        _ => No,
    };
    broken(one, part, breaks(equal)).and(broken(other, part, breaks(equal)))
}

/// Compares two numbers, dates or times; `None` if they cannot be compared for certain.
fn compare(first: &Json, second: &Json) -> Option<std::cmp::Ordering> {
    match (first, second) {
        (Json::Integer(first), Json::Integer(second)) => Some(first.cmp(second)),
        (Json::Text(first), Json::Text(second)) => super::common::compare(first, second),
        (first, second) => first.as_number()?.partial_cmp(&second.as_number()?),
    }
}

/// Rules on a value that breaks a part, does not, or may.
fn broken(at: &Path, part: Part, is_broken: Truth) -> Ruling {
    match is_broken {
        No => Ruling::holds(),
        Yes => Ruling::breaks(part).at(at),
        Open(question) => Ruling::open(part, question).at(at),
    }
}

/// Turns what certainly breaks into what may break.
fn doubted(ruling: Ruling, question: Question) -> Ruling {
    let doubts = ruling.breaches.into_iter().map(|breach: Breach| (breach, question));
    Ruling { breaches: Vec::new(), open: doubts.chain(ruling.open).collect() }
}

fn all(of: &[Path], rule: impl Fn(&Path) -> Ruling) -> Ruling {
    of.iter().fold(Ruling::holds(), |ruling, at| ruling.and(rule(at)))
}

/// Combines the rulings on each value with the next one.
fn pairs(of: &[Path], rule: impl Fn(&Path, &Path) -> Ruling) -> Ruling {
    of.iter().zip(of.iter().skip(1)).fold(Ruling::holds(), |ruling, (one, next)| ruling.and(rule(one, next)))
}

fn every_pair(of: &[Path], rule: impl Fn(&Path, &Path) -> Ruling) -> Ruling {
    let pairs = (0..of.len()).flat_map(|first| (first + 1..of.len()).map(move |second| (first, second)));
    pairs.fold(Ruling::holds(), |ruling, (first, second)| ruling.and(rule(&of[first], &of[second])))
}

#[cfg(test)]
mod tests;
