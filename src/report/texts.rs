//! Texts for a line of a report.

/// Returns the beginning of a text that may be long.
pub fn shortened(text: &str) -> String {
    const LONG: usize = 400;
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
