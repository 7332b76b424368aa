//! What a run may claim and touch: it claims nothing that was not observed, removes nothing that it did not create, and
//! forgets nothing that it created. A hand-written notes service that differs in one point.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Done, ReceivedRequest, fineprint, respond};
use serde_json::{Value, json};

/// The ways in which the service differs from a plain one.
#[derive(Clone, Default)]
struct Switches {
    /// Every creation is rejected.
    rejects: bool,
    /// No note can be removed: its state does not allow it.
    locked: bool,
    /// How long a new note stays invisible.
    hides: Duration,
    /// Maximum number of notes in a list.
    page: Option<usize>,
    /// The id that every creation returns.
    one_id: Option<&'static str>,
    /// The note is created, but the response is an HTML page.
    garbled: bool,
}

struct Note {
    id: String,
    title: String,
    made: Option<Instant>,
}

#[derive(Default)]
struct State {
    notes: Vec<Note>,
    made: usize,
    /// The first line of every call.
    calls: Vec<String>,
}

struct Notes {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Notes {
    /// Starts the service with notes of somebody else, given by id and title.
    fn start(switches: &Switches, others: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let other =
            |(id, title): &(&str, &str)| Note { id: (*id).into(), title: (*title).into(), made: None };
        let notes = others.iter().map(other).collect();
        let state = Arc::new(Mutex::new(State { notes, ..State::default() }));
        let (shared, switches) = (Arc::clone(&state), switches.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, switches) = (Arc::clone(&shared), switches.clone());
                thread::spawn(move || serve(stream, &state, &switches));
            }
        });
        Self { url, state }
    }

    fn left(&self) -> Vec<String> {
        self.state.lock().unwrap().notes.iter().map(|note| note.id.clone()).collect()
    }

    fn calls(&self, beginning: &str) -> usize {
        self.state.lock().unwrap().calls.iter().filter(|call| call.starts_with(beginning)).count()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, switches: &Switches) {
    let Some(asked) = ReceivedRequest::read(&mut stream) else { return };
    let line = asked.head.lines().next().unwrap();
    let (status, body) = handle(line, &asked.json(), &mut state.lock().unwrap(), switches);
    respond(&mut stream, status, &body);
}

fn rejection(status: u16, code: &str) -> (u16, String) {
    (status, json!({"code": code, "message": format!("note: {code}")}).to_string())
}

fn handle(line: &str, body: &Value, state: &mut State, switches: &Switches) -> (u16, String) {
    state.calls.push(line.to_owned());
    let words: Vec<&str> = line.split(' ').collect();
    let is_seen = |note: &&Note| note.made.is_none_or(|made| made.elapsed() >= switches.hides);
    let shown = |note: &Note| json!({"id": note.id, "title": note.title});
    match (words[0], words[1].trim_start_matches("/notes").trim_start_matches('/')) {
        ("POST", "") => create(body, state, switches),
        ("GET", "") => {
            let notes = state.notes.iter().filter(is_seen).take(switches.page.unwrap_or(usize::MAX));
            (200, json!({"notes": notes.map(shown).collect::<Vec<_>>()}).to_string())
        }
        ("GET", id) => match state.notes.iter().filter(is_seen).find(|note| note.id == id) {
            Some(note) => (200, shown(note).to_string()),
            None => rejection(404, "no_note"),
        },
        ("DELETE", id) => match state.notes.iter().filter(is_seen).any(|note| note.id == id) {
            true if switches.locked => rejection(409, "locked"),
            true => {
                state.notes.retain(|note| note.id != id);
                (204, String::new())
            }
            false => rejection(404, "no_note"),
        },
        _ => rejection(404, "no_route"),
    }
}

fn create(body: &Value, state: &mut State, switches: &Switches) -> (u16, String) {
    let title = body.get("title").and_then(Value::as_str).unwrap_or_default();
    let letters = |text: &str| text.chars().all(|letter| letter.is_ascii_alphabetic());
    let rejected = match body.get("title") {
        None | Some(Value::Null) => Some(rejection(422, "missing_title")),
        Some(Value::String(text)) if text.is_empty() => Some(rejection(422, "missing_title")),
        Some(Value::String(text)) if (2..=40).contains(&text.chars().count()) && letters(text) => None,
        Some(_) => Some(rejection(422, "bad_title")),
    };
    let colours = [Value::Null, json!("red"), json!("green")];
    let is_colour = colours.contains(body.get("colour").unwrap_or(&Value::Null));
    let rejected = rejected.or_else(|| (!is_colour).then(|| rejection(422, "bad_colour")));
    let is_taken = state.notes.iter().any(|note| note.title == title);
    let rejected = rejected.or_else(|| is_taken.then(|| rejection(409, "title_taken")));
    if switches.rejects {
        return rejection(422, "bad_title");
    }
    if let Some(rejected) = rejected {
        return rejected;
    }
    state.made += 1;
    let id = format!("n-{:020}", state.made);
    state.notes.push(Note { id: id.clone(), title: title.to_owned(), made: Some(Instant::now()) });
    match (switches.garbled, switches.one_id) {
        (true, _) => (200, "<html>oops</html>".to_owned()),
        (false, given) => (201, json!({"id": given.unwrap_or(&id)}).to_string()),
    }
}

/// Creates a project with the specs of the service; `pages` says how its list is read.
fn project(notes: &Notes, pages: &str, target: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs/me/notes");
    fs::create_dir_all(&specs).unwrap();
    let service = format!(
        "service: notes\nvendor: Me\nversion: v1\nprotocol: rest\nhttp: {{code: code, message: message}}\n\
         entities:\n  note: {{id: id, made-by: CreateNote, removed-by: BinNote, listed-by: ListNotes{pages}}}\n"
    );
    let create = "operation: CreateNote\nhttp: POST /notes\npage: {title: Create a note}\ncreates: note\nparameters:\n  \
         title: {type: string, required: true, length: 2..40, characters: letters, unique: true, says: 2 to 40 letters}\n  \
         colour: {type: string, values: [red, green], says: red or green}\nerrors:\n\
         - {status: 422, code: bad_colour, message: 'note: bad_colour', when: {colour: [type, values]}}\n\
         - {status: 422, code: missing_title, message: 'note: missing_title', when: {title: required}}\n\
         - {status: 422, code: bad_title, message: 'note: bad_title', when: {title: [type, length, characters]}}\n\
         - {status: 409, code: title_taken, message: 'note: title_taken', when: {title: unique}}\n\
         response:\n  id: {type: string, varies: true}\n";
    let bin = "operation: BinNote\nhttp: DELETE /notes/{id}\npage: {title: Remove a note}\nsupport: true\nparameters:\n  \
         id: {type: string, required: true, exists: note, says: The note.}\nerrors:\n\
         - {status: 404, code: no_note, message: 'note: no_note', when: {id: exists}}\n\
         - {status: 409, code: locked, message: 'note: locked', when: state}\n";
    let get = "operation: GetNote\nhttp: GET /notes/{id}\npage: {title: A note}\nsupport: true\nparameters:\n  \
         id: {type: string, required: true, exists: note, says: The note.}\nerrors:\n\
         - {status: 404, code: no_note, message: 'note: no_note', when: {id: exists}}\n\
         response:\n  id: {type: string, varies: true}\n  title: {type: string}\n";
    let all = "operation: ListNotes\nhttp: GET /notes\npage: {title: All notes}\nsupport: true\nresponse:\n  notes:\n    \
         type: array\n    elements:\n      id: {type: string}\n      title: {type: string}\n";
    let files = [
        ("service", service.as_str()),
        ("CreateNote", create),
        ("BinNote", bin),
        ("GetNote", get),
        ("ListNotes", all),
    ];
    for (name, text) in files {
        fs::write(specs.join(format!("{name}.yaml")), text).unwrap();
    }
    let config = format!("[targets.mine]\nurl = '{}'\n{target}\n", notes.url);
    fs::write(folder.path().join("fineprint.toml"), config).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Done {
    let mut command = fineprint();
    command.current_dir(folder).args(["run", "--target", "mine", "--no-snapshots"]).args(arguments);
    Done::from(command.output().unwrap())
}

const WHOLE: &str = ", pages-by: none";
const AT_ONCE: &str = "appears = {'*' = '0s'}";

#[test]
fn conforming_service_passes_and_nothing_stays() {
    let notes = Notes::start(&Switches::default(), &[("theirs", "Theirs")]);
    let folder = project(&notes, WHOLE, "");
    let done = run(folder.path(), &[]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(notes.left(), ["theirs"]);
}

#[test]
fn service_that_rejects_every_creation_proves_nothing() {
    let notes = Notes::start(&Switches { rejects: true, ..Switches::default() }, &[]);
    let folder = project(&notes, WHOLE, AT_ONCE);
    let reports = [
        "--json",
        "r.json",
        "--html",
        "r.html",
        "--junit",
        "r.xml",
        "--markdown",
        "r.md",
        "--sarif",
        "r.sarif",
    ];
    let done = run(folder.path(), &reports);
    assert_eq!(done.code, 3, "{}", done.stdout);
    let first = done.stdout.lines().next().unwrap();
    assert_eq!(first, "UNPROVEN CreateNote: the plain call is not accepted", "it leads");
    assert!(done.stdout.contains("422 {\"code\":\"bad_title\""), "with the response: {}", done.stdout);
    assert!(!done.stdout.contains("order of checks"), "nothing is told of an order either: {}", done.stdout);
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let json: Value = serde_json::from_str(&text("r.json")).unwrap();
    let states = json["promises"].to_string();
    assert!(states.contains("unproven") && !states.contains("\"holds\""), "{states}");
    assert!(done.stdout.contains("promises: 0 hold"), "{}", done.stdout);
    assert!(!text("r.html").contains("class=\"mark pass\""), "no mark says that anything holds");
    assert!(text("r.xml").contains("<error"), "JUnit has an error where the exit code is 3");
    assert!(text("r.md").contains("the plain call is not accepted"));
    assert!(text("r.sarif").contains("The plain call of CreateNote is not accepted"));
}

#[test]
fn entities_kept_by_their_state_are_reported_but_not_failures() {
    let notes = Notes::start(&Switches { locked: true, ..Switches::default() }, &[]);
    let folder = project(&notes, WHOLE, AT_ONCE);
    let done = run(folder.path(), &["CreateNote/title/length"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("not removable"), "{}", done.stdout);
    assert!(!notes.left().is_empty());
}

#[test]
fn entity_invisible_for_two_seconds_does_not_count_as_removed() {
    let notes = Notes::start(&Switches { hides: Duration::from_secs(2), ..Switches::default() }, &[]);
    let folder = project(&notes, WHOLE, "");
    let done = run(folder.path(), &["CreateNote/title/length"]);
    assert_eq!(notes.left(), Vec::<String>::new(), "{}", done.stdout);
    assert_eq!(done.code, 0, "{}", done.stdout);
}

#[test]
fn first_page_of_a_list_does_not_prove_that_nothing_is_left() {
    let switches = Switches { garbled: true, page: Some(1), ..Switches::default() };
    let notes = Notes::start(&switches, &[("theirs", "Theirs")]);
    let folder = project(&notes, "", AT_ONCE);
    let done = run(folder.path(), &["CreateNote/title/length/40"]);
    assert!(notes.left().len() > 1, "what was made is on a page that nobody has read");
    assert!(done.stdout.contains("leftover on the target"), "{}", done.stdout);
    assert!(done.code != 0 && notes.left().contains(&"theirs".to_owned()));
}

#[test]
fn repeated_id_of_live_entities_fails_and_all_are_removed_or_reported() {
    let switches = Switches { one_id: Some("n-00000000000000000001"), ..Switches::default() };
    let notes = Notes::start(&switches, &[]);
    let folder = project(&notes, WHOLE, AT_ONCE);
    let done = run(folder.path(), &["CreateNote/title/length", "--json", "r.json"]);
    assert_eq!(done.code, 1, "{}", done.stdout);
    assert!(done.stdout.contains("an id that no other existing note has"), "{}", done.stdout);
    // The run finds its notes with long titles by the titles. Whose a note with a title of two letters is cannot be
    // known.
    let left = notes.left().len();
    let json: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("r.json")).unwrap()).unwrap();
    let reported = json["result"]["left_behind"].as_array().unwrap().len();
    assert!(left <= reported && left < 4, "{left} {reported} {}", done.stdout);
}

#[test]
fn entity_of_somebody_else_with_the_returned_id_is_not_removed() {
    let switches = Switches { one_id: Some("theirs"), ..Switches::default() };
    let notes = Notes::start(&switches, &[("theirs", "Theirs")]);
    let folder = project(&notes, WHOLE, AT_ONCE);
    let done = run(folder.path(), &["CreateNote/title/length"]);
    assert_ne!(done.code, 0, "{}", done.stdout);
    assert_eq!(notes.calls("DELETE /notes/theirs "), 0);
    assert!(notes.left().contains(&"theirs".to_owned()));
    let is_reported = done.stdout.contains("belong to somebody else");
    assert!(is_reported, "that the id may be somebody else's is said: {}", done.stdout);
}

#[test]
fn shows_of_a_hand_written_case_is_judged_or_rejected() {
    let notes = Notes::start(&Switches::default(), &[]);
    let folder = project(&notes, WHOLE, AT_ONCE);
    assert_eq!(run(folder.path(), &["CreateNote/title/length/40"]).code, 0);
    let own = |shows: &str| {
        let case = format!(
            "operation: CreateNote\ncases:\n- id: CreateNote/own/reads-back\n  tries: It can be read back.\n  \
             send: {{title: {{$new: '<10 letters>'}}}}\n  expect: accept\n  then:\n  - call: GetNote\n    as: read\n    \
             send: {{id: {{$id: tried}}}}\n    expect: accept\n    shows: {{{shows}}}\n"
        );
        fs::write(folder.path().join("cases/me/notes/own.yaml"), case).unwrap();
        run(folder.path(), &["CreateNote/own"])
    };
    let fine = own("title: {$same: tried.title}");
    assert_eq!(fine.code, 0, "{}{}", fine.stdout, fine.stderr);
    assert_eq!(own("title: Another").code, 1);
    let unknown = own("titel: Another");
    assert_eq!(unknown.code, 2, "{}", unknown.stdout);
    assert!(unknown.stderr.contains("a similar name exists: `title`"), "{}", unknown.stderr);
}
