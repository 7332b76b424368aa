//! The JSON report: one document for a whole run.

use std::io::{self, Write};

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::event::{CaseResult, Compared, Event, Finish, Page, Snapshots, Start};
use crate::evidence::{ObservedPromise, PromiseSource};

use super::Reporter;
use super::gathered::Gathered;

/// A whole run, as in the JSON report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "fineprint's JSON report")]
pub struct Document {
    /// Start of the run.
    pub run: Start,
    /// Cases of the run, in the order of the plan.
    pub cases: Vec<CaseResult>,
    /// Comparison with the accepted responses, if there was one.
    pub snapshots: Option<Snapshots>,
    /// Comparison with the known failures, if there was one.
    pub baseline: Option<Compared>,
    /// Plain calls that were not accepted: the rejections around them prove nothing.
    #[serde(default)]
    pub plain_calls: Vec<CaseResult>,
    /// End of the run.
    pub result: Finish,
    /// The state of every promise.
    #[serde(default)]
    pub promises: Vec<PromiseState>,
}

/// What a run has shown of a promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseState {
    /// The operation.
    pub operation: String,
    /// `sentence`, `row` or `element`.
    pub kind: String,
    /// The parameter, the codes of the row, or the path of the element.
    pub name: String,
    /// Place in the spec, `file:line:column`.
    pub place: String,
    /// broken, unproven, not tested, unspecified, holds or not covered.
    pub state: String,
    /// Reason for the state, if the state alone does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Number of cases about the promise.
    pub cases: usize,
}

/// Returns the states of all promises of a run.
fn promises(run: &Gathered) -> Vec<PromiseState> {
    let of_page = |page: &Page| {
        let state = |promise: ObservedPromise<'_>| PromiseState {
            operation: page.operation.clone(),
            kind: word(promise.kind).to_owned(),
            name: promise.name,
            place: promise.place.to_owned(),
            state: promise.status.state.word().to_owned(),
            why: promise.status.why,
            cases: promise.status.cases,
        };
        run.evidence.promises(page).into_iter().map(state).collect::<Vec<_>>()
    };
    run.start.pages.iter().flat_map(of_page).collect()
}

fn word(kind: PromiseSource) -> &'static str {
    match kind {
        PromiseSource::Sentence => "sentence",
        PromiseSource::Row | PromiseSource::SharedRow => "row",
        PromiseSource::Element => "element",
    }
}

/// Returns the JSON Schema of the JSON report.
pub fn schema() -> Schema {
    schema_for!(Document)
}

/// Writes a run while it is running: a run of 100,000 cases need not fit into memory.
pub struct Json<W> {
    out: W,
    cases: usize,
    snapshots: Option<Snapshots>,
    baseline: Option<Compared>,
    plain: Vec<CaseResult>,
}

impl<W: Write> Json<W> {
    /// Creates a reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out, cases: 0, snapshots: None, baseline: None, plain: Vec::new() }
    }

    fn member(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "\"{name}\": ")?;
        Ok(serde_json::to_writer_pretty(&mut self.out, value)?)
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        match event {
            Event::RunStarted(start) => {
                self.out.write_all(b"{\n")?;
                self.member("run", start)?;
                self.out.write_all(b",\n\"cases\": [")?;
            }
            Event::Progress { .. } | Event::PlainCallKept { .. } => {}
            Event::PlainCallFailed(result) => self.plain.push(CaseResult::clone(result)),
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
                let plain = std::mem::take(&mut self.plain);
                self.member("plain_calls", &plain)?;
                self.out.write_all(b",\n")?;
                self.member("result", finish)?;
                self.out.write_all(b",\n")?;
                self.member("promises", &promises(run))?;
                self.out.write_all(b"\n}\n")?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
