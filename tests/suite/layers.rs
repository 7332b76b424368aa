//! The architecture: each module imports only from modules above it in the table, and pure modules have no side
//! effects.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules from top to bottom, as in ARCHITECTURE.md. A module imports only from lines above its own.
const LAYERS: &[&str] = &[
    "span",
    "diagnostic",
    "digest",
    "json",
    "invisible",
    "named",
    "files",
    "spec",
    "protocol",
    "wire",
    "case",
    "generate",
    "check",
    "snapshot",
    "judge",
    "event",
    "evidence",
    "baseline",
    "compare",
    "transport",
    "runner",
    "server",
    "mutants",
    "report",
    "project",
    "harness",
    "cli",
];

/// Imports that the order would allow, but the design does not.
const FORBIDDEN: &[(&str, &str)] = &[
    ("server", "generate"),
    ("server", "judge"),
    ("server", "case"),
    ("server", "wire"),
    ("judge", "generate"),
    ("report", "runner"),
];

/// Modules that do not use the clock, environment, randomness, network or disk, and do not print.
const PURE: &[&str] = &[
    "span",
    "invisible",
    "named",
    "diagnostic",
    "digest",
    "json",
    "spec",
    "protocol",
    "wire",
    "case",
    "generate",
    "check",
    "judge",
    "event",
    "evidence",
    "baseline",
    "compare",
];

/// Names that a pure module does not mention.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::io",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::",
    "rand_chacha",
    "tokio::",
    "println!",
    "eprintln!",
    "reqwest",
    "tempfile",
];

/// Returns the code of a file without its tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn files() -> Vec<(String, PathBuf)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                let below = path.strip_prefix(&src).unwrap();
                let below = below.to_string_lossy().replace('/', "::");
                found.push((module(below.trim_end_matches(".rs")), path));
            }
        }
    }
    found
}

/// Returns the module in the table that a path belongs to. In the folder of a protocol, the client belongs to `wire`
/// and the server to `server`.
fn module(path: &str) -> String {
    let names: Vec<&str> = path.split("::").collect();
    match names.as_slice() {
        ["protocol", _, "client", ..] => "wire".to_owned(),
        ["protocol", _, "server", ..] => "server".to_owned(),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

/// Returns the modules that a text names after `crate::`, alone or in braces.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let inner = rest.strip_prefix('{').map_or(rest, |group| group.split('}').next().unwrap_or_default());
        let names = if rest.starts_with('{') { inner.split(',').collect() } else { vec![inner] };
        for name in names {
            let is_path = |c: &char| c.is_ascii_alphanumeric() || "_:".contains(*c);
            let path: String = name.trim().chars().take_while(is_path).collect();
            if !path.is_empty() {
                found.push(module(&path));
            }
        }
    }
    found
}

#[test]
fn modules_import_only_from_modules_above_them() {
    let rank = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let mut wrong = Vec::new();
    for (module, path) in files().iter().filter(|(module, _)| module != "lib" && module != "main") {
        let Some(own) = rank(module) else { panic!("{module} is not in the table of layers") };
        for import in imports(&code(path)) {
            let above = rank(&import).unwrap_or_else(|| panic!("{import}, in {}", path.display()));
            if above > own || FORBIDDEN.contains(&(module.as_str(), import.as_str())) {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn client_and_server_of_a_protocol_are_independent() {
    let mut sides = 0;
    for (of, path) in files() {
        let other = match of.as_str() {
            "wire" => "server::",
            "server" => "client::",
            _ => continue,
        };
        sides += usize::from(path.components().any(|part| part.as_os_str() == "protocol"));
        assert!(!code(&path).contains(other), "{} names {other}", path.display());
    }
    assert!(sides >= 6, "{sides}");
}

#[test]
fn layers_match_the_table_in_the_architecture() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let named: Vec<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split(','))
        .map(|cell| cell.trim().trim_matches('`'))
        .collect();
    assert_eq!(named, LAYERS);
}

#[test]
fn server_does_not_use_the_oracle() {
    for (_, path) in files().iter().filter(|(module, _)| module == "server") {
        let code = code(path);
        for word in ["ruling", "rows_for", "spec::promise"] {
            assert!(!code.contains(word), "{} mentions {word}", path.display());
        }
    }
}

#[test]
fn pure_modules_have_no_side_effects() {
    let mut wrong = Vec::new();
    for (module, path) in files().iter().filter(|(module, _)| PURE.contains(&module.as_str())) {
        let code = code(path);
        for word in IMPURE.iter().filter(|word| code.contains(**word)) {
            wrong.push(format!("{module}: {} mentions {word}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_have_at_most_500_lines() {
    let long: Vec<String> = files()
        .iter()
        .map(|(_, path)| (path, code(path).lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
