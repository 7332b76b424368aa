//! Reports: views of the event stream, one file per format. No report computes a verdict.

pub mod block;
mod ci_commands;
pub mod gathered;
pub mod github;
pub mod headline;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod root;
pub mod sarif;
pub mod score;
pub mod sink;
pub mod style;
pub mod summary;
pub mod terminal;
mod texts;

pub use summary::number;

use std::io;

use crate::event::Event;

use gathered::Gathered;

/// Renders the event stream into the given writer. It opens nothing itself.
pub trait Reporter {
    /// Handles one event. `run` is the run as gathered so far, including this event.
    ///
    /// # Errors
    /// Returns an error of the writer.
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()>;
}
