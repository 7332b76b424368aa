//! Characters: near misses in every place, and those on which implementations stumble.

use crate::case::value::Value;
use crate::spec::breach::Breach;
use crate::spec::model::{Characters, Length, Limit, Parameter};

use crate::generate::baseline::valid;
use crate::generate::trial::Trial;

/// Tried as first, as middle and as last character: what a loose pattern lets through, or lets through at an edge.
const NEAR: &[(&str, &str)] = &[
    ("digit", "1"),
    ("blank", " "),
    ("hyphen", "-"),
    ("underscore", "_"),
    ("dot", "."),
    ("apostrophe", "'"),
];

/// Tried in the middle: what breaks parsers, stores and templates.
const ODD: &[(&str, &str)] = &[
    ("at", "@"),
    ("comma", ","),
    ("slash", "/"),
    ("backslash", "\\"),
    ("quote", "\""),
    ("percent", "%"),
    ("plus", "+"),
    ("ampersand", "&"),
    ("semicolon", ";"),
    ("dollar", "$"),
    ("markup", "<b>"),
    ("tab", "\t"),
    ("newline", "\n"),
    ("nul", "\0"),
    ("control", "\u{1}"),
    ("zero-width", "\u{200b}"),
    ("emoji", "😀"),
    ("accented", "é"),
    ("combining", "e\u{301}"),
    ("cyrillic", "ж"),
    ("chinese", "李"),
    ("full-width", "ａ"),
    ("arabic-digit", "٣"),
];

/// Texts with one doubtful character each, and texts of nothing but allowed ones.
pub fn trials(parameter: &Parameter) -> Vec<Trial> {
    let Some(characters) = &parameter.rules.characters else { return Vec::new() };
    if parameter.rules.format.is_some() {
        return first_characters(parameter, characters);
    }
    let half = half_length(&parameter.rules.length);
    let filler = |count: u64| filler(parameter.unique, count);
    let mut trials = allowed(characters, half * 2, parameter.unique);
    for (name, character) in NEAR {
        let places = [
            ("first", format!("{character}{}", filler(half * 2))),
            ("inside", format!("{}{character}{}", filler(half), filler(half))),
            ("last", format!("{}{character}", filler(half * 2))),
        ];
        for (place, text) in places {
            let about = if place == "first" { Breach::CharactersFirst } else { Breach::CharactersOf };
            let where_ =
                if place == "inside" { "inside".to_owned() } else { format!("as {place} character") };
            let tries = format!("{} {where_}", article(name));
            trials.push(Trial::new(about, format!("{name}-{place}"), tries, Value::described(&text)));
        }
    }
    for (name, character) in ODD {
        let text = format!("{}{character}{}", filler(half), filler(half));
        let tries = format!("{} inside", article(name));
        trials.push(Trial::new(
            Breach::CharactersOf,
            format!("{name}-inside"),
            tries,
            Value::described(&text),
        ));
    }
    let newline = Value::described(&format!("{}\n", filler(half * 2)));
    let tries = "a line break as last character";
    trials.push(Trial::new(Breach::CharactersOf, "newline-last", tries, newline));
    let symbols = Value::described(&format!("<{} symbols>", half * 2));
    trials.push(Trial::new(Breach::CharactersOf, "only-symbols", "nothing but symbols", symbols));
    trials
}

fn article(name: &str) -> String {
    match name {
        "markup" => "markup".to_owned(),
        "nul" => "NUL".to_owned(),
        "zero-width" => "a zero-width space".to_owned(),
        "emoji" => "an emoji".to_owned(),
        "accented" | "combining" | "cyrillic" | "full-width" => format!("{} letter", with_article(name)),
        "chinese" => "a Chinese character".to_owned(),
        "arabic-digit" => "an Arabic digit".to_owned(),
        "control" => "a control character".to_owned(),
        "at" => "an at sign".to_owned(),
        "percent" | "plus" | "dollar" => format!("a {name} sign"),
        _ => with_article(name),
    }
}

fn with_article(name: &str) -> String {
    match name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an {name}"),
        false => format!("a {name}"),
    }
}

fn allowed(characters: &Characters, count: u64, unique: bool) -> Vec<Trial> {
    let text = |alphabet: &str, plain: &str| match unique {
        true => Value::described(&format!("<{count} {alphabet}>")),
        false => Value::described(&format!("<{count} of {plain}>")),
    };
    let mut trials = Vec::new();
    if characters.letters {
        trials.push(Trial::new(Breach::CharactersOf, "lower-case", "lower case only", text("letters", "a")));
        trials.push(Trial::new(Breach::CharactersOf, "upper-case", "upper case only", text("capitals", "A")));
    }
    trials.push(Trial::new(Breach::CharactersOf, "only-digits", "digits only", text("digits", "1")));
    trials
}

/// Where a format rules the rest, only the first character is tried.
fn first_characters(parameter: &Parameter, characters: &Characters) -> Vec<Trial> {
    let Value::Plain(valid) = valid(parameter) else { return Vec::new() };
    let Some(valid) = valid.as_text() else { return Vec::new() };
    characters
        .not_first
        .iter()
        .map(|first| {
            let name =
                NEAR.iter().find(|(_, near)| near.starts_with(*first)).map_or("other", |(name, _)| name);
            let tries = format!("{} as first character", article(name));
            let value = Value::text(format!("{first}{valid}"));
            Trial::new(Breach::CharactersFirst, format!("{name}-first"), tries, value)
        })
        .collect()
}

fn filler(unique: bool, count: u64) -> String {
    match unique {
        true => format!("<{count} letters>"),
        false => format!("<{count} of a>"),
    }
}

/// The longest half that is tried.
const LONGEST: u64 = 100_000;

/// Half of a length that leaves room for the doubtful characters (three for markup) within the bounds.
fn half_length(length: &Option<Length>) -> u64 {
    match length {
        Some(Length { min, max: Limit::At(max), .. }) => {
            (max.saturating_sub(3) / 2).clamp(1, 4).max(min.div_ceil(2)).min(LONGEST)
        }
        Some(Length { min, .. }) => min.div_ceil(2).clamp(4, LONGEST),
        None => 4,
    }
}
