//! Running the command as a user does, and reading what it prints.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Returns the command, isolated from the environment variables that would change its output.
pub fn fineprint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fineprint"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .env_remove("TERM");
    command
}

/// The result of a command.
pub struct Done {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    json: Option<serde_json::Value>,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            json: None,
        }
    }
}

impl Done {
    /// Returns the block of a case. If the name ends in a slash, returns the first block of a case below it.
    pub fn block(&self, case: &str) -> Option<String> {
        let is_it =
            |id: &str| id == case || (case.ends_with('/') && id.starts_with(case) && !id.contains(' '));
        // A failure begins with its fault and names its case below. Other blocks begin with their case.
        let names_it = |line: &&str| {
            let id = line.strip_prefix("  case ").or_else(|| Some(line.split_once(' ')?.1));
            id.is_some_and(|id| is_it(id.trim()))
        };
        let mut blocks: Vec<Vec<&str>> = Vec::new();
        for line in self.stdout.lines() {
            match blocks.last_mut() {
                Some(block) if line.starts_with(' ') || line.is_empty() => block.push(line),
                _ => blocks.push(vec![line]),
            }
        }
        let block = blocks.into_iter().find(|block| block.iter().take(2).any(names_it))?;
        Some(block.join("\n"))
    }

    /// Returns every case with its verdict, in the order of the plan.
    pub fn verdicts(&self) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let cases = self.json.as_ref().unwrap()["cases"].as_array().unwrap();
        cases.iter().map(|case| (text(&case["id"]), text(&case["verdict"]))).collect()
    }
}

/// A folder in which a test may write and run commands.
pub struct Project(pub tempfile::TempDir);

impl Project {
    /// Creates a folder with the shipped specs.
    pub fn shipped() -> Self {
        Self(copy_of_specs())
    }

    /// Creates an empty folder.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Returns a path in the folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Runs a command in the folder.
    pub fn done(&self, arguments: &[&str]) -> Done {
        Done::from(fineprint().current_dir(self.0.path()).args(arguments).output().unwrap())
    }
}

/// A run of all cases against a target.
pub struct Run {
    command: Command,
    folder: tempfile::TempDir,
}

impl Run {
    /// Prepares a run against a target, without snapshots.
    pub fn against(url: &str) -> Self {
        let mut command = fineprint();
        let folder = tempfile::tempdir().unwrap();
        command
            .args(["run", "--no-snapshots", "--verbose", "--alone", "--url", url, "--json"])
            .arg(folder.path().join("report.json"))
            .arg("--reports")
            .arg(folder.path().join("reports"));
        Self { command, folder }
    }

    /// Adds arguments.
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Selects certain cases only.
    pub fn filter(self, filter: &str) -> Self {
        self.arguments(&[filter])
    }

    /// Sets the seed.
    pub fn seed(self, seed: u64) -> Self {
        self.arguments(&["--seed", &seed.to_string()])
    }

    /// Runs it.
    pub fn go(mut self) -> Done {
        let mut done = Done::from(self.command.output().unwrap());
        let report = std::fs::read_to_string(self.folder.path().join("report.json")).ok();
        done.json = report.map(|text| serde_json::from_str(&text).unwrap());
        done
    }
}

/// A curl line, split by the shell's rules for single quotes.
pub struct Shell(Vec<String>);

impl Shell {
    /// Splits a line.
    pub fn parse(line: &str) -> Self {
        let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                '\'' => (quoted, any) = (!quoted, true),
                '\\' if !quoted => word.extend(characters.next()),
                ' ' if !quoted => {
                    if any || !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    any = false;
                }
                other => word.push(other),
            }
        }
        words.push(word);
        Self(words)
    }

    /// Sends what curl would send, and reads the response.
    pub fn send(&self, url: &str) -> String {
        let after = |flag: &str| -> Vec<&String> {
            self.0.windows(2).filter(|pair| pair[0] == flag).map(|pair| &pair[1]).collect()
        };
        let address = self.0.iter().find(|word| word.starts_with("http://")).unwrap();
        let path = address.strip_prefix(url).unwrap();
        let body = after("--data-raw").first().map_or("", |body| body.as_str());
        let host = url.strip_prefix("http://").unwrap();
        let mut request =
            format!("{} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", after("-X")[0]);
        for header in after("-H").into_iter().filter(|header| !header.starts_with("content-length")) {
            request.push_str(&format!("{header}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

/// Returns a copy of the shipped specs that a test may change.
pub fn copy_of_specs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs"), &folder.path().join("specs"));
    folder
}

fn copy(from: &Path, to: &PathBuf) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
}

/// A request that a hand-written service reads: its head, and its body.
pub struct ReceivedRequest {
    /// The request line and the headers.
    pub head: String,
    /// The body, as long as `content-length` says.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// Reads a whole request; `None` if the connection ends before.
    pub fn read(stream: &mut TcpStream) -> Option<Self> {
        let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let Ok(read @ 1..) = stream.read(&mut buffer) else { return None };
            request.extend_from_slice(&buffer[..read]);
            let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&request[..end]).into_owned();
            let length = head
                .to_lowercase()
                .split("content-length: ")
                .nth(1)
                .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
            if request.len() >= end + 4 + length {
                return Some(Self { head, body: request[end + 4..].to_vec() });
            }
        }
    }

    /// Returns the body as JSON; null if it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }
}

/// Responds to a request, and lets the connection end.
pub fn respond(stream: &mut TcpStream, status: u16, body: &str) {
    let length = body.len();
    let _ =
        write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
}
