//! Snapshots: the responses accepted in the last review.

#[cfg(feature = "cli")]
mod compare;
#[cfg(feature = "cli")]
pub mod file;
mod normalise;
#[cfg(feature = "cli")]
pub mod review;
#[cfg(feature = "cli")]
pub mod store;

#[cfg(feature = "cli")]
pub use compare::{Change, Comparison, compare, merge};
pub use normalise::{digest, normalise};

#[cfg(all(test, feature = "cli"))]
mod tests;
