//! `fineprint.toml`: the targets of a project, as they are written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::diagnostic::Finding;
use crate::span::{Place, Source, Span};

/// The file's name.
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
    /// The address of every service that has no other.
    pub url: Option<String>,
    /// Addresses of single services, by folder.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
    /// Who calls, by the folder of a service or of its vendor.
    #[serde(default)]
    pub credentials: BTreeMap<String, CredentialsTable>,
    /// `20/s`
    pub rate: Option<String>,
    /// The same for single operations.
    #[serde(default)]
    pub rates: BTreeMap<String, String>,
    /// How many connections are open at once.
    pub connections: Option<u32>,
    /// How long an answer may take, in seconds.
    pub timeout: Option<f64>,
    /// How long a connection may take, in seconds.
    pub connect_timeout: Option<f64>,
    /// The largest answer that is read, in bytes.
    pub max_answer: Option<u64>,
    /// How often a call is repeated that met a passing circumstance.
    pub retries: Option<u32>,
    /// How many entities the run may have alive at once.
    pub entities: Option<u32>,
    /// How many of which entities the target allows: one more is tried.
    #[serde(default)]
    pub quotas: BTreeMap<String, u32>,
    /// Whether nobody else uses it meanwhile: only then is it sent calls that could reach what the run has not made.
    #[serde(default)]
    pub alone: bool,
    /// How long what was made may stay invisible, by entity, or `*` for all: `30s`.
    #[serde(default)]
    pub appears: BTreeMap<String, String>,
    /// What gateways in front of it answer by themselves.
    #[serde(default)]
    pub gateway: Vec<GatewayTable>,
    /// Through which requests go.
    pub proxy: Option<Text>,
    /// Further authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// This side's certificate with its private key, PEM.
    pub client_certificate: Option<PathBuf>,
    /// Headers that every request carries.
    #[serde(default)]
    pub headers: BTreeMap<String, Text>,
    /// Parameters that every call sends, unless a case tries the parameter itself.
    #[serde(default)]
    pub parameters: BTreeMap<String, toml::Value>,
}

/// What a gateway answers by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatewayTable {
    /// The statuses.
    pub status: Statuses,
    /// The media type of its body: `text/html`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether asking again is of no use.
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

/// Who calls: names of environment variables, never the values themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialsTable {
    /// The variable that holds the key's public half.
    pub id: Option<String>,
    /// The variable that holds its private half.
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
/// What is wrong with it, with its place.
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
