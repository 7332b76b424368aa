//! fineprint holds an HTTP API to its documentation.

pub mod case;
pub mod diagnostic;
pub mod generate;
pub mod json;
pub mod project;
pub mod span;
pub mod spec;
pub mod wire;
