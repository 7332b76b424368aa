//! Mutants of responses: an element is missing, elsewhere or of another type, or the envelope is missing.

use crate::server::fault::Fault;
use crate::server::made;
use std::sync::Arc;

use crate::spec::model::{
    Condition, Http, Member, Operation, Protocol, Schema, Shape, Type, element_at, header_path,
};
use crate::spec::response_place::{BodyStep, ResponsePlace};

use super::{Kind, Mutant, MutantSource};

/// Adds the mutants of an operation's responses.
pub fn of(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let mut paths = Vec::new();
    collect(&maker.operation.response, &[], &mut paths);
    for path in paths.iter().filter(|path| !is_sign(maker, path)) {
        of_element(maker, path, mutants);
    }
    broken_rules(maker, &maker.operation.response, "", mutants);
    for header in maker.operation.headers.iter().filter(|header| !header.is_optional()) {
        broken_rule(maker, header, header_path(&header.name), mutants);
        // Every server says of which type a body is.
        if header.name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        let name = header.name.clone();
        let does = format!("a success has no header {name}");
        let edit = move |operation: &mut Operation| operation.headers.retain(|header| header.name != name);
        let slug = format!("response/header/{}/gone", header.name);
        mutants.push(maker.edit(Kind::Response, &slug, does, edit));
    }
    if let Some(success) = &maker.operation.success {
        let other = [200, 201, 202].into_iter().find(|status| !success.statuses.contains(status));
        let does = format!("a success has the status {}", other.unwrap_or(203));
        let edit = move |operation: &mut Operation| {
            operation.success.iter_mut().for_each(|success| success.statuses = vec![other.unwrap_or(203)]);
        };
        mutants.push(maker.edit(Kind::Response, "response/status/other", does, edit));
    }
    if has_unique(&maker.operation.response) {
        let does = "every response has the same request id".to_owned();
        mutants.push(maker.fault(Kind::Envelope, "request-id-repeats", does, Fault::RequestIdRepeats));
    }
    envelope(maker, mutants);
}

/// Adds a mutant for each required element with a rule: its value breaks the rule.
fn broken_rules(maker: &MutantSource<'_>, elements: &[Member], above: &str, mutants: &mut Vec<Mutant>) {
    for element in elements.iter().filter(|element| !element.is_optional()) {
        let path = element.path_within(above);
        if element.kind() == Type::Object {
            broken_rules(maker, element.schema.below(), &path, mutants);
            continue;
        }
        broken_rule(maker, element, path, mutants);
    }
}

fn broken_rule(maker: &MutantSource<'_>, element: &Member, path: String, mutants: &mut Vec<Mutant>) {
    let kept = element.example.clone().or_else(|| made::value(element, 1));
    let Some(value) = kept.and_then(|kept| made::broken(&element.schema, &kept)) else { return };
    let does = format!("{path} is {value}");
    let operation = maker.operation.name.clone();
    let slug = format!("response/{path}/rule-broken");
    let fault = Fault::ElementBroken { operation, path, value };
    mutants.push(maker.fault(Kind::Response, &slug, does, fault));
}

/// Returns `true` if an element distinguishes successes from error responses, so that every success of a server has it.
fn is_sign(maker: &MutantSource<'_>, path: &[String]) -> bool {
    let signs = maker.service.http.iter().flat_map(|http| &http.refused);
    let mut places = signs.flat_map(|sign| &sign.conditions).filter_map(|(place, _)| place.in_body());
    places.any(|steps| {
        let names = steps.iter().map(|step| match step {
            BodyStep::Member(name) => Some(name),
            _ => None,
        });
        names.eq(path.iter().map(Some))
    })
}

/// Returns `true` if the page promises an element that is unique to each response.
fn has_unique(elements: &[Member]) -> bool {
    elements.iter().any(|element| element.unique || has_unique(element.schema.below()))
}

fn collect(elements: &[Member], above: &[String], paths: &mut Vec<Vec<String>>) {
    for element in elements.iter().filter(|element| !element.is_optional()) {
        let path = [above, std::slice::from_ref(&element.name)].concat();
        collect(element.schema.below(), &path, paths);
        paths.push(path);
    }
}

fn of_element(maker: &MutantSource<'_>, path: &[String], mutants: &mut Vec<Mutant>) {
    let shown = path.join(".");
    let mut add = |slug: &str, does: String, change: fn(&mut Vec<Member>, &str)| {
        let path = path.to_vec();
        let edit = move |operation: &mut Operation| edit_siblings(&mut operation.response, &path, change);
        mutants.push(maker.edit(Kind::Response, &format!("response/{shown}/{slug}"), does, edit));
    };
    let at_path = element_at(&maker.operation.response, &shown);
    if at_path.is_some_and(|element| element.absent.is_some()) {
        add(
            "absent-otherwise",
            format!("{shown} is there when it should not be, and the other way"),
            |elements, name| {
                let element = elements.iter_mut().find(|element| element.name == name);
                let condition = element.and_then(|element| element.absent.as_mut());
                condition.into_iter().for_each(|condition| **condition = Condition::Not(condition.clone()));
            },
        );
    }
    // A list whose members are empty is not a list of entities.
    let is_only = path.split_last().is_some_and(|(_, above)| {
        let list = element_at(&maker.operation.response, &above.join("."));
        list.is_some_and(|list| list.kind() == Type::Array && list.schema.below().len() == 1)
    });
    if !is_only {
        add("gone", format!("{shown} is not in the response"), |elements, name| {
            elements.retain(|element| element.name != name);
        });
    }
    add("retyped", format!("{shown} has another type"), |elements, name| {
        let retyped = elements.iter_mut().filter(|element| element.name == name);
        retyped.for_each(|element| {
            let shape = if element.kind() == Type::String { Shape::Integer } else { Shape::Text };
            // Null would show no type.
            element.schema = Schema { shape, nullable: None, ..element.schema.clone() };
        });
    });
    add("moved", format!("{shown} is inside Data"), |elements, name| {
        if let Some(index) = elements.iter().position(|element| element.name == name) {
            let moved = elements.remove(index);
            let shape = Shape::Object(Arc::new(vec![moved.clone()]));
            let schema = Schema { shape, ..moved.schema.clone() };
            let data = Member { name: "Data".to_owned(), schema, ..moved };
            elements.push(data);
        }
    });
    if can_be_empty(&maker.operation.response, path) {
        return;
    }
    add("emptied", format!("{shown} is an empty object"), |elements, name| {
        let emptied = elements.iter_mut().filter(|element| element.name == name);
        emptied.for_each(|element| {
            // An object that lacks a required member is as wrong as an object in place of a text.
            element.schema = Schema { shape: Shape::of(Type::Object), ..element.schema.clone() };
        });
    });
}

/// Returns `true` if an element is an object without required members.
fn can_be_empty(elements: &[Member], path: &[String]) -> bool {
    fn needs_nothing(element: &Member) -> bool {
        element.is_optional()
            || (element.kind() == Type::Object && element.schema.members().iter().all(needs_nothing))
    }
    element_at(elements, &path.join(".")).is_some_and(needs_nothing)
}

/// Changes the elements next to the one at the path.
fn edit_siblings(elements: &mut Vec<Member>, path: &[String], change: fn(&mut Vec<Member>, &str)) {
    match path {
        [name] => change(elements, name),
        [name, rest @ ..] => {
            if let Some(element) = elements.iter_mut().find(|element| element.name == *name) {
                element.schema.below_mut().into_iter().for_each(|below| edit_siblings(below, rest, change));
            }
        }
        [] => {}
    }
}

/// Adds the mutants that blame the wrong parameter, and those whose error responses look like successes.
fn faults_reported(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let Some(http) = &maker.service.http else { return };
    let mut add = |slug: &str, does: &str, fault: Fault| {
        mutants.push(maker.fault(Kind::Envelope, &format!("envelope/{slug}"), does.to_owned(), fault));
    };
    let is_success = |status: u16| maker.operation.is_success(http, status);
    let mut rows = maker.service.rows(maker.operation);
    if http.refused.is_some() && rows.any(|row| row.status.is_none_or(is_success)) {
        add("not-marked", "error responses look like successes", Fault::NotMarked);
    }
    let has_others = maker.operation.parameters.len() > 1 && maker.operation.relations.is_empty();
    if http.field.is_none() || !has_others || !maker.can_be_rejected_for(|_| true) {
        return;
    }
    add("names-another", "error responses name another parameter", Fault::NamesAnother);
    if http.code.as_ref().is_some_and(ResponsePlace::leads_to_several) && maker.has_rows_of_several() {
        add("blames-another", "error responses report a fault of a valid value too", Fault::BlamesAnother);
    }
}

fn envelope(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let facts = maker.facts();
    let (status, message) = (facts.wrong_status(), facts.message());
    // If service.yaml gives no place for something, it is not read, and no response could show the fault.
    let is_read = |slug: &str| {
        let bare = Http::default();
        let http = match (&maker.service.http, maker.service.protocol) {
            (Some(http), _) => http,
            (None, Protocol::Rest) => &bare,
            (None, _) => return true,
        };
        let (code, message) = (http.code.is_some(), http.message.is_some());
        match slug {
            "no-request-id" => !http.carries.is_empty(),
            "no-message" => message,
            "html" => code || message || !http.carries.is_empty(),
            "no-envelope" => code || http.output.is_some(),
            // A status that means success stands for nothing if the content distinguishes error responses.
            "status" => http.refused.is_none(),
            _ => true,
        }
    };
    let all = [
        ("no-envelope", "responses have no envelope".to_owned(), Fault::NoEnvelope),
        ("html", "error responses are HTML".to_owned(), Fault::HtmlRejections),
        ("status", format!("error responses have the status {status}"), Fault::RejectionStatus(status)),
        ("no-message", "error responses have no message".to_owned(), Fault::RejectionLacks(message)),
        (
            "no-request-id",
            "error responses have no request id".to_owned(),
            Fault::RejectionLacks("RequestId"),
        ),
    ];
    if !maker.can_be_rejected() {
        return;
    }
    faults_reported(maker, mutants);
    for (slug, does, fault) in all.into_iter().filter(|(slug, ..)| is_read(slug)) {
        mutants.push(maker.fault(Kind::Envelope, &format!("envelope/{slug}"), does, fault));
    }
}
