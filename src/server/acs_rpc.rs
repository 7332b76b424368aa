//! Alibaba Cloud's RPC style, the server's side: parameters from the query and from a form body.

use crate::json::Json;
use crate::spec::model::{Protocol, RequestFault, Specs};

use super::operations;
use super::store::Store;
use super::{Call, Raw, Refusal, Reply, speaking};

/// Parameters of every call that are no parameters of the operation.
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

/// Answers a request.
pub fn serve(
    specs: &Specs,
    store: &Store,
    raw: &Raw,
    header: &impl Fn(&str) -> Option<String>,
) -> (u16, Json) {
    let mut pairs: Vec<(String, String)> =
        form_urlencoded::parse(raw.query.as_bytes()).into_owned().collect();
    if raw.content_type.starts_with("application/x-www-form-urlencoded") {
        pairs.extend(form_urlencoded::parse(raw.body.as_bytes()).into_owned());
    }
    let system = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let call = Call {
        action: header("x-acs-action").or_else(|| system("Action")).unwrap_or_default(),
        version: header("x-acs-version").or_else(|| system("Version")).unwrap_or_default(),
        parameters: gather(pairs.iter().filter(|(key, _)| !SYSTEM.contains(&key.as_str()))),
    };
    let services = || speaking(specs, Protocol::AcsRpc);
    let reply = match raw.method.as_str() {
        "GET" | "POST" => operations::perform(services(), specs, store, &call),
        _ => Reply::Refused(operations::request_fault(services().next(), specs, RequestFault::Malformed)),
    };
    match reply {
        Reply::Accepted(output) => (200, output),
        Reply::Refused(refusal) => (refusal.status.unwrap_or(400), error(store, refusal)),
    }
}

fn error(store: &Store, refusal: Refusal) -> Json {
    let text = |text: &str| Json::Text(text.to_owned());
    Json::Object(vec![
        ("RequestId".to_owned(), Json::Text(store.request_id())),
        ("HostId".to_owned(), text("127.0.0.1")),
        ("Code".to_owned(), Json::Text(refusal.code)),
        ("Message".to_owned(), Json::Text(refusal.message)),
    ])
}

/// Joins `Name.1`, `Name.2`… to a list; of a repeated parameter the first counts.
fn gather<'p>(pairs: impl Iterator<Item = &'p (String, String)>) -> Vec<(String, Json)> {
    let mut lists: Vec<(String, Vec<(u32, Json)>)> = Vec::new();
    let mut parameters: Vec<(String, Json)> = Vec::new();
    for (key, value) in pairs {
        let indexed = key.rsplit_once('.').and_then(|(name, index)| Some((name, index.parse().ok()?)));
        match indexed {
            Some((name, index)) => match lists.iter_mut().find(|(known, _)| known == name) {
                Some((_, items)) => items.push((index, Json::Text(value.clone()))),
                None => lists.push((name.to_owned(), vec![(index, Json::Text(value.clone()))])),
            },
            None if parameters.iter().any(|(known, _)| known == key) => {}
            None => parameters.push((key.clone(), Json::Text(value.clone()))),
        }
    }
    for (name, mut items) in lists {
        items.sort_by_key(|(index, _)| *index);
        parameters.push((name, Json::List(items.into_iter().map(|(_, item)| item).collect())));
    }
    parameters
}
