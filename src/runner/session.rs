//! The state that the cases of a run share, and the sending of one call.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::json::Json;
use crate::spec::model::{Entity, Service};
use crate::transport::Transport;
use crate::wire::sign::{Hidden, Stamp};
use crate::wire::{
    self, Call, Exchange, Gateway, GatewayResponse, NoResponse, Outcome, Reply, Request, Response, Signing,
};

use super::Options;
use super::ledger::{Ledger, LiveEntity};
use super::pace::{Pace, WaitBudget};
use super::random_values::RandomValues;
use super::shared::Pool;
use super::target::Target;

/// The delay before the first retry; each further one is twice as long.
pub const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Maximum delay that a target can ask for with `Retry-After`.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Maximum delay while a run that is to end cleans up: the user is waiting.
const HURRIED_PAUSE: Duration = Duration::from_secs(2);

/// Number of consecutive timeouts after which the run stops.
const MAX_TIMEOUTS: usize = 64;

/// Maximum number of entities that cases share.
const MAX_SHARED: u32 = 4;

/// A connection to a target, with the random values and the entities of the run.
#[derive(Debug)]
pub struct Session {
    /// The target.
    pub target: Target,
    /// The transport that sends the requests.
    pub transport: Transport,
    /// The source of random values.
    pub random_values: RandomValues,
    /// The ledger of created entities.
    pub ledger: Ledger,
    /// One permit for each removable entity that may exist at the same time.
    pub room: Semaphore,
    /// Number of permits in `room`.
    pub ceiling: u32,
    /// One permit for each entity that cases share.
    pub sharing: Semaphore,
    /// Number of permits in `sharing`.
    shares: u32,
    /// The shared entities that no case is using.
    pub pool: Pool,
    /// Number of consecutive timeouts that are too many before the target's first response.
    pub patience: usize,
    /// Mixed into the random values of entities that can never be removed, and into the nonces of signatures.
    pub nonce: u64,
    /// Cancelled when the run is to end: no case starts, and no pause is waited for.
    pub cancel: CancellationToken,
    /// The time that the target may still keep the run waiting.
    pub waiting: WaitBudget,
    /// Number of wrong secrets sent for a real key, by service.
    pub wrong_secrets: Mutex<HashMap<String, u32>>,
    /// The rate limit, if there is one.
    pace: Option<Pace>,
    /// The rate limits of single operations.
    paces: Vec<(String, Pace)>,
    connections: Option<Semaphore>,
    sent: AtomicUsize,
    plain: AtomicUsize,
    unanswered: AtomicUsize,
    has_responded: AtomicBool,
}

impl Session {
    /// Creates a session with a target.
    pub fn new(options: &Options, transport: Transport) -> Self {
        let target = options.target.clone();
        // If few entities may exist, fewer of them are kept for cases to share.
        let shares = MAX_SHARED.min(target.entities / 4).max(1);
        let ceiling = target.entities.saturating_sub(shares).max(1);
        Self {
            transport,
            random_values: RandomValues::new(options.seed),
            ledger: Ledger::with_journal(options.journal.clone()),
            room: Semaphore::new(ceiling as usize),
            ceiling,
            sharing: Semaphore::new(shares as usize),
            shares,
            pool: Pool::default(),
            nonce: options.nonce,
            waiting: WaitBudget::new(options.max_wait),
            wrong_secrets: Mutex::default(),
            pace: target.rate.map(Pace::new),
            paces: target.rates.iter().map(|(name, rate)| (name.clone(), Pace::new(*rate))).collect(),
            connections: target.connections.map(|number| Semaphore::new(number.max(1) as usize)),
            cancel: CancellationToken::new(),
            patience: options.jobs.max(2) * 2,
            sent: AtomicUsize::new(0),
            plain: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
            has_responded: AtomicBool::new(false),
            target,
        }
    }

    /// Returns the number of requests sent so far.
    pub fn requests(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the number of the next plain call, from 1.
    pub fn plain_calls(&self) -> usize {
        self.plain.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Returns `true` if the target has answered anything yet.
    pub fn has_responded(&self) -> bool {
        self.has_responded.load(Ordering::Relaxed)
    }

    /// Returns `true` if the target has been silent for so long that further calls are of no use.
    pub fn has_gone_silent(&self) -> bool {
        let limit = if self.has_responded.load(Ordering::Relaxed) { MAX_TIMEOUTS } else { self.patience };
        self.unanswered.load(Ordering::Relaxed) >= limit
    }

    /// Returns the address of a service; empty if it has none.
    pub fn address_of(&self, service: &Service) -> String {
        self.target.address(service).unwrap_or_default().to_owned()
    }

    /// Returns an entity of a service on the target, with the owner that will remove it.
    pub fn live_entity(
        &self,
        service: &Service,
        entity: &Entity,
        id: &Json,
        owner: &str,
        unique: &[(String, String)],
    ) -> LiveEntity {
        LiveEntity {
            service: service.folder.clone(),
            at: self.address_of(service),
            entity: entity.name.clone(),
            id: id.clone(),
            case: owner.to_owned(),
            unique: unique.to_vec(),
            values: unique.to_vec(),
            parents: Vec::new(),
            made: None,
            may_be_gone: false,
        }
    }

    /// Waits until a case may create this many entities of its own and use this many shared ones.
    pub async fn wait_for_room(
        &self,
        (own, shared): (u32, u32),
    ) -> Option<(SemaphorePermit<'_>, SemaphorePermit<'_>)> {
        // Shared ones first: a case that waits for room of its own then waits for cases that have all they need.
        let shared = self.sharing.acquire_many(shared.min(self.shares)).await.ok()?;
        let own = self.room.acquire_many(own.min(self.ceiling)).await.ok()?;
        Some((own, shared))
    }

    /// Calls an operation, and retries while a documented temporary circumstance is returned and the run is not to end.
    pub async fn call(&self, call: Call<'_>) -> Exchange {
        self.call_until(call, self.cancel.cancelled()).await
    }

    /// Calls an operation for the cleanup: it is called, and retried, even if the run is to end.
    pub async fn call_to_the_end(&self, call: Call<'_>) -> Exchange {
        self.call_until(call, std::future::pending()).await
    }

    async fn call_until(&self, call: Call<'_>, end: impl Future<Output = ()>) -> Exchange {
        let mut end = pin!(end);
        let mut pause = FIRST_PAUSE;
        for _ in 0..self.target.retries {
            let exchange = self.call_once(call).await;
            let Some(asked) = temporary_pause(call, &exchange, &self.target.gateways) else {
                return exchange;
            };
            let Some(pause) = self.pause(asked, &mut pause) else { return exchange };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = &mut end => return exchange,
            }
        }
        self.call_once(call).await
    }

    /// Returns the delay before a retry; `None` if there is none. No call is repeated earlier than the target asked
    /// for, and no target keeps a run waiting for long: neither once nor in total.
    pub fn pause(&self, asked: Option<Duration>, next_pause: &mut Duration) -> Option<Duration> {
        let longest = if self.cancel.is_cancelled() { HURRIED_PAUSE } else { LONGEST_PAUSE };
        match asked {
            Some(asked) if asked > longest || !self.waiting.deduct(tokio::time::Instant::now(), asked) => {
                None
            }
            Some(asked) => Some(asked),
            None => Some(next(next_pause).min(longest)),
        }
    }

    /// Calls an operation once, whatever is returned. The exchange is as received: it is for judging, and must not be
    /// shown before [`Session::hidden`] is removed from it.
    pub async fn call_once(&self, call: Call<'_>) -> Exchange {
        let _connection = match &self.connections {
            Some(connections) => connections.acquire().await.ok(),
            None => None,
        };
        let own = self.paces.iter().find(|(name, _)| call.operation.is_called(name));
        let _own_place = match own {
            Some((_, pace)) => Some(pace.place().await),
            None => None,
        };
        let _place = match &self.pace {
            Some(pace) => Some(pace.place().await),
            None => None,
        };
        let Some(address) = self.target.address(call.service) else {
            return unaddressed(call);
        };
        let mut exchange = self.send(call, address).await;
        if exchange.outcome == Outcome::NoResponse(NoResponse::Lost) && only_reads(call) {
            exchange = self.send(call, address).await;
        }
        match exchange.outcome {
            Outcome::Received(_) => {
                self.has_responded.store(true, Ordering::Relaxed);
                self.unanswered.store(0, Ordering::Relaxed);
            }
            Outcome::NoResponse(NoResponse::TimedOut(_)) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            // An immediate failure costs no time: every case gets its own verdict.
            Outcome::NoResponse(_) => {}
        }
        exchange
    }

    async fn send(&self, call: Call<'_>, address: &str) -> Exchange {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let request = self.sign(call, address, number);
        self.transport.send(&call.operation.name, request).await
    }

    /// Returns the request of a call as it would be sent.
    pub fn rehearsed(&self, call: Call<'_>) -> Option<Request> {
        // Counted as sent, so that no two requests of a session have the same nonce.
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        Some(self.sign(call, self.target.address(call.service)?, number))
    }

    /// Returns a request without texts that no output may show.
    pub fn redacted(&self, request: Request) -> Request {
        let hidden = self.hidden([&request]);
        request.redacted(&hidden)
    }

    /// Returns the request as it is sent: signed if the target has credentials, with the target's own headers.
    fn sign(&self, call: Call<'_>, address: &str, number: usize) -> Request {
        let mut request = match self.target.signer(call.service) {
            Some(signer) => {
                let stamp = self.stamp(call, number);
                wire::encode_signed(
                    call,
                    address,
                    Signing { form: signer.form, key: &signer.key, stamp: &stamp },
                )
            }
            None => wire::encode(call, address),
        };
        // A compressed body could not be tested; without this header, any coding would be valid (RFC 9110, section
        // 12.5.3).
        request.headers.push(("accept-encoding".to_owned(), "identity".to_owned()));
        for (name, value) in &self.target.headers {
            request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            request.headers.push((name.clone(), value.expose().to_owned()));
        }
        request
    }

    fn stamp(&self, call: Call<'_>, number: usize) -> Stamp {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let nonce = call.nonce.map_or_else(|| self.random_values.nonce(self.nonce, number), str::to_owned);
        Stamp { seconds: i64::try_from(now).unwrap_or(i64::MAX), nonce }
    }

    /// Returns the texts that no output may show: the target's secrets, and the signatures made with them.
    pub fn hidden<'r>(&self, requests: impl IntoIterator<Item = &'r Request>) -> Hidden {
        let mut hidden = self.target.hidden.clone();
        for signature in requests.into_iter().flat_map(wire::signatures) {
            hidden.hide(&signature, "$SIGNATURE");
        }
        hidden
    }
}

/// Returns `true` if a call changes nothing and may be sent twice: its method says so, or it shows entities.
fn only_reads(call: Call<'_>) -> bool {
    let Call { service, operation, .. } = call;
    let shows = |entity: &Entity| {
        let mut readers = service.readers(&entity.name);
        entity.listed_by.as_ref() == Some(&operation.name)
            || readers.any(|reader| reader.name == operation.name)
    };
    operation.only_reads() || service.entities.iter().any(shows)
}

/// Returns this pause, and doubles it for the next time.
fn next(pause: &mut Duration) -> Duration {
    std::mem::replace(pause, pause.saturating_mul(2))
}

/// Returns the exchange for a service without an address: nothing is sent.
fn unaddressed(call: Call<'_>) -> Exchange {
    let reason = format!("the target has no address for {}", call.service.folder);
    Exchange {
        operation: call.operation.name.clone(),
        request: wire::encode(call, "http://nowhere.invalid"),
        outcome: Outcome::NoResponse(NoResponse::Unsendable(reason)),
        micros: 0,
    }
}

/// Returns `Some` if the response is temporary: a documented circumstance, or a gateway's own response. The value is
/// the pause that the target asks for, if any. After a gateway's response, it is unknown whether a call that creates
/// something has arrived, so that such a call is not sent again unchanged.
fn temporary_pause(
    call: Call<'_>,
    exchange: &Exchange,
    gateways: &[GatewayResponse],
) -> Option<Option<Duration>> {
    let Outcome::Received(response) = &exchange.outcome else { return None };
    let Call { service, operation, .. } = call;
    let passes = match wire::gateway(service, operation, response, gateways) {
        Some(Gateway::Busy) => response.status == 429 || service.created_by(operation).is_none(),
        Some(Gateway::Final) => false,
        None => match wire::decode(service, operation, response) {
            Reply::Rejected { code, .. } => service.is_temporary(operation, &code, response.status),
            _ => false,
        },
    };
    passes.then(|| asked_pause(response))
}

/// Returns the pause that a response asks for: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), or the
/// header that Alibaba Cloud's SDK reads, in milliseconds. A date is compared with the response's own `Date`, because
/// the two clocks may differ.
pub fn asked_pause(response: &Response) -> Option<Duration> {
    let header = |name: &str| {
        let found = response.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim())
    };
    let number = |name: &str| header(name)?.parse().ok();
    let until = || {
        let date = |name: &str| DateTime::parse_from_rfc2822(header(name)?).ok();
        (date("retry-after")? - date("date")?).to_std().ok()
    };
    number("x-acs-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))
        .or_else(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(headers: &[(&str, &str)]) -> Option<Duration> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        asked_pause(&Response { status: 429, headers, body: String::new(), not_utf8: false, cut: None })
    }

    #[test]
    fn requested_pause_is_read_from_seconds_milliseconds_or_date() {
        assert_eq!(asks(&[("retry-after", " 2 ")]), Some(Duration::from_secs(2)));
        assert_eq!(asks(&[("x-acs-retry-after", "1500")]), Some(Duration::from_millis(1500)));
        let until = ("retry-after", "Wed, 21 Oct 2026 07:28:04 GMT");
        let now = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(asks(&[until, now]), Some(Duration::from_secs(4)));
        assert_eq!(asks(&[until]), None, "nobody says what time it is there");
        assert_eq!(asks(&[("retry-after", now.1), ("date", until.1)]), None, "that is over");
        for value in ["-1", "soon", ""] {
            assert_eq!(asks(&[("retry-after", value)]), None, "{value}");
        }
    }
}
