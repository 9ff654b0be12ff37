//! Both readings against what the two tools were measured to make of 73 inputs, hashes included.

use super::*;
use crate::deck::tests::cases;

/// Writes a card in the words of the measurements.
fn told(dialect: Dialect, card: &ForeignCard) -> String {
    match (&card.kind, dialect) {
        (CardKind::Recall { question, answer }, _) => {
            format!("basic {question:?} -> {answer:?}  {}", card.hash)
        }
        (CardKind::Cloze { text, hidden }, Dialect::Repeater) => {
            let length = text[hidden.start..hidden.end].chars().count().max(3);
            let front = format!("{}{}{}", &text[..hidden.start], "_".repeat(length), &text[hidden.end..]);
            let range = (hidden.start - 1, hidden.end + 1);
            format!("cloze {text:?} range=Some({range:?}) front=Some({front:?})  {}", card.hash)
        }
        (CardKind::Cloze { text, hidden }, _) => {
            let last = hidden.end.wrapping_sub(1);
            let what = &text[hidden.start..hidden.end];
            format!("cloze {text:?} [{}..={last}] = Some({what:?})  {}", hidden.start, card.hash)
        }
        (kind, _) => panic!("{kind:?}"),
    }
}

/// What changed between the measured hashcards (a23b7e2, before 0.5.0) and 0.5.0.
const NEW_IN_0_5: [&str; 1] = ["T D"];

#[test]
fn both_tools_are_read_as_measured() {
    for case in cases() {
        let source = SourceText::new("t.md", &case.input);
        for (dialect, measured) in
            [(Dialect::Hashcards, &case.measured[0]), (Dialect::Repeater, &case.measured[1])]
        {
            if dialect == Dialect::Hashcards && NEW_IN_0_5.contains(&case.name) {
                continue;
            }
            let deck = read(dialect, &source);
            let name = format!("{} with {}", case.name, dialect.name());
            if measured[0].contains("ERR") {
                assert!(deck.is_refused(), "{name}: {deck:?}");
                if let Some((_, line)) = measured[0].rsplit_once("t.md:") {
                    let first = &deck.diagnostics[0];
                    assert_eq!(source.position(first.span.start).line.to_string(), line, "{name}: {first:?}");
                }
                continue;
            }
            assert!(
                !deck.is_refused() || measured[0].starts_with("0 card"),
                "{name}: {:?}",
                deck.diagnostics
            );
            let found: Vec<_> = deck.cards.iter().map(|card| told(dialect, card)).collect();
            let cards = measured[1..].iter().map(|line| line.trim());
            // A card in which repeater hides nothing is not a card to us.
            let expected: Vec<_> =
                cards.filter(|line| !line.is_empty() && !line.contains("range=None")).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn hashcards_0_5_reads_terms_as_a_pair_of_clozes() {
    let deck =
        read(Dialect::Hashcards, &SourceText::new("t", "T: foo\nbar\n\nD: baz\nquux\nC: a [b] `c[1]`\n"));
    let found: Vec<_> = deck.cards.iter().map(|card| told(Dialect::Hashcards, card)).collect();
    let text = "Term: foo\nbar\n\nDefinition: baz\nquux";
    // Hashes as hashcards 0.5.0 itself exports them.
    assert_eq!(
        found[..3],
        [
            format!("cloze {text:?} [6..=12] = Some(\"foo\\nbar\")  5606ed5ce81c9468c53f8a0aa2d7950a762bbb24324ec8c082deea7d6f103435"),
            format!("cloze {text:?} [27..=34] = Some(\"baz\\nquux\")  b5759e31bf68f9d56960a84f42d64d0065c7c845ce8bf2f01f927d33e5c84fad"),
            "cloze \"a b `c1`\" [2..=2] = Some(\"b\")  e61742697b206f762b99a42fc08904f99ccb1d4d452b8e988b8c7910cc3658c6".to_owned(),
        ]
    );
    assert_eq!(
        deck.cards[0].family.to_hex().as_str(),
        "60503587e05a53c1184d5314c1328512943f871c272ec0b7ccb826602a36ee79"
    );
    assert_eq!(found.len(), 4);
    assert!(!deck.is_refused());
    for refused in
        ["T: a\nD: b\nQ: c\nA: d", "T: a\nD: b\nD: c", "T: a\n---\nD: b", "Q: a\nA: b\nD: c", "D: x"]
    {
        assert!(read(Dialect::Hashcards, &SourceText::new("t", refused)).is_refused(), "{refused}");
    }
}
