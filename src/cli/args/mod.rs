//! The command line as it was typed. Nothing here touches the world.

mod compare;
mod run;
mod show;
mod snapshots;

pub use compare::{CompareArgs, RecordArgs};
pub use run::{DepthArg, RunArgs, rate, time};
pub use show::ShowArgs;
pub use snapshots::{DecideArgs, PruneArgs, ReviewArgs};

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::config;
use crate::server::Reading;

use compare::{COMPARE_EXAMPLES, RECORD_EXAMPLES};
use run::{RUN_EXAMPLES, quota};
use show::SHOW_EXAMPLES;
use snapshots::{ACCEPT_EXAMPLES, PRUNE_EXAMPLES, REJECT_EXAMPLES, REVIEW_EXAMPLES};

/// Holds an HTTP API to its documentation.
///
/// Every rule and every error row of a documentation page, transcribed into a spec, is expanded into cases and tried
/// against an endpoint. Alone, fineprint runs all cases of the folder `specs` against the reference server that it
/// carries.
#[derive(Debug, Parser)]
#[command(name = "fineprint", version, after_help = EXAMPLES, after_long_help = LONG_EXAMPLES)]
pub struct Cli {
    /// What to do; `run` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

macro_rules! with_examples {
    ($more:literal) => {
        concat!(
            "Examples:
  fineprint                                        all cases against the embedded reference server
  fineprint run --url http://localhost:8080        against your service
  fineprint run AddMessageContact/Name             only what concerns one parameter
  fineprint check                                  what is wrong with specs and pages

",
            $more
        )
    };
}

const EXAMPLES: &str = with_examples!("'fineprint help run' lists every option of a run.");

const LONG_EXAMPLES: &str = with_examples!(
    "Exit codes:
  0  all promises that were tried hold
  1  a promise is broken, or a snapshot changed
  2  the command line, a spec or a case file is wrong; nothing was sent
  3  the run could not be completed or judged: no answer, blocked or skipped cases, interrupted, or something that the
     run made is still on the target"
);

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try the cases against a target and judge the answers
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Make a project folder: a sample spec, fineprint.toml, a workflow, and a test file in a Rust crate
    #[command(after_help = INIT_EXAMPLES)]
    Init(InitArgs),
    /// Report what is wrong with the specs, and with the pages that they transcribe
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Expand the specs into the case files
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(GenerateArgs),
    /// Print cases whole, with the requests that they send; or what came of them in a run
    #[command(after_help = SHOW_EXAMPLES)]
    Show(ShowArgs),
    /// Break one promise of the reference server at a time, and tell which the cases do not catch
    #[command(after_help = MUTANTS_EXAMPLES)]
    Mutants(MutantsArgs),
    /// Keep what a target answers, so that others can be held to it and compared with it
    #[command(after_help = RECORD_EXAMPLES)]
    Record(Box<RecordArgs>),
    /// Set two targets side by side, promise by promise
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Box<CompareArgs>),
    /// Write reports of a run from its event stream
    #[command(after_help = REPORT_EXAMPLES)]
    Report(FromArgs),
    /// Join the event streams of a run's parts, as if it had been one run
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Box<MergeArgs>),
    /// Serve the reference implementation that is made from the specs
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeArgs),
    /// Walk through the pending snapshots: accept, reject, skip, with the page's sentence
    #[command(after_help = REVIEW_EXAMPLES)]
    Review(ReviewArgs),
    /// Make the pending snapshots the accepted ones
    #[command(after_help = ACCEPT_EXAMPLES)]
    Accept(DecideArgs),
    /// Leave the accepted snapshots as they are, and drop the pending ones
    #[command(after_help = REJECT_EXAMPLES)]
    Reject(DecideArgs),
    /// Remove snapshots of cases and operations that no longer exist
    #[command(after_help = PRUNE_EXAMPLES)]
    Prune(PruneArgs),
    /// Print the JSON Schema of the spec language, or of what reports contain
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArgs),
    /// Print the manual page, or write those of all commands
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArgs),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
}

/// Where the parts of a project are.
#[derive(Debug, Args)]
pub struct ProjectArgs {
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
    /// The file of targets
    #[arg(long, value_name = "FILE", default_value = config::NAME)]
    pub config: PathBuf,
}

impl ProjectArgs {
    /// The same as options of another command.
    pub fn options(&self) -> Vec<&OsStr> {
        let all = [("--specs", &self.specs), ("--cases", &self.cases), ("--config", &self.config)];
        all.into_iter().flat_map(|(option, path)| [OsStr::new(option), path.as_os_str()]).collect()
    }
}

/// Where reports go.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportArgs {
    /// Write the page as it holds, in one HTML file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a JSON report
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a SARIF report, which points at the lines of the specs
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Write a summary in Markdown, for a comment on a pull request
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write the event stream, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// On the terminal, tell every case that did not pass, and not only the smallest that shows a broken promise
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
    /// On the terminal, a line for each broken promise, and the last line
    #[arg(long, short)]
    pub quiet: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  fineprint init                   in this folder
  fineprint init --demo demo       the specs that fineprint ships, into the folder `demo`

What is there already stays as it is; where there are specs, no others are added.";

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Take the specs that fineprint ships instead of a sample
    #[arg(long)]
    pub demo: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  fineprint check
  fineprint check --rows                               which cases try each row of each error table
  fineprint check AddMessageContact --page page.txt    whether the page still says what the spec quotes

It exits with 1 if a page has findings that its spec does not acknowledge, with 2 if a spec cannot be used.";

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Only this operation
    pub operation: Option<String>,
    /// Tell of each row of each error table which cases try it, and which rows none can try, and why
    #[arg(long)]
    pub rows: bool,
    /// Tell each finding, also where there are more than 100
    #[arg(long)]
    pub all: bool,
    /// The text of the operation's page, to hold the quotes of its spec against
    #[arg(long, value_name = "FILE", requires = "operation")]
    pub page: Option<PathBuf>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
}

const GENERATE_EXAMPLES: &str = "\
Examples:
  fineprint generate
  fineprint generate --check       in CI: exits with 2 if a case file is stale, and writes nothing";

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Write nothing; exit with 2 if a case file is not what the specs generate
    #[arg(long)]
    pub check: bool,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
}

const MUTANTS_EXAMPLES: &str = "\
Examples:
  fineprint mutants                            every mutant, at the standard depth
  fineprint mutants AddMessageContact/Name     those whose name contains this
  fineprint mutants --all                      each with the case that kills it
  fineprint mutants --readings                 servers that read the pages otherwise: nothing may fail

It exits with 1 if a mutant survives, or if a reading is called a departure.";

/// Options of `mutants`.
#[derive(Debug, Args)]
pub struct MutantsArgs {
    /// Only these mutants (or readings): the name of an operation, the beginning of a name, or a part of names
    pub filter: Vec<String>,
    /// Hold servers that read the pages otherwise to the cases, instead of broken ones
    #[arg(long)]
    pub readings: bool,
    /// List the mutants and run nothing
    #[arg(long, conflicts_with = "readings")]
    pub list: bool,
    /// Tell of each mutant which case killed it
    #[arg(long)]
    pub all: bool,
    /// How deep the cases go
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// Draw new values from this number [default: another each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Write what became of each mutant as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "readings")]
    pub json: Option<PathBuf>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
}

fn reading() -> impl TypedValueParser<Value = Reading> {
    PossibleValuesParser::new(Reading::NAMES).try_map(|name| Reading::named(&name).ok_or("no such reading"))
}

const REPORT_EXAMPLES: &str = "\
Examples:
  fineprint report --from events.jsonl                       on the terminal
  fineprint report --from events.jsonl --html report.html --junit report.xml

It exits as `run` would have done.";

/// Options of `report`.
#[derive(Debug, Args)]
pub struct FromArgs {
    /// The event stream of the run
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The reports to write
    #[command(flatten)]
    pub reports_to: ReportArgs,
}

const MERGE_EXAMPLES: &str = "\
Examples:
  fineprint run --shard 1/2 --events 1.jsonl; fineprint run --shard 2/2 --events 2.jsonl
  fineprint merge 1.jsonl 2.jsonl --junit report.xml --events all.jsonl

It exits as the one run would have done.";

/// Options of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The event streams
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Only these cases, as the runs were told: the name of an operation, the beginning of an id, or a part of ids
    #[arg(long, value_name = "FILTER")]
    pub filter: Vec<String>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
    /// Known failures: only others fail the joined run, and those that pass again
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The depth of the runs
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// The reports to write
    #[command(flatten)]
    pub reports_to: ReportArgs,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  fineprint serve
  fineprint serve --port 0         on a free port; the address is printed
  fineprint serve --reading email-strict --quota contact=20
  fineprint serve --signed         for a vendor's SDK, with the key that is printed";

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 4010)]
    pub port: u16,
    /// Take this side of what the pages leave open; several can go together
    #[arg(long = "reading", value_name = "NAME", value_parser = reading())]
    pub readings: Vec<Reading>,
    /// How many of an entity may live, as in contact=20
    #[arg(long = "quota", value_name = "ENTITY=N", value_parser = quota)]
    pub quotas: Vec<(String, u32)>,
    /// Refuse requests that are not signed; a signature that is there is checked in any case
    #[arg(long)]
    pub signed: bool,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  fineprint schema > specs/spec.schema.json
  fineprint schema report > report.schema.json     what --json writes
  fineprint schema event > event.schema.json       a line of what --events writes
  fineprint schema compare > compare.schema.json   what `compare --json` writes
  fineprint schema reference                       every key and rule of a spec, to read";

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_name = "WHAT", value_enum, default_value_t = SchemaOf::Spec)]
    pub of: SchemaOf,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// A spec
    Spec,
    /// A file of cases
    Cases,
    /// The JSON report
    Report,
    /// A line of the event stream
    Event,
    /// The matrix of two targets
    Compare,
    /// The spec language for people: the book's reference, in Markdown
    Reference,
}

const MAN_EXAMPLES: &str = "\
Examples:
  fineprint man | man -l -
  fineprint man /usr/local/share/man/man1";

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write a page for each command into this folder
    pub folder: Option<PathBuf>,
}

const COMPLETIONS_EXAMPLES: &str = "\
Example:
  fineprint completions bash > /etc/bash_completion.d/fineprint";

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}
