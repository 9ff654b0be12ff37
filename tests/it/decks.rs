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

/// For each rule a short deck that breaks it; `+++` parts two decks, and `{}` stands for many words.
const BROKEN: &[(&str, &str)] = &[
    ("S2", "---\nlevel = \"beginner\"\n---\nQ: Why does a Raft leader crash?\nA: b\nTags: t\n"),
    (
        "S3",
        "---\nlevel = \"beginner\"\n---\nQ: Why does a Raft leader crash?\nA: b\nTags: t\nSource: Raft paper\n",
    ),
    ("S4", "---\nlevel = \"beginner\"\n---\nQ: Why does a Raft leader crash?\nA: b\nSource: §1\n"),
    ("S5", "Q: How many servers survive one crash?\nNumber: 3\n"),
    ("S6", "Q: What is the default timeout of Kafka brokers?\nA: 5 s\n"),
    ("S7", "Q: Why a b c?\nA: b\n<!-- id: one -->\n+++Q: Why d e f?\nA: b\n<!-- id: one -->\n"),
    ("L1", "Q: Why {}?\nA: b\n"),
    ("L2", "Q: What does Raft promise clients?\nA: {}\n"),
    ("L3", "Q: Why does a Raft leader crash?\nA: One is. Two is. Three is.\n"),
    (
        "L4",
        "C: Raft leaders [append one two three four five six] entries to logs of all their many followers.\n",
    ),
    ("L5", "Q: Why does a Raft leader crash?\nType: gray failure\n"),
    (
        "L6",
        "Q: Why does a Raft leader crash so slowly here?\nA: a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb\n",
    ),
    ("Y1", "Q: Is UDP a connectionless protocol?\nA: Yes.\n"),
    ("Y2", "Q: Which log wins, the longer or the later one?\nA: the later one\n"),
    ("K1", "Q: What does a quorum read return from replicas?\nA: A replica's read quorum\n"),
    (
        "K2",
        "Q: Which message does a Raft candidate send?\nA:\n- [x] a request of the candidate\n- [ ] a heartbeat\n- [ ] a snapshot\n",
    ),
    ("K3", "Q: A Raft candidate sends a\nA:\n- [x] vote\n- [ ] entry\n- [ ] log\n"),
    ("K4", "Q: Which failure stalls a Raft election?\nA: A split vote\nTags: split-vote\n"),
    ("K5", "Q: Which structure is shown here? ![](skip-list.png)\nA: a skip list\n"),
    ("E1", "Q: What are the parts of Kafka clusters?\nA: one, two and three\n"),
    ("E2", "Q: What are the four conditions of deadlock?\nA: b\n"),
    ("E3", "Q: Why does a Raft leader crash?\nA: It saves time, space, etc.\n"),
    ("A1", "Q: Which rule does the paper add to Raft?\nA: b\n"),
    ("A2", "Q: What is a split vote?\nA: b\n"),
    ("A3", "Q: Explain the CAP theorem of Brewer.\nA: b\n"),
    ("A4", "Q: Why does a Raft leader crash?\nA: usually memory\n"),
    ("A5", "Q: Which server wins the election, and why?\nA: b\n"),
    ("A6", "Q: Why does QZX need a leader?\nA: b\n"),
    ("A7", "Q: Which message does a candidate not send?\nA:\n- [x] aa\n- [ ] bb\n- [ ] cc\n"),
    ("C1", "C: Raft [a] one two [b] three four [c] five six [d] seven eight nine ten.\n"),
    ("C2", "C: Raft leaders [append] entries. Followers of them [copy] entries.\n"),
    ("C3", "C: Raft leaders append [entries kept in their own logs].\n"),
    ("C4", "C: [Berlin] is the capital of [Germany].\n"),
    ("C5", "C: A leader's log is the [log of leaders] in Raft.\n"),
    ("C6", "C: Raft leaders do [not] commit old entries directly.\n"),
    ("C7", "C: Raft leaders [append] and [copy] entries to followers.\n"),
    ("C8", "C: Raft leaders are chosen in an [election] of servers.\n"),
    ("M1", "Q: Which message does a Raft candidate send?\nA:\n- [x] aa\n- [ ] bb\n"),
    ("M2", "Q: Which one of these do servers send?\nA:\n- [x] aa\n- [x] bb\n- [ ] cc\n"),
    ("M3", "Q: Which message does a Raft candidate send?\nA:\n- [x] aa\n- [ ] bb\n- [ ] all of the above\n"),
    (
        "M4",
        "Q: Which message does a Raft candidate send?\nA:\n- [x] one that asks all others for their votes in its own new term\n- [ ] a heartbeat\n- [ ] a snapshot\n",
    ),
    ("M5", "Q: Which message does a Raft candidate send?\nA:\n- [x] aa\n- [ ] bb\n- [ ] the second option\n"),
    (
        "M6",
        "Q: Which message does a Raft candidate send?\nA:\n- [x] grant votes\n- [ ] never votes\n- [ ] grant leases\n",
    ),
    (
        "M7",
        "Q: How long does a round trip of servers take?\nA:\n- [x] 5-10 ms\n- [ ] 8-20 ms\n- [ ] 30-40 ms\n",
    ),
    ("M9", "Q: How many votes does a Raft leader need?\nA:\n- [x] 3\n- [ ] 4\n- [ ] as many as servers\n"),
    (
        "M10",
        "Q: Which message does a Raft candidate send?\nA:\n- [x] it is a vote\n- [ ] it is a lease\n- [ ] it is a log\n",
    ),
    ("M11", "Q: Which message is sent?\nA:\n- [x] aa\n- [ ] bb\n- [ ] cc\n"),
    ("M12", "Q: Which message does a Raft candidate send?\nA:\n- [x] aa\n- [ ] bb\n- [ ] cc\n"),
    ("O1", "Q: Order the steps of a commit.\nOrder:\n1. first prepare\n2. b\n3. c\n"),
    ("N1", "Q: How long does a round trip take?\nNumber: 5 ms\n"),
    ("N2", "Problem: quorum.faults\nservers = 3\nfaults = 1\n"),
    ("unknown-family", "Problem: quorum.fault\n"),
    ("problem-parameter", "Problem: quorum.faults\nfaulst = 1\n"),
    ("D1", "Q: What is a quorum of servers?\nA: b\n\nQ: what is a QUORUM of servers\nA: c\n"),
    (
        "D2",
        "Q: Why does a Raft leader send heartbeats to followers?\nA: b\n\nQ: Why does a Raft candidate send heartbeats to followers?\nA: c\n",
    ),
    (
        "D3",
        "Q: Which a b?\nA: the leader\n\nQ: Which c d?\nA: the leader\n\nQ: Which e f?\nA: the leader\n\nQ: Which g h?\nA: the leader\n\nQ: Which i j?\nA: the leader\n",
    ),
    (
        "D4",
        "Q: Which server counts votes?\nA: a candidate\n\nQ: A candidate?\nA: Which server counts votes?\n",
    ),
    ("B1", "MIX"),
    (
        "B2",
        "---\nlevel = \"beginner\"\nsource = \"Book, ch. 1\"\n---\nQ: Why does a Raft leader crash?\nA: b\nTags: votes\n",
    ),
    ("B3", "---\nname = \"a\"\nrequires = [\"nowhere\"]\nlevel = \"beginner\"\n---\n"),
    ("B4", "LONGEST"),
    ("B5", "ALIKE"),
    ("unknown-card", "Q: a\nA: b\nConfuses: nobody\n"),
    ("unused-allow", "Q: Why does a Raft leader crash?\nA: b\n<!-- lint: allow L2 it is long -->\n"),
    ("unknown-rule", "Q: Why does a Raft leader crash?\nA: b\n<!-- lint: allow A22 it is short -->\n"),
];

/// Writes the long decks out that `BROKEN` only names.
fn written(text: &str) -> String {
    let many = |count: usize, card: &dyn Fn(usize) -> String| (0..count).map(card).collect::<String>();
    match text {
        "MIX" => {
            let cards = many(30, &|n| format!("Q: What is thing {n}?\nA: item {n}\nTags: t\n\n"));
            format!("---\nname = \"Raft\"\nlevel = \"beginner\"\nsource = \"Book, ch. 1\"\n---\n\n{cards}")
        }
        "LONGEST" => many(20, &|n| {
            format!(
                "Q: Which log number {n} does Raft hold?\nA:\n- [x] one two three\n- [ ] four five\n- [ ] six\n\n"
            )
        }),
        "ALIKE" => many(10, &|n| format!("Q: Which log holds entry {n} of servers?\nA: log {n}\n\n")),
        _ => text.replace("{}", &(0..48).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ")),
    }
}

#[test]
fn every_rule_is_drawn_with_its_place_and_a_way_out() {
    let mut drawn = String::new();
    let mut shown = Vec::new();
    for (rule, text) in BROKEN {
        let sources: Vec<_> = written(text)
            .split("+++")
            .enumerate()
            .map(|(n, text)| SourceText::new(["a.md", "b.md"][n], text))
            .collect();
        let parsed: Vec<_> = sources.iter().map(parse).collect();
        let together: Vec<_> = sources.iter().zip(&parsed).collect();
        let alone = together.iter().enumerate().flat_map(|(n, (source, parsed))| {
            lint::deck(source, parsed, &lint::Options::default()).into_iter().map(move |found| (n, found))
        });
        let found: Vec<_> =
            alone.chain(lint::collection(&together)).filter(|(_, each)| each.code == *rule).collect();
        assert!(!found.is_empty(), "{rule} is not broken by\n{text}");
        for (deck, each) in &found[..1] {
            assert!(each.help.is_some(), "{rule} does not say what to do");
            drawn.push_str(&Drawing::new(&sources[*deck]).text(each, false, 80));
            drawn.push_str("\n\n");
        }
        shown.push(*rule);
    }
    let rules: Vec<_> =
        lint::rules().filter(|rule| rule.scope != lint::Scope::Elsewhere).map(|rule| rule.code).collect();
    let missing: Vec<_> = rules.iter().filter(|rule| !shown.contains(rule)).collect();
    assert!(missing.is_empty(), "no deck here breaks {missing:?}");
    insta::assert_snapshot!("rules", drawn);
}
