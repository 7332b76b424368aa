//! Options of `run`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, ValueEnum};

use crate::cli::config;
use crate::generate::Depth;
use crate::spec::model::Circumstance;
use crate::wire::sign::Form;

use super::ReportArgs;

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  fineprint run                                    run against the built-in reference server
  fineprint run --url http://localhost:8080        send the requests of all vendors to your service
  fineprint run AddUserContact                     run the cases of one operation
  fineprint run Name/length Title/                 run the cases whose id contains one of these
  fineprint run --list                             list the ids and send nothing
  fineprint run --url URL --target mine --update   accept today's responses as snapshots of `mine`
  fineprint run --depth pairwise                   every invalid value with every class of the other parameters
  fineprint run --with busy --quota contact=20     also test circumstances: conflicting calls, quota + 1 entities
  fineprint run --target vendor --dry-run          print what would be sent to a target of fineprint.toml
  fineprint run --locked --junit report.xml        in CI";

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Run only these cases: the name of an operation, the beginning of an id, or a part of ids
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
    /// Send everything to this address instead of the built-in reference server
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// A target of fineprint.toml; with --url, the name under which the snapshots are kept
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// The file of targets
    #[arg(long, value_name = "FILE", default_value = config::NAME)]
    pub config: PathBuf,
    /// Do not sign requests, even if the target has credentials
    #[arg(long, conflicts_with = "signed")]
    pub unsigned: bool,
    /// Sign requests to the built-in reference server, which then requires signatures
    #[arg(long, conflicts_with = "url")]
    pub signed: bool,
    /// Sign in this form; can be given several times, for several protocols
    #[arg(long = "signature", value_name = "FORM", value_parser = form(), conflicts_with = "unsigned")]
    pub forms: Vec<Form>,
    /// Print what would be sent and how long it would take, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Number of cases to generate from the specs
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// Also provoke these circumstances: busy (conflicting concurrent calls), throttled (too many calls)
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    pub with: Vec<WithArg>,
    /// Maximum number of entities of one kind that the target allows, e.g. contact=20; also tests maximum + 1
    #[arg(long = "quota", value_name = "ENTITY=N", value_parser = quota)]
    pub quotas: Vec<(String, u32)>,
    /// Id of a foreign entity that exists on the target, e.g. project=4711; repeat it for several
    #[arg(long = "known", value_name = "ENTITY=ID", value_parser = known)]
    pub known: Vec<(String, String)>,
    /// Limit the number of requests per second, e.g. 20/s
    #[arg(long, value_name = "N/s", value_parser = rate)]
    pub rate: Option<u32>,
    /// Number of cases to run in parallel
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Seed for random values; repeats an earlier run [default: random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Timeout for a response, in seconds [default: 10]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub timeout: Option<f64>,
    /// Start no further case after this time, e.g. 90s or 15m; created entities are still removed
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub max_time: Option<Duration>,
    /// You are the only user of the target: also send calls that could affect entities of others
    #[arg(long)]
    pub alone: bool,
    /// Run only shard K of N, e.g. 1/4; combine the shards with `merge`
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub shard: Option<(u32, u32)>,
    /// File of known failures; only new failures, and known ones that pass again, fail the run
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the failures to this file as known failures; existing reasons are kept
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Resume the run of this event stream; cases that it has judged do not run again
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Where the page is silent, expect the responses of this recording: a folder written by `record`, or an event stream
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
    /// Accept the responses of this run as snapshots
    #[arg(long)]
    pub update: bool,
    /// Fail if the case files do not match the specs [default if CI is set]
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

/// How deep a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DepthArg {
    /// One violation of each rule, one valid value of each parameter
    Smoke,
    /// Every value worth testing; each rule is violated with every class of every other parameter
    Standard,
    /// Every invalid value with every class of every other parameter, and every pair of valid values
    Pairwise,
}

/// Circumstances that can be provoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WithArg {
    /// Conflicting concurrent calls
    Busy,
    /// Too many calls in a short time
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
pub fn quota(text: &str) -> Result<(String, u32), String> {
    let (entity, size) = text.split_once('=').ok_or("write an entity and its quota, e.g. contact=20")?;
    let size: u32 = size.parse().map_err(|_| format!("`{size}` is not a number"))?;
    match (1..=1_000).contains(&size) {
        true => Ok((entity.to_owned(), size)),
        false => Err("a quota must be from 1 to 1000".to_owned()),
    }
}

/// `project=4711`
fn known(text: &str) -> Result<(String, String), String> {
    let (entity, id) = text.split_once('=').ok_or("write an entity and its id, e.g. project=4711")?;
    match id.is_empty() {
        true => Err("the id is empty".to_owned()),
        false => Ok((entity.to_owned(), id.to_owned())),
    }
}

/// `1/4`
fn shard(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((k, n)) if 1 <= k && k <= n => Ok((k, n)),
        _ => Err("write the shard and the number of shards, e.g. 1/4".to_owned()),
    }
}

/// `90s`, `500ms`, `15m`, `2h`
pub fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time, e.g. 500ms, 90s, 15m or 2h".to_owned();
    let end = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let number: f64 = text[..end].trim().parse().map_err(|_| wrong())?;
    let seconds = match &text[end..] {
        "ms" => number / 1_000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3_600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// `20/s`
pub fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let rate = number.parse().map_err(|_| "write a number of requests per second, e.g. 20/s".to_owned());
    rate.and_then(|rate: u32| if rate > 0 { Ok(rate) } else { Err("a rate must be above 0".to_owned()) })
}

fn form() -> impl TypedValueParser<Value = Form> {
    PossibleValuesParser::new(Form::NAMES).try_map(|name| Form::named(&name).ok_or("no such form"))
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
