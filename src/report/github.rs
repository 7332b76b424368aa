//! Annotations of GitHub Actions: a line a broken promise, which its log turns into a note at the line of the spec.

use std::io::{self, Write};

use crate::event::Event;

use super::Reporter;
use super::standing::Gathered;

/// GitHub shows ten a step.
const SHOWN: usize = 10;

/// Writes the annotations of a run when it is over.
pub struct Github<W> {
    out: W,
}

impl<W: Write> Github<W> {
    /// A reporter that writes into `out`, which is the step's log.
    pub fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Github<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        if !matches!(event, Event::RunFinished(_)) {
            return Ok(());
        }
        for finding in run.findings().iter().take(SHOWN) {
            let witness = finding.witnesses.first().map_or("", |witness| witness.id.as_str());
            let mut place = finding.place.rsplitn(3, ':');
            let (column, line) = (place.next().unwrap_or("1"), place.next().unwrap_or("1"));
            let file = place.next().unwrap_or_default();
            let title = property(&format!("{}: {}", finding.operation, finding.rule));
            let who = match finding.witnesses.len() {
                1 => format!("{witness} shows otherwise"),
                cases => format!("{witness} and {} more show otherwise", cases - 1),
            };
            let text = data(&format!("{}\n{who}", finding.sentence));
            writeln!(
                self.out,
                "::error file={},line={line},col={column},title={title}::{text}",
                property(file)
            )?;
        }
        self.out.flush()
    }
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
