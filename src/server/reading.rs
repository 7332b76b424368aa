//! Readings: the sides that a careful implementer could take on what the pages leave open.
//!
//! A server with a reading still keeps every promise. `fineprint mutants --readings` shows that no case calls one a
//! departure.

/// One side of an open question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// "Letters" are those of every script.
    LettersOfAnyScript,
    /// "Digits" are those of every script.
    DigitsOfAnyScript,
    /// Characters are counted as UTF-16 units.
    LengthInUtf16,
    /// Characters are counted as a reader sees them.
    LengthInGraphemes,
    /// Characters on which the page contradicts itself are refused.
    UnclearCharactersRefused,
    /// An empty value is there, and judged by the rules.
    EmptyIsPresent,
    /// White space alone counts as absent.
    BlankIsAbsent,
    /// An empty optional value is refused as missing, where there is a row.
    EmptyOptionalRefused,
    /// An e-mail address is a dot-atom at a host name of two labels or more.
    EmailStrict,
    /// Whatever has something on both sides of an @ is an e-mail address, quotes and brackets as well.
    EmailLoose,
    /// Blanks around an e-mail address are cut off.
    EmailTrimmed,
    /// A mobile phone number is one of the Chinese mainland, digit by digit.
    PhoneStrict,
    /// Plus signs, blanks and hyphens in a phone number are passed over.
    PhoneLoose,
    /// A number without a country code is answered by the row about country codes.
    NoCountryIsACountry,
    /// A page that names no supported country means the country code 86.
    OnlyMainlandPhones,
    /// Upper and lower case of listed values do not differ.
    ValuesWithoutCase,
    /// Of a text without rules, only what the page shows is valid.
    OnlyShownValues,
    /// Of a text of which the page only says how long it is, letters and digits are valid, and nothing else.
    OnlyPlainCharacters,
    /// A member may not be repeated.
    RepeatedMembersRefused,
    /// A limit that is named and not given is 64.
    UnstatedLimitOf64,
    /// A limit that is named and not given is 900.
    UnstatedLimitOf900,
    /// Where several rows are bound to a breach, the last one answers.
    LastRowAnswers,
    /// A scalar of another type is converted.
    ScalarsConverted,
    /// Parameters are checked from the last to the first.
    CheckedBackwards,
    /// What is missing is answered before anything else is looked at.
    AbsenceFirst,
    /// A value's form is checked before its length.
    FormBeforeLength,
    /// An entity's own value counts as used.
    OwnValueIsUsed,
    /// Unique values are compared without case.
    UniqueWithoutCase,
    /// The value of a removed entity stays taken.
    RemovedValuesStayTaken,
    /// The form of an id is checked before it is looked up.
    IdFormChecked,
    /// A parameter on which the page contradicts itself need not be there.
    UnclearNotRequired,
    /// A call that changes nothing is refused.
    ChangesNothingRefused,
    /// An update replaces the whole entity: what it does not send is cleared.
    UpdateReplaces,
    /// What the page says takes effect later does not show before.
    LaterIsLater,
    /// A parameter that the page does not list is refused.
    UnlistedRefused,
    /// Of a repeated parameter the last counts.
    LastOfRepeatedCounts,
    /// Every fifth call meets another one and is told so.
    BusyNowAndThen,
    /// Codes carry a sub-code, where the page's codes are hierarchical.
    SubCodes,
    /// A breach without a row is answered by the last row that is bound to nothing.
    LastUnboundRow,
    /// Answers have members that the page does not list.
    ExtraElements,
    /// Members of answers stand in another order.
    OtherOrder,
    /// Optional response elements are left out.
    OptionalElementsAbsent,
    /// Messages that the page does not give are in other words.
    OtherWords,
}

impl Reading {
    /// Every reading with its name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::LettersOfAnyScript, "letters-of-any-script"),
        (Self::DigitsOfAnyScript, "digits-of-any-script"),
        (Self::LengthInUtf16, "length-in-utf16"),
        (Self::LengthInGraphemes, "length-in-graphemes"),
        (Self::UnclearCharactersRefused, "unclear-characters-refused"),
        (Self::EmptyIsPresent, "empty-is-present"),
        (Self::BlankIsAbsent, "blank-is-absent"),
        (Self::EmptyOptionalRefused, "empty-optional-refused"),
        (Self::EmailStrict, "email-strict"),
        (Self::EmailLoose, "email-loose"),
        (Self::EmailTrimmed, "email-trimmed"),
        (Self::PhoneStrict, "phone-strict"),
        (Self::PhoneLoose, "phone-loose"),
        (Self::NoCountryIsACountry, "no-country-is-a-country"),
        (Self::OnlyMainlandPhones, "only-mainland-phones"),
        (Self::ValuesWithoutCase, "values-without-case"),
        (Self::OnlyShownValues, "only-shown-values"),
        (Self::OnlyPlainCharacters, "only-plain-characters"),
        (Self::RepeatedMembersRefused, "repeated-members-refused"),
        (Self::UnstatedLimitOf64, "unstated-limit-of-64"),
        (Self::UnstatedLimitOf900, "unstated-limit-of-900"),
        (Self::LastRowAnswers, "last-row-answers"),
        (Self::ScalarsConverted, "scalars-converted"),
        (Self::CheckedBackwards, "checked-backwards"),
        (Self::AbsenceFirst, "absence-first"),
        (Self::FormBeforeLength, "form-before-length"),
        (Self::OwnValueIsUsed, "own-value-is-used"),
        (Self::UniqueWithoutCase, "unique-without-case"),
        (Self::RemovedValuesStayTaken, "removed-values-stay-taken"),
        (Self::IdFormChecked, "id-form-checked"),
        (Self::UnclearNotRequired, "unclear-not-required"),
        (Self::ChangesNothingRefused, "changes-nothing-refused"),
        (Self::UpdateReplaces, "update-replaces"),
        (Self::LaterIsLater, "later-is-later"),
        (Self::UnlistedRefused, "unlisted-refused"),
        (Self::LastOfRepeatedCounts, "last-of-repeated-counts"),
        (Self::BusyNowAndThen, "busy-now-and-then"),
        (Self::SubCodes, "sub-codes"),
        (Self::LastUnboundRow, "last-unbound-row"),
        (Self::ExtraElements, "extra-elements"),
        (Self::OtherOrder, "other-order"),
        (Self::OptionalElementsAbsent, "optional-elements-absent"),
        (Self::OtherWords, "other-words"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reading, _)| *reading == self).map_or("", |(_, name)| name)
    }

    /// The reading of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(reading, _)| *reading)
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
