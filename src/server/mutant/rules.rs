//! Mutants with rules that are too tight, too loose, checked in part, or missing.

use crate::json::Json;
use crate::server::Rejection;
use crate::server::fault::{Condition, Fault, Odd, Portion};
use crate::spec::breach::Part;
use crate::spec::model::{Characters, Count, End, Length, Limit, Member, Range, Required, Schema, Type};

use super::schemas::{capacity, is_known, label, listed};
use super::{Kind, Mutant, MutantSource, Placed, pattern};

/// Characters that a class is widened by: neighbours of letters and digits, and characters that occur in names.
const FOREIGN: &[char] = &['1', ' ', '-', '_', '.', '\'', '@', '[', '`', '{', '/', ':', '<', '"', '\0', '\n'];

/// Adds the mutants of one parameter's rules.
pub fn of(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    remove_rule(maker, parameter, mutants);
    mutants.extend(demanded(maker, parameter));
    if parameter.exists.is_some() {
        crashes(maker, parameter, mutants);
        return;
    }
    stated(maker, parameter, mutants);
    if parameter.schema.open.is_some() {
        // The page leaves open which values near the other rules are valid.
        return;
    }
    if parameter.schema.values.is_none() {
        boundaries(maker, parameter, mutants);
        if let Some(characters) = &parameter.schema.characters {
            classes(maker, parameter, characters, mutants);
        }
        pattern::of(maker, parameter, mutants);
    }
    bounds(maker, parameter, mutants);
    counts(maker, parameter, mutants);
    mutants.extend(nullable(maker, parameter));
    values(maker, parameter, mutants);
    parts(maker, parameter, mutants);
    crashes(maker, parameter, mutants);
}

fn remove_rule(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    for breach in maker.breaches(parameter) {
        let fault = Fault::Skipped {
            operation: maker.operation.name.clone(),
            parameter: parameter.name.clone(),
            breach,
            condition: Condition::Always,
        };
        let slug = format!("{}/{breach}/gone", parameter.name);
        let does = format!("{}: {breach} is not checked", parameter.name);
        mutants.push(maker.fault(Kind::Gone, &slug, does, fault).about(&parameter.name, breach));
    }
}

fn demanded(maker: &MutantSource<'_>, parameter: &Placed<'_>) -> Option<Mutant> {
    let is_optional = parameter.required == Required::No && parameter.exists.is_none();
    let is_change = maker.operation.parameters.iter().any(|each| each.exists.is_some());
    // No page says whether a call that changes nothing succeeds.
    let can_be_left_out = !is_change || maker.operation.only_reads() || maker.changeable().count() > 1;
    let is_alone = maker.is_only_member(parameter) || !is_known(parameter.whole);
    (is_optional && can_be_left_out && !is_alone).then(|| {
        let words = (Kind::Demanded, "demanded", "is required");
        maker.rules(parameter, Part::Required, words, |each| each.required = Required::Yes)
    })
}

/// Returns the mutant that confuses null with a value of another type.
fn nullable(maker: &MutantSource<'_>, parameter: &Placed<'_>) -> Option<Mutant> {
    let is_valid = parameter.schema.nullable.filter(|_| maker.is_typed(parameter))?;
    let (slug, does) = match is_valid {
        true => ("null-refused", "null is rejected"),
        false => ("null-passes", "null is accepted"),
    };
    let change = move |each: &mut Member| each.schema.nullable = Some(!is_valid);
    Some(maker.rules(parameter, Part::Type, (Kind::Values, slug, does), change))
}

fn boundaries(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let Some(length) = parameter.schema.length else { return };
    let checks = maker.breaches(parameter);
    let mut moved = |breach: Part, slug: &str, does: &str, length: Length| {
        let change = move |each: &mut Member| each.schema.length = Some(length);
        mutants.push(maker.rules(parameter, breach, (Kind::Boundary, slug, does), change));
    };
    if checks.contains(&Part::LengthMin) {
        moved(
            Part::LengthMin,
            "one-less",
            "minimum - 1 is accepted",
            Length { min: length.min - 1, ..length },
        );
    }
    let allows = |count: u64| super::pattern::allows_length(parameter, count);
    if (length.min == 1 && allows(1) && allows(2)) || checks.contains(&Part::LengthMin) {
        moved(
            Part::LengthMin,
            "one-more",
            "the minimum is rejected",
            Length { min: length.min + 1, ..length },
        );
    }
    match length.max {
        _ if !checks.contains(&Part::LengthMax) => {}
        Limit::At(max) => {
            moved(
                Part::LengthMax,
                "one-more",
                "maximum + 1 is accepted",
                Length { max: Limit::At(max + 1), ..length },
            );
            moved(
                Part::LengthMax,
                "one-less",
                "the maximum is rejected",
                Length { max: Limit::At(max - 1), ..length },
            );
        }
        Limit::Unstated => {
            moved(
                Part::LengthMax,
                "tight",
                "more than 20 characters are rejected",
                Length { max: Limit::At(20), ..length },
            );
        }
        Limit::None => {}
    }
}

/// Adds the mutants that move the bounds of a range, each a step outwards and a step inwards.
fn bounds(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let Some(range) = parameter.schema.range else { return };
    let mut moved = |part: Part, slug: &str, does: &str, to: Range| {
        let change = move |each: &mut Member| each.schema.range = Some(to);
        mutants.push(maker.rules(parameter, part, (Kind::Boundary, slug, does), change));
    };
    let by = |end: End, step: f64| Some(End { at: end.at + step, ..end });
    if let Some(min) = range.min {
        moved(Part::RangeMin, "lower", "minimum - 1 is accepted", Range { min: by(min, -1.0), ..range });
        moved(Part::RangeMin, "higher", "the minimum is rejected", Range { min: by(min, 1.0), ..range });
        let other = End { is_in: !min.is_in, ..min };
        let does = "the lower bound itself is on the wrong side";
        moved(Part::RangeMin, "bound-itself", does, Range { min: Some(other), ..range });
    }
    if let Some(max) = range.max {
        moved(Part::RangeMax, "higher", "maximum + 1 is accepted", Range { max: by(max, 1.0), ..range });
        moved(Part::RangeMax, "lower", "the maximum is rejected", Range { max: by(max, -1.0), ..range });
        let other = End { is_in: !max.is_in, ..max };
        let does = "the upper bound itself is on the wrong side";
        moved(Part::RangeMax, "bound-itself", does, Range { max: Some(other), ..range });
    }
}

fn classes(
    maker: &MutantSource<'_>,
    parameter: &Placed<'_>,
    characters: &Characters,
    mutants: &mut Vec<Mutant>,
) {
    let checks = maker.breaches(parameter).contains(&Part::CharactersOf);
    let mut changed = |breach: Part, slug: &str, does: &str, to: Characters| {
        let change = move |each: &mut Member| each.schema.characters = Some(to.clone());
        mutants.push(maker.rules(parameter, breach, (Kind::Characters, slug, does), change));
    };
    if checks {
        for foreign in FOREIGN.iter().filter(|foreign| !is_among(characters, **foreign)) {
            if !maker.carries_character(parameter, *foreign) {
                continue;
            }
            let also = [characters.also.clone(), vec![*foreign]].concat();
            let (slug, does) =
                (format!("{:02x}-passes", u32::from(*foreign)), format!("{foreign:?} is accepted"));
            changed(Part::CharactersOf, &slug, &does, Characters { also, ..characters.clone() });
        }
        let some = |from: char, to: char| [characters.also.clone(), (from..=to).collect()].concat();
        let none = Characters { letters: false, ..characters.clone() };
        if characters.letters {
            let lower = Characters { also: some('a', 'z'), ..none.clone() };
            changed(Part::CharactersOf, "lower-case-only", "upper-case letters are rejected", lower);
            changed(
                Part::CharactersOf,
                "upper-case-only",
                "lower-case letters are rejected",
                Characters { also: some('A', 'Z'), ..none },
            );
        }
        if characters.digits {
            let no_digits = Characters { digits: false, ..characters.clone() };
            changed(Part::CharactersOf, "no-digits", "digits are rejected", no_digits);
        }
        let carried = characters.also.iter().filter(|also| maker.carries_character(parameter, **also));
        for dropped in carried {
            let also = characters.also.iter().filter(|also| *also != dropped).copied().collect();
            let (slug, does) =
                (format!("{:02x}-refused", u32::from(*dropped)), format!("{dropped:?} is rejected"));
            changed(Part::CharactersOf, &slug, &does, Characters { also, ..characters.clone() });
        }
    }
    if !characters.not_first.is_empty() && checks {
        let narrowed = [
            ("no-digit-first", "a digit is rejected as first character", '0'..='9', characters.digits),
            (
                "no-capital-first",
                "an upper-case letter is rejected as first character",
                'A'..='Z',
                characters.letters,
            ),
        ];
        for (slug, does, more, _) in narrowed.into_iter().filter(|(.., is_among)| *is_among) {
            let not_first = characters.not_first.iter().copied().chain(more).collect();
            changed(Part::CharactersFirst, slug, does, Characters { not_first, ..characters.clone() });
        }
    }
}

/// Returns `true` if a character is among the named ones, or is one about which the page is unclear.
fn is_among(characters: &Characters, character: char) -> bool {
    use crate::spec::model::Unclear;
    let unclear = match &characters.unclear {
        Unclear::These(these) => these.contains(&character),
        Unclear::Others => true,
    };
    unclear || characters.also.contains(&character) || (characters.digits && character.is_ascii_digit())
}

fn values(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let breach = if parameter.schema.values.is_some() { Part::Values } else { Part::Items };
    for value in listed(&parameter.schema) {
        let dropped = value.clone();
        let slug = format!("{}-refused", label(value));
        let does = format!("{} is rejected", label(value));
        let change = move |each: &mut Member| drop_value(&mut each.schema, &dropped);
        mutants.push(maker.rules(parameter, breach, (Kind::Values, &slug, &does), change));
    }
    // The beginning that is tested is all but the last letter.
    let has_beginning = |value: &Json| {
        let text = value.as_text().unwrap_or_default();
        let shorter: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
        !shorter.is_empty() && !listed(&parameter.schema).contains(&Json::Text(shorter))
    };
    if listed(&parameter.schema).iter().any(has_beginning) {
        let of = || (maker.operation.name.clone(), parameter.name.clone());
        let (operation, name) = of();
        let slug = format!("{}/{breach}/by-prefix", parameter.name);
        let does = format!("{}: the beginning of a listed value is accepted", parameter.name);
        let fault = Fault::ByPrefix { operation, parameter: name };
        mutants.push(maker.fault(Kind::Values, &slug, does, fault).about(&parameter.name, breach));
    }
}

/// Adds the mutants that confuse reserved values and examples.
fn stated(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let mut changed = |part: Part, value: &Json, verb: &str, change: fn(&mut Schema, &Json)| {
        let (slug, does) = (format!("{}-{verb}", label(value)), format!("{} is {verb}", label(value)));
        let value = value.clone();
        let change = move |each: &mut Member| change(&mut each.schema, &value);
        mutants.push(maker.rules(parameter, part, (Kind::Values, &slug, &does), change));
    };
    for value in &parameter.schema.reserved {
        changed(Part::Reserved, value, "accepted", |schema, value| {
            schema.reserved.retain(|reserved| reserved != value);
        });
    }
    let Some(open) = &parameter.schema.open else { return };
    for value in &open.refuses {
        changed(Part::Open, value, "accepted", |schema, value| {
            schema.open.iter_mut().for_each(|open| open.refuses.retain(|refused| refused != value));
        });
    }
    // A fixed value of a unique parameter may be in use.
    for value in open.accepts.iter().filter(|_| !parameter.unique) {
        changed(Part::Open, value, "rejected", |schema, value| {
            schema.open.iter_mut().for_each(|open| open.refuses.push(value.clone()));
        });
    }
}

fn drop_value(schema: &mut Schema, dropped: &Json) {
    if let Some(values) = &mut schema.values {
        values.retain(|value| value != dropped);
    }
    if let Some(values) = schema.items_mut().and_then(|items| items.values.as_mut()) {
        values.retain(|value| value != dropped);
    }
}

/// Adds the mutants that move the bounds of a number of items.
fn counts(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let Some(count) = parameter.schema.count else { return };
    let checks = maker.breaches(parameter);
    let different = capacity(parameter.schema.items().unwrap_or(&parameter.schema));
    let mut moved = |part: Part, slug: &str, does: &str, to: Count| {
        let change = move |each: &mut Member| each.schema.count = Some(to);
        mutants.push(maker.rules(parameter, part, (Kind::Boundary, slug, does), change));
    };
    if checks.contains(&Part::CountMin) {
        moved(
            Part::CountMin,
            "one-less",
            "minimum - 1 items are accepted",
            Count { min: count.min - 1, ..count },
        );
    }
    if count.min > 0 && count.max.is_none_or(|max| max > count.min) && different >= count.min {
        moved(
            Part::CountMin,
            "one-more",
            "the minimum of items is rejected",
            Count { min: count.min + 1, ..count },
        );
    }
    let Some(max) = count.max.filter(|_| checks.contains(&Part::CountMax)) else { return };
    moved(
        Part::CountMax,
        "one-more",
        "maximum + 1 items are accepted",
        Count { max: Some(max + 1), ..count },
    );
    if max > count.min.max(1) && different >= max {
        moved(
            Part::CountMax,
            "one-less",
            "the maximum of items is rejected",
            Count { max: Some(max - 1), ..count },
        );
    }
}

fn parts(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    let mut breaches = maker.breaches(parameter);
    // An item has three different positions in a list of three.
    let is_short = parameter.schema.count.is_some_and(|count| count.max.is_some_and(|max| max < 3));
    breaches.retain(|part| !matches!(part, Part::Items | Part::Keys) || !is_short);
    let of = || (maker.operation.name.clone(), parameter.name.clone());
    let in_parts =
        [Part::CharactersOf, Part::Items, Part::Keys].into_iter().find(|breach| breaches.contains(breach));
    if let Some(breach) = in_parts {
        for (part, words) in Portion::ALL {
            let (operation, name) = of();
            let what = if breach == Part::CharactersOf { "character" } else { "member" };
            let slug = format!("{}/{breach}/{}", parameter.name, words.replace(' ', "-"));
            let does = format!("{}: {words} {what} is checked", parameter.name);
            let fault = Fault::PartChecked { operation, parameter: name, part };
            mutants.push(maker.fault(Kind::Portion, &slug, does, fault).about(&parameter.name, breach));
        }
    }
    let exact = [Part::CharactersOf, Part::Values, Part::Items];
    let members_tell = |items: &Schema| items.values.is_some() || items.characters.is_some();
    let can_have_blanks = is_textual(&parameter.schema)
        && !maker.in_header(parameter)
        && parameter.schema.items().is_none_or(members_tell);
    if let Some(breach) =
        exact.into_iter().find(|breach| breaches.contains(breach)).filter(|_| can_have_blanks)
    {
        let (operation, name) = of();
        let slug = format!("{}/{breach}/trimmed", parameter.name);
        let does = format!("{}: surrounding white space is removed", parameter.name);
        let fault = Fault::Trimmed { operation, parameter: name };
        mutants.push(maker.fault(Kind::Portion, &slug, does, fault).about(&parameter.name, breach));
    }
}

/// Returns `true` if the values are texts, or lists of texts.
fn is_textual(schema: &Schema) -> bool {
    match schema.items() {
        Some(items) => items.kind() == Type::String,
        None => matches!(schema.kind(), Type::String | Type::Array),
    }
}

fn crashes(maker: &MutantSource<'_>, parameter: &Placed<'_>, mutants: &mut Vec<Mutant>) {
    if !is_textual(&parameter.schema) {
        return;
    }
    for (odd, words) in Odd::ALL {
        // For an id that was never assigned, a quote or a thousand characters are odd enough.
        let is_free = parameter.schema.is_unruled();
        let is_tried = parameter.exists.is_none() || (is_free && matches!(odd, Odd::Quote | Odd::Long));
        if !is_tried || !maker.carries(parameter, odd) {
            continue;
        }
        let of = || (maker.operation.name.clone(), parameter.name.clone());
        let slug = |what: &str| format!("{}/{what}-on-{}", parameter.name, words.replace(' ', "-"));
        let (operation, name) = of();
        let does = format!("{}: {words} makes the server fail", parameter.name);
        let fault = Fault::Crash { operation, parameter: name, odd };
        mutants.push(maker.fault(Kind::Crash, &slug("crash"), does, fault).of_parameter(&parameter.name));
        let stray = Rejection::stray();
        let rows = maker.service.rows_matching(maker.operation, &stray.code, stray.status.unwrap_or(400));
        if !maker.service.has_table(maker.operation) || !maker.sends_codes() || !rows.is_empty() {
            continue;
        }
        let (operation, name) = of();
        let does = format!("{}: {words} is rejected with an undocumented code", parameter.name);
        let fault = Fault::Stray { operation, parameter: name, odd };
        mutants
            .push(maker.fault(Kind::Crash, &slug("stray-code"), does, fault).of_parameter(&parameter.name));
    }
}
