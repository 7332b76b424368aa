//! `fineprint.toml`: the targets of a project, as written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::diagnostic::Finding;
use crate::span::{Place, Source, Span};

/// The name of the file.
pub const NAME: &str = "fineprint.toml";

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Targets by name.
    #[serde(default)]
    pub targets: BTreeMap<String, TargetTable>,
}

/// A target.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetTable {
    /// Address of every service without an address of its own.
    pub url: Option<String>,
    /// Addresses of single services, by folder.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// Credentials, by the folder of a service or of its vendor.
    #[serde(default)]
    pub credentials: BTreeMap<String, CredentialsTable>,
    /// Maximum rate of requests: `20/s`.
    pub rate: Option<String>,
    /// Maximum rates of single operations.
    #[serde(default)]
    pub rates: BTreeMap<String, String>,
    /// Maximum number of open connections.
    pub connections: Option<u32>,
    /// Timeout for a response, in seconds.
    pub timeout: Option<f64>,
    /// Timeout for a connection, in seconds.
    pub connect_timeout: Option<f64>,
    /// Maximum size of a response, in bytes.
    pub max_answer: Option<u64>,
    /// Number of retries of a call that met a temporary circumstance.
    pub retries: Option<u32>,
    /// Maximum number of live entities of the run at any time.
    pub entities: Option<u32>,
    /// Number of entities that the target allows, by entity; one more is tested.
    #[serde(default)]
    pub quotas: BTreeMap<String, u32>,
    /// Ids of foreign entities that exist on the target, by entity.
    #[serde(default)]
    pub known: BTreeMap<String, Vec<toml::Value>>,
    /// Whether the run is the only user of the target. Only then does it send calls that could reach what it did not
    /// create.
    #[serde(default)]
    pub alone: bool,
    /// How long a created entity may stay invisible, by entity, or `*` for all: `30s`.
    #[serde(default)]
    pub appears: BTreeMap<String, String>,
    /// Responses that gateways in front of the target give by themselves.
    #[serde(default)]
    pub gateway: Vec<GatewayTable>,
    /// The proxy for requests.
    pub proxy: Option<Text>,
    /// Further certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// The client certificate with its private key, PEM.
    pub client_certificate: Option<PathBuf>,
    /// Headers that every request carries.
    #[serde(default)]
    pub headers: BTreeMap<String, Text>,
    /// Parameters that every call sends, unless a case tests the parameter itself.
    #[serde(default)]
    pub parameters: BTreeMap<String, toml::Value>,
}

/// A response that a gateway gives by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatewayTable {
    /// The statuses.
    pub status: Statuses,
    /// Media type of the body: `text/html`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether a retry is useless.
    #[serde(default, rename = "final")]
    pub is_final: bool,
}

/// One status, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Statuses {
    /// One.
    One(u16),
    /// Several.
    Several(Vec<u16>),
}

/// Credentials: names of environment variables, never the values themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialsTable {
    /// The variable that holds the public half of the key.
    pub id: Option<String>,
    /// The variable that holds the private half of the key.
    pub secret: String,
    /// The variable that holds a session token.
    pub token: Option<String>,
    /// The form of the signature.
    pub signature: Option<String>,
}

/// A text, or the environment variable that holds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The text.
    Plain(String),
    /// The variable.
    Env(EnvTable),
}

/// `{env = "NAME"}`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvTable {
    /// The variable's name.
    pub env: String,
}

/// Reads a file of targets.
///
/// # Errors
/// Returns what is wrong with it, with its place.
pub fn read(path: &Path, text: String) -> Result<Config, Box<Finding>> {
    let source = Source::new(path.display().to_string(), text);
    toml::from_str(&source.text).map_err(|error| {
        let finding = Finding::error("targets", error.message().to_owned());
        Box::new(match error.span() {
            Some(span) => finding.at(&Place::new(&source, Span { start: span.start, end: span.end })),
            None => finding,
        })
    })
}
