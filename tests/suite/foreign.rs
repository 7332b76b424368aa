//! Entities that no operation of the specs creates: the target's configuration names them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::common::Project;
use fineprint::project;
use fineprint::server::Server;

fn project() -> Project {
    let project = Project::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/services/me/projects");
    let to = project.path("specs/me/projects");
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
    project
}

/// A server made from the specs. It has the project 4711 and the plan `basic`, and nothing else.
fn with_server(test: impl FnOnce(&Project, &str)) {
    let project = project();
    let specs = Arc::new(project::specs(&project.path("specs")).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(specs, 0)).unwrap();
    test(&project, &server.url());
}

#[test]
fn without_known_ids_nothing_is_claimed() {
    with_server(|project, url| {
        let run = project.done(&["run", "--no-snapshots", "--url", url]);
        assert!(run.stdout.contains("0 passed"), "{}", run.stdout);
        assert!(run.stdout.contains("no id of a project is known: add --known project=ID"), "{}", run.stdout);
        assert!(!run.stdout.contains("FAIL"), "{}", run.stdout);
    });
}

#[test]
fn known_ids_are_sent_but_what_they_name_is_not_changed() {
    with_server(|project, url| {
        let known = ["--known", "project=4711", "--known", "plan=basic"];
        let run = project.done(&[&["run", "--no-snapshots", "--url", url], known.as_slice()].concat());
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("TagProject could change what project names"), "{}", run.stdout);
        let summary = run.stdout.lines().last().unwrap();
        // All cases of TagProject, and no others.
        assert!(summary.contains("passed, 42 not tested"), "{summary}");
        // The same, from the target's table.
        let config = format!(
            "[targets.own]\nurl = \"{url}\"\nalone = true\nknown = {{ project = [4711], plan = [\"basic\"] }}\n"
        );
        fs::write(project.path("fineprint.toml"), config).unwrap();
        let run = project.done(&["run", "--no-snapshots", "--target", "own"]);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("not tested in"), "{}", run.stdout);
    });
}

#[test]
fn misspelt_entities_are_rejected() {
    let project = project();
    let run = project.done(&["run", "--no-snapshots", "--url", "http://127.0.0.1:9", "--known", "projekt=1"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("known.projekt: unknown entity; a similar name exists: project"),
        "{}",
        run.stderr
    );
}
