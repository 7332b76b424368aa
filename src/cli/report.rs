//! `fineprint report` and `fineprint merge`: reports of runs that are over, from their event streams.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::compare::is_optional;
use crate::event::{Event, Finish};
use crate::project;
use crate::runner::{self, Known};

use super::args::{FromArgs, MergeArgs, is_named};
use super::console::Console;
use super::exit::Exit;
use super::failures::{self, Judged};
use super::outputs::Outputs;
use super::stream::{Events, read};

/// Writes reports of a run, event by event: a run of 100,000 cases need not fit into memory.
pub fn report(args: &FromArgs, console: Console) -> Exit {
    let events = match Events::open(&args.from) {
        Ok(events) => events,
        Err(complaint) => return complain(console, &complaint),
    };
    let mut outputs = match Outputs::open(&args.reports_to, &[&args.from], console, events.cases) {
        Ok(outputs) => outputs,
        Err(complaint) => return complain(console, &complaint),
    };
    let (mut finish, mut changed, mut baseline, mut seen) = (None, false, None, cut_off());
    for event in events {
        let event = match event {
            Ok(event) => event,
            Err(complaint) => return complain(console, &complaint),
        };
        outputs.event(&event);
        match event {
            Event::RunFinished(came) => finish = Some(came),
            Event::CaseFinished(result) => {
                seen.counts.add(&result.verdict);
                seen.requests += result.exchanges.len();
            }
            Event::SnapshotsCompared(compared) => changed = compared.differ(),
            Event::BaselineCompared(came) => baseline = Some(came),
            Event::RunStarted(_) | Event::Progress { .. } => {}
        }
    }
    let finish = finish.unwrap_or_else(|| {
        outputs.event(&Event::RunFinished(seen.clone()));
        seen
    });
    let written = outputs.close(console);
    Exit::of_run(&finish, changed, baseline.as_ref(), written)
}

/// The end of a run that did not come to one.
fn cut_off() -> Finish {
    Finish { stopped: Some("the stream ends before the run did".to_owned()), ..Finish::default() }
}

/// Joins the streams of a run's parts.
pub fn merge(args: &MergeArgs, console: Console) -> Exit {
    let suite = match project::suite(&args.specs, &args.cases, args.depth.into()) {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    let baseline = match args.baseline.as_deref().map(failures::read).transpose() {
        Ok(baseline) => baseline,
        Err(complaint) => return complain(console, &complaint),
    };
    let known = match joined(&args.files) {
        Ok(known) => known,
        Err(complaint) => return complain(console, &complaint),
    };
    let mut cases = suite.cases;
    let ids: HashSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let further: Vec<String> = known.ids().filter(|id| !ids.contains(id)).map(str::to_owned).collect();
    if let Some(id) = further.iter().find(|id| !is_optional(id)) {
        return complain(
            console,
            &format!(
                "the specs have no case {id}: the files are of another state of them, or of another --depth"
            ),
        );
    }
    if let Some(filter) =
        args.filter.iter().find(|filter| !cases.iter().any(|case| case.id.contains(*filter)))
    {
        return complain(console, &format!("no case has an id with {filter} in it"));
    }
    let inputs: Vec<&Path> =
        args.files.iter().map(PathBuf::as_path).chain(args.baseline.as_deref()).collect();
    // Circumstances and authentication depend on what the runs were asked for; their cases are in the files only.
    cases.extend(known.stand_ins(&suite.specs, &further));
    cases.retain(|case| is_named(&args.filter, &case.id));
    let mut outputs = match Outputs::open(&args.reports_to, &inputs, console, cases.len()) {
        Ok(outputs) => outputs,
        Err(complaint) => return complain(console, &complaint),
    };
    let mut judged = Judged::default();
    let finish = runner::merge(&suite.specs, cases, &known, |event| {
        if let Event::CaseFinished(result) = &event {
            judged.take(result);
        }
        outputs.event(&event);
    });
    let mut changed = false;
    if let Some(snapshots) = known.snapshots() {
        changed = snapshots.differ();
        outputs.event(&Event::SnapshotsCompared(snapshots));
    }
    let compared = judged.settle(baseline.as_ref(), None).unwrap_or_default();
    if let Some(compared) = &compared {
        outputs.event(&Event::BaselineCompared(compared.clone()));
    }
    outputs.event(&Event::RunFinished(finish.clone()));
    let written = outputs.close(console);
    Exit::of_run(&finish, changed, compared.as_ref(), written)
}

/// What the streams of one run's parts have told.
fn joined(files: &[PathBuf]) -> Result<Known, String> {
    let mut known = Known::default();
    for file in files {
        let events = read(file)?;
        if let (Some(Event::RunStarted(part)), Some(first)) = (events.first(), &known.start)
            && part.target != first.target
        {
            let (target, other) = (&part.target, &first.target);
            return Err(format!("{} is of a run on {target}, and others are on {other}", file.display()));
        }
        known.add(events);
    }
    Ok(known)
}

fn complain(console: Console, complaint: &str) -> Exit {
    console.complain(complaint);
    Exit::Usage
}
