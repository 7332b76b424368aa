//! Known failures, each with a reason, so that a run fails only for new ones.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::event::Compared;

/// A file of known failures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The failures.
    #[serde(default)]
    pub known: Vec<KnownFailure>,
}

/// A known failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KnownFailure {
    /// The case's id, or a prefix followed by `/*` for all cases below it.
    pub case: String,
    /// The reason why the failure is left as it is.
    pub reason: String,
    /// The ticket in which the failure is dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The day on which the failure was first seen.
    #[serde(default, deserialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// The last day on which the case may fail.
    #[serde(default, deserialize_with = "day", skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// Reads a date, given as a string or as a TOML date.
fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    match toml::Value::deserialize(from)? {
        toml::Value::String(text) => Ok(Some(text)),
        toml::Value::Datetime(date) => Ok(Some(date.to_string())),
        other => {
            Err(D::Error::custom(format!("expected a date, e.g. 2027-01-31, found {}", other.type_str())))
        }
    }
}

impl KnownFailure {
    /// Returns the judged cases that this entry covers, with `true` for those that failed.
    fn judged_cases<'r>(&self, judged: &BTreeMap<&'r str, bool>) -> Vec<(&'r str, bool)> {
        let below = self.case.strip_suffix("/*").map(|prefix| format!("{prefix}/"));
        match below {
            Some(below) => {
                let from = judged.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
                from.take_while(|(id, _)| id.starts_with(&below)).map(|(id, failed)| (*id, *failed)).collect()
            }
            None => judged
                .get_key_value(self.case.as_str())
                .map(|(id, failed)| (*id, *failed))
                .into_iter()
                .collect(),
        }
    }

    /// Returns `true` if this entry is a group and some of its cases were not judged.
    fn is_open(&self, judged: &BTreeMap<&str, bool>, all: &BTreeSet<&str>) -> bool {
        let Some(below) = self.case.strip_suffix("/*").map(|prefix| format!("{prefix}/")) else {
            return false;
        };
        let from = all.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
        from.take_while(|id| id.starts_with(&below)).any(|id| !judged.contains_key(id))
    }

    /// Returns `true` if this entry covers the case.
    pub fn is_about(&self, id: &str) -> bool {
        match self.case.strip_suffix("/*") {
            Some(prefix) => id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')),
            None => self.case == id,
        }
    }
}

/// An error in a file of known failures.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file does not have the form of a baseline.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// A date is invalid.
    #[error("known failure {case}: invalid date {date}; write year, month and day, e.g. 2027-01-31")]
    Date {
        /// The case of the entry.
        case: String,
        /// The invalid date.
        date: String,
    },
}

impl Baseline {
    /// Reads a baseline from TOML.
    ///
    /// # Errors
    /// Returns an error if the text is not a baseline or contains an invalid date.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let baseline: Self = toml::from_str(text)?;
        for known in &baseline.known {
            for date in [&known.first_seen, &known.expires].into_iter().flatten() {
                if date.parse::<NaiveDate>().is_err() {
                    return Err(ReadError::Date { case: known.case.clone(), date: date.clone() });
                }
            }
        }
        Ok(baseline)
    }

    /// Returns the baseline as the text of a TOML file.
    ///
    /// # Errors
    /// Returns the error of the TOML serialiser.
    pub fn write(&self) -> Result<String, toml::ser::Error> {
        const HEAD: &str = "# Known failures. Each needs a reason; one that passes again, or is past `expires`, fails the run.\n\n";
        Ok(format!("{HEAD}{}", toml::to_string(self)?))
    }

    /// Compares judged cases (id, and `true` if the case failed) with the known failures; `all` holds the ids of all
    /// existing cases. Entries whose cases did not run in this run are neither confirmed nor reported. A group passes
    /// again only if all of its cases pass.
    pub fn compare<'r>(
        &self,
        judged: impl Iterator<Item = (&'r str, bool)>,
        all: &BTreeSet<&str>,
        today: NaiveDate,
    ) -> Compared {
        let mut compared = Compared::default();
        let judged: BTreeMap<&str, bool> = judged.collect();
        for known in &self.known {
            let reached = known.judged_cases(&judged);
            if reached.is_empty() {
                continue;
            }
            let failing: Vec<&str> =
                reached.into_iter().filter(|(_, failed)| *failed).map(|(id, _)| id).collect();
            let last_day = known.expires.as_ref().and_then(|date| date.parse::<NaiveDate>().ok());
            match (failing.is_empty(), last_day) {
                (true, _) if known.is_open(&judged, all) => {}
                (true, _) => compared.passing.push(known.case.clone()),
                (false, Some(last)) if today > last => {
                    compared.expired.insert(known.case.clone(), last.to_string());
                }
                _ => {
                    let ids = failing.into_iter().map(|id| (id.to_owned(), known.reason.clone()));
                    compared.known.extend(ids);
                }
            }
        }
        compared
    }

    /// Returns the baseline updated by this run: new failures are added, entries that pass again are removed, and
    /// entries whose cases did not run stay. Expired entries stay too: their deadline was set by a person, and only a
    /// person should change it.
    #[must_use]
    pub fn updated<'r>(
        &self,
        judged: impl Iterator<Item = (&'r str, bool)> + Clone,
        all: &BTreeSet<&str>,
        today: NaiveDate,
    ) -> Self {
        let passing = self.compare(judged.clone(), all, today).passing;
        let mut known: Vec<KnownFailure> =
            self.known.iter().filter(|known| !passing.contains(&known.case)).cloned().collect();
        let names: HashSet<String> = known.iter().map(|known| known.case.clone()).collect();
        // `A/b/c` is known under its own id or through one of the groups above it.
        let is_known = |id: &str| {
            let groups = id.match_indices('/').map(|(end, _)| format!("{}/*", &id[..end]));
            names.contains(id) || groups.into_iter().any(|group| names.contains(&group))
        };
        for (id, _) in judged.filter(|(_, failed)| *failed) {
            if !is_known(id) {
                known.push(KnownFailure {
                    case: id.to_owned(),
                    reason: "not looked at yet".to_owned(),
                    ticket: None,
                    first_seen: Some(today.to_string()),
                    expires: None,
                });
            }
        }
        Self { known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
[[known]]
case = 'Add/Name/length/13'
reason = 'by design'
ticket = 'X-1'
[[known]]
case = 'Add/Title/*'
reason = 'old titles'
expires = '2026-12-31'
[[known]]
case = 'Get/id'
reason = 'elsewhere'
";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Returns the ids of all cases.
    fn all() -> BTreeSet<&'static str> {
        let ids = ["Add/Name/length/13", "Add/Title/values/CEO", "Add/Title/values/Other", "Get/id"];
        ids.into_iter().collect()
    }

    #[test]
    fn only_new_failures_fail_and_unjudged_entries_are_ignored() {
        let baseline = Baseline::read(TEXT).unwrap();
        let judged = [
            ("Add/Name/length/13", true),
            ("Add/Title/values/CEO", true),
            ("Add/TitleX", true),
            ("Add/Name/a", false),
        ];
        let compared = baseline.compare(judged.into_iter(), &all(), day("2026-12-31"));
        assert_eq!(compared.known.keys().collect::<Vec<_>>(), ["Add/Name/length/13", "Add/Title/values/CEO"]);
        assert!(!compared.is_outdated());
    }

    #[test]
    fn entries_that_pass_again_or_have_expired_are_reported() {
        let baseline = Baseline::read(TEXT).unwrap();
        let judged = [("Add/Name/length/13", false), ("Add/Title/values/CEO", true)];
        let compared = baseline.compare(judged.into_iter(), &all(), day("2027-01-01"));
        assert_eq!(compared.passing, ["Add/Name/length/13"]);
        assert_eq!(compared.expired["Add/Title/*"], "2026-12-31");
        assert!(compared.known.is_empty());
    }

    #[test]
    fn group_passes_again_only_if_all_its_cases_pass() {
        let baseline = Baseline::read(TEXT).unwrap();
        let today = day("2026-12-01");
        let part = [("Add/Title/values/CEO", false)];
        assert!(baseline.compare(part.into_iter(), &all(), today).passing.is_empty(), "one was not judged");
        assert_eq!(baseline.updated(part.into_iter(), &all(), today), baseline, "and nothing is struck");
        let whole = [("Add/Title/values/CEO", false), ("Add/Title/values/Other", false)];
        assert_eq!(baseline.compare(whole.into_iter(), &all(), today).passing, ["Add/Title/*"]);
        assert_eq!(baseline.updated(whole.into_iter(), &all(), today).known.len(), 2);
        let broken = [("Add/Title/values/CEO", true), ("Add/Title/values/Other", false)];
        assert_eq!(baseline.compare(broken.into_iter(), &all(), today).known.len(), 1);
    }

    #[test]
    fn expired_entries_stay_expired() {
        let baseline = Baseline::read(TEXT).unwrap();
        let judged = [("Add/Title/values/CEO", true)];
        let updated = baseline.updated(judged.into_iter(), &all(), day("2027-01-01"));
        assert_eq!(updated, baseline);
        assert!(updated.compare(judged.into_iter(), &all(), day("2027-01-01")).is_outdated());
    }

    #[test]
    fn expiry_date_is_string_or_toml_date() {
        let read = |day: &str| {
            Baseline::read(&format!("[[known]]\ncase = 'a'\nreason = 'b'\nexpires = {day}"))
                .map(|read| read.known)
        };
        assert_eq!(read("2027-01-31").unwrap(), read("'2027-01-31'").unwrap());
        for wrong in ["2027-01-31T10:00:00Z", "10:00:00", "20270131", "true"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn same_run_passes_with_updated_baseline() {
        let baseline = Baseline::read(TEXT).unwrap();
        let judged = [("Add/Name/length/13", false), ("Add/New", true)];
        let updated = baseline.updated(judged.into_iter(), &all(), day("2026-11-25"));
        let cases: Vec<&str> = updated.known.iter().map(|known| known.case.as_str()).collect();
        assert_eq!(cases, ["Add/Title/*", "Get/id", "Add/New"]);
        let again = Baseline::read(&updated.write().unwrap()).unwrap();
        assert_eq!(again, updated);
        assert!(!again.compare(judged.into_iter(), &all(), day("2026-11-25")).is_outdated());
    }

    #[test]
    fn error_message_explains_an_invalid_file() {
        assert!(Baseline::read("[[known]]\ncase = 'a'").is_err(), "a reason is missing");
        assert!(Baseline::read("[[known]]\ncase = 'a'\nreason = 'b'\nexpires = 'soon'").is_err());
        assert!(Baseline::read("[[knwon]]\n").is_err());
    }
}
