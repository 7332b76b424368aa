//! What a run has shown of each promise of a page, and what it has not: the one place where that is decided.
//!
//! The cases of a run are observations. What a promise needs is written on its page ([`page`]); from both follows one of six
//! states, and every report, the JSON, `check --rows` and the harness read it here.

mod page;
mod texts;

use std::collections::HashMap;

use crate::event::{CaseResult, ElementLine, ErrorLine, Expected, Page, ParameterRow, PromiseLine, Side};
use crate::judge::{Kind, Verdict};

pub use page::{element_lines, page};
pub use texts::Texts;

/// Why an error row was not tested of which nothing else is to be said.
pub const NO_CASE: &str = "no case of this run expects it";

/// The state of a promise after a run: the first that fits, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A response contradicts it.
    Broken,
    /// What would show it was sent, and what came shows nothing.
    Unproven,
    /// What would show it was not sent.
    NotTested,
    /// The page does not say what must come.
    Unspecified,
    /// Everything that shows it was sent, and came as the page says.
    Holds,
    /// No rule was transcribed from the sentence.
    NotCovered,
}

impl State {
    /// Every state, in the order in which the first that fits is taken.
    pub const ALL: [Self; 6] =
        [Self::Broken, Self::Unproven, Self::NotTested, Self::Unspecified, Self::Holds, Self::NotCovered];

    /// Its word in reports.
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

/// How many promises are in each state, by [`State`].
pub type Tally = [usize; 6];

/// What of a page makes a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A row of the table of parameters, or a sentence about one.
    Sentence,
    /// A row of the operation's own error table.
    Row,
    /// A row that the operations of a service share.
    SharedRow,
    /// A response element.
    Element,
}

/// A promise of a page, and what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised<'p> {
    /// What makes it.
    pub kind: What,
    /// The parameter, the codes of the row, or the path of the element.
    pub name: String,
    /// Where the spec has it.
    pub place: &'p str,
    /// What was seen of it.
    pub standing: Standing,
}

/// A promise with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: State,
    /// How many cases are about it.
    pub cases: usize,
    /// How many of them contradict it.
    pub against: usize,
    /// How many keep it, and differ from what another target does.
    pub other: usize,
    /// Why it is in that state, where the state does not say.
    pub why: Option<String>,
}

impl Standing {
    fn of(state: State, why: Option<String>) -> Self {
        Self { state, cases: 0, against: 0, other: 0, why }
    }
}

/// What is kept of a case: a run may have 100,000. Texts are numbers of [`Texts`].
#[derive(Debug, Clone)]
struct Observation {
    /// What it expects.
    expected: Expected,
    /// What it shows.
    shows: Shows,
    /// Whether the page alone would let it pass.
    other_only: bool,
    /// The promises that it is about: rule and place.
    about: Box<[(u32, u32)]>,
    /// The places of the rows that may answer.
    rows: Box<[u32]>,
    /// The places of the rows that came, whole.
    came: Box<[u32]>,
    /// The promises that it contradicts: rule and place.
    against: Box<[(u32, u32)]>,
    /// Whether what it contradicts is whether, and by which row, the call is rejected.
    is_about_the_call: bool,
    /// Why it shows nothing.
    why: u32,
}

/// What a case shows of the promise that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// The call was accepted or rejected as expected.
    Met,
    /// It was not.
    NotMet,
    /// Nothing: it could not be judged, or valid calls were rejected as well.
    Nothing,
    /// Nothing: it was left out on purpose.
    LeftOut,
}

/// The operation of a service.
type Operation = (u32, u32);

/// The observations of a run.
#[derive(Debug, Default)]
pub struct Evidence {
    operations: HashMap<Operation, OfOperation>,
    texts: Texts,
}

/// What was observed of one operation.
#[derive(Debug, Default)]
struct OfOperation {
    all: Vec<Observation>,
    /// The observations by the places that they have to do with.
    by_place: HashMap<u32, Vec<usize>>,
    /// The paths of the response elements that were seen with a value.
    elements: HashMap<u32, usize>,
    /// How many calls were accepted, so that their elements could be seen.
    accepted: usize,
}

impl Evidence {
    /// Takes the result of a case.
    pub fn take(&mut self, result: &CaseResult) {
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

    fn of(&self, page: &Page) -> Option<&OfOperation> {
        let key = (self.texts.known(&page.service)?, self.texts.known(&page.operation)?);
        self.operations.get(&key)
    }

    fn at(&self, page: &Page, place: &str) -> Vec<&Observation> {
        let found = || {
            let of = self.of(page)?;
            let places = of.by_place.get(&self.texts.known(place)?)?;
            Some(places.iter().map(|number| &of.all[*number]).collect())
        };
        found().unwrap_or_default()
    }

    /// The state of what stands at a place of a parameter: of the promises there, the first in the order of states.
    pub fn sentence(&self, page: &Page, row: &ParameterRow, place: &str) -> Standing {
        let lines: Vec<&PromiseLine> = row.promises.iter().filter(|line| line.place == place).collect();
        let observations = self.at(page, place);
        let place = self.texts.known(place);
        let contradicts = |each: &Observation| each.against.iter().any(|(_, at)| Some(*at) == place);
        let (cases, other) = (observations.len(), observations.iter().filter(|each| each.other_only).count());
        let against = observations.iter().filter(|each| contradicts(each) && !each.other_only).count();
        let standing = |standing: Standing| Standing { cases, against, other, ..standing };
        if against > 0 {
            return standing(Standing::of(State::Broken, None));
        }
        let states = lines.iter().map(|line| self.promise(line, &observations));
        match states.min_by_key(|standing| standing.state) {
            Some(first) => standing(first),
            None => standing(Standing::of(State::NotCovered, None)),
        }
    }

    /// The state of one promise that no response contradicts.
    fn promise(&self, line: &PromiseLine, observations: &[&Observation]) -> Standing {
        let rule = self.texts.known(&line.rule);
        let is_about = |each: &&&Observation| {
            each.about.len() == 1 && each.about.iter().any(|(about, _)| Some(*about) == rule)
        };
        let about: Vec<&Observation> = observations.iter().filter(is_about).copied().collect();
        let is_certain = |each: &&&Observation| each.expected != Expected::Silent;
        let nothing = about.iter().filter(is_certain).find(|each| each.shows == Shows::Nothing);
        if let Some(nothing) = nothing {
            return Standing::of(State::Unproven, Some(self.texts.text(nothing.why).to_owned()));
        }
        let unmet = about.iter().filter(is_certain).find(|each| each.shows == Shows::NotMet);
        if unmet.is_some_and(|each| !each.other_only) {
            return Standing::of(State::Unproven, Some("its cases fail for another promise".to_owned()));
        }
        let left_out = about.iter().filter(is_certain).find(|each| each.shows == Shows::LeftOut);
        for side in &line.needs {
            let is_seen =
                about.iter().any(|each| each.shows == Shows::Met && side_of(each.expected) == Some(*side));
            if !is_seen {
                let why = left_out.map(|each| self.texts.text(each.why).to_owned());
                let why = why.or_else(|| Some(format!("no case of this run {}", side.in_words())));
                return Standing::of(State::NotTested, why);
            }
        }
        match (line.needs.is_empty(), line.is_open) {
            (false, _) => Standing::of(State::Holds, None),
            (true, true) => Standing::of(State::Unspecified, line.why_not.clone()),
            (true, false) => Standing::of(State::NotTested, line.why_not.clone()),
        }
    }

    /// The state of a row of the error table: it holds only if it came, whole, in a case bound to it.
    pub fn row(&self, page: &Page, line: &ErrorLine) -> Standing {
        let observations = self.at(page, &line.place);
        let place = self.texts.known(&line.place);
        let named = |each: &&&Observation| each.rows.iter().any(|row| Some(*row) == place);
        let is_against = |each: &&&Observation| {
            let is_only = each.rows.len() == 1 && named(each) && each.is_about_the_call;
            let is_named = each.against.iter().any(|(_, at)| Some(*at) == place);
            !each.other_only && (is_named || (is_only && each.shows == Shows::NotMet))
        };
        let bound: Vec<&Observation> = observations.iter().filter(named).copied().collect();
        let against = observations.iter().filter(is_against).count();
        let other = observations.iter().filter(|each| each.other_only).count();
        let came =
            |each: &&Observation| each.shows == Shows::Met && each.came.iter().any(|row| Some(*row) == place);
        let nothing = bound.iter().find(|each| each.shows == Shows::Nothing);
        let left_out = bound.iter().find(|each| each.shows == Shows::LeftOut);
        let text = |each: &&Observation| self.texts.text(each.why).to_owned();
        let (state, why) = match () {
            () if against > 0 => (State::Broken, None),
            () if bound.iter().any(came) => (State::Holds, None),
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
        Standing { state, cases: observations.len(), against, other, why }
    }

    /// The state of a response element: it holds only if it was there with a value of its own.
    pub fn element(&self, page: &Page, line: &ElementLine) -> Standing {
        let observations = self.at(page, &line.place);
        let against = observations.iter().filter(|each| !each.other_only).count();
        let Some(of) = self.of(page) else {
            return Standing::of(
                State::NotTested,
                Some("no case of this run calls the operation".to_owned()),
            );
        };
        let seen = self.texts.known(&line.path).and_then(|path| of.elements.get(&path)).copied();
        let (state, why) = match (against, seen, of.accepted) {
            (1.., ..) => (State::Broken, None),
            (_, Some(_), _) => (State::Holds, None),
            (_, None, 0) if of.all.iter().any(|each| each.shows == Shows::Nothing) => {
                (State::Unproven, Some("no call of the operation was accepted".to_owned()))
            }
            (_, None, 0) => (State::NotTested, Some("no call of the operation was accepted".to_owned())),
            (_, None, _) => (State::NotTested, Some("it was only ever absent, null or empty".to_owned())),
        };
        Standing { state, cases: seen.unwrap_or(0).max(against), against, other: 0, why }
    }

    /// Every promise of a page with what was seen of it: its table of parameters, the sentences that stand for themselves, the
    /// sentences from which no rule was transcribed, its error rows, and its response elements.
    pub fn promises<'p>(&self, page: &'p Page) -> Vec<Promised<'p>> {
        let mut all = Vec::new();
        for row in &page.parameters {
            let is_own = row.promises.iter().any(|line| line.place == row.place);
            let own = is_own.then_some(row.place.as_str());
            let apart = row.apart().map(|sentence| sentence.place.as_str());
            for place in own.into_iter().chain(apart) {
                let standing = self.sentence(page, row, place);
                all.push(Promised { kind: What::Sentence, name: row.name.clone(), place, standing });
            }
            for sentence in row.sentences.iter().filter(|sentence| !sentence.is_covered) {
                let standing = Standing::of(State::NotCovered, Some(sentence.text.clone()));
                let place = sentence.place.as_str();
                all.push(Promised { kind: What::Sentence, name: row.name.clone(), place, standing });
            }
        }
        for line in &page.errors {
            let kind = if line.own { What::Row } else { What::SharedRow };
            let (name, standing) = (line.codes.join("/"), self.row(page, line));
            all.push(Promised { kind, name, place: &line.place, standing });
        }
        for line in &page.elements {
            let (name, standing) = (line.path.clone(), self.element(page, line));
            all.push(Promised { kind: What::Element, name, place: &line.place, standing });
        }
        all
    }

    /// How many promises of a page are in each state. Rows that all operations of a service share count for none of them.
    pub fn tally(&self, page: &Page) -> Tally {
        let mut tally = Tally::default();
        let own = self.promises(page).into_iter().filter(|promise| promise.kind != What::SharedRow);
        own.for_each(|promise| tally[promise.standing.state as usize] += 1);
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
    let departures = match &result.verdict {
        Verdict::Fail { departures } => departures.as_slice(),
        _ => &[],
    };
    // Where something stands in a body, service.yaml says and not the page.
    let of_page = departures.iter().filter(|departure| departure.kind != Kind::Misplaced);
    let against: Vec<(u32, u32)> =
        of_page.map(|departure| numbers(&departure.promise.rule, &departure.promise.place)).collect();
    let (shows, why) = shows(result);
    let is_about_the_call = departures.iter().any(|departure| {
        matches!(departure.kind, Kind::Accepted | Kind::OtherRow | Kind::Details | Kind::Undocumented)
    });
    Observation {
        expected: result.expected,
        shows,
        other_only: result.other_only,
        about: about.into(),
        rows: result.rows.iter().map(|place| texts.number(place)).collect(),
        came: result.observed.rows.iter().map(|place| texts.number(place)).collect(),
        against: against.into(),
        is_about_the_call,
        why: texts.number(&why),
    }
}

/// What a result shows of whether its call was accepted or rejected as expected; and why, where it shows nothing.
fn shows(result: &CaseResult) -> (Shows, String) {
    match &result.verdict {
        Verdict::Pass => (Shows::Met, String::new()),
        Verdict::Fail { departures } => {
            let is_met = departures.iter().all(|departure| departure.kind.is_beside_the_call());
            let misplaced = departures.iter().any(|departure| departure.kind == Kind::Misplaced);
            match (is_met, misplaced) {
                (true, _) => (Shows::Met, String::new()),
                (false, true) => {
                    (Shows::Nothing, "the response has nothing at the path in service.yaml".to_owned())
                }
                (false, false) => (Shows::NotMet, String::new()),
            }
        }
        Verdict::NotTested { reason } => (Shows::LeftOut, reason.clone()),
        Verdict::Blocked { code, .. } => (Shows::Nothing, format!("blocked by {code}")),
        Verdict::Error { reason } | Verdict::Skipped { reason } | Verdict::Unproven { reason } => {
            (Shows::Nothing, reason.clone())
        }
    }
}

#[cfg(test)]
mod tests;
