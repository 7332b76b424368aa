//! Tencent Cloud's signature v3, TC3-HMAC-SHA256. As in the SDK, only the headers `content-type` and `host` are signed.

use super::{Signed, Stamp, canonical_headers};
use crate::digest::{hex, hmac_sha256, sha256_hex};

/// The beginning of the `Authorization` header, and the first line of the string to sign.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The parts of a request that are signed.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The method: `POST` or `GET`.
    pub method: &'a str,
    /// The query as it is sent, escaped and in the order of sending.
    pub raw_query: &'a str,
    /// The signed headers.
    pub headers: &'a [(String, String)],
    /// The body, or `UNSIGNED-PAYLOAD` instead.
    pub payload: &'a str,
    /// The product, e.g. `dbbrain`.
    pub service: &'a str,
}

/// Signs with a `SecretKey`; returns the signature and the names of the signed headers, joined by semicolons.
pub fn sign(material: Material<'_>, stamp: &Stamp, secret: &str) -> (Signed, String) {
    let (headers, names) = canonical_headers(material.headers, str::to_lowercase);
    let hash = sha256_hex(material.payload.as_bytes());
    let canonical = [material.method, "/", material.raw_query, &headers, &names, &hash].join("\n");
    let scope = scope(stamp, material.service);
    let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{}", stamp.seconds, sha256_hex(canonical.as_bytes()));
    let key = signing_key(&stamp.date(), material.service, secret);
    let signature = hex(&hmac_sha256(&key, &to_sign));
    (Signed { canonical, to_sign, signature }, names)
}

/// Returns the scope of a signature: a day and a product.
fn scope(stamp: &Stamp, service: &str) -> String {
    format!("{}/{service}/tc3_request", stamp.date())
}

/// Derives the key for a day and a product.
pub(super) fn signing_key(date: &str, service: &str, secret: &str) -> Vec<u8> {
    let of_date = hmac_sha256(format!("TC3{secret}").as_bytes(), date);
    hmac_sha256(&hmac_sha256(&of_date, service), "tc3_request")
}

/// Returns the value of the header that carries a signature.
pub fn authorization(id: &str, stamp: &Stamp, service: &str, names: &str, signature: &str) -> String {
    let scope = scope(stamp, service);
    format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
}
