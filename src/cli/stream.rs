//! Event streams on disk.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::event::{Event, VERSION};
use crate::files;
use crate::runner::EarlierResults;

/// Maximum length of a line that is read, in bytes. The first line has the pages of all operations, each other line one
/// case.
const MAX_LINE: usize = 64 * 1024 * 1024;

/// The events of a file, one after another. A last line that was cut off when the run was killed is ignored.
pub struct Events {
    name: String,
    lines: Lines,
    /// Number of cases of the run.
    pub cases: usize,
    first: Option<Event>,
    /// Whether the first event has been read.
    has_begun: bool,
}

/// The non-blank lines of a file, each with its number. They are bytes, because a line that was cut off within a
/// character is not a text.
struct Lines {
    file: BufReader<File>,
    number: usize,
    next: Option<(usize, Vec<u8>)>,
}

impl Lines {
    fn new(file: File) -> io::Result<Self> {
        let mut lines = Self { file: BufReader::new(file), number: 0, next: None };
        lines.next = lines.read()?;
        Ok(lines)
    }

    fn read(&mut self) -> io::Result<Option<(usize, Vec<u8>)>> {
        loop {
            let mut line = Vec::new();
            let max = MAX_LINE as u64 + 1;
            if self.file.by_ref().take(max).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if line.len() > MAX_LINE {
                let what = format!("line {} is longer than {MAX_LINE} bytes", self.number);
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((self.number, line)));
            }
        }
    }

    fn take_line(&mut self) -> io::Result<Option<(usize, Vec<u8>)>> {
        let next = if self.next.is_some() { self.read()? } else { None };
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn is_last(&self) -> bool {
        self.next.is_none()
    }
}

impl Events {
    /// Opens a file.
    ///
    /// # Errors
    /// Returns an error if it is not an event stream, or has another version.
    pub fn open(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let lines = File::open(path).and_then(Lines::new).map_err(|error| files::not_read(path, &error))?;
        let mut events = Self { name, lines, cases: 0, first: None, has_begun: false };
        let first = events.read().transpose()?.map(|(_, event)| event);
        events.has_begun = true;
        match first {
            Some(Event::RunStarted(start)) if start.version != VERSION => Err(format!(
                "{} has version {} of the event stream; this fineprint reads version {VERSION}",
                events.name, start.version
            )),
            Some(Event::RunStarted(start)) => {
                events.cases = start.cases;
                events.first = Some(Event::RunStarted(start));
                Ok(events)
            }
            _ => Err(format!(
                "{} is not an event stream: it does not begin with the start of a run",
                events.name
            )),
        }
    }

    fn read(&mut self) -> Option<Result<(usize, Event), String>> {
        let (number, line) = match self.lines.take_line() {
            Ok(line) => line?,
            Err(error) => return Some(Err(files::not_read(Path::new(&self.name), &error))),
        };
        match serde_json::from_slice(&line) {
            Ok(event) => Some(Ok((number, event))),
            Err(_) if self.lines.is_last() && self.has_begun => None,
            Err(error) => Some(Err(format!("{}:{number} is not an event: {error}", self.name))),
        }
    }
}

impl Iterator for Events {
    type Item = Result<Event, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        match self.read()? {
            Ok((number, Event::RunStarted(_))) => Some(Err(format!(
                "{}:{number} starts another run; write each run to its own file, and combine them with `fineprint merge`",
                self.name
            ))),
            read => Some(read.map(|(_, event)| event)),
        }
    }
}

/// Returns the file in which a resumed run writes until it ends, if it is to replace the event stream that it resumes.
/// No earlier result is lost, whatever happens to the run.
pub fn resumed(path: &Path) -> PathBuf {
    let mut name = files::resolved(path).into_os_string();
    name.push(".resumed");
    PathBuf::from(name)
}

/// Returns `true` if a run that resumed and was killed left events there. A run that did not reach its first event left
/// none.
pub fn has_begun(resumed: &Path) -> bool {
    let first = File::open(resumed).and_then(Lines::new).ok().and_then(|lines| lines.next);
    first.is_some_and(|(_, line)| serde_json::from_slice::<Event>(&line).is_ok())
}

/// Reads the results of an interrupted run, and of one that resumed it and was killed.
///
/// # Errors
/// Returns what is wrong with a file.
pub fn read_earlier(path: &Path) -> Result<EarlierResults, String> {
    let mut known = EarlierResults::default();
    let resumed_path = resumed(path);
    let later = has_begun(&resumed_path).then_some(&resumed_path);
    // A finished run has all results of the one that it resumed.
    if !later.map(|later| is_over(later)).transpose()?.unwrap_or_default() {
        known.try_add(&path.display().to_string(), Events::open(path)?)?;
    }
    if let Some(later) = later {
        known.try_add(&later.display().to_string(), Events::open(later)?)?;
    }
    Ok(known)
}

/// Returns `true` if the run of a stream finished.
fn is_over(path: &Path) -> Result<bool, String> {
    let mut last = None;
    for event in Events::open(path)? {
        last = Some(event?);
    }
    Ok(matches!(last, Some(Event::RunFinished(_))))
}

/// Writes a stream, whole or not at all.
///
/// # Errors
/// Returns an error of the file system.
pub fn write_whole(path: &Path, events: impl Iterator<Item = Event>) -> io::Result<()> {
    let begun = files::begin(path)?;
    let mut writer = BufWriter::new(begun.writer()?);
    for event in events {
        serde_json::to_writer(&mut writer, &event)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()?;
    drop(writer);
    files::end(begun, path)
}
