//! Lists whose items have rules of their own: valid items, and one that violates a rule, in every position.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Schema};
use crate::spec::ruling::{self, Outcome};

use crate::generate::trial::Trial;
use crate::generate::valid::choices;

/// The maximum number of characters in an item. More characters would test nothing new.
const LONGEST: usize = 1_000;

/// Returns lists of items whose values the page does not list.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let items = parameter.schema.items();
    let Some(schema) = items.filter(|schema| schema.values.is_none() && !schema.is_unruled()) else {
        return Vec::new();
    };
    let valid = choices(schema);
    let mut trials = Vec::new();
    if let [first, second, ..] = valid.as_slice() {
        trials.push(trial("one", "one member", vec![first.clone()]));
        trials.push(trial("two", "two members", vec![first.clone(), second.clone()]));
    }
    let members = inner_trials(parameter, schema);
    let mut broken: Vec<Breach> = Vec::new();
    for member in &members {
        let (slug, tries) = (member.slug.replace('/', "-"), format!("a member: {}", member.tries));
        let Some(value) = member.value.clone() else { continue };
        let breach = certain_breach(parameter, schema, &value).filter(|breach| !broken.contains(breach));
        if breach.is_some() || slug.starts_with("length-") || slug.ends_with("-blank-last") {
            trials.push(trial(&slug, &tries, vec![value.clone()]));
        }
        if let (Some(breach), [first, second, ..]) = (breach, valid.as_slice()) {
            broken.push(breach);
            let places = [
                ("first", vec![value.clone(), first.clone(), second.clone()]),
                ("inside", vec![first.clone(), value.clone(), second.clone()]),
                ("last", vec![first.clone(), second.clone(), value]),
            ];
            trials.extend(places.map(|(place, list)| {
                trial(&format!("{slug}-{place}"), &format!("{tries}; {place} of three"), list)
            }));
        }
    }
    trials
}

/// Returns the trials for an item of a list, or for a key or a value of a map.
pub fn inner_trials(parameter: &Member, schema: &Schema) -> Vec<Trial> {
    let member = Member {
        schema: schema.clone(),
        unique: false,
        names_own: false,
        exists: None,
        example: None,
        sample: None,
        ..parameter.clone()
    };
    let is_of_rules = |trial: &Trial| {
        let others = ["required", "odd"];
        others.iter().all(|other| !trial.slug.starts_with(&format!("{other}/")))
    };
    let is_short = |trial: &Trial| {
        let witness = trial.value.as_ref().and_then(Value::witness);
        witness.is_some_and(|json| json.as_text().is_none_or(|text| text.len() <= LONGEST))
    };
    super::trials(&member, true).into_iter().filter(|trial| is_of_rules(trial) && is_short(trial)).collect()
}

/// Returns the rule that an item certainly violates. A list of nothing but null may count as absent instead.
fn certain_breach(parameter: &Member, schema: &Schema, value: &Value) -> Option<Breach> {
    let json = value.witness()?;
    let list = ruling::on_member(parameter, Some(&Json::List(vec![json.clone()])));
    ruling::on_value(schema, &json).certain().filter(|_| list.outcome() == Outcome::Breaks)
}

fn trial(slug: &str, tries: &str, members: Vec<Value>) -> Trial {
    Trial::new(Part::Items, slug, tries, Value::list(members))
}
