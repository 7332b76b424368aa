//! One JSON document of a whole run.

use std::io::{self, Write};

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::baseline::Compared;
use crate::event::{CaseResult, Event, Finish, Page, Sentence, Snapshots, Start};
use crate::evidence::{Standing, State};

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
    /// Plain calls that were not accepted: the rejections around them prove nothing.
    #[serde(default)]
    pub plain_calls: Vec<CaseResult>,
    /// How it ended.
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
    /// Where the spec has it, `file:line:column`.
    pub place: String,
    /// broken, unproven, not tested, unspecified, holds or not covered.
    pub state: String,
    /// Why, where the state does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How many cases are about it.
    pub cases: usize,
}

/// The sentences from which no rule was transcribed.
fn not_covered(page: &Page) -> impl Iterator<Item = &Sentence> {
    page.parameters.iter().flat_map(|row| &row.sentences).filter(|sentence| !sentence.is_covered)
}

/// The states of all promises of a run.
fn promises(run: &Gathered) -> Vec<PromiseState> {
    let mut states = Vec::new();
    for page in &run.start.pages {
        let mut add = |kind: &str, name: &str, place: &str, standing: Standing| {
            states.push(PromiseState {
                operation: page.operation.clone(),
                kind: kind.to_owned(),
                name: name.to_owned(),
                place: place.to_owned(),
                state: standing.state.word().to_owned(),
                why: standing.why,
                cases: standing.cases,
            });
        };
        for row in &page.parameters {
            let apart = row.apart().map(|sentence| sentence.place.as_str());
            let is_own = row.promises.iter().any(|line| line.place == row.place);
            let own = is_own.then_some(row.place.as_str());
            for place in own.into_iter().chain(apart) {
                add("sentence", &row.name, place, run.evidence.sentence(page, row, place));
            }
        }
        for sentence in not_covered(page) {
            let why = Some(sentence.text.clone());
            let standing = Standing { state: State::NotCovered, cases: 0, against: 0, other: 0, why };
            add("sentence", "", &sentence.place, standing);
        }
        for line in &page.errors {
            add("row", &line.codes.join("/"), &line.place, run.evidence.row(page, line));
        }
        for line in &page.elements {
            add("element", &line.path, &line.place, run.evidence.element(page, line));
        }
    }
    states
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
    plain: Vec<CaseResult>,
}

impl<W: Write> Json<W> {
    /// A reporter that writes into `out`.
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
