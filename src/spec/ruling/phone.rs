//! `<Country code>-<Mobile phone number>`. The pages give no lengths, so only the plain cases are decided.

use crate::spec::breach::Part;
use crate::spec::question::Question;

use super::Ruling;

/// Judges a text by the format and the country codes that the page supports (empty: it does not say).
pub fn ruling(countries: &[String], text: &str) -> Ruling {
    if text.trim() != text {
        return ruling(countries, text.trim())
            .either(Ruling::open(Part::FormatShape, Question::PhoneNumber), Question::PhoneNumber);
    }
    if text.chars().any(|character| !character.is_ascii() && character.is_numeric()) {
        return Ruling::open(Part::FormatShape, Question::OtherDigits);
    }
    let Some((country, number)) = text.split_once('-') else {
        return without_country(text);
    };
    if country.is_empty() || !all_digits(country) {
        return without_country(country);
    }
    if number.is_empty() || number.chars().any(char::is_alphabetic) {
        return shape(countries, country);
    }
    on_number(countries, country, number)
}

/// Rules on text without a country code. Some write `+86` and `0086`; any other text that is not a number is not a
/// country code.
fn without_country(text: &str) -> Ruling {
    match text.strip_prefix('+').is_some_and(all_digits) {
        true => Ruling::open(Part::FormatShape, Question::PhoneNumber),
        false => Ruling::breaks(Part::FormatShape).or(Part::FormatCountry, Question::NoCountryCode),
    }
}

/// Rules on text whose number is missing or has letters. 86 counts as supported, because it is in the example of every
/// page.
fn shape(countries: &[String], country: &str) -> Ruling {
    let ruling = Ruling::breaks(Part::FormatShape);
    match country == "86" || countries.iter().any(|supported| supported == country) {
        true => ruling,
        false => ruling.or(Part::FormatCountry, Question::NoCountryCode),
    }
}

fn on_number(countries: &[String], country: &str, number: &str) -> Ruling {
    let open = || {
        Ruling::open(Part::FormatCountry, Question::PhoneNumber).or(Part::FormatShape, Question::PhoneNumber)
    };
    let is_mainland = country == "86" && is_mainland_mobile(number);
    match countries.iter().any(|supported| supported == country) {
        _ if is_mainland && (countries.is_empty() || countries.iter().any(|supported| supported == "86")) => {
            Ruling::holds()
        }
        _ if countries.is_empty() || country.starts_with('0') => open(),
        true if country != "86" && is_plain(number) => Ruling::holds(),
        true => Ruling::open(Part::FormatShape, Question::PhoneNumber),
        // Codes of one and two digits are assigned, so the row about country codes is the more obvious one.
        false if all_digits(number) && country.len() <= 2 => Ruling::breaks(Part::FormatCountry),
        false => Ruling::breaks(Part::FormatCountry).or(Part::FormatShape, Question::PhoneNumber),
    }
}

/// Returns `true` for a mobile phone number of the Chinese mainland: eleven digits, the first 1, the second 3 to 9.
fn is_mainland_mobile(number: &str) -> bool {
    let digits = number.as_bytes();
    all_digits(number) && digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1])
}

/// Returns `true` for as many digits as subscriber numbers have in most countries. With the longest country code, they
/// fit into the fifteen digits of ITU-T E.164.
fn is_plain(number: &str) -> bool {
    all_digits(number) && (7..=12).contains(&number.len())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
