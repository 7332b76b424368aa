//! Options of `show`.

use std::path::PathBuf;

use clap::Args;

use super::{DepthArg, ProjectArgs};

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  fineprint show AddUserContact/Name/length           whole cases, with the sentence of the page and the requests
  fineprint show --target vendor AddUserContact/Name  the requests as that target would receive them
  fineprint show --from events.jsonl AddUserContact   the requests and responses of a run";

/// Options of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Cases to show: the name of an operation, the beginning of an id, or a part of ids
    #[arg(required = true)]
    pub filter: Vec<String>,
    /// Show the results of the run of this event stream
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "target"])]
    pub from: Option<PathBuf>,
    /// Show the requests as this address would receive them
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Show the requests as this target of fineprint.toml would receive them
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Number of cases to generate from the specs
    #[arg(long, value_name = "DEPTH", value_enum, default_value_t = DepthArg::Standard)]
    pub depth: DepthArg,
    /// Paths of the project
    #[command(flatten)]
    pub project: ProjectArgs,
}
