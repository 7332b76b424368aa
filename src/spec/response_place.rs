//! Places in responses: where a code, a message or a name stands.

use std::fmt;

use super::path::{MEANINGFUL, name};

/// A place in a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponsePlace {
    /// In the JSON body.
    Body(Vec<BodyStep>),
    /// The value of the header of this name, in lower case.
    Header(String),
    /// The HTTP status.
    Status,
    /// A part of the text at another place.
    Part {
        /// The other place.
        of: Box<ResponsePlace>,
        /// The text before the part; the part starts at the beginning if absent. The first occurrence counts.
        after: Option<String>,
        /// The text after the part; the part goes to the end if absent. The first occurrence counts.
        until: Option<String>,
    },
    /// The first of these places that the response has.
    FirstOf(Vec<ResponsePlace>),
}

/// One step from a JSON value to a value in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyStep {
    /// To the member of this name.
    Member(String),
    /// To each item of a list.
    Item,
    /// To the item with this index, from 0.
    Index(usize),
    /// To the value of each member, whatever its name.
    Value,
    /// To the name of each member.
    Key,
}

/// The greatest index in a place: no error response has more entries.
const LAST_INDEX: usize = 999;

impl ResponsePlace {
    /// Parses `status` or a path in the body, such as `error.code`, `errors[].code` or `faults{}`; `None` if the text is
    /// neither.
    pub fn read(text: &str) -> Option<Self> {
        if text == "status" {
            return Some(Self::Status);
        }
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = match inner(rest) {
                // Names of members are texts: nothing is below them.
                _ if steps.last() == Some(&BodyStep::Key) => return None,
                Some((step, after)) => {
                    steps.push(step);
                    after
                }
                None => {
                    let dotted = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
                    let (name, after) = name(dotted)?;
                    let is_plain = name.trim() == name && !name.contains(['$', '*', '/']);
                    let is_index = name.bytes().all(|byte| byte.is_ascii_digit());
                    if !dotted.starts_with('"') && (!is_plain || is_index) {
                        return None;
                    }
                    steps.push(BodyStep::Member(name));
                    after
                }
            };
        }
        (!steps.is_empty()).then_some(Self::Body(steps))
    }

    /// Returns the place in the body of a response to which it leads first, if it leads there.
    pub fn in_body(&self) -> Option<&[BodyStep]> {
        match self {
            Self::Body(steps) => Some(steps),
            Self::Part { of, .. } => of.in_body(),
            Self::FirstOf(places) => places.first()?.in_body(),
            Self::Header(_) | Self::Status => None,
        }
    }

    /// Returns `true` if it can lead to several values of one response.
    pub fn leads_to_several(&self) -> bool {
        let inner = |step: &BodyStep| matches!(step, BodyStep::Item | BodyStep::Value | BodyStep::Key);
        self.in_body().is_some_and(|steps| steps.iter().any(inner))
    }

    /// Returns `true` if it leads to nothing outside the body.
    pub fn is_only_in_body(&self) -> bool {
        self.wholes().iter().all(|place| matches!(place, Self::Body(_)))
    }

    /// Returns `true` if it can lead to something in the body.
    pub fn is_in_body(&self) -> bool {
        self.wholes().iter().any(|place| matches!(place, Self::Body(_)))
    }

    /// Returns the places to which it can lead, without regard to parts of their texts.
    fn wholes(&self) -> Vec<&Self> {
        match self {
            Self::Body(_) | Self::Header(_) | Self::Status => vec![self],
            Self::Part { of, .. } => of.wholes(),
            Self::FirstOf(places) => places.iter().flat_map(Self::wholes).collect(),
        }
    }
}

/// Splits off a step into a list or a map.
fn inner(text: &str) -> Option<(BodyStep, &str)> {
    let fixed = [(BodyStep::Item, "[]"), (BodyStep::Value, "{}"), (BodyStep::Key, "{key}")];
    let fixed = fixed.into_iter().find_map(|(step, written)| Some((step, text.strip_prefix(written)?)));
    fixed.or_else(|| {
        let (index, after) = text.strip_prefix('[')?.split_once(']')?;
        let is_index = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        let index = index.parse().ok().filter(|index| is_index && *index <= LAST_INDEX)?;
        Some((BodyStep::Index(index), after))
    })
}

impl fmt::Display for ResponsePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("status"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Body(steps) => {
                steps.iter().enumerate().try_for_each(|(index, step)| write_step(f, index, step))
            }
            Self::Part { of, after, until } => {
                write!(f, "{of}")?;
                after.iter().try_for_each(|after| write!(f, " after \"{after}\""))?;
                until.iter().try_for_each(|until| write!(f, " until \"{until}\""))
            }
            Self::FirstOf(places) => places.iter().enumerate().try_for_each(|(index, place)| {
                let or = if index == 0 { "" } else { " or " };
                write!(f, "{or}{place}")
            }),
        }
    }
}

fn write_step(f: &mut fmt::Formatter<'_>, index: usize, step: &BodyStep) -> fmt::Result {
    let dot = if index == 0 { "" } else { "." };
    match step {
        BodyStep::Item => f.write_str("[]"),
        BodyStep::Index(index) => write!(f, "[{index}]"),
        BodyStep::Value => f.write_str("{}"),
        BodyStep::Key => f.write_str("{key}"),
        BodyStep::Member(name) if name.contains(MEANINGFUL) => write!(f, "{dot}\"{name}\""),
        BodyStep::Member(name) => write!(f, "{dot}{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_places_read_back() {
        for text in [
            "status",
            "error.code",
            "errors[].code",
            "errors[0].code",
            "[].code",
            "faults{}",
            "faults{key}",
            "\"a.b\".code",
            "a{}[].b",
        ] {
            let place = ResponsePlace::read(text);
            assert_eq!(place.map(|place| place.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn invalid_places_are_rejected() {
        for text in [
            "",
            "a..b",
            "$.x",
            "errors.0.code",
            ".a",
            "a[",
            "a[-1]",
            "a[x]",
            "a[4000000000]",
            "/a",
            "a{key}.b",
            "a.*",
            " a",
        ] {
            assert_eq!(ResponsePlace::read(text), None, "{text}");
        }
    }
}
