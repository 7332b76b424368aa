//! Writing cases as YAML that reads well in a review: one line a key, values in flow style.
//!
//! Text that could be taken for anything else is written as a JSON string, which is YAML; whatever does not show on paper
//! is written as an escape.

use std::fmt::Write as _;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::json::Json;

use super::value::Value;
use super::{Call, Case, CaseFile, Expectation, Parameters, Rows};

/// The file's text; `from` names the spec.
pub fn write(file: &CaseFile, from: &str) -> String {
    let mut out = format!(
        "# Written by `fineprint generate` from {from}. Do not edit: write your own cases in a file beside it.\n\
         operation: {}\ncases:\n",
        scalar(&file.operation)
    );
    for case in &file.cases {
        write_case(&mut out, case);
    }
    out
}

fn write_case(out: &mut String, case: &Case) {
    line(out, "- id", &scalar(&case.id));
    line(out, "  tries", &scalar(&case.tries));
    if let Some(about) = &case.about {
        line(out, "  about", &format!("{{{}: {}}}", scalar(&about.parameter), about.breach));
    }
    if !case.given.is_empty() {
        out.push_str("  given:\n");
        for call in &case.given {
            line(out, "  -", &flow_call(call));
        }
    }
    line(out, "  send", &flow_parameters(&case.send));
    line(out, "  expect", &expectation(&case.expect));
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
    format!(
        "{{call: {}, as: {}, send: {}}}",
        scalar(&call.operation),
        scalar(&call.label),
        flow_parameters(&call.send)
    )
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

fn flow(value: &Value) -> String {
    match value {
        Value::Plain(json) => flow_json(json),
        Value::Described(text) if text.is_drawn() => format!("{{$new: {}}}", scalar(&text.to_string())),
        Value::Described(text) => format!("{{$text: {}}}", scalar(&text.to_string())),
        Value::Id(label) => format!("{{$id: {}}}", scalar(label)),
        Value::Same(label, parameter) => format!("{{$same: {}}}", scalar(&format!("{label}.{parameter}"))),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
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
        Expectation::Reject(Rows::Any) => "{reject: any}".to_owned(),
        Expectation::Reject(Rows::Codes(codes)) => {
            format!("{{reject: [{}]}}", codes.iter().map(|code| scalar(code)).collect::<Vec<_>>().join(", "))
        }
        Expectation::Silent(why) => format!("{{silent: {}}}", scalar(why)),
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
