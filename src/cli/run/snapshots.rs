//! Snapshots of a run: comparing, and writing what the policy allows.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use crate::cli::console::Console;
use crate::compare;
use crate::event::{CaseResult, SnapshotChange, Snapshots};
use crate::files;
use crate::report::number;
use crate::snapshot::file::{self, Entry};
use crate::snapshot::{self, review, store};
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

fn of_operation(
    plan: &Plan,
    of: &OfOperation,
    path: &Path,
    ids: &[String],
    all: &mut Snapshots,
) -> io::Result<()> {
    let writes = matches!(plan.snapshots, SnapshotPolicy::Update | SnapshotPolicy::Pending);
    let is_there = path.exists() || plan.snapshots == SnapshotPolicy::Update;
    let lock = (writes && is_there).then(|| store::lock(files::folder_of(path))).transpose()?;
    let known = store::entries(path)?;
    let accepted = known.clone().unwrap_or_default();
    let planned: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let compared = snapshot::compare(&accepted, &of.entries, &|id| planned.contains(id));
    let order: Vec<&str> = ids.iter().map(String::as_str).collect();
    match plan.snapshots {
        SnapshotPolicy::Update => {
            let updated = snapshot::merge(&accepted, &of.entries, &order);
            if known.as_ref() != Some(&updated) {
                files::write_whole(path, &text(plan, of, &updated))?;
                all.written.push(path.display().to_string());
            }
            propose(plan, of, path, &updated, &order)?;
        }
        SnapshotPolicy::Pending if known.is_some() => {
            all.written.extend(propose(plan, of, path, &accepted, &order)?);
        }
        SnapshotPolicy::Pending | SnapshotPolicy::Compare | SnapshotPolicy::Off => {}
    }
    drop(lock);
    all.changed.extend(
        compared.changed.into_iter().map(|change| SnapshotChange { id: change.id, diff: change.diff }),
    );
    all.new += compared.new.len();
    all.stale.extend(compared.stale);
    Ok(())
}

/// Writes what differs from the accepted answers as pending: those of this run, and those of cases that it has not tried as
/// an earlier one has left them. The file that was written, if one was.
fn propose(
    plan: &Plan,
    of: &OfOperation,
    path: &Path,
    accepted: &[Entry],
    order: &[&str],
) -> io::Result<Option<String>> {
    let pending = store::pending(path);
    let before = store::entries(&pending)?.unwrap_or_default();
    let proposed = snapshot::merge(&snapshot::merge(accepted, &before, order), &of.entries, order);
    if review::proposals(accepted, &proposed).is_empty() {
        return store::remove(&pending).map(|()| None);
    }
    // What --update has accepted is not pending, and nothing else is proposed that was not before.
    if plan.snapshots == SnapshotPolicy::Update && before.is_empty() {
        return Ok(None);
    }
    files::write_whole(&pending, &text(plan, of, &proposed))?;
    Ok(Some(pending.display().to_string()))
}

/// The text of a file with these answers.
fn text(plan: &Plan, of: &OfOperation, entries: &[Entry]) -> String {
    file::write(&of.source, &format!("{} on {}", of.operation, plan.target.name), entries)
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
