//! Makes text from outside safe to embed: every character is visible, and none controls the format around it.

/// Replaces invisible characters with JSON escapes. The text is JSON, so its meaning does not change.
pub fn escape_invisible(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            shown if !shown.is_control() && !is_invisible(shown) => escaped.push(shown),
            hidden => {
                let mut units = [0; 2];
                for unit in hidden.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    escaped
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{85}' | '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}
