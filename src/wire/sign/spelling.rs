//! The forms in which a text travels: as it is, and escaped as JSON, URLs and HTML do it.

/// So much of a text is known by its beginning, in bytes, where the rest of it was cut off.
const KNOWN: usize = 4;

/// What stands where a text was cut off.
const CUT: char = '…';

/// How much of `text` is `wanted`, if the text begins with it, each character in any form; or with as much of it as a cut has
/// left.
pub fn spelled(wanted: &str, text: &str) -> Option<usize> {
    // Where the characters so far may end: a form can be the beginning of another one.
    let mut ends = vec![0];
    let mut cut = None;
    for (done, character) in wanted.char_indices() {
        let is_cut = |end: &&usize| text[**end..].chars().next().is_none_or(|next| next == CUT);
        if done >= KNOWN {
            cut = ends.iter().find(is_cut).copied().or(cut);
        }
        let after = |end: usize, form: &Form| Some(end + form(character, &text[end..])?);
        let mut next: Vec<usize> =
            ends.iter().flat_map(|end| FORMS.iter().filter_map(|form| after(*end, form))).collect();
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return cut;
        }
        ends = next;
    }
    ends.first().copied()
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

/// How many backslashes a text begins with: JSON within JSON has several.
fn backslashes(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'\\').count()
}

/// A quote, a slash, a backslash in a JSON string.
fn backslash(character: char, text: &str) -> Option<usize> {
    let marks = backslashes(text);
    match character {
        _ if marks == 0 || character.is_alphanumeric() => None,
        '\\' => (marks >= 2).then_some(2),
        _ => plain(character, &text[marks..]).map(|length| marks + length),
    }
}

/// `\u0026` in a JSON string, two of them beyond the first plane.
fn unicode_escape(character: char, text: &str) -> Option<usize> {
    let mut length = 0;
    for unit in character.encode_utf16(&mut [0; 2]) {
        let marks = backslashes(&text[length..]);
        if marks == 0 {
            return None;
        }
        length += marks + begins(&text[length + marks..], &format!("u{unit:04x}"))?;
    }
    Some(length)
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

/// `&amp;` in HTML, `&#38;`, `&#038;` and `&#x26;`.
fn entity(character: char, text: &str) -> Option<usize> {
    let (name, _) = text.strip_prefix('&')?.split_once(';')?;
    let is_it = match name.strip_prefix('#') {
        None => named(character) == Some(name),
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = hexadecimal.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
            code == Ok(u32::from(character))
        }
    };
    is_it.then(|| name.len() + 2)
}

fn named(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("amp"),
        '<' => Some("lt"),
        '>' => Some("gt"),
        '"' => Some("quot"),
        '\'' => Some("apos"),
        _ => None,
    }
}
