//! Questions: points that a page does not decide, so that two careful readers could answer differently.
//!
//! A ruling that leaves a value open names one; a server with a reading ([`crate::server::Reading`]) answers it in another way than
//! the reference does. A test demands that each question has a server on both sides.

use crate::named::named;

named! {
    /// A point that a page does not decide.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Question {
        /// Which characters a text may hold of which the page says only how long it is.
        CharactersOfText = "characters-of-text",
        /// Which members an object has.
        MembersOfObject = "members-of-object",
        /// Which values a text has of which the page says only that it is one.
        ValidValues = "valid-values",
        /// Whether an id of nothing is refused for its form or for naming nothing.
        IdOfNothing = "id-of-nothing",
        /// Whether an empty value counts as not given.
        EmptyValue = "empty-value",
        /// Whether a parameter is required.
        Required = "required",
        /// Whether a scalar of another type is converted.
        ScalarOfAnotherType = "scalar-of-another-type",
        /// Whether a number of more than 32 bits is one.
        NumberOf32Bits = "number-of-32-bits",
        /// Whether upper and lower case of listed values differ.
        CaseOfValues = "case-of-values",
        /// Whether a member is valid that the page leaves open.
        ValidMember = "valid-member",
        /// Whether a member may be repeated.
        RepeatedMember = "repeated-member",
        /// Whether a list may be empty.
        EmptyList = "empty-list",
        /// How long a text can be.
        LongestText = "longest-text",
        /// What a limit is that is named and not given.
        UnstatedLimit = "unstated-limit",
        /// What counts as one character beyond ASCII.
        OneCharacter = "one-character",
        /// Whether the letters and digits of other scripts count.
        OtherScripts = "other-scripts",
        /// Whether the digits of other scripts count in a phone number.
        OtherDigits = "other-digits",
        /// A character on which the page contradicts itself, or is silent.
        UnclearCharacter = "unclear-character",
        /// What an e-mail address is made of.
        EmailAddress = "email-address",
        /// What a country code or a phone number is made of.
        PhoneNumber = "phone-number",
        /// Which row answers for a number without a country code.
        NoCountryCode = "no-country-code",
    }
}

impl Question {
    /// Why a value is open, as a case and a report say it.
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
            Self::EmailAddress => "the page gives no grammar for e-mail addresses",
            Self::PhoneNumber => {
                "the page does not say what a country code or a mobile phone number is made of"
            }
            Self::NoCountryCode => "without a country code, either row may apply",
        }
    }
}
