//! The forms in which a text travels: as it is, and escaped as JSON, URLs and HTML do it.

/// How much of `text` is `wanted`, if the text begins with it; each character in any form.
pub fn spelled(wanted: &str, text: &str) -> Option<usize> {
    let Some(character) = wanted.chars().next() else { return Some(0) };
    let further = &wanted[character.len_utf8()..];
    FORMS.iter().find_map(|form| {
        let length = form(character, text)?;
        Some(length + spelled(further, &text[length..])?)
    })
}

/// A form of a character: how many bytes of the text it takes, if the text begins with it.
type Form = fn(char, &str) -> Option<usize>;

const FORMS: [Form; 6] = [plain, backslash, unicode_escape, percent, percent_twice, entity];

fn begins(text: &str, form: &str) -> Option<usize> {
    text.get(..form.len())?.eq_ignore_ascii_case(form).then_some(form.len())
}

fn plain(character: char, text: &str) -> Option<usize> {
    text.starts_with(character).then(|| character.len_utf8())
}

/// A quote, a slash, a backslash in a JSON string.
fn backslash(character: char, text: &str) -> Option<usize> {
    let rest = text.strip_prefix('\\').filter(|_| !character.is_alphanumeric())?;
    plain(character, rest).map(|length| length + 1)
}

/// `\u0026` in a JSON string, two of them beyond the first plane.
fn unicode_escape(character: char, text: &str) -> Option<usize> {
    if !text.starts_with("\\u") {
        return None;
    }
    let units =
        character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    begins(text, &units)
}

/// `%26` in an address; a blank is a plus in forms.
fn percent(character: char, text: &str) -> Option<usize> {
    match text.as_bytes().first()? {
        b'+' if character == ' ' => Some(1),
        b'%' => begins(text, &escaped("%", character)),
        _ => None,
    }
}

/// `%2526`: what was signed is escaped once more in the string to sign, which a target may tell.
fn percent_twice(character: char, text: &str) -> Option<usize> {
    text.starts_with("%25").then(|| begins(text, &escaped("%25", character)))?
}

fn escaped(mark: &str, character: char) -> String {
    character.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("{mark}{byte:02X}")).collect()
}

/// `&amp;` in HTML, `&#38;` and `&#x26;`.
fn entity(character: char, text: &str) -> Option<usize> {
    if !text.starts_with('&') {
        return None;
    }
    let name = match character {
        '&' => "amp",
        '<' => "lt",
        '>' => "gt",
        '"' => "quot",
        '\'' => "apos",
        _ => "",
    };
    let code = u32::from(character);
    let forms = [format!("&{name};"), format!("&#{code};"), format!("&#x{code:x};")];
    forms.iter().find_map(|form| begins(text, form))
}
