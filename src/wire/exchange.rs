//! Requests as sent and responses as received: how much of them is kept, and what no output may show.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign;

/// A complete HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Request {
    /// The method, e.g. `POST`.
    pub method: String,
    /// The full URL, already percent-encoded.
    pub url: String,
    /// The headers in the order of sending, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: String,
    /// Names of the environment variables that replace secrets in the request, as `$NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
}

/// A complete HTTP response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename = "Answer")]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers as received, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are not UTF-8 are replaced.
    pub body: String,
    /// `true` if any bytes were replaced.
    #[serde(default)]
    pub not_utf8: bool,
    /// Original length of the body in bytes, if only its beginning is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<usize>,
}

/// A request as sent, and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Exchange {
    /// The operation that was called.
    pub operation: String,
    /// The request.
    pub request: Request,
    /// The response, or the reason why there is none.
    pub outcome: Outcome,
    /// Time from sending the request to the last byte of the response, in microseconds.
    pub micros: u64,
}

/// The outcome of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// An HTTP response.
    #[serde(rename = "answered")]
    Received(Response),
    /// No HTTP response.
    #[serde(rename = "unanswered")]
    NoResponse(NoResponse),
}

/// The reason why there is no HTTP response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename = "NoAnswer", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoResponse {
    /// Nothing listens at the address.
    #[error("the target refused the connection")]
    Refused,
    /// The name cannot be resolved, or the network cannot be reached.
    #[error("failed to reach the target: {0}")]
    Unreachable(String),
    /// The target was too slow.
    #[error("no response within {0} ms")]
    TimedOut(u64),
    /// The connection closed before the response was complete.
    #[error("the target closed the connection before the response was complete")]
    Closed,
    /// A connection kept open after an earlier response has closed. It is unknown whether the request has arrived.
    #[error("an open connection ended before a response was received")]
    Lost,
    /// The response is larger than the limit.
    #[error("the response has more than {0} bytes")]
    TooLarge(u64),
    /// The response is not HTTP.
    #[error("the response is not valid HTTP: {0}")]
    NotHttp(String),
    /// TLS failed.
    #[error("the TLS handshake failed: {0}")]
    Tls(String),
    /// The address or a header cannot be sent.
    #[error("failed to send the request: {0}")]
    Unsendable(String),
}

impl Request {
    /// Returns the request without texts that no output may show.
    #[must_use]
    pub fn redacted(mut self, hidden: &sign::Hidden) -> Self {
        let clean = |text: &mut String| *text = hidden.clean(text);
        clean(&mut self.url);
        clean(&mut self.body);
        for (name, value) in &mut self.headers {
            *name = hidden.clean_name(name);
            clean(value);
        }
        let texts = || [&self.url, &self.body].into_iter().chain(self.headers.iter().map(|(_, value)| value));
        let is_used = |name: &&String| texts().any(|text| text.contains(name.as_str()));
        self.variables = hidden.variables().filter(is_used).cloned().collect();
        self
    }
}

/// Maximum size of a body that is kept after judging, in bytes. The documented responses have a few hundred.
const KEPT_BODY: usize = 8 * 1024;

/// Maximum size of the response headers that are kept, in bytes: in total, and of each name and value.
const KEPT_HEADERS: usize = 4 * 1024;
const KEPT_HEADER: usize = 1024;

impl Response {
    fn truncated(mut self, bytes: usize) -> Self {
        if self.body.len() > bytes {
            self.cut = self.cut.or(Some(self.body.len()));
            shorten(&mut self.body, bytes);
        }
        self
    }

    /// Returns `true` if the body is too long to be kept whole.
    pub fn is_long(&self) -> bool {
        self.body.len() > KEPT_BODY
    }

    /// Returns the response as it is kept after judging: shortened, so that no target decides how much memory a run
    /// needs.
    #[must_use]
    pub fn for_storage(mut self) -> Self {
        self = self.truncated(KEPT_BODY);
        let mut room = KEPT_HEADERS;
        for (name, value) in &mut self.headers {
            shorten(name, KEPT_HEADER.min(room));
            room -= name.len();
            shorten(value, KEPT_HEADER.min(room));
            room -= value.len();
        }
        self.headers.retain(|(name, _)| !name.is_empty());
        self.headers.shrink_to_fit();
        self
    }
}

/// Number of bytes of a body that are searched for texts that no output may show: twice what is kept, because a name
/// may be shorter than the secret that it replaces.
const CLEANED: usize = 2 * KEPT_BODY;

/// Cuts a text to at most `bytes` bytes, between two characters, and frees the memory.
fn shorten(text: &mut String, bytes: usize) {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.shrink_to_fit();
}

impl Exchange {
    /// Returns the exchange as it is kept after judging.
    #[must_use]
    pub fn for_storage(mut self) -> Self {
        if let Outcome::Received(response) = self.outcome {
            self.outcome = Outcome::Received(response.for_storage());
        }
        self
    }

    /// Returns the exchange with a long body cut to the part that may be kept.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        if let Outcome::Received(response) = self.outcome {
            self.outcome = Outcome::Received(response.truncated(CLEANED));
        }
        self
    }

    /// Returns the exchange without texts that no output may show.
    #[must_use]
    pub fn redacted(mut self, hidden: &sign::Hidden) -> Self {
        let clean = |text: &mut String| *text = hidden.clean(text);
        self.request = self.request.redacted(hidden);
        match &mut self.outcome {
            Outcome::Received(response) => {
                clean(&mut response.body);
                for (name, value) in &mut response.headers {
                    *name = hidden.clean_name(name);
                    clean(value);
                }
            }
            Outcome::NoResponse(
                NoResponse::Unreachable(text)
                | NoResponse::NotHttp(text)
                | NoResponse::Tls(text)
                | NoResponse::Unsendable(text),
            ) => clean(text),
            Outcome::NoResponse(_) => {}
        }
        self
    }
}

#[cfg(test)]
impl Exchange {
    /// Creates an exchange of an operation with this outcome, for tests.
    pub fn of(operation: &str, outcome: Outcome) -> Self {
        let request = Request {
            method: "POST".to_owned(),
            url: "http://t/".to_owned(),
            headers: Vec::new(),
            body: String::new(),
            variables: Vec::new(),
        };
        Self { operation: operation.to_owned(), request, outcome, micros: 1 }
    }

    /// Creates an exchange of an operation with this response, for tests.
    pub fn with_response(operation: &str, status: u16, body: impl Into<String>) -> Self {
        let response =
            Response { status, headers: Vec::new(), body: body.into(), not_utf8: false, cut: None };
        Self::of(operation, Outcome::Received(response))
    }
}
