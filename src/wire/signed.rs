//! Calls signed as the vendor's SDK does it, and signatures that must be rejected.

use super::sign::{Form, Key, Secret, Stamp};
use super::twist::Tamper;
use super::{Call, Request, Twist, client, encode};
use crate::json::Json;

/// The settings for signing a call.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// The signature form.
    pub form: Form,
    /// The key to sign with.
    pub key: &'a Key,
    /// The time and nonce of the signature.
    pub stamp: &'a Stamp,
}

/// An hour, in seconds: longer than any vendor accepts a signature (fifteen and five minutes).
const HOUR: i64 = 3600;

/// An invented key in the vendors' format, which belongs to nobody.
const NOBODY: &str = "AKIDfineprint0000nobody";

/// The name of an operation that is not called.
const ELSEWHERE: &str = "DescribeNothing";

/// Encodes and signs a call to the address `base`, or tampers with its signature if the call says so.
pub fn encode_signed(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    let tamper = match call.twist {
        Some(Twist::Signature(tamper)) => Some(*tamper),
        _ => None,
    };
    let key = |id: &Secret, secret: &Secret| Key {
        id: id.clone(),
        secret: secret.clone(),
        token: signing.key.token.clone(),
    };
    let by = |key: &Key| signed(call, base, Signing { key, ..signing });
    match tamper {
        None | Some(Tamper::RepeatedNonce) => signed(call, base, signing),
        Some(Tamper::Unsigned) => encode(call, base),
        Some(Tamper::WrongSecret) => {
            by(&key(&signing.key.id, &Secret::new(format!("{}x", signing.key.secret.expose()))))
        }
        Some(Tamper::UnknownKey) => by(&key(&Secret::new(NOBODY), &signing.key.secret)),
        Some(Tamper::Expired) => {
            let stamp = Stamp { seconds: signing.stamp.seconds - HOUR, ..signing.stamp.clone() };
            signed(call, base, Signing { stamp: &stamp, ..signing })
        }
        Some(Tamper::ChangedParameter) => {
            let changed = changed(call);
            let other = signed(Call { parameters: &changed, ..call }, base, signing);
            with_signature_of(signed(call, base, signing), &other)
        }
        Some(Tamper::ChangedAction) => {
            let twist = Twist::Action(ELSEWHERE.to_owned());
            let other = signed(Call { twist: Some(&twist), ..call }, base, signing);
            with_signature_of(signed(call, base, signing), &other)
        }
    }
}

/// Returns `true` if tampering with a signature of this form changes what the signature says.
pub fn can_tamper(form: Form, tamper: Tamper) -> bool {
    match (form, tamper) {
        (Form::Secret, tamper) => matches!(tamper, Tamper::WrongSecret | Tamper::Unsigned),
        // The vendor's statement about nonces applies to these forms.
        (form, Tamper::RepeatedNonce) => matches!(form, Form::Acs3 | Form::RpcV1),
        // Tencent Cloud's SDK signs neither the operation nor any other header of the vendor's.
        (form, Tamper::ChangedAction) => !matches!(form, Form::Tc3 | Form::Tc3Get),
        _ => true,
    }
}

fn signed(call: Call<'_>, base: &str, signing: Signing<'_>) -> Request {
    client::of(signing.form.protocol()).sign(call, base, signing)
}

/// Returns the parameters with one text value changed, or with one more parameter if there is no text value. Common
/// parameters stay as they are: they are sent in headers that no SDK signs.
fn changed(call: Call<'_>) -> Vec<(String, Json)> {
    let mut changed = call.parameters.to_vec();
    let text = changed.iter_mut().find_map(|(name, value)| match value {
        Json::Text(text) if !call.is_common(name) => Some(text),
        _ => None,
    });
    match text {
        Some(text) => text.push('x'),
        None => changed.push(("Changed".to_owned(), Json::Text("x".to_owned()))),
    }
    changed
}

/// Returns a request with the signature of another request.
fn with_signature_of(mut request: Request, other: &Request) -> Request {
    const IN_QUERY: &str = "&Signature=";
    let header = other.headers.iter().find(|(name, _)| name == "authorization");
    if let (Some(own), Some((_, theirs))) =
        (request.headers.iter_mut().find(|(name, _)| name == "authorization"), header)
    {
        own.1.clone_from(theirs);
    }
    if let (Some((own, _)), Some((_, theirs))) =
        (request.url.split_once(IN_QUERY), other.url.split_once(IN_QUERY))
    {
        request.url = format!("{own}{IN_QUERY}{theirs}");
    }
    request
}
