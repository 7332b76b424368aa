//! The book is correct: its files are specs, and its commands print what it shows.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::Done;

/// A fenced block: the paragraph before it, its language, its lines.
struct Block {
    before: String,
    language: String,
    text: String,
}

fn blocks(chapter: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src").join(chapter);
    let text = fs::read_to_string(path).unwrap();
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("```") {
            Some(language) => {
                let inner: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                let text = format!("{}\n", inner.join("\n"));
                blocks.push(Block {
                    before: std::mem::take(&mut before),
                    language: language.to_owned(),
                    text,
                });
            }
            None if line.is_empty() => {}
            None => before = line.to_owned(),
        }
    }
    blocks
}

/// Processes of a chapter that run until its end.
#[derive(Default)]
struct Background(Vec<Child>);

impl Drop for Background {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn chapters_work_when_followed() {
    for chapter in ["first-run.md", "write-a-spec.md", "compatibility.md"] {
        follow(chapter);
    }
}

/// Follows a chapter as a reader would: writes its files, types its commands, and compares what is printed.
fn follow(chapter: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut background = Background::default();
    let mut environment: Vec<(String, String)> = Vec::new();
    // The port in the chapter may be in use here.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    for block in blocks(chapter) {
        let file = block.before.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:"));
        if let Some(file) = file {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, block.text.replace("4010", &port)).unwrap();
            continue;
        }
        if block.language != "console" {
            continue;
        }
        let mut printed = String::new();
        for line in block.text.lines() {
            let Some(command) = line.strip_prefix("$ ") else {
                let shown = line.trim_end();
                assert!(printed.contains(shown), "{chapter}: not printed: {shown}\n{printed}");
                continue;
            };
            if command == "kill %1" {
                let child = &mut background.0[0];
                child.kill().unwrap();
                child.wait().unwrap();
                continue;
            }
            if let Some(assignment) = command.strip_prefix("export ") {
                let (name, value) = assignment.split_once('=').unwrap();
                environment.push((name.to_owned(), value.to_owned()));
                continue;
            }
            let binary = env!("CARGO_BIN_EXE_fineprint");
            let command =
                format!("{command} ").replace("fineprint ", &format!("{binary} ")).replace("4010", &port);
            let command = command.trim_end();
            let (command, stays) = match command.strip_suffix(" &") {
                Some(command) => (format!("exec {command} --port {port}"), true),
                None => (command.to_owned(), false),
            };
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(&command).current_dir(folder.path()).env_remove("CI");
            shell.envs(environment.iter().map(|(name, value)| (name, value)));
            if stays {
                use std::io::BufRead as _;
                let mut child = shell.stdout(Stdio::piped()).spawn().unwrap();
                let mut first = String::new();
                std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
                background.0.push(child);
                continue;
            }
            let done = Done::from(shell.output().unwrap());
            printed = format!("{}{}", done.stdout, done.stderr);
        }
    }
    assert_eq!(background.0.len(), 1, "{chapter} was followed to its end");
}

/// Every key in the chapter is valid, and its sample is a complete file.
#[test]
fn targets_sample_is_a_valid_file() {
    let sample = blocks("targets.md").into_iter().find(|block| block.language == "toml").unwrap().text;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("fineprint.toml");
    fs::write(
        &config,
        sample.replace("proxy = \"http://proxy.example:3128\"", "proxy = \"http://127.0.0.1:9\""),
    )
    .unwrap();
    let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(folder.path().join("ca.pem"), certificate.cert.pem()).unwrap();
    let identity = format!("{}{}", certificate.cert.pem(), certificate.signing_key.serialize_pem());
    fs::write(folder.path().join("client.pem"), identity).unwrap();
    let mut command = crate::common::fineprint();
    command
        .args(["run", "AddUserContact/Name/length", "--target", "vendor", "--dry-run", "--config"])
        .arg(&config);
    for name in
        ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"]
    {
        command.env(name, "value");
    }
    let done = Done::from(command.output().unwrap());
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("'https://dbbrain.tencentcloudapi.com/'"), "{}", done.stdout);
    assert!(done.stderr.contains("s at 20/s"), "{}", done.stderr);
}

/// Every command line in the book and the README uses only options that exist.
#[test]
fn every_command_in_the_book_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapters = fs::read_dir(root.join("docs/src")).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for path in chapters.chain([root.join("README.md"), root.join("CONTRIBUTING.md")]) {
        for line in commands(&fs::read_to_string(&path).unwrap()) {
            let words = line.split_whitespace().map(|word| word.trim_matches(['\'', '"']));
            // With --help at the end, an unknown option is still an error, and nothing is run.
            let done = Done::from(crate::common::fineprint().args(words).arg("--help").output().unwrap());
            assert_eq!(done.code, 0, "{}: fineprint {line}\n{}", path.display(), done.stderr);
            count += 1;
        }
    }
    assert!(count > 60, "{count}");
}

/// Returns the arguments of each command in code: lines of blocks, and spans that begin with the command.
fn commands(text: &str) -> Vec<String> {
    let stands_for = [
        ("$CI_NODE_INDEX/$CI_NODE_TOTAL", "1/4"),
        ("K/N", "1/4"),
        ("ENTITY=N", "contact=1"),
        ("N/s", "1/s"),
        (" SHELL", " bash"),
    ];
    let text = stands_for
        .iter()
        .fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value));
    let mut found = Vec::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
            continue;
        }
        let code: Vec<&str> = match is_block || line.starts_with("    ") {
            true => vec![line.trim().trim_start_matches("$ ").trim_start_matches("- ")],
            false => line.split('`').skip(1).step_by(2).collect(),
        };
        for code in code {
            let Some(arguments) = code.strip_prefix("fineprint ") else { continue };
            // Text after a comment, a pipe, another command or an ellipsis is not an argument.
            let arguments = arguments.split(['#', '|', ';', '>', '&', '…', '[']).next().unwrap_or_default();
            if arguments.chars().next().is_some_and(|first| first.is_ascii_lowercase() || first == '-') {
                found.push(arguments.replace("\\", "").trim().to_owned());
            }
        }
    }
    found
}

#[test]
fn every_link_leads_to_a_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapters = fs::read_dir(root.join("docs/src")).unwrap().map(|entry| entry.unwrap().path());
    let others = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "examples/contact-service/README.md"];
    let mut listed = Vec::new();
    for path in chapters.chain(others.map(|name| root.join(name))) {
        for link in fs::read_to_string(&path).unwrap().split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap_or_default();
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let target = path.parent().unwrap().join(link);
            assert!(target.exists(), "{}: {link}", path.display());
            if path.ends_with("SUMMARY.md") {
                listed.push(link.to_owned());
            }
        }
    }
    for entry in fs::read_dir(root.join("docs/src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "SUMMARY.md" || listed.contains(&name), "{name} is in no table of contents");
    }
}
