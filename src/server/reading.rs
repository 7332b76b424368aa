//! Readings: the sides that a careful implementer could take on what the pages leave open.
//!
//! A server with a reading still keeps every promise. `fineprint mutants --readings` shows that no case calls one a
//! departure.

use crate::named::named;
use crate::spec::question::Question;

named! {
    /// One side of an open question.
    #[derive(PartialOrd, Ord)]
    pub enum Reading {
        /// "Letters" are those of every script.
        LettersOfAnyScript = "letters-of-any-script",
        /// "Digits" are those of every script.
        DigitsOfAnyScript = "digits-of-any-script",
        /// Characters are counted as UTF-16 units.
        LengthInUtf16 = "length-in-utf16",
        /// Characters are counted as a reader sees them.
        LengthInGraphemes = "length-in-graphemes",
        /// Characters on which the page contradicts itself are refused.
        UnclearCharactersRefused = "unclear-characters-refused",
        /// An empty value is there, and judged by the rules.
        EmptyIsPresent = "empty-is-present",
        /// White space alone counts as absent.
        BlankIsAbsent = "blank-is-absent",
        /// An empty optional value is refused as missing, where there is a row.
        EmptyOptionalRefused = "empty-optional-refused",
        /// An e-mail address is a dot-atom at a host name of two labels or more.
        EmailStrict = "email-strict",
        /// Whatever has something on both sides of an @ is an e-mail address, quotes and brackets as well.
        EmailLoose = "email-loose",
        /// Blanks around an e-mail address are cut off.
        EmailTrimmed = "email-trimmed",
        /// A mobile phone number is one of the Chinese mainland, digit by digit.
        PhoneStrict = "phone-strict",
        /// Plus signs, blanks and hyphens in a phone number are passed over.
        PhoneLoose = "phone-loose",
        /// A number without a country code is answered by the row about country codes.
        NoCountryIsACountry = "no-country-is-a-country",
        /// A page that names no supported country means the country code 86.
        OnlyMainlandPhones = "only-mainland-phones",
        /// Upper and lower case of listed values do not differ.
        ValuesWithoutCase = "values-without-case",
        /// Of a text without rules, only what the page shows is valid.
        OnlyShownValues = "only-shown-values",
        /// Of a text of which the page only says how long it is, letters and digits are valid, and nothing else.
        OnlyPlainCharacters = "only-plain-characters",
        /// A member may not be repeated.
        RepeatedMembersRefused = "repeated-members-refused",
        /// A limit that is named and not given is 64.
        UnstatedLimitOf64 = "unstated-limit-of-64",
        /// A limit that is named and not given is 900.
        UnstatedLimitOf900 = "unstated-limit-of-900",
        /// Where the page does not say how long a text can be, the server has a limit of its own.
        OwnLimit = "own-limit",
        /// Where several rows are bound to a breach, the last one answers.
        LastRowAnswers = "last-row-answers",
        /// A scalar of another type is converted.
        ScalarsConverted = "scalars-converted",
        /// Numbers are read into 32 bits: a wider one is of another type.
        NumbersOf32Bits = "numbers-of-32-bits",
        /// Parameters are checked from the last to the first.
        CheckedBackwards = "checked-backwards",
        /// What is missing is answered before anything else is looked at.
        AbsenceFirst = "absence-first",
        /// A value's form is checked before its length.
        FormBeforeLength = "form-before-length",
        /// An entity's own value counts as used.
        OwnValueIsUsed = "own-value-is-used",
        /// Unique values are compared without case.
        UniqueWithoutCase = "unique-without-case",
        /// The value of a removed entity stays taken.
        RemovedValuesStayTaken = "removed-values-stay-taken",
        /// The form of an id is checked before it is looked up.
        IdFormChecked = "id-form-checked",
        /// A parameter on which the page contradicts itself need not be there.
        UnclearNotRequired = "unclear-not-required",
        /// A call that changes nothing is refused.
        ChangesNothingRefused = "changes-nothing-refused",
        /// An update replaces the whole entity: what it does not send is cleared.
        UpdateReplaces = "update-replaces",
        /// What the page says takes effect later does not show before.
        LaterIsLater = "later-is-later",
        /// A parameter that the page does not list is refused.
        UnlistedRefused = "unlisted-refused",
        /// Of a repeated parameter the last counts.
        LastOfRepeatedCounts = "last-of-repeated-counts",
        /// Every fifth call meets another one and is told so.
        BusyNowAndThen = "busy-now-and-then",
        /// Codes carry a sub-code, where the page's codes are hierarchical.
        SubCodes = "sub-codes",
        /// A breach without a row is answered by the last row that is bound to nothing.
        LastUnboundRow = "last-unbound-row",
        /// Answers have members that the page does not list.
        ExtraElements = "extra-elements",
        /// Members of answers stand in another order.
        OtherOrder = "other-order",
        /// Optional response elements are left out.
        OptionalElementsAbsent = "optional-elements-absent",
        /// Messages that the page does not give are in other words.
        OtherWords = "other-words",
    }
}

impl Reading {
    /// The questions that it answers in another way than the plain reference; none where it is about the order of things, which no
    /// ruling asks about.
    pub const fn questions(self) -> &'static [Question] {
        match self {
            Self::LettersOfAnyScript => &[Question::OtherScripts],
            Self::DigitsOfAnyScript => &[Question::OtherScripts, Question::OtherDigits],
            Self::LengthInUtf16 | Self::LengthInGraphemes => &[Question::OneCharacter],
            Self::UnclearCharactersRefused => &[Question::UnclearCharacter],
            Self::EmptyIsPresent => &[Question::EmptyValue, Question::EmptyList],
            Self::BlankIsAbsent | Self::EmptyOptionalRefused => &[Question::EmptyValue],
            Self::EmailStrict | Self::EmailLoose | Self::EmailTrimmed => &[Question::EmailAddress],
            Self::PhoneStrict | Self::PhoneLoose | Self::OnlyMainlandPhones => &[Question::PhoneNumber],
            Self::NoCountryIsACountry => &[Question::NoCountryCode],
            Self::ValuesWithoutCase => &[Question::CaseOfValues, Question::ValidMember],
            Self::OnlyShownValues => &[Question::ValidValues, Question::MembersOfObject],
            Self::OnlyPlainCharacters => &[Question::CharactersOfText],
            Self::RepeatedMembersRefused => &[Question::RepeatedMember],
            Self::UnstatedLimitOf64 | Self::UnstatedLimitOf900 => &[Question::UnstatedLimit],
            Self::OwnLimit => &[Question::LongestText],
            Self::ScalarsConverted => &[Question::ScalarOfAnotherType],
            Self::NumbersOf32Bits => &[Question::NumberOf32Bits],
            Self::IdFormChecked => &[Question::IdOfNothing],
            Self::UnclearNotRequired => &[Question::Required],
            Self::LastRowAnswers
            | Self::CheckedBackwards
            | Self::AbsenceFirst
            | Self::FormBeforeLength
            | Self::OwnValueIsUsed
            | Self::UniqueWithoutCase
            | Self::RemovedValuesStayTaken
            | Self::ChangesNothingRefused
            | Self::UpdateReplaces
            | Self::LaterIsLater
            | Self::UnlistedRefused
            | Self::LastOfRepeatedCounts
            | Self::BusyNowAndThen
            | Self::SubCodes
            | Self::LastUnboundRow
            | Self::ExtraElements
            | Self::OtherOrder
            | Self::OptionalElementsAbsent
            | Self::OtherWords => &[],
        }
    }

    /// Whether a server cannot take both sides.
    pub fn excludes(self, other: Self) -> bool {
        const EITHER: &[(Reading, Reading)] = &[
            (Reading::EmailStrict, Reading::EmailLoose),
            (Reading::PhoneStrict, Reading::PhoneLoose),
            (Reading::UnstatedLimitOf64, Reading::UnstatedLimitOf900),
            (Reading::LengthInUtf16, Reading::LengthInGraphemes),
            (Reading::EmptyIsPresent, Reading::EmptyOptionalRefused),
        ];
        EITHER.iter().any(|pair| *pair == (self, other) || *pair == (other, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_a_server_on_the_other_side() {
        for question in Question::ALL {
            let is_answered = Reading::ALL.iter().any(|reading| reading.questions().contains(question));
            assert!(
                is_answered,
                "no reading answers `{}` in another way than the reference",
                question.name()
            );
        }
    }
}
