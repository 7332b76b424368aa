//! Event streams on disk.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::iter::{Enumerate, Peekable};
use std::path::Path;

use crate::event::{Event, VERSION};
use crate::runner::Known;

/// The events of a file, one after another. A last line that was cut off when the run was killed is passed over.
pub struct Events {
    name: String,
    lines: Peekable<Enumerate<Lines<BufReader<File>>>>,
    /// How many cases the run has.
    pub cases: usize,
    first: Option<Event>,
}

impl Events {
    /// Opens a file.
    ///
    /// # Errors
    /// That it is none, or of another version.
    pub fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
        let lines = BufReader::new(file).lines().enumerate().peekable();
        let mut events = Self { name, lines, cases: 0, first: None };
        match events.next().transpose()? {
            Some(Event::RunStarted(start)) if start.version != VERSION => Err(format!(
                "{} has version {} of the event stream, and this fineprint reads version {VERSION}",
                events.name, start.version
            )),
            Some(Event::RunStarted(start)) => {
                events.cases = start.cases;
                events.first = Some(Event::RunStarted(start));
                Ok(events)
            }
            _ => Err(format!("{} is not the event stream of a run: it does not begin with one", events.name)),
        }
    }
}

impl Iterator for Events {
    type Item = Result<Event, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        let (index, line) = self.lines.next()?;
        let line = match line {
            Ok(line) => line,
            Err(error) => return Some(Err(format!("{} cannot be read: {error}", self.name))),
        };
        match serde_json::from_str(&line) {
            Ok(event) => Some(Ok(event)),
            Err(_) if self.lines.peek().is_none() && index > 0 => None,
            Err(error) => Some(Err(format!("{}:{} is no event: {error}", self.name, index + 1))),
        }
    }
}

/// All events of a file.
///
/// # Errors
/// What is wrong with the file.
pub fn read(path: &Path) -> Result<Vec<Event>, String> {
    Events::open(path)?.collect()
}

/// What an interrupted run has found out.
///
/// # Errors
/// What is wrong with the file.
pub fn known(path: &Path) -> Result<Known, String> {
    let mut known = Known::default();
    known.add(read(path)?);
    Ok(known)
}
