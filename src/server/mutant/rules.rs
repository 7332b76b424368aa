//! Rules that are too tight, too loose, checked in part, or gone.

use crate::json::Json;
use crate::server::fault::{Condition, Fault, Odd, Part};
use crate::spec::breach::Breach;
use crate::spec::model::{Characters, Length, Limit, Parameter, Required, Rules, Type};

use super::{Kind, Maker, Mutant, label, listed};

/// Characters that a class is widened by: neighbours of letters and digits, and what names are written with.
const FOREIGN: &[char] = &['1', ' ', '-', '_', '.', '\'', '@', '[', '`', '{', '/', ':', '<', '"', '\0', '\n'];

/// The mutants of one parameter's rules.
pub fn of(maker: &Maker<'_>, parameter: &Parameter, mutants: &mut Vec<Mutant>) {
    gone(maker, parameter, mutants);
    mutants.extend(demanded(maker, parameter));
    if parameter.exists.is_some() {
        crashes(maker, parameter, mutants);
        return;
    }
    boundaries(maker, parameter, mutants);
    if let Some(characters) = &parameter.rules.characters {
        classes(maker, parameter, characters, mutants);
    }
    values(maker, parameter, mutants);
    parts(maker, parameter, mutants);
    crashes(maker, parameter, mutants);
}

fn gone(maker: &Maker<'_>, parameter: &Parameter, mutants: &mut Vec<Mutant>) {
    for breach in maker.breaches(parameter) {
        let fault = Fault::Skipped {
            operation: maker.operation.name.clone(),
            parameter: parameter.name.clone(),
            breach,
            condition: Condition::Always,
        };
        let slug = format!("{}/{breach}/gone", parameter.name);
        let does = format!("{}: {breach} is not checked", parameter.name);
        mutants.push(maker.fault(Kind::Gone, &slug, does, fault).about(parameter, breach));
    }
}

fn demanded(maker: &Maker<'_>, parameter: &Parameter) -> Option<Mutant> {
    let is_optional = parameter.required == Required::No && parameter.exists.is_none();
    let is_change = maker.operation.parameters.iter().any(|each| each.exists.is_some());
    // Whether a call that changes nothing succeeds, no page says.
    let can_be_left_out = !is_change || maker.operation.only_reads() || maker.changeable().count() > 1;
    (is_optional && can_be_left_out).then(|| {
        let words = (Kind::Demanded, "demanded", "must be there");
        maker.rules(parameter, Breach::Required, words, |each| each.required = Required::Yes)
    })
}

fn boundaries(maker: &Maker<'_>, parameter: &Parameter, mutants: &mut Vec<Mutant>) {
    let Some(length) = parameter.rules.length else { return };
    let checks = maker.breaches(parameter);
    let mut moved = |breach: Breach, slug: &str, does: &str, length: Length| {
        let change = move |each: &mut Parameter| each.rules.length = Some(length);
        mutants.push(maker.rules(parameter, breach, (Kind::Boundary, slug, does), change));
    };
    if checks.contains(&Breach::LengthMin) {
        moved(
            Breach::LengthMin,
            "one-less",
            "one character less will do",
            Length { min: length.min - 1, ..length },
        );
    }
    if length.min == 1 || checks.contains(&Breach::LengthMin) {
        moved(
            Breach::LengthMin,
            "one-more",
            "one character more is demanded",
            Length { min: length.min + 1, ..length },
        );
    }
    match length.max {
        Limit::At(max) => {
            moved(
                Breach::LengthMax,
                "one-more",
                "one character more will do",
                Length { max: Limit::At(max + 1), ..length },
            );
            moved(
                Breach::LengthMax,
                "one-less",
                "one character less is the most",
                Length { max: Limit::At(max - 1), ..length },
            );
        }
        Limit::Unstated => {
            moved(
                Breach::LengthMax,
                "tight",
                "20 characters are the most",
                Length { max: Limit::At(20), ..length },
            );
        }
        Limit::None => {}
    }
}

fn classes(maker: &Maker<'_>, parameter: &Parameter, characters: &Characters, mutants: &mut Vec<Mutant>) {
    let checks = maker.breaches(parameter).contains(&Breach::CharactersOf);
    let mut changed = |breach: Breach, slug: &str, does: &str, to: Characters| {
        let change = move |each: &mut Parameter| each.rules.characters = Some(to.clone());
        mutants.push(maker.rules(parameter, breach, (Kind::Characters, slug, does), change));
    };
    if checks {
        for foreign in FOREIGN.iter().filter(|foreign| !is_among(characters, **foreign)) {
            if !maker.carries_character(parameter, *foreign) {
                continue;
            }
            let also = [characters.also.clone(), vec![*foreign]].concat();
            let slug = format!("{:02x}-passes", u32::from(*foreign));
            changed(
                Breach::CharactersOf,
                &slug,
                &format!("{foreign:?} passes"),
                Characters { also, ..characters.clone() },
            );
        }
        let some = |from: char, to: char| [characters.also.clone(), (from..=to).collect()].concat();
        let none = Characters { letters: false, ..characters.clone() };
        if characters.letters {
            let lower = Characters { also: some('a', 'z'), ..none.clone() };
            changed(Breach::CharactersOf, "lower-case-only", "capitals are refused", lower);
            changed(
                Breach::CharactersOf,
                "upper-case-only",
                "small letters are refused",
                Characters { also: some('A', 'Z'), ..none },
            );
        }
        if characters.digits {
            let no_digits = Characters { digits: false, ..characters.clone() };
            changed(Breach::CharactersOf, "no-digits", "digits are refused", no_digits);
        }
        let carried = characters.also.iter().filter(|also| maker.carries_character(parameter, **also));
        for dropped in carried {
            let also = characters.also.iter().filter(|also| *also != dropped).copied().collect();
            let slug = format!("{:02x}-refused", u32::from(*dropped));
            changed(
                Breach::CharactersOf,
                &slug,
                &format!("{dropped:?} is refused"),
                Characters { also, ..characters.clone() },
            );
        }
    }
    if !characters.not_first.is_empty() && checks {
        let narrowed = [
            ("no-digit-first", "a digit cannot stand first", '0'..='9', characters.digits),
            ("no-capital-first", "a capital cannot stand first", 'A'..='Z', characters.letters),
        ];
        for (slug, does, more, _) in narrowed.into_iter().filter(|(.., is_among)| *is_among) {
            let not_first = characters.not_first.iter().copied().chain(more).collect();
            changed(Breach::CharactersFirst, slug, does, Characters { not_first, ..characters.clone() });
        }
    }
}

/// Whether a character is among the named ones, or one on which nothing is held.
fn is_among(characters: &Characters, character: char) -> bool {
    use crate::spec::model::Unclear;
    let unclear = match &characters.unclear {
        Unclear::These(these) => these.contains(&character),
        Unclear::Others => true,
    };
    unclear || characters.also.contains(&character) || (characters.digits && character.is_ascii_digit())
}

fn values(maker: &Maker<'_>, parameter: &Parameter, mutants: &mut Vec<Mutant>) {
    let breach = if parameter.rules.values.is_some() { Breach::Values } else { Breach::Items };
    for value in listed(&parameter.rules) {
        let dropped = value.clone();
        let slug = format!("{}-refused", label(value));
        let does = format!("{} is refused", label(value));
        let change = move |each: &mut Parameter| drop_value(&mut each.rules, &dropped);
        mutants.push(maker.rules(parameter, breach, (Kind::Values, &slug, &does), change));
    }
    // The beginning that is tried is all but the last letter.
    let has_beginning = |value: &Json| {
        let text = value.as_text().unwrap_or_default();
        let shorter: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
        !shorter.is_empty() && !listed(&parameter.rules).contains(&Json::Text(shorter))
    };
    if listed(&parameter.rules).iter().any(has_beginning) {
        let of = || (maker.operation.name.clone(), parameter.name.clone());
        let (operation, name) = of();
        let slug = format!("{}/{breach}/by-prefix", parameter.name);
        let does = format!("{}: the beginning of a listed value will do", parameter.name);
        let fault = Fault::ByPrefix { operation, parameter: name };
        mutants.push(maker.fault(Kind::Values, &slug, does, fault).about(parameter, breach));
    }
}

fn drop_value(rules: &mut Rules, dropped: &Json) {
    if let Some(values) = &mut rules.values {
        values.retain(|value| value != dropped);
    }
    if let Some(values) = rules.items.as_mut().and_then(|items| items.values.as_mut()) {
        values.retain(|value| value != dropped);
    }
}

fn parts(maker: &Maker<'_>, parameter: &Parameter, mutants: &mut Vec<Mutant>) {
    let breaches = maker.breaches(parameter);
    let of = || (maker.operation.name.clone(), parameter.name.clone());
    let in_parts = [Breach::CharactersOf, Breach::Items].into_iter().find(|breach| breaches.contains(breach));
    if let Some(breach) = in_parts {
        for (part, words) in Part::ALL {
            let (operation, name) = of();
            let what = if breach == Breach::Items { "member" } else { "character" };
            let slug = format!("{}/{breach}/{}", parameter.name, words.replace(' ', "-"));
            let does = format!("{}: {words} {what} is checked", parameter.name);
            let fault = Fault::PartChecked { operation, parameter: name, part };
            mutants.push(maker.fault(Kind::Part, &slug, does, fault).about(parameter, breach));
        }
    }
    let exact = [Breach::CharactersOf, Breach::Values, Breach::Items];
    let members_tell = |items: &Rules| items.values.is_some() || items.characters.is_some();
    let can_have_blanks = is_textual(&parameter.rules)
        && !maker.in_header(parameter)
        && parameter.rules.items.as_deref().is_none_or(members_tell);
    if let Some(breach) =
        exact.into_iter().find(|breach| breaches.contains(breach)).filter(|_| can_have_blanks)
    {
        let (operation, name) = of();
        let slug = format!("{}/{breach}/trimmed", parameter.name);
        let does = format!("{}: white space around it is cut off", parameter.name);
        let fault = Fault::Trimmed { operation, parameter: name };
        mutants.push(maker.fault(Kind::Part, &slug, does, fault).about(parameter, breach));
    }
}

/// Whether values are texts, or lists of them.
fn is_textual(rules: &Rules) -> bool {
    match &rules.items {
        Some(items) => items.kind == Type::String,
        None => matches!(rules.kind, Type::String | Type::Array),
    }
}

fn crashes(maker: &Maker<'_>, parameter: &Parameter, mutants: &mut Vec<Mutant>) {
    if !is_textual(&parameter.rules) {
        return;
    }
    for (odd, words) in Odd::ALL {
        // An id that was never given out is odd enough with a quote or a thousand characters.
        let is_tried = parameter.exists.is_none() || matches!(odd, Odd::Quote | Odd::Long);
        if !is_tried || !maker.carries(parameter, odd) {
            continue;
        }
        let of = || (maker.operation.name.clone(), parameter.name.clone());
        let slug = |what: &str| format!("{}/{what}-on-{}", parameter.name, words.replace(' ', "-"));
        let (operation, name) = of();
        let does = format!("{}: {words} makes the server fail", parameter.name);
        let fault = Fault::Crash { operation, parameter: name, odd };
        mutants.push(maker.fault(Kind::Crash, &slug("crash"), does, fault).of_parameter(parameter));
        if !maker.service.has_table(maker.operation) {
            continue;
        }
        let (operation, name) = of();
        let does = format!("{}: {words} is refused with a code that no table has", parameter.name);
        let fault = Fault::Stray { operation, parameter: name, odd };
        mutants.push(maker.fault(Kind::Crash, &slug("stray-code"), does, fault).of_parameter(parameter));
    }
}
