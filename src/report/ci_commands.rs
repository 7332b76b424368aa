//! Escaping of CI commands: a CI runner also reads its log for commands, and a line with text from a target must not be
//! one.

/// Changes a line so that no CI runner takes it for a command. GitHub Actions looks for `::` after the leading spaces
/// of a line and for `##[` anywhere, Azure Pipelines for `##vso[`, TeamCity for `##teamcity[`.
pub fn escape_ci_commands(line: &str) -> String {
    let begin = line.len() - line.trim_start().len();
    let (blanks, text) = line.split_at(begin);
    let mark = if text.starts_with("::") { "│ " } else { "" };
    let mut out = format!("{blanks}{mark}");
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let is_command = (before, letter) == ('#', '#')
            && text[at + 1..].trim_start_matches(|name: char| name.is_ascii_alphanumeric()).starts_with('[');
        match is_command {
            true => out.push_str("\\u0023"),
            false => out.push(letter),
        }
        before = letter;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ci_commands_are_escaped() {
        for (line, shown) in [
            ("  ::error::pwn", "  │ ::error::pwn"),
            ("a ::error::pwn", "a ::error::pwn"),
            ("\t::stop-commands::x", "\t│ ::stop-commands::x"),
            ("x ##[add-mask]y", "x #\\u0023[add-mask]y"),
            ("###[group]", "##\\u0023[group]"),
            ("##vso[task.setvariable]", "#\\u0023vso[task.setvariable]"),
            ("## a heading", "## a heading"),
            ("#### [link]", "#### [link]"),
            ("", ""),
        ] {
            assert_eq!(escape_ci_commands(line), shown);
        }
    }
}
