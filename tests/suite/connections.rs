//! Targets that close connections that were kept open: every case still has its verdict, and nothing is left behind.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::Run;
use fineprint::project;
use fineprint::server::Server;

/// How a gateway in front of the service treats a connection after its first response.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Habit {
    /// The connection stays open.
    Keeps,
    /// The connection is closed immediately.
    ClosesAtOnce,
    /// The connection is closed after it was idle for a while.
    ClosesWhenIdle,
    /// The next request is read, and the connection is closed. The service never sees the request.
    ReadsAndCloses,
    /// The service carries out the next request, and the connection is closed before its response.
    DoesAndCloses,
    /// The next request is read, and no response follows.
    FallsSilent,
}

/// Reads an HTTP message with its body; `None` if the connection ends before.
fn message(from: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut length = 0;
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).ok().filter(|read| *read > 0)?;
        text.extend_from_slice(&line);
        let line = String::from_utf8_lossy(&line).to_lowercase();
        if let Some(said) = line.strip_prefix("content-length:") {
            length = said.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    text.extend_from_slice(&body);
    Some(text)
}

/// Returns the response of the service to a request.
fn ask(service: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(service).unwrap();
    stream.write_all(request).unwrap();
    message(&mut BufReader::new(stream)).unwrap()
}

fn treat(client: TcpStream, service: &str, habit: Habit) {
    let mut from = BufReader::new(client.try_clone().unwrap());
    let mut to = client.try_clone().unwrap();
    for number in 0.. {
        if habit == Habit::ClosesWhenIdle && number > 0 {
            client.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        }
        let Some(request) = message(&mut from) else { break };
        match habit {
            Habit::ReadsAndCloses if number > 0 => break,
            Habit::DoesAndCloses if number > 0 => {
                ask(service, &request);
                break;
            }
            Habit::FallsSilent if number > 0 => return thread::sleep(Duration::from_secs(60)),
            _ => {}
        }
        if to.write_all(&ask(service, &request)).is_err() || habit == Habit::ClosesAtOnce {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}

/// Starts such a gateway. Returns its address, and the number of connections it has seen.
fn gateway(service: &str, habit: Habit) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (service, seen) = (service.to_owned(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&seen);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            let service = service.clone();
            thread::spawn(move || treat(client, &service, habit));
        }
    });
    (url, seen)
}

#[test]
fn every_case_gets_a_verdict_behind_any_gateway() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let specs = Arc::new(project::specs(&root.join("specs")).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let all = [
        Habit::Keeps,
        Habit::ClosesAtOnce,
        Habit::ClosesWhenIdle,
        Habit::ReadsAndCloses,
        Habit::DoesAndCloses,
        Habit::FallsSilent,
    ];
    for habit in all {
        let server = runtime.block_on(Server::start(Arc::clone(&specs), 0)).unwrap();
        let service = server.url().strip_prefix("http://").unwrap().to_owned();
        let (url, connections) = gateway(&service, habit);
        let run =
            Run::against(&url).filter("MessageContact").arguments(&["--timeout", "2", "--jobs", "4"]).go();
        assert_eq!(run.code, 0, "{habit:?}: {}{}", run.stdout, run.stderr);
        let others: Vec<_> = run.verdicts().into_iter().filter(|(_, verdict)| verdict != "pass").collect();
        assert!(others.is_empty(), "{habit:?}: {others:?}");
        let seen = connections.load(Ordering::Relaxed);
        match habit {
            // Four cases run in parallel, and some of them have several concurrent calls.
            Habit::Keeps => assert!(seen < 60, "{seen} connections"),
            // How often a connection is idle for that long depends on the machine.
            Habit::ClosesWhenIdle => {}
            _ => assert!(seen > 100, "{habit:?}: {seen}"),
        }
    }
}
