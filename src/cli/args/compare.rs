//! Options of `record` and `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{ProjectArgs, RunArgs};

pub(super) const RECORD_EXAMPLES: &str = "\
Examples:
  fineprint record --target vendor                             record every response in reports/vendor
  fineprint record --target vendor AddMessageContact/Title     record these cases again, keep the others
  fineprint run --target mine --against reports/vendor         where the page is silent, the vendor decides
  fineprint compare reports/vendor mine

Exits with 0 if every case was judged, even if the vendor breaks its own page, and with 3 if some could not be judged.";

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

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  fineprint compare reports/vendor reports/mine                two recordings
  fineprint compare reports/vendor http://localhost:8080       a recording and your service
  fineprint compare vendor mine --html compare.html            two targets of fineprint.toml, both run now
  fineprint compare a.jsonl b.jsonl --json compare.json        the event streams of two runs

Exits with 0 if the two agree in every case, with 1 if they differ, and with 3 if some cases could not be compared.";

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A recording (a folder that `record` wrote, or an event stream), a target of fineprint.toml, or an address
    #[arg(value_name = "A")]
    pub left: String,
    /// What to compare it with: a recording, a target of fineprint.toml, or an address
    #[arg(value_name = "B")]
    pub right: String,
    /// Compare only these cases: the name of an operation, the beginning of an id, or a part of ids
    pub filter: Vec<String>,
    /// List every promise, not only those in which the two differ
    #[arg(long)]
    pub all: bool,
    /// Write the comparison as HTML
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the comparison as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Seed for random values, for targets that run now [default: the seed of the recording]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Paths of the project
    #[command(flatten)]
    pub project: ProjectArgs,
}
