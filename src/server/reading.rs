//! Readings: the answers that a careful implementer could give to what the pages leave open.
//!
//! A server with a reading still keeps every promise. `fineprint mutants --readings` shows that no case treats a
//! reading as a mismatch.

use crate::named::named;
use crate::spec::question::Question;

named! {
    /// One answer to an open question.
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
        /// Characters on which the page contradicts itself are rejected.
        UnclearCharactersRefused = "unclear-characters-refused",
        /// An empty value counts as present, and is judged by the rules.
        EmptyIsPresent = "empty-is-present",
        /// Two equal values are not in order.
        EqualIsOutOfOrder = "equal-is-out-of-order",
        /// Defaults are filled in before relations are checked.
        DefaultsFirst = "defaults-first",
        /// Relations are checked before the rules of single values.
        RelationsFirst = "relations-first",
        /// White space alone counts as absent.
        BlankIsAbsent = "blank-is-absent",
        /// An empty optional value is rejected as missing, if there is a row for that.
        EmptyOptionalRefused = "empty-optional-refused",
        /// Classes of patterns contain the letters and digits of every script.
        PatternsOfAnyScript = "patterns-of-any-script",
        /// A pattern matches before a final line break.
        FinalNewlineIgnored = "final-newline-ignored",
        /// Dates, times, ids and addresses are valid only in their plain form.
        FormatsStrict = "formats-strict",
        /// Dates, times, ids and addresses are valid in every form that a lenient parser takes.
        FormatsLoose = "formats-loose",
        /// An e-mail address is a dot-atom at a host name of two labels or more.
        EmailStrict = "email-strict",
        /// Anything with something on both sides of an @ is an e-mail address, including quotes and brackets.
        EmailLoose = "email-loose",
        /// White space around an e-mail address is removed.
        EmailTrimmed = "email-trimmed",
        /// A mobile phone number is one of the Chinese mainland, digit by digit.
        PhoneStrict = "phone-strict",
        /// Plus signs, spaces and hyphens in a phone number are ignored.
        PhoneLoose = "phone-loose",
        /// A number without a country code is rejected with the row about country codes.
        NoCountryIsACountry = "no-country-is-a-country",
        /// A page that names no supported country means the country code 86.
        OnlyMainlandPhones = "only-mainland-phones",
        /// Upper and lower case of listed values make no difference.
        ValuesWithoutCase = "values-without-case",
        /// For a text without rules, only the values that the page shows are valid.
        OnlyShownValues = "only-shown-values",
        /// Of a rule that the spec only has examples of, only the examples are valid.
        OnlyAcceptedExamples = "only-accepted-examples",
        /// If the page specifies only the length of a text, letters and digits are valid, and nothing else.
        OnlyPlainCharacters = "only-plain-characters",
        /// A member must not be repeated.
        RepeatedMembersRefused = "repeated-members-refused",
        /// A limit that is mentioned without a number is 64.
        UnstatedLimitOf64 = "unstated-limit-of-64",
        /// A limit that is mentioned without a number is 900.
        UnstatedLimitOf900 = "unstated-limit-of-900",
        /// If the page does not specify how long a text can be, the server has a limit of its own.
        OwnLimit = "own-limit",
        /// If several rows cover a violation, the last one is returned.
        LastRowAnswers = "last-row-answers",
        /// A scalar of another type is converted.
        ScalarsConverted = "scalars-converted",
        /// Numbers are read into 32 bits: a wider number is of another type.
        NumbersOf32Bits = "numbers-of-32-bits",
        /// Parameters are checked from the last to the first.
        CheckedBackwards = "checked-backwards",
        /// Missing parameters are rejected before anything else is checked.
        AbsenceFirst = "absence-first",
        /// A value's form is checked before its length.
        FormBeforeLength = "form-before-length",
        /// An entity's own value counts as already used.
        OwnValueIsUsed = "own-value-is-used",
        /// Unique values are compared without case.
        UniqueWithoutCase = "unique-without-case",
        /// The value of a removed entity stays taken.
        RemovedValuesStayTaken = "removed-values-stay-taken",
        /// The form of an id is checked before it is looked up.
        IdFormChecked = "id-form-checked",
        /// A parameter on which the page contradicts itself is optional.
        UnclearNotRequired = "unclear-not-required",
        /// A call that changes nothing is rejected.
        ChangesNothingRefused = "changes-nothing-refused",
        /// An update replaces the whole entity: what the update does not send is cleared.
        UpdateReplaces = "update-replaces",
        /// If the page says that something takes effect later, it does not show before.
        LaterIsLater = "later-is-later",
        /// A parameter that the page does not list is rejected.
        UnlistedRefused = "unlisted-refused",
        /// If a parameter is repeated, the last value counts.
        LastOfRepeatedCounts = "last-of-repeated-counts",
        /// Every fifth call conflicts with another one and is rejected for that.
        BusyNowAndThen = "busy-now-and-then",
        /// Codes carry a sub-code if the page's codes are hierarchical.
        SubCodes = "sub-codes",
        /// A violation that no row covers is rejected with the last row without a `when`.
        LastUnboundRow = "last-unbound-row",
        /// Responses have members that the page does not list.
        ExtraElements = "extra-elements",
        /// Members of responses are in another order.
        OtherOrder = "other-order",
        /// Optional response elements are left out.
        OptionalElementsAbsent = "optional-elements-absent",
        /// Messages that the page does not give are worded differently.
        OtherWords = "other-words",
        /// An error response reports a fault of each parameter, if it can report several.
        AllFaultsReported = "all-faults-reported",
        /// A message shows only the beginning of a long value.
        ValuesShortened = "values-shortened",
    }
}

impl Reading {
    /// Returns the questions that the reading answers differently from the plain reference server. There are none if
    /// the reading is about an order, which no ruling asks about.
    pub const fn questions(self) -> &'static [Question] {
        match self {
            Self::LettersOfAnyScript => &[Question::OtherScripts],
            Self::DigitsOfAnyScript => &[Question::OtherScripts, Question::OtherDigits],
            Self::LengthInUtf16 | Self::LengthInGraphemes => &[Question::OneCharacter],
            Self::UnclearCharactersRefused => &[Question::UnclearCharacter],
            Self::EmptyIsPresent => &[Question::EmptyValue, Question::EmptyList],
            Self::BlankIsAbsent | Self::EmptyOptionalRefused => &[Question::EmptyValue],
            Self::PatternsOfAnyScript => &[Question::PatternDialect],
            Self::FinalNewlineIgnored => &[Question::FinalNewline],
            Self::FormatsStrict | Self::FormatsLoose => &[Question::FormatGrammar],
            Self::EmailStrict | Self::EmailLoose | Self::EmailTrimmed => &[Question::EmailAddress],
            Self::PhoneStrict | Self::PhoneLoose | Self::OnlyMainlandPhones => &[Question::PhoneNumber],
            Self::NoCountryIsACountry => &[Question::NoCountryCode],
            Self::ValuesWithoutCase => &[Question::CaseOfValues, Question::ValidMember],
            Self::OnlyShownValues => &[Question::ValidValues, Question::MembersOfObject],
            Self::OnlyAcceptedExamples => &[Question::FurtherRule],
            Self::OnlyPlainCharacters => &[Question::CharactersOfText],
            Self::RepeatedMembersRefused => &[Question::RepeatedMember],
            Self::UnstatedLimitOf64 | Self::UnstatedLimitOf900 => &[Question::UnstatedLimit],
            Self::OwnLimit => &[Question::LongestText],
            Self::ScalarsConverted => &[Question::ScalarOfAnotherType],
            Self::NumbersOf32Bits => &[Question::NumberOf32Bits],
            Self::EqualIsOutOfOrder => &[Question::EqualInOrder],
            Self::RelationsFirst => &[Question::ConditionOnInvalidValue],
            Self::DefaultsFirst => &[Question::DefaultCountsAsGiven],
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
            | Self::OtherWords
            | Self::AllFaultsReported
            | Self::ValuesShortened => &[],
        }
    }

    /// Returns `true` if a server cannot have both readings.
    pub fn excludes(self, other: Self) -> bool {
        const EITHER: &[(Reading, Reading)] = &[
            (Reading::EmailStrict, Reading::EmailLoose),
            (Reading::FormatsStrict, Reading::FormatsLoose),
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
    fn every_question_has_a_server_with_another_reading() {
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
