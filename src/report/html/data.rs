//! The cases as data for the script of the page.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::Serialize;

use crate::event::CaseResult;
use crate::evidence::Texts;
use crate::files::{Place, Shelf};
use crate::judge::{Mismatch, Verdict};
use crate::report::gathered::{Gathered, reason};
use crate::report::sink::in_markup;
use crate::report::texts::shortened;
use crate::wire::{Exchange, Outcome, curl};

/// Maximum size of the exchanges of cases, in bytes. With 100,000 cases, the file stays below 30 MB.
const ROOM: usize = 7_000_000;

/// The part of that size for cases that passed, or that show what others have shown already, if the others leave it.
const ROOM_FOR_MORE: usize = 5_000_000;

/// Number of cases per broken promise, or per reason why cases could not be judged, that take precedence.
const FIRST: usize = 5;

/// Maximum length of a response that is shown, in characters.
const SHOWN: usize = 4_000;

/// All cases, and their details as far as there is room.
#[derive(Default)]
pub struct Cases {
    shelf: Shelf,
    rows: Rows,
    passed: Details,
    aside: Details,
    /// Number of cases that break the same promise, or could not be judged for the same reason.
    counts: HashMap<String, usize>,
    texts: Texts,
}

/// The rows of the list of cases, as JSON. Full blocks wait on the shelf.
#[derive(Default)]
struct Rows {
    blocks: Vec<Place>,
    last: String,
    count: usize,
}

/// Size in bytes from which a block of rows goes to the shelf.
const BLOCK: usize = 64_000;

impl Rows {
    fn push(&mut self, row: &impl Serialize, shelf: &Shelf) {
        self.last.push_str(separator(self.count));
        self.last.push_str(&text(row));
        self.count += 1;
        if self.last.len() >= BLOCK {
            self.blocks.push(shelf.put(std::mem::take(&mut self.last).into_bytes()));
        }
    }
}

/// Requests and responses of cases, by the numbers of the cases.
#[derive(Default)]
struct Details {
    all: BTreeMap<usize, (Place, usize)>,
    used: usize,
}

impl Details {
    fn add(&mut self, number: usize, result: &CaseResult, shelf: &Shelf) {
        let detail = text(&detail(result)).into_bytes();
        let len = detail.len();
        self.used += len;
        self.all.insert(number, (shelf.put(detail), len));
    }

    /// Returns the first details that fit into `room` bytes.
    fn within(&self, room: usize) -> impl Iterator<Item = (&usize, &Place)> {
        let mut used = 0;
        let all = self.all.iter().take_while(move |(_, (_, len))| {
            used += len;
            used <= room
        });
        all.map(|(number, (place, _))| (number, place))
    }
}

/// The details of a case.
#[derive(Serialize)]
struct Detail<'c> {
    sends: &'c str,
    expects: &'c str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'c str,
    #[serde(rename = "departures", skip_serializing_if = "<[_]>::is_empty")]
    mismatches: &'c [Mismatch],
    exchanges: Vec<Shown<'c>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'c [String],
}

/// A request and its response.
#[derive(Serialize)]
struct Shown<'c> {
    operation: &'c str,
    curl: String,
    #[serde(rename = "answer")]
    response: String,
    micros: u64,
    tried: bool,
}

impl Cases {
    /// Adds a case.
    pub fn add(&mut self, result: &CaseResult) {
        let promises = result.about.iter().chain([&result.promise]);
        let mut places: Vec<u32> = promises.map(|promise| self.texts.number(&promise.place)).collect();
        if let Verdict::Fail { mismatches } = &result.verdict {
            places.extend(mismatches.iter().map(|mismatch| self.texts.number(&mismatch.promise.place)));
            // If another target decides, the cases share its rule.
            let rules = mismatches.iter().filter(|_| result.other_only);
            places.extend(rules.map(|mismatch| self.texts.number(&mismatch.promise.rule)));
        }
        places.extend(result.rows.iter().map(|place| self.texts.number(place)));
        places.sort_unstable();
        places.dedup();
        let (parameter, rule) = result.promise.parts();
        let row = (
            &result.id,
            result.verdict.name(),
            self.texts.number(&result.operation),
            self.texts.number(&result.tries),
            result.micros,
            self.texts.number(parameter),
            self.texts.number(rule),
            places,
        );
        let number = self.rows.count;
        self.rows.push(&row, &self.shelf);
        match &result.verdict {
            Verdict::Pass if self.passed.used < ROOM_FOR_MORE => self.passed.add(number, result, &self.shelf),
            Verdict::Pass => {}
            _ => {
                let room = if self.is_seldom(result) { ROOM } else { ROOM_FOR_MORE };
                if self.aside.used < room {
                    self.aside.add(number, result, &self.shelf);
                }
            }
        }
    }

    /// Returns `true` if few cases so far show the same.
    fn is_seldom(&mut self, result: &CaseResult) -> bool {
        let mismatches: &[Mismatch] = match &result.verdict {
            Verdict::Fail { mismatches } => mismatches,
            _ => &[],
        };
        let rules = mismatches.iter().map(|mismatch| mismatch.promise.rule.as_str());
        let reason = shortened(reason(&result.verdict));
        let why = [result.verdict.name(), &reason].into_iter().chain(rules);
        let key = [result.operation.as_str()].into_iter().chain(why).collect::<Vec<_>>().join("\n");
        let count = self.counts.entry(key).or_default();
        *count += 1;
        *count <= FIRST
    }

    /// Writes everything as JSON that can be placed in a script element.
    ///
    /// # Errors
    /// Returns an error of the writer, or of the file in which the cases wait.
    pub fn write(&self, run: &Gathered, out: &mut impl Write) -> io::Result<()> {
        let changed: BTreeMap<&str, &str> = match run.snapshots.accepted {
            true => BTreeMap::new(),
            false => {
                let changed = run.snapshots.changed.iter();
                changed.map(|change| (change.id.as_str(), change.diff.as_str())).collect()
            }
        };
        let [texts, changed, known] = [text(&self.texts.all()), text(&changed), text(&run.known)];
        let (texts, changed, known) = (escape_script(&texts), escape_script(&changed), escape_script(&known));
        writeln!(out, "{{\"texts\":{texts},\"changed\":{changed},\"known\":{known},\"cases\":[")?;
        for block in &self.rows.blocks {
            out.write_all(escape_script(&self.waiting(block)?).as_bytes())?;
        }
        out.write_all(escape_script(&self.rows.last).as_bytes())?;
        out.write_all(b"\n],\"details\":{\n")?;
        let passed = self.passed.within(ROOM.saturating_sub(self.aside.used));
        for (index, (number, detail)) in self.aside.within(usize::MAX).chain(passed).enumerate() {
            write!(out, "{}\"{number}\":{}", separator(index), escape_script(&self.waiting(detail)?))?;
        }
        out.write_all(b"\n}}")
    }

    fn waiting(&self, place: &Place) -> io::Result<String> {
        String::from_utf8(self.shelf.get(place)?).map_err(io::Error::other)
    }
}

fn separator(index: usize) -> &'static str {
    if index == 0 { "" } else { ",\n" }
}

/// Escapes JSON so that it contains neither `</script` nor `<!--`, whatever a target sent, and nothing that hides.
fn escape_script(json: &str) -> Cow<'_, str> {
    let json = in_markup(json);
    match json.contains(['<', '\u{2028}', '\u{2029}']) {
        true => Cow::Owned(
            json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"),
        ),
        false => json,
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn detail(result: &CaseResult) -> Detail<'_> {
    let (reason, mismatches): (&str, &[Mismatch]) = match &result.verdict {
        Verdict::Pass => ("", &[]),
        Verdict::Fail { mismatches } => ("", mismatches),
        Verdict::Blocked { row, .. } => (row, &[]),
        Verdict::Error { reason }
        | Verdict::Skipped { reason }
        | Verdict::Unproven { reason }
        | Verdict::NotTested { reason } => (reason, &[]),
    };
    let exchanges = result.exchanges.iter().enumerate();
    Detail {
        sends: &result.sends,
        expects: &result.expects,
        reason,
        mismatches,
        exchanges: exchanges.map(|(index, exchange)| shown(exchange, result.tried == Some(index))).collect(),
        notes: &result.notes,
    }
}

fn shown(exchange: &Exchange, tried: bool) -> Shown<'_> {
    let response = match &exchange.outcome {
        Outcome::NoResponse(reason) => reason.to_string(),
        Outcome::Received(response) => {
            let body: String = response.body.chars().take(SHOWN).collect();
            let rest = if body.len() < response.body.len() || response.cut.is_some() { "…" } else { "" };
            format!("{} {body}{rest}", response.status)
        }
    };
    Shown {
        operation: &exchange.operation,
        curl: curl::line(&exchange.request),
        response,
        micros: exchange.micros,
        tried,
    }
}
