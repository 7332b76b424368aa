//! The parameter that an error response names.

use crate::json::Json;
use crate::spec::model::{Member, Relation, Spelling};
use crate::spec::path::{Path, Step};
use crate::spec::ruling::{self, Outcome};

use super::Contract;

/// Names that services put before the path of a parameter: where the request carries it.
const LOCATIONS: [&str; 8] = ["body", "query", "path", "header", "cookie", "form", "params", "data"];

/// Returns the parameter or member that an error response names, if it has nothing to do with what the call tests. A
/// name that belongs to no parameter blames none.
pub fn stranger(contract: Contract<'_>, field: &Json) -> Option<Path> {
    let http = contract.service.http.as_ref()?;
    let spelling = http.field.as_ref()?.spelling;
    let names = names(spelling, field);
    let members = contract.operation.members().into_iter().map(|(at, _)| at);
    let meant: Vec<Path> = match spelling {
        Spelling::Name => members.filter(|at| last_name(at) == names.last().map(String::as_str)).collect(),
        _ => {
            let without = match names.split_first() {
                Some((first, rest)) if LOCATIONS.contains(&first.as_str()) => rest,
                _ => &[],
            };
            let all: Vec<Path> = members.collect();
            let of = |names: &[String]| -> Vec<Path> {
                all.iter().filter(|at| is_spelled(at, names)).cloned().collect()
            };
            let meant = of(&names);
            if meant.is_empty() { of(without) } else { meant }
        }
    };
    let is_tied = |at: &Path| contract.about.iter().any(|about| are_tied(contract, at, &about.at));
    if contract.about.is_empty() || meant.iter().any(is_tied) {
        return None;
    }
    // The longest path is what the name means.
    let stranger = meant.into_iter().max_by_key(|at| at.steps().len())?;
    is_valid(contract, &stranger).then_some(stranger)
}

/// Returns `true` if the page certainly allows what the call sends at a place.
fn is_valid(contract: Contract<'_>, at: &Path) -> bool {
    let whole = contract.operation.parameter(at.parameter());
    let holds = |member: &Member, value: Option<&Json>| {
        let is_known_id = member.exists.is_some() && member.schema.open.is_none();
        is_known_id || ruling::on_member(member, value).outcome() == Outcome::Holds
    };
    let sent = |at: &Path| at.sent(contract.sent);
    let is_whole_valid = whole.is_some_and(|whole| holds(whole, sent(&Path::member(&whole.name))));
    // Of a list, any item may be meant.
    let is_single = !at.steps().iter().any(Step::is_inner);
    is_whole_valid
        || (is_single && contract.operation.member(at).is_some_and(|member| holds(member, sent(at))))
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

/// Returns `true` if the names are those of a path or of a place below it.
fn is_spelled(at: &Path, names: &[String]) -> bool {
    let mut names = names.iter();
    at.steps().iter().all(|step| match step {
        Step::Member(name) => names.next() == Some(name),
        Step::Item => true,
        // The name of an entry is not in the path.
        Step::Value | Step::Key => names.next().is_some(),
    })
}

fn last_name(at: &Path) -> Option<&str> {
    at.steps().iter().rev().find_map(|step| match step {
        Step::Member(name) => Some(name.as_str()),
        Step::Item | Step::Value | Step::Key => None,
    })
}

/// Returns `true` if one place contains the other, or if a relation is about both parameters.
pub fn are_tied(contract: Contract<'_>, one: &Path, other: &Path) -> bool {
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
    let (short, long) = if one.steps().len() < other.steps().len() { (one, other) } else { (other, one) };
    let bare =
        |path: &Path| -> Vec<Step> { path.steps().iter().filter(|step| !step.is_inner()).cloned().collect() };
    bare(long).starts_with(&bare(short))
        || contract.operation.relations.iter().any(relates)
        || is_related_within()
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
            is_spelled(&Path::read(path).unwrap(), &names)
        };
        assert!(spelled("lines[].sku", &["lines", "sku"]));
        assert!(spelled("lines", &["lines", "sku"]));
        assert!(spelled("labels{}", &["labels", "any"]));
        assert!(!spelled("lines[].sku", &["lines", "amount"]));
    }
}
