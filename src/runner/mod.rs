//! Running: many cases at once, results in the order of the plan.

mod account;
mod attempt;
mod clean_up;
mod cost;
mod draw;
mod hunt;
mod journal;
mod known;
mod ledger;
mod order;
mod pace;
mod probe;
mod recover;
mod rehearse;
mod resolve;
mod session;
mod shared;
mod shown;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use attempt::{run_case, skipped};
pub use cost::requests;
pub use draw::any_seed;
pub use hunt::{Hunt, hunt};
pub use journal::{Journal, Remains};
pub use known::{Known, Outdated};
pub use rehearse::{can_ask, rehearse, rehearse_with_secrets};
pub use session::Session;
pub use target::{Signer, Target};

use crate::case::Case;
use crate::compare::Recording;
use crate::event::{CaseResult, Event, Finish, Leftover, Page, Start, VERSION};
use crate::spec::model::Specs;
use crate::transport::{SetUp, Transport};

use ledger::Living;
use order::InOrder;

/// Who owns what cases share.
const SHARED: &str = "several cases";

const INTERRUPTED: &str = "interrupted";
const SILENT: &str = "the target does not answer";

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The target.
    pub target: Target,
    /// How many cases run at once.
    pub jobs: usize,
    /// From which new values are drawn.
    pub seed: u64,
    /// Mixed into what is drawn for entities that can never be removed: the target of an earlier run with the same seed
    /// still has those of that run.
    pub nonce: u64,
    /// Where it is written down what lives on the target.
    pub journal: Journal,
    /// What an earlier run, that was killed, has left there.
    pub remains: Remains,
    /// What other runs of the same plan have found out: those cases are not tried again.
    pub known: Arc<Known>,
    /// What another target was seen to do: where the page leaves a choice, its answer is what must come.
    pub against: Option<Arc<Recording>>,
}

impl Options {
    /// Some cases at once, and values drawn from a seed.
    pub fn new(target: Target, seed: u64) -> Self {
        Self {
            target,
            jobs: 8,
            seed,
            nonce: any_seed(),
            journal: Journal::default(),
            remains: Remains::default(),
            known: Arc::default(),
            against: None,
        }
    }

    /// The same, with a target that is somewhere else.
    #[must_use]
    pub fn moved(&self, url: String) -> Self {
        Self { target: self.target.clone().moved(url), ..self.clone() }
    }

    /// A session with the target.
    ///
    /// # Errors
    /// What of the way to the target cannot be used.
    pub fn session(&self) -> Result<Session, SetUp> {
        Ok(self.session_over(self.transport()?))
    }

    /// A session over a transport that other sessions may use as well.
    pub fn session_over(&self, transport: Transport) -> Session {
        Session::new(self, transport)
    }

    /// What is sent over: with the bounds of an exchange.
    ///
    /// # Errors
    /// What of the way to the target cannot be used.
    pub fn transport(&self) -> Result<Transport, SetUp> {
        Transport::new(&self.target.network)
    }
}

/// Runs cases and tells what happens, up to the last case; how it ended is for the caller to tell, who may know more
/// (snapshots). Cancelling the token stops new cases, waits for those under way and cleans up.
///
/// # Errors
/// What of the way to the target cannot be used.
pub async fn run(
    specs: Arc<Specs>,
    cases: Vec<Case>,
    options: &Options,
    cancel: CancellationToken,
    mut emit: impl FnMut(Event),
) -> Result<Finish, SetUp> {
    let mut session = options.session()?;
    session.cancel = cancel.clone();
    let session = Arc::new(session);
    let begun = Instant::now();
    emit(Event::RunStarted(start(&specs, &cases, options)));
    let refused = prepare(&session, &specs, &cases, options).await;
    let cases: Vec<Arc<Case>> = cases.into_iter().map(Arc::new).collect();
    let mut order = InOrder::new(&specs, &cases, options.against.clone());
    let mut done = take_known(&options.known, &cases, &mut order, &mut emit);
    let (alone, together): (Vec<usize>, Vec<usize>) = (0..cases.len())
        .filter(|index| !order.has(*index))
        .partition(|index| is_exclusive(&session, &specs, &cases[*index]));
    let mut waiting = together.into_iter();
    let mut running: JoinSet<(usize, CaseResult)> = JoinSet::new();
    let mut stopped = refused;
    loop {
        stopped = stopped.or_else(|| why_stop(&cancel, &session));
        while running.len() < options.jobs.max(1) && stopped.is_none() {
            let Some(index) = waiting.next() else { break };
            let (session, specs, case) =
                (Arc::clone(&session), Arc::clone(&specs), Arc::clone(&cases[index]));
            running.spawn(async move { (index, run_case(&session, &specs, &case).await) });
        }
        let Some(joined) = running.join_next().await else { break };
        // Only a task that was aborted has no result, and none is; its place in the plan is filled below all the same.
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
    let (kept, left_behind) = end(&session, &specs).await;
    let reason = stopped.as_deref().unwrap_or(INTERRUPTED);
    for (index, case) in cases.iter().enumerate() {
        if !order.has(index) {
            order.take(index, skipped(&specs, case, reason), &mut emit);
        }
    }
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let finish =
        Finish { stopped, kept, left_behind, micros, requests: session.requests(), ..Finish::default() };
    Ok(finished(finish, order, &options.known))
}

/// Joins what several runs of one plan have found out, as if it had been one run. Cases that none of them has judged are
/// skipped.
pub fn merge(specs: &Specs, cases: Vec<Case>, known: &Known, mut emit: impl FnMut(Event)) -> Finish {
    const MISSING: &str = "none of the files has judged it";
    let named = known.start().cloned().unwrap_or_default();
    let options = Options::new(Target::at(&named.target, named.url), named.seed);
    emit(Event::RunStarted(start(specs, &cases, &options)));
    let cases: Vec<Arc<Case>> = cases.into_iter().map(Arc::new).collect();
    let mut order = InOrder::new(specs, &cases, None);
    take_known(known, &cases, &mut order, &mut emit);
    for (index, case) in cases.iter().enumerate() {
        if !order.has(index) {
            order.take(index, skipped(specs, case, MISSING), &mut emit);
        }
    }
    finished(Finish::default(), order, known)
}

/// Takes the results that other runs have come to, and counts them.
fn take_known(
    known: &Known,
    cases: &[Arc<Case>],
    order: &mut InOrder<'_>,
    emit: &mut impl FnMut(Event),
) -> usize {
    let mut done = 0;
    for (index, case) in cases.iter().enumerate() {
        if let Some(result) = known.result(&case.id) {
            order.take(index, result.clone(), emit);
            done += 1;
        }
    }
    done
}

/// How a run has ended, with what other runs of the same plan have told.
fn finished(own: Finish, order: InOrder<'_>, known: &Known) -> Finish {
    let (mut kept, mut left_behind) = known.leftovers();
    kept.extend(own.kept);
    left_behind.extend(own.left_behind);
    Finish {
        counts: order.counts,
        rows: order.rows(),
        recorded: order.recorded.or_else(|| known.recorded()),
        precedence: order.seen.facts(),
        kept,
        left_behind,
        micros: own.micros + known.micros(),
        requests: own.requests + known.requests(),
        ..own
    }
}

/// Asks whether the credentials are taken, and cleans up behind a run that was killed; why no case can be tried, if none
/// can.
async fn prepare(session: &Session, specs: &Specs, cases: &[Case], options: &Options) -> Option<String> {
    let is_asked = cases.iter().any(|case| options.known.result(&case.id).is_none());
    let refused = match is_asked {
        true => probe::refused_credentials(session, specs, cases).await,
        false => None,
    };
    if refused.is_none() {
        recover::recover(session, specs, &options.remains).await;
    }
    refused
}

fn start(specs: &Specs, cases: &[Case], options: &Options) -> Start {
    Start {
        version: VERSION,
        fineprint: env!("CARGO_PKG_VERSION").to_owned(),
        target: options.target.name.clone(),
        url: options.target.shown_url(),
        seed: options.seed,
        cases: cases.len(),
        requests: cases.iter().map(|case| requests(specs, case)).sum(),
        pages: pages(specs, cases),
    }
}

fn pages(specs: &Specs, cases: &[Case]) -> Vec<Page> {
    let tried: BTreeSet<&str> = cases.iter().map(|case| case.operation.as_str()).collect();
    let tried = specs.operations().filter(|(_, operation)| tried.contains(operation.name.as_str()));
    tried.map(|(service, operation)| Page::of(service, operation)).collect()
}

/// Whether a case needs more room than cases have together: then it runs alone, after all others.
fn is_exclusive(session: &Session, specs: &Specs, case: &Case) -> bool {
    cost::entities(specs, case).0 > session.ceiling
}

/// Removes what cases have shared: after the last of them, or where one needs all the room. No case may be under way.
async fn remove_shared(session: &Session, specs: &Specs) {
    session.pool.clear();
    remove(session, specs, session.ledger.of(SHARED)).await;
}

/// Ends a session, once its last case is done: what cases have shared or not removed by themselves is removed, and what calls
/// may have made whose answers do not say it is looked for. What stays on the target: what no call removes, and what could not
/// be removed.
pub async fn end(session: &Session, specs: &Specs) -> (Vec<Leftover>, Vec<Leftover>) {
    remove_shared(session, specs).await;
    remove(session, specs, session.ledger.all()).await;
    recover::settle(session, specs, session.ledger.doubts()).await;
    let (kept, left_behind) = session.ledger.close();
    let hidden = session.hidden([]);
    (shown::leftovers(kept, &hidden), shown::leftovers(left_behind, &hidden))
}

async fn remove(session: &Session, specs: &Specs, entities: Vec<Living>) {
    for living in entities {
        if let Some(service) = specs.service(&living.service) {
            clean_up::remove(session, service, &living).await;
        }
    }
}

fn why_stop(cancel: &CancellationToken, session: &Session) -> Option<String> {
    if cancel.is_cancelled() {
        return Some(INTERRUPTED.to_owned());
    }
    session.has_gone_silent().then(|| SILENT.to_owned())
}
