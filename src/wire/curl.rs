//! Requests as curl commands that repeat them.

use super::Request;

/// Returns the command on one line, quoted for a POSIX shell.
pub fn line(request: &Request) -> String {
    let mut words =
        vec!["curl".to_owned(), "-sS".to_owned(), "-i".to_owned(), "-X".to_owned(), request.method.clone()];
    let quote = |word: &str| quote(word, &request.variables);
    words.push(quote(&request.url));
    for (name, value) in &request.headers {
        words.push("-H".to_owned());
        words.push(match value.as_str() {
            "" => quote(&format!("{name};")),
            _ => quote(&format!("{name}: {value}")),
        });
    }
    if !request.body.is_empty() {
        words.push("--data-raw".to_owned());
        words.push(quote(&request.body));
    }
    words.join(" ")
}

/// Returns `true` if a text begins with the name of a variable and not with a longer name: `$SIGNATURE` does not
/// contain `$SIG`.
fn stands_alone(name: &str, text: &str) -> bool {
    let goes_on = |next: char| next.is_ascii_uppercase() || next == '_';
    text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(goes_on))
}

/// Returns `true` if a character is invisible or controls a terminal.
fn is_hidden(character: char) -> bool {
    crate::invisible::escape_invisible(&character.to_string()) != character.to_string()
}

/// Returns a character as a call of the shell's own `printf`.
fn octal(character: char) -> String {
    let bytes = character.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect::<String>();
    format!("'\"$(printf '{bytes}')\"'")
}

/// Quotes a word with single quotes, except for its variables, which the shell replaces with their values.
fn quote(word: &str, variables: &[String]) -> String {
    let mut quoted = String::from("'");
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        // If one name is the beginning of another, the longer one is meant.
        let variable = variables.iter().filter(|name| stands_alone(name, rest)).max_by_key(|name| name.len());
        let (text, length) = match (variable, first) {
            (Some(name), _) => (format!("'\"{name}\"'"), name.len()),
            (None, '\'') => (r"'\''".to_owned(), 1),
            // Two number signs in a row may start a command in a CI log.
            (None, '#') if rest.starts_with("##") => ("#''".to_owned(), 1),
            (None, other) if other != '\n' && is_hidden(other) => (octal(other), other.len_utf8()),
            (None, other) => (other.to_string(), other.len_utf8()),
        };
        quoted.push_str(&text);
        rest = &rest[length..];
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quote_in_a_body_is_escaped_for_the_shell() {
        let request = Request {
            method: "POST".into(),
            url: "http://127.0.0.1:1/?a=%27".into(),
            headers: vec![("x-a".into(), "b".into()), ("x-empty".into(), String::new())],
            body: r#"{"Name":"it's"}"#.into(),
            variables: vec![],
        };
        let expected = concat!(
            "curl -sS -i -X POST 'http://127.0.0.1:1/?a=%27' -H 'x-a: b' -H 'x-empty;' ",
            r#"--data-raw '{"Name":"it'\''s"}'"#
        );
        assert_eq!(line(&request), expected);
    }

    #[test]
    fn invisible_characters_are_escaped_for_the_shell() {
        let request = Request {
            method: "POST".into(),
            url: "http://127.0.0.1:1/$SIGNATURE".into(),
            headers: vec![],
            body: "a\u{9b}31m\u{202e}##[x]".into(),
            variables: vec!["$SIG".into()],
        };
        let expected = concat!(
            "curl -sS -i -X POST 'http://127.0.0.1:1/$SIGNATURE' ",
            r#"--data-raw 'a'"$(printf '\302\233')"'31m'"$(printf '\342\200\256')"'#''#[x]'"#
        );
        assert_eq!(line(&request), expected);
    }

    #[test]
    fn shell_expands_only_secret_variables() {
        let request = Request {
            method: "GET".into(),
            url: "http://127.0.0.1:1/?a=$HOME".into(),
            headers: vec![("authorization".into(), "Bearer $TOKENx".into())],
            body: String::new(),
            variables: vec!["$TOKEN".into()],
        };
        let expected =
            r#"curl -sS -i -X GET 'http://127.0.0.1:1/?a=$HOME' -H 'authorization: Bearer '"$TOKEN"'x'"#;
        assert_eq!(line(&request), expected);
    }
}
