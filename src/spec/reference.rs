//! The reference chapter of the book, generated from the table of forms that the reader uses.

use std::fmt::Write as _;

use super::breach::Part;
use super::form::{Form, Key, Shape};
use super::forms::{self, ELEMENT, OPERATION, SERVICE};
use super::rules::RULES;

const HEAD: &str = "\
# The spec language

`fineprint schema reference` writes this chapter from the table that fineprint uses to read specs. `specs/spec.schema.json`, which
editors use, is generated from the same table. An unknown key is a finding, which names the most similar valid key.
";

/// Returns the chapter in Markdown.
pub fn chapter() -> String {
    let mut out = HEAD.to_owned();
    let mut written = Vec::new();
    for form in [&SERVICE, &OPERATION, &ELEMENT] {
        section(form, &mut out, &mut written);
    }
    rules(&mut out);
    let words: Vec<String> = forms::when_words().iter().map(|word| format!("`{word}`")).collect();
    let _ = writeln!(
        out,
        "\n## Rows for other causes\n\nInstead of parameters and rules, `when` can contain one of these words: {}.\n\n\
         A row for a circumstance (`busy`, `quota`, `state`, `throttled`, `auth` and its kinds) never counts as a broken promise: \
         the case is *blocked*. Circumstances are tested only on request: `--with busy,throttled`, `--quota ENTITY=N`, \
         credentials.",
        words.join(", ")
    );
    out
}

fn section(form: &'static Form, out: &mut String, written: &mut Vec<&'static str>) {
    if written.contains(&form.name) {
        return;
    }
    written.push(form.name);
    let _ = writeln!(out, "\n## {}\n\n{}\n\n| key | value | |\n|---|---|---|", form.name, form.doc);
    for Key { name, required, shape, doc } in form.keys() {
        let must = if *required { " (required)" } else { "" };
        let _ = writeln!(out, "| `{name}`{must} | {} | {} |", in_words(shape), doc.replace('|', "\\|"));
    }
    for key in form.keys() {
        below(&key.shape, out, written);
    }
}

/// Writes the mappings that a key leads to.
fn below(shape: &'static Shape, out: &mut String, written: &mut Vec<&'static str>) {
    match shape {
        Shape::Form(form) => section(form, out, written),
        Shape::List(inner) | Shape::Map(inner) => below(inner, out, written),
        Shape::OneOf(shapes) => shapes.iter().for_each(|each| below(each, out, written)),
        _ => {}
    }
}

fn in_words(shape: &Shape) -> String {
    let words = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Bool => "`true`, `false`".to_owned(),
        Shape::Integer => "a number".to_owned(),
        Shape::Any => "any value".to_owned(),
        Shape::Word(of) => words(of),
        Shape::TypeName(of) => format!("{}, or the name of a type", words(of)),
        Shape::Words(of) => {
            let of = of();
            // The rules have their own table.
            if of == Part::names() { "[rules](#rules)".to_owned() } else { words(&of) }
        }
        Shape::List(item) => format!("a list of: {}", in_words(item)),
        Shape::Map(value) => format!("by name: {}", in_words(value)),
        Shape::Form(form) => format!("[{}](#{})", form.name, form.name.to_lowercase()),
        Shape::OneOf(shapes) => shapes.iter().map(in_words).collect::<Vec<_>>().join(", or "),
    }
}

fn rules(out: &mut String) {
    let _ = writeln!(
        out,
        "\n## Rules\n\n`when` and `of` refer to rules by these names: a rule, e.g. `length`, or a part of it, e.g. \
         `length.max`.\n\n| rule | broken by | tested with |\n|---|---|---|"
    );
    for of in RULES.iter().flat_map(|rule| rule.parts) {
        let _ = writeln!(out, "| `{}` | {} | {} |", of.part, of.broken_by, of.tried_with);
    }
}
