//! The vendors' known results, byte for byte: created by the official SDKs or printed in their documentation.

use serde_json::Value;

use super::*;
use crate::digest::{hex, sha256_hex};

const VECTORS: &str = include_str!("../../../tests/data/signature_vectors.json");

fn vectors(scheme: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let of_scheme = |vector: &&Value| vector["scheme"].as_str().unwrap().starts_with(scheme);
    all["vectors"].as_array().unwrap().iter().filter(of_scheme).cloned().collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().unwrap().iter();
    members.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn every_vector_belongs_to_a_tested_form() {
    let number = |scheme| vectors(scheme).len();
    let of_forms = [
        number("alibaba-acs3-hmac-sha256"),
        number("alibaba-rpc-v1-hmac-sha1"),
        number("tencent-tc3-hmac-sha256"),
        number("tencent-v1-hmac"),
    ];
    assert_eq!(of_forms, [15, 10, 11, 6]);
    assert_eq!(number(""), 42);
}

#[test]
fn acs3_canonical_request_string_to_sign_signature_and_header() {
    for vector in vectors("alibaba-acs3-hmac-sha256") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let material = acs3::Material {
            method: text(input, "method"),
            path: text(input, "path"),
            query: &pairs(&input["query"]),
            headers: &pairs(&input["headers"]),
            body_hash: &sha256_hex(text(input, "body").as_bytes()),
        };
        let (signed, names) = acs3::sign(material, text(input, "access_key_secret"));
        let header = acs3::authorization(text(input, "access_key_id"), &names, &signed.signature);
        assert_eq!(signed.canonical, text(expected, "canonical_request"), "{}", vector["id"]);
        assert_eq!(signed.to_sign, text(expected, "string_to_sign"), "{}", vector["id"]);
        assert_eq!(signed.signature, text(expected, "signature"), "{}", vector["id"]);
        assert_eq!(header, text(expected, "authorization"), "{}", vector["id"]);
    }
}

#[test]
fn rpc_v1_canonical_query_string_to_sign_and_signature() {
    for vector in vectors("alibaba-rpc-v1-hmac-sha1") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let parameters = pairs(&input["signed_params"]);
        let signed = rpc_v1::sign(text(input, "method"), &parameters, text(input, "access_key_secret"));
        assert_eq!(signed.canonical, text(expected, "canonical_query"), "{}", vector["id"]);
        assert_eq!(signed.to_sign, text(expected, "string_to_sign"), "{}", vector["id"]);
        assert_eq!(signed.signature, text(expected, "signature"), "{}", vector["id"]);
    }
}

#[test]
fn tc3_canonical_request_string_to_sign_derived_key_signature_and_header() {
    for vector in vectors("tencent-tc3-hmac-sha256") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let stamp = Stamp { seconds: input["timestamp"].as_i64().unwrap(), nonce: String::new() };
        let signed_names: Vec<&str> = text(expected, "signed_headers").split(';').collect();
        let headers: Vec<_> = pairs(&input["headers"])
            .into_iter()
            .filter(|(name, _)| signed_names.contains(&name.to_lowercase().as_str()))
            .collect();
        let unsigned = pairs(&input["headers"]).iter().any(|(_, value)| value == "UNSIGNED-PAYLOAD");
        let material = tc3::Material {
            method: text(input, "method"),
            raw_query: text(input, "raw_query"),
            headers: &headers,
            payload: if unsigned { "UNSIGNED-PAYLOAD" } else { text(input, "body") },
            service: text(input, "service"),
        };
        let secret = text(input, "secret_key");
        let (signed, names) = tc3::sign(material, &stamp, secret);
        let header =
            tc3::authorization(text(input, "secret_id"), &stamp, material.service, &names, &signed.signature);
        let key = tc3::signing_key(&stamp.date(), material.service, secret);
        assert_eq!(stamp.date(), text(input, "date"), "{}", vector["id"]);
        assert_eq!(signed.canonical, text(expected, "canonical_request"), "{}", vector["id"]);
        assert_eq!(signed.to_sign, text(expected, "string_to_sign"), "{}", vector["id"]);
        assert_eq!(hex(&key), text(expected, "signing_key_hex"), "{}", vector["id"]);
        assert_eq!(signed.signature, text(expected, "signature"), "{}", vector["id"]);
        assert_eq!(header, text(expected, "authorization"), "{}", vector["id"]);
    }
}

#[test]
fn tencent_v1_string_to_sign_and_signature() {
    for vector in vectors("tencent-v1-hmac") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let hash = match text(&vector, "scheme") {
            "tencent-v1-hmacsha256" => tc_v1::Hash::Sha256,
            _ => tc_v1::Hash::Sha1,
        };
        let signed = tc_v1::sign(
            text(input, "method"),
            &format!("{}/", text(input, "host")),
            &pairs(&input["signed_params"]),
            hash,
            text(input, "secret_key"),
        );
        assert_eq!(signed.to_sign, text(expected, "string_to_sign"), "{}", vector["id"]);
        assert_eq!(signed.signature, text(expected, "signature"), "{}", vector["id"]);
    }
}

#[test]
fn time_is_written_in_utc() {
    let stamp = Stamp { seconds: 1_767_323_045, nonce: String::new() };
    assert_eq!(stamp.iso(), "2026-01-02T03:04:05Z");
    assert_eq!(stamp.date(), "2026-01-02");
}

#[test]
fn secret_is_not_shown_even_if_a_target_echoes_it() {
    assert_eq!(format!("{:?}", Secret::new("hunter2-hunter2")), "Secret(…)");
    let mut hidden = Hidden::default();
    hidden.hide("p+ss/word", "$SECRET");
    assert_eq!(hidden.clean("a=p+ss/word&b=p%2Bss%2Fword"), "a=$SECRET&b=$SECRET");
}
