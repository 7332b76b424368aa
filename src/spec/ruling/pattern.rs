//! Patterns: whether a text matches, and where dialects of regular expressions disagree.

use crate::spec::breach::Part;
use crate::spec::pattern::{Fit, Pattern};
use crate::spec::question::Question;

use super::Ruling;

/// Applies a pattern to a text.
pub fn ruling(pattern: &Pattern, text: &str) -> Ruling {
    match pattern.fit(text) {
        Fit::Matches => Ruling::holds(),
        Fit::Differs => Ruling::breaks(Part::Pattern),
        Fit::ByDialect => Ruling::open(Part::Pattern, Question::PatternDialect),
        Fit::ByNewline => Ruling::open(Part::Pattern, Question::FinalNewline),
    }
}
