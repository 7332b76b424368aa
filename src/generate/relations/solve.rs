//! A search for the smallest change of a call that makes all relations hold.

use crate::case::value::Value;
use crate::case::{Parameters, sent_at};
use crate::generate::plain::PlainCall;
use crate::json::Json;
use crate::spec::model::Relation;
use crate::spec::path::Path;
use crate::spec::ruling::{Outcome, relation};

use super::edits::{apply, for_relation, keeps, place};
use super::stand_ins;

/// The maximum number of edits in a search that keeps all relations, and in one that keeps all but one.
const STEPS: usize = 2_000;
const FEW_STEPS: usize = 50;

/// The maximum number of edits that are considered for one operation. Few need a tenth of it.
pub const EFFORT: usize = 400_000;

/// The relations that a call must keep, and the effort that is left.
struct Search<'p, 's> {
    plain: &'p PlainCall<'s>,
    relations: Vec<(Path, &'s Relation)>,
    steps: usize,
}

/// What a change of a call must leave as it is.
#[derive(Clone, Copy, Default)]
struct Limits<'a> {
    /// These places keep their values.
    fixed: &'a [Path],
    /// These places keep some value.
    kept: &'a [Path],
    /// The number of the call.
    turn: usize,
}

/// Returns a call changed so that all relations hold, or as many as possible.
pub fn repaired(plain: &PlainCall<'_>, send: Parameters, fixed: &[Path], turn: usize) -> Parameters {
    changed(plain, send, Limits { fixed, kept: &[], turn })
}

/// Returns a call changed so that all relations hold, or as many as possible. Some places may only change their values.
pub fn with_kept(plain: &PlainCall<'_>, send: Parameters, fixed: &[Path], kept: &[Path]) -> Parameters {
    changed(plain, send, Limits { fixed, kept, turn: 0 })
}

fn changed(plain: &PlainCall<'_>, send: Parameters, limits: Limits<'_>) -> Parameters {
    let sent = stand_ins(&send);
    let is_broken = |relation: &&(Path, &Relation)| !holds(plain, relation, &sent);
    let broken: Vec<_> = plain.relations().iter().filter(is_broken).collect();
    if broken.is_empty() {
        return send;
    }
    // What a call tests may be that it breaks a relation. Then no change elsewhere makes that relation hold.
    let can_hold = |relation: &(Path, &Relation)| edits(plain, relation, &send, limits).next().is_some();
    let lost: Vec<_> = broken.into_iter().filter(|relation| !can_hold(relation)).collect();
    let send = lost.iter().fold(send, |send, relation| eased(plain, relation, send, limits));
    let is_lost = |relation: &(Path, &Relation)| lost.iter().any(|lost| std::ptr::eq(*lost, relation));
    let relations: Vec<_> = plain.relations().iter().filter(|relation| !is_lost(relation)).cloned().collect();
    if let Some(whole) = Search::new(plain, relations.clone(), STEPS).solved(&send, limits) {
        return whole;
    }
    for left_out in 0..relations.len() {
        let mut others = relations.clone();
        others.remove(left_out);
        if let Some(whole) = Search::new(plain, others, FEW_STEPS).solved(&send, limits) {
            return whole;
        }
    }
    send
}

/// Returns a call changed so that a relation that it certainly breaks may hold, if there is such a change.
fn eased(
    plain: &PlainCall<'_>,
    relation: &(Path, &Relation),
    send: Parameters,
    limits: Limits<'_>,
) -> Parameters {
    if outcome(plain, relation, &stand_ins(&send)) != Outcome::Breaks {
        return send;
    }
    let is_open = |outcome: Outcome| outcome == Outcome::Open;
    let eased = edits_to(plain, relation, &send, limits, is_open).next();
    eased.map_or(send, |(_, eased)| eased)
}

/// Returns the calls that an edit outside of the fixed places makes of a call, so that a relation holds and what the
/// edit sets is valid. Each comes with the places of the edit.
fn edits<'a>(
    plain: &'a PlainCall<'_>,
    relation: &'a (Path, &'a Relation),
    send: &'a Parameters,
    limits: Limits<'a>,
) -> impl Iterator<Item = (Vec<Path>, Parameters)> + 'a {
    edits_to(plain, relation, send, limits, |outcome| outcome == Outcome::Holds)
}

fn edits_to<'a>(
    plain: &'a PlainCall<'_>,
    (base, relation): &'a (Path, &'a Relation),
    send: &'a Parameters,
    limits: Limits<'a>,
    is_wanted: impl Fn(Outcome) -> bool + 'a,
) -> impl Iterator<Item = (Vec<Path>, Parameters)> + 'a {
    let touches = move |(at, value): &(Path, Option<Value>)| {
        let near = |places: &[Path]| places.iter().any(|place| place.leads_to(at) || at.leads_to(place));
        near(limits.fixed) || value.is_none() && near(limits.kept)
    };
    for_relation(plain, (base, relation), send, limits.turn).into_iter().filter_map(move |edit| {
        if edit.is_empty() || edit.iter().any(touches) {
            return None;
        }
        plain.effort.set(plain.effort.get().checked_sub(1)?);
        let new = apply(plain, send, &edit)?;
        let is_valid = edit.iter().all(|(at, _)| keeps(plain, at, &new));
        let is_kept = is_valid && is_wanted(outcome(plain, &(base.clone(), relation), &stand_ins(&new)));
        is_kept.then(|| (edit.into_iter().map(|(at, _)| at).collect(), new))
    })
}

/// Returns a smallest set of relations for which no call was found that keeps them together; empty if a call keeps all.
pub fn contradiction<'s>(plain: &PlainCall<'s>) -> Vec<&'s Relation> {
    let send = plain.set(&[]);
    let mut needed = plain.relations().to_vec();
    let fails = |relations: Vec<(Path, &'s Relation)>| {
        Search::new(plain, relations, STEPS).solved(&send, Limits::default()).is_none()
    };
    if needed.is_empty() || !fails(needed.clone()) {
        return Vec::new();
    }
    let mut index = 0;
    // Without effort left, any search fails.
    while index < needed.len() && plain.effort.get() > 0 {
        let mut fewer = needed.clone();
        fewer.remove(index);
        match fails(fewer.clone()) && plain.effort.get() > 0 {
            true => needed = fewer,
            false => index += 1,
        }
    }
    needed.into_iter().map(|(_, relation)| relation).collect()
}

/// Returns `true` if no call was found that gives a value and keeps all relations.
pub fn is_never_given(plain: &PlainCall<'_>, at: &Path) -> bool {
    let Some(prepared) = place(plain, at) else { return false };
    let edit = vec![(at.clone(), Some(prepared.valid.clone()))];
    let Some(send) = apply(plain, &plain.set(&[]), &edit) else { return false };
    let kept = [at.clone()];
    let limits = Limits { kept: &kept, ..Limits::default() };
    let found = Search::new(plain, plain.relations().to_vec(), STEPS).solved(&send, limits);
    found.is_none() && plain.effort.get() > 0
}

fn holds(plain: &PlainCall<'_>, relation: &(Path, &Relation), sent: &[(String, Json)]) -> bool {
    outcome(plain, relation, sent) == Outcome::Holds
}

fn outcome(plain: &PlainCall<'_>, (base, relation): &(Path, &Relation), sent: &[(String, Json)]) -> Outcome {
    relation::on_relation(plain.operation, base, relation, sent).outcome()
}

impl<'p, 's> Search<'p, 's> {
    fn new(plain: &'p PlainCall<'s>, relations: Vec<(Path, &'s Relation)>, steps: usize) -> Self {
        Self { plain, relations, steps }
    }

    /// Returns a call that keeps all relations and has the same values at the fixed places.
    fn solved(&mut self, send: &Parameters, limits: Limits<'_>) -> Option<Parameters> {
        let sent = stand_ins(send);
        let broken = self.relations.iter().find(|relation| !holds(self.plain, relation, &sent)).cloned();
        let Some(broken) = broken else { return Some(send.clone()) };
        for (at, new) in edits(self.plain, &broken, send, limits) {
            self.steps = self.steps.checked_sub(1)?;
            // What the edit adds may still change its value, once.
            let (added, set): (Vec<Path>, Vec<Path>) = at.into_iter().partition(|at| {
                sent_at(send, at).is_none() && sent_at(&new, at).is_some() && !limits.kept.contains(at)
            });
            let fixed: Vec<Path> = limits.fixed.iter().cloned().chain(set).collect();
            let kept: Vec<Path> = limits.kept.iter().cloned().chain(added).collect();
            if let Some(whole) = self.solved(&new, Limits { fixed: &fixed, kept: &kept, ..limits }) {
                return Some(whole);
            }
        }
        None
    }
}
