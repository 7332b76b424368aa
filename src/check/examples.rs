//! Examples on the page that violate its own rules or cannot be sent.

use crate::diagnostic::Finding;
use crate::generate;
use crate::spec::model::{Member, Operation, is_masked};
use crate::spec::ruling::{self, Outcome};

use super::About;

/// `example-breaks-rule`: the example violates a rule, or the spec had to leave the rule open because of it.
pub fn breaks_rule(operation: &Operation) -> Vec<About> {
    operation.parameters.iter().filter_map(of_parameter).collect()
}

fn of_parameter(parameter: &Member) -> Option<About> {
    let example =
        parameter.example.as_ref().filter(|example| !is_masked(example) && parameter.exists.is_none())?;
    let ruling = ruling::on_member(parameter, Some(example));
    let (breach, verb) = match ruling.outcome() {
        Outcome::Holds => return None,
        Outcome::Breaks => (ruling.breaches.first()?, "breaks"),
        Outcome::Open => (&ruling.open.first()?.0, "may break"),
    };
    let title = format!("the page's example {example} {verb} its own rule {breach}");
    let finding = Finding::warning("example-breaks-rule", title).at(&parameter.at).help(
        "a rule that the page contradicts cannot be tested: mark it `unclear`, or acknowledge this finding",
    );
    Some(About::new(&parameter.name, finding))
}

/// `masked-example`: part of the example is hidden, so it cannot be sent.
pub fn masked_example(operation: &Operation) -> Vec<About> {
    let masked =
        operation.parameters.iter().filter(|parameter| parameter.example.as_ref().is_some_and(is_masked));
    masked
        .map(|parameter| {
            let title = format!("the page's example of {} is masked", parameter.name);
            let finding = Finding::warning("masked-example", title).at(&parameter.at);
            About::new(&parameter.name, finding.help("write a value that can be sent under `sample`"))
        })
        .collect()
}

/// `no-valid-value`: the spec yields no value that meets all rules of the parameter.
pub fn none_valid(operation: &Operation) -> Vec<About> {
    let without = generate::without_valid_value(operation).into_iter();
    without
        .map(|parameter| {
            let title = format!("cannot generate a valid value of {} from its rules", parameter.name);
            let finding = Finding::warning("no-valid-value", title).at(&parameter.at);
            About::new(&parameter.name, finding.help("write one under `sample`"))
        })
        .collect()
}
