//! `fineprint show`: cases with the requests that they send, or their results in a run.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt::Write as _;

use clap::ValueEnum as _;

use crate::case::{self, Case};
use crate::cli::args::{RunArgs, ShowArgs};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::filter::Filter;
use crate::cli::stream::Events;
use crate::event::{CaseResult, Event, Results};
use crate::invisible::escape_invisible;
use crate::judge;
use crate::project::Suite;
use crate::report::block::escape_lines;
use crate::runner;
use crate::spec::model::Specs;
use crate::wire::{Exchange, Outcome, Response, curl};

use super::plan::Plan;
use super::target;

/// Prints cases.
pub fn execute(args: &ShowArgs, console: Console) -> Exit {
    let shown = match &args.from {
        Some(path) => Events::open(path).and_then(|events| results(events, args, console)),
        None => match cases(args, console) {
            Ok(exit) | Err(exit) => return exit,
        },
    };
    shown.unwrap_or_else(|complaint| {
        console.error(&complaint);
        Exit::Usage
    })
}

/// The cases to show. A word that is the id of a case selects this case only, not those whose ids begin with it.
struct SelectedCases {
    ids: HashSet<String>,
    filter: Option<Filter>,
}

impl SelectedCases {
    fn of(args: &ShowArgs, ids: impl Iterator<Item = String>, is_operation: impl Fn(&str) -> bool) -> Self {
        let ids: HashSet<String> = ids.filter(|id| args.filter.contains(id)).collect();
        let further: Vec<String> = args.filter.iter().filter(|word| !ids.contains(*word)).cloned().collect();
        let filter = (!further.is_empty()).then(|| Filter::new(&further, is_operation));
        Self { ids, filter }
    }

    fn has(&self, id: &str) -> bool {
        self.ids.contains(id) || self.filter.as_ref().is_some_and(|filter| filter.selects(id))
    }
}

/// Returns the arguments of the run that has these cases.
fn run_of(args: &ShowArgs, console: Console) -> Result<RunArgs, Exit> {
    let depth = args.depth.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let named =
        [("--url", args.url.as_deref()), ("--target", args.target.as_deref()), ("--depth", Some(&depth))];
    let mut options: Vec<&OsStr> = Vec::new();
    for (option, value) in named {
        options.extend(value.into_iter().flat_map(|value| [OsStr::new(option), OsStr::new(value)]));
    }
    options.extend(args.project.options());
    // Use the same values whenever a case is shown.
    options.extend(["--no-snapshots", "--seed", "1", "--"].map(OsStr::new));
    options.extend(args.filter.iter().map(OsStr::new));
    RunArgs::typed(options).map_err(|error| {
        console.error(&error.to_string());
        Exit::Usage
    })
}

fn cases(args: &ShowArgs, console: Console) -> Result<Exit, Exit> {
    let usage = |complaint: String| {
        console.error(&complaint);
        Exit::Usage
    };
    let config = target::config(&args.project.config, console)?;
    let plan = Plan::resolve(run_of(args, console)?, &config, console).map_err(usage)?;
    let mut suite = plan.suite().map_err(|findings| console.findings(&findings))?;
    super::add_circumstances(&plan, &mut suite).map_err(usage)?;
    plan.filters_select(&suite.cases).map_err(usage)?;
    let session = plan.rehearsal().session().map_err(|error| usage(error.to_string()))?;
    let Suite { specs, cases, .. } = suite;
    let wanted = SelectedCases::of(args, cases.iter().map(|case| case.id.clone()), |name| {
        specs.operation(name).is_some()
    });
    for case in cases.iter().filter(|case| wanted.has(&case.id)) {
        let requests = runner::rehearse(&session, &specs, &case);
        console.print(described(&specs, &case, requests.iter().map(curl::line)).trim_end());
    }
    Ok(Exit::Holds)
}

/// Describes a case as YAML. Everything else is in comments, so that the text can be copied into a case file.
fn described(specs: &Specs, case: &Case, requests: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    let comment = |out: &mut String, text: &str| {
        for line in text.lines() {
            let _ = writeln!(out, "# {}", escape_invisible(line));
        }
    };
    if let Some((_, operation)) = specs.operation(&case.operation) {
        let promise = judge::promise_of(operation, &case.about);
        comment(&mut out, &promise.sentence);
        comment(&mut out, &format!("{} ({})", promise.place, promise.rule));
    }
    out.push_str(&case::whole(case));
    requests.for_each(|request| comment(&mut out, &request));
    out
}

/// Prints the results of cases in a run.
fn results(events: Events, args: &ShowArgs, console: Console) -> Result<Exit, String> {
    let mut operations: HashSet<String> = HashSet::new();
    let mut kept: Results<()> = Results::default();
    for event in events {
        match event? {
            Event::RunStarted(start) => operations.extend(start.pages.into_iter().map(|page| page.operation)),
            Event::CaseFinished(result) => kept.insert(&result, ()),
            _ => {}
        }
    }
    let wanted = SelectedCases::of(args, kept.ids().map(str::to_owned), |name| operations.contains(name));
    let shown: Vec<&str> = kept.ids().filter(|id| wanted.has(id)).collect();
    if shown.is_empty() {
        return Err(format!("no case of the run matches {}", args.filter.join(" or ")));
    }
    for result in shown.into_iter().filter_map(|id| kept.get(id)) {
        console.print(result_text(&result, console).trim_end());
    }
    Ok(Exit::Holds)
}

/// Describes a result with everything that was sent and received.
fn result_text(result: &CaseResult, console: Console) -> String {
    let verdict = result.verdict.name();
    let mut out = format!("{} {verdict}\n", console.out.strong(&result.id));
    let _ = writeln!(out, "  tests       {}", escape_lines(&result.tries));
    let _ = writeln!(out, "  the page    {}", escape_lines(&result.promise.sentence));
    let _ = writeln!(out, "              {} ({})", result.promise.place, result.promise.rule);
    let _ = writeln!(out, "  expects     {}", escape_lines(&result.expects));
    for (number, exchange) in result.exchanges.iter().enumerate() {
        let is_tried = result.tried == Some(number);
        let _ = writeln!(out, "\n{} {}", if is_tried { ">" } else { " " }, curl::line(&exchange.request));
        out.push_str(&response_text(exchange));
    }
    out
}

fn response_text(exchange: &Exchange) -> String {
    match &exchange.outcome {
        Outcome::NoResponse(reason) => format!("  error: {}\n", escape_lines(&reason.to_string())),
        Outcome::Received(response) => {
            let Response { status, headers, body, .. } = response;
            let headers =
                headers.iter().map(|(name, value)| format!("  {name}: {}\n", escape_invisible(value)));
            let body = body.lines().map(|line| format!("  {}\n", escape_invisible(line)));
            format!("  {status}\n{}\n{}", headers.collect::<String>(), body.collect::<String>())
        }
    }
}
