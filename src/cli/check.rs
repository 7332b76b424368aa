//! `fineprint check`

use std::fs;

use crate::check;
use crate::diagnostic::Finding;
use crate::project;
use crate::spec::model::{Operation, Service, Specs};

use super::args::CheckArgs;
use super::console::Console;
use super::exit::Exit;

/// Reports what is wrong with specs and pages.
pub fn execute(args: &CheckArgs, console: Console) -> Exit {
    let mut specs = match project::specs(&args.specs) {
        Ok(specs) => specs,
        Err(findings) => return console.findings(&findings),
    };
    let all: Vec<String> = specs.operations().map(|(_, operation)| operation.name.clone()).collect();
    if let Some(name) = &args.operation {
        specs.services.iter_mut().for_each(|service| only(service, name));
        if specs.operations().next().is_none() {
            console.complain(&format!("there is no operation {name}; there is {}", all.join(", ")));
            return Exit::Usage;
        }
    }
    let mut found = check::check(&specs);
    if let Some(page) = &args.page {
        match fs::read_to_string(page) {
            Ok(text) => found
                .open
                .extend(specs.operations().flat_map(|(_, operation)| check::against_page(operation, &text))),
            Err(error) => {
                console.complain(&format!("{} cannot be read: {error}", page.display()));
                return Exit::Usage;
            }
        }
    }
    report(&specs, &found.open, found.acknowledged, console)
}

/// Support operations stay: entities refer to them.
fn only(service: &mut Service, name: &str) {
    let is_wanted = |operation: &Operation| operation.name == name;
    match service.operations.iter().any(is_wanted) {
        true => service.operations.retain(|operation| operation.support || is_wanted(operation)),
        false => service.operations.clear(),
    }
}

fn report(specs: &Specs, open: &[Finding], acknowledged: usize, console: Console) -> Exit {
    for finding in open {
        console.say(&format!("{}\n", finding.render(console.out.colour)));
    }
    let support = specs.operations().filter(|(_, operation)| operation.support).count();
    let tested = specs.operations().count() - support;
    console.say(&format!(
        "{tested} tested operations, {support} for support: {} findings about their pages, {acknowledged} more acknowledged",
        open.len()
    ));
    if open.is_empty() { Exit::Holds } else { Exit::Broken }
}
