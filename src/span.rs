//! Places in a source file: which text, from which byte to which.

use std::fmt;
use std::sync::Arc;

/// A file's text under the name that findings show.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would type it, `/` between folders.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where its lines begin, but for the first: a place is asked for its line more often than a file is read.
    lines: Vec<usize>,
}

impl Source {
    /// A source that places can share.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let mut lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        lines.shrink_to_fit();
        Arc::new(Self { name: name.into(), text, lines })
    }
}

/// A stretch of bytes in one source; `start == end` marks a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A span together with the source that it lies in.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `source`, clamped to the text and to character boundaries.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        let end = floor_boundary(&source.text, span.end.max(span.start));
        let start = floor_boundary(&source.text, span.start).min(end);
        Self { source: Arc::clone(source), span: Span { start, end } }
    }

    /// Line of the first byte, from 1.
    pub fn line(&self) -> usize {
        self.line_index() + 1
    }

    /// Column of the first byte in characters, from 1.
    pub fn column(&self) -> usize {
        let line_start = match self.line_index() {
            0 => 0,
            index => self.source.lines[index - 1],
        };
        self.source.text[line_start..self.span.start].chars().count() + 1
    }

    /// How many lines begin before or at the first byte, but for the first one.
    fn line_index(&self) -> usize {
        self.source.lines.partition_point(|begin| *begin <= self.span.start)
    }
}

impl fmt::Display for Place {
    /// `file:line:column`, which terminals and editors make clickable.
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
    fn a_span_beyond_the_text_is_clamped() {
        let source = Source::new("a.yaml", "é");
        let place = Place::new(&source, Span { start: 1, end: 900 });
        assert_eq!(place.span, Span { start: 0, end: 2 });
    }
}
