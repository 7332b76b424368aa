//! Mutants that skip a rule while another parameter is absent, is present, or has one value.

use crate::json::Json;
use crate::server::fault::{Condition, Fault};
use crate::spec::breach::Part;
use crate::spec::model::Required;

use super::possible::Possible;
use super::schemas::{is_known, label};
use super::{Kind, Mutant, MutantSource, Placed};

/// Adds the mutants of one parameter's rules.
pub fn of(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let possible = Possible::new(maker.operation);
    for other in maker.places.iter().filter(|other| other.is_disjoint(parameter)) {
        for (condition, slug, words) in conditions(maker, other) {
            // If both of an object's two members are absent, the object is empty and may count as absent.
            let is_alone = matches!(condition, Condition::Absent(_)) && maker.are_all(parameter, other);
            let breaches = maker.breaches(parameter).into_iter();
            for breach in breaches.filter(|breach| !(is_alone && *breach == Part::Required)) {
                if !possible.allows(parameter, breach, (other, &condition)) {
                    continue;
                }
                let fault = Fault::Skipped {
                    operation: maker.operation.name.clone(),
                    parameter: parameter.name.clone(),
                    breach,
                    condition: condition.clone(),
                };
                let slug = format!("{}/{breach}/while-{slug}", parameter.name);
                let does = format!("{}: {breach} is not checked while {words}", parameter.name);
                mutants
                    .push(maker.fault(Kind::Interaction, &slug, does, fault).about(&parameter.name, breach));
            }
        }
    }
}

/// Returns conditions that some accepted calls meet, and others do not.
fn conditions(maker: &MutantSource<'_>, other: &Placed<'_>) -> Vec<(Condition, String, String)> {
    let name = &other.name;
    let mut conditions = Vec::new();
    // The only member of an object is present whenever the object is.
    // What is not known to be valid is never present.
    let is_sent = is_known(other) && is_known(other.whole);
    if other.required == Required::No && other.exists.is_none() && !maker.is_only_member(other) && is_sent {
        conditions.push((
            Condition::Absent(name.clone()),
            format!("{name}-absent"),
            format!("{name} is absent"),
        ));
        conditions.push((
            Condition::Present(name.clone()),
            format!("{name}-present"),
            format!("{name} is present"),
        ));
    }
    let single = |value: &Json| (value.clone(), label(value));
    let member = |value: &Json| (Json::List(vec![value.clone()]), label(value));
    let values: Vec<(Json, String)> = match (&other.schema.values, other.schema.items()) {
        (Some(values), _) if values.len() > 1 => values.iter().map(single).collect(),
        (None, Some(items)) => items.values.iter().flatten().map(member).collect(),
        _ => Vec::new(),
    };
    for (value, label) in values {
        conditions.push((
            Condition::Is(name.clone(), value),
            format!("{name}-is-{label}"),
            format!("{name} is {label}"),
        ));
    }
    conditions
}
