//! E-mail addresses. The pages say "email address" and give no grammar, so only the plain cases are decided.

use crate::spec::breach::Part;
use crate::spec::question::Question;

use super::Ruling;

/// Judges a text by the words "email address".
pub fn ruling(text: &str) -> Ruling {
    let trimmed = text.trim();
    match (is_no_address(trimmed), is_plain_address(text)) {
        (true, _) => Ruling::breaks(Part::FormatShape),
        (_, true) => Ruling::holds(),
        _ => Ruling::open(Part::FormatShape, Question::EmailAddress),
    }
}

/// Returns `true` if no reading accepts the text as an address: it has no `@` with something on both sides, more than
/// one `@` outside quotes, white space outside quotes, or a control character.
fn is_no_address(text: &str) -> bool {
    let quoted = text.contains('"');
    let stray = |character: char| character.is_control() || (!quoted && character.is_whitespace());
    match text.rsplit_once('@') {
        None => true,
        Some((local, domain)) => {
            local.is_empty() || domain.is_empty() || text.contains(stray) || (!quoted && local.contains('@'))
        }
    }
}

/// Returns `true` if every reading accepts the text as an address: a dot-atom of letters, digits, `.`, `_` and `-` at a
/// host name with two or more labels (RFC 5321, sections 2.3.5 and 4.1.2, and 4.5.3.1 for the lengths of parts).
fn is_plain_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let labels: Vec<&str> = domain.split('.').collect();
    let top_is_alphabetic =
        labels.last().is_some_and(|top| top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic()));
    local.len() <= 64
        && local.split('.').all(|atom| plain(atom, "_-"))
        && labels.len() >= 2
        && labels.iter().all(|label| label.len() <= 63 && plain(label, "-"))
        && top_is_alphabetic
}

fn plain(part: &str, inner: &str) -> bool {
    let edge = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
    edge(part.chars().next())
        && edge(part.chars().last())
        && part.chars().all(|character| character.is_ascii_alphanumeric() || inner.contains(character))
}
