//! Truth tables: what the oracle holds, and what it refuses to hold.

use super::*;
use crate::span::{Place, Source, Span};
use crate::spec::model::{Characters, Length, Limit, Unclear, Unit};

use Breach::{
    CharactersFirst, CharactersOf, FormatCountry, FormatShape, Items, LengthMax, LengthMin, Values,
};

fn rules(kind: Type) -> Rules {
    let at = Place::new(&Source::new("t", ""), Span { start: 0, end: 0 });
    Rules { kind, length: None, characters: None, format: None, values: None, items: None, at }
}

fn letters() -> Characters {
    Characters {
        letters: true,
        digits: false,
        also: vec![],
        not_first: vec![],
        unclear: Unclear::These(vec![]),
    }
}

/// "The name must be 2 to 12 characters in length and can contain only letters."
fn contact_name() -> Rules {
    Rules {
        length: Some(Length { min: 2, max: Limit::At(12), unit: Unit::Characters }),
        characters: Some(letters()),
        ..rules(Type::String)
    }
}

fn parameter(rules: Rules, required: Required) -> Parameter {
    Parameter {
        name: "P".into(),
        required,
        location: None,
        common: false,
        at: rules.at.clone(),
        rules,
        unique: false,
        names_own: false,
        later: false,
        exists: None,
        example: None,
        sample: None,
        says: vec![],
    }
}

fn text(value: &str) -> Json {
    Json::Text(value.to_owned())
}

#[test]
fn a_name_of_two_to_twelve_letters() {
    let name = parameter(contact_name(), Required::Yes);
    let table: &[(&str, &[Breach], &[Breach])] = &[
        ("to", &[], &[]),
        ("tom", &[], &[]),
        ("abcdefghijkl", &[], &[]),
        ("t", &[LengthMin], &[]),
        ("abcdefghijklm", &[LengthMax], &[]),
        ("to1", &[CharactersOf], &[]),
        ("to m", &[CharactersOf], &[]),
        ("to\0m", &[CharactersOf], &[]),
        ("to😀", &[CharactersOf], &[]),
        ("to\u{200b}m", &[CharactersOf], &[]),
        ("то", &[], &[CharactersOf]),
        ("e\u{301}a", &[], &[CharactersOf]),
        ("to٣", &[CharactersOf], &[]),
        ("", &[LengthMin], &[Breach::Required]),
        ("   ", &[CharactersOf], &[LengthMin, Breach::Required]),
    ];
    for (value, breaches, open) in table {
        let ruling = on_parameter(&name, Some(&text(value)));
        assert_eq!(&ruling.breaches, breaches, "{value:?}");
        let opened: Vec<Breach> = ruling.open.iter().map(|(breach, _)| *breach).collect();
        assert_eq!(&opened, open, "{value:?}");
    }
}

#[test]
fn what_counts_as_one_character_is_open_only_where_it_matters() {
    let combining = |letters: usize| text(&"e\u{301}".repeat(letters));
    let name = parameter(contact_name(), Required::Yes);
    assert!(!on_parameter(&name, Some(&combining(6))).answerable().contains(&LengthMax));
    assert!(on_parameter(&name, Some(&combining(7))).open.iter().any(|(breach, _)| *breach == LengthMax));
    assert!(on_parameter(&name, Some(&combining(13))).breaches.contains(&LengthMax));
}

#[test]
fn absence_and_emptiness() {
    let outcome =
        |required, value: Option<&Json>| on_parameter(&parameter(contact_name(), required), value).outcome();
    assert_eq!(outcome(Required::Yes, None), Outcome::Breaks);
    assert_eq!(outcome(Required::No, None), Outcome::Holds);
    assert_eq!(outcome(Required::Unclear, None), Outcome::Open);
    assert_eq!(outcome(Required::Yes, Some(&text(""))), Outcome::Breaks);
    assert_eq!(outcome(Required::No, Some(&text(""))), Outcome::Open);
    assert_eq!(outcome(Required::Yes, Some(&Json::Null)), Outcome::Breaks);
    assert_eq!(outcome(Required::No, Some(&Json::Null)), Outcome::Open);
}

#[test]
fn a_limit_that_is_named_but_not_given() {
    let unstated = Length { min: 0, max: Limit::Unstated, unit: Unit::Characters };
    let outcome = |length: usize| length::ruling(&unstated, &"a".repeat(length)).outcome();
    assert_eq!(outcome(30), Outcome::Holds);
    for open in [50, 64, 128, 254, 999] {
        assert_eq!(outcome(open), Outcome::Open, "{open}");
    }
    assert_eq!(outcome(1_000), Outcome::Breaks);
}

#[test]
fn characters_on_which_the_page_contradicts_itself() {
    let rule = Characters {
        also: vec!['_'],
        not_first: vec!['_'],
        digits: true,
        unclear: Unclear::These(vec![' ']),
        ..letters()
    };
    let ruling = |text: &str| characters::ruling(&rule, text);
    assert_eq!(ruling("john_smith").outcome(), Outcome::Holds);
    assert_eq!(ruling("_john").breaches, [CharactersFirst]);
    assert_eq!(ruling("John Smith").outcome(), Outcome::Open);
    assert_eq!(ruling("john-smith").breaches, [CharactersOf]);
}

#[test]
fn e_mail_addresses() {
    let table = [
        ("someone@example.com", Outcome::Holds),
        ("some.one-1_2@mail.example.com", Outcome::Holds),
        ("SOMEONE@EXAMPLE.COM", Outcome::Holds),
        ("someone+tag@example.com", Outcome::Open),
        ("\"some one\"@example.com", Outcome::Open),
        ("someone@localhost", Outcome::Open),
        ("someone@[127.0.0.1]", Outcome::Open),
        ("some..one@example.com", Outcome::Open),
        ("someone@exämple.com", Outcome::Open),
        (" someone@example.com", Outcome::Open),
        ("someone", Outcome::Breaks),
        ("@example.com", Outcome::Breaks),
        ("someone@", Outcome::Breaks),
        ("some one@example.com", Outcome::Breaks),
        ("someone@example@example.com", Outcome::Breaks),
        ("someone\0@example.com", Outcome::Breaks),
        ("<b>@example.com", Outcome::Open),
    ];
    for (address, outcome) in table {
        assert_eq!(email::ruling(address).outcome(), outcome, "{address:?}");
    }
}

#[test]
fn phone_numbers_with_a_supported_country() {
    let table: &[(&str, Outcome, &[Breach])] = &[
        ("86-13900001234", Outcome::Holds, &[]),
        ("1-2025550123", Outcome::Breaks, &[FormatCountry]),
        ("86-", Outcome::Breaks, &[FormatShape]),
        ("86-phone", Outcome::Breaks, &[FormatShape]),
        ("13900001234", Outcome::Breaks, &[FormatShape, FormatCountry]),
        ("-13900001234", Outcome::Breaks, &[FormatShape, FormatCountry]),
        ("x-13900001234", Outcome::Breaks, &[FormatShape, FormatCountry]),
        ("44-7400123456", Outcome::Breaks, &[FormatCountry]),
        ("999-13900001234", Outcome::Breaks, &[FormatShape, FormatCountry]),
        ("86-1", Outcome::Open, &[FormatShape]),
        ("８６-１３９００００１２３４", Outcome::Open, &[FormatShape]),
        ("86-1390000123", Outcome::Open, &[FormatShape]),
        ("+86-13900001234", Outcome::Open, &[FormatShape]),
        ("86-139 0000 1234", Outcome::Open, &[FormatShape]),
        (" 86-13900001234", Outcome::Open, &[FormatShape]),
    ];
    let countries = ["86".to_owned()];
    for (number, outcome, answerable) in table {
        let ruling = phone::ruling(&countries, number);
        assert_eq!(ruling.outcome(), *outcome, "{number:?}");
        assert_eq!(ruling.answerable(), *answerable, "{number:?}");
    }
}

#[test]
fn of_another_supported_country_only_plain_numbers_hold() {
    let countries = ["49".to_owned()];
    let outcome = |number: &str| phone::ruling(&countries, number).outcome();
    assert_eq!(outcome("49-15550123456"), Outcome::Holds);
    for number in ["49-1", "49-5512345678😀", "49-55-1234567", "49-1234567890123456"] {
        assert_eq!(outcome(number), Outcome::Open, "{number:?}");
    }
    assert_eq!(outcome("49-mobile"), Outcome::Breaks);
    assert_eq!(outcome("86-13900001234"), Outcome::Breaks);
}

#[test]
fn without_supported_countries_another_country_is_open() {
    assert_eq!(phone::ruling(&[], "86-13900001234").outcome(), Outcome::Holds);
    assert_eq!(phone::ruling(&[], "1-2025550123").outcome(), Outcome::Open);
    assert_eq!(phone::ruling(&[], "86-phone").answerable(), [FormatShape]);
    assert_eq!(phone::ruling(&[], "44-phone").answerable(), [FormatShape, FormatCountry]);
}

#[test]
fn listed_values_and_members() {
    let listed = Rules { values: Some(vec![text("CEO"), text("Other")]), ..rules(Type::String) };
    assert_eq!(on_value(&listed, &text("CEO")).outcome(), Outcome::Holds);
    assert_eq!(on_value(&listed, &text("ceo")).outcome(), Outcome::Open);
    assert_eq!(on_value(&listed, &text("CE")).breaches, [Values]);
    assert_eq!(on_value(&listed, &text(" CEO")).breaches, [Values]);

    let list = Rules { items: Some(Box::new(listed)), ..rules(Type::Array) };
    let members = |names: &[&str]| Json::List(names.iter().map(|name| text(name)).collect());
    assert_eq!(on_value(&list, &members(&["CEO", "Other"])).outcome(), Outcome::Holds);
    assert_eq!(on_value(&list, &members(&["CEO", "Boss"])).breaches, [Items]);
    assert_eq!(on_value(&list, &members(&["CEO", "CEO"])).outcome(), Outcome::Open);
    assert_eq!(on_value(&list, &members(&[])).outcome(), Outcome::Open);
}

#[test]
fn scalars_of_another_type_are_open_and_structures_are_not() {
    let string = rules(Type::String);
    let mysql = Rules { values: Some(vec![text("mysql")]), ..rules(Type::String) };
    assert_eq!(on_value(&mysql, &Json::Integer(5)).outcome(), Outcome::Breaks, "converted or not");
    assert_eq!(on_value(&string, &Json::Integer(5)).outcome(), Outcome::Open);
    assert_eq!(on_value(&string, &Json::Bool(true)).outcome(), Outcome::Open);
    assert_eq!(on_value(&string, &Json::List(vec![])).breaches, [Breach::Type]);
    assert_eq!(on_value(&string, &Json::Object(vec![])).breaches, [Breach::Type]);
}
