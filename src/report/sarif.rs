//! SARIF 2.1.0: one rule per promise, one result per broken promise, located at the line of the spec.

use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::event::Event;

use super::gathered::{Failure, Gathered, reason};
use super::root::Root;
use super::texts::shortened;
use super::{Reporter, number};

/// Characters that a path in a URI cannot contain unescaped.
const NOT_IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'+')
    .remove(b'@');

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a run at its end.
pub struct Sarif<W> {
    out: W,
    root: Root,
}

impl<W: Write> Sarif<W> {
    /// Creates a reporter that writes into `out`.
    pub fn new(out: W, root: Root) -> Self {
        Self { out, root }
    }
}

impl<W: Write> Reporter for Sarif<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        if matches!(event, Event::RunFinished(_)) {
            serde_json::to_writer_pretty(&mut self.out, &log(run, &self.root))?;
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
    #[serde(rename = "toolExecutionNotifications", skip_serializing_if = "Vec::is_empty")]
    notifications: Vec<Notification>,
}

/// Something that kept the run from observing everything, or that was left on the target.
#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
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

/// Identifies a result across runs.
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

/// A broken rule, and what breaks it.
struct BrokenRule {
    rule: String,
    sentence: String,
    text: String,
    place: String,
    /// Identifies the result among those of the rule, in this run and later ones.
    of: String,
}

fn log(run: &Gathered, root: &Root) -> Log {
    let broken: Vec<BrokenRule> = run.failures().iter().map(promise).chain(other_failures(run)).collect();
    let mut rules: Vec<Rule> = Vec::new();
    let mut results = Vec::new();
    for broken_rule in broken {
        let index = rules.iter().position(|rule| rule.id == broken_rule.rule).unwrap_or_else(|| {
            let short_description = Text { text: broken_rule.sentence.clone() };
            rules.push(Rule { id: broken_rule.rule.clone(), short_description });
            rules.len() - 1
        });
        results.push(result(index, broken_rule, root));
    }
    let driver = Driver { name: "fineprint", version: run.start.fineprint.clone(), rules };
    let invocation =
        Invocation { execution_successful: run.finish.is_complete(), notifications: notifications(run) };
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            results,
            column_kind: "unicodeCodePoints",
            invocations: [invocation],
        }],
    }
}

fn promise(failure: &Failure<'_>) -> BrokenRule {
    let rule = format!("{}/{}", failure.operation, failure.rule);
    BrokenRule {
        text: format!(
            "{}. The page says: {} Contradicted by {} (smallest: {}).",
            shortened(&failure.headline),
            failure.sentence,
            number(failure.ids.len(), "case"),
            failure.witness.id
        ),
        sentence: failure.sentence.to_owned(),
        place: failure.place.to_owned(),
        of: rule.clone(),
        rule,
    }
}

/// Returns what else fails the run, each located at the spec of its operation.
fn other_failures(run: &Gathered) -> Vec<BrokenRule> {
    let at = |id: &str, rule: &str, sentence: &str, text: String| BrokenRule {
        rule: rule.to_owned(),
        sentence: sentence.to_owned(),
        text,
        place: run.page_of(id).map(|page| page.place.clone()).unwrap_or_default(),
        of: format!("{rule}/{id}"),
    };
    let mut all = Vec::new();
    for (_, ids) in run.pending() {
        let Some(first) = ids.first() else { continue };
        let text = format!(
            "The response to {first} differs from its snapshot ({} with the same change).",
            number(ids.len() - 1, "more case")
        );
        all.push(at(first, "snapshot/changed", "A response matches its accepted snapshot.", text));
    }
    for entry in &run.passing {
        let text = format!("{entry}: known failure now passes; remove it from the baseline.");
        all.push(at(entry, "baseline/passes-again", "A known failure fails.", text));
    }
    for (entry, day) in &run.expired {
        let text = format!("{entry}: was to be fixed by {day}.");
        all.push(at(entry, "baseline/expired", "A known failure is fixed before it expires.", text));
    }
    all
}

fn notifications(run: &Gathered) -> Vec<Notification> {
    let note = |text: String| Notification { level: "error", message: Text { text } };
    let stopped = run.finish.stopped.iter().map(|reason| format!("Stopped early: {}", shortened(reason)));
    let left = run.finish.left_behind.iter().map(|left| {
        let (entity, id, reason) = (&left.entity, shortened(&left.id), shortened(&left.reason));
        format!("Leftover on the target: {entity} {id} ({reason}), created by {}", left.case)
    });
    let unjudged = run.unjudged();
    let unjudged = unjudged.iter().map(|group| {
        let (first, why) = (group.first, shortened(reason(&group.first.verdict)));
        format!("{} not judged, e.g. {}: {why}", number(group.ids.len(), "case"), first.id)
    });
    let plain = run.plain.iter().map(|plain| {
        format!("The plain call of {} is not accepted, so no rejection proves anything", plain.operation)
    });
    plain.chain(stopped).chain(left).chain(unjudged).map(note).collect()
}

fn result(index: usize, broken: BrokenRule, root: &Root) -> SarifResult {
    SarifResult {
        rule_id: broken.rule,
        rule_index: index,
        level: "error",
        message: Text { text: broken.text },
        locations: location(&broken.place, root).into_iter().collect(),
        partial_fingerprints: Fingerprints { promise: broken.of },
    }
}

/// Parses `file:line:column`.
fn location(place: &str, root: &Root) -> Option<Location> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let uri = utf8_percent_encode(&root.of(file), NOT_IN_A_PATH).to_string();
    Some(Location {
        physical_location: Physical {
            artifact_location: Artifact { uri },
            region: Region { start_line: line.parse().ok()?, start_column: column.parse().ok()? },
        },
    })
}
