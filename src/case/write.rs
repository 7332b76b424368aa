//! Writing cases as YAML for people who review them: the plain call once, then a line a case with what differs from it.

use std::fmt::Write as _;

use crate::digest;
use crate::spec::model::Operation;

use super::common::{Common, Table};
use super::{AMONG_OTHERS, Call, Case, flow};

/// The line that tells a written case file from one that a person wrote.
pub const WRITTEN: &str = "# Written by `fineprint generate`";

/// The file's text. Its head names no path: the same specs make the same file from wherever they are read.
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
    let mut left = cases.as_slice();
    while let Some((first, rest)) = left.split_first() {
        let again =
            rest.iter().enumerate().take_while(|(index, case)| is_again(first, case, index + 2)).count();
        write_case(&mut out, &table, &common, first, &rest[..again]);
        left = &rest[again..];
    }
    out
}

/// Whether a case is another one again, among other values, for the time of that number.
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

/// The state of a case: all that it sends, expects and is about.
pub fn digest(case: &Case) -> String {
    format!("{:016x}", digest::fnv(whole(case).as_bytes()))
}

/// A case as it stands by itself, whatever file it is of.
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

/// A case as it differs from the plain call, with those that are the same among other values.
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

/// An id without the operation, where nobody could take what is left for the whole.
fn short(case: &Case) -> &str {
    let beginning = format!("{}/", case.operation);
    case.id.strip_prefix(&beginning).filter(|rest| !rest.starts_with(&beginning)).unwrap_or(&case.id)
}

fn write_about(entry: &mut Entry<'_>, case: &Case) {
    if !case.about.is_empty() {
        entry.key("about", |out| flow::promises(out, &case.about));
    }
}

/// What a case sends, as it differs from the plain call; whole where that says it better.
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
    /// What stands before the next key.
    before: &'static str,
    /// What stands before those that follow.
    between: &'static str,
    /// What stands behind a value.
    behind: &'static str,
    end: &'static str,
}

impl<'o> Entry<'o> {
    /// A file itself.
    fn file(out: &'o mut String) -> Self {
        Self { out, before: "", between: "", behind: "\n", end: "" }
    }

    /// An item of a list, one line a key.
    fn block(out: &'o mut String) -> Self {
        Self { out, before: "- ", between: "  ", behind: "\n", end: "" }
    }

    /// An item of a list, on one line.
    fn line(out: &'o mut String) -> Self {
        Self { out, before: "- {", between: ", ", behind: "", end: "}\n" }
    }

    /// A value, on the line on which it begins.
    fn braces(out: &'o mut String) -> Self {
        Self { out, before: "{", between: ", ", behind: "", end: "}" }
    }

    fn key(&mut self, key: &str, value: impl FnOnce(&mut String)) {
        self.begin(key);
        self.out.push(' ');
        value(self.out);
        self.out.push_str(self.behind);
    }

    /// A key with a list, an item a line; no key where there are no items.
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
        // A mapping without keys is one all the same.
        let begun = if self.before == "{" { "{" } else { "" };
        self.out.push_str(begun);
        self.out.push_str(self.end);
    }
}

/// What a case sends, as its file has it.
pub fn sends(case: &Case) -> String {
    let mut out = String::new();
    flow::parameters(&mut out, &case.send);
    out
}

/// What a case expects, as its file has it.
pub fn expects(case: &Case) -> String {
    let mut out = String::new();
    flow::expectation(&mut out, &case.expect);
    out
}

/// What a call of a case asks for, whatever its label: two that ask for the same make the same.
pub fn asks(call: &Call) -> String {
    let mut out = format!("{} ", call.operation);
    flow::parameters(&mut out, &call.send);
    out
}
