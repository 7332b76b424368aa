//! Findings about pages: what is doubtful in the documentation itself. Each file has one kind of rule.

mod examples;
mod quotes;
pub mod reach;
mod relations;
mod rows;
mod sentences;

use crate::case::Case;
use crate::diagnostic::Finding;
use crate::generate::{Depth, Generator, LeftOut, in_parallel};
use crate::spec::model::{Acknowledgement, Operation, Service, Specs};

pub use quotes::against_page;

/// A finding and its subject: a parameter or a code.
struct About {
    about: String,
    finding: Finding,
}

impl About {
    fn new(about: &str, finding: Finding) -> Self {
        Self { about: about.to_owned(), finding }
    }
}

/// The findings about the pages, and the number of findings that their specs acknowledge.
#[derive(Debug, Default)]
pub struct Findings {
    /// Findings that no spec acknowledges.
    pub open: Vec<Finding>,
    /// The number of acknowledged findings.
    pub acknowledged: usize,
    /// What the protocol cannot carry, by operation; only operations with such values are listed.
    pub left_out: Vec<(String, Vec<LeftOut>)>,
}

/// Checks every tested operation that `wanted` selects.
pub fn check(specs: &Specs, wanted: impl Fn(&Operation) -> bool) -> Findings {
    let mut findings = Findings::default();
    let tested: Vec<(&Service, &Operation)> =
        specs.operations().filter(|(_, operation)| !operation.support && wanted(operation)).collect();
    let generator = Generator::of_rejections();
    let checked = in_parallel(&tested, |(service, operation)| {
        let (cases, left_out) = generator.cases_and_left_out(service, operation, Depth::Standard);
        (operation, all(service, operation, &cases), left_out)
    });
    for (operation, of_operation, left_out) in checked {
        if !left_out.is_empty() {
            findings.left_out.push((operation.id.clone(), left_out));
        }
        let known = |about: &About| operation.acknowledged.iter().any(|ack| covers(ack, about));
        let stale =
            operation.acknowledged.iter().filter(|ack| !of_operation.iter().any(|about| covers(ack, about)));
        findings.open.extend(stale.map(stale_acknowledgement));
        let (acknowledged, open): (Vec<About>, Vec<About>) = of_operation.into_iter().partition(known);
        findings.acknowledged += acknowledged.len();
        findings.open.extend(open.into_iter().map(|about| about.finding));
    }
    findings
}

fn all(service: &Service, operation: &Operation, cases: &[Case]) -> Vec<About> {
    let mut all = examples::breaks_rule(operation);
    all.extend(examples::masked_example(operation));
    all.extend(examples::none_valid(operation));
    all.extend(relations::never_given(service, operation));
    all.extend(rows::optional_with_missing_row(service, operation));
    all.extend(rows::unstated_limit(operation));
    all.extend(rows::two_statuses(service, operation));
    all.extend(rows::taken_to_the_letter(operation));
    all.extend(rows::reach(service, operation, cases));
    all.extend(sentences::untranscribed(operation));
    all
}

fn covers(acknowledgement: &Acknowledgement, about: &About) -> bool {
    acknowledgement.finding == about.finding.id
        && acknowledgement.about.as_ref().is_none_or(|name| *name == about.about)
}

fn stale_acknowledgement(acknowledgement: &Acknowledgement) -> Finding {
    let about = acknowledgement.about.as_ref().map_or(String::new(), |about| format!(" about {about}"));
    let title = format!("no finding `{}`{about} to acknowledge", acknowledgement.finding);
    Finding::warning("stale-acknowledgement", title)
        .at(&acknowledgement.at)
        .help("remove it, so that a new finding of that kind is reported")
}
