//! Other programs: the learner's editor, and whatever opens a link.
//! Not for giving them the terminal and taking it back (`tty.rs`).

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs an editor on a file and waits; tells whether it ended well. The command may hold arguments, as `$EDITOR` does.
/// `line` counts from 1; 0 opens the file at its beginning.
///
/// # Errors
/// When it cannot be started.
pub fn edit_file(editor: &str, path: &Path, line: usize) -> io::Result<bool> {
    // The shell splits the command, as every program that honours `$EDITOR` does; the path is never shell text.
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).args(arguments(editor, path, line));
    let status = command.status()?;
    if status.code() == Some(127) {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("the editor `{editor}` was not found")));
    }
    Ok(status.success())
}

/// How an editor is told the line, by its name.
fn arguments(editor: &str, path: &Path, line: usize) -> Vec<std::ffi::OsString> {
    let program = editor.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    let with_line = || {
        let mut joined = path.as_os_str().to_owned();
        joined.push(format!(":{line}"));
        joined
    };
    if line == 0 {
        return vec![path.into()];
    }
    match name {
        "vi" | "vim" | "nvim" | "gvim" | "nano" | "pico" | "emacs" | "emacsclient" | "kak" | "micro"
        | "joe" | "ne" | "mg" | "jed" | "vis" | "kate" => vec![format!("+{line}").into(), path.into()],
        "code" | "codium" | "cursor" => vec!["--goto".into(), with_line()],
        "hx" | "helix" | "subl" | "zed" => vec![with_line()],
        _ => vec![path.into()],
    }
}

/// Starts a program on a link or a file and does not wait for it.
///
/// # Errors
/// `InvalidInput` when the target could be taken for an option or command; else when the program cannot be started.
pub fn open(opener: &str, target: &str) -> io::Result<()> {
    if target.is_empty() || target.starts_with('-') || target.chars().any(char::is_control) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{}` is no link", target.escape_debug()),
        ));
    }
    let mut words = opener.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no program to open links with"))?;
    let mut child = Command::new(program)
        .args(words)
        .arg(target)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Someone has to collect its exit; it may stay open for hours.
    std::thread::spawn(move || child.wait());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(editor: &str, line: usize) -> Vec<String> {
        arguments(editor, Path::new("a deck.md"), line)
            .iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn each_editor_is_told_the_line_in_its_own_way() {
        assert_eq!(told("/usr/bin/vim -f", 12), ["+12", "a deck.md"]);
        assert_eq!(told("code --wait", 12), ["--goto", "a deck.md:12"]);
        assert_eq!(told("hx", 12), ["a deck.md:12"]);
        assert_eq!(told("my-editor", 12), ["a deck.md"]);
        assert_eq!(told("vim", 0), ["a deck.md"]);
    }

    #[test]
    fn an_editor_with_arguments_gets_the_path_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b $(x).md");
        std::fs::write(&path, "old").unwrap();
        let ok = edit_file("sh -c 'printf new > \"$0\"'", &path, 3).unwrap();
        assert!(ok);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert!(!edit_file("false", &path, 0).unwrap());
        assert_eq!(
            edit_file("no-such-editor-here 2>/dev/null", &path, 0).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[test]
    fn what_could_be_an_option_is_not_opened() {
        for target in ["", "--help", "-x", "http://a\u{1b}"] {
            assert_eq!(open("true", target).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{target:?}");
        }
        assert_eq!(open("no-such-opener-here", "https://x.org").unwrap_err().kind(), io::ErrorKind::NotFound);
        open("true --quiet", "https://x.org").unwrap();
    }
}
