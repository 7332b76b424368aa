//! Alibaba Cloud's RPC style: POST, everything in the query, members of an array as `Name.1`, `Name.2`.
//!
//! Follows the vendor's Python SDK (alibabacloud-tea-openapi 0.4.6). Operation and version are sent twice, in both
//! places that the SDK uses: in the query (as in its V1 form) and in the headers of the V3 form.

use crate::digest::sha256_hex;
use crate::json::Json;

use crate::spec::model::{Member, Operation, Service};
use crate::wire::sign::{Form, acs3, rpc_v1};
use crate::wire::{
    Call, Client, QUERY_VALUE, Reply, Request, Response, Signing, address, authority, can_encode_in_query,
    flatten, path, query,
};

/// The number of the first member of an array.
const FIRST: usize = 1;

/// Alibaba Cloud's RPC style.
pub(crate) struct AcsRpc;

impl Client for AcsRpc {
    fn encode(&self, call: Call<'_>, base: &str) -> Request {
        encode(call, base)
    }

    fn sign(&self, call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
        match signing.form {
            Form::RpcV1 => encode_v1(call, base, signing),
            _ => encode_v3(call, base, signing),
        }
    }

    /// A status of 400 or above is an error response. The SDK treats any other status as a success, whatever the body
    /// says.
    fn read(&self, _: &Service, _: &Operation, response: &Response, body: Json) -> Reply {
        if response.status < 300 {
            return Reply::Accepted(body);
        }
        match body.get("Code").and_then(Json::as_text) {
            Some(code) => Reply::Rejected {
                code: code.to_owned(),
                message: body.get("Message").and_then(Json::as_text).map(str::to_owned),
                field: None,
                further: Vec::new(),
                body,
            },
            None => Reply::Unreadable("an error response without `Code`".to_owned()),
        }
    }

    /// The gateway sometimes returns an error with a success status, and the SDK, which goes by the status, treats it
    /// as a success. If the page lists a response element of this name, it is an element like any other.
    fn error_in_success<'j>(&self, operation: &Operation, output: &'j Json) -> Option<&'j str> {
        const CODE: &str = "Code";
        let is_listed = operation.response.iter().any(|element| element.name == CODE);
        output.get(CODE).filter(|_| !is_listed).and_then(Json::as_text)
    }

    fn can_encode(&self, _: &Operation, parameter: &Member, value: &Json) -> bool {
        can_encode_in_query(parameter, value)
    }

    fn can_name(&self, _: &Operation, _: &Member, id: &Json) -> bool {
        id.to_string().len() <= QUERY_VALUE
    }
}

fn encode(call: Call<'_>, base: &str) -> Request {
    let mut pairs = vec![
        ("Action".to_owned(), call.action().to_owned()),
        ("Version".to_owned(), call.version().to_owned()),
        ("Format".to_owned(), "JSON".to_owned()),
    ];
    pairs.extend(parameters(call));
    post(base, &pairs, of_operation(call))
}

/// Encodes a call as the SDK sends it: the operation in the headers, its parameters in the query.
fn encode_v3(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    let pairs = parameters(call);
    let hash = sha256_hex(b"");
    let mut headers = of_operation(call);
    headers.push(("x-acs-date".to_owned(), signing.stamp.iso()));
    headers.push(("x-acs-signature-nonce".to_owned(), signing.stamp.nonce.clone()));
    headers.push(("x-acs-content-sha256".to_owned(), hash.clone()));
    if let Some(token) = &signing.key.token {
        headers.push(("x-acs-accesskey-id".to_owned(), signing.key.id.expose().to_owned()));
        headers.push(("x-acs-security-token".to_owned(), token.expose().to_owned()));
    }
    // The HTTP library adds the length and the host itself; of the two, only the host is signed.
    let mut signed: Vec<_> = headers.iter().filter(|(name, _)| name != "content-length").cloned().collect();
    signed.push(("host".to_owned(), authority(base).to_owned()));
    let path = path(base);
    let material =
        acs3::Material { method: "POST", path: &path, query: &pairs, headers: &signed, body_hash: &hash };
    let (signature, names) = acs3::sign(material, signing.key.secret.expose());
    let authorization = acs3::authorization(signing.key.id.expose(), &names, &signature.signature);
    headers.push(("authorization".to_owned(), authorization));
    post(base, &pairs, headers)
}

/// Encodes a call as the SDK sends it with `signature_algorithm='v2'`: everything is in the query, and the headers
/// carry only what is not signed.
fn encode_v1(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut pairs = vec![
        text("Action", call.action()),
        text("Version", call.version()),
        text("Format", "JSON"),
        text("AccessKeyId", signing.key.id.expose()),
        text("SignatureMethod", "HMAC-SHA1"),
        text("SignatureVersion", "1.0"),
        text("SignatureNonce", &signing.stamp.nonce),
        text("Timestamp", &signing.stamp.iso()),
    ];
    pairs.extend(signing.key.token.as_ref().map(|token| text("SecurityToken", token.expose())));
    pairs.extend(parameters(call));
    let signed = rpc_v1::sign("POST", &pairs, signing.key.secret.expose());
    pairs.push(text("Signature", &signed.signature));
    post(base, &pairs, of_operation(call))
}

fn parameters(call: Call<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in call.sent() {
        flatten(&name, &value, FIRST, &mut pairs);
    }
    pairs
}

fn of_operation(call: Call<'_>) -> Vec<(String, String)> {
    vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("x-acs-action".to_owned(), call.action().to_owned()),
        ("x-acs-version".to_owned(), call.version().to_owned()),
        ("content-length".to_owned(), "0".to_owned()),
    ]
}

fn post(base: &str, pairs: &[(String, String)], headers: Vec<(String, String)>) -> Request {
    Request {
        method: "POST".to_owned(),
        url: address(base, &query(pairs)),
        headers,
        body: String::new(),
        variables: Vec::new(),
    }
}
