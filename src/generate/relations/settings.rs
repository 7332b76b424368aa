//! Settings: values that meet a condition or not, and that keep a demand or break it.

use crate::case::OF;
use crate::case::value::Value;
use crate::generate::plain::PlainCall;
use crate::generate::rules;
use crate::generate::valid::valid;
use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Condition, Demand, Further, Group, Member};
use crate::spec::path::{Path, Step};
use crate::spec::ruling::{self, Outcome};

use super::edits::{Edit, merged, neighbours, place, values};

/// The maximum number of values that are valid by themselves, but not under a condition.
const EXCLUDED: usize = 4;

/// Values to set, and how an id and a text describe them.
#[derive(Clone, Default)]
pub struct Setting {
    /// The end of an id.
    pub slug: String,
    /// The values in words.
    pub words: String,
    /// The values.
    pub edit: Edit,
    /// The place that it is about, if it is about one.
    pub subject: Option<Path>,
}

impl Setting {
    fn new(slug: impl Into<String>, words: impl Into<String>, edit: Edit) -> Self {
        Self { slug: slug.into(), words: words.into(), edit, subject: None }
    }

    /// Returns both settings together.
    pub fn and(&self, other: &Self) -> Self {
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

/// The settings of a relation that stands in the object at `base`.
pub struct Settings<'a, 's> {
    /// The plain call.
    pub plain: &'a PlainCall<'s>,
    /// The object.
    pub base: &'a Path,
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
    pub fn met(&self, condition: &Condition) -> Vec<Setting> {
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
    pub fn unmet(&self, condition: &Condition) -> Vec<Setting> {
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
    pub fn demands(&self, demand: &Demand) -> Vec<Setting> {
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
            (0, _) if of.len() == 1 => Setting::new("none", format!("{} is left out", of[0]), edit),
            (0, _) => Setting::new("none", format!("none of {} is given", listed(of)), edit),
            (2.., true) => Setting::new("all", format!("{} are given", listed(of)), edit),
            (1, _) => Setting::new(format!("only-{}", names[0]), format!("only {} is given", names[0]), edit),
            _ => Setting::new(names.join("-and-"), format!("{} are given", names.join(" and ")), edit),
        }
    }

    /// Returns the setting in which an object is given without one of its members, and with another one if it has one.
    fn without_member(&self, at: &Path) -> Option<Setting> {
        let whole = self.base.join(at);
        let object = place(self.plain, &whole.without(1)).filter(|_| at.steps().len() > 1)?;
        let schema = &object.parameter.schema;
        let Step::Member(name) = whole.steps().last()? else { return None };
        let others = schema.members().iter().filter(|member| member.name != *name);
        let members: Vec<_> =
            others.take(1).map(|member| (member.name.as_str().into(), valid(member))).collect();
        let value = Value::object(members);
        let edit = vec![(whole.without(1), Some(value))];
        let words = format!("{} is given without {at}", at.without(1));
        Some(Setting {
            subject: Some(at.clone()),
            ..Setting::new(format!("{}-without-{at}", at.without(1)), words, edit)
        })
    }

    fn all_and_all_but_one(&self, of: &[Path]) -> Vec<Setting> {
        let all: Vec<&Path> = of.iter().collect();
        let but_one = |left: &Path| {
            let given: Vec<&Path> = of.iter().filter(|at| *at != left).collect();
            let setting = self.only(of, &given);
            let (slug, words) = (format!("without-{left}"), format!("{left} is left out"));
            Setting { slug, words, subject: Some(left.clone()), ..setting }
        };
        let without_members = of.iter().filter_map(|at| self.without_member(at));
        [self.only(of, &all)].into_iter().chain(of.iter().map(but_one)).chain(without_members).collect()
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

    /// Returns settings with two values that are equal, or next to each other in either order, each valid by itself; and
    /// one with two values that have nothing in common.
    fn compared(&self, pairs: Vec<(&Path, &Path)>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for (one, other) in pairs {
            settings.extend(self.of_one_entity(one, other));
            let is_fixed = |value: &Value| value.random_count().is_none();
            let mut from: Vec<Value> =
                values(self.plain, &self.base.join(one)).into_iter().filter(is_fixed).collect();
            from.extend(from.clone().iter().flat_map(neighbours));
            let mut seen: Vec<Setting> = Vec::new();
            let mut add = |first: &Value, second: Value| {
                let is_valid = self.is_valid(one, first) && self.is_valid(other, &second);
                if is_valid {
                    seen.push(self.set(one, first.clone()).and(&self.set(other, second)));
                }
                is_valid
            };
            let equal = from.iter().find(|first| add(first, (*first).clone()));
            // A step after, a step before; for times, both steps.
            let steps = from.iter().map(|first| neighbours(first).len()).max().unwrap_or(0);
            for step in 0..steps {
                let mut near =
                    from.iter().filter_map(|first| Some((first, neighbours(first).get(step)?.clone())));
                near.find(|(first, second)| add(first, second.clone()));
            }
            if let Some(first) = equal.or(from.first()) {
                let mut far = values(self.plain, &self.base.join(other)).into_iter();
                far.find(|far| far != first && is_fixed(far) && add(first, far.clone()));
            }
            settings.extend(seen);
        }
        settings
    }

    /// Returns the setting in which two parameters take the id of the same entity, and the one in which they do not.
    fn of_one_entity(&self, one: &Path, other: &Path) -> Vec<Setting> {
        let entity = |at: &Path| place(self.plain, &self.base.join(at))?.parameter.exists.clone();
        let Some(entity) = entity(one).filter(|of_one| entity(other).as_ref() == Some(of_one)) else {
            return Vec::new();
        };
        let setting = |slug: &str, words: String, ids: [&str; 2]| {
            let [first, second] = ids.map(|label| Some(Value::Id(label.to_owned())));
            let edit = vec![(self.base.join(one), first), (self.base.join(other), second)];
            Setting::new(slug, words, edit)
        };
        let both = format!("{entity}{OF}both");
        vec![
            setting("one-entity", format!("{one} and {other} name the same {entity}"), [&both, &both]),
            setting("two-entities", format!("{one} and {other} name different ones"), [&entity, &entity]),
        ]
    }

    /// Returns `true` if a value keeps the rules of its place.
    fn is_valid(&self, at: &Path, value: &Value) -> bool {
        let Some(prepared) = place(self.plain, &self.base.join(at)) else { return false };
        let Some(json) = value.witness() else { return true };
        ruling::on_member(prepared.parameter, Some(&json)).outcome() == Outcome::Holds
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
        let own_values = values(self.plain, &self.base.join(&further.at)).into_iter().filter(|value| {
            let json = value.witness();
            json.is_some_and(|json| ruling::on_value(&further.rules, &json).outcome() == Outcome::Breaks)
        });
        let subject = Some(further.at.clone());
        let excluded = own_values
            .take(EXCLUDED)
            .map(|value| Setting { subject: subject.clone(), ..self.set(&further.at, value) });
        let excluded: Vec<Setting> = excluded.collect();
        of_rules
            .map(|trial| {
                let edit = vec![(self.base.join(&further.at), trial.value)];
                let words = format!("{}: {}", further.at, trial.tries);
                let subject = Some(further.at.clone());
                Setting { subject, ..Setting::new(trial.slug.replace('/', "-"), words, edit) }
            })
            .chain(excluded)
            .collect()
    }
}

/// Returns names in words.
fn listed(of: &[Path]) -> String {
    of.iter().map(Path::to_string).collect::<Vec<_>>().join(", ")
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
