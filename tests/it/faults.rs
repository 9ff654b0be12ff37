//! Every fault of the deck language as an author sees it: the whole rendering, one snapshot each kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use retain::card::Dialect;
use retain::deck::codes::CODES;
use retain::deck::{self, lint};
use retain::source::SourceText;
use retain::view::check::Drawing;

/// Small decks, each with the faults that its name says.
pub(crate) const DECKS: &[(&str, &str)] = &[
    ("front matter never closed", "---\nname = \"Raft\"\nlevel = \"beginner\"\n"),
    ("front matter opened by a rule before cards", "---\n\nQ: a\nA: b\n---\nQ: c\nA: d\n"),
    ("front matter that is YAML", "---\nname: Raft\ntags: [consensus, 'raft log']\nstrict: true\n---\n"),
    ("front matter that is no TOML", "---\nname = Raft\nlevel = \"beginner\"\nsource = \"a\" \"b\"\n---\n"),
    (
        "front matter with wrong types",
        "---\nname = 3\nrequires = \"quorums\"\ntags = [\"a\", 2]\nstrict = \"yes\"\nresource = [1]\nsource = 2026-01-01\n---\n",
    ),
    (
        "front matter with unknown values",
        "---\nlevel = \"begginer\"\narea = \"cooking\"\ndialect = \"anki\"\n---\n",
    ),
    ("front matter with unknown keys", "---\nlvel = \"beginner\"\nauthor = \"me\"\n---\n"),
    ("front matter with a key twice", "---\nname = \"a\"\nname = \"b\"\n---\n"),
    ("front matter with an empty name", "---\nname = \" \"\n---\n"),
    ("front matter between plus signs", "+++\nname = \"Raft\"\n+++\n\nQ: a\nA: b\n"),
    (
        "question without answer before a question",
        "Q: What is a term?\n\nQ: What is a vote?\nA: One per term.\n",
    ),
    ("question without answer before a cloze", "Q: What is a term?\nC: A [term] is a number.\n"),
    ("question without answer before a term", "Q: What is a term?\nT: term\nD: a number\n"),
    ("question without answer before a problem", "Q: What is a term?\nProblem: raft.commit-index\n"),
    ("question without answer before a rule", "Q: What is a term?\n---\nA: A number.\n"),
    ("question without answer at the end", "Q: What is a term?\n\n"),
    ("answer that is misspelt", "Q: With N = 5 and W = 3, what is the least R that gives R + W > N?\nA= 3\n"),
    ("answer that is indented", "Q: 多数派 of ⌊N/2⌋?\n  A: a majority\n"),
    ("term without definition", "T: quorum\n\nC: A [quorum] is enough.\n"),
    ("term without definition at the end", "T: quorum\n"),
    ("term with a misspelt definition", "T: quorum\nDefinition: enough servers\n"),
    ("answer without question", "A: A number.\n\nQ: a\nA: b\n"),
    ("definition without term", "Notes.\n\nD: A number.\n"),
    ("tag without card", "Q: a\nA: b\n---\nWhy: because\n"),
    ("second answer", "Q: a\nA: b\nA: c\n"),
    ("second answer of another kind", "Q: a\nA: b\nType: c\n"),
    ("second definition", "T: a\nD: b\nD: c\n"),
    ("second why", "Q: a\nA: b\nWhy: c\nSource: d\nWhy: e\n"),
    ("second tags", "Q: a\nA: b\nTags: c\nTags: d\n"),
    ("definition of a question", "Q: a\nD: b\n"),
    ("answer of a cloze", "C: a [b]\nA: b\n"),
    ("answer of a term", "T: a\nA: b\n"),
    ("answer of a problem", "Problem: raft.commit-index\nservers = 5\nA: 3\n"),
    ("why before the answer", "Q: a\nWhy: c\nA: b\n"),
    ("hint before the definition", "T: a\nHint: c\nD: b\n"),
    ("question without text", "Q:\nA: b\n"),
    ("answer without text", "Q: a\nA:\n\nQ: c\nA: d\n"),
    ("cloze without text", "C:\n"),
    ("problem without family", "Problem:\nservers = 5\n"),
    ("tag without text", "Q: a\nA: b\nWhy:\n"),
    ("fence never closed", "Q: a\nA: b\n```rust\nfn main() {}\n\nQ: c\nA: d\n"),
    ("fence never closed in notes", "Notes\n~~~\n\nQ: c\nA: d\n"),
    (
        "text between cards of a strict deck",
        "---\nstrict = true\n---\nSome notes\nover two lines.\n\nQ: a\nA: b\n---\nMore.\n",
    ),
    ("text right after an id", "Q: a\nA: b\n<!-- id: a -->\nmore of the answer\n"),
    ("id without card", "<!-- id: raft-terms -->\n\nQ: a\nA: b\n"),
    ("second id", "Q: a\nA: b\n<!-- id: one -->\n<!-- id: two -->\n"),
    (
        "id with a bad character",
        "Q: a\nA: b\n<!-- id: Raft_Terms -->\n\nQ: c\nA: d\n<!-- id: raft terms -->\n\nQ: e\nA: f\n<!-- id: raft//terms -->\n\nQ: g\nA: h\n<!-- id: -->\n",
    ),
    (
        "id with a number sign",
        "Q: a\nA: b\n<!-- id: raft#1 -->\n\nQ: c\nA: d\n<!-- id: ü -->\n\nQ: e\nA: f\n<!-- id: -a -->\n",
    ),
    ("id comment misspelt", "Q: a\nA: b\n<!-- id raft-terms -->\n\nQ: c\nA: d\n<!-- id = raft-votes -->\n"),
    ("id comment not closed", "Q: a\nA: b\n<!-- id: raft-terms\n"),
    ("id beside text", "Q: a\nA: b <!-- id: raft-terms -->\n\nQ: c\nA: d\ne <!-- id: raft-votes -->\n"),
    ("id twice", "Q: a\nA: b\n<!-- id: raft-terms -->\n\nQ: c\nA: d\n<!-- id: raft-terms -->\n"),
    ("card twice", "Q: a\nA: b\n\nQ: a\nA: b\n"),
    ("question twice", "Q: What is a quorum?\nA: b\n\nQ: What is  a quorum?\nA: c\n"),
    ("suppression without reason", "Q: a\nA: b\n<!-- lint: allow L2 -->\n"),
    (
        "suppression without rule",
        "Q: a\nA: b\n<!-- lint: allow -->\n\nQ: c\nA: d\n<!-- lint: ignore L2 it is fine -->\n",
    ),
    ("heading in a card", "Q: a\nA: b\n\n## Elections\n\nQ: c\nA: d\n"),
    ("comment around a card", "<!--\nQ: a\nA: b\n-->\n"),
    ("tag misspelt", "Q: a\nA: b\nsource: c\nHints: d\nConcept: e\nProlem: f\n"),
    ("question in lower case", "q: a\na: b\n"),
    ("question indented", "  Q: a\n  A: b\n"),
    ("cloze that hides nothing", "C: A term is a number.\n"),
    ("cloze with only a picture", "C: wow![x] y\n"),
    ("cloze with only escapes", "C: \\[term\\]\n"),
    ("cloze with a task list", "C: choose\n- [ ] a\n- [x] b\n"),
    ("cloze with far too many gaps", "C: MANY\n"),
    ("cloze with empty brackets", "C: Bad [] and [good]\n"),
    ("cloze with an open bracket", "C: Half [good\n"),
    ("cloze with a stray bracket", "C: a] [b] c\n"),
    ("cloze with nested brackets", "C: a [b [c] d] e\n"),
    ("cloze with code", "C: `next[i]` is [the next index]\n"),
    ("cloze with a code block", "C: A [slice]:\n```rust\nlet x = a[1];\n```\n"),
    ("cloze with maths", "C: $a[i]$ is [x]\n"),
    ("cloze with a link", "C: See [Raft](https://raft.github.io) elects a [leader].\n"),
    ("cloze that hides a part of code", "C: Run `git [commit]` to record it.\n"),
    ("options with other text", "Q: a\nA:\n- [x] b\n- [ ] c\nand more\n"),
    ("options without a right one", "Q: a\nA:\n- [ ] b\n- [ ] c\n"),
    ("one option", "Q: a\nA:\n- [x] b\n"),
    ("an empty option", "Q: a\nA:\n- [x] b\n- [ ]\n"),
    ("an option twice", "Q: a\nA:\n- [x] b\n- [ ] c\n- [ ] b\n"),
    ("order with other text", "Q: a\nOrder:\n1. b\n2. c\nand more\n"),
    ("order with one item", "Q: a\nOrder: 1. b\n"),
    ("order with an empty item", "Q: a\nOrder:\n1. b\n2.\n"),
    ("order with odd numbers", "Q: a\nOrder:\n1. b\n3. c\n2. d\n"),
    ("order with an item twice", "Q: a\nOrder:\n1. b\n2. c\n3. b\n"),
    ("spelling without text", "Q: a\nType: b | | c\n"),
    ("spellings half in code", "Q: a\nType: `b` | c\n"),
    ("number with a comma", "Q: a\nNumber: 0,63\n"),
    ("number that is none", "Q: a\nNumber: about five\n"),
    ("number with a foreign tolerance", "Q: a\nNumber: 5 ms ± 1 MB\n"),
    ("words with nothing between commas", "Q: a\nA: b\nTags: c,, d\nConfuses: e, , Bad_Id\n"),
    ("problem with a bad family", "Problem: Raft Commit\n"),
    ("problem of a family that is none", "Problem: raft.comit-index\n"),
    ("problem with parameters that are none", "Problem: raft.commit-index\nservers = 400\nbanana = 1\n"),
    (
        "problem with notes among its parameters",
        "Problem: raft.commit-index\nservers = [3, 5]\n\nSome notes.\n",
    ),
];

/// Puts the long texts where a deck only names them.
fn expanded(text: &str) -> String {
    text.replace("MANY", &"[a] ".repeat(1_600))
}

#[test]
fn every_fault_is_drawn_with_its_place_and_a_way_out() {
    let mut drawn = String::new();
    let mut codes = BTreeSet::new();
    for (name, text) in DECKS {
        let source = SourceText::new("decks/raft.md", expanded(text));
        let mut parsed = deck::parse(&source);
        deck::families::leave_out_unknown(&mut parsed);
        assert!(!parsed.diagnostics.is_empty(), "{name} is no fault");
        let drawing = Drawing::new(&source);
        let _ = writeln!(drawn, "## {name}\n");
        for diagnostic in &parsed.diagnostics {
            codes.insert(diagnostic.code);
            assert!(diagnostic.help.is_some(), "{name}: {} does not say what to type", diagnostic.code);
            let first = diagnostic.message.chars().next().unwrap_or('A');
            assert!(
                !first.is_uppercase() && !diagnostic.message.ends_with('.'),
                "{name}: {}",
                diagnostic.message
            );
            let _ = writeln!(drawn, "{}\n", drawing.text(diagnostic, false, 100));
        }
    }
    let unseen: Vec<_> =
        codes_in_sources().into_iter().filter(|code| !codes.contains(code.as_str())).collect();
    assert!(unseen.is_empty(), "no deck here shows {unseen:?}");
    insta::assert_snapshot!("faults", drawn);
}

/// What the parser does not see by itself: other tools' readings, the linter's own housekeeping, other decks.
const ELSEWHERE: &[(&str, &str)] = &[
    ("hashcards-refuses", "Notes, the first line,\nand the second.\n\nQ: a\nA: b\n"),
    ("hashcards-refuses", "Q: a\nA: b\nA: c\n"),
    ("hashcards-refuses", "Q: a\n---\n"),
    ("hashcards-refuses", "C: no gap\n"),
    ("repeater-refuses", "Q: a\n\nQ: b\nA: c\n"),
    ("repeater-refuses", "C: a [] b\n"),
    ("repeater-waits", "C: no gap\n"),
    ("not-in-hashcards", "Q: a\nA: b\nWhy: c\n"),
    ("not-in-hashcards", "Q: a\nOrder:\n1. b\n2. c\n"),
    ("not-in-repeater", "C: [a] and [b]\n"),
    ("not-in-repeater", "T: a\nD: b\n"),
    ("unknown-rule", "Q: a\nA: b\n<!-- lint: allow A22 it is short -->\n"),
    ("unused-allow", "Q: a\nA: b\n<!-- lint: allow L2 it is long -->\n"),
    ("unknown-card", "Q: a\nA: b\nConfuses: raft-tems\n\nQ: c\nA: d\n<!-- id: raft-terms -->\n"),
];

#[test]
fn what_only_other_readings_find_is_drawn_too() {
    let mut drawn = String::new();
    let mut codes = BTreeSet::new();
    for (code, text) in ELSEWHERE {
        let source = SourceText::new("decks/raft.md", *text);
        let parsed = deck::parse(&source);
        let dialect = match *code {
            "hashcards-refuses" => Some(Dialect::Hashcards),
            "repeater-refuses" | "repeater-waits" => Some(Dialect::Repeater),
            _ => None,
        };
        let mut found = match dialect {
            Some(dialect) => deck::compat::read(dialect, &source).diagnostics,
            None => deck::compat::portable(&source),
        };
        found.extend(lint::deck(&source, &parsed, &lint::Options::default()));
        found.extend(lint::collection(&[(&source, &parsed)]).into_iter().map(|(_, fault)| fault));
        let drawing = Drawing::new(&source);
        let mut of_code = found.iter().filter(|fault| fault.code == *code).peekable();
        assert!(of_code.peek().is_some(), "{code} is not in {text:?}");
        let _ = writeln!(drawn, "## {code}: {text:?}\n");
        for fault in of_code {
            codes.insert(fault.code);
            let _ = writeln!(drawn, "{}\n", drawing.text(fault, false, 100));
        }
    }
    insta::assert_snapshot!("elsewhere", drawn);
    for (_, text) in DECKS {
        let source = SourceText::new("decks/raft.md", expanded(text));
        let mut parsed = deck::parse(&source);
        deck::families::leave_out_unknown(&mut parsed);
        codes.extend(parsed.diagnostics.iter().map(|fault| fault.code));
    }
    // A file that is no text has no caret, and what `add` refuses is drawn in its own screens (`author.rs`).
    codes.extend(["unreadable", "unusable-text"]);
    let missing: Vec<_> = CODES.iter().map(|code| code.code).filter(|code| !codes.contains(code)).collect();
    assert!(missing.is_empty(), "no drawing of {missing:?}");
}

/// A card that each tag may follow or not: opened, and answered where that can be.
const OPENINGS: &[(&str, &str)] = &[
    ("nothing", ""),
    ("Q:", "Q: a\n"),
    ("Q: A:", "Q: a\nA: b\n"),
    ("Q: Order:", "Q: a\nOrder:\n1. b\n2. c\n"),
    ("Q: Type:", "Q: a\nType: b\n"),
    ("Q: Number:", "Q: a\nNumber: 5\n"),
    ("C:", "C: a [b]\n"),
    ("T:", "T: a\n"),
    ("T: D:", "T: a\nD: b\n"),
    ("Problem:", "Problem: raft.commit-index\n"),
];

#[test]
fn every_tag_where_it_may_not_stand_has_its_own_sentence() {
    const TAGS: [&str; 11] = [
        "A: b",
        "D: b",
        "Order:\n1. b\n2. c",
        "Type: b",
        "Number: 5",
        "Why: b",
        "Source: b",
        "Hint: b",
        "Tags: b",
        "Concepts: b",
        "Confuses: b",
    ];
    let mut said: BTreeMap<String, (String, &str)> = BTreeMap::new();
    let mut table = String::new();
    for (opening, before) in OPENINGS {
        for text in TAGS {
            let tag = &text[..=text.find(':').unwrap()];
            // After a tag of its own kind, and before an answer that makes the card whole.
            for (place, whole) in [
                (String::new(), format!("{before}{text}\n")),
                (format!("{tag} "), format!("{before}{text}\n{text}\n")),
            ] {
                let source = SourceText::new("t.md", whole.as_str());
                let parsed = deck::parse(&source);
                let Some(fault) = parsed.diagnostics.iter().find(|fault| fault.span.start >= before.len())
                else {
                    continue;
                };
                let state = format!("{opening} {place}").trim().to_owned();
                let _ = writeln!(table, "{state:<16} {tag:<10} {}: {}", fault.code, fault.message);
                assert!(fault.message.contains(&format!("`{tag}`")), "{state} then {tag}: {}", fault.message);
                let key = fault.message.clone();
                let first = said.entry(key).or_insert_with(|| (state.clone(), tag));
                // A question answered in two ways is one state for what may follow neither.
                assert_eq!(first.1, tag, "{} says the same of {} and {tag}", fault.message, first.1);
            }
        }
    }
    insta::assert_snapshot!("tags", table);
}

/// Finds the codes that the parser's sources name.
fn codes_in_sources() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/deck");
    for entry in std::fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("an entry").path();
        let own = ["lint.rs", "tests.rs", "format.rs"].iter().any(|name| path.ends_with(name));
        if own || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for call in ["Diagnostic::new(", "error(", "faulty("] {
            for (at, _) in text.match_indices(call) {
                let rest = text[at + call.len()..].trim_start();
                if let Some((code, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                    codes.insert(code.to_owned());
                }
            }
        }
    }
    codes
}
