//! Texts made from a pattern: some that match it, and some that differ from it by one step. The caller judges them.

use std::cell::Cell;
use std::collections::HashSet;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Maximum number of repetitions if a pattern sets no limit, or a larger one.
const MANY: u32 = 40;

/// Maximum number of pieces that a text is made of.
const STEPS: usize = 100_000;

/// Maximum length of a text, in bytes.
const LONGEST: usize = 20_000;

/// Number of random characters in a text that must be new on the target.
const DRAWN: u32 = 10;

/// Maximum number of alternatives, and of ranges of a class, that texts are made of.
const WIDEST: usize = 8;

/// Maximum number of characters of a class that numbered texts are made of.
const WIDEST_ALPHABET: usize = 64;

/// Maximum number of characters more than the shortest that a numbered text has.
const USUAL_EXTRA: usize = 12;

/// Maximum length of a text, in bytes, in which each character is changed. In longer texts, the first, middle and last are.
const SHORT: usize = 6;

/// Characters in place of others. Those after the first two stand only in the first place.
const SIGNS: [(&str, char); 6] =
    [("sign", '!'), ("accent", 'é'), ("blank", ' '), ("digit", '0'), ("capital", 'Z'), ("letter", 'q')];

/// A text made from a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// A short name for ids.
    pub slug: String,
    /// What it is, in words.
    pub words: String,
    /// The text.
    pub text: String,
}

impl Made {
    fn new(slug: impl Into<String>, words: impl Into<String>, text: String) -> Self {
        Self { slug: slug.into(), words: words.into(), text }
    }
}

/// The choices that determine a text.
#[derive(Debug, Clone, Default)]
struct Choices {
    /// How often pieces are repeated.
    counts: Counts,
    /// The repetition that is one step off, by its position in the pattern, and whether there is one too many.
    off: Option<(usize, bool)>,
    /// The alternative that is taken.
    branch: usize,
    /// The range of each class that a character is taken from, and whether it is its last one.
    range: Option<(usize, bool)>,
    /// Whether repeated characters are described as random.
    drawn: bool,
    /// The number of the text in a sequence: its digits choose the alternatives and the characters.
    number: Option<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Counts {
    /// Once, or as often as necessary.
    #[default]
    Few,
    /// As seldom as possible.
    Min,
    /// As often as possible, within reason.
    Max,
    /// As seldom as possible, but this many characters more in total.
    Extra(usize),
}

/// Writes one text.
struct Writer<'c> {
    choices: &'c Choices,
    extra: Cell<usize>,
    /// The digits of the text's number that have chosen nothing yet.
    digits: Cell<usize>,
    repetitions: usize,
    steps: usize,
    out: String,
}

fn make(hir: &Hir, choices: &Choices) -> Option<String> {
    let extra = if let Counts::Extra(extra) = choices.counts { extra } else { 0 };
    let mut writer = Writer {
        choices,
        extra: Cell::new(extra),
        digits: Cell::new(choices.number.unwrap_or_default()),
        repetitions: 0,
        steps: 0,
        out: String::new(),
    };
    writer.write(hir)?;
    (writer.extra.get() == 0 && writer.digits.get() == 0).then_some(writer.out)
}

impl Writer<'_> {
    /// Writes a piece. Returns `None` if the text would become too long: nested repetitions multiply.
    fn write(&mut self, hir: &Hir) -> Option<()> {
        self.steps += 1;
        if self.out.len() > LONGEST || self.steps > STEPS {
            return None;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.out.push_str(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(class) => self.out.push(self.character(class)?),
            HirKind::Repetition(repetition) => self.repeat(repetition)?,
            HirKind::Capture(capture) => self.write(&capture.sub)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.write(part))?,
            HirKind::Alternation(parts) => {
                let branch = match self.choices.number {
                    Some(_) => self.digit(parts.len()),
                    None => self.choices.branch % parts.len(),
                };
                self.write(parts.get(branch)?)?;
            }
        }
        Some(())
    }

    fn repeat(&mut self, repetition: &Repetition) -> Option<()> {
        let position = self.repetitions;
        self.repetitions += 1;
        let count = self.count(repetition, position).filter(|count| *count as usize <= LONGEST)?;
        match repetition.sub.kind() {
            HirKind::Class(class) if self.choices.drawn && count > 1 => match alphabet(class) {
                Some(alphabet) => self.out.push_str(&format!("<{count} {alphabet}>")),
                None => (0..count).try_for_each(|_| self.write(&repetition.sub))?,
            },
            _ => (0..count).try_for_each(|_| self.write(&repetition.sub))?,
        }
        Some(())
    }

    fn count(&self, repetition: &Repetition, position: usize) -> Option<u32> {
        let (min, max) = (repetition.min, repetition.max.unwrap_or(u32::MAX));
        if let Some((off, above)) = self.choices.off
            && off == position
        {
            return if above { repetition.max?.checked_add(1) } else { min.checked_sub(1) };
        }
        Some(match self.choices.counts {
            Counts::Min => min,
            Counts::Max => max.min(min.saturating_add(MANY)),
            Counts::Few if self.choices.drawn => max.min(min.max(DRAWN)),
            Counts::Few => max.min(min.max(1)),
            Counts::Extra(_) => {
                let extra = u32::try_from(self.extra.get()).unwrap_or(u32::MAX).min(max - min);
                self.extra.set(self.extra.get() - extra as usize);
                min.saturating_add(extra)
            }
        })
    }

    /// Takes the next digit of the text's number to this base.
    fn digit(&self, base: usize) -> usize {
        let digits = self.digits.get();
        self.digits.set(digits / base.max(1));
        digits % base.max(1)
    }

    fn character(&self, class: &Class) -> Option<char> {
        let ranges = ranges(class);
        if self.choices.number.is_some() {
            let graphic =
                ranges.iter().flat_map(|(first, last)| *first..=*last).filter(|each| is_graphic(*each));
            let alphabet: Vec<char> = graphic.take(WIDEST_ALPHABET).collect();
            return alphabet.get(self.digit(alphabet.len())).copied();
        }
        let fits = |character: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&character));
        let graphic = |(first, last): &(char, char)| (*first..=*last).find(|each| is_graphic(*each));
        if let Some((index, is_last)) = self.choices.range {
            let (first, last) = ranges.get(index % ranges.len())?;
            let edge = if is_last { *last } else { *first };
            return if is_graphic(edge) { Some(edge) } else { graphic(&(*first, *last)) };
        }
        let typical = ['a', 'A', '1'].into_iter().find(|each| fits(*each));
        typical
            .or_else(|| ranges.iter().find_map(graphic))
            .or_else(|| ranges.first().map(|(first, _)| *first))
    }
}

fn is_graphic(character: char) -> bool {
    character.is_ascii_graphic() || (!character.is_ascii() && character.is_alphanumeric())
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    }
}

/// Returns the name of an alphabet of described texts that a class contains.
fn alphabet(class: &Class) -> Option<&'static str> {
    let ranges = ranges(class);
    let contains =
        |(from, to): (char, char)| ranges.iter().any(|(first, last)| *first <= from && to <= *last);
    let alphabets = [(('a', 'z'), "letters"), (('A', 'Z'), "capitals"), (('0', '9'), "digits")];
    alphabets.into_iter().find(|(all, _)| contains(*all)).map(|(_, name)| name)
}

/// Returns the text with a number in a sequence of different texts that match a pattern, if `keeps` is true for one.
pub fn numbered(hir: &Hir, number: usize, keeps: impl Fn(&str) -> bool) -> Option<String> {
    let counts = [Counts::Few].into_iter().chain((0..=USUAL_EXTRA).map(Counts::Extra));
    let of = |counts: Counts| make(hir, &Choices { counts, number: Some(number), ..Choices::default() });
    counts.filter_map(of).find(|text| keeps(text))
}

/// Returns texts that match a pattern: a plain one, the shortest, a long one, one for each alternative, and ones from the
/// ends of its classes.
pub fn matching(hir: &Hir) -> Vec<Made> {
    let of = |choices: Choices| make(hir, &choices);
    let counts = |counts: Counts| of(Choices { counts, ..Choices::default() });
    let mut made = Vec::new();
    let mut add = |slug: &str, words: &str, text: Option<String>| {
        made.extend(text.map(|text| Made::new(slug, words, text)));
    };
    add("plain", "a text that matches the pattern", counts(Counts::Few));
    add("shortest", "the shortest text that matches the pattern", counts(Counts::Min));
    add("long", "a long text that matches the pattern", counts(Counts::Max));
    for branch in 1..branches(hir).min(WIDEST) {
        let words = format!("alternative {} of the pattern", branch + 1);
        add(&format!("alternative-{}", branch + 1), &words, of(Choices { branch, ..Choices::default() }));
    }
    for index in 0..widest_class(hir).min(WIDEST) {
        for (is_last, edge) in [(false, "first"), (true, "last")] {
            let words = format!("the {edge} character of range {} of the pattern's classes", index + 1);
            let text = of(Choices { range: Some((index, is_last)), ..Choices::default() });
            add(&format!("{edge}-of-range-{}", index + 1), &words, text);
        }
    }
    distinct(made)
}

/// Returns texts that differ by one step from `plain`, a matching one. Some of them may match, too.
pub fn near(hir: &Hir, plain: &str) -> Vec<Made> {
    let mut made = Vec::new();
    for position in 0..repetitions(hir).min(WIDEST) {
        for (above, slug, words) in [(false, "less", "once less often"), (true, "more", "once more often")] {
            let counts = if above { Counts::Few } else { Counts::Min };
            let text = make(hir, &Choices { off: Some((position, above)), counts, ..Choices::default() });
            let words = format!("repetition {} of the pattern {words}", position + 1);
            made.extend(
                text.map(|text| Made::new(format!("repetition-{}-{slug}", position + 1), words, text)),
            );
        }
    }
    let characters: Vec<char> = plain.chars().collect();
    for position in changed(characters.len()) {
        let with = |new: &[char]| {
            let parts = [&characters[..position], new, &characters[position + 1..]];
            parts.concat().into_iter().collect::<String>()
        };
        let place = position + 1;
        let words = format!("character {place} of a matching text left out");
        made.push(Made::new(format!("without-{place}"), words, with(&[])));
        let is_first = position == 0;
        for (name, sign) in SIGNS.iter().take(if is_first { SIGNS.len() } else { 2 }) {
            let words = format!("{sign:?} in place of character {place} of a matching text");
            made.push(Made::new(format!("{name}-at-{place}"), words, with(&[*sign])));
        }
    }
    let swapped =
        |each: char| if each.is_lowercase() { each.to_ascii_uppercase() } else { each.to_ascii_lowercase() };
    made.push(Made::new(
        "other-case",
        "a matching text in the other case",
        plain.chars().map(swapped).collect(),
    ));
    for (slug, words, text) in [
        ("sign-before", "a sign before a matching text", format!("!{plain}")),
        ("sign-behind", "a sign after a matching text", format!("{plain}!")),
        ("letter-before", "a letter before a matching text", format!("q{plain}")),
        ("letter-behind", "a letter after a matching text", format!("{plain}q")),
        ("blank-before", "a space before a matching text", format!(" {plain}")),
        ("blank-behind", "a space after a matching text", format!("{plain} ")),
        ("newline-behind", "a line break after a matching text", format!("{plain}\n")),
        ("line-before", "another line before a matching text", format!("!\n{plain}")),
        ("line-behind", "another line after a matching text", format!("{plain}\n!")),
        ("twice", "a matching text twice", format!("{plain}{plain}")),
    ] {
        made.push(Made::new(slug, words, text));
    }
    distinct(made)
}

/// Returns a matching text of exactly this many characters, if the pattern's repetitions allow one. If it is `drawn`, the
/// result describes repeated letters or digits as random.
pub fn of_length(hir: &Hir, count: usize, drawn: bool) -> Option<String> {
    let shortest = make(hir, &Choices { counts: Counts::Min, ..Choices::default() })?.chars().count();
    let extra = count.checked_sub(shortest)?;
    let choices = Choices { counts: Counts::Extra(extra), ..Choices::default() };
    let text = make(hir, &choices).filter(|text| text.chars().count() == count)?;
    if !drawn {
        return Some(text);
    }
    make(hir, &Choices { drawn: true, ..choices }).filter(|described| *described != text)
}

/// Returns the description of a matching text whose repeated letters or digits are random. Returns `None` if the pattern
/// repeats neither.
pub fn random(hir: &Hir) -> Option<String> {
    let described = make(hir, &Choices { drawn: true, ..Choices::default() })?;
    let plain = make(hir, &Choices::default());
    (plain.as_ref() != Some(&described) && described.contains('<')).then_some(described)
}

/// Returns the positions of the characters that are changed in a text of this length.
fn changed(len: usize) -> Vec<usize> {
    match len {
        0 => Vec::new(),
        1..=SHORT => (0..len).collect(),
        _ => vec![0, len / 2, len - 1],
    }
}

/// Removes repeated texts, and empty ones, which have rules of their own.
fn distinct(mut made: Vec<Made>) -> Vec<Made> {
    let mut seen = HashSet::new();
    made.retain(|each| !each.text.is_empty() && seen.insert(each.text.clone()));
    made
}

/// Returns the result of a function for a piece and everything below it, combined.
fn fold(hir: &Hir, of: &dyn Fn(&Hir) -> usize, combine: &dyn Fn(usize, usize) -> usize) -> usize {
    let below: Vec<&Hir> = match hir.kind() {
        HirKind::Repetition(repetition) => vec![&repetition.sub],
        HirKind::Capture(capture) => vec![&capture.sub],
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().collect(),
        _ => Vec::new(),
    };
    below.into_iter().fold(of(hir), |all, part| combine(all, fold(part, of, combine)))
}

/// Returns the number of alternatives of the widest alternation.
fn branches(hir: &Hir) -> usize {
    fold(hir, &|hir| if let HirKind::Alternation(parts) = hir.kind() { parts.len() } else { 0 }, &usize::max)
}

/// Returns the number of ranges of the widest class.
fn widest_class(hir: &Hir) -> usize {
    fold(
        hir,
        &|hir| if let HirKind::Class(class) = hir.kind() { ranges(class).len() } else { 0 },
        &usize::max,
    )
}

/// Returns how deep repetitions are nested.
pub fn depth(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Repetition(repetition) => 1 + depth(&repetition.sub),
        HirKind::Capture(capture) => depth(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Returns the number of repetitions.
fn repetitions(hir: &Hir) -> usize {
    fold(hir, &|hir| usize::from(matches!(hir.kind(), HirKind::Repetition(_))), &|one, other| one + other)
}

#[cfg(test)]
mod tests {
    use super::super::{Fit, Pattern};
    use super::*;

    const PATTERNS: &[&str] = &[
        "[A-Z_]+",
        "^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$",
        "(queued|in-progress|done)",
        r"MG[0-9a-fA-F]{32}",
        r"\d{4}-\d{2}-\d{2}",
        r"[a-z]{2}(-[A-Z]{2})?",
        ".{1,20}",
        r"#([0-9a-f]{3}|[0-9a-f]{6})",
    ];

    fn usual(pattern: &Pattern) -> String {
        matching(pattern.hir()).into_iter().next().map(|made| made.text).unwrap_or_default()
    }

    #[test]
    fn numbered_texts_match_and_differ() {
        for text in PATTERNS.iter().filter(|text| !text.contains('|') || text.contains('[')) {
            let pattern = Pattern::new(text, false, None).unwrap();
            let matches = |text: &str| pattern.fit(text) == Fit::Matches;
            let numbered = (0..200).filter_map(|number| numbered(pattern.hir(), number, matches));
            let different: HashSet<String> = numbered.collect();
            assert!(different.len() > 150, "{text}: {}", different.len());
        }
        let few = Pattern::new("(queued|in-progress|done)", false, None).unwrap();
        let all: HashSet<String> =
            (0..9).filter_map(|number| numbered(few.hir(), number, |_| true)).collect();
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn texts_made_to_match_do_match() {
        for text in PATTERNS {
            let pattern = Pattern::new(text, false, None).unwrap();
            let made = matching(pattern.hir());
            assert!(!made.is_empty(), "{text}");
            for made in made {
                assert_eq!(pattern.fit(&made.text), Fit::Matches, "{text}: {made:?}");
            }
        }
    }

    #[test]
    fn every_pattern_that_excludes_something_has_a_near_miss() {
        for text in PATTERNS.iter().filter(|text| **text != ".{1,20}") {
            let pattern = Pattern::new(text, false, None).unwrap();
            let misses = near(pattern.hir(), &usual(&pattern))
                .into_iter()
                .filter(|made| pattern.fit(&made.text) == Fit::Differs);
            assert!(misses.count() >= 5, "{text}");
        }
    }

    #[test]
    fn nested_repetitions_end() {
        for text in [
            "((((((((a+)+)+)+)+)+)+)+)+",
            "(){1000000000}",
            "(a|(){3,900000000}){2,}",
            ".{0,19999}",
            "((a{0,99}){0,99}){0,99}",
        ] {
            let Ok(pattern) = Pattern::new(text, false, None) else { continue };
            let made = matching(pattern.hir()).into_iter().chain(near(pattern.hir(), &usual(&pattern)));
            assert!(made.into_iter().all(|made| made.text.len() <= 3 * LONGEST), "{text}");
        }
    }

    #[test]
    fn a_length_is_reached_if_the_pattern_allows_it() {
        let of = |text: &str, count| of_length(Pattern::new(text, false, None).unwrap().hir(), count, false);
        assert_eq!(of("[A-Z_]+", 5).as_deref(), Some("AAAAA"));
        assert_eq!(of("[a-z][a-z0-9]{2,4}", 5).as_deref(), Some("aaaaa"));
        assert_eq!(of("[a-z][a-z0-9]{2,4}", 6), None);
        assert_eq!(of("(ab)+", 3), None);
    }

    #[test]
    fn a_random_text_repeats_random_characters() {
        let of = |text: &str| random(Pattern::new(text, false, None).unwrap().hir());
        assert_eq!(of("id-[a-z]{4,20}").as_deref(), Some("id-<10 letters>"));
        assert_eq!(of("[A-Z_]+").as_deref(), Some("<10 capitals>"));
        assert_eq!(of("red|blue"), None);
    }
}
