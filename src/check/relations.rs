//! What relations make of single parameters.

use crate::diagnostic::Finding;
use crate::generate::relations;
use crate::spec::model::{Operation, Service};

use super::About;

/// `never-given`: a parameter that no call can give and keep all relations.
pub fn never_given(service: &Service, operation: &Operation) -> Vec<About> {
    let places = relations::never_given(service, operation).into_iter();
    let finding = |at: crate::spec::path::Path| {
        let place = operation.member(&at).map_or(&operation.at, |member| &member.at);
        let title = format!("no call was found that gives {at} and keeps all relations");
        let finding = Finding::warning("never-given", title).at(place);
        About::new(&at.to_string(), finding.help("compare the relations that name it with the page"))
    };
    places.map(finding).collect()
}
