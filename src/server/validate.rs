//! Validation by the spec's rules, one parameter after the other in the order of the page, the first fault wins.

use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{
    Characters, Format, Length, Limit, Operation, Parameter, Required, Rules, Service, Type, Unclear, Unit,
    When,
};

use super::Refusal;

/// The first fault of a call, as the row that answers it.
pub fn first_fault(
    service: &Service,
    operation: &Operation,
    parameters: &[(String, Json)],
) -> Option<Refusal> {
    operation.parameters.iter().find_map(|parameter| {
        let value = parameters.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
        let breach = fault(parameter, value)?;
        Some(row_for(service, operation, &parameter.name, breach))
    })
}

/// The first row of the page's table, then of the service's, that answers a breach; failing that, the first that is bound
/// to nothing.
pub fn row_for(service: &Service, operation: &Operation, parameter: &str, breach: Breach) -> Refusal {
    let rows = || operation.errors.iter().chain(&service.errors);
    let binds = |when: &When| match when {
        When::Breaches(bound) => {
            bound.iter().any(|(name, of)| (name == parameter || name == "*") && *of == breach)
        }
        _ => false,
    };
    let bound = rows().find(|row| binds(&row.when));
    match bound.or_else(|| rows().find(|row| row.when == When::Unsaid)) {
        Some(row) => Refusal::of(row),
        None => Refusal {
            status: Some(400),
            code: "InvalidParameter".to_owned(),
            message: format!("{parameter} breaks the rule {breach}, for which the page has no row."),
        },
    }
}

fn fault(parameter: &Parameter, value: Option<&Json>) -> Option<Breach> {
    let given = value.filter(|value| !is_nothing(value));
    match (given, parameter.required) {
        (None, Required::Yes | Required::Unclear) => Some(Breach::Required),
        (None, Required::No) => None,
        (Some(value), _) => value_fault(&parameter.rules, value),
    }
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.is_empty(),
        Json::List(items) => items.is_empty(),
        _ => false,
    }
}

fn value_fault(rules: &Rules, value: &Json) -> Option<Breach> {
    match (rules.kind, value) {
        (Type::String, Json::Text(text)) => text_fault(rules, text),
        (Type::Array, Json::List(items)) => {
            let rules = rules.items.as_deref()?;
            items.iter().any(|item| value_fault(rules, item).is_some()).then_some(Breach::Items)
        }
        (Type::Integer, Json::Integer(_))
        | (Type::Number, Json::Integer(_) | Json::Number(_))
        | (Type::Boolean, Json::Bool(_))
        | (Type::Object, Json::Object(_)) => None,
        // On the query string every scalar is text.
        (Type::Integer, Json::Text(text)) if text.parse::<i64>().is_ok() => None,
        (Type::Number, Json::Text(text)) if text.parse::<f64>().is_ok() => None,
        (Type::Boolean, Json::Text(text)) if text == "true" || text == "false" => None,
        _ => Some(Breach::Type),
    }
}

fn text_fault(rules: &Rules, text: &str) -> Option<Breach> {
    if let Some(values) = &rules.values
        && !values.iter().any(|value| value.as_text() == Some(text))
    {
        return Some(Breach::Values);
    }
    let length = rules.length.as_ref().and_then(|length| length_fault(length, text));
    let characters = rules.characters.as_ref().and_then(|characters| character_fault(characters, text));
    let format = rules.format.as_ref().and_then(|format| match format {
        Format::Email => email_fault(text),
        Format::Phone { countries } => phone_fault(countries, text),
    });
    length.or(characters).or(format)
}

/// What this server takes for the limit where the page names one without giving it: RFC 5321's.
const UNSTATED: u64 = 254;

fn length_fault(length: &Length, text: &str) -> Option<Breach> {
    let count = match length.unit {
        Unit::Characters => text.chars().count() as u64,
        Unit::Bytes => text.len() as u64,
    };
    let max = match length.max {
        Limit::None => u64::MAX,
        Limit::At(max) => max,
        Limit::Unstated => UNSTATED,
    };
    if count < length.min {
        return Some(Breach::LengthMin);
    }
    (count > max).then_some(Breach::LengthMax)
}

fn character_fault(characters: &Characters, text: &str) -> Option<Breach> {
    if text.starts_with(characters.not_first.as_slice()) {
        return Some(Breach::CharactersFirst);
    }
    let allowed = |character: char| {
        (characters.letters && character.is_ascii_alphabetic())
            || (characters.digits && character.is_ascii_digit())
            || characters.also.contains(&character)
            || match &characters.unclear {
                Unclear::These(these) => these.contains(&character),
                Unclear::Others => true,
            }
    };
    (!text.chars().all(allowed)).then_some(Breach::CharactersOf)
}

fn email_fault(text: &str) -> Option<Breach> {
    let Some((local, host)) = text.split_once('@') else { return Some(Breach::FormatShape) };
    let fine = !local.is_empty()
        && !host.is_empty()
        && !host.contains('@')
        && !text.chars().any(|character| character.is_whitespace() || character.is_control());
    (!fine).then_some(Breach::FormatShape)
}

fn phone_fault(countries: &[String], text: &str) -> Option<Breach> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((country, number)) if digits(country) && digits(number) => {
            let supported = countries.is_empty() || countries.iter().any(|supported| supported == country);
            (!supported).then_some(Breach::FormatCountry)
        }
        _ => Some(Breach::FormatShape),
    }
}
