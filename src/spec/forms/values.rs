//! The forms of the rules about values that have options.

use crate::spec::form::{Form, Shape, may, must};
use crate::spec::model::Format;
use crate::spec::pattern::Dialect;

use Shape::{Any, Bool, Form as Of, Integer, List, OneOf, Text, Word};

pub(super) const LENGTH_SHAPE: Shape = OneOf(&[Integer, Text, Of(&LENGTH)]);
pub(super) const RANGE_SHAPE: Shape = OneOf(&[Text, Of(&RANGE)]);
pub(super) const CHARACTERS_SHAPE: Shape = OneOf(&[Text, List(&Text), Of(&CHARACTERS)]);
pub(super) const PATTERN_SHAPE: Shape = OneOf(&[Text, Of(&PATTERN), List(&OneOf(&[Text, Of(&PATTERN)]))]);
pub(super) const FORMAT_SHAPE: Shape = OneOf(&[Word(Format::NAMES), Of(&FORMAT)]);

/// A rule by examples.
pub static OPEN: Form = Form {
    name: "Open",
    doc: "A further rule that a spec cannot say, by examples. Values that no example shows are not expected to be accepted or rejected.",
    keys: &[&[
        may(
            "accepts",
            List(&Any),
            "Values that keep the rule. The page's example and the sample are among them.",
        ),
        may(
            "accepts-matching",
            PATTERN_SHAPE,
            "A regular expression: every text that it matches keeps the rule, so that cases can send new values.",
        ),
        may("refuses", List(&Any), "Values that break the rule."),
    ]],
};

/// A key of a map.
pub static MAP_KEY: Form = Form {
    name: "MapKey",
    doc: "The rules for each key of a map, which is a text.",
    keys: &[&[
        may("length", LENGTH_SHAPE, "The length of each key."),
        may("characters", CHARACTERS_SHAPE, "The characters that are allowed in a key."),
        may("pattern", PATTERN_SHAPE, "The regular expression that each whole key matches."),
        may("format", FORMAT_SHAPE, "The form of each key."),
        may("values", List(&Text), "The valid keys, all of them."),
    ]],
};

/// The mapping form of `length`.
pub const LENGTH: Form = Form {
    name: "Length",
    doc: "A length with its unit.",
    keys: &[&[
        must("is", OneOf(&[Integer, Text]), "The bounds: 2..12."),
        may("unit", Word(&["characters", "bytes"]), "What is counted. The default is characters."),
    ]],
};

/// The mapping form of `range`.
pub const RANGE: Form = Form {
    name: "Range",
    doc: "A range of numbers: from and to include the bound, above and below exclude it.",
    keys: &[&[
        may("from", Any, "The smallest number."),
        may("above", Any, "All numbers are greater than this one."),
        may("to", Any, "The largest number."),
        may("below", Any, "All numbers are smaller than this one."),
    ]],
};

/// The mapping form of `characters`.
pub const CHARACTERS: Form = Form {
    name: "Characters",
    doc: "The characters of a text.",
    keys: &[&[
        must("of", OneOf(&[Text, List(&Text)]), "letters, digits, or single characters."),
        may("not-first", OneOf(&[Text, List(&Text)]), "Characters that are not allowed first."),
        may(
            "unclear",
            OneOf(&[Word(&["others"]), List(&Text)]),
            "Characters on which the page contradicts itself; others: all characters that are not listed.",
        ),
    ]],
};

/// The mapping form of `pattern`.
pub const PATTERN: Form = Form {
    name: "Pattern",
    doc: "A regular expression with its options.",
    keys: &[&[
        must("is", Text, "The expression, as the page has it."),
        may("search", Bool, "true: it is enough that a part of the text matches."),
        may(
            "dialect",
            Word(Dialect::NAMES),
            "The dialect. Without it, texts on which dialects differ are unspecified.",
        ),
    ]],
};

/// The formats, in words.
pub(super) const FORMATS: &str = "email; phone: <country code>-<mobile phone number>; date: 2030-01-15; date-time: 2030-01-15T10:30:00Z; uuid; url: absolute, with a host; ipv4; ipv6.";

/// The mapping form of `format`.
pub const FORMAT: Form = Form {
    name: "Format",
    doc: "A named format with its options.",
    keys: &[&[
        must("is", Word(Format::NAMES), FORMATS),
        may("schemes", List(&Text), "url: the schemes that the page allows."),
        may("countries", List(&OneOf(&[Integer, Text])), "phone: the country codes that the page supports."),
    ]],
};
