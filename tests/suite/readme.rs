//! The README is correct: its report is what its commands print, and its examples match the files.

use std::fs;
use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::common::{Done, fineprint};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

#[test]
fn report_in_the_readme_is_real() {
    let theirs = crate::common::copy_of_specs();
    let specs = theirs.path().join("specs");
    let path = specs.join("alibaba-cloud/resource-directory-master/AddMessageContact.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("length: 2..12", "length: 2..13")).unwrap();
    let mut child = fineprint()
        .args(["serve", "--port", "0", "--specs"])
        .arg(&specs)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let server = Server(child);
    let url = url.trim();
    let arguments = [
        "run",
        "--url",
        url,
        "--seed",
        "7",
        "--target",
        "127.0.0.1-4010",
        "--no-snapshots",
        "AddMessageContact/Name/length",
    ];
    let run = Done::from(fineprint().args(arguments).output().unwrap());
    drop(server);
    assert_eq!(run.code, 1);
    let readme = readme();
    for line in run.stdout.replace(url, "http://127.0.0.1:4010").lines() {
        // Ids and times differ from run to run.
        let shown = line.split("\"RequestId\"").next().unwrap().split(" in 0.").next().unwrap();
        assert!(readme.contains(shown.trim_end()), "the README does not show: {line}");
    }
}

#[test]
fn case_example_is_valid() {
    let cases = "cases/alibaba-cloud/resource-directory-master/AddMessageContact.yaml";
    let cases = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(cases)).unwrap();
    let readme = readme();
    let example = readme
        .split("```yaml\n")
        .find(|part| part.starts_with("- id:"))
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert!(cases.contains(example), "{example}");
}

#[test]
fn spec_example_is_valid() {
    let readme = readme();
    let example = readme
        .split("```yaml\n")
        .find(|part| part.starts_with("operation:"))
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let service = folder.path().join("v/s");
    fs::create_dir_all(&service).unwrap();
    fs::write(service.join("service.yaml"), "service: s\nvendor: V\nversion: '1'\nprotocol: acs-rpc\nentities:\n  contact: {id: Id, made-by: AddMessageContact, removed-by: none}\n").unwrap();
    fs::write(
        service.join("AddMessageContact.yaml"),
        format!("{example}response: {{Id: {{type: string}}}}\n"),
    )
    .unwrap();
    let check = Done::from(fineprint().args(["check", "--specs"]).arg(folder.path()).output().unwrap());
    assert_ne!(check.code, 2, "{}", check.stderr);
}

#[test]
fn number_of_cases_is_correct() {
    let list = Done::from(fineprint().args(["run", "--list"]).output().unwrap());
    assert!(readme().contains(&format!("all {} cases", list.stdout.lines().count())));
}
