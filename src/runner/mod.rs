//! The runner: many cases in parallel, and results in the order of the plan.

mod account;
mod attempt;
pub mod bracket;
mod clean_up;
mod cost;
mod earlier_results;
mod facts;
mod harm;
mod identity;
mod journal;
mod ledger;
mod order;
mod pace;
mod probe;
mod random_values;
mod recover;
mod redact;
mod rehearse;
mod resolve;
mod restart;
mod session;
mod shared;
mod survey;
mod target;
#[cfg(test)]
mod tests;
mod until_failure;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use attempt::run_case;
pub use bracket::{PlainCase, PlainOutcome};
pub use cost::requests;
pub use earlier_results::{EarlierResults, Outdated};
pub use facts::skipped;
pub use journal::{Journal, Remains};
pub use random_values::any_seed;
pub use rehearse::{can_ask, rehearse, rehearse_with_secrets};
pub use session::Session;
pub use survey::RequestCount;
pub use target::{Signer, Target};
pub use until_failure::{FailureSearch, run_until_failure};

use crate::case::Case;
use crate::compare::Recording;
use crate::event::{CaseResult, Event, Finish, Leftover, Page, Start, VERSION};
use crate::generate::Cases;
use crate::spec::model::Specs;
use crate::transport::{SetupError, Transport};

use bracket::Brackets;
use ledger::{LiveEntity, Pending};
use order::InOrder;
use survey::{Phase, Survey};

/// The owner of entities that cases share.
const SHARED: &str = "several cases";

const INTERRUPTED: &str = "interrupted";
const SILENT: &str = "the target does not respond";
const TIME_OVER: &str = "the time limit of the run was reached (--max-time)";

/// Default of the total time that a run waits because its target asks for it.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The target.
    pub target: Target,
    /// Number of cases that run in parallel.
    pub jobs: usize,
    /// The seed of new random values.
    pub seed: u64,
    /// Mixed into the random values of entities that can never be removed: the target of an earlier run with the same
    /// seed still has the entities of that run.
    pub nonce: u64,
    /// The journal that records what exists on the target.
    pub journal: Journal,
    /// The remains of an earlier, killed run.
    pub remains: Remains,
    /// The results of other runs of the same plan: those cases do not run again.
    pub known: Arc<EarlierResults>,
    /// The recording of another target: where the page leaves a choice, its response is expected.
    pub against: Option<Arc<Recording>>,
    /// Maximum duration of the run; after that, no case starts, and created entities are removed.
    pub max_time: Option<Duration>,
    /// Maximum total time that the run waits because the target asks for it.
    pub max_wait: Duration,
}

impl Options {
    /// Creates the default options for a target and a seed.
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
            max_time: None,
            max_wait: MAX_WAIT,
        }
    }

    /// Returns the same options, with the target at another address.
    #[must_use]
    pub fn moved(&self, url: String) -> Self {
        Self { target: self.target.clone().with_url(url), ..self.clone() }
    }

    /// Creates a session with the target.
    ///
    /// # Errors
    /// Returns an error if one of the target's network settings cannot be used.
    pub fn session(&self) -> Result<Session, SetupError> {
        Ok(self.session_over(self.transport()?))
    }

    /// Creates a session over a transport that other sessions may use as well.
    pub fn session_over(&self, transport: Transport) -> Session {
        Session::new(self, transport.for_other_target())
    }

    /// Creates the transport, with the limits of an exchange.
    ///
    /// # Errors
    /// Returns an error if one of the target's network settings cannot be used.
    pub fn transport(&self) -> Result<Transport, SetupError> {
        Transport::new(&self.target.network)
    }
}

/// The shared inputs of a run.
struct Context<'r> {
    session: &'r Arc<Session>,
    specs: &'r Arc<Specs>,
    cases: &'r Cases,
    /// The plain calls, by operation.
    plains: &'r HashMap<String, PlainCase>,
    /// Cancelled to stop the run.
    cancel: &'r CancellationToken,
}

/// The progress of a run.
struct Progress<'r, E> {
    order: InOrder<'r>,
    done: usize,
    stopped: Option<String>,
    emit: E,
}

/// A finished task.
enum Done {
    Case(usize, Arc<Case>, Box<CaseResult>),
    Plain(String, Box<CaseResult>),
}

/// Runs the cases and emits an event for each. The caller emits `RunFinished`, because it may still compare snapshots.
/// Cancelling the token stops new cases, waits for those under way and cleans up.
///
/// # Errors
/// Returns an error if one of the target's network settings cannot be used.
pub async fn run(
    specs: Arc<Specs>,
    cases: impl Into<Cases>,
    options: &Options,
    cancel: CancellationToken,
    mut emit: impl FnMut(Event),
) -> Result<Finish, SetupError> {
    let mut session = options.session()?;
    session.cancel = cancel.child_token();
    let timer = options.max_time.map(|time| tokio::spawn(cancel_after(time, session.cancel.clone())));
    let session = Arc::new(session);
    let begun = Instant::now();
    let cases = cases.into();
    let reserve = |case: &Case| resolve::reserve(&session, &specs, case);
    let Survey { pages, plains, requests, tested, together, alone } =
        Survey::of(&specs, &cases, &options.known, session.ceiling, reserve);
    emit(Event::RunStarted(start(cases.len(), requests, pages, options)));
    let is_asked = !together.cases.is_empty() || !alone.cases.is_empty();
    let rejected = match is_asked {
        true => probe::rejected_credentials(&session, &specs, |operation| tested.contains(operation)).await,
        false => None,
    };
    if rejected.is_none() {
        recover::recover(&session, &specs, &options.remains).await;
    }
    let mut order = InOrder::new(&specs, &cases, &options.known, options.against.clone());
    order.emit_ready(&mut emit);
    let done = cases.len() - together.cases.len() - alone.cases.len();
    let context =
        Context { session: &session, specs: &specs, cases: &cases, plains: &plains, cancel: &cancel };
    let mut progress = Progress { order, done, stopped: rejected, emit };
    run_cases(&context, together, options.jobs.max(1), &mut progress).await;
    remove_shared(&session, &specs).await;
    run_cases(&context, alone, 1, &mut progress).await;
    let (kept, left_behind) = end(&session, &specs).await;
    timer.inspect(tokio::task::JoinHandle::abort);
    let Progress { mut order, stopped, mut emit, .. } = progress;
    let reason = stopped.as_deref().unwrap_or(INTERRUPTED);
    skip_others(&specs, &cases, reason, &mut order, &mut emit);
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let finish =
        Finish { stopped, kept, left_behind, micros, requests: session.requests(), ..Finish::default() };
    Ok(finished(finish, order, &options.known, session.ledger.take_cleaned_up()))
}

async fn cancel_after(time: Duration, cancel: CancellationToken) {
    tokio::time::sleep(time).await;
    cancel.cancel();
}

/// Runs some of the cases, up to `jobs` in parallel, with plain calls between those that must be rejected.
async fn run_cases<E: FnMut(Event)>(
    context: &Context<'_>,
    phase: Phase,
    jobs: usize,
    progress: &mut Progress<'_, E>,
) {
    let Phase { cases: mut waiting, rejections } = phase;
    let mut brackets = Brackets::new(rejections, |operation| context.plains.get(operation).cloned());
    let mut running: JoinSet<Done> = JoinSet::new();
    loop {
        progress.stopped = progress.stopped.take().or_else(|| why_stop(context));
        while progress.stopped.is_none() {
            for (operation, plain) in brackets.take_due() {
                spawn_plain(&mut running, context, operation, plain);
            }
            if running.len() >= jobs {
                break;
            }
            let Some(index) = waiting.pop_front() else { break };
            let Some(case) = context.cases.get(index) else { continue };
            if brackets.admits(index, &case) {
                spawn_case(&mut running, context, index, case);
            }
        }
        let Some(joined) = running.join_next().await else { break };
        // Only an aborted task has no result, and no task is aborted; its place in the plan would be filled at the end
        // anyway.
        let Ok(done) = joined else { continue };
        take_done(context, &mut brackets, &mut waiting, progress, done);
    }
    for (index, result) in brackets.take_unfinished() {
        progress.order.add(index, result, &mut progress.emit);
    }
}

fn take_done<E: FnMut(Event)>(
    context: &Context<'_>,
    brackets: &mut Brackets,
    waiting: &mut VecDeque<usize>,
    progress: &mut Progress<'_, E>,
    done: Done,
) {
    match done {
        Done::Case(index, case, result) => {
            progress.done = (progress.done + 1).min(context.cases.len());
            (progress.emit)(Event::Progress { done: progress.done });
            if let Some((index, result)) = brackets.case_finished(index, &case, *result) {
                progress.order.add(index, result, &mut progress.emit);
            }
        }
        Done::Plain(operation, result) => {
            let Some(plain) = context.plains.get(&operation) else { return };
            let outcome = PlainOutcome::of(plain, &result);
            if !result.kept.is_empty() {
                (progress.emit)(Event::PlainCallKept { kept: result.kept.clone() });
            }
            if matches!(outcome, PlainOutcome::Failed(_)) {
                (progress.emit)(Event::PlainCallFailed(result));
            }
            let (again, settled) = brackets.plain_call_finished(&operation, outcome);
            again.into_iter().rev().for_each(|index| waiting.push_front(index));
            for (index, result) in settled {
                progress.order.add(index, result, &mut progress.emit);
            }
        }
    }
}

fn spawn_case(running: &mut JoinSet<Done>, context: &Context<'_>, index: usize, case: Arc<Case>) {
    let (session, specs) = (Arc::clone(context.session), Arc::clone(context.specs));
    running.spawn(async move {
        let result = run_case(&session, &specs, &case).await;
        Done::Case(index, case, Box::new(result))
    });
}

fn spawn_plain(running: &mut JoinSet<Done>, context: &Context<'_>, operation: String, plain: PlainCase) {
    let (session, specs) = (Arc::clone(context.session), Arc::clone(context.specs));
    running.spawn(async move {
        let result = call_plain(&session, &specs, &plain).await;
        Done::Plain(operation, Box::new(result))
    });
}

/// Sends a plain call, with values of its own each time.
pub async fn call_plain(session: &Session, specs: &Specs, plain: &PlainCase) -> CaseResult {
    let number = session.plain_calls();
    let id = format!("{}/plain-call/{number}", plain.case.operation);
    run_case(session, specs, &Case { id, ..Case::clone(&plain.case) }).await
}

/// Merges the results of several runs of one plan, as if they had been one run. Cases that none of them has judged are
/// skipped.
pub fn merge(specs: &Specs, cases: &Cases, known: &EarlierResults, mut emit: impl FnMut(Event)) -> Finish {
    const MISSING: &str = "not judged in any of the files";
    let named = known.start().cloned().unwrap_or_default();
    let options = Options::new(Target::at(&named.target, named.url), named.seed);
    let Survey { pages, requests, .. } = Survey::of(specs, cases, known, u32::MAX, |_| {});
    emit(Event::RunStarted(start(cases.len(), requests, pages, &options)));
    let mut order = InOrder::new(specs, cases, known, None);
    order.emit_ready(&mut emit);
    skip_others(specs, cases, MISSING, &mut order, &mut emit);
    finished(Finish::default(), order, known, Vec::new())
}

/// Reports the cases without a result as skipped.
fn skip_others(
    specs: &Specs,
    cases: &Cases,
    reason: &str,
    order: &mut InOrder<'_>,
    emit: &mut impl FnMut(Event),
) {
    for index in 0..cases.len() {
        if !order.has(index)
            && let Some(case) = cases.get(index)
            && !order.is_known(&case)
        {
            order.add(index, skipped(specs, &case, reason), emit);
        }
    }
}

/// Returns the end of a run, together with what other runs of the same plan have reported.
fn finished(own: Finish, order: InOrder<'_>, known: &EarlierResults, put_right: Vec<Leftover>) -> Finish {
    let (mut kept, mut left_behind) = known.leftovers();
    for done in put_right {
        let is_it = |left: &Leftover| {
            (&left.service, &left.entity, &left.id) == (&done.service, &done.entity, &done.id)
        };
        if let Some(place) = left_behind.iter().position(is_it) {
            left_behind.remove(place);
        }
    }
    kept.extend(own.kept);
    left_behind.extend(own.left_behind);
    Finish {
        counts: order.counts,
        recorded: order.recorded.or_else(|| known.recorded()),
        precedence: order.seen.into_facts(),
        kept,
        left_behind,
        micros: own.micros.saturating_add(known.micros()),
        requests: own.requests.saturating_add(known.requests()),
        ..own
    }
}

fn start(cases: usize, requests: usize, pages: Vec<Page>, options: &Options) -> Start {
    Start {
        version: VERSION,
        fineprint: env!("CARGO_PKG_VERSION").to_owned(),
        target: options.target.name.clone(),
        url: options.target.shown_url(),
        seed: options.seed,
        cases,
        requests,
        pages,
    }
}

/// Removes what cases have shared: after the last case, or when one needs all the room. No case may be running.
async fn remove_shared(session: &Session, specs: &Specs) {
    session.pool.clear();
    remove(session, specs, session.ledger.created_by(SHARED)).await;
}

/// Ends a session after its last case. Removes what cases have shared or not removed themselves, and looks for what
/// calls may have created although their responses do not say so. Returns what stays on the target: entities that no
/// call removes, and leftovers.
pub async fn end(session: &Session, specs: &Specs) -> (Vec<Leftover>, Vec<Leftover>) {
    remove_shared(session, specs).await;
    remove(session, specs, session.ledger.all()).await;
    remove_postponed(session, specs).await;
    recover::resolve_doubts(session, specs, session.ledger.take_doubts()).await;
    recover::recheck_removed(session, specs).await;
    let (kept, left_behind) = session.ledger.close();
    let hidden = session.hidden([]);
    (redact::redact_leftovers(kept, &hidden), redact::redact_leftovers(left_behind, &hidden))
}

async fn remove(session: &Session, specs: &Specs, entities: Vec<LiveEntity>) {
    for live in entities {
        if let Some(service) = specs.service(&live.service) {
            clean_up::remove(session, service, &live).await;
        }
    }
}

/// Removes what could not be removed before; what was not visible then is visible by now.
async fn remove_postponed(session: &Session, specs: &Specs) {
    let postponed = session.ledger.take_postponed();
    let made = postponed.iter().filter_map(|(live, why)| {
        let is_young = matches!(why, Pending::NotVisible | Pending::Shown);
        live.made.filter(|_| is_young).map(|made| (made, session.target.appears(&live.entity)))
    });
    recover::until_visible(session, made).await;
    for (live, why) in postponed.iter().rev() {
        if let Some(service) = specs.service(&live.service) {
            clean_up::remove_at_end(session, service, live, why).await;
        }
    }
}

fn why_stop(context: &Context<'_>) -> Option<String> {
    let session = context.session;
    match () {
        () if context.cancel.is_cancelled() => Some(INTERRUPTED.to_owned()),
        () if session.cancel.is_cancelled() => Some(TIME_OVER.to_owned()),
        () if session.has_gone_silent() => Some(SILENT.to_owned()),
        () => None,
    }
}
