//! Mutants: the reference server with one promise broken at a time, derived from the specs.
//!
//! A promise that a spec can express is broken by an edit of the spec that the server is built from (a limit is moved,
//! a row's code is exchanged); any other is a fault of the server. Mutants that no response could show are left out:
//! rows that the server never returns, rules on which the page contradicts itself, conditions that no accepted call
//! meets.

mod acts;
mod interactions;
mod pattern;
mod possible;
mod relations;
mod responses;
mod rows;
mod rules;
mod schemas;

use std::fmt;

use crate::protocol::{self, Facts};
use crate::spec::breach::{Breach, Part};
use crate::spec::model::{
    Count, ErrorRow, Format, Length, Limit, Location, Member, Operation, Protocol, RequestFault, Required,
    Schema, Service, Specs, Type, Unclear, When,
};
use crate::spec::path::Path;

use super::address;
use super::behaviour::Behaviour;
use super::fault::{Fault, Odd};

/// One broken promise.
pub struct Mutant {
    /// The mutant's id, e.g. `AddMessageContact/Name/length.max/one-more`.
    pub id: String,
    /// The kind of mistake that the mutant makes.
    pub kind: Kind,
    /// Description of what the server does.
    pub does: String,
    /// The operation whose promise it breaks.
    pub operation: String,
    /// The parameter.
    pub parameter: Option<String>,
    /// The rule, or the part of it.
    pub breach: Option<Part>,
    change: Change,
}

/// A kind of mistake, by which a table of results is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A limit moved or removed.
    Boundary,
    /// A character class widened or narrowed.
    Characters,
    /// Only a part of a value checked, or not the value that was sent.
    Portion,
    /// A listed value dropped, or others accepted.
    Values,
    /// A rule not checked at all.
    Gone,
    /// An optional parameter demanded.
    Demanded,
    /// A rule not checked while another parameter meets a condition.
    Interaction,
    /// A relation missing, or checked for other calls or some of its values.
    Relation,
    /// An error row with another code, status or message.
    Row,
    /// Uniqueness racy, taken by rejected calls, or not following updates.
    Unique,
    /// A call without effect, or a rejected call with one.
    Effect,
    /// A response element missing, of another type, or elsewhere.
    Response,
    /// The envelope, the request id, the status.
    Envelope,
    /// A failure on odd input.
    Crash,
    /// The operation, the version, unlisted parameters, unreadable bodies.
    Request,
    /// A quota missing, or off by one.
    Quota,
}

impl Kind {
    /// Returns `true` if such a mistake shows in calls of every operation of a service, and not only of the mutant's
    /// own.
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
            Self::Relation => "relations",
            Self::Row => "error rows",
            Self::Unique => "uniqueness",
            Self::Effect => "effects",
            Self::Response => "response elements",
            Self::Envelope => "envelope",
            Self::Crash => "odd input",
            Self::Request => "requests",
            Self::Quota => "quotas",
        })
    }
}

/// The way in which a mutant differs from the plain reference server.
enum Change {
    /// The server is built from other specs.
    Edit(Box<dyn Fn(&mut Service) + Send + Sync>),
    /// The server itself breaks a promise.
    Fault(Fault),
    /// The quota has another size; `None` means no quota.
    Quota(Option<u32>),
}

/// The length of `a@example.com`.
const SHORTEST_ADDRESS: u64 = 13;

/// The size of every quota of the reference server that mutants are compared with.
pub const QUOTA: u32 = 20;

impl Mutant {
    /// Returns the specs that the mutant is built from, and its behaviour.
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

/// Returns the entities that have a quota on the server that mutants differ from: those whose creating operation has a
/// row for the quota, and that can be removed again.
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

/// Returns all mutants of the tested operations.
pub fn all(specs: &Specs) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (service, operation) in specs.operations().filter(|(_, operation)| !operation.support) {
        let maker = MutantSource::new(service, operation);
        for place in maker.checked() {
            rules::of(&maker, place, &mut mutants);
            interactions::of(&maker, place, &mut mutants);
        }
        relations::of(&maker, &mut mutants);
        rows::of(&maker, &mut mutants);
        acts::of(&maker, &mut mutants);
        responses::of(&maker, &mut mutants);
    }
    mutants
}

/// A parameter, or a member of one, with its place.
#[derive(Clone)]
struct Placed<'s> {
    at: Path,
    /// The place, as in the names of mutants.
    name: String,
    /// The parameter that contains it.
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
    /// Returns the violation of one of its rules.
    fn breach(&self, part: Part) -> Breach {
        Breach { at: self.at.clone(), part }
    }

    /// Returns `true` if neither place lies within the other.
    fn is_disjoint(&self, other: &Self) -> bool {
        !self.at.leads_to(&other.at) && !other.at.leads_to(&self.at)
    }
}

/// A source of the mutants of one operation.
struct MutantSource<'s> {
    service: &'s Service,
    operation: &'s Operation,
    /// All parameters, each followed by the members below it.
    places: Vec<Placed<'s>>,
}

impl<'s> MutantSource<'s> {
    fn new(service: &'s Service, operation: &'s Operation) -> Self {
        let places = operation.members().into_iter().filter_map(|(at, member)| {
            let whole = operation.parameter(at.parameter())?;
            Some(Placed { name: at.to_string(), at, whole, member })
        });
        Self { service, operation, places: places.collect() }
    }

    /// Returns the places whose values the operation checks, without those that address the request.
    fn checked(&self) -> impl Iterator<Item = &Placed<'s>> {
        self.places.iter().filter(|place| !self.is_addressed(place.whole))
    }

    /// Returns `true` if a member is the only one of its object: without it, the object is empty, and may count as
    /// absent.
    fn is_only_member(&self, place: &Placed<'_>) -> bool {
        place.at.is_member() && self.sibling_count(place) == 1
    }

    /// Returns `true` if two members are all that their object has.
    fn are_all(&self, one: &Placed<'_>, other: &Placed<'_>) -> bool {
        one.at.is_member() && one.at.is_sibling_of(&other.at) && self.sibling_count(one) == 2
    }

    /// Returns the number of members of a member's object.
    fn sibling_count(&self, place: &Placed<'_>) -> usize {
        self.places.iter().filter(|other| other.at.is_sibling_of(&place.at)).count()
    }

    /// Returns `true` if a parameter addresses the request, and so is not checked like other rules.
    fn is_addressed(&self, parameter: &Member) -> bool {
        address::is_address(self.service, parameter)
    }

    /// Returns the facts about the protocol.
    fn facts(&self) -> &'static dyn Facts {
        protocol::facts(self.service)
    }

    /// Returns `true` if the operation creates an entity, or takes one that an operation of the specs creates. Otherwise no
    /// value is known to be in use.
    fn has_entity(&self) -> bool {
        let is_made = |name: &String| self.service.entity(name).is_some_and(|entity| !entity.foreign);
        let mut taken = self.operation.parameters.iter().filter_map(|parameter| parameter.exists.as_ref());
        self.operation.creates.is_some() || taken.any(is_made)
    }

    /// Returns `true` if error responses have a code of their own. Otherwise the status is the code.
    fn sends_codes(&self) -> bool {
        match self.service.protocol {
            Protocol::Rest => self.service.http.as_ref().is_some_and(|http| http.code.is_some()),
            Protocol::AcsRpc | Protocol::Tencent3 => true,
        }
    }

    /// Returns `true` if the protocol sends the types of a parameter's values.
    fn is_typed(&self, parameter: &Placed<'_>) -> bool {
        self.facts().is_typed(self.operation, parameter.whole)
    }

    /// Returns `true` if the operation creates something that can be removed again.
    fn makes_removable(&self) -> bool {
        self.service.created_by(self.operation).is_some_and(|entity| entity.removed_by.is_some())
    }

    /// Returns `true` if a call can be rejected with the row of a rule that is violated within one of these parameters.
    /// An id that names nothing does not count.
    fn can_be_rejected_for(&self, is_one: impl Fn(&Member) -> bool) -> bool {
        let has_row =
            |place: &Placed<'_>, part: Part| part != Part::ExistsUnknown && self.has_row(&place.breach(part));
        let mut places = self.checked().filter(|place| is_one(place.whole));
        places.any(|place| self.breaches(place).into_iter().any(|part| has_row(place, part)))
    }

    /// Returns `true` if the page has a row for a violation, or, if it is the violation of a list, for what an item
    /// itself violates.
    fn has_row(&self, breach: &Breach) -> bool {
        self.service.rows(self.operation).any(|row| row.when.is_about(breach))
    }

    /// Returns `true` if the page has rows about more than one parameter.
    fn has_rows_of_several(&self) -> bool {
        let has_one = |name: &String| {
            Part::ALL.iter().any(|part| {
                self.service.rows(self.operation).any(|row| row.when.binds(&Breach::of(name, *part)))
            })
        };
        self.operation.parameters.iter().filter(|parameter| has_one(&parameter.name)).count() > 1
    }

    /// Returns `true` if some call is rejected with a row for what it sends.
    fn can_be_rejected(&self) -> bool {
        let is_of_request =
            |row: &ErrorRow| matches!(row.when, When::Request(RequestFault::UnknownParameter));
        let refers = self.operation.parameters.iter().any(|parameter| parameter.exists.is_some());
        refers || self.can_be_rejected_for(|_| true) || self.service.rows(self.operation).any(is_of_request)
    }

    /// Returns the parameters that a call of the operation can change.
    fn changeable(&self) -> impl Iterator<Item = &Member> {
        self.operation.parameters.iter().filter(|parameter| is_changeable(parameter))
    }

    /// Returns `true` if calls carry a JSON body.
    fn has_json_body(&self) -> bool {
        self.facts().has_json_body(self.operation)
    }

    /// Returns `true` if a request carries such input to the operation, and nothing on the way rejects it.
    fn carries(&self, parameter: &Placed<'_>, odd: Odd) -> bool {
        let is_path = !self.can_omit(parameter);
        match odd {
            Odd::Nul => !is_path && !self.in_header(parameter),
            Odd::Emoji => !self.in_header(parameter),
            // More than 500 characters: a header takes a thousand.
            Odd::Long => !is_path,
            // The input that ends a query contains spaces, which no cookie does (RFC 6265, section 4.1.1).
            Odd::Quote => self.operation.location(&parameter.whole.name) != Location::Cookie,
            Odd::Markup | Odd::Template => true,
        }
    }

    /// Returns `true` if a request carries a character of a parameter unchanged.
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

    /// Returns `true` if a parameter is sent in a header, which carries plain text without surrounding white space.
    fn in_header(&self, parameter: &Placed<'_>) -> bool {
        self.facts().is_in_header(self.operation, parameter.whole)
    }

    /// Returns `true` if a call can omit a parameter: without a label of its path, it is another call.
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

    /// Creates a mutant whose server is built from an edited spec of the operation.
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

    /// Creates a mutant whose server is built from edited rules of one parameter.
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

    /// Returns the violations that the server can find in a parameter, and about which the page is clear.
    fn breaches(&self, parameter: &Placed<'_>) -> Vec<Part> {
        let schema = &parameter.schema;
        let mut breaches = Vec::new();
        let mut add = |is: bool, breach: Part| breaches.extend(is.then_some(breach));
        // Without its only member, an object is empty and may count as absent, unless it is an item of a list.
        let steps = parameter.at.steps();
        let is_in_item = steps.len() > 1 && steps[steps.len() - 2].is_inner();
        let can_be_empty = is_in_item && self.is_typed(parameter);
        let is_told = !self.is_only_member(parameter) || can_be_empty;
        add(parameter.required == Required::Yes && self.can_omit(parameter) && is_told, Part::Required);
        if parameter.exists.is_some() {
            // Of which ids are meant, there are only examples.
            add(schema.open.is_none(), Part::ExistsUnknown);
            return breaches;
        }
        let is_read = matches!(schema.kind(), Type::Integer | Type::Number | Type::Boolean);
        add(self.is_typed(parameter) && schema.kind() == Type::String, Part::Type);
        add(is_read && schema.values.is_none() && self.has_row(&parameter.breach(Part::Type)), Part::Type);
        // The listed values keep the other rules.
        let is_listed = schema.values.is_some();
        let length = schema.length.as_ref().filter(|_| !is_listed);
        // Only an empty text is shorter than one character, and it may count as absent. Nobody writes to an address
        // shorter than those at `example.com`.
        let shortest = if matches!(schema.format, Some(Format::Email)) { SHORTEST_ADDRESS } else { 1 };
        let has = |count: u64| pattern::allows_length(parameter, count);
        let around_min = |length: &Length| length.min > shortest && has(length.min - 1) && has(length.min);
        add(length.is_some_and(around_min), Part::LengthMin);
        let around_max = |length: &Length| match length.max {
            Limit::None => false,
            Limit::At(max) => has(max) && has(max.saturating_add(1)),
            Limit::Unstated => has(pattern::PLAUSIBLE),
        };
        add(length.is_some_and(around_max), Part::LengthMax);
        let range = schema.range.as_ref();
        add(range.is_some_and(|range| range.min.is_some()), Part::RangeMin);
        add(range.is_some_and(|range| range.max.is_some()), Part::RangeMax);
        let characters = schema.characters.as_ref().filter(|_| !is_listed);
        add(characters.is_some_and(|characters| characters.unclear != Unclear::Others), Part::CharactersOf);
        let can_be_first = |first: &char| self.carries_character(parameter, *first);
        add(
            characters.is_some_and(|characters| characters.not_first.iter().any(can_be_first)),
            Part::CharactersFirst,
        );
        let patterns = schema.patterns.iter().filter(|_| !is_listed);
        add(patterns.into_iter().any(|each| pattern::excludes(schema, each)), Part::Pattern);
        add(schema.format.is_some(), Part::FormatShape);
        let countries = matches!(&schema.format, Some(Format::Phone { countries }) if !countries.is_empty());
        add(countries, Part::FormatCountry);
        add(schema.values.is_some(), Part::Values);
        add(!schema.reserved.is_empty(), Part::Reserved);
        add(schema.open.as_ref().is_some_and(|open| !open.refuses.is_empty()), Part::Open);
        let can_be_wrong = |items: &Schema| {
            !items.is_unruled() && (items.kind() == Type::String || self.is_typed(parameter))
        };
        // An empty list may count as absent.
        add(schema.count.is_some_and(|count| count.min > 1), Part::CountMin);
        add(
            schema.count.is_some_and(|count| count.max.is_some_and(|max| max < Count::LONGEST_SENT)),
            Part::CountMax,
        );
        add(schema.contained().is_some_and(can_be_wrong), Part::Items);
        add(schema.entries().is_some_and(|entries| !entries.keys.is_unruled()), Part::Keys);
        add(parameter.unique && self.has_entity(), Part::Unique);
        breaches
    }
}

/// Returns `true` if a call can change what a parameter sets.
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
