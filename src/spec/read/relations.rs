//! Reads relations: promises about several values of one object.

use crate::diagnostic::Finding;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::forms;
use crate::spec::model::{
    Condition, Demand, Further, Group, Member, Quote, Relation, Required, Schema, Type, described,
};
use crate::spec::path::{Path, Step};
use crate::spec::ruling::{Outcome, fits, on_value};
use crate::spec::yaml::{Key, Kind, Node};

use super::reader::{Fields, Reader};

impl Reader {
    /// Reads the relations of an object with these members, and tells the members about them.
    pub fn relations(&mut self, fields: &Fields<'_>, members: &mut [Member]) -> Vec<Relation> {
        let nodes = fields.get("relations").map(|node| self.list(node)).unwrap_or_default();
        let relations: Vec<Relation> =
            nodes.into_iter().filter_map(|node| self.relation(node, members)).collect();
        relations.iter().for_each(|relation| relate(relation, members));
        relations
    }

    fn relation(&mut self, node: &Node, members: &[Member]) -> Option<Relation> {
        let before = self.findings.len();
        let fields = self.form(node, &forms::RELATION)?;
        if self.findings.len() > before {
            return None;
        }
        let condition = self.condition_of(&fields, members);
        let demand = self.demand(node, &fields, members)?;
        let says = self.optional_text(&fields, "says").map(|text| Quote {
            text,
            of: distinct(demand.promises().into_iter().map(|(_, part)| part)),
            leaves: None,
            at: node.place.clone(),
        });
        self.settled(&condition, &demand, node, members);
        // A relation with a mistake in it must not add findings about what it seems to say.
        (self.findings.len() == before).then(|| Relation { condition, demand, says, at: node.place.clone() })
    }

    fn condition_of(&mut self, fields: &Fields<'_>, members: &[Member]) -> Option<Condition> {
        let met = fields.get("if").and_then(|node| self.condition(node, members));
        let unmet = fields.get("unless").and_then(|node| self.condition(node, members));
        let unmet = unmet.map(|condition| Condition::Not(Box::new(condition)));
        match (met, unmet) {
            (Some(met), Some(unmet)) => Some(Condition::All(vec![met, unmet])),
            (met, unmet) => met.or(unmet),
        }
    }

    /// Reads a condition: a path, a mapping of which all must hold, or a list of which one must hold.
    pub(super) fn condition(&mut self, node: &Node, members: &[Member]) -> Option<Condition> {
        match &node.kind {
            Kind::List(nodes) if nodes.is_empty() => {
                self.wrong(node, "one or more conditions");
                None
            }
            Kind::Map(entries) if entries.is_empty() => {
                self.wrong(node, "one or more conditions");
                None
            }
            Kind::List(nodes) => {
                let any: Vec<Condition> =
                    nodes.iter().filter_map(|node| self.condition(node, members)).collect();
                Some(single(any, Condition::Any))
            }
            Kind::Map(_) => {
                let entries = self.map(node)?;
                let all: Vec<Condition> =
                    entries.into_iter().filter_map(|(key, node)| self.asks(key, node, members)).collect();
                Some(single(all, Condition::All))
            }
            _ => Some(Condition::Given(self.place(node, members)?)),
        }
    }

    /// Reads what a condition asks about one value.
    fn asks(&mut self, key: &Key, node: &Node, members: &[Member]) -> Option<Condition> {
        let at = self.known(key, members)?;
        if matches!(&node.kind, Kind::Map(entries) if entries.is_empty()) {
            return Some(Condition::Given(at));
        }
        let nodes = self.list_or_one(node);
        let values: Vec<Json> = nodes.iter().map(|node| node.to_json()).collect();
        let (member, schema) = described(members, &at)?;
        let allowed = |value: &Json| {
            let is_of_type = fits(schema.kind(), value);
            member.default.as_ref() == Some(value)
                || is_of_type && on_value(schema, value).outcome() != Outcome::Breaks
        };
        if values.is_empty() {
            self.wrong(node, "one or more values");
            return None;
        }
        if let Some((node, _)) = nodes.iter().zip(&values).find(|(_, value)| !allowed(value)) {
            let help = "a condition asks about values that the parameter can have: check both on the page";
            self.impossible(&node.place, format!("`{at}` never has this value"), help);
            return None;
        }
        Some(Condition::Is(at, values))
    }

    fn demand(&mut self, node: &Node, fields: &Fields<'_>, members: &[Member]) -> Option<Demand> {
        let before = self.findings.len();
        let written: Vec<&str> =
            forms::DEMANDS.iter().copied().filter(|key| fields.get(key).is_some()).collect();
        let [key] = written.as_slice() else {
            let title = match written.is_empty() {
                true => "this relation demands nothing".to_owned(),
                false => format!("this relation demands several things: {}", written.join(", ")),
            };
            let help =
                format!("write one of {}; several demands are several relations", forms::DEMANDS.join(", "));
            self.note(Finding::error("missing-key", title).at(&node.place).help(help));
            return None;
        };
        let value = fields.get(key)?;
        if *key != "order"
            && let Some(strict) = fields.get("strict")
        {
            self.impossible(&strict.place, "`strict` belongs to `order`", "remove it");
        }
        if *key == "then" {
            return Some(Demand::Then(self.further(value, members)?));
        }
        let nodes = self.list_or_one(value);
        let of: Vec<Path> = nodes.into_iter().filter_map(|node| self.place(node, members)).collect();
        let demand = match *key {
            "require" => Demand::Require(of),
            "forbid" => Demand::Forbid(of),
            "order" => Demand::Order { of, strict: fields.get("strict").and_then(|node| self.bool(node)) },
            "same" => Demand::Same(of),
            "differ" => Demand::Differ(of),
            group => Demand::Given(Group::named(group)?, of),
        };
        if self.findings.len() > before {
            return None;
        }
        let least = if matches!(demand, Demand::Require(_) | Demand::Forbid(_)) { 1 } else { 2 };
        let different = distinct(demand.paths().into_iter()).len();
        if different < least || different < demand.paths().len() {
            let (title, help) = match (different < demand.paths().len(), least) {
                (true, _) => (format!("`{key}` names a value twice"), "write each path once"),
                (false, 1) => {
                    (format!("`{key}` names no value"), "write the path of a parameter or a member")
                }
                (false, _) => (format!("`{key}` needs two values or more"), "write several paths: [a, b]"),
            };
            self.impossible(&value.place, title, help);
            return None;
        }
        let of: Vec<Path> = demand.paths().into_iter().cloned().collect();
        let within = of.iter().flat_map(|one| of.iter().map(move |other| (one, other)));
        if let Some((outer, inner)) =
            within.into_iter().find(|(one, other)| one != other && one.leads_to(other))
        {
            let title = format!("`{inner}` is a part of `{outer}`");
            self.impossible(&value.place, title, "a relation is about separate values");
            return None;
        }
        Some(demand)
    }

    /// Reads the rules that hold while the condition is met.
    fn further(&mut self, node: &Node, members: &[Member]) -> Option<Vec<Further>> {
        let entries = self.map(node)?;
        let further: Vec<Further> = entries
            .into_iter()
            .filter_map(|(key, node)| {
                let at = self.known(key, members)?;
                let (_, schema) = described(members, &at)?;
                let kind = schema.kind();
                let fields = self.form(node, &forms::FURTHER)?;
                let rules = self.rules_of(&fields, kind);
                self.never_valid(&fields, &rules, schema);
                self.fitting(&Schema { shape: schema.shape.clone(), ..rules.clone() }, &fields);
                Some(Further { at, rules, sample: fields.get("sample").map(Node::to_json) })
            })
            .collect();
        (!further.is_empty()).then_some(further)
    }

    /// Reports a value that further rules list although the value's own rules exclude it.
    fn never_valid(&mut self, fields: &Fields<'_>, further: &Schema, own: &Schema) {
        let Some(node) = fields.get("values") else { return };
        let listed = further.values.iter().flatten();
        for value in listed.filter(|value| on_value(own, value).outcome() == Outcome::Breaks) {
            let title = format!("the value's own rules exclude {value}");
            self.impossible(&node.place, title, "compare both with the page");
        }
    }

    /// Reads the path of a value.
    fn place(&mut self, node: &Node, members: &[Member]) -> Option<Path> {
        let name = self.text(node)?;
        self.known(&Key { name, place: node.place.clone() }, members)
    }

    fn known(&mut self, key: &Key, members: &[Member]) -> Option<Path> {
        let Some(at) = Path::read(&key.name) else {
            self.no_path(key);
            return None;
        };
        if at.steps().contains(&Step::Item) {
            let title = format!("`{at}` leads into a list");
            let help = "write the relation beside the `members` of the items: it then holds in each item";
            self.impossible(&key.place, title, help);
            return None;
        }
        if described(members, &at).is_some() {
            return Some(at);
        }
        let names = members.iter().map(|member| member.name.as_str());
        self.note(Finding::unknown_name("parameter", &key.name, &key.place, names));
        None
    }

    /// Reports a relation about what is always given.
    fn settled(&mut self, condition: &Option<Condition>, demand: &Demand, node: &Node, members: &[Member]) {
        let is_required = |at: &Path| {
            at.steps().len() == 1
                && described(members, at).is_some_and(|(member, _)| member.required == Required::Yes)
        };
        let about = match demand {
            Demand::Require(of) | Demand::Forbid(of) | Demand::Given(_, of) => {
                of.iter().find(|at| is_required(at))
            }
            _ => None,
        };
        let asked = match condition {
            Some(Condition::Given(at)) => Some(at).filter(|at| is_required(at)),
            _ => None,
        };
        if let Some(at) = about.or(asked) {
            let title = format!("this relation is about `{at}`, which is always required");
            self.impossible(&node.place, title, "leave it out here, or its `required: true` there");
        }
        if let Demand::Order { of, .. } | Demand::Same(of) | Demand::Differ(of) = demand {
            let form =
                |at: &Path| described(members, at).map(|(_, schema)| (schema.kind(), schema.format.clone()));
            let is_text_or_number = |at: &&Path| form(at) != form(&of[0]);
            let is_order = matches!(demand, Demand::Order { .. });
            let other = of.iter().find(is_text_or_number).filter(|at| {
                let kinds = [form(at), form(&of[0])].map(|form| form.map(|(kind, _)| kind));
                is_order || kinds[0] != kinds[1]
            });
            if let Some(at) = other {
                let title = format!("`{}` and `{at}` have different types or formats", of[0]);
                self.impossible(&node.place, title, "only values of one type and format can be compared");
                return;
            }
        }
        if let Demand::Order { of, .. } = demand
            && let Some(at) =
                of.iter().find(|at| !described(members, at).is_some_and(|(_, it)| is_ordered(it)))
        {
            self.impossible(
                &node.place,
                format!("the values of `{at}` have no order"),
                "`order` is for numbers, dates and times",
            );
        }
    }
}

fn is_ordered(schema: &Schema) -> bool {
    use crate::spec::model::{Common, Format};
    let is_time = matches!(&schema.format, Some(Format::Common { is: Common::Date | Common::DateTime, .. }));
    is_time || matches!(schema.kind(), Type::Integer | Type::Number)
}

/// Tells the members of an object that a relation is about them, so that its parts are promises of theirs.
fn relate(relation: &Relation, members: &mut [Member]) {
    for (at, part) in relation.demand.promises() {
        let Some(member) = member_mut(members, at) else { continue };
        if !member.related.contains(&part) {
            member.related.push(part);
        }
        if let Some(says) = &relation.says
            && !member.says.iter().any(|known| known.at == says.at)
        {
            let of: Vec<Part> = relation
                .demand
                .promises()
                .into_iter()
                .filter(|(other, _)| *other == at)
                .map(|(_, part)| part)
                .collect();
            member.says.push(Quote { of, ..says.clone() });
        }
    }
}

fn member_mut<'m>(members: &'m mut [Member], at: &Path) -> Option<&'m mut Member> {
    let (first, further) = at.steps().split_first()?;
    let Step::Member(name) = first else { return None };
    let mut member = members.iter_mut().find(|member| member.name == *name)?;
    for step in further {
        // What an item breaks is a promise of its list.
        let Step::Member(name) = step else { continue };
        let below = member.schema.below_mut()?;
        member = below.iter_mut().find(|member| member.name == *name)?;
    }
    Some(member)
}

fn single(mut conditions: Vec<Condition>, several: impl Fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.len() {
        1 => conditions.remove(0),
        _ => several(conditions),
    }
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    for item in items {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all
}
