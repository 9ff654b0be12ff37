//! `docs/deck-format.md` keeps its word: every example is a deck without faults, and its data is what is written.

use std::fmt::Write as _;

use retain::deck;
use retain::source::SourceText;
use retain::view::check::Drawing;

const PAGE: &str = include_str!("../../docs/deck-format.md");

/// Returns the contents of the fenced blocks that four backticks and this info string open.
fn examples<'a>(fence: &str, info: &str) -> Vec<&'a str> {
    let open = format!("\n{fence}{info}\n");
    PAGE.split(open.as_str())
        .skip(1)
        .map(|rest| rest.split_once(format!("\n{fence}").as_str()).expect("the block is closed").0)
        .collect()
}

#[test]
fn every_example_is_a_deck_without_faults() {
    let decks = examples("````", "markdown");
    assert!(decks.len() >= 13, "{}", decks.len());
    let mut told = String::new();
    for text in decks {
        let source = SourceText::new("docs/deck-format.md", text);
        let parsed = deck::parse(&source);
        let drawing = Drawing::new(&source);
        let drawn: Vec<_> =
            parsed.diagnostics.iter().map(|diagnostic| drawing.text(diagnostic, false, 100)).collect();
        assert!(drawn.is_empty(), "{}", drawn.join("\n"));
        assert!(parsed.cards().next().is_some(), "{text}");
        for card in parsed.cards() {
            let _ = writeln!(told, "{}: {}", card.kind.name(), card.kind.title());
        }
        let formatted = deck::format::formatted(&source).expect("the canonical form says the same");
        let _ = deck::parse(&SourceText::new("again", formatted));
    }
    assert_eq!(
        told,
        "\
recall: What does a follower do when its election timeout passes?
recall: Which calls does this program make, and in which order? ```rust fn main() { lock(); write(); } ```
recall: Does the lock outlive the process?
recall: Why can two candidates never both win in one term?
cloze: A candidate wins with votes from […] of the whole cluster.
cloze: A candidate wins with votes from a majority of the […].
cloze: The interval [0, n) holds […] integers.
cloze: `next[i]` is the […] to send to follower i, and ![a diagram](log.png) shows it.
several: Which of these does a log entry carry?
order: Put one round of two-phase commit in order.
typed: What is it called when every operation takes effect at one instant between call and return?
typed: Which command lists the open sockets of a Linux machine, with numbers in place of names?
number: How many servers survive two crashes and still have a majority?
number: What share of keys lands in the fuller half? (two decimals)
number: How long is one round trip within a data centre?
number: What is the chance that a fair die shows less than 3?
number: How many bytes has a page of 16 KiB?
cloze: Term: […] Definition: a set of servers large enough that any two such sets overlap
cloze: Term: quorum Definition: […]
problem: problem raft.commit-index
recall: What is a term?
recall: In which exact words does our server refuse a request while it is recovering from a crash?
"
    );
}

#[test]
fn the_data_of_a_diagnostic_is_as_written() {
    let source = SourceText::new("decks/raft.md", "Q: a\nA: b\nA: c\n");
    let parsed = deck::parse(&source);
    let line = Drawing::new(&source).json(&parsed.diagnostics[0]);
    let written: serde_json::Value = serde_json::from_str(examples("```", "json")[0]).expect("JSON");
    let found: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(found, written);
}

#[test]
fn every_tag_and_key_is_on_the_page() {
    for tag in deck::Tag::ALL {
        assert!(PAGE.contains(&format!("\"{}\"", tag.text())), "{} is not in the grammar", tag.text());
    }
    for key in ["name", "level", "area", "resource", "source", "requires", "tags", "strict", "dialect"] {
        assert!(PAGE.contains(&format!("| `{key}` |")), "{key}");
    }
}
