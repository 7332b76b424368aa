//! Signatures on the wire: what is signed is what is sent, the server rejects what it must, and the cases detect a
//! server that does not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::common::fineprint;
use fineprint::case::Case;
use fineprint::event::Event;
use fineprint::generate::{self, Depth};
use fineprint::project;
use fineprint::runner::{self, Options, Signer, Target};
use fineprint::server::{AuthCheck, Behaviour, DEMO, Server};
use fineprint::spec::model::Specs;
use fineprint::transport::{Network, Transport};
use fineprint::wire::sign::{Form, Key, Secret};
use fineprint::wire::{Request, Twist};
use tokio::runtime::Runtime;

fn suite() -> (Arc<Specs>, Vec<Case>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suite = project::suite(&root.join("specs"), &root.join("cases"), Depth::Standard).unwrap();
    (suite.specs, suite.cases.to_vec())
}

fn key() -> Key {
    Key { id: Secret::new(DEMO.id), secret: Secret::new(DEMO.secret), token: Some(Secret::new(DEMO.token)) }
}

fn signed(url: &str, forms: &[Form]) -> Target {
    let signers = forms
        .iter()
        .map(|form| (String::new(), Signer { form: *form, key: key(), origin: "the test".to_owned() }))
        .collect();
    Target { signers, ..Target::at("test", url.to_owned()) }
}

fn auth_cases(specs: &Specs, target: &Target) -> Vec<Case> {
    generate::auth(specs, |service| target.signer(service).map(|signer| signer.form))
}

/// Returns the ids of the cases that do not pass, with their verdicts.
fn not_passed(behaviour: Behaviour, forms: &[Form], filter: &str) -> Vec<(String, String)> {
    not_passed_below("", behaviour, forms, filter)
}

/// Does the same at a path below the server's address.
fn not_passed_below(path: &str, behaviour: Behaviour, forms: &[Form], filter: &str) -> Vec<(String, String)> {
    let (specs, _) = suite();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::behaving(Arc::clone(&specs), 0, behaviour).await.unwrap();
        let target = signed(&format!("{}{path}", server.url()), forms);
        let mut cases = auth_cases(&specs, &target);
        cases.retain(|case| case.id.contains(filter));
        assert!(!cases.is_empty());
        let mut others = Vec::new();
        let emit = |event| {
            if let Event::CaseFinished(result) = event
                && result.verdict.name() != "pass"
            {
                others.push((result.id.clone(), result.verdict.name().to_owned()));
            }
        };
        let options = Options::new(target, 1);
        runner::run(Arc::clone(&specs), cases, &options, Default::default(), emit).await.unwrap();
        others
    })
}

const DEFAULT: &[Form] = &[Form::Acs3, Form::Tc3];
const OLD: &[Form] = &[Form::RpcV1, Form::TcV1Sha256];

#[test]
fn server_that_checks_signatures_passes_with_every_form() {
    for form in Form::ALL.iter().copied().filter(|form| *form != Form::Secret) {
        for path in ["", "/base/path"] {
            let others = not_passed_below(path, Behaviour::without(None), &[form], "/auth/");
            assert_eq!(others, [], "{form:?} {path}");
        }
    }
}

#[test]
fn omitted_signature_checks_are_caught_with_every_form() {
    let caught = |check: AuthCheck| -> &[&str] {
        match check {
            AuthCheck::Presence => &["missing"],
            AuthCheck::Key => &["unknown-key"],
            AuthCheck::Signature => &["wrong-secret", "changed-parameter"],
            AuthCheck::Age => &["expired"],
            AuthCheck::Nonce => &["repeated-nonce"],
        }
    };
    for forms in [DEFAULT, OLD] {
        for (check, name) in AuthCheck::ALL.iter().copied().zip(AuthCheck::NAMES) {
            let failed = not_passed(Behaviour::without(Some(check)), forms, "/auth/");
            for tamper in caught(check) {
                let operations = if check == AuthCheck::Nonce { 2 } else { 3 };
                let seen = failed.iter().filter(|(id, _)| id.ends_with(&format!("/auth/{tamper}"))).count();
                assert_eq!(seen, operations, "without the check of {name}, in {forms:?}: {failed:?}");
            }
        }
    }
}

/// Starts a target that stores every byte that it receives, and rejects every request.
fn recorder() -> (String, Arc<Mutex<Vec<Vec<u8>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let kept = Arc::clone(&seen);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let request = read_all(&mut stream);
            kept.lock().unwrap().push(request);
            let _ = stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
        }
    });
    (url, seen)
}

/// Reads a message: the head, and a body as long as `content-length` says.
fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 65536]);
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return bytes;
            }
            continue;
        };
        let length = head.lines().find_map(|line| {
            line.to_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
        });
        if read == 0 || bytes.len() >= head.len() + 4 + length.unwrap_or(0) {
            return bytes;
        }
    }
}

/// Checks that the received bytes are exactly the request: request line, each header, body.
fn assert_same(request: &Request, received: &[u8], url: &str) {
    let text = String::from_utf8(received.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let path = request.url.strip_prefix(url).unwrap();
    assert_eq!(lines.next().unwrap(), format!("{} {path} HTTP/1.1", request.method));
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap_or((line.trim_end_matches(':'), "")))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    for (name, value) in &request.headers {
        let same: Vec<_> = headers.iter().filter(|(known, _)| known == name).collect();
        assert_eq!(same, [&(name.clone(), value.clone())]);
    }
    let host = url.strip_prefix("http://").unwrap();
    assert!(headers.contains(&("host".to_owned(), host.to_owned())), "{headers:?}");
    assert_eq!(body, request.body);
}

#[test]
fn http_client_sends_every_case_byte_for_byte() {
    let (specs, cases) = suite();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (url, seen) = recorder();
    let transport = Transport::new(&Network::default()).unwrap();
    for forms in [&[][..], DEFAULT, OLD, &[Form::Tc3Get]] {
        let target = signed(&url, forms);
        let session = Options::new(target.clone(), 1).session().unwrap();
        let askable = cases.iter().filter(|case| runner::can_ask(&target, &specs, case));
        for case in askable.step_by(3) {
            let requests = runner::rehearse(&session, &specs, case);
            let request = requests.last().unwrap();
            runtime.block_on(transport.send("test", request.clone()));
            let received = seen.lock().unwrap().pop().unwrap_or_else(|| panic!("{} did not arrive", case.id));
            assert_same(request, &received, &url);
        }
    }
}

/// Sends a request as it is, and returns the status and body of the response.
fn send(url: &str, request: &Request) -> (u16, String) {
    let host = url.strip_prefix("http://").unwrap();
    let path = request.url.strip_prefix(url).unwrap();
    let mut text = format!("{} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", request.method);
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "content-length") {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{}", request.body.len(), request.body));
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let status = response.split(' ').nth(1).unwrap().parse().unwrap();
    (status, response.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// Returns the request of a valid case, signed at the true time.
fn good(url: &str, form: Form, operation: &str) -> Request {
    let (specs, cases) = suite();
    let session = Options::new(signed(url, &[form]), form as u64).session().unwrap();
    let case = cases.iter().find(|case| case.id.starts_with(&format!("{operation}/call/"))).unwrap();
    assert!(!matches!(case.twist, Some(Twist::Signature(_))));
    let requests = runner::rehearse_with_secrets(&session, &specs, case);
    requests.last().unwrap().clone()
}

/// A change to a valid request, and the error response that must follow.
type Changed = (fn(&mut Request), u16, &'static str);

fn header<'r>(request: &'r mut Request, name: &str) -> &'r mut String {
    &mut request.headers.iter_mut().find(|(known, _)| known == name).unwrap().1
}

/// Checks that each changed request is rejected, and the original one is accepted.
fn hold(form: Form, operation: &str, changes: &[Changed], taken: &str) -> (Runtime, Server, Request) {
    let (specs, _) = suite();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::behaving(specs, 0, Behaviour::without(None))).unwrap();
    let request = good(&server.url(), form, operation);
    for (change, status, code) in changes {
        let mut changed = request.clone();
        change(&mut changed);
        let (received, body) = send(&server.url(), &changed);
        assert_eq!(received, *status, "{changed:?}\n{body}");
        assert!(body.contains(&format!("\"Code\":\"{code}\"")), "{changed:?}\n{body}");
    }
    let (_, body) = send(&server.url(), &request);
    assert!(body.contains(taken), "{body}");
    (runtime, server, request)
}

#[test]
fn acs3_rejects_changes_after_signing() {
    let changes: [Changed; 7] = [
        (|request| request.url = request.url.replace("Name=", "Name=x"), 400, "SignatureDoesNotMatch"),
        (|request| *header(request, "x-acs-content-sha256") = "0".repeat(64), 400, "SignatureDoesNotMatch"),
        (|request| request.body = "a=b".to_owned(), 400, "SignatureDoesNotMatch"),
        (
            |request| *header(request, "x-acs-action") = "ListMessageContacts".to_owned(),
            400,
            "SignatureDoesNotMatch",
        ),
        (
            |request| {
                let names = header(request, "authorization");
                *names = names.replace("accept;host", "host;accept");
            },
            400,
            "IncompleteSignature",
        ),
        (
            |request| {
                let names = header(request, "authorization");
                *names = names.replace("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3");
            },
            400,
            "InvalidSignatureMethod",
        ),
        (
            |request| *header(request, "x-acs-date") = "2026-01-02 03:04:05".to_owned(),
            400,
            "InvalidTimeStamp.Format",
        ),
    ];
    let (_runtime, server, request) = hold(Form::Acs3, "AddMessageContact", &changes, "ContactId");
    let (status, body) = send(&server.url(), &request);
    assert!(status == 400 && body.contains("SignatureNonceUsed"), "a nonce is good once: {body}");
}

#[test]
fn rpc_v1_rejects_changes_after_signing() {
    let changes: [Changed; 2] = [
        (|request| request.method = "GET".to_owned(), 400, "SignatureDoesNotMatch"),
        (|request| request.url.push_str("&Extra=1"), 400, "SignatureDoesNotMatch"),
    ];
    let (_runtime, server, mut request) = hold(Form::RpcV1, "AddMessageContact", &changes, "ContactId");
    request.url = request.url.replace("%3A", "%3a");
    let (_, body) = send(&server.url(), &request);
    assert!(body.contains("SignatureNonceUsed"), "it is the text that is signed, not its escaping: {body}");
}

#[test]
fn tencent_rejects_changes_after_signing() {
    const FAILURE: &str = "AuthFailure.SignatureFailure";
    let changes: [Changed; 5] = [
        (|request| request.body.push(' '), 200, FAILURE),
        (
            |request| *header(request, "content-type") = "application/json; charset=utf-8".to_owned(),
            200,
            FAILURE,
        ),
        (
            |request| {
                let scope = header(request, "authorization");
                *scope = scope.replace("/dbbrain/", "/cvm/");
            },
            200,
            FAILURE,
        ),
        (
            |request| {
                let time = header(request, "x-tc-timestamp");
                *time = (time.parse::<i64>().unwrap() - 301).to_string();
            },
            200,
            "AuthFailure.SignatureExpire",
        ),
        (
            |request| request.headers.retain(|(name, _)| name != "authorization"),
            200,
            "AuthFailure.InvalidAuthorization",
        ),
    ];
    hold(Form::Tc3, "AddUserContact", &changes, "\"Id\"");
    let changes: [Changed; 1] =
        [(|request| request.url = request.url.replace("Product=mysql", "Product=MySQL"), 200, FAILURE)];
    for form in [Form::Tc3Get, Form::TcV1Sha1, Form::TcV1Sha256] {
        hold(form, "AddUserContact", &changes, "\"Id\"");
    }
}

/// Starts a target that returns everything that it was sent.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let request = String::from_utf8_lossy(&read_all(&mut stream)).into_owned();
                let body = serde_json::json!({
                    "Code": "Echoed", "Message": request, "RequestId": "1",
                    "Response": {"Error": {"Code": "Echoed", "Message": request}, "RequestId": "1"},
                })
                .to_string();
                let first = request.lines().next().unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 400 Bad Request\r\nx-echo: {first}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            });
        }
    });
    url
}

#[test]
fn failing_run_writes_no_secrets() {
    const PLANTED: [(&str, &str); 4] = [
        ("PLANTED_ID", "LTAIplantedkeyid"),
        ("PLANTED_SECRET", "planted/secret+key=="),
        ("PLANTED_TOKEN", "planted+session/token=="),
        ("PLANTED_HEADER", "planted-header-value"),
    ];
    let credentials = "id = 'PLANTED_ID'\nsecret = 'PLANTED_SECRET'\ntoken = 'PLANTED_TOKEN'\n";
    for (signature, services) in [
        ("", "alibaba-cloud"),
        ("signature = 'rpc-hmac-sha1'", "alibaba-cloud"),
        ("", "tencent-cloud"),
        ("signature = 'hmac-sha256-get'", "tencent-cloud"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let config = format!(
            "[targets.echo]\nurl = '{}'\nheaders = {{X-Planted = {{env = 'PLANTED_HEADER'}}}}\n\
             [targets.echo.credentials.{services}]\n{credentials}{signature}\n",
            echo()
        );
        std::fs::write(at("targets.toml"), config).unwrap();
        let mut command = fineprint();
        command
            .args(["run", "Title", "Product", "auth", "--target", "echo", "--config"])
            .arg(at("targets.toml"));
        command.args([
            "--junit",
            &at("junit.xml"),
            "--json",
            &at("report.json"),
            "--events",
            &at("events.jsonl"),
        ]);
        command.args(["--reports", &at("reports"), "--update"]).envs(PLANTED).env("RUST_BACKTRACE", "1");
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let mut written = vec![("terminal".to_owned(), output.stdout), ("errors".to_owned(), output.stderr)];
        collect(folder.path(), &mut written);
        assert!(written.iter().any(|(name, _)| name.ends_with(".snap")), "snapshots were written");
        let mut bytes = 0;
        for (name, content) in written.iter().filter(|(name, _)| !name.ends_with("targets.toml")) {
            let text = String::from_utf8_lossy(content);
            bytes += text.len();
            for (_, secret) in PLANTED {
                let escaped: String =
                    percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC)
                        .to_string();
                assert!(!text.contains(secret) && !text.contains(&escaped), "{secret} is in {name}");
            }
            assert_eq!(a_signature(&text), None, "in {name}");
        }
        assert!(bytes > 100_000, "something was searched");
    }
}

/// Returns the text after `Signature=`, unless it is the beginning of the placeholder for a signature.
fn a_signature(text: &str) -> Option<&str> {
    let after = text.match_indices("Signature=").map(|(at, found)| &text[at + found.len()..]);
    // Up to three characters before a cut do not count as a signature.
    let is_cut = |rest: &&str| {
        let begin = rest.split_once('…').map(|(begin, _)| begin);
        begin.is_some_and(|begin| {
            let whole =
                begin.rsplit_once('%').filter(|(_, last)| last.len() < 2).map_or(begin, |(whole, _)| whole);
            percent_encoding::percent_decode_str(whole).decode_utf8_lossy().chars().count() < 4
        })
    };
    after
        .filter(|rest| !rest.starts_with(['$', '\n']) && !is_cut(rest))
        .map(|rest| rest.lines().next().unwrap_or_default())
        .next()
}

fn collect(folder: &Path, written: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, written),
            false => written.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
}
