//! Plain HTTP: every parameter location, every form of authentication, every envelope, on both sides.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{Done, fineprint};

const OPERATION: &str = "operation: PutThing
http: PUT /shelves/{shelf}/things/{thing}.json
page: {title: PUT a thing}
creates: thing
parameters:
  shelf: {type: string, required: true, length: 2..8, characters: [letters, digits], says: a}
  thing: {type: string, required: true, length: 3..20, characters: letters, unique: true, says: b}
  colour: {type: string, in: query, values: [red, blue], says: c}
  size: {type: integer, in: query, says: d}
  tag: {type: array, in: query, items: {type: string, values: [new, old]}, says: e}
  X-Source: {type: string, in: header, length: 1..5, characters: letters, says: f}
  session: {type: string, in: cookie, length: 4, characters: digits, says: g}
  label: {type: string, required: true, length: 1..9, says: h}
  owner:
    type: object
    says: i
    members:
      name: {type: string, length: 2..6, characters: letters, says: j}
      age: {type: integer, says: k}
errors:
- {status: 404, code: E404, message: No shelf., when: {shelf: [length, characters]}}
- {status: 409, code: E409, message: There is one., when: {thing: unique}}
- {status: 400, code: E400, message: Bad., when: malformed-request}
- {status: 422, code: E1, message: Label., when: {label: required}}
- {status: 422, code: E2, message: Wrong., when: {\"*\": [type, length, characters, values, items]}}
response:
  id: {type: string, varies: true}
";

const FORM: &str = "operation: PostForm
http: POST /forms
page: {title: POST a form}
parameters:
  a: {type: string, required: true, in: form, length: 1..5, characters: letters, says: k}
  b: {type: array, in: form, items: {type: string, values: [x, y]}, says: l}
errors:
- {status: 422, code: E3, message: A., when: {a: [required, length, characters]}}
- {status: 422, code: E4, message: B., when: {b: [items]}}
";

const REMOVE: &str = "operation: RemoveThing
http: DELETE /things/{id}
page: {title: DELETE a thing}
support: true
parameters:
  id: {type: string, required: true, exists: thing}
errors:
- {status: 404, code: E5, message: Gone., when: {id: exists}}
";

/// Writes the specs of a service with this envelope and this authentication.
fn specs(folder: &Path, http: &str) {
    let at = folder.join("specs/v/s");
    fs::create_dir_all(&at).unwrap();
    let service = format!(
        "service: s\nvendor: V\nversion: '1'\nprotocol: rest\nhttp: {http}\nentities:\n  thing: {{id: id, made-by: PutThing, removed-by: RemoveThing}}\nerrors:\n- {{status: 401, code: E401, message: Who?, when: auth}}\n"
    );
    fs::write(at.join("service.yaml"), service).unwrap();
    for (name, text) in [("PutThing", OPERATION), ("PostForm", FORM), ("RemoveThing", REMOVE)] {
        fs::write(at.join(format!("{name}.yaml")), text).unwrap();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Done {
    let output: Output =
        fineprint().current_dir(folder).args(["run", "--no-snapshots"]).args(arguments).output().unwrap();
    Done::from(output)
}

#[test]
fn every_location_authentication_and_envelope_works() {
    for http in [
        "{code: code, message: message}",
        "{authentication: bearer, code: error.code, message: error.text, output: data.thing}",
        "{authentication: basic, code: error.code, message: error.text, carries: [trace], varies: [trace]}",
        "{authentication: header X-Api-Key, code: code, message: message, success: [200, 201, 204]}",
        "{authentication: query api_key, code: code, message: message, output: data}",
    ] {
        let folder = tempfile::tempdir().unwrap();
        specs(folder.path(), http);
        let done = run(folder.path(), &["--signed"]);
        assert_eq!(done.code, 0, "{http}: {}\n{}", done.stdout, done.stderr);
        let cases = run(folder.path(), &["--list", "--signed"]).stdout;
        for id in [
            "PutThing/shelf/length/9",
            "PutThing/thing/unique/used",
            "PutThing/colour/values/unknown",
            "PutThing/X-Source/length/6",
            "PutThing/session/length/5",
            "PutThing/owner.name/type/number",
            "PutThing/owner.age/type/text",
            "PostForm/b/items/",
        ] {
            assert!(cases.contains(id), "{id} is no case of\n{cases}");
        }
        let authenticated = http.contains("authentication");
        assert_eq!(cases.contains("PutThing/auth/wrong-secret"), authenticated, "{http}");
        assert!(!cases.contains("shelf/required/absent"), "another path would be another call");
        let without = run(folder.path(), &[]);
        assert_eq!(without.code, 0, "{http}: {}", without.stdout);
    }
}

#[test]
fn parameters_are_sent_where_the_spec_says() {
    let folder = tempfile::tempdir().unwrap();
    specs(folder.path(), "{authentication: query api_key, code: code}");
    let done = run(folder.path(), &["PutThing/call/all", "--signed", "--dry-run", "--seed", "1"]);
    let line = done.stdout.lines().find(|line| line.contains("curl")).unwrap();
    assert!(line.contains("-X PUT 'http://127.0.0.1:4010/shelves/"), "{line}");
    assert!(line.contains(".json?colour=red&size=1&tag=new&api_key=$KEY_SECRET'"), "{line}");
    assert!(line.contains("-H 'x-source: "), "{line}");
    assert!(line.contains("-H 'cookie: session=1111'"), "{line}");
    assert!(line.contains(r#""owner":{"name":"aaaaaa","age":1}}'"#), "{line}");
    let done = run(folder.path(), &["PostForm/call/all", "--dry-run"]);
    assert!(done.stdout.contains("content-type: application/x-www-form-urlencoded"), "{}", done.stdout);
    assert!(done.stdout.contains("--data-raw 'a=aaaaa&b=x'"), "{}", done.stdout);
}

#[test]
fn invalid_routes_are_reported_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    specs(folder.path(), "{authentication: digest}");
    let at = folder.path().join("specs/v/s");
    fs::write(at.join("PostForm.yaml"), FORM.replace("http: POST /forms\n", "")).unwrap();
    fs::write(at.join("PutThing.yaml"), OPERATION.replace("{shelf}", "{shelv}")).unwrap();
    fs::write(at.join("RemoveThing.yaml"), REMOVE.replace("DELETE /things", "remove things")).unwrap();
    let done = run(folder.path(), &[]);
    assert_eq!(done.code, 2);
    for words in [
        "none, bearer, basic, header NAME or query NAME",
        "PostForm has no method and path",
        "unknown parameter `shelv`",
        "a similar name exists: `shelf`",
        "a method and a path, e.g. GET /contacts/{id}",
    ] {
        assert!(done.stderr.contains(words), "no {words:?} in\n{}", done.stderr);
    }
}
