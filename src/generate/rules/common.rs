//! Formats in common use: plain forms, invalid ones, and forms on which parsers disagree.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{Common, Member};
use crate::spec::ruling::{Outcome, on_value};

use crate::generate::trial::Trial;

/// A short name for ids, what it is, and a text.
type Form = (&'static str, &'static str, &'static str);

const DATES: &[Form] = &[
    ("plain", "a date", "2030-01-15"),
    ("leap-day", "29 February of a leap year", "2028-02-29"),
    ("last-day", "the last day of a year", "2030-12-31"),
    ("no-leap-day", "29 February of another year", "2030-02-29"),
    ("day-31", "31 April", "2030-04-31"),
    ("month-13", "month 13", "2030-13-01"),
    ("month-0", "month 0", "2030-00-10"),
    ("day-0", "day 0", "2030-01-00"),
    ("no-zeros", "a date without leading zeros", "2030-1-5"),
    ("slashes", "a date with slashes", "2030/01/15"),
    ("day-first", "a date with the day first", "15-01-2030"),
    ("no-hyphens", "a date without hyphens", "20300115"),
    ("short-year", "a year of two digits", "30-01-15"),
    ("no-day", "a date without a day", "2030-01"),
    ("with-time", "a date with a time of day", "2030-01-15T10:30:00Z"),
    ("word", "a word", "tomorrow"),
    ("far-year", "the year 9999", "9999-12-31"),
];

const TIMES: &[Form] = &[
    ("plain", "a time in UTC", "2030-01-15T10:30:00Z"),
    ("midnight", "midnight in UTC", "2028-02-29T00:00:00Z"),
    ("last-second", "the last second of a day", "2030-12-31T23:59:59Z"),
    ("offset", "a time with an offset", "2030-01-15T10:30:00+01:00"),
    ("fraction", "a time with milliseconds", "2030-01-15T10:30:00.123Z"),
    ("blank-between", "a space in place of the T", "2030-01-15 10:30:00Z"),
    ("lower-case", "lower-case t and z", "2030-01-15t10:30:00z"),
    ("no-zone", "a time without a zone", "2030-01-15T10:30:00"),
    ("no-seconds", "a time without seconds", "2030-01-15T10:30Z"),
    ("leap-second", "a leap second", "2016-12-31T23:59:60Z"),
    ("only-date", "a date without a time", "2030-01-15"),
    ("no-such-day", "30 February", "2030-02-30T10:30:00Z"),
    ("month-13", "month 13", "2030-13-15T10:30:00Z"),
    ("hour-25", "hour 25", "2030-01-15T25:00:00Z"),
    ("minute-60", "minute 60", "2030-01-15T10:60:00Z"),
    ("other-zone", "a zone that is a letter", "2030-01-15T10:30:00X"),
    ("only-time", "a time without a date", "10:30:00Z"),
    ("unix", "seconds since 1970", "1894703400"),
    ("word", "a word", "tomorrow"),
];

const UUIDS: &[Form] = &[
    ("plain", "a UUID", "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55"),
    ("version-1", "a UUID of version 1", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ("version-7", "a UUID of version 7", "01890f2e-7b3a-7cc2-98c4-dc0c0c07398f"),
    ("upper-case", "a UUID in upper case", "2F1ACC6C-0DD1-4F2E-9B3A-1C8F6A0D7E55"),
    ("no-hyphens", "a UUID without hyphens", "2f1acc6c0dd14f2e9b3a1c8f6a0d7e55"),
    ("braces", "a UUID in braces", "{2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55}"),
    ("urn", "a UUID as a URN", "urn:uuid:2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55"),
    ("nil", "the nil UUID", "00000000-0000-0000-0000-000000000000"),
    ("short", "one digit too few", "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e5"),
    ("long", "one digit too many", "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e555"),
    ("not-hex", "a digit that is not hexadecimal", "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e5g"),
    ("sign", "a sign in place of a digit", "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e5!"),
    ("group-missing", "a group left out", "2f1acc6c-0dd1-4f2e-1c8f6a0d7e55"),
    ("twice", "two UUIDs", "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55,2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e56"),
    ("word", "a word", "id"),
];

/// In each, `SCHEME` stands for a scheme that the page allows.
const URLS: &[Form] = &[
    ("plain", "a URL with a path", "SCHEME://example.com/path"),
    ("bare", "a URL without a path", "SCHEME://example.com"),
    ("query", "a URL with a query", "SCHEME://example.com/a?b=c&d=e"),
    ("sub-domain", "a host name of three labels", "SCHEME://www.example.com/"),
    ("port", "a URL with a port", "SCHEME://example.com:8443/a"),
    ("fragment", "a URL with a fragment", "SCHEME://example.com/a#b"),
    ("user", "a URL with a user", "SCHEME://user@example.com/a"),
    ("address", "an address as host", "SCHEME://192.0.2.1/a"),
    ("one-label", "a host name with one label", "SCHEME://localhost/a"),
    ("international", "letters beyond ASCII", "SCHEME://exämple.com/ä"),
    ("upper-case", "a scheme in upper case", "UPPER://example.com/a"),
    ("blank-in-path", "a space in the path", "SCHEME://example.com/a b"),
    ("other-scheme", "another scheme", "gopher://example.com/a"),
    ("http", "the scheme http", "http://example.com/a"),
    ("no-scheme", "a URL without a scheme", "example.com/path"),
    ("only-scheme", "only a scheme", "SCHEME://"),
    ("no-host", "a URL without a host", "SCHEME:///path"),
    ("blank-in-host", "a space in the host name", "SCHEME://exa mple.com/a"),
    ("only-path", "only a path", "/path"),
    ("word", "a word", "word"),
];

const IPV4: &[Form] = &[
    ("plain", "an IPv4 address", "192.0.2.1"),
    ("zeros", "the address of zeros", "0.0.0.0"),
    ("last", "the largest numbers", "255.255.255.255"),
    ("too-large", "a number above 255", "256.0.2.1"),
    ("too-large-last", "a number above 255 at the end", "192.0.2.256"),
    ("five-parts", "five numbers", "192.0.2.1.5"),
    ("three-parts", "three numbers", "192.0.2"),
    ("leading-zero", "a leading zero", "192.0.02.1"),
    ("hex", "a hexadecimal number", "0xc0.0.2.1"),
    ("letter", "a letter", "192.0.2.x"),
    ("negative", "a negative number", "192.0.-2.1"),
    ("empty-part", "an empty part", "192.0..1"),
    ("network", "a network", "192.0.2.0/24"),
    ("port", "an address with a port", "192.0.2.1:80"),
    ("ipv6", "an IPv6 address", "2001:db8::1"),
    ("name", "a host name", "example.com"),
];

const IPV6: &[Form] = &[
    ("plain", "an IPv6 address", "2001:db8::1"),
    ("whole", "eight groups", "2001:db8:1:2:3:4:5:6"),
    ("loopback", "the loopback address", "::1"),
    ("upper-case", "upper case", "2001:DB8::1"),
    ("with-ipv4", "an IPv4 address at the end", "::ffff:192.0.2.1"),
    ("zone", "an address with a zone", "fe80::1%eth0"),
    ("brackets", "an address in brackets", "[2001:db8::1]"),
    ("seven-groups", "seven groups", "2001:db8:1:2:3:4:5"),
    ("nine-groups", "nine groups", "2001:db8:1:2:3:4:5:6:7"),
    ("two-gaps", "two gaps", "2001::db8::1"),
    ("long-group", "a group of five digits", "20010:db8::1"),
    ("not-hex", "a digit that is not hexadecimal", "2001:db8::g"),
    ("ipv4", "an IPv4 address", "192.0.2.1"),
    ("word", "a word", "localhost"),
];

/// Returns texts of every kind. If the parameter must be unique, the plain one is random, and the others are invalid.
pub fn trials(parameter: &Member, format: Common, schemes: &[String]) -> Vec<Trial> {
    let forms = match format {
        Common::Date => DATES,
        Common::DateTime => TIMES,
        Common::Uuid => UUIDS,
        Common::Url => URLS,
        Common::Ipv4 => IPV4,
        Common::Ipv6 => IPV6,
    };
    let scheme = scheme(schemes);
    let text = |form: &str| form.replace("SCHEME", scheme).replace("UPPER", &scheme.to_ascii_uppercase());
    let trial = |(slug, tries, form): &Form| {
        let value = match parameter.is_new() && *slug == "plain" {
            true => Value::described(random(format, schemes).as_str()),
            false => Value::text(text(form)),
        };
        Trial::new(Part::FormatShape, *slug, *tries, value)
    };
    // A constant value that is accepted once is in use from then on.
    let can_be_sent = |(slug, _, form): &&Form| {
        let is_invalid = || on_value(&parameter.schema, &Json::Text(text(form))).outcome() == Outcome::Breaks;
        !parameter.is_new() || *slug == "plain" || is_invalid()
    };
    forms.iter().filter(can_be_sent).map(trial).collect()
}

/// Returns the date a day after another one (before it, if `step` is -1), or the times a second and a day after; none
/// if the text is neither a date nor a time in UTC.
pub fn steps(text: &str, step: i64) -> Vec<String> {
    let days = chrono::TimeDelta::days(step);
    if let Ok(date) = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let next = date.checked_add_signed(days).filter(|_| text.len() == 10);
        return next.map(|date| date.format("%Y-%m-%d").to_string()).into_iter().collect();
    }
    const FORM: &str = "%Y-%m-%dT%H:%M:%SZ";
    let Ok(time) = chrono::NaiveDateTime::parse_from_str(text, FORM) else { return Vec::new() };
    let steps = [chrono::TimeDelta::seconds(step), days];
    let next = steps.into_iter().filter_map(|step| time.checked_add_signed(step));
    next.map(|time| time.format(FORM).to_string()).collect()
}

/// Returns the scheme of valid URLs.
pub fn scheme(schemes: &[String]) -> &str {
    schemes.first().map_or("https", String::as_str)
}

/// Returns the plain text of a format.
pub fn plain(format: Common, schemes: &[String]) -> String {
    let scheme = scheme(schemes);
    match format {
        Common::Date => "2030-01-15".to_owned(),
        Common::DateTime => "2030-01-15T10:30:00Z".to_owned(),
        Common::Uuid => "2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55".to_owned(),
        Common::Url => format!("{scheme}://example.com/path"),
        Common::Ipv4 => "192.0.2.1".to_owned(),
        Common::Ipv6 => "2001:db8::1".to_owned(),
    }
}

/// Returns another plain text of a format.
pub fn other(format: Common, schemes: &[String]) -> String {
    let scheme = scheme(schemes);
    match format {
        Common::Date => "2031-12-24".to_owned(),
        Common::DateTime => "2031-12-24T08:15:30Z".to_owned(),
        Common::Uuid => "6ba7b810-9dad-11d1-80b4-00c04fd430c8".to_owned(),
        Common::Url => format!("{scheme}://www.example.com/other"),
        Common::Ipv4 => "198.51.100.7".to_owned(),
        Common::Ipv6 => "2001:db8::2".to_owned(),
    }
}

/// Returns the text with a number in a sequence of different texts of a format.
pub fn numbered(format: Common, schemes: &[String], number: usize) -> String {
    let scheme = scheme(schemes);
    let (day, month, year) = (1 + number % 28, 1 + number / 28 % 12, 2000 + number / 336 % 38);
    match format {
        Common::Date => format!("{year}-{month:02}-{day:02}"),
        Common::DateTime => format!("{year}-{month:02}-{day:02}T10:30:00Z"),
        Common::Uuid => format!("2f1acc6c-0dd1-4f2e-9b3a-{number:012x}"),
        Common::Url => format!("{scheme}://example.com/{number}"),
        Common::Ipv4 => format!("198.51.{}.{}", number / 250 % 250, 1 + number % 250),
        Common::Ipv6 => format!("2001:db8::{:x}", 1 + number % 0xffff),
    }
}

/// Returns the description of a random text of a format.
pub fn random(format: Common, schemes: &[String]) -> String {
    const HEX: &str = "from 0123456789abcdef";
    match format {
        Common::Date => "20<1 from 123><1 from 1234567>-0<1 from 123456789>-<1 from 12><1 from 12345678>".to_owned(),
        Common::DateTime => "20<1 from 12>1-0<1 from 123456789>-1<1 digits>T1<1 digits>:<1 from 12345><1 digits>:<1 from 12345><1 digits>Z".to_owned(),
        Common::Uuid => format!("<8 {HEX}>-<4 {HEX}>-4<3 {HEX}>-8<3 {HEX}>-<12 {HEX}>"),
        Common::Url => format!("{}://example.com/<10 letters>", scheme(schemes)),
        Common::Ipv4 => "198.<2 from 12345678>.<2 from 12345678>.<2 from 12345678>".to_owned(),
        Common::Ipv6 => "2001:db8:<4 from 123456789abcdef>:<4 from 123456789abcdef>::1".to_owned(),
    }
}
