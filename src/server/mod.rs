//! The reference server: an implementation made from the specs alone.
//!
//! It imports neither the generator nor the judge, and it asks no ruling of the specs what a rule means: it validates by
//! its own code, so that a mistake in the oracle does not agree with itself.

mod acs_rpc;
mod operations;
mod respond;
mod store;
mod tencent3;
mod validate;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

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
    /// Starts a server on the loopback interface; port 0 takes a free one.
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn start(specs: Arc<Specs>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { specs, store: Store::new() });
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
    let header = |name: &str| {
        head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(_) => String::new(),
    };
    let raw = Raw {
        method: head.method.to_string(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        content_type: header("content-type").unwrap_or_default(),
        body,
    };
    let (status, json) = match header("x-tc-action") {
        Some(_) => tencent3::serve(&state.specs, &state.store, &raw, &header),
        None => acs_rpc::serve(&state.specs, &state.store, &raw, &header),
    };
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::OK);
    let json_type = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json_type);
    Ok(response)
}

/// A request as it came.
struct Raw {
    method: String,
    query: String,
    content_type: String,
    body: String,
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
}

/// A refusal: a row's facts.
struct Refusal {
    status: Option<u16>,
    code: String,
    message: String,
}

impl Refusal {
    fn of(row: &ErrorRow) -> Self {
        Self {
            status: row.status,
            code: row.codes.first().cloned().unwrap_or_default(),
            message: row.message.clone().or_else(|| row.says.clone()).unwrap_or_default(),
        }
    }
}

/// The services that speak a protocol.
fn speaking(specs: &Specs, protocol: Protocol) -> impl Iterator<Item = &Service> {
    specs.services.iter().filter(move |service| service.protocol == protocol)
}
