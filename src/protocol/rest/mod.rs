//! Plain HTTP, where the specs define what other protocols fix.

pub mod client;
pub mod facts;
pub mod server;
