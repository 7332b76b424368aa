//! The reference server: an implementation made from the specs alone.
//!
//! It imports neither the generator nor the judge, and it asks no ruling of the specs what a rule means: it validates by
//! its own code, so that a mistake in the oracle does not agree with itself.

mod acs_rpc;
mod address;
mod auth;
mod behaviour;
mod fault;
mod form;
pub mod mutant;
mod operations;
mod reading;
mod respond;
mod rest;
mod store;
mod tencent3;
mod text;
pub(crate) mod validate;

pub use auth::{Access, AuthCheck, DEMO, Key};
pub use behaviour::Behaviour;
pub use reading::Reading;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::json::Json;
use crate::spec::model::{ErrorRow, Protocol, Service, Specs};

use fault::Fault;
use store::Store;

/// The largest request body that is read: Tencent Cloud's limit for a signed POST.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts the plain reference on the loopback interface; port 0 takes a free one.
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn start(specs: Arc<Specs>, port: u16) -> io::Result<Self> {
        Self::behaving(specs, port, Behaviour::default()).await
    }

    /// Starts a server that reads the pages in its own way, or breaks a promise.
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn behaving(specs: Arc<Specs>, port: u16, behaviour: Behaviour) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { specs, store: Store::new(), behaviour });
        let accepting = tokio::spawn(accept(listener, state));
        Ok(Self { address, accepting })
    }

    /// Its address, `http://127.0.0.1:PORT`.
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

/// What a call is performed with.
struct Site<'s> {
    specs: &'s Specs,
    store: &'s Store,
    behaviour: &'s Behaviour,
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        // Out of file descriptors, or a client that is gone already: the next one may do better.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&state), request));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).max_buf_size(1024 * 1024);
            // A connection that fails concerns its client only.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
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
    let is_acs = raw.header("x-acs-action").is_some();
    let answer = if is_acs {
        acs_rpc::serve(&site, &raw).await
    } else if rest::is_meant(&site, &raw) {
        rest::serve(&site, &raw).await
    } else if tencent3::is_meant(&site, &raw) {
        tencent3::serve(&site, &raw).await
    } else {
        acs_rpc::serve(&site, &raw).await
    };
    let html = answer.refusal && state.behaviour.breaks(&Fault::HtmlRefusals);
    let (kind, text) = match html {
        true => ("text/html", "<html><body>Bad Request</body></html>".to_owned()),
        false => ("application/json", written(&state.behaviour, answer.body).to_string()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status).unwrap_or(hyper::StatusCode::OK);
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    Ok(response)
}

/// A body as the server writes it.
fn written(behaviour: &Behaviour, body: Json) -> Json {
    match body {
        Json::Object(members) if behaviour.reads(Reading::OtherOrder) => {
            let members = members.into_iter().rev().map(|(name, value)| (name, written(behaviour, value)));
            Json::Object(members.collect())
        }
        body => body,
    }
}

/// What a protocol answers.
struct Answer {
    status: u16,
    body: Json,
    refusal: bool,
}

impl Answer {
    /// A server that fails fails without an envelope.
    fn crash() -> Self {
        Self { status: 500, body: Json::Text("internal server error".to_owned()), refusal: true }
    }
}

/// A request as it came.
struct Raw {
    method: String,
    path: String,
    query: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Raw {
    /// The first header of that name.
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A call as a protocol has read it.
struct Call {
    action: String,
    version: String,
    parameters: Vec<(String, Json)>,
}

/// What an operation came to.
enum Reply {
    /// The response elements.
    Accepted(Json),
    /// A row of the error table.
    Refused(Refusal),
    /// Nothing: the server failed.
    Crashed,
}

/// A refusal: a row's facts.
struct Refusal {
    status: Option<u16>,
    code: String,
    message: String,
    /// Whether the page gives the message.
    worded: bool,
}

impl Refusal {
    /// A code that no table has.
    fn stray() -> Self {
        Self {
            status: Some(400),
            code: "Unexpected.Failure".to_owned(),
            message: "Something unexpected happened.".to_owned(),
            worded: false,
        }
    }

    fn of(row: &ErrorRow) -> Self {
        Self {
            status: row.status,
            code: row.codes.first().cloned().unwrap_or_default(),
            message: row.message.clone().or_else(|| row.says.clone()).unwrap_or_default(),
            worded: row.message.is_some(),
        }
    }
}

impl Site<'_> {
    /// The services that speak a protocol.
    fn speaking(&self, protocol: Protocol) -> Vec<&Service> {
        self.specs.services.iter().filter(|service| service.protocol == protocol).collect()
    }

    /// How signatures are checked in this call.
    fn guard(&self) -> auth::Guard<'_> {
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

    /// The id of an answer.
    fn request_id(&self) -> Json {
        match self.behaviour.breaks(&Fault::RequestIdRepeats) {
            true => Json::Text("00000000-0000-4000-8000-000000000000".to_owned()),
            false => Json::Text(self.store.request_id()),
        }
    }

    /// Response elements as this server gives them.
    fn finished(&self, output: Json) -> Json {
        let Json::Object(mut members) = output else { return output };
        for (name, value) in &mut members {
            if name == "RequestId" && matches!(value, Json::Text(_)) {
                *value = self.request_id();
            }
        }
        if self.behaviour.reads(Reading::ExtraElements) {
            let extra = Json::Object(vec![("Nested".to_owned(), Json::List(vec![Json::Integer(1)]))]);
            members.push(("Extra".to_owned(), extra));
        }
        Json::Object(members)
    }

    /// A refusal as this server words it.
    fn worded(&self, refusal: Refusal) -> Refusal {
        match !refusal.worded && self.behaviour.reads(Reading::OtherWords) {
            true => Refusal { message: format!("{}, in other words", refusal.code), ..refusal },
            false => refusal,
        }
    }

    /// Whether refusals carry a member.
    fn gives(&self, member: &'static str) -> bool {
        !self.behaviour.breaks(&Fault::RefusalLacks(member))
    }
}
