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
  fineprint run                                    the embedded reference server
  fineprint run --url http://localhost:8080        your service; every request goes there, whatever the vendor
  fineprint run AddUserContact                     the cases of one operation
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
    /// Only these cases: the name of an operation, the beginning of an id, or a part of ids
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
    /// End the run after this time, as in 90s or 15m: no further case begins, and what was made is removed
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub max_time: Option<Duration>,
    /// Nobody else uses the target: also send calls that could reach what the run has not made
    #[arg(long)]
    pub alone: bool,
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
pub fn quota(text: &str) -> Result<(String, u32), String> {
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

/// `90s`, `500ms`, `15m`, `2h`
pub fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time, as in 500ms, 90s, 15m or 2h".to_owned();
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
    let rate = number.parse().map_err(|_| "write a number of requests a second, as in 20/s".to_owned());
    rate.and_then(|rate: u32| if rate > 0 { Ok(rate) } else { Err("a rate is above 0".to_owned()) })
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
