//! The forms in which a text travels: as it is, and escaped as JSON, URLs and HTML do it.

/// So much of a text is known by its beginning, in bytes, where the rest of it was cut off.
const KNOWN: usize = 4;

/// What stands where a text was cut off.
const CUT: char = '…';

/// So many backslashes before a character are looked at: each level of JSON within JSON doubles them.
const MARKS: usize = 8;

/// The longest HTML entity that stands for a character, in bytes: `&#x10FFFF;`.
const ENTITY: usize = 10;

/// A character that a text may begin with, and how many bytes of the text it takes.
pub type Reading = (char, usize);

/// What a text may begin with, read in each form. There are four at most, and for most texts there is one.
#[derive(Debug, Default)]
pub struct Readings {
    all: [Option<Reading>; 4],
    count: usize,
}

impl Readings {
    /// The readings of the beginning of a text. It looks at a bounded part of the text.
    pub fn of(text: &str) -> Self {
        let mut readings = Self::default();
        let Some(first) = text.chars().next() else { return readings };
        readings.add(Some((first, first.len_utf8())));
        match first {
            '\\' => readings.escaped(text),
            '%' => {
                readings.add(percent(text, "%"));
                readings.add(percent(text, "%25"));
            }
            '+' => readings.add(Some((' ', 1))),
            '&' => readings.add(entity(text)),
            _ => {}
        }
        readings
    }

    fn add(&mut self, reading: Option<Reading>) {
        if let (Some(_), Some(place)) = (reading, self.all.get_mut(self.count)) {
            *place = reading;
            self.count += 1;
        }
    }

    /// A JSON string: a backslash, a quote, a slash, `\u0026`.
    fn escaped(&mut self, text: &str) {
        let marks = backslashes(text);
        if marks >= 2 {
            self.add(Some(('\\', 2)));
        }
        match text[marks..].chars().next() {
            Some('u') => self.add(unicode(text)),
            Some(next) if next != '\\' && !next.is_alphanumeric() => {
                self.add(Some((next, marks + next.len_utf8())));
            }
            _ => {}
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Reading> + '_ {
        self.all.iter().copied().flatten()
    }
}

/// How much of `text` is `wanted`, if the text begins with it, each character in any form; or with as much of it as a cut has
/// left.
pub fn spelled(wanted: &str, text: &str) -> Option<usize> {
    // Where the characters so far may end: a form can be the beginning of another one.
    let mut ends = vec![0];
    let mut cut = None;
    for (done, character) in wanted.char_indices() {
        let is_cut = |end: &&usize| is_cut(&text[**end..]);
        if done >= KNOWN {
            cut = ends.iter().find(is_cut).copied().or(cut);
        }
        let mut next: Vec<usize> = Vec::with_capacity(ends.len());
        for end in &ends {
            let readings = Readings::of(&text[*end..]);
            next.extend(
                readings.iter().filter(|(read, _)| *read == character).map(|(_, length)| end + length),
            );
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return cut;
        }
        ends = next;
    }
    ends.first().copied()
}

/// Whether a text was cut off where this is left of it; it may have been within an escaped character.
fn is_cut(left: &str) -> bool {
    let is_escape = left.starts_with(['%', '\\', '&']);
    let mut characters = left.chars().take(if is_escape { ENTITY } else { 1 });
    characters.any(|next| next == CUT) || left.len() < if is_escape { ENTITY } else { 1 }
}

/// How many backslashes a text begins with, as far as they are looked at.
fn backslashes(text: &str) -> usize {
    text.bytes().take(MARKS).take_while(|byte| *byte == b'\\').count()
}

/// `\u0026` in a JSON string, two of them beyond the first plane.
fn unicode(text: &str) -> Option<Reading> {
    let unit = |text: &str| {
        let marks = backslashes(text);
        let digits = text.get(marks..)?.strip_prefix('u')?.get(..4)?;
        let is_hexadecimal = marks > 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some((u16::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?, marks + 5))
    };
    let (first, length) = unit(text)?;
    match char::decode_utf16([first]).next()? {
        Ok(character) => Some((character, length)),
        Err(_) => {
            let (second, more) = unit(&text[length..])?;
            let character = char::decode_utf16([first, second]).next()?.ok()?;
            Some((character, length + more))
        }
    }
}

/// `%26` in an address; `%2526` in the string to sign, which a target may tell: what was escaped is escaped once more.
fn percent(text: &str, mark: &str) -> Option<Reading> {
    let mut bytes = Vec::with_capacity(4);
    let mut rest = text;
    while bytes.len() < 4 {
        let digits = rest.strip_prefix(mark)?.get(..2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?);
        rest = &rest[mark.len() + 2..];
        if let Ok(read) = std::str::from_utf8(&bytes) {
            return Some((read.chars().next()?, text.len() - rest.len()));
        }
    }
    None
}

/// `&amp;` in HTML, `&#38;`, `&#038;` and `&#x26;`.
fn entity(text: &str) -> Option<Reading> {
    let end = text.bytes().take(ENTITY).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name.strip_prefix('#') {
        None => named(name)?,
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = hexadecimal.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

fn named(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
