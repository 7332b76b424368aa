//! Checks that names refer to something: parameters in error rows, entities, operations, elements.

use std::collections::HashMap;

use crate::diagnostic::Finding;
use crate::spec::breach::Part;
use crate::spec::message::MessagePart;
use crate::spec::model::{
    Echo, Entity, ErrorRow, Http, Location, Member, Operation, Protocol, Required, Service, Specs, Type, When,
};
use crate::spec::path::Path;

/// Checks all names in all specs.
pub fn check(specs: &Specs, findings: &mut Vec<Finding>) {
    for service in &specs.services {
        for row in &service.errors {
            any_parameter(row, service, findings);
        }
        if service.protocol == Protocol::Rest {
            check_statuses(&service.errors, service, None, findings);
        }
        for entity in &service.entities {
            check_entity(entity, service, findings);
        }
        for operation in &service.operations {
            check_operation(operation, service, findings);
        }
    }
    check_operation_names(specs, findings);
}

fn check_operation(operation: &Operation, service: &Service, findings: &mut Vec<Finding>) {
    let entities = || service.entities.iter().map(|entity| entity.name.as_str());
    for row in &operation.errors {
        for (name, at) in row.names.iter().filter(|(name, _)| name != "*" && !has_place(operation, name)) {
            let places: Vec<String> = operation.members().iter().map(|(at, _)| at.to_string()).collect();
            findings.push(Finding::unknown_name("parameter", name, at, places.iter().map(String::as_str)));
        }
    }
    check_messages(operation, service, findings);
    check_bodies(operation, service, findings);
    if let Some(header) = operation.headers.first().filter(|_| service.protocol != Protocol::Rest) {
        let title = format!("the protocol {} defines the headers of responses", service.protocol.name());
        let finding = Finding::error("unknown-key", title).at(&header.at);
        findings.push(finding.help("remove `headers`"));
    }
    check_shown(operation, findings);
    check_aliases(&operation.response, service, findings);
    check_route(operation, service, findings);
    if service.protocol == Protocol::Rest {
        check_body(operation, findings);
        check_statuses(&operation.errors, service, Some(operation), findings);
    }
    match operation.creates.as_deref().map(|name| (name, service.entity(name))) {
        Some((name, None)) => {
            findings.push(Finding::unknown_name("entity", name, &operation.at, entities()));
        }
        Some((name, Some(entity))) if entity.foreign => {
            let title = format!("{} creates `{name}`, which is foreign", operation.name);
            let help = "remove `foreign: true`, and write `made-by` and `removed-by`";
            findings.push(Finding::error("impossible-rule", title).at(&operation.at).help(help));
        }
        _ => {}
    }
    for parameter in &operation.parameters {
        if let Some(name) = parameter.exists.as_deref().filter(|name| service.entity(name).is_none()) {
            findings.push(Finding::unknown_name("entity", name, &parameter.at, entities()));
        }
    }
}

/// Checks that the placeholders of an operation's messages are places, and stand where they mean something.
fn check_messages(operation: &Operation, service: &Service, findings: &mut Vec<Finding>) {
    let places: Vec<String> = operation.members().iter().map(|(at, _)| at.to_string()).collect();
    for row in &operation.errors {
        let Some(message) = &row.message else { continue };
        for path in message.paths().filter(|path| operation.schema(path).is_none()) {
            let known = places.iter().map(String::as_str);
            findings.push(Finding::unknown_name("parameter", &path.to_string(), &row.at, known));
        }
        let is_absence = |when: &When| matches!(when, When::Breaches(bound) if bound.iter().all(|bound| bound.part == Part::Required));
        if is_absence(&row.when) && message.parts.contains(&MessagePart::Value) {
            let title = "this message shows the value at fault, but its row covers only absent values";
            let help = "write {...} for a text that is not known";
            findings.push(Finding::error("placeholder", title).at(&row.at).help(help));
        }
    }
    let of_service = service.errors.iter().filter_map(|row| Some((row, row.message.as_ref()?)));
    for (row, message) in of_service {
        let is_nowhere =
            |path: &&Path| !service.operations.iter().any(|operation| operation.schema(path).is_some());
        // Each operation would report it.
        let is_first = service.operations.first().is_some_and(|first| first.id == operation.id);
        for path in message.paths().filter(is_nowhere).filter(|_| is_first) {
            let known = places.iter().map(String::as_str);
            findings.push(Finding::unknown_name("parameter", &path.to_string(), &row.at, known));
        }
    }
}

/// Checks that only rows of plain HTTP state members of their bodies: other protocols define these.
fn check_bodies(operation: &Operation, service: &Service, findings: &mut Vec<Finding>) {
    if service.protocol != Protocol::Rest {
        for row in &operation.errors {
            check_row_of_protocol(row, service, findings);
        }
        return;
    }
    let has_place = service.http.as_ref().is_some_and(|http| http.message.is_some());
    for row in operation.errors.iter().filter(|row| row.message.is_some() && !has_place) {
        let finding = Finding::warning("message-without-place", "no response is compared with this message");
        findings.push(
            finding
                .at(&row.at)
                .help("write where error responses have it: `http: {message: …}` in service.yaml"),
        );
    }
}

/// Checks that what a response shows are parameters, with an element of their type.
fn check_shown(operation: &Operation, findings: &mut Vec<Finding>) {
    let known = || operation.parameters.iter().map(|parameter| parameter.name.as_str());
    let names: &[String] = match &operation.echo {
        Some(Echo::These(names) | Echo::But(names)) => names,
        Some(Echo::All) | None => &[],
    };
    let is_unknown = |name: &&String| {
        let named = Path::read(name).and_then(|path| operation.parameter(path.parameter()));
        operation.parameter(name).or(named).is_none()
    };
    for name in names.iter().filter(is_unknown) {
        findings.push(Finding::unknown_name("parameter", name, &operation.at, known()));
    }
    let shown = operation.echoes();
    let is_shown = |name: &String| {
        shown.iter().any(|shown| Path::read(&shown.parameter).is_some_and(|at| at.parameter() == name))
    };
    if let Some(Echo::These(names)) = &operation.echo {
        for name in names.iter().filter(|name| operation.parameter(name).is_some() && !is_shown(name)) {
            let title = format!("no response element shows {name}");
            let help = "an element shows the parameter of its name and type; write `shows: NAME` at an element of \
                        another name";
            findings.push(Finding::warning("nothing-shown", title).at(&operation.at).help(help));
        }
    }
}

/// Checks that elements which show a parameter under another name show one that calls send.
fn check_aliases(elements: &[Member], service: &Service, findings: &mut Vec<Finding>) {
    for element in elements {
        let is_sent = |at: &Path| service.operations.iter().any(|operation| operation.schema(at).is_some());
        if let Some(at) = element.shows.as_ref().filter(|at| !is_sent(at)) {
            let known = service.operations.iter().flat_map(|operation| &operation.parameters);
            let known = known.map(|parameter| parameter.name.as_str());
            findings.push(Finding::unknown_name("parameter", &at.to_string(), &element.at, known));
        }
        check_aliases(element.schema.below(), service, findings);
    }
}

/// Checks that a row leaves out what a protocol other than plain HTTP defines, and has what it needs.
fn check_row_of_protocol(row: &ErrorRow, service: &Service, findings: &mut Vec<Finding>) {
    let protocol = service.protocol.name();
    if !row.body.is_empty() {
        let title = format!("the protocol {protocol} defines the body of error responses");
        let finding = Finding::error("unknown-key", title).at(&row.at);
        findings.push(finding.help("remove `body` from the row"));
    }
    if row.any_code {
        let title = format!("this error row has no `code`, but each error response of {protocol} has one");
        findings.push(Finding::error("missing-key", title).at(&row.at).help("write the code"));
    }
}

/// Returns `true` if a path leads somewhere. Text that is not a path already has a finding.
fn has_place(operation: &Operation, path: &str) -> bool {
    Path::read(path).is_none_or(|path| operation.schema(&path).is_some())
}

/// Checks a row of the service, which applies to all operations: each parameter must occur in at least one of them.
fn any_parameter(row: &ErrorRow, service: &Service, findings: &mut Vec<Finding>) {
    let known = || service.operations.iter().flat_map(|operation| &operation.parameters);
    for (name, at) in &row.names {
        if name != "*" && !service.operations.iter().any(|operation| has_place(operation, name)) {
            findings.push(Finding::unknown_name(
                "parameter",
                name,
                at,
                known().map(|parameter| parameter.name.as_str()),
            ));
        }
    }
}

fn check_entity(entity: &Entity, service: &Service, findings: &mut Vec<Finding>) {
    if entity.foreign || entity.made_by.is_empty() {
        return;
    }
    let operations = || service.operations.iter().map(|operation| operation.name.as_str());
    match service.operation(&entity.made_by) {
        None => findings.push(Finding::unknown_name("operation", &entity.made_by, &entity.at, operations())),
        Some(maker) => check_maker(entity, maker, findings),
    }
    check_lister(entity, service, findings);
    let Some(remover) = &entity.removed_by else { return };
    match service.operation(remover) {
        None => findings.push(Finding::unknown_name("operation", remover, &entity.at, operations())),
        Some(remover)
            if !remover
                .parameters
                .iter()
                .any(|parameter| parameter.exists.as_ref() == Some(&entity.name)) =>
        {
            let title = format!("{} has no parameter that takes the id of `{}`", remover.name, entity.name);
            let help = format!("mark the parameter with `exists: {}`", entity.name);
            findings.push(Finding::error("unknown-name", title).at(&entity.at).help(help));
        }
        Some(_) => {}
    }
}

/// Checks that plain HTTP operations have a method and a path with known parameters. Other protocols define their own.
fn check_route(operation: &Operation, service: &Service, findings: &mut Vec<Finding>) {
    let is_rest = service.protocol == Protocol::Rest;
    match (&operation.route, is_rest) {
        (None, true) => {
            let title = format!("{} has no method and path", operation.name);
            let help = "write them under `http`, e.g. `http: GET /contacts/{id}`";
            findings.push(Finding::error("missing-key", title).at(&operation.at).help(help));
        }
        (Some(_), false) => {
            let title = format!("{} has a method and path, but its protocol defines them", operation.name);
            let help = "remove `http`, or write `protocol: rest` in service.yaml";
            findings.push(Finding::error("unknown-key", title).at(&operation.at).help(help));
        }
        (Some(route), true) => {
            let known = || operation.parameters.iter().map(|parameter| parameter.name.as_str());
            for label in route.labels().filter(|label| operation.parameter(label).is_none()) {
                findings.push(Finding::unknown_name("parameter", label, &operation.at, known()));
            }
        }
        (None, false) => {}
    }
}

/// Checks that a request has only one body: a form or JSON.
fn check_body(operation: &Operation, findings: &mut Vec<Finding>) {
    let at = |location: Location| {
        let all = operation.parameters.iter();
        all.filter(move |parameter| operation.location(&parameter.name) == location)
    };
    if let (Some(form), Some(json)) = (at(Location::Form).next(), at(Location::Body).next()) {
        let title = format!("{} is in a form, but {} is in a JSON body", form.name, json.name);
        let help =
            format!("a request has one body: write `in: form` for {} too, or another place", json.name);
        findings.push(Finding::error("two-bodies", title).at(&json.at).help(help));
    }
}

/// Checks that no error row has a success status, because the status distinguishes successes from error responses.
fn check_statuses(
    rows: &[ErrorRow],
    service: &Service,
    operation: Option<&Operation>,
    findings: &mut Vec<Finding>,
) {
    let bare = Http::default();
    let http = service.http.as_ref().unwrap_or(&bare);
    if http.refused.is_some() {
        return;
    }
    let is_success = |status: &u16| match operation {
        Some(operation) => operation.is_success(http, *status),
        None => http.is_success(*status),
    };
    for row in rows {
        if let Some(status) = row.status.filter(is_success) {
            let title = format!("an error row has the status {status}, which means success");
            let help = "list the statuses that mean success in service.yaml, e.g. `http: {success: [201]}`, or write \
                        `refused-if` or `refused-unless` there if error responses differ in their content";
            findings.push(Finding::error("status-of-success", title).at(&row.at).help(help));
        }
    }
}

fn check_lister(entity: &Entity, service: &Service, findings: &mut Vec<Finding>) {
    let Some(name) = &entity.listed_by else { return };
    let operations = || service.operations.iter().map(|operation| operation.name.as_str());
    match (service.operation(name), entity.pages.parameter()) {
        (None, _) => findings.push(Finding::unknown_name("operation", name, &entity.at, operations())),
        (Some(lister), Some(pages)) if lister.parameter(pages).is_none() => {
            let known = lister.parameters.iter().map(|parameter| parameter.name.as_str());
            findings.push(Finding::unknown_name("parameter", pages, &entity.at, known));
        }
        _ => {}
    }
}

fn check_maker(entity: &Entity, maker: &Operation, findings: &mut Vec<Finding>) {
    if let Some(name) = entity.named_by.as_ref().filter(|name| maker.parameter(name).is_none()) {
        let known = maker.parameters.iter().map(|parameter| parameter.name.as_str());
        findings.push(Finding::unknown_name("parameter", name, &entity.at, known));
    }
    if let Some(parameter) = entity.named_by.as_ref().and_then(|name| maker.parameter(name)) {
        check_name(entity, parameter, findings);
    }
    let mut elements = maker.response.as_slice();
    for name in entity.id.split('.').filter(|name| !name.is_empty()) {
        match elements.iter().find(|element| element.name == name) {
            Some(element) => elements = element.schema.below(),
            None => {
                let names = elements.iter().map(|element| element.name.as_str());
                findings.push(Finding::unknown_name("response element", name, &entity.at, names));
                return;
            }
        }
    }
    if maker.creates.as_ref() != Some(&entity.name) {
        let title = format!("{} does not declare that it creates `{}`", maker.name, entity.name);
        let help = format!("add `creates: {}` to it", entity.name);
        findings.push(Finding::error("unknown-name", title).at(&entity.at).help(help));
    }
}

/// Checks that a parameter can name what a call creates.
fn check_name(entity: &Entity, parameter: &Member, findings: &mut Vec<Finding>) {
    let what = match () {
        () if parameter.kind() != Type::String => format!("it is {}", parameter.kind().name()),
        () if parameter.required != Required::Yes => "a call can leave it out".to_owned(),
        () => return,
    };
    let title = format!("{} cannot name `{}`: {what}", parameter.name, entity.name);
    let help =
        "a caller names an entity with a required text; otherwise, write where the response has the id";
    findings.push(Finding::error("impossible-rule", title).at(&parameter.at).help(help));
}

/// Returns `true` if a name is a valid file name everywhere, below any folder.
fn is_file_name(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
    name.len() <= 100 && !name.starts_with('.') && name.chars().all(is_plain)
}

/// Checks that operation names are unique: case ids begin with them, so operations of one folder cannot share a name.
fn check_operation_names(specs: &Specs, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<&str, &Operation> = HashMap::new();
    for (_, operation) in specs.operations().filter(|(_, operation)| !operation.name.is_empty()) {
        if let Some(earlier) = seen.get(operation.id.as_str()) {
            let title = format!("operation {} is defined in two files", operation.name);
            findings.push(
                Finding::error("repeated-key", title)
                    .at(&operation.at)
                    .help(format!("first defined in {}", earlier.at.source.name)),
            );
        }
        if !is_file_name(&operation.name) {
            let title = format!("invalid operation name `{}`", operation.name.escape_debug());
            findings.push(Finding::error("operation-name", title).at(&operation.at).help(
                "case files and snapshots have that name: use letters, digits, `.`, `_` and `-`, at most 100 bytes, no leading `.`",
            ));
            continue;
        }
        let file = operation.at.source.name.rsplit('/').next();
        let stem = file.and_then(|name| name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")));
        if stem.is_some_and(|stem| stem != operation.name) {
            let title = format!("the file of {} is called {}", operation.name, operation.at.source.name);
            let help = format!("rename it to {}.yaml", operation.name);
            findings.push(Finding::error("file-name", title).at(&operation.at).help(help));
        }
        seen.entry(&operation.id).or_insert(operation);
    }
}
