//! Whether relations allow a call in which one value is wrong while another one meets a condition. If not, a server that
//! checks the value except in such calls keeps every promise.

use crate::json::Json;
use crate::server::fault::Condition as Fact;
use crate::spec::breach::Part;
use crate::spec::model::{Condition, Demand, Group, Operation, Relation, Required, Type};
use crate::spec::path::Path;

use super::Placed;

/// A value of a call, as far as relations ask about it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Symbol<'v> {
    Absent,
    /// This value.
    Is(&'v Json),
    /// A valid value that no condition asks about.
    Other,
    /// An invalid value. It is not known whether it meets a condition.
    Invalid,
}

/// The relations of an operation, each with the places that it names.
pub struct Possible<'s> {
    operation: &'s Operation,
    relations: Vec<(Path, &'s Relation, Vec<Path>)>,
}

/// Values by place.
type Values<'v> = [(&'v Path, Symbol<'v>)];

impl<'s> Possible<'s> {
    /// Creates the relations of an operation.
    pub fn new(operation: &'s Operation) -> Self {
        let relations = operation.relations().into_iter().map(|(base, relation)| {
            let asked = relation.condition.iter().flat_map(Condition::paths);
            let named = asked.chain(relation.demand.paths()).map(|at| base.join(at)).collect();
            (base, relation, named)
        });
        Self { operation, relations: relations.collect() }
    }

    /// Returns `true` if a call can break a part of a value's rules while another value is as a fact says, and keep all
    /// relations for certain.
    pub fn allows(&self, place: &Placed<'_>, part: Part, (other, fact): (&Placed<'_>, &Fact)) -> bool {
        if self.relations.is_empty() {
            return true;
        }
        let places = self.connected(&[&place.at, &other.at]);
        let own = if part == Part::Required { Symbol::Absent } else { Symbol::Invalid };
        let domain = |at: &Path| -> Vec<Symbol<'_>> {
            match at {
                at if *at == place.at => vec![own],
                at if *at == other.at => {
                    let all = self.symbols(at);
                    all.iter().filter(|symbol| is_as(fact, **symbol, &all)).copied().collect()
                }
                // Only an object that is there can lack a member, or have a wrong one.
                at if at.leads_to(&place.at) => {
                    self.symbols(at).into_iter().filter(|symbol| *symbol != Symbol::Absent).collect()
                }
                at => self.symbols(at),
            }
        };
        let domains: Vec<(&Path, Vec<Symbol<'_>>)> = places.iter().map(|at| (at, domain(at))).collect();
        self.any(&domains, &mut Vec::new())
    }

    /// Returns these places, and those that relations connect with them.
    fn connected(&self, places: &[&Path]) -> Vec<Path> {
        let mut all: Vec<Path> = places.iter().map(|at| (*at).clone()).collect();
        loop {
            let is_near = |at: &Path| all.iter().any(|known| known.leads_to(at) || at.leads_to(known));
            let near = self.relations.iter().filter(|(.., named)| named.iter().any(is_near));
            let new: Vec<Path> = near.flat_map(|(.., named)| named.iter().cloned()).collect();
            let before = all.len();
            for at in new {
                if !all.contains(&at) {
                    all.push(at);
                }
            }
            if all.len() == before {
                // A value within an object comes after the object.
                all.sort();
                return all;
            }
        }
    }

    /// Returns what may stand at a place.
    fn symbols(&self, at: &Path) -> Vec<Symbol<'_>> {
        let Some(member) = self.operation.member(at) else { return vec![Symbol::Other] };
        let mut symbols = Vec::new();
        if member.required != Required::Yes {
            symbols.push(Symbol::Absent);
        }
        let asked = self.relations.iter().flat_map(|(base, relation, _)| {
            let of_condition = relation.condition.iter().flat_map(Condition::values);
            of_condition.filter(|(path, _)| base.join(path) == *at).flat_map(|(_, values)| values)
        });
        for value in asked.chain(member.listed()) {
            if !symbols.contains(&Symbol::Is(value)) {
                symbols.push(Symbol::Is(value));
            }
        }
        let is_closed = !member.listed().is_empty() || member.kind() == Type::Boolean && symbols.len() > 2;
        symbols.extend((!is_closed).then_some(Symbol::Other));
        symbols
    }

    /// Returns `true` if a combination of values keeps all relations.
    fn any<'v>(
        &'v self,
        left: &[(&'v Path, Vec<Symbol<'v>>)],
        chosen: &mut Vec<(&'v Path, Symbol<'v>)>,
    ) -> bool {
        let Some(((at, domain), rest)) = left.split_first() else { return true };
        for symbol in domain {
            let is_orphan = *symbol != Symbol::Absent
                && chosen.iter().any(|(known, of)| *of == Symbol::Absent && known.leads_to(at));
            if is_orphan {
                continue;
            }
            chosen.push((at, *symbol));
            let is_decided =
                |named: &[Path]| named.iter().all(|at| chosen.iter().any(|(known, _)| *known == at));
            let decided = self.relations.iter().filter(|(.., named)| named.contains(at) && is_decided(named));
            let is_fine = decided.into_iter().all(|(base, relation, _)| self.holds(base, relation, chosen));
            if is_fine && self.any(rest, chosen) {
                return true;
            }
            chosen.pop();
        }
        false
    }

    /// Returns `true` if a relation certainly holds.
    fn holds(&self, base: &Path, relation: &Relation, values: &Values<'_>) -> bool {
        let at = |path: &Path| {
            let whole = base.join(path);
            values.iter().find(|(known, _)| **known == whole).map_or(Symbol::Other, |(_, symbol)| *symbol)
        };
        let is_empty =
            !base.is_here() && relation.demand.paths().iter().all(|path| at(path) == Symbol::Absent);
        let met =
            relation.condition.as_ref().map_or(Some(true), |condition| self.meets(base, condition, values));
        if is_empty || met == Some(false) {
            return true;
        }
        let of: Vec<Symbol<'_>> = relation.demand.paths().into_iter().map(at).collect();
        let given = of.iter().filter(|symbol| **symbol != Symbol::Absent).count();
        match &relation.demand {
            Demand::Require(_) => given == of.len(),
            Demand::Forbid(_) => given == 0,
            Demand::Given(Group::ExactlyOne, _) => given == 1,
            Demand::Given(Group::AtLeastOne, _) => given > 0,
            Demand::Given(Group::AtMostOne, _) => given < 2,
            Demand::Given(Group::AllOrNone, _) => given == 0 || given == of.len(),
            // Whether further rules hold that may not apply is not known.
            Demand::Then(_) if met.is_none() => given == 0,
            // An invalid value may break these as well.
            Demand::Order { .. } | Demand::Same(_) | Demand::Differ(_) => {
                given < 2 || !of.contains(&Symbol::Invalid)
            }
            Demand::Then(_) => !of.contains(&Symbol::Invalid),
        }
    }

    /// Returns whether a condition is met; `None` if it is not known.
    fn meets(&self, base: &Path, condition: &Condition, values: &Values<'_>) -> Option<bool> {
        let at = |path: &Path| {
            let whole = base.join(path);
            values.iter().find(|(known, _)| **known == whole).map_or(Symbol::Other, |(_, symbol)| *symbol)
        };
        match condition {
            Condition::Given(path) => Some(at(path) != Symbol::Absent),
            Condition::Is(path, listed) => match at(path) {
                Symbol::Absent => {
                    let member = self.operation.member(&base.join(path))?;
                    Some(member.default.as_ref().is_some_and(|default| listed.contains(default)))
                }
                Symbol::Is(value) => Some(listed.contains(value)),
                Symbol::Other => Some(false),
                Symbol::Invalid => None,
            },
            Condition::All(inner) => all(inner.iter().map(|condition| self.meets(base, condition, values))),
            Condition::Any(inner) => {
                let not = inner.iter().map(|condition| self.meets(base, condition, values).map(|is| !is));
                all(not).map(|is| !is)
            }
            Condition::Not(inner) => self.meets(base, inner, values).map(|is| !is),
        }
    }
}

fn all(facts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let facts: Vec<Option<bool>> = facts.collect();
    match () {
        () if facts.contains(&Some(false)) => Some(false),
        () if facts.contains(&None) => None,
        () => Some(true),
    }
}

fn is_as(fact: &Fact, symbol: Symbol<'_>, all: &[Symbol<'_>]) -> bool {
    match (fact, symbol) {
        (Fact::Always, _) => true,
        (Fact::Absent(_), symbol) => symbol == Symbol::Absent,
        (Fact::Present(_), symbol) => symbol != Symbol::Absent,
        (Fact::Is(_, value), Symbol::Is(is)) => is == value,
        // A value that no condition asks about is like any other.
        (Fact::Is(_, value), Symbol::Other) => !all.contains(&Symbol::Is(value)),
        (Fact::Is(..), _) => false,
    }
}
