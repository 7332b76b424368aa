//! The ways in which a value can break the rules of its parameter: the words between rules and error rows.

use std::fmt;

use crate::named::named;

named! {
    /// One way to break one rule. Named `rule` or `rule.part`; an error row binds to either.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Breach {
        /// Not given.
        Required = "required",
        /// Of another type.
        Type = "type",
        /// Too short.
        LengthMin = "length.min",
        /// Too long.
        LengthMax = "length.max",
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

impl Breach {
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
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_covers_its_parts_and_a_part_itself() {
        assert_eq!(Breach::covered_by("length"), [Breach::LengthMin, Breach::LengthMax]);
        assert_eq!(Breach::covered_by("length.max"), [Breach::LengthMax]);
        assert_eq!(Breach::covered_by("exists"), [Breach::ExistsUnknown, Breach::ExistsShape]);
        assert!(Breach::covered_by("lenght").is_empty());
    }
}
