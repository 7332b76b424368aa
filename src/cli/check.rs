//! `fineprint check`

use std::fs;

use crate::check;
use crate::project;
use crate::spec::model::Operation;

use super::args::CheckArgs;
use super::console::Console;
use super::exit::Exit;

/// Reports what is wrong with specs and pages.
pub fn execute(args: &CheckArgs, console: Console) -> Exit {
    let specs = match project::specs(&args.specs) {
        Ok(specs) => specs,
        Err(findings) => return console.findings(&findings),
    };
    let wanted = |operation: &Operation| args.operation.as_ref().is_none_or(|name| *name == operation.name);
    if !specs.operations().any(|(_, operation)| wanted(operation)) {
        let all: Vec<&str> = specs.operations().map(|(_, operation)| operation.name.as_str()).collect();
        let name = args.operation.as_deref().unwrap_or_default();
        console.complain(&format!("there is no operation {name}; there is {}", all.join(", ")));
        return Exit::Usage;
    }
    let mut found = check::check(&specs, wanted);
    if let Some(page) = &args.page {
        match fs::read_to_string(page) {
            Ok(text) => {
                let operations =
                    specs.operations().map(|(_, operation)| operation).filter(|each| wanted(each));
                found.open.extend(operations.flat_map(|operation| check::against_page(operation, &text)));
            }
            Err(error) => {
                console.complain(&format!("{} cannot be read: {error}", page.display()));
                return Exit::Usage;
            }
        }
    }
    for finding in &found.open {
        console.say(&format!("{}\n", finding.render(console.out.colour)));
    }
    let (support, tested): (Vec<_>, Vec<_>) = specs
        .operations()
        .filter(|(_, operation)| wanted(operation))
        .partition(|(_, operation)| operation.support);
    console.say(&format!(
        "{} tested operations, {} for support: {} findings about their pages, {} more acknowledged",
        tested.len(),
        support.len(),
        found.open.len(),
        found.acknowledged,
    ));
    if found.open.is_empty() { Exit::Holds } else { Exit::Broken }
}
