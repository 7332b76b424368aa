//! Options of `record` and `compare`.

use std::path::PathBuf;

use clap::Args;

use super::{ProjectArgs, RunArgs};

pub(super) const RECORD_EXAMPLES: &str = "\
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

pub(super) const COMPARE_EXAMPLES: &str = "\
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
    /// Only these cases: the name of an operation, the beginning of an id, or a part of ids
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
    /// Where everything is
    #[command(flatten)]
    pub project: ProjectArgs,
}
