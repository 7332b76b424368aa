//! `<Country code>-<Mobile phone number>`. The pages give no lengths, so only the plain cases are held.

use crate::spec::breach::Part;
use crate::spec::question::Question;

use super::Ruling;

/// What the format says about a text, given the country codes that the page supports (none: it does not say).
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

/// `+86` and `0086` are written by some; anything else that is no number is no country code.
fn without_country(text: &str) -> Ruling {
    match text.strip_prefix('+').is_some_and(all_digits) {
        true => Ruling::open(Part::FormatShape, Question::PhoneNumber),
        false => Ruling::breaks(Part::FormatShape).or(Part::FormatCountry, Question::NoCountryCode),
    }
}

/// Every page's own example has the country code 86.
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
        // Codes of one and two digits are given out, so the row about country codes is the plainer one.
        false if all_digits(number) && country.len() <= 2 => Ruling::breaks(Part::FormatCountry),
        false => Ruling::breaks(Part::FormatCountry).or(Part::FormatShape, Question::PhoneNumber),
    }
}

/// A mobile phone number of the Chinese mainland: eleven digits, the first 1, the second 3 to 9.
fn is_mainland_mobile(number: &str) -> bool {
    let digits = number.as_bytes();
    all_digits(number) && digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1])
}

/// As many digits as subscribers' numbers of most countries have; with the longest country code they fit into the fifteen
/// of ITU-T E.164.
fn is_plain(number: &str) -> bool {
    all_digits(number) && (7..=12).contains(&number.len())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
