//! Who calls: signatures, checked as the vendors do, by code that shares nothing with the side that signs.

mod acs;
mod tencent;

use crate::named::named;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Raw, Refusal};

/// The key that the reference server knows.
pub const DEMO: Key =
    Key { id: "fineprint-demo-key", secret: "fineprint-demo-secret", token: "fineprint-demo-session-token" };

/// A key, and the session token with which it may be used as well.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its public half.
    pub id: &'static str,
    /// Its private half.
    pub secret: &'static str,
    /// The token of temporary credentials.
    pub token: &'static str,
}

/// What is asked of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// A signature that is there must be good.
    #[default]
    IfSigned,
    /// Every request must be signed.
    Always,
}

named! {
    /// One of the checks, which a broken server leaves out.
    pub enum AuthCheck {
        /// That there is a signature.
        Presence = "presence",
        /// That the key is known.
        Key = "key",
        /// That the signature is the right one.
        Signature = "signature",
        /// That it is young enough.
        Age = "age",
        /// That its nonce is new.
        Nonce = "nonce",
    }
}

/// How the checks are done in this call.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'s> {
    /// What is asked.
    pub access: Access,
    /// The check that is left out, if one is.
    pub without: Option<AuthCheck>,
    /// The nonces so far.
    pub nonces: &'s Nonces,
    /// Seconds since 1970, UTC.
    pub now: i64,
}

impl Guard<'_> {
    fn does(&self, check: AuthCheck) -> bool {
        self.without != Some(check)
    }

    /// Whether a time lies within so many seconds of now.
    fn is_near(&self, seconds: i64, window: i64) -> bool {
        !self.does(AuthCheck::Age) || (self.now - seconds).abs() <= window
    }

    /// The secret of a key that is used with that token.
    fn secret(&self, id: &str, token: Option<&str>) -> Option<&'static str> {
        let known = id == DEMO.id && token.is_none_or(|token| token == DEMO.token);
        (known || !self.does(AuthCheck::Key)).then_some(DEMO.secret)
    }

    fn is_right(&self, came: &str, ours: &str) -> bool {
        came == ours || !self.does(AuthCheck::Signature) || !self.does(AuthCheck::Key)
    }

    /// Whether a nonce is new; it is not from now on.
    fn is_new(&self, nonce: &str) -> bool {
        self.nonces.is_new(nonce, self.now) || !self.does(AuthCheck::Nonce)
    }

    fn demands(&self) -> bool {
        self.access == Access::Always && self.does(AuthCheck::Presence)
    }
}

pub use acs::check as check_acs;
pub use tencent::check as check_tencent;

/// The nonces of the last quarter of an hour: an older request is refused for its age.
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

/// A refusal of the gateway: the code, with the vendor's wording.
fn refusal(status: u16, code: &str, message: String) -> Refusal {
    Refusal { status: Some(status), code: code.to_owned(), message, worded: true }
}

/// The value of a parameter.
fn parameter<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The parts of an `Authorization` header behind the algorithm: `Credential=…`, `SignedHeaders=…`, `Signature=…`.
fn parts<'h>(header: &'h str, separator: &str) -> Option<(&'h str, Vec<&'h str>, &'h str)> {
    let part = |name: &str| {
        header.split(separator).find_map(|part| part.trim_start().strip_prefix(name)?.strip_prefix('='))
    };
    let names: Vec<&str> = part("SignedHeaders")?.split(';').collect();
    Some((part("Credential")?, names, part("Signature")?))
}

/// The lines of the signed headers; nothing if one of them did not come.
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
