//! Questions: points that a page does not decide, so that two careful readers could give different answers.
//!
//! A ruling that leaves a value open names a question. A server with a reading ([`crate::server::Reading`]) answers it
//! differently from the reference server. A test checks that each question has servers for both answers.

use crate::named::named;

named! {
    /// A point that a page does not decide.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Question {
        /// Which characters a text may contain if the page states only its length.
        CharactersOfText = "characters-of-text",
        /// Which members an object has.
        MembersOfObject = "members-of-object",
        /// Which values are valid for a text if the page states only its type.
        ValidValues = "valid-values",
        /// Whether an id of no entity is rejected for its form or because no such entity exists.
        IdOfNothing = "id-of-nothing",
        /// Whether an empty value counts as not given.
        EmptyValue = "empty-value",
        /// Whether a parameter is required.
        Required = "required",
        /// Whether a scalar of another type is converted.
        ScalarOfAnotherType = "scalar-of-another-type",
        /// Whether a number of more than 32 bits counts as a number.
        NumberOf32Bits = "number-of-32-bits",
        /// Whether upper and lower case of listed values differ.
        CaseOfValues = "case-of-values",
        /// Whether a value keeps a rule that the spec only has examples of.
        FurtherRule = "further-rule",
        /// Whether a member that the page leaves open is valid.
        ValidMember = "valid-member",
        /// Whether a member may be repeated.
        RepeatedMember = "repeated-member",
        /// Whether a list may be empty.
        EmptyList = "empty-list",
        /// The maximum length of a text.
        LongestText = "longest-text",
        /// The value of a limit that the page mentions but does not state.
        UnstatedLimit = "unstated-limit",
        /// What counts as one character outside ASCII.
        OneCharacter = "one-character",
        /// Whether the letters and digits of other scripts count.
        OtherScripts = "other-scripts",
        /// Whether the digits of other scripts count in a phone number.
        OtherDigits = "other-digits",
        /// A character on which the page contradicts itself or is silent.
        UnclearCharacter = "unclear-character",
        /// Which dialect of regular expressions a pattern uses.
        PatternDialect = "pattern-dialect",
        /// Whether a final line break counts.
        FinalNewline = "final-newline",
        /// Which forms of a format in common use are valid.
        FormatGrammar = "format-grammar",
        /// What constitutes an e-mail address.
        EmailAddress = "email-address",
        /// What constitutes a country code or a phone number.
        PhoneNumber = "phone-number",
        /// Which row covers a number without a country code.
        NoCountryCode = "no-country-code",
        /// Whether two equal values are in order.
        EqualInOrder = "equal-in-order",
        /// Whether a parameter that is left out counts as given with its default.
        DefaultCountsAsGiven = "default-counts-as-given",
        /// Whether an invalid value meets a condition.
        ConditionOnInvalidValue = "condition-on-invalid-value",
    }
}

impl Question {
    /// Returns the reason why a value is open, as worded in cases and reports.
    pub const fn why(self) -> &'static str {
        match self {
            Self::CharactersOfText => "the page does not say which characters it may hold",
            Self::MembersOfObject => "the page does not say which members it has",
            Self::ValidValues => "the page does not say which values are valid",
            Self::IdOfNothing => {
                "an id of no entity may be rejected for its form or because no entity has it"
            }
            Self::EmptyValue => "an empty value may count as missing",
            Self::Required => "the page contradicts itself on whether it is required",
            Self::ScalarOfAnotherType => {
                "the page does not say whether a scalar of another type is converted"
            }
            Self::NumberOf32Bits => "a number of more than 32 bits may be rejected for its type",
            Self::CaseOfValues => "the page does not say whether upper and lower case differ",
            Self::FurtherRule => "the page has a further rule, of which the spec gives only examples",
            Self::ValidMember => "the page does not say whether this member is valid",
            Self::RepeatedMember => "the page does not say whether a member may be repeated",
            Self::EmptyList => "the page does not say whether the list may be empty",
            Self::LongestText => "the page does not say how long a text can be",
            Self::UnstatedLimit => "the page mentions a limit without stating it",
            Self::OneCharacter => "beyond ASCII it depends on what counts as one character",
            Self::OtherScripts => {
                "the page does not say whether the letters and digits of other scripts count"
            }
            Self::OtherDigits => "the page does not say whether the digits of other scripts count",
            Self::UnclearCharacter => "the page contradicts itself on this character, or is silent",
            Self::PatternDialect => "the dialects of regular expressions differ on this text",
            Self::FinalNewline => "in some dialects, a pattern matches before a final line break",
            Self::FormatGrammar => "the page names the format, but gives no grammar for it",
            Self::EmailAddress => "the page gives no grammar for e-mail addresses",
            Self::PhoneNumber => {
                "the page does not say what a country code or a mobile phone number is made of"
            }
            Self::NoCountryCode => "without a country code, either row may apply",
            Self::EqualInOrder => "the page does not say whether two equal values are in order",
            Self::DefaultCountsAsGiven => "a parameter that is left out may count as given with its default",
            Self::ConditionOnInvalidValue => "a condition asks about a value that may be invalid",
        }
    }
}
