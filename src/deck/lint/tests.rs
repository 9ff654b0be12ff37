//! Each rule with a card that trips it and one just below its threshold; suppressions; carets.

use std::collections::HashSet;

use super::*;
use crate::deck::parse;
use crate::diagnostic::Severity;
use crate::diagnostic::Severity::{Error, Info, Warning};
use crate::source::Span;

/// Returns all findings of the linter in one deck.
pub(super) fn findings(text: &str) -> Vec<Diagnostic> {
    let source = SourceText::new("t.md", text);
    let parsed = parse(&source);
    assert!(!parsed.has_errors(), "{text}\n{:?}", parsed.diagnostics);
    let mut found = deck(&source, &parsed, &Options::default());
    found.extend(collection(&[(&source, &parsed)]).into_iter().map(|(_, diagnostic)| diagnostic));
    found
}

pub(super) fn weighs(text: &str, code: &str) -> Option<Severity> {
    findings(text).into_iter().filter(|each| each.code == code).map(|each| each.severity).max()
}

/// Returns `count` different words that mean nothing.
pub(super) fn words(count: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let word = |n: usize| format!("zor{}{}", letter(n / 26), letter(n));
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

/// A deck of a course: front matter, then cards.
pub(super) fn course(cards: &str) -> String {
    format!(
        "---\nname = \"T\"\nlevel = \"beginner\"\nsource = \"Book, ch. 1\"\ntags = [\"t\"]\n---\n\n{cards}"
    )
}

pub(super) fn q(question: &str, answer: &str) -> String {
    format!("Q: {question}\nA: {answer}\n")
}

pub(super) fn choice(question: &str, key: &str, wrong: &[&str]) -> String {
    let wrong: String = wrong.iter().map(|text| format!("- [ ] {text}\n  Why not.\n")).collect();
    format!("Q: {question}\nA:\n- [x] {key}\n{wrong}")
}

pub(super) const PLAIN: &str = "Why does a Raft leader crash slowly?";

#[test]
fn size_has_its_thresholds() {
    let ask = |count: usize| format!("Why {}?", words(count - 1));
    let applied = |count: usize| format!("{}Why: x\nTags: applied\n", q(&ask(count), "Because."));
    for (code, severity, text) in [
        ("L1", None, q(&ask(40), "Because.")),
        ("L1", Some(Warning), q(&ask(41), "Because.")),
        ("L1", Some(Warning), q(&ask(80), "Because.")),
        ("L1", Some(Error), q(&ask(81), "Because.")),
        ("L1", None, applied(80)),
        ("L1", Some(Warning), applied(81)),
        ("L1", Some(Error), applied(121)),
        ("L2", None, q("What does Raft promise clients?", &words(25))),
        ("L2", Some(Warning), q("What does Raft promise clients?", &words(26))),
        ("L2", Some(Error), q("What does Raft promise clients?", &words(46))),
        ("L2", None, q(PLAIN, &words(35))),
        ("L2", Some(Warning), q(PLAIN, &words(36))),
        ("L2", Some(Error), q(PLAIN, &words(61))),
        ("L2", Some(Warning), format!("T: quorum\nD: {}\n", words(26))),
        ("L3", None, q(PLAIN, "One is. Two is.")),
        ("L3", Some(Warning), q(PLAIN, "One is. Two is. Three is.")),
        ("L3", Some(Error), q(PLAIN, "One is. Two is. Three is. Four is. Five is.")),
        ("L3", None, q(PLAIN, "One is, e.g. Raft, vs. Paxos. Two is.")),
        ("L4", None, format!("C: {} [{}].\n", words(29), words(6))),
        ("L4", Some(Warning), format!("C: {} [{}].\n", words(20), words(7))),
        ("L4", Some(Error), format!("C: {} [{}].\n", words(20), words(11))),
        ("L4", Some(Warning), format!("C: {} [last].\n", words(35))),
        ("L4", Some(Error), format!("C: {} [last].\n", words(60))),
        ("L5", None, format!("Q: {PLAIN}\nType: one two three four five | six\n")),
        ("L5", Some(Error), format!("Q: {PLAIN}\nType: one two three four five six | six\n")),
        ("L5", Some(Error), format!("Q: {PLAIN}\nType: {} | six\n", "x".repeat(41))),
        ("L5", Some(Error), format!("Q: {PLAIN}\nType: gray failure\n")),
        ("L5", None, format!("Q: {PLAIN}\nType: jitter\n")),
        ("L6", None, q("Why does a Raft leader crash so slowly here?", &words(27))),
        ("L6", Some(Warning), q("Why does a Raft leader crash so slowly here?", &words(28))),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn completeness_is_asked_of_courses() {
    let bare = "---\nlevel = \"beginner\"\n---\n\n";
    let card = q(PLAIN, "Because.");
    let sourced = |source: &str| format!("{bare}{card}Source: {source}\nTags: t\n");
    for (code, severity, text) in [
        ("S2", Some(Error), format!("{bare}{card}Tags: t\n")),
        ("S2", None, card.clone()),
        ("S3", Some(Warning), sourced("Raft paper 2014")),
        ("S3", None, sourced("Raft paper, §5")),
        ("S3", None, sourced("MIT 6.824, L6")),
        ("S3", None, sourced("video 5.2")),
        ("S3", None, sourced("https://raft.github.io")),
        ("S3", None, sourced("DDIA 1st ed., ch. 9")),
        ("S3", None, sourced("pp. 4")),
        ("S4", Some(Error), format!("{bare}{card}Source: §1\n")),
        ("S4", None, course(&card)),
        ("S5", Some(Warning), "Q: How many servers survive?\nNumber: 5\n".to_owned()),
        ("S5", None, "Q: How many servers survive?\nNumber: 5\nWhy: x\n".to_owned()),
        ("S5", Some(Warning), "Q: Order the steps of commit.\nOrder:\n1. a\n2. b\n3. c\n".to_owned()),
        ("S5", Some(Warning), format!("{card}Tags: applied\n")),
        ("S5", None, choice(PLAIN, "aa", &["bb", "cc"])),
        ("S5", Some(Warning), format!("Q: {PLAIN}\nA:\n- [x] aa\n- [ ] bb\n- [ ] cc\n")),
        ("S6", Some(Warning), q("What is the default timeout of Kafka brokers?", "5 s")),
        ("S6", None, q("What is the default timeout of Kafka brokers (as of 2024)?", "5 s")),
        ("S6", None, q("What is the default timeout of brokers (as of Kafka 3.x)?", "5 s")),
        ("S6", Some(Warning), q("What does a broker of Kafka 2.8 need?", "ZooKeeper")),
        ("S6", Some(Warning), q("Which keyword does Python 3.x reserve?", "async")),
        ("S6", None, q("Which share of 2.8 GB is read in Section 3.2 by servers?", "half")),
        ("S6", None, q("What is the state as of any revision before that?", "gone")),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn guessable_forms_are_found() {
    let image = |name: &str| q(&format!("Which structure is shown here? ![]({name}.png)"), "a skip list");
    for (code, severity, text) in [
        ("Y1", Some(Error), q("Is UDP a connectionless protocol?", "Yes.")),
        ("Y1", Some(Warning), q("Is UDP a connectionless protocol?", "No: a server keeps its state.")),
        ("Y1", Some(Error), q("True or false: UDP resends lost packets?", "False")),
        ("Y1", Some(Error), q("When a leader crashes, do followers notice?", "Yes")),
        (
            "Y1",
            Some(Warning),
            q("Is UDP a connectionless protocol?", "False because a server keeps its state."),
        ),
        ("Y1", None, q("How many replicas may a quorum lose?", "No replica at all")),
        ("Y1", None, q("Is there a bound known to servers?", "No bound")),
        ("Y2", Some(Warning), q("Which log wins, the longer or the later one?", "the later one")),
        ("Y2", Some(Warning), q("Does the coordinator wait for commit or abort?", "Commit")),
        ("Y2", None, q("Which log wins, the longer or the later one?", "the one of the higher term")),
        ("K1", Some(Error), q("What does a quorum read return from replicas?", "A replica's read quorum")),
        ("K1", Some(Warning), q("Which alpha beta gamma system?", "alpha beta gamma delta epsilon")),
        ("K1", None, q("Which alpha beta system is meant?", "alpha beta delta epsilon")),
        ("K1", None, q("Which of S1, S2 and node B may win?", "Node B")),
        ("K1", None, q("What does `fsync` flush to disk?", "`fsync` flush")),
        (
            "K4",
            Some(Error),
            format!("{}Tags: split-vote\n", q("Which failure stalls a Raft election?", "A split vote")),
        ),
        ("K4", None, format!("{}Tags: vote\n", q("Which failure stalls a Raft election?", "A split vote"))),
        ("K5", Some(Error), image("img/skip-list")),
        ("K5", None, image("img/fig-3")),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn enumerations_and_ambiguities_are_found() {
    let what = "What are the parts of Kafka clusters?";
    for (code, severity, text) in [
        ("E1", Some(Error), q(PLAIN, "one, two, three, four and five")),
        ("E1", None, q(PLAIN, "one, two, three and four")),
        ("E1", Some(Warning), q(what, "one, two and three")),
        ("E1", None, q(what, "one and two")),
        ("E1", Some(Error), q(PLAIN, "\n\n- a\n- b\n- c\n- d\n- e")),
        ("E1", None, q(what, "Metadata, such as nodes, and actors")),
        ("E2", Some(Error), q("What are the four conditions of deadlock?", "x")),
        ("E2", None, q("What are the three states of servers?", "x")),
        ("E2", None, q("A cluster has five servers. What are the odds?", "x")),
        ("E3", Some(Error), q(PLAIN, "It saves time, space, etc.")),
        ("E3", Some(Error), q(PLAIN, "It counts 1, 2, 3, ...")),
        ("E3", None, q(PLAIN, "It counts from 1, 2, …, n.")),
        ("A1", Some(Error), q("It elects leaders by which rule?", "x")),
        ("A1", Some(Error), q("Which rule does the paper add to Raft?", "x")),
        ("A1", Some(Error), q("Why is it so much larger there with small updates?", "x")),
        ("A1", None, q("Why is it unsafe for a leader to count replicas?", "x")),
        ("A1", None, q("Why are there two phases in atomic commit?", "x")),
        ("A1", Some(Error), "C: This protocol of servers always needs [a majority].\n".to_owned()),
        ("A1", None, "C: While it waits, the primary of a pair [keeps executing].\n".to_owned()),
        ("A2", Some(Error), q("What is it?", "x")),
        ("A2", Some(Warning), q("What is a split vote?", "x")),
        ("A2", None, q("What is a split vote in Raft?", "x")),
        ("A3", Some(Warning), q("The CAP theorem of Brewer", "x")),
        ("A3", Some(Warning), q("Explain the CAP theorem of Brewer.", "x")),
        ("A3", None, q("Name the theorem of Brewer.", "x")),
        ("A3", None, q("How can clients tell whether a write is lost?", "x")),
        ("A4", Some(Warning), q(PLAIN, "usually memory")),
        ("A4", None, q(PLAIN, "usually a memory that somebody has filled up")),
        ("A4", None, q(PLAIN, "low cardinality")),
        ("A4", Some(Warning), q(PLAIN, "its load is high")),
        ("A5", Some(Warning), q("What is a quorum? Which sizes are safe?", "x")),
        ("A5", Some(Warning), q("Which server wins the election, and why?", "x")),
        ("A5", None, q("At which time and in which term does it happen?", "x")),
        ("A5", None, q("What does `a ? b : c` return in Rust? ", "x")),
        ("A6", Some(Info), q("Why does QZX need a leader?", "x")),
        ("A6", None, q("Why does quick zone exchange (QZX) need a leader?", "x")),
        ("A6", None, q("Why does TCP need a leader?", "x")),
        ("A6", None, q("Why does O_QZX need a leader?", "x")),
        (
            "A6",
            None,
            format!("---\nname = \"QZX internals\"\n---\n{}", q("Why does QZX need a leader?", "x")),
        ),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn gaps_have_their_thresholds() {
    let gaps = |count: usize| {
        let parts: Vec<_> = words(count * 5).split(' ').map(str::to_owned).collect();
        let parts: Vec<_> =
            parts.chunks(5).map(|five| format!("{} [{}]", five[..4].join(" "), five[4])).collect();
        format!("C: {}\n", parts.join(" "))
    };
    for (code, severity, text) in [
        ("C1", None, gaps(3)),
        ("C1", Some(Warning), gaps(4)),
        ("C1", Some(Error), gaps(6)),
        (
            "C2",
            Some(Warning),
            "C: Raft leaders [append] entries. Followers of them [copy] entries.\n".to_owned(),
        ),
        ("C2", None, "C: Raft leaders [append] entries to logs, which followers [copy] later.\n".to_owned()),
        ("C3", None, format!("C: {} [{}].\n", words(6), "alpha beta gamma delta")),
        ("C3", Some(Warning), format!("C: {} [{}].\n", words(7), "alpha beta gamma delta epsilon")),
        ("C3", Some(Error), format!("C: {} [{}].\n", words(3), "alpha beta gamma delta epsilon")),
        ("C4", None, format!("C: {} [alpha].\n", words(4))),
        ("C4", Some(Warning), format!("C: {} [alpha].\n", words(3))),
        ("C4", Some(Warning), "C: [Berlin] is the capital of [Germany].\n".to_owned()),
        ("C4", Some(Error), "C: [Berlin] is the capital.\n".to_owned()),
        ("C5", Some(Error), "C: A leader's log is the [log of leaders] in Raft.\n".to_owned()),
        ("C5", None, "C: A leader's log is the [truth] in Raft.\n".to_owned()),
        ("C6", Some(Error), "C: Raft leaders do [not] commit old entries directly.\n".to_owned()),
        ("C6", None, "C: Raft leaders commit [7] old entries directly.\n".to_owned()),
        ("C6", None, "C: Raft leaders write entries [before] they answer clients.\n".to_owned()),
        ("C7", Some(Warning), "C: Raft leaders [append] and [copy] entries to followers.\n".to_owned()),
        ("C7", None, "C: Raft leaders [append] and then [copy] entries to followers.\n".to_owned()),
        ("C8", Some(Warning), "C: Raft leaders are chosen in an [election] of servers.\n".to_owned()),
        ("C8", None, "C: Every linearization of calls must place A [before] operation B.\n".to_owned()),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn choices_are_judged() {
    let stem = "Which message does a Raft candidate send?";
    let ask = |key: &str, wrong: &[&str]| choice(stem, key, wrong);
    let five = "one two three four five";
    let long = |count: usize| ask(&words(count), &[five, five.replace("one", "six").as_str()]);
    for (code, severity, text) in [
        ("M1", Some(Error), ask("aa", &["bb"])),
        ("M1", None, ask("aa", &["bb", "cc"])),
        ("M1", Some(Error), ask("aa", &["bb", "cc", "dd", "ee", "ff", "gg"])),
        ("M2", Some(Error), format!("Q: {stem}\nA:\n- [x] aa\n- [x] bb\n- [x] cc\n")),
        (
            "M2",
            Some(Error),
            "Q: Which one of these do servers send?\nA:\n- [x] aa\n- [x] bb\n- [ ] cc\n".to_owned(),
        ),
        ("M2", None, "Q: Which of these do servers send?\nA:\n- [x] aa\n- [x] bb\n- [ ] cc\n".to_owned()),
        ("M3", Some(Error), ask("aa", &["bb", "all of the above"])),
        ("M3", Some(Error), ask("aa", &["bb", "both A and C"])),
        ("M3", None, ask("aa", &["bb", "all of the replicas"])),
        ("M4", None, long(6)),
        ("M4", Some(Info), long(7)),
        ("M4", Some(Warning), long(10)),
        ("M4", Some(Error), long(12)),
        ("M5", Some(Error), ask("aa", &["bb", "the second option"])),
        ("M5", None, ask("aa", &["bb", "the second message"])),
        ("M6", Some(Warning), ask("grant votes", &["never votes", "grant leases"])),
        ("M6", None, ask("never votes", &["never leases", "grant leases"])),
        ("M7", Some(Error), ask("aa", &["granted votes", "a vote is granted"])),
        ("M7", Some(Error), ask("5-10 ms", &["8-20 ms", "30-40 ms"])),
        ("M7", None, ask("5-10 ms", &["10-20 ms", "30-40 ms"])),
        ("M7", None, ask("T1 before T2", &["T2 before T1", "neither one"])),
        ("M9", Some(Warning), ask("3", &["4", "as many as servers"])),
        ("M9", Some(Warning), ask("A vote.", &["A lease.", "A log"])),
        ("M9", None, ask("A vote.", &["A lease.", "A log."])),
        ("M10", Some(Warning), ask("it is a vote", &["it is a lease", "it is a log"])),
        ("M10", None, ask("it is a vote", &["it is a lease", "that is a log"])),
        ("M11", Some(Warning), choice("Which message is sent?", "aa", &["bb", "cc"])),
        ("M11", Some(Warning), choice("A Raft candidate sends a message.", "aa", &["bb", "cc"])),
        ("M11", None, choice("A Raft candidate first sends:", "aa", &["bb", "cc"])),
        ("M12", Some(Warning), format!("Q: {stem}\nA:\n- [x] aa\n- [ ] bb\n- [ ] cc\n  Why not.\n")),
        ("M12", None, ask("aa", &["bb", "cc"])),
        ("K2", Some(Warning), ask("a request of the candidate", &["a heartbeat", "a snapshot"])),
        ("K2", None, ask("a request of the candidate", &["a candidate's heartbeat", "a snapshot"])),
        ("K3", Some(Warning), choice("A Raft candidate sends a", "vote", &["entry", "log"])),
        ("K3", None, choice("A Raft candidate sends a", "vote", &["lease", "log"])),
        ("A7", Some(Warning), choice("Which message does a candidate not send?", "aa", &["bb", "cc"])),
        ("A7", None, choice("Which message does a candidate **not** send?", "aa", &["bb", "cc"])),
        ("A7", None, choice("Which message goes to at least three servers?", "aa", &["bb", "cc"])),
        ("A7", None, choice("A voter does not vote. Which message does Raft send?", "aa", &["bb", "cc"])),
        ("A7", Some(Error), choice("Which message can never **not** reach servers?", "aa", &["bb", "cc"])),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn machine_checked_answers_are_judged() {
    let order = |items: &[&str]| {
        let items: Vec<_> = items.iter().enumerate().map(|(n, item)| format!("{}. {item}", n + 1)).collect();
        format!("Q: Order the steps of a commit.\nOrder:\n{}\nWhy: x\n", items.join("\n"))
    };
    let number = |question: &str, answer: &str| format!("Q: {question}\nNumber: {answer}\nWhy: x\n");
    for (code, severity, text) in [
        ("O1", Some(Warning), order(&["a", "b"])),
        ("O1", None, order(&["a", "b", "c"])),
        ("O1", None, order(&["a", "b", "c", "d", "e", "f", "g"])),
        ("O1", Some(Warning), order(&["a", "b", "c", "d", "e", "f", "g", "h"])),
        ("O1", Some(Error), order(&["first prepare", "b", "c"])),
        ("O1", None, order(&["the first reply", "b", "c"])),
        ("N1", Some(Error), number("How long does a round trip take?", "5 ms")),
        ("N1", None, number("How many milliseconds does a round trip take?", "5 ms")),
        ("N1", None, number("How long is a round trip of two 3ms hops?", "6 ms")),
        ("N1", None, number("Which percentage of requests fails?", "5 %")),
        ("N1", Some(Error), number("How many MB arrive?", "5 MB/s")),
        ("N1", Some(Error), number("What is the mean load of servers?", "0.63")),
        ("N1", None, number("What is the mean load of servers?", "0.63 ± 0.01")),
        ("N1", None, number("What is the load, to two decimals?", "0.63")),
        ("unknown-family", Some(Error), "Problem: quorum.fault\n".to_owned()),
        ("unknown-family", None, "Problem: quorum.faults\n".to_owned()),
        ("problem-parameter", Some(Error), "Problem: quorum.faults\nfaulst = 1\n".to_owned()),
    ] {
        assert_eq!(weighs(&text, code), severity, "{code}: {text}");
    }
}

#[test]
fn decks_are_judged_as_a_whole() {
    let cards = |count: usize, make: &dyn Fn(&str) -> String| {
        words(count).split(' ').map(|word| make(word) + "\n").collect::<String>()
    };
    let what = |word: &str| q(&format!("What is {word} in Raft?"), word);
    let mixed = |definitions: usize| {
        let rest = cards(30 - definitions, &|word| {
            format!(
                "{}Why: x\nTags: applied, t\n",
                q(&format!("{word} crashes. Why does its log {word} stay?"), "It is durable.")
            )
        });
        course(
            &(words(definitions).split(' ').map(|word| what(&format!("x{word}")) + "\n").collect::<String>()
                + &rest),
        )
    };
    assert_eq!(weighs(&mixed(10), "B1"), Some(Warning), "10 of 30 definitions");
    assert_eq!(weighs(&mixed(9), "B1"), None, "9 of 30 definitions");
    assert_eq!(weighs(&course(&cards(29, &what)), "B1"), None, "too few cards to judge");
    assert_eq!(weighs(&cards(30, &what), "B1"), None, "no course");

    assert_eq!(weighs(&cards(10, &what), "B5"), Some(Warning));
    assert_eq!(weighs(&cards(9, &what), "B5"), None, "too few questions to judge");

    let topic = |cards: &[&str]| {
        course(&cards.iter().map(|card| format!("{card}Tags: votes\n\n")).collect::<String>())
    };
    let [one, two, three] =
        ["alpha", "beta", "gamma"].map(|word| q(&format!("Which {word} holds votes of servers?"), word));
    let why = q("Why do servers count delta?", "To be safe.");
    assert_eq!(weighs(&topic(&[&one, &two, &why]), "B2"), None);
    assert_eq!(weighs(&topic(&[&one, &why]), "B2"), Some(Warning), "two cards");
    assert_eq!(weighs(&topic(&[&one, &two, &three]), "B2"), Some(Warning), "one angle");

    let worn =
        |count: usize| cards(count, &|word| q(&format!("Which server sends {word} in Raft?"), "The leader."));
    assert_eq!(weighs(&worn(5), "D3"), Some(Warning));
    assert_eq!(weighs(&worn(4), "D3"), None);

    let choices = |long: usize| {
        let words = words(20);
        let card = |(index, word): (usize, &str)| {
            let key = if index < long { "one two three" } else { "one two" };
            choice(&format!("Which {word} does Raft hold?"), key, &["four five", "six"]) + "\n"
        };
        words.split(' ').enumerate().map(card).collect::<String>()
    };
    // 1/3 + 0.15 of 20 is 9.67.
    assert_eq!(weighs(&choices(10), "B4"), Some(Error));
    assert_eq!(weighs(&choices(9), "B4"), None);
}

#[test]
fn what_differs_in_code_maths_pictures_or_a_letter_is_no_duplicate() {
    let pair = |one: &str, two: &str| format!("{}\n{}", q(one, "x"), q(two, "y"));
    let apart = [
        ("What does the regex `^` match in a line?", "What does the regex `$` match in a line?"),
        ("Which number is $2^{3}$ in decimal?", "Which number is $2^{4}$ in decimal?"),
        ("Which painter made this one? ![](a.webp)", "Which painter made this one? ![](b.webp)"),
        ("What does this print?\n```\nput(1)\n```", "What does this print?\n```\nput(2)\n```"),
        ("Which letter does `\\Gamma` print in TeX?", "Which letter does `\\gamma` print in TeX?"),
        ("i", "I"),
        (">", ">>"),
        ("*", "#"),
    ];
    for (one, two) in apart {
        assert_eq!(weighs(&pair(one, two), "D1"), None, "{one} and {two}");
        assert_ne!(weighs(&pair(one, two), "D2"), Some(Error), "{one} and {two}: the answers differ");
    }
    let same = [
        ("What is a quorum of servers?", "what is a  QUORUM of servers"),
        ("What is a **quorum** of \"servers\"?", "What is a quorum of servers?"),
        ("Which call is `fsync`, of all?", "Which call is `fsync` of all?"),
    ];
    for (one, two) in same {
        assert_eq!(weighs(&pair(one, two), "D1"), Some(Error), "{one} and {two}");
    }
    let gaps = "C: The sign [`$@`] is the target of a rule.\n\nC: The sign [`$<`] is the target of a rule.\n";
    assert_eq!(weighs(gaps, "D1"), None);
    assert_ne!(weighs(gaps, "D2"), Some(Error), "what is hidden differs");
}

/// Returns codes with the name of the deck in which they were found.
fn together(decks: &[(&str, &str)]) -> Vec<(String, &'static str, Severity)> {
    let sources: Vec<_> = decks.iter().map(|(name, text)| SourceText::new(*name, *text)).collect();
    let parsed: Vec<_> = sources.iter().map(parse).collect();
    let refs: Vec<_> = sources.iter().zip(&parsed).collect();
    collection(&refs)
        .into_iter()
        .map(|(at, each)| (sources[at].name.clone(), each.code, each.severity))
        .collect()
}

#[test]
fn collections_are_judged() {
    let one =
        "Q: Why does a Raft leader send heartbeats to followers?\nA: To stop elections.\n<!-- id: one -->\n";
    let same =
        "Q: Why does a Raft leader send heartbeats to followers?\nA: To stay alive.\n<!-- id: two -->\n";
    let near = "Q: Why does a Raft leader send heartbeats to all followers?\nA: To stop elections.\n";
    let other = "Q: Why does a Raft candidate send heartbeats to followers?\nA: It has won.\n";
    let found = |code, severity| vec![("b.md".to_owned(), code, severity)];
    assert_eq!(together(&[("a.md", one), ("b.md", same)]), found("D1", Warning));
    assert_eq!(together(&[("b.md", &format!("{one}\n{same}"))]), found("D1", Error));
    assert_eq!(together(&[("a.md", one), ("b.md", near)]), found("D2", Error));
    assert_eq!(together(&[("a.md", one), ("b.md", other)]), found("D2", Warning));
    let bold = |text: &str, word: &str| text.replace(word, &format!("**{word}**"));
    let linked = bold(other, "candidate") + "Confuses: one\n";
    assert_eq!(together(&[("a.md", &bold(one, "leader")), ("b.md", &linked)]), []);
    assert_eq!(together(&[("a.md", one), ("b.md", &linked)]), found("D2", Warning), "bold in one only");
    assert_eq!(together(&[("a.md", one), ("b.md", &one.replace("leader send", "gnu eat"))])[0].1, "S7");
    let turned = "Q: To stop elections.\nA: Why does a Raft leader send heartbeats to followers?\n";
    assert_eq!(together(&[("a.md", one), ("b.md", turned)]), found("D4", Info));
    let astray = "Q: Which disk fails here?\nA: x\nConfuses: tow\n";
    assert_eq!(together(&[("a.md", one), ("b.md", astray)]), found("unknown-card", Warning));
}

#[test]
fn the_graph_of_requires_is_checked() {
    let deck =
        |level: &str, requires: &str| format!("---\nlevel = \"{level}\"\nrequires = [{requires}]\n---\n");
    let (a, b) = (deck("beginner", "\"b\""), deck("beginner", "\"a\""));
    assert_eq!(together(&[("x/a.md", &a), ("b.md", &b)]), [("x/a.md".to_owned(), "B3", Error)], "a circle");
    let high = deck("advanced", "");
    assert_eq!(together(&[("a.md", &a), ("b.md", &high)]), [("a.md".to_owned(), "B3", Error)], "upwards");
    assert_eq!(together(&[("a.md", &a)]), [("a.md".to_owned(), "B3", Error)], "a missing deck");
    assert_eq!(together(&[("a.md", &a), ("b.md", &deck("beginner", ""))]), []);
}

#[test]
fn what_is_allowed_with_a_reason_is_not_reported() {
    let card = "Q: What is a quorum?\nA: x\n";
    let allow = "<!-- lint: allow A2 the word is unique -->\n";
    assert_eq!(weighs(card, "A2"), Some(Warning));
    assert!(findings(&format!("{card}{allow}")).is_empty(), "on the card");
    assert!(findings(&format!("{allow}\n{card}")).is_empty(), "for the deck");
    let unneeded = findings(&format!("{}{allow}", q(PLAIN, "x")));
    assert_eq!(
        unneeded.iter().map(|each| (each.code, each.severity)).collect::<Vec<_>>(),
        [("unused-allow", Info)]
    );
    let unknown = format!("{card}<!-- lint: allow A22 why not -->\n");
    assert_eq!(weighs(&unknown, "unknown-rule"), Some(Warning));
    let family = "Problem: quorum.fault\n<!-- lint: allow unknown-family soon -->\n";
    assert_eq!(weighs(family, "unknown-family"), Some(Error), "what cannot work cannot be allowed");
    assert_eq!(weighs(family, "unused-allow"), Some(Info));
}

#[test]
fn carets_stand_under_the_fault() {
    let text = "Q: Which rule does the paper add\nto Raft, and why?\nA: Some rule.\n\nC: A [log] holds a leader's log.\n\nProblem: quorum.faults\nfaulst = 1\n";
    let told: Vec<String> = findings(text)
        .iter()
        .map(|each| {
            let at = SourceText::new("t.md", text).position(each.span.start);
            let Span { start, end } = each.span;
            format!(
                "{}:{} {} `{}` {}",
                at.line,
                at.column,
                each.code,
                &text[start..end],
                each.help.as_deref().unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    1:20 A1 `the paper` name what is meant: the card is shown months later, among others
    2:10 A5 `and why` ask one of them here, and write a card for the other
    3:4 A4 `Some rule.` say how many, how often or compared with what
    3:4 K1 `Some rule.` ask from a situation or a purpose instead, without the answer's words
    5:4 C8 `A` hide the article too
    5:4 C4 `A [log] holds a leader's log.` name the system or the situation in the sentence
    5:6 C5 `[log]` reword the sentence so that it does not say what it asks for
    8:1 problem-parameter `faulst` did you mean `faults`?
    ");
}

#[test]
fn every_code_that_is_reported_is_explained() {
    let mut seen = HashSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.code), "{} twice", rule.code);
        for text in [rule.title, rule.severity, rule.condition, rule.why, rule.repair] {
            assert!(!text.is_empty() && !text.contains("  \\"), "{}", rule.code);
        }
    }
    assert_eq!(rule("l2").map(|rule| rule.title), Some("long answer"));
    assert_eq!(rule("L9"), None);
    assert_eq!(suggest("unknown-famly"), Some("unknown-family"));
    // The codes stand in the sources of this folder as `"L2",` behind `Diagnostic::new(`.
    let sources = [
        include_str!("allow.rs"),
        include_str!("ambiguity.rs"),
        include_str!("checked.rs"),
        include_str!("choice.rs"),
        include_str!("collection.rs"),
        include_str!("complete.rs"),
        include_str!("gaps.rs"),
        include_str!("guess.rs"),
        include_str!("mix.rs"),
        include_str!("size.rs"),
    ];
    for call in sources.iter().flat_map(|source| source.split("Diagnostic::new(").skip(1)) {
        let code = call.split('"').nth(1).unwrap_or_default();
        assert!(rule(code).is_some(), "{code} is not explained");
    }
}
