//! What a run will do: the arguments, resolved and checked before anything is sent.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::baseline::Baseline;
use crate::cli::args::{DepthArg, ReportArgs, RunArgs};
use crate::cli::config::Config;
use crate::cli::console::Console;
use crate::cli::failures;
use crate::cli::filter::Filter;
use crate::cli::outputs::{self, Stream};
use crate::cli::recording;
use crate::cli::run::target::REFERENCE;
use crate::cli::stream;
use crate::compare::{Recording, is_optional};
use crate::diagnostic::{Finding, did_you_mean};
use crate::digest;
use crate::event::Start;
use crate::files;
use crate::generate::{Cases, Depth};
use crate::project::{self, Listing, Part, Suite};
use crate::report::number;
use crate::runner::{self, Known, Options, Target};
use crate::spec::model::Circumstance;

/// From which the values of recordings are drawn, if nobody says otherwise.
const RECORDED: u64 = 1;

/// What is recorded of a target: how the run began, and what it saw.
pub type Earlier = (Start, Recording);

/// What happens to answers that differ from the accepted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotPolicy {
    /// Snapshots are left alone.
    Off,
    /// Compared, nothing written: in CI.
    Compare,
    /// Compared; what differs is written as pending.
    Pending,
    /// This run's answers are the accepted ones.
    Update,
}

/// A resolved run.
#[derive(Debug)]
pub struct Plan {
    /// The folder of the specs.
    pub specs: PathBuf,
    /// The folder of the case files.
    pub cases: PathBuf,
    /// The folder of the snapshots.
    pub reports: PathBuf,
    /// The target; without an address, it is the embedded reference server.
    pub target: Target,
    /// Whether stale case files are refused.
    pub locked: bool,
    /// Whether only the ids are wanted.
    pub list: bool,
    /// What happens to snapshots.
    pub snapshots: SnapshotPolicy,
    /// Where reports go.
    pub reports_to: ReportArgs,
    /// Known failures, and where they stand.
    pub baseline: Option<Baseline>,
    /// Where known failures are written.
    pub write_baseline: Option<PathBuf>,
    /// What another target was seen to do.
    pub against: Option<Arc<Recording>>,
    /// Whether what the target does is kept as a recording.
    pub record: bool,
    /// What is recorded of it already, if anything is.
    pub recorded: Option<Earlier>,
    /// What an interrupted run has found out.
    pub known: Arc<Known>,
    /// How deep the run goes.
    pub depth: Depth,
    /// Circumstances that are provoked.
    pub with: Vec<Circumstance>,
    /// How many of which entities the target allows.
    pub quotas: Vec<(String, u32)>,
    /// Whether requests are only printed.
    pub dry_run: bool,
    /// Whether the stream of the run takes the place of the one from which it goes on.
    pub goes_on: bool,
    /// The project's operations, by the names of their files, where a filter may name some.
    pub listing: Listing,
    /// Files that were named to be read.
    read_from: Vec<PathBuf>,
    /// Of these, the one of known failures.
    read_baseline: Option<PathBuf>,
    shard: Option<(u32, u32)>,
    filter: Filter,
    /// See [`Self::part`].
    needs_all: bool,
    jobs: usize,
    max_time: Option<Duration>,
    seed: u64,
}

/// What becomes of snapshots. They are of the standard depth: one case, one answer.
fn snapshot_policy(args: &RunArgs, console: Console) -> Result<SnapshotPolicy, String> {
    let off = args.no_snapshots || args.depth != DepthArg::Standard;
    Ok(match (off, args.update, console.ci) {
        (true, true, _) => return Err("--update works only at the standard depth".to_owned()),
        (true, ..) => SnapshotPolicy::Off,
        (_, true, _) => SnapshotPolicy::Update,
        (.., true) => SnapshotPolicy::Compare,
        _ => SnapshotPolicy::Pending,
    })
}

impl Plan {
    /// Resolves the arguments.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence.
    pub fn resolve(args: RunArgs, config: &Config, console: Console) -> Result<Self, String> {
        if args.record {
            refuse_parts(&args)?;
        }
        let snapshots = snapshot_policy(&args, console)?;
        let (mut target, of_table) = super::target::target(&args, config)?;
        // What is resumed is read whole before, and its stream may go on in the same file.
        let is_same =
            |path: &PathBuf| args.reports_to.events.as_ref().is_some_and(|to| files::is_same(to, path));
        let goes_on = args.resume.as_ref().is_some_and(is_same);
        let resumed = args.resume.iter().filter(|_| !goes_on);
        let named = [&args.against, &args.baseline].into_iter().flatten().chain(resumed);
        let read_from = named.map(|path| recording::file(path)).chain([args.config.clone()]).collect();
        let (record, folder) = (args.record, args.reports.join(&target.name));
        let known = args.resume.as_deref().map(|path| resumed_from(path, &target, console)).transpose()?;
        let known = known.unwrap_or_default();
        let against = args.against.as_deref().map(recording::read).transpose()?;
        let recorded = if record { recording::earlier(&folder)? } else { None };
        // The same values as the recorded ones: a short one within a longer answer is not recognised as drawn.
        let other = against.as_ref().or(recorded.as_ref().map(|(_, recording)| recording));
        let begun_with = known.start().map(|start| start.seed).or(other.map(|other| other.seed));
        // Two recordings have the same values, so that no echo of one differs.
        let begun_with = begun_with.or(record.then_some(RECORDED));
        let quotas: Vec<(String, u32)> = of_table.into_iter().chain(args.quotas).collect();
        stay_below(&quotas, &mut target)?;
        // Without a filter nobody asks for it. A folder that cannot be read is told of when the specs are.
        let listing = match args.filter.is_empty() {
            true => Listing::default(),
            false => Listing::of(&args.specs).unwrap_or_default(),
        };
        let mut plan = Self {
            needs_all: true,
            filter: Filter::new(&args.filter, |name| listing.has(name)),
            listing,
            specs: args.specs,
            cases: args.cases,
            reports: args.reports,
            target,
            locked: args.locked || console.ci,
            list: args.list,
            snapshots,
            reports_to: args.reports_to,
            baseline: baseline(args.baseline.as_deref(), args.write_baseline.as_deref())?,
            write_baseline: args.write_baseline,
            depth: args.depth.into(),
            with: args.with.into_iter().map(Circumstance::from).collect(),
            quotas,
            dry_run: args.dry_run,
            goes_on,
            read_from,
            read_baseline: args.baseline,
            shard: args.shard,
            jobs: usize::from(args.jobs),
            max_time: args.max_time,
            seed: args.seed.or(begun_with).unwrap_or_else(runner::any_seed),
            known: Arc::new(known),
            against: against.map(Arc::new),
            record,
            recorded,
        };
        plan.needs_all = plan.needs_all();
        Ok(plan)
    }

    /// Whether a case is among those that were asked for.
    pub fn names(&self, id: &str) -> bool {
        self.filter.selects(id)
    }

    /// Whether a case is wanted: asked for, and in the part of them that this run tries.
    pub fn selects(&self, id: &str) -> bool {
        let is_ours =
            |(part, of): (u32, u32)| digest::fnv(id.as_bytes()) % u64::from(of) == u64::from(part - 1);
        self.names(id) && self.shard.is_none_or(is_ours)
    }

    /// The files that are read, and that no report may be written over.
    pub fn inputs(&self) -> Vec<&Path> {
        self.read_from.iter().map(PathBuf::as_path).collect()
    }

    /// Whether the file of known failures can be written, and is no other file that the run reads or writes.
    ///
    /// # Errors
    /// The complaint about it.
    pub fn try_baseline(&self) -> Result<(), String> {
        let Some(path) = &self.write_baseline else { return Ok(()) };
        let of_run = outputs::paths(&self.reports_to).chain(self.inputs());
        // It may be the one that is read.
        let others = of_run.filter(|other| self.read_baseline.as_deref() != Some(*other));
        files::apart(&others.collect::<Vec<_>>(), [path.as_path()].into_iter())?;
        files::begin(path).map(drop).map_err(|error| files::not_written(path, &error))
    }

    /// How the event stream is written.
    pub fn stream(&self) -> Stream<'_> {
        if self.goes_on { Stream::GoesOn(&self.known) } else { Stream::Live }
    }

    /// Leaves out of what is known what another state of the specs has led to, and says so.
    ///
    /// # Errors
    /// That a stream would be replaced by one that lacks what it has.
    pub fn settle_known(
        &mut self,
        suite: &Suite,
        ids: &HashSet<Arc<str>>,
        console: Console,
    ) -> Result<(), String> {
        let outdated = self.known.outdated(&suite.specs, &suite.cases);
        if let Some(first) = outdated.first() {
            let ids: HashSet<&str> = outdated.iter().map(|each| each.id.as_str()).collect();
            let (cases, why) = (number(outdated.len(), "case"), &first.why);
            console.tell(&format!("--resume: running {cases} again: {why}"));
            Arc::make_mut(&mut self.known).forget(|id| ids.contains(id));
        }
        if !self.goes_on {
            return Ok(());
        }
        let known = suite.cases.iter().filter(|case| self.known.has_judged(&case.id));
        let tried: HashSet<String> =
            known.filter(|case| self.selects(&case.id)).map(|case| case.id.clone()).collect();
        let is_lost = |id: &&str| (ids.contains(*id) || is_optional(id)) && !tried.contains(*id);
        match self.known.ids().find(is_lost) {
            Some(id) => Err(format!(
                "--resume: this run does not include {id}, but its event stream would replace one that does: use the options of \
                 that run, or another file for --events"
            )),
            None => Ok(()),
        }
    }

    /// The specs and the cases of what was asked for.
    ///
    /// # Errors
    /// Every finding of them.
    pub fn suite(&self) -> Result<Suite, Vec<Finding>> {
        match self.part() {
            Some(part) => project::suite_of(&part, &self.specs, &self.cases, self.depth),
            None => project::suite(&self.specs, &self.cases, self.depth),
        }
    }

    /// The services of the operations that were asked for, where nothing else of the project is needed.
    pub fn part(&self) -> Option<Part<'_>> {
        match self.needs_all {
            true => None,
            false => Some(self.listing.part(self.filter.operations()?)),
        }
    }

    /// Whether the run needs more of the project than the services of what was asked for. Asked before the run has a journal of its
    /// own: what another one has left may be of any service.
    fn needs_all(&self) -> bool {
        let is_held_to_all = self.baseline.is_some() || self.write_baseline.is_some() || self.record;
        let names_others = !self.quotas.is_empty() || !self.target.rates.is_empty();
        let names_parameters = !self.target.parameters.is_empty();
        let goes_on = self.goes_on || !self.known.is_empty();
        is_held_to_all || names_others || names_parameters || goes_on || super::journal::is_there(self)
    }

    /// Whether there are accepted answers, or will be.
    pub fn needs_kept(&self) -> bool {
        match self.snapshots {
            SnapshotPolicy::Off => false,
            SnapshotPolicy::Update => true,
            SnapshotPolicy::Compare | SnapshotPolicy::Pending => {
                self.reports.join(&self.target.name).exists()
            }
        }
    }

    /// Whether only a part of the cases is tried.
    pub fn is_part(&self) -> bool {
        self.shard.is_some()
    }

    /// Whether each filter selects something.
    ///
    /// # Errors
    /// The complaint about one that does not.
    pub fn filters_select(&self, cases: &Cases) -> Result<(), String> {
        let ids = || cases.iter().map(|case| case.id.clone());
        let Some(wanted) = self.filter.unselective(ids()) else { return Ok(()) };
        Err(match nearest(&wanted.to_string(), ids()) {
            Some(near) => format!("no case matches `{wanted}`; a similar name exists: `{near}`"),
            None => format!("no case matches `{wanted}`; list all with `fineprint run --list`"),
        })
    }

    /// Whether the embedded reference server is the target.
    pub fn is_embedded(&self) -> bool {
        self.target.name == REFERENCE
    }

    /// The options of a run that sends nothing: the embedded server has the address that `fineprint serve` has.
    pub fn rehearsal(&self) -> Options {
        match self.is_embedded() {
            true => self.options().moved("http://127.0.0.1:4010".to_owned()),
            false => self.options(),
        }
    }

    /// The runner's options.
    pub fn options(&self) -> Options {
        let options = Options::new(self.target.clone(), self.seed);
        Options {
            jobs: self.jobs,
            known: Arc::clone(&self.known),
            against: self.against.clone(),
            max_time: self.max_time,
            // Who says how long the run may take lets the target ask for as much of it as it likes.
            max_wait: self.max_time.unwrap_or(options.max_wait),
            ..options
        }
    }
}

/// What a run that was cut off has found out, if it was on this target.
fn resumed_from(path: &Path, target: &Target, console: Console) -> Result<Known, String> {
    let known = stream::known(path)?;
    if let Some(start) = known.starts().iter().find(|start| start.target != target.name) {
        return Err(format!(
            "--resume: the event stream is a run on {}, but this run is on {}",
            start.target, target.name
        ));
    }
    // Addresses may change, as that of the embedded server does; what they lead to may not.
    let here = target.shown_url();
    if let Some(start) = known.starts().iter().find(|start| start.url != here && target.name != REFERENCE) {
        console.tell(&format!(
            "--resume: the earlier run was on {}, this run is on {here}; the earlier results count for this run",
            start.url
        ));
    }
    Ok(known)
}

/// The known failures: those of the file that is to be written, where no other is named.
fn baseline(read_from: Option<&Path>, write_to: Option<&Path>) -> Result<Option<Baseline>, String> {
    read_from.or(write_to.filter(|path| path.exists())).map(failures::read).transpose()
}

/// One more than a quota is tried by a case of its own; the others stay below it.
fn stay_below(quotas: &[(String, u32)], target: &mut Target) -> Result<(), String> {
    let Some((entity, least)) = quotas.iter().min_by_key(|(_, size)| *size) else { return Ok(()) };
    if *least < 2 {
        return Err(format!("quota {entity}={least} is too small: a run needs at least 2"));
    }
    target.entities = target.entities.min(*least);
    Ok(())
}

/// A recording is whole, of the standard depth, and the target's own.
fn refuse_parts(args: &RunArgs) -> Result<(), String> {
    let refused = [
        (args.no_snapshots, "--no-snapshots"),
        (args.shard.is_some(), "--shard"),
        (args.against.is_some(), "--against"),
        (args.depth != DepthArg::Standard, "--depth"),
        (args.resume.is_some(), "--resume"),
    ];
    match refused.into_iter().find(|(is_there, _)| *is_there) {
        Some((_, option)) => Err(format!("a recording needs a whole run: leave out {option}")),
        None => Ok(()),
    }
}

/// The part of an id that somebody probably meant.
fn nearest(typed: &str, ids: impl Iterator<Item = String>) -> Option<String> {
    ids.fold(None, |near, id| {
        let parts = parts(&id);
        let candidates = near.iter().chain(&parts).map(String::as_str);
        did_you_mean(typed, candidates).map(str::to_owned)
    })
}

/// What a person may have typed of an id: `Op`, `Op/Name`, `Op/Name/length`…, and the same without the operation.
fn parts(id: &str) -> Vec<String> {
    let names: Vec<&str> = id.split('/').collect();
    let runs = |from: usize| (from + 1..=names.len()).map(move |to| (from, to));
    runs(0).chain(runs(1)).map(|(from, to)| names[from..to].join("/")).collect()
}
