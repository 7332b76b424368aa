//! Tencent Cloud API 3.0: POST, parameters as a JSON object, common parameters as `X-TC-…` headers.
//!
//! From the vendor's Python SDK (tencentcloud-sdk-python-common 3.1.195).

use crate::json::Json;

use super::{Call, Reply, Request, Twist, address};

pub(super) fn encode(call: Call<'_>, base: &str) -> Request {
    let (common, own): (Vec<_>, Vec<_>) = call.sent().into_iter().partition(|(name, _)| call.is_common(name));
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-tc-action".to_owned(), call.action().to_owned()),
        ("x-tc-version".to_owned(), call.version().to_owned()),
    ];
    for (name, value) in common {
        let text = value.as_text().map_or_else(|| value.to_string(), str::to_owned);
        headers.push((format!("x-tc-{}", name.to_lowercase()), text));
    }
    Request {
        method: "POST".to_owned(),
        url: address(base, ""),
        headers,
        body: match call.twist {
            Some(Twist::Body(body)) => body.clone(),
            _ => Json::Object(own).to_string(),
        },
    }
}

/// `Response.Error` tells a refusal from a success; the status tells nothing.
pub(super) fn decode(body: Json) -> Reply {
    let Json::Object(members) = body else {
        return Reply::Unreadable("the body is no JSON object".to_owned());
    };
    let Some((_, response)) = members.into_iter().find(|(name, _)| name == "Response") else {
        return Reply::Unreadable("the body has no `Response`".to_owned());
    };
    let Some(error) = response.get("Error") else {
        return match response {
            Json::Object(_) => Reply::Accepted(response),
            other => Reply::Unreadable(format!("`Response` is {} and no object", other.kind())),
        };
    };
    match error.get("Code").and_then(Json::as_text) {
        Some(code) => Reply::Refused {
            code: code.to_owned(),
            message: error.get("Message").and_then(Json::as_text).map(str::to_owned),
            body: response,
        },
        None => Reply::Unreadable("a refusal without `Response.Error.Code`".to_owned()),
    }
}
