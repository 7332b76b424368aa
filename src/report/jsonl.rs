//! The event stream itself, one JSON object per line.

use std::io::{self, Write};

use schemars::{Schema, schema_for};

use crate::event::Event;

use super::Reporter;
use super::gathered::Gathered;

/// Returns the JSON Schema of a line.
pub fn schema() -> Schema {
    schema_for!(Event)
}

/// Writes every event that is a fact about the target.
pub struct Jsonl<W> {
    out: W,
}

impl<W: Write> Jsonl<W> {
    /// Creates a reporter that writes into `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Jsonl<W> {
    fn event(&mut self, event: &Event, _: &Gathered) -> io::Result<()> {
        if matches!(event, Event::Progress { .. }) {
            return Ok(());
        }
        serde_json::to_writer(&mut self.out, event)?;
        self.out.write_all(b"\n")?;
        // A run that is killed leaves the results so far.
        self.out.flush()
    }
}
