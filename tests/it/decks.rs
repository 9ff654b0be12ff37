//! Decks as the linter judges them: twenty cards with known findings.

use retain::deck::{lint, parse};
use retain::source::SourceText;
use retain::view::check::Drawing;

/// Wraps cards in the front matter of a course deck that names a work.
fn course(cards: &str) -> String {
    format!(
        "---\nname = \"T\"\nlevel = \"beginner\"\nsource = \"Handbook, ch. 1\"\ntags = [\"systems\"]\n---\n\n{cards}"
    )
}

/// Returns the codes found in a deck of one card, in order, each once.
fn codes(text: &str) -> Vec<&'static str> {
    let source = SourceText::new("t.md", text);
    let parsed = parse(&source);
    assert_eq!(parsed.diagnostics, [], "{text}");
    assert_eq!(parsed.blocks.len(), 1, "{text}");
    let mut codes: Vec<_> =
        lint::deck(&source, &parsed, &lint::Options::default()).into_iter().map(|found| found.code).collect();
    codes.extend(lint::collection(&[(&source, &parsed)]).into_iter().map(|(_, found)| found.code));
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Ten cards as they should be, one of each shape.
const GOOD: [&str; 10] = [
    "Q: A thousand clients lose their server at the same moment and retry with exponential backoff. Why is random jitter added to each delay?
A: Otherwise all of them retry at the same instants, and the recovering server is hit by synchronized bursts.",
    "Q: What is the name for a failure in which health checks still pass while real requests time out?
Type: gray failure | grey failure",
    "C: Raft's Log Matching property: two logs that hold an entry with the same index and term are identical in [all preceding entries].",
    "Q: Two servers' clocks drift by at most 50 ppm each. How many seconds may pass between synchronizations if they must never differ by more than 10 ms?
Number: 100
Why: They separate by up to 100 ppm = 0.1 ms per second; 10 ms / 0.1 ms = 100. Tempting error: 200, forgetting that both drift.",
    "Q: A Kafka partition has three replicas and `min.insync.replicas=2`; the producer uses `acks=all`. Two of the three brokers fail. What happens to the producer's next write?
A: It is rejected (not enough in-sync replicas): only one replica is left, and two must hold a record before it is acknowledged.
Why: A write is acknowledged by the in-sync set, and a set below the minimum accepts none.
Tags: applied",
    "Q: A cache node in write-back mode crashes. Which data can be lost?
A:
- [x] Acknowledged writes not yet flushed to the database
- [ ] Acknowledged writes already flushed to the database
  These are safe in the database.
- [ ] Entries loaded by reads and not modified since
  The database still has them; only the cached copy is gone.",
    "Q: Order by typical latency, fastest first.
Order:
1. main memory reference
2. random read from an SSD
3. round trip inside a data centre
4. round trip between continents
Why: Each is slower than the one before by one to three orders of magnitude.",
    "Q: In a leaderless store, why is a delete recorded as a tombstone instead of just removing the row?
A: A replica that missed the delete would copy the old row back during repair, and the row would reappear.",
    "C: An LSM engine appends a write to the [write-ahead log] before it updates the memtable, because the memtable is lost in a crash.",
    "Q: A client's request to charge a card times out and is sent again. How does an idempotency key keep the card from being charged twice?
A: The server stored the first result under the key and returns it for the repeat instead of executing again.",
];

#[test]
fn good_cards_pass_without_a_finding() {
    for card in GOOD {
        let found = codes(&course(&format!("{card}\n")));
        assert!(found.is_empty(), "{found:?} in\n{card}");
    }
}

/// Ten cards as they should not be, and what is found in each.
const BAD: [(&str, &[&str]); 10] = [
    (
        "Q: CAP theorem
A: The CAP theorem was conjectured by Brewer in a keynote in 2000, and was proved two years later by Gilbert and Lynch. Consistency means that every read returns the most recent write or an error. Availability means that every request to a working node gets an answer. Partition tolerance means that the system goes on when messages between nodes are lost. Thus a store can have at most two of the three.",
        &["A2", "A3", "L2", "L3"],
    ),
    ("Q: Is UDP connectionless?\nA: Yes.", &["A2", "Y1"]),
    (
        "Q: What are the eight fallacies of distributed computing?
A: the network is reliable; latency is zero; bandwidth is infinite; the network is secure; topology does not change; there is one administrator; transport cost is zero; the network is homogeneous",
        &["E1", "E2", "L2"],
    ),
    (
        "C: [Kafka] was developed at [LinkedIn] in [2011] with [brokers], [producers] and [consumers].",
        &["C1", "C3", "C4", "C7"],
    ),
    (
        "Q: Why is it so much larger there with small updates?\nA: Because every change rewrites the whole page.",
        &["A1"],
    ),
    (
        "Q: What does the write-ahead log rule say about writing log records ahead of pages?
A: Write log records ahead of pages.",
        &["K1"],
    ),
    (
        "Q: Which statement about the token bucket rate limiter is correct?
A:
- [ ] It never lets bursts through.
- [ ] It always sends at a constant pace.
- [x] It lets bursts through up to the size of the bucket while the long-run average is limited to the refill rate.
- [ ] All of the above.
Why: Tokens that were saved up pay for a burst.",
        &["K2", "M12", "M3", "M4", "M6"],
    ),
    (
        "Q: What is a circuit breaker, how does it decide to open and why do callers need it?
A: It fails fast while a dependency is down, opens after a number of failed calls in a row, protects its callers, etc.",
        &["A5", "E3"],
    ),
    ("Q: At which conference and in which year was the Dynamo paper presented?\nA: SOSP 2007", &["S2"]),
    ("Q: What is the default timeout?\nA: 150-300 ms, usually.", &["A2", "A4", "S6"]),
];

#[test]
fn bad_cards_have_the_findings_they_deserve() {
    for (card, expected) in BAD {
        let mut text = course(&format!("{card}\n"));
        if expected.contains(&"S2") {
            text = text.replace("source = \"Handbook, ch. 1\"\n", "");
        }
        assert_eq!(codes(&text), expected, "{card}");
    }
}

#[test]
fn findings_are_drawn_like_faults() {
    let text = course(
        "Q: Which limit of a broker does the paper set, and how?\nA: Some 150 ms, usually.\nTags: limits\n\nProblem: quorum.fault\nTags: limits\n",
    );
    let source = SourceText::new("kafka.md", text);
    let parsed = parse(&source);
    let drawing = Drawing::new(&source);
    let drawn: Vec<String> = lint::deck(&source, &parsed, &lint::Options::default())
        .iter()
        .map(|found| drawing.text(found, false, 100))
        .collect();
    insta::assert_snapshot!(drawn.join("\n\n"));
}
