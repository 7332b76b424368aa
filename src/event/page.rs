//! The pages of a run, as their specs hold them: what a report needs to show them again, without the specs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::json::Json;
use crate::spec::model::{ErrorRow, Operation, Parameter, Required, Service, When};
use crate::spec::promise;

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
    /// Where the spec has it.
    pub place: String,
}

impl ParameterRow {
    /// The sentences that stand for themselves: they name the rules that they state, and have a place of their own.
    pub fn apart(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().filter(|sentence| sentence.place != self.place)
    }
}

/// A sentence of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sentence {
    /// Word for word.
    pub text: String,
    /// Where the spec has it.
    pub place: String,
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
    /// Where the spec has it.
    pub place: String,
}

impl Page {
    /// The page of an operation.
    pub fn of(service: &Service, operation: &Operation) -> Self {
        let line = |own: bool, row: &ErrorRow| ErrorLine {
            status: row.status,
            codes: row.codes.clone(),
            message: row.message.clone().or_else(|| row.says.clone()),
            own,
            bound: row.when != When::Unsaid,
            place: row.at.to_string(),
        };
        let own = operation.errors.iter().map(|row| line(true, row));
        let shared = service.errors.iter().map(|row| line(false, row));
        Self {
            vendor: service.vendor.clone(),
            service: service.folder.clone(),
            operation: operation.name.clone(),
            title: operation.page.title.clone(),
            updated: operation.page.updated.clone(),
            url: operation.page.url.clone(),
            parameters: operation.parameters.iter().map(parameter_row).collect(),
            errors: own.chain(shared).collect(),
            narrative: operation.narrative.iter().map(|quote| quote.text.clone()).collect(),
            place: promise::of_operation(operation).at.to_string(),
            digest: Some(Self::digest(service, operation)),
        }
    }

    /// The state of an operation's spec and of its service's, whatever ends their lines.
    pub fn digest(service: &Service, operation: &Operation) -> String {
        let texts = [&service.at.source.text, &operation.at.source.text];
        let texts = texts.map(|text| text.replace("\r\n", "\n"));
        format!("{:016x}", digest::fnv(texts.join("\0").as_bytes()))
    }
}

fn parameter_row(parameter: &Parameter) -> ParameterRow {
    let required = match parameter.required {
        Required::Yes => "Yes",
        Required::No => "No",
        Required::Unclear => "unclear",
    };
    // A sentence that names its rules stands for itself; what is said of all of them stands where the parameter does.
    let sentence = |quote: &crate::spec::model::Quote| Sentence {
        text: quote.text.clone(),
        place: if quote.of.is_empty() { parameter.at.to_string() } else { quote.at.to_string() },
    };
    ParameterRow {
        name: parameter.name.clone(),
        kind: parameter.rules.kind.name().to_owned(),
        required: required.to_owned(),
        example: parameter.example.as_ref().map(shown),
        sentences: parameter.says.iter().map(sentence).collect(),
        place: parameter.at.to_string(),
    }
}

fn shown(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_string(), str::to_owned)
}
