//! Alibaba Cloud's signature V3, ACS3-HMAC-SHA256 (help.aliyun.com/document_detail/159972.htm).

use super::{Signed, canonical_headers};
use crate::digest::{hex, hmac_sha256, sha256_hex};
use crate::wire::escape;

/// What `Authorization` begins with, and the first line of what is signed.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// `POST`
    pub method: &'a str,
    /// `/`
    pub path: &'a str,
    /// Keys and values, neither escaped.
    pub query: &'a [(String, String)],
    /// The headers that are signed, `host` among them.
    pub headers: &'a [(String, String)],
    /// The body's SHA-256, in hexadecimal.
    pub body_hash: &'a str,
}

/// Signs with an `AccessKeySecret`; the names of the signed headers, joined by semicolons, come with it.
pub fn sign(material: Material<'_>, secret: &str) -> (Signed, String) {
    let mut query: Vec<&(String, String)> = material.query.iter().collect();
    query.sort();
    let query: Vec<String> =
        query.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    let (headers, names) = canonical_headers(material.headers, str::to_owned);
    let canonical =
        [material.method, material.path, &query.join("&"), &headers, &names, material.body_hash].join("\n");
    let to_sign = format!("{ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()));
    let signature = hex(&hmac_sha256(secret.as_bytes(), &to_sign));
    (Signed { canonical, to_sign, signature }, names)
}

/// The header that carries a signature.
pub fn authorization(id: &str, names: &str, signature: &str) -> String {
    format!("{ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}")
}
