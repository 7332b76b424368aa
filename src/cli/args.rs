//! The command line as it was typed. Nothing here touches the world.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::generate::Depth;
use crate::server::Reading;
use crate::spec::model::Circumstance;
use crate::wire::sign::Form;

use super::config;

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
    /// Report what is wrong with the specs, and with the pages that they transcribe
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Expand the specs into the case files
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(GenerateArgs),
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
    /// Make the pending snapshots the accepted ones
    #[command(after_help = ACCEPT_EXAMPLES)]
    Accept(AcceptArgs),
    /// Print the JSON Schema of the spec language, or of what reports contain
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  fineprint run                                    the embedded reference server
  fineprint run --url http://localhost:8080        your service; every request goes there, whatever the vendor
  fineprint run Name/length Title/                 cases whose id contains one of these
  fineprint run --list                             the ids, and nothing is sent
  fineprint run --url URL --target mine --update   keep today's answers as snapshots of `mine`
  fineprint run --depth pairwise                   every invalid value among every class of the other parameters
  fineprint run --with busy --quota contact=20     circumstances too: calls in each other's way, one entity too many
  fineprint run --target vendor --dry-run          a target of fineprint.toml: what would be sent to it
  fineprint run --locked --junit report.xml        in CI";

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Only cases whose id begins with or contains one of these
    pub filter: Vec<String>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// Send everything to this address instead of the embedded reference server
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// A target of fineprint.toml; or, with --url, the name under which that target's snapshots are kept
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// The file of targets
    #[arg(long, value_name = "FILE", default_value = config::NAME)]
    pub config: PathBuf,
    /// Send requests without a signature, though the target has credentials
    #[arg(long, conflicts_with = "signed")]
    pub unsigned: bool,
    /// Sign requests to the embedded reference server, which then demands signatures
    #[arg(long, conflicts_with = "url")]
    pub signed: bool,
    /// Sign in this form; several, for several protocols
    #[arg(long = "signature", value_name = "FORM", value_parser = form(), conflicts_with = "unsigned")]
    pub forms: Vec<Form>,
    /// Print what would be sent, and how long it would take, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How many of the cases that the specs imply are tried
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// Also try to provoke these circumstances: busy (calls in each other's way), throttled (too many calls)
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    pub with: Vec<WithArg>,
    /// How many of an entity the target allows, as in contact=20: one more is tried
    #[arg(long = "quota", value_name = "ENTITY=N", value_parser = quota)]
    pub quotas: Vec<(String, u32)>,
    /// Send so many requests a second at most, as in 20/s
    #[arg(long, value_name = "N/s", value_parser = rate)]
    pub rate: Option<u32>,
    /// How many cases run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Draw new values from this number, to repeat a run [default: another each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How long an answer may take [default: 10]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub timeout: Option<f64>,
    /// Try only this part of the cases, as in 1/4; `merge` joins what the parts have found out
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub shard: Option<(u32, u32)>,
    /// Known failures: only others fail the run, and those that pass again
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what fails as known failures; reasons that are there stay
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Go on with the run of this event stream: what it has judged is not tried again
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Where the page is silent, this recording's answers must come: a folder that `record` wrote, or an event stream
    #[arg(long, value_name = "DIR")]
    pub against: Option<PathBuf>,
    /// Whether the run is a recording.
    #[arg(skip)]
    pub record: bool,
    /// The reports to write
    #[command(flatten)]
    pub reports_to: ReportArgs,
    /// Neither read nor write snapshots
    #[arg(long, conflicts_with = "update")]
    pub no_snapshots: bool,
    /// Accept this run's answers as snapshots
    #[arg(long)]
    pub update: bool,
    /// Refuse to run if the case files are not what the specs generate; so it is wherever CI is set
    #[arg(long)]
    pub locked: bool,
    /// List the ids of the cases and send nothing
    #[arg(long)]
    pub list: bool,
}

impl RunArgs {
    /// A run as if these options had been typed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn typed<'o>(options: impl IntoIterator<Item = &'o OsStr>) -> Result<Self, clap::Error> {
        #[derive(Parser)]
        struct Typed {
            #[command(flatten)]
            run: RunArgs,
        }
        let typed = [OsStr::new("run")].into_iter().chain(options);
        Ok(Typed::try_parse_from(typed)?.run)
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

/// Whether filters name an id: it contains one of them, or there are none.
pub fn is_named(filter: &[String], id: &str) -> bool {
    filter.is_empty() || filter.iter().any(|part| id.contains(part.as_str()))
}

/// How deep a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DepthArg {
    /// One violation of each rule, one valid value of each parameter
    Smoke,
    /// Every value worth trying, each rule violated among every class of every other parameter
    Standard,
    /// Every invalid value among every class of every other parameter, every pair of valid ones
    Pairwise,
}

/// Circumstances that can be provoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WithArg {
    /// Calls that get in each other's way
    Busy,
    /// Too many calls at once
    Throttled,
}

impl From<WithArg> for Circumstance {
    fn from(with: WithArg) -> Self {
        match with {
            WithArg::Busy => Self::Busy,
            WithArg::Throttled => Self::Throttled,
        }
    }
}

/// `contact=20`
fn quota(text: &str) -> Result<(String, u32), String> {
    let (entity, size) = text.split_once('=').ok_or("write an entity and its number, as in contact=20")?;
    let size: u32 = size.parse().map_err(|_| format!("{size} is no number"))?;
    match (1..=1_000).contains(&size) {
        true => Ok((entity.to_owned(), size)),
        false => Err("a quota is a number from 1 to 1000".to_owned()),
    }
}

/// `1/4`
fn shard(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((k, n)) if 1 <= k && k <= n => Ok((k, n)),
        _ => Err("write a part and how many there are, as in 1/4".to_owned()),
    }
}

/// `20/s`
pub fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let rate = number.parse().map_err(|_| "write a number of requests a second, as in 20/s".to_owned());
    rate.and_then(|rate: u32| if rate > 0 { Ok(rate) } else { Err("a rate is above 0".to_owned()) })
}

fn form() -> impl TypedValueParser<Value = Form> {
    PossibleValuesParser::new(Form::ALL.iter().map(|(_, name, _)| *name))
        .try_map(|name| Form::named(&name).ok_or("no such form"))
}

fn reading() -> impl TypedValueParser<Value = Reading> {
    PossibleValuesParser::new(Reading::ALL.iter().map(|(_, name)| *name))
        .try_map(|name| Reading::named(&name).ok_or("no such reading"))
}

impl From<DepthArg> for Depth {
    fn from(depth: DepthArg) -> Self {
        match depth {
            DepthArg::Smoke => Self::Smoke,
            DepthArg::Standard => Self::Standard,
            DepthArg::Pairwise => Self::Pairwise,
        }
    }
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
    /// Only mutants (or readings) whose name contains one of these
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

const RECORD_EXAMPLES: &str = "\
Examples:
  fineprint record --target vendor                             every answer, into reports/vendor
  fineprint record --target vendor AddMessageContact/Title     these cases anew, the others stay
  fineprint run --target mine --against reports/vendor         where the page is silent, the vendor decides
  fineprint compare reports/vendor mine

It exits with 0 if every case was judged: a vendor may break its own page. With 3 if some could not be.";

/// Options of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// How to run
    #[command(flatten)]
    pub run: RunArgs,
}

impl RecordArgs {
    /// The run that is recorded: its answers are the accepted ones.
    pub fn into_run(self) -> RunArgs {
        RunArgs { update: true, record: true, ..self.run }
    }
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  fineprint compare reports/vendor reports/mine                two recordings
  fineprint compare reports/vendor http://localhost:8080       a recording and your service
  fineprint compare vendor mine --html compare.html            two targets of fineprint.toml, as they answer now
  fineprint compare a.jsonl b.jsonl --json compare.json        the event streams of two runs

It exits with 0 if the two are alike in every case, with 1 if they are not, with 3 if some cases could not be compared.";

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A recording (a folder that `record` wrote, or an event stream), a target of fineprint.toml, or an address
    #[arg(value_name = "A")]
    pub left: String,
    /// Another
    #[arg(value_name = "B")]
    pub right: String,
    /// Only cases whose id begins with or contains one of these
    pub filter: Vec<String>,
    /// Tell every promise, not only those in which the two are unlike
    #[arg(long)]
    pub all: bool,
    /// Write the matrix as HTML
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the matrix as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Draw new values from this number, for targets that are tried now [default: that of the recording]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
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

const REPORT_EXAMPLES: &str = "\
Examples:
  fineprint report --from events.jsonl                       on the terminal
  fineprint report --from events.jsonl --html report.html --junit report.xml

It exits as the run did.";

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
    /// Only cases whose id begins with or contains one of these: those that the runs were told
    #[arg(long, value_name = "FILTER")]
    pub filter: Vec<String>,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
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

const ACCEPT_EXAMPLES: &str = "\
Examples:
  fineprint accept                 every pending snapshot
  fineprint accept mine            those of the target `mine`";

/// Options of `accept`.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// Only snapshots of this target
    pub target: Option<String>,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  fineprint schema > specs/spec.schema.json
  fineprint schema report > report.schema.json     what --json writes
  fineprint schema event > event.schema.json       a line of what --events writes
  fineprint schema compare > compare.schema.json   what `compare --json` writes";

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
    /// The JSON report
    Report,
    /// A line of the event stream
    Event,
    /// The matrix of two targets
    Compare,
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
