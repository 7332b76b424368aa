//! The suite's own score: which case catches which broken promise, and which promises nobody guards.

use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::case::Case;
use crate::event::CaseResult;
use crate::judge::Verdict;
use crate::runner::{self, Options};
use crate::server::mutant::{self, Mutant};
use crate::server::{Behaviour, Reading, Server};
use crate::spec::model::Specs;
use crate::transport::SetUp;

/// How many servers are held to the cases at the same time.
const SERVERS: usize = 4;

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Its name.
    pub id: String,
    /// What kind of mistake it is.
    pub kind: mutant::Kind,
    /// What it does, in words.
    pub does: String,
    /// The case that failed on it; `None`: it survived.
    pub killed_by: Option<String>,
    /// How many cases were run until then.
    pub tried: usize,
}

/// What a server came to that should not fail at all.
#[derive(Debug)]
pub struct Alarm {
    /// The readings that the server takes.
    pub readings: Vec<Reading>,
    /// What was called a departure, or could not be judged.
    pub results: Vec<CaseResult>,
    /// How many cases were run.
    pub tried: usize,
}

/// Why the mutants could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A server could not be started.
    #[error("a server cannot be started: {0}")]
    Server(#[from] io::Error),
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Transport(#[from] SetUp),
}

/// Holds every mutant that is wanted to the cases. `told` hears of each as it is done, in no order; the fates come in the
/// order of [`mutant::all`].
///
/// # Errors
/// A server or the HTTP client could not be set up.
pub async fn run(
    specs: &Arc<Specs>,
    cases: &[Arc<Case>],
    options: &Options,
    wanted: impl Fn(&Mutant) -> bool,
    mut told: impl FnMut(&Fate),
) -> Result<Vec<Fate>, Error> {
    let transport = options.transport()?;
    let mutants: Vec<Mutant> = mutant::all(specs).into_iter().filter(wanted).collect();
    let mut waiting = mutants.into_iter().enumerate();
    let mut running: JoinSet<Result<(usize, Fate), Error>> = JoinSet::new();
    let mut fates = Vec::new();
    loop {
        while running.len() < SERVERS {
            let Some((index, mutant)) = waiting.next() else { break };
            let (specs, options, transport) = (Arc::clone(specs), options.clone(), transport.clone());
            let cases = nearest_first(cases, &mutant);
            running.spawn(async move {
                let (mutated, behaviour) = mutant.build(&specs);
                let server = Server::behaving(Arc::new(mutated), 0, behaviour).await?;
                let session = options.moved(server.url()).session_over(transport);
                let hunt = runner::hunt(&session, &specs, &cases).await;
                let killed_by = hunt.failed.map(|result| result.id);
                let Mutant { id, kind, does, .. } = mutant;
                Ok((index, Fate { id, kind, does, killed_by, tried: hunt.tried }))
            });
        }
        let Some(joined) = running.join_next().await else { break };
        let (index, fate) = joined.map_err(io::Error::other)??;
        told(&fate);
        fates.push((index, fate));
    }
    fates.sort_by_key(|(index, _)| *index);
    Ok(fates.into_iter().map(|(_, fate)| fate).collect())
}

/// The cases that are likeliest to see a mutant first: those about its rule, then those about its parameter, then those of
/// its operation. Cases of other operations that call it come last.
fn nearest_first(cases: &[Arc<Case>], mutant: &Mutant) -> Vec<Arc<Case>> {
    let distance = |case: &Case| {
        let about = || case.about.iter().filter(|about| mutant.parameter.as_ref() == Some(&about.parameter));
        let of_parameter = about().next().is_some();
        let of_rule = about().any(|about| Some(about.breach) == mutant.breach);
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

/// Holds a server that takes these sides to all cases: nothing may fail, and nothing may be left unjudged.
///
/// # Errors
/// A server or the HTTP client could not be set up.
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

/// Every reading alone, and all that can go together at once.
pub fn sets_of_readings() -> Vec<Vec<Reading>> {
    let all: Vec<Reading> = Reading::ALL.iter().map(|(reading, _)| *reading).collect();
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
