//! The snapshot file, in insta's format, so that `cargo insta review` works on it in a Rust project.
//!
//! A YAML header between `---` lines, then one paragraph per case: its id after `#`, its response on the next line.

use std::collections::HashSet;

/// The accepted response of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The case.
    pub id: String,
    /// Status and canonical body.
    pub text: String,
}

/// Returns the text of a file. `source` is where the cases come from, `expression` what was requested from which
/// target.
pub fn write(source: &str, expression: &str, entries: &[Entry]) -> String {
    let head = format!("---\nsource: {source}\nexpression: {expression}\ninfo:\n  fineprint: 1\n---\n");
    head + &body(entries)
}

/// Returns the text of a file with other entries below its header.
pub fn rewritten(text: &str, entries: &[Entry]) -> String {
    let text = text.replace("\r\n", "\n");
    let (head, _) = parts(&text);
    head.map_or_else(String::new, |head| format!("---\n{head}\n---\n")) + &body(entries)
}

/// Returns `true` if fineprint wrote the file: insta's own files have the same extension.
pub fn is_ours(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    parts(&text).0.is_some_and(|head| head.lines().any(|line| line == "  fineprint: 1"))
}

/// Returns the part between the `---` lines, and the rest.
fn parts(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) {
        Some((head, body)) => (Some(head), body),
        None => (None, text),
    }
}

fn body(entries: &[Entry]) -> String {
    let paragraphs = entries.iter().map(|entry| format!("# {}\n{}\n\n", entry.id, entry.text));
    format!("{}\n", paragraphs.collect::<String>().trim_end())
}

/// Reads the text of a file strictly, so that nothing is lost.
///
/// # Errors
/// Returns what makes the text invalid: another kind of file, leftovers of a merge, or a response that is missing or
/// duplicated.
pub fn checked(text: &str) -> Result<Vec<Entry>, String> {
    if !is_ours(text) {
        return Err("not a snapshot file".to_owned());
    }
    let entries = read(text);
    let mut ids = HashSet::new();
    for entry in &entries {
        if entry.text.is_empty() {
            return Err(format!("no response for {}", entry.id));
        }
        if !ids.insert(&entry.id) {
            return Err(format!("two responses for {}", entry.id));
        }
    }
    let text = text.replace("\r\n", "\n");
    let lines = parts(&text).1.lines().filter(|line| !line.is_empty()).count();
    match lines == 2 * entries.len() {
        true => Ok(entries),
        false => Err("some lines belong to no case".to_owned()),
    }
}

/// Reads the text of a file, and ignores lines that belong to no case.
pub fn read(text: &str) -> Vec<Entry> {
    let text = text.replace("\r\n", "\n");
    let (_, body) = parts(&text);
    let mut entries = Vec::new();
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        if let Some(id) = line.strip_prefix("# ") {
            let text = lines.next().unwrap_or_default().to_owned();
            entries.push(Entry { id: id.to_owned(), text });
        }
    }
    entries
}
