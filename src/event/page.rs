//! The pages of a run as their specs have them: all that a report needs to show them without the specs.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::spec::model::{Operation, Service};

/// A documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Page {
    /// The vendor.
    pub vendor: String,
    /// The service's folder.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The page's title.
    pub title: String,
    /// The date of its last update, as the page gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Where the page was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The parameter table.
    pub parameters: Vec<ParameterRow>,
    /// The error table, and the rows that all operations of the service share.
    pub errors: Vec<ErrorLine>,
    /// The response elements. Nested elements follow the element that contains them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<ElementLine>,
    /// Sentences that no request can test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrative: Vec<String>,
    /// Place in the spec, `file:line:column`.
    pub place: String,
    /// Digest of the specs of the operation and its service. A result for another digest says nothing about this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A row of a parameter table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct ParameterRow {
    /// The parameter.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// `Yes`, `No`, or `unclear`.
    pub required: String,
    /// The page's example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The page's sentences about it.
    pub sentences: Vec<Sentence>,
    /// What these sentences and the row itself promise, according to the spec.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<PromiseLine>,
    /// Place in the spec.
    pub place: String,
}

impl ParameterRow {
    /// Returns the sentences that name the rules they state, and therefore have a place of their own.
    pub fn separate_sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().filter(|sentence| sentence.place != self.place && sentence.is_covered)
    }
}

/// A promise: a part of a rule of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct PromiseLine {
    /// Short form of the rule: `Name length.max`.
    pub rule: String,
    /// Place in the spec of the sentence that states the promise.
    pub place: String,
    /// The sides that have to be observed: those about which the page is certain.
    pub needs: Vec<Side>,
    /// Whether the page leaves the result of everything that tests the promise open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_open: bool,
    /// Reason why the page is certain about neither side, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Number of values worth testing that the protocol cannot encode.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_carried: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A side of a promise that has to be observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Side {
    /// A value just within the rule is accepted.
    Accepted,
    /// A value just beyond the rule is rejected.
    Rejected,
}

impl Side {
    /// Describes what a case does to show this side.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Accepted => "sends a value that just meets it",
            Self::Rejected => "sends a value that breaks it",
        }
    }
}

/// A response element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct ElementLine {
    /// Its path.
    pub path: String,
    /// Its type.
    pub kind: String,
    /// Whether the element may be absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// The page's sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// Place in the spec.
    pub place: String,
}

/// A sentence of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Sentence {
    /// The text, word for word.
    pub text: String,
    /// Place in the spec.
    pub place: String,
    /// Whether a rule was transcribed from it.
    #[serde(default = "is_so")]
    pub is_covered: bool,
    /// What the sentence says beyond the rules that were transcribed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<String>,
}

fn is_so() -> bool {
    true
}

/// A row of an error table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct ErrorLine {
    /// The status, if the page gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The codes.
    pub codes: Vec<String>,
    /// The message, or else the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether the row is on the operation's own page.
    pub own: bool,
    /// Whether the row covers anything that a case could test.
    pub bound: bool,
    /// Reason why no case that the specs imply expects the row, if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Place in the spec.
    pub place: String,
}

impl Page {
    /// Returns the digest of the specs of an operation and its service. Line endings make no difference.
    pub fn digest(service: &Service, operation: &Operation) -> String {
        let texts = [&service.at.source.text, &operation.at.source.text];
        let texts = texts.map(|text| text.replace("\r\n", "\n"));
        format!("{:016x}", digest::fnv(texts.join("\0").as_bytes()))
    }
}
