//! Options of `show`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::config;

use super::DepthArg;

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  fineprint show AddMessageContact/Name/length/13                      the case, what the page says, the request
  fineprint show --target vendor AddMessageContact/Name/length/13      the request as that target would get it
  fineprint show --from events.jsonl AddMessageContact/Name/length/13  what was sent in a run, and what came";

/// Options of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Which cases: the name of an operation, the beginning of an id, or a part of ids
    #[arg(required = true)]
    pub filter: Vec<String>,
    /// The event stream of a run: show what came of them there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "target"])]
    pub from: Option<PathBuf>,
    /// Show the requests as this address would get them
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Show the requests as this target of fineprint.toml would get them
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// How many of the cases that the specs imply there are
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
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
