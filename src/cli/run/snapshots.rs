//! Snapshots of a run: comparing, and writing what the policy allows.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use crate::cli::console::Console;
use crate::compare;
use crate::event::{CaseResult, SnapshotChange, Snapshots};
use crate::project;
use crate::report::number;
use crate::snapshot::file::{self, Entry};
use crate::snapshot::{self, store};
use crate::spec::model::Specs;

use super::plan::{Plan, SnapshotPolicy};

/// The answers of a run, by operation.
#[derive(Debug, Default)]
pub struct Answers {
    operations: Vec<OfOperation>,
}

#[derive(Debug)]
struct OfOperation {
    service: String,
    operation: String,
    source: String,
    entries: Vec<Entry>,
}

impl Answers {
    /// Takes the answer of a case.
    pub fn take(&mut self, specs: &Specs, result: &CaseResult) {
        let Some((service, operation)) = specs.operation(&result.operation) else { return };
        // What was blocked or not tried says nothing about the promise; of a failed set-up the last exchange is another's.
        if !result.verdict.is_judged() {
            return;
        }
        let Some(text) = compare::kept(service, result) else { return };
        let entry = Entry { id: result.id.clone(), text };
        match self.operations.iter_mut().find(|of| of.operation == operation.name) {
            Some(of) => of.entries.push(entry),
            None => self.operations.push(OfOperation {
                service: service.folder.clone(),
                operation: operation.name.clone(),
                source: operation.at.source.name.clone(),
                entries: vec![entry],
            }),
        }
    }
}

/// Compares with the accepted snapshots and writes what the policy allows. `None` where snapshots are off, or where the
/// target has none and none are asked for.
///
/// # Errors
/// The file that cannot be read or written, and why.
pub fn settle(
    plan: &Plan,
    specs: &Specs,
    answers: &Answers,
    ids: &[String],
) -> Result<Option<Snapshots>, String> {
    if plan.snapshots == SnapshotPolicy::Off {
        return Ok(None);
    }
    let mut all = Snapshots { accepted: plan.snapshots == SnapshotPolicy::Update, ..Snapshots::default() };
    for of in &answers.operations {
        let path = store::path(&plan.reports, &plan.target.name, &of.service, &of.operation);
        of_operation(plan, of, &path, ids, &mut all)
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let folder = plan.reports.join(&plan.target.name);
    let accepted = store::all_accepted(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let operations = store::operations(specs, ids.iter().filter_map(|id| id.split('/').next()));
    let orphaned = accepted.iter().filter(|path| !store::is_of(path, &operations));
    all.orphaned = orphaned.map(|path| path.display().to_string()).collect();
    Ok(Some(all))
}

fn of_ids(ids: &[String], operation: &str) -> usize {
    ids.iter().filter(|id| id.split('/').next() == Some(operation)).count()
}

fn of_operation(
    plan: &Plan,
    of: &OfOperation,
    path: &Path,
    ids: &[String],
    all: &mut Snapshots,
) -> io::Result<()> {
    let known = store::load(path)?;
    let accepted = known.as_deref().map(file::read).unwrap_or_default();
    let planned: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let compared = snapshot::compare(&accepted, &of.entries, &|id| planned.contains(id));
    let order: Vec<&str> = ids.iter().map(String::as_str).collect();
    let merged = snapshot::merge(&accepted, &of.entries, &order);
    let expression = format!("{} on {}", of.operation, plan.target.name);
    let text = file::write(&of.source, &expression, &merged);
    let differs = !compared.changed.is_empty() || !compared.new.is_empty() || !compared.stale.is_empty();
    let pending = store::pending(path);
    match plan.snapshots {
        SnapshotPolicy::Update => {
            if known.as_ref() != Some(&text) {
                project::write_whole(path, &text)?;
                all.written.push(path.display().to_string());
            }
            store::remove(&pending)?;
        }
        SnapshotPolicy::Pending if known.is_some() && differs => {
            project::write_whole(&pending, &text)?;
            all.written.push(pending.display().to_string());
        }
        // A run of some cases only does not settle what an earlier one left pending.
        SnapshotPolicy::Pending if of.entries.len() == of_ids(ids, &of.operation) => store::remove(&pending)?,
        SnapshotPolicy::Pending => {}
        SnapshotPolicy::Compare | SnapshotPolicy::Off => {}
    }
    all.changed.extend(
        compared.changed.into_iter().map(|change| SnapshotChange { id: change.id, diff: change.diff }),
    );
    all.new += compared.new.len();
    all.stale.extend(compared.stale);
    Ok(())
}

/// Says what a person can do about it.
pub fn tell(snapshots: &Snapshots, plan: &Plan, console: Console) {
    let target = &plan.target.name;
    if snapshots.accepted {
        snapshots.written.iter().for_each(|path| console.tell(&format!("accepted {path}")));
    } else if !snapshots.changed.is_empty() {
        let answers = number(snapshots.changed.len(), "answer");
        console.tell(&format!("changed since the snapshots of {target}: {answers}"));
    }
    if snapshots.new > 0 && !snapshots.accepted {
        let answers = number(snapshots.new, "answer");
        console.tell(&format!("without a snapshot of {target} yet: {answers}; --update keeps what is new"));
    }
    if !snapshots.stale.is_empty() && !snapshots.accepted {
        let stale = number(snapshots.stale.len(), "snapshot");
        console.tell(&format!(
            "of cases of {target} that no longer exist: {stale}; `fineprint prune` removes such"
        ));
    }
    for path in &snapshots.orphaned {
        console.tell(&format!("{path} belongs to no operation any more; `fineprint prune` removes it"));
    }
    if !snapshots.accepted && !snapshots.written.is_empty() {
        snapshots.written.iter().for_each(|path| console.tell(&format!("pending {path}")));
        console.tell("`fineprint review` goes through what is pending, `fineprint accept` takes all of it");
    }
}
