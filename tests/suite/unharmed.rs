//! What a run leaves on a target and does there, whatever the target responds: a small service with switches.

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Done, ReceivedRequest, fineprint, respond};
use serde_json::{Value, json};

/// The ways in which the service differs from a plain one.
#[derive(Clone, Default)]
struct Switches {
    /// The response to a creation, by the number of the note. The note is created.
    created: Option<fn(usize) -> (u16, String)>,
    /// How often each removal is busy at first.
    busy: usize,
    /// Whether everything is accepted.
    checks_nothing: bool,
    /// Whether the list omits the titles.
    untitled: bool,
    /// Whether error responses contain the token, escaped as by some encoders.
    echo: bool,
    /// Delay of each response.
    slow: Duration,
}

#[derive(Default)]
struct State {
    notes: BTreeMap<String, String>,
    made: usize,
    busy: BTreeMap<String, usize>,
    /// The request lines and headers of every call.
    calls: Vec<String>,
}

struct Notes {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Notes {
    fn start(switches: Switches) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, switches) = (Arc::clone(&shared), switches.clone());
                thread::spawn(move || serve(stream, &state, &switches));
            }
        });
        Self { url, state }
    }

    fn left(&self) -> Vec<String> {
        self.state.lock().unwrap().notes.keys().cloned().collect()
    }

    fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, switches: &Switches) {
    let Some(asked) = ReceivedRequest::read(&mut stream) else { return };
    thread::sleep(switches.slow);
    let (status, body) = handle(&asked.head, &asked.json(), &mut state.lock().unwrap(), switches);
    respond(&mut stream, status, &body);
}

fn rejection(status: u16, code: &str) -> (u16, String) {
    (status, json!({"code": code, "message": format!("note: {code}")}).to_string())
}

fn handle(head: &str, body: &Value, state: &mut State, switches: &Switches) -> (u16, String) {
    state.calls.push(head.to_owned());
    let line: Vec<&str> = head.split(' ').collect();
    match (line[0], line[1]) {
        ("GET", path) if path.starts_with("/notes") => {
            let notes: Vec<Value> = state
                .notes
                .iter()
                .map(|(id, title)| match switches.untitled {
                    true => json!({"id": id}),
                    false => json!({"id": id, "title": title}),
                })
                .collect();
            (200, json!({"notes": notes}).to_string())
        }
        ("POST", "/notes") => create(head, body, state, switches),
        ("DELETE", path) => {
            let id = path.trim_start_matches("/notes/").to_owned();
            let busy = state.busy.entry(id.clone()).or_default();
            *busy += 1;
            if *busy <= switches.busy {
                return rejection(503, "busy");
            }
            match state.notes.remove(&id) {
                Some(_) => (204, String::new()),
                None => rejection(404, "no_note"),
            }
        }
        _ => rejection(404, "no_route"),
    }
}

fn create(head: &str, body: &Value, state: &mut State, switches: &Switches) -> (u16, String) {
    let title = body.get("title").and_then(Value::as_str);
    let taken = |title: &str| state.notes.values().any(|known| known == title);
    let is_fine = |title: &str| {
        (2..=40).contains(&title.chars().count()) && title.chars().all(|letter| letter.is_ascii_alphabetic())
    };
    if switches.echo {
        let token = head.split("Bearer ").nth(1).unwrap_or_default().split("\r\n").next().unwrap();
        let escaped = token.replace('&', "\\u0026").replace('<', "\\u003c");
        return (422, format!(r#"{{"code":"bad_title","message":"who is {escaped}?"}}"#));
    }
    let rejected = match title {
        _ if switches.checks_nothing => None,
        None if body.get("title").is_none_or(Value::is_null) => Some(rejection(422, "missing_title")),
        None => Some(rejection(422, "bad_title")),
        Some(title) if !is_fine(title) => Some(rejection(422, "bad_title")),
        Some(title) if taken(title) => Some(rejection(409, "title_taken")),
        Some(_) => None,
    };
    if let Some(rejected) = rejected {
        return rejected;
    }
    state.made += 1;
    let id = format!("note-{}", state.made);
    let (status, response) = switches
        .created
        .map_or_else(|| (201, json!({"id": id, "Code": "N-1"}).to_string()), |created| created(state.made));
    state.notes.insert(id, title.unwrap_or_default().to_owned());
    (status, response)
}

/// Creates a project with the specs of the service. The operation that removes notes comes first by name.
fn project(authentication: &str, list: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs/me/notes");
    fs::create_dir_all(&specs).unwrap();
    let service = format!(
        "service: notes\nvendor: Me\nversion: v1\nprotocol: rest\n\
         http: {{authentication: {authentication}, code: code, message: message}}\n\
         entities:\n  note: {{id: id, made-by: CreateNote, removed-by: BinNote{list}}}\n\
         errors:\n- {{status: 401, code: who, message: Who?, when: auth}}\n\
         - {{status: 503, code: busy, message: 'note: busy', when: busy}}\n"
    );
    let create = "operation: CreateNote\nhttp: POST /notes\npage: {title: Create a note}\ncreates: note\nparameters:\n  \
         title: {type: string, required: true, length: 2..40, characters: letters, unique: true, says: 2 to 40 letters}\n  \
         tenant: {type: string, in: header, says: The tenant.}\nerrors:\n\
         - {status: 422, code: missing_title, message: 'note: missing_title', when: {title: required}}\n\
         - {status: 422, code: bad_title, message: 'note: bad_title', when: {title: [type, length, characters]}}\n\
         - {status: 409, code: title_taken, message: 'note: title_taken', when: {title: unique}}\n\
         response:\n  id: {type: string, varies: true}\n  Code: {type: string, optional: true}\n";
    let bin = "operation: BinNote\nhttp: DELETE /notes/{id}\npage: {title: Remove a note}\nsupport: true\nparameters:\n  \
         id: {type: string, required: true, exists: note, says: The note.}\n  \
         tenant: {type: string, in: header, says: The tenant.}\nerrors:\n\
         - {status: 404, code: no_note, message: 'note: no_note', when: {id: exists}}\n";
    let all = "operation: ListNotes\nhttp: GET /notes\npage: {title: All notes}\nsupport: true\nresponse:\n  notes:\n    \
         type: array\n    elements:\n      id: {type: string}\n      title: {type: string}\n";
    for (name, text) in
        [("service", service.as_str()), ("CreateNote", create), ("BinNote", bin), ("ListNotes", all)]
    {
        fs::write(specs.join(format!("{name}.yaml")), text).unwrap();
    }
    folder
}

const LISTED: &str = ", listed-by: ListNotes";

fn config(folder: &Path, url: &str, more: &str) {
    fs::write(folder.join("fineprint.toml"), format!("[targets.mine]\nurl = '{url}'\n{more}\n")).unwrap();
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = fineprint();
    command.current_dir(folder).args(["run", "--target", "mine", "--no-snapshots"]).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Done {
    Done::from(command(folder, arguments).env("TOKEN", "t0ken").env("USERNAME", "note").output().unwrap())
}

const BEARER: &str = "credentials.me = {secret = 'TOKEN'}";

#[test]
fn first_call_removes_nothing_and_its_entity_is_removed() {
    let folder = project("bearer", LISTED);
    let notes = Notes::start(Switches { checks_nothing: true, ..Switches::default() });
    config(folder.path(), &notes.url, BEARER);
    run(folder.path(), &["CreateNote/title/length/40"]);
    let calls = notes.calls();
    assert!(calls[0].starts_with("POST /notes ") || calls[0].starts_with("GET /notes "), "{}", calls[0]);
    assert!(!calls.iter().any(|call| call.starts_with("DELETE /notes/ ")), "{calls:#?}");
    assert_eq!(notes.left(), Vec::<String>::new());
}

#[test]
fn unusable_ids_are_not_put_into_addresses() {
    for (id, reason) in [("", "has no usable id"), ("a/b", "cannot encode this id"), ("\u{1b}[31m", "")] {
        let made: fn(usize) -> (u16, String) = match id {
            "" => |_| (201, r#"{"id":""}"#.to_owned()),
            "a/b" => |_| (201, r#"{"id":"a/b"}"#.to_owned()),
            _ => |_| (201, r#"{"id":"\u001b[31m"}"#.to_owned()),
        };
        let folder = project("none", "");
        let notes = Notes::start(Switches { created: Some(made), ..Switches::default() });
        config(folder.path(), &notes.url, "");
        let done = run(folder.path(), &["CreateNote/title/length/40"]);
        // An empty id is not an id, so a response with one is a mismatch.
        assert_eq!(done.code, if id.is_empty() { 1 } else { 3 }, "{}", done.stdout);
        assert!(done.stdout.contains("leftover") && done.stdout.contains(reason), "{}", done.stdout);
        assert!(!done.stdout.contains('\u{1b}'), "{}", done.stdout);
        assert!(notes.calls().iter().all(|call| !call.starts_with("DELETE")), "{:#?}", notes.calls());
    }
}

#[test]
fn secrets_are_redacted_in_output_but_not_for_the_judge() {
    let folder = project("bearer", "");
    let notes = Notes::start(Switches::default());
    config(folder.path(), &notes.url, BEARER);
    // The token is part of every id and every message.
    let output = command(folder.path(), &["CreateNote/title", "--json", "report.json"])
        .env("TOKEN", "note")
        .output()
        .unwrap();
    let done = Done::from(output);
    assert_eq!(done.code, 0, "{}", done.stdout);
    assert_eq!(notes.left(), Vec::<String>::new());
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    assert!(report.contains("$TOKEN: title_taken") && !report.contains("note: title_taken\\\""), "{report}");
}

#[test]
fn secret_is_redacted_however_the_target_escapes_it() {
    let folder = project("bearer", "");
    let notes = Notes::start(Switches { echo: true, ..Switches::default() });
    config(folder.path(), &notes.url, BEARER);
    let output = command(
        folder.path(),
        &["CreateNote/title", "--json", "r.json", "--events", "e", "--html", "r.html"],
    )
    .env("TOKEN", "sec&ret<77>x")
    .output()
    .unwrap();
    let done = Done::from(output);
    assert_eq!(done.code, 1, "{}", done.stdout);
    let files = ["r.json", "e", "r.html"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    for text in files.iter().chain([&done.stdout, &done.stderr]) {
        assert!(
            !text.contains("ret<77") && !text.contains("u003c77") && !text.contains("ret&lt;77"),
            "{text}"
        );
    }
    assert!(done.stdout.contains("who is $TOKEN?"), "{}", done.stdout);
}

#[test]
fn removals_send_fixed_parameters() {
    let folder = project("none", LISTED);
    let notes = Notes::start(Switches::default());
    config(folder.path(), &notes.url, "parameters = {tenant = 'acme'}");
    let done = run(folder.path(), &["CreateNote/title/length"]);
    assert_eq!(done.code, 0, "{}", done.stdout);
    let removals: Vec<String> = notes.calls().into_iter().filter(|call| call.starts_with("DELETE")).collect();
    assert!(
        !removals.is_empty() && removals.iter().all(|call| call.contains("tenant: acme")),
        "{removals:#?}"
    );
    let dry = run(folder.path(), &["CreateNote/title/length/40", "--dry-run"]);
    assert!(dry.stdout.contains("tenant: acme"), "{}", dry.stdout);

    config(folder.path(), &notes.url, "parameters = {tenent = 'acme'}");
    let done = run(folder.path(), &[]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("parameters.tenent") && done.stderr.contains("exists: tenant"),
        "{}",
        done.stderr
    );
}

#[test]
fn entity_missing_from_the_response_is_found_in_the_list() {
    let unreadable: [fn(usize) -> (u16, String); 4] = [
        |_| (201, "<html>".to_owned()),
        |number| (201, format!(r#"{{"id":"note-{number}","id":"x"}}"#)),
        |_| (302, String::new()),
        |_| (500, r#"{"code":"broken","message":"b"}"#.to_owned()),
    ];
    for created in unreadable {
        let switches = Switches { created: Some(created), ..Switches::default() };
        let (listed, unlisted) = (Notes::start(switches.clone()), Notes::start(switches));
        let folder = project("none", LISTED);
        config(folder.path(), &listed.url, "");
        let done = run(folder.path(), &["CreateNote/title/length/40"]);
        assert_eq!(listed.left(), Vec::<String>::new(), "{}", done.stdout);

        let folder = project("none", "");
        config(folder.path(), &unlisted.url, "");
        let done = run(folder.path(), &["CreateNote/title/length/40"]);
        assert!(done.stdout.contains("it may have been created"), "{}", done.stdout);
    }
}

#[test]
fn entities_of_others_are_never_removed() {
    let created: fn(usize) -> (u16, String) = |_| (500, r#"{"code":"broken","message":"b"}"#.to_owned());
    let switches = Switches { created: Some(created), checks_nothing: true, ..Switches::default() };
    let notes = Notes::start(switches);
    let others: BTreeMap<String, String> = ["", " ", "hq", "aaaaaaaaaa"]
        .into_iter()
        .map(|title| (format!("theirs-{title}"), title.to_owned()))
        .collect();
    notes.state.lock().unwrap().notes.clone_from(&others);
    let folder = project("none", LISTED);
    config(folder.path(), &notes.url, "parameters = {title = 'aaaaaaaaaa'}");
    run(folder.path(), &[]);
    config(folder.path(), &notes.url, "");
    run(folder.path(), &[]);
    let left = notes.left();
    assert!(others.keys().all(|theirs| left.contains(theirs)), "{left:?}");
}

#[test]
fn call_before_the_first_response_may_have_created_an_entity() {
    let slow = Duration::from_millis(700);
    let notes = Notes::start(Switches { slow, ..Switches::default() });
    let folder = project("none", "");
    config(folder.path(), &notes.url, "timeout = 0.3");
    let done = run(folder.path(), &["CreateNote/title/length/40"]);
    assert_eq!(done.code, 3, "{}", done.stdout);
    assert!(done.stdout.contains("it may have been created: no response within 300 ms"), "{}", done.stdout);
}

#[test]
fn list_without_the_unique_value_proves_nothing() {
    let created: fn(usize) -> (u16, String) = |_| (201, "<html>".to_owned());
    let notes = Notes::start(Switches { created: Some(created), untitled: true, ..Switches::default() });
    let folder = project("none", LISTED);
    config(folder.path(), &notes.url, "");
    let done = run(folder.path(), &["CreateNote/title/length/40"]);
    assert!(done.stdout.contains("its list does not show"), "{}", done.stdout);
}

#[test]
fn secrets_in_reasons_and_cut_texts_are_redacted() {
    let token = "sk-live-0123456789abcdefghijklmnop";
    let created: fn(usize) -> (u16, String) =
        |_| (201, "Invalid token: sk-live-0123456789abcdefghijklmnop".to_owned());
    let folder = project("basic", "");
    let notes = Notes::start(Switches { created: Some(created), ..Switches::default() });
    config(folder.path(), &notes.url, "credentials.me = {id = 'USERNAME', secret = 'TOKEN'}");
    let output = command(folder.path(), &["CreateNote/title", "--events", "e"])
        .env("TOKEN", token)
        .env("USERNAME", "alice")
        .output()
        .unwrap();
    let done = Done::from(output);
    let events = fs::read_to_string(folder.path().join("e")).unwrap();
    for text in [&done.stdout, &done.stderr, &events] {
        assert!(!text.contains("sk-live"), "{text}");
    }
    assert!(done.stdout.contains("it begins with Invalid token: $TOKEN…"), "{}", done.stdout);
}

#[test]
fn another_address_is_another_target() {
    let folder = project("none", LISTED);
    let busy = Notes::start(Switches { busy: 99, ..Switches::default() });
    config(folder.path(), &busy.url, "retries = 0");
    let done = run(folder.path(), &["CreateNote/title/length/40"]);
    assert_eq!((done.code, busy.left().len()), (3, 1), "{}", done.stdout);

    let other = Notes::start(Switches::default());
    config(folder.path(), &other.url, "");
    let done = run(folder.path(), &["CreateNote/title/length/40"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains(&format!("left something at {}", busy.url)), "{}", done.stderr);
    let removals = other.calls().iter().filter(|call| call.starts_with("DELETE")).count();
    assert_eq!(removals, 1, "its own, and not the other one's");

    // Back at that address, the journal is still known, and no run makes it longer.
    config(folder.path(), &busy.url, "retries = 0");
    for _ in 0..4 {
        let removals =
            || busy.calls().iter().filter(|call| call.starts_with("DELETE /notes/note-1 ")).count();
        let before = removals();
        let done = run(folder.path(), &["CreateNote/title/length/1"]);
        assert!(done.stderr.contains("removing it first"), "{}", done.stderr);
        assert_eq!(removals() - before, 2, "at once, and once more at the end");
    }
    let over = (1..100).map(|number| (format!("note-{number}"), 99));
    busy.state.lock().unwrap().busy = over.collect();
    let done = run(folder.path(), &["CreateNote/title/length/1"]);
    assert_eq!((done.code, busy.left().len()), (0, 0), "{}", done.stdout);
}

#[cfg(unix)]
#[test]
fn busy_removal_is_retried_while_the_run_ends() {
    let folder = project("none", "");
    let slow = Duration::from_millis(100);
    let notes = Notes::start(Switches { busy: 1, slow, ..Switches::default() });
    config(folder.path(), &notes.url, "");
    let child = command(folder.path(), &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while notes.left().len() < 2 && begun.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let done = Done::from(child.wait_with_output().unwrap());
    assert_eq!(done.code, 3, "{}", done.stdout);
    assert_eq!(notes.left(), Vec::<String>::new(), "{}", done.stdout);
}

#[test]
fn endless_ids_fill_neither_memory_nor_terminal() {
    let folder = project("none", "");
    let created: fn(usize) -> (u16, String) = |_| (201, json!({"id": "i".repeat(200_000)}).to_string());
    let notes = Notes::start(Switches { created: Some(created), ..Switches::default() });
    config(folder.path(), &notes.url, "");
    let done = run(folder.path(), &["--events", "events.jsonl"]);
    assert!(done.stdout.len() < 200_000, "{} bytes", done.stdout.len());
    let events = fs::metadata(folder.path().join("events.jsonl")).unwrap().len();
    assert!(events < 3_000_000, "{events} bytes");
}

#[test]
fn invalid_target_settings_are_reported_before_sending() {
    let folder = project("none", "");
    let notes = Notes::start(Switches::default());
    fs::write(folder.path().join("empty.pem"), "").unwrap();
    for (line, word) in [
        ("ca-file = 'empty.pem'", "no certificate"),
        ("client-certificate = 'empty.pem'", "client certificate"),
        ("proxy = 'htp://127.0.0.1:9'", "proxy"),
        ("headers = {'bad name' = 'x'}", "bad name"),
        ("quotas = {note = 1}", "a run needs at least 2"),
    ] {
        config(folder.path(), &notes.url, line);
        let done = run(folder.path(), &[]);
        assert_eq!(done.code, 2, "{line}: {}{}", done.stdout, done.stderr);
        assert!(done.stderr.contains(word), "{line}: {}", done.stderr);
    }
    assert!(notes.calls().is_empty());
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config(folder.path(), &notes.url, &format!("proxy = 'http://{nobody}'"));
    let done = run(folder.path(), &["CreateNote/title/length/40"]);
    assert!(done.stdout.contains("the proxy refused the connection"), "{}", done.stdout);
}
