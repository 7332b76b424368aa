//! The server side of plain HTTP: routes, parameters from the locations in the spec, envelopes.

use percent_encoding::percent_decode_str;

use crate::digest::base64;
use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{
    Authentication, Circumstance, ErrorRow, Http, Location, Operation, Protocol, RequestFault, Route,
    Service, Type, When,
};

use crate::spec::path::Path;

use crate::server::Reading;
use crate::server::envelope::{Envelope, nested, put_member};
use crate::server::fault::Fault;
use crate::server::form::value_of;
use crate::server::{
    Access, AuthCheck, Call, DEMO, PendingResponse, Raw, Rejection, Reply, Responder, Response, Site,
    operations,
};

/// Plain HTTP.
pub(crate) struct Rest;

impl Responder for Rest {
    fn recognises(&self, site: &Site<'_>, raw: &Raw) -> bool {
        is_meant(site, raw)
    }

    fn respond<'a>(&self, site: &'a Site<'_>, raw: &'a Raw) -> PendingResponse<'a> {
        Box::pin(serve(site, raw))
    }
}

/// Returns `true` if the request belongs to this protocol: there is a service of this protocol, and either one has an
/// operation for the request or all services use this protocol.
fn is_meant(site: &Site<'_>, raw: &Raw) -> bool {
    let services = site.services_of(Protocol::Rest);
    let others = services.len() < site.specs.services.len();
    !services.is_empty() && (!others || find(&services, raw).is_some())
}

async fn serve(site: &Site<'_>, raw: &Raw) -> Response {
    let services = site.services_of(Protocol::Rest);
    let found = find(&services, raw);
    let service = found.as_ref().map(|(service, ..)| *service).or(services.first().copied());
    let http = service.and_then(|service| service.http.clone()).unwrap_or_default();
    let Some((service, operation, labels)) = found else {
        let fault = operations::request_fault(site, service, RequestFault::UnknownAction);
        return rejected(site, &http, None, site.with_wording(Rejection { status: Some(404), ..fault }));
    };
    if let Some(rejection) = not_let_in(site, service, operation, &http, raw) {
        return rejected(site, &http, Some(operation), site.with_wording(rejection));
    }
    let call = |parameters| {
        let (action, version) = (operation.name.clone(), service.version.clone());
        Call { action, version, parameters }
    };
    let (parameters, is_readable) = parameters(operation, &http, raw, labels);
    let of = Some((service, operation));
    let reply = operations::perform_read(site, &services, of, &call(parameters), is_readable).await;
    match reply {
        Reply::Accepted(output) => accepted(site, operation, &http, output),
        Reply::Rejected(rejection) => rejected(site, &http, Some(operation), site.with_wording(rejection)),
        Reply::Crashed => Response::crash(),
    }
}

type Found<'s> = (&'s Service, &'s Operation, Vec<(String, String)>);

/// Returns the operation for a method and path, with the values of the path's labels.
fn find<'s>(services: &[&'s Service], raw: &Raw) -> Option<Found<'s>> {
    let all = services
        .iter()
        .flat_map(|service| service.operations.iter().map(move |operation| (*service, operation)));
    let matching = all.filter_map(|(service, operation)| {
        let route = operation.route.as_ref().filter(|route| route.method == raw.method)?;
        Some((service, operation, labels(route, &raw.path)?))
    });
    // A literal path takes precedence over one with a label in the same place.
    matching.min_by_key(|(.., labels)| labels.len())
}

fn labels(route: &Route, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, received): (Vec<&str>, Vec<&str>) =
        (route.path.split('/').collect(), path.split('/').collect());
    if wanted.len() != received.len() {
        return None;
    }
    let mut labels = Vec::new();
    for (wanted, received) in wanted.into_iter().zip(received) {
        match wanted.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
            None if wanted == received => {}
            None => return None,
            Some((before, (label, after))) => {
                let value = received.strip_prefix(before)?.strip_suffix(after)?;
                labels.push((label.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned()));
            }
        }
    }
    Some(labels)
}

/// Returns the parameters of a call, and `true` if its body can be read; an unreadable body provides no parameters.
fn parameters(
    operation: &Operation,
    http: &Http,
    raw: &Raw,
    labels: Vec<(String, String)>,
) -> (Vec<(String, Json)>, bool) {
    let mut texts: Vec<(String, String)> = labels;
    let is_key = |name: &str| matches!(&http.authentication, Authentication::Query(key) if key == name);
    texts.extend(form_urlencoded::parse(raw.query.as_bytes()).into_owned().filter(|(name, _)| !is_key(name)));
    let content = raw.header("content-type").unwrap_or_default();
    if content.starts_with("application/x-www-form-urlencoded") {
        texts.extend(form_urlencoded::parse(&raw.body).into_owned());
    }
    let cookies: Vec<(&str, &str)> = raw
        .header("cookie")
        .unwrap_or_default()
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
        .collect();
    for parameter in &operation.parameters {
        let value = match operation.location(&parameter.name) {
            Location::Header => raw.header(&parameter.name.to_lowercase()),
            Location::Cookie => {
                cookies.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| *value)
            }
            _ => None,
        };
        texts.extend(value.map(|value| (parameter.name.clone(), value.to_owned())));
    }
    let mut parameters = to_values(operation, texts);
    let has_body =
        operation.parameters.iter().any(|parameter| operation.location(&parameter.name) == Location::Body);
    if has_body {
        let Ok(Json::Object(members)) = Json::read(&raw.body) else { return (parameters, false) };
        parameters.extend(members);
    }
    (parameters, true)
}

/// Converts texts to values of the operation's types. An array takes all values of its name; for other types the first
/// one counts.
fn to_values(operation: &Operation, texts: Vec<(String, String)>) -> Vec<(String, Json)> {
    let mut gathered: Vec<(String, Json)> = Vec::new();
    for (name, text) in texts {
        let kind = operation.parameter(&name).map(|parameter| parameter.schema.kind());
        let value = value_of(operation, &name, text);
        let known = gathered.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value);
        match (known, kind) {
            (Some(Json::List(items)), Some(Type::Array)) => items.push(value),
            (None, Some(Type::Array)) => gathered.push((name, Json::List(vec![value]))),
            (None, _) => gathered.push((name, value)),
            _ => {}
        }
    }
    gathered
}

/// Returns the error response for a caller whose credentials are missing or wrong.
fn not_let_in(
    site: &Site<'_>,
    service: &Service,
    operation: &Operation,
    http: &Http,
    raw: &Raw,
) -> Option<Rejection> {
    let shown = match &http.authentication {
        Authentication::None => return None,
        Authentication::Bearer | Authentication::Basic => raw.header("authorization").map(str::to_owned),
        Authentication::Header(name) => raw.header(&name.to_lowercase()).map(str::to_owned),
        Authentication::Query(name) => form_urlencoded::parse(raw.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned()),
    };
    let wanted = match &http.authentication {
        Authentication::Bearer => format!("Bearer {}", DEMO.secret),
        Authentication::Basic => {
            format!("Basic {}", base64(format!("{}:{}", DEMO.id, DEMO.secret).as_bytes()))
        }
        _ => DEMO.secret.to_owned(),
    };
    let leaves_out = |check: AuthCheck| site.behaviour.breaks(&Fault::NotChecked(check));
    let fault = match shown {
        None if site.behaviour.access == Access::Always && !leaves_out(AuthCheck::Presence) => {
            Circumstance::Unsigned
        }
        Some(shown) if shown != wanted && !leaves_out(AuthCheck::Signature) => Circumstance::WrongSignature,
        _ => return None,
    };
    let rows = || service.rows(operation);
    let of = |circumstance: Circumstance| rows().find(|row| row.when == When::Circumstance(circumstance));
    let is_auth =
        |row: &&ErrorRow| matches!(row.when, When::Circumstance(circumstance) if circumstance.is_auth());
    let row = of(fault).or_else(|| rows().find(is_auth));
    Some(row.map_or_else(Rejection::stray, |row| Rejection {
        status: row.status.or(Some(401)),
        ..Rejection::of(row)
    }))
}

/// Builds a success response; the status is 201 if the operation creates something and the service lists 201 as a
/// success.
fn accepted(site: &Site<'_>, operation: &Operation, http: &Http, output: Json) -> Response {
    let output = site.finish(output);
    let makes = operation.creates.is_some();
    let own = operation.success.as_ref().map(|own| own.statuses.as_slice());
    let status = match own.unwrap_or(&http.success) {
        // Of several statuses, one is as good as another.
        [.., last] if own.is_some() && site.behaviour.has_reading(Reading::LastRowAnswers) => *last,
        [first, ..] if own.is_some() => *first,
        [] if makes => 201,
        [] => 200,
        listed if makes && listed.contains(&201) => 201,
        listed => listed.first().copied().unwrap_or(200),
    };
    let body = match &http.output {
        Some(path) if !site.behaviour.breaks(&Fault::NoEnvelope) => nested(path, output),
        _ => output,
    };
    let mut envelope = Envelope::of(body);
    http.refused.iter().for_each(|sign| envelope.mark(sign, false));
    let headers = [envelope.headers, site.headers(operation)].concat();
    Response { headers, ..Response::of(status, envelope.body, false) }
}

fn rejected(site: &Site<'_>, http: &Http, operation: Option<&Operation>, rejection: Rejection) -> Response {
    // Where the content distinguishes error responses, they have the status of a success unless a row says otherwise.
    let usual = http.refused.as_ref().map_or(400, |_| http.success.first().copied().unwrap_or(200));
    let status = match site.behaviour.fault {
        Some(Fault::RejectionStatus(status)) => status,
        _ => rejection.status.unwrap_or(usual),
    };
    let rejection = match operation {
        Some(operation) if site.behaviour.breaks(&Fault::NamesAnother) => {
            naming_another(operation, rejection)
        }
        _ => rejection,
    };
    let mut envelope = Envelope::of(site.members(&rejection));
    envelope.report(http, &rejection, site.has_member("Message"));
    let is_marked = !site.behaviour.breaks(&Fault::NotMarked);
    http.refused.iter().for_each(|sign| envelope.mark(sign, is_marked));
    let Envelope { mut body, headers, .. } = envelope;
    for path in http.carries.iter().filter(|_| site.has_member("RequestId")) {
        put_member(&mut body, path, site.request_id());
    }
    if site.behaviour.breaks(&Fault::NoEnvelope) {
        body = nested("wrapped", body);
    }
    Response { headers, ..Response::of(status, body, true) }
}

/// Returns the rejection with the name of another parameter than the one at fault.
fn naming_another(operation: &Operation, rejection: Rejection) -> Rejection {
    let Some(breach) = &rejection.breach else { return rejection };
    let other = operation.parameters.iter().find(|other| other.name != breach.at.parameter());
    let breach = other.map(|other| Box::new(Breach { at: Path::member(&other.name), part: breach.part }));
    Rejection { breach: breach.or(rejection.breach), ..rejection }
}
