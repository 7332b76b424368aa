//! Failures of a run, and the file of known failures.

use std::collections::HashSet;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use chrono::{NaiveDate, Utc};

use crate::baseline::Baseline;
use crate::event::{CaseResult, Compared};
use crate::files;
use crate::judge::Verdict;

/// The judged cases of a run: their ids, and whether they failed.
#[derive(Debug, Default)]
pub struct Judged(Option<Vec<(String, bool)>>);

impl Judged {
    /// Creates an empty list. Unless `is_asked`, it stores nothing, because the failures are not compared with the
    /// known ones.
    pub fn of(is_asked: bool) -> Self {
        Self(is_asked.then(Vec::new))
    }

    /// Adds a result. A result that was not judged is neither known nor new.
    pub fn add(&mut self, result: &CaseResult) {
        let failed = match result.verdict {
            Verdict::Pass => false,
            Verdict::Fail { .. } => true,
            _ => return,
        };
        if let Some(all) = &mut self.0 {
            all.push((result.id.clone(), failed));
        }
    }

    fn all(&self) -> impl Iterator<Item = (&str, bool)> + Clone {
        self.0.iter().flatten().map(|(id, failed)| (id.as_str(), *failed))
    }

    /// Compares the failures with the baseline, and writes the baseline if asked to. `ids` are the ids of all existing
    /// cases.
    ///
    /// # Errors
    /// Returns the file that cannot be written, and why.
    pub fn compare(
        &self,
        baseline: Option<&Baseline>,
        write_to: Option<&Path>,
        ids: &HashSet<Arc<str>>,
    ) -> Result<Option<Compared>, String> {
        if baseline.is_none() && write_to.is_none() {
            return Ok(None);
        }
        let ids = &ids.iter().map(|id| &**id).collect();
        let today = today();
        if let Some(path) = write_to {
            let updated = baseline.cloned().unwrap_or_default().updated(self.all(), ids, today);
            write(path, &updated)?;
            return Ok(Some(updated.compare(self.all(), ids, today)));
        }
        Ok(baseline.map(|baseline| baseline.compare(self.all(), ids, today)))
    }
}

/// Maximum size of the file of known failures, in bytes.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// Reads the file of known failures.
///
/// # Errors
/// Returns an error if it cannot be read, or what is wrong with it.
pub fn read(path: &Path) -> Result<Baseline, String> {
    let text = files::text(path, MAX_BYTES).map_err(|error| files::not_read(path, &error))?;
    Baseline::read(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn today() -> NaiveDate {
    chrono::DateTime::<Utc>::from(std::time::SystemTime::now()).date_naive()
}

fn write(path: &Path, baseline: &Baseline) -> Result<(), String> {
    let cannot = |error: &dyn Display| files::not_written(path, &error);
    let text = baseline.write().map_err(|error| cannot(&error))?;
    files::write_whole(path, &text).map_err(|error| cannot(&error))
}
