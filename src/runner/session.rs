//! What the cases of a run share, and the sending of one call.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::spec::model::{Circumstance, Operation, Service, When};
use crate::transport::Transport;
use crate::wire::{self, Call, Exchange, NoAnswer, Outcome, Reply};

use super::draw::Drawer;
use super::ledger::Ledger;
use super::pace::Pace;
use super::shared::Pool;

/// How often a call is repeated that met a passing circumstance.
const RETRIES: u32 = 4;

/// The first pause before a repetition; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause that a target can ask for with `Retry-After`.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// So many calls in a row that ran into the time-out, and the run is given up.
const SILENCE: usize = 64;

/// How many entities cases share at most.
const SHARING: u32 = 4;

/// A connection to a target, with what the run has drawn and made there.
#[derive(Debug)]
pub struct Session {
    /// The target's address.
    pub url: String,
    /// Sends requests.
    pub transport: Transport,
    /// Draws values.
    pub drawer: Drawer,
    /// What was made.
    pub ledger: Ledger,
    /// A permit for each removable entity that may live at once.
    pub room: Semaphore,
    /// How many permits there are.
    pub ceiling: u32,
    /// A permit for each entity that cases share.
    pub sharing: Semaphore,
    /// The shared entities that no case is using.
    pub pool: Pool,
    /// Time-outs in a row that are too many before the target's first answer.
    pub patience: usize,
    /// Mixed into what is drawn for entities that can never be removed.
    pub nonce: u64,
    /// Cancelled when the run is to end: no case begins, and no pause is waited for.
    pub cancel: CancellationToken,
    /// How fast requests leave, if there is a limit.
    pace: Option<Pace>,
    sent: AtomicUsize,
    unanswered: AtomicUsize,
    answered: AtomicBool,
}

impl Session {
    /// A session with a target; new values are drawn from the seed, and what can never be removed from the nonce too.
    pub fn new(
        url: &str,
        transport: Transport,
        (seed, nonce): (u64, u64),
        ceiling: u32,
        jobs: usize,
        pace: Option<Pace>,
    ) -> Self {
        Self {
            url: url.to_owned(),
            transport,
            drawer: Drawer::new(seed),
            ledger: Ledger::default(),
            room: Semaphore::new(ceiling.saturating_sub(SHARING).max(1) as usize),
            ceiling: ceiling.saturating_sub(SHARING).max(1),
            sharing: Semaphore::new(SHARING as usize),
            pool: Pool::default(),
            nonce,
            pace,
            cancel: CancellationToken::new(),
            patience: jobs.max(2) * 2,
            sent: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
            answered: AtomicBool::new(false),
        }
    }

    /// Requests sent so far.
    pub fn requests(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether the target has answered anything yet.
    pub fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Whether the target has been silent for so long that asking on is of no use.
    pub fn has_gone_silent(&self) -> bool {
        let limit = if self.answered.load(Ordering::Relaxed) { SILENCE } else { self.patience };
        self.unanswered.load(Ordering::Relaxed) >= limit
    }

    /// Waits until a case may make so many entities of its own and use so many shared ones.
    pub async fn room(
        &self,
        (own, shared): (u32, u32),
    ) -> Option<(SemaphorePermit<'_>, SemaphorePermit<'_>)> {
        // Shared ones first: who waits for room of its own then waits for cases that have all they need.
        let shared = self.sharing.acquire_many(shared.min(SHARING)).await.ok()?;
        let own = self.room.acquire_many(own.min(self.ceiling)).await.ok()?;
        Some((own, shared))
    }

    /// Calls an operation, and again while a documented passing circumstance answers.
    pub async fn call(&self, call: Call<'_>) -> Exchange {
        let mut pause = FIRST_PAUSE;
        for _ in 0..RETRIES {
            let exchange = self.call_once(call).await;
            let Some(asked) = passing_circumstance(call.service, call.operation, &exchange) else {
                return exchange;
            };
            tokio::select! {
                () = tokio::time::sleep(asked.unwrap_or(pause).min(LONGEST_PAUSE)) => {}
                () = self.cancel.cancelled() => return exchange,
            }
            pause *= 2;
        }
        self.call_once(call).await
    }

    /// Calls an operation once, whatever answers.
    pub async fn call_once(&self, call: Call<'_>) -> Exchange {
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        let request = wire::encode(call, &self.url);
        self.sent.fetch_add(1, Ordering::Relaxed);
        let exchange = self.transport.send(&call.operation.name, request).await;
        match exchange.outcome {
            Outcome::Answered(_) => {
                self.answered.store(true, Ordering::Relaxed);
                self.unanswered.store(0, Ordering::Relaxed);
            }
            Outcome::Unanswered(NoAnswer::TimedOut(_)) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            // What fails at once costs no time: every case gets its own verdict.
            Outcome::Unanswered(_) => {}
        }
        exchange
    }
}

/// Whether the answer is a documented circumstance that passes; and for how long the target asks to wait, if it does.
fn passing_circumstance(
    service: &Service,
    operation: &Operation,
    exchange: &Exchange,
) -> Option<Option<Duration>> {
    let Outcome::Answered(answer) = &exchange.outcome else { return None };
    let Reply::Refused { code, .. } = wire::decode(service.protocol, answer) else { return None };
    let passes = service.rows(operation).any(|row| {
        matches!(row.when, When::Circumstance(circumstance) if Circumstance::passes(circumstance))
            && service.answers_for(row, &code)
    });
    let header = answer.headers.iter().find(|(name, _)| name == "retry-after");
    let asked = header.and_then(|(_, value)| value.trim().parse().ok()).map(Duration::from_secs);
    passes.then_some(asked)
}
