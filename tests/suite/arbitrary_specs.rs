//! Properties of the cases of arbitrary pages: what must be accepted satisfies every rule, what must be rejected breaks
//! exactly one, and ids are stable. This file checks the rules with its own code, not with the oracle that decided the
//! expectations.

use std::collections::{BTreeSet, HashMap};

use fineprint::case::{Case, Expectation, Rows};
use fineprint::generate::{self, Depth};
use fineprint::json::Json;
use fineprint::span::Source;
use fineprint::spec::model::Specs;
use fineprint::spec::read::{self, SpecFile};
use proptest::prelude::*;

/// A parameter of a random page.
#[derive(Debug, Clone)]
struct Param {
    name: String,
    required: bool,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Text { min: usize, max: usize, of: Alphabet, unique: bool },
    Listed(Vec<String>),
    Members(Vec<String>),
    Email,
    Phone,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Alphabet {
    Letters,
    Digits,
    Both,
    Names,
}

impl Alphabet {
    fn yaml(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Digits => "digits",
            Self::Both => "[letters, digits]",
            Self::Names => "{of: [letters, digits, _], not-first: _}",
        }
    }

    fn has(self, character: char) -> bool {
        match self {
            Self::Letters => character.is_ascii_alphabetic(),
            Self::Digits => character.is_ascii_digit(),
            Self::Both => character.is_ascii_alphanumeric(),
            Self::Names => character.is_ascii_alphanumeric() || character == '_',
        }
    }
}

impl Param {
    fn yaml(&self) -> String {
        let rules = match &self.kind {
            Kind::Text { min, max, of, unique } => {
                let unique = if *unique { ", unique: true" } else { "" };
                format!("type: string, length: {min}..{max}, characters: {}{unique}", of.yaml())
            }
            Kind::Listed(values) => format!("type: string, values: [{}]", values.join(", ")),
            Kind::Members(values) => {
                format!("type: array, items: {{type: string, values: [{}]}}", values.join(", "))
            }
            Kind::Email => "type: string, format: email".to_owned(),
            Kind::Phone => "type: string, format: {is: phone, countries: [86]}".to_owned(),
        };
        format!("  {}: {{{rules}, required: {}}}\n", self.name, self.required)
    }

    /// Returns an error row for each rule, so that an expectation shows which rule is meant.
    fn rows(&self) -> String {
        let rules: &[&str] = match &self.kind {
            Kind::Text { unique: true, .. } => {
                &["required", "type", "length.min", "length.max", "characters", "unique"]
            }
            Kind::Text { .. } => &["required", "type", "length.min", "length.max", "characters"],
            Kind::Listed(_) => &["required", "type", "values"],
            Kind::Members(_) => &["required", "type", "items"],
            Kind::Email => &["required", "type", "format"],
            Kind::Phone => &["required", "type", "format.shape", "format.country"],
        };
        let row = |rule: &&str| {
            format!("- {{status: 400, code: {}.{rule}, when: {{{}: {rule}}}}}\n", self.name, self.name)
        };
        rules.iter().map(row).collect()
    }

    /// Returns the rules that a value certainly breaks, in the reading of this test; `None` if readers could differ.
    fn broken(&self, value: Option<&Json>) -> Option<BTreeSet<&'static str>> {
        let one = |rule: &'static str| Some(BTreeSet::from([rule]));
        match (value, &self.kind) {
            (None, _) if self.required => one("required"),
            (None, _) => Some(BTreeSet::new()),
            (Some(Json::List(items)), Kind::Members(values)) if !items.is_empty() => {
                let wrong = items
                    .iter()
                    .any(|item| !item.as_text().is_some_and(|text| values.contains(&text.to_owned())));
                if wrong { one("items") } else { Some(BTreeSet::new()) }
            }
            (Some(Json::Text(text)), _) if text.trim().is_empty() => None,
            (Some(Json::Text(text)), Kind::Text { min, max, of, .. }) => {
                Some(text_breaks(text, *min, *max, *of))
            }
            (Some(Json::Text(text)), Kind::Listed(values)) => {
                if values.contains(text) {
                    Some(BTreeSet::new())
                } else {
                    one("values")
                }
            }
            (Some(Json::Text(text)), Kind::Email) => {
                let parts: Vec<&str> = text.split('@').collect();
                let plain = |part: &str| {
                    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
                };
                match parts.as_slice() {
                    [local, host]
                        if plain(local) && plain(host) && host.contains('.') && !local.is_empty() =>
                    {
                        Some(BTreeSet::new())
                    }
                    [_, ..] if text.contains('"') => None,
                    [local, host]
                        if !local.is_empty() && !host.is_empty() && !text.contains([' ', '\n', '\0']) =>
                    {
                        None
                    }
                    _ => one("format"),
                }
            }
            (Some(Json::Text(text)), Kind::Phone) => match text.split_once('-') {
                Some(("86", number))
                    if number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit()) =>
                {
                    Some(BTreeSet::new())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn text_breaks(text: &str, min: usize, max: usize, of: Alphabet) -> BTreeSet<&'static str> {
    let mut broken = BTreeSet::new();
    let length = text.chars().count();
    if length < min {
        broken.insert("length.min");
    }
    if length > max {
        broken.insert("length.max");
    }
    if !text.chars().all(|character| of.has(character)) || (of == Alphabet::Names && text.starts_with('_')) {
        broken.insert("characters");
    }
    broken
}

fn words() -> impl Strategy<Value = Vec<String>> {
    let all = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"];
    proptest::sample::subsequence(all.to_vec(), 1..=5)
        .prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

fn kind() -> impl Strategy<Value = Kind> {
    let alphabet = prop_oneof![
        Just(Alphabet::Letters),
        Just(Alphabet::Digits),
        Just(Alphabet::Both),
        Just(Alphabet::Names)
    ];
    prop_oneof![
        (1usize..6, 8usize..80, alphabet, any::<bool>()).prop_map(|(min, max, of, unique)| Kind::Text {
            min,
            max,
            of,
            unique
        }),
        words().prop_map(Kind::Listed),
        words().prop_map(Kind::Members),
        Just(Kind::Email),
        Just(Kind::Phone),
    ]
}

fn page() -> impl Strategy<Value = (Vec<Param>, &'static str)> {
    let params = proptest::collection::vec((kind(), any::<bool>()), 1..6).prop_map(|all| {
        let named = all.into_iter().enumerate();
        named.map(|(index, (kind, required))| Param { name: format!("P{index}"), required, kind }).collect()
    });
    (params, prop_oneof![Just("acs-rpc"), Just("tencent-3.0")])
}

fn specs(params: &[Param], protocol: &str) -> Specs {
    let file = |file_name: &str, text: String| SpecFile {
        folder: "v/s".to_owned(),
        file_name: file_name.to_owned(),
        source: Source::new(format!("v/s/{file_name}"), text),
    };
    let service = format!(
        "service: s\nvendor: V\nversion: '1'\nprotocol: {protocol}\nentities:\n  thing: {{id: Id, made-by: Add, removed-by: none}}\n"
    );
    let parameters: String = params.iter().map(Param::yaml).collect();
    let rows: String = params.iter().map(Param::rows).collect();
    let operation = format!(
        "operation: Add\npage: {{title: Add}}\ncreates: thing\nparameters:\n{parameters}errors:\n{rows}response:\n  Id: {{type: string}}\n"
    );
    read::read(&[file("service.yaml", service), file("Add.yaml", operation.clone())]).unwrap_or_else(
        |findings| {
            panic!(
                "{operation}\n{}",
                findings.iter().map(|finding| finding.render(false)).collect::<String>()
            )
        },
    )
}

fn cases(specs: &Specs, depth: Depth) -> Vec<Case> {
    generate::all(specs, depth).into_iter().flat_map(|file| file.cases).collect()
}

/// Returns what a case sends for a parameter, if that is known before it runs.
fn sent(case: &Case, name: &str) -> Result<Option<Json>, ()> {
    match case.send.iter().find(|(known, _)| known == name) {
        None => Ok(None),
        Some((_, value)) => value.witness().map(Some).ok_or(()),
    }
}

/// Returns every parameter with the rules that its value breaks, except those on which readers could differ.
fn faults(params: &[Param], case: &Case) -> Vec<(String, BTreeSet<&'static str>)> {
    let broken = |param: &Param| {
        let value = sent(case, &param.name).ok()?;
        let broken = param.broken(value.as_ref())?;
        (!broken.is_empty()).then(|| (param.name.clone(), broken))
    };
    params.iter().filter_map(broken).collect()
}

/// Returns `true` if a case is about the values of its one call, and not about the effects of earlier calls or its wire
/// form.
fn is_about_values(case: &Case) -> bool {
    case.given.is_empty() && case.twist.is_none() && case.then.is_empty() && !case.id.contains("/request/")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What must be accepted satisfies all rules. What must be rejected breaks one rule of the parameter that it is
    /// about, and none of another.
    #[test]
    fn accepted_values_meet_all_rules_and_rejected_ones_break_exactly_one((params, protocol) in page()) {
        let specs = specs(&params, protocol);
        for depth in [Depth::Standard, Depth::Pairwise] {
            for case in cases(&specs, depth).iter().filter(|case| is_about_values(case)) {
                let faults = faults(&params, case);
                match (&case.expect, case.about.as_slice()) {
                    (Expectation::Accept, _) => prop_assert!(faults.is_empty(), "{}: {faults:?}", case.id),
                    (Expectation::Reject(rows), [about]) => {
                        prop_assert!(faults.len() <= 1, "{}: {faults:?}", case.id);
                        for (name, broken) in &faults {
                            prop_assert_eq!(name, about.at.parameter(), "{}", &case.id);
                            prop_assert_eq!(broken.len(), 1, "{} breaks {:?}", &case.id, broken);
                            let Rows::Codes(codes) = rows else { continue };
                            let code = format!("{name}.{}", broken.first().unwrap());
                            prop_assert!(codes.iter().any(|row| row.starts_with(&code)), "{}: {code} not in {codes:?}", case.id);
                        }
                    }
                    (Expectation::Reject(_), two) => {
                        prop_assert_eq!(two.len(), 2, "{}", &case.id);
                        prop_assert!(faults.len() <= 2, "{}: {faults:?}", case.id);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Over the violations of one rule, each other parameter takes each of its valid values, and is absent if it may
    /// be.
    #[test]
    fn every_rule_is_violated_with_every_class_of_other_parameters((params, protocol) in page()) {
        let specs = specs(&params, protocol);
        let all = cases(&specs, Depth::Standard);
        let mut contexts: HashMap<(String, &str, String), BTreeSet<String>> = HashMap::new();
        for case in all.iter().filter(|case| is_about_values(case) && case.about.len() == 1) {
            if !matches!(case.expect, Expectation::Reject(_)) {
                continue;
            }
            for (name, broken) in faults(&params, case) {
                for other in params.iter().filter(|other| other.name != name) {
                    let value = sent(case, &other.name).ok().flatten();
                    let value = value.map_or("absent".to_owned(), |json| json.to_string());
                    let rule = broken.first().unwrap();
                    contexts.entry((name.clone(), rule, other.name.clone())).or_default().insert(value);
                }
            }
        }
        let few = |param: &Param| matches!(&param.kind, Kind::Text { unique: true, .. });
        for ((name, rule, other), seen) in &contexts {
            let param = params.iter().find(|param| param.name == *name).unwrap();
            // Nothing is removed on this page, so random values from a small set are not generated again and again.
            if few(param) {
                continue;
            }
            let other = params.iter().find(|param| param.name == *other).unwrap();
            let mut wanted: Vec<String> = match &other.kind {
                Kind::Listed(values) => values.iter().map(|value| format!("\"{value}\"")).collect(),
                Kind::Members(values) => values.iter().map(|value| format!("[\"{value}\"]")).collect(),
                _ => Vec::new(),
            };
            if !other.required {
                wanted.push("absent".to_owned());
            }
            for class in wanted {
                prop_assert!(seen.contains(&class), "{name} {rule} was never violated while {} is {class}", other.name);
            }
        }
    }

    /// Ids are unique; every id stays when a parameter with rules of its own is added; and no spec generates the same
    /// case twice.
    #[test]
    fn ids_are_unique_and_unchanged_by_an_unrelated_rule((params, protocol) in page(), more in kind(), required in any::<bool>()) {
        let before: Vec<String> = cases(&specs(&params, protocol), Depth::Standard).into_iter().map(|case| case.id).collect();
        let unique: BTreeSet<&String> = before.iter().collect();
        prop_assert_eq!(unique.len(), before.len());
        let added = Param { name: "Added".to_owned(), required, kind: more };
        let after = cases(&specs(&[params, vec![added]].concat(), protocol), Depth::Standard);
        let after: BTreeSet<String> = after.into_iter().map(|case| case.id).collect();
        for id in before {
            // The case with all parameters exists as soon as a parameter is optional.
            prop_assert!(after.contains(&id), "{id}");
        }
    }

    /// The deeper run has every case of the shallower one, unchanged.
    #[test]
    fn deeper_cases_include_shallower_ones((params, protocol) in page()) {
        let specs = specs(&params, protocol);
        let [smoke, standard, pairwise] = [Depth::Smoke, Depth::Standard, Depth::Pairwise].map(|depth| cases(&specs, depth));
        prop_assert!(smoke.iter().all(|case| standard.contains(case)));
        prop_assert!(standard.iter().all(|case| pairwise.contains(case)));
    }
}
