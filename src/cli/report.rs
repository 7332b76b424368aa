//! `fineprint report` and `fineprint merge`: reports of finished runs, from their event streams.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::baseline::Baseline;
use crate::compare::is_optional;
use crate::event::{Event, Finish};
use crate::generate::Cases;
use crate::project::{self, Suite};
use crate::runner::{self, EarlierResults, Outdated};
use crate::spec::model::Specs;

use super::args::{FromArgs, MergeArgs};
use super::console::Console;
use super::exit::Exit;
use super::failures::{self, Judged};
use super::filter::Filter;
use super::outputs::{Outputs, Stream};
use super::stream::Events;
use super::streams;

/// Writes reports of a run, event by event: a run of 100,000 cases need not fit into memory.
pub fn report(args: &FromArgs, console: Console) -> Exit {
    let events = match Events::open(&args.from) {
        Ok(events) => events,
        Err(complaint) => return usage_error(console, &complaint),
    };
    let mut outputs =
        match Outputs::open(&args.reports_to, &[&args.from], Stream::Whole, console, events.cases) {
            Ok(outputs) => outputs,
            Err(complaint) => return usage_error(console, &complaint),
        };
    let (mut finish, mut changed, mut baseline, mut seen) = (None, false, None, cut_off());
    for event in events {
        let event = match event {
            Ok(event) => event,
            Err(complaint) => return usage_error(console, &complaint),
        };
        match &event {
            // Emitted when no event follows: a file that continues after it is rejected, and no report of it is
            // written.
            Event::RunFinished(finished) => {
                finish = Some(finished.clone());
                continue;
            }
            Event::CaseFinished(result) => {
                seen.counts.add(&result.verdict);
                seen.requests += result.exchanges.len();
                seen.kept.extend(result.kept.iter().cloned());
            }
            Event::SnapshotsCompared(compared) => changed = compared.differ(),
            Event::BaselineCompared(compared) => baseline = Some(compared.clone()),
            Event::PlainCallKept { kept } => seen.kept.extend(kept.iter().cloned()),
            Event::RunStarted(_) | Event::Progress { .. } | Event::PlainCallFailed(_) => {}
        }
        outputs.event(&event);
    }
    let finish = finish.unwrap_or(seen);
    outputs.event(&Event::RunFinished(finish.clone()));
    let written = outputs.close(console);
    Exit::of_run(&finish, changed, baseline.as_ref(), written)
}

/// Returns the end of a run that was cut off.
fn cut_off() -> Finish {
    Finish { stopped: Some("the event stream ends before the run finished".to_owned()), ..Finish::default() }
}

/// Merges the event streams of a run's shards.
pub fn merge(args: &MergeArgs, console: Console) -> Exit {
    match Parts::read(args, console).and_then(|parts| parts.report(args, console)) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// The shards of a run, and the cases that they are about.
struct Parts {
    specs: Arc<Specs>,
    cases: Cases,
    /// Ids of all existing cases.
    ids: HashSet<Arc<str>>,
    known: EarlierResults,
    baseline: Option<Baseline>,
}

impl Parts {
    /// Reads the streams, and checks that they are of one run of these specs.
    fn read(args: &MergeArgs, console: Console) -> Result<Self, Exit> {
        let usage = |complaint: String| usage_error(console, &complaint);
        let suite = project::suite(&args.specs, &args.cases, args.depth.into())
            .map_err(|findings| console.findings(&findings))?;
        let baseline = args.baseline.as_deref().map(failures::read).transpose().map_err(usage)?;
        let known = streams::merge(&args.files, console).map_err(usage)?;
        let mut ids = if baseline.is_some() { suite.ids() } else { HashSet::new() };
        let Suite { specs, mut cases, .. } = suite;
        let own: HashSet<String> = known_among(&known, &cases);
        let further: Vec<String> = known.ids().filter(|id| !own.contains(*id)).map(str::to_owned).collect();
        if let Some(id) = further.iter().find(|id| !is_optional(id)) {
            return Err(usage(format!(
                "the specs have no case {id}: the streams were recorded with other specs or another --depth"
            )));
        }
        if let Some(Outdated { stream, why, .. }) = known.outdated(&specs, &cases).first() {
            return Err(usage(format!(
                "{stream} does not match the project: {why}; run that shard again, or merge in the project in which it ran"
            )));
        }
        let filter = Filter::new(&args.filter, |name| specs.operation(name).is_some());
        if let Some(word) = filter.unselective(cases.iter().map(|case| case.id.clone())) {
            return Err(usage(format!("no case matches `{word}`")));
        }
        // The cases for circumstances and authentication depend on the options of the runs, so they are in the files
        // only.
        cases.extend(known.stand_ins(&specs, &further));
        if !filter.is_all() {
            cases = cases.select(|case| filter.selects(&case.id));
        }
        ids.extend(further.into_iter().map(Arc::from));
        Ok(Self { specs, cases, ids, known, baseline })
    }

    /// Reports the shards as one run.
    fn report(self, args: &MergeArgs, console: Console) -> Result<Exit, Exit> {
        let Self { specs, cases, ids, known, baseline } = self;
        let inputs: Vec<&Path> =
            args.files.iter().map(PathBuf::as_path).chain(args.baseline.as_deref()).collect();
        let mut outputs = Outputs::open(&args.reports_to, &inputs, Stream::Whole, console, cases.len())
            .map_err(|complaint| usage_error(console, &complaint))?;
        let mut judged = Judged::of(baseline.is_some());
        let finish = runner::merge(&specs, &cases, &known, |event| {
            if let Event::CaseFinished(result) = &event {
                judged.add(result);
            }
            outputs.event(&event);
        });
        let mut changed = false;
        if let Some(snapshots) = known.snapshots() {
            changed = snapshots.differ();
            outputs.event(&Event::SnapshotsCompared(snapshots));
        }
        let compared = judged.compare(baseline.as_ref(), None, &ids).unwrap_or_default();
        if let Some(compared) = &compared {
            outputs.event(&Event::BaselineCompared(compared.clone()));
        }
        outputs.event(&Event::RunFinished(finish.clone()));
        let written = outputs.close(console);
        Ok(Exit::of_run(&finish, changed, compared.as_ref(), written))
    }
}

/// Returns the ids of results that belong to one of the cases.
fn known_among(known: &EarlierResults, cases: &Cases) -> HashSet<String> {
    cases.iter().filter(|case| known.has_judged(&case.id)).map(|case| case.id.clone()).collect()
}

fn usage_error(console: Console, complaint: &str) -> Exit {
    console.error(complaint);
    Exit::Usage
}
