//! Phone numbers with a country code: plain ones, invalid ones, and the kinds on which implementations disagree.

use crate::case::value::Value;
use crate::spec::breach::Part;
use crate::spec::model::Member;

use crate::generate::trial::Trial;

const NUMBERS: &[(&str, &str, &str)] = &[
    ("plain", "a mobile number of mainland China", "86-13900001234"),
    ("other-carrier", "a mobile number of another carrier", "86-19912345678"),
    ("no-country", "no country code", "13900001234"),
    ("empty-country", "nothing before the hyphen", "-13900001234"),
    ("letters-for-country", "letters as country code", "CN-13900001234"),
    ("no-hyphen", "no hyphen", "8613900001234"),
    ("blank-for-hyphen", "a space instead of the hyphen", "86 13900001234"),
    ("no-number", "nothing after the hyphen", "86-"),
    ("letters", "letters as number", "86-mobilephone"),
    ("letter-inside", "a letter in the number", "86-1390000123a"),
    ("other-country", "a number of the United States", "1-2025550123"),
    ("third-country", "a number of the United Kingdom", "44-7400123456"),
    ("words", "a word instead of a number", "none"),
    ("one-digit", "one digit as number", "86-1"),
    ("thirty-digits", "thirty digits as number", "86-139000012341390000123413900001"),
    ("too-short", "one digit fewer than such numbers have", "86-1390000123"),
    ("too-long", "one digit more than such numbers have", "86-139000012345"),
    ("land-line", "a landline number", "86-1085550123"),
    ("plus", "a plus sign before the country code", "+86-13900001234"),
    ("inner-blanks", "spaces in the number", "86-139 0000 1234"),
    ("inner-hyphens", "hyphens in the number", "86-139-0000-1234"),
    ("leading-blank", "a space before it", " 86-13900001234"),
    ("trailing-blank", "a space after it", "86-13900001234 "),
    ("unknown-country", "a country code that does not exist", "999-13900001234"),
    ("full-width-digits", "full-width digits", "８６-１３９００００１２３４"),
];

/// Returns numbers of every kind. If the parameter must be unique, the ends of the long ones are random.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    NUMBERS
        .iter()
        .map(|(slug, tries, number)| {
            let value = match parameter.is_new() {
                true => Value::described(&with_new_end(number)),
                false => Value::text(*number),
            };
            Trial::new(Part::FormatShape, *slug, *tries, value)
        })
        .collect()
}

/// Makes the first long run of digits random, except its first three digits.
fn with_new_end(number: &str) -> String {
    const KEPT: usize = 3;
    const LONG: usize = 7;
    let mut starts = number.char_indices().filter(|(_, character)| character.is_ascii_digit());
    let run = |from: usize| number[from..].bytes().take_while(u8::is_ascii_digit).count();
    match starts.find(|(from, _)| run(*from) >= LONG) {
        Some((from, _)) => {
            let (end, drawn) = (from + run(from), run(from) - KEPT);
            format!("{}<{drawn} digits>{}", &number[..from + KEPT], &number[end..])
        }
        None => number.to_owned(),
    }
}
