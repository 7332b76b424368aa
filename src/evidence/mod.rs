//! Evidence: what a run has shown of each promise of a page, and what it has not. Only this module decides that.
//!
//! The cases of a run are observations, and a page lists what each promise needs (`evidence::page`). Together they give one of
//! six states. Every report, the JSON, `check --rows` and the harness take the state from here.

mod page;
mod texts;

use std::collections::HashMap;

use crate::event::{CaseResult, ElementLine, ErrorLine, Expected, Page, ParameterRow, PromiseLine, Side};
use crate::judge::{Kind, Verdict};

pub use page::{element_lines, page};
pub use texts::Texts;

/// Reason why an error row was not tested, if no other reason is known.
pub const NO_CASE: &str = "no case of this run expects it";

/// The state of a promise after a run: the first in this order that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A response contradicts it.
    Broken,
    /// The requests that would show it were sent, but their responses show nothing.
    Unproven,
    /// The requests that would show it were not sent.
    NotTested,
    /// The page does not specify the response.
    Unspecified,
    /// All requests that show it were sent, and the responses are as the page says.
    Holds,
    /// No rule was transcribed from the sentence.
    NotCovered,
}

impl State {
    /// All states, in order of precedence.
    pub const ALL: [Self; 6] =
        [Self::Broken, Self::Unproven, Self::NotTested, Self::Unspecified, Self::Holds, Self::NotCovered];

    /// Returns its word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Unproven => "unproven",
            Self::NotTested => "not tested",
            Self::Unspecified => "unspecified",
            Self::Holds => "holds",
            Self::NotCovered => "not covered",
        }
    }
}

/// Number of promises in each state, indexed by [`State`].
pub type Tally = [usize; 6];

/// The part of a page that makes a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromiseSource {
    /// A row of the parameter table, or a sentence about a parameter.
    Sentence,
    /// A row of the operation's own error table.
    Row,
    /// A row that all operations of a service share.
    SharedRow,
    /// A response element.
    Element,
}

/// A promise of a page, and what was observed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedPromise<'p> {
    /// The part of the page that makes it.
    pub kind: PromiseSource,
    /// The parameter, the codes of the row, or the path of the element.
    pub name: String,
    /// Place in the spec.
    pub place: &'p str,
    /// What was observed of it.
    pub status: PromiseStatus,
}

/// The state of a promise, and the cases about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseStatus {
    /// Its state.
    pub state: State,
    /// Number of cases about it.
    pub cases: usize,
    /// Number of these cases that contradict it.
    pub against: usize,
    /// Number of these cases that keep it, but differ from another target.
    pub other: usize,
    /// Reason for the state, if the state alone does not say.
    pub why: Option<String>,
}

impl PromiseStatus {
    fn of(state: State, why: Option<String>) -> Self {
        Self { state, cases: 0, against: 0, other: 0, why }
    }
}

/// What is kept of a case: a run may have 100,000 cases. Texts are numbers of [`Texts`].
#[derive(Debug, Clone)]
struct Observation {
    /// What it expects.
    expected: Expected,
    /// What it shows.
    shows: Outcome,
    /// Whether the page alone would let the case pass.
    other_only: bool,
    /// The promises that it is about: rule and place.
    about: Box<[(u32, u32)]>,
    /// The places of the rows that may be returned.
    rows: Box<[u32]>,
    /// The places of the rows that the response matches exactly.
    received: Box<[u32]>,
    /// The promises that it contradicts: rule and place.
    against: Box<[(u32, u32)]>,
    /// Whether the mismatch is that the call is accepted, or rejected by the wrong row.
    is_about_the_call: bool,
    /// Reason why it shows nothing.
    why: u32,
}

/// The result of a case for the promise that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The call was accepted or rejected as expected.
    Met,
    /// The call was not accepted or rejected as expected.
    NotMet,
    /// Nothing, because it could not be judged, or valid calls were rejected as well.
    Nothing,
    /// Nothing, because it was left out on purpose.
    LeftOut,
}

/// A service and its operation.
type Operation = (u32, u32);

/// The observations of a run.
#[derive(Debug, Default)]
pub struct Evidence {
    operations: HashMap<Operation, OperationEvidence>,
    texts: Texts,
}

/// The observations of one operation.
#[derive(Debug, Default)]
struct OperationEvidence {
    all: Vec<Observation>,
    /// Indices of the observations that concern each place.
    by_place: HashMap<u32, Vec<usize>>,
    /// Number of cases in which a response element, given by its path, had a value.
    elements: HashMap<u32, usize>,
    /// Number of accepted calls, whose elements could be observed.
    accepted: usize,
}

impl Evidence {
    /// Adds the result of a case.
    pub fn add(&mut self, result: &CaseResult) {
        let texts = &mut self.texts;
        let key = (texts.number(&result.service), texts.number(&result.operation));
        let observation = observation(result, texts);
        let of = self.operations.entry(key).or_default();
        for path in &result.observed.elements {
            *of.elements.entry(texts.number(path)).or_default() += 1;
        }
        of.accepted += usize::from(result.observed.accepted == Some(true));
        let about = observation.about.iter().chain(&observation.against).map(|(_, place)| *place);
        let mut places: Vec<u32> = about.chain(observation.rows.iter().copied()).collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            of.by_place.entry(place).or_default().push(of.all.len());
        }
        of.all.push(observation);
    }

    fn of(&self, page: &Page) -> Option<&OperationEvidence> {
        let key = (self.texts.get(&page.service)?, self.texts.get(&page.operation)?);
        self.operations.get(&key)
    }

    fn observations_at(&self, page: &Page, place: &str) -> Vec<&Observation> {
        let found = || {
            let of = self.of(page)?;
            let places = of.by_place.get(&self.texts.get(place)?)?;
            Some(places.iter().map(|number| &of.all[*number]).collect())
        };
        found().unwrap_or_default()
    }

    /// Returns the state of the promises at a place of a parameter: the first of them in the order of states.
    pub fn sentence(&self, page: &Page, row: &ParameterRow, place: &str) -> PromiseStatus {
        let lines: Vec<&PromiseLine> = row.promises.iter().filter(|line| line.place == place).collect();
        let observations = self.observations_at(page, place);
        let place = self.texts.get(place);
        let contradicts =
            |observation: &Observation| observation.against.iter().any(|(_, at)| Some(*at) == place);
        let (cases, other) =
            (observations.len(), observations.iter().filter(|observation| observation.other_only).count());
        let against = observations
            .iter()
            .filter(|observation| contradicts(observation) && !observation.other_only)
            .count();
        let status = |status: PromiseStatus| PromiseStatus { cases, against, other, ..status };
        if against > 0 {
            return status(PromiseStatus::of(State::Broken, None));
        }
        let states = lines.iter().map(|line| self.promise(line, &observations));
        match states.min_by_key(|status| status.state) {
            Some(first) => status(first),
            None => status(PromiseStatus::of(State::NotCovered, None)),
        }
    }

    /// Returns the state of one promise that no response contradicts.
    fn promise(&self, line: &PromiseLine, observations: &[&Observation]) -> PromiseStatus {
        let rule = self.texts.get(&line.rule);
        let is_about = |observation: &&&Observation| {
            observation.about.len() == 1 && observation.about.iter().any(|(about, _)| Some(*about) == rule)
        };
        let about: Vec<&Observation> = observations.iter().filter(is_about).copied().collect();
        let is_certain = |observation: &&&Observation| observation.expected != Expected::Silent;
        let nothing =
            about.iter().filter(is_certain).find(|observation| observation.shows == Outcome::Nothing);
        if let Some(nothing) = nothing {
            return PromiseStatus::of(State::Unproven, Some(self.texts.text(nothing.why).to_owned()));
        }
        let unmet = about.iter().filter(is_certain).find(|observation| observation.shows == Outcome::NotMet);
        if unmet.is_some_and(|observation| !observation.other_only) {
            return PromiseStatus::of(State::Unproven, Some("its cases fail for another promise".to_owned()));
        }
        let left_out =
            about.iter().filter(is_certain).find(|observation| observation.shows == Outcome::LeftOut);
        for side in &line.needs {
            let is_seen = about.iter().any(|observation| {
                observation.shows == Outcome::Met && side_of(observation.expected) == Some(*side)
            });
            if !is_seen {
                let why = left_out.map(|observation| self.texts.text(observation.why).to_owned());
                let why = why.or_else(|| Some(format!("no case of this run {}", side.in_words())));
                return PromiseStatus::of(State::NotTested, why);
            }
        }
        match (line.needs.is_empty(), line.is_open) {
            (false, _) => PromiseStatus::of(State::Holds, None),
            (true, true) => PromiseStatus::of(State::Unspecified, line.why_not.clone()),
            (true, false) => PromiseStatus::of(State::NotTested, line.why_not.clone()),
        }
    }

    /// Returns the state of an error row. It holds only if a case that expects it received exactly this row.
    pub fn row(&self, page: &Page, line: &ErrorLine) -> PromiseStatus {
        let observations = self.observations_at(page, &line.place);
        let place = self.texts.get(&line.place);
        let named = |observation: &&&Observation| observation.rows.iter().any(|row| Some(*row) == place);
        let is_against = |observation: &&&Observation| {
            let is_only = observation.rows.len() == 1 && named(observation) && observation.is_about_the_call;
            let is_named = observation.against.iter().any(|(_, at)| Some(*at) == place);
            !observation.other_only && (is_named || (is_only && observation.shows == Outcome::NotMet))
        };
        let bound: Vec<&Observation> = observations.iter().filter(named).copied().collect();
        let against = observations.iter().filter(is_against).count();
        let other = observations.iter().filter(|observation| observation.other_only).count();
        let received = |observation: &&Observation| {
            observation.shows == Outcome::Met && observation.received.iter().any(|row| Some(*row) == place)
        };
        let nothing = bound.iter().find(|observation| observation.shows == Outcome::Nothing);
        let left_out = bound.iter().find(|observation| observation.shows == Outcome::LeftOut);
        let text = |observation: &&Observation| self.texts.text(observation.why).to_owned();
        let (state, why) = match () {
            () if against > 0 => (State::Broken, None),
            () if bound.iter().any(received) => (State::Holds, None),
            () if nothing.is_some() => (State::Unproven, nothing.map(text)),
            () if left_out.is_some() => (State::NotTested, left_out.map(text)),
            () if !bound.is_empty() => {
                (State::NotTested, Some("its cases returned another row that the page allows".to_owned()))
            }
            () => {
                let why = line.why_not.clone();
                (State::NotTested, why.or_else(|| Some(NO_CASE.to_owned())))
            }
        };
        PromiseStatus { state, cases: observations.len(), against, other, why }
    }

    /// Returns the state of a response element. It holds only if it was present with a value of its own.
    pub fn element(&self, page: &Page, line: &ElementLine) -> PromiseStatus {
        let observations = self.observations_at(page, &line.place);
        let against = observations.iter().filter(|observation| !observation.other_only).count();
        let Some(of) = self.of(page) else {
            return PromiseStatus::of(
                State::NotTested,
                Some("no case of this run calls the operation".to_owned()),
            );
        };
        let seen = self.texts.get(&line.path).and_then(|path| of.elements.get(&path)).copied();
        let (state, why) = match (against, seen, of.accepted) {
            (1.., ..) => (State::Broken, None),
            (_, Some(_), _) => (State::Holds, None),
            (_, None, 0) if of.all.iter().any(|observation| observation.shows == Outcome::Nothing) => {
                (State::Unproven, Some("no call of the operation was accepted".to_owned()))
            }
            (_, None, 0) => (State::NotTested, Some("no call of the operation was accepted".to_owned())),
            (_, None, _) => (State::NotTested, Some("it was only ever absent, null or empty".to_owned())),
        };
        PromiseStatus { state, cases: seen.unwrap_or(0).max(against), against, other: 0, why }
    }

    /// Returns every promise of a page with what was observed of it: the parameter table, sentences with a place of
    /// their own, sentences without a transcribed rule, error rows, and response elements.
    pub fn promises<'p>(&self, page: &'p Page) -> Vec<ObservedPromise<'p>> {
        let mut all = Vec::new();
        for row in &page.parameters {
            let is_own = row.promises.iter().any(|line| line.place == row.place);
            let own = is_own.then_some(row.place.as_str());
            let apart = row.separate_sentences().map(|sentence| sentence.place.as_str());
            for place in own.into_iter().chain(apart) {
                let status = self.sentence(page, row, place);
                all.push(ObservedPromise {
                    kind: PromiseSource::Sentence,
                    name: row.name.clone(),
                    place,
                    status,
                });
            }
            for sentence in row.sentences.iter().filter(|sentence| !sentence.is_covered) {
                let status = PromiseStatus::of(State::NotCovered, Some(sentence.text.clone()));
                let place = sentence.place.as_str();
                all.push(ObservedPromise {
                    kind: PromiseSource::Sentence,
                    name: row.name.clone(),
                    place,
                    status,
                });
            }
        }
        for line in &page.errors {
            let kind = if line.own { PromiseSource::Row } else { PromiseSource::SharedRow };
            let (name, status) = (line.codes.join("/"), self.row(page, line));
            all.push(ObservedPromise { kind, name, place: &line.place, status });
        }
        for line in &page.elements {
            let (name, status) = (line.path.clone(), self.element(page, line));
            all.push(ObservedPromise { kind: PromiseSource::Element, name, place: &line.place, status });
        }
        all
    }

    /// Returns the number of promises of a page in each state. Rows that all operations of a service share are not
    /// counted.
    pub fn tally(&self, page: &Page) -> Tally {
        let mut tally = Tally::default();
        let own = self.promises(page).into_iter().filter(|promise| promise.kind != PromiseSource::SharedRow);
        own.for_each(|promise| tally[promise.status.state as usize] += 1);
        tally
    }
}

fn side_of(expected: Expected) -> Option<Side> {
    match expected {
        Expected::Accept | Expected::AcceptOr => Some(Side::Accepted),
        Expected::Reject | Expected::OneAccepted => Some(Side::Rejected),
        Expected::Silent => None,
    }
}

fn observation(result: &CaseResult, texts: &mut Texts) -> Observation {
    let mut numbers = |rule: &str, place: &str| (texts.number(rule), texts.number(place));
    let about = match result.about.is_empty() {
        true => vec![numbers(&result.promise.rule, &result.promise.place)],
        false => result.about.iter().map(|promise| numbers(&promise.rule, &promise.place)).collect(),
    };
    let mismatches = match &result.verdict {
        Verdict::Fail { mismatches } => mismatches.as_slice(),
        _ => &[],
    };
    // The place of a value in a body is defined by service.yaml, not by the page.
    let of_page = mismatches.iter().filter(|mismatch| mismatch.kind != Kind::Misplaced);
    let against: Vec<(u32, u32)> =
        of_page.map(|mismatch| numbers(&mismatch.promise.rule, &mismatch.promise.place)).collect();
    let (shows, why) = shows(result);
    let is_about_the_call = mismatches.iter().any(|mismatch| {
        matches!(mismatch.kind, Kind::Accepted | Kind::OtherRow | Kind::Details | Kind::Undocumented)
    });
    Observation {
        expected: result.expected,
        shows,
        other_only: result.other_only,
        about: about.into(),
        rows: result.rows.iter().map(|place| texts.number(place)).collect(),
        received: result.observed.rows.iter().map(|place| texts.number(place)).collect(),
        against: against.into(),
        is_about_the_call,
        why: texts.number(&why),
    }
}

/// Returns what a result shows about whether its call was accepted or rejected as expected, and the reason if it shows
/// nothing.
fn shows(result: &CaseResult) -> (Outcome, String) {
    match &result.verdict {
        Verdict::Pass => (Outcome::Met, String::new()),
        Verdict::Fail { mismatches } => {
            let is_met = mismatches.iter().all(|mismatch| mismatch.kind.is_incidental());
            let misplaced = mismatches.iter().any(|mismatch| mismatch.kind == Kind::Misplaced);
            match (is_met, misplaced) {
                (true, _) => (Outcome::Met, String::new()),
                (false, true) => {
                    (Outcome::Nothing, "the response has nothing at the path in service.yaml".to_owned())
                }
                (false, false) => (Outcome::NotMet, String::new()),
            }
        }
        Verdict::NotTested { reason } => (Outcome::LeftOut, reason.clone()),
        Verdict::Blocked { code, .. } => (Outcome::Nothing, format!("blocked by {code}")),
        Verdict::Error { reason } | Verdict::Skipped { reason } | Verdict::Unproven { reason } => {
            (Outcome::Nothing, reason.clone())
        }
    }
}

#[cfg(test)]
mod tests;
