//! The table of rules: the name of each rule, the types it applies to, its parts, and its text in the reference
//! chapter.
//!
//! A rule is defined here, once. How it treats a value is code: the ruling, the values that cases send, the check of
//! the reference server. A test checks that each row of the table has all of these.

use super::breach::Part;
use super::model::{Format, Limit, Member, Required, Schema, Type};

/// A rule of the language.
pub struct Rule {
    /// Its key in a spec. Error rows and quotes use the same name.
    pub key: &'static str,
    /// The types that it applies to; empty for a rule about the parameter itself rather than its values.
    pub fits: &'static [Type],
    /// Returns `true` if a schema has it.
    pub is_in: fn(&Schema) -> bool,
    /// Its parts.
    pub parts: &'static [PartOf],
    /// A parameter that has all parts of the rule, for the tests of the table; `None` if a single parameter cannot show
    /// it.
    pub example: Option<&'static str>,
}

/// A part of a rule.
pub struct PartOf {
    /// The part.
    pub part: Part,
    /// Returns `true` if it is a promise about a parameter or a member.
    pub is_promised: fn(&Member) -> bool,
    /// The values that violate it.
    pub broken_by: &'static str,
    /// The values that cases send to test it.
    pub tried_with: &'static str,
}

/// Creates a rule about values of these types.
const fn of_values(
    key: &'static str,
    fits: &'static [Type],
    is_in: fn(&Schema) -> bool,
    parts: &'static [PartOf],
    example: &'static str,
) -> Rule {
    Rule { key, fits, is_in, parts, example: Some(example) }
}

/// Creates a rule about the parameter itself.
const fn of_parameter(key: &'static str, parts: &'static [PartOf], example: Option<&'static str>) -> Rule {
    Rule { key, fits: &[], is_in: |_| false, parts, example }
}

/// Creates a rule about several values.
const fn of_values_together(key: &'static str, parts: &'static [PartOf]) -> Rule {
    Rule { key, fits: &[], is_in: |_| false, parts, example: None }
}

/// Creates a part of a relation, which is promised where a relation is about a value.
const fn related(part: Part, broken_by: &'static str, tried_with: &'static str) -> PartOf {
    PartOf { part, is_promised: |_| false, broken_by, tried_with }
}

/// All rules, in the order of their promises in reports.
pub static RULES: &[Rule] = &[
    of_parameter(
        "required",
        &[PartOf {
            part: Part::Required,
            is_promised: |member| member.required != Required::No,
            broken_by: "a value that is not given",
            tried_with: "missing; empty; blank (unspecified, unless the page says that blank means missing)",
        }],
        Some("{type: string, required: true, values: [red]}"),
    ),
    of_parameter(
        "type",
        &[PartOf {
            part: Part::Type,
            is_promised: |member| member.exists.is_none(),
            broken_by: "a value of another type",
            tried_with: "a list, an object, a number, if the protocol can encode them",
        }],
        Some("{type: string, values: [red]}"),
    ),
    of_values(
        "length",
        &[Type::String],
        |schema| schema.length.is_some(),
        &[
            PartOf {
                part: Part::LengthMin,
                is_promised: |member| member.schema.length.is_some_and(|length| length.min > 0),
                broken_by: "a value that is too short",
                tried_with: "minimum - 1, minimum, minimum + 1",
            },
            PartOf {
                part: Part::LengthMax,
                is_promised: |member| member.schema.length.is_some_and(|length| length.max != Limit::None),
                broken_by: "a value that is too long",
                tried_with: "maximum - 1, maximum, maximum + 1, 1000",
            },
        ],
        "{type: string, length: 3..9, characters: letters}",
    ),
    of_values(
        "range",
        &[Type::Integer, Type::Number],
        |schema| schema.range.is_some(),
        &[
            PartOf {
                part: Part::RangeMin,
                is_promised: |member| member.schema.range.is_some_and(|range| range.min.is_some()),
                broken_by: "a number below the range",
                tried_with: "a step below the minimum, the minimum, a step above; far below",
            },
            PartOf {
                part: Part::RangeMax,
                is_promised: |member| member.schema.range.is_some_and(|range| range.max.is_some()),
                broken_by: "a number above the range",
                tried_with: "a step below the maximum, the maximum, a step above; tenfold; more than 32 bits",
            },
        ],
        "{type: integer, range: 2..40}",
    ),
    of_values(
        "characters",
        &[Type::String],
        |schema| schema.characters.is_some(),
        &[
            PartOf {
                part: Part::CharactersOf,
                is_promised: |member| member.schema.characters.is_some(),
                broken_by: "a character that is not allowed",
                tried_with: "signs, digits, spaces, control characters, letters of other scripts (unspecified), first, inside and last",
            },
            PartOf {
                part: Part::CharactersFirst,
                is_promised: |member| {
                    member
                        .schema
                        .characters
                        .as_ref()
                        .is_some_and(|characters| !characters.not_first.is_empty())
                },
                broken_by: "a character that is not allowed first",
                tried_with: "that character first, inside and last",
            },
        ],
        "{type: string, length: 2..9, characters: {of: [letters, _], not-first: [_]}}",
    ),
    of_values(
        "pattern",
        &[Type::String],
        |schema| !schema.patterns.is_empty(),
        &[PartOf {
            part: Part::Pattern,
            is_promised: |member| !member.schema.patterns.is_empty(),
            broken_by: "a text that does not match",
            tried_with: "texts made from the pattern: plain, shortest, long, each alternative, the ends of each class; the same with one piece missing, repeated, replaced or in another case, and with something before or after",
        }],
        "{type: string, pattern: '[A-Z]{2}[0-9]+'}",
    ),
    of_values(
        "format",
        &[Type::String],
        |schema| schema.format.is_some(),
        &[
            PartOf {
                part: Part::FormatShape,
                is_promised: |member| member.schema.format.is_some(),
                broken_by: "a value of another form",
                tried_with: "its parts left out, doubled and in the wrong order",
            },
            PartOf {
                part: Part::FormatCountry,
                is_promised: |member| matches!(&member.schema.format, Some(Format::Phone { countries }) if !countries.is_empty()),
                broken_by: "a country code that is not supported",
                tried_with: "codes that the page does not list",
            },
        ],
        "{type: string, format: {is: phone, countries: [86]}}",
    ),
    of_values(
        "values",
        &[Type::String, Type::Integer, Type::Number, Type::Boolean],
        |schema| schema.values.is_some(),
        &[PartOf {
            part: Part::Values,
            is_promised: |member| member.schema.values.is_some(),
            broken_by: "a value that is not listed",
            tried_with: "each listed value; a value that is not listed; a prefix, a longer value, other case (unspecified if the page does not specify it)",
        }],
        "{type: string, values: [red, blue]}",
    ),
    of_values(
        "reserved",
        &[Type::String, Type::Integer],
        |schema| !schema.reserved.is_empty(),
        &[PartOf {
            part: Part::Reserved,
            is_promised: |member| !member.schema.reserved.is_empty(),
            broken_by: "a reserved value",
            tried_with: "each reserved value; with a letter before or after it, without its last one; in other case (unspecified)",
        }],
        "{type: string, length: 3..9, characters: letters, reserved: [admin]}",
    ),
    of_values(
        "open",
        Type::ALL,
        |schema| schema.open.is_some(),
        &[PartOf {
            part: Part::Open,
            is_promised: |member| member.schema.open.is_some(),
            broken_by: "an example of what the rule refuses",
            tried_with: "each example; all other values are unspecified",
        }],
        "{type: string, length: 3..9, open: {accepts: [tom], refuses: [fritz]}}",
    ),
    of_values(
        "count",
        &[Type::Array, Type::Map],
        |schema| schema.count.is_some(),
        &[
            PartOf {
                part: Part::CountMin,
                is_promised: |member| member.schema.count.is_some_and(|count| count.min > 0),
                broken_by: "a list of too few items, or a map of too few entries",
                tried_with: "minimum - 1 and minimum items, all different",
            },
            PartOf {
                part: Part::CountMax,
                is_promised: |member| member.schema.count.is_some_and(|count| count.max.is_some()),
                broken_by: "a list of too many items, or a map of too many entries",
                tried_with: "maximum, maximum + 1 and twice as many items, all different",
            },
        ],
        "{type: array, count: 2..4, items: {type: string, length: 2..9, characters: letters}}",
    ),
    of_values(
        "items",
        &[Type::Array, Type::Map],
        |schema| schema.contained().is_some(),
        &[PartOf {
            part: Part::Items,
            is_promised: |member| member.schema.contained().is_some_and(|items| !items.is_unruled()),
            broken_by: "an item of a list, or a value of a map, that breaks a rule of the items",
            tried_with: "such an item alone, first, inside and last, for each rule of the items; each valid item, and all of them; a repeated item, or other case, if the page is silent",
        }],
        "{type: array, items: {type: string, values: [red, blue]}}",
    ),
    of_values(
        "keys",
        &[Type::Map],
        |schema| schema.entries().is_some_and(|entries| !entries.keys.is_unruled()),
        &[PartOf {
            part: Part::Keys,
            is_promised: |member| member.schema.entries().is_some_and(|entries| !entries.keys.is_unruled()),
            broken_by: "a key of a map that breaks a rule of the keys",
            tried_with: "such a key alone, first, inside and last, for each rule of the keys; each valid key",
        }],
        "{type: map, keys: {length: 2..5, characters: letters}, items: {type: string, values: [red, blue]}}",
    ),
    of_parameter(
        "unique",
        &[PartOf {
            part: Part::Unique,
            is_promised: |member| member.unique,
            broken_by: "the value of another entity",
            tried_with: "a value in use; concurrent calls with one value; a value that is free after a rejected call, a removal or an update",
        }],
        None,
    ),
    of_parameter(
        "default",
        &[PartOf {
            part: Part::Default,
            is_promised: |member| member.default.is_some(),
            broken_by: "another value, although none was given",
            tried_with: "the parameter left out, and the new entity read, if an operation shows it",
        }],
        None,
    ),
    of_values_together(
        "forbidden",
        &[related(
            Part::Forbidden,
            "a value that is given although another one forbids it",
            "the value, with and without what forbids it",
        )],
    ),
    of_values_together(
        "exactly-one",
        &[
            related(Part::ExactlyOneNone, "none of the group", "none; each alone"),
            related(Part::ExactlyOneSeveral, "several of the group", "each pair; all"),
        ],
    ),
    of_values_together(
        "at-least-one",
        &[related(Part::AtLeastOne, "none of the group", "none; each alone; all")],
    ),
    of_values_together(
        "at-most-one",
        &[related(Part::AtMostOne, "several of the group", "none; each alone; each pair; all")],
    ),
    of_values_together(
        "all-or-none",
        &[related(Part::AllOrNone, "a part of the group", "none; each alone; all but one; all")],
    ),
    of_values_together(
        "order",
        &[related(
            Part::Order,
            "a value that is greater than the next one, or equal to it if the page says so",
            "a step below, equal, a step above",
        )],
    ),
    of_values_together(
        "same",
        &[related(Part::Same, "two different values", "equal values; different values")],
    ),
    of_values_together(
        "differ",
        &[related(Part::Differ, "two equal values", "equal values; different values")],
    ),
    of_parameter(
        "exists",
        &[
            PartOf {
                part: Part::ExistsUnknown,
                is_promised: |member| member.exists.is_some(),
                broken_by: "the id of no entity",
                tried_with: "a made-up id; the id of a removed entity",
            },
            // No page says whether an id is rejected for its form or because no such entity exists, so the form is not
            // a separate promise.
            PartOf {
                part: Part::ExistsShape,
                is_promised: |_| false,
                broken_by: "a value that cannot be an id",
                tried_with: "symbols, a quote, a space inside, much too short, much too long",
            },
        ],
        None,
    ),
];

impl Rule {
    /// Returns `true` if it applies to values of a type.
    pub fn fits(&self, kind: Type) -> bool {
        self.fits.contains(&kind)
    }

    /// Returns `true` if it is a rule about values, which members, items and shared types can have as well.
    pub fn is_of_values(&self) -> bool {
        !self.fits.is_empty()
    }
}

/// Iterates over the promises that a spec makes about a parameter or a member. Each part of a rule is a separate
/// promise.
pub fn promised(member: &Member) -> impl Iterator<Item = Part> + '_ {
    let parts = RULES.iter().flat_map(|rule| rule.parts);
    let is_promised = |part: &&PartOf| (part.is_promised)(member) || member.related.contains(&part.part);
    parts.filter(is_promised).map(|part| part.part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::forms;

    #[test]
    fn every_part_is_listed_once_under_its_rule() {
        for part in Part::ALL {
            let rules: Vec<&str> = RULES
                .iter()
                .filter(|rule| rule.parts.iter().any(|of| of.part == *part))
                .map(|rule| rule.key)
                .collect();
            assert_eq!(rules, [part.rule()], "{part}");
        }
    }

    #[test]
    fn every_rule_is_a_key_where_it_applies() {
        let of_values: Vec<&str> =
            RULES.iter().filter(|rule| rule.is_of_values()).map(|rule| rule.key).collect();
        let keys = forms::RULES_OF_SCALARS.iter().chain(&forms::RULES_OF_VALUES);
        let written: Vec<&str> = keys.map(|key| key.name).collect();
        assert_eq!([of_values.as_slice(), &["members", "relations"]].concat(), written);
        for rule in RULES {
            // What breaks `forbid` is a forbidden value.
            let key = if rule.key == "forbidden" { "forbid" } else { rule.key };
            let keys = forms::PARAMETER.key_names().chain(forms::RELATION.key_names());
            assert!(keys.into_iter().any(|name| name == key), "{}", rule.key);
        }
    }
}
