//! A run, gathered: its failures, what could not be judged, and what was observed of each promise. A view of the
//! events: the verdicts are theirs, and the states of promises are those of [`crate::evidence`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::event::{CaseResult, Counts, Event, Finish, Page, Snapshots, Start};
use crate::evidence::{Evidence, Tally};
use crate::judge::{Kind, Mismatch, Verdict};
use crate::wire::Outcome;

use super::headline;

/// Maximum number of cases kept whole per failure, and for all failures together, except one of each: a run may have
/// 100,000 cases.
const WHOLE: usize = 12;
const WHOLE_IN_ALL: usize = 1_000;

/// A broken promise, with the cases that show it.
#[derive(Debug, Clone)]
pub struct Failure<'r> {
    /// The operation; empty if the failure is about a whole service.
    pub operation: &'r str,
    /// Short form of the rule.
    pub rule: &'r str,
    /// The page's sentence.
    pub sentence: &'r str,
    /// Place in the spec.
    pub place: &'r str,
    /// The fault, in words.
    pub headline: String,
    /// The smallest case that shows it.
    pub witness: &'r CaseResult,
    /// The ids of all cases that show it, the smallest first.
    pub ids: Vec<&'r str>,
}

impl Failure<'_> {
    /// Returns what its cases share in the list of cases: the place of the promise. If another target decides, it is
    /// the rule, because each case has its own place in the recording.
    pub fn shared(&self) -> &str {
        if self.witness.other_only { self.rule } else { self.place }
    }

    /// Returns the mismatch that shows it.
    pub fn mismatch(&self) -> Option<&Mismatch> {
        let Verdict::Fail { mismatches } = &self.witness.verdict else { return None };
        mismatches.iter().find(|mismatch| mismatch.promise.rule == self.rule)
    }
}

/// Cases that could not be judged for one reason.
#[derive(Debug, Clone)]
pub struct Unjudged<'r> {
    /// The smallest of them.
    pub first: &'r CaseResult,
    /// The ids of all of them, the smallest first.
    pub ids: Vec<&'r str>,
}

/// Cases that share a fault, or a reason why they could not be judged.
#[derive(Debug, Default)]
struct Group {
    /// What the cases share, in the words of the first.
    key: Key,
    /// The smallest cases, whole, in no order.
    whole: Vec<(Size, Arc<CaseResult>)>,
    /// All cases.
    all: Vec<(Size, Arc<str>)>,
}

type Size = [u32; 4];

/// The key of a group: operation, rule or verdict, sentence or reason, and place.
type Key = [String; 4];

impl Group {
    fn add(&mut self, taken: &mut AddedResult<'_>, max: usize) {
        let size = taken.size;
        if self.all.last().is_some_and(|(_, last)| *last == taken.id) {
            return;
        }
        self.all.push((size, Arc::clone(&taken.id)));
        if self.whole.len() >= max && self.whole.iter().all(|(known, _)| *known <= size) {
            return;
        }
        self.whole.push((size, taken.whole()));
        if self.whole.len() > max {
            self.whole.sort_by_key(|(size, _)| *size);
            self.whole.truncate(max);
        }
    }

    /// Returns the smallest wanted case, and the ids of all wanted cases, the smallest first.
    fn wanted(&self, is_wanted: impl Fn(&str) -> bool) -> Option<(&CaseResult, Vec<&str>)> {
        let mut all: Vec<&(Size, Arc<str>)> = self.all.iter().filter(|(_, id)| is_wanted(id)).collect();
        all.first()?;
        // Only some cases are whole. If none of these is wanted, another one shows the same fault.
        let smallest = self.whole.iter().min_by_key(|(size, result)| (!is_wanted(&result.id), *size));
        let (_, smallest) = smallest?;
        all.sort_by_key(|(size, _)| *size);
        Some((&**smallest, all.into_iter().map(|(_, id)| &**id).collect()))
    }
}

/// A result that is being added to groups.
struct AddedResult<'r> {
    result: &'r CaseResult,
    size: Size,
    id: Arc<str>,
    /// Created for the first group that keeps it whole.
    whole: Option<Arc<CaseResult>>,
}

impl<'r> AddedResult<'r> {
    fn new(result: &'r CaseResult) -> Self {
        Self { result, size: size(result), id: result.id.as_str().into(), whole: None }
    }

    fn whole(&mut self) -> Arc<CaseResult> {
        Arc::clone(self.whole.get_or_insert_with(|| Arc::new(slim(self.result))))
    }
}

/// Groups in the order of their first case.
#[derive(Debug, Default)]
struct Groups {
    all: Vec<Group>,
    places: HashMap<Key, usize>,
}

impl Groups {
    fn add(&mut self, key: Key, taken: &mut AddedResult<'_>) {
        self.add_as(key.clone(), key, taken);
    }

    /// Adds a case that shares one key with others, but is shown by another.
    fn add_as(&mut self, shared: Key, shown: Key, taken: &mut AddedResult<'_>) {
        let place = *self.places.entry(shared).or_insert_with(|| {
            self.all.push(Group { key: shown, ..Group::default() });
            self.all.len() - 1
        });
        let max = (WHOLE_IN_ALL / self.all.len()).clamp(1, WHOLE);
        self.all[place].add(taken, max);
    }
}

/// Numbers of passed, failed, unjudged and left-out cases.
pub type Bar = [usize; 4];

/// A run, gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Start of the run.
    pub start: Start,
    /// The observations of each promise.
    pub evidence: Evidence,
    /// Plain calls that were not accepted, the first of each operation.
    pub plain: Vec<CaseResult>,
    failures: Groups,
    unjudged: Groups,
    not_tested: Groups,
    /// The ids of the cases that did not pass.
    aside: HashSet<Arc<str>>,
    by_operation: BTreeMap<String, Bar>,
    by_rule: BTreeMap<String, Bar>,
    /// Number of cases per verdict so far.
    pub counts: Counts,
    /// End of the run.
    pub finish: Finish,
    /// Comparison of its responses with the accepted ones.
    pub snapshots: Snapshots,
    /// Cases that are known to fail, with the reason.
    pub known: BTreeMap<String, String>,
    /// Entries of the baseline whose cases pass again.
    pub passing: Vec<String>,
    /// Entries of the baseline whose last day is past, with that day.
    pub expired: BTreeMap<String, String>,
}

impl Gathered {
    /// Adds an event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::RunStarted(start) => self.start = start.clone(),
            Event::PlainCallFailed(result) => self.plain_call(result),
            Event::CaseFinished(result) => self.case(result),
            Event::SnapshotsCompared(snapshots) => self.snapshots = snapshots.clone(),
            Event::RunFinished(finish) => self.finish = finish.clone(),
            Event::BaselineCompared(compared) => {
                self.known.extend(compared.known.clone());
                self.passing.extend(compared.passing.iter().cloned());
                self.expired.extend(compared.expired.clone());
            }
            Event::Progress { .. } | Event::PlainCallKept { .. } => {}
        }
    }

    fn plain_call(&mut self, result: &CaseResult) {
        let of = |one: &CaseResult| (one.service.clone(), one.operation.clone());
        if !self.plain.iter().any(|known| of(known) == of(result)) {
            self.plain.push(result.clone());
        }
    }

    fn case(&mut self, result: &CaseResult) {
        self.counts.add(&result.verdict);
        self.evidence.add(result);
        let (_, rule) = result.promise.parts();
        let place = match &result.verdict {
            Verdict::Pass => 0,
            Verdict::Fail { .. } => 1,
            Verdict::NotTested { .. } => 3,
            _ => 2,
        };
        count(&mut self.by_operation, &result.operation, place);
        count(&mut self.by_rule, rule, place);
        let mut taken = AddedResult::new(result);
        if place != 0 {
            self.aside.insert(Arc::clone(&taken.id));
        }
        match &result.verdict {
            Verdict::Pass => {}
            Verdict::Fail { mismatches } => {
                for mismatch in mismatches {
                    let shown = failure_key(result, mismatch);
                    let mut shared = shown.clone();
                    // Each case has its own place in the recording.
                    if mismatch.kind == Kind::OtherTarget {
                        (shared[2], shared[3]) = (String::new(), String::new());
                    }
                    self.failures.add_as(shared, shown, &mut taken);
                }
            }
            verdict => {
                let groups = if place == 3 { &mut self.not_tested } else { &mut self.unjudged };
                let (name, reason) = (verdict.name().to_owned(), reason(verdict).to_owned());
                groups.add([result.operation.clone(), name, reason, String::new()], &mut taken);
            }
        }
    }

    /// Returns the numbers of passed, failed, unjudged and left-out cases, by operation.
    pub fn by_operation(&self) -> &BTreeMap<String, Bar> {
        &self.by_operation
    }

    /// Returns the numbers of passed, failed, unjudged and left-out cases, by rule.
    pub fn by_rule(&self) -> &BTreeMap<String, Bar> {
        &self.by_rule
    }

    /// Returns the failures that are not known, in the order in which they were observed, each with all cases that show
    /// it.
    pub fn failures(&self) -> Vec<Failure<'_>> {
        let is_new = |id: &str| !self.known.contains_key(id);
        let mut failures = Vec::new();
        for group in &self.failures.all {
            let Some((witness, ids)) = group.wanted(is_new) else { continue };
            let [operation, rule, sentence, place] = &group.key;
            let headline = headline::of(witness, rule);
            failures.push(Failure { operation, rule, sentence, place, headline, witness, ids });
        }
        failures
    }

    /// Returns what could not be judged: the cases of an operation that share a reason, the smallest first.
    pub fn unjudged(&self) -> Vec<Unjudged<'_>> {
        let all = self.unjudged.all.iter().filter_map(|group| group.wanted(|_| true));
        all.map(|(first, ids)| Unjudged { first, ids }).collect()
    }

    /// Returns what was left out on purpose: the cases of an operation that share a reason.
    pub fn not_tested(&self) -> Vec<Unjudged<'_>> {
        let all = self.not_tested.all.iter().filter_map(|group| group.wanted(|_| true));
        all.map(|(first, ids)| Unjudged { first, ids }).collect()
    }

    /// Returns the responses that differ from the accepted ones, grouped by difference. A failed case is reported as a
    /// failure; its snapshot differs for the same reason. Nothing else is reported of a known failure.
    pub fn changes(&self) -> Vec<(&str, Vec<&str>)> {
        let is_reported = |id: &str| self.aside.contains(id) && !self.known.contains_key(id);
        let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for change in self.snapshots.changed.iter().filter(|change| !is_reported(&change.id)) {
            let place = *places.entry(&change.diff).or_insert_with(|| {
                kinds.push((&change.diff, Vec::new()));
                kinds.len() - 1
            });
            kinds[place].1.push(&change.id);
        }
        kinds
    }

    /// Returns those of them that nobody has accepted.
    pub fn pending(&self) -> Vec<(&str, Vec<&str>)> {
        if self.snapshots.accepted { Vec::new() } else { self.changes() }
    }

    /// Returns the page of the operation that an id begins with.
    pub fn page_of(&self, id: &str) -> Option<&Page> {
        let is_of = |page: &&Page| {
            id.strip_prefix(page.operation.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.start.pages.iter().find(is_of)
    }

    /// Returns the number of promises of all pages in each state.
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        for page in &self.start.pages {
            let of_page = self.evidence.tally(page);
            all.iter_mut().zip(of_page).for_each(|(all, of_page)| *all += of_page);
        }
        all
    }
}

fn count(bars: &mut BTreeMap<String, Bar>, name: &str, place: usize) {
    match bars.get_mut(name) {
        Some(bar) => bar[place] += 1,
        None => {
            let mut bar = Bar::default();
            bar[place] = 1;
            bars.insert(name.to_owned(), bar);
        }
    }
}

/// Returns what the cases of one failure share. A wrong place in service.yaml is one fault, whichever operation is
/// called.
fn failure_key(result: &CaseResult, mismatch: &Mismatch) -> Key {
    let promise = &mismatch.promise;
    let operation = match mismatch.kind {
        Kind::Misplaced => String::new(),
        _ => result.operation.clone(),
    };
    [operation, promise.rule.clone(), promise.sentence.clone(), promise.place.clone()]
}

/// Returns a result with only the parts that people read.
fn slim(result: &CaseResult) -> CaseResult {
    let mut slim = result.clone();
    for exchange in &mut slim.exchanges {
        if let Outcome::Received(response) = &mut exchange.outcome {
            response.headers = Vec::new();
        }
    }
    slim
}

/// Returns how much there is to read to see what a case shows.
fn size(result: &CaseResult) -> Size {
    let sent = result.tested_exchange().map_or(0, |tried| tried.request.url.len() + tried.request.body.len());
    let counts = [result.rows.len(), result.exchanges.len(), sent, result.id.len()];
    counts.map(|count| u32::try_from(count).unwrap_or(u32::MAX))
}

/// Returns a short reason why a case could not be judged.
pub fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Blocked { code, .. } => code,
        Verdict::Error { reason }
        | Verdict::Skipped { reason }
        | Verdict::Unproven { reason }
        | Verdict::NotTested { reason } => reason,
        Verdict::Pass | Verdict::Fail { .. } => "",
    }
}
