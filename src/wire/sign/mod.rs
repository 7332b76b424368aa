//! Signatures as the vendors' SDKs create them. Key, time and nonce are inputs.
//!
//! Each form is a function that returns the signature with its intermediate steps, so that every step can be checked
//! against the vendors' known results.

pub mod acs3;
pub mod rpc_v1;
mod secret;
mod spelling;
pub mod tc3;
pub mod tc_v1;

pub use secret::{Hidden, Secret};

use chrono::{DateTime, Utc};

use crate::named::named;
use crate::spec::model::Protocol;

/// The credentials of a caller.
#[derive(Debug, Clone)]
pub struct Key {
    /// The public half: `AccessKeyId`, `SecretId`.
    pub id: Secret,
    /// The private half: `AccessKeySecret`, `SecretKey`.
    pub secret: Secret,
    /// The session token of temporary credentials.
    pub token: Option<Secret>,
}

/// The time of a signature, and the nonce that distinguishes its request from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds since 1970, UTC.
    pub seconds: i64,
    /// Never used twice with one key; decimal digits, which every form accepts.
    pub nonce: String,
}

impl Stamp {
    fn time(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.seconds, 0).unwrap_or_default()
    }

    /// Returns the time as `2026-01-02T03:04:05Z`.
    pub fn iso(&self) -> String {
        self.time().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Returns the day in UTC, as `2026-01-02`.
    pub fn date(&self) -> String {
        self.time().format("%Y-%m-%d").to_string()
    }
}

named! {
    /// The signature forms of the protocols.
    pub enum Form {
        /// Alibaba Cloud, signature V3: headers.
        Acs3 = "acs3-hmac-sha256",
        /// Alibaba Cloud, RPC signature V1: parameters of the query.
        RpcV1 = "rpc-hmac-sha1",
        /// Tencent Cloud, signature v3 of a POST with a JSON body.
        Tc3 = "tc3-hmac-sha256",
        /// Tencent Cloud, signature v3 of a GET.
        Tc3Get = "tc3-hmac-sha256-get",
        /// Tencent Cloud, signature v1 with HMAC-SHA1, of a GET.
        TcV1Sha1 = "hmac-sha1-get",
        /// Tencent Cloud, signature v1 with HMAC-SHA256, of a GET.
        TcV1Sha256 = "hmac-sha256-get",
        /// Plain HTTP: the secret itself, where the service expects it.
        Secret = "secret",
    }
}

impl Form {
    /// Returns the protocol whose requests this form signs.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Acs3 | Self::RpcV1 => Protocol::AcsRpc,
            Self::Tc3 | Self::Tc3Get | Self::TcV1Sha1 | Self::TcV1Sha256 => Protocol::Tencent3,
            Self::Secret => Protocol::Rest,
        }
    }

    /// Returns the default form of each protocol's SDK.
    pub fn defaults() -> Vec<Self> {
        let mut forms: Vec<Self> = Vec::new();
        for form in Self::ALL {
            if !forms.iter().any(|known| known.protocol() == form.protocol()) {
                forms.push(*form);
            }
        }
        forms
    }

    /// Returns `true` if parameters are sent in the query, as text.
    pub fn is_query(self) -> bool {
        matches!(self, Self::Tc3Get | Self::TcV1Sha1 | Self::TcV1Sha256)
    }
}

/// A signature with its intermediate steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The canonical form of the request, or the canonical query if a form has no other.
    pub canonical: String,
    /// The string to sign.
    pub to_sign: String,
    /// The signature as it is sent, before any escaping.
    pub signature: String,
}

/// Returns a query in Alibaba Cloud's canonical form: sorted by key, keys and values escaped.
fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut sorted = pairs.to_vec();
    sorted.sort();
    super::query(&sorted)
}

/// Returns headers in the canonical form of both vendors: names in lower case and sorted, each as `name:value` and a
/// line feed. The joined names come second.
fn canonical_headers(headers: &[(String, String)], value: impl Fn(&str) -> String) -> (String, String) {
    let mut sorted: Vec<(String, String)> =
        headers.iter().map(|(name, text)| (name.to_lowercase(), value(text.trim()))).collect();
    sorted.sort();
    let lines = sorted.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = sorted.iter().map(|(name, _)| name.as_str()).collect();
    (lines, names.join(";"))
}

#[cfg(test)]
mod tests;
