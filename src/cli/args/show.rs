//! Options of `show`.

use std::path::PathBuf;

use clap::Args;

use super::{DepthArg, ProjectArgs};

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  fineprint show AddUserContact/Name/length           cases whole, with the page's sentence and the requests
  fineprint show --target vendor AddUserContact/Name  the requests as that target would get them
  fineprint show --from events.jsonl AddUserContact   what was sent in a run, and what came";

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
    /// Where everything is
    #[command(flatten)]
    pub project: ProjectArgs,
}
