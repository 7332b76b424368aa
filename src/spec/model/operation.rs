//! Operations, each described by one documentation page.

use crate::span::Place;
use crate::spec::path::{Path, Step};

use super::{
    Acknowledgement, Echo, ErrorRow, Http, Location, Member, Quote, Relation, Route, Schema, Success, Type,
};

/// An operation, described by one documentation page.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name on the wire and in its service.
    pub name: String,
    /// Its project-wide id: its name, or `FOLDER/NAME` if another service has an operation of that name.
    pub id: String,
    /// The page from which it was transcribed.
    pub page: Page,
    /// Whether it is used only for setup and cleanup and is not tested.
    pub support: bool,
    /// Its method and path, for plain HTTP.
    pub route: Option<Route>,
    /// The entity that a successful call creates.
    pub creates: Option<String>,
    /// The statuses of a success, if the page states them.
    pub success: Option<Success>,
    /// The parameter table.
    pub parameters: Vec<Member>,
    /// The relations between parameters.
    pub relations: Vec<Relation>,
    /// The error table.
    pub errors: Vec<ErrorRow>,
    /// The headers of a success, with their names as the page writes them.
    pub headers: Vec<Member>,
    /// What the response shows of what the call sent.
    pub echo: Option<Echo>,
    /// The response elements.
    pub response: Vec<Member>,
    /// Sentences of the page that no request can test.
    pub narrative: Vec<Quote>,
    /// Findings about the page that the author acknowledged.
    pub acknowledged: Vec<Acknowledgement>,
    /// The place of its name.
    pub at: Place,
}

/// Returns the response element at a path of names.
pub fn element_at<'e>(elements: &'e [Member], path: &str) -> Option<&'e Member> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let element = elements.iter().find(|element| element.name == name)?;
    rest.map_or(Some(element), |rest| element_at(element.schema.below(), rest))
}

/// Returns the path of a header among the response elements.
pub fn header_path(name: &str) -> String {
    format!("(header) {name}")
}

impl Operation {
    /// Returns `true` if a status is a success, by the operation's own page or by what the service says.
    pub fn is_success(&self, http: &Http, status: u16) -> bool {
        http.is_success(status) || self.success.as_ref().is_some_and(|own| own.allows(status))
    }

    /// Returns `true` if `name` is its name or its project-wide id.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id == name
    }

    /// Returns `true` if the response has an element at a path, `Contact.Name` or `Contacts[0].Name`. An object or a
    /// list that the page does not describe may contain anything.
    pub fn has_element(&self, path: &str) -> bool {
        let mut known = self.response.as_slice();
        let mut steps = path.split('.').peekable();
        while let Some(step) = steps.next() {
            let name = step.split('[').next().unwrap_or(step);
            if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            match known.iter().find(|element| element.name == name) {
                Some(element) if element.schema.below().is_empty() => {
                    return steps.peek().is_none()
                        || matches!(element.kind(), Type::Object | Type::Map | Type::Array);
                }
                Some(element) => known = element.schema.below(),
                None => return false,
            }
        }
        true
    }

    /// Returns the location of a parameter for plain HTTP: the one that the spec states; otherwise the path if it names
    /// the parameter, the body if requests normally have one, or else the query.
    pub fn location(&self, name: &str) -> Location {
        let said = self.parameter(name).and_then(|parameter| parameter.location);
        let in_path = self.route.as_ref().is_some_and(|route| route.labels().any(|label| label == name));
        let has_body = self.route.as_ref().is_some_and(Route::has_body);
        // A parameter that the page does not list goes where the others go.
        let in_body = |each: &Member| each.name != name && self.location(&each.name) == Location::Body;
        let has_body = has_body && (self.parameter(name).is_some() || self.parameters.iter().any(in_body));
        said.unwrap_or(match (in_path, has_body) {
            (true, _) => Location::Path,
            (_, true) => Location::Body,
            _ => Location::Query,
        })
    }

    /// Returns every parameter and every member below it, with its place, in the order of the page.
    pub fn members(&self) -> Vec<(Path, &Member)> {
        let mut all = Vec::new();
        collect(&self.parameters, &Path::default(), &mut Vec::new(), &mut all);
        all
    }

    /// Returns the parameter or member at a place; for an item, the member that contains its list.
    pub fn member(&self, at: &Path) -> Option<&Member> {
        self.described(at).map(|(member, _)| member)
    }

    /// Returns the schema of the value at a place.
    pub fn schema(&self, at: &Path) -> Option<&Schema> {
        self.described(at).map(|(_, schema)| schema)
    }

    fn described(&self, at: &Path) -> Option<(&Member, &Schema)> {
        described(&self.parameters, at)
    }

    /// Returns `true` if it has a relation at any place.
    pub fn has_relations(&self) -> bool {
        !self.relations.is_empty() || self.parameters.iter().any(|parameter| parameter.schema.has_relations())
    }

    /// Returns every relation with the object in which it stands: those between parameters first.
    pub fn relations(&self) -> Vec<(Path, &Relation)> {
        let mut all: Vec<(Path, &Relation)> =
            self.relations.iter().map(|relation| (Path::default(), relation)).collect();
        for (at, member) in self.members() {
            let (mut at, mut schema) = (at, Some(&member.schema));
            while let Some(within) = schema {
                all.extend(within.relations.iter().map(|relation| (at.clone(), relation)));
                (at, schema) = (at.then(Step::Item), within.items());
            }
        }
        all
    }

    /// Returns the relations of an object for modification.
    pub fn relations_mut(&mut self, at: &Path) -> Option<&mut Vec<Relation>> {
        if at.is_here() {
            return Some(&mut self.relations);
        }
        let items = at.steps().iter().rev().take_while(|step| **step == Step::Item).count();
        let mut schema = &mut self.member_mut(&at.without(items))?.schema;
        for _ in 0..items {
            schema = schema.items_mut()?;
        }
        Some(&mut schema.relations)
    }

    /// Returns the parameter or member at a place for modification.
    pub fn member_mut(&mut self, at: &Path) -> Option<&mut Member> {
        let mut steps = at.steps().iter();
        let Some(Step::Member(first)) = steps.next() else { return None };
        let mut member = self.parameters.iter_mut().find(|parameter| parameter.name == *first)?;
        let mut further = steps.as_slice();
        while let Some(last) = further.iter().position(|step| matches!(step, Step::Member(_))) {
            let items = &further[..last];
            let schema = items.iter().try_fold(&mut member.schema, |schema, step| schema.inner_mut(step))?;
            let Step::Member(name) = &further[last] else { return None };
            member = schema.members_mut().iter_mut().find(|member| member.name == *name)?;
            further = &further[last + 1..];
        }
        Some(member)
    }

    /// Returns the parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Member> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// Returns what is described at a place in an object of these members: the member, and the schema of the value there.
pub fn described<'m>(members: &'m [Member], at: &Path) -> Option<(&'m Member, &'m Schema)> {
    let (first, further) = at.steps().split_first()?;
    let Step::Member(name) = first else { return None };
    let member = members.iter().find(|member| member.name == *name)?;
    further.iter().try_fold((member, &member.schema), |(member, schema), step| match step {
        Step::Member(name) => schema.member(name).map(|member| (member, &member.schema)),
        inner => Some((member, schema.inner(inner)?)),
    })
}

/// Collects members and all members below them. A reference from a type to itself is followed once.
fn collect<'m>(
    members: &'m [Member],
    within: &Path,
    types: &mut Vec<&'m str>,
    all: &mut Vec<(Path, &'m Member)>,
) {
    for member in members {
        let at = within.then(Step::Member(member.name.clone()));
        all.push((at.clone(), member));
        below(&member.schema, &at, types, all);
    }
}

fn below<'m>(schema: &'m Schema, at: &Path, types: &mut Vec<&'m str>, all: &mut Vec<(Path, &'m Member)>) {
    let name = schema.again().map(|again| again.name.as_str());
    if name.is_some_and(|name| types.contains(&name)) {
        return;
    }
    types.extend(name);
    collect(schema.members(), at, types, all);
    for step in [Step::Item, Step::Value] {
        if let Some(inner) = schema.inner(&step) {
            below(inner, &at.then(step), types, all);
        }
    }
    if name.is_some() {
        types.pop();
    }
}

/// A documentation page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// The date of its last update, as the page gives it.
    pub updated: Option<String>,
    /// The address from which it was read.
    pub url: Option<String>,
}
