//! The contents of a spec as plain data. Every item knows its place, so that findings and reports can point to it.

mod format;
mod http;
mod operation;
mod relation;
mod rows;
mod schema;
mod shows;

pub use format::{Common, Format};
pub use http::{Authentication, Field, Http, Location, RefusalSign, Route, Spelling, Success};
pub use operation::{Operation, Page, described, element_at, header_path};
pub use relation::{Condition, Demand, Further, Group, Relation};
pub use rows::{Bound, Circumstance, ErrorRow, RequestFault, When};
pub use schema::{
    Characters, Count, End, Entries, Length, Limit, Open, Range, Schema, SelfReference, Shape, Type, Unclear,
    Unit,
};
pub use shows::{Echo, Shown};

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::json::Json;
use crate::named::named;
use crate::span::Place;

use super::breach::{Breach, Part};
use super::path::Path;

/// All specs of a folder. Services are in path order.
#[derive(Debug, Clone, Default)]
pub struct Specs {
    /// The services.
    pub services: Vec<Service>,
    places: Places,
}

/// The indexes of operations, by id: that of the service and that of the operation within it. They are computed on
/// first use. A clone computes them again, because it may be modified.
#[derive(Debug, Default)]
struct Places(OnceLock<HashMap<String, (usize, usize)>>);

impl Clone for Places {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Specs {
    /// Returns the service of that folder.
    pub fn service(&self, folder: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.folder == folder)
    }

    /// Iterates over all operations with their services and their indexes.
    pub fn placed(&self) -> impl Iterator<Item = ((usize, usize), &Service, &Operation)> {
        self.services.iter().enumerate().flat_map(|(at, service)| {
            let operations = service.operations.iter().enumerate();
            operations.map(move |(own, operation)| ((at, own), service, operation))
        })
    }

    /// Returns the operation with these indexes, and its service.
    pub fn at(&self, (service, operation): (usize, usize)) -> Option<(&Service, &Operation)> {
        let service = self.services.get(service)?;
        Some((service, service.operations.get(operation)?))
    }

    /// Iterates over all operations with their services.
    pub fn operations(&self) -> impl Iterator<Item = (&Service, &Operation)> {
        self.placed().map(|(_, service, operation)| (service, operation))
    }

    /// Returns the operation with that project-wide id.
    pub fn operation(&self, id: &str) -> Option<(&Service, &Operation)> {
        let places = self.places.0.get_or_init(|| self.places());
        let at = places.get(id).and_then(|place| self.at(*place));
        // The specs may have changed since the indexes were computed.
        let is_it = |(_, operation): &(&Service, &Operation)| operation.id == id;
        at.filter(is_it).or_else(|| self.operations().find(is_it))
    }

    fn places(&self) -> HashMap<String, (usize, usize)> {
        let mut places = HashMap::new();
        for (place, _, operation) in self.placed() {
            places.entry(operation.id.clone()).or_insert(place);
        }
        places
    }
}

/// What the operations of one vendor's API share.
#[derive(Debug, Clone)]
pub struct Service {
    /// The folder below the spec folder, `alibaba-cloud/resource-directory-master`.
    pub folder: String,
    /// The service's name in its protocol.
    pub name: String,
    /// The provider of the service.
    pub vendor: String,
    /// The API version that requests carry.
    pub version: String,
    /// The wire protocol.
    pub protocol: Protocol,
    /// What plain HTTP does not define.
    pub http: Option<Http>,
    /// Whether a longer code may be returned for a shorter one.
    pub codes: Codes,
    /// Error rows that apply to every operation.
    pub errors: Vec<ErrorRow>,
    /// The entities that the operations create and remove.
    pub entities: Vec<Entity>,
    /// The operations, by file name.
    pub operations: Vec<Operation>,
    /// The place of the service in its file.
    pub at: Place,
}

impl Service {
    /// Returns the service with these operations.
    #[must_use]
    pub fn with(&self, operations: Vec<Operation>) -> Self {
        let Self { folder, name, vendor, version, protocol, http, codes, errors, entities, at, .. } = self;
        Self {
            folder: folder.clone(),
            name: name.clone(),
            vendor: vendor.clone(),
            version: version.clone(),
            protocol: *protocol,
            http: http.clone(),
            codes: *codes,
            errors: errors.clone(),
            entities: entities.clone(),
            operations,
            at: at.clone(),
        }
    }

    /// Returns the operation of that name or project-wide id.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.is_called(name))
    }

    /// Returns the entity of that name.
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// Returns the id of the foreign entity that a server made from the specs has: what the specs show for a parameter
    /// that takes it, or else one of its type.
    pub fn foreign_id(&self, entity: &Entity) -> Json {
        let parameters = self.operations.iter().flat_map(|operation| &operation.parameters);
        let takes_it = |parameter: &&Member| parameter.exists.as_ref() == Some(&entity.name);
        let takers: Vec<&Member> = parameters.filter(takes_it).collect();
        let one = |json: &Json| match json {
            Json::List(items) => items.first().cloned(),
            json => Some(json.clone()),
        };
        let shown = takers.iter().flat_map(|taker| [&taker.sample, &taker.example]).flatten().find_map(one);
        let kind = takers.first().map(|taker| taker.schema.items().map_or(taker.kind(), Schema::kind));
        shown.unwrap_or_else(|| match kind {
            Some(Type::Integer | Type::Number) => Json::Integer(4_711),
            _ => Json::Text(format!("known-{}", entity.name)),
        })
    }

    /// Returns the entity that an operation is about, of those whose ids it takes: the one that it removes, or the one
    /// at the end of its path, or else the first.
    pub fn subject<'s>(&'s self, operation: &'s Operation) -> Option<&'s str> {
        let taken = || operation.parameters.iter().filter_map(|parameter| parameter.exists.as_deref());
        let is_removed = |name: &&str| {
            let entity = self.entity(name);
            entity.is_some_and(|entity| entity.removed_by.as_ref() == Some(&operation.name))
        };
        let last = operation.route.as_ref().filter(|route| route.path.ends_with('}'));
        let last = last.and_then(|route| route.labels().last());
        let at_the_end = last.and_then(|label| operation.parameter(label)?.exists.as_deref());
        taken().find(is_removed).or(at_the_end).or_else(|| taken().next())
    }

    /// Returns the entity that a successful call of an operation creates.
    pub fn created_by(&self, operation: &Operation) -> Option<&Entity> {
        operation.creates.as_ref().and_then(|name| self.entity(name))
    }

    /// Iterates over the error rows that apply to an operation: first its page's own table, then the service's.
    pub fn rows<'a>(&'a self, operation: &'a Operation) -> impl Iterator<Item = &'a ErrorRow> {
        operation.errors.iter().chain(&self.errors)
    }

    /// Returns `true` if the error tables give codes for invalid calls. Rows about circumstances alone are not enough.
    pub fn has_table(&self, operation: &Operation) -> bool {
        self.rows(operation).any(|row| matches!(row.when, When::Breaches(_) | When::Unsaid))
    }

    /// Returns `true` if a received code matches a row.
    pub fn row_has_code(&self, row: &ErrorRow, received: &str) -> bool {
        row.codes.iter().any(|documented| self.codes.matches(documented, received))
    }

    /// Returns the rows of an operation that match an error response. If codes are hierarchical and a row has the exact
    /// code, rows with its parent codes do not match, because the code is documented separately. Rows with the same
    /// code are distinguished by their statuses.
    pub fn rows_matching<'a>(
        &'a self,
        operation: &'a Operation,
        code: &str,
        status: u16,
    ) -> Vec<&'a ErrorRow> {
        let is_exact = |row: &&ErrorRow| row.codes.iter().any(|known| known == code);
        let mut rows: Vec<&ErrorRow> = self.rows(operation).filter(is_exact).collect();
        if rows.is_empty() {
            rows = self.rows(operation).filter(|row| self.row_has_code(row, code)).collect();
        }
        // A row without a code of its own is returned with any code that no other row has.
        if rows.is_empty() {
            rows = self.rows(operation).filter(|row| row.any_code && row.status == Some(status)).collect();
        }
        let has_it = |row: &&ErrorRow| row.status == Some(status);
        if rows.iter().any(has_it) {
            rows.retain(|row| has_it(row) || row.status.is_none());
        }
        rows
    }

    /// Returns `true` if an error response is that of a documented temporary circumstance.
    pub fn is_temporary(&self, operation: &Operation, code: &str, status: u16) -> bool {
        let passes = |row: &&ErrorRow| matches!(row.when, When::Circumstance(circumstance) if circumstance.is_temporary());
        self.rows_matching(operation, code, status).iter().any(passes)
    }

    /// Returns the row that covers the absence of the value at a place. Rows for any place (`*`) do not count.
    pub fn row_for_absence<'a>(&'a self, operation: &'a Operation, at: &Path) -> Option<&'a ErrorRow> {
        // A row for a parameter that a relation requires covers its absence only while the condition is met.
        if operation.member(at).is_some_and(|member| member.related.contains(&Part::Required)) {
            return None;
        }
        let absence = Bound { at: Some(at.clone()), part: Part::Required };
        self.rows(operation).find(|row| match &row.when {
            When::Breaches(bound) => bound.contains(&absence),
            _ => false,
        })
    }

    /// Iterates over the error rows that cover a violation.
    pub fn rows_for<'a>(
        &'a self,
        operation: &'a Operation,
        breach: &Breach,
    ) -> impl Iterator<Item = &'a ErrorRow> {
        self.rows(operation).filter(move |row| row.when.binds(breach))
    }
}

named! {
    /// The wire protocols.
    pub enum Protocol {
        /// Alibaba Cloud's RPC style: POST, parameters in the query, arrays as `Name.1`.
        AcsRpc = "acs-rpc",
        /// Tencent Cloud API 3.0: POST, parameters as JSON.
        Tencent3 = "tencent-3.0",
        /// Plain HTTP: method and path; parameters are placed where the spec says.
        Rest = "rest",
    }
}

/// The way in which codes are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// A code matches only itself.
    Exact,
    /// `InvalidParameterValue.Name` also matches `InvalidParameterValue`.
    Hierarchical,
}

impl Codes {
    /// Returns `true` if a received code matches a documented one.
    pub fn matches(self, documented: &str, received: &str) -> bool {
        match self {
            Self::Exact => received == documented,
            Self::Hierarchical => {
                received.strip_prefix(documented).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        }
    }
}

/// Something that calls create on the target and that has an id.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name in the specs.
    pub name: String,
    /// The path of its id in the response of the operation that creates it; empty if the caller names it.
    pub id: String,
    /// The parameter of that operation whose value is its id, if the caller names it.
    pub named_by: Option<String>,
    /// Whether no operation of the specs creates one. The target's configuration says which ones exist.
    pub foreign: bool,
    /// The operation that creates one; empty if it is foreign.
    pub made_by: String,
    /// The operation that removes one; `None` if the vendor documents none.
    pub removed_by: Option<String>,
    /// The operation that lists them.
    pub listed_by: Option<String>,
    /// The paging of that list.
    pub pages: Pages,
    /// The path of the total number of entities in the list's response.
    pub total: Option<String>,
    /// The place of its description.
    pub at: Place,
}

impl Entity {
    /// Returns the name of the response element or parameter that is its id.
    pub fn id_name(&self) -> &str {
        match &self.named_by {
            Some(parameter) => parameter,
            None => self.id.rsplit('.').next().unwrap_or(&self.id),
        }
    }
}

/// The way to read a list to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Pages {
    /// The page does not say: an entity that is missing from one response may be in another.
    #[default]
    Unsaid,
    /// One response contains all.
    One,
    /// This parameter counts pages, from 1.
    Number(String),
    /// This parameter gives the number of entries to skip.
    Offset(String),
    /// This parameter takes a token from the previous response.
    Token {
        /// The parameter.
        parameter: String,
        /// The path of the next token in the response.
        next: String,
    },
}

impl Pages {
    /// Returns the parameter that selects the next page.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Unsaid | Self::One => None,
            Self::Number(parameter) | Self::Offset(parameter) | Self::Token { parameter, .. } => {
                Some(parameter)
            }
        }
    }
}

/// One row of a parameter table, a member of an object, or an element of a response.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name on the wire.
    pub name: String,
    /// Whether a call must contain it, or a response must have it.
    pub required: Required,
    /// Its location in the request, if the spec states it; only for plain HTTP.
    pub location: Option<Location>,
    /// Whether every call of the service has this parameter. The protocol places it next to the others.
    pub common: bool,
    /// The schema of its value.
    pub schema: Schema,
    /// Whether no two live entities share its value; for a response element, no two responses.
    pub unique: bool,
    /// Whether it is the last part of the path to which a new entity is written, so that its value names the entity.
    pub names_own: bool,
    /// Whether its value takes effect only later than the call, so that it cannot be read back.
    pub later: bool,
    /// For response elements: whether it differs from call to call; snapshots omit its value.
    pub varies: bool,
    /// For response elements: whether it shows the parameter of the same name only in part or in another form.
    pub altered: bool,
    /// For response elements: the calls whose responses do not have it.
    pub absent: Option<Box<Condition>>,
    /// For response elements: the parameter that it shows, if it has another name.
    pub shows: Option<Path>,
    /// The entity whose id it is.
    pub exists: Option<String>,
    /// The value that counts if the parameter is left out.
    pub default: Option<Json>,
    /// The page's example.
    pub example: Option<Json>,
    /// A value to send if the page's example cannot be sent.
    pub sample: Option<Json>,
    /// The page's sentences about it.
    pub says: Vec<Quote>,
    /// The parts of relations that a call can break at its place.
    pub related: Vec<Part>,
    /// The place of its name.
    pub at: Place,
}

impl Member {
    /// Creates a member with a schema and nothing else.
    pub fn bare(name: &str, schema: Schema, at: Place) -> Self {
        Self {
            name: name.to_owned(),
            required: Required::No,
            location: None,
            common: false,
            schema,
            unique: false,
            names_own: false,
            later: false,
            varies: false,
            altered: false,
            absent: None,
            shows: None,
            exists: None,
            default: None,
            example: None,
            sample: None,
            says: Vec::new(),
            related: Vec::new(),
            at,
        }
    }

    /// Returns its type.
    pub fn kind(&self) -> Type {
        self.schema.kind()
    }

    /// Returns the path of a response element within another one; empty for the response itself. The path of an element of
    /// a list's items starts with that of the list.
    pub fn path_within(&self, above: &str) -> String {
        match above {
            "" => self.name.clone(),
            _ => format!("{above}.{}", self.name),
        }
    }

    /// Returns `true` if it may be absent.
    pub fn is_optional(&self) -> bool {
        self.required != Required::Yes
    }

    /// Returns the values that the page lists, if any.
    pub fn listed(&self) -> &[Json] {
        self.schema.values.as_deref().unwrap_or_default()
    }

    /// Returns the page's first sentence about it.
    pub fn sentence(&self) -> Option<&str> {
        self.says.first().map(|quote| quote.text.as_str())
    }

    /// Returns `true` if each call that creates an entity needs a new value for it, because another entity may have any
    /// used value.
    pub fn is_new(&self) -> bool {
        self.unique || self.names_own
    }
}

/// Returns `true` if a page hides part of an example behind asterisks, so that it cannot be sent.
pub fn is_masked(example: &Json) -> bool {
    example.as_text().is_some_and(|text| text.contains("**"))
}

/// Whether a call must contain a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// Required.
    Yes,
    /// Optional.
    No,
    /// The page contradicts itself.
    Unclear,
}

/// A sentence of the page.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The sentence, word for word.
    pub text: String,
    /// The rules that it states; empty means all rules of the parameter.
    pub of: Vec<Part>,
    /// The part of the sentence that no rule expresses.
    pub leaves: Option<String>,
    /// The place of the quotation.
    pub at: Place,
}

/// A finding that the spec acknowledges.
#[derive(Debug, Clone)]
pub struct Acknowledgement {
    /// The finding's id.
    pub finding: String,
    /// The subject of the finding (a parameter or a code); `None` for any.
    pub about: Option<String>,
    /// The reason why it remains.
    pub because: String,
    /// The place of the acknowledgement.
    pub at: Place,
}
