//! Patterns: regular expressions that a page gives for a text.
//!
//! Pages use the dialects of ECMAScript, Java, PCRE and Go, rarely saying which. Where these dialects disagree on a text,
//! the text is open, unless the spec names the dialect.

mod fitting;
pub mod texts;

pub use fitting::{fitting, usual};

use std::fmt;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

use crate::named::named;

/// Maximum length of the shortest text that a pattern may demand, in bytes. A longer one is not useful as a value.
const LONGEST: usize = 10_000;

/// The characters that `.` matches in every dialect.
const NOT_A_LINE_BREAK: &str = r"[^\n\r\x{85}\x{2028}\x{2029}]";

named! {
    /// The regular expression dialects that a spec can name.
    pub enum Dialect {
        /// ECMAScript: `$` matches only at the end, classes are ASCII.
        Ecma = "ecma",
        /// Java.
        Java = "java",
        /// Perl and PCRE.
        Pcre = "pcre",
        /// Go (RE2): `$` matches only at the end, classes are ASCII.
        Go = "go",
    }
}

/// A regular expression.
#[derive(Clone)]
pub struct Pattern {
    /// As the page gives it.
    pub text: String,
    /// Whether it is enough that a part of the text matches.
    pub search: bool,
    /// The dialect, if the spec names one.
    pub dialect: Option<Dialect>,
    /// With `\d`, `\w` and `\s` as ASCII classes.
    ascii: Regex,
    /// With `\d`, `\w` and `\s` as Unicode classes.
    unicode: Regex,
    /// Its structure, with ASCII classes.
    hir: Hir,
}

/// How a text relates to a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It matches.
    Matches,
    /// It does not match.
    Differs,
    /// It matches in some dialects: their classes contain other characters, or they count other units.
    ByDialect,
    /// It matches only if a final line break does not count.
    ByNewline,
}

/// Why a pattern cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It uses a construct that a finite automaton does not have.
    #[error("{0} cannot be tested")]
    Construct(&'static str),
    /// It is not a valid expression.
    #[error("{0}")]
    Invalid(String),
    /// No usable text matches it.
    #[error("no text of up to {LONGEST} bytes matches it")]
    Impossible,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Returns the reason why the pattern cannot be used.
    pub fn new(text: &str, search: bool, dialect: Option<Dialect>) -> Result<Self, Unusable> {
        let (ascii, unicode) = (portable(text, true)?, portable(text, false)?);
        let whole = |inner: &str| match search {
            true => inner.to_owned(),
            false => format!(r"\A(?:{inner})\z"),
        };
        let invalid = |error: regex::Error| Unusable::Invalid(in_short(&error.to_string()));
        let compile = |inner: &str| RegexBuilder::new(&whole(inner)).build().map_err(invalid);
        let hir =
            regex_syntax::parse(&ascii).map_err(|error| Unusable::Invalid(in_short(&error.to_string())))?;
        if hir.properties().minimum_len().is_none_or(|least| least > LONGEST) {
            return Err(Unusable::Impossible);
        }
        let (ascii, unicode) = (compile(&ascii)?, compile(&unicode)?);
        Ok(Self { text: text.to_owned(), search, dialect, ascii, unicode, hir })
    }

    /// Compares a text with the pattern.
    pub fn fit(&self, text: &str) -> Fit {
        let ascii = self.ascii.is_match(text);
        if self.is_disputed(text, ascii) {
            return Fit::ByDialect;
        }
        let is_strict = matches!(self.dialect, Some(Dialect::Ecma | Dialect::Go));
        let without_newline = || text.strip_suffix('\n').is_some_and(|rest| self.ascii.is_match(rest));
        match ascii {
            true => Fit::Matches,
            false if !is_strict && without_newline() => Fit::ByNewline,
            false => Fit::Differs,
        }
    }

    /// Returns `true` if dialects disagree on a text: on the characters of classes, or on the unit that is counted.
    fn is_disputed(&self, text: &str, matches: bool) -> bool {
        if text.is_ascii() && !text.contains('\r') {
            return false;
        }
        let units = |len: &dyn Fn(char) -> usize| {
            let of =
                |each: char| std::iter::repeat_n(if len(each) > 1 { '\u{FFFD}' } else { each }, len(each));
            text.chars().flat_map(of).collect::<String>()
        };
        // Dialects fold different letters.
        if self.text.contains("(?i") && !text.is_ascii() {
            return true;
        }
        // Where the pattern itself has other characters than ASCII, no engine counts bytes.
        let counts_bytes = self.text.is_ascii() && !self.text.contains(r"\u") && !self.text.contains(r"\p");
        let in_unicode = || self.unicode.is_match(text) != matches;
        let in_utf16 = || self.ascii.is_match(&units(&char::len_utf16)) != matches;
        let in_bytes = || counts_bytes && self.ascii.is_match(&units(&char::len_utf8)) != matches;
        match self.dialect {
            None => in_unicode() || in_utf16() || in_bytes(),
            Some(Dialect::Ecma) => in_utf16(),
            Some(Dialect::Pcre) => in_unicode() || in_bytes(),
            Some(Dialect::Java | Dialect::Go) => text.contains('\r') && in_unicode(),
        }
    }

    /// Returns `true` if a text matches in some dialect.
    pub fn is_match(&self, text: &str) -> bool {
        self.fit(text) != Fit::Differs
    }

    /// Returns `true` if a text matches with classes that contain the characters of every script.
    pub fn matches_unicode(&self, text: &str) -> bool {
        self.unicode.is_match(text)
    }

    /// Returns its structure, with ASCII classes.
    pub fn hir(&self) -> &Hir {
        &self.hir
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.search, self.dialect) == (&other.text, other.search, other.dialect)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?}, search: {}, {:?})", self.text, self.search, self.dialect)
    }
}

/// Returns the last line of an error of the library: the lines before it draw the pattern.
fn in_short(error: &str) -> String {
    let last = error.lines().last().unwrap_or(error);
    last.trim_start_matches("error: ").to_owned()
}

/// The state of reading a pattern.
#[derive(Default)]
struct Reading {
    /// The number of pieces read of the open character class.
    class: Option<usize>,
    /// Whether the class is negated, so that its first piece may be a `^`.
    is_negated: bool,
    /// The piece before.
    last: String,
    /// Whether that was a `-` between the ends of a range.
    is_range: bool,
}

/// Rewrites a pattern so that this library reads it as the other dialects do: signs that are operators of classes only
/// here are escaped, and `\d`, `\w` and `\s` become ASCII classes on request. What dialects read in different ways is
/// rejected.
fn portable(text: &str, ascii: bool) -> Result<String, Unusable> {
    let mut portable = String::with_capacity(text.len());
    let mut rest = text;
    let mut reading = Reading::default();
    while let Some(character) = rest.chars().next() {
        let end = if character == '\\' { escape_len(rest) } else { character.len_utf8() };
        let (piece, after) = rest.split_at(end);
        match reading.class {
            Some(read) => portable.push_str(&in_class(&mut reading, read, piece, after, ascii)?),
            None => portable.push_str(&outside(&mut reading, piece, after, ascii)?),
        }
        piece.clone_into(&mut reading.last);
        rest = after;
    }
    Ok(portable)
}

/// Returns the length of the escape at the beginning of a text, with the braces of `\p{L}` and `\x{41}`.
fn escape_len(text: &str) -> usize {
    let len = 1 + text[1..].chars().next().map_or(0, char::len_utf8);
    let has_braces = [r"\p{", r"\P{", r"\x{", r"\u{"].iter().any(|escape| text.starts_with(escape));
    text.find('}').filter(|_| has_braces).map_or(len, |end| end + 1)
}

/// Rewrites a piece outside of classes.
fn outside(reading: &mut Reading, piece: &str, after: &str, ascii: bool) -> Result<String, Unusable> {
    let follows_quantifier = matches!(reading.last.as_str(), "+" | "*" | "?" | "}");
    match piece {
        "(" => refuse_group(after)?,
        "+" if follows_quantifier => return Err(Unusable::Construct("a possessive quantifier")),
        "{" | "*" if follows_quantifier => return Err(Unusable::Construct("a quantifier after another one")),
        "[" if after.starts_with(']') || after.starts_with("^]") => {
            return Err(Unusable::Construct("a class that begins with `]`"));
        }
        "[" => *reading = Reading { class: Some(0), ..Reading::default() },
        "." if ascii => return Ok(NOT_A_LINE_BREAK.to_owned()),
        escape if escape.starts_with('\\') => return escaped(escape, ascii),
        _ => {}
    }
    Ok(piece.to_owned())
}

/// Rewrites a piece of a class.
fn in_class(
    reading: &mut Reading,
    read: usize,
    piece: &str,
    after: &str,
    ascii: bool,
) -> Result<String, Unusable> {
    let was_range = std::mem::take(&mut reading.is_range);
    let is_negation = piece == "^" && read == 0 && !reading.is_negated;
    reading.is_negated |= is_negation;
    reading.class = if piece == "]" { None } else { Some(if is_negation { 0 } else { read + 1 }) };
    let follows_class = ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S"].contains(&reading.last.as_str());
    Ok(match piece {
        "[" => return Err(Unusable::Construct("a class within a class")),
        "&" if after.starts_with('&') => return Err(Unusable::Construct("an operator of classes")),
        "&" | "~" => format!("\\{piece}"),
        // The first or last one, one after a class, and one at the end of a range stand for themselves.
        "-" if read == 0 || was_range || follows_class || after.starts_with(']') => r"\-".to_owned(),
        "-" => {
            reading.is_range = true;
            piece.to_owned()
        }
        "^" if !is_negation => r"\^".to_owned(),
        escape if escape.starts_with('\\') => escaped(escape, ascii)?,
        other => other.to_owned(),
    })
}

/// Returns an escape as this library reads it.
fn escaped(escape: &str, ascii: bool) -> Result<String, Unusable> {
    let class = match escape {
        r"\d" => "[0-9]",
        r"\D" => "[^0-9]",
        r"\w" => "[0-9A-Za-z_]",
        r"\W" => "[^0-9A-Za-z_]",
        r"\s" => r"[\t\n\x0B\x0C\r ]",
        r"\S" => r"[^\t\n\x0B\x0C\r ]",
        r"\<" => "<",
        r"\>" => ">",
        r"\b" | r"\B" => return Err(Unusable::Construct("a word boundary")),
        r"\k" => return Err(Unusable::Construct("a back-reference")),
        _ if escape.ends_with(|last: char| last.is_ascii_digit() && last != '0') => {
            return Err(Unusable::Construct("a back-reference"));
        }
        _ => return Ok(escape.to_owned()),
    };
    Ok(if ascii || class.len() == 1 { class.to_owned() } else { escape.to_owned() })
}

/// Rejects groups that look around themselves.
fn refuse_group(after: &str) -> Result<(), Unusable> {
    let begins = |signs: &[&str]| signs.iter().any(|sign| after.starts_with(sign));
    match () {
        () if begins(&["?=", "?!", "?<=", "?<!", "?>"]) => Err(Unusable::Construct("look-around")),
        () if !begins(&["?"]) || begins(&["?:", "?<", "?P<", "?i)"]) => Ok(()),
        () => Err(Unusable::Construct("an inline flag")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, text: &str) -> Fit {
        Pattern::new(pattern, false, None).unwrap().fit(text)
    }

    #[test]
    fn a_text_must_match_as_a_whole_unless_the_pattern_searches() {
        assert_eq!(fit("[A-Z_]+", "A_B"), Fit::Matches);
        assert_eq!(fit("[A-Z_]+", "aA_B"), Fit::Differs);
        assert_eq!(fit("^[A-Z_]+$", "A_B"), Fit::Matches);
        assert_eq!(fit("a|b", "ab"), Fit::Differs, "the whole alternation is anchored");
        let search = Pattern::new("[A-Z]+", true, None).unwrap();
        assert_eq!((search.fit("aBc"), search.fit("abc")), (Fit::Matches, Fit::Differs));
    }

    #[test]
    fn what_dialects_disagree_on_is_neither() {
        assert_eq!(fit(r"\d+", "12"), Fit::Matches);
        assert_eq!(fit(r"\d+", "١٢"), Fit::ByDialect);
        assert_eq!(fit(r"[\w-]+", "é"), Fit::ByDialect);
        assert_eq!(fit(r"[a-z]+", "é"), Fit::Differs);
        assert_eq!(fit("[a-z]+", "ab\n"), Fit::ByNewline);
        let ecma = Pattern::new(r"^\d+$", false, Some(Dialect::Ecma)).unwrap();
        assert_eq!((ecma.fit("١٢"), ecma.fit("12\n")), (Fit::Differs, Fit::Differs));
        let java = Pattern::new(r"^\d+$", false, Some(Dialect::Java)).unwrap();
        assert_eq!(java.fit("12\n"), Fit::ByNewline);
    }

    #[test]
    fn patterns_of_real_pages_are_read_as_their_dialects_read_them() {
        let lambda = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((?!\d)|[a-zA-Z0-9-_]+)";
        assert!(matches!(Pattern::new(lambda, false, None), Err(Unusable::Construct("look-around"))));
        assert_eq!(fit("[a-zA-Z0-9-_]+", "a-_9"), Fit::Matches);
        assert_eq!(fit(r"^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$", "/a.b"), Fit::Matches);
        assert_eq!(fit(r"https:\/\/.*", "https://a"), Fit::Matches);
        assert_eq!(fit("[a&b]+", "&b"), Fit::Matches);
        assert_eq!(fit("[+--]+", "+,-"), Fit::Matches);
        assert_eq!(fit(r"[\--z]+", "0"), Fit::Matches);
        assert_eq!(fit("[--z]+", "0"), Fit::Matches);
        assert_eq!(fit(r"[\w-.]+", "a-."), Fit::Matches);
        assert_eq!(fit(r"[\w-.]+", "a,"), Fit::Differs);
        assert_eq!((fit("[^^][a-z]", "ab"), fit("[^^][a-z]", "^b")), (Fit::Matches, Fit::Differs));
        assert_eq!(fit(r"\<b\>[a-z]*", "<b>a"), Fit::Matches);
        assert_eq!(fit("[一-龥]{2,4}", "一一"), Fit::Matches);
        assert_eq!((fit(r"\p{L}+", "aé"), fit(r"[\p{L}\p{N}_-]+", "é_1")), (Fit::Matches, Fit::Matches));
        assert_eq!(fit("x{2}y+", "xxy"), Fit::Matches);
        assert_eq!(fit(r"[\w.~]+", "a.~"), Fit::Matches);
    }

    #[test]
    fn what_cannot_be_tested_is_an_error_with_the_reason() {
        for (pattern, reason) in [
            (r"(a)\1", "a back-reference cannot be tested"),
            (r"\bword\b", "a word boundary cannot be tested"),
            ("(?<=a)b", "look-around cannot be tested"),
            ("a{1000000}", "no text of up to 10000 bytes matches it"),
            ("(a", "unclosed group"),
            ("(?s).*", "an inline flag cannot be tested"),
            ("[a-z]++", "a possessive quantifier cannot be tested"),
            ("[a-z&&[^b]]", "an operator of classes cannot be tested"),
            ("[[:alpha:]]", "a class within a class cannot be tested"),
            ("[]a]", "a class that begins with `]` cannot be tested"),
        ] {
            let error = Pattern::new(pattern, false, None).unwrap_err().to_string();
            assert!(error.contains(reason), "{pattern}: {error}");
        }
    }
}
