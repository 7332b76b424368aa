//! Signature checks of Tencent Cloud: TC3-HMAC-SHA256 in the headers, or signature v1 in the parameters.

use chrono::DateTime;

use crate::digest;

use super::super::{Raw, Rejection};
use super::{AuthCheck, Guard, header_lines, parameter, parts, rejection};

/// Maximum distance of a time from now, in seconds.
const WINDOW: i64 = 5 * 60;

const V3: &str = "TC3-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Checks a request; `pairs` are the parameters of a query or a form, unescaped.
///
/// # Errors
/// Returns the error response of the gateway.
pub fn check(guard: Guard<'_>, raw: &Raw, pairs: &[(String, String)]) -> Result<(), Rejection> {
    match (raw.header("authorization"), parameter(pairs, "Signature")) {
        (Some(header), _) => check_v3(guard, raw, header),
        (None, Some(signature)) => check_v1(guard, raw, pairs, signature),
        (None, None) if guard.demands() => Err(invalid()),
        (None, None) => Ok(()),
    }
}

fn check_v3(guard: Guard<'_>, raw: &Raw, header: &str) -> Result<(), Rejection> {
    let rest = header.strip_prefix(V3).and_then(|rest| rest.strip_prefix(' ')).ok_or_else(invalid)?;
    let (credential, names, signature) = parts(rest, ",").ok_or_else(invalid)?;
    let scope: Vec<&str> = credential.split('/').collect();
    let &[id, date, service, "tc3_request"] = scope.as_slice() else { return Err(invalid()) };
    let timestamp = raw.header("x-tc-timestamp").ok_or_else(invalid)?;
    let seconds: i64 = timestamp.parse().map_err(|_| invalid())?;
    check_age(guard, seconds)?;
    let secret = secret(guard, id, raw.header("x-tc-token"))?;
    let day = DateTime::from_timestamp(seconds, 0).map(|time| time.format("%Y-%m-%d").to_string());
    let payload = match raw.header("x-tc-content-sha256") {
        Some(UNSIGNED) => UNSIGNED.as_bytes(),
        _ => raw.body.as_slice(),
    };
    let query = if raw.method == "GET" { raw.query.as_str() } else { "" };
    let of_date = digest::hmac_sha256(format!("TC3{secret}").as_bytes(), date);
    let key = digest::hmac_sha256(&digest::hmac_sha256(&of_date, service), "tc3_request");
    // The documentation converts values to lower case, the SDK does not: they differ if a host has capital letters.
    let ours = [str::to_lowercase as fn(&str) -> String, str::to_owned].map(|value| {
        let headers = header_lines(raw, &names, value).unwrap_or_default();
        let hash = digest::sha256_hex(payload);
        let canonical = format!("{}\n/\n{query}\n{headers}\n{}\n{hash}", raw.method, names.join(";"));
        let hash = digest::sha256_hex(canonical.as_bytes());
        let to_sign = format!("{V3}\n{seconds}\n{date}/{service}/tc3_request\n{hash}");
        digest::hex(&digest::hmac_sha256(&key, &to_sign))
    });
    let scoped = day.as_deref() == Some(date) || !guard.does(AuthCheck::Signature);
    match ours.iter().any(|ours| guard.is_right(signature, ours)) && scoped {
        true => Ok(()),
        false => Err(mismatch()),
    }
}

fn check_v1(
    guard: Guard<'_>,
    raw: &Raw,
    pairs: &[(String, String)],
    signature: &str,
) -> Result<(), Rejection> {
    let given = |name: &str| parameter(pairs, name).ok_or_else(invalid);
    check_age(guard, given("Timestamp")?.parse().map_err(|_| invalid())?)?;
    let secret = secret(guard, given("SecretId")?, parameter(pairs, "Token"))?;
    let mut signed: Vec<(String, &str)> = pairs
        .iter()
        .filter(|(key, _)| key != "Signature")
        .map(|(key, value)| (key.replace('_', "."), value.as_str()))
        .collect();
    signed.sort();
    let joined: Vec<String> = signed.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let host = raw.header("host").unwrap_or_default();
    let to_sign = format!("{}{host}{}?{}", raw.method, raw.path, joined.join("&"));
    let bytes = match parameter(pairs, "SignatureMethod") {
        Some("HmacSHA256") => digest::hmac_sha256(secret.as_bytes(), &to_sign),
        _ => digest::hmac_sha1(secret.as_bytes(), &to_sign),
    };
    match guard.is_right(signature, &digest::base64(&bytes)) {
        true => Ok(()),
        false => Err(mismatch()),
    }
}

fn secret(guard: Guard<'_>, id: &str, token: Option<&str>) -> Result<&'static str, Rejection> {
    if let Some(secret) = guard.secret(id, token) {
        return Ok(secret);
    }
    Err(match guard.secret(id, None) {
        Some(_) => rejection(200, "AuthFailure.TokenFailure", "The token is invalid.".to_owned()),
        None => {
            let message =
                "The SecretId is not found, please ensure that your SecretId is correct.".to_owned();
            rejection(200, "AuthFailure.SecretIdNotFound", message)
        }
    })
}

fn check_age(guard: Guard<'_>, seconds: i64) -> Result<(), Rejection> {
    match guard.is_near(seconds, WINDOW) {
        true => Ok(()),
        false => {
            let message = "The provided credentials could not be validated because the signature is expired.";
            Err(rejection(200, "AuthFailure.SignatureExpire", message.to_owned()))
        }
    }
}

fn invalid() -> Rejection {
    let message = "The provided authorization does not meet the standards of Tencent Cloud.".to_owned();
    rejection(200, "AuthFailure.InvalidAuthorization", message)
}

fn mismatch() -> Rejection {
    let message = "The provided credentials could not be validated. Please check your signature is correct.";
    rejection(200, "AuthFailure.SignatureFailure", message.to_owned())
}
