//! Values of response elements that keep the rules of the page.

use crate::json::Json;
use crate::spec::model::{Characters, Common, Format, Limit, Member, Schema, Type};
use crate::spec::pattern::{fitting, texts};

/// Returns a value of an element with rules; different numbers make different values. `None` if it has no rules, or if
/// the page shows an example.
pub fn value(element: &Member, number: u64) -> Option<Json> {
    let schema = &element.schema;
    match element.kind() {
        Type::String => text(schema, number).map(Json::Text),
        Type::Integer | Type::Number => {
            let range = schema.range.as_ref()?;
            let (low, high) = (range.min.as_ref(), range.max.as_ref());
            let low = low.map(|end| if end.is_in { end.at.ceil() } else { end.at.floor() + 1.0 });
            let high = high.map(|end| if end.is_in { end.at.floor() } else { end.at.ceil() - 1.0 });
            Some(Json::number(low.or(high).unwrap_or(0.0)))
        }
        Type::Array => {
            let count = schema.count.filter(|count| count.min > 0)?;
            let items = schema.items().filter(|items| items.members().is_empty())?;
            let item = Member::bare(&element.name, items.clone(), element.at.clone());
            let one = value(&item, number).or_else(|| plain(items.kind()))?;
            Some(Json::List(vec![one; usize::try_from(count.min).unwrap_or(1)]))
        }
        Type::Boolean | Type::Object | Type::Map => None,
    }
}

fn plain(kind: Type) -> Option<Json> {
    match kind {
        Type::String => Some(Json::Text("a".to_owned())),
        Type::Integer | Type::Number => Some(Json::Integer(1)),
        Type::Boolean => Some(Json::Bool(true)),
        Type::Array | Type::Object | Type::Map => None,
    }
}

fn text(schema: &Schema, number: u64) -> Option<String> {
    if let Some(format) = &schema.format {
        let keeps = |text: &String| schema.patterns.iter().all(|pattern| pattern.is_match(text));
        let plain = of_format(format, number);
        let fractions =
            [".123", ".123456", ".123456789"].map(|fraction| plain.replace('Z', &format!("{fraction}Z")));
        let offsets = ["+00:00", "+0000", ""].map(|offset| plain.replace('Z', offset));
        let written = std::iter::once(plain.clone()).chain(fractions).chain(offsets);
        return written.into_iter().find(keeps).or(Some(plain));
    }
    let has_length = |text: &str| {
        let count = text.chars().count() as u64;
        schema
            .length
            .is_none_or(|length| count >= length.min && !matches!(length.max, Limit::At(max) if count > max))
    };
    if let Some(first) = schema.patterns.first() {
        let keeps =
            |text: &str| has_length(text) && schema.patterns.iter().all(|pattern| pattern.is_match(text));
        let made = texts::numbered(first.hir(), usize::try_from(number).unwrap_or(0), keeps);
        return made.or_else(|| fitting(schema).into_iter().next());
    }
    let characters = schema.characters.as_ref();
    let length = schema.length.map_or(0, |length| length.min);
    if characters.is_none() && length == 0 {
        return None;
    }
    let allows = |text: &str| {
        let is_allowed = |rule: &Characters, each: char| {
            (rule.letters && each.is_ascii_alphabetic())
                || (rule.digits && each.is_ascii_digit())
                || rule.also.contains(&each)
        };
        characters.is_none_or(|rule| text.chars().all(|each| is_allowed(rule, each)))
    };
    let filled = |digits: String, filler: char| {
        let missing = usize::try_from(length).unwrap_or(0).saturating_sub(digits.len());
        let filler: String = std::iter::repeat_n(filler, missing).collect();
        format!("{filler}{digits}")
    };
    let letters: String = number.to_string().bytes().map(|digit| char::from(b'a' + (digit - b'0'))).collect();
    let texts =
        [filled(letters.clone(), 'a'), filled(letters.to_uppercase(), 'A'), filled(number.to_string(), '0')];
    texts.into_iter().find(|text| allows(text) && has_length(text))
}

fn of_format(format: &Format, number: u64) -> String {
    match format {
        Format::Email => format!("someone{number}@example.com"),
        Format::Phone { countries } => {
            let country = countries.first().map_or("86", String::as_str);
            format!("{country}-139{:08}", number % 100_000_000)
        }
        Format::Common { is, schemes } => match is {
            Common::Date => format!("2030-01-{:02}", number % 28 + 1),
            Common::DateTime => format!("2030-01-{:02}T10:30:00Z", number % 28 + 1),
            Common::Uuid => format!("{:08x}-0000-4000-8000-{number:012x}", number % 0xffff_ffff),
            Common::Url => {
                format!("{}://example.com/{number}", schemes.first().map_or("https", String::as_str))
            }
            Common::Ipv4 => format!("192.0.2.{}", number % 254 + 1),
            Common::Ipv6 => format!("2001:db8::{:x}", number % 0xffff + 1),
        },
    }
}

/// Returns a value that certainly breaks a rule of an element; `None` if it has none that can be broken alone.
pub fn broken(schema: &Schema, kept: &Json) -> Option<Json> {
    match (kept, schema.length) {
        (Json::Text(_), _) if schema.format.is_some() => Some(Json::Text("?".to_owned())),
        (Json::Text(text), _) if !schema.patterns.is_empty() => {
            let broken = [format!("{text}~"), format!("~{text}"), "~".to_owned(), String::from("~~~ ~~~")];
            let is_certain =
                |text: &String| !schema.patterns.iter().any(|pattern| pattern.matches_unicode(text));
            broken.into_iter().find(is_certain).map(Json::Text)
        }
        (Json::Text(text), Some(length)) => match length.max {
            Limit::At(max) => {
                let missing = usize::try_from(max).ok()?.saturating_sub(text.chars().count()) + 1;
                Some(Json::Text(format!("{text}{}", "a".repeat(missing))))
            }
            _ if length.min > 1 => Some(Json::Text("a".to_owned())),
            _ => None,
        },
        (Json::List(items), _) => {
            let count = schema.count?;
            let item = items.first()?;
            match count.max {
                Some(max) => Some(Json::List(vec![
                    item.clone();
                    usize::try_from(max).ok().filter(|max| *max < 50)? + 1
                ])),
                None => Some(Json::List(Vec::new())),
            }
        }
        (Json::Integer(_) | Json::Number(_), _) => {
            let range = schema.range.as_ref()?;
            let low = range.min.as_ref().map(|end| end.at.floor() - 1.0);
            let high = range.max.as_ref().map(|end| end.at.ceil() + 1.0);
            low.or(high).map(Json::number)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::read::parameter_fixture;
    use crate::spec::ruling::{Outcome, on_value};

    #[test]
    fn made_values_keep_the_rules_and_broken_ones_do_not() {
        for rules in [
            "type: string, pattern: 'crt_[0-9a-f]{8}'",
            "type: string, format: uuid",
            "type: string, format: date-time",
            "type: string, format: url",
            "type: string, length: 6..12, characters: letters",
            "type: string, length: 32, characters: digits",
            "type: integer, range: 5..9",
            "type: number, range: {above: 0, to: 9}",
        ] {
            let element = parameter_fixture(rules);
            let values: Vec<Json> = (1..4).filter_map(|number| value(&element, number)).collect();
            assert_eq!(values.len(), 3, "{rules}");
            for made in &values {
                assert_eq!(on_value(&element.schema, made).outcome(), Outcome::Holds, "{rules}: {made}");
            }
            let broken = broken(&element.schema, &values[0]).unwrap();
            assert_eq!(on_value(&element.schema, &broken).outcome(), Outcome::Breaks, "{rules}: {broken}");
            if element.kind() == Type::String {
                assert!(values[0] != values[1] && values[1] != values[2], "{rules}");
            }
        }
    }
}
