//! Authentication: signatures, checked as the vendors do, by code that shares nothing with the signing side.

mod acs;
mod tencent;

use crate::named::named;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Raw, Rejection};

/// The key that the reference server knows.
pub const DEMO: Key =
    Key { id: "fineprint-demo-key", secret: "fineprint-demo-secret", token: "fineprint-demo-session-token" };

/// A key, and the session token that it may also be used with.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its public half.
    pub id: &'static str,
    /// Its private half.
    pub secret: &'static str,
    /// The token of temporary credentials.
    pub token: &'static str,
}

/// Requirements for signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// If there is a signature, it must be valid.
    #[default]
    IfSigned,
    /// Every request must be signed.
    Always,
}

named! {
    /// A check of signatures, which a broken server may leave out.
    pub enum AuthCheck {
        /// There is a signature.
        Presence = "presence",
        /// The key is known.
        Key = "key",
        /// The signature is right.
        Signature = "signature",
        /// The signature is recent enough.
        Age = "age",
        /// The nonce is new.
        Nonce = "nonce",
    }
}

/// The way in which the checks are done in this call.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'s> {
    /// The requirements.
    pub access: Access,
    /// The check that is left out, if any.
    pub without: Option<AuthCheck>,
    /// The nonces seen so far.
    pub nonces: &'s Nonces,
    /// The current time, in seconds since 1970, UTC.
    pub now: i64,
}

impl Guard<'_> {
    fn does(&self, check: AuthCheck) -> bool {
        self.without != Some(check)
    }

    /// Returns `true` if a time is at most `window` seconds from now.
    fn is_near(&self, seconds: i64, window: i64) -> bool {
        !self.does(AuthCheck::Age) || (self.now - seconds).abs() <= window
    }

    /// Returns the secret of a key that is used with this token.
    fn secret(&self, id: &str, token: Option<&str>) -> Option<&'static str> {
        let known = id == DEMO.id && token.is_none_or(|token| token == DEMO.token);
        (known || !self.does(AuthCheck::Key)).then_some(DEMO.secret)
    }

    fn is_right(&self, received: &str, ours: &str) -> bool {
        received == ours || !self.does(AuthCheck::Signature) || !self.does(AuthCheck::Key)
    }

    /// Returns `true` if a nonce is new, and records it.
    fn is_new(&self, nonce: &str) -> bool {
        self.nonces.is_new(nonce, self.now) || !self.does(AuthCheck::Nonce)
    }

    fn demands(&self) -> bool {
        self.access == Access::Always && self.does(AuthCheck::Presence)
    }
}

pub use acs::check as check_acs;
pub use tencent::check as check_tencent;

/// The nonces of the last quarter of an hour: an older request is rejected for its age.
#[derive(Debug, Default)]
pub struct Nonces {
    seen: Mutex<HashMap<String, i64>>,
}

impl Nonces {
    const KEPT: usize = 50_000;

    fn is_new(&self, nonce: &str, now: i64) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= Self::KEPT {
            seen.retain(|_, at| now - *at <= 2 * acs::WINDOW);
        }
        seen.insert(nonce.to_owned(), now).is_none()
    }
}

/// Creates an error response of the gateway: the code, with the vendor's wording.
fn rejection(status: u16, code: &str, message: String) -> Rejection {
    Rejection { worded: true, ..Rejection::unlisted(status, code, message) }
}

/// Returns the value of a parameter.
fn parameter<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Returns the parts of an `Authorization` header after the algorithm: `Credential=…`, `SignedHeaders=…`,
/// `Signature=…`.
fn parts<'h>(header: &'h str, separator: &str) -> Option<(&'h str, Vec<&'h str>, &'h str)> {
    let part = |name: &str| {
        header.split(separator).find_map(|part| part.trim_start().strip_prefix(name)?.strip_prefix('='))
    };
    let names: Vec<&str> = part("SignedHeaders")?.split(';').collect();
    Some((part("Credential")?, names, part("Signature")?))
}

/// Returns the lines of the signed headers; `None` if one of the headers is missing.
fn header_lines(raw: &Raw, names: &[&str], value: impl Fn(&str) -> String) -> Option<String> {
    let mut lines = String::new();
    for name in names {
        let mut values: Vec<&str> =
            raw.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim()).collect();
        values.sort_unstable();
        if values.is_empty() {
            return None;
        }
        lines.push_str(&format!("{name}:{}\n", value(&values.join(","))));
    }
    Some(lines)
}
