//! Broken promises that no edit of a spec can express: what a mutant of the server does.

use super::auth::AuthCheck;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::path::Path;

/// A broken promise.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// A rule is not checked.
    Skipped {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
        /// The rule, or the part of it.
        breach: Part,
        /// The condition under which the rule is not checked.
        condition: Condition,
    },
    /// Only a part of a text or a list is checked.
    PartChecked {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
        /// The part.
        part: Portion,
    },
    /// White space around a value is removed before the value is checked.
    Trimmed {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
    /// The beginning of a listed value is accepted.
    ByPrefix {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
    /// Some input makes the server fail.
    Crash {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
        /// The input.
        odd: Odd,
    },
    /// Some input is rejected with a code that is in no table.
    Stray {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
        /// The input.
        odd: Odd,
    },
    /// Other calls proceed between the check of a unique value and its entry.
    Racy(String),
    /// A rejected call takes its unique values.
    TakenByRejection(String),
    /// An update does not take its new unique value.
    NewNotTaken(String),
    /// An update does not free the old unique value.
    OldNotFreed(String),
    /// The id of a removed entity is still accepted.
    RemovedAccepted(String),
    /// A parameter has no effect.
    NoEffect {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
    /// A response element has a value that breaks its rule.
    ElementBroken {
        /// The operation.
        operation: String,
        /// The path of the element.
        path: String,
        /// The value.
        value: Json,
    },
    /// A rejected call has its effect all the same.
    EffectOfRejection(String),
    /// Every response has the same request id.
    RequestIdRepeats,
    /// Error responses lack a member.
    RejectionLacks(&'static str),
    /// Responses lack the protocol's envelope.
    NoEnvelope,
    /// Error responses are HTML.
    HtmlRejections,
    /// Error responses lack what distinguishes them from successes.
    NotMarked,
    /// Error responses name another parameter than the one at fault.
    NamesAnother,
    /// Error responses report a further fault, of a valid value.
    BlamesAnother,
    /// Placeholders of messages are not filled.
    NotFilled,
    /// Error responses have this status.
    RejectionStatus(u16),
    /// A parameter that the page does not list is ignored, although a row covers it.
    UnlistedAccepted,
    /// The operation's name is not checked.
    AnyAction,
    /// The version is not checked.
    AnyVersion,
    /// A check of signatures is left out.
    NotChecked(AuthCheck),
    /// A body that cannot be read is treated as a call that succeeds.
    UnreadableAccepted,
}

/// The condition under which a rule is skipped.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Always.
    Always,
    /// A parameter is absent.
    Absent(String),
    /// A parameter is present.
    Present(String),
    /// A parameter has this value.
    Is(String, Json),
}

impl Condition {
    /// Returns `true` if a call meets the condition.
    pub fn is_met(&self, parameters: &[(String, Json)]) -> bool {
        let value = |place: &str| Path::read(place).and_then(|at| at.sent(parameters));
        match self {
            Self::Always => true,
            Self::Absent(name) => value(name).is_none(),
            Self::Present(name) => value(name).is_some(),
            Self::Is(name, wanted) => value(name) == Some(wanted),
        }
    }
}

/// The part of a text or a list that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portion {
    /// The first character or member.
    First,
    /// The last character or member.
    Last,
    /// All but the first.
    AllButFirst,
    /// All but the last.
    AllButLast,
}

impl Portion {
    /// Every part with its name.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::First, "only the first"),
        (Self::Last, "only the last"),
        (Self::AllButFirst, "all but the first"),
        (Self::AllButLast, "all but the last"),
    ];

    /// Returns this part of a text or a list.
    pub fn of<T: Clone>(self, all: &[T]) -> Vec<T> {
        match self {
            Self::First => all.first().into_iter().cloned().collect(),
            Self::Last => all.last().into_iter().cloned().collect(),
            Self::AllButFirst => all.iter().skip(1).cloned().collect(),
            Self::AllButLast => all[..all.len().saturating_sub(1)].to_vec(),
        }
    }
}

/// Input on which implementations stumble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// NUL.
    Nul,
    /// A single quote.
    Quote,
    /// An opening angle bracket.
    Markup,
    /// An opening brace.
    Template,
    /// A character beyond the Basic Multilingual Plane.
    Emoji,
    /// More than 500 characters.
    Long,
}

impl Odd {
    /// Every kind with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Nul, "NUL"),
        (Self::Quote, "a quote"),
        (Self::Markup, "markup"),
        (Self::Template, "a template"),
        (Self::Emoji, "an emoji"),
        (Self::Long, "a long text"),
    ];

    /// Returns `true` if a value is of this kind.
    pub fn is(self, value: &Json) -> bool {
        match value {
            Json::Text(text) => match self {
                Self::Nul => text.contains('\0'),
                Self::Quote => text.contains('\''),
                Self::Markup => text.contains('<'),
                Self::Template => text.contains('{'),
                Self::Emoji => text.chars().any(|character| u32::from(character) > 0xffff),
                Self::Long => text.len() > 500,
            },
            Json::List(items) => items.iter().any(|item| self.is(item)),
            _ => false,
        }
    }
}
