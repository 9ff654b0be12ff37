//! What `check --fix` changes: for each code with a repair, texts before and after, byte for byte.
//! Not for how the faults are drawn (`faults.rs`).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use retain::app::check::mend;
use retain::deck::codes::{CODES, Mend};
use retain::deck::{self, families, lint};
use retain::diagnostic::Diagnostic;
use retain::source::SourceText;

use crate::world::World;

/// A code, a text that has it, and the text after the repair. In front of and behind each stands what must not change.
const REPAIRS: &[(&str, &str, &str)] = &[
    ("bad-id", "Q: a\nA: b\n<!-- id: Raft_Terms -->\n", "Q: a\nA: b\n<!-- id: raft-terms -->\n"),
    ("bad-id", "Q: a\nA: b\n<!--id:raft log/why-->\n", "Q: a\nA: b\n<!--id:raft-log/why-->\n"),
    (
        "bad-id",
        "Q: a\nA: b\nConfuses: one,  Raft_Log , two\n",
        "Q: a\nA: b\nConfuses: one,  raft-log , two\n",
    ),
    ("comment-form", "Q: a\nA: b\n<!-- id raft-terms -->\n", "Q: a\nA: b\n<!-- id: raft-terms -->\n"),
    ("comment-form", "Q: a\nA: b\n<!-- id = raft-terms -->\n", "Q: a\nA: b\n<!-- id: raft-terms -->\n"),
    ("comment-form", "Q: a\nA: b\n<!-- ID: raft-terms -->\n", "Q: a\nA: b\n<!-- id: raft-terms -->\n"),
    ("comment-form", "Q: a\nA: b\n<!-- id: raft-terms\n", "Q: a\nA: b\n<!-- id: raft-terms -->\n"),
    (
        "comment-form",
        "Q: a\nA: b\n<!-- Lint: allow A2 it is short -->\n",
        "Q: a\nA: b\n<!-- lint: allow A2 it is short -->\n",
    ),
    ("duplicate-card", "Q: a\nA: b\n\nQ: a\nA: b\n\nQ: c\nA: d\n", "Q: a\nA: b\n\n\nQ: c\nA: d\n"),
    (
        "duplicate-card",
        "Q: a\nA: b\n\n---\n\nQ: a\nA: b\n\n---\nnote\n",
        "Q: a\nA: b\n\n---\n\n\n---\nnote\n",
    ),
    ("duplicate-card", "Q: a\nA: b\n\nQ: a\nA: b", "Q: a\nA: b\n\n"),
    ("empty-name", "---\nname = \" \"\ntags = [\"a\"]\n---\n", "---\ntags = [\"a\"]\n---\n"),
    ("empty-spelling", "Q: a\nType: b |  | c\n", "Q: a\nType: b | c\n"),
    ("empty-spelling", "Q: a\nType: b | c |\n", "Q: a\nType: b | c\n"),
    ("empty-spelling", "Q: a\nType: | b | c\n", "Q: a\nType: b | c\n"),
    ("empty-tag", "Q: a\nA: b\nWhy:\nSource: c\n", "Q: a\nA: b\nSource: c\n"),
    ("empty-tag", "Q: a\nA: b\nHint:   ", "Q: a\nA: b\n"),
    ("empty-word", "Q: a\nA: b\nTags: c,, d\n", "Q: a\nA: b\nTags: c, d\n"),
    ("empty-word", "Q: a\nA: b\nConcepts: c, d,\n", "Q: a\nA: b\nConcepts: c, d\n"),
    ("front-matter-key", "---\nlvel = \"beginner\" # mine\n---\n", "---\nlevel = \"beginner\" # mine\n---\n"),
    (
        "front-matter-plus",
        "+++\nname = \"Raft\"\n+++\n\nQ: a\nA: b\n",
        "---\nname = \"Raft\"\n---\n\nQ: a\nA: b\n",
    ),
    ("front-matter-toml", "---\nname = Raft notes\n---\n", "---\nname = \"Raft notes\"\n---\n"),
    ("front-matter-toml", "---\ntags = [raft, logs]\n---\n", "---\ntags = [\"raft\", \"logs\"]\n---\n"),
    ("front-matter-type", "---\nname = 3\n---\n", "---\nname = \"3\"\n---\n"),
    ("front-matter-type", "---\nsource = 2026-01-01\n---\n", "---\nsource = \"2026-01-01\"\n---\n"),
    ("front-matter-type", "---\nrequires = \"quorums\"\n---\n", "---\nrequires = [\"quorums\"]\n---\n"),
    ("front-matter-type", "---\ntags = [\"a\", 2]\n---\n", "---\ntags = [\"a\", \"2\"]\n---\n"),
    ("front-matter-type", "---\nstrict = \"yes\"\n---\n", "---\nstrict = true\n---\n"),
    ("front-matter-value", "---\nlevel = \"begginer\"\n---\n", "---\nlevel = \"beginner\"\n---\n"),
    (
        "front-matter-yaml",
        "---\nname: Raft\ntags: [a, 'b c']\n---\n",
        "---\nname = \"Raft\"\ntags = [\"a\", \"b c\"]\n---\n",
    ),
    (
        "front-matter-yaml",
        "---\ntags:\n  - raft\n  - logs\nname: Raft\n---\n",
        "---\ntags = [\"raft\", \"logs\"]\nname = \"Raft\"\n---\n",
    ),
    ("id-beside-text", "Q: a\nA: b  <!-- id: one -->\nWhy: c\n", "Q: a\nA: b\n<!-- id: one -->\nWhy: c\n"),
    ("id-beside-text", "Q: a <!-- id: one -->\nA: b\n", "Q: a\n<!-- id: one -->\nA: b\n"),
    ("missing-answer", "Q: a\na: b\n\nQ: c\nA: d\n", "Q: a\nA: b\n\nQ: c\nA: d\n"),
    ("missing-answer", "Q: a\n  A: b\n", "Q: a\nA: b\n"),
    ("missing-answer", "Q: a\nAnswer: b\n", "Q: a\nA: b\n"),
    ("missing-answer", "Q: a\nA： b\n", "Q: a\nA: b\n"),
    ("missing-definition", "T: a\nDefinition: b\n", "T: a\nD: b\n"),
    ("order-form", "Q: a\nOrder:\n- b\n  more\n\n- c\n", "Q: a\nOrder:\n1. b\n  more\n\n2. c\n"),
    ("order-numbers", "Q: a\nOrder:\n1. b\n2) c\n4. d\n", "Q: a\nOrder:\n1. b\n2) c\n3. d\n"),
    ("order-numbers", "Q: a\nOrder:\n0. b\n1. c\n1. d\n", "Q: a\nOrder:\n1. b\n2. c\n3. d\n"),
    (
        "problem-parameter",
        "Problem: raft.commit-index\nserverz = 5 # five\n",
        "Problem: raft.commit-index\nservers = 5 # five\n",
    ),
    ("second-tag", "Q: a\nA: b\nTags: c\nTags: d, e\n", "Q: a\nA: b\nTags: c, d, e\n"),
    ("second-tag", "Q: a\nA: b\nWhy: c\nd\nWhy: e\nSource: f\n", "Q: a\nA: b\nWhy: c\nd\n\ne\nSource: f\n"),
    ("sheltered-brackets", "C: `a[0]` is [b]\n", "C: `a\\[0\\]` is [b]\n"),
    ("sheltered-brackets", "C: $x[\n1]$ is [b]\n", "C: $x\\[\n1\\]$ is [b]\n"),
    ("tag-spelling", "Q: a\nA: b\nsource: c\n", "Q: a\nA: b\nSource: c\n"),
    ("tag-spelling", "  Q: a\nA: b\n", "Q: a\nA: b\n"),
    (
        "unknown-family",
        "Problem: raft.comit-index\nservers = 5\n",
        "Problem: raft.commit-index\nservers = 5\n",
    ),
    ("unused-allow", "Q: a\nA: b\n<!-- lint: allow L2 it is long -->\nWhy: c\n", "Q: a\nA: b\nWhy: c\n"),
];

/// Texts with faults of codes that have repairs, which are to be left alone: the repair would be a guess, or do harm.
const LEFT: &[(&str, &str)] = &[
    ("bad-id", "Q: a\nA: b\n<!-- id: raft#1 -->\n"),
    ("bad-id", "Q: a\nA: b\n<!-- id: ü -->\n"),
    ("bad-id", "Q: a\nA: b\n<!-- id: raft//terms -->\n"),
    // The repaired id would be taken.
    ("bad-id", "Q: a\nA: b\n<!-- id: raft-log -->\n\nQ: c\nA: d\n<!-- id: Raft_Log -->\n"),
    ("comment-form", "Q: a\nA: b\n<!-- id: raft\n-->\n"),
    ("comment-form", "Q: a\nA: b\n<!-- id: many words\n"),
    ("duplicate-card", "Q: a\nA: b\n\nQ: a\nA: b\nWhy: c\n"),
    ("duplicate-card", "Q: a\nA: b\n\nQ:  a\nA: b\n"),
    ("front-matter-key", "---\nlevel = \"beginner\"\nlvel = \"beginner\"\n---\n"),
    ("front-matter-plus", "+++\nsome words\n+++\n\nQ: a\nA: b\n"),
    ("front-matter-plus", "+++\nQ: a\nA: b\n"),
    ("front-matter-type", "---\nstrict = \"perhaps\"\n---\n"),
    ("front-matter-value", "---\narea = \"cooking\"\n---\n"),
    ("id-beside-text", "Q: a\nA: b <!-- id: one -->\nand more\n"),
    ("id-beside-text", "Q: a\nA: b <!-- id: one -->\n\nAnd a paragraph.\n"),
    ("missing-answer", "Q: a\nA= 3\n"),
    ("missing-answer", "Q: Which?\na: one\nb: two\n"),
    ("missing-answer", "Q: a\n"),
    ("order-form", "Q: a\nOrder:\n- [x] b\n- [ ] c\n"),
    ("order-form", "Q: a\nOrder:\n- b\nand more\n- c\n"),
    ("order-numbers", "Q: a\nOrder:\n1. b\n3. c\n2. d\n"),
    ("second-tag", "Q: a\nA: b\nWhy: c\nSource: d\nWhy: e\n"),
    ("second-tag", "Q: a\nA: b\nA: c\n"),
    ("sheltered-brackets", "C: See [a](https://b.c) and [d]\n"),
];

fn faults(text: &str) -> Vec<Diagnostic> {
    let source = SourceText::new("decks/raft.md", text);
    let mut parsed = deck::parse(&source);
    families::leave_out_unknown(&mut parsed);
    let mut found = parsed.diagnostics.clone();
    found.extend(lint::deck(&source, &parsed, &lint::Options::default()));
    found
}

fn has(text: &str, code: &str) -> bool {
    faults(text).iter().any(|fault| fault.code == code)
}

fn mended(text: &str) -> Option<String> {
    mend(&SourceText::new("decks/raft.md", text), None).map(|mended| mended.text)
}

#[test]
fn a_repair_takes_its_fault_away_and_changes_no_other_byte() {
    for (code, before, after) in REPAIRS {
        assert!(has(before, code), "{code} is not in {before:?}");
        assert_eq!(mended(before).as_deref(), Some(*after), "{code}");
        assert!(!has(after, code), "{code} is left in {after:?}");
        assert_eq!(mended(after), None, "{code}: nothing is left to do");
    }
}

#[test]
fn a_repair_leaves_line_ends_and_all_around_it_as_they_are() {
    // Notes, odd spaces, tabs and an order mark: whatever a careless writer would tidy up.
    let (above, below) = ("\u{feff}note \t\n\n\n", "\n---\n\n\tnote  \nQ: z y?\nA:x\n\n\n");
    for (code, before, after) in REPAIRS {
        if before.starts_with("---") || before.starts_with("+++") || !before.ends_with('\n') {
            continue;
        }
        for ends in ["\n", "\r\n"] {
            let around = |text: &str| format!("{above}{text}{below}").replace('\n', ends);
            assert_eq!(mended(&around(before)), Some(around(after)), "{code} with {ends:?}");
        }
    }
}

#[test]
fn what_would_be_a_guess_is_left_to_the_author() {
    for (code, text) in LEFT {
        assert!(has(text, code), "{code} is not in {text:?}");
        assert_eq!(mended(text), None, "{code}");
    }
}

#[test]
fn a_repair_that_would_do_harm_holds_no_other_up() {
    // `Question:` would open a card that has no answer; the other two are made all the same.
    let text = "Q: a\nA: b\nQuestion: is that so\nsources: c\n\n---\n\nQ: d\nA: e\nTags: f,, g\n";
    let after = text.replace("sources:", "Source:").replace("f,, g", "f, g");
    assert_eq!(mended(text), Some(after));
}

#[test]
fn codes_and_repairs_agree() {
    let with: BTreeSet<&str> =
        CODES.iter().filter(|code| matches!(code.fix, Mend::Does(_))).map(|code| code.code).collect();
    let shown: BTreeSet<&str> = REPAIRS.iter().map(|(code, ..)| *code).collect();
    assert_eq!(shown, with, "each code that has a repair is shown here, and no other");
    for (_, text) in crate::faults::DECKS {
        for fault in faults(text).iter().filter(|fault| fault.fix.is_some()) {
            assert!(with.contains(fault.code), "{} repairs and does not say so", fault.code);
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how a person asks for a new page")]
fn the_page_names_every_code_and_what_becomes_of_it() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/check-format.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut table = String::new();
    for code in CODES {
        let (does, leaves) = match code.fix {
            Mend::Does(what) => (what, ""),
            Mend::Leaves(why) => ("", why),
        };
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(table, "| `{}` | {} | {} |", code.code, cell(does), cell(leaves));
    }
    let head = "|---|---|---|\n";
    let at = page.rfind(head).unwrap() + head.len();
    let wanted = format!("{}{table}", &page[..at]);
    if std::env::var_os("RETAIN_UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
        return;
    }
    assert!(page == wanted, "the table of repairs is not what the program says: run with RETAIN_UPDATE=1");
}

#[test]
fn check_fix_writes_the_file_and_explains_itself() {
    let world = World::empty().deck("notes", "Q: Which port does Redis listen on?\r\nanswer: 6379\r\n");
    let said = world.run(&["check", "--fix"]);
    assert!(said.stdout.contains("1 repair made"), "{}", said.stdout);
    assert_eq!(
        std::fs::read_to_string(world.home().join("decks/notes.md")).unwrap(),
        "Q: Which port does Redis listen on?\r\nA: 6379\r\n"
    );
    let explained = world.run(&["check", "--explain", "order-numbers"]).success();
    assert!(explained.contains("--fix   numbers the lines anew"), "{explained}");
    let explained = world.run(&["check", "--explain", "no-deletion"]).success();
    assert!(explained.contains("--fix   leaves it: what to hide is the author's to say"), "{explained}");
}
