//! Text that appears in no output.

use std::fmt;

use super::super::escape;

/// Shorter texts are part of too many words to be hidden wherever they stand.
const HIDEABLE: usize = 4;

/// A text that no `{:?}` shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: to sign with and to send, never to show.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Texts that are replaced wherever they stand: a target may echo them.
#[derive(Clone, Default)]
pub struct Hidden {
    /// Each with the name that stands for it.
    texts: Vec<(String, String)>,
    /// The names that are those of environment variables.
    variables: Vec<String>,
}

impl Hidden {
    /// Hides a text, and its escaped form, behind a name.
    pub fn hide(&mut self, text: &str, name: &str) {
        if text.len() < HIDEABLE {
            return;
        }
        // Signed once, a text is escaped; in a string to sign that a target tells, twice.
        let json = serde_json::Value::from(text).to_string();
        let json = json.trim_matches('"');
        // In JSON a slash may be escaped as well.
        let forms =
            [text.to_owned(), escape(text), escape(&escape(text)), json.to_owned(), json.replace('/', "\\/")];
        for form in forms {
            if !self.texts.iter().any(|(known, _)| *known == form) {
                self.texts.push((form, name.to_owned()));
            }
        }
        // The longest first: a secret that is part of another must not tear a hole into it.
        self.texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }

    /// Hides what an environment variable holds, behind `$NAME`.
    pub fn hide_variable(&mut self, value: &str, name: &str) {
        let name = format!("${name}");
        self.hide(value, &name);
        self.variables.push(name);
    }

    /// The names of environment variables, as they stand in texts.
    pub fn variables(&self) -> impl Iterator<Item = &String> {
        self.variables.iter()
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// A text without what is hidden.
    pub fn clean(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for (hidden, name) in &self.texts {
            if clean.contains(hidden.as_str()) {
                clean = clean.replace(hidden.as_str(), name);
            }
        }
        clean
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hidden({} texts)", self.texts.len())
    }
}
