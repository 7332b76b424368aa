//! Tencent Cloud API 3.0, the server's side: common parameters from headers, the others from a JSON body.

use crate::json::Json;
use crate::spec::model::{Codes, Protocol, RequestFault, Service, When};

use super::fault::Fault;
use super::operations;
use super::reading::Reading;
use super::{Answer, Call, Raw, Refusal, Reply, Site};

/// Answers a request. Every answer has the status 200.
pub async fn serve(site: &Site<'_>, raw: &Raw, header: &impl Fn(&str) -> Option<String>) -> Answer {
    let services = site.speaking(Protocol::Tencent3);
    let action = header("x-tc-action").unwrap_or_default();
    let version = header("x-tc-version").unwrap_or_default();
    let reply = match (raw.method.as_str(), Json::read(raw.body.as_bytes())) {
        ("POST", Ok(Json::Object(mut parameters))) => {
            let any = || services.first().and_then(|service| service.operations.first());
            let operation = services.iter().find_map(|service| service.operation(&action));
            let operation = operation.or_else(|| any().filter(|_| site.behaviour.breaks(&Fault::AnyAction)));
            let common =
                operation.into_iter().flat_map(|operation| &operation.parameters).filter(|each| each.common);
            for parameter in common {
                // What the request was addressed by is judged apart from the rules.
                let fixed = match parameter.name.as_str() {
                    "Action" => operation.map(|operation| operation.name.clone()),
                    "Version" => services.first().map(|service| service.version.clone()),
                    name => header(&format!("x-tc-{}", name.to_lowercase())),
                };
                parameters.extend(fixed.map(|value| (parameter.name.clone(), Json::Text(value))));
            }
            operations::perform(site, &services, &Call { action, version, parameters }).await
        }
        _ if site.behaviour.breaks(&Fault::UnreadableAccepted) => Reply::Accepted(Json::Object(Vec::new())),
        _ => Reply::Refused(unreadable(site, services.first().copied())),
    };
    answer(site, services.first().copied(), reply)
}

fn unreadable(site: &Site<'_>, service: Option<&Service>) -> Refusal {
    operations::request_fault(site, service, RequestFault::Malformed)
}

fn answer(site: &Site<'_>, service: Option<&Service>, reply: Reply) -> Answer {
    let (status, response, refusal) = match reply {
        Reply::Crashed => return Answer::crash(),
        Reply::Accepted(output) => (200, site.finished(output), false),
        Reply::Refused(refusal) => {
            let status = match site.behaviour.fault {
                Some(Fault::RefusalStatus(status)) => status,
                _ => 200,
            };
            (status, refused(site, service, site.worded(refusal)), true)
        }
    };
    let body = match site.behaviour.breaks(&Fault::NoEnvelope) {
        true => response,
        false => Json::Object(vec![("Response".to_owned(), response)]),
    };
    Answer { status, body, refusal }
}

fn refused(site: &Site<'_>, service: Option<&Service>, refusal: Refusal) -> Json {
    let code = match service.filter(|service| has_sub_codes(site, service, &refusal.code)) {
        Some(_) => format!("{}.Detail", refusal.code),
        None => refusal.code,
    };
    let mut error = vec![("Code".to_owned(), Json::Text(code))];
    if site.gives("Error.Message") {
        error.push(("Message".to_owned(), Json::Text(refusal.message)));
    }
    let mut members = vec![("Error".to_owned(), Json::Object(error))];
    if site.gives("RequestId") {
        members.push(("RequestId".to_owned(), site.request_id()));
    }
    Json::Object(members)
}

/// Circumstances keep their plain codes: clients decide by them whether to call again.
fn has_sub_codes(site: &Site<'_>, service: &Service, code: &str) -> bool {
    let is_circumstance = |when: &When| matches!(when, When::Circumstance(_));
    let mut rows = service.operations.iter().flat_map(|operation| &operation.errors).chain(&service.errors);
    site.behaviour.reads(Reading::SubCodes)
        && service.codes == Codes::Hierarchical
        && !rows.any(|row| is_circumstance(&row.when) && row.codes.iter().any(|known| known == code))
}
