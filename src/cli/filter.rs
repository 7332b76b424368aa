//! Filters: the cases that the user asks for.

use std::fmt;

use crate::project::operation_of;

/// The cases that a command line names; all cases if it names none.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    words: Vec<Word>,
}

/// One word of a filter.
#[derive(Debug, Clone)]
pub struct Word {
    typed: String,
    /// The operation whose cases it names. Without one, it names the cases whose ids contain it.
    operation: Option<String>,
}

impl Word {
    fn new(typed: &str, is_operation: impl Fn(&str) -> bool) -> Self {
        let operation = operation_of(typed, is_operation).map(str::to_owned);
        Self { typed: typed.to_owned(), operation }
    }

    /// Returns `true` if it names the case with this id.
    pub fn selects(&self, id: &str) -> bool {
        let Some(operation) = &self.operation else { return id.contains(&self.typed) };
        // The name of an operation may be the beginning of another one's.
        let is_of_it = id.strip_prefix(operation.as_str()).is_some_and(|rest| rest.starts_with('/'));
        is_of_it && id.starts_with(&self.typed)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

impl Filter {
    /// Creates a filter. A word that is the name of an operation, or begins with one and a slash, names cases of that
    /// operation. Any other word names the cases whose ids contain it.
    pub fn new(typed: &[String], is_operation: impl Fn(&str) -> bool) -> Self {
        Self { words: typed.iter().map(|typed| Word::new(typed, &is_operation)).collect() }
    }

    /// Returns `true` if it names every case.
    pub fn is_all(&self) -> bool {
        self.words.is_empty()
    }

    /// Returns `true` if it names the case with this id.
    pub fn selects(&self, id: &str) -> bool {
        self.is_all() || self.words.iter().any(|word| word.selects(id))
    }

    /// Returns the operations whose cases it names; `None` if it may name cases of any operation.
    pub fn operations(&self) -> Option<Vec<&str>> {
        match self.is_all() {
            true => None,
            false => self.words.iter().map(|word| word.operation.as_deref()).collect(),
        }
    }

    /// Returns the first word that names none of these ids.
    pub fn unselective(&self, ids: impl Iterator<Item = impl AsRef<str>>) -> Option<&Word> {
        let mut left: Vec<&Word> = self.words.iter().collect();
        for id in ids {
            if left.is_empty() {
                break;
            }
            left.retain(|word| !word.selects(id.as_ref()));
        }
        left.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 5] = [
        "Create/call/required",
        "Create/Name/length/1",
        "CreateAll/Name/length/1",
        "me/b/Drop/Name/length/1",
        "Recreate/Create/required/absent",
    ];

    fn selected(typed: &str) -> Vec<&'static str> {
        let known = |name: &str| ["Create", "CreateAll", "me/b/Drop", "Recreate"].contains(&name);
        let filter = Filter::new(&[typed.to_owned()], known);
        IDS.into_iter().filter(|id| filter.selects(id)).collect()
    }

    #[test]
    fn operation_name_selects_only_its_cases() {
        assert_eq!(selected("Create"), ["Create/call/required", "Create/Name/length/1"]);
        assert_eq!(selected("Create/"), ["Create/call/required", "Create/Name/length/1"]);
        assert_eq!(selected("Create/Name/len"), ["Create/Name/length/1"]);
        assert_eq!(selected("me/b/Drop"), ["me/b/Drop/Name/length/1"]);
        assert_eq!(selected("Drop"), ["me/b/Drop/Name/length/1"]);
        assert_eq!(selected("Name/length").len(), 3);
        assert_eq!(selected("reate").len(), 4);
    }

    #[test]
    fn only_a_filter_of_operation_names_limits_the_operations() {
        let operations = |typed: &[&str]| {
            let typed: Vec<String> = typed.iter().map(ToString::to_string).collect();
            let filter = Filter::new(&typed, |name| name == "Create");
            filter.operations().map(|names| names.len())
        };
        assert_eq!(operations(&[]), None);
        assert_eq!(operations(&["Create", "Create/Name"]), Some(2));
        assert_eq!(operations(&["Create", "length"]), None);
    }

    #[test]
    fn word_that_selects_nothing_is_reported() {
        let typed = ["Create/Name", "nonesuch"].map(str::to_owned);
        let filter = Filter::new(&typed, |name| name == "Create");
        assert_eq!(filter.unselective(IDS.iter()).map(ToString::to_string).as_deref(), Some("nonesuch"));
        assert!(Filter::new(&typed[..1], |_| false).unselective(IDS.iter()).is_none());
    }
}
