//! Options of the commands about snapshots.

use std::path::PathBuf;

use clap::Args;

pub(super) const ACCEPT_EXAMPLES: &str = "\
Examples:
  fineprint accept                 accept every pending snapshot
  fineprint accept mine            only those of the target `mine`
  fineprint accept --case Title/   only those of cases whose id contains this";

pub(super) const REJECT_EXAMPLES: &str = "\
Examples:
  fineprint reject                 reject every pending snapshot
  fineprint reject mine --case Title/";

/// Which pending snapshots: all options of `accept` and `reject`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Only snapshots of this target
    pub target: Option<String>,
    /// Only these cases: the name of an operation, the beginning of an id, or a part of ids; can be given several times
    #[arg(long = "case", value_name = "ID")]
    pub cases: Vec<String>,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

pub(super) const REVIEW_EXAMPLES: &str = "\
Examples:
  fineprint review                 review the pending snapshots of every target
  fineprint review mine --list     list the pending snapshots of the target `mine`

In a Rust project, `cargo insta review` reviews the same files, one file at a time.";

/// Options of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// The pending snapshots
    #[command(flatten)]
    pub pending: DecideArgs,
    /// List the pending snapshots and ask nothing
    #[arg(long)]
    pub list: bool,
    /// The folder of the specs, for the sentences of the pages
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long = "cases", value_name = "DIR", default_value = "cases")]
    pub case_files: PathBuf,
}

pub(super) const PRUNE_EXAMPLES: &str = "\
Examples:
  fineprint prune --list           list what would be removed
  fineprint prune mine             remove only snapshots of the target `mine`";

/// Options of `prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Only snapshots of this target
    pub target: Option<String>,
    /// List the outdated snapshots and remove nothing
    #[arg(long)]
    pub list: bool,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// The folder of the specs
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
}
