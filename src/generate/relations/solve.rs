//! A search for the smallest change of a call that makes all relations hold.

use crate::case::Parameters;
use crate::generate::plain::PlainCall;
use crate::json::Json;
use crate::spec::model::Relation;
use crate::spec::path::Path;
use crate::spec::ruling::{Outcome, relation};

use super::edits::{apply, for_relation, keeps};
use super::stand_ins;

/// The maximum number of edits that are tried to keep all relations, and to keep all but one.
const STEPS: usize = 2_000;
const FEW_STEPS: usize = 200;

/// The relations that a call must keep, and the effort that is left.
struct Search<'p, 's> {
    plain: &'p PlainCall<'s>,
    relations: Vec<(Path, &'s Relation)>,
    steps: usize,
    turn: usize,
}

/// Returns a call changed so that all relations hold, or as many as possible.
pub fn repaired(plain: &PlainCall<'_>, send: Parameters, fixed: &[Path], turn: usize) -> Parameters {
    let sent = stand_ins(&send);
    let is_broken = |relation: &&(Path, &Relation)| !holds(plain, relation, &sent);
    let broken: Vec<_> = plain.relations().iter().filter(is_broken).collect();
    if broken.is_empty() {
        return send;
    }
    // What a call tests may be that it breaks a relation. Then no change elsewhere makes that relation hold.
    let can_hold =
        |relation: &(Path, &Relation)| edits(plain, relation, &send, (fixed, turn)).next().is_some();
    let lost: Vec<_> = broken.into_iter().filter(|relation| !can_hold(relation)).collect();
    let is_lost = |relation: &(Path, &Relation)| lost.iter().any(|lost| std::ptr::eq(*lost, relation));
    let relations: Vec<_> = plain.relations().iter().filter(|relation| !is_lost(relation)).cloned().collect();
    if let Some(whole) = Search::new(plain, relations.clone(), (STEPS, turn)).solved(&send, fixed) {
        return whole;
    }
    for left_out in 0..relations.len() {
        let mut others = relations.clone();
        others.remove(left_out);
        if let Some(whole) = Search::new(plain, others, (FEW_STEPS, turn)).solved(&send, fixed) {
            return whole;
        }
    }
    send
}

/// Returns the calls that an edit outside of the fixed places makes of a call, so that a relation holds and what the
/// edit sets is valid. Each comes with the places of the edit.
fn edits<'a>(
    plain: &'a PlainCall<'_>,
    (base, relation): &'a (Path, &'a Relation),
    send: &'a Parameters,
    (fixed, turn): (&'a [Path], usize),
) -> impl Iterator<Item = (Vec<Path>, Parameters)> + 'a {
    let touches = |at: &Path| fixed.iter().any(|fixed| fixed.leads_to(at) || at.leads_to(fixed));
    for_relation(plain, (base, relation), send, turn).into_iter().filter_map(move |edit| {
        if edit.is_empty() || edit.iter().any(|(at, _)| touches(at)) {
            return None;
        }
        let new = apply(plain, send, &edit)?;
        let is_valid = edit.iter().all(|(at, _)| keeps(plain, at, &new));
        let is_kept = is_valid && holds(plain, &(base.clone(), relation), &stand_ins(&new));
        is_kept.then(|| (edit.into_iter().map(|(at, _)| at).collect(), new))
    })
}

/// Returns the places in the spec of a smallest set of relations that no call can keep together; empty if there is a
/// call that keeps all of them.
pub fn contradiction<'s>(plain: &PlainCall<'s>) -> Vec<&'s Relation> {
    let send = plain.set(&[]);
    let mut needed = plain.relations().to_vec();
    let fails = |relations: Vec<(Path, &'s Relation)>| {
        let mut search = Search::new(plain, relations, (STEPS, 0));
        search.solved(&send, &[]).is_none() && search.steps > 0
    };
    if needed.is_empty() || !fails(needed.clone()) {
        return Vec::new();
    }
    let mut index = 0;
    while index < needed.len() {
        let mut fewer = needed.clone();
        fewer.remove(index);
        match fails(fewer.clone()) {
            true => needed = fewer,
            false => index += 1,
        }
    }
    needed.into_iter().map(|(_, relation)| relation).collect()
}

fn holds(plain: &PlainCall<'_>, (base, relation): &(Path, &Relation), sent: &[(String, Json)]) -> bool {
    relation::on_relation(plain.operation, base, relation, sent).outcome() == Outcome::Holds
}

impl<'p, 's> Search<'p, 's> {
    fn new(
        plain: &'p PlainCall<'s>,
        relations: Vec<(Path, &'s Relation)>,
        (steps, turn): (usize, usize),
    ) -> Self {
        Self { plain, relations, steps, turn }
    }

    /// Returns a call that keeps all relations and has the same values at the fixed places.
    fn solved(&mut self, send: &Parameters, fixed: &[Path]) -> Option<Parameters> {
        let sent = stand_ins(send);
        let broken = self.relations.iter().find(|relation| !holds(self.plain, relation, &sent)).cloned();
        let Some(broken) = broken else { return Some(send.clone()) };
        for (at, new) in edits(self.plain, &broken, send, (fixed, self.turn)) {
            self.steps = self.steps.checked_sub(1)?;
            let settled: Vec<Path> = fixed.iter().cloned().chain(at).collect();
            if let Some(whole) = self.solved(&new, &settled) {
                return Some(whole);
            }
        }
        None
    }
}
