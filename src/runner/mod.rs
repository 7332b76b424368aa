//! Running: many cases at once, results in the order of the plan.

mod account;
mod attempt;
mod clean_up;
mod cost;
mod draw;
mod ledger;
mod resolve;
mod session;
mod shared;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use attempt::{run_case, skipped};
pub use cost::requests;
pub use draw::any_seed;
pub use session::Session;

use crate::case::Case;
use crate::event::{CaseResult, Counts, Event, Finish, Start, VERSION};
use crate::judge::{RequestIds, Seen, Verdict};
use crate::spec::model::Specs;
use crate::transport::{Limits, Transport};

/// The vendors allow twenty entities; some are left for others.
const CEILING: u32 = 16;

/// The largest answer that is read. The documented ones have some hundred bytes.
const MAX_BODY: u64 = 1024 * 1024;

/// Who owns what cases share.
const SHARED: &str = "several cases";

const INTERRUPTED: &str = "interrupted";
const SILENT: &str = "the target does not answer";

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The target's name.
    pub target: String,
    /// Its address.
    pub url: String,
    /// How many cases run at once.
    pub jobs: usize,
    /// How long an exchange may take.
    pub timeout: Duration,
    /// From which new values are drawn.
    pub seed: u64,
    /// Mixed into what is drawn for entities that can never be removed: the target of an earlier run with the same seed
    /// still has those of that run.
    pub nonce: u64,
}

impl Options {
    /// A session with the target.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn session(&self) -> Result<Session, reqwest::Error> {
        let limits = Limits { timeout: self.timeout, max_body: MAX_BODY };
        Ok(Session::new(&self.url, Transport::new(limits)?, (self.seed, self.nonce), CEILING, self.jobs))
    }
}

/// Runs cases and tells what happens, up to the last case; how it ended is for the caller to tell, who may know more
/// (snapshots). Cancelling the token stops new cases, waits for those under way and cleans up.
///
/// # Errors
/// The TLS library could not be set up.
pub async fn run(
    specs: Arc<Specs>,
    cases: Vec<Case>,
    options: &Options,
    cancel: CancellationToken,
    mut emit: impl FnMut(Event),
) -> Result<Finish, reqwest::Error> {
    let mut session = options.session()?;
    session.cancel = cancel.clone();
    let session = Arc::new(session);
    let begun = Instant::now();
    emit(Event::RunStarted(Start {
        version: VERSION,
        fineprint: env!("CARGO_PKG_VERSION").to_owned(),
        target: options.target.clone(),
        url: options.url.clone(),
        seed: options.seed,
        cases: cases.len(),
        requests: cases.iter().map(|case| requests(&specs, case)).sum(),
    }));
    let cases: Vec<Arc<Case>> = cases.into_iter().map(Arc::new).collect();
    let mut order = InOrder::new(&specs, &cases);
    let mut waiting = cases.iter().cloned().enumerate();
    let mut running: JoinSet<(usize, CaseResult)> = JoinSet::new();
    let mut done = 0;
    let mut stopped = None;
    loop {
        stopped = stopped.or_else(|| why_stop(&cancel, &session));
        while running.len() < options.jobs.max(1) && stopped.is_none() {
            let Some((index, case)) = waiting.next() else { break };
            let (session, specs) = (Arc::clone(&session), Arc::clone(&specs));
            running.spawn(async move { (index, run_case(&session, &specs, &case).await) });
        }
        let Some(joined) = running.join_next().await else { break };
        // A case that panics is lost as a task; its place in the plan is filled below.
        let Ok((index, result)) = joined else { continue };
        done += 1;
        emit(Event::Progress { done });
        order.take(index, result, &mut emit);
    }
    let reason = stopped.unwrap_or("the runner failed on this case");
    for (index, case) in cases.iter().enumerate() {
        if !order.has(index) {
            order.take(index, skipped(&specs, case, reason), &mut emit);
        }
    }
    remove_shared(&session, &specs).await;
    let (kept, left_behind) = session.ledger.close();
    Ok(Finish {
        counts: order.counts,
        precedence: order.seen.facts(),
        stopped: stopped.map(str::to_owned),
        kept,
        left_behind,
        micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        requests: session.requests(),
    })
}

/// Removes what cases have shared, after the last of them.
pub async fn remove_shared(session: &Session, specs: &Specs) {
    for living in session.ledger.of(SHARED) {
        if let Some(service) = specs.services.iter().find(|service| service.folder == living.service) {
            clean_up::remove(session, service, &living).await;
        }
    }
}

fn why_stop(cancel: &CancellationToken, session: &Session) -> Option<&'static str> {
    if cancel.is_cancelled() {
        return Some(INTERRUPTED);
    }
    session.has_gone_silent().then_some(SILENT)
}

/// Puts results into the order of the plan, and judges what only the whole run shows.
struct InOrder<'s> {
    specs: &'s Specs,
    cases: &'s [Arc<Case>],
    next: usize,
    early: BTreeMap<usize, CaseResult>,
    ids: RequestIds,
    counts: Counts,
    seen: Seen,
}

impl<'s> InOrder<'s> {
    fn new(specs: &'s Specs, cases: &'s [Arc<Case>]) -> Self {
        Self {
            specs,
            cases,
            next: 0,
            early: BTreeMap::new(),
            ids: RequestIds::default(),
            counts: Counts::default(),
            seen: Seen::default(),
        }
    }

    fn has(&self, index: usize) -> bool {
        index < self.next || self.early.contains_key(&index)
    }

    fn take(&mut self, index: usize, result: CaseResult, emit: &mut impl FnMut(Event)) {
        self.early.insert(index, result);
        while let Some(mut result) = self.early.remove(&self.next) {
            if let (Some(case), Some(exchange)) = (self.cases.get(self.next), result.tried())
                && let Some((service, operation)) = self.specs.operation(&case.operation)
            {
                self.seen.take(service, operation, case, exchange);
            }
            self.next += 1;
            self.judge_repeats(&mut result);
            self.counts.add(&result.verdict);
            emit(Event::CaseFinished(Box::new(result)));
        }
    }

    fn judge_repeats(&mut self, result: &mut CaseResult) {
        let Some((service, _)) = self.specs.operation(&result.operation) else { return };
        let mut repeated = Vec::new();
        for exchange in &result.exchanges {
            repeated.extend(self.ids.take(service, &result.id, exchange));
        }
        match &mut result.verdict {
            _ if repeated.is_empty() => {}
            Verdict::Fail { departures } => departures.extend(repeated),
            verdict => *verdict = Verdict::Fail { departures: repeated },
        }
    }
}
