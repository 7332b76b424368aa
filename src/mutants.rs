//! Mutation testing: which case kills which mutant, and which mutants survive.

use std::collections::{HashMap, HashSet};
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

use crate::case::Case;
use crate::event::CaseResult;
use crate::judge::Verdict;
use crate::runner::{self, FailureSearch, Options};
use crate::server::mutant::{self, Mutant};
use crate::server::{Behaviour, Reading, Server};
use crate::spec::model::{Operation, Specs};
use crate::transport::{SetupError, Transport};

/// The fate of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// The mutant's id.
    pub id: String,
    /// The kind of mistake that the mutant makes.
    pub kind: mutant::Kind,
    /// Description of the mistake.
    pub does: String,
    /// The case that failed against the mutant; `None` if the mutant survived.
    pub killed_by: Option<String>,
    /// Number of cases run until then.
    pub tried: usize,
}

/// Result of running the cases against a correct server, where every case should pass.
#[derive(Debug)]
pub struct Alarm {
    /// The readings that the server takes.
    pub readings: Vec<Reading>,
    /// Results of cases that failed or could not be judged.
    pub results: Vec<CaseResult>,
    /// Number of cases run.
    pub tried: usize,
}

/// The reason why the mutants could not be tested.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A server could not be started.
    #[error("failed to start a server: {0}")]
    Server(#[from] io::Error),
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Transport(#[from] SetupError),
}

/// Tests all mutants that `wanted` selects. `on_fate` is called with each fate as it is known, in no particular order; the
/// returned fates are in the order of [`mutant::all`].
///
/// # Errors
/// Returns an error if a server or the HTTP client could not be set up.
pub async fn run(
    specs: &Arc<Specs>,
    cases: &[Arc<Case>],
    options: &Options,
    wanted: impl Fn(&Mutant) -> bool,
    mut on_fate: impl FnMut(&Fate),
) -> Result<Vec<Fate>, Error> {
    let mutants: Vec<Mutant> = mutant::all(specs).into_iter().filter(wanted).collect();
    let (concerned, options) = (CasesByOperation::of(specs, cases), options.clone());
    let all = Arc::new(MutantQueue {
        specs: Arc::clone(specs),
        cases: cases.to_vec(),
        concerned,
        options,
        mutants,
        next: AtomicUsize::new(0),
    });
    let (sender, mut hears) = mpsc::unbounded_channel();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let working = (0..threads).map(|_| {
        let (all, sender) = (Arc::clone(&all), sender.clone());
        tokio::task::spawn_blocking(move || all.work(&sender))
    });
    let working: Vec<_> = working.collect();
    drop(sender);
    let mut fates = Vec::new();
    while let Some((index, fate)) = hears.recv().await {
        on_fate(&fate);
        fates.push((index, fate));
    }
    for worked in working {
        worked.await.map_err(io::Error::other)??;
    }
    fates.sort_by_key(|(index, _)| *index);
    Ok(fates.into_iter().map(|(_, fate)| fate).collect())
}

/// All mutants, shared by several threads that each take the next one.
struct MutantQueue {
    specs: Arc<Specs>,
    cases: Vec<Arc<Case>>,
    concerned: CasesByOperation,
    options: Options,
    mutants: Vec<Mutant>,
    next: AtomicUsize,
}

impl MutantQueue {
    /// Takes mutants until none are left. The server and the client of a mutant share one thread, so neither has to
    /// wake another thread.
    fn work(&self, sender: &mpsc::UnboundedSender<(usize, Fate)>) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let transport = self.options.transport()?;
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = self.mutants.get(index) else { return Ok(()) };
            let fate = runtime.block_on(self.run_cases(mutant, transport.clone()))?;
            if sender.send((index, fate)).is_err() {
                return Ok(());
            }
        }
    }

    /// Runs the cases that could detect the mutant.
    async fn run_cases(&self, mutant: &Mutant, transport: Transport) -> Result<Fate, Error> {
        let own = nearest_first(self.concerned.cases_of(&mutant.operation), mutant);
        let (served, others) = match mutant.kind.is_of_service() {
            true => (Specs::clone(&self.specs), self.concerned.other_cases(&self.cases, &mutant.operation)),
            false => (self.concerned.served(&self.specs, &mutant.operation), Vec::new()),
        };
        let (mutated, behaviour) = mutant.build(&served);
        let server = Server::behaving(Arc::new(mutated), 0, behaviour).await?;
        let session = self.options.moved(server.url()).session_over(transport);
        let mut run_until_failure = runner::run_until_failure(&session, &self.specs, &own).await;
        if run_until_failure.failed.is_none() {
            let more = runner::run_until_failure(&session, &self.specs, &others).await;
            run_until_failure = FailureSearch { tried: run_until_failure.tried + more.tried, ..more };
        }
        let killed_by = run_until_failure.failed.map(|result| result.id);
        let (id, does) = (mutant.id.clone(), mutant.does.clone());
        Ok(Fate { id, kind: mutant.kind, does, killed_by, tried: run_until_failure.tried })
    }
}

/// Maps operations to the cases that call them: a mutant of an operation can only show in those cases. Without this
/// map, in a project with many operations, all cases of all other operations would run against each surviving mutant.
struct CasesByOperation {
    /// By operation, the cases that may call it.
    cases: HashMap<String, Vec<Arc<Case>>>,
    /// By operation, every operation that those cases may call.
    operations: HashMap<String, HashSet<String>>,
}

impl CasesByOperation {
    fn of(specs: &Specs, cases: &[Arc<Case>]) -> Self {
        let mut concerned = Self { cases: HashMap::new(), operations: HashMap::new() };
        for case in cases {
            let called = called(specs, case);
            for operation in &called {
                concerned.cases.entry(operation.clone()).or_default().push(Arc::clone(case));
                concerned.operations.entry(operation.clone()).or_default().extend(called.iter().cloned());
            }
        }
        concerned
    }

    fn cases_of(&self, operation: &str) -> &[Arc<Case>] {
        self.cases.get(operation).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the cases that do not call the operation.
    fn other_cases(&self, cases: &[Arc<Case>], operation: &str) -> Vec<Arc<Case>> {
        let own: HashSet<&str> = self.cases_of(operation).iter().map(|case| case.id.as_str()).collect();
        cases.iter().filter(|case| !own.contains(case.id.as_str())).cloned().collect()
    }

    /// Returns the specs for a server that these cases run against, limited to the operations that the cases may call.
    fn served(&self, specs: &Specs, operation: &str) -> Specs {
        let none = HashSet::new();
        let called = self.operations.get(operation).unwrap_or(&none);
        let is_served = |each: &Operation| each.id == operation || called.contains(&each.id);
        let mut served = Specs::default();
        for service in specs.services.iter().filter(|service| service.operations.iter().any(is_served)) {
            let operations = service.operations.iter().filter(|each| is_served(each)).cloned().collect();
            served.services.push(service.with(operations));
        }
        served
    }
}

/// Returns the operations that a case may call: those it names, and those that read, list or remove the entities it
/// creates.
fn called(specs: &Specs, case: &Case) -> HashSet<String> {
    let mut called = HashSet::from([case.operation.clone()]);
    let Some((service, _)) = specs.operation(&case.operation) else { return called };
    for operation in case.calls().filter_map(|(operation, _)| service.operation(operation)) {
        called.insert(operation.id.clone());
        let ids =
            operation.parameters.iter().filter_map(|parameter| service.entity(parameter.exists.as_deref()?));
        for entity in service.created_by(operation).into_iter().chain(ids) {
            let others = [Some(&entity.made_by), entity.removed_by.as_ref(), entity.listed_by.as_ref()];
            let others = others.into_iter().flatten().filter_map(|name| service.operation(name));
            called.extend(others.chain(service.readers(&entity.name)).map(|other| other.id.clone()));
        }
    }
    called
}

/// Sorts the cases by how likely they are to detect a mutant: first those about its rule, then those about its
/// parameter, then those of its operation. Cases of other operations that call it come last.
fn nearest_first(cases: &[Arc<Case>], mutant: &Mutant) -> Vec<Arc<Case>> {
    let distance = |case: &Case| {
        let about =
            || case.about.iter().filter(|about| mutant.parameter.as_ref() == Some(&about.at.to_string()));
        let of_parameter = about().next().is_some();
        let of_rule = about().any(|about| Some(about.part) == mutant.breach);
        match case.operation == mutant.operation {
            true if of_rule => 0,
            true if of_parameter => 1,
            true => 2,
            false => 3,
        }
    };
    let mut sorted = cases.to_vec();
    sorted.sort_by_key(|case| distance(case));
    sorted
}

/// Runs all cases against a server that takes these readings: none may fail, and none may be left unjudged.
///
/// # Errors
/// Returns an error if a server or the HTTP client could not be set up.
pub async fn reading(
    specs: &Arc<Specs>,
    cases: &[Case],
    options: &Options,
    readings: &[Reading],
) -> Result<Alarm, Error> {
    let behaviour =
        Behaviour { quotas: mutant::quotas(specs), ..Behaviour::reading(readings.iter().copied()) };
    let server = Server::behaving(Arc::clone(specs), 0, behaviour).await?;
    let options = options.moved(server.url());
    let mut results = Vec::new();
    let mut tried = 0;
    let emit = |event| {
        if let crate::event::Event::CaseFinished(result) = event {
            tried += 1;
            if result.verdict != Verdict::Pass {
                results.push(*result);
            }
        }
    };
    runner::run(Arc::clone(specs), cases.to_vec(), &options, Default::default(), emit).await?;
    Ok(Alarm { readings: readings.to_vec(), results, tried })
}

/// Returns each reading on its own, and sets of as many compatible readings as possible.
pub fn sets_of_readings() -> Vec<Vec<Reading>> {
    let all: Vec<Reading> = Reading::ALL.to_vec();
    let mut sets: Vec<Vec<Reading>> = all.iter().map(|reading| vec![*reading]).collect();
    for order in [all.clone(), all.into_iter().rev().collect()] {
        let mut together: Vec<Reading> = Vec::new();
        for reading in order {
            if !together.iter().any(|other| reading.excludes(*other)) {
                together.push(reading);
            }
        }
        sets.push(together);
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Expectation, Parameters};
    use crate::generate::{self, Depth};
    use crate::server::validate::Check;
    use crate::server::{Behaviour, mutant};
    use crate::spec::breach::Breach;
    use crate::spec::model::{Operation, Service};
    use crate::spec::read;
    use crate::spec::rules::RULES;

    const SERVICE: &str = "service: s\nvendor: V\nversion: '1'\nprotocol: rest\nhttp: {code: code}\n";

    /// Returns the violations that the reference server finds in the parameter.
    fn faults(service: &Service, operation: &Operation, send: &Parameters) -> Vec<Breach> {
        let send = send.iter().filter_map(|(name, value)| Some((name.to_string(), value.witness()?)));
        let send: Vec<_> = send.collect();
        let behaviour = Behaviour::default();
        let check = Check { service, operation, behaviour: &behaviour, parameters: &send };
        operation.parameter("it").map(|parameter| check.faults(parameter)).unwrap_or_default()
    }

    /// A rule needs a row in the table, a ruling, trials, a check in the reference server and mutants. This test
    /// reports a missing piece.
    #[test]
    fn every_rule_is_fully_implemented() {
        for rule in RULES {
            let Some(example) = rule.example else { continue };
            let operation = format!(
                "operation: Add\npage: {{title: Add}}\nhttp: POST /things\nparameters:\n  it: {example}\n  note: {{type: boolean}}\n"
            );
            let specs = read::fixture(&[("service.yaml", SERVICE), ("Add.yaml", &operation)]);
            let (service, operation) = specs.operation("Add").unwrap();
            let cases = generate::cases(service, operation, Depth::Standard).cases;
            let mutants = mutant::all(&specs);
            let parameter = operation.parameter("it").unwrap();
            for of in rule.parts {
                let part = of.part;
                assert!((of.is_promised)(parameter), "{part}: the example of the table does not have it");
                let breaks = |case: &&Case| {
                    matches!(case.expect, Expectation::Reject(_))
                        && case
                            .about
                            .first()
                            .is_some_and(|about| about.part == part && about.at.parameter() == "it")
                };
                let breaking: Vec<&Case> = cases.iter().filter(breaks).collect();
                assert!(!breaking.is_empty(), "{part}: no trial certainly breaks it");
                // If a value breaks two rules, a case may name either.
                let found: Vec<Vec<Breach>> =
                    breaking.iter().map(|case| faults(service, operation, &case.send)).collect();
                assert!(
                    found.iter().all(|faults| !faults.is_empty()),
                    "{part}: the server takes what breaks it"
                );
                let is_it = |fault: &Breach| fault.promise().part == part;
                assert!(found.iter().flatten().any(is_it), "{part}: the server checks something else");
                assert!(
                    mutants.iter().any(|mutant| mutant.breach == Some(part)),
                    "{part}: no mutant breaks it"
                );
            }
        }
    }
}
