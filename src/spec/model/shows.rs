//! Operations that show an entity, and the response elements that show what was sent.

use crate::spec::path::{Path, Step};

use super::{Member, Operation, Required, Service, Type, is_masked};

impl Service {
    /// Returns the operations that show one entity: they take its id, need nothing else and change nothing. If
    /// operations have HTTP methods, these are GET or HEAD operations, and also support operations, because methods
    /// mean nothing in an API that uses only POST. Without methods, they are support operations whose only parameter is
    /// the id.
    pub fn readers<'s>(&'s self, entity: &'s str) -> impl Iterator<Item = &'s Operation> {
        let removed_by = self.entity(entity).and_then(|entity| entity.removed_by.as_deref());
        self.operations.iter().filter(move |operation| {
            let takes_id =
                operation.parameters.iter().any(|parameter| parameter.exists.as_deref() == Some(entity));
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
        operation.parameters.iter().all(|parameter| {
            parameter.exists.is_some()
                || (is_free(parameter.required)
                    && self.row_for_absence(operation, &Path::member(&parameter.name)).is_none())
        })
    }
}

/// What the page says about the sent values in the responses of the same call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Echo {
    /// All that the response has elements for.
    All,
    /// These parameters.
    These(Vec<String>),
    /// All but these parameters.
    But(Vec<String>),
}

impl Echo {
    /// Returns `true` if a parameter is shown.
    pub fn covers(&self, parameter: &str) -> bool {
        // A name may be written as a path, in quotes.
        let is_it = |name: &String| {
            name == parameter || Path::read(name).is_some_and(|path| path.parameter() == parameter)
        };
        let has = |names: &[String]| names.iter().any(is_it);
        match self {
            Self::All => true,
            Self::These(names) => has(names),
            Self::But(names) => !has(names),
        }
    }
}

/// A response element that shows the sent value of a parameter.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The parameter, or the place of a member within it.
    pub parameter: String,
    /// The path of the element.
    pub path: String,
    /// Whether the element may be absent.
    pub optional: bool,
    /// Whether the page says so of this element.
    pub is_named: bool,
}

impl Operation {
    /// Returns `true` if its method is defined to change nothing (RFC 9110, section 9.2.1).
    pub fn only_reads(&self) -> bool {
        self.route.as_ref().is_some_and(|route| matches!(route.method.as_str(), "GET" | "HEAD"))
    }

    /// Returns the parameters that the response to a call shows as the call sent them, because the page says so.
    pub fn echoes(&self) -> Vec<Shown> {
        fn has_named(elements: &[Member]) -> bool {
            elements.iter().any(|element| element.shows.is_some() || has_named(element.schema.below()))
        }
        // Most pages say nothing about it, and this is asked of every response.
        if self.echo.is_none() && !has_named(&self.response) {
            return Vec::new();
        }
        let is_said = |shown: &Shown| {
            let covers =
                |echo: &Echo| Path::read(&shown.parameter).is_some_and(|at| echo.covers(at.parameter()));
            shown.is_named || self.echo.as_ref().is_some_and(covers)
        };
        let mut shown = self.shown_of(self, true);
        shown.retain(is_said);
        shown
    }

    /// Returns the parameters of another operation that this operation's response shows as they were sent: elements
    /// with the name and type of the parameter at the top level or, if there are none, within a top-level object.
    pub fn shows(&self, of: &Operation) -> Vec<Shown> {
        self.shown_of(of, false)
    }

    /// Returns the same, with the ids of entities if they are wanted.
    fn shown_of(&self, of: &Operation, ids: bool) -> Vec<Shown> {
        let here = Path::default();
        let shown = |elements: &[Member], prefix: &str| shown(elements, prefix, &here, (of, ids));
        let at_top = shown(&self.response, "");
        if !at_top.is_empty() {
            return at_top;
        }
        let objects = self.response.iter().filter(|element| element.kind() == Type::Object);
        objects.flat_map(|object| shown(object.schema.members(), &format!("{}.", object.name))).collect()
    }
}

/// Returns the elements below `prefix` that show a parameter or a member of one. `within` is the corresponding place in
/// the request.
fn shown(elements: &[Member], prefix: &str, within: &Path, (of, ids): (&Operation, bool)) -> Vec<Shown> {
    let mut found = Vec::new();
    for element in elements {
        let at = within.then(Step::Member(element.name.clone()));
        let at = element.shows.clone().unwrap_or(at);
        if element.kind() == Type::Object {
            let prefix = format!("{prefix}{}.", element.name);
            found.extend(shown(element.schema.members(), &prefix, &at, (of, ids)));
            continue;
        }
        // The response may show more about list items than was sent.
        let holds_objects =
            |member: &Member| member.schema.items().is_some_and(|items| !items.members().is_empty());
        let is_same = of.member(&at).is_some_and(|member| {
            let is_later = of.parameter(at.parameter()).is_some_and(|whole| whole.later);
            let is_kind = member.kind() == element.kind() && !holds_objects(member);
            (ids || member.exists.is_none()) && !is_later && is_kind
        });
        if is_same && !element.is_altered() {
            let path = format!("{prefix}{}", element.name);
            let is_named = element.shows.is_some();
            found.push(Shown { parameter: at.to_string(), path, optional: element.is_optional(), is_named });
        }
    }
    found
}

impl Member {
    /// Returns `true` if it shows a value only in part or in another form.
    fn is_altered(&self) -> bool {
        self.altered || self.example.as_ref().is_some_and(is_masked)
    }
}
