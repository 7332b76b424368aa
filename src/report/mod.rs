//! Reports: views of the event stream, one file a format. None computes a verdict.

pub mod block;
pub mod github;
pub mod headline;
pub mod html;
mod inert;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod root;
pub mod sarif;
pub mod score;
pub mod sink;
pub mod standing;
pub mod style;
pub mod summary;
pub mod terminal;
mod texts;

pub use summary::number;

use std::io;

use crate::event::Event;

use standing::Gathered;

/// A view of the event stream. It writes into what it was given and opens nothing.
pub trait Reporter {
    /// Takes one event, with the run as gathered so far, this event included.
    ///
    /// # Errors
    /// What the writer says.
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()>;
}
