//! Several event streams as what one run has found out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::event::{CaseResult, Event, Start};
use crate::runner::Known;

use super::console::Console;
use super::run::REFERENCE;
use super::stream;

/// A file with its events.
struct Part<'f> {
    path: &'f Path,
    events: Vec<Event>,
}

impl<'f> Part<'f> {
    fn read(path: &'f Path) -> Result<Self, String> {
        Ok(Self { path, events: stream::read(path)? })
    }

    fn start(&self) -> Option<&Start> {
        match self.events.first() {
            Some(Event::RunStarted(start)) => Some(start),
            _ => None,
        }
    }

    /// What it has judged, by case.
    fn results(&self) -> HashMap<&str, &CaseResult> {
        let results = self.events.iter().filter_map(|event| match event {
            Event::CaseFinished(result) if result.verdict.is_judged() => Some(result.as_ref()),
            _ => None,
        });
        results.map(|result| (result.id.as_str(), result)).collect()
    }
}

/// What the streams of one run's parts have told. A stream of which another has every result counts once.
///
/// # Errors
/// A file that cannot be read, streams of two targets, or two verdicts for one case.
pub fn joined(files: &[PathBuf], console: Console) -> Result<Known, String> {
    let parts: Vec<Part<'_>> = files.iter().map(|path| Part::read(path)).collect::<Result<_, _>>()?;
    of_one_run(&parts, console)?;
    let results: Vec<HashMap<&str, &CaseResult>> = parts.iter().map(Part::results).collect();
    contradiction(&parts, &results)?;
    let copied: Vec<Option<usize>> = (0..parts.len()).map(|index| copied_from(&results, index)).collect();
    let mut known = Known::default();
    for (part, original) in parts.iter().zip(&copied) {
        if let Some(original) = original {
            let original = parts[*original].path.display();
            console.tell(&format!(
                "{} has nothing that {original} has not: it counts once",
                part.path.display()
            ));
        }
    }
    for (part, _) in parts.into_iter().zip(copied).filter(|(_, original)| original.is_none()) {
        known.add(&part.path.display().to_string(), part.events);
    }
    Ok(known)
}

/// Parts of one run are on one target. Its address may be another on another machine.
fn of_one_run(parts: &[Part<'_>], console: Console) -> Result<(), String> {
    let Some(first) = parts.first().and_then(Part::start) else { return Ok(()) };
    let mut told = false;
    for part in parts {
        let Some(start) = part.start() else { continue };
        let path = part.path.display();
        if start.target != first.target {
            let (target, other) = (&start.target, &first.target);
            return Err(format!("{path} is of a run on {target}, and others are on {other}"));
        }
        if start.url != first.url && start.target != REFERENCE && !told {
            console.tell(&format!("{path} is of a run on {}, and others are on {}", start.url, first.url));
            told = true;
        }
    }
    Ok(())
}

/// Two files that have come to different verdicts on one case: nobody knows which of them holds.
fn contradiction(parts: &[Part<'_>], results: &[HashMap<&str, &CaseResult>]) -> Result<(), String> {
    let mut judged: HashMap<&str, (usize, &CaseResult)> = HashMap::new();
    for (index, results) in results.iter().enumerate() {
        let mut results: Vec<&CaseResult> = results.values().copied().collect();
        results.sort_by(|one, other| one.id.cmp(&other.id));
        for result in results {
            let (first, known) = *judged.entry(&result.id).or_insert((index, result));
            let (was, is) = (known.verdict.name(), result.verdict.name());
            if was != is {
                let (one, other) = (parts[first].path.display(), parts[index].path.display());
                return Err(format!(
                    "{one} has {was} for {}, and {other} has {is}: leave one of them out",
                    result.id
                ));
            }
        }
    }
    Ok(())
}

/// The file that has all results of another, which has some; of two that are alike, the first.
fn copied_from(results: &[HashMap<&str, &CaseResult>], index: usize) -> Option<usize> {
    let own = &results[index];
    let has_all = |other: &HashMap<&str, &CaseResult>| {
        own.iter().all(|(id, result)| other.get(id).is_some_and(|known| known == result))
    };
    let others = results.iter().enumerate().filter(|(other, _)| *other != index);
    let mut originals = others.filter(|(other, theirs)| {
        theirs.len() >= own.len() && has_all(theirs) && (theirs.len() > own.len() || *other < index)
    });
    originals.next().map(|(other, _)| other).filter(|_| !own.is_empty())
}
