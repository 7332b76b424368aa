//! Messages of error rows: texts with placeholders.

use super::path::Path;

/// A message, as the page gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The message as written in the spec.
    pub text: String,
    /// Its parts, in order.
    pub parts: Vec<MessagePart>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// A text, word for word.
    Text(String),
    /// The value that the call sends at a place.
    Sent(Path),
    /// The value at fault, `{$value}`.
    Value,
    /// The path of the value at fault, `{$at}`.
    At,
    /// The number of the violated rule, `{$limit}`.
    Limit,
    /// Any number, `{$digits}`.
    Digits,
    /// Any text, also none, `{...}`.
    Any,
}

/// The names of placeholders that do not stand for a parameter.
const NAMED: [(&str, MessagePart); 6] = [
    ("$value", MessagePart::Value),
    ("$at", MessagePart::At),
    ("$limit", MessagePart::Limit),
    ("$digits", MessagePart::Digits),
    ("...", MessagePart::Any),
    ("…", MessagePart::Any),
];

impl Message {
    /// Parses a message. `{{` and `}}` are braces.
    ///
    /// # Errors
    /// Returns the text in braces that is no placeholder, with its braces; the rest of the message if a brace is not closed.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(index) = rest.find(['{', '}']) {
            literal.push_str(&rest[..index]);
            rest = &rest[index..];
            if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                literal.push_str(&rest[..1]);
                rest = after;
                continue;
            }
            let Some(inside) = rest.strip_prefix('{') else {
                literal.push('}');
                rest = &rest[1..];
                continue;
            };
            let (part, after) = placeholder(inside).ok_or_else(|| beginning(inside))?;
            if !literal.is_empty() {
                parts.push(MessagePart::Text(std::mem::take(&mut literal)));
            }
            parts.push(part);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(MessagePart::Text(literal));
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// Creates a message without placeholders.
    pub fn literal(text: &str) -> Self {
        Self { text: text.to_owned(), parts: vec![MessagePart::Text(text.to_owned())] }
    }

    /// Returns the text if the message has no placeholders.
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [MessagePart::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Iterates over the places whose values it contains.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            MessagePart::Sent(path) => Some(path),
            _ => None,
        })
    }
}

/// Parses what follows an opening brace. A path may contain `{}` and `{key}`, so the braces are counted.
fn placeholder(inside: &str) -> Option<(MessagePart, &str)> {
    let mut depth = 1_usize;
    let end = inside.char_indices().find_map(|(index, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    })?;
    let (name, after) = (&inside[..end], &inside[end + 1..]);
    let named = NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, part)| part);
    let part = named.or_else(|| Path::read(name).map(MessagePart::Sent))?;
    Some((part, after))
}

/// Returns what follows an opening brace up to the closing one, as it is written.
fn beginning(inside: &str) -> String {
    let end = inside.find('}').map_or(inside.len(), |end| end + 1);
    format!("{{{}", &inside[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_text() {
        let text = |text: &str| MessagePart::Text(text.to_owned());
        let sent = |path: &str| MessagePart::Sent(Path::read(path).unwrap());
        for (written, parts) in [
            ("No name.", vec![text("No name.")]),
            ("{name} is taken", vec![sent("name"), text(" is taken")]),
            ("at {$at}: {$value}", vec![text("at "), MessagePart::At, text(": "), MessagePart::Value]),
            ("{tags[].key}{…}", vec![sent("tags[].key"), MessagePart::Any]),
            ("{labels{key}}!", vec![sent("labels{key}"), text("!")]),
            ("{{name}} }", vec![text("{name} }")]),
            ("", vec![]),
        ] {
            assert_eq!(Message::read(written).map(|message| message.parts), Ok(parts), "{written}");
        }
    }

    #[test]
    fn unreadable_placeholders_are_errors() {
        for (written, wrong) in [("{a b..c}", "{a b..c}"), ("{", "{"), ("{}", "{}"), ("{name", "{name")] {
            assert_eq!(Message::read(written).map(|_| ()), Err(wrong.to_owned()), "{written}");
        }
    }
}
