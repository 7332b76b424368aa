//! The ways in which a value can break its rules: the words between rules and error rows.

use std::fmt;

use crate::named::named;

use super::path::{Path, Step};

named! {
    /// One way to break a rule. Named `rule` or `rule.part`; an error row binds to either.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Part {
        /// Not given.
        Required = "required",
        /// Of another type.
        Type = "type",
        /// Too short.
        LengthMin = "length.min",
        /// Too long.
        LengthMax = "length.max",
        /// A number below the range.
        RangeMin = "range.min",
        /// A number above it.
        RangeMax = "range.max",
        /// A character that may not stand anywhere.
        CharactersOf = "characters.of",
        /// A character that may not stand first.
        CharactersFirst = "characters.first",
        /// Not of the form.
        FormatShape = "format.shape",
        /// A country code that is not supported.
        FormatCountry = "format.country",
        /// None of the valid values.
        Values = "values",
        /// A member of the list breaks a rule of its own.
        Items = "items",
        /// The value of another entity.
        Unique = "unique",
        /// The id of no entity.
        ExistsUnknown = "exists.unknown",
        /// Not an id at all.
        ExistsShape = "exists.shape",
    }
}

/// A part of a rule that is broken at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breach {
    /// Where.
    pub at: Path,
    /// The rule, or the part of it.
    pub part: Part,
}

impl Breach {
    /// A breach of the value itself.
    pub fn here(part: Part) -> Self {
        Self { at: Path::default(), part }
    }

    /// A breach of a parameter.
    pub fn of(parameter: &str, part: Part) -> Self {
        Self { at: Path::member(parameter), part }
    }

    /// The same, seen from where this step leads to it.
    #[must_use]
    pub fn within(self, step: Step) -> Self {
        Self { at: self.at.within(step), ..self }
    }

    /// The promise that it breaks: whatever an item itself breaks, it breaks what the page says of the items of its list. What a
    /// member of an item breaks is a promise of its own.
    #[must_use]
    pub fn promise(&self) -> Self {
        match self.at.list() {
            Some(at) => Self { at, part: Part::Items }.promise(),
            None => self.clone(),
        }
    }
}

impl Part {
    /// The rule that it breaks, `length`.
    pub fn rule(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// The breaches that a name covers: `length` covers both ends, `length.max` one.
    pub fn covered_by(name: &str) -> Vec<Self> {
        let is_covered = |breach: &Self| breach.name() == name || breach.rule() == name;
        Self::ALL.iter().copied().filter(is_covered).collect()
    }

    /// Every name that covers something: rules, and parts of rules.
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
    fn a_rule_covers_its_parts_and_a_part_itself() {
        assert_eq!(Part::covered_by("length"), [Part::LengthMin, Part::LengthMax]);
        assert_eq!(Part::covered_by("length.max"), [Part::LengthMax]);
        assert_eq!(Part::covered_by("exists"), [Part::ExistsUnknown, Part::ExistsShape]);
        assert!(Part::covered_by("lenght").is_empty());
    }
}
