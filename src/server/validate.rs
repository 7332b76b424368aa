//! Validation by the spec's rules, one parameter after the other in the order of the page, the first fault wins.

use crate::json::Json;
use crate::spec::breach::Breach;
use crate::spec::model::{ErrorRow, Operation, Parameter, Required, Rules, Service, Type, When};

use super::Refusal;
use super::behaviour::Behaviour;
use super::reading::Reading;
use super::text;

/// One call, as it is checked.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// The service.
    pub service: &'a Service,
    /// The operation.
    pub operation: &'a Operation,
    /// How the server reads the pages, and which promise it breaks.
    pub behaviour: &'a Behaviour,
    /// What the call sends.
    pub parameters: &'a [(String, Json)],
}

impl Check<'_> {
    fn reads(&self, reading: Reading) -> bool {
        self.behaviour.reads(reading)
    }

    /// The value of a parameter.
    pub fn value(&self, name: &str) -> Option<&Json> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The first fault of the call, as the row that answers it.
    pub fn first_fault(&self) -> Option<Refusal> {
        let mut parameters: Vec<&Parameter> = self.operation.parameters.iter().collect();
        if self.reads(Reading::CheckedBackwards) {
            parameters.reverse();
        }
        let faults = |parameter: &Parameter| {
            self.faults(parameter).into_iter().next().map(|breach| (parameter.name.clone(), breach))
        };
        let mut all = parameters.into_iter().filter_map(faults);
        let first = match self.reads(Reading::AbsenceFirst) {
            false => all.next(),
            true => {
                let all: Vec<_> = all.collect();
                let absent = all.iter().find(|(_, breach)| *breach == Breach::Required);
                absent.or(all.first()).cloned()
            }
        };
        first.map(|(parameter, breach)| self.row_for(&parameter, breach))
    }

    /// The row of the page's table, or else of the service's, that answers a breach; failing that, one that is bound to
    /// nothing, or any about a value: a page with a table says that there are no other codes.
    pub fn row_for(&self, parameter: &str, breach: Breach) -> Refusal {
        let rows = || self.operation.errors.iter().chain(&self.service.errors);
        let bound: Vec<&ErrorRow> = rows().filter(|row| binds(&row.when, parameter, breach)).collect();
        let chosen = match self.reads(Reading::LastRowAnswers) {
            true => bound.last(),
            false => bound.first(),
        };
        let about_values = || rows().find(|row| matches!(row.when, When::Breaches(_)));
        match chosen.copied().or_else(|| self.unbound()).or_else(about_values) {
            Some(row) => Refusal::of(row),
            None => Refusal {
                status: Some(400),
                code: "InvalidParameter".to_owned(),
                message: format!("{parameter} breaks the rule {breach}, for which the page has no row."),
                worded: false,
            },
        }
    }

    /// Whether a row is bound to a breach.
    pub fn has_row(&self, parameter: &str, breach: Breach) -> bool {
        let mut rows = self.operation.errors.iter().chain(&self.service.errors);
        rows.any(|row| binds(&row.when, parameter, breach))
    }

    /// The row that answers what no row is bound to.
    pub fn unbound(&self) -> Option<&ErrorRow> {
        let mut rows = self.operation.errors.iter().chain(&self.service.errors);
        // A row for a failure of the service answers no caller's mistake.
        let is_failure = |row: &ErrorRow| row.status.is_some_and(|status| status >= 500);
        let is_unbound = |row: &&ErrorRow| row.when == When::Unsaid && !is_failure(row);
        match self.reads(Reading::LastUnboundRow) {
            true => rows.rfind(is_unbound),
            false => rows.find(is_unbound),
        }
    }

    /// Every rule that a parameter breaks and that is checked, in the order of checking.
    pub fn faults(&self, parameter: &Parameter) -> Vec<Breach> {
        let given = self.value(&parameter.name).filter(|value| !self.is_nothing(parameter, value));
        let mut faults = match given {
            None => self.faults_of_absence(parameter),
            Some(value) if self.reads(Reading::OnlyShownValues) && is_strange(parameter, value) => {
                vec![Breach::Values]
            }
            Some(value) if self.reads(Reading::OnlyPlainCharacters) && is_odd(parameter, value) => {
                vec![Breach::CharactersOf]
            }
            Some(value) => self.faults_of_value(&parameter.rules, &parameter.name, value),
        };
        let of = (self.operation.name.as_str(), parameter.name.as_str());
        faults.retain(|breach| !self.behaviour.skips(of, *breach, self.parameters));
        faults
    }

    fn faults_of_absence(&self, parameter: &Parameter) -> Vec<Breach> {
        let has_row = || self.service.row_for_absence(self.operation, parameter).is_some();
        let sends_nothing = self.value(&parameter.name).is_some_and(|value| *value != Json::Null);
        let required = match parameter.required {
            Required::Yes => true,
            Required::Unclear => !self.reads(Reading::UnclearNotRequired),
            Required::No => self.reads(Reading::EmptyOptionalRefused) && sends_nothing && has_row(),
        };
        if required { vec![Breach::Required] } else { Vec::new() }
    }

    fn is_nothing(&self, parameter: &Parameter, value: &Json) -> bool {
        // Who refuses blanks as nothing has a row to say so.
        let can_refuse = || self.has_row(&parameter.name, Breach::Required) || self.unbound().is_some();
        let blanks_count = || parameter.required != Required::Yes || can_refuse();
        let empty_counts = !self.reads(Reading::EmptyIsPresent);
        match value {
            Json::Null => true,
            Json::Text(text) if text.is_empty() => empty_counts,
            Json::Text(text) => {
                self.reads(Reading::BlankIsAbsent) && text.trim().is_empty() && blanks_count()
            }
            Json::List(items) => items.is_empty() && empty_counts,
            _ => false,
        }
    }

    fn faults_of_value(&self, rules: &Rules, name: &str, value: &Json) -> Vec<Breach> {
        // On the query string every scalar is text.
        let value = &scalar(rules.kind, value);
        match (rules.kind, value) {
            (Type::String, Json::Text(text)) => self.faults_of_text(rules, name, text),
            (Type::String, Json::Integer(_) | Json::Number(_) | Json::Bool(_))
                if self.reads(Reading::ScalarsConverted) =>
            {
                self.faults_of_text(rules, name, &value.to_string())
            }
            (Type::Array, Json::List(items)) => self.faults_of_items(rules, name, items),
            (Type::Integer, Json::Integer(_))
            | (Type::Number, Json::Integer(_) | Json::Number(_))
            | (Type::Boolean, Json::Bool(_))
            | (Type::Object, Json::Object(_)) => match &rules.values {
                Some(values) if !values.contains(value) => vec![Breach::Values],
                _ => Vec::new(),
            },
            _ => vec![Breach::Type],
        }
    }

    fn faults_of_items(&self, rules: &Rules, name: &str, items: &[Json]) -> Vec<Breach> {
        let Some(rules) = rules.items.as_deref() else { return Vec::new() };
        let checked = match self.behaviour.part((&self.operation.name, name)) {
            Some(part) => part.of(items),
            None => items.to_vec(),
        };
        let repeats = items.iter().enumerate().any(|(index, item)| items[..index].contains(item));
        let wrong = checked.iter().any(|item| !self.faults_of_value(rules, name, item).is_empty());
        match wrong || (repeats && self.reads(Reading::RepeatedMembersRefused)) {
            true => vec![Breach::Items],
            false => Vec::new(),
        }
    }

    fn faults_of_text(&self, rules: &Rules, name: &str, text: &str) -> Vec<Breach> {
        let of = (self.operation.name.as_str(), name);
        let text = if self.behaviour.trims(of) { text.trim() } else { text };
        if let Some(values) = &rules.values {
            let matches = |listed: &str| match () {
                () if self.behaviour.takes_prefixes(of) => !text.is_empty() && listed.starts_with(text),
                () if self.reads(Reading::ValuesWithoutCase) => listed.to_lowercase() == text.to_lowercase(),
                () => listed == text,
            };
            let listed = values.iter().filter_map(Json::as_text).any(matches);
            return if listed { Vec::new() } else { vec![Breach::Values] };
        }
        let whole = text::Text { rules, text, behaviour: self.behaviour, part: self.behaviour.part(of) };
        let mut faults = vec![whole.length_fault(), whole.character_fault(), whole.format_fault()];
        if self.reads(Reading::FormBeforeLength) {
            faults.reverse();
        }
        faults.into_iter().flatten().collect()
    }
}

/// A text as the scalar that it stands for where a scalar of another type belongs.
fn scalar(kind: Type, value: &Json) -> Json {
    let read = match (kind, value) {
        (Type::Integer, Json::Text(text)) => text.parse().ok().map(Json::Integer),
        (Type::Number, Json::Text(text)) => text.parse().ok().map(Json::Number),
        (Type::Boolean, Json::Text(text)) => text.parse().ok().map(Json::Bool),
        _ => None,
    };
    read.unwrap_or_else(|| value.clone())
}

/// Whether a text of which the page says how long it is and no more holds anything but letters and digits, and is not what
/// the page shows.
fn is_odd(parameter: &Parameter, value: &Json) -> bool {
    let rules = &parameter.rules;
    let is_bare = rules.length.is_some()
        && rules.characters.is_none()
        && rules.format.is_none()
        && rules.values.is_none();
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut shown = [&parameter.sample, &parameter.example].into_iter().flatten();
    is_bare && value.as_text().is_some_and(|text| !is_plain(text)) && !shown.any(|shown| shown == value)
}

/// Whether a text that no rule is about is another than the page shows.
fn is_strange(parameter: &Parameter, value: &Json) -> bool {
    let shown = [&parameter.sample, &parameter.example];
    let mut shown = shown.into_iter().flatten().peekable();
    let holds_objects = parameter.rules.kind == Type::Object
        || parameter.rules.items.as_ref().is_some_and(|items| items.kind == Type::Object);
    (parameter.rules.is_unruled() || holds_objects)
        && parameter.exists.is_none()
        && shown.peek().is_some()
        && !shown.any(|shown| shown == value)
}

/// Whether a row answers a breach.
fn binds(when: &When, parameter: &str, breach: Breach) -> bool {
    match when {
        When::Breaches(bound) => {
            bound.iter().any(|(name, of)| (name == parameter || name == "*") && *of == breach)
        }
        _ => false,
    }
}
