//! Alibaba Cloud's signature V3, ACS3-HMAC-SHA256 (help.aliyun.com/document_detail/159972.htm).

use super::{Signed, canonical_headers, canonical_query};
use crate::digest::{hex, hmac_sha256, sha256_hex};

/// The beginning of the `Authorization` header, and the first line of the string to sign.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The parts of a request that are signed.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The method, e.g. `POST`.
    pub method: &'a str,
    /// The path, e.g. `/`.
    pub path: &'a str,
    /// Keys and values, not escaped.
    pub query: &'a [(String, String)],
    /// The signed headers, including `host`.
    pub headers: &'a [(String, String)],
    /// The SHA-256 of the body, in hexadecimal.
    pub body_hash: &'a str,
}

/// Signs with an `AccessKeySecret`; returns the signature and the names of the signed headers, joined by semicolons.
pub fn sign(material: Material<'_>, secret: &str) -> (Signed, String) {
    let query = canonical_query(material.query);
    let (headers, names) = canonical_headers(material.headers, str::to_owned);
    let canonical = [material.method, material.path, &query, &headers, &names, material.body_hash].join("\n");
    let to_sign = format!("{ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()));
    let signature = hex(&hmac_sha256(secret.as_bytes(), &to_sign));
    (Signed { canonical, to_sign, signature }, names)
}

/// Returns the value of the header that carries a signature.
pub fn authorization(id: &str, names: &str, signature: &str) -> String {
    format!("{ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}")
}
