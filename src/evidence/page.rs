//! A page for the event stream: its sentences, rows and elements, and what has to be observed of each promise.

use std::collections::HashMap;
use std::sync::Arc;

use crate::case::{Case, Expectation};
use crate::check::reach;
use crate::event::{ElementLine, ErrorLine, Page, ParameterRow, PromiseLine, Sentence, Side};
use crate::generate::LeftOut;
use crate::json::Json;
use crate::protocol;
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{Member, Operation, Required, Service, Success, Type, When, header_path};
use crate::spec::path::Path;
use crate::spec::promise;

/// Returns the page of an operation. `cases` are the cases that its spec implies; `left_out` is what its protocol
/// cannot encode.
pub fn page(service: &Service, operation: &Operation, cases: &[Arc<Case>], left_out: &[LeftOut]) -> Page {
    let planned = Planned::of(cases);
    let rows = reach::rows(service, operation, cases).into_iter();
    let members = operation.members();
    Page {
        vendor: service.vendor.clone(),
        service: service.folder.clone(),
        operation: operation.id.clone(),
        title: operation.page.title.clone(),
        updated: operation.page.updated.clone(),
        url: operation.page.url.clone(),
        parameters: members
            .iter()
            .map(|(at, member)| parameter_row(service, operation, (at, member), &planned, left_out))
            .collect(),
        errors: rows.map(error_line).collect(),
        elements: element_lines(operation),
        narrative: operation.narrative.iter().map(|quote| quote.text.clone()).collect(),
        place: promise::of_operation(operation).at.to_string(),
        digest: Some(Page::digest(service, operation)),
    }
}

fn error_line(reach: reach::RowReach<'_>) -> ErrorLine {
    let row = reach.row;
    ErrorLine {
        status: row.status,
        codes: row.codes.clone(),
        message: row.message.as_ref().map(|message| message.text.clone()).or_else(|| row.says.clone()),
        own: reach.own,
        bound: row.when != When::Unsaid,
        why_not: reach.why,
        place: row.at.to_string(),
    }
}

/// Returns the response elements of an operation. Nested elements follow the element that contains them.
pub fn element_lines(operation: &Operation) -> Vec<ElementLine> {
    let status = operation.success.iter().map(|success| ElementLine {
        path: Success::NAME.to_owned(),
        kind: Type::Integer.name().to_owned(),
        optional: false,
        says: Some(format!("The status of a success: {}.", success.in_words())),
        place: success.at.to_string(),
    });
    let headers = operation.headers.iter().map(|header| ElementLine {
        path: header_path(&header.name),
        kind: header.kind().name().to_owned(),
        optional: header.is_optional(),
        says: header.sentence().map(str::to_owned),
        place: header.at.to_string(),
    });
    let mut lines: Vec<ElementLine> = status.chain(headers).collect();
    collect(&operation.response, "", &mut lines);
    lines
}

fn collect(elements: &[Member], prefix: &str, lines: &mut Vec<ElementLine>) {
    for element in elements {
        let path = element.path_within(prefix);
        lines.push(ElementLine {
            path: path.clone(),
            kind: element.kind().name().to_owned(),
            optional: element.is_optional(),
            says: element.sentence().map(str::to_owned),
            place: element.at.to_string(),
        });
        collect(element.schema.below(), &path, lines);
    }
}

/// The expectations of the cases that are about one rule, by that rule.
struct Planned<'c>(HashMap<&'c Breach, Sides<'c>>);

#[derive(Default)]
struct Sides<'c> {
    accepted: bool,
    rejected: bool,
    /// Reason why the page is silent, from one of the cases.
    silent: Option<&'c str>,
}

impl<'c> Planned<'c> {
    fn of(cases: &'c [Arc<Case>]) -> Self {
        let mut planned: HashMap<&Breach, Sides<'_>> = HashMap::new();
        for case in cases {
            let [about] = case.about.as_slice() else { continue };
            let sides = planned.entry(about).or_default();
            match &case.expect {
                Expectation::Accept | Expectation::AcceptOr(_) => sides.accepted = true,
                Expectation::Reject(_) | Expectation::OneAccepted(_) => sides.rejected = true,
                Expectation::Silent(why) => sides.silent = Some(why),
            }
        }
        Self(planned)
    }
}

fn parameter_row(
    service: &Service,
    operation: &Operation,
    (at, parameter): (&Path, &Member),
    planned: &Planned<'_>,
    left_out: &[LeftOut],
) -> ParameterRow {
    let required = match parameter.required {
        Required::Yes => "Yes",
        Required::No => "No",
        Required::Unclear => "unclear",
    };
    // A sentence that names its rules has a place of its own. A sentence about all rules has the place of the
    // parameter.
    let sentence = |quote: &crate::spec::model::Quote| Sentence {
        text: quote.text.clone(),
        place: if quote.of.is_empty() { parameter.at.to_string() } else { quote.at.to_string() },
        is_covered: promise::is_transcribed(parameter, quote),
        leaves: quote.leaves.clone(),
    };
    let parts = promise::parts(parameter).into_iter();
    let lines = parts.filter_map(|part| {
        let breach = Breach { at: at.clone(), part };
        promise_line(service, operation, (parameter, &breach), (planned, left_out))
    });
    ParameterRow {
        name: at.to_string(),
        kind: parameter.schema.kind().name().to_owned(),
        required: required.to_owned(),
        example: parameter.example.as_ref().map(shown),
        sentences: parameter.says.iter().map(sentence).collect(),
        promises: lines.collect(),
        place: parameter.at.to_string(),
    }
}

/// Returns `None` if no request can test the promise: in a query, any value is a text.
fn promise_line(
    service: &Service,
    operation: &Operation,
    (parameter, breach): (&Member, &Breach),
    (planned, left_out): (&Planned<'_>, &[LeftOut]),
) -> Option<PromiseLine> {
    let none = Sides::default();
    let sides = planned.0.get(breach).unwrap_or(&none);
    let not_carried: usize =
        left_out.iter().filter(|left| left.breach == *breach).map(|left| left.cases).sum();
    let whole = operation.parameter(breach.at.parameter()).unwrap_or(parameter);
    let is_text_only = breach.part == Part::Type && !protocol::facts(service).is_typed(operation, whole);
    let is_nothing = !sides.accepted && !sides.rejected && sides.silent.is_none();
    let is_fixed = protocol::facts(service).sets(whole);
    if is_nothing && (is_text_only || is_fixed) {
        return None;
    }
    // Accepted values alone do not show that others are rejected.
    let is_one_sided =
        !sides.rejected && sides.silent.is_none() && shows_by_rejection(parameter, breach.part);
    let mut needs = Vec::new();
    needs.extend(sides.rejected.then_some(Side::Rejected));
    needs.extend((sides.accepted && !is_one_sided).then_some(Side::Accepted));
    let why_not = match (needs.is_empty(), sides.silent, not_carried) {
        (false, ..) => None,
        (true, Some(why), _) => Some(why.to_owned()),
        (true, None, 0) => Some("no value that breaks it can be generated from the spec".to_owned()),
        (true, None, _) => Some("its protocol cannot encode a value that breaks it".to_owned()),
    };
    Some(PromiseLine {
        rule: breach.to_string(),
        place: promise::of_rule(parameter, breach.part).at.to_string(),
        is_open: needs.is_empty() && sides.silent.is_some(),
        needs,
        why_not,
        not_carried,
    })
}

/// Returns `true` if a promise is about what is rejected. A default, and a rule that has only accepted examples, are about
/// what is accepted.
fn shows_by_rejection(parameter: &Member, part: Part) -> bool {
    match part {
        Part::Default => false,
        Part::Open => parameter.schema.open.as_ref().is_some_and(|open| !open.refuses.is_empty()),
        _ => true,
    }
}

fn shown(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{self, Depth};
    use crate::spec::read;

    /// Returns what has to be observed of each promise of these parameters.
    fn needs(parameters: &str) -> Vec<(String, Vec<Side>)> {
        let service = "service: s\nvendor: V\nversion: v1\nprotocol: rest\nhttp: {code: code}\n";
        let operation = format!(
            "operation: Do\nhttp: POST /do\npage: {{title: Do}}\nparameters:\n{parameters}response: {{}}\n"
        );
        let specs = read::fixture(&[("service.yaml", service), ("Do.yaml", &operation)]);
        let (service, operation) = specs.operations().next().unwrap();
        let cases = generate::cases(service, operation, Depth::Standard).cases;
        let cases: Vec<Arc<Case>> = cases.into_iter().map(Arc::new).collect();
        let rows = page(service, operation, &cases, &[]).parameters.into_iter();
        rows.flat_map(|row| row.promises).map(|line| (line.rule, line.needs)).collect()
    }

    #[test]
    fn limit_that_no_case_exceeds_needs_more_than_accepted_values() {
        let of = |length: &str| {
            let all = needs(&format!("  data: {{type: string, length: {length}}}\n"));
            all.into_iter().find(|(rule, _)| rule == "data length.max").unwrap().1
        };
        assert_eq!(of("..64"), [Side::Rejected, Side::Accepted]);
        assert_eq!(of("{is: ..26214400, unit: bytes}"), [], "it is not tested");
    }
}
