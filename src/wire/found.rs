//! Values at places of a response.

use crate::json::Json;
use crate::spec::response_place::{BodyStep, ResponsePlace};

use super::Response;

/// A value found at a place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// The value.
    pub value: Json,
    /// The indexes by which the place led through lists and maps, from the outermost.
    pub trail: Vec<usize>,
}

impl Found {
    fn whole(value: Json) -> Self {
        Self { value, trail: Vec::new() }
    }

    /// Returns `true` if both values belong to the same entry of a list: one of the trails continues the other.
    pub fn belongs_to(&self, trail: &[usize]) -> bool {
        self.trail.starts_with(trail) || trail.starts_with(&self.trail)
    }
}

/// Returns the values at a place of a response, in the order of the response. `body` is its body, if it has one.
pub(crate) fn find(place: &ResponsePlace, response: &Response, body: Option<&Json>) -> Vec<Found> {
    match place {
        ResponsePlace::Status => vec![Found::whole(Json::Integer(i64::from(response.status)))],
        ResponsePlace::Header(name) => {
            let headers = response.headers.iter().filter(|(known, _)| known == name);
            headers.map(|(_, value)| Found::whole(Json::Text(value.clone()))).collect()
        }
        ResponsePlace::Body(steps) => {
            let mut found = Vec::new();
            body.into_iter().for_each(|body| walk(body, steps, &[], &mut found));
            found
        }
        ResponsePlace::Part { of, after, until } => {
            let whole = find(of, response, body).into_iter();
            whole.filter_map(|found| part(found, after.as_deref(), until.as_deref())).collect()
        }
        ResponsePlace::FirstOf(places) => {
            let all = places.iter().map(|place| find(place, response, body));
            all.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
        }
    }
}

fn walk(json: &Json, steps: &[BodyStep], trail: &[usize], found: &mut Vec<Found>) {
    let Some((step, further)) = steps.split_first() else {
        found.push(Found { value: json.clone(), trail: trail.to_vec() });
        return;
    };
    let through = |index: usize| [trail, &[index]].concat();
    match (step, json) {
        (BodyStep::Member(name), json) => {
            json.get(name).into_iter().for_each(|member| walk(member, further, trail, found));
        }
        (BodyStep::Index(index), Json::List(items)) => {
            items.get(*index).into_iter().for_each(|item| walk(item, further, trail, found));
        }
        (BodyStep::Item, Json::List(items)) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, further, &through(index), found));
        }
        (BodyStep::Value, Json::Object(members)) => {
            let values = members.iter().enumerate();
            values.for_each(|(index, (_, value))| walk(value, further, &through(index), found));
        }
        (BodyStep::Key, Json::Object(members)) => {
            let keys = members.iter().enumerate();
            found.extend(
                keys.map(|(index, (name, _))| Found {
                    value: Json::Text(name.clone()),
                    trail: through(index),
                }),
            );
        }
        _ => {}
    }
}

/// Cuts the part out of a text; `None` if the text does not have the part.
fn part(found: Found, after: Option<&str>, until: Option<&str>) -> Option<Found> {
    let text = found.value.as_text()?;
    let text = after.map_or(Some(text), |after| text.split_once(after).map(|(_, rest)| rest))?;
    let text = until.map_or(text, |until| text.split_once(until).map_or(text, |(part, _)| part));
    Some(Found { value: Json::Text(text.to_owned()), trail: found.trail })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::response_place::ResponsePlace;
    use crate::wire::Exchange;
    use crate::wire::Outcome;

    fn response(body: &str) -> Response {
        let Outcome::Received(response) = Exchange::with_response("A", 409, body).outcome else { panic!() };
        Response { headers: vec![("x-reason".to_owned(), "urn:api#Full:now".to_owned())], ..response }
    }

    fn at(place: &ResponsePlace, body: &str) -> Vec<(String, Vec<usize>)> {
        let json = Json::read(body.as_bytes()).unwrap();
        let found = find(place, &response(body), Some(&json)).into_iter();
        found.map(|found| (found.value.to_string(), found.trail)).collect()
    }

    #[test]
    fn places_lead_to_values_with_their_entries() {
        let body = r#"{"errors":[{"code":1},{"code":2}],"faults":{"a":["x","y"],"b":["z"]},"a.b":{"c":"d"}}"#;
        for (place, expected) in [
            ("errors[].code", vec![("1", vec![0]), ("2", vec![1])]),
            ("errors[1].code", vec![("2", vec![])]),
            ("faults{key}", vec![(r#""a""#, vec![0]), (r#""b""#, vec![1])]),
            ("faults{}[]", vec![(r#""x""#, vec![0, 0]), (r#""y""#, vec![0, 1]), (r#""z""#, vec![1, 0])]),
            (r#""a.b".c"#, vec![(r#""d""#, vec![])]),
            ("status", vec![("409", vec![])]),
            ("errors.code", vec![]),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(text, trail)| (text.to_owned(), trail)).collect();
            assert_eq!(at(&ResponsePlace::read(place).unwrap(), body), expected, "{place}");
        }
    }

    #[test]
    fn part_of_a_header_is_a_place() {
        let part = |after: Option<&str>, until: Option<&str>| ResponsePlace::Part {
            of: Box::new(ResponsePlace::Header("x-reason".to_owned())),
            after: after.map(str::to_owned),
            until: until.map(str::to_owned),
        };
        let first = |place: &ResponsePlace| at(place, "{}").first().map(|(text, _)| text.clone());
        assert_eq!(first(&part(Some("#"), Some(":"))).as_deref(), Some(r#""Full""#));
        assert_eq!(first(&part(Some("#"), None)).as_deref(), Some(r#""Full:now""#));
        assert_eq!(first(&part(Some("?"), None)), None);
        let either =
            ResponsePlace::FirstOf(vec![ResponsePlace::read("code").unwrap(), part(Some("#"), None)]);
        assert_eq!(first(&either).as_deref(), Some(r#""Full:now""#));
    }
}
