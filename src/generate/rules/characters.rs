//! Characters: near misses in every position, and characters on which implementations fail.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Characters, Length, Limit, Member};

use crate::generate::trial::Trial;
use crate::generate::valid::{Filling, valid};

/// Sent as first, middle and last character: what a loose pattern accepts, everywhere or at an edge. `[A-z]` and
/// off-by-one ranges accept the ASCII neighbours of letters and digits.
const NEAR: &[(&str, &str, &str)] = &[
    ("digit", "a digit", "1"),
    ("blank", "a space", " "),
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

/// Sent in the middle: what breaks parsers, stores and templates.
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

/// Symbols that are near misses in a name.
const SYMBOLS: &[char] = &['-', '.', '@', '#'];

/// Returns texts with one doubtful character each, and texts of only allowed characters.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let Some(characters) = &parameter.schema.characters else { return Vec::new() };
    if parameter.schema.format.is_some() {
        return first_characters(parameter, characters);
    }
    let room = Room::of(&parameter.schema.length);
    let filling = Filling::of(&parameter.schema);
    let filler = |count: u64| if count > 0 { filling.text(parameter.is_new(), count) } else { String::new() };
    let mut trials = allowed(characters, room.whole(), parameter.is_new());
    trials.extend(listed(parameter, characters, &room));
    for (name, words, character) in NEAR {
        let Some(fill) = room.room_beside(character) else { continue };
        let places = [
            ("first", "as first character", format!("{character}{}", filler(fill))),
            ("inside", "inside", format!("{}{character}{}", filler(fill.div_ceil(2)), filler(fill / 2))),
            ("last", "as last character", format!("{}{character}", filler(fill))),
        ];
        for (place, where_, text) in places {
            let about = if place == "first" { Part::CharactersFirst } else { Part::CharactersOf };
            let tries = format!("{words} {where_}");
            trials.push(Trial::new(about, format!("{name}-{place}"), tries, Value::described(&text)));
        }
    }
    let mut of = |slug: String, tries: String, text: String| {
        trials.push(Trial::new(Part::CharactersOf, slug, tries, Value::described(&text)));
    };
    for (name, words, piece) in ODD {
        if let Some(fill) = room.room_beside(piece) {
            let text = format!("{}{piece}{}", filler(fill.div_ceil(2)), filler(fill / 2));
            of(format!("{name}-inside"), format!("{words} inside"), text);
        }
    }
    if let Some(fill) = room.room_beside("\n") {
        let tries = "a line break as last character".to_owned();
        of("newline-last".to_owned(), tries, format!("{}\n", filler(fill)));
    }
    if room.min == room.max {
        let tries = "a space after the maximum number of characters".to_owned();
        of("blank-behind".to_owned(), tries, format!("{} ", filler(room.max.min(LONGEST))));
    }
    let symbols: String = SYMBOLS.iter().filter(|symbol| !characters.also.contains(symbol)).collect();
    if !symbols.is_empty() {
        let text: String = symbols.chars().cycle().take(room.whole() as usize).collect();
        of("only-symbols".to_owned(), "only symbols".to_owned(), text);
    }
    trials
}

fn allowed(characters: &Characters, count: u64, unique: bool) -> Vec<Trial> {
    let text = |alphabet: &str, plain: &str| match unique {
        true => Value::described(&format!("<{count} {alphabet}>")),
        false => Value::described(&format!("<{count} of {plain}>")),
    };
    let mut trials = Vec::new();
    if characters.letters {
        trials.push(Trial::new(Part::CharactersOf, "lower-case", "lower case only", text("letters", "a")));
        trials.push(Trial::new(Part::CharactersOf, "upper-case", "upper case only", text("capitals", "A")));
    }
    trials.push(Trial::new(Part::CharactersOf, "only-digits", "digits only", text("digits", "1")));
    trials
}

/// Returns trials with the characters that the page lists individually and that no other trial sends: all of them in
/// one text, each inside a text, and each in first position if the page does not allow it there.
fn listed(parameter: &Member, characters: &Characters, room: &Room) -> Vec<Trial> {
    let is_near = |each: &&char| NEAR.iter().any(|(.., near)| near.starts_with(**each));
    let single: Vec<&char> = characters.also.iter().filter(|each| !is_near(each)).collect();
    let filling = Filling::of(&parameter.schema);
    let filler = |count: u64| if count > 0 { filling.text(parameter.is_new(), count) } else { String::new() };
    let mut trials = Vec::new();
    if !characters.letters && !characters.digits && room.max > 0 {
        let value = Value::described(&filler(room.whole()));
        trials.push(Trial::new(Part::CharactersOf, "listed", "only listed characters", value));
    }
    for character in single {
        let Some(fill) = room.room_beside(&character.to_string()) else { continue };
        let name = in_id(*character);
        let inside = format!("{}{character}{}", filler(fill.div_ceil(2)), filler(fill / 2));
        let tries = format!("the listed character {character} inside");
        let of = |breach, slug, tries, text: String| Trial::new(breach, slug, tries, Value::described(&text));
        trials.push(of(Part::CharactersOf, format!("{name}-inside"), tries, inside));
        if characters.not_first.contains(character) {
            let tries = format!("{character} as first character");
            let first = format!("{character}{}", filler(fill));
            trials.push(of(Part::CharactersFirst, format!("{name}-first"), tries, first));
        }
    }
    trials
}

/// Returns a character as it appears in an id: itself, or its Unicode number.
fn in_id(character: char) -> String {
    match character.is_ascii_alphanumeric() {
        true => character.to_string(),
        false => format!("u{:04x}", u32::from(character)),
    }
}

/// Returns trials for the first character only, because a format determines the others.
fn first_characters(parameter: &Member, characters: &Characters) -> Vec<Trial> {
    let valid = match valid(parameter) {
        Value::Plain(Json::Text(text)) => text,
        Value::Described(text) => text.to_string(),
        _ => return Vec::new(),
    };
    characters
        .not_first
        .iter()
        .map(|first| {
            let near = NEAR.iter().find(|(.., near)| near.starts_with(*first));
            let (name, words) = near.map_or(("other", "it"), |(name, words, _)| (*name, *words));
            let tries = format!("{words} as first character");
            let value = Value::described(&format!("{first}{valid}"));
            Trial::new(Part::CharactersFirst, format!("{name}-first"), tries, value)
        })
        .collect()
}

/// The number of characters next to a doubtful one, if the bounds allow it.
const BESIDE: u64 = 6;

/// The maximum length of the filling.
const LONGEST: u64 = 100_000;

/// The bounds of a length.
struct Room {
    min: u64,
    max: u64,
}

impl Room {
    fn of(length: &Option<Length>) -> Self {
        match length {
            Some(Length { min, max: Limit::At(max), .. }) => Self { min: *min, max: *max },
            Some(Length { min, .. }) => Self { min: *min, max: u64::MAX },
            None => Self { min: 0, max: u64::MAX },
        }
    }

    /// Returns the number of characters in a whole text.
    fn whole(&self) -> u64 {
        BESIDE.clamp(self.min.min(self.max), self.max).min(LONGEST)
    }

    /// Returns how many characters can be next to a piece so that the length is valid with the piece and, if there is
    /// room, without it; `None` if no character fits.
    fn room_beside(&self, piece: &str) -> Option<u64> {
        let piece = piece.chars().count() as u64;
        let wanted = BESIDE.max(self.min);
        let fill = wanted.min(self.max.saturating_sub(piece)).min(LONGEST);
        (fill > 0).then_some(fill)
    }
}
