//! `fineprint init`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use crate::files;
use crate::generate::Depth;
use crate::project;
use crate::spec::schema;

use super::args::InitArgs;
use super::console::Console;
use super::exit::Exit;
use super::generate;

/// The specs that fineprint ships.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/specs");

/// A file of a new project: its path and its text.
type New<'a> = (PathBuf, &'a str);

const SAMPLE: [(&str, &str); 3] = [
    ("specs/me/notes/service.yaml", include_str!("files/service.yaml")),
    ("specs/me/notes/CreateNote.yaml", include_str!("files/CreateNote.yaml")),
    ("specs/me/notes/DeleteNote.yaml", include_str!("files/DeleteNote.yaml")),
];

const CONFIG: (&str, &str) = ("fineprint.toml", include_str!("files/fineprint.toml"));

const WORKFLOW: (&str, &str) = (".github/workflows/fineprint.yml", include_str!("files/workflow.yml"));

const IGNORED: (&str, &str) = ("reports/.gitignore", include_str!("files/gitignore"));

const TEST: (&str, &str) = ("tests/conformance.rs", include_str!("files/conformance.rs"));

/// Creates a project folder. Existing files stay as they are.
pub fn execute(args: &InitArgs, console: Console) -> Exit {
    let schema = match serde_json::to_string_pretty(&schema::schema()) {
        Ok(schema) => format!("{schema}\n"),
        Err(error) => {
            console.error(&error.to_string());
            return Exit::Usage;
        }
    };
    let is_here = args.folder.as_os_str() == ".";
    let is_crate = args.folder.join("Cargo.toml").exists();
    let has_specs = match has_specs(&args.folder, is_here, console) {
        Ok(has_specs) => has_specs,
        Err(exit) => return exit,
    };
    if has_specs {
        let what = if args.demo { "the specs that fineprint ships" } else { "the sample" };
        let specs = below(&args.folder, is_here, "specs");
        console.print(&format!("{} already has specs: not adding {what}", specs.display()));
    }
    let specs = match (has_specs, args.demo) {
        (true, _) => SpecSource::None,
        (false, true) => SpecSource::Shipped,
        (false, false) => SpecSource::Sample,
    };
    for (path, text) in files(&specs, is_crate && !args.demo, &schema) {
        let path = if is_here { path } else { args.folder.join(path) };
        match write(&path, text) {
            Ok(true) => console.print(&format!("created {}", path.display())),
            Ok(false) => console.print(&format!("kept {}", path.display())),
            Err(error) => {
                console.error(&files::not_written(&path, &error));
                return Exit::Usage;
            }
        }
    }
    if let Err(exit) = expand(&args.folder, is_here, console) {
        return exit;
    }
    if is_crate && !args.demo {
        console.print("\nfor `cargo test --test conformance`, add the lines at the top of tests/conformance.rs to Cargo.toml");
    }
    let cd = match is_here {
        true => String::new(),
        false => format!("cd {} && ", quoted(&args.folder)),
    };
    console.print(&format!(
        "\nnow run every case of specs/ against the built-in reference server with `{cd}fineprint`,"
    ));
    console
        .print("or against your service with `fineprint run --target local`, after you set its address in fineprint.toml");
    Exit::Holds
}

/// The specs that a new project gets.
enum SpecSource {
    None,
    Sample,
    Shipped,
}

/// Quotes a path for a POSIX shell.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:@%,".contains(letter);
    match path.chars().all(is_plain) && !path.starts_with('-') {
        true => path,
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

fn below(folder: &Path, is_here: bool, name: &str) -> PathBuf {
    if is_here { PathBuf::from(name) } else { folder.join(name) }
}

/// Returns `true` if there are specs already. Mistakes in them are reported before anything is written.
fn has_specs(folder: &Path, is_here: bool, console: Console) -> Result<bool, Exit> {
    let specs = below(folder, is_here, "specs");
    let found = project::has_specs(&specs).map_err(|error| {
        console.error(&files::not_read(&specs, &error));
        Exit::Usage
    })?;
    if found {
        project::suite(&specs, &below(folder, is_here, "cases"), Depth::Standard)
            .map_err(|findings| console.findings(&findings))?;
    }
    Ok(found)
}

/// Writes the missing case files, so that the project is complete where nothing else may be written, as in CI.
fn expand(folder: &Path, is_here: bool, console: Console) -> Result<(), Exit> {
    let below = |name: &str| below(folder, is_here, name);
    let suite = project::suite(&below("specs"), &below("cases"), Depth::Standard)
        .map_err(|findings| console.findings(&findings))?;
    for missing in suite.stale.iter().filter(|stale| !stale.exists) {
        generate::update(&suite, missing, console)?;
        console.print(&format!("created {}", missing.path.display()));
    }
    Ok(())
}

fn files<'s>(specs: &SpecSource, with_test: bool, schema: &'s str) -> Vec<New<'s>> {
    let mut files: Vec<New<'_>> = Vec::new();
    match specs {
        SpecSource::None => {}
        SpecSource::Sample => files.extend(SAMPLE.map(|(path, text)| (PathBuf::from(path), text))),
        SpecSource::Shipped => shipped(&SHIPPED, &mut files),
    }
    files.push((PathBuf::from("specs/spec.schema.json"), schema));
    let mut others = vec![CONFIG, WORKFLOW, IGNORED];
    others.extend(with_test.then_some(TEST));
    files.extend(others.into_iter().map(|(path, text)| (PathBuf::from(path), text)));
    files
}

fn shipped(folder: &Dir<'static>, files: &mut Vec<New<'_>>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => shipped(folder, files),
            DirEntry::File(file) if file.path().extension().is_some_and(|end| end == "yaml") => {
                files.extend(file.contents_utf8().map(|text| (Path::new("specs").join(file.path()), text)));
            }
            DirEntry::File(_) => {}
        }
    }
}

/// Writes a file that does not exist yet; returns `true` if it did not.
fn write(path: &Path, text: &str) -> io::Result<bool> {
    // A dangling link counts as existing.
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    files::write_whole(path, text)?;
    Ok(true)
}
