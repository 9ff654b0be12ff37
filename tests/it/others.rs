//! Decks as other people write them: the shapes that were met in some seventy public decks of hashcards' and repeater's
//! users, told again in our own words. What each gives here and in the other two readings, with the content hashes that
//! the installed hashcards 0.5.0 gave. Not for the 73 cases of the dialect (`deck_format.rs`) nor odd bytes (`odd.rs`).

use retain::card::Dialect;
use retain::deck::{compat, format, parse, parse_as};
use retain::diagnostic::Severity;
use retain::source::SourceText;

use crate::world::World;

/// A deck and what becomes of it.
struct Shape {
    name: &'static str,
    text: &'static str,
    /// The cards that are read here.
    cards: usize,
    /// What is said about the language, without remarks, in order.
    codes: &'static [&'static str],
    /// The first twelve digits of hashcards' own hashes, in order; nothing where it refuses the collection.
    hashcards: Option<&'static [&'static str]>,
    /// The cards that repeater makes of it.
    repeater: usize,
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "a term and its definition, spelt out in a sentence with gaps",
        text: "C: Term: [latch]\n\nDefinition: [a short lock on a page in memory.]\n\n---\n\nC:\nCommand: [`sync`]\n\nPurpose: [writes dirty pages out.]\n",
        cards: 4,
        codes: &[],
        hashcards: Some(&["ca9ded56c439", "8f1688d0cfa2", "a165c0c8ed75", "2dcaf23dfae7"]),
        repeater: 2,
    },
    Shape {
        name: "rows of names and values, each with a gap",
        text: "C: Name: [gigabit Ethernet]\n\nBits a second: [10^9]\n\n---\n\nC: A page has [4] to [16] kilobytes.\n",
        cards: 4,
        codes: &[],
        hashcards: Some(&["81dc6c6aad65", "89741865e175", "14f97d0539a9", "a7b5746b50f4"]),
        repeater: 2,
    },
    Shape {
        name: "comments for the author between cards",
        text: "---\nname = \"Notes\"\n---\n\n<!-- Week 3: storage (pages, logs) -->\n\nQ: What does a page begin with?\nA: With its header,\nwhich has its number.\n\n<!-- Week 4: recovery -->\n\nQ: What does a log begin with?\nA: With its first record.\n",
        cards: 2,
        codes: &[],
        hashcards: None,
        repeater: 2,
    },
    Shape {
        name: "a title, a quotation and headings",
        text: "# Databases\n\n> Written as `Q:` and `A:`, with `[gaps]`\n\n---\n\n## 1. Pages\n\n### 1.1 Layout\n\nQ: What holds a page together?\nA: ①its [header]; ②its [slots].\n\n### 1.2 Size\n\nQ: How large is a page?\nA: 8 KiB is common.\n\n---\n\n*The end.*\n",
        cards: 2,
        codes: &[],
        hashcards: None,
        repeater: 2,
    },
    Shape {
        name: "keys that differ in case, and signs",
        text: "Q: w\nA: one word on\n\n---\n\nQ: W\nA: one word on, up to a space\n\n---\n\nQ: ^\nA: to the start of the line\n\n---\n\nQ: $\nA: to its end\n\n---\n\nQ: >\nA: shift to the right\n\n---\n\nQ: >>\nA: shift this line to the right\n\n---\n\nQ: <C-[>\nA: back to commands\n",
        cards: 7,
        codes: &[],
        hashcards: Some(&[
            "a4b5ee697ec6",
            "0cdcbb21a41c",
            "b281aaf28af9",
            "0c6b25a6416b",
            "a7e25f9dd9c6",
            "9d22f5809e81",
            "8914849e9251",
        ]),
        repeater: 7,
    },
    Shape {
        name: "cards still to be written",
        text: "Q: What is a heap file?\nA: A file of pages in no order.\n\n---\n\nQ: a B-tree\nA:\n\n---\n\nQ: a hash index\nA:\n\n---\n",
        cards: 1,
        codes: &["empty-answer", "empty-answer"],
        hashcards: Some(&["8bc55c07c901", "8393c2b0d8ee", "b110ed179ea5"]),
        repeater: 1,
    },
    Shape {
        name: "an answer in lower case",
        text: "Q: g~\na: turns case round\n\n---\n\nQ: gu\nA: makes lower case\n",
        cards: 1,
        codes: &["missing-answer"],
        hashcards: None,
        repeater: 1,
    },
    Shape {
        name: "front matter of another program",
        text: "---\nname: \"Storage\"\nsubject: \"Databases\"\ntags: [\"pages\", \"logs\"]\n---\n\nQ: What is a page?\nA: A block of a file.\n",
        cards: 1,
        codes: &["front-matter-yaml", "front-matter-yaml", "front-matter-yaml"],
        hashcards: None,
        repeater: 1,
    },
    Shape {
        name: "front matter with a list over lines",
        text: "---\nname: Storage\ntags:\n  - pages\n  - logs\n---\n\nQ: What is a page?\nA: A block of a file.\n",
        cards: 1,
        codes: &["front-matter-yaml", "front-matter-yaml"],
        hashcards: None,
        repeater: 1,
    },
    Shape {
        name: "slashes between the sides, as once was",
        text: "What is a page? / A block of a file.\n\n[Pages] hold [rows].\n",
        cards: 0,
        codes: &[],
        hashcards: None,
        repeater: 0,
    },
    Shape {
        name: "a list of things to do",
        text: "- write cards on logs\n    - and on pages\n- find the ones that are there twice\n",
        cards: 0,
        codes: &[],
        hashcards: None,
        repeater: 0,
    },
    Shape {
        name: "a page on the decks, with an example in a fence",
        text: "# My decks\n\nA card looks like this:\n\n```markdown\nQ: What is a page?\nA: A block of a file.\n```\n\nOr like this:\n\n```markdown\nC: [Pages] hold [rows].\n```\n",
        cards: 0,
        codes: &[],
        hashcards: None,
        repeater: 2,
    },
    Shape {
        name: "lines that end in two spaces",
        text: "C:  \n[gehen (geht)]  \n[ging]  \n[ist gegangen]  \n\nC:  \n[sehen (sieht)]  \n[sah]  \n[hat gesehen]  \n",
        cards: 6,
        codes: &[],
        hashcards: Some(&[
            "4b74570a3610",
            "d9d6e5b1fdb0",
            "eb02f4b4d281",
            "69dd5e908516",
            "0b676029325e",
            "746ca8e5a942",
        ]),
        repeater: 2,
    },
    Shape {
        name: "pictures under one question",
        text: "Q: Which index is drawn here?\n\n![](@/one.webp)\n\nA: A _B-tree_.\n\n---\n\nQ: Which index is drawn here?\n\n![](@/two.webp)\n\nA: A _hash index_.\n",
        cards: 2,
        codes: &[],
        hashcards: Some(&["85adbf51ec09", "a0359c391c4c"]),
        repeater: 2,
    },
    Shape {
        name: "gaps in a table",
        text: "C: What a lock allows:\n\n| held | asked | given |\n| ---- | ----- | ----- |\n| S    | S     | [yes] |\n| S    | X     | [no]  |\n| X    | X     | [no]  |\n",
        cards: 3,
        codes: &[],
        hashcards: Some(&["c00a56c75133", "a6ec93c243a3", "e2a8f140930d"]),
        repeater: 1,
    },
    Shape {
        name: "maths with brackets beside gaps",
        text: "C: The [variance] of $X$ is $E[(X - \\mu)^2]$, where $\\mu$ is the [mean].\n",
        cards: 2,
        codes: &["sheltered-brackets"],
        hashcards: Some(&["fd20b22246f7", "edaec3396905", "dfd3ca76dc65"]),
        repeater: 1,
    },
    Shape {
        name: "code with brackets beside gaps",
        text: "C: In `rows[mask]`, the [mask] has one truth for each [row].\n",
        cards: 2,
        codes: &["sheltered-brackets"],
        hashcards: Some(&["340831afb8f7", "b4ab51cde0d9", "5b7d09d7d881"]),
        repeater: 1,
    },
    Shape {
        name: "brackets in brackets",
        text: "C: the gradient is E[log p · ([return] - [baseline])]\n\nC: steps follow E[log p(a|s) · [advantage]]\n",
        cards: 3,
        codes: &["nested-brackets", "nested-brackets"],
        hashcards: Some(&["c8ed329d2d0c", "00580e23b5bc", "01ab55e7b3d5"]),
        repeater: 2,
    },
    Shape {
        name: "tags of another program",
        text: "Q: What is a join?\nA: A pairing of rows.\n\nP: How large is the join of two tables?\n\nS:\n**FIND**: the sizes of both\n\n1. multiply them\n",
        cards: 1,
        codes: &[],
        hashcards: Some(&["7977e74b92ec"]),
        repeater: 1,
    },
    Shape {
        name: "one question with two answers",
        text: "Q: what?\nA:yes\n\nC: ping [pong]\nQ: no\nA: space\n\nQ: what?\nA:\n- one\n- two\n",
        cards: 3,
        codes: &["duplicate-question"],
        hashcards: Some(&["415cd8556a61", "1c17ed1b4975", "3eb359918aaa", "b2c846701cf5"]),
        repeater: 4,
    },
    Shape {
        name: "a card twice",
        text: "Q: extinction\nA: the end of a habit\n\n---\n\nQ: extinction\nA: the end of a habit\n\n---\n",
        cards: 1,
        codes: &["duplicate-card"],
        hashcards: Some(&["339e6c3538dc"]),
        repeater: 1,
    },
    Shape {
        name: "both sides below their tags",
        text: "Q:\nWhat is a page?\n\nA:\n- a block\n- of a file\n\n---\nQ:  \nTip: how is a page shown?\n\nA:  \nAs hex.  \nLine by line.\n\n\n",
        cards: 2,
        codes: &[],
        hashcards: Some(&["238b99e51d8c", "0ba08cbb878d"]),
        repeater: 2,
    },
    Shape {
        name: "code in both sides",
        text: "Q: Consider this pattern:\n\n```\nlet Page { id, slots } = page;\n```\n\nHow is `id` left out?\n\nA:\n\n```\nlet Page { id: _, slots } = page;\n```\n",
        cards: 1,
        codes: &[],
        hashcards: Some(&["c980a8127b25"]),
        repeater: 1,
    },
    Shape {
        name: "a list that begins beside its tag",
        text: "Q: In which ways is a norm computed?\nA: 1. `norm(A)`, built in.\n2. `sqrt(sum(A*A))`, by hand.\nBoth give the same.\n",
        cards: 1,
        codes: &[],
        hashcards: Some(&["63f50a1f6e0d"]),
        repeater: 1,
    },
    Shape {
        name: "a verse, line by line",
        text: "C:\n_line:_ [3]\n\n[The log goes first],\n[the page comes after];\n[so nothing is lost].\n",
        cards: 4,
        codes: &[],
        hashcards: Some(&["c2e5c2266164", "28287cb6190a", "aba4bc231afb", "46d86a060aa3"]),
        repeater: 1,
    },
    Shape {
        name: "letters as headings",
        text: "Q: initial form of **be**\nA: # بـ\n\nQ: name of this letter:\n# بـ\nA: be\n",
        cards: 2,
        codes: &[],
        hashcards: Some(&["bc4ee79fab8f", "9d2dde45b374"]),
        repeater: 2,
    },
    Shape {
        name: "last line without an end, and a mark before the first",
        text: "\u{feff}Q: 이기다\n\n예문: 친구에게 이기다.\nA: to win\n\n---\n\nQ: 이기다\n\n예문: 고기를 이기다.\nA: to mince",
        cards: 2,
        codes: &[],
        hashcards: None,
        repeater: 2,
    },
    Shape {
        name: "a term as the other program has it",
        text: "T: checkpoint\nD: a point from which a log is replayed.\n\n---\n\nQ: What is a log?\nA: What is replayed.\n",
        cards: 3,
        codes: &[],
        hashcards: Some(&["b9a475b21aec", "337d99715718", "5204f41b26b5"]),
        repeater: 1,
    },
    Shape {
        name: "a field that bears the name of a tag of ours",
        text: "C: Number: [6]\n\nSymbol: [C]\n\n---\n\nC: Symbol: [N]\n\nNumber: [7]\n",
        cards: 2,
        codes: &["misplaced-tag"],
        hashcards: Some(&["9981e716cb73", "c241c223ac8a", "8760ec6f90ff", "aada1b257b8e"]),
        repeater: 2,
    },
];

fn source(shape: &Shape) -> SourceText {
    SourceText::new("deck.md", shape.text)
}

#[test]
fn each_shape_gives_its_cards_and_no_false_alarm() {
    for shape in SHAPES {
        let parsed = parse(&source(shape));
        assert_eq!(parsed.cards().count(), shape.cards, "{}", shape.name);
        let told = parsed.diagnostics.iter().filter(|fault| fault.severity > Severity::Info);
        let codes: Vec<_> = told.map(|fault| fault.code).collect();
        assert_eq!(codes, shape.codes, "{}", shape.name);
    }
}

#[test]
fn each_shape_is_read_as_hashcards_reads_it() {
    for shape in SHAPES {
        let theirs = compat::read(Dialect::Hashcards, &source(shape));
        assert_eq!(
            theirs.is_refused(),
            shape.hashcards.is_none(),
            "{}: {:?}",
            shape.name,
            theirs.diagnostics
        );
        if let Some(hashes) = shape.hashcards {
            let ours: Vec<String> =
                theirs.cards.iter().map(|card| card.hash.to_hex()[..12].to_owned()).collect();
            assert_eq!(ours, hashes, "{}", shape.name);
        }
    }
}

#[test]
fn each_shape_is_read_as_repeater_reads_it() {
    for shape in SHAPES {
        let parsed = parse_as(&source(shape), Some(Dialect::Repeater));
        assert_eq!(parsed.cards().count(), shape.repeater, "{}", shape.name);
        // Front matter is notes to repeater: whatever stands there is no fault of the deck.
        let front = parsed.diagnostics.iter().find(|fault| fault.code.starts_with("front-matter"));
        assert_eq!(front, None, "{}", shape.name);
    }
}

#[test]
fn every_card_that_another_tool_reads_otherwise_is_named() {
    for shape in SHAPES {
        let source = source(shape);
        let named = compat::portable(&source);
        for (tool, cards) in
            [("hashcards", shape.hashcards.map(<[_]>::len)), ("repeater", Some(shape.repeater))]
        {
            // A collection that is refused has none of its cards, and the place that is refused is named.
            let codes = [format!("not-in-{tool}"), format!("{tool}-refuses")];
            let said = named.iter().any(|fault| codes.iter().any(|code| code == fault.code));
            assert!(said || cards == Some(shape.cards), "{}: {tool} is not named", shape.name);
        }
    }
}

#[test]
fn the_canonical_form_keeps_what_they_wrote() {
    for shape in SHAPES {
        let before = parse(&source(shape));
        let written = format::format(&source(shape), &before);
        let after = parse(&SourceText::new("deck.md", written.as_str()));
        let kinds = |parsed: &retain::deck::Parsed| -> Vec<_> {
            parsed.cards().map(|card| (card.key.clone(), card.kind.clone())).collect()
        };
        assert_eq!(kinds(&after), kinds(&before), "{}:\n{written}", shape.name);
    }
}

#[test]
fn a_folder_of_them_is_checked_listed_and_reviewed_as_it_is() {
    let world = World::empty();
    for (index, shape) in SHAPES.iter().enumerate() {
        world.write_deck(&format!("deck-{index:02}"), shape.text);
    }
    let checked = world.run(&["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""), "faults are named");
    let listed = world.run(&["list", "--json"]).success();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let cards: usize = SHAPES.iter().map(|shape| shape.cards).sum();
    // A card that two decks share is one card.
    let keys: std::collections::BTreeSet<_> = SHAPES
        .iter()
        .flat_map(|shape| parse(&source(shape)).cards().map(|card| card.key.clone()).collect::<Vec<_>>())
        .collect();
    assert!(keys.len() <= cards);
    assert_eq!(listed.as_array().unwrap().len(), keys.len());
    let due = world.run(&["list", "is:new"]).success();
    assert!(due.ends_with(&format!("{} cards\n", keys.len())), "{due}");
}
