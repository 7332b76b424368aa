//! The named forms of texts.

use crate::named::named;

/// The named formats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// An e-mail address.
    Email,
    /// `<country code>-<mobile phone number>`, with the codes that the page supports, if it lists any.
    Phone {
        /// The supported country codes; empty if the page names none.
        countries: Vec<String>,
    },
    /// A format in common use.
    Common {
        /// The format.
        is: Common,
        /// For a URL, the schemes that the page allows; empty if it names none.
        schemes: Vec<String>,
    },
}

named! {
    /// Formats in common use.
    pub enum Common {
        /// A date of the calendar, `2030-01-15` (RFC 3339, `full-date`).
        Date = "date",
        /// A date with a time of day, `2030-01-15T10:30:00Z` (RFC 3339, `date-time`).
        DateTime = "date-time",
        /// A UUID (RFC 9562).
        Uuid = "uuid",
        /// An absolute URL with a host (RFC 3986).
        Url = "url",
        /// An IPv4 address.
        Ipv4 = "ipv4",
        /// An IPv6 address (RFC 5952).
        Ipv6 = "ipv6",
    }
}

impl Format {
    /// The names of all formats in specs.
    pub const NAMES: &'static [&'static str] =
        &["email", "phone", "date", "date-time", "uuid", "url", "ipv4", "ipv6"];
}
