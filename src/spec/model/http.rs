//! The settings of services that use plain HTTP. Other protocols define what these specs have to state.

use crate::json::Json;
use crate::named::named;
use crate::span::Place;
use crate::spec::response_place::ResponsePlace;

/// The envelope of a service's responses, and the authentication of its callers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Http {
    /// The authentication of callers.
    pub authentication: Authentication,
    /// The success statuses; every 2xx if empty.
    pub success: Vec<u16>,
    /// What distinguishes an error response from a success that has the same status.
    pub refused: Option<RefusalSign>,
    /// The place of the code in an error response; if absent, the status is the code.
    pub code: Option<ResponsePlace>,
    /// The place of the message in an error response.
    pub message: Option<ResponsePlace>,
    /// The place where an error response names the parameter at fault.
    pub field: Option<Field>,
    /// The path of the response elements in the body of a successful response; if absent, they are its members.
    pub output: Option<String>,
    /// The paths of members that every error response has.
    pub carries: Vec<String>,
    /// The paths of members of an error response that differ from call to call.
    pub varies: Vec<String>,
}

impl Http {
    /// Returns `true` if a status is a success.
    pub fn is_success(&self, status: u16) -> bool {
        match self.success.is_empty() {
            true => (200..300).contains(&status),
            false => self.success.contains(&status),
        }
    }
}

/// What distinguishes an error response from a success in its content.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalSign {
    /// Whether the conditions are those of an error response (`refused-if`) or of a success (`refused-unless`).
    pub marks_refusal: bool,
    /// Places, each with the values that it may have there; any value if the list is empty. All of them count.
    pub conditions: Vec<(ResponsePlace, Vec<Json>)>,
}

/// Where and how an error response names the parameter at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The place.
    pub at: ResponsePlace,
    /// The spelling of paths.
    pub spelling: Spelling,
}

named! {
    /// The ways in which an error response spells the path of a parameter.
    pub enum Spelling {
        /// `lines.0.sku`
        Dotted = "dotted",
        /// `lines[0][sku]` or `lines[0].sku`
        Brackets = "brackets",
        /// `/lines/0/sku` (RFC 6901)
        Pointer = "pointer",
        /// A list of names and indexes: `["lines", 0, "sku"]`
        List = "list",
        /// The last name alone: `sku`
        Name = "name",
    }
}

/// The statuses with which an operation responds to a call that succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success {
    /// The statuses, any of them.
    pub statuses: Vec<u16>,
    /// The place where the spec says so.
    pub at: Place,
}

impl Success {
    /// The name of the status among response elements. No element of a body has it.
    pub const NAME: &str = "(status)";

    /// Returns `true` if a status is one of them.
    pub fn allows(&self, status: u16) -> bool {
        self.statuses.contains(&status)
    }

    /// Returns the statuses in words, e.g. `200 or 201`.
    pub fn in_words(&self) -> String {
        let statuses: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
        statuses.join(" or ")
    }
}

/// The way in which callers authenticate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Authentication {
    /// No authentication.
    #[default]
    None,
    /// `Authorization: Bearer SECRET` (RFC 6750).
    Bearer,
    /// `Authorization: Basic` with id and secret (RFC 7617).
    Basic,
    /// The secret in a header of this name.
    Header(String),
    /// The secret in a query parameter of this name.
    Query(String),
}

impl Authentication {
    /// Parses `none`, `bearer`, `basic`, `header NAME` or `query NAME`.
    pub fn named(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None => match text {
                "none" => Some(Self::None),
                "bearer" => Some(Self::Bearer),
                "basic" => Some(Self::Basic),
                _ => None,
            },
            Some(("header", name)) => Some(Self::Header(name.trim().to_owned())),
            Some(("query", name)) => Some(Self::Query(name.trim().to_owned())),
            Some(_) => None,
        }
    }
}

/// The method and path of an operation, e.g. `GET /contacts/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET`
    pub method: String,
    /// `/contacts/{id}`
    pub path: String,
}

impl Route {
    /// Parses a method and a path.
    pub fn named(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#%\\".contains(&byte);
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        let balanced = path.matches('{').count() == path.matches('}').count();
        (is_method && path.starts_with('/') && path.bytes().all(plain) && balanced)
            .then(|| Self { method: method.to_owned(), path: path.to_owned() })
    }

    /// Iterates over the names in braces.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(label, _)| label)
    }

    /// Returns `true` if requests with this method normally have a body.
    pub fn has_body(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS")
    }
}

named! {
    /// The location of a parameter in a request.
    pub enum Location {
        /// In the path.
        Path = "path",
        /// In the query.
        Query = "query",
        /// In a header of its name.
        Header = "header",
        /// In a cookie of its name.
        Cookie = "cookie",
        /// In a form body.
        Form = "form",
        /// In a JSON body; a dot in its name leads into an object.
        Body = "body",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_is_a_method_and_a_path_with_labels() {
        let route = Route::named("GET /contacts/{id}/phones/{phone}").unwrap();
        assert_eq!(route.labels().collect::<Vec<_>>(), ["id", "phone"]);
        for text in ["/contacts", "get /a", "GET a", "GET /a?b=c", "GET /a b", "GET /{a", "GET /%41"] {
            assert!(Route::named(text).is_none(), "{text}");
        }
    }

    #[test]
    fn authentication_is_read_from_words() {
        assert_eq!(
            Authentication::named("header X-Api-Key"),
            Some(Authentication::Header("X-Api-Key".into()))
        );
        assert_eq!(Authentication::named("query key"), Some(Authentication::Query("key".into())));
        assert_eq!(Authentication::named("bearer"), Some(Authentication::Bearer));
        assert_eq!(Authentication::named("digest"), None);
    }
}
