//! Cases about relations: each condition met and not met, each demand kept and broken.

use std::collections::HashSet;

use crate::case::value::Value;
use crate::case::{Case, Expectation};
use crate::generate::plain::PlainCall;
use crate::generate::{expect, rules, single_call};
use crate::json::Json;
use crate::protocol;
use crate::spec::breach::Breach;
use crate::spec::model::{Condition, Demand, Further, Group, Member, Relation};
use crate::spec::path::Path;
use crate::spec::ruling::{self, Outcome, Ruling, relation};

use super::edits::{Edit, apply, merged, neighbours, place, values};
use super::{repaired, stand_ins};

/// The maximum number of ways to meet a condition, and of ways not to meet it.
const WAYS: usize = 8;

/// Values to set, and how an id and a text describe them.
#[derive(Clone, Default)]
struct Setting {
    slug: String,
    words: String,
    edit: Edit,
    /// The place that it is about, if it is about one.
    subject: Option<Path>,
}

impl Setting {
    fn new(slug: impl Into<String>, words: impl Into<String>, edit: Edit) -> Self {
        Self { slug: slug.into(), words: words.into(), edit, subject: None }
    }

    fn and(&self, other: &Self) -> Self {
        let joined = |one: &str, other: &str, by: &str| match (one.is_empty(), other.is_empty()) {
            (true, _) => other.to_owned(),
            (_, true) => one.to_owned(),
            _ => format!("{one}{by}{other}"),
        };
        Self {
            slug: joined(&self.slug, &other.slug, "-"),
            words: joined(&self.words, &other.words, ", "),
            edit: self.edit.iter().chain(&other.edit).cloned().collect(),
            subject: other.subject.clone().or_else(|| self.subject.clone()),
        }
    }
}

/// Returns the cases about all relations of an operation.
pub fn cases(plain: &PlainCall<'_>) -> Vec<Case> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut all = Vec::new();
    for (base, relation) in plain.relations() {
        for mut case in of_relation(plain, base, relation) {
            let id = case.id.clone();
            let mut number = 1;
            while !seen.insert(case.id.clone()) {
                number += 1;
                case.id = format!("{id}-{number}");
            }
            all.push(case);
        }
    }
    all
}

fn of_relation(plain: &PlainCall<'_>, base: &Path, relation: &Relation) -> Vec<Case> {
    let settings = Settings { plain, base };
    let condition = relation.condition.as_ref();
    let met = condition.map_or_else(|| vec![Setting::default()], |condition| settings.met(condition));
    let unmet = condition.map(|condition| settings.unmet(condition)).unwrap_or_default();
    let demands = settings.demands(&relation.demand);
    let mut cases = Vec::new();
    for (way, condition) in met.iter().take(WAYS).enumerate() {
        let of_way =
            demands.iter().enumerate().filter_map(|demand| settings.case(relation, condition, demand));
        match way {
            0 => cases.extend(of_way),
            // Each way to meet the condition needs a call that keeps the demand, and one that breaks each part of it.
            _ => cases.extend(one_of_each(of_way)),
        }
    }
    for condition in unmet.iter().take(WAYS) {
        let of_unmet =
            demands.iter().enumerate().filter_map(|demand| settings.case(relation, condition, demand));
        // Without the condition, what would break the demand must be accepted.
        cases.extend(of_unmet.filter(|case| matches!(case.expect, Expectation::Accept)).take(WAYS));
    }
    let mut seen: HashSet<String> = HashSet::new();
    cases.retain(|case| seen.insert(format!("{:?}", case.send)));
    cases
}

/// Returns the first case of each expectation and subject.
fn one_of_each(cases: impl Iterator<Item = Case>) -> Vec<Case> {
    let mut seen: HashSet<String> = HashSet::new();
    let is_new = |case: &Case| {
        let kind = match &case.expect {
            Expectation::Accept => "accept".to_owned(),
            expect => format!("{expect:?} {:?}", case.about),
        };
        seen.insert(kind)
    };
    let mut is_new = is_new;
    cases.filter(|case| is_new(case)).collect()
}

/// The settings of a relation that stands in the object at `base`.
struct Settings<'a, 's> {
    plain: &'a PlainCall<'s>,
    base: &'a Path,
}

impl Settings<'_, '_> {
    fn given(&self, at: &Path) -> Setting {
        let whole = self.base.join(at);
        let valid = place(self.plain, &whole).map(|prepared| prepared.valid.clone());
        Setting::new(format!("with-{at}"), format!("{at} is given"), vec![(whole, valid)])
    }

    fn absent(&self, at: &Path) -> Setting {
        Setting::new(format!("without-{at}"), format!("{at} is left out"), vec![(self.base.join(at), None)])
    }

    fn set(&self, at: &Path, value: Value) -> Setting {
        let shown = value.witness().map_or_else(|| "an id".to_owned(), |json| shown(&json));
        Setting::new(
            format!("{at}-{}", slug(&shown)),
            format!("{at} is {shown}"),
            vec![(self.base.join(at), Some(value))],
        )
    }

    /// Returns settings that meet a condition, each in another way.
    fn met(&self, condition: &Condition) -> Vec<Setting> {
        match condition {
            Condition::Given(at) => vec![self.given(at)],
            Condition::Is(at, values) => {
                let set = values.iter().map(|value| self.set(at, Value::Plain(value.clone())));
                set.chain(self.defaulted(at, |default| values.contains(default))).collect()
            }
            Condition::All(inner) => together(inner.iter().map(|inner| self.met(inner)).collect()),
            Condition::Any(inner) => inner.iter().flat_map(|inner| self.met(inner)).collect(),
            Condition::Not(inner) => self.unmet(inner),
        }
    }

    /// Returns settings that do not meet a condition.
    fn unmet(&self, condition: &Condition) -> Vec<Setting> {
        match condition {
            Condition::Given(at) => vec![self.absent(at)],
            Condition::Is(at, listed) => {
                let others = values(self.plain, &self.base.join(at)).into_iter();
                let others =
                    others.filter(|value| value.witness().is_none_or(|json| !listed.contains(&json)));
                let set = others.take(3).map(|value| self.set(at, value));
                self.defaulted(at, |default| !listed.contains(default))
                    .into_iter()
                    .chain(self.undefined(at))
                    .chain(set)
                    .collect()
            }
            Condition::All(inner) => {
                let one_unmet = |unmet: usize| {
                    let all = inner.iter().enumerate();
                    together(
                        all.map(
                            |(index, inner)| if index == unmet { self.unmet(inner) } else { self.met(inner) },
                        )
                        .collect(),
                    )
                };
                (0..inner.len()).flat_map(one_unmet).collect()
            }
            Condition::Any(inner) => together(inner.iter().map(|inner| self.unmet(inner)).collect()),
            Condition::Not(inner) => self.met(inner),
        }
    }

    /// Returns the setting in which a parameter is left out, if its default is as wanted.
    fn defaulted(&self, at: &Path, is_wanted: impl Fn(&Json) -> bool) -> Option<Setting> {
        let default = place(self.plain, &self.base.join(at))?.parameter.default.clone()?;
        is_wanted(&default).then(|| self.absent(at))
    }

    /// Returns the setting in which a parameter without a default is left out.
    fn undefined(&self, at: &Path) -> Option<Setting> {
        let parameter = place(self.plain, &self.base.join(at))?.parameter;
        parameter.default.is_none().then(|| self.absent(at))
    }

    /// Returns settings that keep or break what a relation demands.
    fn demands(&self, demand: &Demand) -> Vec<Setting> {
        match demand {
            Demand::Require(of) => self.all_and_all_but_one(of),
            Demand::Forbid(of) => {
                let none = self.only(of, &[]);
                let one = |at: &Path| Setting { subject: Some(at.clone()), ..self.only(of, &[at]) };
                [none].into_iter().chain(of.iter().map(one)).collect()
            }
            Demand::Given(group, of) => self.of_group(*group, of),
            Demand::Order { of, .. } => {
                self.compared(of.windows(2).map(|pair| (&pair[0], &pair[1])).collect())
            }
            Demand::Same(of) | Demand::Differ(of) => {
                let later = |index: usize| of[index + 1..].iter().map(move |other| (&of[index], other));
                self.compared((0..of.len()).flat_map(later).collect())
            }
            Demand::Then(rules) => rules.iter().flat_map(|further| self.further(further)).collect(),
        }
    }

    /// Returns the setting in which exactly these of a group are given.
    fn only(&self, of: &[Path], given: &[&Path]) -> Setting {
        let settings = of.iter().map(|at| if given.contains(&at) { self.given(at) } else { self.absent(at) });
        let edit: Edit = settings.flat_map(|setting| setting.edit).collect();
        let names: Vec<String> = given.iter().map(|at| at.to_string()).collect();
        match (names.len(), names.len() == of.len()) {
            (0, _) => Setting::new("none", "none is given", edit),
            (2.., true) => Setting::new("all", "all are given", edit),
            (1, _) => Setting::new(format!("only-{}", names[0]), format!("only {} is given", names[0]), edit),
            _ => Setting::new(names.join("-and-"), format!("{} are given", names.join(" and ")), edit),
        }
    }

    fn all_and_all_but_one(&self, of: &[Path]) -> Vec<Setting> {
        let all: Vec<&Path> = of.iter().collect();
        let but_one = |left: &Path| {
            let given: Vec<&Path> = of.iter().filter(|at| *at != left).collect();
            let setting = self.only(of, &given);
            let (slug, words) = (format!("without-{left}"), format!("{left} is left out"));
            Setting { slug, words, subject: Some(left.clone()), ..setting }
        };
        [self.only(of, &all)].into_iter().chain(of.iter().map(but_one)).collect()
    }

    fn of_group(&self, group: Group, of: &[Path]) -> Vec<Setting> {
        let all: Vec<&Path> = of.iter().collect();
        let mut settings = vec![self.only(of, &[])];
        settings.extend(of.iter().map(|at| self.only(of, &[at])));
        if of.len() > 2 {
            let pairs =
                (0..of.len()).flat_map(|first| (first + 1..of.len()).map(move |second| (first, second)));
            settings.extend(pairs.map(|(first, second)| self.only(of, &[&of[first], &of[second]])));
            if group == Group::AllOrNone && of.len() > 3 {
                settings.extend(self.all_and_all_but_one(of));
            }
        }
        settings.push(self.only(of, &all));
        settings
    }

    /// Returns settings in which the second of two values is a step above, equal to, and a step below the first.
    fn compared(&self, pairs: Vec<(&Path, &Path)>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for (one, other) in pairs {
            let Some(first) = place(self.plain, &self.base.join(one)) else { continue };
            let from = [first.valid.clone()].into_iter().chain(values(self.plain, &self.base.join(one)));
            let is_fixed = |value: &Value| value.random_count().is_none();
            let Some(value) = from.into_iter().find(is_fixed) else { continue };
            let near = neighbours(&value);
            let far =
                values(self.plain, &self.base.join(other)).into_iter().filter(|far| *far != value).take(1);
            for second in near.into_iter().chain(far) {
                settings.push(self.set(one, value.clone()).and(&self.set(other, second)));
            }
        }
        settings
    }

    /// Returns a setting for each value that the further rules of a value propose.
    fn further(&self, further: &Further) -> Vec<Setting> {
        let Some(prepared) = place(self.plain, &self.base.join(&further.at)) else { return Vec::new() };
        let own = prepared.parameter;
        let sample = further.sample.clone().or_else(|| own.sample.clone());
        let member = Member {
            sample,
            example: None,
            ..Member::bare(&own.name, merged(&own.schema, &further.rules), further.rules.at.clone())
        };
        let typed = protocol::facts(self.plain.service).is_typed(self.plain.operation, prepared.whole);
        let keys: Vec<&str> = crate::spec::rules::RULES
            .iter()
            .filter(|rule| (rule.is_in)(&further.rules))
            .map(|rule| rule.key)
            .collect();
        let trials = rules::trials(&member, typed).into_iter();
        let of_rules = trials.filter(|trial| keys.contains(&trial.about.rule()) && trial.value.is_some());
        of_rules
            .map(|trial| {
                let edit = vec![(self.base.join(&further.at), trial.value)];
                let words = format!("{}: {}", further.at, trial.tries);
                let subject = Some(further.at.clone());
                Setting { subject, ..Setting::new(trial.slug.replace('/', "-"), words, edit) }
            })
            .collect()
    }

    /// Returns the case with these values; `None` if no call can have them.
    fn case(
        &self,
        relation: &Relation,
        condition: &Setting,
        (number, demand): (usize, &Setting),
    ) -> Option<Case> {
        let plain = self.plain;
        let setting = condition.and(demand);
        let mut seen: Vec<&Path> = Vec::new();
        for (at, value) in &setting.edit {
            let earlier = setting.edit.iter().find(|(other, _)| other == at).map(|(_, value)| value);
            // A value that the condition and the demand set differently.
            if earlier != Some(value) {
                return None;
            }
            seen.push(at);
        }
        let send = apply(plain, &plain.set(&[]), &setting.edit)?;
        let fixed: Vec<Path> = seen.into_iter().cloned().collect();
        let send = repaired(plain, send, &fixed);
        let sent = stand_ins(&send);
        let together = relation::on_call(plain.operation, &sent);
        let alone = self.alone(&send);
        let ruling = together.clone().and(alone);
        let expect = match ruling.outcome() {
            Outcome::Holds => expect::whole_call(plain, &send),
            _ => expect::expectation(plain.service, plain.operation, &ruling),
        };
        let given = plain.setup_calls(&send, &expect);
        let about = self.about(relation, (number, &setting), &together)?;
        let name = &about.at;
        let id = format!("{name}/{}/{}", relation.demand.key(), setting.slug);
        let tries = format!("{name}: {}", setting.words);
        Some(Case { about: vec![about], given, ..single_call(plain.operation, &id, tries, send, expect) })
    }

    /// Returns the promise of a relation that a call breaks, or else one that it keeps.
    fn about(
        &self,
        relation: &Relation,
        (number, setting): (usize, &Setting),
        ruling: &Ruling,
    ) -> Option<Breach> {
        let promises = relation.demand.promises();
        let own: Vec<Breach> =
            promises.iter().map(|(at, part)| Breach { at: self.base.join(at), part: *part }).collect();
        let broken: Vec<Breach> = ruling.broken().into_iter().chain(ruling.doubted()).collect();
        let is_subject = |breach: &&Breach| {
            setting.subject.as_ref().is_none_or(|subject| self.base.join(subject) == breach.at)
        };
        let of_part = |breach: &&Breach| broken.iter().any(|broken| broken.part == breach.part);
        let of_subject: Vec<&Breach> = own.iter().filter(is_subject).collect();
        let named = of_subject.iter().copied().find(|breach| broken.contains(breach));
        let named = named.or_else(|| own.iter().find(|breach| broken.contains(breach)));
        let named = named.or_else(|| own.iter().find(of_part));
        // Calls that keep the relation show each of its promises in turn.
        let kept = of_subject.get(number % of_subject.len().max(1)).copied();
        named.or(kept).or(own.first()).cloned()
    }

    /// Returns the ruling on the values of a call, each on its own.
    fn alone(&self, send: &crate::case::Parameters) -> Ruling {
        send.iter().fold(Ruling::holds(), |ruling, (name, value)| {
            let (Some(parameter), Some(json)) = (self.plain.operation.parameter(name), value.witness())
            else {
                return ruling;
            };
            ruling.and(ruling::on_member(parameter, Some(&json)).at(&Path::member(name.as_str())))
        })
    }
}

/// Combines settings, one of each list. Each setting occurs; the others have their first one.
fn together(lists: Vec<Vec<Setting>>) -> Vec<Setting> {
    if lists.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let with = |changed: usize, setting: &Setting| {
        lists.iter().enumerate().fold(Setting::default(), |all, (index, list)| {
            all.and(if index == changed { setting } else { &list[0] })
        })
    };
    let mut all = Vec::new();
    for (changed, list) in lists.iter().enumerate() {
        let new = if changed == 0 { list.as_slice() } else { &list[1..] };
        all.extend(new.iter().map(|setting| with(changed, setting)));
    }
    all
}

fn shown(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_string(), str::to_owned)
}

/// Returns a text with only what an id may contain.
fn slug(text: &str) -> String {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '-' }
    };
    let slug: String = text.chars().take(24).map(plain).collect();
    if slug.is_empty() { "empty".to_owned() } else { slug }
}
