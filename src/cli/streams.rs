//! Several event streams as what one run has found out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::digest;
use crate::event::{Event, Start};
use crate::files::{self, Place, Shelf};
use crate::runner::Known;

use super::console::Console;
use super::run::REFERENCE;
use super::stream::Events;

/// A file with its events, which are put away.
struct Part<'f> {
    path: &'f Path,
    start: Option<Start>,
    shelf: Shelf,
    events: Vec<Place>,
    /// What it has judged, by case: the verdict, and a hash of the whole result.
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

    /// All that it tells.
    fn events(&self) -> impl Iterator<Item = Result<Event, String>> {
        self.events.iter().map(|place| {
            let text = self.shelf.get(place).map_err(|error| files::not_read(self.path, &error))?;
            serde_json::from_slice(&text).map_err(|error| files::not_read(self.path, &error))
        })
    }
}

/// What the streams of one run's parts have told. A stream of which another has every result counts once.
///
/// # Errors
/// A file that cannot be read, streams of two targets, or two verdicts for one case.
pub fn joined(files: &[PathBuf], console: Console) -> Result<Known, String> {
    let parts: Vec<Part<'_>> = files.iter().map(|path| Part::read(path)).collect::<Result<_, _>>()?;
    of_one_run(&parts, console)?;
    contradiction(&parts)?;
    let copied: Vec<Option<usize>> = (0..parts.len()).map(|index| copied_from(&parts, index)).collect();
    let mut known = Known::default();
    for (part, original) in parts.iter().zip(&copied) {
        if let Some(original) = original {
            let original = parts[*original].path.display();
            console.tell(&format!(
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

/// Parts of one run are on one target. Its address may be another on another machine.
fn of_one_run(parts: &[Part<'_>], console: Console) -> Result<(), String> {
    let Some(first) = parts.first().and_then(|part| part.start.as_ref()) else { return Ok(()) };
    let mut told = false;
    for part in parts {
        let Some(start) = &part.start else { continue };
        let path = part.path.display();
        if start.target != first.target {
            let (target, other) = (&start.target, &first.target);
            return Err(format!("{path} is a run on {target}, but other streams are runs on {other}"));
        }
        if start.url != first.url && start.target != REFERENCE && !told {
            console.tell(&format!(
                "{path} is a run on {}, but other streams are runs on {}",
                start.url, first.url
            ));
            told = true;
        }
    }
    Ok(())
}

/// Two files that have come to different verdicts on one case: nobody knows which of them holds.
fn contradiction(parts: &[Part<'_>]) -> Result<(), String> {
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

/// The file that has all results of another, which has some; of two that are alike, the first.
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
