//! Properties of the cases of pages with arbitrary relations: what must be accepted keeps all of them, and what must be
//! rejected breaks what it names. This file checks relations with its own code.

use fineprint::case::{Case, Expectation, Rows};
use fineprint::generate::{self, Depth};
use fineprint::span::Source;
use fineprint::spec::model::Specs;
use fineprint::spec::read::{self, SpecFile};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];
const MODES: [&str; 3] = ["red", "green", "blue"];

/// A relation of a random page, between parameters by their numbers.
#[derive(Debug, Clone)]
struct Relation {
    /// The modes for which it counts; all calls if there are none.
    modes: Vec<usize>,
    unless: bool,
    demand: &'static str,
    of: Vec<usize>,
}

impl Relation {
    fn yaml(&self) -> String {
        let modes: Vec<&str> = self.modes.iter().map(|mode| MODES[*mode]).collect();
        let condition = match (modes.is_empty(), self.unless) {
            (true, _) => String::new(),
            (false, false) => format!("if: {{Mode: [{}]}}, ", modes.join(", ")),
            (false, true) => format!("unless: {{Mode: [{}]}}, ", modes.join(", ")),
        };
        let of: Vec<&str> = self.of.iter().map(|number| NAMES[*number]).collect();
        format!("- {{{condition}{}: [{}]}}\n", self.demand, of.join(", "))
    }

    /// Returns the part of the row that covers it.
    fn parts(&self) -> &'static str {
        match self.demand {
            "require" => "required",
            "forbid" => "forbidden",
            group => group,
        }
    }

    /// Returns `true` if a call breaks it.
    fn is_broken(&self, mode: Option<&str>, given: &[bool]) -> bool {
        let is_named = mode.is_some_and(|mode| self.modes.iter().any(|named| MODES[*named] == mode));
        if !self.modes.is_empty() && is_named == self.unless {
            return false;
        }
        let number = self.of.iter().filter(|at| given[**at]).count();
        match self.demand {
            "require" => number < self.of.len(),
            "forbid" => number > 0,
            "exactly-one" => number != 1,
            "at-least-one" => number == 0,
            "at-most-one" => number > 1,
            _ => number != 0 && number != self.of.len(),
        }
    }
}

fn relation() -> impl Strategy<Value = Relation> {
    let demands = ["require", "forbid", "exactly-one", "at-least-one", "at-most-one", "all-or-none"];
    let of = proptest::sample::subsequence((0..NAMES.len()).collect::<Vec<_>>(), 2..=3);
    let modes = proptest::sample::subsequence((0..MODES.len()).collect::<Vec<_>>(), 0..=2);
    (modes, any::<bool>(), proptest::sample::select(demands.to_vec()), of)
        .prop_map(|(modes, unless, demand, of)| Relation { modes, unless, demand, of })
}

fn specs(relations: &[Relation]) -> Specs {
    let file = |file_name: &str, text: String| SpecFile {
        folder: "v/s".to_owned(),
        file_name: file_name.to_owned(),
        source: Source::new(format!("v/s/{file_name}"), text),
    };
    let texts: String = NAMES
        .iter()
        .map(|name| format!("  {name}: {{type: string, length: 2..9, characters: letters}}\n"))
        .collect();
    let rows: String = NAMES
        .iter()
        .map(|name| {
            format!("- {{status: 400, code: Bad{name}, when: {{{name}: [type, length, characters]}}}}\n")
        })
        .collect();
    let row = |(number, relation): (usize, &Relation)| {
        let each: Vec<String> =
            relation.of.iter().map(|at| format!("{}: {}", NAMES[*at], relation.parts())).collect();
        format!("- {{status: 400, code: R{number}, when: {{{}}}}}\n", each.join(", "))
    };
    let operation = format!(
        "operation: Do\npage: {{title: Do}}\nhttp: POST /do\nparameters:\n  Mode: {{type: string, values: [red, green, blue]}}\n{texts}\
         relations:\n{}errors:\n- {{status: 400, code: BadMode, when: {{Mode: [type, values]}}}}\n{rows}{}response: {{}}\n",
        relations.iter().map(Relation::yaml).collect::<String>(),
        relations.iter().enumerate().map(row).collect::<String>(),
    );
    let service = "service: s\nvendor: V\nversion: '1'\nprotocol: rest\nhttp: {code: code}\n".to_owned();
    let files = [file("service.yaml", service), file("Do.yaml", operation.clone())];
    read::read(&files).unwrap_or_else(|findings| panic!("{operation}\n{findings:?}"))
}

/// Returns the codes of everything that a call breaks; `None` if readers could differ about a value of it.
fn codes(relations: &[Relation], case: &Case) -> Option<Vec<String>> {
    let sent =
        |name: &str| case.send.iter().find(|(known, _)| known == name).map(|(_, value)| value.witness());
    let mut codes = Vec::new();
    let mode = match sent("Mode") {
        None => None,
        Some(json) => Some(json?.as_text()?.to_owned()).filter(|mode| MODES.contains(&mode.as_str())),
    };
    // An invalid mode may or may not meet a condition.
    if mode.is_none() && sent("Mode").is_some() {
        return None;
    }
    let mut given = Vec::new();
    for name in NAMES {
        let Some(json) = sent(name) else {
            given.push(false);
            continue;
        };
        let text = json?.as_text()?.to_owned();
        let is_plain = text.is_ascii() && !text.trim().is_empty();
        if !is_plain {
            return None;
        }
        if !(2..=9).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            codes.push(format!("Bad{name}"));
        }
        given.push(true);
    }
    let broken = relations.iter().enumerate().filter(|(_, each)| each.is_broken(mode.as_deref(), &given));
    codes.extend(broken.map(|(number, _)| format!("R{number}")));
    Some(codes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn accepted_calls_keep_all_relations_and_rejected_ones_break_what_they_name(
        relations in proptest::collection::vec(relation(), 1..5)
    ) {
        let specs = specs(&relations);
        let cases = generate::all(&specs, Depth::Standard).into_iter().flat_map(|file| file.cases);
        let mut accepted = 0;
        for case in cases.filter(|case| case.twist.is_none() && !case.id.contains("/request/")) {
            let Some(broken) = codes(&relations, &case) else { continue };
            match &case.expect {
                Expectation::Accept => {
                    prop_assert!(broken.is_empty(), "{} breaks {broken:?}", case.id);
                    accepted += 1;
                }
                Expectation::Reject(Rows::Codes(codes)) => {
                    prop_assert!(!broken.is_empty(), "{} breaks nothing", case.id);
                    // Two relations with the same part at the same place share their rows.
                    let is_named = |code: &String| codes.contains(code);
                    prop_assert!(broken.iter().any(is_named), "{}: {codes:?}, breaks {broken:?}", case.id);
                }
                Expectation::Silent(why) => prop_assert!(false, "{}: {why}", case.id),
                _ => {}
            }
        }
        let every_call = || (0..4 << NAMES.len()).map(|bits: usize| {
            let given: Vec<bool> = (0..NAMES.len()).map(|at| bits >> at & 1 == 1).collect();
            let mode = MODES.get(bits >> NAMES.len()).copied();
            !relations.iter().any(|relation| relation.is_broken(mode, &given))
        });
        // A call that keeps all relations is found if there is one, and a contradiction is told if there is none.
        let is_possible = every_call().any(|is_fine| is_fine);
        prop_assert_eq!(accepted > 0, is_possible);
        let (service, operation) = specs.operations().next().unwrap();
        prop_assert_eq!(generate::relations::contradiction(service, operation).is_empty(), is_possible);
    }
}
