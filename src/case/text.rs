//! Texts that are described instead of written out: random at run time, or very long.
//!
//! `<13 letters>` is thirteen random letters, `<13 from AB_>` thirteen of these three characters, `<64 of a>` is `a`
//! sixty-four times. Everything else is literal.
//!
//! The size limit applies to a whole text, not to each piece: a file of a few kilobytes must not describe gigabytes.

use std::borrow::Cow;
use std::fmt;

/// The maximum length of a described text, in bytes. A piece that would exceed it is literal.
const MAX_BYTES: usize = 10_000_000;

/// A text, as a sequence of pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub Vec<Piece>);

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A literal text.
    Literal(String),
    /// A number of random characters, chosen at run time so that the text is unused on the target.
    New(usize, Alphabet),
    /// A text repeated a number of times.
    Repeat(usize, String),
}

impl Piece {
    /// Returns the maximum number of bytes it expands to.
    fn len(&self) -> usize {
        match self {
            Self::Literal(text) => text.len(),
            Self::Repeat(count, unit) => count.saturating_mul(unit.len()),
            Self::New(count, alphabet) => {
                let widest = alphabet.characters().chars().map(char::len_utf8).max().unwrap_or(0);
                count.saturating_mul(widest)
            }
        }
    }
}

/// The characters of a random piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alphabet {
    /// `a` to `z`.
    Letters,
    /// `A` to `Z`.
    Capitals,
    /// `0` to `9`.
    Digits,
    /// `a` to `z` and `0` to `9`.
    Alphanumerics,
    /// These characters, each once: `<10 from ABC_>`.
    Of(String),
}

/// The prefix before the characters of [`Alphabet::Of`].
const FROM: &str = "from ";

impl Alphabet {
    const ALL: [Self; 4] = [Self::Letters, Self::Capitals, Self::Digits, Self::Alphanumerics];

    /// Returns its name in a case file.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Letters => "letters".into(),
            Self::Capitals => "capitals".into(),
            Self::Digits => "digits".into(),
            Self::Alphanumerics => "letters-and-digits".into(),
            Self::Of(characters) => format!("{FROM}{characters}").into(),
        }
    }

    /// Returns its characters.
    pub fn characters(&self) -> &str {
        match self {
            Self::Letters => "abcdefghijklmnopqrstuvwxyz",
            Self::Capitals => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::Digits => "0123456789",
            Self::Alphanumerics => "abcdefghijklmnopqrstuvwxyz0123456789",
            Self::Of(characters) => characters,
        }
    }

    /// Returns the alphabet of that name.
    fn named(name: &str) -> Option<Self> {
        match name.strip_prefix(FROM) {
            Some(characters) if !characters.is_empty() => Some(Self::Of(characters.to_owned())),
            _ => Self::ALL.into_iter().find(|alphabet| alphabet.name() == name),
        }
    }
}

impl Text {
    /// Creates a literal text.
    pub fn literal(text: impl Into<String>) -> Self {
        Self(vec![Piece::Literal(text.into())])
    }

    /// Reads the written form.
    pub fn read(written: &str) -> Self {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let (mut rest, mut room) = (written, MAX_BYTES);
        while let Some(character) = rest.chars().next() {
            let piece = read_piece(rest).and_then(|(piece, after)| {
                room = room.checked_sub(piece.len())?;
                Some((piece, after))
            });
            if let Some((piece, after)) = piece {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(piece);
                rest = after;
            } else {
                literal.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
        if !literal.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Self(pieces)
    }

    /// Returns `true` if any of it is random.
    pub fn is_random(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::New(..)))
    }

    /// Returns how many of its characters are random.
    pub fn random_count(&self) -> usize {
        let drawn = |piece: &Piece| if let Piece::New(count, _) = piece { *count } else { 0 };
        self.0.iter().map(drawn).sum()
    }

    /// Returns the bits of randomness in its characters, rounded down: the more bits, the less likely is a repeated
    /// value.
    pub fn bits(&self) -> usize {
        let bits = |piece: &Piece| match piece {
            Piece::New(count, alphabet) => {
                let size = alphabet.characters().chars().count().max(1);
                count.saturating_mul(size.ilog2() as usize)
            }
            Piece::Literal(_) | Piece::Repeat(..) => 0,
        };
        self.0.iter().map(bits).sum()
    }

    /// Expands the text. `draw(alphabet size)` returns a number below that size for each random character.
    pub fn resolve(&self, mut draw: impl FnMut(usize) -> usize) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Repeat(count, unit) => text.push_str(&unit.repeat(*count)),
                Piece::New(count, alphabet) => {
                    let characters: Vec<char> = alphabet.characters().chars().collect();
                    text.extend((0..*count).filter_map(|_| characters.get(draw(characters.len()))));
                }
            }
        }
        text
    }

    /// Returns the text that it can become with that number. A random text becomes another one with each number.
    pub fn numbered(&self, number: usize) -> String {
        let mut next = number;
        self.resolve(|size| {
            next += 1;
            next % size
        })
    }

    /// Returns one text that it can become. What holds for this text holds for all.
    pub fn witness(&self) -> String {
        self.numbered(0)
    }
}

/// Reads `<13 letters>` or `<64 of a>` at the beginning of a text.
fn read_piece(text: &str) -> Option<(Piece, &str)> {
    let (inside, after) = text.strip_prefix('<')?.split_once('>')?;
    let (count, what) = inside.split_once(' ')?;
    let count: usize = count.parse().ok()?;
    if let Some(unit) = what.strip_prefix("of ") {
        return Some((Piece::Repeat(count, unit.to_owned()), after));
    }
    Some((Piece::New(count, Alphabet::named(what)?), after))
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => f.write_str(literal)?,
                Piece::New(count, alphabet) => write!(f, "<{count} {}>", alphabet.name())?,
                Piece::Repeat(count, unit) => write!(f, "<{count} of {unit}>")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_form_reads_back() {
        for written in [
            "",
            "tom",
            "<13 letters>",
            "<2 letters>-<2 digits>",
            "<64 of a>@x",
            "<b>",
            "a<b>c<1 letters>",
            "<5 from AB_>",
        ] {
            assert_eq!(Text::read(written).to_string(), written);
        }
        assert_eq!(Text::read("<b>").0, [Piece::Literal("<b>".into())]);
        assert_eq!(Text::read("<3 of ab>").witness(), "ababab");
        assert_eq!(Text::read("x<3 letters>").witness().len(), 4);
        assert_eq!(Text::read("<5 from AB_>").resolve(|size| size - 1), "_____");
    }
}
