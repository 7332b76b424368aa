//! Truth tables: what the oracle decides, and what it leaves open.

use super::*;
use crate::span::{Place, Source, Span};
use crate::spec::model::{Characters, Length, Limit, Shape, Unclear, Unit};

use Part::{CharactersFirst, CharactersOf, FormatCountry, FormatShape, Items, LengthMax, LengthMin, Values};

fn rules(kind: Type) -> Schema {
    let at = Place::new(&Source::new("t", ""), Span { start: 0, end: 0 });
    let shape = match kind {
        Type::String => Shape::Text,
        Type::Array => Shape::List(None),
        kind => panic!("no test has a bare {}", kind.name()),
    };
    Schema::bare(shape, at)
}

/// Returns the parts that a value itself violates or could violate.
fn parts(breaches: &[Breach]) -> Vec<Part> {
    assert!(breaches.iter().all(|breach| breach.at.is_here()), "{breaches:?}");
    breaches.iter().map(|breach| breach.part).collect()
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
fn contact_name() -> Schema {
    Schema {
        length: Some(Length { min: 2, max: Limit::At(12), unit: Unit::Characters }),
        characters: Some(letters()),
        ..rules(Type::String)
    }
}

fn parameter(schema: Schema, required: Required) -> Member {
    let at = schema.at.clone();
    Member { required, ..Member::bare("P", schema, at) }
}

fn text(value: &str) -> Json {
    Json::Text(value.to_owned())
}

#[test]
fn name_of_two_to_twelve_letters() {
    let name = parameter(contact_name(), Required::Yes);
    let table: &[(&str, &[Part], &[Part])] = &[
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
        ("", &[LengthMin], &[Part::Required]),
        ("   ", &[CharactersOf], &[LengthMin, Part::Required]),
    ];
    for (value, breaches, open) in table {
        let ruling = on_member(&name, Some(&text(value)));
        assert_eq!(parts(&ruling.breaches), *breaches, "{value:?}");
        let opened: Vec<Part> = ruling.open.iter().map(|(breach, _)| breach.part).collect();
        assert_eq!(&opened, open, "{value:?}");
    }
}

#[test]
fn definition_of_a_character_is_open_only_if_it_matters() {
    let combining = |letters: usize| text(&"e\u{301}".repeat(letters));
    let name = parameter(contact_name(), Required::Yes);
    assert!(!on_member(&name, Some(&combining(6))).coverable().contains(&Breach::here(LengthMax)));
    assert!(on_member(&name, Some(&combining(7))).open.iter().any(|(breach, _)| breach.part == LengthMax));
    assert!(on_member(&name, Some(&combining(13))).breaches.contains(&Breach::here(LengthMax)));
}

#[test]
fn absent_and_empty_values() {
    let outcome =
        |required, value: Option<&Json>| on_member(&parameter(contact_name(), required), value).outcome();
    assert_eq!(outcome(Required::Yes, None), Outcome::Breaks);
    assert_eq!(outcome(Required::No, None), Outcome::Holds);
    assert_eq!(outcome(Required::Unclear, None), Outcome::Open);
    assert_eq!(outcome(Required::Yes, Some(&text(""))), Outcome::Breaks);
    assert_eq!(outcome(Required::No, Some(&text(""))), Outcome::Open);
    assert_eq!(outcome(Required::Yes, Some(&Json::Null)), Outcome::Breaks);
    assert_eq!(outcome(Required::No, Some(&Json::Null)), Outcome::Open);
}

#[test]
fn limit_mentioned_without_a_number() {
    let unstated = Length { min: 0, max: Limit::Unstated, unit: Unit::Characters };
    let outcome = |length: usize| length::ruling(&unstated, &"a".repeat(length)).outcome();
    assert_eq!(outcome(30), Outcome::Holds);
    for open in [50, 64, 128, 254, 999] {
        assert_eq!(outcome(open), Outcome::Open, "{open}");
    }
    assert_eq!(outcome(1_000), Outcome::Breaks);
}

#[test]
fn unclear_characters() {
    let rule = Characters {
        also: vec!['_'],
        not_first: vec!['_'],
        digits: true,
        unclear: Unclear::These(vec![' ']),
        ..letters()
    };
    let ruling = |text: &str| characters::ruling(&rule, text);
    assert_eq!(ruling("john_smith").outcome(), Outcome::Holds);
    assert_eq!(parts(&ruling("_john").breaches), [CharactersFirst]);
    assert_eq!(ruling("John Smith").outcome(), Outcome::Open);
    assert_eq!(parts(&ruling("john-smith").breaches), [CharactersOf]);
}

#[test]
fn email_addresses() {
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
    let table: &[(&str, Outcome, &[Part])] = &[
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
    for (number, outcome, coverable) in table {
        let ruling = phone::ruling(&countries, number);
        assert_eq!(ruling.outcome(), *outcome, "{number:?}");
        assert_eq!(parts(&ruling.coverable()), *coverable, "{number:?}");
    }
}

#[test]
fn only_plain_numbers_of_another_supported_country_hold() {
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
fn other_country_is_open_without_supported_countries() {
    assert_eq!(phone::ruling(&[], "86-13900001234").outcome(), Outcome::Holds);
    assert_eq!(phone::ruling(&[], "1-2025550123").outcome(), Outcome::Open);
    assert_eq!(parts(&phone::ruling(&[], "86-phone").coverable()), [FormatShape]);
    assert_eq!(parts(&phone::ruling(&[], "44-phone").coverable()), [FormatShape, FormatCountry]);
}

#[test]
fn listed_values_and_members() {
    let listed = Schema { values: Some(vec![text("CEO"), text("Other")]), ..rules(Type::String) };
    assert_eq!(on_value(&listed, &text("CEO")).outcome(), Outcome::Holds);
    assert_eq!(on_value(&listed, &text("ceo")).outcome(), Outcome::Open);
    assert_eq!(parts(&on_value(&listed, &text("CE")).breaches), [Values]);
    assert_eq!(parts(&on_value(&listed, &text(" CEO")).breaches), [Values]);

    let list = Schema { shape: Shape::List(Some(Box::new(listed))), ..rules(Type::Array) };
    let members = |names: &[&str]| Json::List(names.iter().map(|name| text(name)).collect());
    assert_eq!(on_value(&list, &members(&["CEO", "Other"])).outcome(), Outcome::Holds);
    assert_eq!(on_value(&list, &members(&["CEO", "Boss"])).broken(), [Breach::here(Items)]);
    let of_item = Breach::here(Values).within(Step::Item);
    assert_eq!(on_value(&list, &members(&["CEO", "Boss"])).breaches, [of_item]);
    assert_eq!(on_value(&list, &members(&["CEO", "CEO"])).outcome(), Outcome::Open);
    assert_eq!(on_value(&list, &members(&[])).outcome(), Outcome::Open);
}

#[test]
fn scalars_of_another_type_are_open_but_structures_are_not() {
    let string = rules(Type::String);
    let mysql = Schema { values: Some(vec![text("mysql")]), ..rules(Type::String) };
    assert_eq!(on_value(&mysql, &Json::Integer(5)).outcome(), Outcome::Breaks, "converted or not");
    assert_eq!(on_value(&string, &Json::Integer(5)).outcome(), Outcome::Open);
    assert_eq!(on_value(&string, &Json::Bool(true)).outcome(), Outcome::Open);
    assert_eq!(parts(&on_value(&string, &Json::List(vec![])).breaches), [Part::Type]);
    assert_eq!(parts(&on_value(&string, &Json::Object(vec![])).breaches), [Part::Type]);
}

/// "recipient: an object. name is required, 2 to 12 letters. lines: a list of objects; sku is required, 2 to 12 letters."
fn recipient() -> Member {
    let item = Schema {
        shape: Shape::Object(vec![named("sku", contact_name(), Required::Yes)].into()),
        ..rules(Type::String)
    };
    let lines = Schema { shape: Shape::List(Some(Box::new(item))), ..rules(Type::Array) };
    let members = vec![
        named("name", contact_name(), Required::Yes),
        named("note", contact_name(), Required::No),
        named("lines", lines, Required::No),
    ];
    parameter(Schema { shape: Shape::Object(members.into()), ..rules(Type::String) }, Required::No)
}

fn named(name: &str, schema: Schema, required: Required) -> Member {
    Member { name: name.into(), ..parameter(schema, required) }
}

#[test]
fn violations_within_an_object_have_their_place() {
    let table: &[(&str, Outcome, &[&str])] = &[
        (r#"{"name":"tom"}"#, Outcome::Holds, &[]),
        (r#"{"name":"t"}"#, Outcome::Breaks, &["name length.min"]),
        (r#"{"note":"tom"}"#, Outcome::Breaks, &["name required"]),
        (r#"{"name":null}"#, Outcome::Breaks, &["name required", "name type"]),
        (r#"{"name":"tom","note":"t-"}"#, Outcome::Breaks, &["note characters.of"]),
        (r#"{"name":"tom","note":[]}"#, Outcome::Open, &["note type"]),
        (
            r#"{"name":"tom","note":7}"#,
            Outcome::Breaks,
            &["note type", "note length.min", "note characters.of"],
        ),
        (r#"{"name":"tom","lines":[{"sku":"ab"}]}"#, Outcome::Holds, &[]),
        (r#"{"name":"tom","lines":[{"sku":"ab"},{}]}"#, Outcome::Breaks, &["lines[].sku required"]),
        (r#"{"name":"tom","lines":[7]}"#, Outcome::Breaks, &["lines[] type"]),
        (r#"{"name":"tom","lines":[]}"#, Outcome::Open, &["lines items"]),
        (r#"{"name":"tom","colour":"red"}"#, Outcome::Open, &["values"]),
        (r#"{}"#, Outcome::Open, &["name required"]),
        (r#"[]"#, Outcome::Open, &["type"]),
        (r#""tom""#, Outcome::Breaks, &["type"]),
    ];
    for (value, outcome, coverable) in table {
        let ruling = on_member(&recipient(), Some(&Json::read(value.as_bytes()).unwrap()));
        assert_eq!(ruling.outcome(), *outcome, "{value}: {ruling:?}");
        let mut received: Vec<String> = ruling.coverable().iter().map(Breach::to_string).collect();
        let mut expected: Vec<String> = coverable.iter().map(|each| (*each).to_owned()).collect();
        received.sort();
        expected.sort();
        assert_eq!(received, expected, "{value}");
    }
}

#[test]
fn numbers_in_a_range() {
    use crate::spec::model::{End, Range};
    let end = |at: f64, is_in: bool| Some(End { at, is_in });
    let to_nine = Range { min: end(1.0, true), max: end(9.0, true) };
    let share = Range { min: end(0.0, false), max: end(1.5, true) };
    let upward = Range { min: end(0.0, true), max: None };
    let table: &[(Range, Shape, &str, &[&str])] = &[
        (to_nine, Shape::Integer, "1", &[]),
        (to_nine, Shape::Integer, "9", &[]),
        (to_nine, Shape::Integer, "0", &["range.min"]),
        (to_nine, Shape::Integer, "10", &["range.max"]),
        (to_nine, Shape::Integer, "-2147483648", &["range.min"]),
        (to_nine, Shape::Integer, "2147483648", &["range.max", "type"]),
        (to_nine, Shape::Integer, "\"10\"", &["range.max", "type"]),
        (to_nine, Shape::Integer, "\"five\"", &["type"]),
        (share, Shape::Number, "0", &["range.min"]),
        (share, Shape::Number, "0.1", &[]),
        (share, Shape::Number, "1.5", &[]),
        (share, Shape::Number, "1.6", &["range.max"]),
        (upward, Shape::Number, "0", &[]),
        (upward, Shape::Number, "3000000000", &[]),
        (upward, Shape::Number, "-1", &["range.min"]),
    ];
    for (range, shape, value, coverable) in table {
        let schema = Schema { shape: shape.clone(), range: Some(*range), ..rules(Type::String) };
        let ruling = on_value(&schema, &Json::read(value.as_bytes()).unwrap());
        let mut received: Vec<String> = ruling.coverable().iter().map(Breach::to_string).collect();
        received.sort();
        assert_eq!(received, *coverable, "{value}: {ruling:?}");
    }
}

#[test]
fn pattern_breaks_holds_or_depends_on_the_dialect() {
    use crate::spec::pattern::{Dialect, Pattern as Expression};
    let of = |text: &str, dialect| Schema {
        patterns: vec![Expression::new(text, false, dialect).unwrap()],
        ..rules(Type::String)
    };
    let table: &[(&str, Option<Dialect>, &str, Outcome)] = &[
        (r"[A-Z]{2}\d+", None, "AB1", Outcome::Holds),
        (r"[A-Z]{2}\d+", None, "A1", Outcome::Breaks),
        (r"[A-Z]{2}\d+", None, "AB١", Outcome::Open),
        (r"[A-Z]{2}\d+", Some(Dialect::Ecma), "AB١", Outcome::Breaks),
        (r"[A-Z]{2}\d+", None, "AB1\n", Outcome::Open),
        (r"[A-Z]{2}\d+", Some(Dialect::Go), "AB1\n", Outcome::Breaks),
        ("[^/]{3}", None, "ééé", Outcome::Open),
        ("[^/]{3}", Some(Dialect::Java), "ééé", Outcome::Holds),
    ];
    for (pattern, dialect, value, expected) in table {
        let ruling = on_value(&of(pattern, *dialect), &text(value));
        assert_eq!(ruling.outcome(), *expected, "{pattern} {dialect:?} {value:?}: {ruling:?}");
        let named = ruling.breaches.iter().chain(ruling.open.iter().map(|(breach, _)| breach));
        assert!(named.into_iter().all(|breach| breach.part == Part::Pattern), "{ruling:?}");
    }
}
