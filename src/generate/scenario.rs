//! Cases of several calls, derived from the rules about entities: a used value again, an id of nothing.

use crate::case::value::Value;
use crate::case::{About, Call, Case, Expectation};
use crate::spec::breach::Breach;
use crate::spec::model::Parameter;
use crate::spec::ruling::Ruling;

use super::baseline::Baseline;
use super::expect;

const OWN_VALUE: &str = "the page does not say whether an entity's own value counts as used";
const EITHER_WAY: &str = "an id of nothing may be refused for its form or for naming nothing";

/// The scenarios of a parameter.
pub fn cases(baseline: &Baseline<'_>, parameter: &Parameter) -> Vec<Case> {
    let mut cases = Vec::new();
    if parameter.unique {
        cases.extend(unique(baseline, parameter));
    }
    if let Some(entity) = &parameter.exists {
        cases.extend(removed(baseline, parameter, entity));
        cases.extend(unknown(baseline, parameter));
    }
    cases
}

struct Scenario<'a> {
    slug: &'a str,
    tries: &'a str,
    breach: Breach,
    given: Vec<Call>,
    value: Value,
}

impl Scenario<'_> {
    fn case(self, baseline: &Baseline<'_>, parameter: &Parameter, expect: Expectation) -> Case {
        let operation = baseline.operation;
        Case {
            id: format!("{}/{}/{}/{}", operation.name, parameter.name, self.breach.rule(), self.slug),
            operation: operation.name.clone(),
            tries: format!("{}: {}", parameter.name, self.tries),
            about: Some(About { parameter: parameter.name.clone(), breach: self.breach }),
            given: self.given,
            send: baseline.with(parameter, Some(self.value)),
            expect,
        }
    }

    fn rejected(self, baseline: &Baseline<'_>, parameter: &Parameter, ruling: &Ruling) -> Case {
        let expect = expect::expectation(baseline.service, baseline.operation, parameter, ruling);
        self.case(baseline, parameter, expect)
    }
}

fn unique(baseline: &Baseline<'_>, parameter: &Parameter) -> Vec<Case> {
    let operation = baseline.operation;
    let used = Ruling::breaks(Breach::Unique);
    if let Some(entity) = &operation.creates {
        let Some(first) = baseline.make(entity, "first") else { return Vec::new() };
        let scenario = Scenario {
            slug: "used",
            tries: "the value of a living entity again",
            breach: Breach::Unique,
            given: vec![first],
            value: Value::Same("first".to_owned(), parameter.name.clone()),
        };
        return vec![scenario.rejected(baseline, parameter, &used)];
    }
    let Some(entity) = operation.parameters.iter().find_map(|parameter| parameter.exists.as_deref()) else {
        return Vec::new();
    };
    let Some(other) = baseline.make(entity, "other") else { return Vec::new() };
    let own = Scenario {
        slug: "own",
        tries: "the value that the entity has already",
        breach: Breach::Unique,
        given: baseline.given(),
        value: Value::Same(entity.to_owned(), parameter.name.clone()),
    };
    let used_by_other = Scenario {
        slug: "used",
        tries: "the value of another living entity",
        breach: Breach::Unique,
        given: [baseline.given(), vec![other]].concat(),
        value: Value::Same("other".to_owned(), parameter.name.clone()),
    };
    vec![
        used_by_other.rejected(baseline, parameter, &used),
        own.case(baseline, parameter, Expectation::Silent(OWN_VALUE.to_owned())),
    ]
}

/// The id of an entity that was: certainly well-formed, certainly of nothing.
fn removed(baseline: &Baseline<'_>, parameter: &Parameter, entity: &str) -> Option<Case> {
    let scenario = Scenario {
        slug: "removed",
        tries: "the id of an entity that was removed",
        breach: Breach::ExistsUnknown,
        given: vec![baseline.make(entity, "gone")?, baseline.remove(entity, "gone")?],
        value: Value::Id("gone".to_owned()),
    };
    Some(with_a_change(
        scenario.rejected(baseline, parameter, &Ruling::breaks(Breach::ExistsUnknown)),
        baseline,
    ))
}

/// Ids that were never given out; whether their form is checked first, no page says.
fn unknown(baseline: &Baseline<'_>, parameter: &Parameter) -> Vec<Case> {
    let made_up = [
        ("unknown", "a made-up id", "c-NoSuchEntity000"),
        ("short", "one character", "0"),
        ("symbols", "no id at all", "?!/*"),
        ("inner-blank", "two words", "no such id"),
        ("long", "an id of a thousand characters", "<1000 of x>"),
    ];
    let ruling =
        Ruling { breaches: vec![Breach::ExistsUnknown], open: vec![(Breach::ExistsShape, EITHER_WAY)] };
    made_up
        .into_iter()
        .map(|(slug, tries, id)| {
            let value = Value::described(id);
            let scenario = Scenario { slug, tries, breach: Breach::ExistsUnknown, given: Vec::new(), value };
            with_a_change(scenario.rejected(baseline, parameter, &ruling), baseline)
        })
        .collect()
}

/// Adds one valid parameter, so that the call is refused for its id and not for changing nothing.
pub fn with_a_change(mut case: Case, baseline: &Baseline<'_>) -> Case {
    let is_plain =
        |parameter: &&Parameter| parameter.exists.is_none() && !parameter.unique && !parameter.common;
    let carries_change =
        case.send.iter().any(|(name, _)| baseline.operation.parameter(name).is_some_and(|p| is_plain(&p)));
    if !carries_change {
        let change = baseline
            .operation
            .parameters
            .iter()
            .filter(is_plain)
            .find(|parameter| parameter.rules.values.is_some());
        case.send.extend(change.map(|parameter| (parameter.name.clone(), super::valid(parameter))));
    }
    case
}
