//! The parts of a case as YAML on one line.
//!
//! Text that could be mistaken for anything else is written as a JSON string, which is valid YAML. Invisible characters
//! are written as escapes. serde-saphyr would leave such characters as they are, and write numbers as it understands
//! them.

use std::fmt::Write as _;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use smol_str::SmolStr;

use crate::json::Json;
use crate::spec::breach::Breach;

use super::value::Value;
use super::{Call, Expectation, Rows, Step};

/// Writes items with a comma between them.
fn joined<T>(out: &mut String, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
}

/// Writes a list of texts.
pub(super) fn words<'w>(out: &mut String, words: impl IntoIterator<Item = &'w str>) {
    out.push('[');
    joined(out, words, scalar);
    out.push(']');
}

pub(super) fn call(out: &mut String, call: &Call) {
    out.push('{');
    call_entries(out, call);
    out.push_str(if call.shared { ", shared: true}" } else { "}" });
}

fn call_entries(out: &mut String, call: &Call) {
    out.push_str("call: ");
    scalar(out, &call.operation);
    out.push_str(", as: ");
    scalar(out, &call.label);
    out.push_str(", send: ");
    parameters(out, call.send.iter());
}

pub(super) fn promises(out: &mut String, about: &[Breach]) {
    out.push('{');
    joined(out, about, |out, about| {
        scalar(out, &about.at.to_string());
        let _ = write!(out, ": {}", about.part);
    });
    out.push('}');
}

pub(super) fn step(out: &mut String, step: &Step) {
    out.push('{');
    call_entries(out, &step.call);
    if !step.about.is_empty() {
        out.push_str(", about: ");
        promises(out, &step.about);
    }
    out.push_str(", expect: ");
    expectation(out, &step.expect);
    if !step.shows.is_empty() {
        out.push_str(", shows: ");
        parameters(out, step.shows.iter());
    }
    out.push('}');
}

pub(super) fn parameters<'p>(out: &mut String, parameters: impl IntoIterator<Item = &'p (SmolStr, Value)>) {
    out.push('{');
    joined(out, parameters, |out, (name, sent)| {
        scalar(out, name);
        out.push_str(": ");
        value(out, sent);
    });
    out.push('}');
}

fn value(out: &mut String, sent: &Value) {
    let mut symbol = |key: &str, text: &str| {
        let _ = write!(out, "{{${key}: ");
        scalar(out, text);
        out.push('}');
    };
    match sent {
        Value::Plain(sent) => json(out, sent),
        Value::Described(text) if text.is_random() => symbol("new", &text.to_string()),
        Value::Described(text) => symbol("text", &text.to_string()),
        Value::Id(label) => symbol("id", label),
        Value::Same(earlier) => symbol("same", &format!("{}.{}", earlier.call, earlier.parameter)),
        Value::List(items) => {
            out.push('[');
            joined(out, items, value);
            out.push(']');
        }
        Value::Object(members) => parameters(out, members),
    }
}

fn json(out: &mut String, sent: &Json) {
    match sent {
        Json::Text(text) => scalar(out, text),
        Json::List(items) => {
            out.push('[');
            joined(out, items, json);
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            joined(out, members, |out, (name, sent)| {
                scalar(out, name);
                out.push_str(": ");
                json(out, sent);
            });
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

pub(super) fn expectation(out: &mut String, expect: &Expectation) {
    let (key, rows) = match expect {
        Expectation::Accept => return out.push_str("accept"),
        Expectation::Silent(why) => {
            out.push_str("{silent: ");
            scalar(out, why);
            return out.push('}');
        }
        Expectation::Reject(rows) => ("reject", rows),
        Expectation::OneAccepted(rows) => ("one-accepted", rows),
        Expectation::AcceptOr(rows) => ("accept-or", rows),
    };
    let _ = write!(out, "{{{key}: ");
    match rows {
        Rows::Any => out.push_str("any"),
        Rows::Codes(codes) => words(out, codes.iter().map(String::as_str)),
    }
    out.push('}');
}

/// Writes text in flow style: plain if it is unambiguous, otherwise in double quotes.
pub(super) fn scalar(out: &mut String, text: &str) {
    if is_plain(text) {
        return out.push_str(text);
    }
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' ' => out.push(' '),
            shown if shows(shown) => out.push(shown),
            hidden if u32::from(hidden) <= 0xffff => {
                let _ = write!(out, "\\u{:04X}", u32::from(hidden));
            }
            hidden => {
                let _ = write!(out, "\\U{:08X}", u32::from(hidden));
            }
        }
    }
    out.push('"');
}

/// Words that some YAML readers do not take for text.
const RESERVED: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

fn is_plain(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word))
        && !text.ends_with(' ')
        && !text.contains("  ")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-./@".contains(&byte))
}

fn shows(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic();
    }
    !matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator | GeneralCategoryGroup::Mark
    )
}
