//! `fineprint check`

use std::collections::BTreeMap;

use crate::check;
use crate::diagnostic::Finding;
use crate::files;
use crate::generate::{self, Depth, LeftOut};
use crate::project;
use crate::report::number;
use crate::spec::model::{Operation, Service};

use super::args::CheckArgs;
use super::console::Console;
use super::exit::Exit;

/// Maximum size of the text of a page, in bytes.
const MAX_PAGE: usize = 64 * 1024 * 1024;

/// Reports what is wrong with specs and pages.
pub fn execute(args: &CheckArgs, console: Console) -> Exit {
    let specs = match project::specs(&args.specs) {
        Ok(specs) => specs,
        Err(findings) => return console.findings(&findings),
    };
    let wanted = |operation: &Operation| args.operation.as_ref().is_none_or(|name| operation.is_called(name));
    if !specs.operations().any(|(_, operation)| wanted(operation)) {
        let all: Vec<&str> = specs.operations().map(|(_, operation)| operation.id.as_str()).collect();
        let name = args.operation.as_deref().unwrap_or_default();
        console.error(&format!("unknown operation `{name}`; operations of the specs: {}", all.join(", ")));
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
                console.error(&files::not_read(page, &error));
                return Exit::Usage;
            }
        }
    }
    print_findings(&found.open, args.all, console);
    let (support, tested): (Vec<_>, Vec<_>) = specs
        .operations()
        .filter(|(_, operation)| wanted(operation))
        .partition(|(_, operation)| operation.support);
    console.print(&format!(
        "{} tested operations, {} support operations: {} findings about their pages, {} more acknowledged",
        tested.len(),
        support.len(),
        found.open.len(),
        found.acknowledged,
    ));
    print_left_out(&found.left_out, args.all, console);
    if args.rows {
        let operations = specs.operations().filter(|(_, operation)| !operation.support && wanted(operation));
        for (service, operation) in operations {
            print_rows(service, operation, console);
        }
    }
    if found.open.is_empty() { Exit::Holds } else { Exit::Broken }
}

/// Above this number, findings are counted by kind and not all shown.
const MANY: usize = 100;

/// Number of findings of each kind that are shown then.
const SHOWN: usize = 2;

/// Shows all findings. If there are very many, shows the first of each kind and how many there are.
fn print_findings(findings: &[Finding], all: bool, console: Console) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.id).or_default();
        *count += 1;
        if all || findings.len() <= MANY || *count <= SHOWN {
            console.print(&format!("{}\n", finding.render(console.out.colour)));
        }
    }
    if all || findings.len() <= MANY {
        return;
    }
    console.print(&format!(
        "The first {SHOWN} findings of each kind are above. List all with `fineprint check --all`, or those of one operation \
         with `fineprint check OPERATION`. Findings by kind:"
    ));
    for (id, count) in seen {
        console.print(&format!("  {count:>7} {id}"));
    }
}

/// Above this number, operations are counted and not named.
const NAMED: usize = 30;

/// Prints the values that are worth testing but cannot be sent.
fn print_left_out(left: &[(String, Vec<LeftOut>)], all: bool, console: Console) {
    if all || left.len() <= NAMED {
        left.iter().for_each(|(operation, left)| print_left_out_of(operation, left, console));
        return;
    }
    let values: usize = left.iter().flat_map(|(_, left)| left).map(|left| left.cases).sum();
    console.print(&format!(
        "in {} the protocol cannot encode {}, so no case tests them; list them with `--all`",
        number(left.len(), "operation"),
        number(values, "value")
    ));
}

fn print_left_out_of(operation: &str, left_out: &[LeftOut], console: Console) {
    let values: usize = left_out.iter().map(|left| left.cases).sum();
    let mut rules: Vec<String> = left_out.iter().map(|left| left.breach.to_string()).collect();
    rules.dedup();
    console.print(&format!(
        "{}: the protocol cannot encode {}, so no case tests them: {}",
        operation,
        number(values, "value"),
        rules.join(", ")
    ));
}

/// Prints which cases test each row of an operation's error tables, and which rows none can test.
fn print_rows(service: &Service, operation: &Operation, console: Console) {
    let cases = generate::cases(service, operation, Depth::Standard).cases;
    console.print(&format!("\n{}", console.out.strong(&operation.id)));
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
        console.print(&format!("  {name:46} {tried}"));
    }
}
