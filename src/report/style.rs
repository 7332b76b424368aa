//! Colours where they are wanted, and how wide a line may be.

use super::inert::inert;

/// How text is set off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Whether escape sequences are written at all.
    pub colour: bool,
    /// How many columns a line may take; without a limit where no person looks at a terminal.
    pub width: Option<usize>,
}

/// The escape sequences that set text off, and the one that ends them: nothing else steers the terminal.
pub const CODES: [&str; 6] =
    ["\u{1b}[1;31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[2m", "\u{1b}[1m", "\u{1b}[0m"];

impl Style {
    fn set(self, code: usize, text: &str) -> String {
        match self.colour {
            true => format!("{}{text}{}", CODES[code], CODES[5]),
            false => text.to_owned(),
        }
    }

    /// What went wrong.
    pub fn bad(self, text: &str) -> String {
        self.set(0, text)
    }

    /// What is right.
    pub fn good(self, text: &str) -> String {
        self.set(1, text)
    }

    /// What could not be judged.
    pub fn doubtful(self, text: &str) -> String {
        self.set(2, text)
    }

    /// What can be passed over.
    pub fn faint(self, text: &str) -> String {
        self.set(3, text)
    }

    /// A difference, line by line: what begins with a plus or a minus is set off.
    pub fn diff(self, diff: &str) -> String {
        let line = |line: &str| match line.chars().next() {
            Some('+') => self.good(line),
            Some('-') => self.bad(line),
            _ => line.to_owned(),
        };
        diff.lines().map(|each| format!("  {}\n", line(&inert(each)))).collect()
    }

    /// What is a heading.
    pub fn strong(self, text: &str) -> String {
        self.set(4, text)
    }
}
