//! The server side of Tencent Cloud API 3.0: common parameters from headers, the others from a JSON body.

use crate::json::Json;
use crate::spec::model::{Codes, Operation, Protocol, Service, When};

use crate::server::address::addressed;
use crate::server::fault::Fault;
use crate::server::form::{combine, pairs, typed};
use crate::server::{
    Call, PendingResponse, Raw, Reading, Rejection, Reply, Responder, Response, Site, auth, operations,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// Parameters of every call with signature v1 that do not belong to the operation.
const SYSTEM: &[&str] = &[
    "Action",
    "Version",
    "Timestamp",
    "Nonce",
    "SecretId",
    "SignatureMethod",
    "Signature",
    "Token",
    "Language",
    "RequestClient",
];

/// Tencent Cloud API 3.0.
pub(crate) struct Tencent3;

impl Responder for Tencent3 {
    fn recognises(&self, site: &Site<'_>, raw: &Raw) -> bool {
        is_meant(site, raw)
    }

    fn respond<'a>(&self, site: &'a Site<'_>, raw: &'a Raw) -> PendingResponse<'a> {
        Box::pin(serve(site, raw))
    }
}

/// Returns `true` if the request belongs to this protocol. With signature v1, a request has neither headers nor a body
/// of its own, so its parameters decide.
fn is_meant(site: &Site<'_>, raw: &Raw) -> bool {
    let services = site.services_of(Protocol::Tencent3);
    let is_ours = |action: &str| services.iter().any(|service| service.operation(action).is_some());
    raw.header("x-tc-action").is_some()
        || pairs(raw).iter().any(|(key, value)| key == "SecretId" || (key == "Action" && is_ours(value)))
}

/// Answers a request, always with status 200.
async fn serve(site: &Site<'_>, raw: &Raw) -> Response {
    let services = site.services_of(Protocol::Tencent3);
    let first = services.first().copied();
    let pairs = pairs(raw);
    if let Err(rejection) = auth::check_tencent(site.guard(), raw, &pairs) {
        return envelope(site, first, Reply::Rejected(rejection));
    }
    let of_call = |name: &str| {
        let header = raw.header(&format!("x-tc-{}", name.to_lowercase()));
        let pair = || pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        header.or_else(pair).map(str::to_owned)
    };
    let action = of_call("Action").unwrap_or_default();
    let version = of_call("Version").unwrap_or_default();
    let any = || first.and_then(|service| Some((service, service.operations.first()?)));
    let found = addressed(&services, &action, &version);
    let found = found.or_else(|| any().filter(|_| site.behaviour.breaks(&Fault::AnyAction)));
    let operation = found.map(|(_, operation)| operation);
    let own = own_parameters(raw, &pairs, operation);
    let is_readable = own.is_some();
    let mut parameters = own.unwrap_or_default();
    for parameter in
        operation.iter().flat_map(|operation| &operation.parameters).filter(|parameter| parameter.common)
    {
        parameters.retain(|(name, _)| *name != parameter.name);
        let value = of_call(&parameter.name);
        parameters.extend(value.map(|value| (parameter.name.clone(), Json::Text(value))));
    }
    let call = Call { action, version, parameters };
    let reply = operations::perform_read(site, &services, found, &call, is_readable).await;
    envelope(site, first, reply)
}

/// Returns the operation's parameters, from a JSON body, or from a query or form whose texts are converted to the
/// operation's types.
fn own_parameters(
    raw: &Raw,
    pairs: &[(String, String)],
    operation: Option<&Operation>,
) -> Option<Vec<(String, Json)>> {
    let is_form = raw.header("content-type").is_some_and(|content| content.starts_with(FORM));
    match raw.method.as_str() {
        "GET" => {}
        "POST" if is_form => {}
        "POST" => {
            return match Json::read(&raw.body) {
                Ok(Json::Object(parameters)) => Some(parameters),
                _ => None,
            };
        }
        _ => return None,
    }
    let own = combine(operation, pairs.iter().filter(|(key, _)| !SYSTEM.contains(&key.as_str())));
    Some(typed(operation, own))
}

fn envelope(site: &Site<'_>, service: Option<&Service>, reply: Reply) -> Response {
    let (status, response, rejection) = match reply {
        Reply::Crashed => return Response::crash(),
        Reply::Accepted(output) => (200, site.finish(output), false),
        Reply::Rejected(rejection) => {
            let status = match site.behaviour.fault {
                Some(Fault::RejectionStatus(status)) => status,
                _ => 200,
            };
            (status, rejected(site, service, site.with_wording(rejection)), true)
        }
    };
    let body = match site.behaviour.breaks(&Fault::NoEnvelope) {
        true => response,
        false => Json::Object(vec![("Response".to_owned(), response)]),
    };
    Response::of(status, body, rejection)
}

fn rejected(site: &Site<'_>, service: Option<&Service>, rejection: Rejection) -> Json {
    let code = match service.filter(|service| has_sub_codes(site, service, &rejection.code)) {
        Some(_) => format!("{}.Detail", rejection.code),
        None => rejection.code,
    };
    let mut error = vec![("Code".to_owned(), Json::Text(code))];
    if site.has_member("Error.Message") {
        error.push(("Message".to_owned(), Json::Text(rejection.message)));
    }
    let mut members = vec![("Error".to_owned(), Json::Object(error))];
    if site.has_member("RequestId") {
        members.push(("RequestId".to_owned(), site.request_id()));
    }
    Json::Object(members)
}

/// Circumstances keep their plain codes, because clients use them to decide whether to retry.
fn has_sub_codes(site: &Site<'_>, service: &Service, code: &str) -> bool {
    let is_circumstance = |when: &When| matches!(when, When::Circumstance(_));
    let mut rows = service.operations.iter().flat_map(|operation| &operation.errors).chain(&service.errors);
    site.behaviour.has_reading(Reading::SubCodes)
        && service.codes == Codes::Hierarchical
        && !rows.any(|row| is_circumstance(&row.when) && row.codes.iter().any(|known| known == code))
}
