//! The rules of texts: length, characters, format.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use crate::spec::breach::Part;
use crate::spec::model::{Characters, Format, Limit, Schema, Unclear, Unit};
use crate::spec::pattern::{Dialect, Fit, Pattern, texts};

use super::behaviour::Behaviour;
use super::common::{Way, is_valid};
use super::fault::Portion;
use super::reading::Reading;

/// The limit that this server assumes if the page mentions one without a number: that of RFC 5321.
const UNSTATED: u64 = 254;

/// The server's own limit: it still accepts texts of this length, or of twice the minimum length if that is more.
const MIN_LIMIT: u64 = 30;

/// The same, in bytes, if the page specifies the characters of a text but not its length.
const MIN_LIMIT_UNRULED: usize = 999;

/// A text, and the rules for it.
pub struct Text<'a> {
    /// The rules.
    pub schema: &'a Schema,
    /// The text.
    pub text: &'a str,
    /// The way in which the server reads the pages.
    pub behaviour: &'a Behaviour,
    /// The part whose characters are checked, if not all are.
    pub part: Option<Portion>,
}

impl Text<'_> {
    fn has_reading(&self, reading: Reading) -> bool {
        self.behaviour.has_reading(reading)
    }

    /// Returns the text as its format reads it.
    fn as_read(&self) -> &str {
        let is_email = self.schema.format == Some(Format::Email);
        if is_email && self.has_reading(Reading::EmailTrimmed) { self.text.trim() } else { self.text }
    }

    /// Returns a fault if the text is too short or too long.
    pub fn length_fault(&self) -> Option<Part> {
        let text = self.as_read();
        let Some(length) = &self.schema.length else {
            let is_ruled = self.schema.characters.is_some() || !self.schema.patterns.is_empty();
            let is_free = is_ruled && self.schema.format.is_none();
            let is_too_long =
                is_free && self.has_reading(Reading::OwnLimit) && text.len() > MIN_LIMIT_UNRULED;
            return is_too_long.then_some(Part::LengthMax);
        };
        let count = match length.unit {
            Unit::Bytes => text.len(),
            Unit::Characters if self.has_reading(Reading::LengthInUtf16) => text.encode_utf16().count(),
            Unit::Characters if self.has_reading(Reading::LengthInGraphemes) => text.graphemes(true).count(),
            Unit::Characters => text.chars().count(),
        } as u64;
        let max = match length.max {
            Limit::None if self.has_reading(Reading::OwnLimit) => MIN_LIMIT.max(length.min.saturating_mul(2)),
            Limit::None => u64::MAX,
            Limit::At(max) => max,
            Limit::Unstated if self.has_reading(Reading::UnstatedLimitOf64) => 64,
            Limit::Unstated if self.has_reading(Reading::UnstatedLimitOf900) => 900,
            Limit::Unstated => UNSTATED,
        };
        if count < length.min {
            return Some(Part::LengthMin);
        }
        (count > max).then_some(Part::LengthMax)
    }

    /// Returns a fault if the text has a character that is not allowed there.
    pub fn character_fault(&self) -> Option<Part> {
        let characters = self.schema.characters.as_ref()?;
        // The @ and the dots of the host are part of every address.
        let meant: String = match (&self.schema.format, self.as_read().rsplit_once('@')) {
            (Some(Format::Email), Some((local, host))) => format!("{local}{}", host.replace('.', "")),
            _ => self.as_read().to_owned(),
        };
        if meant.starts_with(characters.not_first.as_slice()) {
            return Some(Part::CharactersFirst);
        }
        let all: Vec<char> = meant.chars().collect();
        let checked = self.part.map_or(all.clone(), |part| part.of(&all));
        let fine = checked.into_iter().all(|character| self.allows(characters, character));
        (!fine).then_some(Part::CharactersOf)
    }

    fn allows(&self, characters: &Characters, character: char) -> bool {
        let unclear = match &characters.unclear {
            Unclear::These(these) => these.contains(&character),
            Unclear::Others => true,
        };
        let group = character.general_category_group();
        let is_letter = matches!(group, GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark);
        (characters.letters && character.is_ascii_alphabetic())
            || (characters.digits && character.is_ascii_digit())
            || characters.also.contains(&character)
            || (unclear && !self.has_reading(Reading::UnclearCharactersRefused))
            || (characters.letters
                && self.has_reading(Reading::LettersOfAnyScript)
                && !character.is_ascii()
                && is_letter)
            || (characters.digits
                && self.has_reading(Reading::DigitsOfAnyScript)
                && !character.is_ascii()
                && group == GeneralCategoryGroup::Number)
    }

    /// Returns a fault if the text does not match one of its patterns.
    pub fn pattern_fault(&self) -> Option<Part> {
        let text = self.as_read();
        let matches = |pattern: &Pattern| {
            let (any_script, newline) = match pattern.dialect {
                Some(Dialect::Ecma | Dialect::Go) => (false, false),
                Some(Dialect::Java) => (false, true),
                Some(Dialect::Pcre) | None => (true, true),
            };
            let in_unicode = any_script && self.has_reading(Reading::PatternsOfAnyScript);
            let line =
                text.strip_suffix('\n').filter(|_| newline && self.has_reading(Reading::FinalNewlineIgnored));
            let is_one =
                |text: &str| if in_unicode { pattern.matches_unicode(text) } else { is_match(pattern, text) };
            is_one(text) || line.is_some_and(is_one)
        };
        (!self.schema.patterns.iter().all(matches)).then_some(Part::Pattern)
    }

    /// Returns a fault if the text does not have its format.
    pub fn format_fault(&self) -> Option<Part> {
        match self.schema.format.as_ref()? {
            Format::Email => (!self.is_email()).then_some(Part::FormatShape),
            Format::Phone { countries } => self.phone_fault(countries),
            Format::Common { is, schemes } => {
                let way = match () {
                    () if self.has_reading(Reading::FormatsStrict) => Way::Strict,
                    () if self.has_reading(Reading::FormatsLoose) => Way::Loose,
                    () => Way::Usual,
                };
                (!is_valid(*is, schemes, self.text, way)).then_some(Part::FormatShape)
            }
        }
    }

    fn is_email(&self) -> bool {
        let text = self.as_read();
        let quoted = self.has_reading(Reading::EmailLoose) && text.contains('"');
        let split =
            if self.has_reading(Reading::EmailLoose) { text.rsplit_once('@') } else { text.split_once('@') };
        let Some((local, host)) = split else { return false };
        let odd = |character: char| character.is_control() || (character.is_whitespace() && !quoted);
        let parts =
            !local.is_empty() && !host.is_empty() && (quoted || !local.contains('@')) && !host.contains('@');
        parts && !text.chars().any(odd) && (!self.has_reading(Reading::EmailStrict) || is_strict(local, host))
    }

    fn phone_fault(&self, countries: &[String]) -> Option<Part> {
        let loose = self.has_reading(Reading::PhoneLoose);
        let text = if loose { self.text.trim().trim_start_matches('+') } else { self.text };
        let any_script = self.has_reading(Reading::DigitsOfAnyScript);
        let is_digit = |each: char| if any_script { each.is_numeric() } else { each.is_ascii_digit() };
        let digits = |part: &str| !part.is_empty() && part.chars().all(is_digit);
        let no_country = match self.has_reading(Reading::NoCountryIsACountry) {
            true => Part::FormatCountry,
            false => Part::FormatShape,
        };
        let Some((country, number)) = text.split_once('-') else { return Some(no_country) };
        if !digits(country) {
            return Some(no_country);
        }
        let number: String = match loose {
            true => number.chars().filter(|character| !matches!(character, ' ' | '-')).collect(),
            false => number.to_owned(),
        };
        if !digits(&number)
            || (self.has_reading(Reading::PhoneStrict) && country == "86" && !is_mainland(&number))
        {
            return Some(Part::FormatShape);
        }
        let only_mainland = countries.is_empty() && self.has_reading(Reading::OnlyMainlandPhones);
        let supported = match countries.is_empty() {
            true => !only_mainland || country == "86",
            false => countries.iter().any(|supported| supported == country),
        };
        (!supported).then_some(Part::FormatCountry)
    }
}

/// Returns `true` if a text matches a pattern. The engine of ECMAScript gives a second opinion; what only other dialects
/// have is left to the engine that reads specs.
fn is_match(pattern: &Pattern, text: &str) -> bool {
    let whole = match pattern.search {
        true => pattern.text.clone(),
        false => format!("^(?:{})$", pattern.text),
    };
    // It backtracks, so nested repetitions could take forever.
    let is_slow = texts::depth(pattern.hir()) > 1;
    // Its grammar reads these as plain letters.
    let is_foreign = [r"\A", r"\z", r"\a", r"\x{", r"\u{"].iter().any(|escape| pattern.text.contains(escape));
    let flags = if pattern.text.contains(r"\p") || pattern.text.contains(r"\P") { "u" } else { "" };
    match regress::Regex::with_flags(&whole, flags) {
        _ if is_foreign || is_slow => pattern.fit(text) == Fit::Matches,
        Ok(regex) => regex.find(text).is_some(),
        Err(_) => pattern.fit(text) == Fit::Matches,
    }
}

fn is_mainland(number: &str) -> bool {
    number.len() == 11 && number.starts_with('1') && number.as_bytes()[1] >= b'3'
}

fn is_strict(local: &str, host: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    local.split('.').all(atom) && host.split('.').count() >= 2 && host.split('.').all(atom)
}
