//! What a spec says, as plain data. Every item knows its place, so that a finding or a report can point at it.

mod http;
mod operation;
mod rows;
mod schema;
mod shows;

pub use http::{Authentication, Http, Location, Route};
pub use operation::{Operation, Page};
pub use rows::{Bound, Circumstance, ErrorRow, RequestFault, When};
pub use schema::{Again, Characters, End, Format, Length, Limit, Range, Schema, Shape, Type, Unclear, Unit};
pub use shows::Shown;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::json::Json;
use crate::named::named;
use crate::span::Place;

use super::breach::{Breach, Part};
use super::path::Path;

/// All specs of a folder, services in path order.
#[derive(Debug, Clone, Default)]
pub struct Specs {
    /// The services.
    pub services: Vec<Service>,
    places: Places,
}

/// Where operations stand, by id: the place of the service, and their own. It is worked out when it is first asked for. A copy works
/// it out anew, because a copy may be changed.
#[derive(Debug, Default)]
struct Places(OnceLock<HashMap<String, (usize, usize)>>);

impl Clone for Places {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Specs {
    /// The service of that folder.
    pub fn service(&self, folder: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.folder == folder)
    }

    /// Every operation with its service, and where both stand.
    pub fn placed(&self) -> impl Iterator<Item = ((usize, usize), &Service, &Operation)> {
        self.services.iter().enumerate().flat_map(|(at, service)| {
            let operations = service.operations.iter().enumerate();
            operations.map(move |(own, operation)| ((at, own), service, operation))
        })
    }

    /// What stands at such a place.
    pub fn at(&self, (service, operation): (usize, usize)) -> Option<(&Service, &Operation)> {
        let service = self.services.get(service)?;
        Some((service, service.operations.get(operation)?))
    }

    /// Every operation with its service.
    pub fn operations(&self) -> impl Iterator<Item = (&Service, &Operation)> {
        self.placed().map(|(_, service, operation)| (service, operation))
    }

    /// The operation that is called so in the project.
    pub fn operation(&self, id: &str) -> Option<(&Service, &Operation)> {
        let places = self.places.0.get_or_init(|| self.places());
        let at = places.get(id).and_then(|place| self.at(*place));
        // Specs may have been changed since the places were worked out.
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
    /// Who offers it.
    pub vendor: String,
    /// The API version that requests carry.
    pub version: String,
    /// How requests travel.
    pub protocol: Protocol,
    /// What plain HTTP leaves open.
    pub http: Option<Http>,
    /// Whether a longer code answers for a shorter one.
    pub codes: Codes,
    /// Error rows that hold for every operation.
    pub errors: Vec<ErrorRow>,
    /// What the operations create and remove.
    pub entities: Vec<Entity>,
    /// The operations, by file name.
    pub operations: Vec<Operation>,
    /// Where the service is described.
    pub at: Place,
}

impl Service {
    /// The service with these operations.
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

    /// The operation of that name, or that is called so in the project.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.is_called(name))
    }

    /// The entity of that name.
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// What a successful call of an operation creates.
    pub fn created_by(&self, operation: &Operation) -> Option<&Entity> {
        operation.creates.as_ref().and_then(|name| self.entity(name))
    }

    /// The error rows that hold for an operation: its page's own table, then the service's.
    pub fn rows<'a>(&'a self, operation: &'a Operation) -> impl Iterator<Item = &'a ErrorRow> {
        operation.errors.iter().chain(&self.errors)
    }

    /// Whether the page says with which codes invalid calls are refused. One that tells of circumstances only does not.
    pub fn has_table(&self, operation: &Operation) -> bool {
        self.rows(operation).any(|row| matches!(row.when, When::Breaches(_) | When::Unsaid))
    }

    /// Whether a code that came answers for a row.
    pub fn answers_for(&self, row: &ErrorRow, came: &str) -> bool {
        row.codes.iter().any(|documented| self.codes.answers(documented, came))
    }

    /// The rows of an operation that a refusal answers for. Where codes are hierarchical and a row has the code itself, the rows
    /// of what it is a kind of say nothing: that one is documented apart from them. Rows that share a code are told apart by
    /// their statuses.
    pub fn rows_answering<'a>(
        &'a self,
        operation: &'a Operation,
        code: &str,
        status: u16,
    ) -> Vec<&'a ErrorRow> {
        let is_exact = |row: &&ErrorRow| row.codes.iter().any(|known| known == code);
        let mut rows: Vec<&ErrorRow> = self.rows(operation).filter(is_exact).collect();
        if rows.is_empty() {
            rows = self.rows(operation).filter(|row| self.answers_for(row, code)).collect();
        }
        let has_it = |row: &&ErrorRow| row.status == Some(status);
        if rows.iter().any(has_it) {
            rows.retain(|row| has_it(row) || row.status.is_none());
        }
        rows
    }

    /// Whether a refusal is that of a documented circumstance which passes by itself.
    pub fn is_passing(&self, operation: &Operation, code: &str, status: u16) -> bool {
        let passes =
            |row: &&ErrorRow| matches!(row.when, When::Circumstance(circumstance) if circumstance.passes());
        self.rows_answering(operation, code, status).iter().any(passes)
    }

    /// The row that names the absence of what stands at a place; a row for any place names none.
    pub fn row_for_absence<'a>(&'a self, operation: &'a Operation, at: &Path) -> Option<&'a ErrorRow> {
        let absence = Bound { at: Some(at.clone()), part: Part::Required };
        self.rows(operation).find(|row| match &row.when {
            When::Breaches(bound) => bound.contains(&absence),
            _ => false,
        })
    }

    /// The error rows that answer a breach.
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
        /// Plain HTTP: method and path, parameters where the spec says.
        Rest = "rest",
    }
}

/// How codes are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// A code answers for itself.
    Exact,
    /// `InvalidParameterValue.Name` answers for `InvalidParameterValue` too.
    Hierarchical,
}

impl Codes {
    /// Whether the code that came answers for the documented one.
    pub fn answers(self, documented: &str, came: &str) -> bool {
        match self {
            Self::Exact => came == documented,
            Self::Hierarchical => {
                came.strip_prefix(documented).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        }
    }
}

/// Something that calls create on the target and that has an id.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name in the specs.
    pub name: String,
    /// Where its id stands in the answer of the operation that makes it.
    pub id: String,
    /// The operation that makes one.
    pub made_by: String,
    /// The operation that removes one; `None` if the vendor documents none.
    pub removed_by: Option<String>,
    /// The operation that lists them.
    pub listed_by: Option<String>,
    /// How that operation is read to its end.
    pub pages: Pages,
    /// Where its answer says how many there are, as a path.
    pub total: Option<String>,
    /// Where it is described.
    pub at: Place,
}

/// How a list is read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Pages {
    /// The page does not say: what one answer lacks may stand in another one.
    #[default]
    Unsaid,
    /// One answer has all.
    One,
    /// A parameter counts pages, from 1.
    Number(String),
    /// A parameter counts the entries that come before.
    Offset(String),
    /// A parameter takes a token from the answer before.
    Token {
        /// The parameter.
        parameter: String,
        /// Where the answer gives the next token, as a path.
        next: String,
    },
}

impl Pages {
    /// The parameter that leads on.
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
    /// Whether a call must carry it, or a response have it.
    pub required: Required,
    /// Where it stands in the request, if the spec says so; where the protocol is plain HTTP.
    pub location: Option<Location>,
    /// A parameter of every call of the service, which the protocol places beside the others.
    pub common: bool,
    /// What its value must be.
    pub schema: Schema,
    /// No two living entities share its value; of an element, no two responses.
    pub unique: bool,
    /// It is the last part of the path to which what the operation creates is put: its value names that one.
    pub names_own: bool,
    /// Its value takes effect later than the call, so that nothing can be read back.
    pub later: bool,
    /// In a response: it differs from call to call; snapshots leave its value out.
    pub varies: bool,
    /// In a response: it shows the value of the parameter of its name in part or in another form.
    pub altered: bool,
    /// The entity whose id it is.
    pub exists: Option<String>,
    /// The page's example.
    pub example: Option<Json>,
    /// A value to send where the page's example cannot be.
    pub sample: Option<Json>,
    /// The page's sentences about it.
    pub says: Vec<Quote>,
    /// Where it is named.
    pub at: Place,
}

impl Member {
    /// A member of which only the schema is known.
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
            exists: None,
            example: None,
            sample: None,
            says: Vec::new(),
            at,
        }
    }

    /// Its type.
    pub fn kind(&self) -> Type {
        self.schema.kind()
    }

    /// Whether it may be absent.
    pub fn is_optional(&self) -> bool {
        self.required != Required::Yes
    }

    /// The values that the page lists, if it lists any.
    pub fn listed(&self) -> &[Json] {
        self.schema.values.as_deref().unwrap_or_default()
    }

    /// The page's first sentence about it.
    pub fn sentence(&self) -> Option<&str> {
        self.says.first().map(|quote| quote.text.as_str())
    }

    /// Whether a call that creates something needs a value of its own for it: another entity may have any that is not new.
    pub fn is_new(&self) -> bool {
        self.unique || self.names_own
    }
}

/// Whether a page hides part of an example behind asterisks, so that it cannot be sent.
pub fn is_masked(example: &Json) -> bool {
    example.as_text().is_some_and(|text| text.contains("**"))
}

/// Whether a call must carry a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// It must.
    Yes,
    /// It need not.
    No,
    /// The page contradicts itself.
    Unclear,
}

/// A sentence of the page.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The sentence, word for word.
    pub text: String,
    /// The rules that it states; empty means all of the parameter.
    pub of: Vec<Part>,
    /// What it says beyond these, so that no rule holds it.
    pub leaves: Option<String>,
    /// Where it is quoted.
    pub at: Place,
}

/// A finding that the author of the spec knows about.
#[derive(Debug, Clone)]
pub struct Acknowledgement {
    /// The finding's id.
    pub finding: String,
    /// What it is about (a parameter or a code); `None` for any.
    pub about: Option<String>,
    /// Why it stays.
    pub because: String,
    /// Where it is written.
    pub at: Place,
}
