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

impl Style {
    fn set(self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    /// What went wrong.
    pub fn bad(self, text: &str) -> String {
        self.set("1;31", text)
    }

    /// What is right.
    pub fn good(self, text: &str) -> String {
        self.set("32", text)
    }

    /// What could not be judged.
    pub fn doubtful(self, text: &str) -> String {
        self.set("33", text)
    }

    /// What can be passed over.
    pub fn faint(self, text: &str) -> String {
        self.set("2", text)
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
        self.set("1", text)
    }
}
