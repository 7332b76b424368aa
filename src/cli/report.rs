//! `fineprint report` and `fineprint merge`: reports of runs that are over, from their event streams.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::case::Case;
use crate::event::{Event, Finish, VERSION};
use crate::project;
use crate::runner::{self, Known};

use super::args::{FromArgs, MergeArgs};
use super::console::Console;
use super::exit::Exit;
use super::outputs::Outputs;

/// Writes reports of a run.
pub fn report(args: &FromArgs, console: Console) -> Exit {
    let events = match read(&args.from) {
        Ok(events) => events,
        Err(complaint) => return complain(console, &complaint),
    };
    let mut outputs = match Outputs::open(&args.reports_to, console, events.len()) {
        Ok(outputs) => outputs,
        Err(complaint) => return complain(console, &complaint),
    };
    let (mut finish, mut changed) = (None, false);
    for event in &events {
        outputs.event(event);
        match event {
            Event::RunFinished(came) => finish = Some(came.clone()),
            Event::SnapshotsCompared(compared) => {
                changed = !compared.changed.is_empty() && !compared.accepted;
            }
            _ => {}
        }
    }
    let finish = finish.unwrap_or_else(|| {
        let cut_off = cut_off(&events);
        outputs.event(&Event::RunFinished(cut_off.clone()));
        cut_off
    });
    let written = outputs.close(console);
    Exit::of_run(&finish, changed, written)
}

/// The end of a run that did not come to one.
fn cut_off(events: &[Event]) -> Finish {
    let mut finish =
        Finish { stopped: Some("the stream ends before the run did".to_owned()), ..Finish::default() };
    for event in events {
        if let Event::CaseFinished(result) = event {
            finish.counts.add(&result.verdict);
            finish.requests += result.exchanges.len();
        }
    }
    finish
}

/// Joins the streams of a run's parts.
pub fn merge(args: &MergeArgs, console: Console) -> Exit {
    let suite = match project::suite(&args.specs, &args.cases, args.depth.into()) {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    let mut known = Known::default();
    for file in &args.files {
        match read(file) {
            Ok(events) => known.add(events),
            Err(complaint) => return complain(console, &complaint),
        }
    }
    let mut cases = suite.cases;
    let is_new = |id: &str, cases: &[Case]| !cases.iter().any(|case| case.id == id);
    let further: Vec<String> = known.ids().filter(|id| is_new(id, &cases)).map(str::to_owned).collect();
    if let Some(id) = further.iter().find(|id| !is_of_circumstance(id)) {
        return complain(
            console,
            &format!("the specs have no case {id}: the files are of another state of them"),
        );
    }
    // Circumstances and authentication depend on what the runs were asked for; their cases are in the files only.
    cases.extend(known.stand_ins(&suite.specs, &further));
    let wanted = |id: &str| args.filter.is_empty() || args.filter.iter().any(|part| id.contains(part));
    cases.retain(|case| wanted(&case.id));
    let mut outputs = match Outputs::open(&args.reports_to, console, cases.len()) {
        Ok(outputs) => outputs,
        Err(complaint) => return complain(console, &complaint),
    };
    let finish = runner::merge(&suite.specs, cases, &known, |event| outputs.event(&event));
    let mut changed = false;
    if let Some(snapshots) = known.snapshots() {
        changed = !snapshots.changed.is_empty() && !snapshots.accepted;
        outputs.event(&Event::SnapshotsCompared(snapshots));
    }
    outputs.event(&Event::RunFinished(finish.clone()));
    let written = outputs.close(console);
    Exit::of_run(&finish, changed, written)
}

fn is_of_circumstance(id: &str) -> bool {
    id.contains("/circumstance/") || id.contains("/auth/")
}

fn complain(console: Console, complaint: &str) -> Exit {
    console.complain(complaint);
    Exit::Usage
}

/// The events of a file. A last line that was cut off when the run was killed is passed over.
///
/// # Errors
/// What the file system says, or which line is no event.
pub fn read(path: &Path) -> Result<Vec<Event>, String> {
    let shown = path.display();
    let cannot = |error: io::Error| format!("{shown} cannot be read: {error}");
    let mut lines = BufReader::new(File::open(path).map_err(cannot)?).lines().enumerate().peekable();
    let mut events = Vec::new();
    while let Some((index, line)) = lines.next() {
        let line = line.map_err(cannot)?;
        match serde_json::from_str(&line) {
            Ok(Event::RunStarted(start)) if start.version != VERSION => {
                return Err(format!(
                    "{shown} has version {} of the event stream, and this fineprint reads version {VERSION}",
                    start.version
                ));
            }
            Ok(event) => events.push(event),
            Err(_) if lines.peek().is_none() && index > 0 => {}
            Err(error) => return Err(format!("{shown}:{} is no event: {error}", index + 1)),
        }
    }
    match events.first() {
        Some(Event::RunStarted(_)) => Ok(events),
        _ => Err(format!("{shown} is not the event stream of a run: it does not begin with one")),
    }
}

/// What an interrupted run has found out.
///
/// # Errors
/// What is wrong with the file.
pub fn known(path: &Path) -> Result<Known, String> {
    let mut known = Known::default();
    known.add(read(path)?);
    Ok(known)
}
