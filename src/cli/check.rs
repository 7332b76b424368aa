//! `fineprint check`

use crate::check;
use crate::files;
use crate::generate::{self, Depth};
use crate::project;
use crate::report::number;
use crate::spec::model::{Operation, Service};

use super::args::CheckArgs;
use super::console::Console;
use super::exit::Exit;

/// The largest text of a page, in bytes.
const MAX_PAGE: usize = 64 * 1024 * 1024;

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
        match files::bounded(page, MAX_PAGE) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let operations =
                    specs.operations().map(|(_, operation)| operation).filter(|each| wanted(each));
                found.open.extend(operations.flat_map(|operation| check::against_page(operation, &text)));
            }
            Err(error) => {
                console.complain(&files::not_read(page, &error));
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
    for (service, operation) in specs.operations().filter(|(_, each)| !each.support && wanted(each)) {
        tell_left_out(service, operation, console);
    }
    if args.rows {
        let operations = specs.operations().filter(|(_, operation)| !operation.support && wanted(operation));
        for (service, operation) in operations {
            tell_rows(service, operation, console);
        }
    }
    if found.open.is_empty() { Exit::Holds } else { Exit::Broken }
}

/// What is worth trying of an operation and cannot be sent.
fn tell_left_out(service: &Service, operation: &Operation, console: Console) {
    let left_out = generate::left_out_by_protocol(service, operation);
    let values: usize = left_out.iter().map(|left| left.cases).sum();
    if values == 0 {
        return;
    }
    let mut rules: Vec<String> =
        left_out.iter().map(|left| format!("{} {}", left.parameter, left.breach)).collect();
    rules.dedup();
    console.say(&format!(
        "{}: the protocol cannot carry {}, so that no case tries them: {}",
        operation.name,
        number(values, "value"),
        rules.join(", ")
    ));
}

/// Which cases try each row of an operation's error tables, and which rows none can try.
fn tell_rows(service: &Service, operation: &Operation, console: Console) {
    let cases = generate::cases(service, operation, Depth::Standard).cases;
    console.say(&format!("\n{}", console.out.strong(&operation.name)));
    for reach in check::reach::rows(service, operation, &cases) {
        let status = reach.row.status.map(|status| format!("{status} ")).unwrap_or_default();
        let common = if reach.own { "" } else { " (of the service)" };
        let name = format!("{status}{}{common}", reach.row.codes.join("/"));
        let tried = match (&reach.why, reach.cases.as_slice()) {
            (Some(why), _) => console.out.faint(&format!("not tested: {why}")),
            (None, [only]) => only.clone(),
            (None, [first, rest @ ..]) => format!("{first} and {} more", rest.len()),
            (None, []) => String::new(),
        };
        console.say(&format!("  {name:46} {tried}"));
    }
}
