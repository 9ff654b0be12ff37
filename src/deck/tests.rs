//! Tests of the whole deck language: what others make of 73 inputs and what we make of them, laws, real decks.

use std::fmt::Write as _;

use super::*;
use crate::card::CardKind;

/// Reads a text under the name `t.md`.
fn read(text: &str) -> Parsed {
    parse(&SourceText::new("t.md", text))
}

/// Writes cards and diagnostics as one line each.
fn told(source: &SourceText, parsed: &Parsed) -> String {
    let mut out = String::new();
    for card in parsed.cards() {
        let key = if card.key.is_explicit() { format!(" {}", card.key) } else { String::new() };
        let what = match &card.kind {
            CardKind::Recall { question, answer } => format!("{question:?} -> {answer:?}"),
            CardKind::Cloze { text, hidden } => {
                format!("{text:?} [{}..{}] = {:?}", hidden.start, hidden.end, &text[hidden.start..hidden.end])
            }
            CardKind::Choice { question, options, .. } => {
                let options: Vec<_> = options
                    .iter()
                    .map(|option| format!("{} {:?}", if option.right { "[x]" } else { "[ ]" }, option.text))
                    .collect();
                format!("{question:?} -> {}", options.join(", "))
            }
            CardKind::Order { question, items } => format!("{question:?} -> {items:?}"),
            CardKind::Typed { question, accepted, exact } => {
                format!("{question:?} -> {accepted:?} exact={exact}")
            }
            CardKind::Number { question, answer } => {
                format!("{question:?} -> {}", crate::grading::quantity::to_text(answer))
            }
            CardKind::Problem { family, parameters } => format!("{family} {}", parameters.to_string().trim()),
        };
        let _ = writeln!(out, "    {}{key} {what}", card.kind.name());
        for (name, text) in [("hint", &card.hint), ("why", &card.why), ("source", &card.source)] {
            if let Some(text) = text {
                let _ = writeln!(out, "      {name} {text:?}");
            }
        }
        for (name, words) in [("tags", &card.tags), ("confuses", &card.confuses)] {
            if !words.is_empty() {
                let _ = writeln!(out, "      {name} {words:?}");
            }
        }
    }
    for diagnostic in &parsed.diagnostics {
        let at = source.position(diagnostic.span.start);
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let _ = writeln!(
            out,
            "    {severity} {}:{} {}: {}",
            at.line, at.column, diagnostic.code, diagnostic.message
        );
    }
    out
}

/// One of the inputs that were measured with both tools.
pub(super) struct Case<'a> {
    pub(super) name: &'a str,
    pub(super) input: String,
    /// The lines below `hashcards:` and `repeater:`.
    pub(super) measured: [Vec<&'a str>; 2],
}

/// Reads the 73 cases.
pub(super) fn cases() -> Vec<Case<'static>> {
    let mut cases: Vec<Case<'static>> = Vec::new();
    let mut tool = 0;
    for line in include_str!("../../tests/fixtures/dialect/cases.txt").lines() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name, input: String::new(), measured: [Vec::new(), Vec::new()] });
            continue;
        }
        let case = cases.last_mut().expect("a name comes first");
        if let Some(input) = line.strip_prefix("  input ") {
            case.input = serde_json::from_str(input).expect("inputs are JSON strings");
        } else {
            let (rest, measured) =
                match (line.strip_prefix("  hashcards: "), line.strip_prefix("  repeater: ")) {
                    (Some(rest), _) => (rest, 0),
                    (_, Some(rest)) => (rest, 1),
                    _ => (line, tool),
                };
            tool = measured;
            case.measured[tool].push(rest);
        }
    }
    cases
}

#[test]
fn all_cases_of_the_dialect_are_read_as_decided() {
    let cases = cases();
    assert_eq!(cases.len(), 73);
    let mut found = String::new();
    for case in &cases {
        let source = SourceText::new("t.md", &case.input);
        let _ = writeln!(found, "## {}\n  input {:?}\n  retain:", case.name, case.input);
        found.push_str(&told(&source, &parse(&source)));
    }
    insta::assert_snapshot!("dialect_cases", found);
}

#[test]
fn everything_one_of_the_tools_reads_is_read_here_too() {
    // Faults that cost somebody text without a word, by decision: each is an error here.
    let refused = [
        "indented A",
        "two A",
        "empty A",
        "C then A",
        "A alone",
        "unclosed open bracket",
        "stray close bracket",
        "empty brackets",
        "empty brackets then good",
        "double backslash bracket",
        "bang bracket adjacent",
        "task list in cloze",
        "yaml front matter",
        "front matter unclosed",
        "Q then Q",
        "Q then C",
    ];
    for case in cases() {
        let loads = case.measured[0].first().is_some_and(|line| !line.contains("ERR"))
            || case.measured[1].first().is_some_and(|line| !line.contains("ERR"));
        let parsed = read(&case.input);
        if parsed.has_errors() {
            assert!(refused.contains(&case.name), "{} is refused", case.name);
        } else {
            assert!(loads || case.name == "Q then Q", "{} is read by nobody else", case.name);
        }
    }
}

/// Lines from which decks with every kind of fault are made.
const LINES: [&str; 58] = [
    "",
    "",
    "",
    "Q: a",
    "Q: why [x]?",
    "A: b",
    "A:",
    "C: c [d] e",
    "C: [f]",
    "C: `g[h]` [i]",
    "T: term",
    "D: def",
    "Order:",
    "1. one",
    "2. two",
    "Type: x | y",
    "Type: `z`",
    "Number: 5 ms ± 1%",
    "Problem: raft.commit-index",
    "servers = [3, 5]",
    "Why: because",
    "Source: p. 3",
    "Hint: think",
    "Tags: a, b",
    "Concepts: c",
    "Confuses: d, E",
    "- [x] right",
    "- [ ] wrong",
    "  reason",
    "  ```",
    "```rust",
    "```",
    "~~~~",
    "> ```",
    "---",
    "  ---",
    "----",
    "<!-- id: one -->",
    "<!-- id: two/three -->",
    "<!-- id: Bad -->",
    "<!-- id = x -->",
    "<!-- lint: allow L2 why -->",
    "<!-- lint: allow L2 -->",
    "<!-- note -->",
    "text",
    "# Heading",
    "| a | b |",
    "q: low",
    "  Q: in",
    "a::b",
    "name = \"x\"",
    "tags = 3",
    "strict = true",
    "]",
    "[",
    "\u{feff}",
    "\u{a0}",
    "多数 [派]\r",
];

fn some_deck() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let line = prop_oneof![
        9 => proptest::sample::select(LINES.as_slice()).prop_map(str::to_owned),
        1 => "[ \\[\\]`$~!<>:|.,Q#A-C0-9\\\\\\-\u{e9}\r\t]{0,12}",
    ];
    (proptest::collection::vec(
        (line, proptest::sample::select(["\n", "\n", "\n", "\r\n", ""].as_slice())),
        0..24,
    ))
    .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect())
}

fn holds_for(text: &str) -> Result<(), proptest::test_runner::TestCaseError> {
    use proptest::{prop_assert, prop_assert_eq};
    let source = SourceText::new("t.md", text);
    for dialect in [None, Some(Dialect::Hashcards), Some(Dialect::Repeater), Some(Dialect::Retain)] {
        let parsed = parse_as(&source, dialect);
        for diagnostic in &parsed.diagnostics {
            prop_assert!(diagnostic.span.end <= text.len(), "{diagnostic:?}");
            prop_assert!(text.get(diagnostic.span.start..diagnostic.span.end).is_some(), "{diagnostic:?}");
            if let Some(fix) = &diagnostic.fix {
                prop_assert!(text.get(fix.span.start..fix.span.end).is_some(), "{diagnostic:?}");
            }
        }
        let mut keys = std::collections::HashSet::new();
        let mut end = 0;
        for block in &parsed.blocks {
            prop_assert!(block.span.start >= end && text.get(block.span.start..block.span.end).is_some());
            end = block.span.end;
            for card in &block.cards {
                prop_assert!(keys.insert(card.key.clone()), "{} twice", card.key);
                let part = format!("{}#", card.block_key);
                prop_assert!(card.key == card.block_key || card.key.0.starts_with(&part));
                prop_assert_eq!(card.span, block.span);
                let _ = card.kind.title();
            }
            if block.cards.is_empty() {
                continue;
            }
            let alone = parse_block(&parsed.head, &text[block.span.start..block.span.end]).expect("a block");
            // Of two equal cards, the other tools drop the second, wherever it stands.
            prop_assert!(alone.cards.len() == block.cards.len() || parsed.head.dialect != Dialect::Retain);
            for card in &block.cards {
                let one = alone.cards.iter().find(|one| one.key == card.key).expect("the same key");
                let one = Card { span: one.span.shift(block.span.start), ..one.clone() };
                prop_assert_eq!(&one, card, "{:?}", &text[block.span.start..block.span.end]);
            }
        }
        if dialect == Some(Dialect::Retain) {
            let formatted = format::format(&source, &parsed);
            let again_source = SourceText::new("t.md", formatted.as_str());
            let again = parse_as(&again_source, dialect);
            prop_assert!(
                format::says_the_same(&parsed, &again),
                "{}\nbecame {:?}\n{}",
                told(&source, &parsed),
                formatted,
                told(&again_source, &again)
            );
            prop_assert_eq!(format::format(&again_source, &again), formatted);
            let _ = compat::portable(&source);
        }
    }
    Ok(())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: proptest::test_runner::Config::default().cases.max(1500),
        ..Default::default()
    })]

    #[test]
    fn laws_hold_for_decks_with_every_fault(text in some_deck()) {
        holds_for(&text)?;
    }

    #[test]
    fn laws_hold_for_any_text(text in "\\PC{0,60}|(?s).{0,40}") {
        holds_for(&text)?;
    }
}

#[test]
fn laws_hold_where_fuzzing_once_broke_them() {
    for text in [
        "---\nname = \"a\r\nb\"\nlevel = \"beginner\"\n---\nQ: a\nA: b\n",
        "---\nname = \"\"\"a\r\r\nb\"\"\"\r\n---\n",
        "Problem: a.b\nc = '''x\r\ny'''\r\n",
        "Q: c\nA: \u{b}```\nd\n",
        "Q: a\nA: b\nTags:~~~~\nc\n~~~~\nd[\n",
        "Q: a\nA: b\nTags: ,```\nc\n```\n",
        "---\nname = [1,\nlevel = \"beginner\"\n---\n",
    ] {
        holds_for(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"));
    }
}

#[test]
fn laws_hold_for_the_measured_cases() {
    for case in cases() {
        holds_for(&case.input).unwrap_or_else(|fault| panic!("{}: {fault}", case.name));
    }
}

#[test]
fn every_tag_in_the_wrong_place_has_its_own_sentence() {
    let mut seen = std::collections::HashMap::new();
    for (opening, start) in [
        ("nothing", ""),
        ("Q:", "Q: a\n"),
        ("answered Q:", "Q: a\nA: b\n"),
        ("C:", "C: a [b]\n"),
        ("T:", "T: a\n"),
        ("defined T:", "T: a\nD: b\n"),
        ("Problem:", "Problem: a.b\n"),
    ] {
        // A card that opens is at fault only where the one before it lacks its answer.
        for tag in Tag::ALL.into_iter().filter(|tag| !tag.opens() || matches!(opening, "Q:" | "T:")) {
            let parsed = read(&format!("{start}{} 5\n", tag.text()));
            let Some(fault) = parsed.diagnostics.iter().find(|fault| {
                [
                    "misplaced-tag",
                    "second-tag",
                    "second-answer",
                    "early-tag",
                    "stray-tag",
                    "stray-answer",
                    "missing-answer",
                    "missing-definition",
                ]
                .contains(&fault.code)
            }) else {
                continue;
            };
            // What may not follow a card at all does not care whether it has its answer yet.
            let plain = |opening: &'static str| {
                opening.trim_start_matches("defined ").trim_start_matches("answered ")
            };
            if let Some(other) = seen.insert((fault.message.clone(), tag), opening) {
                assert_eq!(
                    plain(other),
                    plain(opening),
                    "{} after {opening} and after {other}: {}",
                    tag.text(),
                    fault.message
                );
            }
        }
    }
    assert!(seen.len() >= 35, "{}", seen.len());
}

#[test]
fn hostile_texts_are_read_in_nearly_linear_time() {
    // A quadratic reader would sit over these for minutes, not for a second.
    for (start, piece) in [
        ("", "Q: a\n```x\n"),
        ("", "```x\n"),
        ("", "---\n"),
        ("", "- "),
        ("", "> 1. "),
        ("", "<!-- id: a -->\n"),
        ("C: ", "["),
        ("C: ", "]"),
        ("C: ", "[a"),
        ("C: [[[[[[[[[[", "[b] "),
        ("C: [x] ", "$a"),
        ("C: [x] ", "`"),
        ("C: [x] ", "`` ` "),
        ("C: [x] ", "[a]("),
        ("C: [x] ", "![a]("),
        ("C: [x] ", "\\"),
        ("C: [x]\n", "- [ ] a\n"),
        ("Q: a\nA:\n", "- [ ] a\n"),
        ("Q: a\nOrder:\n", "1. a\n"),
        ("Q: a\nType: ", "` | "),
        ("Q: a\nType: ", "a | "),
        ("Q: a\nNumber: ", "1/"),
        ("Q: a\nA: b\nTags: ", ",a"),
        ("Q: a\n", "<!-- lint: allow A b -->\nc\n"),
        ("Q: a\nA: b\n", "-->\n"),
        ("Problem: a\n", "b = [\n"),
        ("Problem: a\nb = ", "["),
        ("---\n", "a = \n"),
        ("---\n", "a: b\n"),
    ] {
        let text = format!("{start}{}", piece.repeat(60_000 / piece.len()));
        let source = SourceText::new("t.md", text);
        let parsed = parse(&source);
        assert!(parsed.cards().count() < 1000, "{piece}");
        let _ = format::format(&source, &parsed);
        let _ = compat::portable(&source);
    }
}

fn keys(text: &str) -> Vec<String> {
    read(text).cards().map(|card| card.key.0.clone()).collect()
}

#[test]
fn keys_come_from_ids_where_there_are_ids() {
    let id = "<!-- id: a/b -->\n";
    assert_eq!(keys(&format!("Q: x\nA: y\n{id}")), ["a/b"]);
    assert_eq!(keys(&format!("C: x [y]\n{id}")), ["a/b"]);
    assert_eq!(keys(&format!("C: [x] [y]\n{id}")), ["a/b#1", "a/b#2"]);
    assert_eq!(keys(&format!("T: x\n{id}D: y\n")), ["a/b#term", "a/b#definition"]);
    let parsed =
        read(&format!("Q: x\nA: y\n{id}\nQ: z\nA: w\n\nQ: v\nA: u\nConcepts: c, d\n<!-- id: e -->\n"));
    let concepts: Vec<_> = parsed.cards().map(|card| card.concepts.join(" ")).collect();
    assert_eq!(concepts, ["a", "", "c d"]);
}

#[test]
fn keys_without_ids_outlast_every_edit_but_of_what_is_asked() {
    for (before, after) in [
        ("Q: x y\nA: z", "Q:  x\n  y\nA: other\nWhy: v\n"),
        ("Q: x\nA: y", "Q: x\nNumber: 5"),
        ("Q: x\nA:\n- [x] a\n- [ ] b", "Q: x\nA:\n- [ ] b\n  never\n- [ ] a"),
        ("Q: x\nOrder:\n1. a\n2. b", "Q: x\nOrder:\n1. b\n2. a"),
        ("C: x [y] z", "C: x y [z]"),
        ("T: x\nD: y", "T: x\nD: z"),
        ("Problem: a.b\nc = 1\nd = 2", "Problem: a.b\n# a note\nd = 2\nc = 1\nWhy: e"),
    ] {
        if before.contains("- [x]") {
            // No right option is left: free recall asks something else.
            assert_ne!(keys(before), keys(after), "{before}");
            assert_eq!(keys(before), keys("Q: x\nA:\n- [x] b\n  never\n- [ ] a"));
        } else {
            assert_eq!(keys(before), keys(after), "{before}");
        }
    }
    for (one, other) in
        [("Q: x\nA: y", "Q: X\nA: y"), ("Q: x\nA: y", "T: x\nD: y"), ("C: x [y]", "Q: x y\nA: z")]
    {
        assert_ne!(keys(one), keys(other), "{one}");
    }
    let gaps = keys("C: [x] [y]");
    assert!(gaps[0].starts_with('~') && gaps[0].ends_with("#1") && gaps[0].len() == 35, "{gaps:?}");
}

#[test]
fn a_block_knows_where_everything_stands() {
    let text = "notes\n\nQ: x\r\n<!-- lint: allow L2 it is so -->\r\nmore\nA:\n- [x] a\n  why a\n- [ ] b\nTags: t, u\n<!-- id: k -->\n\nnotes\n";
    let parsed = read(text);
    assert_eq!(parsed.diagnostics, []);
    let block = &parsed.blocks[0];
    let at = |span: crate::source::Span| &text[span.start..span.end];
    assert!(at(block.span).starts_with("Q: x") && at(block.span).ends_with("<!-- id: k -->"));
    assert_eq!(at(block.question_span()), "x\r\n<!-- lint: allow L2 it is so -->\r\nmore");
    assert_eq!(at(block.answer_span().expect("an answer")), "- [x] a\n  why a\n- [ ] b");
    assert_eq!(block.parts.iter().map(|&part| at(part)).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        block.section(Tag::Tags).map(|section| (at(section.tag_span), at(section.body))),
        Some(("Tags:", "t, u"))
    );
    assert_eq!((at(block.allows[0].rule_span), block.allows[0].reason.as_str()), ("L2", "it is so"));
    let Some(CardKind::Choice { question, options, several }) = block.cards.first().map(|card| &card.kind)
    else {
        panic!("a choice")
    };
    assert_eq!((question.as_str(), *several), ("x\nmore", false));
    assert_eq!(options[0].reason.as_deref(), Some("why a"));
    let problem = "Problem: a.b\nlog = 9\n servers = [3,\n 5]\n";
    let parsed = read(problem);
    let found = parsed.problems().next().expect("a problem");
    let places: Vec<_> = found
        .places
        .iter()
        .map(|place| (&problem[place.key.start..place.key.end], &problem[place.value.start..place.value.end]))
        .collect();
    assert_eq!(places, [("log", "9"), ("servers", "[3,\n 5]")]);
    assert_eq!(&problem[found.family_span.start..found.family_span.end], "a.b");
}

#[test]
fn the_head_is_read_whole() {
    let parsed = read(
        "\u{feff}---\r\nname = \"Raft  log\"\r\nlevel = \"beginner\"\r\narea = \"coordination\"\r\nresource = \"r\"\r\n\
         source = \"s\"\r\nrequires = [\"a\"]\r\ntags = [\"b\", \"c\"]\r\nstrict = true\r\n---\r\nQ: x\r\nA: y\r\n",
    );
    assert_eq!(parsed.diagnostics, []);
    let head = &parsed.head;
    assert_eq!((head.name.as_str(), head.strict), ("Raft log", true));
    assert_eq!(
        (head.level, head.area),
        (Some(crate::card::Level::Beginner), Some(crate::card::Area::Coordination))
    );
    assert_eq!((head.resource.as_deref(), head.source.as_deref()), (Some("r"), Some("s")));
    assert_eq!((head.requires.join(","), head.tags.join(",")), ("a".to_owned(), "b,c".to_owned()));
    let named = |name: &str| parse(&SourceText::new(name, "")).head.name;
    assert_eq!([named("a/raft-log.md"), named(".md"), named("x")], ["raft-log", ".md", "x"]);
}

#[test]
fn the_front_matter_can_choose_the_reading() {
    let text = |dialect: &str| format!("---\ndialect = \"{dialect}\"\n---\na::b\nC: [c] [d]\n");
    let kinds = |dialect: &str| read(&text(dialect)).cards().map(|card| card.kind.name()).collect::<Vec<_>>();
    assert_eq!(kinds("retain"), ["cloze", "cloze"]);
    assert_eq!(kinds("hashcards"), ["cloze", "cloze"]);
    assert_eq!(kinds("repeater"), ["recall", "cloze"]);
    let parsed = read("---\ndialect = \"hashcards\"\n---\nQ: foo\nA: bar\nWhy: baz\n");
    let card = parsed.cards().next().expect("a card");
    let CardKind::Recall { answer, .. } = &card.kind else { panic!("recall") };
    assert_eq!(answer, "bar\nWhy: baz", "no long tags there");
    let golden = read("---\ndialect = \"hashcards\"\n---\nQ: foo\nA: bar\n");
    let key = &golden.cards().next().expect("a card").key.0;
    assert_eq!(key, "~04692f67ddc4fcbe134687b0f3120ac9", "the first half of its content hash");
}
