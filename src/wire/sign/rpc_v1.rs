//! Alibaba Cloud's RPC signature V1, HMAC-SHA1: every parameter is signed, whether it stands in the query or in a form.

use super::{Signed, canonical_query};
use crate::digest::{base64, hmac_sha1};
use crate::wire::escape;

/// Signs parameters, neither keys nor values escaped, with an `AccessKeySecret`.
pub fn sign(method: &str, parameters: &[(String, String)], secret: &str) -> Signed {
    let canonical = canonical_query(parameters);
    let to_sign = format!("{method}&{}&{}", escape("/"), escape(&canonical));
    let signature = base64(&hmac_sha1(format!("{secret}&").as_bytes(), &to_sign));
    Signed { canonical, to_sign, signature }
}
