//! HTTP transport: sends one request and returns one exchange, with limits on time and memory.
//!
//! It adds no proxy, redirects, retries or decompression of its own: fineprint judges exactly what was sent and
//! received.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};

use crate::wire::{Exchange, NoResponse, Outcome, Request, Response};

/// Maximum size of a response body, in bytes. The documented responses have a few hundred.
const MAX_BODY: u64 = 256 * 1024;

/// See [`Network::idle`].
const IDLE: Duration = Duration::from_secs(4);

/// The connection settings of a target and the limits of an exchange.
#[derive(Clone)]
pub struct Network {
    /// Maximum time from sending the request to the last byte of the response.
    pub timeout: Duration,
    /// Maximum time to establish the connection.
    pub connect_timeout: Duration,
    /// Maximum size of a response body, in bytes.
    pub max_body: u64,
    /// Time that an unused connection is kept open. Common servers close theirs after five seconds.
    pub idle: Duration,
    /// The proxy for requests; `None` sends them directly.
    pub proxy: Option<String>,
    /// Certificates of additional authorities, PEM.
    pub authorities: Option<Vec<u8>>,
    /// The client certificate with its private key, PEM.
    pub identity: Option<Vec<u8>>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            max_body: MAX_BODY,
            idle: IDLE,
            proxy: None,
            authorities: None,
            identity: None,
        }
    }
}

impl std::fmt::Debug for Network {
    /// Leaves out the private key and the address of the proxy, which may contain credentials.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Network")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_body", &self.max_body)
            .field("idle", &self.idle)
            .field("proxy", &self.proxy.is_some())
            .field("authorities", &self.authorities.is_some())
            .field("identity", &self.identity.is_some())
            .finish()
    }
}

/// The reason why a target cannot be called at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The proxy's address is unusable.
    #[error("unusable proxy: {0}")]
    Proxy(String),
    /// The file of additional authorities is unusable.
    #[error("unusable CA file: {0}")]
    Authorities(String),
    /// The client certificate is unusable.
    #[error("unusable client certificate: {0}")]
    Identity(String),
    /// A build without TLS cannot use certificates.
    #[error(
        "this fineprint was built without TLS and cannot use certificates; build it with the feature `tls`"
    )]
    NoTls,
    /// The client could not be created.
    #[error("failed to set up TLS: {0}")]
    Client(String),
}

/// An HTTP client for one target. Connections are reused until one of them closes before a response arrives; from then
/// on each request has its own connection.
#[derive(Debug, Clone)]
pub struct Transport {
    /// Reuses connections.
    keeping: Client,
    /// Opens a new connection for each request.
    opening: Client,
    trust: Arc<Trust>,
    is_proxied: bool,
    timeout: Duration,
    max_body: u64,
}

/// The knowledge about the connections to a target.
#[derive(Debug, Default)]
struct Trust {
    /// A request was answered, so there may be a reused connection.
    has_responded: AtomicBool,
    /// A reused connection closed before a response arrived.
    is_lost: AtomicBool,
}

impl Transport {
    /// Creates a client with these settings.
    ///
    /// # Errors
    /// Returns an error if one of the settings cannot be used.
    pub fn new(network: &Network) -> Result<Self, SetupError> {
        install_tls();
        let (keeping, opening) = (client(network, usize::MAX)?, client(network, 0)?);
        let (trust, is_proxied) = (Arc::default(), network.proxy.is_some());
        let (timeout, max_body) = (network.timeout, network.max_body);
        Ok(Self { keeping, opening, trust, is_proxied, timeout, max_body })
    }

    /// Returns the same client for another target; nothing is known about the connections to that target yet.
    #[must_use]
    pub fn for_other_target(&self) -> Self {
        Self { trust: Arc::default(), ..self.clone() }
    }
    /// Sends a request. Every outcome is returned as an exchange.
    pub async fn send(&self, operation: &str, request: Request) -> Exchange {
        let begun = Instant::now();
        let outcome = match self.outcome(&request).await {
            Ok(response) => Outcome::Received(response),
            Err(reason) => Outcome::NoResponse(reason),
        };
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        Exchange { operation: operation.to_owned(), request, outcome, micros }
    }

    /// Sends a request and returns its outcome. If a reused connection closes before the response, it is unknown
    /// whether the request has arrived; a request that changes nothing is sent again on a new connection (RFC 9112,
    /// section 9.3.1).
    async fn outcome(&self, request: &Request) -> Result<Response, NoResponse> {
        let keeps = !self.trust.is_lost.load(Ordering::Relaxed);
        let client = if keeps { &self.keeping } else { &self.opening };
        // Read afterwards: another request may have released its connection while this one waited for its own.
        let may_be_used = || keeps && self.trust.has_responded.load(Ordering::Relaxed);
        match self.exchange(client, request).await {
            Err(NoResponse::Closed | NoResponse::TimedOut(_)) if may_be_used() => {
                self.trust.is_lost.store(true, Ordering::Relaxed);
                match matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
                    true => self.exchange(&self.opening, request).await,
                    false => Err(NoResponse::Lost),
                }
            }
            result => {
                self.trust.has_responded.fetch_or(result.is_ok(), Ordering::Relaxed);
                result
            }
        }
    }

    async fn exchange(&self, client: &Client, request: &Request) -> Result<Response, NoResponse> {
        let unsendable = |error: &dyn std::fmt::Display| NoResponse::Unsendable(error.to_string());
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| unsendable(&error))?;
        let url = Url::parse(&request.url).map_err(|error| unsendable(&error))?;
        if url.as_str() != request.url {
            return Err(NoResponse::Unsendable(format!("the address would be changed to {url} when sent")));
        }
        let mut builder = client.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let response = builder.send().await.map_err(|error| self.reason(&error))?;
        self.read(response).await
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Response, NoResponse> {
        let status = response.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        if response.content_length().is_some_and(|length| length > self.max_body) {
            return Err(NoResponse::TooLarge(self.max_body));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.reason(&error))? {
            if (body.len() + chunk.len()) as u64 > self.max_body {
                return Err(NoResponse::TooLarge(self.max_body));
            }
            body.extend_from_slice(&chunk);
        }
        let not_utf8 = std::str::from_utf8(&body).is_err();
        Ok(Response {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            not_utf8,
            cut: None,
        })
    }

    fn reason(&self, error: &reqwest::Error) -> NoResponse {
        if error.is_timeout() {
            return NoResponse::TimedOut(u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX));
        }
        if error.is_builder() {
            return NoResponse::Unsendable(innermost(error));
        }
        let causes = causes(error);
        let io_kind = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        let words = causes.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
        match io_kind {
            Some(io::ErrorKind::ConnectionRefused) if self.is_proxied => {
                NoResponse::Unreachable("the proxy refused the connection".to_owned())
            }
            Some(io::ErrorKind::ConnectionRefused) => NoResponse::Refused,
            _ if causes.iter().any(|cause| is_tls(*cause)) => NoResponse::Tls(innermost(error)),
            Some(
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof,
            ) => NoResponse::Closed,
            _ if error.is_connect() => NoResponse::Unreachable(innermost(error)),
            _ if is_cut_off(&words) => NoResponse::Closed,
            _ => NoResponse::NotHttp(innermost(error)),
        }
    }
}

/// Creates an HTTP client that keeps at most `idle` unused connections per host.
fn client(network: &Network, idle: usize) -> Result<Client, SetupError> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(network.connect_timeout)
        .timeout(network.timeout)
        .pool_idle_timeout(network.idle)
        .pool_max_idle_per_host(idle);
    if let Some(proxy) = &network.proxy {
        let proxy = reqwest::Proxy::all(proxy).map_err(|error| SetupError::Proxy(innermost(&error)))?;
        builder = builder.proxy(proxy);
    }
    let builder = with_certificates(builder, network)?;
    builder.build().map_err(|error| SetupError::Client(innermost(&error)))
}

/// Returns `true` if the cause is a TLS error. TLS errors are wrapped in I/O errors, which may be nested.
#[cfg(feature = "tls")]
fn is_tls(cause: &(dyn StdError + 'static)) -> bool {
    let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    cause.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}

#[cfg(not(feature = "tls"))]
fn is_tls(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// Returns `true` if hyper's message describes a connection that closed before or within a response.
fn is_cut_off(words: &str) -> bool {
    ["closed", "incomplete", "end of file", "EOF"].iter().any(|word| words.contains(word))
}

fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(feature = "tls")]
fn with_certificates(
    mut builder: reqwest::ClientBuilder,
    network: &Network,
) -> Result<reqwest::ClientBuilder, SetupError> {
    if let Some(pem) = &network.authorities {
        let certificates = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| SetupError::Authorities(innermost(&error)))?;
        if certificates.is_empty() {
            return Err(SetupError::Authorities("it contains no certificate in PEM format".to_owned()));
        }
        for certificate in certificates {
            builder = builder.add_root_certificate(certificate);
        }
    }
    if let Some(pem) = &network.identity {
        let identity = reqwest::Identity::from_pem(pem).map_err(|error| {
            let why = innermost(&error);
            SetupError::Identity(format!(
                "it must contain a certificate and its unencrypted private key in PEM format ({why})"
            ))
        })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

#[cfg(not(feature = "tls"))]
fn with_certificates(
    builder: reqwest::ClientBuilder,
    network: &Network,
) -> Result<reqwest::ClientBuilder, SetupError> {
    match network.authorities.is_none() && network.identity.is_none() {
        true => Ok(builder),
        false => Err(SetupError::NoTls),
    }
}

/// Selects the cryptography provider for TLS. This fails only if a provider is already selected, which is fine.
#[cfg(feature = "tls")]
fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "tls"))]
fn install_tls() {}
