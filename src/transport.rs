//! HTTP: one request out, one exchange back, in bounded time and memory.
//!
//! No proxy, no redirects, no retries and no decompression of its own: what is judged is what was sent and what came.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};

use crate::wire::{Answer, Exchange, NoAnswer, Outcome, Request};

/// The bounds of an exchange.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From sending to the last byte.
    pub timeout: Duration,
    /// The largest body that is read, in bytes.
    pub max_body: u64,
}

/// A client for one target.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    limits: Limits,
}

impl Transport {
    /// A client with these bounds.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn new(limits: Limits) -> Result<Self, reqwest::Error> {
        let builder = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .tcp_nodelay(true)
            .connect_timeout(limits.timeout)
            .timeout(limits.timeout)
            // A connection that the target closes between two answers without saying so would fail the next call at random.
            .pool_max_idle_per_host(0);
        install_tls();
        Ok(Self { client: builder.build()?, limits })
    }

    /// Sends a request. Whatever happens is an exchange.
    pub async fn send(&self, operation: &str, request: Request) -> Exchange {
        let begun = Instant::now();
        let outcome = match self.exchange(&request).await {
            Ok(answer) => Outcome::Answered(answer),
            Err(reason) => Outcome::Unanswered(reason),
        };
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        Exchange { operation: operation.to_owned(), request, outcome, micros }
    }

    async fn exchange(&self, request: &Request) -> Result<Answer, NoAnswer> {
        let unsendable = |error: &dyn std::fmt::Display| NoAnswer::Unsendable(error.to_string());
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| unsendable(&error))?;
        let url = Url::parse(&request.url).map_err(|error| unsendable(&error))?;
        if url.as_str() != request.url {
            return Err(NoAnswer::Unsendable(format!("the address would be changed to {url} on the way")));
        }
        let mut builder = self.client.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let response = builder.send().await.map_err(|error| self.reason(&error))?;
        self.read(response).await
    }

    async fn read(&self, mut response: Response) -> Result<Answer, NoAnswer> {
        let status = response.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.reason(&error))? {
            if (body.len() + chunk.len()) as u64 > self.limits.max_body {
                return Err(NoAnswer::TooLarge(self.limits.max_body));
            }
            body.extend_from_slice(&chunk);
        }
        let not_utf8 = std::str::from_utf8(&body).is_err();
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned(), not_utf8 })
    }

    fn reason(&self, error: &reqwest::Error) -> NoAnswer {
        if error.is_timeout() {
            return NoAnswer::TimedOut(u64::try_from(self.limits.timeout.as_millis()).unwrap_or(u64::MAX));
        }
        if error.is_builder() {
            return NoAnswer::Unsendable(innermost(error));
        }
        let causes = causes(error);
        let io_kind = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        let words = causes.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
        match io_kind {
            Some(io::ErrorKind::ConnectionRefused) => NoAnswer::Refused,
            _ if words.contains("certificate") || words.contains("tls") || words.contains("TLS") => {
                NoAnswer::Tls(innermost(error))
            }
            Some(
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof,
            ) => NoAnswer::Closed,
            _ if error.is_connect() => NoAnswer::Unreachable(innermost(error)),
            _ if is_cut_off(&words) => NoAnswer::Closed,
            _ => NoAnswer::NotHttp(innermost(error)),
        }
    }
}

/// hyper's words for a connection that ended within or before an answer.
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

/// Names the cryptography that TLS uses; it fails only where one is named already, which serves as well.
#[cfg(feature = "tls")]
fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "tls"))]
fn install_tls() {}
