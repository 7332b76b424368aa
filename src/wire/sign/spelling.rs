//! The forms in which a text may appear: as it is, or escaped for JSON, URLs or HTML.

/// Minimum number of bytes that identify a text if the rest of it was cut off.
const KNOWN: usize = 4;

/// The character that marks where a text was cut off.
const CUT: char = '…';

/// Maximum number of backslashes that are examined before a character: each level of JSON within JSON doubles them.
const MARKS: usize = 8;

/// The longest HTML entity for a character, in bytes: `&#x10FFFF;`.
const ENTITY: usize = 10;

/// A character that a text may begin with, and the number of bytes that it takes in the text.
pub type Reading = (char, usize);

/// The characters that a text may begin with, one for each form. There are at most four, and usually one.
#[derive(Debug, Default)]
pub struct Readings {
    all: [Option<Reading>; 4],
    count: usize,
}

impl Readings {
    /// Reads the beginning of a text in each form. It examines a bounded part of the text.
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

    /// Adds the readings as a JSON string: a backslash, a quote, a slash, `\u0026`.
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

    /// Returns an iterator over the readings.
    pub fn iter(&self) -> impl Iterator<Item = Reading> + '_ {
        self.all.iter().copied().flatten()
    }
}

/// Returns the length of `wanted` in `text` if the text begins with it, each character in any form. If `wanted` is cut
/// off there, returns the length of what is left of it.
pub fn spelled(wanted: &str, text: &str) -> Option<usize> {
    // Possible ends of the characters so far: one form can be the beginning of another.
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

/// Returns `true` if a text was cut off at `left`, the rest of it. The cut may be within an escaped character.
fn is_cut(left: &str) -> bool {
    let is_escape = left.starts_with(['%', '\\', '&']);
    let mut characters = left.chars().take(if is_escape { ENTITY } else { 1 });
    characters.any(|next| next == CUT) || left.len() < if is_escape { ENTITY } else { 1 }
}

/// Counts the backslashes at the beginning of a text, up to `MARKS`.
fn backslashes(text: &str) -> usize {
    text.bytes().take(MARKS).take_while(|byte| *byte == b'\\').count()
}

/// Reads `\u0026` in a JSON string; characters beyond the first plane take two.
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

/// Reads `%26` in an address, or `%2526` in the string to sign, which a target may echo: there, the escaped text is
/// escaped again.
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

/// Reads `&amp;`, `&#38;`, `&#038;` and `&#x26;` in HTML.
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
