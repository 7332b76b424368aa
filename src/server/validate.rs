//! Validation by the spec's rules: parameters are checked one after the other in the order of the page, and the first
//! fault counts.

use crate::json::Json;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{ErrorRow, Member, Operation, Required, Schema, Service, Type, When};

use crate::spec::path::{Path, Step};

use super::Rejection;
use super::behaviour::Behaviour;
use super::fault::Fault;
use super::reading::Reading;
use super::text;

/// A call, as it is checked.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// The service.
    pub service: &'a Service,
    /// The operation.
    pub operation: &'a Operation,
    /// The way in which the server reads the pages, and the promise that it breaks.
    pub behaviour: &'a Behaviour,
    /// The parameters that the call sends.
    pub parameters: &'a [(String, Json)],
}

impl Check<'_> {
    pub(super) fn has_reading(&self, reading: Reading) -> bool {
        self.behaviour.has_reading(reading)
    }

    /// Returns the value of a parameter.
    pub fn value(&self, name: &str) -> Option<&Json> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Returns the error response for the first fault of the call.
    pub(super) fn first_fault(&self) -> Option<Rejection> {
        let mut parameters: Vec<&Member> = self.operation.parameters.iter().collect();
        if self.has_reading(Reading::CheckedBackwards) {
            parameters.reverse();
        }
        let of_parameters =
            parameters.into_iter().filter_map(|parameter| self.faults(parameter).into_iter().next());
        let of_relations = || self.first_with_row(self.faults_of_relations());
        let first = match (self.has_reading(Reading::AbsenceFirst), self.has_reading(Reading::RelationsFirst))
        {
            (true, _) => {
                let all: Vec<Breach> = of_parameters.chain(self.faults_of_relations()).collect();
                let absent = all.iter().find(|breach| breach.part == Part::Required).cloned();
                absent.or_else(|| all.first().cloned())
            }
            (false, true) => of_relations().or_else(|| of_parameters.into_iter().next()),
            (false, false) => of_parameters.into_iter().next().or_else(of_relations),
        };
        let first = self.row_for(&first?);
        let all =
            self.has_reading(Reading::AllFaultsReported) || self.behaviour.breaks(&Fault::BlamesAnother);
        let further = if all { self.further(&first) } else { Vec::new() };
        Some(Rejection { further, ..first })
    }

    /// Returns error responses for the faults of the other parameters, one for each. A server that blames another
    /// parameter finds a fault in a valid value.
    fn further(&self, first: &Rejection) -> Vec<Rejection> {
        let blamed = first.breach.as_ref().map(|breach| breach.at.parameter().to_owned());
        let others = || {
            let others = self.operation.parameters.iter();
            others.filter(|other| Some(&other.name) != blamed.as_ref())
        };
        if self.behaviour.breaks(&Fault::BlamesAnother) {
            let mut rules =
                others().flat_map(|other| Part::ALL.iter().map(|part| Breach::of(&other.name, *part)));
            let invented = rules.find(|breach| self.has_row(breach));
            return invented.map(|breach| self.row_for(&breach)).into_iter().collect();
        }
        let of = |other: &Member| self.faults(other).into_iter().next();
        others().filter_map(of).map(|breach| self.row_for(&breach)).collect()
    }

    /// Returns the first of several promises that one mistake breaks, preferably one with a row.
    fn first_with_row(&self, faults: Vec<Breach>) -> Option<Breach> {
        let with_row = faults.iter().find(|breach| self.has_row(breach)).cloned();
        with_row.or_else(|| faults.into_iter().next())
    }

    /// Returns the row of the page's table, or else of the service's, that covers a violation. If there is none,
    /// returns a row without a `when`, or any row about a value: a page with a table says that there are no other
    /// codes.
    pub(super) fn row_for(&self, breach: &Breach) -> Rejection {
        let rows = || self.operation.errors.iter().chain(&self.service.errors);
        let bound: Vec<&ErrorRow> = rows().filter(|row| row.when.binds(breach)).collect();
        let chosen = match self.has_reading(Reading::LastRowAnswers) {
            true => bound.last(),
            false => bound.first(),
        };
        let about_values = || rows().find(|row| matches!(row.when, When::Breaches(_)));
        match chosen.copied().or_else(|| self.unbound()).or_else(about_values) {
            Some(row) => Rejection { breach: Some(Box::new(breach.clone())), ..Rejection::of(row) },
            None => {
                let message =
                    format!("{} breaks the rule {}, for which the page has no row.", breach.at, breach.part);
                Rejection {
                    breach: Some(Box::new(breach.clone())),
                    ..Rejection::unlisted(400, "InvalidParameter", message)
                }
            }
        }
    }

    /// Returns `true` if a row covers a violation.
    pub fn has_row(&self, breach: &Breach) -> bool {
        let mut rows = self.operation.errors.iter().chain(&self.service.errors);
        rows.any(|row| row.when.binds(breach))
    }

    /// Returns the row for violations that no row covers.
    pub fn unbound(&self) -> Option<&ErrorRow> {
        let mut rows = self.operation.errors.iter().chain(&self.service.errors);
        // A row for a failure of the service does not cover a caller's mistake.
        let is_failure = |row: &ErrorRow| row.status.is_some_and(|status| status >= 500);
        let is_unbound = |row: &&ErrorRow| row.when == When::Unsaid && !is_failure(row);
        match self.has_reading(Reading::LastUnboundRow) {
            true => rows.rfind(is_unbound),
            false => rows.find(is_unbound),
        }
    }

    /// Returns every rule that a parameter violates and that is checked, in the order of checking.
    pub fn faults(&self, parameter: &Member) -> Vec<Breach> {
        self.faults_at(parameter, &Path::member(&parameter.name), self.value(&parameter.name))
    }

    /// Returns the same for a parameter, or a member of one, at this place.
    fn faults_at(&self, member: &Member, at: &Path, value: Option<&Json>) -> Vec<Breach> {
        let given = value.filter(|value| !self.is_nothing(member, at, value));
        let here = |part: Part| vec![Breach { at: at.clone(), part }];
        let mut faults = match given {
            None if self.must_be_there(member, at, value) => here(Part::Required),
            None => Vec::new(),
            Some(value)
                if self.has_reading(Reading::OnlyShownValues)
                    && is_strange(member, value)
                    && !self
                        .faults_of_value(&member.schema, at, value)
                        .contains(&Breach { at: at.clone(), part: Part::Type }) =>
            {
                here(Part::Values)
            }
            Some(value) if self.has_reading(Reading::OnlyPlainCharacters) && is_odd(member, value) => {
                here(Part::CharactersOf)
            }
            Some(value) => self.faults_of_value(&member.schema, at, value),
        };
        // A strict reader of examples still has to accept something where a value is required.
        if let (Some(open), Required::Yes) = (&member.schema.open, member.required)
            && !open.shows_accepted()
            && !value.is_some_and(|value| open.refuses.contains(value))
        {
            faults.retain(|breach| breach.part != Part::Open || breach.at != *at);
        }
        // An item violates what the page says about the items of its list.
        faults.retain(|breach| {
            let promise = breach.promise();
            let of = (self.operation.name.as_str(), promise.at.to_string());
            !self.behaviour.skips((of.0, &of.1), promise.part, self.parameters)
        });
        faults
    }

    fn must_be_there(&self, member: &Member, at: &Path, value: Option<&Json>) -> bool {
        let has_row = || self.service.row_for_absence(self.operation, at).is_some();
        let sends_nothing = value.is_some_and(|value| *value != Json::Null);
        match member.required {
            Required::Yes => true,
            Required::Unclear => !self.has_reading(Reading::UnclearNotRequired),
            Required::No => self.has_reading(Reading::EmptyOptionalRefused) && sends_nothing && has_row(),
        }
    }

    pub(super) fn is_nothing(&self, member: &Member, at: &Path, value: &Json) -> bool {
        // A server that rejects white space as missing has a row for that.
        let absence = || Breach { at: at.clone(), part: Part::Required };
        let can_reject = || self.has_row(&absence()) || self.unbound().is_some();
        let blanks_count = || member.required != Required::Yes || can_reject();
        // An example of what is accepted is a value.
        let is_accepted = member.schema.open.as_ref().is_some_and(|open| open.accepts.contains(value));
        let empty_counts = !self.has_reading(Reading::EmptyIsPresent) && !is_accepted;
        match value {
            Json::Null => member.schema.nullable.is_none(),
            Json::Text(text) if text.is_empty() => empty_counts,
            Json::Text(text) => {
                self.has_reading(Reading::BlankIsAbsent) && text.trim().is_empty() && blanks_count()
            }
            Json::List(items) => items.is_empty() && empty_counts,
            Json::Object(members) => members.is_empty() && member.schema.describes_contents() && empty_counts,
            _ => false,
        }
    }

    pub(super) fn faults_of_value(&self, schema: &Schema, at: &Path, value: &Json) -> Vec<Breach> {
        let here = |part: Part| Breach { at: at.clone(), part };
        if (value, schema.nullable) == (&Json::Null, Some(true)) {
            return Vec::new();
        }
        // In a query string, every scalar is text.
        let value = &scalar(schema.kind(), value);
        let mut faults = self.faults_of_kind(schema, at, value);
        // A value of another type is not compared with examples.
        if !faults.contains(&here(Part::Type)) {
            faults.extend(self.stated_fault(schema, value).map(here));
        }
        faults
    }

    /// Returns a fault if a value is reserved, or not what the examples of a rule show.
    fn stated_fault(&self, schema: &Schema, value: &Json) -> Option<Part> {
        let folds = self.has_reading(Reading::ValuesWithoutCase);
        let is_it = |reserved: &Json| match (reserved, value) {
            (Json::Text(reserved), Json::Text(text)) if folds => {
                reserved.to_lowercase() == text.trim().to_lowercase()
            }
            _ => reserved == value,
        };
        if schema.reserved.iter().any(is_it) {
            return Some(Part::Reserved);
        }
        let open = schema.open.as_ref()?;
        let is_strict = self.has_reading(Reading::OnlyAcceptedExamples);
        let is_refused = open.refuses.contains(value) || (is_strict && !open.accepts(value));
        is_refused.then_some(Part::Open)
    }

    fn faults_of_kind(&self, schema: &Schema, at: &Path, value: &Json) -> Vec<Breach> {
        let here = |part: Part| Breach { at: at.clone(), part };
        match (schema.kind(), value) {
            (Type::String, Json::Text(text)) => {
                self.faults_of_text(schema, at, text).into_iter().map(here).collect()
            }
            (Type::String, Json::Integer(_) | Json::Number(_) | Json::Bool(_))
                if self.has_reading(Reading::ScalarsConverted) =>
            {
                self.faults_of_text(schema, at, &value.to_string()).into_iter().map(here).collect()
            }
            (Type::Array, Json::List(items)) => self.faults_of_items(schema, at, items),
            (Type::Map, Json::Object(entries)) => self.faults_of_entries(schema, at, entries),
            (Type::Object, Json::Object(_)) if !schema.members().is_empty() => {
                self.faults_of_members(schema, at, value)
            }
            (Type::Integer, Json::Integer(_)) | (Type::Number, Json::Integer(_) | Json::Number(_)) => {
                self.faults_of_number(schema, value).into_iter().map(here).collect()
            }
            (Type::Boolean, Json::Bool(_)) | (Type::Object, Json::Object(_)) => match &schema.values {
                Some(values) if !values.contains(value) => vec![here(Part::Values)],
                _ => Vec::new(),
            },
            _ => vec![here(Part::Type)],
        }
    }

    fn faults_of_number(&self, schema: &Schema, number: &Json) -> Vec<Part> {
        let mut faults = Vec::new();
        if schema.values.as_ref().is_some_and(|values| !values.contains(number)) {
            faults.push(Part::Values);
        }
        let (Some(range), Some(value)) = (&schema.range, number.as_number()) else { return faults };
        let is_wide = value > f64::from(i32::MAX) || value < f64::from(i32::MIN);
        let (min, max) = (range.min.as_ref(), range.max.as_ref());
        let is_low = min.is_some_and(|end| if end.is_in { value < end.at } else { value <= end.at });
        let is_high = max.is_some_and(|end| if end.is_in { value > end.at } else { value >= end.at });
        match () {
            () if !is_low && !is_high => {}
            () if is_wide && self.has_reading(Reading::NumbersOf32Bits) => faults.push(Part::Type),
            () => faults.push(if is_low { Part::RangeMin } else { Part::RangeMax }),
        }
        faults
    }

    /// Returns the faults of an object's members, one after the other in the order of the page.
    fn faults_of_members(&self, schema: &Schema, at: &Path, object: &Json) -> Vec<Breach> {
        let members = schema.members().iter();
        members
            .flat_map(|member| {
                let at = at.then(Step::Member(member.name.clone()));
                self.faults_at(member, &at, object.get(&member.name))
            })
            .collect()
    }

    fn faults_of_items(&self, schema: &Schema, at: &Path, items: &[Json]) -> Vec<Breach> {
        let wrong_count = wrong_count(schema, items.len());
        let Some(schema) = schema.items() else { return Vec::new() };
        let checked = match self.behaviour.part((&self.operation.name, &named(at))) {
            Some(part) => part.of(items),
            None => items.to_vec(),
        };
        let of_item = at.then(Step::Item);
        let mut faults: Vec<Breach> =
            checked.iter().flat_map(|item| self.faults_of_value(schema, &of_item, item)).collect();
        faults.extend(wrong_count.map(|part| Breach { at: at.clone(), part }));
        let repeats = items.iter().enumerate().any(|(index, item)| items[..index].contains(item));
        if repeats && self.has_reading(Reading::RepeatedMembersRefused) {
            faults.push(Breach { at: at.clone(), part: Part::Items });
        }
        faults
    }

    /// Returns the faults of each key and each value of a map, entry by entry.
    fn faults_of_entries(&self, schema: &Schema, at: &Path, entries: &[(String, Json)]) -> Vec<Breach> {
        let Some(of) = schema.entries() else { return Vec::new() };
        let checked = match self.behaviour.part((&self.operation.name, &named(at))) {
            Some(part) => part.of(entries),
            None => entries.to_vec(),
        };
        let (of_key, of_value) = (at.then(Step::Key), at.then(Step::Value));
        let mut faults = Vec::new();
        for (key, value) in checked {
            let of_this = self.faults_of_text(&of.keys, &of_key, &key);
            faults.extend(of_this.into_iter().map(|part| Breach { at: of_key.clone(), part }));
            faults.extend(self.faults_of_value(&of.items, &of_value, &value));
        }
        faults.extend(wrong_count(schema, entries.len()).map(|part| Breach { at: at.clone(), part }));
        faults
    }

    fn faults_of_text(&self, schema: &Schema, at: &Path, text: &str) -> Vec<Part> {
        let name = named(at);
        let of = (self.operation.name.as_str(), name.as_str());
        let text = if self.behaviour.trims(of) { text.trim() } else { text };
        if let Some(values) = &schema.values {
            let matches = |listed: &str| match () {
                () if self.behaviour.takes_prefixes(of) => !text.is_empty() && listed.starts_with(text),
                () if self.has_reading(Reading::ValuesWithoutCase) => {
                    listed.to_lowercase() == text.to_lowercase()
                }
                () => listed == text,
            };
            let listed = values.iter().filter_map(Json::as_text).any(matches);
            let is_exact = values.iter().filter_map(Json::as_text).any(|listed| listed == text);
            // A text that is not listed as it stands must keep the other rules.
            if !listed || is_exact || self.behaviour.takes_prefixes(of) {
                return if listed { Vec::new() } else { vec![Part::Values] };
            }
        }
        let whole = text::Text { schema, text, behaviour: self.behaviour, part: self.behaviour.part(of) };
        let mut faults =
            vec![whole.length_fault(), whole.character_fault(), whole.pattern_fault(), whole.format_fault()];
        if self.has_reading(Reading::FormBeforeLength) {
            faults.reverse();
        }
        faults.into_iter().flatten().collect()
    }
}

/// Returns a text as the scalar that it represents, if a scalar of another type is expected.
pub(super) fn scalar(kind: Type, value: &Json) -> Json {
    let read = match (kind, value) {
        (Type::Integer, Json::Text(text)) => text.parse().ok().map(Json::Integer),
        (Type::Number, Json::Text(text)) => text.parse().ok().map(Json::Number),
        (Type::Boolean, Json::Text(text)) => text.parse().ok().map(Json::Bool),
        _ => None,
    };
    read.unwrap_or_else(|| value.clone())
}

/// Returns `true` if a text for which the page specifies only the length contains anything but letters and digits, and
/// is not what the page shows.
fn is_odd(parameter: &Member, value: &Json) -> bool {
    let schema = &parameter.schema;
    let is_bare = schema.length.is_some()
        && schema.characters.is_none()
        && schema.patterns.is_empty()
        && schema.format.is_none()
        && schema.values.is_none();
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut shown = [&parameter.sample, &parameter.example].into_iter().flatten();
    is_bare && value.as_text().is_some_and(|text| !is_plain(text)) && !shown.any(|shown| shown == value)
}

/// Returns `true` if a text without rules differs from what the page shows.
fn is_strange(parameter: &Member, value: &Json) -> bool {
    let shown = [&parameter.sample, &parameter.example];
    let mut shown = shown.into_iter().flatten().peekable();
    let schema = &parameter.schema;
    let holds_objects = schema.is_any_object() || schema.items().is_some_and(Schema::is_any_object);
    (parameter.schema.is_unruled() || holds_objects)
        && parameter.exists.is_none()
        && shown.peek().is_some()
        && !shown.any(|shown| shown == value)
}

/// Returns the name that a fault of the server uses for a place: an item goes by the name of its list, an entry by that of its map.
fn named(at: &Path) -> String {
    match at.container() {
        Some(container) => named(&container),
        None => at.to_string(),
    }
}

/// Returns the bound that a number of items violates.
fn wrong_count(schema: &Schema, items: usize) -> Option<Part> {
    let (count, items) = (schema.count?, items as u64);
    match count.max {
        _ if items < count.min => Some(Part::CountMin),
        Some(max) if items > max => Some(Part::CountMax),
        _ => None,
    }
}
