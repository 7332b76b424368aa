//! Formats in common use: dates, times, ids and addresses.
//!
//! Pages name them without a grammar. The plain forms are valid and what no parser takes is invalid; whatever parsers in
//! common use disagree on is open.

use std::cmp::Ordering;

use crate::spec::breach::Part;
use crate::spec::model::Common;
use crate::spec::question::Question;

use super::{Outcome, Ruling};

/// Years that every service accepts in a date.
const YEARS: std::ops::RangeInclusive<u32> = 1970..=2037;

/// Applies a format to a text. `schemes` are those that the page allows in a URL; empty if it names none.
pub fn ruling(format: Common, schemes: &[String], text: &str) -> Ruling {
    let of = |text: &str| match format {
        Common::Date => date(text),
        Common::DateTime => date_time(text),
        Common::Uuid => uuid(text),
        Common::Url => url(schemes, text),
        Common::Ipv4 => ipv4(text),
        Common::Ipv6 => ipv6(text),
    };
    let trimmed = text.trim();
    let outcome = match (trimmed == text, of(trimmed)) {
        (true, outcome) => outcome,
        // Some services remove white space.
        (false, Outcome::Breaks) => Outcome::Breaks,
        (false, _) => Outcome::Open,
    };
    match outcome {
        Outcome::Holds => Ruling::holds(),
        Outcome::Breaks => Ruling::breaks(Part::FormatShape),
        Outcome::Open => Ruling::open(Part::FormatShape, Question::FormatGrammar),
    }
}

/// Returns the numbers in a text of this shape, in which each `9` stands for a digit.
fn numbers(text: &str, shape: &str) -> Option<Vec<u32>> {
    let fits = text.len() == shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, of)| if of == b'9' { byte.is_ascii_digit() } else { byte == of });
    let digits = |part: &str| part.parse().ok();
    fits.then(|| text.split(|each: char| !each.is_ascii_digit()).filter_map(digits).collect())
}

/// RFC 3339, `full-date`.
fn date(text: &str) -> Outcome {
    let Some(numbers) = numbers(text, "9999-99-99") else {
        // The basic form of ISO 8601.
        if numbers(text, "99999999").is_some() {
            return Outcome::Open;
        }
        let (day, time) = text.split_at_checked(10).unwrap_or((text, ""));
        // A service may ignore the time of day.
        let has_time = time.starts_with(['T', 't', ' ']) && date_time(text) != Outcome::Breaks;
        return if has_time && date(day) != Outcome::Breaks { Outcome::Open } else { Outcome::Breaks };
    };
    let (year, month, day) = (numbers[0], numbers[1], numbers[2]);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Outcome::Breaks,
    };
    match (1..=days).contains(&day) {
        false => Outcome::Breaks,
        true if YEARS.contains(&year) => Outcome::Holds,
        true => Outcome::Open,
    }
}

/// RFC 3339, `date-time`. The form in UTC without fractions is plain; other forms of RFC 3339 and ISO 8601 are open.
fn date_time(text: &str) -> Outcome {
    let Some((day, rest)) = text.split_at_checked(10) else { return Outcome::Breaks };
    let of_day = if numbers(day, "9999-99-99").is_some() { date(day) } else { return Outcome::Breaks };
    if of_day == Outcome::Breaks || rest.is_empty() {
        return if of_day == Outcome::Breaks { Outcome::Breaks } else { Outcome::Open };
    }
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else { return Outcome::Breaks };
    let (clock, zone) = time.split_at(time.find(['Z', 'z', '+', '-']).unwrap_or(time.len()));
    let (clock, fraction) =
        clock.split_once(['.', ',']).map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let numbers = numbers(clock, "99:99:99").or_else(|| numbers(clock, "99:99"));
    let Some(numbers) = numbers else { return Outcome::Breaks };
    let is_fraction =
        fraction.is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|each| each.is_ascii_digit()));
    let seconds = numbers.get(2).copied().unwrap_or(0);
    if !is_fraction || !is_zone(zone) || numbers[0] > 24 || numbers[1] > 59 || seconds > 60 {
        return Outcome::Breaks;
    }
    let is_plain = rest.starts_with('T') && zone == "Z" && fraction.is_none() && numbers.len() == 3;
    match is_plain && numbers[0] < 24 && seconds < 60 {
        true => of_day,
        false => Outcome::Open,
    }
}

/// Compares two dates, or two times in the same plain form; `None` if they are anything else.
pub fn compare(first: &str, second: &str) -> Option<Ordering> {
    let both = |holds: fn(&str) -> Outcome| [first, second].iter().all(|text| holds(text) == Outcome::Holds);
    let is_utc = |text: &str| text.ends_with('Z');
    let is_alike = first.len() == second.len() && is_utc(first) && is_utc(second);
    (both(date) || both(date_time) && is_alike).then(|| first.cmp(second))
}

fn is_zone(zone: &str) -> bool {
    let Some(offset) = zone.strip_prefix(['+', '-']) else { return matches!(zone, "" | "Z" | "z") };
    let parts = ["99:99", "9999", "99"].into_iter().find_map(|shape| numbers(offset, shape));
    parts.is_some_and(|parts| parts[0] <= 23 || offset.len() == 4) && !offset.ends_with("60")
}

/// RFC 9562: five groups of hexadecimal digits, in lower case.
fn uuid(text: &str) -> Outcome {
    let bare = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let bare = bare.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(bare);
    let digits: String = bare.chars().filter(|each| *each != '-').collect();
    if digits.len() != 32 || !digits.bytes().all(|each| each.is_ascii_hexdigit()) {
        return Outcome::Breaks;
    }
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let is_plain = groups == [8, 4, 4, 4, 12] && !text.bytes().any(|each| each.is_ascii_uppercase());
    let has_version = matches!(digits.as_bytes()[12], b'1'..=b'8')
        && matches!(digits.as_bytes()[16], b'8' | b'9' | b'a' | b'b');
    if is_plain && has_version { Outcome::Holds } else { Outcome::Open }
}

/// RFC 3986, an absolute URL with a host.
fn url(schemes: &[String], text: &str) -> Outcome {
    let Some((scheme, rest)) = text.split_once("://") else { return without_scheme(schemes, text) };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|each| each.is_ascii_alphanumeric() || b"+.-".contains(&each));
    let is_listed = |scheme: &str| schemes.iter().any(|listed| listed.eq_ignore_ascii_case(scheme));
    if !is_scheme || (!schemes.is_empty() && !is_listed(scheme)) {
        return Outcome::Breaks;
    }
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if host.is_empty() || host.contains(char::is_whitespace) {
        let is_of_the_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https");
        return if is_of_the_web { Outcome::Breaks } else { Outcome::Open };
    }
    let is_usual = matches!(scheme, "http" | "https") || schemes.iter().any(|listed| listed == scheme);
    let is_plain = |each: u8| each.is_ascii_alphanumeric() || b"/._~-?=&".contains(&each);
    match is_usual && is_host(host) && path.bytes().all(is_plain) && path.matches('?').count() <= 1 {
        true => Outcome::Holds,
        false => Outcome::Open,
    }
}

/// A name such as `example.com` is a URL for some; a scheme without `//` is one in other grammars.
fn without_scheme(schemes: &[String], text: &str) -> Outcome {
    let first = text.split(['/', '?', '#']).find(|part| !part.is_empty()).unwrap_or_default();
    let is_doubtful = text.contains(':') || text.starts_with("//") || is_host(first);
    if schemes.is_empty() && is_doubtful { Outcome::Open } else { Outcome::Breaks }
}

/// Returns `true` for a host name of two or more plain labels.
fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        let is_edge =
            |each: Option<char>| each.is_some_and(|each| each.is_ascii_lowercase() || each.is_ascii_digit());
        is_edge(label.chars().next())
            && is_edge(label.chars().last())
            && label.bytes().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == b'-')
    };
    let top =
        labels.last().is_some_and(|top| top.len() >= 2 && top.bytes().all(|each| each.is_ascii_lowercase()));
    labels.len() >= 2 && top && labels.iter().all(is_label)
}

/// Four numbers from 0 to 255. Some parsers take fewer parts, and numbers in other bases.
fn ipv4(text: &str) -> Outcome {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|each| each.is_ascii_digit());
    let in_other_base = |part: &&str| {
        part.starts_with("0x") && part.len() > 2 && part[2..].bytes().all(|each| each.is_ascii_hexdigit())
    };
    if !parts.iter().all(|part| is_number(part) || in_other_base(part)) || parts.len() > 4 {
        return Outcome::Breaks;
    }
    let is_plain = |part: &&str| {
        part.len() <= 3
            && (part.len() == 1 || !part.starts_with('0'))
            && part.parse::<u16>().is_ok_and(|number| number < 256)
    };
    let is_large = |part: &&str| {
        is_number(part)
            && part
                .trim_start_matches('0')
                .parse::<u16>()
                .map_or(part.trim_start_matches('0').len() > 2, |number| number > 255)
    };
    match parts.len() {
        4 if parts.iter().all(is_plain) => Outcome::Holds,
        4 if parts.iter().any(is_large) => Outcome::Breaks,
        _ => Outcome::Open,
    }
}

/// RFC 5952: groups of lower-case hexadecimal digits, one run of zeros may be left out.
fn ipv6(text: &str) -> Outcome {
    if text.contains(['%', '[', ']', '.', '/']) && text.contains(':') {
        return Outcome::Open;
    }
    let groups: Vec<&str> = text.split(':').filter(|group| !group.is_empty()).collect();
    let is_group = |group: &&str| group.len() <= 4 && group.bytes().all(|each| each.is_ascii_hexdigit());
    let gaps = text.matches("::").count();
    let is_whole = match gaps {
        0 => groups.len() == 8 && text.matches(':').count() == 7,
        1 => groups.len() <= 7 && !text.contains(":::") && is_closed(text),
        _ => false,
    };
    let is_lower = !text.bytes().any(|each| each.is_ascii_uppercase());
    let has_zero = groups.iter().any(|group| group.len() > 1 && group.starts_with('0'));
    match is_whole && groups.iter().all(is_group) {
        false => Outcome::Breaks,
        true if is_lower && !has_zero && groups.len() < 7 && !groups.is_empty() => Outcome::Holds,
        true if is_lower && gaps == 0 => Outcome::Holds,
        true => Outcome::Open,
    }
}

/// Returns `true` if a text neither begins nor ends with a single colon.
fn is_closed(text: &str) -> bool {
    (text.starts_with("::") || !text.starts_with(':')) && (text.ends_with("::") || !text.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Breaks, Holds, Open};

    fn check(format: Common, schemes: &[&str], table: &[(&str, Outcome)]) {
        let schemes: Vec<String> = schemes.iter().map(|scheme| (*scheme).to_owned()).collect();
        for (text, expected) in table {
            assert_eq!(ruling(format, &schemes, text).outcome(), *expected, "{format:?} {text:?}");
        }
    }

    #[test]
    fn dates_follow_the_calendar() {
        check(
            Common::Date,
            &[],
            &[
                ("2030-01-15", Holds),
                ("2028-02-29", Holds),
                ("2030-02-29", Breaks),
                ("2030-13-01", Breaks),
                ("2030-04-31", Breaks),
                ("2030-00-10", Breaks),
                ("2030-1-5", Breaks),
                ("20300115", Open),
                ("15.01.2030", Breaks),
                ("soon", Breaks),
                ("9999-12-31", Open),
                ("2030-01-15T10:30:00Z", Open),
                (" 2030-01-15", Open),
                ("2030-01-15T99:00:00Z", Breaks),
            ],
        );
    }

    #[test]
    fn times_in_utc_are_plain() {
        check(
            Common::DateTime,
            &[],
            &[
                ("2030-01-15T10:30:00Z", Holds),
                ("2030-01-15T10:30:00+01:00", Open),
                ("2030-01-15T10:30:00.5Z", Open),
                ("2030-01-15 10:30:00Z", Open),
                ("2030-01-15T10:30:00", Open),
                ("2030-01-15", Open),
                ("2030-01-15T10:30Z", Open),
                ("2030-01-15T23:59:60Z", Open),
                ("2030-02-30T10:30:00Z", Breaks),
                ("2030-01-15T25:00:00Z", Breaks),
                ("2030-01-15T10:60:00Z", Breaks),
                ("2030-01-15T10:30:00X", Breaks),
                ("2030-01-15T", Breaks),
                ("tomorrow", Breaks),
                ("1900000000", Breaks),
            ],
        );
    }

    #[test]
    fn uuids_have_five_groups() {
        check(
            Common::Uuid,
            &[],
            &[
                ("2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55", Holds),
                ("2F1ACC6C-0DD1-4F2E-9B3A-1C8F6A0D7E55", Open),
                ("2f1acc6c0dd14f2e9b3a1c8f6a0d7e55", Open),
                ("{2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e55}", Open),
                ("00000000-0000-0000-0000-000000000000", Open),
                ("2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e5", Breaks),
                ("2f1acc6c-0dd1-4f2e-9b3a-1c8f6a0d7e5g", Breaks),
                ("id", Breaks),
            ],
        );
    }

    #[test]
    fn urls_have_a_scheme_and_a_host() {
        check(
            Common::Url,
            &[],
            &[
                ("https://example.com/path", Holds),
                ("http://example.com", Holds),
                ("https://example.com/a?b=c&d=e", Holds),
                ("https://", Breaks),
                ("https:///path", Breaks),
                ("https://exa mple.com", Breaks),
                ("a word", Breaks),
                ("/path", Breaks),
                ("example.com/path", Open),
                ("mailto:a@example.com", Open),
                ("https://localhost:8080", Open),
                ("https://example.com/a b", Open),
                ("ftp://example.com/a", Open),
                ("https://example.com/#top", Open),
            ],
        );
        check(
            Common::Url,
            &["https"],
            &[
                ("https://example.com", Holds),
                ("http://example.com", Breaks),
                ("HTTPS://example.com", Open),
                ("example.com", Breaks),
            ],
        );
    }

    #[test]
    fn addresses_have_all_their_parts() {
        check(
            Common::Ipv4,
            &[],
            &[
                ("192.0.2.1", Holds),
                ("0.0.0.0", Holds),
                ("256.0.2.1", Breaks),
                ("192.0.2.1.5", Breaks),
                ("192.0.2.x", Breaks),
                ("192.0.2", Open),
                ("192.0.02.1", Open),
                ("0xc0.0.2.1", Open),
                ("192.0.2.", Breaks),
                ("192.0.2.1/24", Breaks),
            ],
        );
        check(
            Common::Ipv6,
            &[],
            &[
                ("2001:db8::1", Holds),
                ("1:2:3:4:5:6:7:8", Holds),
                ("2001:DB8::1", Open),
                ("::1", Holds),
                ("::ffff:192.0.2.1", Open),
                ("fe80::1%eth0", Open),
                ("1:2:3:4:5:6:7", Breaks),
                ("1::2::3", Breaks),
                ("12345::1", Breaks),
                ("2001:db8::g", Breaks),
                (":1:2:3:4:5:6:7:8", Breaks),
                ("192.0.2.1", Breaks),
            ],
        );
    }
}
