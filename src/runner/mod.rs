//! Running: many cases at once, results in the order of the plan.

mod account;
mod attempt;
mod clean_up;
mod cost;
mod draw;
mod hunt;
mod ledger;
mod order;
mod pace;
mod resolve;
mod session;
mod shared;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use attempt::{run_case, skipped};
pub use cost::requests;
pub use draw::any_seed;
pub use hunt::{Hunt, hunt};
pub use session::Session;

use crate::case::Case;
use crate::event::{CaseResult, Event, Finish, Start, VERSION};
use crate::spec::model::Specs;
use crate::transport::{Limits, Transport};

use order::InOrder;
use pace::Pace;

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
    /// How many requests a second are sent at most; `None` is as many as the target takes.
    pub rate: Option<u32>,
}

impl Options {
    /// A session with the target.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn session(&self) -> Result<Session, reqwest::Error> {
        Ok(self.session_over(self.transport()?))
    }

    /// A session over a transport that other sessions may use as well.
    pub fn session_over(&self, transport: Transport) -> Session {
        let pace = self.rate.map(Pace::new);
        Session::new(&self.url, transport, (self.seed, self.nonce), CEILING, self.jobs, pace)
    }

    /// What is sent over: with the bounds of an exchange.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn transport(&self) -> Result<Transport, reqwest::Error> {
        Transport::new(Limits { timeout: self.timeout, max_body: MAX_BODY })
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
    emit(Event::RunStarted(start(&specs, &cases, options)));
    let cases: Vec<Arc<Case>> = cases.into_iter().map(Arc::new).collect();
    let mut order = InOrder::new(&specs, &cases);
    let (alone, together): (Vec<usize>, Vec<usize>) =
        (0..cases.len()).partition(|index| is_exclusive(&session, &specs, &cases[*index]));
    let mut waiting = together.into_iter();
    let mut running: JoinSet<(usize, CaseResult)> = JoinSet::new();
    let mut done = 0;
    let mut stopped = None;
    loop {
        stopped = stopped.or_else(|| why_stop(&cancel, &session));
        while running.len() < options.jobs.max(1) && stopped.is_none() {
            let Some(index) = waiting.next() else { break };
            let (session, specs, case) =
                (Arc::clone(&session), Arc::clone(&specs), Arc::clone(&cases[index]));
            running.spawn(async move { (index, run_case(&session, &specs, &case).await) });
        }
        let Some(joined) = running.join_next().await else { break };
        // A case that panics is lost as a task; its place in the plan is filled below.
        let Ok((index, result)) = joined else { continue };
        done += 1;
        emit(Event::Progress { done });
        order.take(index, result, &mut emit);
    }
    remove_shared(&session, &specs).await;
    for index in alone {
        stopped = stopped.or_else(|| why_stop(&cancel, &session));
        if stopped.is_none() {
            order.take(index, run_case(&session, &specs, &cases[index]).await, &mut emit);
            done += 1;
            emit(Event::Progress { done });
        }
    }
    let reason = stopped.unwrap_or("the runner failed on this case");
    for (index, case) in cases.iter().enumerate() {
        if !order.has(index) {
            order.take(index, skipped(&specs, case, reason), &mut emit);
        }
    }
    let (kept, left_behind) = session.ledger.close();
    Ok(Finish {
        counts: order.counts,
        rows: order.rows(),
        precedence: order.seen.facts(),
        stopped: stopped.map(str::to_owned),
        kept,
        left_behind,
        micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        requests: session.requests(),
    })
}

fn start(specs: &Specs, cases: &[Case], options: &Options) -> Start {
    Start {
        version: VERSION,
        fineprint: env!("CARGO_PKG_VERSION").to_owned(),
        target: options.target.clone(),
        url: options.url.clone(),
        seed: options.seed,
        cases: cases.len(),
        requests: cases.iter().map(|case| requests(specs, case)).sum(),
    }
}

/// Whether a case needs more room than cases have together: then it runs alone, after all others.
fn is_exclusive(session: &Session, specs: &Specs, case: &Case) -> bool {
    cost::entities(specs, case).0 > session.ceiling
}

/// Removes what cases have shared: after the last of them, or where one needs all the room. No case may be under way.
pub async fn remove_shared(session: &Session, specs: &Specs) {
    session.pool.clear();
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
