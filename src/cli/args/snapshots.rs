//! Options of the commands about snapshots.

use std::path::PathBuf;

use clap::Args;

pub(super) const ACCEPT_EXAMPLES: &str = "\
Examples:
  fineprint accept                 every pending snapshot
  fineprint accept mine            those of the target `mine`
  fineprint accept --case Title/   those of cases whose id contains this";

pub(super) const REJECT_EXAMPLES: &str = "\
Examples:
  fineprint reject                 every pending snapshot
  fineprint reject mine --case Title/";

/// Which pending snapshots: all options of `accept` and `reject`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Only snapshots of this target
    pub target: Option<String>,
    /// Only these cases: the name of an operation, the beginning of an id, or a part of ids; several times for several
    #[arg(long = "case", value_name = "ID")]
    pub cases: Vec<String>,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

pub(super) const REVIEW_EXAMPLES: &str = "\
Examples:
  fineprint review                 what every target has pending
  fineprint review mine --list     which answers of the target `mine` are to be decided

In a Rust project `cargo insta review` works on the same files, a file at a time.";

/// Options of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// What is to be decided
    #[command(flatten)]
    pub pending: DecideArgs,
    /// List what is to be decided and ask nothing
    #[arg(long)]
    pub list: bool,
    /// The folder of the specs, for the pages' sentences
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub specs: PathBuf,
    /// The folder of the case files
    #[arg(long = "cases", value_name = "DIR", default_value = "cases")]
    pub case_files: PathBuf,
}

pub(super) const PRUNE_EXAMPLES: &str = "\
Examples:
  fineprint prune --list           what would go
  fineprint prune mine             of the target `mine` only";

/// Options of `prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Only snapshots of this target
    pub target: Option<String>,
    /// Name what is outdated and remove nothing
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
