//! The score of a suite: the fates of the mutants, and the cases that guard each rule and row.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::case::Case;
use crate::check::reach;
use crate::mutants::Fate;
use crate::spec::model::Specs;

use super::style::Style;

/// Writes the table of mutant kinds and the survivors. With `all`, also lists every mutant with the case that killed
/// it.
///
/// # Errors
/// Returns an error of the writer.
pub fn write(out: &mut impl Write, fates: &[Fate], all: bool, style: Style) -> io::Result<()> {
    let mut kinds: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for fate in fates {
        let (killed, survived) = kinds.entry(fate.kind).or_default();
        *(if fate.killed_by.is_some() { killed } else { survived }) += 1;
    }
    if all {
        for fate in fates {
            match &fate.killed_by {
                Some(case) => writeln!(out, "  {} killed by {case}", fate.id)?,
                None => writeln!(out, "  {} {}", fate.id, style.bad("survived"))?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "  {:20} {:>7} {:>9}", "mutants", "killed", "survived")?;
    for (kind, (killed, survived)) in &kinds {
        writeln!(out, "  {:20} {killed:>7} {}", kind.to_string(), survivors(*survived, style))?;
    }
    let survived: Vec<&Fate> = fates.iter().filter(|fate| fate.killed_by.is_none()).collect();
    let killed = fates.len() - survived.len();
    writeln!(out, "  {:20} {killed:>7} {}", "all", survivors(survived.len(), style))?;
    if !survived.is_empty() {
        writeln!(out)?;
    }
    for fate in survived {
        writeln!(
            out,
            "{} {}: {} (none of {} cases failed)",
            style.bad("SURVIVED"),
            fate.id,
            fate.does,
            fate.tried
        )?;
    }
    Ok(())
}

fn survivors(count: usize, style: Style) -> String {
    let text = format!("{count:>9}");
    if count > 0 { style.bad(&text) } else { text }
}

/// Writes, for each rule and each row of the tested operations, how many cases guard it, and why some have none.
///
/// # Errors
/// Returns an error of the writer.
pub fn guards(out: &mut impl Write, specs: &Specs, cases: &[Case], style: Style) -> io::Result<()> {
    for (service, operation) in specs.operations().filter(|(_, operation)| !operation.support) {
        writeln!(out, "\n{}", style.strong(&operation.id))?;
        for rule in reach::rules(operation, cases) {
            let name = rule.breach.to_string();
            writeln!(
                out,
                "  {name:44} {:>4} cases break it, {:>3} meet it or are unspecified",
                rule.breaking, rule.others
            )?;
        }
        for row in reach::rows(service, operation, cases).iter().filter(|reach| reach.own) {
            let status = row.row.status.map(|status| format!("{status} ")).unwrap_or_default();
            let name = format!("{status}{}", row.row.codes.join("/"));
            match &row.why {
                None => writeln!(out, "  {name:44} {:>4} cases require it", row.cases.len())?,
                Some(why) => writeln!(out, "  {name:44}    – {}", style.faint(why))?,
            }
        }
    }
    Ok(())
}

/// The score as one JSON document.
#[derive(Serialize)]
struct Document<'a> {
    mutants: Vec<JsonFate<'a>>,
    killed: usize,
    survived: usize,
}

#[derive(Serialize)]
struct JsonFate<'a> {
    id: &'a str,
    kind: String,
    does: &'a str,
    killed_by: Option<&'a str>,
    cases_tried: usize,
}

/// Returns the score as JSON.
pub fn json(fates: &[Fate]) -> String {
    let survived = fates.iter().filter(|fate| fate.killed_by.is_none()).count();
    let mutants = fates.iter().map(|fate| JsonFate {
        id: &fate.id,
        kind: fate.kind.to_string(),
        does: &fate.does,
        killed_by: fate.killed_by.as_deref(),
        cases_tried: fate.tried,
    });
    let document = Document { mutants: mutants.collect(), killed: fates.len() - survived, survived };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{text}\n")
}
