//! The plan of a run: the arguments, resolved and checked before anything is sent.

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
use crate::runner::{self, EarlierResults, Options, Target};
use crate::spec::model::Circumstance;

/// Default seed for the random values of recordings.
const RECORDED: u64 = 1;

/// The existing recording of a target: the start of its run, and the results.
pub type Earlier = (Start, Recording);

/// The handling of responses that differ from the accepted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotPolicy {
    /// Snapshots are left untouched.
    Off,
    /// Responses are compared, but nothing is written: in CI.
    Compare,
    /// Responses are compared, and differences are written as pending.
    Pending,
    /// The responses of this run become the accepted ones.
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
    /// The target. Without an address, it is the built-in reference server.
    pub target: Target,
    /// Whether stale case files are rejected.
    pub locked: bool,
    /// Whether only the ids are printed.
    pub list: bool,
    /// The handling of snapshots.
    pub snapshots: SnapshotPolicy,
    /// Where reports go.
    pub reports_to: ReportArgs,
    /// Known failures.
    pub baseline: Option<Baseline>,
    /// The file to which known failures are written.
    pub write_baseline: Option<PathBuf>,
    /// The recorded results of another target.
    pub against: Option<Arc<Recording>>,
    /// Whether the results of the target are kept as a recording.
    pub record: bool,
    /// The existing recording of the target, if there is one.
    pub recorded: Option<Earlier>,
    /// Results of an interrupted run.
    pub known: Arc<EarlierResults>,
    /// Depth of the run.
    pub depth: Depth,
    /// Circumstances that are provoked.
    pub with: Vec<Circumstance>,
    /// Number of entities that the target allows, by entity.
    pub quotas: Vec<(String, u32)>,
    /// Whether requests are only printed.
    pub dry_run: bool,
    /// Whether the event stream of the run replaces the one that it resumes.
    pub goes_on: bool,
    /// The project's operations by the names of their files, if a filter may name some.
    pub listing: Listing,
    /// Files that the arguments name as inputs.
    read_from: Vec<PathBuf>,
    /// The one of these with known failures.
    read_baseline: Option<PathBuf>,
    shard: Option<(u32, u32)>,
    filter: Filter,
    /// See [`Self::part`].
    needs_all: bool,
    jobs: usize,
    max_time: Option<Duration>,
    seed: u64,
}

/// Returns the handling of snapshots. They have the standard depth: one case, one response.
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
    /// Returns what is wrong with them, in a sentence.
    pub fn resolve(args: RunArgs, config: &Config, console: Console) -> Result<Self, String> {
        if args.record {
            reject_parts(&args)?;
        }
        let snapshots = snapshot_policy(&args, console)?;
        let (mut target, of_table) = super::target::target(&args, config)?;
        // A resumed event stream is read completely before, and may continue in the same file.
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
        // Use the same values as the recording, because a short random value within a longer response is not
        // recognised.
        let other = against.as_ref().or(recorded.as_ref().map(|(_, recording)| recording));
        let begun_with = known.start().map(|start| start.seed).or(other.map(|other| other.seed));
        // Two recordings use the same values, so that no echo of a value differs.
        let begun_with = begun_with.or(record.then_some(RECORDED));
        let quotas: Vec<(String, u32)> = of_table.into_iter().chain(args.quotas).collect();
        limit_entities(&quotas, &mut target)?;
        // Without a filter, the listing is not needed. A folder that cannot be read is reported when the specs are
        // read.
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

    /// Returns `true` if a case was asked for.
    pub fn names(&self, id: &str) -> bool {
        self.filter.selects(id)
    }

    /// Returns `true` if a case was asked for and is in the shard that this run tests.
    pub fn selects(&self, id: &str) -> bool {
        let is_ours =
            |(part, of): (u32, u32)| digest::fnv(id.as_bytes()) % u64::from(of) == u64::from(part - 1);
        self.names(id) && self.shard.is_none_or(is_ours)
    }

    /// Returns the files that are read, which no report may overwrite.
    pub fn inputs(&self) -> Vec<&Path> {
        self.read_from.iter().map(PathBuf::as_path).collect()
    }

    /// Checks that the file of known failures can be written, and is not another file that the run reads or writes.
    ///
    /// # Errors
    /// Returns the complaint about it.
    pub fn check_baseline(&self) -> Result<(), String> {
        let Some(path) = &self.write_baseline else { return Ok(()) };
        let of_run = outputs::paths(&self.reports_to).chain(self.inputs());
        // It may be the file of known failures that is read.
        let others = of_run.filter(|other| self.read_baseline.as_deref() != Some(*other));
        files::check_distinct(&others.collect::<Vec<_>>(), [path.as_path()].into_iter())?;
        files::begin(path).map(drop).map_err(|error| files::not_written(path, &error))
    }

    /// Returns how the event stream is written.
    pub fn stream(&self) -> Stream<'_> {
        if self.goes_on { Stream::GoesOn(&self.known) } else { Stream::Live }
    }

    /// Removes earlier results that come from another state of the specs, and reports this.
    ///
    /// # Errors
    /// Returns an error if an event stream would be replaced by one that lacks some of its results.
    pub fn drop_outdated(
        &mut self,
        suite: &Suite,
        ids: &HashSet<Arc<str>>,
        console: Console,
    ) -> Result<(), String> {
        let outdated = self.known.outdated(&suite.specs, &suite.cases);
        if let Some(first) = outdated.first() {
            let ids: HashSet<&str> = outdated.iter().map(|each| each.id.as_str()).collect();
            let (cases, why) = (number(outdated.len(), "case"), &first.why);
            console.status(&format!("--resume: running {cases} again: {why}"));
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

    /// Reads the specs and the cases that were asked for.
    ///
    /// # Errors
    /// Returns every finding in them.
    pub fn suite(&self) -> Result<Suite, Vec<Finding>> {
        match self.part() {
            Some(part) => project::suite_of(&part, &self.specs, &self.cases, self.depth),
            None => project::suite(&self.specs, &self.cases, self.depth),
        }
    }

    /// Returns the services of the operations that were asked for, if nothing else of the project is needed.
    pub fn part(&self) -> Option<Part<'_>> {
        match self.needs_all {
            true => None,
            false => Some(self.listing.part(self.filter.operations()?)),
        }
    }

    /// Returns `true` if the run needs more of the project than the services that were asked for. This must be called
    /// before the run has a journal of its own: what another run left may belong to any service.
    fn needs_all(&self) -> bool {
        let is_held_to_all = self.baseline.is_some() || self.write_baseline.is_some() || self.record;
        let names_others = !self.quotas.is_empty() || !self.target.rates.is_empty();
        let names_parameters = !self.target.parameters.is_empty();
        let goes_on = self.goes_on || !self.known.is_empty();
        is_held_to_all || names_others || names_parameters || goes_on || super::journal::exists(self)
    }

    /// Returns `true` if there are accepted responses, or will be.
    pub fn needs_kept(&self) -> bool {
        match self.snapshots {
            SnapshotPolicy::Off => false,
            SnapshotPolicy::Update => true,
            SnapshotPolicy::Compare | SnapshotPolicy::Pending => {
                self.reports.join(&self.target.name).exists()
            }
        }
    }

    /// Returns `true` if only a shard of the cases runs.
    pub fn is_part(&self) -> bool {
        self.shard.is_some()
    }

    /// Checks that each filter selects something.
    ///
    /// # Errors
    /// Returns the complaint about a filter that does not.
    pub fn filters_select(&self, cases: &Cases) -> Result<(), String> {
        let ids = || cases.iter().map(|case| case.id.clone());
        let Some(wanted) = self.filter.unselective(ids()) else { return Ok(()) };
        Err(match nearest(&wanted.to_string(), ids()) {
            Some(near) => format!("no case matches `{wanted}`; a similar name exists: `{near}`"),
            None => format!("no case matches `{wanted}`; list all with `fineprint run --list`"),
        })
    }

    /// Returns `true` if the built-in reference server is the target.
    pub fn is_embedded(&self) -> bool {
        self.target.name == REFERENCE
    }

    /// Returns the options of a run that sends nothing. The built-in server has the address of `fineprint serve`.
    pub fn rehearsal(&self) -> Options {
        match self.is_embedded() {
            true => self.options().moved("http://127.0.0.1:4010".to_owned()),
            false => self.options(),
        }
    }

    /// Returns the options of the runner.
    pub fn options(&self) -> Options {
        let options = Options::new(self.target.clone(), self.seed);
        Options {
            jobs: self.jobs,
            known: Arc::clone(&self.known),
            against: self.against.clone(),
            max_time: self.max_time,
            // If the user limits the duration of the run, it may wait as long as the target asks, within that limit.
            max_wait: self.max_time.unwrap_or(options.max_wait),
            ..options
        }
    }
}

/// Reads the results of an interrupted run, if it was on this target.
fn resumed_from(path: &Path, target: &Target, console: Console) -> Result<EarlierResults, String> {
    let known = stream::read_earlier(path)?;
    if let Some(start) = known.starts().iter().find(|start| start.target != target.name) {
        return Err(format!(
            "--resume: the event stream is a run on {}, but this run is on {}",
            start.target, target.name
        ));
    }
    // Addresses may change, as that of the built-in server does, but not the target behind them.
    let here = target.shown_url();
    if let Some(start) = known.starts().iter().find(|start| start.url != here && target.name != REFERENCE) {
        console.status(&format!(
            "--resume: the earlier run was on {}, this run is on {here}; the earlier results count for this run",
            start.url
        ));
    }
    Ok(known)
}

/// Reads the known failures: those of the file that will be written, if no other file is named.
fn baseline(read_from: Option<&Path>, write_to: Option<&Path>) -> Result<Option<Baseline>, String> {
    read_from.or(write_to.filter(|path| path.exists())).map(failures::read).transpose()
}

/// Limits the number of live entities to the smallest quota. A case of its own tests one entity above a quota; the
/// others stay below.
fn limit_entities(quotas: &[(String, u32)], target: &mut Target) -> Result<(), String> {
    let Some((entity, smallest)) = quotas.iter().min_by_key(|(_, size)| *size) else { return Ok(()) };
    if *smallest < 2 {
        return Err(format!("quota {entity}={smallest} is too small: a run needs at least 2"));
    }
    target.entities = target.entities.min(*smallest);
    Ok(())
}

/// Rejects options that do not suit a recording: it is complete, of the standard depth, and only the target's own.
fn reject_parts(args: &RunArgs) -> Result<(), String> {
    let rejected = [
        (args.no_snapshots, "--no-snapshots"),
        (args.shard.is_some(), "--shard"),
        (args.against.is_some(), "--against"),
        (args.depth != DepthArg::Standard, "--depth"),
        (args.resume.is_some(), "--resume"),
    ];
    match rejected.into_iter().find(|(is_there, _)| *is_there) {
        Some((_, option)) => Err(format!("a recording needs a whole run: leave out {option}")),
        None => Ok(()),
    }
}

/// Returns the part of an id that was probably meant.
fn nearest(typed: &str, ids: impl Iterator<Item = String>) -> Option<String> {
    ids.fold(None, |near, id| {
        let parts = parts(&id);
        let candidates = near.iter().chain(&parts).map(String::as_str);
        did_you_mean(typed, candidates).map(str::to_owned)
    })
}

/// Returns what may have been typed of an id: `Op`, `Op/Name`, `Op/Name/length`…, and the same without the operation.
fn parts(id: &str) -> Vec<String> {
    let names: Vec<&str> = id.split('/').collect();
    let runs = |from: usize| (from + 1..=names.len()).map(move |to| (from, to));
    runs(0).chain(runs(1)).map(|(from, to)| names[from..to].join("/")).collect()
}
