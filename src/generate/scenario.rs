//! Cases of several calls, derived from the rules about entities: a used value again, an id of nothing.

use crate::case::value::Value;
use crate::case::{About, Case, Expectation};
use crate::spec::breach::Breach;
use crate::spec::model::Parameter;
use crate::spec::ruling::Ruling;

use super::baseline::{self, Baseline};
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
    value: Value,
}

impl Scenario<'_> {
    /// The case, without set-up.
    fn case(self, baseline: &Baseline<'_>, parameter: &Parameter, expect: Expectation) -> Case {
        let operation = baseline.operation;
        Case {
            id: format!("{}/{}/{}/{}", operation.name, parameter.name, self.breach.rule(), self.slug),
            operation: operation.name.clone(),
            tries: format!("{}: {}", parameter.name, self.tries),
            about: Some(About { parameter: parameter.name.clone(), breach: self.breach }),
            given: Vec::new(),
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
    let used = |label: &str| {
        let scenario = Scenario {
            slug: "used",
            tries: "the value of a living entity, all else different",
            breach: Breach::Unique,
            value: Value::Same(label.to_owned(), parameter.name.clone()),
        };
        scenario.rejected(baseline, parameter, &Ruling::breaks(Breach::Unique))
    };
    if let Some(entity) = &operation.creates {
        let case = used("first");
        let given = baseline.make(entity, "first", &case.send);
        return vec![Case { given: given.into_iter().collect(), ..case }];
    }
    let Some(entity) = operation.parameters.iter().find_map(|parameter| parameter.exists.as_deref()) else {
        return Vec::new();
    };
    let own = Scenario {
        slug: "own",
        tries: "the value that the entity has already",
        breach: Breach::Unique,
        value: Value::Same(entity.to_owned(), parameter.name.clone()),
    };
    let own = own.case(baseline, parameter, Expectation::Silent(OWN_VALUE.to_owned()));
    let case = used("other");
    let given =
        [baseline.given(&case.send), baseline.make(entity, "other", &case.send).into_iter().collect()]
            .concat();
    vec![Case { given, ..case }, Case { given: baseline.given(&own.send), ..own }]
}

/// The id of an entity that was: certainly well-formed, certainly of nothing.
fn removed(baseline: &Baseline<'_>, parameter: &Parameter, entity: &str) -> Option<Case> {
    let scenario = Scenario {
        slug: "removed",
        tries: "the id of an entity that was removed",
        breach: Breach::ExistsUnknown,
        value: Value::Id("gone".to_owned()),
    };
    let case = scenario.rejected(baseline, parameter, &Ruling::breaks(Breach::ExistsUnknown));
    let case = with_a_change(case, baseline);
    let given = vec![baseline.make(entity, "gone", &case.send)?, baseline.remove(entity, "gone")?];
    Some(Case { given, ..case })
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
            let scenario = Scenario { slug, tries, breach: Breach::ExistsUnknown, value };
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
        case.send.extend(change.map(|parameter| (parameter.name.clone(), baseline::valid(parameter))));
    }
    case
}
