//! The fault that a target reports if a call has two. No page specifies it, so it is a fact about the target, not a
//! verdict.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::spec::breach::Breach;
use crate::spec::model::{Operation, Service};

/// The order in which a target checks the parameters of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Precedence {
    /// The operation.
    pub operation: String,
    /// Every parameter that was seen, the first checked first; empty if the pairs contradict each other, or fit more
    /// than one order.
    pub order: Vec<String>,
    /// The pairs that were seen: the error response was for the first, not for the second.
    pub pairs: Vec<(String, String)>,
    /// Number of pairs whose response fits both faults.
    pub unseen: usize,
}

/// The observations so far from cases with two faults.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Observations {
    operations: Vec<Precedence>,
}

impl Observations {
    /// Records the response to a case with two faults; other cases show nothing.
    pub fn record(&mut self, service: &Service, operation: &Operation, case: &Case, code: &str) {
        let [one, other] = case.about.as_slice() else { return };
        let covers = |about: &Breach| {
            let mut rows = service.rows_for(operation, about);
            rows.any(|row| service.row_has_code(row, code))
        };
        let of = self.of(&operation.id);
        match (covers(one), covers(other)) {
            (true, false) => of.pairs.push((one.at.to_string(), other.at.to_string())),
            (false, true) => of.pairs.push((other.at.to_string(), one.at.to_string())),
            _ => of.unseen += 1,
        }
    }

    fn of(&mut self, operation: &str) -> &mut Precedence {
        let index = self.operations.iter().position(|of| of.operation == operation).unwrap_or_else(|| {
            self.operations.push(Precedence { operation: operation.to_owned(), ..Precedence::default() });
            self.operations.len() - 1
        });
        &mut self.operations[index]
    }

    /// Returns the observed facts.
    pub fn into_facts(self) -> Vec<Precedence> {
        self.operations.into_iter().map(|of| Precedence { order: order(&of.pairs), ..of }).collect()
    }
}

/// Returns the parameters in an order that agrees with every pair; nothing if there is no such order, or more than one.
fn order(pairs: &[(String, String)]) -> Vec<String> {
    let mut rest: Vec<&String> = Vec::new();
    for name in pairs.iter().flat_map(|(first, second)| [first, second]) {
        if !rest.contains(&name) {
            rest.push(name);
        }
    }
    let mut order = Vec::new();
    while !rest.is_empty() {
        let is_behind = |name: &String| {
            pairs.iter().any(|(first, second)| second == name && first != name && rest.contains(&first))
        };
        let firsts: Vec<usize> = (0..rest.len()).filter(|index| !is_behind(rest[*index])).collect();
        let [first] = firsts.as_slice() else { return Vec::new() };
        order.push(rest.remove(*first).clone());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(pairs: &[(&str, &str)]) -> Vec<String> {
        order(&pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn pairs_give_an_order_only_if_it_is_unique() {
        assert_eq!(ordered(&[("b", "c"), ("a", "c"), ("a", "b")]), ["a", "b", "c"]);
        assert!(ordered(&[("a", "b"), ("b", "c"), ("c", "a")]).is_empty());
        assert!(ordered(&[("a", "b"), ("a", "c")]).is_empty(), "nobody has seen b beside c");
        assert!(ordered(&[]).is_empty());
    }
}
