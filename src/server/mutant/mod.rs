//! Mutants: the reference server with one promise broken at a time, derived from the specs.
//!
//! What a spec can say is broken by an edit of the spec that the server is made from (a limit moved, a row's code
//! exchanged); the rest is a fault of the server. Left out is what no answer could show: rows that the server never
//! gives, rules on which the page contradicts itself, conditions that no accepted call meets.

mod acts;
mod answers;
mod interactions;
mod rows;
mod rules;

use std::fmt;

use crate::json::Json;
use crate::protocol::{self, Facts};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{
    ErrorRow, Format, Limit, Location, Member, Operation, Protocol, RequestFault, Required, Schema, Service,
    Specs, Type, Unclear, When,
};
use crate::spec::path::{Path, Step};

use super::address;
use super::behaviour::Behaviour;
use super::fault::{Fault, Odd};

/// One broken promise.
pub struct Mutant {
    /// Its name: `AddMessageContact/Name/length.max/one-more`.
    pub id: String,
    /// What kind of mistake it is.
    pub kind: Kind,
    /// What the server does, in words.
    pub does: String,
    /// The operation whose promise it breaks.
    pub operation: String,
    /// The parameter.
    pub parameter: Option<String>,
    /// The rule, or the part of it.
    pub breach: Option<Part>,
    change: Change,
}

/// Kinds of mistakes, as a table of results groups them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A limit moved or gone.
    Boundary,
    /// A character class widened or narrowed.
    Characters,
    /// Only a part of a value checked, or not the value that was sent.
    Portion,
    /// A listed value dropped, or others accepted.
    Values,
    /// A rule not checked at all.
    Gone,
    /// A parameter that need not be there demanded.
    Demanded,
    /// A rule not checked while another parameter has some class.
    Interaction,
    /// An error row with another code, status or message.
    Row,
    /// Uniqueness racy, taken by refusals, or not following updates.
    Unique,
    /// A call without effect, or a refusal with one.
    Effect,
    /// A response element gone, of another type, or elsewhere.
    Answer,
    /// The envelope, the request id, the status.
    Envelope,
    /// A failure on odd input.
    Crash,
    /// The operation, the version, unlisted parameters, unreadable bodies.
    Request,
    /// A quota gone, or off by one.
    Quota,
}

impl Kind {
    /// Whether such a mistake shows in calls of every operation of a service, and not of the mutant's own alone.
    pub fn is_of_service(self) -> bool {
        matches!(self, Self::Request | Self::Envelope)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boundary => "boundaries",
            Self::Characters => "characters",
            Self::Portion => "parts checked",
            Self::Values => "listed values",
            Self::Gone => "rules gone",
            Self::Demanded => "optional demanded",
            Self::Interaction => "interactions",
            Self::Row => "error rows",
            Self::Unique => "uniqueness",
            Self::Effect => "effects",
            Self::Answer => "response elements",
            Self::Envelope => "envelope",
            Self::Crash => "odd input",
            Self::Request => "requests",
            Self::Quota => "quotas",
        })
    }
}

/// How a mutant differs from the plain reference.
enum Change {
    /// It is made from other specs.
    Edit(Box<dyn Fn(&mut Service) + Send + Sync>),
    /// It breaks a promise by itself.
    Fault(Fault),
    /// Its quota has another size; `None` is none.
    Quota(Option<u32>),
}

/// `a@example.com`
const SHORTEST_ADDRESS: u64 = 13;

/// The size of every quota of the reference that mutants are held against.
pub const QUOTA: u32 = 20;

impl Mutant {
    /// The specs that the mutant is made from, and its behaviour.
    pub fn build(&self, specs: &Specs) -> (Specs, Behaviour) {
        let mut specs = specs.clone();
        let mut behaviour = Behaviour { quotas: quotas(&specs), ..Behaviour::default() };
        match &self.change {
            Change::Edit(edit) => {
                let service =
                    specs.services.iter_mut().find(|service| service.operation(&self.operation).is_some());
                service.into_iter().for_each(edit);
            }
            Change::Fault(fault) => behaviour.fault = Some(fault.clone()),
            Change::Quota(size) => {
                behaviour.quotas = behaviour
                    .quotas
                    .into_iter()
                    .filter_map(|(entity, _)| size.map(|size| (entity, size)))
                    .collect();
            }
        }
        (specs, behaviour)
    }
}

/// The entities that have a quota on the server that mutants differ from: those whose maker has a row for it and that can
/// be removed again.
pub fn quotas(specs: &Specs) -> Vec<(String, u32)> {
    use crate::spec::model::Circumstance;
    let mut quotas = Vec::new();
    for service in &specs.services {
        for entity in service.entities.iter().filter(|entity| entity.removed_by.is_some()) {
            let maker = service.operation(&entity.made_by);
            let mut rows = maker.into_iter().flat_map(|maker| &maker.errors);
            if rows.any(|row| row.when == When::Circumstance(Circumstance::Quota)) {
                quotas.push((entity.name.clone(), QUOTA));
            }
        }
    }
    quotas
}

/// Every mutant of the tested operations.
pub fn all(specs: &Specs) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (service, operation) in specs.operations().filter(|(_, operation)| !operation.support) {
        let maker = Maker::new(service, operation);
        for place in maker.checked() {
            rules::of(&maker, place, &mut mutants);
            interactions::of(&maker, place, &mut mutants);
        }
        rows::of(&maker, &mut mutants);
        acts::of(&maker, &mut mutants);
        answers::of(&maker, &mut mutants);
    }
    mutants
}

/// A parameter, or a member of one, at its place.
#[derive(Clone)]
struct Placed<'s> {
    at: Path,
    /// The place, as names of mutants have it.
    name: String,
    /// The parameter in which it lies.
    whole: &'s Member,
    member: &'s Member,
}

impl std::ops::Deref for Placed<'_> {
    type Target = Member;

    fn deref(&self) -> &Member {
        self.member
    }
}

impl Placed<'_> {
    /// The breach of one of its rules.
    fn breach(&self, part: Part) -> Breach {
        Breach { at: self.at.clone(), part }
    }

    /// Whether neither lies in the other.
    fn is_beside(&self, other: &Self) -> bool {
        !self.at.leads_to(&other.at) && !other.at.leads_to(&self.at)
    }
}

/// Makes mutants of one operation.
struct Maker<'s> {
    service: &'s Service,
    operation: &'s Operation,
    /// All parameters, each followed by the members below it.
    places: Vec<Placed<'s>>,
}

impl<'s> Maker<'s> {
    fn new(service: &'s Service, operation: &'s Operation) -> Self {
        let places = operation.members().into_iter().filter_map(|(at, member)| {
            let whole = operation.parameter(at.parameter())?;
            Some(Placed { name: at.to_string(), at, whole, member })
        });
        Self { service, operation, places: places.collect() }
    }

    /// The places whose values the operation checks: not those that requests are addressed by.
    fn checked(&self) -> impl Iterator<Item = &Placed<'s>> {
        self.places.iter().filter(|place| !self.is_addressed(place.whole))
    }

    /// Whether a member is all that its object has: without it, that is empty, and may count as absent.
    fn is_only_member(&self, place: &Placed<'_>) -> bool {
        place.at.is_member() && self.members_beside(place) == 1
    }

    /// Whether two members are all that their object has.
    fn are_all(&self, one: &Placed<'_>, other: &Placed<'_>) -> bool {
        one.at.is_member() && one.at.is_sibling_of(&other.at) && self.members_beside(one) == 2
    }

    /// How many members the object of a member has.
    fn members_beside(&self, place: &Placed<'_>) -> usize {
        self.places.iter().filter(|other| other.at.is_sibling_of(&place.at)).count()
    }

    /// Whether a parameter is what the request is addressed by, which is no rule among rules.
    fn is_addressed(&self, parameter: &Member) -> bool {
        address::is_address(self.service, parameter)
    }

    /// What the protocol fixes.
    fn facts(&self) -> &'static dyn Facts {
        protocol::facts(self.service)
    }

    /// Whether the protocol carries the types of a parameter's values.
    fn is_typed(&self, parameter: &Placed<'_>) -> bool {
        self.facts().is_typed(self.operation, parameter.whole)
    }

    /// Whether the operation makes what can be removed again.
    fn makes_removable(&self) -> bool {
        self.service.created_by(self.operation).is_some_and(|entity| entity.removed_by.is_some())
    }

    /// Whether a call can be refused by the row of a rule that is broken within one of these parameters; an id of nothing apart.
    fn can_be_refused_for(&self, is_one: impl Fn(&Member) -> bool) -> bool {
        let has_row =
            |place: &Placed<'_>, part: Part| part != Part::ExistsUnknown && self.has_row(&place.breach(part));
        let mut places = self.checked().filter(|place| is_one(place.whole));
        places.any(|place| self.breaches(place).into_iter().any(|part| has_row(place, part)))
    }

    /// Whether the page has a row for a breach, or for what an item itself breaks where it is the breach of its list.
    fn has_row(&self, breach: &Breach) -> bool {
        self.service.rows(self.operation).any(|row| row.when.is_about(breach))
    }

    /// Whether some call is refused by a row for what it sends.
    fn can_be_refused(&self) -> bool {
        let is_of_request =
            |row: &ErrorRow| matches!(row.when, When::Request(RequestFault::UnknownParameter));
        let refers = self.operation.parameters.iter().any(|each| each.exists.is_some());
        refers || self.can_be_refused_for(|_| true) || self.service.rows(self.operation).any(is_of_request)
    }

    /// The parameters that a call of the operation can change.
    fn changeable(&self) -> impl Iterator<Item = &Member> {
        self.operation.parameters.iter().filter(|each| is_changeable(each))
    }

    /// Whether calls carry a JSON body.
    fn has_json_body(&self) -> bool {
        self.facts().has_json_body(self.operation)
    }

    /// Whether a request carries such input to the operation, and nothing on the way refuses it.
    fn carries(&self, parameter: &Placed<'_>, odd: Odd) -> bool {
        let is_path = !self.can_omit(parameter);
        match odd {
            Odd::Nul => !is_path && !self.in_header(parameter),
            Odd::Emoji => !self.in_header(parameter),
            // More than 500 characters: a header takes a thousand.
            Odd::Long => !is_path,
            // What ends a query has blanks in it, which no cookie has (RFC 6265, section 4.1.1).
            Odd::Quote => self.operation.location(&parameter.whole.name) != Location::Cookie,
            Odd::Markup | Odd::Template => true,
        }
    }

    /// Whether a request carries a character of a parameter as it is.
    fn carries_character(&self, parameter: &Placed<'_>, character: char) -> bool {
        let location = self.operation.location(&parameter.whole.name);
        let can_stand = match location {
            _ if self.service.protocol != Protocol::Rest => true,
            Location::Cookie => !['"', ',', ';', '\\', ' '].contains(&character),
            Location::Path => !character.is_control() && !['/', '\\', '%', ';'].contains(&character),
            _ => true,
        };
        can_stand && !(self.in_header(parameter) && character.is_control())
    }

    /// Whether a parameter stands in a header, which carries plain text and no white space around it.
    fn in_header(&self, parameter: &Placed<'_>) -> bool {
        self.facts().is_in_header(self.operation, parameter.whole)
    }

    /// Whether a call can do without a parameter: without a label of its path it is another call.
    fn can_omit(&self, parameter: &Placed<'_>) -> bool {
        parameter.at.is_member() || self.facts().can_omit(self.operation, parameter.whole)
    }

    fn fault(&self, kind: Kind, slug: &str, does: String, fault: Fault) -> Mutant {
        Mutant {
            id: format!("{}/{slug}", self.operation.id),
            kind,
            does,
            operation: self.operation.id.clone(),
            parameter: None,
            breach: None,
            change: Change::Fault(fault),
        }
    }

    /// A mutant whose server is made from an edited spec of the operation.
    fn edit(
        &self,
        kind: Kind,
        slug: &str,
        does: String,
        edit: impl Fn(&mut Operation) + Send + Sync + 'static,
    ) -> Mutant {
        let name = self.operation.name.clone();
        let of_service = move |service: &mut Service| {
            service.operations.iter_mut().filter(|operation| operation.name == name).for_each(&edit);
        };
        Mutant {
            change: Change::Edit(Box::new(of_service)),
            ..self.fault(kind, slug, does, Fault::RequestIdRepeats)
        }
    }

    /// The same for one parameter's rules.
    fn rules(
        &self,
        parameter: &Placed<'_>,
        breach: Part,
        (kind, slug, does): (Kind, &str, &str),
        change: impl Fn(&mut Member) + Send + Sync + 'static,
    ) -> Mutant {
        let at = parameter.at.clone();
        let edit = move |operation: &mut Operation| operation.member_mut(&at).into_iter().for_each(&change);
        let slug = format!("{}/{breach}/{slug}", parameter.name);
        self.edit(kind, &slug, format!("{}: {does}", parameter.name), edit).about(&parameter.name, breach)
    }

    /// The ways in which the server can find a parameter broken, on which the page is plain.
    fn breaches(&self, parameter: &Placed<'_>) -> Vec<Part> {
        let schema = &parameter.schema;
        let mut breaches = Vec::new();
        let mut add = |is: bool, breach: Part| breaches.extend(is.then_some(breach));
        // An object that is empty without its only member may count as absent, where it is no item of a list.
        let steps = parameter.at.steps();
        let is_in_item = steps.len() > 1 && steps[steps.len() - 2] == Step::Item;
        let can_be_empty = is_in_item && self.is_typed(parameter);
        let is_told = !self.is_only_member(parameter) || can_be_empty;
        add(parameter.required == Required::Yes && self.can_omit(parameter) && is_told, Part::Required);
        if parameter.exists.is_some() {
            add(true, Part::ExistsUnknown);
            return breaches;
        }
        let is_read = matches!(schema.kind(), Type::Integer | Type::Number | Type::Boolean);
        add(self.is_typed(parameter) && schema.kind() == Type::String, Part::Type);
        add(is_read && schema.values.is_none() && self.has_row(&parameter.breach(Part::Type)), Part::Type);
        let length = schema.length.as_ref();
        // Only an empty text is shorter than one character, and that may count as absent. Nobody writes to an address with
        // fewer than those of `example.com`.
        let least = if matches!(schema.format, Some(Format::Email)) { SHORTEST_ADDRESS } else { 1 };
        add(length.is_some_and(|length| length.min > least), Part::LengthMin);
        add(length.is_some_and(|length| length.max != Limit::None), Part::LengthMax);
        let range = schema.range.as_ref();
        add(range.is_some_and(|range| range.min.is_some()), Part::RangeMin);
        add(range.is_some_and(|range| range.max.is_some()), Part::RangeMax);
        let characters = schema.characters.as_ref();
        add(characters.is_some_and(|characters| characters.unclear != Unclear::Others), Part::CharactersOf);
        let can_be_first = |first: &char| self.carries_character(parameter, *first);
        add(
            characters.is_some_and(|characters| characters.not_first.iter().any(can_be_first)),
            Part::CharactersFirst,
        );
        add(schema.format.is_some(), Part::FormatShape);
        let countries = matches!(&schema.format, Some(Format::Phone { countries }) if !countries.is_empty());
        add(countries, Part::FormatCountry);
        add(schema.values.is_some(), Part::Values);
        let can_be_wrong = |items: &Schema| {
            !items.is_unruled() && (items.kind() == Type::String || self.is_typed(parameter))
        };
        add(schema.items().is_some_and(can_be_wrong), Part::Items);
        add(parameter.unique, Part::Unique);
        breaches
    }
}

/// Whether a call can change what a parameter sets.
fn is_changeable(parameter: &Member) -> bool {
    parameter.exists.is_none() && !parameter.common
}

impl Mutant {
    fn about(self, parameter: &str, part: Part) -> Self {
        Self { breach: Some(part), ..self.of_parameter(parameter) }
    }

    fn of_parameter(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..self }
    }
}

/// The listed values of a parameter, or of the members of one.
fn listed(schema: &Schema) -> &[Json] {
    let of_items = || schema.items().and_then(|items| items.values.as_deref());
    schema.values.as_deref().or_else(of_items).unwrap_or_default()
}

fn label(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}
