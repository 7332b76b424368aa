//! Checks relations: which promises about several values a call breaks.
//!
//! Each condition is decided with yes or no, by what the server considers given.

use std::cmp::Ordering;

use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Condition, Demand, Further, Group, Member, Relation, described};
use crate::spec::path::{Path, walk};

use super::reading::Reading;
use super::validate::{Check, scalar};

/// An object of a call, and what is described of it.
struct Scope<'c> {
    check: &'c Check<'c>,
    /// The place of the object.
    base: &'c Path,
    members: &'c [Member],
    given: Vec<(String, Json)>,
}

impl Check<'_> {
    /// Returns every promise about several values that the call breaks.
    pub(super) fn faults_of_relations(&self) -> Vec<Breach> {
        let mut faults = Vec::new();
        if !self.operation.has_relations() {
            return faults;
        }
        for (base, relation) in self.operation.relations() {
            let members = match self.operation.schema(&base) {
                Some(schema) => schema.members(),
                None => &self.operation.parameters,
            };
            for given in self.objects(&base) {
                let scope = Scope { check: self, base: &base, members, given };
                faults.extend(scope.faults(relation));
            }
        }
        faults
    }

    /// Returns the response elements that the response to this call does not have.
    pub(super) fn absent_elements(&self) -> Vec<String> {
        if !has_conditions(&self.operation.response) {
            return Vec::new();
        }
        let base = Path::default();
        let given = self.parameters.to_vec();
        let scope = Scope { check: self, base: &base, members: &self.operation.parameters, given };
        let mut absent = Vec::new();
        collect_absent(&scope, &self.operation.response, "", &mut absent);
        absent
    }

    /// Returns the objects at a place of the call, each as its members.
    fn objects(&self, base: &Path) -> Vec<Vec<(String, Json)>> {
        if base.is_here() {
            return vec![self.parameters.to_vec()];
        }
        let at = base.all_sent(self.parameters);
        let objects = at.into_iter().filter_map(|value| match value {
            Json::Object(members) => Some(members.clone()),
            _ => None,
        });
        objects.collect()
    }
}

fn has_conditions(elements: &[Member]) -> bool {
    elements.iter().any(|element| element.absent.is_some() || has_conditions(element.schema.below()))
}

fn collect_absent(scope: &Scope<'_>, elements: &[Member], above: &str, absent: &mut Vec<String>) {
    for element in elements {
        let path = element.path_within(above);
        match &element.absent {
            Some(condition) if scope.meets(condition) => absent.push(path),
            _ => collect_absent(scope, element.schema.below(), &path, absent),
        }
    }
}

impl Scope<'_> {
    fn faults(&self, relation: &Relation) -> Vec<Breach> {
        let is_met = relation.condition.as_ref().is_none_or(|condition| self.meets(condition));
        if is_met { self.broken(&relation.demand) } else { Vec::new() }
    }

    /// Returns the value at a place, in the type that its rules expect.
    fn value(&self, at: &Path) -> Option<Json> {
        let (_, whole) = self.given.iter().find(|(name, _)| name == at.parameter())?;
        let value = walk(whole, &at.steps()[1..])?;
        let kind = described(self.members, at).map(|(_, schema)| schema.kind())?;
        Some(scalar(kind, value))
    }

    fn is_given(&self, at: &Path) -> bool {
        let member = described(self.members, at).map(|(member, _)| member);
        match (self.value(at), member) {
            (Some(value), Some(member)) => !self.check.is_nothing(member, &self.base.join(at), &value),
            _ => false,
        }
    }

    /// Returns the default of a value that is left out, if the server fills it in first.
    fn filled(&self, at: &Path) -> Option<Json> {
        let default = || described(self.members, at).and_then(|(member, _)| member.default.clone());
        self.check.has_reading(Reading::DefaultsFirst).then(default).flatten()
    }

    fn is_filled(&self, at: &Path) -> bool {
        self.is_given(at) || self.filled(at).is_some()
    }

    fn meets(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Given(at) => self.is_given(at),
            Condition::Is(at, values) => {
                let default = described(self.members, at).and_then(|(member, _)| member.default.clone());
                let counts = match self.is_given(at) {
                    true => self.value(at),
                    false => default,
                };
                counts.is_some_and(|value| values.contains(&value))
            }
            Condition::All(inner) => inner.iter().all(|condition| self.meets(condition)),
            Condition::Any(inner) => inner.iter().any(|condition| self.meets(condition)),
            Condition::Not(inner) => !self.meets(inner),
        }
    }

    fn broken(&self, demand: &Demand) -> Vec<Breach> {
        let given =
            |of: &[Path]| -> Vec<Path> { of.iter().filter(|at| self.is_given(at)).cloned().collect() };
        match demand {
            Demand::Require(of) => self.at(of.iter().filter(|at| !self.is_filled(at)), Part::Required),
            Demand::Forbid(of) => self.at(given(of).iter(), Part::Forbidden),
            Demand::Given(group, of) => self.broken_group(*group, of, &given(of)),
            Demand::Order { of, strict } => self.out_of_order(of, *strict),
            Demand::Same(of) => self.unlike(of, Part::Same, |first, second| first != second),
            Demand::Differ(of) => self.unlike(of, Part::Differ, |first, second| first == second),
            Demand::Then(rules) => rules.iter().flat_map(|further| self.broken_rules(further)).collect(),
        }
    }

    fn broken_group(&self, group: Group, of: &[Path], given: &[Path]) -> Vec<Breach> {
        let is_none_filled = !of.iter().any(|at| self.is_filled(at));
        let part = match (group, given.len()) {
            (Group::ExactlyOne | Group::AtLeastOne, 0) if !is_none_filled => return Vec::new(),
            (Group::ExactlyOne, 0) => Part::ExactlyOneNone,
            (Group::ExactlyOne, 2..) => Part::ExactlyOneSeveral,
            (Group::AtLeastOne, 0) => Part::AtLeastOne,
            (Group::AtMostOne, 2..) => Part::AtMostOne,
            (Group::AllOrNone, number) if number != 0 && number != of.len() => Part::AllOrNone,
            _ => return Vec::new(),
        };
        let is_about_given = matches!(part, Part::ExactlyOneSeveral | Part::AtMostOne);
        self.at(if is_about_given { given } else { of }.iter(), part)
    }

    fn out_of_order(&self, of: &[Path], strict: Option<bool>) -> Vec<Breach> {
        let strict = strict.unwrap_or_else(|| self.check.has_reading(Reading::EqualIsOutOfOrder));
        let is_wrong = |first: &Json, second: &Json| match order(first, second) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => strict,
            Some(Ordering::Less) | None => false,
        };
        let value = |at: &Path| self.value(at).or_else(|| self.filled(at));
        let neighbours = of.windows(2).filter(|pair| match (value(&pair[0]), value(&pair[1])) {
            (Some(first), Some(second)) => is_wrong(&first, &second),
            _ => false,
        });
        neighbours.flat_map(|pair| self.at(pair.iter(), Part::Order)).collect()
    }

    fn unlike(&self, of: &[Path], part: Part, is_wrong: impl Fn(&Json, &Json) -> bool) -> Vec<Breach> {
        let plain = |value: Json| match value {
            Json::Text(text) if self.check.has_reading(Reading::ValuesWithoutCase) => {
                Json::Text(text.trim().to_lowercase())
            }
            value => value,
        };
        let there: Vec<(&Path, Json)> = of
            .iter()
            .filter_map(|at| Some((at, plain(self.value(at).or_else(|| self.filled(at))?))))
            .collect();
        let mut wrong: Vec<&Path> = Vec::new();
        for (index, (first_at, first)) in there.iter().enumerate() {
            for (second_at, second) in &there[index + 1..] {
                if is_wrong(first, second) {
                    wrong.extend(
                        [first_at, second_at]
                            .into_iter()
                            .filter(|at| !wrong.contains(at))
                            .collect::<Vec<_>>(),
                    );
                }
            }
        }
        self.at(wrong.into_iter(), part)
    }

    fn broken_rules(&self, further: &Further) -> Vec<Breach> {
        match self.value(&further.at) {
            Some(value) if self.is_given(&further.at) => {
                let at = self.base.join(&further.at);
                self.check.faults_of_value(&further.rules, &at, &value)
            }
            None => match self.filled(&further.at) {
                Some(value) => {
                    let at = self.base.join(&further.at);
                    self.check.faults_of_value(&further.rules, &at, &value)
                }
                None => Vec::new(),
            },
            Some(_) => Vec::new(),
        }
    }

    fn at<'p>(&self, places: impl Iterator<Item = &'p Path>, part: Part) -> Vec<Breach> {
        places.map(|at| Breach { at: self.base.join(at), part }).collect()
    }
}

/// Compares two numbers, dates or times.
fn order(first: &Json, second: &Json) -> Option<Ordering> {
    match (first, second) {
        (Json::Text(first), Json::Text(second)) => {
            let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
            match (instant(first), instant(second)) {
                (Some(first), Some(second)) => Some(first.cmp(&second)),
                _ => {
                    let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
                    Some(day(first)?.cmp(&day(second)?))
                }
            }
        }
        (first, second) => first.as_number()?.partial_cmp(&second.as_number()?),
    }
}
