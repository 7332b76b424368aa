//! Error rows that match no rule, and rules that no error row covers.

use std::collections::HashSet;

use crate::case::{Case, Expectation, Rows};
use crate::diagnostic::Finding;
use crate::spec::breach::Part;
use crate::spec::message::MessagePart;
use crate::spec::model::{ErrorRow, Limit, Operation, Required, Service, When};
use crate::spec::path::Path;

use super::About;

/// `optional-with-missing-row`: a parameter is optional in its table, but an error row covers its absence.
pub fn optional_with_missing_row(service: &Service, operation: &Operation) -> Vec<About> {
    let optional = operation.parameters.iter().filter(|parameter| parameter.required != Required::Yes);
    optional
        .filter_map(|parameter| {
            let row = service.row_for_absence(operation, &Path::member(&parameter.name))?;
            let title =
                format!("{} is optional, but {} covers its absence", parameter.name, row.codes.join("/"));
            let finding = Finding::warning("optional-with-missing-row", title).at(&row.at);
            Some(About::new(
                &parameter.name,
                finding.help("if the page contradicts itself, write `required: unclear`"),
            ))
        })
        .collect()
}

/// `unstated-limit`: the page mentions a limit but does not state it.
pub fn unstated_limit(operation: &Operation) -> Vec<About> {
    let unstated = |limit: Option<Limit>| limit == Some(Limit::Unstated);
    operation
        .parameters
        .iter()
        .filter(|parameter| unstated(parameter.schema.length.map(|length| length.max)))
        .map(|parameter| {
            let title = format!("the page mentions a limit for {} without stating it", parameter.name);
            let finding = Finding::warning("unstated-limit", title).at(&parameter.at);
            About::new(
                &parameter.name,
                finding.help("the limit is tested only far beyond any plausible value"),
            )
        })
        .collect()
}

/// `taken-to-the-letter`: a message looks as if it had placeholders in another notation.
pub fn taken_to_the_letter(operation: &Operation) -> Vec<About> {
    let literals = operation.errors.iter().filter_map(|row| {
        let parts = row.message.as_ref()?.parts.iter();
        let texts = parts.filter_map(|part| match part {
            MessagePart::Text(text) => Some(text.as_str()),
            _ => None,
        });
        Some((row, texts.flat_map(str::split_whitespace).find(|word| is_foreign_placeholder(word))?))
    });
    literals
        .map(|(row, word)| {
            let title = format!("`{word}` in this message is taken to the letter");
            let finding = Finding::warning("taken-to-the-letter", title).at(&row.at);
            About::new(
                &row.codes.join("/"),
                finding.help("if it stands for a value, write {name}, {$value}, {$limit} or {...}"),
            )
        })
        .collect()
}

/// Returns `true` for `%s`, `%d`, `<name>` and `xxx`.
fn is_foreign_placeholder(word: &str) -> bool {
    let word = word.trim_matches(['.', ',', ':', ';', '(', ')', '"', '\'', '`']);
    let inner = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|each| each.is_ascii_alphanumeric() || "_-./".contains(each))
    };
    matches!(word, "%s" | "%d" | "xxx" | "XXX") || inner.is_some_and(is_name)
}

/// `two-statuses`: a code has two HTTP statuses.
pub fn two_statuses(service: &Service, operation: &Operation) -> Vec<About> {
    let rows: Vec<&ErrorRow> = service.rows(operation).collect();
    let mut found = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let clash = rows[..index].iter().find(|earlier| {
            earlier.status.is_some()
                && row.status.is_some()
                && earlier.status != row.status
                && earlier.codes.iter().any(|code| row.codes.contains(code))
        });
        if clash.is_some() {
            let title = format!("{} is documented with two HTTP statuses", row.codes.join("/"));
            found.push(About::new(&row.codes.join("/"), Finding::warning("two-statuses", title).at(&row.at)));
        }
    }
    found
}

/// `unreachable-row` and `breach-without-row`: what the cases of the operation show about its error table.
pub fn reach(service: &Service, operation: &Operation, cases: &[Case]) -> Vec<About> {
    let mut found = Vec::new();
    for case in cases {
        let (Some(about), Expectation::Reject(Rows::Any)) = (case.about.first(), &case.expect) else {
            continue;
        };
        // Next to it, a reader may name something else that no row covers.
        if service.rows_for(operation, about).next().is_some() {
            continue;
        }
        let title = format!("no error row covers {about}");
        let place = operation.member(&about.at).map_or(&operation.at, |member| &member.at);
        let finding = Finding::warning("breach-without-row", title)
            .at(place)
            .help(format!("{} tests it and allows any code of the table", case.id));
        found.push(About::new(&about.at.to_string(), finding));
    }
    let mut titles: HashSet<String> = HashSet::new();
    found.retain(|about| titles.insert(about.finding.title.clone()));
    for row in operation.errors.iter().filter(|row| matches!(row.when, When::Breaches(_))) {
        let names_row = |expect: &Expectation| matches!(expect, Expectation::Reject(Rows::Codes(codes)) if row.codes.iter().any(|code| codes.contains(code)));
        if !cases.iter().any(|case| names_row(&case.expect)) && !covers_absence_only(row) {
            let codes = row.codes.join("/");
            let finding =
                Finding::warning("unreachable-row", format!("no case can require {codes}")).at(&row.at);
            found.push(About::new(
                &codes,
                finding.help(
                    "either its `when` names no rule of the parameter, or the page does not specify the rule",
                ),
            ));
        }
    }
    found
}

/// Rows for the absence of optional parameters have their own finding.
fn covers_absence_only(row: &ErrorRow) -> bool {
    matches!(&row.when, When::Breaches(bound) if bound.iter().all(|bound| bound.part == Part::Required))
}
