//! Places in a source file: the source, the first byte and the byte after the last.

use std::fmt;
use std::sync::Arc;

/// The text of a file, and its name in findings.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would type it, with `/` between folders.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where its lines begin, except the first. They are stored because line numbers are needed more often than files
    /// are read.
    lines: Vec<usize>,
}

impl Source {
    /// Creates a source that places can share.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let mut lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        lines.shrink_to_fit();
        Arc::new(Self { name: name.into(), text, lines })
    }
}

/// A range of bytes in one source; `start == end` marks a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A span and its source.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// The span in that file.
    pub span: Span,
}

impl Place {
    /// Creates the place of `span` in `source`, clamped to the text and to character boundaries.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        let end = floor_boundary(&source.text, span.end.max(span.start));
        let start = floor_boundary(&source.text, span.start).min(end);
        Self { source: Arc::clone(source), span: Span { start, end } }
    }

    /// Returns the line of the first byte, counted from 1.
    pub fn line(&self) -> usize {
        self.line_index() + 1
    }

    /// Returns the column of the first byte in characters, counted from 1.
    pub fn column(&self) -> usize {
        let line_start = match self.line_index() {
            0 => 0,
            index => self.source.lines[index - 1],
        };
        self.source.text[line_start..self.span.start].chars().count() + 1
    }

    /// Returns the number of lines, not counting the first, that begin at or before the first byte.
    fn line_index(&self) -> usize {
        self.source.lines.partition_point(|begin| *begin <= self.span.start)
    }
}

impl fmt::Display for Place {
    /// Writes `file:line:column`, which terminals and editors make clickable.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.name, self.line(), self.column())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("a.yaml", "é: 1\nkey: välue\n");
        let value = source.text.find("välue").unwrap();
        let place = Place::new(&source, Span { start: value, end: value + 6 });
        assert_eq!(place.to_string(), "a.yaml:2:6");
    }

    #[test]
    fn span_beyond_the_text_is_clamped() {
        let source = Source::new("a.yaml", "é");
        let place = Place::new(&source, Span { start: 1, end: 900 });
        assert_eq!(place.span, Span { start: 0, end: 2 });
    }
}
