//! Reports: views of the event stream, one file per format. No report computes a verdict.

pub mod block;
mod ci_commands;
pub mod gathered;
#[cfg(feature = "cli")]
pub mod github;
pub mod headline;
#[cfg(feature = "cli")]
pub mod html;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod jsonl;
#[cfg(feature = "cli")]
pub mod junit;
#[cfg(feature = "cli")]
pub mod markdown;
#[cfg(feature = "cli")]
pub mod matrix;
#[cfg(feature = "cli")]
pub mod root;
#[cfg(feature = "cli")]
pub mod sarif;
#[cfg(feature = "cli")]
pub mod score;
#[cfg(feature = "cli")]
pub mod sink;
pub mod style;
pub mod summary;
#[cfg(feature = "cli")]
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
