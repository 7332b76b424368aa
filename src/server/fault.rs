//! Broken promises that no edit of a spec can say: what a mutant of the server does.

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
        /// When.
        condition: Condition,
    },
    /// Only a part of a text or a list is checked.
    PartChecked {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
        /// Which part.
        part: Portion,
    },
    /// White space around a value is cut off before it is checked.
    Trimmed {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
    /// The beginning of a listed value will do.
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
        /// Which input.
        odd: Odd,
    },
    /// Some input is refused with a code that no table has.
    Stray {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
        /// Which input.
        odd: Odd,
    },
    /// Between the check of a unique value and its entry, other calls go on.
    Racy(String),
    /// A refused call takes its unique values.
    TakenByRefusal(String),
    /// An update does not take its new unique value.
    NewNotTaken(String),
    /// An update does not give the old unique value back.
    OldNotFreed(String),
    /// The id of a removed entity is still taken.
    RemovedAccepted(String),
    /// A parameter has no effect.
    NoEffect {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
    /// A refused call has its effect all the same.
    EffectOfRefusal(String),
    /// Every answer has the same request id.
    RequestIdRepeats,
    /// A member of refusals is not there.
    RefusalLacks(&'static str),
    /// Answers come without the protocol's envelope.
    NoEnvelope,
    /// Refusals come as HTML.
    HtmlRefusals,
    /// Refusals have this status.
    RefusalStatus(u16),
    /// A parameter that the page does not list is passed over, though a row answers it.
    UnlistedAccepted,
    /// The operation's name is not looked at.
    AnyAction,
    /// The version is not looked at.
    AnyVersion,
    /// A check of signatures is left out.
    NotChecked(AuthCheck),
    /// A body that cannot be read is taken for a call that succeeds.
    UnreadableAccepted,
}

/// When a rule is skipped.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Always.
    Always,
    /// While a parameter is absent.
    Absent(String),
    /// While it is present.
    Present(String),
    /// While it has this value.
    Is(String, Json),
}

impl Condition {
    /// Whether a call meets it.
    pub fn met(&self, parameters: &[(String, Json)]) -> bool {
        let value = |place: &str| Path::read(place).and_then(|at| at.sent(parameters));
        match self {
            Self::Always => true,
            Self::Absent(name) => value(name).is_none(),
            Self::Present(name) => value(name).is_some(),
            Self::Is(name, wanted) => value(name) == Some(wanted),
        }
    }
}

/// What is checked of a text or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portion {
    /// The first character or member.
    First,
    /// The last one.
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

    /// That part of something.
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
    /// Something beyond the Basic Multilingual Plane.
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

    /// Whether a value is of the kind.
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
