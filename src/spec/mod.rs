//! The spec language: the model, reading it, and what a rule means.
//!
//! A spec is the transcription of one documentation page. [`read`] turns files into [`model::Specs`] or into findings;
//! [`ruling`] says what a page's rules make of a value.

pub mod breach;
pub mod form;
pub mod forms;
pub mod model;
pub mod path;
pub mod promise;
pub mod question;
pub mod read;
pub mod reference;
pub mod rules;
pub mod ruling;
pub mod schema;
pub mod yaml;
