//! Sentences that promise something but have no transcribed rule, so that no target is tested against them.

use crate::diagnostic::Finding;
use crate::spec::model::{Member, Operation};
use crate::spec::promise;

use super::About;

/// Words with which a sentence promises something that a request can test.
const PROMISING: [&str; 7] = ["must", "only", "default", "defaults", "unique", "null", "order"];

/// `untranscribed-sentence`: a sentence has a number or a word that promises something, but no rule.
pub fn untranscribed(operation: &Operation) -> Vec<About> {
    let mut found = Vec::new();
    for parameter in &operation.parameters {
        for quote in parameter.says.iter().filter(|quote| quote.leaves.is_none()) {
            if !promise::is_transcribed(parameter, quote) && promises(&quote.text) {
                let place = if quote.of.is_empty() { &parameter.at } else { &quote.at };
                found.push(about(&parameter.name, &quote.text, place));
            }
        }
    }
    elements(&operation.response, "", &mut found);
    found
}

fn elements(of: &[Member], within: &str, found: &mut Vec<About>) {
    for element in of {
        let path = element.path_within(within);
        let is_ruled = !element.schema.is_unruled() || element.schema.nullable.is_some();
        let has_rule = element.is_optional()
            || element.unique
            || element.altered
            || element.shows.is_some()
            || element.absent.is_some()
            || is_ruled;
        if let Some(says) = element.sentence().filter(|says| !has_rule && promises(says)) {
            found.push(about(&path, says, &element.at));
        }
        elements(element.schema.below(), &path, found);
    }
}

fn about(name: &str, text: &str, place: &crate::span::Place) -> About {
    let title = format!("no rule tests what the page says about {name}: {text}");
    let finding = Finding::warning("untranscribed-sentence", title).at(place);
    About::new(
        name,
        finding.help("write the rule that it states, and name it in `of`").help(
            "if no rule can test a part of it, use `leaves`: `{quote: …, of: …, leaves: what it says beyond the rules}`",
        ),
    )
}

/// Returns `true` if a sentence has a number or a word that promises something. A number within a word (`IPv4`) is part
/// of a name.
fn promises(text: &str) -> bool {
    let is_separator = |letter: char| !letter.is_alphanumeric();
    text.split(is_separator).filter(|word| !word.is_empty()).any(|word| {
        let word = word.to_lowercase();
        word.starts_with(|first: char| first.is_ascii_digit()) || PROMISING.contains(&word.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_with_numbers_or_promising_words_are_reported() {
        for text in [
            "At most 20.",
            "Must be today or later.",
            "Defaults to `NL`.",
            "It is Unique.",
            "Sorted in order.",
        ] {
            assert!(promises(text), "{text}");
        }
        for text in ["The name of the contact.", "An IPv4 address.", "We send updates to it."] {
            assert!(!promises(text), "{text}");
        }
    }
}
