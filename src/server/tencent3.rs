//! Tencent Cloud API 3.0, the server's side: common parameters from headers, the others from a JSON body.

use crate::json::Json;
use crate::spec::model::{Protocol, RequestFault, Service, Specs};

use super::operations;
use super::store::Store;
use super::{Call, Raw, Reply, speaking};

/// Answers a request. Every answer has the status 200.
pub fn serve(
    specs: &Specs,
    store: &Store,
    raw: &Raw,
    header: &impl Fn(&str) -> Option<String>,
) -> (u16, Json) {
    let services: Vec<&Service> = speaking(specs, Protocol::Tencent3).collect();
    let action = header("x-tc-action").unwrap_or_default();
    let version = header("x-tc-version").unwrap_or_default();
    let reply = match (raw.method.as_str(), Json::read(raw.body.as_bytes())) {
        ("POST", Ok(Json::Object(mut parameters))) => {
            let operation = services.iter().find_map(|service| service.operation(&action));
            let common =
                operation.into_iter().flat_map(|operation| &operation.parameters).filter(|each| each.common);
            for parameter in common {
                let value = header(&format!("x-tc-{}", parameter.name.to_lowercase()));
                parameters.extend(value.map(|value| (parameter.name.clone(), Json::Text(value))));
            }
            let call = Call { action, version, parameters };
            operations::perform(services.iter().copied(), specs, store, &call)
        }
        _ => Reply::Refused(operations::request_fault(
            services.first().copied(),
            specs,
            RequestFault::Malformed,
        )),
    };
    (200, envelope(store, reply))
}

fn envelope(store: &Store, reply: Reply) -> Json {
    let response = match reply {
        Reply::Accepted(output) => output,
        Reply::Refused(refusal) => Json::Object(vec![
            (
                "Error".to_owned(),
                Json::Object(vec![
                    ("Code".to_owned(), Json::Text(refusal.code)),
                    ("Message".to_owned(), Json::Text(refusal.message)),
                ]),
            ),
            ("RequestId".to_owned(), Json::Text(store.request_id())),
        ]),
    };
    Json::Object(vec![("Response".to_owned(), response)])
}
