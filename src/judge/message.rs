//! Messages with placeholders: compared with what the call sent.

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::message::{Message, MessagePart};
use crate::spec::model::{Limit, Schema};
use crate::spec::path::{Path, Step};

use super::Contract;

/// Returns `true` if a received message may be the documented one. A value matches as it was sent and as it is escaped
/// for JSON, HTML or a URL. The page does not say whether a message shows a value whole, so that a value which is
/// shortened, trimmed or in other case matches too.
pub fn matches(contract: Contract<'_>, documented: &Message, received: &str) -> bool {
    match documented.plain() {
        Some(text) => text == received,
        None => {
            let expected: Vec<Expected> =
                documented.parts.iter().map(|part| expected(contract, part)).collect();
            fits(&expected, received) || fits_trimmed(&expected, received.trim_end())
        }
    }
}

/// Returns `true` if a text without white space at its end consists of these parts. White space alone at the end of a
/// message is not seen.
fn fits_trimmed(expected: &[Expected], text: &str) -> bool {
    let is_blank = |value: &String| value.trim().is_empty();
    let ends_blank = matches!(expected.last(), Some(Expected::Shown(values)) if values.iter().any(is_blank));
    fits(expected, text) || (ends_blank && fits(&expected[..expected.len() - 1], text))
}

/// Returns the message as it is expected in a report: with the values that the call sends.
pub fn filled(contract: Contract<'_>, documented: &Message) -> String {
    let one = |part: &MessagePart| match (part, expected(contract, part)) {
        (MessagePart::At, _) => contract.about.first().map_or_else(String::new, |about| about.at.to_string()),
        (_, Expected::OneOf(texts) | Expected::Shown(texts)) => texts.first().cloned().unwrap_or_default(),
        (_, Expected::Digits) => "{$digits}".to_owned(),
        (_, Expected::Any) => "{...}".to_owned(),
    };
    documented.parts.iter().map(one).collect()
}

/// What a part of a message may be.
enum Expected {
    /// One of these texts.
    OneOf(Vec<String>),
    /// One of these values, perhaps in another form.
    Shown(Vec<String>),
    /// A number.
    Digits,
    /// Any text.
    Any,
}

fn expected(contract: Contract<'_>, part: &MessagePart) -> Expected {
    match part {
        MessagePart::Text(text) => Expected::OneOf(vec![text.clone()]),
        MessagePart::Sent(path) => shown(texts_at(contract, path)),
        MessagePart::Value => {
            let values = contract.about.iter().flat_map(|about| texts_at(contract, &about.at));
            shown(values.collect())
        }
        MessagePart::At => match contract.about {
            [] => Expected::Any,
            about => Expected::OneOf(about.iter().flat_map(|about| named(contract, &about.at)).collect()),
        },
        MessagePart::Limit => {
            let limits: Vec<String> = contract
                .about
                .iter()
                .filter_map(|about| limit(contract.operation.schema(&about.at)?, about.part))
                .collect();
            if limits.is_empty() { Expected::Digits } else { Expected::OneOf(limits) }
        }
        MessagePart::Digits => Expected::Digits,
        MessagePart::Any => Expected::Any,
    }
}

/// What was not sent can be shown in any way, and so can what has no plain form: lists, objects, and characters outside
/// printable ASCII.
fn shown(values: Vec<Option<String>>) -> Expected {
    let is_plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    match values.into_iter().map(|text| text.filter(|text| is_plain(text))).collect::<Option<Vec<String>>>() {
        Some(values) if !values.is_empty() => Expected::Shown(values),
        _ => Expected::Any,
    }
}

/// Returns the texts of the values that a call sends at a place; `None` for a list or an object.
fn texts_at(contract: Contract<'_>, path: &Path) -> Vec<Option<String>> {
    let whole = contract.sent.iter().find(|(name, _)| name == path.parameter()).map(|(_, value)| value);
    let mut texts = Vec::new();
    whole.into_iter().for_each(|whole| collect(whole, &path.steps()[1..], &mut texts));
    texts
}

fn collect(value: &Json, steps: &[Step], texts: &mut Vec<Option<String>>) {
    match (steps.split_first(), value) {
        (None, Json::List(_) | Json::Object(_)) => texts.push(None),
        (None, Json::Text(text)) => texts.push(Some(text.clone())),
        (None, scalar) => texts.push(Some(scalar.to_string())),
        (Some((Step::Member(name), rest)), value) => {
            value.get(name).into_iter().for_each(|member| collect(member, rest, texts));
        }
        (Some((Step::Item, rest)), Json::List(items)) => {
            items.iter().for_each(|item| collect(item, rest, texts));
        }
        (Some((Step::Value, rest)), Json::Object(members)) => {
            members.iter().for_each(|(_, member)| collect(member, rest, texts));
        }
        (Some((Step::Key, _)), Json::Object(members)) => {
            texts.extend(members.iter().map(|(name, _)| Some(name.clone())));
        }
        _ => {}
    }
}

/// Returns the ways to spell a place, what contains it and what it contains: a message may name any of these.
fn named(contract: Contract<'_>, at: &Path) -> Vec<String> {
    let bare =
        |path: &Path| -> Vec<Step> { path.steps().iter().filter(|step| !step.is_inner()).cloned().collect() };
    let own = bare(at);
    let is_near = |path: &Path| bare(path).starts_with(&own) || own.starts_with(&bare(path));
    let members = contract.operation.members().into_iter().map(|(path, _)| path).filter(is_near);
    let inner = |path: Path| [path.then(Step::Item), path.then(Step::Value), path.then(Step::Key), path];
    members.flat_map(inner).flat_map(|path| spellings(&path)).collect()
}

/// Returns the ways to spell a path. An index in it may be any number, so that only paths without lists are spelled
/// whole.
fn spellings(path: &Path) -> Vec<String> {
    let names: Vec<&str> = path
        .steps()
        .iter()
        .filter_map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            Step::Item | Step::Value | Step::Key => None,
        })
        .collect();
    let indexed = |between: (&str, &str)| {
        let steps = path.steps().iter().enumerate().map(|(index, step)| match step {
            Step::Member(name) if index == 0 => name.clone(),
            Step::Member(name) => format!("{}{name}{}", between.0, between.1),
            Step::Item | Step::Value | Step::Key => format!("{}0{}", between.0, between.1),
        });
        steps.collect::<String>()
    };
    let mut all = vec![
        path.to_string(),
        names.join("."),
        names.join("/"),
        format!("/{}", names.join("/")),
        indexed((".", "")),
        indexed(("[", "]")),
        format!("/{}", indexed(("/", ""))),
    ];
    let brackets = path.steps().iter().enumerate().map(|(index, step)| match step {
        Step::Member(name) if index == 0 => name.clone(),
        Step::Member(name) => format!(".{name}"),
        Step::Item | Step::Value | Step::Key => "[0]".to_owned(),
    });
    all.push(brackets.collect());
    all.extend(names.last().map(|name| (*name).to_owned()));
    all.extend(names.first().map(|name| (*name).to_owned()));
    all
}

/// Returns the number of a rule.
fn limit(schema: &Schema, part: Part) -> Option<String> {
    match part {
        Part::LengthMin => Some(schema.length.as_ref()?.min.to_string()),
        Part::LengthMax => match schema.length.as_ref()?.max {
            Limit::At(max) => Some(max.to_string()),
            Limit::None | Limit::Unstated => None,
        },
        Part::CountMin => Some(schema.count?.min.to_string()),
        Part::CountMax => schema.count?.max.map(|max| max.to_string()),
        Part::RangeMin => schema.range.as_ref()?.min.as_ref().map(|end| Json::number(end.at).to_string()),
        Part::RangeMax => schema.range.as_ref()?.max.as_ref().map(|end| Json::number(end.at).to_string()),
        _ => None,
    }
}

/// Returns `true` if a text consists of these parts, one after the other.
fn fits(expected: &[Expected], text: &str) -> bool {
    let Some((first, rest)) = expected.split_first() else { return text.is_empty() };
    let rest_fits = |taken: usize| text.get(taken..).is_some_and(|after| fits(rest, after));
    match first {
        Expected::OneOf(texts) => {
            // White space at the end of a message does not count.
            let is_last = rest.is_empty();
            let stripped = |each: &String| {
                let each = if is_last { each.trim_end() } else { each.as_str() };
                text.starts_with(each).then_some(each.len())
            };
            texts.iter().filter_map(stripped).any(rest_fits)
        }
        Expected::Shown(values) => {
            ends(text).any(|end| values.iter().any(|value| shows(value, &text[..end])) && rest_fits(end))
        }
        Expected::Digits => {
            let is_number = |part: &str| {
                let digits = part.strip_prefix('-').unwrap_or(part);
                digits.starts_with(|first: char| first.is_ascii_digit())
                    && digits.chars().all(|each| each.is_ascii_digit() || ",.".contains(each))
            };
            ends(text).any(|end| is_number(&text[..end]) && rest_fits(end))
        }
        Expected::Any => ends(text).any(rest_fits),
    }
}

/// Iterates over the ends of the beginnings of a text.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().map(|(index, _)| index).chain([text.len()])
}

/// Returns `true` if a text may be how a message shows a value.
fn shows(value: &str, text: &str) -> bool {
    let is_form = |form: &str| {
        let (form, text) = (form.trim().to_lowercase(), text.trim().to_lowercase());
        let beginning = text.trim_end_matches(['.', '…']);
        form == text || (!beginning.is_empty() && beginning != text && form.starts_with(beginning))
    };
    let json = Json::Text(value.to_owned()).to_string();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    // Nobody shortens values to less.
    let is_cut = text.len() >= 8 && value.starts_with(text);
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let is_same_number = number(value).is_some_and(|wanted| number(text) == Some(wanted));
    is_cut
        || is_same_number
        || is_form(value)
        || is_form(&json[1..json.len() - 1])
        || is_form(&json)
        || is_form(&html)
        || is_form(&percent(value))
}

fn percent(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits_text(parts: &[Expected], text: &str) -> bool {
        fits(parts, text)
    }

    fn one(text: &str) -> Expected {
        Expected::OneOf(vec![text.to_owned()])
    }

    fn value(text: &str) -> Expected {
        Expected::Shown(vec![text.to_owned()])
    }

    #[test]
    fn value_matches_as_sent_escaped_or_shortened_and_no_other() {
        for (sent, received, is_it) in [
            ("Ada", "Ada", true),
            ("Ada", " ada", true),
            ("Ada", "Bob", false),
            ("Ada", "", false),
            ("Ada", "A", false),
            ("a<b", "a&lt;b", true),
            ("a\"b", "a\\\"b", true),
            ("a b", "a%20b", true),
            ("a long enough text to cut", "a long enou", true),
            ("1.0", "1", true),
            ("a long enough text to cut", "a lon...", true),
            ("a long enough text to cut", "a long enough xx", false),
        ] {
            assert_eq!(fits_text(&[one("<"), value(sent), one(">")], &format!("<{received}>")), is_it);
        }
    }

    #[test]
    fn white_space_at_the_end_is_not_seen() {
        let parts = || [one("No such box: "), value("  ")];
        let matches = |text: &str| fits(&parts(), text) || fits_trimmed(&parts(), text.trim_end());
        assert!(matches("No such box:   "));
        assert!(matches("No such box:"));
        assert!(!matches("No such box: x"));
    }

    #[test]
    fn numbers_and_any_text_have_their_own_places() {
        let parts = || [one("at most "), Expected::Digits, one(" of "), Expected::Any];
        assert!(fits_text(&parts(), "at most 12 of 3"));
        assert!(fits_text(&parts(), "at most 1,200 of "));
        assert!(!fits_text(&parts(), "at most twelve of 3"));
        assert!(!fits_text(&parts(), "at most 12"));
    }
}
