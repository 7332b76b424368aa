//! The reference server: an implementation built from the specs alone.
//!
//! It imports neither the generator nor the judge, and it does not use the specs' rulings on what a rule means: it
//! validates with its own code, so that a mistake in the oracle does not agree with itself.

pub(crate) mod address;
pub(crate) mod auth;
mod behaviour;
mod common;
pub(crate) mod envelope;
pub(crate) mod fault;
pub(crate) mod form;
mod given;
mod made;
pub mod mutant;
pub(crate) mod operations;
mod reading;
mod relation;
mod respond;
mod store;
mod text;
pub(crate) mod validate;
pub(crate) mod wording;

pub use auth::{Access, AuthCheck, DEMO, Key};
pub use behaviour::Behaviour;
pub use reading::Reading;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::json::Json;
use crate::protocol::{acs_rpc, rest, tencent3};
use crate::spec::breach::Breach;
use crate::spec::message::Message;
use crate::spec::model::{ErrorRow, Member, Operation, Protocol, Service, Specs, header_path};

use fault::Fault;
use store::Store;

/// Maximum size of a request body: Tencent Cloud's limit for a signed POST.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts the plain reference server on the loopback interface; port 0 selects a free port.
    ///
    /// # Errors
    /// Returns an error if the port cannot be bound.
    pub async fn start(specs: Arc<Specs>, port: u16) -> io::Result<Self> {
        Self::behaving(specs, port, Behaviour::default()).await
    }

    /// Starts a server that reads the pages in its own way, or breaks a promise.
    ///
    /// # Errors
    /// Returns an error if the port cannot be bound.
    pub async fn behaving(specs: Arc<Specs>, port: u16, behaviour: Behaviour) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { specs, store: Store::new(), behaviour });
        let accepting = tokio::spawn(accept(listener, state));
        Ok(Self { address, accepting })
    }

    /// Returns the server's address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct State {
    specs: Arc<Specs>,
    store: Store,
    behaviour: Behaviour,
}

/// The context in which a call is performed.
pub(crate) struct Site<'s> {
    pub(crate) specs: &'s Specs,
    store: &'s Store,
    pub(crate) behaviour: &'s Behaviour,
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // The connections end with the server, even if a client keeps them open.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // Out of file descriptors, or the client has already gone: the next attempt may succeed.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| handle(Arc::clone(&state), request));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).max_buf_size(1024 * 1024);
            // A failing connection concerns only its client.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn handle(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map(http_body_util::Collected::to_bytes);
    let raw = Raw {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: body.map(|bytes| bytes.to_vec()).unwrap_or_default(),
    };
    let site = Site { specs: &state.specs, store: &state.store, behaviour: &state.behaviour };
    let meant = RESPONDERS.iter().find(|responder| responder.recognises(&site, &raw));
    // If no protocol recognises the request, the first one does what it can.
    let response = meant.unwrap_or(&RESPONDERS[0]).respond(&site, &raw).await;
    let html = response.rejection && state.behaviour.breaks(&Fault::HtmlRejections);
    let (kind, text) = match html {
        true => ("text/html", "<html><body>Bad Request</body></html>".to_owned()),
        false => ("application/json", written(&state.behaviour, response.body).to_string()),
    };
    let mut reply = hyper::Response::new(Full::new(Bytes::from(text)));
    *reply.status_mut() = hyper::StatusCode::from_u16(response.status).unwrap_or(hyper::StatusCode::OK);
    for (name, value) in &response.headers {
        let (name, value) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()));
        if let (Ok(name), Ok(value)) = (name, value) {
            reply.headers_mut().append(name, value);
        }
    }
    if !reply.headers().contains_key(hyper::header::CONTENT_TYPE) {
        reply.headers_mut().insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(reply)
}

/// Returns a body as the server writes it.
fn written(behaviour: &Behaviour, body: Json) -> Json {
    match body {
        Json::Object(members) if behaviour.has_reading(Reading::OtherOrder) => {
            let members = members.into_iter().rev().map(|(name, value)| (name, written(behaviour, value)));
            Json::Object(members.collect())
        }
        body => body,
    }
}

/// The server side of a protocol.
pub(crate) trait Responder: Sync {
    /// Returns `true` if a request belongs to this protocol.
    fn recognises(&self, site: &Site<'_>, raw: &Raw) -> bool;

    /// Answers a request.
    fn respond<'a>(&self, site: &'a Site<'_>, raw: &'a Raw) -> PendingResponse<'a>;
}

/// A response in preparation.
pub(crate) type PendingResponse<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// The protocols that the server supports. Those with the clearest signs come first, because any request may be plain
/// HTTP.
static RESPONDERS: [&dyn Responder; 3] =
    [&acs_rpc::server::AcsRpc, &rest::server::Rest, &tencent3::server::Tencent3];

/// The response of a protocol.
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Headers besides the content type.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Json,
    pub(crate) rejection: bool,
}

impl Response {
    /// Returns the response of a server that fails, which has no envelope.
    pub(crate) fn crash() -> Self {
        Self::of(500, Json::Text("internal server error".to_owned()), true)
    }

    /// Returns a response without headers of its own.
    pub(crate) fn of(status: u16, body: Json, rejection: bool) -> Self {
        Self { status, headers: Vec::new(), body, rejection }
    }
}

/// A request as received.
pub(crate) struct Raw {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// The headers, names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    /// Returns the first header with this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A call as read by a protocol.
pub(crate) struct Call {
    pub(crate) action: String,
    pub(crate) version: String,
    pub(crate) parameters: Vec<(String, Json)>,
}

/// The outcome of an operation.
pub(crate) enum Reply {
    /// A success, with the response elements.
    Accepted(Json),
    /// An error response, from a row of the error table.
    Rejected(Rejection),
    /// No reply: the server failed.
    Crashed,
}

/// An error response: the contents of an error row.
pub(crate) struct Rejection {
    pub(crate) status: Option<u16>,
    pub(crate) code: String,
    pub(crate) message: String,
    /// `true` if the page gives the message.
    pub(crate) worded: bool,
    /// The placeholders of the message, until they are filled.
    pub(crate) template: Option<Box<Message>>,
    /// The violation, if it is known.
    pub(crate) breach: Option<Box<Breach>>,
    /// The members of the body.
    pub(crate) body: Vec<Member>,
    /// Further faults of the same call that the response reports.
    pub(crate) further: Vec<Rejection>,
}

impl Rejection {
    /// Returns an error response that no row gives.
    pub(crate) fn unlisted(status: u16, code: &str, message: String) -> Self {
        Self {
            status: Some(status),
            code: code.to_owned(),
            message,
            worded: false,
            template: None,
            breach: None,
            body: Vec::new(),
            further: Vec::new(),
        }
    }

    /// Returns an error response with a code that is in no table.
    pub(crate) fn stray() -> Self {
        Self::unlisted(400, "Unexpected.Failure", "Something unexpected happened.".to_owned())
    }

    pub(crate) fn of(row: &ErrorRow) -> Self {
        Self {
            status: row.status,
            code: row.codes.first().cloned().unwrap_or_default(),
            message: row
                .message
                .as_ref()
                .map(|message| message.text.clone())
                .or_else(|| row.says.clone())
                .unwrap_or_default(),
            worded: row.message.is_some(),
            template: row.message.clone().map(Box::new),
            breach: None,
            body: row.body.clone(),
            further: Vec::new(),
        }
    }
}

impl Site<'_> {
    /// Returns the headers that a success of an operation has.
    pub(crate) fn headers(&self, operation: &Operation) -> Vec<(String, String)> {
        let is_sparing = self.behaviour.has_reading(Reading::OptionalElementsAbsent);
        let sent = operation.headers.iter().filter(|header| !(is_sparing && header.is_optional()));
        let broken = self.behaviour.broken_element(&operation.name);
        let value = |header: &Member| {
            let path = header_path(&header.name);
            let broken = broken.as_ref().filter(|(at, _)| *at == path).map(|(_, value)| value.clone());
            broken.unwrap_or_else(|| respond::header(header, self.store))
        };
        let text = |value: Json| value.as_text().map_or_else(|| value.to_string(), str::to_owned);
        sent.map(|header| (header.name.to_lowercase(), text(value(header)))).collect()
    }

    /// Returns the members of an error response that its row gives.
    pub(crate) fn members(&self, rejection: &Rejection) -> Json {
        respond::members(&rejection.body, self.store)
    }

    /// Returns the services that use a protocol.
    pub(crate) fn services_of(&self, protocol: Protocol) -> Vec<&Service> {
        self.specs.services.iter().filter(|service| service.protocol == protocol).collect()
    }

    /// Returns how signatures are checked in this call.
    pub(crate) fn guard(&self) -> auth::Guard<'_> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let without = match self.behaviour.fault {
            Some(Fault::NotChecked(check)) => Some(check),
            _ => None,
        };
        auth::Guard {
            access: self.behaviour.access,
            without,
            nonces: self.store.nonces(),
            now: i64::try_from(now).unwrap_or(i64::MAX),
        }
    }

    /// Returns the request id of a response.
    pub(crate) fn request_id(&self) -> Json {
        match self.behaviour.breaks(&Fault::RequestIdRepeats) {
            true => Json::Text("00000000-0000-4000-8000-000000000000".to_owned()),
            false => Json::Text(self.store.request_id()),
        }
    }

    /// Returns response elements as this server sends them.
    pub(crate) fn finish(&self, output: Json) -> Json {
        let Json::Object(mut members) = output else { return output };
        for (name, value) in &mut members {
            if name == "RequestId" && matches!(value, Json::Text(_)) {
                *value = self.request_id();
            }
        }
        if self.behaviour.has_reading(Reading::ExtraElements) {
            let extra = Json::Object(vec![("Nested".to_owned(), Json::List(vec![Json::Integer(1)]))]);
            members.push(("Extra".to_owned(), extra));
        }
        Json::Object(members)
    }

    /// Returns an error response in this server's wording.
    pub(crate) fn with_wording(&self, rejection: Rejection) -> Rejection {
        let rejection = wording::filled(rejection, &wording::Sent::nothing(self.behaviour));
        match !rejection.worded && self.behaviour.has_reading(Reading::OtherWords) {
            true => Rejection { message: format!("{}, in other words", rejection.code), ..rejection },
            false => rejection,
        }
    }

    /// Returns `true` if error responses carry a member.
    pub(crate) fn has_member(&self, member: &'static str) -> bool {
        !self.behaviour.breaks(&Fault::RejectionLacks(member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::model::Protocol;

    #[test]
    fn server_supports_every_protocol() {
        assert_eq!(RESPONDERS.len(), Protocol::ALL.len(), "one each, in `RESPONDERS`");
    }
}
