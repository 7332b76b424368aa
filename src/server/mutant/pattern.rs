//! Mutants that check patterns too loosely.

use crate::spec::breach::Part;
use crate::spec::model::{Member, Schema};
use crate::spec::pattern::{Fit, Pattern, texts, usual};

use super::{Kind, Mutant, MutantSource, Placed};

/// Returns `true` if a pattern excludes a text that is near one that matches.
pub fn excludes(schema: &Schema, pattern: &Pattern) -> bool {
    texts::near(pattern.hir(), &usual(pattern, schema.length.as_ref()))
        .iter()
        .any(|made| pattern.fit(&made.text) == Fit::Differs)
}

/// The length of the text with which cases test a limit that the page mentions without stating it.
pub const PLAUSIBLE: u64 = 30;

/// Returns `true` if a text of that length can match the parameter's pattern, so that only its length can be wrong.
pub fn allows_length(parameter: &Member, count: u64) -> bool {
    let of_length = |pattern: &Pattern| {
        let count = usize::try_from(count).ok()?;
        let text = texts::of_length(pattern.hir(), count, false)?;
        let is_new = !parameter.is_new() || texts::of_length(pattern.hir(), count, true).is_some();
        (is_new && pattern.fit(&text) == Fit::Matches).then_some(())
    };
    match parameter.schema.patterns.as_slice() {
        [] => true,
        [pattern] => of_length(pattern).is_some(),
        _ => false,
    }
}

/// Adds the mutants of a parameter's patterns: one that is only searched for, anchored on one side, checked line by line, or
/// checked without case.
pub fn of(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    for (index, pattern) in parameter.schema.patterns.iter().enumerate() {
        let text = &pattern.text;
        let changes = [
            ("searched", "the pattern is searched for", text.clone(), true),
            ("begins", "only the beginning is matched", format!("^(?:{text})"), true),
            ("ends", "only the end is matched", format!("(?:{text})$"), true),
            ("line", "only one line is matched", format!("(?m)^(?:{text})$"), true),
            ("any-case", "case is ignored", format!("(?i){text}"), pattern.search),
        ];
        for (slug, does, text, search) in changes {
            let Ok(changed) = Pattern::new(&text, search, pattern.dialect) else { continue };
            if !shows(maker, parameter, pattern, &changed) {
                continue;
            }
            let slug = if index == 0 { slug.to_owned() } else { format!("{slug}-{}", index + 1) };
            let change = move |each: &mut Member| {
                if let Some(pattern) = each.schema.patterns.get_mut(index) {
                    *pattern = changed.clone();
                }
            };
            mutants.push(maker.rules(parameter, Part::Pattern, (Kind::Portion, &slug, does), change));
        }
    }
}

/// Returns `true` if a text that a request can carry shows the change.
fn shows(maker: &MutantSource<'_>, parameter: &Placed<'_>, pattern: &Pattern, changed: &Pattern) -> bool {
    let plain = usual(pattern, parameter.schema.length.as_ref());
    texts::near(pattern.hir(), &plain).iter().any(|made| {
        let is_carried = made.text.chars().all(|each| maker.carries_character(parameter, each));
        is_carried && pattern.fit(&made.text) == Fit::Differs && changed.fit(&made.text) == Fit::Matches
    })
}
