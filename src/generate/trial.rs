//! Trials: values worth testing.

use crate::case::value::Value;
use crate::spec::breach::Part;

/// A value worth testing, without an expectation.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The end of the case's id, e.g. `length/13`.
    pub slug: String,
    /// What it tests, in words.
    pub tries: String,
    /// The rule that proposes it.
    pub about: Part,
    /// The value; `None` omits the parameter.
    pub value: Option<Value>,
}

impl Trial {
    /// Creates a trial with a value.
    pub fn new(about: Part, slug: impl Into<String>, tries: impl Into<String>, value: Value) -> Self {
        Self {
            slug: format!("{}/{}", about.rule(), slug.into()),
            tries: tries.into(),
            about,
            value: Some(value),
        }
    }
}
