//! Findings: what is wrong, where, and what to do about it.
//!
//! Everything that a user has to fix (a spec, a case file, a command line) is reported as a [`Finding`], so that it
//! looks the same everywhere.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::span::Place;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be generated or sent until it is fixed.
    Error,
    /// The page (or its transcription) is doubtful; work continues.
    Warning,
}

/// A problem in a spec, a page, a case file or a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the finding stops the work.
    pub severity: Severity,
    /// The rule that found it, for `acknowledged` and for the documentation: `unknown-key`, `example-breaks-rule`…
    pub id: &'static str,
    /// One sentence without a full stop.
    pub title: String,
    /// The place in a file; `None` if there is none.
    pub place: Option<Place>,
    /// The text under the caret.
    pub label: String,
    /// What the user can do about it.
    pub help: Vec<String>,
}

impl Finding {
    /// Creates a finding that stops the work.
    pub fn error(id: &'static str, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            id,
            title: title.into(),
            place: None,
            label: String::new(),
            help: Vec::new(),
        }
    }

    /// Creates a finding that does not stop the work.
    pub fn warning(id: &'static str, title: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, title) }
    }

    /// Sets the place of the finding.
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// Creates the finding about an unknown name. Its help gives the nearest known name, or lists all known names.
    pub fn unknown_name<'a>(
        kind: &str,
        name: &str,
        place: &Place,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let finding = Self::error("unknown-name", format!("unknown {kind} `{name}`")).at(place);
        match did_you_mean(name, known.iter().copied()) {
            Some(near) => finding.help(format!("a similar name exists: `{near}`")),
            None if known.is_empty() => finding,
            None => finding.help(format!("valid names: {}", known.join(", "))),
        }
    }

    /// Sets the text under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a line of help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Renders the finding as text: title, `file:line:column`, the source line with a caret, and the help.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&self.title).id(self.id);
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut group = match &self.place {
            None => Group::with_title(title),
            Some(place) => {
                let annotation = AnnotationKind::Primary.span(place.span.start..place.span.end);
                let annotation = match self.label.as_str() {
                    "" => annotation,
                    label => annotation.label(label),
                };
                title.element(
                    Snippet::source(&place.source.text).path(&place.source.name).annotation(annotation),
                )
            }
        };
        for help in &self.help {
            group = group.element(Level::HELP.message(help));
        }
        groups.push(group);
        let renderer = match colour {
            true => Renderer::styled(),
            false => Renderer::plain(),
        };
        renderer.decor_style(DecorStyle::Ascii).render(&groups)
    }
}

/// Returns the candidate that `typed` was probably meant to be, if one is near enough.
pub fn did_you_mean<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = typed.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.chars().count().min(typed.chars().count()) / 4
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns `true` if any of the findings stops the work.
pub fn any_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_similar_names_are_suggested() {
        let keys = ["length", "characters", "required", "type"];
        assert_eq!(did_you_mean("lenght", keys), Some("length"));
        assert_eq!(did_you_mean("Requird", keys), Some("required"));
        assert_eq!(did_you_mean("typ", keys), Some("type"));
        assert_eq!(did_you_mean("colour", keys), None);
    }
}
