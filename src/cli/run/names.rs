//! Names that a target or a baseline refers to, checked against the specs: a misspelt name would have no effect.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::baseline::KnownFailure;
use crate::cli::console::Console;
use crate::compare::is_optional;
use crate::diagnostic::did_you_mean;
use crate::generate::Depth;
use crate::spec::model::Specs;

use super::plan::Plan;

/// Checks that the specs have every service, vendor, operation, entity and parameter that the target names.
///
/// # Errors
/// Returns the first name that they do not have.
pub fn check(plan: &Plan, specs: &Specs) -> Result<(), String> {
    let services: Vec<&str> = match plan.part() {
        Some(_) => plan.listing.services(),
        None => specs.services.iter().map(|service| service.folder.as_str()).collect(),
    };
    let vendors = services.iter().filter_map(|folder| folder.split('/').next());
    let owners: Vec<&str> = services.iter().copied().chain(vendors).collect();
    let operations: Vec<&str> = specs
        .operations()
        .flat_map(|(_, operation)| [operation.name.as_str(), operation.id.as_str()])
        .collect();
    let entities = specs.services.iter().flat_map(|service| &service.entities);
    let entities: Vec<&str> = entities.map(|entity| entity.name.as_str()).collect();
    let target = &plan.target;
    // The built-in server's own key is for every service.
    let signers = target.signers.iter().map(|(folder, _)| folder).filter(|folder| !folder.is_empty());
    let named = target.addresses.iter().map(|(service, _)| ("services", service, "service", &services));
    let named = named.chain(signers.map(|folder| ("credentials", folder, "service or vendor", &owners)));
    let named = named.chain(target.rates.iter().map(|(name, _)| ("rates", name, "operation", &operations)));
    let named = named.chain(plan.quotas.iter().map(|(name, _)| ("quotas", name, "entity", &entities)));
    let named = named.chain(target.known.iter().map(|(name, _)| ("known", name, "entity", &entities)));
    let parameters = specs.operations().flat_map(|(_, operation)| &operation.parameters);
    let parameters: Vec<&str> = parameters.map(|parameter| parameter.name.as_str()).collect();
    let fixed = target.parameters.iter().map(|(name, _)| ("parameters", name, "parameter", &parameters));
    for (key, name, kind, known) in named.chain(fixed) {
        if !known.contains(&name.as_str()) {
            let hint = did_you_mean(name, known.iter().copied());
            let known: BTreeSet<&str> = known.iter().copied().collect();
            let all = || known.into_iter().collect::<Vec<_>>().join(", ");
            let hint = hint.map_or_else(all, |near| format!("a similar name exists: {near}"));
            return Err(format!("target {}: {key}.{name}: unknown {kind}; {hint}", target.name));
        }
    }
    Ok(())
}

/// Reports known failures whose case does not exist: they would never be removed.
pub fn warn_unknown(plan: &Plan, ids: &HashSet<Arc<str>>, console: Console) {
    // Another depth has other cases.
    if plan.depth != Depth::Standard {
        return;
    }
    let known = plan.baseline.iter().flat_map(|baseline| &baseline.known);
    let known = known.filter(|entry| !is_optional(&entry.case));
    let is_there =
        |entry: &KnownFailure| ids.contains(&*entry.case) || ids.iter().any(|id| entry.is_about(id));
    for entry in known.filter(|entry| !is_there(entry)) {
        console.status(&format!("the baseline lists {}, but no case has that id", entry.case));
    }
}
