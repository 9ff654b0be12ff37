//! Files that no author meant: each gets one sentence, and everything else loads.
//! Not for texts that are decks with faults (`author.rs`).

use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use crate::world::World;

#[test]
fn what_is_no_deck_is_named_in_a_sentence_and_the_rest_loads() {
    let world = World::empty().deck("good", "Q: Which port does Redis listen on by default?\nA: 6379\n");
    let decks = world.home().join("decks");
    std::fs::write(decks.join("latin.md"), b"Q: caf\xe9?\nA: yes\n").unwrap();
    // A sparse file: a gigabyte that takes no room.
    std::fs::File::create(decks.join("huge.md")).unwrap().set_len(1 << 30).unwrap();
    std::process::Command::new("mkfifo").arg(decks.join("pipe.md")).status().unwrap();
    std::fs::create_dir(decks.join("sub")).unwrap();
    symlink(&decks, decks.join("sub/loop")).unwrap();
    symlink(decks.join("nowhere.md"), decks.join("dangling.md")).unwrap();
    std::fs::create_dir(decks.join("folder.md")).unwrap();
    std::fs::write(decks.join("empty.md"), "").unwrap();
    std::fs::write(decks.join("mark.md"), "\u{feff}").unwrap();

    let started = now();
    let checked = world.run(&["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""));
    let said = &checked.stdout;
    for sentence in [
        "latin.md` is not UTF-8: the first bad byte is byte 6",
        "huge.md` has 1073741824 bytes, a deck may have 16777216",
        "pipe.md` is no regular file",
    ] {
        assert!(said.contains(sentence), "{sentence} is not in\n{said}");
    }
    assert!(said.contains("dangling.md"), "{said}");
    assert!(said.contains("1 deck, 1 card: "), "{said}");
    let listed = world.run(&["list"]).success();
    assert!(listed.ends_with("1 card\n"), "{listed}");
    assert!(world.run(&["status"]).success().contains("not readable:"));
    assert!(started.elapsed() < Duration::from_secs(60), "nothing waits for a pipe or reads a gigabyte");

    for file in ["latin.md", "huge.md", "pipe.md"] {
        let shown = world.run(&["preview", &format!("home/decks/{file}")]);
        assert_eq!(shown.code, Some(1), "{file}: {}", shown.stdout);
        assert!(shown.stderr.starts_with("error: "), "{file}: {}", shown.stderr);
        assert_eq!(world.run(&["fmt", &format!("home/decks/{file}")]).code, Some(1), "{file}");
    }
}

#[expect(clippy::disallowed_methods, reason = "only a bound against hanging")]
fn now() -> Instant {
    Instant::now()
}

/// Pieces of which odd files are made: tags, fences, marks, controls, long and wide and broken things.
const PIECES: &[&str] = &[
    "Q: a question about odd files?\n",
    "A: an answer\n",
    "C: a [hidden] part\n",
    "C: [[a] b] c ]\n",
    "T: term\n",
    "D: definition\n",
    "Order:\n1. one\n2. two\n",
    "Order: no list\n",
    "Type: a | `b` |\n",
    "Number: 5 ± x\n",
    "Number: 1e309\n",
    "Problem: raft.commit-index\nservers = 5\n",
    "Problem: none.such\n= = =\n",
    "Why: because\n",
    "Source: §1\n",
    "Tags: a,,b\n",
    "Concepts: A B\n",
    "Confuses: nobody\n",
    "---\n",
    "---\nname = \n---\n",
    "+++\n",
    "```\n",
    "~~~~ Q: a\n",
    "````markdown\nQ: x\n",
    "<!-- id: a -->\n",
    "<!-- id: A b!! -->\n",
    "<!-- lint: allow L2 -->\n",
    "<!--\n",
    "-->\n",
    "- [x] right\n",
    "- [ ] wrong\n",
    "- [X]\n  - nested\n",
    "\r\n",
    "\r",
    "\u{feff}",
    "\0",
    "\u{1b}[2J\u{202e}",
    "\u{301}",
    "多数派とは何か\n",
    "$\\frac{a}{b}$\n",
    "[a](b) ![c](d)\n",
    "\\[ \\] \\\\\n",
    "| a | b |\n|---|---|\n",
    "    Q: indented\n",
    "\tA: tabbed\n",
    "q: lower\n",
    "Question: long\n",
    "Q:\n",
    "A:\n",
    "Q:A:C:\n",
    "# heading\n",
    "> quoted\n> Q: no\n",
    "* * *\n",
    "&amp; <b>html</b>\n",
    " \n\n\n",
    "::\n",
    "Which port::6379\n",
];

/// A small generator with a fixed beginning (Knuth's MMIX constants): the same files on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[test]
fn six_hundred_files_of_odd_shapes_are_read_without_a_stumble() {
    let world = World::empty();
    let mut chance = Chance(1);
    for number in 0..600 {
        let mut text = String::new();
        for _ in 0..chance.below(24) {
            text.push_str(PIECES[chance.below(PIECES.len())]);
        }
        match number % 20 {
            0 => text = text.replace('\n', "\r\n"),
            1 => text = text.replace('\n', ""),
            2 => text = text.repeat(40),
            3 => text.push_str(&"[".repeat(3_000)),
            4 => text.push_str(&"> ".repeat(2_000)),
            5 => text.push_str(&format!("Q: {}\nA: b\n", "wide 多 ".repeat(4_000))),
            _ => {}
        }
        world.write_deck(&format!("odd-{number}"), &text);
    }
    let checked = world.run(&["check", "--format", "json", "--verbose"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""), "errors, and nothing else");
    let mut findings = 0;
    for line in checked.stdout.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        if value["code"].is_string() {
            findings += 1;
            assert!(value["at"]["line"].as_u64().unwrap() >= 1, "{line}");
        }
    }
    assert!(findings > 2_000, "{findings}");
    let listed = world.run(&["list"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(!listed.stdout.chars().any(|c| c.is_control() && c != '\n'), "no control character is printed");
    let drawn = world.run(&["check"]);
    assert!(!drawn.stdout.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "nor with carets");

    // The canonical form of every file says the same, and is its own canonical form.
    let formatted = world.run(&["fmt"]);
    assert_eq!(formatted.code, Some(0), "{}", formatted.stderr);
    assert_eq!(world.run(&["fmt", "--check"]).code, Some(0));
    assert!(world.run(&["status"]).success().starts_with("nothing changed since the last load\n"));
}
