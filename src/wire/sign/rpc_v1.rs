//! Alibaba Cloud's RPC signature V1, HMAC-SHA1: every parameter is signed, whether it is in the query or in a form.

use super::{Signed, canonical_query};
use crate::digest::{base64, hmac_sha1};
use crate::wire::escape;

/// Signs parameters with an `AccessKeySecret`; neither keys nor values are escaped yet.
pub fn sign(method: &str, parameters: &[(String, String)], secret: &str) -> Signed {
    let canonical = canonical_query(parameters);
    let to_sign = format!("{method}&{}&{}", escape("/"), escape(&canonical));
    let signature = base64(&hmac_sha1(format!("{secret}&").as_bytes(), &to_sign));
    Signed { canonical, to_sign, signature }
}
