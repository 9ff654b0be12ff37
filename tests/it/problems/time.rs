//! Oracles for `src/problem/time/`: happens-before by closure over all pairs, and clocks derived from it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{answer, check, chosen, draw_with, int, ints, number, ordered, typed, values, word};

/// A script read back from the drawn values, with the happens-before relation of each pair.
struct History {
    names: Vec<String>,
    process: Vec<usize>,
    /// For each message its sending and receipt.
    messages: Vec<(usize, usize)>,
    before: Vec<Vec<bool>>,
    processes: usize,
}

impl History {
    fn read(script: &Value) -> Self {
        let events = script.as_array().expect("a script");
        let names: Vec<String> = events.iter().map(|event| word(event, "event").to_owned()).collect();
        let process: Vec<usize> =
            events.iter().map(|event| usize::from(word(event, "process").as_bytes()[0] - b'A')).collect();
        let mut ends: BTreeMap<i64, (Option<usize>, Option<usize>)> = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            match word(event, "act") {
                "send" => ends.entry(int(event, "message")).or_default().0 = Some(index),
                "receive" => ends.entry(int(event, "message")).or_default().1 = Some(index),
                _ => {}
            }
        }
        let messages: Vec<(usize, usize)> =
            ends.values().map(|&(send, receive)| (send.expect("sent"), receive.expect("received"))).collect();
        let n = names.len();
        let mut before = vec![vec![false; n]; n];
        for a in 0..n {
            for b in a + 1..n {
                before[a][b] = process[a] == process[b];
            }
        }
        for &(send, receive) in &messages {
            before[send][receive] = true;
        }
        // Warshall's closure.
        for k in 0..n {
            for a in 0..n {
                for b in 0..n {
                    before[a][b] |= before[a][k] && before[k][b];
                }
            }
        }
        let processes = process.iter().max().expect("a process") + 1;
        Self { names, process, messages, before, processes }
    }

    fn index(&self, name: &str) -> usize {
        self.names.iter().position(|other| other == name).expect("an event of the script")
    }

    /// A Lamport clock that counts every event is the length of the longest chain that ends there.
    fn lamport(&self, event: usize) -> usize {
        (0..self.names.len()).filter(|&a| self.before[a][event]).map(|a| self.lamport(a)).max().unwrap_or(0)
            + 1
    }

    /// A vector clock counts, for each process, its events in the past of the event, itself included.
    fn vector(&self, event: usize) -> Vec<usize> {
        let past = |process: usize| {
            (0..self.names.len())
                .filter(|&a| self.process[a] == process && (a == event || self.before[a][event]))
                .count()
        };
        (0..self.processes).map(past).collect()
    }

    fn concurrent(&self, a: usize, b: usize) -> bool {
        a != b && !self.before[a][b] && !self.before[b][a]
    }

    /// Whether an event is among the first ones of its process that a cut takes.
    fn takes(&self, cut: &[i64], event: usize) -> bool {
        let rank = (0..=event).filter(|&a| self.process[a] == self.process[event]).count() as i64;
        rank <= cut[self.process[event]]
    }

    /// A cut is consistent when it is closed under happens-before.
    fn consistent(&self, cut: &[i64]) -> bool {
        let n = self.names.len();
        (0..n).all(|b| !self.takes(cut, b) || (0..n).all(|a| !self.before[a][b] || self.takes(cut, a)))
    }
}

fn tuple<T: ToString>(values: &[T]) -> String {
    format!("({})", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

#[test]
fn clock_lamport() {
    check("clock.lamport", |question, values| {
        let history = History::read(&values["script"]);
        match word(values, "asks") {
            "stamp" => {
                let event = history.index(word(values, "event"));
                assert_eq!(number(question), history.lamport(event) as f64, "{}", question.prompt);
            }
            "order" => {
                let stamp = |name: &&str| {
                    let event = history.index(name);
                    (history.lamport(event), history.process[event])
                };
                let found = ordered(question);
                assert!(found.is_sorted_by_key(stamp), "{found:?}\n{}", question.prompt);
                assert_eq!(found.len(), values["events"].as_array().expect("a list").len());
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

/// The script of the syllabus: A local, A sends m1, B local, B receives m1, B sends m2, C local, C receives m2, A local.
fn worked_example() -> History {
    let event = |event: &str, process: &str, act: &str, message: Option<u8>| serde_json::json!({ "event": event, "process": process, "act": act, "message": message });
    History::read(&Value::Array(vec![
        event("a1", "A", "local", None),
        event("a2", "A", "send", Some(1)),
        event("b1", "B", "local", None),
        event("b2", "B", "receive", Some(1)),
        event("b3", "B", "send", Some(2)),
        event("c1", "C", "local", None),
        event("c2", "C", "receive", Some(2)),
        event("a3", "A", "local", None),
    ]))
}

#[test]
fn the_oracle_agrees_with_the_syllabus() {
    let history = worked_example();
    let stamps: Vec<usize> = (0..8).map(|event| history.lamport(event)).collect();
    assert_eq!(stamps, [1, 2, 1, 3, 4, 1, 5, 3]);
    let vectors: Vec<String> = (0..8).map(|event| tuple(&history.vector(event)).replace(' ', "")).collect();
    let expected = ["(1,0,0)", "(2,0,0)", "(0,1,0)", "(2,2,0)", "(2,3,0)", "(0,0,1)", "(2,3,2)", "(3,0,0)"];
    assert_eq!(vectors, expected);
    assert!(history.before[1][6], "A's sending of m1 comes before C's receipt of m2");
    assert!(history.concurrent(7, 4) && history.concurrent(7, 6));
    assert!(!history.consistent(&[1, 2, 0]), "B has received m1, which A has not sent");
    assert!(history.consistent(&[2, 1, 0]));
}

#[test]
fn clock_vector() {
    check("clock.vector", |question, values| {
        let vectors = |key: &str| -> Vec<Vec<i64>> {
            values[key]
                .as_array()
                .expect("clocks")
                .iter()
                .map(|v| ints(&serde_json::json!({ "v": v }), "v"))
                .collect()
        };
        let below = |a: &[i64], b: &[i64]| a.iter().zip(b).all(|(a, b)| a <= b);
        match word(values, "asks") {
            "stamp" => {
                let history = History::read(&values["script"]);
                let event = history.index(word(values, "event"));
                assert_eq!(typed(question), tuple(&history.vector(event)), "{}", question.prompt);
            }
            "compare" => {
                let (x, y) = (ints(values, "x"), ints(values, "y"));
                let expected = match (below(&x, &y), below(&y, &x)) {
                    (true, false) => "x happened before y",
                    (false, true) => "y happened before x",
                    (false, false) => "x and y are concurrent",
                    (true, true) => panic!("the same clock twice"),
                };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            "siblings" => {
                let versions = vectors("versions");
                let mut kept: Vec<String> = versions
                    .iter()
                    .filter(|one| versions.iter().filter(|other| below(one, other)).count() == 1)
                    .map(|one| tuple(one))
                    .collect();
                kept.sort_unstable();
                assert_eq!(chosen(question), kept, "{}", question.prompt);
            }
            "put" => {
                let siblings = vectors("siblings");
                let mut clock: Vec<i64> = (0..siblings[0].len())
                    .map(|i| siblings.iter().map(|s| s[i]).max().expect("a sibling"))
                    .collect();
                clock[int(values, "entry") as usize] += 1;
                assert_eq!(typed(question), tuple(&clock), "{}", question.prompt);
                assert!(siblings.iter().all(|sibling| below(sibling, &clock)), "it supersedes what was read");
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn clock_happens_before() {
    check("clock.happens-before", |question, values| {
        let history = History::read(&values["script"]);
        let x = history.index(word(values, "x"));
        match word(values, "asks") {
            "pair" => {
                let y = history.index(word(values, "y"));
                let (a, b) = (&history.names[x], &history.names[y]);
                let expected = match (history.before[x][y], history.before[y][x]) {
                    (true, _) => format!("{a} happened before {b}"),
                    (_, true) => format!("{b} happened before {a}"),
                    _ => format!("{a} and {b} are concurrent"),
                };
                assert_eq!(chosen(question), [expected.as_str()], "{}", question.prompt);
            }
            "past" => {
                let past = (0..history.names.len()).filter(|&event| history.before[event][x]).count();
                assert_eq!(number(question), past as f64, "{}", question.prompt);
            }
            "concurrent" => {
                let shown = values["shown"].as_array().expect("a list");
                let mut expected: Vec<&str> = shown
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|name| history.concurrent(history.index(name), x))
                    .collect();
                expected.sort_unstable();
                assert_eq!(chosen(question), expected, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn clock_consistent_cut() {
    check("clock.consistent-cut", |question, values| {
        let verdict = |holds: bool| if holds { "consistent" } else { "not consistent" };
        if word(values, "asks") == "clocks" {
            // Rebuilt without the script: a cut is what the join of the frontier's clocks says it is.
            let frontier: Vec<Vec<i64>> = values["frontier"]
                .as_array()
                .expect("clocks")
                .iter()
                .map(|v| ints(&serde_json::json!({ "v": v }), "v"))
                .collect();
            let join: Vec<i64> =
                (0..frontier.len()).map(|j| frontier.iter().map(|f| f[j]).max().expect("a clock")).collect();
            let own: Vec<i64> = (0..frontier.len()).map(|j| frontier[j][j]).collect();
            assert_eq!(chosen(question), [verdict(join == own)], "{}", question.prompt);
            return;
        }
        let history = History::read(&values["script"]);
        let cut = ints(values, "cut");
        let crossing =
            |&&(send, receive): &&(usize, usize)| history.takes(&cut, send) && !history.takes(&cut, receive);
        match word(values, "asks") {
            "verdict" => {
                assert_eq!(chosen(question), [verdict(history.consistent(&cut))], "{}", question.prompt);
            }
            "transit" => {
                assert!(history.consistent(&cut));
                assert_eq!(
                    number(question),
                    history.messages.iter().filter(crossing).count() as f64,
                    "{}",
                    question.prompt
                );
            }
            "blame" => {
                // Without the culprit the cut would be consistent.
                let culprit: usize = answer(question)[1..].parse::<usize>().expect("a message") - 1;
                let (send, receive) = history.messages[culprit];
                assert!(history.takes(&cut, receive) && !history.takes(&cut, send), "{}", question.prompt);
                let others =
                    history.messages.iter().filter(|m| history.takes(&cut, m.1) && !history.takes(&cut, m.0));
                assert_eq!(others.count(), 1);
            }
            "rollback" => {
                // Of all cuts within this one, the consistent one with the most events; the largest is unique.
                let mut all = vec![vec![]];
                for &taken in &cut {
                    all = all
                        .iter()
                        .flat_map(|c: &Vec<i64>| (0..=taken).map(|k| [c.clone(), vec![k]].concat()))
                        .collect();
                }
                let best =
                    all.into_iter().filter(|c| history.consistent(c)).max_by_key(|c| c.iter().sum::<i64>());
                assert_eq!(typed(question), tuple(&best.expect("the empty cut")), "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

#[test]
fn clock_hybrid() {
    check("clock.hybrid", |question, values| {
        // A second derivation: c is the length of the chain of events that share the final l, as in the theory the
        // pair orders events like one number l + c·ε, where an event exceeds all that came before it.
        let pair = |value: &Value| (value[0].as_i64().expect("l"), value[1].as_i64().expect("c"));
        let mut at = pair(&values["start"]);
        for step in values["steps"].as_array().expect("steps") {
            let heard = step["message"].as_array().map(|_| pair(&step["message"]));
            let causes = [Some(at), heard].into_iter().flatten().max().expect("the own clock");
            // The least timestamp above all causes whose l is not behind the physical clock.
            at = (causes.0, causes.1 + 1).max((int(step, "physical"), 0));
        }
        assert_eq!(typed(question), tuple(&[at.0, at.1]), "{}", question.prompt);
    });
}

#[test]
fn authors_may_fix_what_is_drawn() {
    for seed in 0..200 {
        let question = draw_with("clock.lamport", "processes = 2\nevents = [5, 6]", seed, 2);
        let history = History::read(&values(&question)["script"]);
        assert!(history.processes == 2 && (5..=6).contains(&history.names.len()), "{}", question.prompt);
        for asks in ["stamp", "compare", "siblings", "put"] {
            let question = draw_with("clock.vector", &format!("asks = \"{asks}\"\nprocesses = 4"), seed, 0);
            assert_eq!(word(values(&question), "asks"), asks);
        }
        for asks in ["verdict", "transit", "blame", "rollback", "clocks"] {
            for processes in 2..=4 {
                let parameters = format!("asks = \"{asks}\"\nprocesses = {processes}\nevents = [6, 12]");
                draw_with("clock.consistent-cut", &parameters, seed, 0);
            }
        }
        for asks in ["pair", "past", "concurrent"] {
            for processes in 2..=4 {
                let parameters = format!("asks = \"{asks}\"\nprocesses = {processes}\nevents = [8, 12]");
                draw_with("clock.happens-before", &parameters, seed, 0);
            }
        }
    }
}
