//! fineprint tests an HTTP API against its documentation.

pub mod baseline;
pub mod case;
pub mod check;
pub mod cli;
pub mod compare;
pub mod diagnostic;
pub mod digest;
pub mod event;
pub mod evidence;
pub mod files;
pub mod generate;
pub mod harness;
pub mod invisible;
pub mod json;
pub mod judge;
pub mod mutants;
mod named;
pub mod project;
pub mod protocol;
pub mod report;
pub mod runner;
pub mod server;
pub mod snapshot;
pub mod span;
pub mod spec;
pub mod transport;
pub mod wire;
