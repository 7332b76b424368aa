//! Calls that could reach what the run has not created: they are sent only if nobody else uses the target.

use crate::case::value::Value;
use crate::case::{Case, Parameters};
use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Member, Operation, Required, Service};

/// The hint for users who want such a call to be sent.
const REMEDY: &str = "use --alone, or `alone = true` for the target, if you are its only user";

/// Returns the reason why a case is not sent to a target that others may use; `None` if it can do no harm there.
pub fn why_not_sent(service: &Service, case: &Case) -> Option<String> {
    let given = case.given.iter().map(|call| (call.operation.as_str(), &call.send));
    let then = case.then.iter().map(|step| (step.call.operation.as_str(), &step.call.send));
    let calls = given.chain([(case.operation.as_str(), &case.send)]).chain(then);
    let why = calls.filter_map(|(name, send)| of_call(service, service.operation(name)?, send)).next();
    let unreadable = || of_body(service, case);
    why.or_else(unreadable).map(|why| format!("{why}; {REMEDY}"))
}

fn of_call(service: &Service, operation: &Operation, send: &Parameters) -> Option<String> {
    let value = |name: &str| send.iter().find(|(sent, _)| sent == name).map(|(_, value)| value);
    if may_change(service, operation) {
        let is_foreign = |id: &&Member| {
            let entity = id.exists.as_ref().and_then(|name| service.entity(name));
            entity.is_some_and(|entity| entity.foreign)
        };
        let subjects = subjects(operation);
        let is_known = |id: &Member| matches!(value(&id.name), Some(Value::Id(_)));
        if subjects.iter().all(is_foreign)
            && let Some(id) = subjects.iter().find(|id| is_known(id))
        {
            return Some(format!(
                "{} could change what {} names, which the run has not created",
                operation.name, id.name
            ));
        }
        return subjects.into_iter().find_map(|id| {
            // Somebody else may have chosen any name that is not random.
            let entity = id.exists.as_ref().and_then(|name| service.entity(name));
            let is_named = entity.is_some_and(|entity| entity.named_by.is_some());
            let is_fine = value(&id.name)
                .is_some_and(|value| identifies_one(value) && (!is_named || is_nobodys(value)));
            (!is_fine).then(|| {
                format!(
                    "{} without one plain id in {} could affect entities of others",
                    operation.name, id.name
                )
            })
        });
    }
    let own = operation.parameters.iter().find(|parameter| parameter.names_own)?;
    let is_new = value(&own.name).is_none_or(is_nobodys);
    if !is_new {
        return Some(format!("{} could replace an entity of others with this name", operation.name));
    }
    // What contains the new entity could be somebody's, if others can have chosen its name.
    let is_named = |id: &&Member| {
        id.exists
            .as_ref()
            .and_then(|name| service.entity(name))
            .is_some_and(|entity| entity.named_by.is_some())
    };
    let is_nobodys = |id: &&Member| value(&id.name).is_none_or(is_nobodys);
    let mut parents = operation.parameters.iter().filter(is_named).filter(|id| !is_nobodys(id));
    let parent = parents.next()?;
    Some(format!("{} could add to what {} names, which may be somebody else's", operation.name, parent.name))
}

/// Returns the reason why an unreadable body is not sent, if there is one: it holds no id.
fn of_body(service: &Service, case: &Case) -> Option<String> {
    let operation = service.operation(&case.operation)?;
    let is_body = matches!(case.twist, Some(crate::wire::Twist::Body(_)));
    let in_body = |parameter: &Member| {
        parameter.exists.is_some() && protocol::facts(service).is_typed(operation, parameter)
    };
    let is_harm = is_body && may_change(service, operation) && operation.parameters.iter().any(in_body);
    is_harm.then(|| {
        format!("{} with a body that contains no id could affect entities of others", operation.name)
    })
}

/// Returns `true` if an operation changes or removes something that exists. An operation is assumed to do so if the
/// page does not say.
pub fn may_change(service: &Service, operation: &Operation) -> bool {
    let takes_id = operation.parameters.iter().any(|parameter| parameter.exists.is_some());
    let reads = operation.only_reads()
        || service.entities.iter().any(|entity| {
            entity.listed_by.as_ref() == Some(&operation.name)
                || service.readers(&entity.name).any(|reader| reader.name == operation.name)
        });
    takes_id && !reads && operation.creates.is_none()
}

/// Returns the parameters that say what a call is about: the first one that takes an id, and all required ones that
/// take an id. The others name what else a call refers to.
fn subjects(operation: &Operation) -> Vec<&Member> {
    let ids = operation.parameters.iter().filter(|parameter| parameter.exists.is_some()).enumerate();
    ids.filter(|(place, id)| *place == 0 || id.required == Required::Yes).map(|(_, id)| id).collect()
}

/// Returns `true` if a value names one thing: something that an earlier call has created, or an invented id that could
/// name nothing else.
fn identifies_one(value: &Value) -> bool {
    match value {
        Value::Id(_) | Value::Same(..) => true,
        Value::Described(text) => is_plain(&text.witness()),
        Value::Plain(Json::Text(text)) => is_plain(text),
        Value::Plain(Json::Integer(number)) => *number >= FAR_NUMBER,
        Value::Plain(Json::List(ids)) => {
            !ids.is_empty() && ids.iter().all(|id| identifies_one(&Value::Plain(id.clone())))
        }
        Value::Plain(_) | Value::Object(_) => false,
        Value::List(ids) => !ids.is_empty() && ids.iter().all(identifies_one),
    }
}

/// Minimum of an invented number that may be sent; it is also checked to be far above all ids that the target has
/// assigned.
const FAR_NUMBER: i64 = 1_000_000_000;

/// Minimum length of an invented id: a shorter one may be somebody's.
const MIN_ID_LENGTH: usize = 8;

/// Returns `true` if a text can be read only as a single name: no wildcard, no operator, no list, not short.
fn is_plain(text: &str) -> bool {
    let is_fine = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | ' ');
    let is_word = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    text.len() >= MIN_ID_LENGTH && is_word && text.trim() == text && text.chars().all(is_fine)
}

/// Number of random bits of a name that certainly nobody else has: a call with such a name may replace or remove what it
/// names. With 32 bits, one of ten thousand existing names is met once in 400,000 calls.
const NOBODYS_BITS: usize = 32;

/// Returns `true` if a name that a call chooses is one that nobody else has.
fn is_nobodys(value: &Value) -> bool {
    match value {
        Value::Described(text) => text.bits() >= NOBODYS_BITS,
        Value::Id(_) | Value::Same(..) => true,
        Value::Plain(_) | Value::List(_) | Value::Object(_) => false,
    }
}

/// Returns `true` if an id may be assigned again once its entity is gone: a call with the id could then reach an entity
/// of somebody else. An id of 64 bits or more is not assigned again.
pub fn may_be_reused(id: &Json) -> bool {
    match id {
        Json::Big(_) => false,
        Json::Text(text) => bits(text) < 64,
        _ => true,
    }
}

/// Returns the maximum number of bits of an id, judging by its characters; a prefix of letters does not count.
fn bits(id: &str) -> usize {
    let (prefix, rest) = id.split_once(['-', '_']).unwrap_or(("", id));
    let own = if prefix.bytes().all(|byte| byte.is_ascii_alphabetic()) { rest } else { id };
    let characters = own.bytes().filter(u8::is_ascii_alphanumeric);
    let parameter = match () {
        () if own.bytes().all(|byte| !byte.is_ascii_alphabetic()) => 3,
        () if own.bytes().all(|byte| !byte.is_ascii_alphabetic() || byte.is_ascii_hexdigit()) => 4,
        () => 5,
    };
    characters.count() * parameter
}

/// Returns `true` if an invented number is far above all ids that the target has assigned.
pub fn is_far_above(number: i64, highest: Option<i64>) -> bool {
    highest.is_some_and(|highest| highest.saturating_mul(1_000) < number)
}

/// Returns the invented numbers among the ids that a call sends, with their entities.
pub fn made_up_numbers<'a>(operation: &'a Operation, send: &'a Parameters) -> Vec<(&'a str, i64)> {
    let numbers = send.iter().filter_map(|(name, value)| {
        let entity = operation.parameter(name)?.exists.as_deref()?;
        match value {
            Value::Plain(Json::Integer(number)) => Some(vec![(entity, *number)]),
            Value::Plain(Json::List(ids)) => {
                let number =
                    |id: &Json| if let Json::Integer(number) = id { Some((entity, *number)) } else { None };
                Some(ids.iter().filter_map(number).collect())
            }
            _ => None,
        }
    });
    numbers.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_a_single_thing_are_plain() {
        for text in ["c-NoSuchEntity000", "no such id", "xxxxxxxxxxxx"] {
            assert!(is_plain(text), "{text}");
        }
        for text in
            ["", "0", " ", "   ", "*", "?!/*", "c-1' OR '1'='1", "_all", "a,b,c,d,e,f", "all", "%%%%%%%%%%"]
        {
            assert!(!is_plain(text), "{text:?}");
        }
    }

    #[test]
    fn ids_of_64_bits_are_not_reused() {
        let may = |text: &str| may_be_reused(&Json::Text(text.to_owned()));
        for id in ["note-1", "17", "shp_0123456789ab", "abc", "c-12345678901234567890"] {
            assert!(may(id), "{id}");
        }
        for id in ["550e8400-e29b-41d4-a716-446655440000", "c-qL4HqKONzOM7abcd", "0123456789abcdef0"] {
            assert!(!may(id), "{id}");
        }
        assert!(may_be_reused(&Json::Integer(7)));
        assert!(!may_be_reused(&Json::Big("18446744073709551615".to_owned())));
    }
}
