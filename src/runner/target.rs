//! Targets: address, credentials and limits.

use std::time::Duration;

use crate::case::OF;
use crate::json::Json;
use crate::spec::model::{Operation, Service, Specs};
use crate::transport::Network;
use crate::wire::GatewayResponse;
use crate::wire::sign::{Form, Hidden, Key, Secret};

/// Default for the number of entities: the vendors allow twenty, and some are left for others.
const CEILING: u32 = 16;

/// Default for the time that created entities may stay invisible.
const APPEARS: Duration = Duration::from_secs(5);

/// Default for the number of retries after a temporary circumstance.
const RETRIES: u32 = 4;

/// A named endpoint with its credentials and limits.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// The address of every service that has no other; `None` means that such services are not called.
    pub url: Option<String>,
    /// Addresses of single services, by folder.
    pub addresses: Vec<(String, String)>,
    /// The credentials for each service, by its folder, or by the vendor's folder.
    pub signers: Vec<(String, Signer)>,
    /// Headers that every request carries besides those of its protocol.
    pub headers: Vec<(String, Secret)>,
    /// Parameters that every call sends, unless a case tests the parameter itself.
    pub parameters: Vec<(String, Json)>,
    /// The ids of foreign entities that exist on the target, by entity.
    pub known: Vec<(String, Vec<Json>)>,
    /// Texts that must not appear in any output.
    pub hidden: Hidden,
    /// Maximum number of requests per second; `None` means as many as the target takes.
    pub rate: Option<u32>,
    /// Maximum number of requests per second for single operations.
    pub rates: Vec<(String, u32)>,
    /// Maximum number of open connections; `None` means as many as the running cases need.
    pub connections: Option<u32>,
    /// Number of retries after a temporary circumstance.
    pub retries: u32,
    /// Maximum number of live entities of this run.
    pub entities: u32,
    /// `true` if nobody else uses the target meanwhile: only then does the run send calls that could reach what it has
    /// not created.
    pub alone: bool,
    /// The time that created entities may stay invisible, by entity; five seconds for others.
    pub appears: Vec<(String, Duration)>,
    /// Responses that gateways in front of the target return on their own.
    pub gateways: Vec<GatewayResponse>,
    /// The connection settings, and the limits of an exchange.
    pub network: Network,
}

/// The credentials of a caller, with the form of the signature.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The form of the signature.
    pub form: Form,
    /// The key.
    pub key: Key,
    /// The origin of the key, for messages: the names of environment variables.
    pub origin: String,
}

impl Target {
    /// Creates a target at one address, without credentials and with the limits of the documented vendors.
    pub fn at(name: &str, url: impl Into<Option<String>>) -> Self {
        Self {
            name: name.to_owned(),
            url: url.into(),
            addresses: Vec::new(),
            signers: Vec::new(),
            headers: Vec::new(),
            parameters: Vec::new(),
            known: Vec::new(),
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

    /// Returns the same target at another address.
    #[must_use]
    pub fn with_url(mut self, url: String) -> Self {
        self.url = Some(url);
        self.addresses.clear();
        self
    }

    /// Returns the same target, marked as one that nobody else uses: a server of one's own.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Returns the same target, with the foreign entities of a server that is made from the specs.
    #[must_use]
    pub fn made_from(mut self, specs: &Specs) -> Self {
        for service in &specs.services {
            let foreign = service.entities.iter().filter(|entity| entity.foreign);
            self.known.extend(foreign.map(|entity| (entity.name.clone(), vec![service.foreign_id(entity)])));
        }
        self
    }

    /// Returns the same target, with known ids as numbers where the specs take numbers. A command line has only texts.
    #[must_use]
    pub fn typed_by(mut self, specs: &Specs) -> Self {
        let is_number = |entity: &str| {
            let of = |service: &Service| service.entity(entity).map(|entity| service.foreign_id(entity));
            specs.services.iter().filter_map(of).any(|id| matches!(id, Json::Integer(_)))
        };
        for (_, ids) in self.known.iter_mut().filter(|(entity, _)| is_number(entity)) {
            for id in ids {
                if let Some(number) = id.as_text().and_then(|text| text.parse().ok()) {
                    *id = Json::Integer(number);
                }
            }
        }
        self
    }

    /// Returns the id of a foreign entity by its label in a case: `project`, or `project-of-target` for a second one.
    pub fn known_id(&self, label: &str) -> Option<&Json> {
        let (entity, number) = label.split_once(OF).map_or((label, 0), |(entity, _)| (entity, 1));
        let (_, ids) = self.known.iter().find(|(name, _)| name == entity)?;
        ids.get(number)
    }

    /// Returns the time that a created entity may stay invisible.
    pub fn appears(&self, entity: &str) -> Duration {
        let own = self.appears.iter().find(|(name, _)| name == entity || name == "*");
        own.map_or(APPEARS, |(_, time)| *time)
    }

    /// Returns the address for messages: that of all services, or those of single ones.
    pub fn shown_url(&self) -> String {
        let own = self.addresses.iter().map(|(_, url)| url.as_str());
        own.chain(self.url.as_deref()).collect::<Vec<_>>().join(", ")
    }

    /// Returns the address of a service, if it has one.
    pub fn address(&self, service: &Service) -> Option<&str> {
        self.address_of(&service.folder)
    }

    /// Returns the address of the service in a folder, if it has one.
    pub fn address_of(&self, folder: &str) -> Option<&str> {
        let own = self.addresses.iter().find(|(known, _)| known == folder);
        own.map(|(_, url)| url).or(self.url.as_ref()).map(String::as_str)
    }

    /// Returns the credentials for a service, if its calls are signed.
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
        // A service's own credentials take precedence over its vendor's.
        signers.max_by_key(|(folder, _)| folder.len()).map(|(_, signer)| signer)
    }

    /// Returns what a call sends, including the parameters that are fixed for all calls; those that a case is about
    /// stay as they are.
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
