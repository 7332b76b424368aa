//! Signature checks of Alibaba Cloud: ACS3-HMAC-SHA256 in the headers, or RPC V1 in the parameters.

use chrono::NaiveDateTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::digest;

use super::super::{Raw, Rejection};
use super::{AuthCheck, Guard, header_lines, parameter, parts, rejection};

/// Maximum distance of a date from now, in seconds.
pub const WINDOW: i64 = 15 * 60;

const V3: &str = "ACS3-HMAC-SHA256";
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Checks a request; `pairs` are all its parameters, unescaped.
///
/// # Errors
/// Returns the error response of the gateway.
pub fn check(guard: Guard<'_>, raw: &Raw, pairs: &[(String, String)]) -> Result<(), Rejection> {
    let header = raw.header("authorization");
    match (header, parameter(pairs, "Signature")) {
        (Some(header), _) => check_v3(guard, raw, header),
        (None, Some(signature)) => check_v1(guard, raw, pairs, signature),
        (None, None) if guard.demands() => Err(missing("AccessKeyId")),
        (None, None) => Ok(()),
    }
}

fn check_v3(guard: Guard<'_>, raw: &Raw, header: &str) -> Result<(), Rejection> {
    let incomplete = || rejection(400, "IncompleteSignature", NO_STANDARD.to_owned());
    let Some(rest) = header.strip_prefix(V3).and_then(|rest| rest.strip_prefix(' ')) else {
        let message = "Specified signature method is not valid.".to_owned();
        return Err(rejection(400, "InvalidSignatureMethod", message));
    };
    let (id, names, signature) = parts(rest, ",").ok_or_else(incomplete)?;
    if !names.is_sorted() {
        return Err(incomplete());
    }
    let token = raw.header("x-acs-security-token");
    let secret = guard.secret(id, token).ok_or_else(unknown)?;
    let date = raw.header("x-acs-date").ok_or_else(|| missing("x-acs-date"))?;
    check_date(guard, date)?;
    let hash = digest::sha256_hex(&raw.body);
    let received = raw.header("x-acs-content-sha256").ok_or_else(|| missing("x-acs-content-sha256"))?;
    let query: Vec<(String, String)> = form_urlencoded::parse(raw.query.as_bytes()).into_owned().collect();
    let headers = header_lines(raw, &names, str::to_owned).ok_or_else(incomplete)?;
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{received}",
        raw.method,
        raw.path,
        canonical(&query),
        names.join(";")
    );
    let to_sign = format!("{V3}\n{}", digest::sha256_hex(canonical.as_bytes()));
    let ours = digest::hex(&digest::hmac_sha256(secret.as_bytes(), &to_sign));
    let same_body = received == hash || !guard.does(AuthCheck::Signature);
    if !guard.is_right(signature, &ours) || !same_body {
        let message = format!(
            "Specified signature does not match our calculation. server StringToSign is [{to_sign}] server CanonicalRequest \
             is [{canonical}]"
        );
        return Err(rejection(400, "SignatureDoesNotMatch", message));
    }
    let nonce = raw.header("x-acs-signature-nonce").ok_or_else(|| missing("x-acs-signature-nonce"))?;
    check_nonce(guard, nonce)
}

fn check_v1(
    guard: Guard<'_>,
    raw: &Raw,
    pairs: &[(String, String)],
    signature: &str,
) -> Result<(), Rejection> {
    let given = |name: &str| parameter(pairs, name).ok_or_else(|| missing(name));
    let secret =
        guard.secret(given("AccessKeyId")?, parameter(pairs, "SecurityToken")).ok_or_else(unknown)?;
    if given("SignatureMethod")? != "HMAC-SHA1" {
        let message = "Specified signature method is not valid.".to_owned();
        return Err(rejection(400, "InvalidSignatureMethod", message));
    }
    check_date(guard, given("Timestamp")?)?;
    let signed: Vec<(String, String)> = pairs.iter().filter(|(key, _)| key != "Signature").cloned().collect();
    let to_sign = format!("{}&%2F&{}", raw.method, escape(&canonical(&signed)));
    let ours = digest::base64(&digest::hmac_sha1(format!("{secret}&").as_bytes(), &to_sign));
    if !guard.is_right(signature, &ours) {
        // The colon matters: aliyun-python-sdk-core splits the message after it.
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{to_sign}"
        );
        return Err(rejection(400, "SignatureDoesNotMatch", message));
    }
    check_nonce(guard, given("SignatureNonce")?)
}

fn canonical(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = pairs.iter().collect();
    sorted.sort();
    let pairs: Vec<String> =
        sorted.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    pairs.join("&")
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

fn check_date(guard: Guard<'_>, date: &str) -> Result<(), Rejection> {
    let Ok(time) = NaiveDateTime::parse_from_str(date, "%Y-%m-%dT%H:%M:%SZ") else {
        let message = "Specified time stamp or date value is not well formatted.".to_owned();
        return Err(rejection(400, "InvalidTimeStamp.Format", message));
    };
    match guard.is_near(time.and_utc().timestamp(), WINDOW) {
        true => Ok(()),
        false => {
            let message = "Specified time stamp or date value is expired.".to_owned();
            Err(rejection(400, "InvalidTimeStamp.Expired", message))
        }
    }
}

fn check_nonce(guard: Guard<'_>, nonce: &str) -> Result<(), Rejection> {
    match guard.is_new(nonce) {
        true => Ok(()),
        false => {
            let message = "Specified signature nonce was used already.".to_owned();
            Err(rejection(400, "SignatureNonceUsed", message))
        }
    }
}

const NO_STANDARD: &str = "The request signature does not conform to Aliyun standards.";

fn unknown() -> Rejection {
    rejection(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.".to_owned())
}

fn missing(what: &str) -> Rejection {
    let message = format!(
        "The input parameter \"{what}\" that is mandatory for processing this request is not supplied."
    );
    rejection(400, "MissingParameter", message)
}
