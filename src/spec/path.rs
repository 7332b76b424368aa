//! Paths: places in sent values, such as `recipient.city`, `lines[].sku` or `labels{}`.

use std::fmt;

use crate::json::Json;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The member of that name.
    Member(String),
    /// Any item of a list.
    Item,
    /// Any value of a map.
    Value,
    /// Any key of a map.
    Key,
}

impl Step {
    /// Returns `true` if it leads from a list to an item, or from a map to a key or a value.
    pub fn is_inner(&self) -> bool {
        !matches!(self, Self::Member(_))
    }
}

/// A place in sent values. The empty path is the value at which it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

/// Characters with a meaning in paths. Names that contain one of them are quoted.
pub(super) const MEANINGFUL: &[char] = &['.', '[', ']', '{', '}', '"'];

impl Path {
    /// Creates the path of one member.
    pub fn member(name: impl Into<String>) -> Self {
        Self(vec![Step::Member(name.into())])
    }

    /// Returns the steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Returns `true` if it is the value itself.
    pub fn is_here(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the parameter that contains the place; empty for the value itself.
    pub fn parameter(&self) -> &str {
        match self.0.first() {
            Some(Step::Member(name)) => name,
            Some(_) | None => "",
        }
    }

    /// Returns the path extended by a step.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Returns the path with this step before it.
    #[must_use]
    pub fn within(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }

    /// Returns the path followed by another one.
    #[must_use]
    pub fn join(&self, further: &Self) -> Self {
        Self([self.0.as_slice(), &further.0].concat())
    }

    /// Returns the path without its last steps.
    #[must_use]
    pub fn without(&self, steps: usize) -> Self {
        Self(self.0[..self.0.len().saturating_sub(steps)].to_vec())
    }

    /// Returns the path of the list or map if this is the path of its items, values or keys.
    pub fn container(&self) -> Option<Self> {
        let (last, container) = self.0.split_last()?;
        last.is_inner().then(|| Self(container.to_vec()))
    }

    /// Returns the step by which the path leads into a list or a map, if it does.
    pub fn step_into(&self, container: &Self) -> Option<&Step> {
        self.0.strip_prefix(container.0.as_slice())?.first().filter(|step| step.is_inner())
    }

    /// Returns the value that was sent there. In a list or a map, the path leads into the first item.
    pub fn sent<'j>(&self, sent: &'j [(String, Json)]) -> Option<&'j Json> {
        let (first, further) = self.0.split_first()?;
        let Step::Member(first) = first else { return None };
        let (_, whole) = sent.iter().find(|(name, _)| name == first)?;
        walk(whole, further)
    }

    /// Returns all values that were sent there: in a list or a map, those of each item. Of a repeated parameter, the first
    /// counts. Keys are not values.
    pub fn all_sent<'j>(&self, sent: &'j [(String, Json)]) -> Vec<&'j Json> {
        let Some((_, further)) = self.0.split_first() else { return Vec::new() };
        let whole = sent.iter().find(|(name, _)| name == self.parameter()).map(|(_, value)| value);
        further.iter().fold(whole.into_iter().collect(), |values: Vec<&Json>, step| {
            let next = |value: &'j Json| -> Vec<&'j Json> {
                match (step, value) {
                    (Step::Member(name), value) => value.get(name).into_iter().collect(),
                    (Step::Item, Json::List(items)) => items.iter().collect(),
                    (Step::Value, Json::Object(entries)) => entries.iter().map(|(_, value)| value).collect(),
                    (Step::Item | Step::Value | Step::Key, _) => Vec::new(),
                }
            };
            values.into_iter().flat_map(next).collect()
        })
    }

    /// Iterates over the names of its members, without the steps into lists and maps.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            Step::Item | Step::Value | Step::Key => None,
        })
    }

    /// Returns `true` if one of the places contains the other, whichever items of lists and maps they are in.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.names().zip(other.names()).all(|(own, others)| own == others)
    }

    /// Returns `true` if it is the path of a member within a parameter, not of the parameter itself.
    pub fn is_member(&self) -> bool {
        self.0.len() > 1
    }

    /// Returns `true` if another path is this one or lies below it.
    pub fn leads_to(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Returns `true` if both are members of the same object.
    pub fn is_sibling_of(&self, other: &Self) -> bool {
        let [own, others] = [self, other].map(|path| path.0.split_last().map(|(_, within)| within));
        own == others
    }

    /// Parses a path; `None` if the text is not one.
    pub fn read(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = match inner(rest) {
                Some((step, after)) if !steps.is_empty() => {
                    steps.push(step);
                    after
                }
                Some(_) => return None,
                None => {
                    let dotted = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
                    let (name, after) = name(dotted)?;
                    steps.push(Step::Member(name));
                    after
                }
            };
        }
        // Rows and promises hold many paths.
        steps.shrink_to_fit();
        (!steps.is_empty()).then_some(Self(steps))
    }
}

/// Splits off a step into a list or a map.
fn inner(text: &str) -> Option<(Step, &str)> {
    [(Step::Item, "[]"), (Step::Value, "{}"), (Step::Key, "{key}")]
        .into_iter()
        .find_map(|(step, written)| Some((step, text.strip_prefix(written)?)))
}

/// Returns the value at the end of these steps. In a list or a map, they lead into the first item.
pub fn walk<'j>(json: &'j Json, steps: &[Step]) -> Option<&'j Json> {
    steps.iter().try_fold(json, |json, step| match (step, json) {
        (Step::Member(name), json) => json.get(name),
        (Step::Item, Json::List(items)) => items.first(),
        (Step::Value, Json::Object(entries)) => entries.first().map(|(_, value)| value),
        (Step::Item | Step::Value | Step::Key, _) => None,
    })
}

/// Splits off the name at the beginning of a text.
pub(super) fn name(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, after) = quoted.split_once('"')?;
        return (!name.is_empty()).then(|| (name.to_owned(), after));
    }
    let (name, after) = text.split_at(text.find(MEANINGFUL).unwrap_or(text.len()));
    (!name.is_empty()).then(|| (name.to_owned(), after))
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Item => f.write_str("[]")?,
                Step::Value => f.write_str("{}")?,
                Step::Key => f.write_str("{key}")?,
                Step::Member(name) => {
                    let dot = if index == 0 { "" } else { "." };
                    match name.contains(MEANINGFUL) {
                        true => write!(f, "{dot}\"{name}\"")?,
                        false => write!(f, "{dot}{name}")?,
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_paths_read_back() {
        for text in [
            "Name",
            "recipient.city",
            "lines[].sku",
            "ids[]",
            "\"user.name\".first",
            "a[][].b",
            "labels{}",
            "labels{key}",
            "a{}[].b{}.c",
        ] {
            assert_eq!(Path::read(text).map(|path| path.to_string()).as_deref(), Some(text));
        }
        let expected = Path::member("lines").then(Step::Item).then(Step::Member("sku".to_owned()));
        assert_eq!(Path::read("lines[].sku"), Some(expected));
    }

    #[test]
    fn all_values_at_a_place_are_found() {
        let sent = Json::read(br#"{"a":[{"b":1},{"c":2},{"b":3}],"m":{"x":{"y":4},"z":{"y":5}}}"#).unwrap();
        let Json::Object(sent) = sent else { panic!() };
        for (path, expected) in [
            ("a[].b", vec!["1", "3"]),
            ("a[].c", vec!["2"]),
            ("m{}.y", vec!["4", "5"]),
            ("m{key}", vec![]),
            ("n", vec![]),
        ] {
            let found = Path::read(path).unwrap().all_sent(&sent).into_iter().map(Json::to_string);
            assert_eq!(found.collect::<Vec<_>>(), expected, "{path}");
        }
    }

    #[test]
    fn places_overlap_if_one_contains_the_other() {
        let overlap = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|path| Path::read(path).unwrap());
            one.overlaps(&other) && other.overlaps(&one)
        };
        assert!(overlap("lines", "lines[].sku"));
        assert!(overlap("lines[].sku", "lines.sku"));
        assert!(!overlap("lines[].sku", "lines[].amount"));
        assert!(!overlap("line", "lines"));
    }

    #[test]
    fn invalid_paths_are_rejected() {
        for text in ["", ".", "a.", ".a", "[]", "a[0]", "a..b", "\"a", "a[]b", "a{", "a{b}", "{}", "\"\""] {
            assert_eq!(Path::read(text), None, "{text}");
        }
    }

    #[test]
    fn paths_of_items_keys_and_values_belong_to_their_list_or_map() {
        let path = |text: &str| Path::read(text).unwrap();
        for (inner, container) in [("ids[]", "ids"), ("labels{}", "labels"), ("labels{key}", "labels")] {
            assert_eq!(path(inner).container(), Some(path(container)));
        }
        assert_eq!(path("lines[].sku").container(), None);
        assert_eq!(path("lines[].sku").step_into(&path("lines")), Some(&Step::Item));
        assert_eq!(path("lines{}.sku").step_into(&path("lines")), Some(&Step::Value));
        assert_eq!(path("lines.sku").step_into(&path("lines")), None);
    }
}
