//! Characters: near misses in every place, and those on which implementations stumble.

use crate::case::value::Value;
use crate::spec::breach::Breach;
use crate::spec::model::{Characters, Length, Limit, Parameter};

use crate::generate::baseline::{Filling, valid};
use crate::generate::trial::Trial;

/// Tried as first, as middle and as last character: what a loose pattern lets through, or lets through at an edge. The
/// neighbours of letters and digits in ASCII are what `[A-z]` and off-by-one ranges let through.
const NEAR: &[(&str, &str, &str)] = &[
    ("digit", "a digit", "1"),
    ("blank", "a blank", " "),
    ("hyphen", "a hyphen", "-"),
    ("underscore", "an underscore", "_"),
    ("dot", "a dot", "."),
    ("apostrophe", "an apostrophe", "'"),
    ("at", "an at sign", "@"),
    ("bracket", "an opening bracket", "["),
    ("backtick", "a backtick", "`"),
    ("brace", "an opening brace", "{"),
    ("slash", "a slash", "/"),
    ("colon", "a colon", ":"),
];

/// Tried in the middle: what breaks parsers, stores and templates.
const ODD: &[(&str, &str, &str)] = &[
    ("comma", "a comma", ","),
    ("backslash", "a backslash", "\\"),
    ("caret", "a caret", "^"),
    ("quote", "a quote", "\""),
    ("percent", "a percent sign", "%"),
    ("plus", "a plus sign", "+"),
    ("asterisk", "an asterisk", "*"),
    ("question-mark", "a question mark", "?"),
    ("ampersand", "an ampersand", "&"),
    ("semicolon", "a semicolon", ";"),
    ("dollar", "a dollar sign", "$"),
    ("less-than", "a less-than sign", "<"),
    ("markup", "markup", "<b>"),
    ("sql", "the end of an SQL string", "';--"),
    ("template", "a template", "{{1}}"),
    ("tab", "a tab", "\t"),
    ("newline", "a newline", "\n"),
    ("nul", "NUL", "\0"),
    ("control", "a control character", "\u{1}"),
    ("zero-width", "a zero-width space", "\u{200b}"),
    ("emoji", "an emoji", "😀"),
    ("accented", "an accented letter", "é"),
    ("combining", "a combining letter", "e\u{301}"),
    ("cyrillic", "a cyrillic letter", "ж"),
    ("chinese", "a Chinese character", "李"),
    ("full-width", "a full-width letter", "ａ"),
    ("arabic-digit", "an Arabic digit", "٣"),
];

/// Texts with one doubtful character each, and texts of nothing but allowed ones.
pub fn trials(parameter: &Parameter) -> Vec<Trial> {
    let Some(characters) = &parameter.rules.characters else { return Vec::new() };
    if parameter.rules.format.is_some() {
        return first_characters(parameter, characters);
    }
    let half = half_length(&parameter.rules.length);
    let filling = Filling::of(&parameter.rules);
    let filler = |count: u64| filling.text(parameter.unique, count);
    let mut trials = allowed(characters, half * 2, parameter.unique);
    for (name, words, character) in NEAR {
        let places = [
            ("first", format!("{character}{}", filler(half * 2))),
            ("inside", format!("{}{character}{}", filler(half), filler(half))),
            ("last", format!("{}{character}", filler(half * 2))),
        ];
        for (place, text) in places {
            let about = if place == "first" { Breach::CharactersFirst } else { Breach::CharactersOf };
            let where_ =
                if place == "inside" { "inside".to_owned() } else { format!("as {place} character") };
            let tries = format!("{words} {where_}");
            trials.push(Trial::new(about, format!("{name}-{place}"), tries, Value::described(&text)));
        }
    }
    for (name, words, character) in ODD {
        let text = format!("{}{character}{}", filler(half), filler(half));
        let tries = format!("{words} inside");
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
            let near = NEAR.iter().find(|(.., near)| near.starts_with(*first));
            let (name, words) = near.map_or(("other", "it"), |(name, words, _)| (*name, *words));
            let tries = format!("{words} as first character");
            let value = Value::text(format!("{first}{valid}"));
            Trial::new(Breach::CharactersFirst, format!("{name}-first"), tries, value)
        })
        .collect()
}

/// The longest half that is tried.
const LONGEST: u64 = 100_000;

/// Half of a length that leaves room for the doubtful characters (five for a template) within the bounds.
fn half_length(length: &Option<Length>) -> u64 {
    match length {
        Some(Length { min, max: Limit::At(max), .. }) => {
            (max.saturating_sub(5) / 2).clamp(1, 3).max(min.div_ceil(2)).min(LONGEST)
        }
        Some(Length { min, .. }) => min.div_ceil(2).clamp(3, LONGEST),
        None => 3,
    }
}
