//! One JSON document of a whole run.

use std::io::{self, Write};

use serde::Serialize;

use crate::event::{CaseResult, Event, Finish, Snapshots, Start};

use super::Reporter;

/// Gathers a run and writes it when it is over.
pub struct Json<W> {
    out: W,
    document: Document,
}

#[derive(Default, Serialize)]
struct Document {
    run: Option<Start>,
    result: Option<Finish>,
    snapshots: Option<Snapshots>,
    cases: Vec<CaseResult>,
}

impl<W: Write> Json<W> {
    /// A reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out, document: Document::default() }
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted(start) => self.document.run = Some(start.clone()),
            Event::Progress { .. } => {}
            Event::CaseFinished(result) => self.document.cases.push((**result).clone()),
            Event::SnapshotsCompared(snapshots) => self.document.snapshots = Some(snapshots.clone()),
            Event::RunFinished(finish) => {
                self.document.result = Some(finish.clone());
                serde_json::to_writer_pretty(&mut self.out, &self.document)?;
                self.out.write_all(b"\n")?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}
