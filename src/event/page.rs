//! The pages of a run, as their specs hold them: what a report needs to show them again, without the specs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::spec::model::{Operation, Service};

/// A documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// The vendor.
    pub vendor: String,
    /// The service's folder.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The page's title.
    pub title: String,
    /// The date that it gives for its last update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The parameter table.
    pub parameters: Vec<ParameterRow>,
    /// The error table, and the rows that the service's operations share.
    pub errors: Vec<ErrorLine>,
    /// The response elements, those within others behind these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<ElementLine>,
    /// Sentences that promise nothing a request could show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrative: Vec<String>,
    /// Where the spec has it, `file:line:column`.
    pub place: String,
    /// The state of the operation's spec and of its service's: what was judged by another says nothing about this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A row of a parameter table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// What the spec says that these sentences, and the row itself, promise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<PromiseLine>,
    /// Where the spec has it.
    pub place: String,
}

impl ParameterRow {
    /// The sentences that stand for themselves: they name the rules that they state, and have a place of their own.
    pub fn apart(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().filter(|sentence| sentence.place != self.place && sentence.is_covered)
    }
}

/// A promise: a part of a rule of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseLine {
    /// The rule in short: `Name length.max`.
    pub rule: String,
    /// Where the spec has the sentence that states it.
    pub place: String,
    /// The sides that have to be seen: those of which the page is certain.
    pub needs: Vec<Side>,
    /// Whether the page leaves open what comes of everything that is tried of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_open: bool,
    /// Why nothing is certain of it, where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// How many values worth trying its protocol cannot carry.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_carried: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What has to be seen of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// What is just within is accepted.
    Accepted,
    /// What is just beyond is rejected.
    Rejected,
}

impl Side {
    /// What a case does that shows it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Accepted => "sends a value that just meets it",
            Self::Rejected => "sends a value that breaks it",
        }
    }
}

/// A response element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ElementLine {
    /// Its path.
    pub path: String,
    /// Its type.
    pub kind: String,
    /// Whether it may be absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// The page's sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// Where the spec has it.
    pub place: String,
}

/// A sentence of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sentence {
    /// Word for word.
    pub text: String,
    /// Where the spec has it.
    pub place: String,
    /// Whether a rule was transcribed from it.
    #[serde(default = "is_so")]
    pub is_covered: bool,
    /// What it says beyond the rules that were transcribed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<String>,
}

fn is_so() -> bool {
    true
}

/// A row of an error table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorLine {
    /// The status, if the page gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The codes.
    pub codes: Vec<String>,
    /// The message, or else the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether it is of the operation's own page.
    pub own: bool,
    /// Whether it is bound to anything that a case could try.
    pub bound: bool,
    /// Why no case that the specs imply expects it, if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Where the spec has it.
    pub place: String,
}

impl Page {
    /// The state of an operation's spec and of its service's, whatever ends their lines.
    pub fn digest(service: &Service, operation: &Operation) -> String {
        let texts = [&service.at.source.text, &operation.at.source.text];
        let texts = texts.map(|text| text.replace("\r\n", "\n"));
        format!("{:016x}", digest::fnv(texts.join("\0").as_bytes()))
    }
}
