//! Tencent Cloud's signature v3, TC3-HMAC-SHA256. As the SDK does, the SDK's headers only are signed: `content-type` and
//! `host`.

use super::{Signed, Stamp, canonical_headers};
use crate::digest::{hex, hmac_sha256, sha256_hex};

/// What `Authorization` begins with, and the first line of what is signed.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// `POST` or `GET`
    pub method: &'a str,
    /// The query as it is sent, escaped and in its order.
    pub raw_query: &'a str,
    /// The headers that are signed.
    pub headers: &'a [(String, String)],
    /// The body, or `UNSIGNED-PAYLOAD` in its place.
    pub payload: &'a str,
    /// The product, `dbbrain`.
    pub service: &'a str,
}

/// Signs with a `SecretKey`; the names of the signed headers, joined by semicolons, come with it.
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

/// What a signature holds for: a day and a product.
fn scope(stamp: &Stamp, service: &str) -> String {
    format!("{}/{service}/tc3_request", stamp.date())
}

/// The key that is derived for a day and a product.
pub(super) fn signing_key(date: &str, service: &str, secret: &str) -> Vec<u8> {
    let of_date = hmac_sha256(format!("TC3{secret}").as_bytes(), date);
    hmac_sha256(&hmac_sha256(&of_date, service), "tc3_request")
}

/// The header that carries a signature.
pub fn authorization(id: &str, stamp: &Stamp, service: &str, names: &str, signature: &str) -> String {
    let scope = scope(stamp, service);
    format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
}
