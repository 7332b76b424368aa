//! Tencent Cloud's signature v1, HmacSHA1 and HmacSHA256: parameters sorted by key, values not escaped.

use super::Signed;
use crate::digest::{base64, hmac_sha1, hmac_sha256};

/// The hash function of a signature v1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// `HmacSHA1`
    Sha1,
    /// `HmacSHA256`
    Sha256,
}

impl Hash {
    /// Returns the value of `SignatureMethod`.
    pub fn method(self) -> &'static str {
        match self {
            Self::Sha1 => "HmacSHA1",
            Self::Sha256 => "HmacSHA256",
        }
    }
}

/// Signs parameters with a `SecretKey`. `place` is the request's host, with its port if `Host` has one, followed by its
/// path.
pub fn sign(method: &str, place: &str, parameters: &[(String, String)], hash: Hash, secret: &str) -> Signed {
    let mut sorted: Vec<(String, &str)> =
        parameters.iter().map(|(key, value)| (key.replace('_', "."), value.as_str())).collect();
    sorted.sort();
    let pairs: Vec<String> = sorted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let canonical = pairs.join("&");
    let to_sign = format!("{method}{place}?{canonical}");
    let bytes = match hash {
        Hash::Sha1 => hmac_sha1(secret.as_bytes(), &to_sign),
        Hash::Sha256 => hmac_sha256(secret.as_bytes(), &to_sign),
    };
    Signed { canonical, to_sign, signature: base64(&bytes) }
}
