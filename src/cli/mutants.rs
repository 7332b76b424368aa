//! `fineprint mutants`

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::case::Case;
use crate::files;
use crate::mutants::{self, Alarm};
use crate::project;
use crate::report::block::block;
use crate::report::score;
use crate::runner::{self, Options, Target};
use crate::server::Reading;
use crate::server::mutant::{self, QUOTA};
use crate::spec::model::Specs;
use crate::transport::Network;
use crate::{event::CaseResult, generate, judge::Verdict};

use super::args::MutantsArgs;
use super::console::Console;
use super::exit::Exit;
use super::filter::Filter;
use super::run;

/// How long an idle connection is kept: no other mutant uses it.
const IDLE: Duration = Duration::from_millis(100);

/// Timeout for a response of a mutant. A mutant that does not respond has failed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Breaks one promise of the reference server at a time, and reports which mutants the cases do not catch.
pub fn execute(args: &MutantsArgs, console: Console) -> Exit {
    let suite = match project::suite(&args.specs, &args.cases, args.depth.into()) {
        Ok(suite) => suite,
        Err(findings) => return console.findings(&findings),
    };
    let filter = Filter::new(&args.filter, |name| suite.specs.operation(name).is_some());
    let wanted = |id: &str| filter.selects(id);
    if args.list {
        let mutants = mutant::all(&suite.specs);
        mutants.iter().filter(|mutant| wanted(&mutant.id)).for_each(|mutant| {
            console.print(&format!("{}  {}", mutant.id, mutant.does));
        });
        return Exit::Holds;
    }
    let specs = suite.specs;
    let cases = with_quotas(&specs, suite.cases.to_vec());
    let runtime = match run::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            console.error(&format!("failed to start the runtime: {error}"));
            return Exit::Incomplete;
        }
    };
    let network = Network { timeout: TIMEOUT, idle: IDLE, ..Network::default() };
    let target = Target {
        network,
        appears: vec![("*".to_owned(), Duration::ZERO)],
        ..Target::at("mutants", None).alone().made_from(&specs)
    };
    let options = Options::new(target, args.seed.unwrap_or_else(runner::any_seed));
    let done = runtime.block_on(async {
        match args.readings {
            true => readings(&specs, &cases, &options, &wanted, console).await,
            false => broken(args, &specs, &cases, &options, &wanted, console).await,
        }
    });
    done.unwrap_or_else(|error| {
        console.error(&error.to_string());
        Exit::Incomplete
    })
}

/// Adds the quota cases: the reference server from which the mutants differ has quotas, so that their rows can be
/// tested.
fn with_quotas(specs: &Specs, cases: Vec<Case>) -> Vec<Case> {
    let of_quotas = mutant::quotas(specs).into_iter();
    cases
        .into_iter()
        .chain(of_quotas.filter_map(|(entity, _)| generate::quota(specs, &entity, QUOTA)))
        .collect()
}

async fn broken(
    args: &MutantsArgs,
    specs: &Arc<Specs>,
    cases: &[Case],
    options: &Options,
    wanted: &impl Fn(&str) -> bool,
    console: Console,
) -> Result<Exit, mutants::Error> {
    let sound = mutants::reading(specs, cases, options, &[]).await?;
    if !sound.results.is_empty() {
        print_alarm(&sound, console);
        console
            .error("the reference server itself does not pass every case, so its mutants cannot be judged");
        return Ok(Exit::Incomplete);
    }
    let shared: Vec<Arc<Case>> = cases.iter().cloned().map(Arc::new).collect();
    let begun = std::time::Instant::now();
    let progress = super::progress::bar(console, mutant::all(specs).len(), "mutants");
    let fates =
        mutants::run(specs, &shared, options, |mutant| wanted(&mutant.id), |_| progress.inc(1)).await?;
    progress.finish_and_clear();
    if fates.is_empty() {
        console.error("no mutant matches; list all with `fineprint mutants --list`");
        return Ok(Exit::Usage);
    }
    let _ = score::write(&mut io::stdout(), &fates, args.all, console.out);
    if args.filter.is_empty() {
        let _ = score::guards(&mut io::stdout(), specs, cases, console.out);
    }
    if let Some(path) = &args.json
        && let Err(error) = files::write_whole(path, &score::json(&fates))
    {
        console.error(&files::not_written(path, &error));
        return Ok(Exit::Incomplete);
    }
    let survived = fates.iter().filter(|fate| fate.killed_by.is_none()).count();
    console.print(&format!(
        "\n{} mutants, {survived} survived, in {:.1} s, {} cases, seed {}",
        fates.len(),
        begun.elapsed().as_secs_f64(),
        cases.len(),
        options.seed
    ));
    Ok(if survived == 0 { Exit::Holds } else { Exit::Broken })
}

async fn readings(
    specs: &Arc<Specs>,
    cases: &[Case],
    options: &Options,
    wanted: &impl Fn(&str) -> bool,
    console: Console,
) -> Result<Exit, mutants::Error> {
    let sets = mutants::sets_of_readings();
    let mut alarms = 0;
    let mut tested = 0;
    for set in sets.iter().filter(|set| wanted(&names(set))) {
        let alarm = mutants::reading(specs, cases, options, set).await?;
        tested += 1;
        alarms += alarm.results.len();
        print_alarm(&alarm, console);
    }
    console.print(&format!(
        "{tested} servers with other readings, {} cases each: {alarms} false alarms, seed {}",
        cases.len(),
        options.seed
    ));
    Ok(if alarms == 0 { Exit::Holds } else { Exit::Broken })
}

fn names(set: &[Reading]) -> String {
    match set {
        [one] => one.name().to_owned(),
        many => format!("{} readings together", many.len()),
    }
}

fn print_alarm(alarm: &Alarm, console: Console) {
    let name = match alarm.readings.as_slice() {
        [] => "the reference server".to_owned(),
        set => names(set),
    };
    let failed = alarm.results.iter().filter(|result| matches!(result.verdict, Verdict::Fail { .. })).count();
    let unjudged = alarm.results.len() - failed;
    let words = match (failed, unjudged) {
        (0, 0) => console.out.good("conforms"),
        _ => console.out.bad(&format!("{failed} failed, {unjudged} not judged")),
    };
    console.print(&format!("  {name:32} {words}"));
    const SHOWN: usize = 3;
    let shown = |result: &CaseResult| console.print(&block(result, console.out));
    alarm.results.iter().take(SHOWN).for_each(shown);
}
