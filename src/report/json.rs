//! One JSON document of a whole run.

use std::io::{self, Write};

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::baseline::Compared;
use crate::event::{CaseResult, Event, Finish, Snapshots, Start};

use super::Reporter;
use super::standing::Gathered;

/// A whole run, as the JSON report has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "fineprint's JSON report")]
pub struct Document {
    /// How it began.
    pub run: Start,
    /// Its cases, in the order of the plan.
    pub cases: Vec<CaseResult>,
    /// The comparison with accepted answers, if there was one.
    pub snapshots: Option<Snapshots>,
    /// The comparison with known failures, if there was one.
    pub baseline: Option<Compared>,
    /// How it ended.
    pub result: Finish,
}

/// The JSON Schema of the JSON report.
pub fn schema() -> Schema {
    schema_for!(Document)
}

/// Writes a run as it goes on: a run of 100,000 cases need not fit into memory.
pub struct Json<W> {
    out: W,
    cases: usize,
    snapshots: Option<Snapshots>,
    baseline: Option<Compared>,
}

impl<W: Write> Json<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out, cases: 0, snapshots: None, baseline: None }
    }

    fn member(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "\"{name}\": ")?;
        Ok(serde_json::to_writer_pretty(&mut self.out, value)?)
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event, _: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(start) => {
                self.out.write_all(b"{\n")?;
                self.member("run", start)?;
                self.out.write_all(b",\n\"cases\": [")?;
            }
            Event::Progress { .. } => {}
            Event::CaseFinished(result) => {
                self.out.write_all(if self.cases == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer_pretty(&mut self.out, result)?;
                self.cases += 1;
            }
            Event::SnapshotsCompared(snapshots) => self.snapshots = Some(snapshots.clone()),
            Event::BaselineCompared(compared) => self.baseline = Some(compared.clone()),
            Event::RunFinished(finish) => {
                self.out.write_all(b"\n],\n")?;
                let snapshots = self.snapshots.take();
                self.member("snapshots", &snapshots)?;
                self.out.write_all(b",\n")?;
                let baseline = self.baseline.take();
                self.member("baseline", &baseline)?;
                self.out.write_all(b",\n")?;
                self.member("result", finish)?;
                self.out.write_all(b"\n}\n")?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
