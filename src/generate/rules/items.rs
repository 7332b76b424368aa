//! Members of a list that have rules of their own: valid ones, and one that breaks a rule, in every position.

use crate::case::value::Value;
use crate::spec::breach::Breach;
use crate::spec::model::{Parameter, Rules};
use crate::spec::ruling::{self, Outcome};

use crate::generate::baseline::choices;
use crate::generate::trial::Trial;

/// More characters than this in a member try nothing that fewer do not.
const LONGEST: usize = 1_000;

/// Lists of members of which the page does not list the values.
pub fn trials(parameter: &Parameter) -> Vec<Trial> {
    let items = parameter.rules.items.as_deref();
    let Some(rules) = items.filter(|rules| rules.values.is_none() && !rules.is_unruled()) else {
        return Vec::new();
    };
    let valid = choices(rules);
    let mut trials = Vec::new();
    if let [first, second, ..] = valid.as_slice() {
        trials.push(trial("one", "one member", vec![first.clone()]));
        trials.push(trial("two", "two members", vec![first.clone(), second.clone()]));
    }
    let members = members(parameter, rules);
    let mut broken: Vec<Breach> = Vec::new();
    for member in &members {
        let (slug, tries) = (member.slug.replace('/', "-"), format!("a member: {}", member.tries));
        let Some(value) = member.value.clone() else { continue };
        let breach = certain_breach(rules, &value).filter(|breach| !broken.contains(breach));
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

/// What is tried of a value with the rules of the members.
fn members(parameter: &Parameter, rules: &Rules) -> Vec<Trial> {
    let member = Parameter {
        rules: rules.clone(),
        unique: false,
        names_own: false,
        exists: None,
        example: None,
        sample: None,
        ..parameter.clone()
    };
    let is_of_rules = |trial: &Trial| {
        let of = [Breach::LengthMax, Breach::CharactersOf, Breach::FormatShape, Breach::Type];
        of.iter().any(|breach| trial.slug.starts_with(&format!("{}/", breach.rule())))
    };
    let is_short = |trial: &Trial| {
        let witness = trial.value.as_ref().and_then(Value::witness);
        witness.is_some_and(|json| json.as_text().is_none_or(|text| text.len() <= LONGEST))
    };
    super::trials(&member, true).into_iter().filter(|trial| is_of_rules(trial) && is_short(trial)).collect()
}

/// The rule that a member breaks beyond doubt.
fn certain_breach(rules: &Rules, value: &Value) -> Option<Breach> {
    let ruling = ruling::on_value(rules, &value.witness()?);
    let is_certain = ruling.outcome() == Outcome::Breaks && ruling.open.is_empty();
    ruling.breaches.first().copied().filter(|_| is_certain)
}

fn trial(slug: &str, tries: &str, members: Vec<Value>) -> Trial {
    Trial::new(Breach::Items, slug, tries, Value::list(members))
}
