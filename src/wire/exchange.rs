//! A request as sent and the answer as received; what of them is kept, and what no output may show.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign;

/// An HTTP request, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// `POST`
    pub method: String,
    /// The whole address, already percent-encoded.
    pub url: String,
    /// In the order of sending, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Empty if there is none.
    pub body: String,
    /// Names of environment variables that stand in it for secrets, as `$NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
}

/// An HTTP answer, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// As they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are no UTF-8 are replaced.
    pub body: String,
    /// Whether any were.
    #[serde(default)]
    pub not_utf8: bool,
    /// How many bytes the body had, where only its beginning is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<usize>,
}

/// A request as sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The operation that was called.
    pub operation: String,
    /// The request.
    pub request: Request,
    /// The answer, or why there is none.
    pub outcome: Outcome,
    /// From sending to the last byte of the answer, in microseconds.
    pub micros: u64,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// An HTTP answer.
    Answered(Answer),
    /// None.
    Unanswered(NoAnswer),
}

/// Why there is no HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswer {
    /// Nobody listens there.
    #[error("the target refused the connection")]
    Refused,
    /// The name or the network.
    #[error("failed to reach the target: {0}")]
    Unreachable(String),
    /// Too slow.
    #[error("no response within {0} ms")]
    TimedOut(u64),
    /// The connection ended before the answer did.
    #[error("the target closed the connection before the response was complete")]
    Closed,
    /// The connection had been kept open after an earlier response. Whether the request has arrived nobody knows.
    #[error("an open connection ended before a response was received")]
    Lost,
    /// More than is read.
    #[error("the response has more than {0} bytes")]
    TooLarge(u64),
    /// What came is not HTTP.
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
    /// The request without what no output may show.
    #[must_use]
    pub fn without(mut self, hidden: &sign::Hidden) -> Self {
        let clean = |text: &mut String| *text = hidden.clean(text);
        clean(&mut self.url);
        clean(&mut self.body);
        for (name, value) in &mut self.headers {
            *name = hidden.clean_name(name);
            clean(value);
        }
        let texts = || [&self.url, &self.body].into_iter().chain(self.headers.iter().map(|(_, value)| value));
        let stands = |name: &&String| texts().any(|text| text.contains(name.as_str()));
        self.variables = hidden.variables().filter(stands).cloned().collect();
        self
    }
}

/// How much of a body is kept once it is judged, in bytes: the documented answers have some hundred.
const KEPT_BODY: usize = 8 * 1024;

/// How much of the headers of an answer is kept in all, in bytes, and how much of each.
const KEPT_HEADERS: usize = 4 * 1024;
const KEPT_HEADER: usize = 1024;

impl Answer {
    fn within(mut self, bytes: usize) -> Self {
        if self.body.len() > bytes {
            self.cut = self.cut.or(Some(self.body.len()));
            shorten(&mut self.body, bytes);
        }
        self
    }

    /// Whether only the beginning of its body is kept.
    pub fn is_long(&self) -> bool {
        self.body.len() > KEPT_BODY
    }

    /// The answer as it is kept once it is judged: no target decides how much memory a run needs.
    #[must_use]
    pub fn kept(mut self) -> Self {
        self = self.within(KEPT_BODY);
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

/// So much of a body is looked through for what no output may show, in bytes: what is kept, and as much again, because a name may
/// be shorter than the secret that it stands for.
const CLEANED: usize = 2 * KEPT_BODY;

/// Cuts a text to so many bytes at most, between two characters, and gives back the room.
fn shorten(text: &mut String, bytes: usize) {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.shrink_to_fit();
}

impl Exchange {
    /// The exchange as it is kept once it is judged.
    #[must_use]
    pub fn kept(mut self) -> Self {
        if let Outcome::Answered(answer) = self.outcome {
            self.outcome = Outcome::Answered(answer.kept());
        }
        self
    }

    /// The exchange with so much of a long body as can be kept of it.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        if let Outcome::Answered(answer) = self.outcome {
            self.outcome = Outcome::Answered(answer.within(CLEANED));
        }
        self
    }

    /// The exchange without what no output may show.
    #[must_use]
    pub fn without(mut self, hidden: &sign::Hidden) -> Self {
        let clean = |text: &mut String| *text = hidden.clean(text);
        self.request = self.request.without(hidden);
        match &mut self.outcome {
            Outcome::Answered(answer) => {
                clean(&mut answer.body);
                for (name, value) in &mut answer.headers {
                    *name = hidden.clean_name(name);
                    clean(value);
                }
            }
            Outcome::Unanswered(
                NoAnswer::Unreachable(text)
                | NoAnswer::NotHttp(text)
                | NoAnswer::Tls(text)
                | NoAnswer::Unsendable(text),
            ) => clean(text),
            Outcome::Unanswered(_) => {}
        }
        self
    }
}

#[cfg(test)]
impl Exchange {
    /// A call of an operation and what came of it, for tests.
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

    /// A call of an operation that was answered, for tests.
    pub fn answered(operation: &str, status: u16, body: impl Into<String>) -> Self {
        let answer = Answer { status, headers: Vec::new(), body: body.into(), not_utf8: false, cut: None };
        Self::of(operation, Outcome::Answered(answer))
    }
}
