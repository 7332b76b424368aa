//! Tencent Cloud API 3.0.

pub mod client;
pub mod facts;
pub mod server;
