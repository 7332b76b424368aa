//! SARIF 2.1.0: a rule a promise, a result a broken promise, located at the line of the spec.

use std::io::{self, Write};

use serde::Serialize;

use crate::event::Event;

use super::Reporter;
use super::standing::{Finding, Gathered};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a run when it is over.
pub struct Sarif<W> {
    out: W,
}

impl<W: Write> Sarif<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Sarif<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        if matches!(event, Event::RunFinished(_)) {
            serde_json::to_writer_pretty(&mut self.out, &log(run))?;
            self.out.write_all(b"\n")?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
struct Run {
    tool: Tool,
    results: Vec<SarifResult>,
    #[serde(rename = "columnKind")]
    column_kind: &'static str,
    invocations: [Invocation; 1],
}

#[derive(Serialize)]
struct Invocation {
    #[serde(rename = "executionSuccessful")]
    execution_successful: bool,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    id: String,
    #[serde(rename = "shortDescription")]
    short_description: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct SarifResult {
    #[serde(rename = "ruleId")]
    rule_id: String,
    #[serde(rename = "ruleIndex")]
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(rename = "partialFingerprints")]
    partial_fingerprints: Fingerprints,
}

/// What tells a finding from another one in a later run.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "promise/v1")]
    promise: String,
}

#[derive(Serialize)]
struct Location {
    #[serde(rename = "physicalLocation")]
    physical_location: Physical,
}

#[derive(Serialize)]
struct Physical {
    #[serde(rename = "artifactLocation")]
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
struct Region {
    #[serde(rename = "startLine")]
    start_line: usize,
    #[serde(rename = "startColumn")]
    start_column: usize,
}

fn log(run: &Gathered) -> Log {
    let findings = run.findings();
    let rules = findings.iter().map(|finding| Rule {
        id: rule_id(finding),
        short_description: Text { text: finding.sentence.to_owned() },
    });
    let driver = Driver { name: "fineprint", version: run.start.fineprint.clone(), rules: rules.collect() };
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            results: findings.iter().enumerate().map(|(index, finding)| result(index, finding)).collect(),
            column_kind: "unicodeCodePoints",
            invocations: [Invocation { execution_successful: run.finish.stopped.is_none() }],
        }],
    }
}

fn rule_id(finding: &Finding<'_>) -> String {
    format!("{}/{}", finding.operation, finding.rule)
}

fn result(index: usize, finding: &Finding<'_>) -> SarifResult {
    let witness = finding.witnesses.first().map_or("", |witness| witness.id.as_str());
    let text = format!(
        "The page says: {} {} of the target's answers say otherwise; the plainest is to {witness}.",
        finding.sentence,
        finding.witnesses.len()
    );
    SarifResult {
        rule_id: rule_id(finding),
        rule_index: index,
        level: "error",
        message: Text { text },
        locations: location(finding.place).into_iter().collect(),
        partial_fingerprints: Fingerprints { promise: rule_id(finding) },
    }
}

/// `file:line:column`
fn location(place: &str) -> Option<Location> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let uri = file.replace('%', "%25").replace(' ', "%20");
    Some(Location {
        physical_location: Physical {
            artifact_location: Artifact { uri },
            region: Region { start_line: line.parse().ok()?, start_column: column.parse().ok()? },
        },
    })
}
