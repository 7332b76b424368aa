//! Error responses, written to the places that a service names.

use crate::json::Json;
use crate::spec::model::{Http, RefusalSign};
use crate::spec::response_place::{BodyStep, ResponsePlace};

use super::Rejection;
use super::wording::spelled;

/// A response under construction.
pub(crate) struct Envelope {
    /// The body.
    pub(crate) body: Json,
    /// Headers of its own.
    pub(crate) headers: Vec<(String, String)>,
    parts: Vec<TextPart>,
}

/// A part of a text that is not written yet, because other parts belong to the same text.
struct TextPart {
    of: ResponsePlace,
    after: Option<String>,
    until: Option<String>,
    text: String,
}

/// One of the faults that a response reports.
struct Entry {
    /// Its index in a list.
    index: usize,
    /// Its name in an object.
    name: String,
}

impl Envelope {
    /// Creates a response with this body.
    pub(crate) fn of(body: Json) -> Self {
        Self { body, headers: Vec::new(), parts: Vec::new() }
    }

    /// Adds the faults of a rejection: code, message if it has one, and the name of the parameter.
    pub(crate) fn report(&mut self, http: &Http, rejection: &Rejection, has_message: bool) {
        let places = [http.code.as_ref(), http.message.as_ref(), http.field.as_ref().map(|field| &field.at)];
        let several = places.into_iter().flatten().any(ResponsePlace::leads_to_several);
        let all = std::iter::once(rejection).chain(rejection.further.iter().filter(|_| several));
        for (index, fault) in all.enumerate() {
            let named = http.field.as_ref().zip(fault.breach.as_ref());
            let field = named.map(|(field, breach)| spelled(&breach.at, field.spelling));
            let name = field.as_ref().and_then(Json::as_text).unwrap_or("base").to_owned();
            let entry = Entry { index, name };
            let code = http.code.iter().map(|place| (place, Json::Text(fault.code.clone())));
            let message = http.message.iter().filter(|_| has_message);
            let message = message.map(|place| (place, Json::Text(fault.message.clone())));
            let field = http.field.as_ref().zip(field).map(|(field, name)| (&field.at, name));
            let all: Vec<(&ResponsePlace, Json)> = code.chain(message).chain(field).collect();
            all.into_iter().for_each(|(place, value)| self.put(place, value, &entry));
        }
        self.write_parts();
    }

    /// Writes a value to a place that does not lead through lists.
    pub(crate) fn put_alone(&mut self, place: &ResponsePlace, value: Json) {
        self.put(place, value, &Entry { index: 0, name: "base".to_owned() });
        self.write_parts();
    }

    fn put(&mut self, place: &ResponsePlace, value: Json, entry: &Entry) {
        match place {
            ResponsePlace::Status => {}
            ResponsePlace::Header(name) => {
                let text = value.as_text().map_or_else(|| value.to_string(), str::to_owned);
                self.headers.push((name.clone(), text));
            }
            ResponsePlace::Body(steps) => put(&mut self.body, steps, value, entry),
            ResponsePlace::FirstOf(places) => {
                places.first().into_iter().for_each(|place| self.put(place, value.clone(), entry));
            }
            ResponsePlace::Part { of, after, until } => self.parts.push(TextPart {
                of: (**of).clone(),
                after: after.clone(),
                until: until.clone(),
                text: value.as_text().map_or_else(|| value.to_string(), str::to_owned),
            }),
        }
    }

    /// Writes the texts of which several parts are known, e.g. `CODE: message`.
    fn write_parts(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        let mut texts: Vec<(ResponsePlace, String)> = Vec::new();
        // A part without a text before it comes first.
        let (first, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.after.is_none());
        for part in first.into_iter().chain(rest) {
            if !texts.iter().any(|(of, _)| *of == part.of) {
                texts.push((part.of.clone(), String::new()));
            }
            let known = texts.iter_mut().find(|(of, _)| *of == part.of);
            known.into_iter().for_each(|(_, text)| append(text, &part));
        }
        for (place, text) in texts {
            self.put(&place, Json::Text(text), &Entry { index: 0, name: "base".to_owned() });
        }
    }

    /// Marks the response as an error response, or as a success.
    pub(crate) fn mark(&mut self, sign: &RefusalSign, as_refusal: bool) {
        for (place, values) in &sign.conditions {
            let shown = place.in_body().and_then(|steps| at(&self.body, steps)).cloned();
            let has_it = shown.as_ref().is_some_and(|shown| values.is_empty() || values.contains(shown));
            match (as_refusal == sign.marks_refusal, has_it) {
                (true, true) => {}
                (true, false) => {
                    let value = values.first().cloned().unwrap_or(Json::Text("yes".to_owned()));
                    self.put_alone(place, value);
                }
                (false, false) => {}
                (false, true) => match other(values) {
                    Some(value) => self.put_alone(place, value),
                    None => place.in_body().into_iter().for_each(|steps| remove(&mut self.body, steps)),
                },
            }
        }
    }
}

/// Returns a value of the same type that is none of these; `None` if no value is meant.
fn other(values: &[Json]) -> Option<Json> {
    match values.first()? {
        Json::Bool(value) => Some(Json::Bool(!value)),
        Json::Integer(number) => Some(Json::Integer(number + 1)),
        _ => Some(Json::Text("another".to_owned())),
    }
}

/// Appends a part to a text, with the texts around it. What the text ends with already is not repeated.
fn append(text: &mut String, part: &TextPart) {
    let after = part.after.as_deref().unwrap_or_default();
    let ends = after.char_indices().map(|(index, _)| index).chain([after.len()]);
    let overlap = ends.filter(|end| text.ends_with(&after[..*end])).max().unwrap_or(0);
    // Something is before a text that does not begin the whole.
    if text.is_empty() && !after.is_empty() {
        text.push_str("urn");
    }
    text.push_str(&after[overlap..]);
    text.push_str(&part.text);
    text.push_str(part.until.as_deref().unwrap_or_default());
}

/// Wraps a value in nested objects along a path of names.
pub(crate) fn nested(path: &str, value: Json) -> Json {
    let mut json = Json::Object(Vec::new());
    put_member(&mut json, path, value);
    json
}

/// Writes a value to a path of names.
pub(crate) fn put_member(json: &mut Json, path: &str, value: Json) {
    let last = path.split('.').fold(json, member);
    *last = value;
}

fn put(json: &mut Json, steps: &[BodyStep], value: Json, entry: &Entry) {
    let Some((step, rest)) = steps.split_first() else {
        *json = value;
        return;
    };
    match step {
        BodyStep::Member(name) => put(member(json, name), rest, value, entry),
        BodyStep::Value => put(member(json, &entry.name), rest, value, entry),
        BodyStep::Key => drop(member(json, &entry.name)),
        BodyStep::Index(index) => put(item(json, *index), rest, value, entry),
        // The items of an inner list have no index of their own.
        BodyStep::Item if rest.is_empty() => {
            let length = match json {
                Json::List(items) => items.len(),
                _ => 0,
            };
            put(item(json, length), rest, value, entry);
        }
        BodyStep::Item => put(item(json, entry.index), rest, value, entry),
    }
}

/// Returns the member of this name, which is added if it is absent.
fn member<'j>(json: &'j mut Json, name: &str) -> &'j mut Json {
    if !matches!(json, Json::Object(_)) {
        *json = Json::Object(Vec::new());
    }
    let index = match &*json {
        Json::Object(members) => members.iter().position(|(known, _)| known == name),
        _ => None,
    };
    let Json::Object(members) = json else { unreachable!("made an object above") };
    let index = index.unwrap_or_else(|| {
        members.push((name.to_owned(), Json::Null));
        members.len() - 1
    });
    &mut members[index].1
}

/// Returns the item with this index; the list is extended up to it.
fn item(json: &mut Json, index: usize) -> &mut Json {
    if !matches!(json, Json::List(_)) {
        *json = Json::List(Vec::new());
    }
    let Json::List(items) = json else { unreachable!("made a list above") };
    while items.len() <= index {
        items.push(Json::Object(Vec::new()));
    }
    &mut items[index]
}

/// Returns the value at the end of steps that do not lead through lists.
fn at<'j>(json: &'j Json, steps: &[BodyStep]) -> Option<&'j Json> {
    steps.iter().try_fold(json, |json, step| match (step, json) {
        (BodyStep::Member(name), json) => json.get(name),
        (BodyStep::Index(index), Json::List(items)) => items.get(*index),
        _ => None,
    })
}

fn remove(json: &mut Json, steps: &[BodyStep]) {
    match (steps, json) {
        ([BodyStep::Member(name)], Json::Object(members)) => members.retain(|(known, _)| known != name),
        ([BodyStep::Member(name), rest @ ..], Json::Object(members)) => {
            let inner = members.iter_mut().find(|(known, _)| known == name);
            inner.into_iter().for_each(|(_, inner)| remove(inner, rest));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::breach::{Breach, Part};
    use crate::spec::model::{Field, Spelling};

    fn rejection(code: &str, parameter: &str) -> Rejection {
        let breach = Some(Box::new(Breach::of(parameter, Part::Type)));
        Rejection { breach, ..Rejection::unlisted(400, code, format!("{code}!")) }
    }

    fn place(text: &str) -> Option<ResponsePlace> {
        ResponsePlace::read(text)
    }

    fn reported(http: &Http, rejection: &Rejection) -> (String, Vec<(String, String)>) {
        let mut envelope = Envelope::of(Json::Object(Vec::new()));
        envelope.report(http, rejection, true);
        (envelope.body.to_string(), envelope.headers)
    }

    #[test]
    fn faults_are_written_to_the_places_of_the_service() {
        let both = Rejection { further: vec![rejection("b", "y")], ..rejection("a", "x") };
        let field = |text: &str| Some(Field { at: place(text).unwrap(), spelling: Spelling::Name });
        for (code, message, named, body) in [
            (place("error.code"), None, None, r#"{"error":{"code":"a"}}"#),
            (
                place("errors[].code"),
                place("errors[].text"),
                field("errors[].field"),
                r#"{"errors":[{"code":"a","text":"a!","field":"x"},{"code":"b","text":"b!","field":"y"}]}"#,
            ),
            (place("errors[0].code"), None, None, r#"{"errors":[{"code":"a"}]}"#),
            (place("faults{}[]"), None, field("faults{key}"), r#"{"faults":{"x":["a"],"y":["b"]}}"#),
            (place("[].code"), None, None, r#"[{"code":"a"},{"code":"b"}]"#),
            (None, place("messages[]"), None, r#"{"messages":["a!","b!"]}"#),
        ] {
            let http = Http { code, message, field: named, ..Http::default() };
            assert_eq!(reported(&http, &both).0, body);
        }
    }

    #[test]
    fn parts_of_one_text_are_joined() {
        let part = |of: ResponsePlace, after: Option<&str>, until: Option<&str>| {
            let (after, until) = (after.map(str::to_owned), until.map(str::to_owned));
            Some(ResponsePlace::Part { of: Box::new(of), after, until })
        };
        let text = || place("text").unwrap();
        let http = Http {
            code: part(text(), None, Some(":")),
            message: part(text(), Some(": "), None),
            ..Http::default()
        };
        assert_eq!(reported(&http, &rejection("a", "x")).0, r#"{"text":"a: a!"}"#);
        let http =
            Http { code: part(ResponsePlace::Header("x-reason".into()), Some("#"), None), ..Http::default() };
        assert_eq!(reported(&http, &rejection("a", "x")).1, [("x-reason".to_owned(), "urn#a".to_owned())]);
    }
}
