//! Characters: certainly permitted, certainly not, or dependent on the reading.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::spec::breach::Part;
use crate::spec::model::{Characters, Unclear};
use crate::spec::question::Question;

use super::Ruling;

/// Applies the rule to a text.
pub fn ruling(rule: &Characters, text: &str) -> Ruling {
    let of_all =
        text.chars().map(|character| of_character(rule, character)).fold(Ruling::holds(), Ruling::and);
    match text.chars().next() {
        Some(first) if rule.not_first.contains(&first) => of_all.and(Ruling::breaks(Part::CharactersFirst)),
        _ => of_all,
    }
}

fn of_character(rule: &Characters, character: char) -> Ruling {
    if named(rule, character) {
        return Ruling::holds();
    }
    let unclear = match &rule.unclear {
        Unclear::These(these) => these.contains(&character),
        Unclear::Others => true,
    };
    if unclear {
        return Ruling::open(Part::CharactersOf, Question::UnclearCharacter);
    }
    match !character.is_ascii() && may_be_named(rule, character) {
        true => Ruling::open(Part::CharactersOf, Question::OtherScripts),
        false => Ruling::breaks(Part::CharactersOf),
    }
}

fn named(rule: &Characters, character: char) -> bool {
    (rule.letters && character.is_ascii_alphabetic())
        || (rule.digits && character.is_ascii_digit())
        || rule.also.contains(&character)
}

/// Returns `true` for a non-ASCII character that the rule may include: letters with their combining marks, and numbers,
/// by their general category in Unicode. Some call a number such as `Ⅷ` a letter, but not a decimal digit.
fn may_be_named(rule: &Characters, character: char) -> bool {
    let is_decimal = character.general_category() == GeneralCategory::DecimalNumber;
    match character.general_category_group() {
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark => rule.letters,
        GeneralCategoryGroup::Number => rule.digits || (rule.letters && !is_decimal),
        _ => false,
    }
}
