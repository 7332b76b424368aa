//! Ranges of numbers.

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::Range;
use crate::spec::question::Question;

use super::Ruling;

/// Applies the rule to a number.
pub fn ruling(range: &Range, number: &Json) -> Ruling {
    let Some(value) = number.as_number() else { return Ruling::holds() };
    let ruling = match (range.is_below(value), range.is_above(value)) {
        (true, _) => Ruling::breaks(Part::RangeMin),
        (_, true) => Ruling::breaks(Part::RangeMax),
        _ => return Ruling::holds(),
    };
    match is_of_32_bits(value) {
        true => ruling,
        false => ruling.or(Part::Type, Question::NumberOf32Bits),
    }
}

/// Returns `true` if a number fits the integer type that most services use for numbers.
fn is_of_32_bits(number: f64) -> bool {
    (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number)
}
