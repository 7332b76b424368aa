//! The parameter that an error response names.

use crate::json::Json;
use crate::spec::model::{Member, Relation, Spelling};
use crate::spec::path::{Path, Step};
use crate::spec::ruling::{self, Outcome};

use super::Contract;
use super::rejection::visible_breaches;

/// Names that services put before the path of a parameter: where the request carries it.
const LOCATIONS: [&str; 8] = ["body", "query", "path", "header", "cookie", "form", "params", "data"];

/// Returns the parameter or member that an error response names, if it has nothing to do with what the call tests. A
/// name that belongs to no parameter blames none.
pub fn stranger(contract: Contract<'_>, field: &Json) -> Option<Path> {
    let http = contract.service.http.as_ref()?;
    let spelling = http.field.as_ref()?.spelling;
    let names = names(spelling, field);
    let members: Vec<Path> = contract.operation.members().into_iter().map(|(at, _)| at).collect();
    let meant = meant(spelling, &names, members);
    let faults = faults(contract);
    let is_tied = |at: &Path| faults.iter().any(|fault| are_tied(contract, at, fault));
    if faults.is_empty() || meant.iter().any(is_tied) {
        return None;
    }
    // The longest path is what the name means.
    let stranger = meant.into_iter().max_by_key(|at| at.steps().len())?;
    is_valid(contract, &stranger).then_some(stranger)
}

/// Returns the places that a name can mean: those that it spells whole, or else those that contain what it spells.
fn meant(spelling: Spelling, names: &[String], members: Vec<Path>) -> Vec<Path> {
    if spelling == Spelling::Name {
        let last = names.last().map(String::as_str);
        return members.into_iter().filter(|at| at.names().last() == last).collect();
    }
    let without = match names.split_first() {
        Some((first, rest)) if LOCATIONS.contains(&first.as_str()) => rest,
        _ => &[],
    };
    let of =
        |is: &dyn Fn(&Path) -> bool| -> Vec<Path> { members.iter().filter(|at| is(at)).cloned().collect() };
    let whole = of(&|at| spelled(at, names) == Some(0) || spelled(at, without) == Some(0));
    match whole.is_empty() {
        true => of(&|at| spelled(at, names).is_some() || spelled(at, without).is_some()),
        false => whole,
    }
}

/// Returns the places of the tested faults, as exactly as the sent values show.
fn faults(contract: Contract<'_>) -> Vec<Path> {
    let visible = visible_breaches(contract);
    let mut faults = Vec::new();
    for about in contract.about {
        let within = visible.iter().filter(|breach| about.at.leads_to(&breach.at) && breach.at != about.at);
        let within: Vec<Path> = within.map(|breach| breach.at.clone()).collect();
        faults.extend(if within.is_empty() { vec![about.at.clone()] } else { within });
    }
    faults
}

/// Returns `true` if the page certainly allows what the call sends at a place.
fn is_valid(contract: Contract<'_>, at: &Path) -> bool {
    let whole = contract.operation.parameter(at.parameter());
    let holds = |member: &Member, value: Option<&Json>| {
        let is_known_id = member.exists.is_some() && member.schema.open.is_none();
        is_known_id || ruling::on_member(member, value).outcome() == Outcome::Holds
    };
    let is_whole_valid =
        whole.is_some_and(|whole| holds(whole, Path::member(&whole.name).sent(contract.sent)));
    // Of a list, any item may be meant.
    let values = at.all_sent(contract.sent);
    let are_valid = |member: &Member| match values.as_slice() {
        [] => holds(member, None),
        values => values.iter().all(|value| holds(member, Some(value))),
    };
    is_whole_valid || contract.operation.member(at).is_some_and(are_valid)
}

/// Splits a spelled path into names, without indexes.
fn names(spelling: Spelling, field: &Json) -> Vec<String> {
    let text = field.as_text().unwrap_or_default();
    let all: Vec<String> = match (spelling, field) {
        (_, Json::List(steps)) => steps.iter().filter_map(|step| step.as_text().map(str::to_owned)).collect(),
        (Spelling::Name | Spelling::List, _) => vec![text.to_owned()],
        (Spelling::Pointer, _) => {
            let steps = text.trim_start_matches(['#', '/']).split('/');
            steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
        }
        (Spelling::Dotted | Spelling::Brackets, _) => {
            text.split(['.', '[', ']']).map(|step| step.trim_matches(['"', '\'']).to_owned()).collect()
        }
    };
    let is_index = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    all.into_iter().filter(|name| !is_index(name)).collect()
}

/// Returns how many names are left over if these names begin with those of a path; `None` if they do not.
fn spelled(at: &Path, names: &[String]) -> Option<usize> {
    let mut names = names.iter();
    let is_next = |step: &Step| match step {
        Step::Member(name) => names.next() == Some(name),
        Step::Item => true,
        // The name of an entry is not in the path.
        Step::Value | Step::Key => names.next().is_some(),
    };
    at.steps().iter().all(is_next).then(|| names.len())
}

/// Returns `true` if one place contains the other, or if a relation is about both.
pub fn are_tied(contract: Contract<'_>, one: &Path, other: &Path) -> bool {
    one.overlaps(other) || are_related(contract, one, other)
}

/// Returns `true` if a relation is about both places.
pub fn are_related(contract: Contract<'_>, one: &Path, other: &Path) -> bool {
    let relates = |relation: &Relation| {
        let condition = relation.condition.iter().flat_map(|condition| condition.paths());
        let parameters: Vec<&str> =
            condition.chain(relation.demand.paths()).map(|path| path.parameter()).collect();
        [one, other].iter().all(|path| parameters.contains(&path.parameter()))
    };
    // Relations within an object tie all of its members.
    let is_related_within = || {
        let whole = contract.operation.parameter(one.parameter());
        one.parameter() == other.parameter() && whole.is_some_and(|whole| whole.schema.has_relations())
    };
    contract.operation.relations.iter().any(relates) || is_related_within()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled_paths_are_split_into_names() {
        let text = |text: &str| Json::Text(text.to_owned());
        let list = Json::read(br#"["lines", 0, "sku"]"#).unwrap();
        for (spelling, field) in [
            (Spelling::Dotted, text("lines.0.sku")),
            (Spelling::Brackets, text("lines[0][sku]")),
            (Spelling::Brackets, text("lines[0].sku")),
            (Spelling::Pointer, text("/lines/0/sku")),
            (Spelling::Pointer, text("#/lines/0/sku")),
            (Spelling::List, list),
        ] {
            assert_eq!(names(spelling, &field), ["lines", "sku"], "{field}");
        }
        assert_eq!(names(Spelling::Name, &text("a.b")), ["a.b"]);
    }

    #[test]
    fn names_below_a_path_are_its_own() {
        let spelled = |path: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            super::spelled(&Path::read(path).unwrap(), &names)
        };
        assert_eq!(spelled("lines[].sku", &["lines", "sku"]), Some(0));
        assert_eq!(spelled("lines", &["lines", "sku"]), Some(1));
        assert_eq!(spelled("labels{}", &["labels", "any"]), Some(0));
        assert_eq!(spelled("lines[].sku", &["lines", "amount"]), None);
    }

    #[test]
    fn name_means_the_place_that_it_spells_whole() {
        let all = || ["body", "title", "lines", "lines[].sku"].map(|path| Path::read(path).unwrap()).to_vec();
        let meant = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let meant = super::meant(Spelling::List, &names, all()).into_iter();
            meant.map(|path| path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(meant(&["body", "title"]), ["title"]);
        assert_eq!(meant(&["body"]), ["body"]);
        assert_eq!(meant(&["lines", "sku"]), ["lines[].sku"]);
        assert_eq!(meant(&["lines", "other"]), ["lines"]);
        assert!(meant(&["other"]).is_empty());
    }
}
