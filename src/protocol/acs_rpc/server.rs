//! The server side of Alibaba Cloud's RPC style: parameters from the query and from a form body.

use crate::json::Json;
use crate::spec::model::{Protocol, RequestFault};

use crate::server::address::addressed;
use crate::server::fault::Fault;
use crate::server::form::{combine, pairs, typed};
use crate::server::{
    Call, PendingResponse, Raw, Reading, Rejection, Reply, Responder, Response, Site, auth, operations,
};

/// Parameters of every call that do not belong to the operation.
const SYSTEM: &[&str] = &[
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
    "SignatureType",
    "Timestamp",
    "RegionId",
    "SecurityToken",
];

/// Alibaba Cloud's RPC style.
pub(crate) struct AcsRpc;

impl Responder for AcsRpc {
    fn recognises(&self, _: &Site<'_>, raw: &Raw) -> bool {
        raw.header("x-acs-action").is_some()
    }

    fn respond<'a>(&self, site: &'a Site<'_>, raw: &'a Raw) -> PendingResponse<'a> {
        Box::pin(serve(site, raw))
    }
}

async fn serve(site: &Site<'_>, raw: &Raw) -> Response {
    let mut pairs = pairs(raw);
    if site.behaviour.has_reading(Reading::LastOfRepeatedCounts) {
        pairs.reverse();
    }
    let system = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let header = |name: &str| raw.header(name).map(str::to_owned);
    let services = site.services_of(Protocol::AcsRpc);
    let action = header("x-acs-action").or_else(|| system("Action")).unwrap_or_default();
    let version = header("x-acs-version").or_else(|| system("Version")).unwrap_or_default();
    let operation = addressed(&services, &action, &version).map(|(_, operation)| operation);
    // A page may list a system parameter as its own, usually `RegionId`.
    let is_listed = |key: &str| operation.is_some_and(|operation| operation.parameter(key).is_some());
    let is_own = |key: &str| !SYSTEM.contains(&key) || is_listed(key);
    let own = combine(operation, pairs.iter().filter(|(key, _)| is_own(key)));
    let call = Call { action, version, parameters: typed(operation, own) };
    let reply = match raw.method.as_str() {
        "GET" | "POST" if let Err(rejection) = auth::check_acs(site.guard(), raw, &pairs) => {
            Reply::Rejected(rejection)
        }
        "GET" | "POST" => operations::perform(site, &services, &call).await,
        _ => {
            let service = services.first().copied();
            Reply::Rejected(operations::request_fault(site, service, RequestFault::Malformed))
        }
    };
    match reply {
        Reply::Accepted(output) => Response::of(200, site.finish(output), false),
        Reply::Rejected(rejection) => rejected(site, site.with_wording(rejection)),
        Reply::Crashed => Response::crash(),
    }
}

fn rejected(site: &Site<'_>, rejection: Rejection) -> Response {
    let status = match site.behaviour.fault {
        Some(Fault::RejectionStatus(status)) => status,
        _ => rejection.status.unwrap_or(400),
    };
    let text = |text: &str| Json::Text(text.to_owned());
    let mut members =
        vec![("HostId".to_owned(), text("127.0.0.1")), ("Code".to_owned(), Json::Text(rejection.code))];
    if site.has_member("RequestId") {
        members.insert(0, ("RequestId".to_owned(), site.request_id()));
    }
    if site.has_member("Message") {
        members.push(("Message".to_owned(), Json::Text(rejection.message)));
    }
    if site.behaviour.breaks(&Fault::NoEnvelope) {
        members = vec![("error".to_owned(), Json::Object(members))];
    }
    Response::of(status, Json::Object(members), true)
}
