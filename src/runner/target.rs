//! A target: where it is, who calls, and what it allows.

use std::time::Duration;

use crate::json::Json;
use crate::spec::model::{Operation, Service};
use crate::transport::Network;
use crate::wire::GatewayAnswer;
use crate::wire::sign::{Form, Hidden, Key, Secret};

/// The vendors allow twenty entities; some are left for others.
const CEILING: u32 = 16;

/// How long what was made may stay invisible, where nobody says.
const APPEARS: Duration = Duration::from_secs(5);

/// How often a call is repeated that met a passing circumstance.
const RETRIES: u32 = 4;

/// A named endpoint with its credentials and limits.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// The address of every service that has no other; no address means that such a service is not called.
    pub url: Option<String>,
    /// Addresses of single services, by folder.
    pub addresses: Vec<(String, String)>,
    /// Who calls which service, by folder, or by the vendor's folder.
    pub signers: Vec<(String, Signer)>,
    /// Headers that every request carries beside those of its protocol.
    pub headers: Vec<(String, Secret)>,
    /// Parameters that every call sends, unless a case tries the parameter itself.
    pub parameters: Vec<(String, Json)>,
    /// Texts that appear in no output.
    pub hidden: Hidden,
    /// How many requests a second are sent at most; `None` is as many as the target takes.
    pub rate: Option<u32>,
    /// The same for single operations.
    pub rates: Vec<(String, u32)>,
    /// How many connections are open at once; `None` is as many as the cases under way need.
    pub connections: Option<u32>,
    /// How often a call is repeated that met a passing circumstance.
    pub retries: u32,
    /// How many entities this run may have alive at once.
    pub entities: u32,
    /// Whether nobody else uses it meanwhile: only then is it sent calls that could reach what the run has not made.
    pub alone: bool,
    /// How long what was made may stay invisible, by entity; five seconds for others.
    pub appears: Vec<(String, Duration)>,
    /// What gateways in front of it answer by themselves.
    pub gateways: Vec<GatewayAnswer>,
    /// The way there, and the bounds of an exchange.
    pub network: Network,
}

/// Who signs, and how.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The form of the signature.
    pub form: Form,
    /// The key.
    pub key: Key,
    /// Where it came from, for people: the names of environment variables.
    pub origin: String,
}

impl Target {
    /// A target at one address, without credentials and with the limits of the documented vendors.
    pub fn at(name: &str, url: impl Into<Option<String>>) -> Self {
        Self {
            name: name.to_owned(),
            url: url.into(),
            addresses: Vec::new(),
            signers: Vec::new(),
            headers: Vec::new(),
            parameters: Vec::new(),
            hidden: Hidden::default(),
            rate: None,
            rates: Vec::new(),
            connections: None,
            retries: RETRIES,
            entities: CEILING,
            alone: false,
            appears: Vec::new(),
            gateways: Vec::new(),
            network: Network::default(),
        }
    }

    /// The same target at another address.
    #[must_use]
    pub fn moved(mut self, url: String) -> Self {
        self.url = Some(url);
        self.addresses.clear();
        self
    }

    /// The same target, where nobody else is and everything shows at once: a server of one's own.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// How long what was made of an entity may stay invisible.
    pub fn appears(&self, entity: &str) -> Duration {
        let own = self.appears.iter().find(|(name, _)| name == entity || name == "*");
        own.map_or(APPEARS, |(_, time)| *time)
    }

    /// The address for people: the one of all services, or those of single ones.
    pub fn shown_url(&self) -> String {
        let own = self.addresses.iter().map(|(_, url)| url.as_str());
        own.chain(self.url.as_deref()).collect::<Vec<_>>().join(", ")
    }

    /// Where a service is called, if it is.
    pub fn address(&self, service: &Service) -> Option<&str> {
        self.address_of(&service.folder)
    }

    /// Where the service of a folder is called, if it is.
    pub fn address_of(&self, folder: &str) -> Option<&str> {
        let own = self.addresses.iter().find(|(known, _)| known == folder);
        own.map(|(_, url)| url).or(self.url.as_ref()).map(String::as_str)
    }

    /// Who calls a service, if anybody signs.
    pub fn signer(&self, service: &Service) -> Option<&Signer> {
        let is_of = |folder: &str| {
            folder.is_empty()
                || folder == service.folder
                || service.folder.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        let signers = self
            .signers
            .iter()
            .filter(|(folder, signer)| is_of(folder) && signer.form.protocol() == service.protocol);
        // A service's own credentials before its vendor's.
        signers.max_by_key(|(folder, _)| folder.len()).map(|(_, signer)| signer)
    }

    /// What a call sends, with the parameters that are fixed for all calls; those that a case is about stay as they are.
    pub fn fixed(
        &self,
        operation: &Operation,
        about: &[&str],
        sent: Vec<(String, Json)>,
    ) -> Vec<(String, Json)> {
        let mut sent = sent;
        for (name, value) in &self.parameters {
            let is_known = operation.parameter(name).is_some();
            match sent.iter_mut().find(|(known, _)| known == name) {
                _ if about.contains(&name.as_str()) => {}
                Some((_, old)) => old.clone_from(value),
                None if is_known => sent.push((name.clone(), value.clone())),
                None => {}
            }
        }
        sent
    }
}
