//! The sentence of the page that states a rule. Reports quote it.

use crate::json::Json;
use crate::span::Place;

use super::breach::Part;
use super::model::{ErrorRow, Member, Operation, Quote, Required};
use super::rules;

/// A sentence and its place in the spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence word for word, or the row of a table as a sentence.
    pub text: String,
    /// Its place in the spec.
    pub at: Place,
}

/// Returns what the page says about a rule of a parameter: the sentence that states it, or else the parameter's row in
/// its table.
pub fn of_rule(parameter: &Member, breach: Part) -> Sentence {
    if let Some(quote) = parameter.says.iter().find(|quote| quote.of.contains(&breach)) {
        return Sentence { text: quote.text.clone(), at: quote.at.clone() };
    }
    let schema = &parameter.schema;
    let listed = schema.values.as_ref().or(schema.items().and_then(|items| items.values.as_ref()));
    let text = match (breach, listed) {
        (Part::Values | Part::Items, Some(values)) => {
            format!(
                "{}. Valid values: {}",
                table_row(parameter),
                values.iter().map(shown).collect::<Vec<_>>().join(", ")
            )
        }
        (Part::Required | Part::Type, _) => table_row(parameter),
        _ => match parameter.says.iter().find(|quote| quote.of.is_empty()) {
            Some(quote) => format!("{}. {}", table_row(parameter), quote.text),
            None => table_row(parameter),
        },
    };
    Sentence { text, at: parameter.at.clone() }
}

/// Returns the parts of the rules that a spec has for a parameter. Each part is a separate promise.
pub fn parts(parameter: &Member) -> Vec<Part> {
    rules::promised(parameter).collect()
}

/// Returns `true` if a rule was transcribed from a sentence. A sentence that names its rules needs one of them in the
/// spec. A sentence without names may state the rules that no other sentence names, but only if it is the only such
/// sentence: of two, it is unknown which states what.
pub fn is_transcribed(parameter: &Member, quote: &Quote) -> bool {
    let has = |breach: &Part| parts(parameter).contains(breach) || *breach == Part::ExistsShape;
    if !quote.of.is_empty() {
        return quote.of.iter().any(has);
    }
    let is_only = parameter.says.iter().filter(|other| other.of.is_empty()).count() == 1;
    let named: Vec<Part> = parameter.says.iter().flat_map(|other| other.of.clone()).collect();
    let of_table = [Part::Required, Part::Type];
    let mut left =
        parts(parameter).into_iter().filter(|part| !of_table.contains(part) && !named.contains(part));
    is_only && left.next().is_some()
}

/// Returns what the page says about a parameter as a whole: its row in the parameter table and its first sentence.
pub fn of_effect(parameter: &Member) -> Sentence {
    let text = match parameter.says.first() {
        Some(quote) => format!("{}. {}", table_row(parameter), quote.text),
        None => table_row(parameter),
    };
    Sentence { text, at: parameter.at.clone() }
}

fn shown(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_string(), str::to_owned)
}

fn table_row(parameter: &Member) -> String {
    let required = match parameter.required {
        Required::Yes => "Yes",
        Required::No => "No",
        Required::Unclear => "unclear",
    };
    format!("{} | {} | Required: {required}", parameter.name, parameter.schema.kind().name())
}

/// Returns a row of the error table as it is on the page.
pub fn of_row(row: &ErrorRow) -> Sentence {
    let status = row.status.map(|status| status.to_string());
    let parts = [
        status,
        Some(row.codes.join(" / ")),
        row.message.as_ref().map(|message| message.text.clone()),
        row.says.clone(),
    ];
    Sentence { text: parts.into_iter().flatten().collect::<Vec<_>>().join(" | "), at: row.at.clone() }
}

/// Returns the sentence for the operation as a whole.
pub fn of_operation(operation: &Operation) -> Sentence {
    let text = match &operation.page.updated {
        Some(updated) => format!("{}, as documented on {updated}", operation.page.title),
        None => operation.page.title.clone(),
    };
    Sentence { text, at: operation.at.clone() }
}
