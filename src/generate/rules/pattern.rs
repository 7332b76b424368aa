//! Patterns: texts that match, and texts one step away from them.

use crate::case::value::Value;
use crate::spec::breach::Part;
use crate::spec::model::Member;
use crate::spec::pattern::{
    texts::{self, Made},
    usual,
};

use crate::generate::trial::Trial;

/// Returns texts made from each pattern. If the parameter must be unique, the matching ones are random.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (index, pattern) in parameter.schema.patterns.iter().enumerate() {
        let matching = match parameter.is_new() {
            true => random(pattern.hir()).into_iter().collect(),
            false => texts::matching(pattern.hir()),
        };
        let near = texts::near(pattern.hir(), &usual(pattern, parameter.schema.length.as_ref()))
            .into_iter()
            .filter(|made| !parameter.is_new() || !pattern.is_match(&made.text));
        trials.extend(matching.into_iter().chain(near).map(|made| trial(index, made)));
    }
    trials
}

fn random(hir: &regex_syntax::hir::Hir) -> Option<Made> {
    let text = texts::random(hir)?;
    Some(Made { slug: "random".to_owned(), words: "a random text that matches the pattern".to_owned(), text })
}

fn trial(index: usize, made: Made) -> Trial {
    let slug = if index == 0 { made.slug } else { format!("{}-{}", index + 1, made.slug) };
    Trial::new(Part::Pattern, slug, made.words, Value::described(&made.text))
}
