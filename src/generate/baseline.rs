//! The call that breaks nothing, from which every case departs in one point.

use crate::case::text::Text;
use crate::case::value::Value;
use crate::case::{Call, Parameters};
use crate::json::Json;
use crate::spec::model::{Format, Length, Limit, Operation, Parameter, Required, Rules, Service, Type};
use crate::spec::ruling::{self, Outcome};
use crate::wire;

/// How many characters a drawn value has where the rule allows it: enough that a chance meeting is out of the question.
const DRAWN: u64 = 10;

/// An operation's baseline.
pub struct Baseline<'s> {
    /// The service.
    pub service: &'s Service,
    /// The operation.
    pub operation: &'s Operation,
}

impl<'s> Baseline<'s> {
    /// The baseline of an operation.
    pub fn new(service: &'s Service, operation: &'s Operation) -> Self {
        Self { service, operation }
    }

    /// What a call must carry: the required parameters, and the id of the entity that it is about.
    pub fn required(&self) -> Parameters {
        self.sent()
            .filter(|parameter| is_needed(parameter))
            .map(|parameter| (parameter.name.clone(), valid(parameter)))
            .collect()
    }

    /// Everything that a call can carry.
    pub fn all(&self) -> Parameters {
        self.sent().map(|parameter| (parameter.name.clone(), valid(parameter))).collect()
    }

    /// The baseline with one parameter set, or left out.
    pub fn with(&self, parameter: &Parameter, value: Option<Value>) -> Parameters {
        let mut send = Vec::new();
        for each in self.sent() {
            if each.name == parameter.name {
                send.extend(value.clone().map(|value| (each.name.clone(), value)));
            } else if is_needed(each) {
                send.push((each.name.clone(), valid(each)));
            }
        }
        send
    }

    /// The calls that make the entities that the baseline refers to.
    pub fn given(&self) -> Vec<Call> {
        let entities = self.operation.parameters.iter().filter_map(|parameter| parameter.exists.as_deref());
        entities.filter_map(|entity| self.make(entity, entity)).collect()
    }

    /// The call that makes an entity, under a label.
    pub fn make(&self, entity: &str, label: &str) -> Option<Call> {
        let maker = self.service.operation(&self.service.entity(entity)?.made_by)?;
        let send = Baseline::new(self.service, maker).required();
        Some(Call { operation: maker.name.clone(), label: label.to_owned(), send })
    }

    /// The call that removes an entity that an earlier call made, if the vendor documents one.
    pub fn remove(&self, entity: &str, label: &str) -> Option<Call> {
        let remover = self.service.operation(self.service.entity(entity)?.removed_by.as_ref()?)?;
        let id = remover.parameters.iter().find(|parameter| parameter.exists.as_deref() == Some(entity))?;
        let send = vec![(id.name.clone(), Value::Id(label.to_owned()))];
        Some(Call { operation: remover.name.clone(), label: format!("removal-of-{label}"), send })
    }

    fn sent(&self) -> impl Iterator<Item = &'s Parameter> + use<'s> {
        let protocol = self.service.protocol;
        self.operation
            .parameters
            .iter()
            .filter(move |parameter| !wire::is_set_by_protocol(protocol, parameter))
    }
}

fn is_needed(parameter: &Parameter) -> bool {
    parameter.required == Required::Yes || parameter.exists.is_some()
}

/// A value that breaks none of the parameter's rules.
pub fn valid(parameter: &Parameter) -> Value {
    if let Some(entity) = &parameter.exists {
        return Value::Id(entity.clone());
    }
    if parameter.unique {
        return drawn(&parameter.rules);
    }
    let given = [&parameter.sample, &parameter.example].into_iter().flatten();
    let holds = |json: &&Json| {
        ruling::on_parameter(parameter, Some(json)).outcome() == Outcome::Holds && !is_masked(json)
    };
    match given.clone().find(holds) {
        Some(json) => Value::Plain(json.clone()),
        None => of_rules(&parameter.rules),
    }
}

/// Whether a page hides part of an example behind asterisks.
fn is_masked(json: &Json) -> bool {
    matches!(json, Json::Text(text) if text.contains("**"))
}

fn of_rules(rules: &Rules) -> Value {
    if let Some(first) = rules.values.as_ref().and_then(|values| values.first()) {
        return Value::Plain(first.clone());
    }
    match (rules.kind, &rules.format, &rules.items) {
        (Type::Array, _, Some(items)) => match of_rules(items) {
            Value::Plain(json) => Value::Plain(Json::List(vec![json])),
            value => Value::List(vec![value]),
        },
        (Type::Array, _, None) => Value::Plain(Json::List(Vec::new())),
        (_, Some(Format::Email), _) => Value::text("someone@example.com"),
        (_, Some(Format::Phone { .. }), _) => Value::text("86-13900001234"),
        (Type::String, None, _) => Value::Described(Text::read(&format!("<{} of a>", fitting(rules)))),
        (Type::Integer | Type::Number, ..) => Value::Plain(Json::Integer(1)),
        (Type::Boolean, ..) => Value::Plain(Json::Bool(true)),
        (Type::Object, ..) => Value::Plain(Json::Object(Vec::new())),
    }
}

/// A value that is new on the target.
fn drawn(rules: &Rules) -> Value {
    match &rules.format {
        Some(Format::Email) => Value::described("<10 letters>@example.com"),
        Some(Format::Phone { .. }) => Value::described("86-139<8 digits>"),
        None => Value::described(&format!("<{} letters>", fitting(rules))),
    }
}

fn fitting(rules: &Rules) -> u64 {
    let Length { min, max, .. } = rules.length.unwrap_or(Length {
        min: 0,
        max: Limit::None,
        unit: crate::spec::model::Unit::Characters,
    });
    match max {
        Limit::At(max) => DRAWN.clamp(min.min(max), max),
        _ => DRAWN.max(min),
    }
}
