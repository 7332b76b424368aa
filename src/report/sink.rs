//! The exit for texts of targets and files. Whatever these texts contain, they cannot control a terminal, hide, send
//! commands to a CI runner, or break the file that contains them. Callers need not take care of it.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::invisible::escape_invisible;

use super::ci_commands::escape_ci_commands;
use super::style::CODES;

/// Makes a text printable, line by line.
pub fn printable(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

/// Makes one line printable: our own colours stay, all other invisible characters are escaped.
fn line(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&escape_invisible(&rest[..at]));
        let code = CODES.iter().find(|code| rest[at..].starts_with(**code));
        match code {
            Some(code) => {
                out.push_str(code);
                rest = &rest[at + code.len()..];
            }
            None => {
                out.push_str(&escape_invisible("\u{1b}"));
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(&escape_invisible(rest));
    escape_ci_commands(&out)
}

/// A writer of printable lines. Text after the last line feed is held back until the writer is flushed or dropped.
pub struct Printable<W: Write> {
    out: W,
    buffered: Vec<u8>,
}

impl<W: Write> Printable<W> {
    /// Creates a writer into `out`.
    pub fn new(out: W) -> Self {
        Self { out, buffered: Vec::new() }
    }

    fn pass_on(&mut self, end: usize) -> io::Result<()> {
        let whole: Vec<u8> = self.buffered.drain(..end).collect();
        self.out.write_all(printable(&String::from_utf8_lossy(&whole)).as_bytes())
    }
}

impl<W: Write> Write for Printable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffered.extend_from_slice(bytes);
        if let Some(end) = self.buffered.iter().rposition(|byte| *byte == b'\n') {
            self.pass_on(end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on(self.buffered.len())?;
        self.out.flush()
    }
}

impl<W: Write> Drop for Printable<W> {
    fn drop(&mut self) {
        // A closed pipe is not a failure.
        let _ = self.flush();
    }
}

/// Escapes the characters that no XML 1.0 document may contain and no HTML page should.
pub fn in_markup(text: &str) -> Cow<'_, str> {
    let is_fine = |character: char| {
        matches!(character, '\t' | '\n')
            || !(character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}'))
    };
    if text.chars().all(is_fine) {
        return Cow::Borrowed(text);
    }
    let each = |character: char| {
        if is_fine(character) { character.to_string() } else { escape_invisible(&character.to_string()) }
    };
    Cow::Owned(text.chars().map(each).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_ci_commands_are_escaped() {
        for (text, shown) in [
            ("a\u{1b}]0;PWN\u{7}b", "a\\u001b]0;PWN\\u0007b"),
            ("\u{1b}[1;31mFAIL\u{1b}[0m", "\u{1b}[1;31mFAIL\u{1b}[0m"),
            ("\u{1b}[8mhidden", "\\u001b[8mhidden"),
            ("x\r::stop-commands::t", "x\\u000d::stop-commands::t"),
            ("x\n::error::y", "x\n│ ::error::y"),
            ("##[group]", "#\\u0023[group]"),
            ("\u{202e}abc", "\\u202eabc"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn only_whole_lines_are_written_before_the_end() {
        let mut out = Vec::new();
        {
            let mut sink = Printable::new(&mut out);
            sink.write_all("a\u{1b}".as_bytes()).unwrap();
            sink.write_all(b"[2J\nb").unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), "a\\u001b[2J\nb");
    }

    #[test]
    fn markup_contains_no_forbidden_character() {
        assert_eq!(in_markup("a\u{0}\u{fffe}\u{9b}\tb\n"), "a\\u0000\\ufffe\\u009b\tb\n");
    }
}
