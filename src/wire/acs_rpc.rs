//! Alibaba Cloud's RPC style: POST, everything in the query, members of an array as `Name.1`, `Name.2`.
//!
//! From the vendor's Python SDK (alibabacloud-tea-openapi 0.4.6). Operation and version travel twice, as the SDK's V1
//! form sends them: in the query, and in the headers of the V3 form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::json::Json;

use super::{Call, Reply, Request, address};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn encode(call: Call<'_>, base: &str) -> Request {
    let mut query = vec![
        ("Action".to_owned(), call.action().to_owned()),
        ("Version".to_owned(), call.version().to_owned()),
        ("Format".to_owned(), "JSON".to_owned()),
    ];
    for (name, value) in call.sent() {
        flatten(&name, &value, &mut query);
    }
    let query: Vec<String> =
        query.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    Request {
        method: "POST".to_owned(),
        url: address(base, &query.join("&")),
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("x-acs-action".to_owned(), call.action().to_owned()),
            ("x-acs-version".to_owned(), call.version().to_owned()),
            ("content-length".to_owned(), "0".to_owned()),
        ],
        body: String::new(),
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn flatten(name: &str, value: &Json, query: &mut Vec<(String, String)>) {
    match value {
        Json::Null => {}
        Json::Text(text) => query.push((name.to_owned(), text.clone())),
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{name}.{}", index + 1), item, query);
            }
        }
        Json::Object(members) => {
            for (key, member) in members {
                flatten(&format!("{name}.{key}"), member, query);
            }
        }
        scalar => query.push((name.to_owned(), scalar.to_string())),
    }
}

/// A status of 400 and more is a refusal; the SDK takes any other for a success, whatever the body says.
pub(super) fn decode(status: u16, body: Json) -> Reply {
    if (300..400).contains(&status) {
        return Reply::Unreadable("a redirect".to_owned());
    }
    if status < 300 {
        return Reply::Accepted(body);
    }
    match body.get("Code").and_then(Json::as_text) {
        Some(code) => Reply::Refused {
            code: code.to_owned(),
            message: body.get("Message").and_then(Json::as_text).map(str::to_owned),
            body,
        },
        None => Reply::Unreadable("a refusal without `Code`".to_owned()),
    }
}
