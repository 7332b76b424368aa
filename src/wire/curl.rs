//! A request as a curl command that repeats it.

use super::Request;

/// The command, on one line, quoted for a POSIX shell.
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

/// A word in single quotes, but for the variables: the shell puts their values in.
fn quote(word: &str, variables: &[String]) -> String {
    let mut quoted = String::from("'");
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        // Of two names of which one begins the other, the longer is meant.
        let variable =
            variables.iter().filter(|name| rest.starts_with(name.as_str())).max_by_key(|name| name.len());
        let (text, length) = match (variable, first) {
            (Some(name), _) => (format!("'\"{name}\"'"), name.len()),
            (None, '\'') => (r"'\''".to_owned(), 1),
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
    fn a_quote_in_a_body_survives_the_shell() {
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
    fn the_shell_puts_a_secret_in_and_nothing_else() {
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
