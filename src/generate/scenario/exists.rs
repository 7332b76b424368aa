//! Ids of no entity.

use crate::case::value::Value;
use crate::case::{Case, Expectation};
use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{ErrorRow, Member, Type, When};
use crate::spec::path::Path;
use crate::spec::question::Question;
use crate::spec::ruling::{self, Outcome, Ruling};

use crate::generate::Violation;
use crate::generate::plain::PlainCall;
use crate::generate::valid::{random_value, reference, valid};
use crate::generate::{context, expect};

use super::about;

/// Ids that were never assigned. No page says whether their form is checked first.
const MADE_UP: &[(&str, &str, &str)] = &[
    ("unknown", "a made-up id", "c-NoSuchEntity000"),
    ("short", "one character", "0"),
    ("symbols", "symbols", "?!/*"),
    ("inner-blank", "two words", "no such id"),
    ("quote", "a quote that would end a query", "c-1' OR '1'='1"),
    ("long", "an id of a thousand characters", "<1000 of x>"),
];

/// A number that no service has reached.
const MADE_UP_NUMBER: (&str, &str, i64) = ("unknown", "a made-up id", 1_999_999_999);

/// Returns cases with the id of a removed entity and with ids that never existed, which a target may reject for their
/// form.
pub fn cases(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Vec<Violation> {
    let removed = removed(plain, parameter, entity).into_iter();
    let removed = removed.map(|case| Violation { case, breaks: None });
    let unknown = unknown(plain, parameter).into_iter();
    removed
        .chain(
            unknown.map(|case| Violation {
                case,
                breaks: Some(Breach::of(&parameter.name, Part::ExistsUnknown)),
            }),
        )
        .collect()
}

/// Returns the case with the id of a removed entity: certainly well-formed, and certainly of no entity.
fn removed(plain: &PlainCall<'_>, parameter: &Member, entity: &str) -> Option<Case> {
    let send = plain.with(parameter, Some(reference(parameter, "gone")));
    let expect = expect::reject(plain, parameter, Part::ExistsUnknown);
    let words = ("removed", "the id of a removed entity");
    let case = with_a_change(about(plain, parameter, Part::ExistsUnknown, words, (send, expect)), plain, 0);
    let given = vec![plain.make(entity, "gone", &case.send)?, plain.remove(entity, "gone")?];
    Some(Case { given, ..case })
}

fn unknown(plain: &PlainCall<'_>, parameter: &Member) -> Vec<Case> {
    let ruling = Ruling {
        breaches: vec![Breach::here(Part::ExistsUnknown)],
        open: vec![(Breach::here(Part::ExistsShape), Question::IdOfNothing)],
    };
    let ruling = ruling.at(&Path::member(&parameter.name));
    let expect: Expectation = expect::expectation(plain.service, plain.operation, &ruling);
    let case = |slug: &str, tries: &str, id: Value| {
        let send = plain.with(parameter, Some(id));
        let case = about(plain, parameter, Part::ExistsUnknown, (slug, tries), (send, expect.clone()));
        with_a_change(case, plain, 0)
    };
    made_up(parameter).into_iter().map(|(slug, tries, id)| case(slug, tries, id)).collect()
}

/// Returns ids that were never assigned, those most similar to a service's own first. They have the type of the
/// parameter, because another type would be a second violation.
pub fn made_up(parameter: &Member) -> Vec<(&'static str, &'static str, Value)> {
    let schema = &parameter.schema;
    // An id that breaks a rule of its own would be a second violation.
    let keeps = |id: &Value| {
        let holds = |json| ruling::on_value(schema, &json).outcome() == Outcome::Holds;
        schema.is_unruled() || id.witness().is_some_and(holds)
    };
    match schema.kind() {
        Type::String => {
            let known = MADE_UP.iter().map(|(slug, tries, id)| (*slug, *tries, Value::described(id)));
            let mut ids: Vec<_> = known.filter(|(.., id)| keeps(id)).collect();
            if !ids.iter().any(|(slug, ..)| *slug == MADE_UP[0].0) {
                let new = Some(random_value(schema)).filter(|id| id.random_count().is_some() && keeps(id));
                ids.splice(0..0, new.map(|id| (MADE_UP[0].0, MADE_UP[0].1, id)));
            }
            ids
        }
        Type::Integer | Type::Number => {
            let (slug, tries, id) = MADE_UP_NUMBER;
            let id = Value::Plain(Json::Integer(id));
            if schema.range.is_none() || keeps(&id) { vec![(slug, tries, id)] } else { Vec::new() }
        }
        Type::Array => made_up_in_lists(parameter),
        Type::Boolean | Type::Object | Type::Map => Vec::new(),
    }
}

/// Returns lists with an id of no entity, alone and next to the id of an entity.
fn made_up_in_lists(parameter: &Member) -> Vec<(&'static str, &'static str, Value)> {
    let kind = parameter.schema.items().map_or(Type::String, |items| items.kind());
    let unknown = match kind {
        Type::String => Value::text(MADE_UP[0].2),
        Type::Integer | Type::Number => Value::Plain(Json::Integer(MADE_UP_NUMBER.2)),
        Type::Boolean | Type::Array | Type::Object | Type::Map => return Vec::new(),
    };
    let live = Value::Id(parameter.exists.clone().unwrap_or_default());
    vec![
        ("unknown", "a made-up id", Value::list(vec![unknown.clone()])),
        ("unknown-last", "a made-up id after that of an existing entity", Value::List(vec![live, unknown])),
    ]
}

/// Makes sure that a call is rejected for its id and not because it changes nothing: adds one valid parameter, chosen
/// by `turn`. If there are not two parameters to take turns, rows without `when` may be returned as well, because they
/// may mean that a call changes nothing. No call is rejected for that if it changes nothing in any case, such as a
/// removal, or if the page has no such row. A row for the state of an entity does not count, because an entity that
/// does not exist has no state.
pub fn with_a_change(mut case: Case, plain: &PlainCall<'_>, turn: usize) -> Case {
    let is_failure = |row: &ErrorRow| row.status.is_some_and(|status| status >= 500);
    let says_so = |row: &&ErrorRow| row.when == When::Unsaid && !is_failure(row);
    let saying: Vec<&ErrorRow> = plain.service.rows(plain.operation).filter(says_so).collect();
    let is_change = |parameter: &Member| parameter.exists.is_none() && !parameter.common;
    if !plain.operation.parameters.iter().any(is_change) {
        return case;
    }
    let is_plain =
        |parameter: &&Member| parameter.exists.is_none() && !parameter.is_new() && !parameter.common;
    let carries_change =
        case.send.iter().any(|(name, _)| plain.operation.parameter(name).is_some_and(|p| is_plain(&p)));
    if plain.operation.only_reads() || saying.is_empty() || carries_change {
        return case;
    }
    let listed = |parameter: &&Member| {
        parameter.schema.values.is_some()
            || parameter.schema.items().is_some_and(|items| items.values.is_some())
    };
    let changes: Vec<&Member> = plain.operation.parameters.iter().filter(is_plain).filter(listed).collect();
    if changes.len() < 2 {
        let codes = saying.into_iter().flat_map(|row| row.codes.clone()).collect();
        return Case { expect: context::widened(case.expect.clone(), codes), ..case };
    }
    let change = changes[turn.min(changes.len() - 1)];
    case.send.push((change.name.as_str().into(), valid(change)));
    case
}
