//! Texts that must not appear in any output.

use std::collections::HashMap;
use std::fmt;

use crate::digest::{base64, hex};

use super::spelling::{Readings, spelled};

/// Minimum length, in bytes, to hide a text within words. Shorter texts are part of too many words: they are hidden
/// only where they stand alone.
const LONG_ENOUGH: usize = 4;

/// Minimum length, in bytes, to hide a text at all. Shorter texts occur everywhere and reveal nothing.
const TOO_SHORT: usize = 3;

/// Minimum length, in bytes, to look for a text in base64 and in hexadecimal digits.
const ENCODED: usize = 6;

/// Minimum length, in bytes, to hide the public half of a key: nobody would choose a name that long by hand.
const LONG_NAME: usize = 12;

/// A text that `{:?}` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text that must stay secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for signing and sending; it must never be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Texts that are replaced wherever they occur, because a target may echo them.
#[derive(Clone, Default)]
pub struct Hidden {
    /// Each text with the name that replaces it.
    texts: Vec<(String, String)>,
    /// Indices into `texts`, by the first character of the text.
    by_first: HashMap<char, Vec<usize>>,
    /// The names that belong to environment variables.
    variables: Vec<String>,
}

impl Hidden {
    /// Registers a text to be replaced with a name, in whatever form it occurs: a target may escape or encode what it
    /// echoes. A text of one or two bytes stays as it is.
    pub fn hide(&mut self, text: &str, name: &str) {
        if text.len() < TOO_SHORT || self.texts.iter().any(|(known, _)| known == text) {
            return;
        }
        self.texts.push((text.to_owned(), name.to_owned()));
        if text.len() >= ENCODED {
            let encoded = encoded(text).into_iter().map(|encoded| (encoded, name.to_owned()));
            self.texts.extend(encoded);
        }
        // The longest first: a secret that is part of another must not tear a hole into it.
        self.texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        self.by_first.clear();
        for (place, (text, _)) in self.texts.iter().enumerate() {
            if let Some(first) = text.chars().next() {
                self.by_first.entry(first).or_default().push(place);
            }
        }
    }

    /// Registers the value of an environment variable to be replaced with `$NAME`.
    pub fn hide_variable(&mut self, value: &str, name: &str) {
        let name = format!("${name}");
        self.hide(value, &name);
        self.variables.push(name);
    }

    /// Registers the public half of a key, the value of an environment variable. A short one stays visible: it is an
    /// ordinary name that occurs in many words.
    pub fn hide_public(&mut self, value: &str, name: &str) {
        if value.len() >= LONG_NAME {
            self.hide_variable(value, name);
        }
    }

    /// Returns the names of environment variables as they appear in texts.
    pub fn variables(&self) -> impl Iterator<Item = &String> {
        self.variables.iter()
    }

    /// Replaces hidden texts that occur verbatim, but in no other form: for long texts that are not shown.
    pub fn clean_plain(&self, text: &str) -> String {
        let there = self
            .texts
            .iter()
            .filter(|(hidden, _)| hidden.len() >= LONG_ENOUGH && text.contains(hidden.as_str()));
        there.fold(text.to_owned(), |clean, (hidden, name)| clean.replace(hidden, name))
    }

    /// Replaces the name of a header if it contains a hidden text: names are sent in lower case, whatever case they
    /// had.
    pub fn clean_name(&self, header: &str) -> String {
        let lower = header.to_ascii_lowercase();
        let is_in_it = |text: &str| text.len() >= LONG_ENOUGH && lower.contains(&text.to_ascii_lowercase());
        match self.texts.iter().find(|(text, _)| is_in_it(text)) {
            Some((_, name)) => name.clone(),
            None => header.to_owned(),
        }
    }

    /// Replaces all hidden texts in a text. The time it takes is proportional to the length of the text.
    pub fn clean(&self, text: &str) -> String {
        if self.texts.is_empty() {
            return text.to_owned();
        }
        let mut clean = String::with_capacity(text.len());
        let mut before = None;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            match self.at(before, rest) {
                Some((length, name)) => {
                    clean.push_str(name);
                    before = rest[..length].chars().next_back();
                    rest = &rest[length..];
                }
                None => {
                    clean.push(first);
                    before = Some(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        clean
    }

    /// Returns the hidden text with which a text begins: its length there, and the name that replaces it.
    fn at(&self, before: Option<char>, text: &str) -> Option<(usize, &str)> {
        let mut places: Vec<usize> = Vec::new();
        for (first, _) in Readings::of(text).iter() {
            places.extend(self.by_first.get(&first).into_iter().flatten());
        }
        places.sort_unstable();
        places.into_iter().filter_map(|place| self.texts.get(place)).find_map(|(hidden, name)| {
            let length = spelled(hidden, text)?;
            let is_part = |next: Option<char>| next.is_some_and(char::is_alphanumeric);
            let stands_alone = !is_part(before) && !is_part(text[length..].chars().next());
            (hidden.len() >= LONG_ENOUGH || stands_alone).then_some((length, name.as_str()))
        })
    }
}

/// Returns a text in hexadecimal digits and in base64, in both alphabets and at any offset in the encoded data
/// (`Bearer` and a space may precede it). Characters that depend on the neighbouring bytes are left out.
fn encoded(text: &str) -> Vec<String> {
    let mut all = vec![hex(text.as_bytes()), hex(text.as_bytes()).to_ascii_uppercase()];
    all.push(base64(text.as_bytes()));
    for before in 0..3 {
        let padded = [vec![0; before], text.as_bytes().to_vec()].concat();
        let whole = base64(&padded);
        // Each character stands for six bits.
        let (from, to) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        all.extend(whole.get(from..to).map(str::to_owned));
    }
    let of_urls: Vec<String> = all.iter().map(|text| text.replace('+', "-").replace('/', "_")).collect();
    all.extend(of_urls);
    all.sort_unstable();
    all.dedup();
    all
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hidden({} texts)", self.texts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_hidden_in_every_escaped_form() {
        let mut hidden = Hidden::default();
        hidden.hide("sec&ret<77>/x\"ü", "$TOKEN");
        for form in [
            "sec&ret<77>/x\"ü",
            r#"sec&ret<77>/x\"ü"#,
            r#"sec\u0026ret\u003c77\u003E\/x\u0022\u00fc"#,
            "sec%26ret%3C77%3e%2Fx%22%C3%BC",
            "sec%2526ret%253C77%253E%252Fx%2522%25C3%25BC",
            "sec&amp;ret&lt;77&gt;/x&quot;ü",
            "sec&#38;ret&#x3c;77&gt;/x&#034;&#252;",
            r#"sec\\u0026ret\\u003c77>\/x\\\"ü"#,
        ] {
            assert_eq!(hidden.clean(&format!("<{form}>")), "<$TOKEN>", "{form}");
        }
        assert_eq!(hidden.clean("sec&ret<77>/y"), "sec&ret<77>/y", "that is another");
        assert_eq!(hidden.clean("it is sec&ret<… and sec…"), "it is $TOKEN… and sec…", "cut off");
        assert_eq!(hidden.clean(r"it is sec\u0026re"), "it is $TOKEN");
        assert_eq!(hidden.clean("it is sec%26ret%3…"), "it is $TOKEN%3…", "within an escape");
    }

    #[test]
    fn long_secrets_and_backslashes_are_hidden_quickly() {
        let mut hidden = Hidden::default();
        let (long, marks) = ("k3y-".repeat(10_000), format!("{}x", "\\".repeat(40)));
        hidden.hide(&long, "$LONG");
        hidden.hide(&marks, "$MARKS");
        // 400,000 backslashes took minutes when each one examined all that follow.
        let text = format!("{long} {}", "\\".repeat(4_000));
        assert!(hidden.clean(&text).starts_with("$LONG \\"));
        let mut hidden = Hidden::default();
        hidden.hide("a-secret-token", "$TOKEN");
        let text = format!("{}a-secret-token", "\\".repeat(200_000));
        assert!(hidden.clean(&text).ends_with("$TOKEN"));
    }

    #[test]
    fn secret_is_hidden_anywhere_within_an_encoded_text() {
        let mut hidden = Hidden::default();
        hidden.hide("a-secret-token-1", "$TOKEN");
        for form in [
            base64(b"a-secret-token-1"),
            "612d7365637265742d746f6b656e2d31".to_owned(),
            "612D7365637265742D746F6B656E2D31".to_owned(),
        ] {
            assert_eq!(hidden.clean(&format!("<{form}>")), "<$TOKEN>", "{form}");
        }
        for before in ["Bearer ", "Basic x:", "user-1:"] {
            let clean = hidden.clean(&base64(format!("{before}a-secret-token-1").as_bytes()));
            assert!(clean.contains("$TOKEN"), "{clean}");
        }
        hidden.hide("??>>??>>", "$SIGNS");
        assert_eq!(hidden.clean("Pz8-Pj8_Pj4="), "$SIGNS", "the alphabet of URLs");
    }

    #[test]
    fn secret_is_hidden_in_header_names() {
        let mut hidden = Hidden::default();
        hidden.hide("A-Secret-Token", "$TOKEN");
        assert_eq!(hidden.clean_name("x-a-secret-token"), "$TOKEN");
        assert_eq!(hidden.clean_name("x-request-id"), "x-request-id");
    }

    #[test]
    fn single_character_is_not_hidden() {
        let mut hidden = Hidden::default();
        hidden.hide("0", "$SIGNATURE");
        assert_eq!(hidden.clean("http://127.0.0.1:80/?a=0"), "http://127.0.0.1:80/?a=0");
    }

    #[test]
    fn only_long_public_parts_are_hidden() {
        let mut hidden = Hidden::default();
        hidden.hide_public("code", "USER");
        hidden.hide_public("AKIDEXAMPLEEXAMPLE", "KEY_ID");
        assert_eq!(hidden.clean("code AKIDEXAMPLEEXAMPLE"), "code $KEY_ID");
    }

    #[test]
    fn short_texts_are_hidden_only_as_whole_words_and_longest_first() {
        let mut hidden = Hidden::default();
        hidden.hide("ab1", "$SHORT");
        hidden.hide("key-1", "$ID");
        hidden.hide("key-1-secret", "$SECRET");
        assert_eq!(hidden.clean("Bearer ab1, \"ab1\", cab1, ab12"), "Bearer $SHORT, \"$SHORT\", cab1, ab12");
        assert_eq!(hidden.clean("key-1-secret key-12"), "$SECRET $ID2");
    }
}
