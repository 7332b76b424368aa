//! Lengths: the nearest ones inside and outside each bound, and some far beyond.

use crate::case::value::Value;
use crate::spec::breach::Part;
use crate::spec::model::{Common, Format, Length, Limit, Member};
use crate::spec::pattern::texts;
use crate::spec::ruling::{FAR, PLAUSIBLE};

use super::common::scheme;
use crate::generate::trial::Trial;
use crate::generate::valid::{Filling, drawn_by_pattern};

/// The maximum length of a text in characters: more than front ends accept.
const LONGEST: u64 = 1_000_000;

/// A length that fills buffers and columns.
const VERY_FAR: u64 = 100_000;

/// Returns texts with lengths around the bounds.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let Some(length) = &parameter.schema.length else { return Vec::new() };
    let mut lengths: Vec<u64> = Vec::new();
    if length.min > 0 {
        lengths.extend([length.min.saturating_sub(1), length.min, length.min.saturating_add(1)]);
    }
    match length.max {
        Limit::At(max) => lengths.extend([
            max.saturating_sub(1),
            max,
            max.saturating_add(1),
            max.saturating_mul(2).max(max.saturating_add(2)),
            FAR.max(max.saturating_mul(10)),
            VERY_FAR,
        ]),
        Limit::Unstated => lengths.extend([PLAUSIBLE, FAR, VERY_FAR]),
        Limit::None => lengths.push(FAR),
    }
    lengths.sort_unstable();
    lengths.dedup();
    lengths.retain(|length| (1..=LONGEST).contains(length));
    lengths
        .into_iter()
        .filter_map(|count| {
            let text = text_of(parameter, count)?;
            let tries = in_words(count, length);
            let about = if count < length.min { Part::LengthMin } else { Part::LengthMax };
            Some(Trial::new(about, count.to_string(), tries, Value::described(&text)))
        })
        .collect()
}

fn in_words(count: u64, length: &Length) -> String {
    let suffix = match length.max {
        _ if count == length.min.saturating_sub(1) => ", minimum - 1",
        _ if count == length.min => ", minimum",
        Limit::At(max) if count == max => ", maximum",
        Limit::At(max) if count == max.saturating_add(1) => ", maximum + 1",
        Limit::Unstated if count >= FAR => ", beyond any limit in use",
        Limit::Unstated => ", within any limit in use",
        _ => "",
    };
    let noun = if count == 1 { "character" } else { "characters" };
    format!("{count} {noun}{suffix}")
}

/// Returns a text of exactly that length that violates no other rule.
fn text_of(parameter: &Member, count: u64) -> Option<String> {
    match &parameter.schema.format {
        Some(Format::Email) => email_of(count, parameter.is_new()),
        Some(Format::Common { is: Common::Url, schemes }) => url_of(schemes, count, parameter.is_new()),
        Some(Format::Phone { .. } | Format::Common { .. }) => None,
        None => Some(by_pattern(parameter, count).unwrap_or_else(|| filling(parameter, count))),
    }
}

/// Returns a text of exactly that length that matches the parameter's pattern, if there is one.
fn by_pattern(parameter: &Member, count: u64) -> Option<String> {
    let [pattern] = parameter.schema.patterns.as_slice() else { return None };
    match parameter.is_new() {
        true => drawn_by_pattern(&parameter.schema, Some(count)),
        false => texts::of_length(pattern.hir(), usize::try_from(count).ok()?, false),
    }
}

/// Returns a text of that length. A short random text uses as many different characters as the rules allow; otherwise,
/// its values would soon be used up.
fn filling(parameter: &Member, count: u64) -> String {
    const FEW: u64 = 2;
    let characters = parameter.schema.characters.as_ref();
    let wide = characters.is_some_and(|characters| characters.letters && characters.digits);
    match parameter.is_new() && wide && count <= FEW {
        true => format!("<{count} letters-and-digits>"),
        false => Filling::of(&parameter.schema).text(parameter.is_new(), count),
    }
}

/// Returns a URL of exactly that length, new or not.
fn url_of(schemes: &[String], count: u64, new: bool) -> Option<String> {
    let start = format!("{}://example.com/", scheme(schemes));
    let path = count.checked_sub(start.len() as u64).filter(|path| *path > 0)?;
    Some(format!("{start}<{path} {}>", if new { "letters" } else { "of a" }))
}

/// Returns an address of exactly that length, new or not. The local part has at most 64 characters; the host name grows
/// by labels of one letter.
fn email_of(count: u64, new: bool) -> Option<String> {
    const HOST: &str = "example.com";
    let around = HOST.len() as u64 + 1;
    let local = count.checked_sub(around).filter(|local| *local > 0)?;
    let what = if new { "letters" } else { "of a" };
    if local <= 64 {
        return Some(format!("<{local} {what}>@{HOST}"));
    }
    let rest = local - 64;
    let odd = if rest % 2 == 1 { "bb." } else { "" };
    let labels = (rest - odd.len() as u64) / 2;
    Some(format!("<64 {what}>@{odd}<{labels} of b.>{HOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::text::Text;

    #[test]
    fn email_address_has_the_requested_length() {
        for count in [20, 60, 76, 80, 81, 1_000, 1_001, 10_000] {
            let address = Text::read(&email_of(count, count % 2 == 0).unwrap()).witness();
            assert_eq!(address.len() as u64, count);
        }
    }
}
