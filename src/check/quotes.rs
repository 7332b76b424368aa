//! Quotes checked against the text of the page, to find what the vendor has edited since.

use crate::diagnostic::Finding;
use crate::span::Place;
use crate::spec::message::MessagePart;
use crate::spec::model::{Member, Operation};

/// Returns a finding for every sentence, code and message of the spec that is missing from its page.
pub fn against_page(operation: &Operation, page: &str) -> Vec<Finding> {
    let page = folded(page);
    let mut findings = Vec::new();
    let mut hold = |what: &str, text: &str, at: &Place| {
        if !page.contains(&folded(text)) {
            let finding = Finding::warning("not-on-page", format!("this {what} is not on the page")).at(at);
            findings.push(finding.help(format!("the spec has: {text}")));
        }
    };
    for parameter in &operation.parameters {
        hold("parameter", &parameter.name, &parameter.at);
        for quote in &parameter.says {
            hold("sentence", &quote.text, &quote.at);
        }
        for value in parameter
            .schema
            .values
            .iter()
            .chain(parameter.schema.items().iter().filter_map(|i| i.values.as_ref()))
        {
            for text in value.iter().filter_map(|value| value.as_text()) {
                hold("valid value", text, &parameter.at);
            }
        }
        if let Some(text) = parameter.example.as_ref().and_then(|example| example.as_text()) {
            hold("example", text, &parameter.at);
        }
    }
    for row in &operation.errors {
        for code in row.codes.iter().filter(|_| !row.any_code) {
            hold("code", code, &row.at);
        }
        for part in row.message.iter().flat_map(|message| &message.parts) {
            if let MessagePart::Text(text) = part {
                hold("part of a message", text.trim(), &row.at);
            }
        }
        if let Some(text) = &row.says {
            hold("sentence", text, &row.at);
        }
    }
    for quote in &operation.narrative {
        hold("sentence", &quote.text, &quote.at);
    }
    elements(&operation.response, &mut hold);
    findings
}

fn elements(of: &[Member], hold: &mut impl FnMut(&str, &str, &Place)) {
    for element in of {
        hold("response element", &element.name, &element.at);
        if let Some(says) = element.sentence() {
            hold("sentence", says, &element.at);
        }
        elements(element.schema.below(), hold);
    }
}

/// Normalises white space, because scrapes differ in spaces and line breaks.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
