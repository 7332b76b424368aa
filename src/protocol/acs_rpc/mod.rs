//! Alibaba Cloud's RPC style.

pub mod client;
pub mod facts;
pub mod server;
