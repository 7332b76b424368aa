//! The matrix of two targets on the terminal.

use std::io::{self, Write};

use textwrap::core::display_width;

use crate::compare::{Cell, ComparedCase, Matrix, Relation, SideResult};

use super::block::{escape_lines, in_line, labelled};
use super::style::Style;
use super::summary::number;

/// Returns the column heading of a relation.
pub fn head(matrix: &Matrix, relation: Relation) -> String {
    match relation {
        Relation::Same => "same".to_owned(),
        Relation::Differ => "differ".to_owned(),
        Relation::BothBreak => "both break".to_owned(),
        Relation::NotCompared => "not compared".to_owned(),
        Relation::LeftBreaks => format!("{} breaks", matrix.left),
        Relation::RightBreaks => format!("{} breaks", matrix.right),
    }
}

/// Writes the differences, the table, and the last line. With `all`, the table lists every promise.
///
/// # Errors
/// Returns an error of the writer.
pub fn write(out: &mut impl Write, matrix: &Matrix, all: bool, style: Style) -> io::Result<()> {
    for cell in matrix.cells.iter().filter(|cell| cell.differs || cell.relation == Relation::BothBreak) {
        write_difference(out, matrix, cell, style)?;
    }
    write_table(out, matrix, all, style)?;
    write_not_compared(out, matrix, style)?;
    let word = match matrix.differences().count() {
        0 if matrix.is_empty() => style.bad("nothing could be compared"),
        0 => style.good("the same in every case that was compared"),
        many => style.bad(&format!("different in {}", number(many, "promise"))),
    };
    let counts = Relation::ALL.into_iter().filter(|relation| matrix.count(*relation) > 0);
    let counts = counts.map(|relation| {
        format!("{}: {}", relation.words(&matrix.left, &matrix.right), matrix.count(relation))
    });
    writeln!(out, "{} and {}: {word} ({})", matrix.left, matrix.right, counts.collect::<Vec<_>>().join("; "))
}

fn write_difference(out: &mut impl Write, matrix: &Matrix, cell: &Cell, style: Style) -> io::Result<()> {
    let words = cell.relation.words(&matrix.left, &matrix.right);
    let words = if cell.differs { style.bad(&words) } else { style.doubtful(&words) };
    writeln!(out, "{} {}: {words}", style.strong(&cell.operation), style.strong(&cell.promise.rule))?;
    let mut field = |label: &str, text: &str| out.write_all(labelled(label, text, style).as_bytes());
    field("the page", &cell.promise.sentence)?;
    field("", &style.faint(&cell.promise.place))?;
    if let Some(ComparedCase { id, tries, sends, left, right }) = &cell.witness {
        field("case", &escape_lines(&format!("{id} — {tries}")))?;
        field("sends", &escape_lines(sends))?;
        let width = display_width(&matrix.left).max(display_width(&matrix.right));
        let line = |name: &str, did: &SideResult| {
            format!("{name:width$} {:4} {}", did.verdict, did.response.as_deref().unwrap_or_default())
        };
        let responses = format!("{}\n{}", line(&matrix.left, left), line(&matrix.right, right));
        field("responses", &escape_lines(&responses))?;
    }
    let more = cell.cases.iter().filter(|(relation, _)| **relation != Relation::Same);
    match more.map(|(_, cases)| cases.len()).sum::<usize>().saturating_sub(1) {
        0 => {}
        more => field("also", &number(more, "more case"))?,
    }
    writeln!(out)
}

/// Writes how many cases were not compared, and why the first of them was not.
fn write_not_compared(out: &mut impl Write, matrix: &Matrix, style: Style) -> io::Result<()> {
    let Some(ComparedCase { id, left, right, .. }) = &matrix.aside else { return Ok(()) };
    let is_aside = |did: &SideResult| !matches!(did.verdict.as_str(), "pass" | "fail");
    let describe = |name: &str, did: &SideResult| {
        let why = [did.verdict.as_str(), did.response.as_deref().unwrap_or_default()].join(" ");
        format!("{id} on {name}: {}", why.trim())
    };
    let why = match (is_aside(left), is_aside(right)) {
        (true, _) => describe(&matrix.left, left),
        (false, true) => describe(&matrix.right, right),
        (false, false) => {
            format!("the two received different requests for {id}, or the specs no longer have it")
        }
    };
    let cases = number(matrix.not_compared(), "case");
    writeln!(out, "  {}", style.doubtful(&in_line(&format!("{cases} not compared: {why}"))))
}

fn write_table(out: &mut impl Write, matrix: &Matrix, all: bool, style: Style) -> io::Result<()> {
    let (shown, same): (Vec<&Cell>, Vec<&Cell>) =
        matrix.cells.iter().partition(|cell| all || cell.relation != Relation::Same);
    let heads = Relation::ALL.map(|relation| (relation, head(matrix, relation)));
    let label = |cell: &Cell| format!("{} {}", cell.operation, cell.promise.rule);
    let width = shown.iter().map(|cell| display_width(&label(cell))).max().unwrap_or(0);
    if !shown.is_empty() {
        let line: Vec<&str> = heads.iter().map(|(_, head)| head.as_str()).collect();
        let line = format!("  {:width$}  {}", "number of cases", line.join("  "));
        writeln!(out, "{}", style.faint(&line))?;
    }
    for cell in &shown {
        let counts = heads.iter().map(|(relation, head)| {
            let count = match cell.count(*relation) {
                0 => "·".to_owned(),
                count => count.to_string(),
            };
            format!("{count:>width$}", width = display_width(head))
        });
        writeln!(out, "  {:width$}  {}", label(cell), counts.collect::<Vec<_>>().join("  "))?;
    }
    match same.len() {
        0 => Ok(()),
        many => {
            writeln!(out, "  {}", style.faint(&format!("the same in {}", number(many, "more promise"))))
        }
    }
}
