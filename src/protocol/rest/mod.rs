//! Plain HTTP, where the specs say what other protocols fix.

pub mod client;
pub mod facts;
pub mod server;
