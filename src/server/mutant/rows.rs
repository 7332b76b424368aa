//! Mutants with another code, status or message in an error row.

use crate::server::behaviour::Behaviour;
use crate::server::validate::Check;
use crate::spec::message::{Message, MessagePart};
use crate::spec::model::{Bound, Circumstance, ErrorRow, Member, Operation, RequestFault, When};
use crate::spec::response_place::BodyStep;

use super::{Kind, Mutant, MutantSource};

/// Adds the mutants of the rows that the server returns.
pub fn of(maker: &MutantSource<'_>, mutants: &mut Vec<Mutant>) {
    let used = used(maker);
    for row in maker.operation.errors.iter().filter(|row| row.codes.iter().any(|code| used.contains(code))) {
        of_row(maker, row, mutants);
    }
}

/// Returns the codes that the server returns if a rule is violated, for each violation of each parameter.
fn used(maker: &MutantSource<'_>) -> Vec<String> {
    let behaviour = Behaviour::default();
    let check =
        Check { service: maker.service, operation: maker.operation, behaviour: &behaviour, parameters: &[] };
    let mut used = Vec::new();
    for place in maker.checked() {
        for breach in maker.breaches(place).into_iter().map(|part| place.breach(part)) {
            match check.has_row(&breach) {
                true => used.push(check.row_for(&breach).code),
                // For a list: the rows for what an item itself violates.
                false => {
                    let rows = maker.service.rows(maker.operation).filter(|row| row.when.is_about(&breach));
                    used.extend(rows.flat_map(|row| row.codes.clone()));
                }
            }
        }
    }
    let by_request = |row: &&ErrorRow| match row.when {
        When::Request(RequestFault::UnknownParameter) => true,
        When::Circumstance(Circumstance::Quota) => maker.makes_removable(),
        _ => false,
    };
    used.extend(maker.operation.errors.iter().filter(by_request).flat_map(|row| row.codes.clone()));
    used
}

fn of_row(maker: &MutantSource<'_>, row: &ErrorRow, mutants: &mut Vec<Mutant>) {
    let code = row.codes.first().cloned().unwrap_or_default();
    let mut changed = |slug: &str, does: String, change: fn(&mut ErrorRow, &str), to: String| {
        let of = code.clone();
        let edit = move |operation: &mut Operation| {
            let rows = operation.errors.iter_mut().filter(|row| row.codes.contains(&of));
            rows.for_each(|row| change(row, &to));
        };
        let mutant = maker.edit(Kind::Row, &format!("row/{code}/{slug}"), does, edit);
        let bound = match &row.when {
            When::Breaches(bound) => bound.first().cloned(),
            _ => None,
        };
        mutants.push(match bound {
            Some(bound) => {
                let parameter = bound.at.map_or_else(|| "*".to_owned(), |at| at.to_string());
                Mutant { parameter: Some(parameter), breach: Some(bound.part), ..mutant }
            }
            None => mutant,
        });
    };
    let sends_codes = maker.sends_codes() && !row.any_code;
    if let Some(other) = exchanged(maker, row).filter(|_| sends_codes) {
        changed(
            "exchanged",
            format!("{code}: returns {other} instead"),
            |row, to| row.codes = vec![to.to_owned()],
            other,
        );
    }
    if sends_codes {
        let stray = format!("{code}s");
        changed(
            "unknown-code",
            format!("{code}: returns {stray} instead"),
            |row, to| row.codes = vec![to.to_owned()],
            stray,
        );
    }
    if let Some(status) = row.status {
        let other = other_status(maker, status);
        let does = format!("{code}: returned with status {other}");
        changed("status", does, |row, to| row.status = to.parse().ok(), other.to_string());
    }
    of_contents(maker, row, &mut changed);
}

/// Adds the mutants with another message or another body. `changed` adds one with a change of the row.
fn of_contents(
    maker: &MutantSource<'_>,
    row: &ErrorRow,
    changed: &mut impl FnMut(&str, String, fn(&mut ErrorRow, &str), String),
) {
    let code = row.codes.first().cloned().unwrap_or_default();
    let written = |element: &&Member| is_written(maker, &element.name);
    for element in row.body.iter().filter(|element| !element.is_optional() && !written(element)) {
        let name = &element.name;
        let gone = |row: &mut ErrorRow, name: &str| row.body.retain(|element| element.name != name);
        changed(&format!("{name}/gone"), format!("{code}: {name} is not in the body"), gone, name.clone());
    }
    if let Some(message) = row.message.as_ref().filter(|message| is_judged(message)) {
        let written = &message.text;
        let other = written.strip_suffix('.').map_or_else(|| format!("{written}."), str::to_owned);
        changed(
            "message",
            format!("{code}: message {other:?}"),
            |row, to| row.message = Message::read(to).ok(),
            other,
        );
        if message.paths().next().is_some() {
            let does = format!("{code}: the placeholders of the message are not filled");
            let as_written = |row: &mut ErrorRow, to: &str| row.message = Some(Message::literal(to));
            changed("not-filled", does, as_written, written.clone());
        }
    }
}

/// Returns `true` if the envelope of every error response has a member of this name.
fn is_written(maker: &MutantSource<'_>, name: &str) -> bool {
    let Some(http) = &maker.service.http else { return false };
    let places = [http.code.as_ref(), http.message.as_ref(), http.field.as_ref().map(|field| &field.at)];
    let firsts = places.into_iter().flatten().filter_map(|place| place.in_body()?.first());
    let carried = http.carries.iter().filter_map(|path| path.split('.').next());
    let of_envelope = firsts.filter_map(|step| match step {
        BodyStep::Member(name) => Some(name.as_str()),
        _ => None,
    });
    of_envelope.chain(carried).any(|known| known == name)
}

/// Returns `true` if a message does not end with any text, so that a text after it shows.
fn is_judged(message: &Message) -> bool {
    !matches!(message.parts.last(), Some(MessagePart::Any))
}

/// Returns a status that no row about circumstances has: its cases would be blocked.
fn other_status(maker: &MutantSource<'_>, status: u16) -> u16 {
    let rows = || maker.service.rows(maker.operation);
    let is_of_circumstance = |other: &u16| {
        rows().any(|row| row.status == Some(*other) && matches!(row.when, When::Circumstance(_)))
    };
    let usual = if status == 404 { 400 } else { 403 };
    let others = [usual, 400, 404, 409, 410, 418].into_iter();
    others.filter(|other| *other != status).find(|other| !is_of_circumstance(other)).unwrap_or(usual)
}

/// Returns a code of the table that covers something else.
fn exchanged(maker: &MutantSource<'_>, row: &ErrorRow) -> Option<String> {
    let bound = |row: &ErrorRow| match &row.when {
        When::Breaches(bound) => bound.clone(),
        _ => Vec::new(),
    };
    let own = bound(row);
    // A row without a rule covers whatever has no row of its own.
    if own.is_empty() {
        return None;
    }
    let shares = |other: &&ErrorRow| {
        bound(other).iter().any(|other| {
            let is_same = |own: &Bound| own.at == other.at || own.at.is_none() || other.at.is_none();
            own.iter().any(|own| own.part == other.part && is_same(own))
        })
    };
    let is_other = |other: &&ErrorRow| {
        matches!(other.when, When::Breaches(_))
            && other.codes != row.codes
            && !other.any_code
            && !shares(other)
    };
    maker.operation.errors.iter().find(is_other).and_then(|other| other.codes.first().cloned())
}
