//! Mutants of what calls do: uniqueness under races and updates, effects, quotas, requests as a whole.

use crate::json::Json;
use crate::server::fault::Fault;
use crate::spec::breach::Part;
use crate::spec::model::{Circumstance, Member, RequestFault, Schema, Shown, When};
use crate::spec::path::Path;

use super::{Change, Kind, Mutant, MutantSource, Placed, QUOTA, is_changeable};

/// Adds the mutants of what an operation does.
pub fn of(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let unique = maker.operation.parameters.iter().filter(|parameter| parameter.unique);
    for parameter in unique.filter(|_| maker.has_entity()) {
        uniqueness(maker, parameter, mutants);
    }
    effects(maker, mutants);
    defaults(maker, mutants);
    quotas(maker, mutants);
    requests(maker, mutants);
}

/// Returns `true` if the operation changes something that exists.
fn changes(maker: &MutantSource<'_>) -> bool {
    maker.operation.creates.is_none()
        && maker.operation.parameters.iter().any(|parameter| parameter.exists.is_some())
}

fn uniqueness(maker: &MutantSource<'_>, parameter: &Member, mutants: &mut Vec<Mutant>) {
    let name = || maker.operation.name.clone();
    let mut add = |slug: &str, does: &str, fault: Fault| {
        let slug = format!("{}/unique/{slug}", parameter.name);
        let does = format!("{}: {does}", parameter.name);
        mutants.push(maker.fault(Kind::Unique, &slug, does, fault).about(&parameter.name, Part::Unique));
    };
    add("racy", "two concurrent calls can take one value", Fault::Racy(name()));
    if maker.can_be_rejected_for(|other| other.name != parameter.name) {
        add("taken-by-refusal", "a rejected call takes the value", Fault::TakenByRejection(name()));
    }
    if changes(maker) {
        add("new-not-taken", "an update does not take its new value", Fault::NewNotTaken(name()));
        add("old-not-freed", "an update does not free the old value", Fault::OldNotFreed(name()));
    }
}

fn effects(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let name = || maker.operation.name.clone();
    let can_be_seen = |place: &&Placed<'_>| {
        let is_set = is_changeable(place.whole) && !place.names_own;
        is_set
            && ((place.unique && maker.has_entity())
                || shows(maker, &place.at, place)
                || echoes(maker, place))
    };
    for place in maker.checked().filter(can_be_seen) {
        let fault = Fault::NoEffect { operation: name(), parameter: place.name.clone() };
        let slug = format!("{}/no-effect", place.name);
        let does = format!("{}: is accepted and has no effect", place.name);
        mutants.push(maker.fault(Kind::Effect, &slug, does, fault).of_parameter(&place.name));
    }
    let can_stay = |parameter: &Member| {
        let is_other = |other: &Member| is_changeable(other) && other.name != parameter.name;
        let is_shown = shows(maker, &Path::member(&parameter.name), parameter);
        !parameter.unique && is_shown && maker.can_be_rejected_for(is_other)
    };
    if changes(maker) && maker.changeable().any(can_stay) {
        let does = "a rejected call applies its valid values".to_owned();
        mutants.push(maker.fault(Kind::Effect, "effect-of-refusal", does, Fault::EffectOfRejection(name())));
    }
    let can_be_gone = |parameter: &&Member| {
        let entity = parameter.exists.as_ref().and_then(|entity| maker.service.entity(entity));
        entity.is_some_and(|entity| entity.removed_by.is_some())
    };
    for parameter in maker.operation.parameters.iter().filter(can_be_gone) {
        let does = format!("{}: the id of a removed entity is accepted", parameter.name);
        let slug = format!("{}/exists/removed-accepted", parameter.name);
        let mutant = maker.fault(Kind::Effect, &slug, does, Fault::RemovedAccepted(name()));
        mutants.push(mutant.about(&parameter.name, Part::ExistsUnknown));
    }
}

/// Adds the mutants that set another default.
fn defaults(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let can_be_seen =
        |place: &&Placed<'_>| maker.operation.creates.is_some() && shows(maker, &place.at, place);
    for place in maker.checked().filter(can_be_seen) {
        let Some(default) = &place.default else { continue };
        let other = match default {
            Json::Bool(default) => Json::Bool(!default),
            Json::Integer(default) => Json::Integer(default.wrapping_add(1)),
            Json::Text(default) => Json::Text(format!("{default}x")),
            _ => continue,
        };
        let words = (Kind::Effect, "other", "another default is set");
        mutants
            .push(maker.rules(place, Part::Default, words, move |each| each.default = Some(other.clone())));
    }
}

/// Returns `true` if the response to a call shows what the call sends at a place, and always has the element.
fn echoes(maker: &MutantSource<'_>, place: &Placed<'_>) -> bool {
    let shown = maker.operation.echoes();
    // Of one listed value, a server that ignores it shows the same.
    let has_others = place.schema.values.as_ref().is_none_or(|values| values.len() > 1);
    has_others
        && !place.at.is_member()
        && shown.iter().any(|shown| shown.parameter == place.name && !shown.optional)
}

/// Returns `true` if another operation immediately shows what is sent at a place.
fn shows(maker: &MutantSource<'_>, at: &Path, parameter: &Member) -> bool {
    let entity = maker.operation.creates.as_deref();
    let entity = entity.or(maker.operation.parameters.iter().find_map(|each| each.exists.as_deref()));
    let mut readers = entity.into_iter().flat_map(|entity| maker.service.readers(entity));
    let mut makers = maker.service.operations.iter().filter(|each| each.creates.as_deref() == entity);
    // An element that had a value before cannot be left out.
    let had_value = maker.operation.creates.is_none() && makers.any(|each| each.member(at).is_some());
    let can_change = maker.operation.creates.is_some() || has_two_values(&parameter.schema);
    let name = at.to_string();
    let is_shown = |shown: &Shown| shown.parameter == name && (had_value || !shown.optional);
    can_change && readers.any(|reader| reader.shows(maker.operation).iter().any(is_shown))
}

/// Returns `true` if the page says that two different values are valid.
fn has_two_values(schema: &Schema) -> bool {
    match (&schema.values, schema.items()) {
        (Some(values), _) => values.len() > 1,
        (None, Some(items)) => has_two_values(items),
        (None, None) => !schema.is_unruled(),
    }
}

fn quotas(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let has_row =
        maker.operation.errors.iter().any(|row| row.when == When::Circumstance(Circumstance::Quota));
    if !has_row || !maker.makes_removable() {
        return;
    }
    let sizes = [
        ("gone", "the quota is not enforced", None),
        ("one-more", "quota + 1 entities can be created", Some(QUOTA + 1)),
    ];
    for (slug, does, size) in sizes {
        let mutant =
            maker.fault(Kind::Quota, &format!("quota/{slug}"), does.to_owned(), Fault::RequestIdRepeats);
        mutants.push(Mutant { change: Change::Quota(size), ..mutant });
    }
}

fn requests(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let mut add = |slug: &str, does: &str, fault: Fault| {
        mutants.push(maker.fault(Kind::Request, &format!("request/{slug}"), does.to_owned(), fault));
    };
    let unlisted = |when: &When| *when == When::Request(RequestFault::UnknownParameter);
    let mut rows = maker.operation.errors.iter().chain(&maker.service.errors);
    if rows.any(|row| unlisted(&row.when)) {
        add("unlisted", "a parameter that the page does not list is ignored", Fault::UnlistedAccepted);
    }
    for parameter in maker.operation.parameters.iter().filter(|parameter| maker.is_addressed(parameter)) {
        match parameter.name.as_str() {
            "Action" => add("any-action", "the name of the operation is not checked", Fault::AnyAction),
            _ => add("any-version", "the version is not checked", Fault::AnyVersion),
        }
    }
    if maker.has_json_body() {
        add("unreadable", "an unreadable body is accepted", Fault::UnreadableAccepted);
    }
}
