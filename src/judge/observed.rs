//! What the responses of a case show besides its verdict, read from the whole responses before they are shortened for
//! storage.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::model::{Operation, Service, Success};
use crate::wire::{self, Exchange, Outcome, Reply};

use super::{Contract, elements, excerpt, rejection, repeats};

/// Facts about the responses of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Observed {
    /// Whether the tested call was accepted; absent if its response could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// The code with which it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Places of the error rows whose status, code and message the response has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// Paths of the response elements that were present with a value of their own: not null, and not an empty list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<String>,
    /// Values that no other response may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<Unique>,
}

/// A value that no other response of a run may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[non_exhaustive]
pub struct Unique {
    /// The operation.
    pub operation: String,
    /// The path of the response element.
    pub path: String,
    /// Its value, as JSON.
    pub value: String,
}

/// Collects what the exchanges of a case show. `tried` is the tested exchange; of concurrent calls, the first.
pub fn observe(contract: Contract<'_>, tried: Option<&Exchange>, all: &[Exchange]) -> Observed {
    let mut observed = Observed::default();
    if let Some(Outcome::Received(response)) = tried.map(|exchange| &exchange.outcome) {
        match wire::decode(contract.service, contract.operation, response) {
            Reply::Accepted(_) => observed.accepted = Some(true),
            Reply::Unreadable(_) | Reply::Misplaced(_) => {}
            reply @ Reply::Rejected { .. } => {
                let reported = rejection::reported(response.status, &reply);
                let main = rejection::main(contract, &reported).map(|main| &reported[main]);
                let rows = main.map(|main| rejection::exact_rows(contract, main)).unwrap_or_default();
                observed.accepted = Some(false);
                observed.rows = rows.iter().map(|row| row.at.to_string()).collect();
                observed.code = main.map(|main| excerpt(main.code));
            }
        }
    }
    for exchange in all {
        collect(contract.service, contract.operation, exchange, &mut observed);
    }
    observed
}

fn collect(service: &Service, tried: &Operation, exchange: &Exchange, observed: &mut Observed) {
    observed.unique.extend(repeats::values(service, exchange));
    let Outcome::Received(response) = &exchange.outcome else { return };
    if exchange.operation != tried.name {
        return;
    }
    if let Reply::Accepted(output) = wire::decode(service, tried, response) {
        let success = tried.success.as_ref().filter(|success| success.allows(response.status));
        let status = success.map(|_| Success::NAME.to_owned());
        let headers = elements::headers_with_values(tried, response);
        let elements = elements::paths_with_values(tried, &output);
        for path in status.into_iter().chain(headers).chain(elements) {
            if !observed.elements.contains(&path) {
                observed.elements.push(path);
            }
        }
    }
}
