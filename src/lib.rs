//! fineprint tests an HTTP API against its documentation.
//!
//! A documentation page is transcribed into a YAML spec. fineprint generates boundary-value cases from the spec, sends them
//! to an endpoint, and judges the responses. For invalid input it expects the exact error row of the page.
//!
//! Most people use the command `fineprint`. This library is for crates that want the cases as tests of their own:
//! [`harness`] turns them into tests of `cargo test`, and [`event`] describes the results that `fineprint run --events`
//! writes. [`read_specs`] reads the specs of a folder.
//!
//! ```
//! use std::path::Path;
//!
//! // `specs` has a folder for each vendor and service, with one file for each operation.
//! match fineprint::read_specs(Path::new("specs")) {
//!     Ok(specs) => {
//!         for (service, operation) in specs.operations() {
//!             println!("{}: {} has {} error rows", service.name, operation.name, operation.errors.len());
//!         }
//!     }
//!     Err(findings) => findings.iter().for_each(|finding| eprintln!("{}", finding.render(false))),
//! }
//! ```
//!
//! # Features
//!
//! - `cli` (default): the command, and what only the command needs. Without it, the library builds considerably fewer crates:
//!   `fineprint = { version = "0.1", default-features = false, features = ["tls"] }`.
//! - `tls` (default): `https` targets.
//!
//! Modules that this page does not list are internal. They are reachable for fineprint's own tests only, and change without
//! notice.

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod baseline;
#[doc(hidden)]
pub mod case;
#[doc(hidden)]
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
#[doc(hidden)]
pub mod compare;
pub mod diagnostic;
#[doc(hidden)]
pub mod digest;
pub mod event;
#[doc(hidden)]
pub mod evidence;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod generate;
pub mod harness;
#[doc(hidden)]
pub mod invisible;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod judge;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod mutants;
mod named;
#[doc(hidden)]
pub mod project;
#[doc(hidden)]
pub mod protocol;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod runner;
#[doc(hidden)]
pub mod server;
#[doc(hidden)]
pub mod snapshot;
#[doc(hidden)]
pub mod span;
pub mod spec;
#[doc(hidden)]
pub mod transport;
#[doc(hidden)]
pub mod wire;

pub use project::specs as read_specs;
