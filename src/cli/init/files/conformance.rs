//! Every case of `specs` is a test: `cargo test --test conformance`, `cargo nextest run`.
//!
//! Add to Cargo.toml:
//!
//!     [dev-dependencies]
//!     fineprint = { git = "…" }
//!
//!     [[test]]
//!     name = "conformance"
//!     harness = false

use std::process::ExitCode;

use fineprint::harness::Conformance;

fn main() -> ExitCode {
    // Start your service here, on a free port, and pass its address to `url`. With `None`, the cases run against the
    // reference server, which is built from the specs.
    Conformance::new("specs").url(std::env::var("FINEPRINT_URL").ok()).main()
}
