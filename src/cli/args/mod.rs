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

/// Tests an HTTP API against its documentation.
///
/// A spec transcribes the rules and error rows of a documentation page. fineprint generates cases for each of them and
/// runs the cases against an endpoint. Without a command, it runs all cases of the folder `specs` against the built-in
/// reference server.
#[derive(Debug, Parser)]
#[command(name = "fineprint", version, after_help = EXAMPLES, after_long_help = LONG_EXAMPLES)]
pub struct Cli {
    /// The command; `run` by default.
    #[command(subcommand)]
    pub command: Option<Command>,
}

macro_rules! with_examples {
    ($more:literal) => {
        concat!(
            "Examples:
  fineprint                                        run all cases against the built-in reference server
  fineprint run --url http://localhost:8080        run them against your service
  fineprint run AddMessageContact/Name             run only the cases of one parameter
  fineprint check                                  report problems of the specs and their pages

",
            $more
        )
    };
}

const EXAMPLES: &str = with_examples!("'fineprint help run' lists every option of a run.");

const LONG_EXAMPLES: &str = with_examples!(
    "Exit codes:
  0  all promises that were tested hold
  1  a promise is broken, or a snapshot changed
  2  the command line, a spec or a case file is invalid; nothing was sent
  3  the run could not be completed or judged: no response, blocked or skipped cases, an interrupt, or something that
     the run created is still on the target"
);

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the cases against a target and judge the responses
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Create a project folder: a sample spec, fineprint.toml, a workflow, and a test file in a Rust crate
    #[command(after_help = INIT_EXAMPLES)]
    Init(InitArgs),
    /// Report problems of the specs and of the pages that they transcribe
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Generate the case files from the specs
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(GenerateArgs),
    /// Print whole cases with the requests that they send, or with their results in a run
    #[command(after_help = SHOW_EXAMPLES)]
    Show(ShowArgs),
    /// Break one promise of the reference server at a time and report which mutants survive
    #[command(after_help = MUTANTS_EXAMPLES)]
    Mutants(MutantsArgs),
    /// Record a target's responses, to test and compare other targets against them
    #[command(after_help = RECORD_EXAMPLES)]
    Record(Box<RecordArgs>),
    /// Compare two targets, promise by promise
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Box<CompareArgs>),
    /// Write reports of a run from its event stream
    #[command(after_help = REPORT_EXAMPLES)]
    Report(FromArgs),
    /// Merge the event streams of a run's shards
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Box<MergeArgs>),
    /// Start the reference server that is built from the specs
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeArgs),
    /// Review the pending snapshots one by one: accept, reject or skip
    #[command(after_help = REVIEW_EXAMPLES)]
    Review(ReviewArgs),
    /// Accept the pending snapshots
    #[command(after_help = ACCEPT_EXAMPLES)]
    Accept(DecideArgs),
    /// Reject the pending snapshots and keep the accepted ones
    #[command(after_help = REJECT_EXAMPLES)]
    Reject(DecideArgs),
    /// Remove snapshots of cases and operations that no longer exist
    #[command(after_help = PRUNE_EXAMPLES)]
    Prune(PruneArgs),
    /// Print the JSON Schema of the spec language or of a report
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArgs),
    /// Print the manual page, or write the manual pages of all commands
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
    /// Write the annotated pages as one HTML file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a JSON report
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a SARIF report that points at the lines of the specs
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Write a Markdown summary, e.g. for a comment on a pull request
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write the event stream, one JSON object per line
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Print every case that did not pass, not only the smallest of each failure
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Print only one line for each failure, and the last line
    #[arg(long, short)]
    pub quiet: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  fineprint init                   create a project in this folder
  fineprint init --demo demo       create one in the folder `demo`, with the specs that fineprint ships

Existing files are not changed. If the folder has specs, no others are added.";

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The project folder
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Use the specs that fineprint ships instead of a sample
    #[arg(long)]
    pub demo: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  fineprint check
  fineprint check --rows                               list the cases that test each error row
  fineprint check AddMessageContact --page page.txt    check that the quotes of the spec are still on the page

Exits with 1 if a page has findings that its spec does not acknowledge, and with 2 if a spec is invalid.";

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Check only this operation
    pub operation: Option<String>,
    /// List each error row with the cases that test it, or the reason why none can
    #[arg(long)]
    pub rows: bool,
    /// List every finding, even if there are more than 100
    #[arg(long)]
    pub all: bool,
    /// Text of the operation's page, to check the quotes of its spec against
    #[arg(long, value_name = "FILE", requires = "operation")]
    pub page: Option<PathBuf>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
}

const GENERATE_EXAMPLES: &str = "\
Examples:
  fineprint generate
  fineprint generate --check       for CI: write nothing, exit with 2 if a case file is stale";

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Write nothing; exit with 2 if a case file does not match the specs
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
  fineprint mutants                            run the cases against every mutant, at the standard depth
  fineprint mutants AddMessageContact/Name     only mutants whose name contains this
  fineprint mutants --all                      list each mutant with the case that kills it
  fineprint mutants --readings                 servers with other readings of the pages: no case may fail

Exits with 1 if a mutant survives, or if a case fails on a reading.";

/// Options of `mutants`.
#[derive(Debug, Args)]
pub struct MutantsArgs {
    /// Run only these mutants (or readings): the name of an operation, the beginning of a name, or a part of names
    pub filter: Vec<String>,
    /// Run the cases against servers with other readings of the pages instead of broken servers
    #[arg(long)]
    pub readings: bool,
    /// List the mutants and run nothing
    #[arg(long, conflicts_with = "readings")]
    pub list: bool,
    /// List each mutant with the case that kills it
    #[arg(long)]
    pub all: bool,
    /// Number of cases to generate from the specs
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// Seed for random values [default: random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Write the result of each mutant as JSON
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
  fineprint report --from events.jsonl                       print the report on the terminal
  fineprint report --from events.jsonl --html report.html --junit report.xml

Exits with the code that `run` would have returned.";

/// Options of `report`.
#[derive(Debug, Args)]
pub struct FromArgs {
    /// Event stream of the run
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

Exits with the code that a single run would have returned.";

/// Options of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The event streams
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Filter of the runs: the name of an operation, the beginning of an id, or a part of ids
    #[arg(long, value_name = "FILTER")]
    pub filter: Vec<String>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
    /// File of known failures; only new failures, and known ones that pass again, fail the merged run
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Depth of the runs
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// The reports to write
    #[command(flatten)]
    pub reports_to: ReportArgs,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  fineprint serve
  fineprint serve --port 0         listen on a free port and print the address
  fineprint serve --reading email-strict --quota contact=20
  fineprint serve --signed         for a vendor's SDK; the key is printed";

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Port on 127.0.0.1; 0 selects a free one
    #[arg(long, value_name = "N", default_value_t = 4010)]
    pub port: u16,
    /// Use this reading of something that the pages do not decide; can be given several times
    #[arg(long = "reading", value_name = "NAME", value_parser = reading())]
    pub readings: Vec<Reading>,
    /// Maximum number of entities of one kind that may exist, e.g. contact=20
    #[arg(long = "quota", value_name = "ENTITY=N", value_parser = quota)]
    pub quotas: Vec<(String, u32)>,
    /// Reject requests that are not signed; existing signatures are always checked
    #[arg(long)]
    pub signed: bool,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  fineprint schema > specs/spec.schema.json
  fineprint schema report > report.schema.json     output of --json
  fineprint schema event > event.schema.json       a line of the output of --events
  fineprint schema compare > compare.schema.json   output of `compare --json`
  fineprint schema reference                       every key and rule of a spec, as text";

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// What to describe
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
    /// The comparison of two targets
    Compare,
    /// The reference of the spec language, as in the book, in Markdown
    Reference,
}

const MAN_EXAMPLES: &str = "\
Examples:
  fineprint man | man -l -
  fineprint man /usr/local/share/man/man1";

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write one page per command into this folder
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
