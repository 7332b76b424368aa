//! Length, counted in every way that the page's wording allows.

use unicode_segmentation::UnicodeSegmentation;

use crate::spec::breach::Part;
use crate::spec::model::{Length, Limit, Unit};
use crate::spec::question::Question;

use super::Ruling;

/// The length that is within any limit in use, if the page mentions a limit but does not state it: a lower limit would
/// exclude common e-mail addresses.
pub const PLAUSIBLE: u64 = 30;

/// The length that exceeds any limit in use, if the page mentions a limit but does not state it.
pub const FAR: u64 = 1_000;

/// Applies the rule to a text.
pub fn ruling(length: &Length, text: &str) -> Ruling {
    let counts = match length.unit {
        Unit::Bytes => vec![text.len() as u64],
        Unit::Characters => character_counts(text),
    };
    let too_short = counts.iter().filter(|count| **count < length.min).count();
    let too_long = counts.iter().filter(|count| beyond(**count, length.max)).count();
    let within = side(too_short, counts.len(), Part::LengthMin);
    let within = within.and(side(too_long, counts.len(), Part::LengthMax));
    let is_among = |range: std::ops::Range<u64>| counts.iter().any(|count| range.contains(count));
    match length.max {
        Limit::Unstated if is_among(PLAUSIBLE + 1..FAR) => {
            within.and(Ruling::open(Part::LengthMax, Question::UnstatedLimit))
        }
        Limit::None if is_among(PLAUSIBLE.max(length.min.saturating_mul(2)).saturating_add(1)..u64::MAX) => {
            within.and(Ruling::open(Part::LengthMax, Question::LongestText))
        }
        _ => within,
    }
}

/// Rules on the length of a text if the page states only its characters.
pub fn without_rule(text: &str) -> Ruling {
    match text.len() as u64 >= FAR {
        true => Ruling::open(Part::LengthMax, Question::LongestText),
        false => Ruling::holds(),
    }
}

fn beyond(count: u64, max: Limit) -> bool {
    match max {
        Limit::None => false,
        Limit::At(max) => count > max,
        Limit::Unstated => count >= FAR,
    }
}

fn side(outside: usize, ways: usize, breach: Part) -> Ruling {
    match outside {
        0 => Ruling::holds(),
        all if all == ways => Ruling::breaks(breach),
        _ => Ruling::open(breach, Question::OneCharacter),
    }
}

/// Counts code points, UTF-16 units, and what a reader sees as one character (UAX 29).
fn character_counts(text: &str) -> Vec<u64> {
    // In ASCII, only a carriage return with its line feed is read as one character.
    if text.is_ascii() && !text.contains('\r') {
        return vec![text.len() as u64];
    }
    vec![text.chars().count() as u64, text.encode_utf16().count() as u64, text.graphemes(true).count() as u64]
}
