//! Annotations of GitHub Actions: one line per broken promise. The log turns it into a note at the line of the spec.

use std::io::{self, Write};

use crate::event::{CaseResult, Event};
use crate::invisible::escape_invisible;
use crate::judge::Mismatch;

use super::Reporter;
use super::gathered::{Failure, Gathered};
use super::root::Root;
use super::summary;
use super::summary::number;
use super::texts::shortened;

/// GitHub shows ten annotations per step.
const SHOWN: usize = 10;

/// Writes the annotations of a run at its end.
pub struct Github<W> {
    out: W,
    root: Root,
}

impl<W: Write> Github<W> {
    /// Creates a reporter that writes into `out`, which is the log of the step.
    pub fn new(out: W, root: Root) -> Self {
        Self { out, root }
    }
}

/// A note: its place, a title, and the full text.
struct Note {
    place: String,
    title: String,
    text: String,
}

impl<W: Write> Reporter for Github<W> {
    fn event(&mut self, event: &Event, run: &Gathered) -> io::Result<()> {
        if !matches!(event, Event::RunFinished(_)) {
            return Ok(());
        }
        let failures = run.failures();
        let notes = run
            .plain
            .iter()
            .map(|plain| unproven(run, plain))
            .chain(failures.iter().map(broken))
            .chain(other_notes(run));
        for Note { place, title, text } in notes.take(SHOWN) {
            let (title, text) = (property(&printed(&title)), data(&printed(&text)));
            let mut parts = place.rsplitn(3, ':');
            let (column, line) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            match parts.next() {
                Some(file) => {
                    let file = property(&self.root.of(file));
                    writeln!(self.out, "::error file={file},line={line},col={column},title={title}::{text}")?;
                }
                None => writeln!(self.out, "::error title={title}::{text}")?,
            }
        }
        self.out.flush()
    }
}

fn broken(failure: &Failure<'_>) -> Note {
    let witness = &failure.witness.id;
    let cases = match failure.ids.len() {
        1 => format!("fails in {witness}"),
        cases => format!("fails in {witness} and {} more cases", cases - 1),
    };
    let received = failure.mismatch().map(received_lines).unwrap_or_default();
    Note {
        place: failure.place.to_owned(),
        title: format!("{}: {}", failure.operation, shortened(&failure.headline)),
        text: format!("{}\n{received}{cases}", failure.sentence),
    }
}

/// Lists what was received instead of what was expected, one line each.
fn received_lines(mismatch: &Mismatch) -> String {
    let differing = mismatch.lines.iter().filter(|line| line.differs);
    differing
        .map(|line| {
            let (expected, received) = (shortened(&line.expected), shortened(&line.received));
            format!("{}: expected {expected}, received {received}\n", line.aspect)
        })
        .collect()
}

fn unproven(run: &Gathered, plain: &CaseResult) -> Note {
    Note {
        place: run.page_of(&plain.id).map(|page| page.place.clone()).unwrap_or_default(),
        title: format!("{}: the plain call is not accepted", plain.operation),
        text: format!(
            "no rejection of {} proves anything: {}",
            plain.operation,
            shortened(&summary::plain_call_response(plain))
        ),
    }
}

/// Returns the notes on everything else that is wrong with the run.
fn other_notes(run: &Gathered) -> impl Iterator<Item = Note> {
    let place = |id: &str| run.page_of(id).map(|page| page.place.clone()).unwrap_or_default();
    let mut notes = Vec::new();
    let mut note = |id: &str, title: &str, text: String| {
        notes.push(Note { place: place(id), title: title.to_owned(), text });
    };
    for (_, ids) in run.pending() {
        let Some(first) = ids.first() else { continue };
        let cases = number(ids.len(), "case");
        note(
            first,
            "responses changed",
            format!("the response to {first} differs from its snapshot ({cases} with the same change)"),
        );
    }
    for entry in &run.passing {
        note(entry, "baseline", format!("{entry}: known failure now passes; remove it from the baseline"));
    }
    for (entry, day) in &run.expired {
        note(entry, "baseline", format!("{entry}: was to be fixed by {day}"));
    }
    let unjudged = run.finish.counts.unjudged();
    if unjudged > 0 {
        note("", "not judged", format!("{} could not be judged", number(unjudged, "case")));
    }
    if let Some(reason) = &run.finish.stopped {
        note("", "stopped early", shortened(reason));
    }
    if let Some((first, others)) = run.finish.left_behind.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        note("", "leftover on the target", format!("{} {}{more}", first.entity, shortened(&first.id)));
    }
    notes.into_iter()
}

/// Escapes the invisible characters of a text, but keeps its lines.
fn printed(text: &str) -> String {
    text.split('\n').map(escape_invisible).collect::<Vec<_>>().join("\n")
}

/// Escapes the text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
