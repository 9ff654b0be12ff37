//! Embeds the shipped course: writes a table of every file under `decks/`, decks compressed each for itself, and one
//! digest over all their texts, so that a start-up can tell in one comparison, and without unpacking anything, whether
//! the course in the database is the course in the binary.
//! Not for parsing decks: the library does that, and a test proves that every shipped deck is free of faults.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts through the environment")]
fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("decks");
    let folder = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut hasher = blake3::Hasher::new();
    let mut table = String::from("/// Every file of the shipped course, in order of path.\n");
    let _ = writeln!(table, "pub static FILES: [Packed; {}] = [", files.len());
    for (number, path) in files.iter().enumerate() {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(path)?;
        // Lengths first: ("ab", "c") and ("a", "bc") must differ.
        hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
        if name.ends_with(".md") {
            // Half of what the decks take in the binary, and more. A start reads one of them, in a tenth of a millisecond.
            let packed = folder.join(format!("deck-{number}"));
            fs::write(&packed, miniz_oxide::deflate::compress_to_vec(&bytes, 10))?;
            let packed = packed.display().to_string();
            let _ = writeln!(
                table,
                "    Packed {{ path: {name:?}, text: Text::Packed(include_bytes!({packed:?})) }},"
            );
        } else {
            let path = path.display().to_string();
            let _ = writeln!(
                table,
                "    Packed {{ path: {name:?}, text: Text::Plain(include_str!({path:?})) }},"
            );
        }
    }
    table.push_str("];\n\n/// One digest over all names and texts above.\n");
    let _ = writeln!(table, "pub static DIGEST: &str = {:?};", hasher.finalize().to_hex().as_str());
    fs::write(folder.join("shipped.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else if name.ends_with(".md") || name.ends_with(".toml") {
            files.push(path);
        }
    }
    Ok(())
}
