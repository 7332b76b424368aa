//! The vendors' operations, written by hand from the pages for the tests. No code is shared with `src/server`.
//!
//! A [`Vendor`] behaves as documented, except for the switches that it is started with: single mistakes, and the other
//! readings of questions that the pages leave open.

mod alibaba;
mod tencent;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A running vendor; it stops when it is dropped.
pub struct Vendor {
    /// Its address.
    pub url: String,
    state: Arc<State>,
    _runtime: Runtime,
}

/// The state of the vendor.
pub struct State {
    switches: Vec<String>,
    contacts: Mutex<Vec<Contact>>,
    /// Names in use although no contact has them.
    reserved: Mutex<Vec<String>>,
    /// Ids of contacts that were removed.
    removed: Mutex<Vec<String>>,
    users: Mutex<Vec<String>>,
    counter: AtomicU64,
    calls: AtomicU64,
    /// Calls that were told to wait: no call is told so twice.
    seen_calls: Mutex<std::collections::HashSet<String>>,
    /// Whether removals work, on a vendor whose removals fail at first.
    removes: std::sync::atomic::AtomicBool,
}

/// An Alibaba contact.
struct Contact {
    id: String,
    name: String,
    title: String,
    types: Vec<String>,
}

/// A request as both vendors read it.
pub struct Received {
    headers: HashMap<String, String>,
    query: Vec<(String, String)>,
    body: String,
    /// For a vendor with races: whether the name was free when the call arrived.
    was_free: bool,
}

impl Vendor {
    /// Starts a vendor with some switches turned on.
    pub fn start(switches: &[&str]) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let state = Arc::new(State {
            switches: switches.iter().map(|switch| (*switch).to_owned()).collect(),
            contacts: Mutex::default(),
            reserved: Mutex::default(),
            removed: Mutex::default(),
            users: Mutex::default(),
            counter: AtomicU64::new(1000),
            calls: AtomicU64::new(0),
            seen_calls: Mutex::default(),
            removes: std::sync::atomic::AtomicBool::new(!switches.contains(&"removals-fail-at-first")),
        });
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(accept(listener, Arc::clone(&state)));
        Self { url, state, _runtime: runtime }
    }

    /// Makes removals work from now on.
    pub fn remove_again(&self) {
        self.state.removes.store(true, Ordering::Relaxed);
    }

    /// Returns the number of calls received.
    pub fn calls(&self) -> u64 {
        self.state.calls.load(Ordering::Relaxed)
    }

    /// Returns the number of live Alibaba contacts.
    pub fn contacts(&self) -> usize {
        self.state.contacts.lock().unwrap().len()
    }
}

impl State {
    fn on(&self, switch: &str) -> bool {
        self.switches.iter().any(|name| name == switch)
    }

    fn number(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    fn request_id(&self) -> String {
        if self.on("request-id-repeats") {
            return "77db16d7-bbe8-48a7-868b-ed776a96f1ab".to_owned();
        }
        format!("00000000-0000-4000-8000-{:012x}", self.number())
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(move |request| handle(Arc::clone(&state), request));
            let http = hyper::server::conn::http1::Builder::new();
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Status, content type and body.
pub type Response = (u16, &'static str, String);

async fn handle(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let query = form_urlencoded::parse(head.uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    let mut incoming = Received { headers, query, body, was_free: false };
    state.calls.fetch_add(1, Ordering::Relaxed);
    if state.on("slow") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    if ["add-race", "update-race", "tencent-race"].iter().any(|race| state.on(race)) {
        incoming.was_free = match incoming.headers.contains_key("x-tc-action") {
            true => tencent::is_free(&state, &incoming),
            false => alibaba::is_free(&state, &incoming),
        };
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (status, kind, body) = match incoming.headers.contains_key("x-tc-action") {
        true => tencent::respond(&state, &incoming),
        false => alibaba::respond(&state, &incoming),
    };
    let reply = hyper::Response::builder().status(status).header("content-type", kind);
    Ok(reply.body(Full::new(Bytes::from(body))).unwrap())
}
