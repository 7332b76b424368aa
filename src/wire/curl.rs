//! A request as a curl command that repeats it.

use super::Request;

/// The command, on one line, quoted for a POSIX shell.
pub fn line(request: &Request) -> String {
    let mut words =
        vec!["curl".to_owned(), "-sS".to_owned(), "-i".to_owned(), "-X".to_owned(), request.method.clone()];
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

fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
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
        };
        let expected = concat!(
            "curl -sS -i -X POST 'http://127.0.0.1:1/?a=%27' -H 'x-a: b' -H 'x-empty;' ",
            r#"--data-raw '{"Name":"it'\''s"}'"#
        );
        assert_eq!(line(&request), expected);
    }
}
