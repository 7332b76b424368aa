//! Writing cases as YAML that reads well in a review: one line a key, values in flow style.
//!
//! Text that could be taken for anything else is written as a JSON string, which is YAML; whatever does not show on paper
//! is written as an escape.

use std::fmt::Write as _;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::digest;
use crate::json::Json;
use crate::spec::breach::Breach;

use super::value::Value;
use super::{Call, Case, Expectation, Parameters, Rows, Step};

/// The line that tells a written case file from one that a person wrote.
pub const WRITTEN: &str = "# Written by `fineprint generate`";

/// The file's text. Its head names no path: the same specs make the same file from wherever they are read.
pub fn write<'c>(operation: &str, cases: impl IntoIterator<Item = &'c Case>) -> String {
    let mut out = format!(
        "{WRITTEN} from the spec of this name. Do not edit: write your own cases in a file beside it.\n\
         operation: {}\ncases:\n",
        scalar(operation)
    );
    for case in cases {
        write_case(&mut out, case);
    }
    out
}

/// The state of a case: all that it sends, expects and is about.
pub fn digest(case: &Case) -> String {
    let mut text = String::new();
    write_case(&mut text, case);
    format!("{:016x}", digest::fnv(text.as_bytes()))
}

fn write_case(out: &mut String, case: &Case) {
    line(out, "- id", &scalar(&case.id));
    line(out, "  tries", &scalar(&case.tries));
    if !case.about.is_empty() {
        line(out, "  about", &promises(&case.about));
    }
    if !case.given.is_empty() {
        out.push_str("  given:\n");
        for call in &case.given {
            line(out, "  -", &flow_call(call));
        }
    }
    line(out, "  send", &flow_parameters(&case.send));
    if let Some(twist) = &case.twist {
        let (name, text) = twist.parts();
        line(out, "  wire", &format!("{{{name}: {}}}", scalar(text)));
    }
    if case.at_once > 1 {
        line(out, "  at-once", &case.at_once.to_string());
    }
    line(out, "  expect", &expectation(&case.expect));
    if !case.then.is_empty() {
        out.push_str("  then:\n");
        for step in &case.then {
            line(out, "  -", &flow_step(step));
        }
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    let colon = if key.ends_with('-') { "" } else { ":" };
    out.push_str(key);
    out.push_str(colon);
    out.push(' ');
    out.push_str(value);
    out.push('\n');
}

fn flow_call(call: &Call) -> String {
    format!("{{{}{}}}", call_entries(call), if call.shared { ", shared: true" } else { "" })
}

fn call_entries(call: &Call) -> String {
    format!(
        "call: {}, as: {}, send: {}",
        scalar(&call.operation),
        scalar(&call.label),
        flow_parameters(&call.send)
    )
}

fn promises(about: &[Breach]) -> String {
    let about = about.iter().map(|about| format!("{}: {}", scalar(&about.at.to_string()), about.part));
    format!("{{{}}}", about.collect::<Vec<_>>().join(", "))
}

fn flow_step(step: &Step) -> String {
    let about = match step.about.is_empty() {
        true => String::new(),
        false => format!(", about: {}", promises(&step.about)),
    };
    let shows = match step.shows.is_empty() {
        true => String::new(),
        false => format!(", shows: {}", flow_parameters(&step.shows)),
    };
    format!("{{{}{about}, expect: {}{shows}}}", call_entries(&step.call), expectation(&step.expect))
}

fn flow_parameters(parameters: &Parameters) -> String {
    let entries: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}: {}", scalar(name), flow(value))).collect();
    format!("{{{}}}", entries.join(", "))
}

/// What a case sends, as its file has it.
pub fn sends(case: &Case) -> String {
    flow_parameters(&case.send)
}

/// What a case expects, as its file has it.
pub fn expects(case: &Case) -> String {
    expectation(&case.expect)
}

/// What a call of a case asks for, whatever its label: two that ask for the same make the same.
pub fn asks(call: &Call) -> String {
    format!("{} {}", call.operation, flow_parameters(&call.send))
}

fn flow(value: &Value) -> String {
    match value {
        Value::Plain(json) => flow_json(json),
        Value::Described(text) if text.is_drawn() => format!("{{$new: {}}}", scalar(&text.to_string())),
        Value::Described(text) => format!("{{$text: {}}}", scalar(&text.to_string())),
        Value::Id(label) => format!("{{$id: {}}}", scalar(label)),
        Value::Same(label, parameter) => format!("{{$same: {}}}", scalar(&format!("{label}.{parameter}"))),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => flow_parameters(members),
    }
}

fn flow_json(json: &Json) -> String {
    match json {
        Json::Text(text) => scalar(text),
        Json::List(items) => format!("[{}]", items.iter().map(flow_json).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow_json(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn expectation(expect: &Expectation) -> String {
    match expect {
        Expectation::Accept => "accept".to_owned(),
        Expectation::Reject(codes) => format!("{{reject: {}}}", rows(codes)),
        Expectation::OneAccepted(codes) => format!("{{one-accepted: {}}}", rows(codes)),
        Expectation::AcceptOr(codes) => format!("{{accept-or: {}}}", rows(codes)),
        Expectation::Silent(why) => format!("{{silent: {}}}", scalar(why)),
    }
}

fn rows(rows: &Rows) -> String {
    match rows {
        Rows::Any => "any".to_owned(),
        Rows::Codes(codes) => {
            format!("[{}]", codes.iter().map(|code| scalar(code)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Text as it can stand in flow style: plain where nobody could misread it, else in double quotes.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' ' => quoted.push(' '),
            shown if shows(shown) => quoted.push(shown),
            hidden if u32::from(hidden) <= 0xffff => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(hidden));
            }
            hidden => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(hidden));
            }
        }
    }
    quoted.push('"');
    quoted
}

fn is_plain(text: &str) -> bool {
    let first_is_letter = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
    let reserved = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    first_is_letter
        && !reserved
        && !text.ends_with(' ')
        && !text.contains("  ")
        && text.chars().all(|character| character.is_ascii_alphanumeric() || " _-./@".contains(character))
}

fn shows(character: char) -> bool {
    !matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator | GeneralCategoryGroup::Mark
    )
}
