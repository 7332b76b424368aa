//! Targets that break or attack: each gets a verdict that names the problem, in bounded time and memory, and the run
//! continues.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Done, Run, fineprint};
use crate::tls::{Flaw, Gateway};
use crate::vendor::Vendor;

/// Starts a target that handles each connection as given, after it has read the head of the request. It ends with the
/// test process.
fn target(treat: impl Fn(&mut TcpStream) + Send + Sync + Clone + 'static) -> String {
    target_at("127.0.0.1:0", treat).unwrap()
}

fn target_at(
    address: &str,
    treat: impl Fn(&mut TcpStream) + Send + Sync + Clone + 'static,
) -> std::io::Result<String> {
    let listener = TcpListener::bind(address)?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let treat = treat.clone();
            thread::spawn(move || {
                read_head(&mut stream);
                treat(&mut stream);
            });
        }
    });
    Ok(url)
}

fn read_head(stream: &mut TcpStream) {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
}

/// Starts a target that returns these bytes and closes the connection.
fn sending(response: impl Into<Vec<u8>>) -> String {
    let response = response.into();
    target(move |stream| {
        let _ = stream.write_all(&response);
    })
}

/// Returns a response with this JSON body.
fn json(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// Cases that test and expect many different things.
const CASES: &str = "AddMessageContact/Title/values/CEO";

/// Runs a handful of cases.
fn run(url: &str) -> Done {
    let begun = Instant::now();
    let run = Run::against(url).filter(CASES).arguments(&["--timeout", "1", "--jobs", "8"]).go();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    run
}

/// Checks that every case has this verdict, and that the words say why.
fn expect(what: &str, url: &str, verdict: &str, words: &str) {
    let run = run(url);
    let verdicts = run.verdicts();
    assert!(verdicts.len() >= 4, "{what}: {}", run.stdout);
    let others: Vec<_> = verdicts.iter().filter(|(_, result)| result != verdict).collect();
    assert!(others.is_empty(), "{what}: {others:?}\n{}", run.stdout);
    assert!(run.stdout.contains(words), "{what}: no {words:?} in\n{}", run.stdout);
    assert_eq!(run.code, if verdict == "fail" { 1 } else { 3 }, "{what}");
}

#[test]
fn connections_that_are_never_established() {
    expect("unreachable", "http://no-such-host.invalid", "error", "failed to reach the target");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Once its queue is full, the system accepts no further connection.
    let queue = fill(address);
    expect("slow to connect", &format!("http://{address}"), "error", "no response within 1000 ms");
    drop((queue, listener));
}

fn fill(address: SocketAddr) -> Vec<TcpStream> {
    let mut queue = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queue.push(stream);
        if queue.len() > 10_000 {
            break;
        }
    }
    queue
}

#[test]
fn responses_that_are_too_slow() {
    let silent = target(|_| thread::sleep(Duration::from_secs(60)));
    expect("slow to answer", &silent, "error", "no response within 1000 ms");
    let dripping = target(|stream| {
        for byte in json("200 OK", "{}").bytes() {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_secs(1));
        }
    });
    expect("one byte a second", &dripping, "error", "no response within 1000 ms");
}

#[test]
fn connections_that_end_too_early() {
    let closed = "the target closed the connection";
    expect("before the headers", &sending(""), "error", closed);
    expect("within the headers", &sending("HTTP/1.1 200 OK\r\ncontent-le"), "error", closed);
    expect("after the headers", &sending("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"), "error", closed);
    expect("within the body", &sending("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"), "error", closed);
    // Because not all that was sent is read, the system resets the connection instead of closing it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1]);
        }
    });
    expect("a reset", &url, "error", closed);
}

#[test]
fn oversized_bodies() {
    let endless = target(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        while stream.write_all(&[b' '; 65_536]).is_ok() {}
    });
    expect("an endless body", &endless, "error", "the response has more than 262144 bytes");
    let huge = target(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n");
        while stream.write_all(&[b' '; 65_536]).is_ok() {}
    });
    expect("a gigabyte", &huge, "error", "the response has more than 262144 bytes");
    // A compressed megabyte of zeros in a small response: it is read as received, and is not JSON.
    let bomb =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 17\r\nconnection: close\r\n\r\n\
                 \x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xed\xc1\x01\x0d\x00\x00\x00";
    expect("a gzip bomb", &sending(bomb.to_vec()), "fail", "the body is compressed (gzip)");
    let more = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{\"RequestId\": \"1\"}";
    expect("more than content-length says", &sending(more), "fail", "the body is not JSON");
    let garbage = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n";
    expect("chunks of garbage", &sending(garbage), "error", "not valid HTTP");
    let both = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}";
    expect("two lengths", &sending(both), "error", "not valid HTTP");
}

#[test]
fn malformed_json() {
    let invalid = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n\xff\xfe";
    expect("invalid UTF-8", &sending(invalid.to_vec()), "fail", "the body is not UTF-8");
    let deep = "[".repeat(100_000);
    expect("100,000 levels", &sending(json("200 OK", &deep)), "fail", "the body is not JSON");
    let twice = r#"{"RequestId":"1","RequestId":"2"}"#;
    expect("a repeated member", &sending(json("200 OK", twice)), "fail", "duplicate member");
    let large =
        r#"{"RequestId":99999999999999999999999999,"Contact":{"ContactId":1e999,"CreateDate":-1e400}}"#;
    expect("numbers beyond i64 and f64", &sending(json("200 OK", large)), "fail", "RequestId");
    let nul = "{\"RequestId\":\"\u{0}\"}";
    expect("NUL", &sending(json("200 OK", nul)), "fail", "the body is not JSON");
    let many = format!("[{}1]", "1,".repeat(130_000));
    expect("more numbers than anybody reads", &sending(json("200 OK", &many)), "fail", "");
}

#[test]
fn unusual_statuses_and_http_versions() {
    let made = r#"{"RequestId":"1","Contact":{"ContactId":"c-1","CreateDate":"x"}}"#;
    let with =
        |head: &str| format!("{head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{made}", made.len());
    let interim = format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n{}",
        with("HTTP/1.1 403 Forbidden")
    );
    expect("1xx before the answer", &sending(interim), "fail", "403");
    let flood =
        format!("{}{}", "HTTP/1.1 100 Continue\r\n\r\n".repeat(50_000), with("HTTP/1.1 403 Forbidden"));
    let run = run(&sending(flood));
    assert!(
        run.verdicts().iter().all(|(_, verdict)| verdict == "fail" || verdict == "error"),
        "{}",
        run.stdout
    );
    expect("204 with a body", &sending(with("HTTP/1.1 204 No Content")), "fail", "the body is empty");
    expect("HTTP/1.0", &sending(with("HTTP/1.0 403 Forbidden")), "fail", "403");
    expect(
        "HTTP/2",
        &sending("\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
        "error",
        "not valid HTTP",
    );
    expect("HTTP/2 in words", &sending(with("HTTP/2 200 OK")), "error", "not valid HTTP");
    expect("no HTTP", &sending("SSH-2.0-OpenSSH_9.2\r\n"), "error", "");
    expect("status 999", &sending(with("HTTP/1.1 999 Odd")), "fail", "below 500");
    expect("status 99", &sending(with("HTTP/1.1 99 Odd")), "error", "not valid HTTP");
}

#[test]
fn oversized_headers() {
    let body = r#"{"Code":"Odd","Message":"m","RequestId":"1"}"#;
    let many: String = (0..10_000).map(|number| format!("x-{number}: a\r\n")).collect();
    let response = format!("HTTP/1.1 400 Bad\r\n{many}content-length: {}\r\n\r\n{body}", body.len());
    expect("ten thousand headers", &sending(response), "error", "");
    let long = "a".repeat(10_000_000);
    let response =
        format!("HTTP/1.1 400 Bad\r\nx-long: {long}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    expect("a header of ten megabytes", &sending(response), "error", "");
    let endless = target(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(&b"x-more: a\r\n".repeat(1000)).is_ok() {}
    });
    expect("headers without end", &endless, "error", "");
}

#[test]
fn redirects_are_not_followed_and_credentials_are_not_sent_elsewhere() {
    let elsewhere = Vendor::start(&[]);
    let to_itself = target(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
    expect("a loop of redirects", &to_itself, "fail", "a redirect");
    let location = elsewhere.url.clone();
    let away = target(move |stream| {
        let _ = write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: {location}/\r\nrefresh: 0; url={location}\r\nalt-svc: http/1.1=\"{location}\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
    });
    expect("a redirect to another host", &away, "fail", "a redirect");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("fineprint.toml");
    let credentials = "credentials.alibaba-cloud = {id = 'TEST_ID', secret = 'TEST_SECRET'}";
    std::fs::write(&config, format!("[targets.away]\nurl = '{away}'\n{credentials}\n")).unwrap();
    let mut command = fineprint();
    command
        .args(["run", "AddMessageContact/Title/", "--target", "away", "--no-snapshots", "--config"])
        .arg(&config);
    command.arg("--reports").arg(folder.path()).env("TEST_ID", "an-id").env("TEST_SECRET", "a-secret");
    let done = Done::from(command.output().unwrap());
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert_eq!(elsewhere.calls(), 0, "nothing was sent to the other host");
}

#[test]
fn ipv6_addresses() {
    let body = r#"{"Code":"InvalidParameter.Title","Message":"The Title is invalid.","RequestId":"1"}"#;
    let response = json("400 Bad Request", body);
    let Ok(url) = target_at("[::1]:0", move |stream| {
        let _ = stream.write_all(response.as_bytes());
    }) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: this machine has no IPv6");
        return;
    };
    let run = run(&url);
    assert!(run.verdicts().iter().any(|(_, verdict)| verdict == "pass"), "{}", run.stdout);
}

#[cfg(feature = "tls")]
#[test]
fn untrusted_certificates() {
    let vendor = Vendor::start(&[]);
    let words = "the TLS handshake failed";
    for flaw in [Flaw::OtherName, Flaw::Expired] {
        let gateway = Gateway::before(&vendor.url, usize::MAX, flaw);
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("fineprint.toml");
        let text =
            format!("[targets.tls]\nurl = '{}'\nca-file = '{}'\n", gateway.url, gateway.ca_file().display());
        std::fs::write(&config, text).unwrap();
        let mut command = fineprint();
        command
            .args(["run", "AddMessageContact/Title/", "--target", "tls", "--no-snapshots", "--config"])
            .arg(&config);
        let done = Done::from(command.arg("--reports").arg(folder.path()).output().unwrap());
        assert_eq!(done.code, 3, "{flaw:?}: {}", done.stdout);
        assert!(done.stdout.contains(words), "{flaw:?}: {}", done.stdout);
    }
    let untrusted = Gateway::before(&vendor.url, usize::MAX, Flaw::None);
    expect("a certificate of nobody", &untrusted.url, "error", words);
    let plain = vendor.url.replace("http://", "https://");
    expect("no TLS at all", &plain, "error", words);
    assert_eq!(vendor.calls(), 0, "nothing was sent to any of them");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_bounded_for_any_response() {
    let nearly = 262_000;
    let text = format!(r#"{{"Code":"Odd","Message":"{}","RequestId":"1"}}"#, "m".repeat(nearly - 100));
    let numbers = format!("{{\"Odd\":[{}1]}}", "1,".repeat((nearly - 100) / 2));
    let quotes =
        format!(r#"{{"Code":"Odd","Message":"{}","RequestId":"1"}}"#, "\\u0001".repeat((nearly - 100) / 6));
    let endless = target(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        while stream.write_all(&[b' '; 65_536]).is_ok() {}
    });
    let targets = [
        ("a long text, in every case", "standard", sending(json("400 Bad", &text))),
        ("many numbers", "smoke", sending(json("200 OK", &numbers))),
        ("what is long when escaped", "smoke", sending(json("400 Bad", &quotes))),
        ("an endless body", "smoke", endless),
    ];
    for (what, depth, url) in targets {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut command = fineprint();
        command.args(["run", "--url", &url, "--depth", depth]).arg("--reports").arg(at("reports"));
        command
            .arg("--junit")
            .arg(at("a.xml"))
            .arg("--json")
            .arg(at("a.json"))
            .arg("--events")
            .arg(at("a.jsonl"));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(peak_of(child.id()).unwrap_or(0));
            thread::sleep(Duration::from_millis(5));
        }
        assert!(peak > 1_000, "the memory was measured");
        assert!(peak < 100_000, "{what}: {peak} kB");
    }
}

/// Returns the peak memory of a process, in kilobytes.
#[cfg(target_os = "linux")]
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
