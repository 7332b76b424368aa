//! Values that the page reserves, and examples of a rule that a spec cannot say otherwise.

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Open, Schema};
use crate::spec::question::Question;

use super::{Ruling, is_same_folded};

/// Rules on a value by the reserved values and by the examples.
pub fn ruling(schema: &Schema, value: &Json) -> Ruling {
    on_reserved(&schema.reserved, value)
        .and(schema.open.as_deref().map_or_else(Ruling::holds, |open| on_open(open, value)))
}

fn on_reserved(reserved: &[Json], value: &Json) -> Ruling {
    if reserved.contains(value) {
        return Ruling::breaks(Part::Reserved);
    }
    // Around a reserved name, a service may ignore white space and case.
    let Some(text) = value.as_text() else { return Ruling::holds() };
    let texts = || reserved.iter().filter_map(Json::as_text);
    match () {
        () if texts().any(|reserved| reserved == text.trim()) => {
            Ruling::open(Part::Reserved, Question::CharactersOfText)
        }
        () if texts().any(|reserved| is_same_folded(reserved, text.trim())) => {
            Ruling::open(Part::Reserved, Question::CaseOfValues)
        }
        () => Ruling::holds(),
    }
}

/// Rules on a value by examples. What no example shows is open.
fn on_open(open: &Open, value: &Json) -> Ruling {
    if open.refuses.contains(value) {
        return Ruling::breaks(Part::Open);
    }
    match open.accepts(value) {
        true => Ruling::holds(),
        false => Ruling::open(Part::Open, Question::FurtherRule),
    }
}

#[cfg(test)]
mod tests {
    use crate::json::Json;
    use crate::spec::breach::Part;
    use crate::spec::read;
    use crate::spec::ruling::{Outcome, on_member};

    fn outcome(rules: &str, value: &str) -> (Outcome, Vec<Part>) {
        let parameter = read::parameter_fixture(rules);
        let ruling = on_member(&parameter, Some(&Json::Text(value.to_owned())));
        (ruling.outcome(), ruling.breaches.into_iter().map(|breach| breach.part).collect())
    }

    #[test]
    fn reserved_values_break_and_similar_ones_hold_unless_only_case_or_blanks_differ() {
        let of = |value: &str| outcome("type: string, pattern: '[ A-Za-z]+', reserved: [admin, root]", value);
        assert_eq!(of("admin"), (Outcome::Breaks, vec![Part::Reserved]));
        assert_eq!(of("root"), (Outcome::Breaks, vec![Part::Reserved]));
        for open in ["Admin", "ROOT", " admin", "root "] {
            assert_eq!(of(open).0, Outcome::Open, "{open}");
        }
        for valid in ["admins", "adm", "roots", "user"] {
            assert_eq!(of(valid).0, Outcome::Holds, "{valid}");
        }
        assert_eq!(of("admin1"), (Outcome::Breaks, vec![Part::Pattern]));
    }

    #[test]
    fn open_rule_leaves_open_what_no_example_shows() {
        let rules = "type: string, length: 3..9, sample: tom, \
                     open: {accepts: [eve], accepts-matching: 'u[0-9]{3,8}', refuses: [fritz]}";
        let of = |value: &str| outcome(rules, value);
        for valid in ["tom", "eve", "u123"] {
            assert_eq!(of(valid).0, Outcome::Holds, "{valid}");
        }
        assert_eq!(of("fritz"), (Outcome::Breaks, vec![Part::Open]));
        for open in ["anna", "u12x"] {
            assert_eq!(of(open).0, Outcome::Open, "{open}");
        }
        assert_eq!(of("ab"), (Outcome::Breaks, vec![Part::LengthMin]), "the other rules count as ever");
    }
}
