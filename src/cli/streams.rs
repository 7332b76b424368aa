//! Several event streams, merged as the results of one run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::digest;
use crate::event::{Event, Start};
use crate::files::{self, Place, Shelf};
use crate::runner::EarlierResults;

use super::console::Console;
use super::run::REFERENCE;
use super::stream::Events;

/// A file with its events, which are stored on a shelf.
struct Part<'f> {
    path: &'f Path,
    start: Option<Start>,
    shelf: Shelf,
    events: Vec<Place>,
    /// The judged results by case: the verdict, and a hash of the whole result.
    results: HashMap<String, (&'static str, u64)>,
}

impl<'f> Part<'f> {
    fn read(path: &'f Path) -> Result<Self, String> {
        let (shelf, events, results) = (Shelf::default(), Vec::new(), HashMap::new());
        let mut part = Self { path, start: None, shelf, events, results };
        for event in Events::open(path)? {
            let event = event?;
            let text = serde_json::to_vec(&event).map_err(|error| files::not_read(path, &error))?;
            match event {
                Event::RunStarted(start) => part.start = Some(start),
                Event::CaseFinished(result) if result.verdict.is_judged() => {
                    part.results.insert(result.id.clone(), (result.verdict.name(), digest::fnv(&text)));
                }
                _ => {}
            }
            part.events.push(part.shelf.put(text));
        }
        Ok(part)
    }

    /// Reads all its events.
    fn events(&self) -> impl Iterator<Item = Result<Event, String>> {
        self.events.iter().map(|place| {
            let text = self.shelf.get(place).map_err(|error| files::not_read(self.path, &error))?;
            serde_json::from_slice(&text).map_err(|error| files::not_read(self.path, &error))
        })
    }
}

/// Merges the event streams of one run's shards. A stream is skipped if another one has all its results.
///
/// # Errors
/// Returns an error if a file cannot be read, if the streams are of two targets, or if a case has two verdicts.
pub fn merge(files: &[PathBuf], console: Console) -> Result<EarlierResults, String> {
    let parts: Vec<Part<'_>> = files.iter().map(|path| Part::read(path)).collect::<Result<_, _>>()?;
    check_one_run(&parts, console)?;
    check_verdicts(&parts)?;
    let copied: Vec<Option<usize>> = (0..parts.len()).map(|index| copied_from(&parts, index)).collect();
    let mut known = EarlierResults::default();
    for (part, original) in parts.iter().zip(&copied) {
        if let Some(original) = original {
            let original = parts[*original].path.display();
            console.status(&format!(
                "{} has no results beyond those in {original}; skipping it",
                part.path.display()
            ));
        }
    }
    for (part, _) in parts.into_iter().zip(copied).filter(|(_, original)| original.is_none()) {
        known.try_add(&part.path.display().to_string(), part.events())?;
    }
    Ok(known)
}

/// Checks that the shards of one run are on one target. The address may differ between machines.
fn check_one_run(parts: &[Part<'_>], console: Console) -> Result<(), String> {
    let Some(first) = parts.first().and_then(|part| part.start.as_ref()) else { return Ok(()) };
    let mut is_reported = false;
    for part in parts {
        let Some(start) = &part.start else { continue };
        let path = part.path.display();
        if start.target != first.target {
            let (target, other) = (&start.target, &first.target);
            return Err(format!("{path} is a run on {target}, but other streams are runs on {other}"));
        }
        if start.url != first.url && start.target != REFERENCE && !is_reported {
            console.status(&format!(
                "{path} is a run on {}, but other streams are runs on {}",
                start.url, first.url
            ));
            is_reported = true;
        }
    }
    Ok(())
}

/// Returns an error if two files have different verdicts for one case: it is not known which one holds.
fn check_verdicts(parts: &[Part<'_>]) -> Result<(), String> {
    let mut judged: HashMap<&str, (usize, &str)> = HashMap::new();
    for (index, part) in parts.iter().enumerate() {
        let mut results: Vec<(&String, &str)> =
            part.results.iter().map(|(id, (verdict, _))| (id, *verdict)).collect();
        results.sort_unstable();
        for (id, is) in results {
            let (first, was) = *judged.entry(id).or_insert((index, is));
            if was != is {
                let (one, other) = (parts[first].path.display(), parts[index].path.display());
                return Err(format!(
                    "{id} is {was} in {one}, but {is} in {other}: leave one of the files out"
                ));
            }
        }
    }
    Ok(())
}

/// Returns the file that has all results of another one, which has at least one result. Of two equal files, it is the
/// first.
fn copied_from(parts: &[Part<'_>], index: usize) -> Option<usize> {
    let own = &parts[index].results;
    let has_all = |other: &HashMap<String, (&str, u64)>| {
        own.iter().all(|(id, result)| other.get(id).is_some_and(|known| known == result))
    };
    let others = parts.iter().map(|part| &part.results).enumerate().filter(|(other, _)| *other != index);
    let mut originals = others.filter(|(other, theirs)| {
        theirs.len() >= own.len() && has_all(theirs) && (theirs.len() > own.len() || *other < index)
    });
    originals.next().map(|(other, _)| other).filter(|_| !own.is_empty())
}
