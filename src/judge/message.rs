//! Messages with placeholders: compared with what the call sent.

use std::collections::BTreeSet;

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::message::{Message, MessagePart};
use crate::spec::model::{Limit, Schema};
use crate::spec::path::{Path, Step};

use super::Contract;

/// Length of a message in bytes above which it is not compared part by part, but only by its beginning and its end.
const LONG: usize = 4_096;

/// Returns `true` if a received message may be the documented one. A value matches as it was sent and as it is escaped
/// for JSON, HTML or a URL. The page does not say whether a message shows a value whole, so that a value which is
/// shortened, trimmed or in other case matches too.
pub fn matches(contract: Contract<'_>, documented: &Message, received: &str) -> bool {
    if let Some(text) = documented.plain() {
        return text == received;
    }
    if received.len() > LONG {
        return has_ends(documented, received);
    }
    let expected: Vec<Expected> = documented.parts.iter().map(|part| expected(contract, part)).collect();
    fits(&expected, received) || fits_trimmed(&expected, received.trim_end())
}

/// Returns `true` if a message begins and ends with the texts of the documented one.
fn has_ends(documented: &Message, received: &str) -> bool {
    let text = |part: Option<&MessagePart>| match part {
        Some(MessagePart::Text(text)) => text.clone(),
        _ => String::new(),
    };
    received.starts_with(&text(documented.parts.first()))
        && received.trim_end().ends_with(text(documented.parts.last()).trim_end())
}

/// Returns `true` if a text without white space at its end consists of these parts. White space alone at the end of a
/// message is not seen.
fn fits_trimmed(expected: &[Expected], text: &str) -> bool {
    let is_blank = |value: &Forms| value.all.iter().any(String::is_empty);
    let ends_blank = matches!(expected.last(), Some(Expected::Shown(values)) if values.iter().any(is_blank));
    fits(expected, text) || (ends_blank && fits(&expected[..expected.len() - 1], text))
}

/// Returns the message as it is expected in a report: with the values that the call sends.
pub fn filled(contract: Contract<'_>, documented: &Message) -> String {
    let one = |part: &MessagePart| match (part, expected(contract, part)) {
        (MessagePart::At, _) => contract.about.first().map_or_else(String::new, |about| about.at.to_string()),
        (MessagePart::Sent(path), Expected::Shown(_)) => first(texts_at(contract, path)),
        (MessagePart::Value, Expected::Shown(_)) => {
            let about = contract.about.first();
            about.map_or_else(String::new, |about| first(texts_at(contract, &about.at)))
        }
        (_, Expected::OneOf(texts)) => texts.first().cloned().unwrap_or_default(),
        (_, Expected::Number(limits)) => {
            limits.first().map_or_else(String::new, |limit| Json::number(*limit).to_string())
        }
        (MessagePart::Limit, _) => "{$limit}".to_owned(),
        (_, Expected::Digits) => "{$digits}".to_owned(),
        _ => "{...}".to_owned(),
    };
    documented.parts.iter().map(one).collect()
}

fn first(texts: Vec<Option<String>>) -> String {
    texts.into_iter().flatten().next().unwrap_or_default()
}

/// What a part of a message may be.
enum Expected {
    /// One of these texts.
    OneOf(Vec<String>),
    /// One of these spellings of a path, in which [`ANY_INDEX`] stands for any index or key.
    Spelled(Vec<String>),
    /// One of these values, perhaps in another form.
    Shown(Vec<Forms>),
    /// One of these numbers.
    Number(Vec<f64>),
    /// A number.
    Digits,
    /// Any text.
    Any,
}

/// Maximum number of characters of an index or a key in a spelled path.
const LONGEST_KEY: usize = 100;

/// Stands for an index or a key in a spelled path.
const ANY_INDEX: char = '\u{0}';

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
            about => Expected::Spelled(about.iter().flat_map(|about| named(contract, &about.at)).collect()),
        },
        MessagePart::Limit => {
            let limits: Vec<f64> = contract
                .about
                .iter()
                .filter_map(|about| limit(contract.operation.schema(&about.at)?, about.part))
                .collect();
            if limits.is_empty() { Expected::Digits } else { Expected::Number(limits) }
        }
        MessagePart::Digits => Expected::Digits,
        MessagePart::Any => Expected::Any,
    }
}

/// What was not sent can be shown in any way, and so can what has no plain form: null, lists, objects, and characters
/// outside printable ASCII.
fn shown(values: Vec<Option<String>>) -> Expected {
    let is_plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    match values.into_iter().map(|text| text.filter(|text| is_plain(text))).collect::<Option<Vec<String>>>() {
        Some(values) if !values.is_empty() => {
            Expected::Shown(values.iter().map(|value| Forms::of(value)).collect())
        }
        _ => Expected::Any,
    }
}

/// Returns the texts of the values that a call sends at a place; `None` for null, a list or an object.
fn texts_at(contract: Contract<'_>, path: &Path) -> Vec<Option<String>> {
    if path.steps().last() == Some(&Step::Key) {
        let maps = path.without(1).all_sent(contract.sent).into_iter();
        return maps.flat_map(keys).map(|key| Some(key.to_owned())).collect();
    }
    let text = |value: &Json| match value {
        Json::List(_) | Json::Object(_) | Json::Null => None,
        Json::Text(text) => Some(text.clone()),
        scalar => Some(scalar.to_string()),
    };
    path.all_sent(contract.sent).into_iter().map(text).collect()
}

fn keys(map: &Json) -> impl Iterator<Item = &str> {
    let entries = match map {
        Json::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, _)| key.as_str())
}

/// Returns the ways to spell a place, what contains it and what it contains: a message may name any of these.
fn named(contract: Contract<'_>, at: &Path) -> Vec<String> {
    let members = contract.operation.members().into_iter().map(|(path, _)| path);
    let members = members.filter(|path| path.overlaps(at));
    let inner = |path: Path| [path.then(Step::Item), path.then(Step::Value), path.then(Step::Key), path];
    members.flat_map(inner).flat_map(|path| spellings(&path)).collect()
}

/// Returns the ways to spell a path: whole, or by its first or last name.
fn spellings(path: &Path) -> Vec<String> {
    let names: Vec<&str> = path.names().collect();
    let of = |member: (&str, &str), index: (&str, &str)| {
        let steps = path.steps().iter().enumerate().map(|(place, step)| match step {
            Step::Member(name) if place == 0 => name.clone(),
            Step::Member(name) => format!("{}{name}{}", member.0, member.1),
            Step::Item | Step::Value | Step::Key => format!("{}{ANY_INDEX}{}", index.0, index.1),
        });
        steps.collect::<String>()
    };
    let (dot, slash, brackets) = ((".", ""), ("/", ""), ("[", "]"));
    let mut all = vec![
        path.to_string(),
        names.join("."),
        names.join("/"),
        of(dot, dot),
        of(dot, brackets),
        of(brackets, brackets),
        of(slash, slash),
    ];
    all.push(format!("/{}", of(slash, slash)));
    all.push(format!("/{}", names.join("/")));
    all.extend(names.last().map(|name| (*name).to_owned()));
    all.extend(names.first().map(|name| (*name).to_owned()));
    all
}

/// Returns the number of a rule.
fn limit(schema: &Schema, part: Part) -> Option<f64> {
    match part {
        Part::LengthMin => Some(schema.length.as_ref()?.min as f64),
        Part::LengthMax => match schema.length.as_ref()?.max {
            Limit::At(max) => Some(max as f64),
            Limit::None | Limit::Unstated => None,
        },
        Part::CountMin => Some(schema.count?.min as f64),
        Part::CountMax => schema.count?.max.map(|max| max as f64),
        Part::RangeMin => schema.range.as_ref()?.min.as_ref().map(|end| end.at),
        Part::RangeMax => schema.range.as_ref()?.max.as_ref().map(|end| end.at),
        _ => None,
    }
}

/// Returns `true` if a text consists of these parts, one after the other.
fn fits(expected: &[Expected], text: &str) -> bool {
    // Where the parts before can end. Each place is reached once, however many ways lead there.
    let mut places = BTreeSet::from([0]);
    for (index, part) in expected.iter().enumerate() {
        let is_last = index + 1 == expected.len();
        places = places.into_iter().flat_map(|place| ends(part, text, place, is_last)).collect();
    }
    places.contains(&text.len())
}

/// Returns where a part can end that begins at a place.
fn ends(part: &Expected, text: &str, place: usize, is_last: bool) -> Vec<usize> {
    let rest = &text[place..];
    let boundaries = || rest.char_indices().map(|(index, _)| index).chain([rest.len()]);
    let lengths: Vec<usize> = match part {
        Expected::OneOf(texts) => {
            // White space at the end of a message does not count.
            let wanted = texts.iter().map(|each| if is_last { each.trim_end() } else { each.as_str() });
            wanted.filter(|each| rest.starts_with(each)).map(str::len).collect()
        }
        Expected::Spelled(paths) => paths.iter().flat_map(|path| spelled_lengths(path, rest)).collect(),
        Expected::Shown(values) => values.iter().flat_map(|value| value.lengths(rest)).collect(),
        Expected::Number(limits) => numbers(rest)
            .filter(|(_, number)| limits.iter().any(|limit| limit == number))
            .map(|(length, _)| length)
            .collect(),
        Expected::Digits => numbers(rest).map(|(length, _)| length).collect(),
        Expected::Any => boundaries().collect(),
    };
    lengths.into_iter().map(|length| place + length).collect()
}

/// Returns the lengths of the beginnings of a text that spell a path.
fn spelled_lengths(path: &str, text: &str) -> Vec<usize> {
    let Some((before, after)) = path.split_once(ANY_INDEX) else {
        return if text.starts_with(path) { vec![path.len()] } else { Vec::new() };
    };
    let Some(rest) = text.strip_prefix(before) else { return Vec::new() };
    let keys = rest.char_indices().map(|(index, character)| index + character.len_utf8());
    let of_key = |key: usize| {
        let of_rest = spelled_lengths(after, &rest[key..]).into_iter();
        of_rest.map(move |length| before.len() + key + length)
    };
    keys.take(LONGEST_KEY).flat_map(of_key).collect()
}

/// Iterates over the numbers at the beginning of a text, with their lengths: `1,200` and `1`.
fn numbers(text: &str) -> impl Iterator<Item = (usize, f64)> {
    let is_of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.,".contains(byte);
    let length = text.bytes().take_while(is_of_number).count();
    (1..=length).filter_map(|length| {
        let written = &text[..length];
        let is_whole = written.ends_with(|last: char| last.is_ascii_digit());
        Some((length, written.replace(',', "").parse().ok().filter(|_| is_whole)?))
    })
}

/// The forms in which a message can show a value.
struct Forms {
    /// As sent and escaped, in lower case.
    all: Vec<String>,
    number: Option<f64>,
}

/// Minimum length of a beginning of a value that counts as the value shortened, if nothing says that it is.
const SHORTENED: usize = 8;

impl Forms {
    fn of(value: &str) -> Self {
        let json = Json::Text(value.to_owned()).to_string();
        let html = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let quoted = |double: &str, single: &str| html.replace('"', double).replace('\'', single);
        let of_go = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        let percent = |kept: &[u8]| {
            let escape = |byte: u8| match byte.is_ascii_alphanumeric() || kept.contains(&byte) {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02x}"),
            };
            value.bytes().map(escape).collect::<String>()
        };
        let mut all = vec![
            value.to_owned(),
            json[1..json.len() - 1].to_owned(),
            of_go[1..of_go.len() - 1].to_owned(),
            value.replace('\\', "\\\\").replace('\'', "\\'"),
            html.clone(),
            quoted("&quot;", "&#39;"),
            quoted("&quot;", "&#x27;"),
            quoted("&quot;", "&apos;"),
            quoted("&#34;", "&#39;"),
            percent(b""),
            percent(b"-._~"),
            percent(b"-._~!*'()"),
            percent(b"-._* ").replace(' ', "+"),
        ];
        all.iter_mut().for_each(|form| *form = form.trim().to_lowercase());
        all.sort_unstable();
        all.dedup();
        Self { all, number: value.trim().parse().ok() }
    }

    /// Returns the lengths of the beginnings of a text that show the value.
    fn lengths(&self, text: &str) -> Vec<usize> {
        let blank = text.len() - text.trim_start().len();
        let (lowered, mut lengths) = (text[blank..].to_ascii_lowercase(), Vec::new());
        for form in &self.all {
            let common = common_length(form, &lowered);
            if common == form.len() {
                lengths.push(common);
            }
            // White space around a value may be shown, too.
            let after = &lowered[common..];
            let more = after.len() - after.trim_start().len();
            lengths.extend((1..=more).filter(|_| common == form.len()).map(|more| common + more));
            lengths.extend(SHORTENED.min(common)..=common);
            lengths.extend((1..=common).flat_map(|kept| shortened(form, &lowered, kept)));
        }
        let is_it = |number: &f64| self.number == Some(*number);
        lengths.extend(numbers(&lowered).filter(|(_, number)| is_it(number)).map(|(length, _)| length));
        let is_cut = |length: &usize| *length >= SHORTENED || self.is_whole(&lowered, *length);
        lengths.retain(|length| lowered.is_char_boundary(*length) && is_cut(length));
        let mut lengths: Vec<usize> = lengths.into_iter().map(|length| blank + length).collect();
        // Of a value of white space alone, any of it may be left out.
        let is_blank = self.all.iter().any(String::is_empty);
        lengths.extend((0..=blank).filter(|_| is_blank));
        lengths
    }

    /// Returns `true` if the beginning of a text shows the value whole, or says that it does not.
    fn is_whole(&self, text: &str, length: usize) -> bool {
        let Some(shown) = text.get(..length) else { return false };
        let number = || numbers(shown).any(|(whole, number)| whole == length && self.number == Some(number));
        self.all.iter().any(|form| form == shown.trim())
            || shown.contains(['…'])
            || shown.contains("...")
            || number()
    }
}

/// Returns the lengths of the beginnings of a text that show the first `kept` bytes of a form, dots, and perhaps its end.
fn shortened(form: &str, text: &str, kept: usize) -> Vec<usize> {
    let Some(rest) = text.get(kept..) else { return Vec::new() };
    let Some(dots) = ["...", "…"].into_iter().find(|dots| rest.starts_with(dots)) else {
        return Vec::new();
    };
    let from = kept + dots.len();
    let after = &text[from..];
    let is_end = |length: &usize| after.get(..*length).is_some_and(|end| form[kept..].ends_with(end));
    (0..=after.len().min(form.len() - kept)).filter(is_end).map(|length| from + length).collect()
}

/// Returns the length of the common beginning of two texts, between two characters.
fn common_length(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    pairs.take_while(|(one, other)| one == other).map(|(character, _)| character.len_utf8()).sum()
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
        Expected::Shown(vec![Forms::of(text)])
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
            ("12", "12.0", true),
            ("it's", "it&#x27;s", true),
            ("a<b", "a\\u003cb", true),
            ("a-b c", "a-b%20c", true),
            ("a-b c", "a-b+c", true),
            ("a long enough text to cut", "a long...to cut", true),
            ("a long enough text to cut", "a long...to cat", false),
            ("a long enough text to cut", "a lon...", true),
            ("a long enough text to cut", "a long enough xx", false),
        ] {
            assert_eq!(fits_text(&[one("<"), value(sent), one(">")], &format!("<{received}>")), is_it);
        }
    }

    #[test]
    fn path_is_spelled_with_any_index_or_key() {
        let spelled = |path: &str, text: &str| {
            fits(&[Expected::Spelled(spellings(&Path::read(path).unwrap())), one("!")], text)
        };
        for (path, text) in [
            ("tags[]", "tags[2]!"),
            ("lines[].sku", "lines.12.sku!"),
            ("lines[].sku", "lines[0][sku]!"),
            ("lines[].sku", "/lines/3/sku!"),
            ("lines[].sku", "sku!"),
            ("labels{}", "labels.any-key!"),
            ("labels{}", "labels.a[b c!"),
        ] {
            assert!(spelled(path, text), "{text}");
        }
        assert!(!spelled("lines[].sku", "lines[0].amount!"));
    }

    #[test]
    fn long_messages_and_many_gaps_are_compared_quickly() {
        let long = "x".repeat(LONG);
        let gaps = || (0..12).flat_map(|_| [one("a"), Expected::Any]).chain([one("b")]).collect::<Vec<_>>();
        assert!(!fits(&gaps(), &"a".repeat(2_000)));
        assert!(fits(&[value(&long), one("!")], &format!("{long}!")));
    }

    #[test]
    fn white_space_alone_is_a_value() {
        let parts = || [one("load "), value("   "), one(" not found")];
        for text in ["load     not found", "load  not found"] {
            assert!(fits(&parts(), text), "{text}");
        }
        assert!(!fits(&parts(), "load x not found"));
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
