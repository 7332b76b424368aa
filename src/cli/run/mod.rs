//! `fineprint run`

mod journal;
mod names;
mod plan;
mod show;
mod snapshots;
mod target;

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::case::Case;
use crate::compare::Recording;
use crate::event::{Compared, Event, Finish, Leftover};
use crate::generate::Cases;
use crate::project::Suite;
use crate::report::block::in_line;
use crate::runner::{self, RequestCount};
use crate::server::{Access, Behaviour, Server};
use crate::spec::model::{Service, Specs};
use crate::wire::curl;

use super::args::RunArgs;
use super::console::Console;
use super::exit::Exit;
use super::failures::Judged;
use super::generate;
use super::outputs::Outputs;
use super::recording::Recorder;

use journal::OpenJournal;
use plan::{Earlier, Plan};
pub use show::execute as show;
use snapshots::Responses;
pub use target::{REFERENCE, config};

/// Runs the cases and judges the responses.
pub fn execute(args: RunArgs, console: Console) -> Exit {
    let ready = match Ready::new(args, console) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    if ready.plan.dry_run {
        return rehearse(&ready, console);
    }
    let outputs = match ready.outputs(console) {
        Ok(outputs) => outputs,
        Err(complaint) => {
            console.error(&complaint);
            return Exit::Usage;
        }
    };
    let recorded = match ready.plan.record {
        true => Some((ready.plan.reports.join(&ready.plan.target.name), ready.plan.recorded.clone())),
        false => None,
    };
    let recorder = recorded.is_some().then(Recorder::default);
    let ids = ready.ids.clone();
    match (ready.run(outputs, recorder, console), recorded) {
        (Ok(ended), Some((folder, earlier))) => write_recording(ended, &folder, earlier, &ids, console),
        (Ok(ended), None) => ended.exit,
        (Err(exit), _) => exit,
    }
}

/// Writes the recording. A vendor that breaks its own page is recorded as it is, which is not a failure.
fn write_recording(
    ended: Ended,
    folder: &Path,
    earlier: Option<Earlier>,
    ids: &HashSet<Arc<str>>,
    console: Console,
) -> Exit {
    if ended.finish.counts.pass + ended.finish.counts.fail == 0 {
        console.error("no case was judged, so nothing is recorded");
        return Exit::Incomplete;
    }
    let kept =
        ended.recorder.unwrap_or_default().write(folder, earlier, |id| ids.contains(id), &ended.finish);
    match &kept {
        Ok(path) => console.status(&format!("recorded {}", path.display())),
        Err(complaint) => console.error(complaint),
    }
    match kept.is_ok() && ended.written && ended.finish.is_complete() {
        true => Exit::Holds,
        false => Exit::Incomplete,
    }
}

/// A run that is ready to start.
pub struct Ready {
    plan: Plan,
    specs: Arc<Specs>,
    cases: Cases,
    load: Load,
    /// Ids of all existing cases.
    ids: HashSet<Arc<str>>,
    /// The cases whose responses are kept as snapshots, by operation.
    kept: BTreeMap<String, Vec<Arc<str>>>,
}

/// What the cases send, in numbers.
#[derive(Default)]
struct Load {
    cases: usize,
    tally: RequestCount,
    /// Number of calls to each operation that has a rate of its own.
    calls: BTreeMap<String, usize>,
}

impl Load {
    fn add(&mut self, plan: &Plan, specs: &Specs, case: &Case) {
        self.cases += 1;
        self.tally.add(specs, case);
        let Some((service, _)) = specs.operation(&case.operation) else { return };
        for (name, _) in &plan.target.rates {
            let is_it = |called: &str| service.operation(called).is_some_and(|called| called.is_called(name));
            let calls = case.calls().filter(|(called, _)| is_it(called)).count();
            *self.calls.entry(name.clone()).or_default() += calls;
        }
    }
}

/// A finished run.
struct Ended {
    exit: Exit,
    finish: Finish,
    /// Whether every report could be written.
    written: bool,
    recorder: Option<Recorder>,
}

impl Ready {
    /// Resolves the arguments, and reads what they name. `Err` is the exit of the process, even if nothing was to be
    /// run.
    pub fn new(args: RunArgs, console: Console) -> Result<Self, Exit> {
        let usage = |complaint: String| {
            console.error(&complaint);
            Exit::Usage
        };
        let config = target::config(&args.config, console)?;
        let mut plan = Plan::resolve(args, &config, console).map_err(usage)?;
        let mut suite = plan.suite().map_err(|findings| console.findings(&findings))?;
        plan.target = match plan.is_embedded() {
            true => plan.target.made_from(&suite.specs),
            false => plan.target.typed_by(&suite.specs),
        };
        names::check(&plan, &suite.specs).map_err(usage)?;
        let is_held_to_ids = plan.baseline.is_some() || plan.write_baseline.is_some() || plan.record;
        let ids = if is_held_to_ids || plan.goes_on { suite.ids() } else { HashSet::new() };
        names::warn_unknown(&plan, &ids, console);
        let kept = if plan.needs_kept() { suite.snapshot_ids() } else { BTreeMap::new() };
        add_circumstances(&plan, &mut suite).map_err(usage)?;
        plan.filters_select(&suite.cases).map_err(usage)?;
        plan.options().transport().map_err(|error| usage(error.to_string()))?;
        if plan.list {
            return Err(list(&plan, &suite, console));
        }
        generate::update_or_reject(&suite, plan.locked, console)?;
        plan.drop_outdated(&suite, &ids, console).map_err(usage)?;
        let Suite { specs, cases, .. } = suite;
        let (mut unasked, mut load) = (0, Load::default());
        let cases = cases.select(|case| {
            let is_selected = plan.selects(&case.id);
            let can_ask = is_selected && runner::can_ask(&plan.target, &specs, case);
            unasked += usize::from(is_selected && !can_ask);
            if can_ask {
                load.add(&plan, &specs, case);
            }
            can_ask
        });
        if unasked > 0 {
            console.status(&format!(
                "{unasked} cases are left out: the target has no address for their service, or its signature cannot carry their values"
            ));
        }
        if cases.is_empty() && !plan.is_part() {
            return Err(usage("nothing to run: the target has no address for any of these cases".to_owned()));
        }
        Ok(Self { plan, specs, cases, load, ids, kept })
    }

    /// Opens the outputs of the run.
    fn outputs(&self, console: Console) -> Result<Outputs, String> {
        let plan = &self.plan;
        plan.check_baseline()?;
        Outputs::open(&plan.reports_to, &plan.inputs(), plan.stream(), console, self.cases.len())
    }

    /// Keeps only the wanted cases.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let mut load = Load::default();
        self.cases = self.cases.select(|case| {
            let is_wanted = is_wanted(&case.id);
            if is_wanted {
                load.add(&self.plan, &self.specs, case);
            }
            is_wanted
        });
        self.load = load;
    }

    /// Runs the cases only to observe the target. Returns the recording, and `true` if nothing was left behind. A run
    /// that stopped before its end is an error.
    pub fn observe(self, console: Console) -> Result<(Recording, bool), Exit> {
        let outputs = Outputs::none(console, self.cases.len());
        let Ended { finish, recorder, .. } = self.run(outputs, Some(Recorder::default()), console)?;
        let recording = recorder.unwrap_or_default().into_recording();
        for left in &finish.left_behind {
            let Leftover { entity, id, reason, .. } = left;
            let (id, reason) = (in_line(id), in_line(reason));
            console.error(&format!("leftover on {}: {entity} {id} ({reason})", recording.target));
        }
        if let Some(reason) = &finish.stopped {
            console.error(&format!("{}: the run stopped early: {}", recording.target, in_line(reason)));
            return Err(Exit::Incomplete);
        }
        Ok((recording, finish.left_behind.is_empty()))
    }

    fn run(self, outputs: Outputs, recorder: Option<Recorder>, console: Console) -> Result<Ended, Exit> {
        let runtime = runtime().map_err(|error| {
            console.error(&format!("failed to start the runtime: {error}"));
            Exit::Incomplete
        })?;
        announce(&self.plan, &self.load, console);
        runtime.block_on(run(self, outputs, recorder, console))
    }
}

/// Adds the cases that run on request only, and those that need credentials.
fn add_circumstances(plan: &Plan, suite: &mut Suite) -> Result<(), String> {
    let form = |service: &Service| plan.target.signer(service).map(|signer| signer.form);
    suite.cases.extend(crate::generate::auth(&suite.specs, form));
    for circumstance in &plan.with {
        suite.cases.extend(crate::generate::with(&suite.specs, *circumstance));
    }
    for (entity, size) in &plan.quotas {
        match crate::generate::quota(&suite.specs, entity, *size) {
            Some(case) => suite.cases.extend([case]),
            None => {
                return Err(format!(
                    "--quota {entity}={size}: the specs have no removable entity {entity} that is created by an operation with \
                     an error row for its quota"
                ));
            }
        }
    }
    Ok(())
}

/// Prints what will be sent, before anything is sent.
fn announce(plan: &Plan, load: &Load, console: Console) {
    let requests = load.tally.requests();
    let own = plan.target.rates.iter().map(|(operation, rate)| {
        let calls = load.calls.get(operation).copied().unwrap_or(0);
        (calls, *rate, format!("{rate}/s of {operation}"))
    });
    let whole = plan.target.rate.map(|rate| (requests, rate, format!("{rate}/s")));
    let limits = own.chain(whole).map(|(calls, rate, limit)| (calls.div_ceil(rate as usize), limit));
    // The slowest limit determines the duration.
    let slowest = limits.max_by_key(|(seconds, _)| *seconds);
    let time = slowest.map_or_else(String::new, |(seconds, limit)| format!(", {seconds} s at {limit}"));
    console.status(&format!("{} cases, about {requests} requests{time}", load.cases));
}

/// Prints what would be sent.
fn rehearse(ready: &Ready, console: Console) -> Exit {
    let Ready { plan, specs, cases, load, .. } = ready;
    let session = match plan.rehearsal().session() {
        Ok(session) => session,
        Err(error) => {
            console.error(&error.to_string());
            return Exit::Usage;
        }
    };
    announce(plan, load, console);
    if plan.target.rate.is_none() && plan.target.rates.is_empty() {
        console.status("no rate is set: requests are sent as fast as the target responds");
    }
    console.status("these are the requests of the cases; those that remove created entities are not shown");
    for case in cases.iter() {
        console.print(&format!("{}: {}", case.id, case.tries));
        for request in runner::rehearse(&session, specs, &case) {
            console.print(&format!("  {}", curl::line(&request)));
        }
    }
    Exit::Holds
}

fn list(plan: &Plan, suite: &Suite, console: Console) -> Exit {
    for case in suite.cases.iter().filter(|case| plan.selects(&case.id)) {
        console.print(&case.id);
    }
    Exit::Holds
}

async fn run(
    ready: Ready,
    mut outputs: Outputs,
    mut recorder: Option<Recorder>,
    console: Console,
) -> Result<Ended, Exit> {
    let Ready { plan, specs, cases, kept, ids, .. } = ready;
    let embedded = embedded(&plan, &specs, console).await?;
    let mut options = plan.options();
    if let Some(server) = &embedded {
        options = options.moved(server.url());
    }
    let kept_on_disk = open_journal(&plan, &mut options, console);
    let cancel = CancellationToken::new();
    tokio::spawn(cancel_on_interrupt(cancel.clone(), console));
    let mut responses = Responses::of(&plan, &kept);
    let is_asked = plan.baseline.is_some() || plan.write_baseline.is_some();
    let mut judged = Judged::of(is_asked);
    let finish = runner::run(Arc::clone(&specs), cases, &options, cancel, |event| {
        if let Event::CaseFinished(result) = &event {
            judged.add(result);
            responses.add(&specs, result);
        }
        if let Some(recorder) = &mut recorder {
            recorder.add(&event);
        }
        outputs.event(&event);
    })
    .await;
    let finish = finish.map_err(|error| {
        console.error(&error.to_string());
        Exit::Incomplete
    })?;
    let changed = compare(&plan, &specs, &responses, &mut outputs, console);
    if let Some(error) = options.journal.failed() {
        outputs.record_failure(format!("failed to record the entities on the target: {error}"));
    }
    drop(options);
    kept_on_disk.close();
    let known = compare_with_baseline(&plan, &judged, &ids).unwrap_or_else(|complaint| {
        outputs.record_failure(complaint);
        None
    });
    if let Some(known) = &known {
        outputs.event(&Event::BaselineCompared(known.clone()));
    }
    outputs.event(&Event::RunFinished(finish.clone()));
    let written = outputs.close(console);
    let exit = Exit::of_run(&finish, changed, known.as_ref(), written);
    Ok(Ended { exit, finish, written, recorder })
}

/// Compares the failures with the known ones.
fn compare_with_baseline(
    plan: &Plan,
    judged: &Judged,
    ids: &HashSet<Arc<str>>,
) -> Result<Option<Compared>, String> {
    judged.compare(plan.baseline.as_ref(), plan.write_baseline.as_deref(), ids)
}

/// Starts the built-in reference server, if it is the target.
async fn embedded(plan: &Plan, specs: &Arc<Specs>, console: Console) -> Result<Option<Server>, Exit> {
    if !plan.is_embedded() {
        return Ok(None);
    }
    match Server::behaving(Arc::clone(specs), 0, behaviour(plan)).await {
        Ok(server) => Ok(Some(server)),
        Err(error) => {
            console.error(&format!("failed to start the reference server: {error}"));
            Err(Exit::Incomplete)
        }
    }
}

/// Compares the responses with the accepted ones; returns `true` if some differ.
fn compare(
    plan: &Plan,
    specs: &Specs,
    responses: &Responses<'_>,
    outputs: &mut Outputs,
    console: Console,
) -> bool {
    match snapshots::compare(plan, specs, responses) {
        Ok(None) => false,
        Ok(Some(compared)) => {
            outputs.event(&Event::SnapshotsCompared(compared.clone()));
            snapshots::print_hints(&compared, plan, console);
            compared.differ()
        }
        Err(complaint) => {
            outputs.record_failure(complaint);
            false
        }
    }
}

/// Opens the journal, which records from now on what is live on the target. What a killed run left there is removed
/// first.
fn open_journal(plan: &Plan, options: &mut runner::Options, console: Console) -> OpenJournal {
    let mut kept = OpenJournal::open(plan).unwrap_or_else(|error| {
        console.status(&format!("failed to record the entities on the target: {error}"));
        OpenJournal::default()
    });
    for foreign in &kept.foreign {
        console.status(&format!(
            "ignoring {} and not removing the entities that it names: your own runs write files that only you can read",
            foreign.display()
        ));
    }
    if !kept.remains.is_empty() {
        console.status("an earlier run has left something on the target: removing it first");
    }
    if let (false, Some(own)) = (kept.elsewhere.is_empty(), &kept.own) {
        let addresses = kept.elsewhere.addresses().into_iter().collect::<Vec<_>>().join(", ");
        console.status(&format!(
            "an earlier run has left something at {addresses}, which this run does not call: a run there removes it, as long \
             as {} exists",
            own.display()
        ));
    }
    options.journal = std::mem::take(&mut kept.journal);
    options.remains = std::mem::take(&mut kept.remains);
    kept
}

/// Returns the behaviour of the built-in server, with the quotas that the user names.
fn behaviour(plan: &Plan) -> Behaviour {
    let access = if plan.target.signers.is_empty() { Access::IfSigned } else { Access::Always };
    Behaviour { quotas: plan.quotas.clone(), access, ..Behaviour::default() }
}

/// Creates the runtime of a command.
///
/// # Errors
/// Returns an error of the operating system.
pub fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Waits until the process is asked to end.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
                () = hung_up() => {}
            }
            return;
        }
    }
    // If there can be no handler, there is nothing to wait for: a signal kills the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits until the terminal is closed or the connection to it is lost; forever under `nohup`.
#[cfg(unix)]
async fn hung_up() {
    use tokio::signal::unix::{SignalKind, signal};
    // Check this first: a handler would react to a signal that is to be ignored.
    let hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup()));
    match hangup {
        Some(Ok(mut hangup)) => {
            hangup.recv().await;
        }
        _ => std::future::pending().await,
    }
}

/// Returns `true` if the process is meant to outlive its terminal. `/proc/self/status` has a mask of the ignored
/// signals (Linux, proc_pid_status(5)). Without such a file, returns `false`.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Stops the run and cleans up at the first interrupt, and ends the process at the second.
async fn cancel_on_interrupt(cancel: CancellationToken, console: Console) {
    interrupted().await;
    console.status(
        "interrupted: finishing open calls and removing created entities; press Ctrl-C again to stop immediately",
    );
    cancel.cancel();
    interrupted().await;
    #[expect(clippy::disallowed_methods, reason = "the user asked twice")]
    std::process::exit(Exit::Incomplete as i32);
}
