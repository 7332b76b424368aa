//! Colours, if they are wanted, and the maximum width of a line.

use super::ci_commands::escape_ci_commands;

/// How text is highlighted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Whether escape sequences are written.
    pub colour: bool,
    /// Maximum number of columns of a line; unlimited if the output is not a terminal.
    pub width: Option<usize>,
}

/// The escape sequences that highlight text, and the one that ends highlighting. Nothing else controls the terminal.
pub const CODES: [&str; 6] =
    ["\u{1b}[1;31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[2m", "\u{1b}[1m", "\u{1b}[0m"];

impl Style {
    fn set(self, code: usize, text: &str) -> String {
        match self.colour {
            true => format!("{}{text}{}", CODES[code], CODES[5]),
            false => text.to_owned(),
        }
    }

    /// Highlights what went wrong.
    pub fn bad(self, text: &str) -> String {
        self.set(0, text)
    }

    /// Highlights what is right.
    pub fn good(self, text: &str) -> String {
        self.set(1, text)
    }

    /// Highlights what could not be judged.
    pub fn doubtful(self, text: &str) -> String {
        self.set(2, text)
    }

    /// Dims what is less important.
    pub fn faint(self, text: &str) -> String {
        self.set(3, text)
    }

    /// Formats a difference, line by line, and highlights the lines that begin with a plus or a minus.
    pub fn diff(self, diff: &str) -> String {
        let line = |line: &str| match line.chars().next() {
            Some('+') => self.good(line),
            Some('-') => self.bad(line),
            _ => line.to_owned(),
        };
        diff.lines().map(|each| format!("  {}\n", line(&escape_ci_commands(each)))).collect()
    }

    /// Highlights a heading.
    pub fn strong(self, text: &str) -> String {
        self.set(4, text)
    }
}
