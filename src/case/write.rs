//! Writes cases as YAML for review: the plain call once, then one line per case with its differences.

use std::fmt::Write as _;

use rayon::prelude::*;

use crate::digest;
use crate::spec::model::Operation;

use super::common::{Common, Table};
use super::{AMONG_OTHERS, Call, Case, flow};

/// The first line of generated case files, which distinguishes them from hand-written ones.
pub const WRITTEN: &str = "# Written by `fineprint generate`";

/// Returns the text of a case file. Its head names no path, so that the same specs produce the same file wherever they
/// are.
pub fn write<'c>(operation: &Operation, cases: impl IntoIterator<Item = &'c Case>) -> String {
    let cases: Vec<&Case> = cases.into_iter().collect();
    let table = Table::of(operation);
    let common = Common::of(&table, &cases);
    let mut out = format!(
        "{WRITTEN} from the spec of this name. Do not edit: write your own cases in a file beside it.\n\
         # Each case makes the plain call below (`given`, `send`) with the changes that it lists. `fineprint show ID` prints a case whole.\n"
    );
    let mut head = Entry::file(&mut out);
    head.key("operation", |out| flow::scalar(out, &operation.id));
    head.list("given", &common.given, flow::call);
    head.key("send", |out| flow::parameters(out, &common.send));
    out.push_str("cases:\n");
    let groups = groups(&cases);
    let written = groups.par_chunks(GROUPS_PER_THREAD).map(|groups| {
        let mut out = String::new();
        groups.iter().for_each(|(first, again)| write_case(&mut out, &table, &common, first, again));
        out
    });
    out.extend(written.collect::<Vec<String>>());
    out
}

/// The number of groups that a thread writes at once. Few operations have more.
const GROUPS_PER_THREAD: usize = 512;

/// Groups each case with its variants, which follow it.
fn groups<'a, 'c>(cases: &'a [&'c Case]) -> Vec<(&'c Case, &'a [&'c Case])> {
    let mut groups = Vec::new();
    let mut left = cases;
    while let Some((first, rest)) = left.split_first() {
        let again =
            rest.iter().enumerate().take_while(|(index, case)| is_again(first, case, index + 2)).count();
        groups.push((*first, &rest[..again]));
        left = &rest[again..];
    }
    groups
}

/// Returns `true` if `case` is the variant of `first` with that number: the same case with other values.
fn is_again(first: &Case, case: &Case, number: usize) -> bool {
    let suffix = case.id.strip_prefix(&first.id).and_then(|rest| rest.strip_prefix('/'));
    let is_told_so = || case.tries.strip_prefix(&first.tries) == Some(AMONG_OTHERS);
    let likewise = |case: &Case| (case.twist.clone(), case.at_once, case.about.clone());
    suffix.is_some_and(|suffix| suffix == number.to_string())
        && is_told_so()
        && likewise(first) == likewise(case)
        && first.then == case.then
        && first.given == case.given
}

/// Returns a digest of everything that a case sends, expects and tests.
pub fn digest(case: &Case) -> String {
    format!("{:016x}", digest::fnv(whole(case).as_bytes()))
}

/// Returns a complete case, independent of the plain call of its file.
pub fn whole(case: &Case) -> String {
    let mut out = String::new();
    let mut entry = Entry::block(&mut out);
    entry.key("id", |out| flow::scalar(out, &case.id));
    entry.key("tries", |out| flow::scalar(out, &case.tries));
    write_about(&mut entry, case);
    entry.list("given", &case.given, flow::call);
    entry.key("send", |out| flow::parameters(out, &case.send));
    write_end(&mut entry, case);
    out
}

/// Writes a case as its differences from the plain call, together with its `again` variants.
fn write_case(out: &mut String, table: &Table<'_>, common: &Common, case: &Case, again: &[&Case]) {
    let is_long = case.given != common.given && !case.given.is_empty() || !case.then.is_empty();
    let mut entry = if is_long || !again.is_empty() { Entry::block(out) } else { Entry::line(out) };
    entry.key("id", |out| flow::scalar(out, short(case)));
    entry.key("tries", |out| flow::scalar(out, &case.tries));
    write_about(&mut entry, case);
    match case.given == common.given {
        true => {}
        false if case.given.is_empty() => entry.key("given", |out| out.push_str("[]")),
        false => entry.list("given", &case.given, flow::call),
    }
    write_send(&mut entry, table, common, case);
    write_end(&mut entry, case);
    entry.list("again", again, |out, other| {
        let mut entry = Entry::braces(out);
        write_send(&mut entry, table, common, other);
        if other.expect != case.expect {
            entry.key("expect", |out| flow::expectation(out, &other.expect));
        }
        entry.end();
    });
    entry.end();
}

/// Returns the id without the operation, unless the rest could be mistaken for a whole id.
fn short(case: &Case) -> &str {
    let beginning = format!("{}/", case.operation);
    case.id.strip_prefix(&beginning).filter(|rest| !rest.starts_with(&beginning)).unwrap_or(&case.id)
}

fn write_about(entry: &mut Entry<'_>, case: &Case) {
    if !case.about.is_empty() {
        entry.key("about", |out| flow::promises(out, &case.about));
    }
}

/// Writes what a case sends: its differences from the plain call, or all of it if that is clearer.
fn write_send(entry: &mut Entry<'_>, table: &Table<'_>, common: &Common, case: &Case) {
    let difference = common.difference(table, &case.send);
    let kept = |with: usize| case.send.len() > with;
    match difference.filter(|difference| kept(difference.with.len()) || difference.without.is_empty()) {
        None => entry.key("send", |out| flow::parameters(out, &case.send)),
        Some(difference) => {
            if !difference.without.is_empty() {
                entry.key("without", |out| flow::words(out, difference.without));
            }
            if !difference.with.is_empty() {
                entry.key("with", |out| flow::parameters(out, difference.with));
            }
        }
    }
}

fn write_end(entry: &mut Entry<'_>, case: &Case) {
    if let Some(twist) = &case.twist {
        let (name, text) = twist.parts();
        entry.key("wire", |out| {
            let _ = write!(out, "{{{name}: ");
            flow::scalar(out, text);
            out.push('}');
        });
    }
    if case.at_once > 1 {
        entry.key("at-once", |out| out.push_str(&case.at_once.to_string()));
    }
    entry.key("expect", |out| flow::expectation(out, &case.expect));
    entry.list("then", &case.then, flow::step);
}

/// A mapping that is being written.
struct Entry<'o> {
    out: &'o mut String,
    /// The text before the first key.
    before: &'static str,
    /// The text before each further key.
    between: &'static str,
    /// The text after a value.
    after: &'static str,
    end: &'static str,
}

impl<'o> Entry<'o> {
    /// Begins the file itself.
    fn file(out: &'o mut String) -> Self {
        Self { out, before: "", between: "", after: "\n", end: "" }
    }

    /// Begins a list item with one key per line.
    fn block(out: &'o mut String) -> Self {
        Self { out, before: "- ", between: "  ", after: "\n", end: "" }
    }

    /// Begins a list item on a single line.
    fn line(out: &'o mut String) -> Self {
        Self { out, before: "- {", between: ", ", after: "", end: "}\n" }
    }

    /// Begins a value on the current line.
    fn braces(out: &'o mut String) -> Self {
        Self { out, before: "{", between: ", ", after: "", end: "}" }
    }

    fn key(&mut self, key: &str, value: impl FnOnce(&mut String)) {
        self.begin(key);
        self.out.push(' ');
        value(self.out);
        self.out.push_str(self.after);
    }

    /// Writes a key with a list, one item per line; writes nothing if the list is empty.
    fn list<'i, T: 'i>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = &'i T>,
        write: impl Fn(&mut String, &'i T),
    ) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return;
        }
        let indent = if self.between == "  " { "  " } else { "" };
        self.begin(key);
        self.out.push('\n');
        for item in items {
            self.out.push_str(indent);
            self.out.push_str("- ");
            write(self.out, item);
            self.out.push('\n');
        }
    }

    fn begin(&mut self, key: &str) {
        self.out.push_str(std::mem::replace(&mut self.before, self.between));
        self.out.push_str(key);
        self.out.push(':');
    }

    fn end(self) {
        // A mapping without keys is still a mapping.
        let begun = if self.before == "{" { "{" } else { "" };
        self.out.push_str(begun);
        self.out.push_str(self.end);
    }
}

/// Returns what a case sends, in the form of its file.
pub fn sends(case: &Case) -> String {
    let mut out = String::new();
    flow::parameters(&mut out, &case.send);
    out
}

/// Returns what a case expects, in the form of its file.
pub fn expects(case: &Case) -> String {
    let mut out = String::new();
    flow::expectation(&mut out, &case.expect);
    out
}

/// Returns what a call requests, without its label: calls that request the same create the same.
pub fn asks(call: &Call) -> String {
    let mut out = format!("{} ", call.operation);
    flow::parameters(&mut out, &call.send);
    out
}
