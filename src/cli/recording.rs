//! Recordings on disk: next to a target's snapshots, an event stream of the tested calls only.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::compare::{Recording, is_optional};
use crate::event::{CaseResult, Counts, Event, Finish, Page, Start};
use crate::files;

use super::stream;

/// The name of the file in the target's folder.
const NAME: &str = "recorded.jsonl";

/// Reads a recording: a target's folder, or any event stream.
///
/// # Errors
/// Returns what is wrong with it.
pub fn read(path: &Path) -> Result<Recording, String> {
    let file = file(path);
    if path.is_dir() && !file.exists() {
        return Err(format!("no recording in {}; create one with `fineprint record`", path.display()));
    }
    Ok(load(&file)?.1)
}

/// Returns the file of a recording: in a target's folder, or the event stream itself.
pub fn file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(NAME) } else { path.to_owned() }
}

/// Reads the recording in a target's folder, if there is one.
///
/// # Errors
/// Returns what is wrong with it.
pub fn earlier(folder: &Path) -> Result<Option<(Start, Recording)>, String> {
    let file = folder.join(NAME);
    file.exists().then(|| load(&file)).transpose()
}

fn load(file: &Path) -> Result<(Start, Recording), String> {
    let (mut start, mut recording) = (Start::default(), Recording::default());
    for (index, event) in stream::Events::open(file)?.enumerate() {
        match event? {
            Event::RunStarted(begun) => {
                recording = Recording::of(&begun.target, begun.seed);
                start = begun;
            }
            Event::CaseFinished(result) => {
                recording.take_from(format!("{}:{}:1", file.display(), index + 1), &slim(&result));
            }
            _ => {}
        }
    }
    Ok((start, recording))
}

/// Records what a target does.
#[derive(Debug, Default)]
pub struct Recorder {
    start: Start,
    recording: Recording,
}

impl Recorder {
    /// Adds an event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::RunStarted(start) => {
                self.recording = Recording::of(&start.target, start.seed);
                self.start = start.clone();
            }
            Event::CaseFinished(result) => self.recording.add(&slim(result)),
            _ => {}
        }
    }

    /// Returns the recording.
    pub fn into_recording(self) -> Recording {
        self.recording
    }

    /// Writes the recording into a target's folder. Cases that did not run now keep their earlier recording, if the
    /// case still exists.
    ///
    /// # Errors
    /// Returns the file that cannot be written, and why.
    pub fn write(
        self,
        folder: &Path,
        earlier: Option<(Start, Recording)>,
        is_case: impl Fn(&str) -> bool,
        finish: &Finish,
    ) -> Result<PathBuf, String> {
        let path = folder.join(NAME);
        let (begun, before) = earlier.unwrap_or_default();
        let mut all = Recording::of(&self.recording.target, self.recording.seed);
        let stays = |result: &CaseResult| is_case(&result.id) || is_optional(&result.id);
        before.all().filter(stays).chain(self.recording.all()).for_each(|result| all.add(&result));
        let mut counts = Counts::default();
        all.all().for_each(|result| counts.add(&result.verdict));
        let mut start = Start { cases: counts.total(), ..self.start };
        // Results of two states of a spec have no digest in common.
        for page in &mut start.pages {
            let then = begun.pages.iter().find(|known| known.operation == page.operation);
            page.digest.take_if(|now| then.is_some_and(|then| then.digest.as_ref() != Some(now)));
        }
        let is_known = |page: &Page| start.pages.iter().any(|known| known.operation == page.operation);
        let further: Vec<Page> = begun.pages.into_iter().filter(|page| !is_known(page)).collect();
        start.pages.extend(further);
        let finish = Finish { counts, ..finish.clone() };
        let cases = all.all().map(|result| Event::CaseFinished(Box::new(result)));
        let events = [Event::RunStarted(start)].into_iter().chain(cases).chain([Event::RunFinished(finish)]);
        let cannot = |error: &dyn Display| files::not_written(&path, &error);
        stream::write_whole(&path, events).map_err(|error| cannot(&error))?;
        Ok(path)
    }
}

/// Returns a result with its tested call only. The calls that prepared it are not part of a recording.
fn slim(result: &CaseResult) -> CaseResult {
    let exchanges = result.tested_exchange().cloned().into_iter().collect();
    CaseResult { exchanges, tried: result.tried.map(|_| 0), ..result.clone() }
}
