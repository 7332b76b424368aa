//! The spec language: its model, its reader, and the meaning of its rules.
//!
//! A spec is the transcription of one documentation page. [`read`] turns files into [`model::Specs`] or findings;
//! [`ruling`] judges a value by the rules of a page.

pub mod breach;
pub mod form;
pub mod forms;
pub mod message;
pub mod model;
pub mod path;
pub mod pattern;
pub mod promise;
pub mod question;
pub mod read;
pub mod reference;
pub mod response_place;
pub mod rules;
pub mod ruling;
pub mod schema;
pub mod yaml;
