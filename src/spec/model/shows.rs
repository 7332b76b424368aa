//! Which operation shows an entity, and where its answer shows what was sent.

use crate::spec::path::{Path, Step};

use super::{Member, Operation, Required, Service, Type, is_masked};

impl Service {
    /// The operations that show one entity: they take its id, need nothing else and change nothing. What changes
    /// nothing is a GET where the protocol says methods, and elsewhere an operation that is at hand for support and that
    /// takes the id alone; where methods say nothing either, as in a style of calls that are all POST, the same.
    pub fn readers<'s>(&'s self, entity: &'s str) -> impl Iterator<Item = &'s Operation> {
        let removed_by = self.entity(entity).and_then(|entity| entity.removed_by.as_deref());
        self.operations.iter().filter(move |operation| {
            let takes_id = operation.parameters.iter().any(|each| each.exists.as_deref() == Some(entity));
            let is_reader = match &operation.route {
                Some(_) => (operation.only_reads() || operation.support) && self.needs_id_alone(operation),
                None => operation.support && operation.parameters.len() == 1,
            };
            let is_act = operation.creates.is_some() || removed_by == Some(&operation.name);
            takes_id && is_reader && !is_act
        })
    }

    fn needs_id_alone(&self, operation: &Operation) -> bool {
        let is_free = |required: Required| required == Required::No;
        operation.parameters.iter().all(|each| {
            each.exists.is_some()
                || (is_free(each.required)
                    && self.row_for_absence(operation, &Path::member(&each.name)).is_none())
        })
    }
}

/// A response element that shows what a parameter was sent with.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The parameter, or the place of a member of one.
    pub parameter: String,
    /// The element.
    pub path: String,
    /// Whether it may be absent.
    pub optional: bool,
}

impl Operation {
    /// Whether its method says that it changes nothing (RFC 9110, section 9.2.1).
    pub fn only_reads(&self) -> bool {
        self.route.as_ref().is_some_and(|route| matches!(route.method.as_str(), "GET" | "HEAD"))
    }

    /// Which parameters of another operation the answer shows as they were sent: elements that have the parameter's name and
    /// type, at the top or, where there are none, within an object there.
    pub fn shows(&self, of: &Operation) -> Vec<Shown> {
        let here = Path::default();
        let at_top = shown(&self.response, "", &here, of);
        if !at_top.is_empty() {
            return at_top;
        }
        let objects = self.response.iter().filter(|element| element.kind() == Type::Object);
        objects
            .flat_map(|object| shown(object.schema.members(), &format!("{}.", object.name), &here, of))
            .collect()
    }
}

/// The elements below `prefix` that show a parameter, or a member of one; `within` is where in what is sent that lies.
fn shown(elements: &[Member], prefix: &str, within: &Path, of: &Operation) -> Vec<Shown> {
    let mut found = Vec::new();
    for element in elements {
        let at = within.then(Step::Member(element.name.clone()));
        if element.kind() == Type::Object {
            let prefix = format!("{prefix}{}.", element.name);
            found.extend(shown(element.schema.members(), &prefix, &at, of));
            continue;
        }
        // What is shown of the items of a list may be more than was sent of them.
        let holds_objects =
            |member: &Member| member.schema.items().is_some_and(|items| !items.members().is_empty());
        let is_same = of.member(&at).is_some_and(|member| {
            let is_later = of.parameter(at.parameter()).is_some_and(|whole| whole.later);
            let is_kind = member.kind() == element.kind() && !holds_objects(member);
            member.exists.is_none() && !is_later && is_kind
        });
        if is_same && !element.is_altered() {
            let path = format!("{prefix}{}", element.name);
            found.push(Shown { parameter: at.to_string(), path, optional: element.is_optional() });
        }
    }
    found
}

impl Member {
    /// Whether it shows a value in part or in another form than it was sent in.
    fn is_altered(&self) -> bool {
        self.altered || self.example.as_ref().is_some_and(is_masked)
    }
}
