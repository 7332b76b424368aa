//! The ways in which a value can break the rules of its parameter: the words between rules and error rows.

use std::fmt;

/// One way to break one rule. Named `rule` or `rule.part`; an error row binds to either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breach {
    /// Not given.
    Required,
    /// Of another type.
    Type,
    /// Too short.
    LengthMin,
    /// Too long.
    LengthMax,
    /// A character that may not stand anywhere.
    CharactersOf,
    /// A character that may not stand first.
    CharactersFirst,
    /// Not of the form.
    FormatShape,
    /// A country code that is not supported.
    FormatCountry,
    /// None of the valid values.
    Values,
    /// A member of the list breaks a rule of its own.
    Items,
    /// The value of another entity.
    Unique,
    /// The id of no entity.
    ExistsUnknown,
    /// Not an id at all.
    ExistsShape,
}

impl Breach {
    /// Every breach with its name.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Required, "required"),
        (Self::Type, "type"),
        (Self::LengthMin, "length.min"),
        (Self::LengthMax, "length.max"),
        (Self::CharactersOf, "characters.of"),
        (Self::CharactersFirst, "characters.first"),
        (Self::FormatShape, "format.shape"),
        (Self::FormatCountry, "format.country"),
        (Self::Values, "values"),
        (Self::Items, "items"),
        (Self::Unique, "unique"),
        (Self::ExistsUnknown, "exists.unknown"),
        (Self::ExistsShape, "exists.shape"),
    ];

    /// Its name, `length.max`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(breach, _)| *breach == self).map_or("", |(_, name)| name)
    }

    /// The rule that it breaks, `length`.
    pub fn rule(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// The breaches that a name covers: `length` covers both ends, `length.max` one.
    pub fn named(name: &str) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|(breach, full)| *full == name || breach.rule() == name)
            .map(|(breach, _)| breach)
            .collect()
    }

    /// Every name that covers something: rules, and parts of rules.
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for name in Self::ALL.iter().flat_map(|(breach, full)| [breach.rule(), *full]) {
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
        assert_eq!(Breach::named("length"), [Breach::LengthMin, Breach::LengthMax]);
        assert_eq!(Breach::named("length.max"), [Breach::LengthMax]);
        assert_eq!(Breach::named("exists"), [Breach::ExistsUnknown, Breach::ExistsShape]);
        assert!(Breach::named("lenght").is_empty());
    }
}
