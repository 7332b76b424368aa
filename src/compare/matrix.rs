//! The matrix of two targets: for each promise of each operation, how they compare with the page and with each other.

use std::collections::{BTreeMap, HashMap};

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::CaseResult;
use crate::judge::{Promise, Verdict};
use crate::spec::model::Specs;

use super::{Recording, response};

/// The relation between two targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The left target breaks the promise, the right one keeps it.
    LeftBreaks,
    /// The right target breaks it, the left one keeps it.
    RightBreaks,
    /// Both break it.
    BothBreak,
    /// Both keep it, and respond differently where the page leaves that open.
    Differ,
    /// One of them was not tested, or could not be judged.
    NotCompared,
    /// Both keep it and respond the same.
    Same,
}

impl Relation {
    /// All relations, the most significant first.
    pub const ALL: [Self; 6] =
        [Self::LeftBreaks, Self::RightBreaks, Self::BothBreak, Self::Differ, Self::NotCompared, Self::Same];

    /// Describes the relation, with the targets' names.
    pub fn words(self, left: &str, right: &str) -> String {
        match self {
            Self::Same => "the same".to_owned(),
            Self::NotCompared => "not compared".to_owned(),
            Self::Differ => "both conform, responses differ".to_owned(),
            Self::BothBreak => "both break it".to_owned(),
            Self::LeftBreaks => format!("{left} breaks it, {right} keeps it"),
            Self::RightBreaks => format!("{right} breaks it, {left} keeps it"),
        }
    }
}

/// Two targets, compared promise by promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[cfg_attr(feature = "cli", schemars(title = "fineprint's comparison of two targets"))]
pub struct Matrix {
    /// The name of the left target.
    pub left: String,
    /// The name of the right target.
    pub right: String,
    /// Each promise of each operation that a case was about, in the order of the cases.
    pub cells: Vec<Cell>,
    /// The first case that could not be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<ComparedCase>,
}

/// A promise of an operation, and how two targets compare with it and with each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
pub struct Cell {
    /// The operation.
    pub operation: String,
    /// The promise.
    pub promise: Promise,
    /// The relation of the two targets. If each of them breaks the promise in some case, both break it.
    pub relation: Relation,
    /// Whether the two targets differ in this promise. They do not if both break it in a case with the same status and
    /// code, unless other cases about the promise show a difference.
    #[serde(rename = "unlike")]
    pub differs: bool,
    /// The cases, by the relation that each of them shows.
    pub cases: BTreeMap<Relation, Vec<String>>,
    /// The first case that shows the relation, if it shows a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<ComparedCase>,
}

/// A case and its result on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename = "Witness")]
pub struct ComparedCase {
    /// The case.
    pub id: String,
    /// What the case tests.
    pub tries: String,
    /// What the case sends.
    pub sends: String,
    /// The result on the left target.
    pub left: SideResult,
    /// The result on the right target.
    pub right: SideResult,
}

/// The result of a case on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename = "Did")]
pub struct SideResult {
    /// The name of the verdict; `not tried` if there is none.
    pub verdict: String,
    /// The response without what differs from call to call, or the reason why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "answer")]
    pub response: Option<String>,
}

impl Matrix {
    /// Returns the cells in which the two targets differ.
    pub fn differences(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.differs)
    }

    /// Returns the number of promises with a relation.
    pub fn count(&self, relation: Relation) -> usize {
        self.cells.iter().filter(|cell| cell.relation == relation).count()
    }

    /// Returns `true` if no case could be compared.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.relation == Relation::NotCompared)
    }

    /// Returns the number of cases that could not be compared.
    pub fn not_compared(&self) -> usize {
        self.cells.iter().map(|cell| cell.count(Relation::NotCompared)).sum()
    }
}

impl Cell {
    /// Returns the number of cases with a relation.
    pub fn count(&self, relation: Relation) -> usize {
        self.cases.get(&relation).map_or(0, Vec::len)
    }

    /// Sets the relation of the promise from those of its cases.
    fn set_relation(&mut self) {
        let has = |relation: Relation| self.cases.contains_key(&relation);
        let both = has(Relation::BothBreak);
        self.relation = match (has(Relation::LeftBreaks) || both, has(Relation::RightBreaks) || both) {
            (true, true) => Relation::BothBreak,
            (true, false) => Relation::LeftBreaks,
            (false, true) => Relation::RightBreaks,
            _ if has(Relation::Differ) => Relation::Differ,
            _ if has(Relation::Same) => Relation::Same,
            _ => Relation::NotCompared,
        };
        // A break on one side shows nothing new if both targets break the promise in the same way elsewhere, and the
        // case is about another promise.
        self.differs |= matches!(self.relation, Relation::LeftBreaks | Relation::RightBreaks)
            || (self.relation == Relation::BothBreak && !both);
    }

    /// Returns `true` if the cases so far show that the two targets differ in this promise.
    fn shows_difference(&self) -> bool {
        let breaks = |relation: Relation| self.cases.contains_key(&relation);
        let one_sided = breaks(Relation::LeftBreaks) || breaks(Relation::RightBreaks);
        self.differs || (one_sided && !breaks(Relation::BothBreak))
    }
}

/// Compares two targets, case by case and promise by promise.
pub fn matrix(specs: &Specs, left: &Recording, right: &Recording) -> Matrix {
    let (mut cells, mut differing, mut aside) = (Cells::default(), Vec::new(), None);
    let only_right = right.ids().filter(|id| !left.has(id));
    for id in left.ids().chain(only_right) {
        // Such a case runs only with credentials or on request. That the other side does not have it says nothing about
        // that side.
        if is_optional(id) && !(left.has(id) && right.has(id)) {
            continue;
        }
        let both = Both::of(id, left, right);
        let Some(pair) = both.pair() else { continue };
        for (promise, relation) in pair.relations(specs) {
            if relation == Relation::NotCompared && aside.is_none() {
                aside = Some(pair.witness(specs));
            }
            match relation {
                Relation::Differ => differing.push((pair.case.about.len(), id)),
                relation => cells.add(specs, &pair, promise, relation),
            }
        }
    }
    // A case about one promise alone explains differences in cases about several.
    differing.sort_by_key(|(promises, _)| *promises);
    for (_, id) in differing {
        let both = Both::of(id, left, right);
        if let Some(pair) = both.pair() {
            cells.add(specs, &pair, cells.explaining_promise(&pair), Relation::Differ);
        }
    }
    let ids = left.ids().chain(right.ids()).enumerate();
    let mut places: HashMap<&str, usize> = HashMap::new();
    ids.for_each(|(place, id)| {
        places.entry(id).or_insert(place);
    });
    let first =
        |cell: &Cell| cell.cases.values().flatten().filter_map(|id| places.get(id.as_str())).min().copied();
    cells.all.sort_by_key(first);
    let (left, right) = match left.target == right.target {
        true => (format!("{} (A)", left.target), format!("{} (B)", right.target)),
        false => (left.target.clone(), right.target.clone()),
    };
    cells.all.iter_mut().for_each(Cell::set_relation);
    Matrix { left, right, cells: cells.all, aside }
}

/// Returns `true` if a case runs only with credentials or on request.
pub fn is_optional(id: &str) -> bool {
    id.contains("/circumstance/") || id.contains("/auth/")
}

/// The results of a case on both sides, read back from storage.
struct Both {
    left: Option<CaseResult>,
    right: Option<CaseResult>,
}

impl Both {
    fn of(id: &str, left: &Recording, right: &Recording) -> Self {
        Self { left: left.case(id), right: right.case(id) }
    }

    fn pair(&self) -> Option<Pair<'_>> {
        let (left, right) = (self.left.as_ref(), self.right.as_ref());
        Some(Pair { case: left.or(right)?, left, right })
    }
}

/// A case and its results on both sides.
#[derive(Clone, Copy)]
struct Pair<'r> {
    case: &'r CaseResult,
    left: Option<&'r CaseResult>,
    right: Option<&'r CaseResult>,
}

impl<'r> Pair<'r> {
    /// Returns the relation for each promise. A broken promise counts under its own name, not under the promise that
    /// the case was generated for.
    fn relations(&self, specs: &Specs) -> Vec<(&'r Promise, Relation)> {
        let judged = |result: Option<&'r CaseResult>| result.filter(|result| result.verdict.is_judged());
        let not_compared = vec![(&self.case.promise, Relation::NotCompared)];
        let (Some(left), Some(right)) = (judged(self.left), judged(self.right)) else { return not_compared };
        if left.sends != right.sends || specs.operation(&self.case.operation).is_none() {
            return not_compared;
        }
        let promises =
            |result: &'r CaseResult| result.broken().iter().map(|mismatch| &mismatch.promise).collect();
        let (of_left, of_right): (Vec<&Promise>, Vec<&Promise>) = (promises(left), promises(right));
        let mut relations: Vec<(&Promise, Relation)> = Vec::new();
        for promise in of_left.iter().chain(&of_right) {
            let breaks = |of: &[&Promise]| of.iter().any(|other| is_same(other, promise));
            let relation = match (breaks(&of_left), breaks(&of_right)) {
                (true, true) => Relation::BothBreak,
                (true, false) => Relation::LeftBreaks,
                _ => Relation::RightBreaks,
            };
            if !relations.iter().any(|(known, _)| is_same(known, promise)) {
                relations.push((promise, relation));
            }
        }
        // If the response depends on more than the call, only a broken promise says something.
        if relations.is_empty() && !left.unsettled {
            let is_alike = response(specs, left) == response(specs, right);
            relations.push((&self.case.promise, if is_alike { Relation::Same } else { Relation::Differ }));
        }
        relations
    }

    fn witness(&self, specs: &Specs) -> ComparedCase {
        let did = |result: Option<&CaseResult>| SideResult {
            verdict: result.map_or("not tried", |result| result.verdict.name()).to_owned(),
            response: result.and_then(|result| response(specs, result).or_else(|| why_not(result))),
        };
        ComparedCase {
            id: self.case.id.clone(),
            tries: self.case.tries.clone(),
            sends: self.case.sends.clone(),
            left: did(self.left),
            right: did(self.right),
        }
    }
}

fn why_not(result: &CaseResult) -> Option<String> {
    match &result.verdict {
        Verdict::Error { reason }
        | Verdict::Skipped { reason }
        | Verdict::Unproven { reason }
        | Verdict::NotTested { reason } => Some(reason.clone()),
        Verdict::Blocked { code, .. } => Some(code.clone()),
        Verdict::Pass | Verdict::Fail { .. } => None,
    }
}

/// Returns how a result breaks a promise: the status and code that were received instead.
fn received_statuses<'r>(result: &'r CaseResult, promise: &Promise) -> Option<Vec<(&'r str, &'r str)>> {
    let mismatch = result.broken().iter().find(|mismatch| is_same(&mismatch.promise, promise))?;
    let lines = mismatch.lines.iter().filter(|line| matches!(line.aspect.as_str(), "status" | "code"));
    Some(lines.map(|line| (line.aspect.as_str(), line.received.as_str())).collect())
}

/// Compares promises by rule and sentence, because the spec may have been moved since the recording.
fn is_same(one: &Promise, other: &Promise) -> bool {
    (&one.rule, &one.sentence) == (&other.rule, &other.sentence)
}

/// A promise of an operation: the operation, the rule and the sentence.
type Key = (String, String, String);

fn key(case: &CaseResult, promise: &Promise) -> Key {
    (case.operation.clone(), promise.rule.clone(), promise.sentence.clone())
}

#[derive(Default)]
struct Cells {
    all: Vec<Cell>,
    places: HashMap<Key, usize>,
}

impl Cells {
    /// Returns the promise that explains a difference. A call may have two faults, and a target may overlook one of
    /// them or report it with another code. If the two targets differ in the promise of one fault by itself, this
    /// promise explains the different responses.
    fn explaining_promise<'r>(&self, pair: &Pair<'r>) -> &'r Promise {
        let is_unlike = |promise: &&Promise| {
            let cell = self.places.get(&key(pair.case, promise)).and_then(|index| self.all.get(*index));
            cell.is_some_and(Cell::shows_difference)
        };
        pair.case.about.iter().find(is_unlike).unwrap_or(&pair.case.promise)
    }

    fn add(&mut self, specs: &Specs, pair: &Pair<'_>, promise: &Promise, relation: Relation) {
        let index = *self.places.entry(key(pair.case, promise)).or_insert_with(|| {
            self.all.push(Cell {
                operation: pair.case.operation.clone(),
                promise: promise.clone(),
                relation,
                differs: false,
                cases: BTreeMap::new(),
                witness: None,
            });
            self.all.len() - 1
        });
        let cell = &mut self.all[index];
        // The witness shows the most significant relation.
        if relation != Relation::Same && cell.cases.keys().next().is_none_or(|known| relation < *known) {
            cell.witness = Some(pair.witness(specs));
        }
        let is_own = pair.case.about.iter().chain([&pair.case.promise]).any(|own| is_same(own, promise));
        cell.differs |= match relation {
            Relation::Differ => true,
            Relation::LeftBreaks | Relation::RightBreaks => is_own,
            _ => false,
        };
        if relation == Relation::BothBreak {
            let how = [pair.left, pair.right]
                .map(|result| result.and_then(|result| received_statuses(result, promise)));
            cell.differs |= how[0] != how[1];
        }
        cell.cases.entry(relation).or_default().push(pair.case.id.clone());
    }
}
