//! One operation: one documentation page.

use crate::span::Place;
use crate::spec::path::{Path, Step};

use super::{Acknowledgement, ErrorRow, Location, Member, Quote, Route, Schema, Type};

/// One operation: one documentation page.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name on the wire, and in its service.
    pub name: String,
    /// What it is called in the project: its name, or where another service has an operation of that name, `FOLDER/NAME`.
    pub id: String,
    /// The page that it was transcribed from.
    pub page: Page,
    /// Used for set-up and clean-up only, not tested.
    pub support: bool,
    /// Method and path, where the protocol is plain HTTP.
    pub route: Option<Route>,
    /// The entity that a successful call creates.
    pub creates: Option<String>,
    /// The parameter table.
    pub parameters: Vec<Member>,
    /// The error table.
    pub errors: Vec<ErrorRow>,
    /// The response elements.
    pub response: Vec<Member>,
    /// Sentences of the page that promise nothing a request could show.
    pub narrative: Vec<Quote>,
    /// Findings about the page that the author has seen.
    pub acknowledged: Vec<Acknowledgement>,
    /// Where the operation is named.
    pub at: Place,
}

impl Operation {
    /// Whether it is meant by a name: its own, or what it is called in the project.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id == name
    }

    /// Whether the response has an element at a path, `Contact.Name` or `Contacts[0].Name`. What is within an object or a list
    /// of which the page says nothing may be anything.
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
                    return steps.peek().is_none() || matches!(element.kind(), Type::Object | Type::Array);
                }
                Some(element) => known = element.schema.below(),
                None => return false,
            }
        }
        true
    }

    /// Where a parameter stands, where the protocol is plain HTTP: as the spec says; else in the path that names it, in the
    /// body if there is one as a rule, and else in the query.
    pub fn location(&self, name: &str) -> Location {
        let said = self.parameter(name).and_then(|parameter| parameter.location);
        let in_path = self.route.as_ref().is_some_and(|route| route.labels().any(|label| label == name));
        let has_body = self.route.as_ref().is_some_and(Route::has_body);
        // What the page does not list goes where others go.
        let in_body = |each: &Member| each.name != name && self.location(&each.name) == Location::Body;
        let has_body = has_body && (self.parameter(name).is_some() || self.parameters.iter().any(in_body));
        said.unwrap_or(match (in_path, has_body) {
            (true, _) => Location::Path,
            (_, true) => Location::Body,
            _ => Location::Query,
        })
    }

    /// Every parameter and every member below one, in the order of the page, with its place.
    pub fn members(&self) -> Vec<(Path, &Member)> {
        let mut all = Vec::new();
        collect(&self.parameters, &Path::default(), &mut Vec::new(), &mut all);
        all
    }

    /// The parameter, or the member of one, that has a place; of an item the member whose list it is in.
    pub fn member(&self, at: &Path) -> Option<&Member> {
        self.described(at).map(|(member, _)| member)
    }

    /// What a value at a place must be.
    pub fn schema(&self, at: &Path) -> Option<&Schema> {
        self.described(at).map(|(_, schema)| schema)
    }

    fn described(&self, at: &Path) -> Option<(&Member, &Schema)> {
        let (first, further) = at.steps().split_first()?;
        let Step::Member(name) = first else { return None };
        let parameter = self.parameter(name)?;
        further.iter().try_fold((parameter, &parameter.schema), |(member, schema), step| match step {
            Step::Item => Some((member, schema.items()?)),
            Step::Member(name) => schema.member(name).map(|member| (member, &member.schema)),
        })
    }

    /// The same, to be changed.
    pub fn member_mut(&mut self, at: &Path) -> Option<&mut Member> {
        let mut steps = at.steps().iter();
        let Some(Step::Member(first)) = steps.next() else { return None };
        let mut member = self.parameters.iter_mut().find(|parameter| parameter.name == *first)?;
        let mut further = steps.as_slice();
        while let Some(last) = further.iter().position(|step| matches!(step, Step::Member(_))) {
            let items = &further[..last];
            let schema = items.iter().try_fold(&mut member.schema, |schema, _| schema.items_mut())?;
            let Step::Member(name) = &further[last] else { return None };
            member = schema.members_mut().iter_mut().find(|member| member.name == *name)?;
            further = &further[last + 1..];
        }
        Some(member)
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Member> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// Members with all that are below them. A type is followed into itself once.
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
    if let Some(items) = schema.items() {
        below(items, &at.then(Step::Item), types, all);
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
    /// The date that it gives for its last update.
    pub updated: Option<String>,
    /// Where it was read.
    pub url: Option<String>,
}
