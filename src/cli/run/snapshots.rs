//! Snapshots of a run: comparing them, and writing what the policy allows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::console::Console;
use crate::compare::{self, is_optional};
use crate::event::{CaseResult, SnapshotChange, Snapshots};
use crate::files;
use crate::report::number;
use crate::snapshot::file::{self, Entry};
use crate::snapshot::{self, review, store};
use crate::spec::model::{Operation, Service, Specs};

use super::plan::{Plan, SnapshotPolicy};

/// The responses of a run, by operation.
#[derive(Debug)]
pub struct Responses<'p> {
    plan: &'p Plan,
    /// The cases whose responses are kept, by operation.
    kept: &'p BTreeMap<String, Vec<Arc<str>>>,
    operations: HashMap<String, OperationResponses>,
}

#[derive(Debug)]
struct OperationResponses {
    /// Name of the operation in the project.
    id: String,
    operation: String,
    source: String,
    /// The cases whose responses are kept.
    ids: HashSet<Arc<str>>,
    path: PathBuf,
    /// Whether the responses are compared or written; if not, they are only counted.
    is_wanted: bool,
    entries: Vec<Entry>,
    /// Number of responses that were only counted.
    counted: usize,
}

impl<'p> Responses<'p> {
    /// Creates an empty collection.
    pub fn of(plan: &'p Plan, kept: &'p BTreeMap<String, Vec<Arc<str>>>) -> Self {
        Self { plan, kept, operations: HashMap::new() }
    }

    /// Returns the collected responses of an operation.
    fn of_operation(&mut self, service: &Service, operation: &Operation) -> &mut OperationResponses {
        let (plan, kept) = (self.plan, self.kept);
        self.operations.entry(operation.id.clone()).or_insert_with(|| {
            let path = store::path(&plan.reports, &plan.target.name, &service.folder, &operation.name);
            let is_compared = plan.snapshots != SnapshotPolicy::Off && path.exists();
            OperationResponses {
                id: operation.id.clone(),
                operation: operation.name.clone(),
                source: operation.at.source.name.clone(),
                ids: kept.get(&operation.id).into_iter().flatten().cloned().collect(),
                is_wanted: is_compared || plan.snapshots == SnapshotPolicy::Update,
                path,
                entries: Vec::new(),
                counted: 0,
            }
        })
    }

    /// Adds the response of a case.
    pub fn add(&mut self, specs: &Specs, result: &CaseResult) {
        if self.plan.snapshots == SnapshotPolicy::Off {
            return;
        }
        let Some((service, operation)) = specs.operation(&result.operation) else { return };
        // A case that was blocked or did not run says nothing about the promise. After a failed setup, the last
        // exchange belongs to another call.
        if !result.verdict.is_judged() {
            return;
        }
        let of = self.of_operation(service, operation);
        if !of.is_wanted {
            of.counted += usize::from(!result.unsettled && !is_optional(&result.id));
            return;
        }
        if of.ids.contains(result.id.as_str()) {
            let text = compare::normalised_response(service, result);
            of.entries.extend(text.map(|text| Entry { id: result.id.clone(), text }));
        }
    }
}

/// Compares the responses with the accepted snapshots, and writes what the policy allows. Returns `None` if snapshots
/// are off.
///
/// # Errors
/// Returns the file that cannot be read or written, and why.
pub fn compare(plan: &Plan, specs: &Specs, responses: &Responses<'_>) -> Result<Option<Snapshots>, String> {
    if plan.snapshots == SnapshotPolicy::Off {
        return Ok(None);
    }
    let mut all = Snapshots { accepted: plan.snapshots == SnapshotPolicy::Update, ..Snapshots::default() };
    let mut operations: Vec<&OperationResponses> = responses.operations.values().collect();
    operations.sort_by_key(|of| &of.path);
    for of in operations {
        let ids = responses.kept.get(&of.id).map(Vec::as_slice).unwrap_or_default();
        of_operation(plan, of, ids, &mut all).map_err(|error| format!("{}: {error}", of.path.display()))?;
    }
    let folder = plan.reports.join(&plan.target.name);
    let accepted =
        accepted(plan, specs, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let kept = responses.kept.iter().filter(|(_, ids)| !ids.is_empty());
    let operations = store::operations(specs, kept.map(|(operation, _)| operation.as_str()));
    let orphaned = accepted.iter().filter(|path| !store::is_of(path, &operations));
    all.orphaned = orphaned.map(|path| path.display().to_string()).collect();
    Ok(Some(all))
}

/// Returns the accepted files of the services that were read.
fn accepted(plan: &Plan, specs: &Specs, folder: &Path) -> io::Result<Vec<PathBuf>> {
    if plan.part().is_none() {
        return store::all_accepted(folder);
    }
    let of_services = specs.services.iter().map(|service| store::all_accepted(&folder.join(&service.folder)));
    Ok(of_services.collect::<io::Result<Vec<_>>>()?.concat())
}

fn of_operation(
    plan: &Plan,
    of: &OperationResponses,
    ids: &[Arc<str>],
    all: &mut Snapshots,
) -> io::Result<()> {
    all.new += of.counted;
    if !of.is_wanted {
        return Ok(());
    }
    let path = of.path.as_path();
    let writes = matches!(plan.snapshots, SnapshotPolicy::Update | SnapshotPolicy::Pending);
    let is_there = path.exists() || plan.snapshots == SnapshotPolicy::Update;
    let lock = (writes && is_there).then(|| store::lock(files::folder_of(path))).transpose()?;
    let known = store::entries(path)?;
    let accepted = known.clone().unwrap_or_default();
    let compared = snapshot::compare(&accepted, &of.entries, &|id| of.ids.contains(id));
    let order: Vec<&str> = ids.iter().map(|id| &**id).collect();
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

/// Writes responses that differ from the accepted ones as pending: those of this run, and for cases that it did not
/// run, those that an earlier run left. Returns the file, if one was written.
fn propose(
    plan: &Plan,
    of: &OperationResponses,
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
    // What --update has accepted is not pending, and it proposes nothing that was not pending before.
    if plan.snapshots == SnapshotPolicy::Update && before.is_empty() {
        return Ok(None);
    }
    files::write_whole(&pending, &text(plan, of, &proposed))?;
    Ok(Some(pending.display().to_string()))
}

/// Returns the text of a file with these responses.
fn text(plan: &Plan, of: &OperationResponses, entries: &[Entry]) -> String {
    file::write(&of.source, &format!("{} on {}", of.operation, plan.target.name), entries)
}

/// Prints what can be done about the snapshots.
pub fn print_hints(snapshots: &Snapshots, plan: &Plan, console: Console) {
    let target = &plan.target.name;
    if snapshots.accepted {
        snapshots.written.iter().for_each(|path| console.status(&format!("accepted {path}")));
    } else if !snapshots.changed.is_empty() {
        let responses = number(snapshots.changed.len(), "response");
        console.status(&format!("changed since the snapshots of {target}: {responses}"));
    }
    if snapshots.new > 0 && !snapshots.accepted {
        let responses = number(snapshots.new, "response");
        console.status(&format!(
            "no snapshot of {target} yet for {responses}; run with --update to accept them"
        ));
    }
    if !snapshots.stale.is_empty() && !snapshots.accepted {
        let stale = number(snapshots.stale.len(), "snapshot");
        console.status(&format!(
            "{stale} of {target} for cases that no longer exist; remove with `fineprint prune`"
        ));
    }
    for path in &snapshots.orphaned {
        console.status(&format!("{path} belongs to no operation; remove it with `fineprint prune`"));
    }
    if !snapshots.accepted && !snapshots.written.is_empty() {
        snapshots.written.iter().for_each(|path| console.status(&format!("pending {path}")));
        console.status(
            "review pending snapshots with `fineprint review`, or accept all with `fineprint accept`",
        );
    }
}
