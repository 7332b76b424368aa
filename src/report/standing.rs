//! What of each page holds: every sentence and every row, with the cases behind it. A view of the events; verdicts are theirs.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::event::{CaseResult, Counts, Event, Finish, Page, ParameterRow, Snapshots, Start};
use crate::judge::Verdict;

use super::texts::Texts;

/// How a promise stands after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A case shows that it does not hold.
    Broken,
    /// Every case that tried it passed.
    Holds,
    /// The page is silent about what was tried.
    Open,
    /// No case has tried it.
    NotTried,
}

impl Mark {
    /// Its word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Holds => "holds",
            Self::Open => "open",
            Self::NotTried => "not tried",
        }
    }
}

/// A promise with what came of it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// How it stands.
    pub mark: Mark,
    /// How many cases are behind it.
    pub cases: usize,
    /// How many of them show it broken.
    pub against: usize,
    /// How many keep it, and depart from what another target answers.
    pub other: usize,
    /// Why it was not tried.
    pub why_not: Option<String>,
}

impl Standing {
    fn untried(why_not: Option<String>) -> Self {
        Self { mark: Mark::NotTried, cases: 0, against: 0, other: 0, why_not }
    }
}

/// A broken promise, with its witnesses.
#[derive(Debug, Clone)]
pub struct Finding<'r> {
    /// The operation.
    pub operation: &'r str,
    /// The rule in short.
    pub rule: &'r str,
    /// The page's sentence.
    pub sentence: &'r str,
    /// Where the spec has it.
    pub place: &'r str,
    /// The cases that show it, the smallest first.
    pub witnesses: Vec<&'r CaseResult>,
}

impl Finding<'_> {
    /// What the cases behind it share in the list of cases: the promise's place; where another target decides, the rule,
    /// because each case has its own place in the recording.
    pub fn shared(&self) -> &str {
        match self.witnesses.iter().any(|witness| witness.other_only) {
            true => self.rule,
            false => self.place,
        }
    }
}

/// What of a case is kept: a run may have 100,000.
#[derive(Debug, Clone)]
pub struct Brief {
    /// The operation, as a number of [`Texts`].
    operation: u32,
    /// The service's folder.
    service: u32,
    /// The rule in short, without its parameter.
    rule: u32,
    /// The places of the promises that it is about.
    about: Box<[u32]>,
    /// The places of the rows that may answer.
    rows: Box<[u32]>,
    /// Where the promises stand that it shows broken.
    against: Box<[u32]>,
    /// What came of it.
    pub came: Came,
    /// Whether the page is silent about it.
    open: bool,
    /// Whether the page alone would let it pass.
    other_only: bool,
}

/// What came of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It could not be judged.
    Unjudged,
}

/// A run, gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    /// How it began.
    pub start: Start,
    /// Its cases, in the order of the plan.
    cases: Vec<Brief>,
    /// Those that did not pass.
    aside: Vec<CaseResult>,
    /// How many of them came to what, so far.
    pub counts: Counts,
    /// How it ended.
    pub finish: Finish,
    /// How its answers stand to the accepted ones.
    pub snapshots: Snapshots,
    /// Cases that are known to fail, with the reason.
    pub known: BTreeMap<String, String>,
    /// Entries of the baseline whose cases pass again.
    pub passing: Vec<String>,
    /// Entries of the baseline whose last day is over, with that day.
    pub expired: BTreeMap<String, String>,
    texts: Texts,
}

impl Gathered {
    /// Takes an event.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted(start) => self.start = start.clone(),
            Event::CaseFinished(result) => self.case(result),
            Event::SnapshotsCompared(snapshots) => self.snapshots = snapshots.clone(),
            Event::RunFinished(finish) => self.finish = finish.clone(),
            Event::BaselineCompared(compared) => {
                self.known.extend(compared.known.clone());
                self.passing.extend(compared.passing.iter().cloned());
                self.expired.extend(compared.expired.clone());
            }
            Event::Progress { .. } => {}
        }
    }

    fn case(&mut self, result: &CaseResult) {
        self.counts.add(&result.verdict);
        let texts = &mut self.texts;
        let about = result.about.iter().chain([&result.promise]);
        let about = about.map(|promise| texts.number(&promise.place)).collect();
        let rows = result.rows.iter().map(|place| texts.number(place)).collect();
        let (came, against) = match &result.verdict {
            Verdict::Pass => (Came::Passed, Box::default()),
            Verdict::Fail { departures } => {
                let places = departures.iter().map(|departure| texts.number(&departure.promise.place));
                (Came::Failed, places.collect())
            }
            _ => (Came::Unjudged, Box::default()),
        };
        let (_, rule) = result.promise.parts();
        let brief = Brief {
            operation: texts.number(&result.operation),
            service: texts.number(&result.service),
            rule: texts.number(rule),
            about,
            rows,
            against,
            came,
            open: result.open,
            other_only: result.other_only,
        };
        self.cases.push(brief);
        if came != Came::Passed {
            self.aside.push(result.clone());
        }
    }

    /// The cases of a page's operation.
    pub fn of<'r>(&'r self, page: &Page) -> impl Iterator<Item = &'r Brief> + use<'r> {
        let (operation, service) = (self.texts.known(&page.operation), self.texts.known(&page.service));
        self.cases
            .iter()
            .filter(move |brief| (Some(brief.operation), Some(brief.service)) == (operation, service))
    }

    /// Passed, failed and unjudged cases by what a key makes of each.
    fn counted(&self, key: impl Fn(&Brief) -> u32) -> BTreeMap<&str, [usize; 3]> {
        let mut counted: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for brief in &self.cases {
            counted.entry(self.texts.text(key(brief))).or_default()[brief.came as usize] += 1;
        }
        counted
    }

    /// Passed, failed and unjudged cases, by operation.
    pub fn by_operation(&self) -> BTreeMap<&str, [usize; 3]> {
        self.counted(|brief| brief.operation)
    }

    /// Passed, failed and unjudged cases, by rule.
    pub fn by_rule(&self) -> BTreeMap<&str, [usize; 3]> {
        self.counted(|brief| brief.rule)
    }

    /// How a sentence of a page stands: what its cases are about is found by the place that the spec has it at.
    pub fn sentence(&self, page: &Page, place: &str) -> Standing {
        let Some(place) = self.texts.known(place) else { return Standing::untried(None) };
        let against = |brief: &Brief| brief.against.contains(&place);
        let cases = self.of(page).filter(|brief| brief.about.contains(&place) || against(brief));
        standing(cases, against, None)
    }

    /// How a row of the error table stands: a case that only this row may answer and that failed shows it broken.
    pub fn row(&self, page: &Page, place: &str) -> Standing {
        let told = self.finish.rows.iter().find(|row| row.place == place && row.operation == page.operation);
        let why_not = told.and_then(|row| row.why_not.clone());
        let Some(place) = self.texts.known(place) else { return Standing::untried(why_not) };
        let against = |brief: &Brief| {
            let only = brief.rows.len() == 1 && brief.rows.contains(&place);
            (only && brief.came == Came::Failed && !brief.other_only) || brief.against.contains(&place)
        };
        let cases = self.of(page).filter(|brief| brief.rows.contains(&place) || against(brief));
        standing(cases, against, why_not)
    }

    /// The broken promises that are not known, in the order in which they were seen, each with all that shows it.
    pub fn findings(&self) -> Vec<Finding<'_>> {
        let mut findings: Vec<Finding<'_>> = Vec::new();
        for result in self.aside.iter().filter(|result| !self.known.contains_key(&result.id)) {
            let Verdict::Fail { departures } = &result.verdict else { continue };
            for departure in departures {
                let promise = &departure.promise;
                let known = findings.iter_mut().find(|known| {
                    (known.operation, known.rule, known.sentence)
                        == (result.operation.as_str(), promise.rule.as_str(), promise.sentence.as_str())
                });
                match known {
                    Some(known) => known.witnesses.push(result),
                    None => findings.push(Finding {
                        operation: &result.operation,
                        rule: &promise.rule,
                        sentence: &promise.sentence,
                        place: &promise.place,
                        witnesses: vec![result],
                    }),
                }
            }
        }
        for finding in &mut findings {
            finding.witnesses.sort_by_key(|witness| size(witness));
            finding.witnesses.dedup_by(|one, other| one.id == other.id);
        }
        findings
    }

    /// What could not be judged: the cases of an operation that share a reason, the smallest first.
    pub fn unjudged(&self) -> Vec<Vec<&CaseResult>> {
        let mut all: Vec<Vec<&CaseResult>> = Vec::new();
        for result in self.aside.iter().filter(|result| !matches!(result.verdict, Verdict::Fail { .. })) {
            let is_alike = |other: &CaseResult| {
                (&other.operation, other.verdict.name(), reason(&other.verdict))
                    == (&result.operation, result.verdict.name(), reason(&result.verdict))
            };
            match all.iter_mut().find(|alike| alike.first().is_some_and(|first| is_alike(first))) {
                Some(alike) => alike.push(result),
                None => all.push(vec![result]),
            }
        }
        all.iter_mut().for_each(|alike| alike.sort_by_key(|result| size(result)));
        all
    }

    /// Answers that differ from the accepted ones, those that differ in the same way together. What fails is told as that;
    /// its snapshot differs for the same reason. Of a known failure nothing else is told.
    pub fn changes(&self) -> Vec<(&str, Vec<&str>)> {
        let aside = self.aside();
        let is_told = |id: &str| aside.contains(id) && !self.known.contains_key(id);
        let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for change in self.snapshots.changed.iter().filter(|change| !is_told(&change.id)) {
            let place = *places.entry(&change.diff).or_insert_with(|| {
                kinds.push((&change.diff, Vec::new()));
                kinds.len() - 1
            });
            kinds[place].1.push(&change.id);
        }
        kinds
    }

    /// Those of them that nobody has accepted.
    pub fn pending(&self) -> Vec<(&str, Vec<&str>)> {
        if self.snapshots.accepted { Vec::new() } else { self.changes() }
    }

    /// The page of the operation that an id begins with.
    pub fn page_of(&self, id: &str) -> Option<&Page> {
        let operation = id.split('/').next()?;
        self.start.pages.iter().find(|page| page.operation == operation)
    }

    /// The ids of the cases that did not pass.
    pub fn aside(&self) -> HashSet<&str> {
        self.aside.iter().map(|result| result.id.as_str()).collect()
    }

    /// How many sentences and rows of a page stand in which way, by [`Mark`]: broken, holding, open, not tried.
    pub fn marks(&self, page: &Page) -> [usize; 4] {
        let apart = |row: &'_ ParameterRow| {
            row.apart().map(|sentence| self.sentence(page, &sentence.place).mark).collect::<Vec<_>>()
        };
        let own = |row: &'_ ParameterRow| self.sentence(page, &row.place).mark;
        let sentences = page.parameters.iter().flat_map(|row| [own(row)].into_iter().chain(apart(row)));
        let rows = page.errors.iter().filter(|row| row.own).map(|row| self.row(page, &row.place).mark);
        let mut marks = [0; 4];
        for mark in sentences.chain(rows) {
            marks[mark as usize] += 1;
        }
        marks
    }
}

/// How much a person has to read to see what a case shows.
fn size(result: &CaseResult) -> (usize, usize, usize, usize) {
    let sent = result.tried().map_or(0, |tried| tried.request.url.len() + tried.request.body.len());
    (result.rows.len(), result.exchanges.len(), sent, result.id.len())
}

/// In short why a case could not be judged.
pub fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Blocked { code, .. } => code,
        Verdict::Error { reason } | Verdict::Skipped { reason } => reason,
        Verdict::Pass | Verdict::Fail { .. } => "",
    }
}

fn standing<'r>(
    cases: impl Iterator<Item = &'r Brief>,
    is_against: impl Fn(&Brief) -> bool,
    why_not: Option<String>,
) -> Standing {
    let mut standing = Standing::untried(why_not);
    for brief in cases {
        standing.cases += 1;
        let mark = match brief.came {
            Came::Failed if is_against(brief) => Mark::Broken,
            Came::Passed if brief.open => Mark::Open,
            Came::Failed if brief.other_only => Mark::Open,
            Came::Passed => Mark::Holds,
            _ => Mark::NotTried,
        };
        standing.against += usize::from(mark == Mark::Broken);
        standing.other += usize::from(brief.came == Came::Failed && brief.other_only);
        standing.mark = standing.mark.min(mark);
    }
    standing
}
