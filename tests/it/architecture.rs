//! The rules of `ARCHITECTURE.md` that a test can keep: floors, places of SQL, nothing effectful below the line, heads and
//! lengths of files, no test file left out. Not for lints, which clippy keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors as `src/lib.rs` lists them, lowest first.
const FLOORS: &[(u8, &[&str])] = &[
    (0, &["diagnostic", "seed", "source", "time"]),
    (1, &["card", "review"]),
    (2, &["grading", "problem", "schedule"]),
    (3, &["deck"]),
    (4, &["exam", "progress", "session"]),
    (5, &["view"]),
    (6, &["anki", "config", "shelf", "store", "term"]),
    (7, &["app"]),
    (8, &["cli"]),
];

/// Uses on one floor, the first by the second: a place in a text before a fault in it, a card before its review, how a
/// question is put and what was learnt before an exam over both.
const BESIDE: &[(&str, &str)] =
    &[("diagnostic", "source"), ("review", "card"), ("exam", "progress"), ("exam", "session")];

/// The lowest floor that may do input and output.
const FIRST_EFFECTFUL: u8 = 6;

/// Words by which input, output, the clock, the environment and chance are known.
const EFFECTS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
    "SystemTime",
    "Instant::",
    "time::Instant",
    "Utc::now",
    "Local::",
    "println!",
    "eprintln!",
    "print!",
    "thread_rng",
    "rand::rng",
    "RandomState",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder: path below the package, and text.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        // A folder may be none.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join(folder), &mut files);
    files.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        (name, text)
    };
    files.into_iter().map(read).collect()
}

/// The module at the top of which a file of `src/` stands.
fn module(path: &str) -> &str {
    let below = path.strip_prefix("src/").unwrap();
    below.split('/').next().unwrap().trim_end_matches(".rs")
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, modules)| modules.contains(&module)).map(|(floor, _)| *floor)
}

/// The lines of a file that are code outside its tests, numbered from 1, comments taken off.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.find("\n#[cfg(test)]\n").map_or(usize::MAX, |at| at + 1);
    // `#[cfg(test)] mod x;` in the middle of a list of modules ends nothing.
    let tests = match text.get(tests.min(text.len())..) {
        Some(rest) if rest.lines().nth(1).is_some_and(|line| line.ends_with('{')) => tests,
        _ => usize::MAX,
    };
    let mut at = 0;
    (1..).zip(text.split_inclusive('\n')).filter_map(move |(number, line)| {
        let start = at;
        at += line.len();
        let line = line.trim();
        (start < tests && !line.starts_with("//"))
            .then(|| (number, line.split(" // ").next().unwrap_or(line)))
    })
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("/laws.rs")
}

#[test]
fn a_module_uses_only_floors_below_it() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let own = module(&path);
        if matches!(own, "lib" | "main") {
            continue;
        }
        let Some(height) = floor(own) else {
            wrong.push(format!("{path}: the module `{own}` stands on no floor"));
            continue;
        };
        for (number, line) in code(&text) {
            for used in line.split("crate::").skip(1) {
                // `use crate::{a, b}` names several at once.
                let names: Vec<&str> = match used.strip_prefix('{') {
                    Some(list) => list.trim_end_matches(['}', ';']).split(',').map(str::trim).collect(),
                    None => vec![used],
                };
                for name in names {
                    let name: String =
                        name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    let Some(other) = floor(&name) else { continue };
                    if name != own && other >= height && !BESIDE.contains(&(own, &name)) {
                        wrong.push(format!(
                            "{path}:{number}: `{own}` (floor {height}) must not use `{name}` (floor {other})"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_floors_are_those_that_the_library_lists() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut listed: BTreeMap<String, u8> = BTreeMap::new();
    let mut height = None;
    for line in lib.lines() {
        if let Some(rest) = line.strip_prefix("// Floor ") {
            height = rest.split(':').next().and_then(|number| number.parse().ok());
        }
        if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            listed.insert(name.to_owned(), height.expect("a floor above its modules"));
        }
    }
    for (name, height) in listed {
        assert_eq!(floor(&name), Some(height), "`{name}`");
    }
}

#[test]
fn nothing_below_the_line_reads_or_writes_or_tells_the_time() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        if floor(module(&path)).is_none_or(|height| height >= FIRST_EFFECTFUL) || is_test_file(&path) {
            continue;
        }
        for (number, line) in code(&text) {
            if let Some(effect) = EFFECTS.iter().find(|effect| line.contains(**effect)) {
                wrong.push(format!("{path}:{number}: `{effect}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn sql_stands_in_the_store_and_nowhere_else() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        if matches!(module(&path), "store" | "anki") {
            continue;
        }
        for (number, line) in code(&text) {
            let lower = line.to_lowercase();
            let sql = ["\"select ", "\"update ", "\"delete from ", "\"create table ", "pragma "];
            let inserts = lower.contains("\"insert into ") && lower.contains(" (");
            if line.contains("rusqlite") || inserts || sql.iter().any(|words| lower.contains(words)) {
                wrong.push(format!("{path}:{number}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn only_the_edges_write_to_the_terminal_and_only_one_place_reads_the_clock() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let own = module(&path);
        for (number, line) in code(&text) {
            let writes = ["io::stdout()", "io::stderr()", "println!", "eprintln!"]
                .iter()
                .any(|word| line.contains(word));
            if writes && !matches!(own, "cli" | "term") {
                wrong.push(format!("{path}:{number}: writes to the terminal: {line}"));
            }
            let clock = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"]
                .iter()
                .any(|word| line.contains(word));
            if clock && path != "src/app/clock.rs" {
                wrong.push(format!("{path}:{number}: reads the clock: {line}"));
            }
            let environment = ["env::var", "env::vars"].iter().any(|word| line.contains(word));
            if environment && path != "src/config.rs" {
                wrong.push(format!("{path}:{number}: reads the environment: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    for folder in ["src", "tests", "benches", "examples"] {
        for (path, text) in rust_files(folder) {
            assert!(text.starts_with("//! "), "{path} does not open with what it is for");
        }
    }
}

#[test]
fn a_file_is_one_idea_of_about_six_hundred_lines_at_most() {
    let mut long = Vec::new();
    for (path, text) in rust_files("src") {
        let lines = code(&text).last().map_or(0, |(number, _)| number);
        if lines > 640 {
            long.push(format!("{path}: {lines} lines before its tests"));
        }
    }
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn no_test_file_is_left_out() {
    let mounted = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for entry in fs::read_dir(root().join("tests/it")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = name.trim_end_matches(".rs").to_owned();
        if name != "main" && name != "snapshots" {
            assert!(mounted.contains(&format!("mod {name};\n")), "tests/it/{name} is not mounted in main.rs");
        }
    }
    for (path, text) in rust_files("src") {
        let Some(folder) = path.strip_suffix("/mod.rs") else { continue };
        for entry in fs::read_dir(root().join(folder)).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_module = name.ends_with(".rs") || entry.path().join("mod.rs").is_file();
            let name = name.trim_end_matches(".rs");
            if is_module && name != "mod" {
                assert!(text.contains(&format!("mod {name};")), "{folder}/{name} is not mounted in {path}");
            }
        }
    }
}
