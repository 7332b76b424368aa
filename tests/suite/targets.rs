//! Targets that do not respond, or respond with nonsense: the right verdict within the timeout, and the other cases
//! continue.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Done, Run, fineprint};
use crate::vendor::Vendor;

/// Starts a target that handles each connection as given. It ends with the test process.
fn target(treat: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let treat = treat.clone();
            thread::spawn(move || treat(stream));
        }
    });
    url
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    while !request.contains("\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => request.push_str(&String::from_utf8_lossy(&buffer[..read])),
            _ => break,
        }
    }
    request
}

fn responding(response: &'static [u8]) -> String {
    target(move |mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(response);
    })
}

fn run(url: &str) -> Done {
    Run::against(url).filter("AddMessageContact/Title/").arguments(&["--timeout", "0.5", "--jobs", "4"]).go()
}

fn assert_verdicts(run: &Done, verdict: &str) {
    let others: Vec<_> = run.verdicts().into_iter().filter(|(_, result)| result != verdict).collect();
    assert!(others.is_empty(), "{others:?}\n{}", run.stdout);
}

#[test]
fn connection_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = run(&url);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("the target refused the connection"), "{}", run.stdout);
    assert!(!run.stdout.contains("FAIL"), "{}", run.stdout);
}

#[test]
fn run_stops_after_repeated_timeouts() {
    let url = target(|mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(60));
    });
    let begun = Instant::now();
    let run = Run::against(&url).arguments(&["--timeout", "0.5", "--jobs", "4"]).go();
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "445 cases, and a handful of time-outs: {:?}",
        begun.elapsed()
    );
    assert!(run.stdout.contains("no response within 500 ms"), "{}", run.stdout);
    assert!(run.stdout.contains("the target does not respond"), "{}", run.stdout);
}

#[test]
fn hanging_case_does_not_block_other_cases() {
    let url = target(|mut stream| {
        let request = read_request(&mut stream);
        if request.contains("Title=Nonesuch") {
            thread::sleep(Duration::from_secs(60));
        }
        let body = r#"{"Code":"InvalidParameter.Title","Message":"The Title is invalid.","RequestId":"1"}"#;
        let _ = write!(
            stream,
            "HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
    });
    let run =
        Run::against(&url).filter("AddMessageContact/Title/values/").arguments(&["--timeout", "1"]).go();
    let verdict = |id: &str| run.verdicts().into_iter().find(|(name, _)| name.ends_with(id)).unwrap().1;
    assert_eq!(verdict("/unknown"), "error");
    assert_eq!(verdict("/CEO-prefix"), "unproven", "valid calls are refused as well");
    assert_eq!(verdict("/CEO"), "unproven");
    assert_eq!(run.code, 3, "no promise is broken, and none is shown to hold");
}

#[test]
fn html_response_is_a_broken_promise() {
    let run = run(&responding(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>"));
    assert_eq!(run.code, 1);
    assert_verdicts(&run, "fail");
    assert!(run.stdout.contains("the body is not JSON"), "{}", run.stdout);
    assert!(run.stdout.contains("<html></html>"), "{}", run.stdout);
}

#[test]
fn connection_closed_early_is_no_response() {
    for response in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\nconnection: close\r\n\r\n{\"RequestId\":",
    ] {
        let run = run(&responding(response));
        assert_eq!(run.code, 3, "{response:?}: {}", run.stdout);
        assert_verdicts(&run, "error");
        assert!(run.stdout.contains("closed the connection"), "{response:?}: {}", run.stdout);
    }
}

#[test]
fn response_that_is_not_http_is_no_response() {
    let run = run(&responding(b"SSH-2.0-OpenSSH_9.2\r\n"));
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert_verdicts(&run, "error");
}

#[test]
fn endless_response_is_limited() {
    let url = target(|mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    });
    let run = Run::against(&url).filter("AddMessageContact/Title/").arguments(&["--timeout", "20"]).go();
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("the response has more than 262144 bytes"), "{}", run.stdout);
}

#[test]
fn redirect_is_not_followed() {
    let vendor = Vendor::start(&[]);
    let elsewhere = vendor.url.clone();
    let url = target(move |mut stream| {
        read_request(&mut stream);
        let _ = write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: {elsewhere}/\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
        );
    });
    let run = run(&url);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("a redirect"), "{}", run.stdout);
    assert_eq!(vendor.contacts(), 0);
}

#[test]
fn malformed_json() {
    let deep: &'static [u8] = Box::leak(
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\nconnection: close\r\n\r\n{}",
            "[".repeat(100_000)
        )
        .into_bytes()
        .into_boxed_slice(),
    );
    for response in [
        deep,
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n\xff\xfe",
        b"HTTP/1.1 200 OK\r\ncontent-length: 33\r\nconnection: close\r\n\r\n{\"RequestId\":\"1\",\"RequestId\":\"2\"}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ] {
        let run = run(&responding(response));
        assert_eq!(run.code, 1, "{}", run.stdout);
        assert_verdicts(&run, "fail");
    }
}

#[test]
fn full_quota_is_a_circumstance_not_a_broken_promise() {
    let body = r#"{"Code":"LimitExceeded.Contacts","Message":"The maximum number of contacts in a resource directory exceeds the limit.","RequestId":"1"}"#;
    let response = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let run = run(&responding(Box::leak(response.into_bytes().into_boxed_slice())));
    let blocked = run.verdicts().iter().filter(|(_, verdict)| verdict == "blocked").count();
    assert!(blocked > 0);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("LimitExceeded.Contacts (quota)"), "{}", run.stdout);
}

#[test]
fn leftovers_are_listed() {
    let url = target(|mut stream| {
        let request = read_request(&mut stream);
        let (status, body) = match request.contains("x-acs-action: DeleteMessageContact") {
            true => ("403 Forbidden", r#"{"Code":"NoPermission","Message":"No.","RequestId":"2"}"#),
            false => ("200 OK", r#"{"RequestId":"1","Contact":{"ContactId":"c-77","CreateDate":"x"}}"#),
        };
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
    });
    let run = Run::against(&url).filter("AddMessageContact/call/all").go();
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(
        run.stdout.contains(
            "leftover on the target: contact c-77 (DeleteMessageContact was rejected with NoPermission)"
        ),
        "{}",
        run.stdout
    );
}

#[cfg(unix)]
#[test]
fn interrupt_removes_entities_and_keeps_results() {
    let vendor = Vendor::start(&["slow"]);
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut child = fineprint()
        .args(["run", "--no-snapshots", "--jobs", "2", "--url", &vendor.url, "--json"])
        .arg(&report)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while vendor.contacts() == 0 && begun.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(2));
    }
    let interrupted =
        std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{stdout}");
    assert_eq!(vendor.contacts(), 0, "nothing is left behind");
    assert!(stdout.contains("stopped early: interrupted"), "{stdout}");
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["result"]["stopped"], "interrupted");
    assert_eq!(report["cases"].as_array().unwrap().len(), 876);
}

/// Sends a response with a JSON body.
fn respond(stream: &mut TcpStream, status: &str, body: &str) {
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}

const MADE: &str = r#"{"RequestId":"1","Contact":{"ContactId":"c-77","CreateDate":"x"}}"#;

#[test]
fn error_in_the_body_of_a_successful_removal_is_a_leftover() {
    let url =
        target(|mut stream| match read_request(&mut stream).contains("x-acs-action: DeleteMessageContact") {
            true => {
                respond(&mut stream, "200 OK", r#"{"Code":"NoPermission","Message":"No.","RequestId":"2"}"#)
            }
            false => respond(&mut stream, "200 OK", MADE),
        });
    let run = Run::against(&url).filter("AddMessageContact/call/all").go();
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("leftover on the target: contact c-77"), "{}", run.stdout);
}

#[test]
fn possible_entities_of_unanswered_calls_are_listed() {
    let url = target(|mut stream| {
        let request = read_request(&mut stream);
        match (request.contains("Title=CEO"), request.contains("DeleteMessageContact")) {
            (true, false) => {}
            (_, true) => respond(&mut stream, "200 OK", r#"{"RequestId":"2","Status":"Deleted"}"#),
            _ => respond(&mut stream, "200 OK", MADE),
        }
    });
    let run = Run::against(&url).filter("AddMessageContact/Title/values/").arguments(&["--jobs", "1"]).go();
    assert!(
        run.stdout.contains("it may have been created: the target closed the connection"),
        "{}",
        run.stdout
    );
}

#[test]
fn response_that_is_not_utf8_is_reported() {
    let body = b"HTTP/1.1 400 Bad\r\ncontent-length: 47\r\nconnection: close\r\n\r\n{\"Code\":\"C\",\"Message\":\"\xff\xfe\",\"RequestId\":\"12345\"}";
    let run = run(&responding(body));
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("the body is not UTF-8"), "{}", run.stdout);
}
