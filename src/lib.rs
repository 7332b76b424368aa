//! fineprint holds an HTTP API to its documentation.

pub mod case;
pub mod diagnostic;
pub mod event;
pub mod generate;
pub mod json;
pub mod judge;
pub mod project;
pub mod runner;
pub mod span;
pub mod spec;
pub mod transport;
pub mod wire;
