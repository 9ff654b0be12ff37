//! Ignore files: which names below a folder its author wants left alone, as gitignore(5) has it.
//! Not for walking (`walk.rs`). Bytes are compared, so that names need not be UTF-8.
//!
//! Understood: comments, `!` that takes back, `/` at the end for folders alone, `/` elsewhere for paths from the file's
//! own folder, `*`, `?`, `[a-z]`, `[!a]`, `**` between slashes, and `\` before anything that is meant literally.

use std::path::Path;

/// The rules of one ignore file, in its order.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

/// One line of an ignore file.
#[derive(Debug)]
struct Rule {
    /// The pattern, cut at its slashes; `**` stands for any number of folders.
    parts: Vec<Vec<u8>>,
    takes_back: bool,
    folders_alone: bool,
}

impl Rules {
    /// Reads an ignore file; one that is not there has no rules.
    pub(super) fn read(file: &Path) -> Self {
        std::fs::read(file).map_or_else(|_| Self::default(), |text| Self::parse(&text))
    }

    fn parse(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self(text.split(|&byte| byte == b'\n').filter_map(Rule::parse).collect())
    }

    /// Tells whether there is nothing to ask.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Judges a path below the folder of the ignore file, given by its parts: `true` leaves it out, `false` takes it in
    /// whatever a file further up says, and `None` leaves that open. The last rule that fits decides.
    pub(super) fn judge(&self, path: &[&[u8]], is_folder: bool) -> Option<bool> {
        let fits = |rule: &&Rule| (is_folder || !rule.folders_alone) && path_fits(&rule.parts, path);
        self.0.iter().rev().find(fits).map(|rule| !rule.takes_back)
    }
}

impl Rule {
    fn parse(line: &[u8]) -> Option<Self> {
        let mut line = line.strip_suffix(b"\r").unwrap_or(line);
        // Spaces at the end are nothing, unless a backslash keeps the last one.
        while let Some(rest) = line.strip_suffix(b" ") {
            if rest.ends_with(b"\\") {
                break;
            }
            line = rest;
        }
        if line.starts_with(b"#") {
            return None;
        }
        let takes_back = line.starts_with(b"!");
        let line = if takes_back { &line[1..] } else { line };
        let folders_alone = line.ends_with(b"/");
        let line = if folders_alone { &line[..line.len() - 1] } else { line };
        // A slash at the start or in the midst ties the pattern to this folder.
        let is_tied = line.contains(&b'/');
        let line = line.strip_prefix(b"/").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let mut parts: Vec<Vec<u8>> = line.split(|&byte| byte == b'/').map(<[u8]>::to_vec).collect();
        if !is_tied {
            parts.insert(0, b"**".to_vec());
        }
        Some(Self { parts, takes_back, folders_alone })
    }
}

/// Matches the parts of a pattern with those of a path.
fn path_fits(pattern: &[Vec<u8>], path: &[&[u8]]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return path.is_empty() };
    if first == b"**" {
        // At the end: everything below, the folder itself left out.
        return match rest {
            [] => !path.is_empty(),
            _ => (0..=path.len()).any(|skipped| path_fits(rest, &path[skipped..])),
        };
    }
    path.split_first().is_some_and(|(name, below)| name_fits(first, name) && path_fits(rest, below))
}

/// Matches one part of a pattern with one name: upon failure, the last `*` takes one byte more.
fn name_fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut byte) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while byte < name.len() {
        if pattern.get(at) == Some(&b'*') {
            at += 1;
            retry = Some((at, byte));
            continue;
        }
        if let Some(next) = byte_fits(pattern, at, name[byte]) {
            at = next;
            byte += 1;
            continue;
        }
        let Some((star, taken)) = &mut retry else { return false };
        *taken += 1;
        (at, byte) = (*star, *taken);
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// Matches one byte with what stands at `at` of a pattern; returns where the pattern goes on.
fn byte_fits(pattern: &[u8], at: usize, byte: u8) -> Option<usize> {
    match *pattern.get(at)? {
        b'?' => Some(at + 1),
        b'[' => set_fits(pattern, at, byte),
        b'\\' => (*pattern.get(at + 1)? == byte).then_some(at + 2),
        literal => (literal == byte).then_some(at + 1),
    }
}

/// Matches one byte with the set that opens at `at`; a set that is never closed matches nothing.
fn set_fits(pattern: &[u8], at: usize, byte: u8) -> Option<usize> {
    let mut at = at + 1;
    let excludes = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(excludes);
    let mut holds = false;
    let mut is_first = true;
    loop {
        let (low, next) = match *pattern.get(at)? {
            b']' if !is_first => return (holds != excludes).then_some(at + 1),
            b'\\' => (*pattern.get(at + 1)?, at + 2),
            literal => (literal, at + 1),
        };
        is_first = false;
        at = next;
        let is_range = pattern.get(at) == Some(&b'-') && pattern.get(at + 1).is_some_and(|&end| end != b']');
        let high = match (is_range, pattern.get(at + 1)) {
            (true, Some(b'\\')) => {
                at += 3;
                *pattern.get(at - 1)?
            }
            (true, Some(&end)) => {
                at += 2;
                end
            }
            _ => low,
        };
        holds |= (low..=high).contains(&byte);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judge(rules: &str, path: &str) -> Option<bool> {
        let is_folder = path.ends_with('/');
        let parts: Vec<&[u8]> = path.trim_end_matches('/').split('/').map(str::as_bytes).collect();
        Rules::parse(rules.as_bytes()).judge(&parts, is_folder)
    }

    #[test]
    fn rules_read_as_in_the_manual_of_git() {
        let out = Some(true);
        for (rules, path, expected) in [
            ("draft.md", "draft.md", out),
            ("draft.md", "a/b/draft.md", out),
            ("draft.md", "draft.md.md", None),
            ("*.md", "a/b.md", out),
            ("/top.md", "top.md", out),
            ("/top.md", "a/top.md", None),
            ("a/b.md", "a/b.md", out),
            ("a/b.md", "c/a/b.md", None),
            ("old/", "old/", out),
            ("old/", "old", None),
            ("old/", "a/old/", out),
            ("**/x.md", "x.md", out),
            ("**/x.md", "a/b/x.md", out),
            ("a/**", "a/b/c.md", out),
            ("a/**", "a/", None),
            ("a/**/z.md", "a/z.md", out),
            ("a/**/z.md", "a/b/c/z.md", out),
            ("a/*/z.md", "a/b/c/z.md", None),
            ("n?te.md", "note.md", out),
            ("[a-c]1.md", "b1.md", out),
            ("[!a-c]1.md", "b1.md", None),
            ("[]-]1", "]1", out),
            ("[", "[", None),
            ("*.md\n!keep.md", "keep.md", Some(false)),
            ("!keep.md\n*.md", "keep.md", out),
            ("# a.md", "# a.md", None),
            ("\\# a.md", "# a.md", out),
            ("\\!a.md", "!a.md", out),
            ("a.md   \r", "a.md", out),
            ("a\\ ", "a ", out),
            ("\n   \n/\n", "a", None),
            ("\u{feff}a.md", "a.md", out),
        ] {
            assert_eq!(judge(rules, path), expected, "{rules:?} on {path:?}");
        }
    }

    /// Patterns over few letters, so that many fit.
    fn pattern() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[ab]{1,3}",
            3 => "[ab?]{0,2}\\*?[ab?]{1,2}\\*?",
            1 => Just("*".to_owned()),
            1 => Just("**".to_owned()),
            1 => "\\[!?(a|b|ab|a-b|b-c)\\][ab*]?",
        ];
        let joined = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
        ("!?/?", joined, "/?").prop_map(|(start, joined, end)| format!("{start}{joined}{end}"))
    }

    proptest! {
        /// The library that ripgrep is built on, as the other opinion.
        #[test]
        fn another_reader_agrees(
            patterns in prop::collection::vec(pattern(), 1..5),
            path in prop::collection::vec("[ab]{1,4}", 1..4),
            is_folder: bool,
        ) {
            let mut builder = ignore::gitignore::GitignoreBuilder::new("");
            for pattern in &patterns {
                builder.add_line(None, pattern).unwrap();
            }
            let path = path.join("/");
            let theirs = match builder.build().unwrap().matched(&path, is_folder) {
                ignore::Match::None => None,
                ignore::Match::Ignore(_) => Some(true),
                ignore::Match::Whitelist(_) => Some(false),
            };
            let ours = judge(&patterns.join("\n"), &format!("{path}{}", if is_folder { "/" } else { "" }));
            prop_assert_eq!(ours, theirs, "{:?} on {:?}", patterns, path);
        }
    }
}
