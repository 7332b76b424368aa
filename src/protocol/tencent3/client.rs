//! Tencent Cloud API 3.0: POST, parameters as a JSON object, common parameters as `X-TC-…` headers.
//!
//! Follows the vendor's Python SDK (tencentcloud-sdk-python-common 3.1.195).

use crate::json::Json;

use crate::spec::model::{Member, Operation, Service};
use crate::wire::sign::{Form, tc_v1, tc3};
use crate::wire::{
    Call, Client, Reply, Request, Response, Signing, Twist, address, authority, can_encode_in_header,
    flatten, path, query,
};

/// The number of the first member of an array in a query.
const FIRST: usize = 0;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Tencent Cloud API 3.0.
pub(crate) struct Tencent3;

impl Client for Tencent3 {
    fn encode(&self, call: Call<'_>, base: &str) -> Request {
        encode(call, base)
    }

    fn sign(&self, call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
        match signing.form {
            Form::Tc3Get => encode_v3_get(call, base, signing),
            Form::TcV1Sha1 | Form::TcV1Sha256 => encode_v1_get(call, base, signing),
            _ => encode_v3(call, base, signing),
        }
    }

    fn read(&self, _: &Service, _: &Operation, _: &Response, body: Json) -> Reply {
        decode(body)
    }

    fn can_encode(&self, _: &Operation, parameter: &Member, value: &Json) -> bool {
        !parameter.common || can_encode_in_header(value)
    }
}

fn encode(call: Call<'_>, base: &str) -> Request {
    let (common, own) = split_parameters(call);
    Request {
        method: "POST".to_owned(),
        url: address(base, ""),
        headers: of_operation(call, &common, JSON),
        body: match call.twist {
            Some(Twist::Body(body)) => body.clone(),
            _ => Json::Object(own).to_string(),
        },
        variables: Vec::new(),
    }
}

/// Encodes a POST with signature v3, the SDK's default.
fn encode_v3(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    sign_v3(encode(call, base), "", (call, base), signing)
}

/// Encodes a GET with signature v3: parameters are in the query, which is signed as it is sent.
fn encode_v3_get(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    let (common, own) = split_parameters(call);
    let query = query(&flat(&own));
    let headers = of_operation(call, &common, FORM);
    let url = address(base, &query);
    let request =
        Request { method: "GET".to_owned(), url, headers, body: String::new(), variables: Vec::new() };
    sign_v3(request, &query, (call, base), signing)
}

/// Encodes a GET with signature v1: the common parameters are in the query, next to the others.
fn encode_v1_get(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    let hash = if signing.form == Form::TcV1Sha256 { tc_v1::Hash::Sha256 } else { tc_v1::Hash::Sha1 };
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut pairs = vec![
        text("Action", call.action()),
        text("Version", call.version()),
        text("Timestamp", &signing.stamp.seconds.to_string()),
        text("Nonce", &signing.stamp.nonce),
        text("SecretId", signing.key.id.expose()),
        text("SignatureMethod", hash.method()),
    ];
    pairs.extend(signing.key.token.as_ref().map(|token| text("Token", token.expose())));
    pairs.extend(flat(&call.sent()));
    let place = format!("{}{}", authority(base), path(base));
    let signed = tc_v1::sign("GET", &place, &pairs, hash, signing.key.secret.expose());
    pairs.push(text("Signature", &signed.signature));
    Request {
        method: "GET".to_owned(),
        url: address(base, &query(&pairs)),
        headers: vec![text("content-type", FORM)],
        body: String::new(),
        variables: Vec::new(),
    }
}

fn sign_v3(
    mut request: Request,
    raw_query: &str,
    (call, base): (Call<'_>, &str),
    signing: Signing<'_>,
) -> Request {
    let service = &call.service.name;
    let (key, stamp) = (signing.key, signing.stamp);
    request.headers.push(("x-tc-timestamp".to_owned(), stamp.seconds.to_string()));
    if let Some(token) = &key.token {
        request.headers.push(("x-tc-token".to_owned(), token.expose().to_owned()));
    }
    let mut signed: Vec<_> =
        request.headers.iter().filter(|(name, _)| name == "content-type").cloned().collect();
    signed.push(("host".to_owned(), authority(base).to_owned()));
    let material = tc3::Material {
        method: &request.method,
        raw_query,
        headers: &signed,
        payload: &request.body,
        service,
    };
    let (signature, names) = tc3::sign(material, stamp, key.secret.expose());
    let header = tc3::authorization(key.id.expose(), stamp, service, &names, &signature.signature);
    request.headers.push(("authorization".to_owned(), header));
    request
}

type Parameters = Vec<(String, Json)>;

/// Returns the common parameters and the operation's own.
fn split_parameters(call: Call<'_>) -> (Parameters, Parameters) {
    call.sent().into_iter().partition(|(name, _)| call.is_common(name))
}

fn flat(parameters: &[(String, Json)]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in parameters {
        flatten(name, value, FIRST, &mut pairs);
    }
    pairs
}

fn of_operation(call: Call<'_>, common: &[(String, Json)], content: &str) -> Vec<(String, String)> {
    let mut headers = vec![
        ("content-type".to_owned(), content.to_owned()),
        ("x-tc-action".to_owned(), call.action().to_owned()),
        ("x-tc-version".to_owned(), call.version().to_owned()),
    ];
    for (name, value) in common {
        let text = value.as_text().map_or_else(|| value.to_string(), str::to_owned);
        headers.push((format!("x-tc-{}", name.to_lowercase()), text));
    }
    headers
}

/// Reads a response: `Response.Error` marks an error response; the status means nothing.
fn decode(body: Json) -> Reply {
    let Json::Object(members) = body else {
        return Reply::Unreadable("the body is not a JSON object".to_owned());
    };
    let Some((_, response)) = members.into_iter().find(|(name, _)| name == "Response") else {
        return Reply::Unreadable("the body has no `Response`".to_owned());
    };
    let Some(error) = response.get("Error") else {
        return match response {
            Json::Object(_) => Reply::Accepted(response),
            other => Reply::Unreadable(format!("`Response` is {}, not an object", other.kind())),
        };
    };
    match error.get("Code").and_then(Json::as_text) {
        Some(code) => Reply::Rejected {
            code: code.to_owned(),
            message: error.get("Message").and_then(Json::as_text).map(str::to_owned),
            field: None,
            further: Vec::new(),
            body: response,
        },
        None => Reply::Unreadable("an error response without `Response.Error.Code`".to_owned()),
    }
}
