//! Formats in common use, checked by libraries.

use chrono::{DateTime, NaiveDate};
use url::Url;

use crate::spec::model::Common;

/// How forms are checked on which parsers disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As the libraries do.
    Usual,
    /// Only the plain form is valid.
    Strict,
    /// Every form that some parser takes is valid.
    Loose,
}

/// Returns `true` if a text has a format.
pub fn is_valid(format: Common, schemes: &[String], text: &str, way: Way) -> bool {
    let text = if way == Way::Loose { text.trim() } else { text };
    let usual = match format {
        Common::Date => is_date(text),
        Common::DateTime => DateTime::parse_from_rfc3339(text).is_ok(),
        Common::Uuid => matches("^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$", text),
        Common::Url => is_url(schemes, text),
        Common::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Common::Ipv6 => text.parse::<std::net::Ipv6Addr>().is_ok(),
    };
    match way {
        Way::Usual => usual,
        Way::Strict => usual && matches(plain(format), text),
        Way::Loose => usual || is_lenient(format, schemes, text),
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    regress::Regex::new(pattern).is_ok_and(|regex| regex.find(text).is_some())
}

/// Returns the pattern of the plain form.
fn plain(format: Common) -> &'static str {
    match format {
        Common::Date => "^(19[7-9]|20[0-2])[0-9]-|^203[0-7]-",
        Common::DateTime => "^(19[7-9][0-9]|20[0-2][0-9]|203[0-7])-[0-9-]{5}T[0-9:]{8}Z$",
        Common::Uuid => "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        Common::Url => {
            r"^[a-z]+://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(/[A-Za-z0-9/._~=&-]*)?(\?[A-Za-z0-9/._~=&-]*)?$"
        }
        Common::Ipv4 => ".",
        Common::Ipv6 => "^[0-9a-f:]+$",
    }
}

fn is_date(text: &str) -> bool {
    let has_form = matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text);
    has_form && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_url(schemes: &[String], text: &str) -> bool {
    let is_allowed = |url: &Url| match schemes.is_empty() {
        true => matches!(url.scheme(), "http" | "https"),
        false => schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case(url.scheme())),
    };
    let has_host = !matches("^[^:]*:///", text) && text.contains("://");
    has_host && Url::parse(text).is_ok_and(|url| is_allowed(&url) && url.has_host())
}

/// Returns `true` if a lenient parser takes a text.
fn is_lenient(format: Common, schemes: &[String], text: &str) -> bool {
    match format {
        Common::Date => {
            let day = text.get(..10).unwrap_or_default();
            is_date(day) && is_lenient(Common::DateTime, schemes, text)
        }
        Common::DateTime => {
            let upper = text.to_ascii_uppercase().replacen(' ', "T", 1).replace(',', ".");
            let forms = [
                upper.clone(),
                format!("{upper}Z"),
                upper.replacen('Z', ":00Z", 1),
                format!("{upper}:00Z"),
                format!("{upper}T00:00:00Z"),
            ];
            forms.iter().any(|form| DateTime::parse_from_rfc3339(form).is_ok())
        }
        Common::Uuid => {
            let bare = text.strip_prefix("urn:uuid:").unwrap_or(text);
            let bare = bare.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(bare);
            matches("^[0-9a-fA-F]{32}$", &bare.replace('-', ""))
        }
        Common::Url if schemes.is_empty() => {
            let of_web = |url: &Url| matches!(url.scheme(), "http" | "https");
            let has_other_scheme = Url::parse(text).is_ok_and(|url| !of_web(&url));
            has_other_scheme || matches(r"^([a-z0-9-]+\.)+[a-z]{2,}(/[a-z]*)?$", text)
        }
        Common::Ipv4 => {
            let parts: Vec<String> =
                text.split('.').map(|part| part.trim_start_matches('0').to_owned()).collect();
            let filled: Vec<String> =
                parts.into_iter().map(|part| if part.is_empty() { "0".to_owned() } else { part }).collect();
            !text.is_empty()
                && text.split('.').all(|part| !part.is_empty())
                && filled.join(".").parse::<std::net::Ipv4Addr>().is_ok()
        }
        Common::Ipv6 => {
            let bare = text.trim_start_matches('[').trim_end_matches(']');
            bare.split('%').next().is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
        }
        Common::Url => false,
    }
}
