//! The ways in which a value can violate its rules: the vocabulary that connects rules and error rows.

use std::fmt;

use crate::named::named;

use super::path::{Path, Step};

named! {
    /// One way to violate a rule, named `rule` or `rule.part`. An error row may cover either.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Part {
        /// Not given.
        Required = "required",
        /// A value of another type.
        Type = "type",
        /// Too short.
        LengthMin = "length.min",
        /// Too long.
        LengthMax = "length.max",
        /// A number below the range.
        RangeMin = "range.min",
        /// A number above the range.
        RangeMax = "range.max",
        /// A character that is not allowed anywhere.
        CharactersOf = "characters.of",
        /// A character that is not allowed as the first one.
        CharactersFirst = "characters.first",
        /// A text that does not match the pattern.
        Pattern = "pattern",
        /// A value of another form.
        FormatShape = "format.shape",
        /// A country code that is not supported.
        FormatCountry = "format.country",
        /// A value that is not listed.
        Values = "values",
        /// A value that is reserved.
        Reserved = "reserved",
        /// Too few items.
        CountMin = "count.min",
        /// Too many items.
        CountMax = "count.max",
        /// A list item or a value of a map that violates a rule of its own.
        Items = "items",
        /// A key of a map that violates a rule.
        Keys = "keys",
        /// An example of what a rule refuses that the spec cannot say otherwise.
        Open = "open",
        /// The value of another entity.
        Unique = "unique",
        /// Another value than the default, although none was given.
        Default = "default",
        /// Given, although another value forbids it.
        Forbidden = "forbidden",
        /// None of a group is given, of which exactly one must be.
        ExactlyOneNone = "exactly-one.none",
        /// Several of a group are given, of which exactly one must be.
        ExactlyOneSeveral = "exactly-one.several",
        /// None of a group is given, of which at least one must be.
        AtLeastOne = "at-least-one",
        /// Several of a group are given, of which at most one may be.
        AtMostOne = "at-most-one",
        /// A part of a group is given, of which all or none must be.
        AllOrNone = "all-or-none",
        /// Not less than the next value.
        Order = "order",
        /// Another value than the one that it must equal.
        Same = "same",
        /// The value that it must differ from.
        Differ = "differ",
        /// The id of an entity that does not exist.
        ExistsUnknown = "exists.unknown",
        /// A value that is not an id at all.
        ExistsShape = "exists.shape",
    }
}

/// A violated part of a rule, and its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breach {
    /// The place of the violation.
    pub at: Path,
    /// The violated rule or part of a rule.
    pub part: Part,
}

impl Breach {
    /// Creates a violation by the value itself.
    pub fn here(part: Part) -> Self {
        Self { at: Path::default(), part }
    }

    /// Creates a violation by a parameter.
    pub fn of(parameter: &str, part: Part) -> Self {
        Self { at: Path::member(parameter), part }
    }

    /// Prefixes the place of the violation with this step.
    #[must_use]
    pub fn within(self, step: Step) -> Self {
        Self { at: self.at.within(step), ..self }
    }

    /// Returns the promise that it breaks. Whatever rule an item itself violates, the broken promise is what the page
    /// says about the items of its list; the same applies to the keys and the values of a map. A violation in a member
    /// of an item breaks a separate promise.
    #[must_use]
    pub fn promise(&self) -> Self {
        let part = match self.at.steps().last() {
            Some(Step::Item | Step::Value) => Part::Items,
            Some(Step::Key) => Part::Keys,
            Some(Step::Member(_)) | None => return self.clone(),
        };
        Self { at: self.at.without(1), part }.promise()
    }
}

impl Part {
    /// Returns the rule that it violates, e.g. `length`.
    pub fn rule(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// Returns the parts that a name covers: `length` covers both ends, `length.max` one.
    pub fn covered_by(name: &str) -> Vec<Self> {
        let is_covered = |breach: &Self| breach.name() == name || breach.rule() == name;
        Self::ALL.iter().copied().filter(is_covered).collect()
    }

    /// Returns every name that covers a part: rules and parts of rules.
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for name in Self::ALL.iter().flat_map(|breach| [breach.rule(), breach.name()]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.is_here() {
            true => write!(f, "{}", self.part),
            false => write!(f, "{} {}", self.at, self.part),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_name_covers_its_parts_and_part_name_itself() {
        assert_eq!(Part::covered_by("length"), [Part::LengthMin, Part::LengthMax]);
        assert_eq!(Part::covered_by("length.max"), [Part::LengthMax]);
        assert_eq!(Part::covered_by("exists"), [Part::ExistsUnknown, Part::ExistsShape]);
        assert!(Part::covered_by("lenght").is_empty());
    }
}
