//! The wording of error responses: placeholders of messages, and the spelling of parameters.

use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::message::MessagePart;
use crate::spec::model::{Limit, Operation, Schema, Spelling};
use crate::spec::path::{Path, Step};

use super::Rejection;
use super::behaviour::Behaviour;
use super::fault::Fault;
use super::reading::Reading;

/// What a call sends, as far as messages show it.
pub(crate) struct Sent<'a> {
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) parameters: &'a [(String, Json)],
    pub(crate) behaviour: &'a Behaviour,
}

impl<'a> Sent<'a> {
    /// Creates the values of a call that could not be read.
    pub(crate) fn nothing(behaviour: &'a Behaviour) -> Self {
        Self { operation: None, parameters: &[], behaviour }
    }
}

/// Returns an error response whose message shows what was sent.
pub(crate) fn filled(rejection: Rejection, sent: &Sent<'_>) -> Rejection {
    let further = rejection.further.into_iter().map(|further| filled(further, sent)).collect();
    let rejection = Rejection { further, ..rejection };
    let Some(template) = rejection.template.as_ref().filter(|_| !sent.behaviour.breaks(&Fault::NotFilled))
    else {
        return rejection;
    };
    let message = template.parts.iter().map(|part| text(&rejection, part, sent)).collect();
    Rejection { message, template: None, ..rejection }
}

fn text(rejection: &Rejection, part: &MessagePart, sent: &Sent<'_>) -> String {
    let breach = rejection.breach.as_ref();
    let shown = |path: &Path| {
        let value = path.sent(sent.parameters).map(|value| match value {
            Json::Text(text) => text.clone(),
            other => other.to_string(),
        });
        shortened(value.unwrap_or_default(), sent.behaviour)
    };
    match part {
        MessagePart::Text(text) => text.clone(),
        MessagePart::Sent(path) => shown(path),
        MessagePart::Value => breach.map(|breach| shown(&breach.at)).unwrap_or_default(),
        MessagePart::At => breach.map(|breach| breach.at.to_string()).unwrap_or_default(),
        MessagePart::Limit => {
            let schema = breach.and_then(|breach| sent.operation?.schema(&breach.at));
            let number = schema.zip(breach).and_then(|(schema, breach)| number(schema, breach.part));
            number.unwrap_or_else(|| "0".to_owned())
        }
        MessagePart::Digits => "42".to_owned(),
        MessagePart::Any => "something".to_owned(),
    }
}

fn shortened(text: String, behaviour: &Behaviour) -> String {
    const SHOWN: usize = 20;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) if behaviour.has_reading(Reading::ValuesShortened) => format!("{}...", &text[..end]),
        _ => text,
    }
}

/// Returns the number that a rule states.
fn number(schema: &Schema, part: Part) -> Option<String> {
    let length = schema.length.as_ref();
    let max = length.map(|length| length.max);
    let range = schema.range.as_ref();
    match (part, max) {
        (Part::LengthMin, _) => length.map(|length| length.min.to_string()),
        (Part::LengthMax, Some(Limit::At(max))) => Some(max.to_string()),
        (Part::CountMin, _) => schema.count.map(|count| count.min.to_string()),
        (Part::CountMax, _) => schema.count?.max.map(|max| max.to_string()),
        (Part::RangeMin, _) => range?.min.as_ref().map(|end| end.at.to_string()),
        (Part::RangeMax, _) => range?.max.as_ref().map(|end| end.at.to_string()),
        _ => None,
    }
}

/// Returns a path as a service spells it.
pub(crate) fn spelled(path: &Path, spelling: Spelling) -> Json {
    let names: Vec<String> = path
        .steps()
        .iter()
        .map(|step| match step {
            Step::Member(name) => name.clone(),
            Step::Item => "0".to_owned(),
            Step::Value | Step::Key => "key".to_owned(),
        })
        .collect();
    match spelling {
        Spelling::Dotted => Json::Text(names.join(".")),
        Spelling::Pointer => {
            let escaped = names.iter().map(|name| name.replace('~', "~0").replace('/', "~1"));
            Json::Text(escaped.map(|name| format!("/{name}")).collect())
        }
        Spelling::Brackets => {
            let (first, rest) = names.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
            let rest: String = rest.iter().map(|name| format!("[{name}]")).collect();
            Json::Text(format!("{first}{rest}"))
        }
        Spelling::Name => Json::Text(path.names().last().unwrap_or_default().to_owned()),
        Spelling::List => {
            let index = |name: String| name.parse().map_or(Json::Text(name), Json::Integer);
            Json::List(names.into_iter().map(index).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_spelled_as_the_service_does() {
        let path = Path::read("lines[].sku").unwrap();
        for (spelling, text) in [
            (Spelling::Dotted, r#""lines.0.sku""#),
            (Spelling::Brackets, r#""lines[0][sku]""#),
            (Spelling::Pointer, r#""/lines/0/sku""#),
            (Spelling::List, r#"["lines",0,"sku"]"#),
            (Spelling::Name, r#""sku""#),
        ] {
            assert_eq!(spelled(&path, spelling).to_string(), text);
        }
    }
}
