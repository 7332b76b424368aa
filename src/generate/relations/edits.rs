//! Changes of a call that may make a relation hold, the smallest first.

use crate::case::value::Value;
use crate::case::{Parameters, sent_at};
use crate::generate::plain::PlainCall;
use crate::generate::prepared::Prepared;
use crate::generate::rules::common;
use crate::generate::valid::of_schema;
use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{Condition, Demand, Group, Relation};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Outcome};

/// The maximum number of values that are tried at one place.
const VALUES: usize = 12;

/// Values to set, by place; `None` removes a value.
pub type Edit = Vec<(Path, Option<Value>)>;

/// Returns the place of a call.
pub fn place<'p, 's>(plain: &'p PlainCall<'s>, at: &Path) -> Option<&'p Prepared<'s>> {
    plain.prepared().iter().find(|prepared| prepared.at == *at)
}

/// Applies an edit; `None` if the operation has no such place, or needs what it removes.
pub fn apply(plain: &PlainCall<'_>, send: &Parameters, edit: &Edit) -> Option<Parameters> {
    let mut send = send.clone();
    // What is set may bring other members with it, so what is removed comes last.
    let (set, removed): (Vec<_>, Vec<_>) = edit.iter().partition(|(_, value)| value.is_some());
    for (at, value) in set.into_iter().chain(removed) {
        let prepared = place(plain, at)?;
        let name = prepared.whole.name.as_str();
        let whole = send.iter().find(|(known, _)| known == name).map(|(_, whole)| whole.clone());
        let is_gone = value.is_none();
        if is_gone && sent_at(&send, at).is_none() {
            continue;
        }
        let new = match prepared.is_member() {
            true => prepared.put(whole, value.clone()),
            false => value.clone(),
        };
        if is_gone && (prepared.is_required || (!prepared.is_member() && !prepared.can_be_absent)) {
            return None;
        }
        plain.put(&mut send, name, new);
    }
    let is_done = |(at, value): &(Path, Option<Value>)| sent_at(&send, at).is_some() == value.is_some();
    edit.iter().all(is_done).then_some(send)
}

/// Returns the edits that may make a relation hold. `turn` is a number of the call: of several edits that are equally
/// good, another one comes first in each turn.
pub fn for_relation(
    plain: &PlainCall<'_>,
    (base, relation): (&Path, &Relation),
    send: &Parameters,
    turn: usize,
) -> Vec<Edit> {
    let at = |path: &Path| base.join(path);
    let mut edits = for_demand(plain, base, &relation.demand, send);
    // In another call, another one of a group is given.
    if matches!(relation.demand, Demand::Given(..)) {
        let number = edits.len().max(1);
        edits.rotate_left(turn % number);
    }
    if let Some(condition) = &relation.condition {
        for path in condition.paths() {
            edits.push(vec![(at(path), None)]);
            let values = values(plain, &at(path)).into_iter().chain(asked(condition, path));
            edits.extend(values.map(|value| vec![(at(path), Some(value))]));
        }
    }
    edits
}

fn for_demand(plain: &PlainCall<'_>, base: &Path, demand: &Demand, send: &Parameters) -> Vec<Edit> {
    let of: Vec<Path> = demand.paths().into_iter().map(|path| base.join(path)).collect();
    let is_given = |at: &Path| sent_at(send, at).is_some();
    let added = |at: &Path| (at.clone(), place(plain, at).map(|prepared| prepared.valid.clone()));
    let removed = |at: &Path| (at.clone(), None);
    let add_missing = || of.iter().filter(|at| !is_given(at)).map(added).collect::<Edit>();
    let remove_all = || of.iter().filter(|at| is_given(at)).map(removed).collect::<Edit>();
    let add_one = || of.iter().map(|at| vec![added(at)]).collect::<Vec<Edit>>();
    let keep_one = || {
        let given: Vec<&Path> = of.iter().filter(|at| is_given(at)).collect();
        let others =
            |kept: &Path| given.iter().filter(|at| **at != kept).map(|at| removed(at)).collect::<Edit>();
        given.iter().map(|kept| others(kept)).collect::<Vec<Edit>>()
    };
    match demand {
        Demand::Require(_) => vec![add_missing()],
        Demand::Forbid(_) => vec![remove_all()],
        Demand::Given(Group::AllOrNone, _) => vec![add_missing(), remove_all()],
        Demand::Given(Group::AtLeastOne, _) => add_one(),
        Demand::Given(Group::AtMostOne, _) => keep_one(),
        Demand::Given(Group::ExactlyOne, _) => match of.iter().any(is_given) {
            true => keep_one(),
            false => add_one(),
        },
        Demand::Order { .. } | Demand::Same(_) | Demand::Differ(_) => compared(plain, &of, send),
        Demand::Then(rules) => {
            let mut edits: Vec<Edit> = Vec::new();
            for (at, further) in of.iter().zip(rules) {
                let sample = further.sample.clone().map(Value::Plain);
                let made = place(plain, at)
                    .map(|prepared| of_schema(&merged(&prepared.parameter.schema, &further.rules)));
                let values = sample.into_iter().chain(made).chain(values(plain, at));
                edits.extend(values.map(|value| vec![(at.clone(), Some(value))]));
                edits.push(vec![(at.clone(), None)]);
            }
            edits
        }
    }
}

/// Returns the rules of a value with further ones.
pub fn merged(
    own: &crate::spec::model::Schema,
    further: &crate::spec::model::Schema,
) -> crate::spec::model::Schema {
    let further = further.clone();
    crate::spec::model::Schema {
        length: further.length.or(own.length),
        range: further.range.or(own.range),
        characters: further.characters.or_else(|| own.characters.clone()),
        patterns: [own.patterns.clone(), further.patterns].concat(),
        format: further.format.or_else(|| own.format.clone()),
        values: further.values.or_else(|| own.values.clone()),
        count: further.count.or(own.count),
        ..own.clone()
    }
}

/// Returns the edits for values that are compared: each place takes the value of another one, or one next to it, or
/// another valid value; at last it is removed.
fn compared(plain: &PlainCall<'_>, of: &[Path], send: &Parameters) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for at in of.iter().rev() {
        let others = of.iter().filter(|other| *other != at).filter_map(|other| sent_at(send, other));
        let near = others.flat_map(|other| neighbours(&other).into_iter().chain([other]));
        let values = near.chain(values(plain, at));
        edits.extend(values.map(|value| vec![(at.clone(), Some(value))]));
    }
    edits.extend(of.iter().rev().map(|at| vec![(at.clone(), None)]));
    edits
}

/// Returns the values next to a value, those after it first: a step of a number or a date, and for a time a second and a
/// day.
pub fn neighbours(value: &Value) -> Vec<Value> {
    let Value::Plain(json) = value else { return Vec::new() };
    let steps = |step: i64| match json {
        Json::Integer(number) => number.checked_add(step).map(Json::Integer).into_iter().collect(),
        Json::Number(number) => vec![Json::Number(number + step as f64)],
        Json::Text(text) => common::steps(text, step).into_iter().map(Json::Text).collect(),
        _ => Vec::new(),
    };
    [1, -1].into_iter().flat_map(steps).map(Value::Plain).collect()
}

/// Returns valid values of a place, the plain one first.
pub fn values(plain: &PlainCall<'_>, at: &Path) -> Vec<Value> {
    let Some(prepared) = place(plain, at) else { return Vec::new() };
    let mut values = vec![prepared.valid.clone()];
    let trials = prepared.trials(plain.service, plain.operation).iter();
    let holding = trials.filter(|tried| tried.ruling.outcome() == Outcome::Holds && tried.is_encodable);
    for value in holding.filter_map(|tried| tried.trial.value.clone()) {
        if values.len() < VALUES && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// Returns the values that a condition asks about at a place.
pub fn asked(condition: &Condition, path: &Path) -> Vec<Value> {
    match condition {
        Condition::Is(at, values) if at == path => values.iter().cloned().map(Value::Plain).collect(),
        Condition::Given(_) | Condition::Is(..) => Vec::new(),
        Condition::All(inner) | Condition::Any(inner) => {
            inner.iter().flat_map(|condition| asked(condition, path)).collect()
        }
        Condition::Not(inner) => asked(inner, path),
    }
}

/// Returns `true` if a value certainly keeps the rules of its place.
pub fn keeps(plain: &PlainCall<'_>, at: &Path, send: &Parameters) -> bool {
    let Some(prepared) = place(plain, at) else { return false };
    let whole = send.iter().find(|(name, _)| *name == prepared.whole.name.as_str()).map(|(_, value)| value);
    let json = match whole.map(Value::witness) {
        // An id, which is known only at run time.
        Some(None) => return true,
        Some(Some(json)) => Some(json),
        None => None,
    };
    let ruling = ruling::on_member(prepared.whole, json.as_ref()).at(&Path::member(&prepared.whole.name));
    // What stands elsewhere in the parameter may be what the call tests.
    let is_there = |breach: &Breach| at.leads_to(&breach.at);
    !ruling.breaches.iter().any(is_there) && !ruling.open.iter().any(|(breach, _)| is_there(breach))
}
