//! Oracles for recovery lines, session guarantees and registers kept by majorities: over all sets of checkpoints, by sets
//! of writes, and over all majorities.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{check, chosen, int, ints, typed, values as drawn, word};

/// All tuples with entries from 0 up to these.
fn tuples(most: &[i64]) -> Vec<Vec<i64>> {
    most.iter().fold(vec![Vec::new()], |all, &most| {
        let longer = |tuple: &Vec<i64>| {
            (0..=most).map(|entry| [tuple.as_slice(), &[entry]].concat()).collect::<Vec<_>>()
        };
        all.iter().flat_map(longer).collect()
    })
}

/// The latest set of checkpoints in which whatever is received is sent: entry by entry the largest of all that are.
fn recovery_line(latest: &[i64], messages: &[Vec<i64>]) -> Vec<i64> {
    // An event after k checkpoints is part of the state of checkpoint k + 1 and later.
    let consistent = |line: &Vec<i64>| {
        messages.iter().all(|m| {
            let (sent, received) = (line[m[0] as usize] > m[1], line[m[2] as usize] > m[3]);
            sent || !received
        })
    };
    let all: Vec<Vec<i64>> = tuples(latest).into_iter().filter(consistent).collect();
    let best: Vec<i64> =
        (0..latest.len()).map(|at| all.iter().map(|line| line[at]).max().unwrap_or(0)).collect();
    assert!(all.contains(&best), "the latest line is one: {latest:?} {messages:?}");
    best
}

#[test]
fn checkpoint_recovery_line() {
    check("checkpoint.recovery-line", |question, values| {
        let messages: Vec<Vec<i64>> = serde_json::from_value(values["messages"].clone()).expect("messages");
        let line = recovery_line(&ints(values, "latest"), &messages);
        let line: Vec<String> = line.iter().map(ToString::to_string).collect();
        assert_eq!(typed(question), format!("({})", line.join(", ")), "{}", question.prompt);
    });
}

#[test]
fn dominoes_fall_back_to_the_start() {
    // Between any two checkpoints a message comes in after the other side's checkpoint: each one falls.
    let zigzag = [vec![0, 0, 1, 0], vec![1, 1, 0, 0], vec![0, 1, 1, 1], vec![1, 2, 0, 1], vec![0, 2, 1, 2]];
    assert_eq!(recovery_line(&[2, 3], &zigzag), [0, 0]);
    assert_eq!(recovery_line(&[2, 2], &zigzag[..2]), [2, 2]);
    assert_eq!(recovery_line(&[1, 1], &[vec![0, 1, 1, 0]]), [1, 0]);
}

/// A vector as the set of writes that it stands for: the server and the number of each.
fn writes(vector: &[i64]) -> BTreeSet<(usize, i64)> {
    vector
        .iter()
        .enumerate()
        .flat_map(|(server, &many)| (1..=many).map(move |number| (server, number)))
        .collect()
}

#[test]
fn session_guarantees() {
    check("session.guarantees", |question, values| {
        let (read, own) = (writes(&ints(values, "reads")), writes(&ints(values, "writes")));
        let servers: Vec<Vec<i64>> = serde_json::from_value(values["servers"].clone()).expect("servers");
        let top = ints(values, "top");
        for (at, known) in servers.iter().enumerate() {
            assert_eq!(known[at], top[at], "a server knows its own writes: {}", question.prompt);
            assert!(writes(known).is_subset(&writes(&top)), "{}", question.prompt);
        }
        assert!(read.is_subset(&writes(&servers[int(values, "read_at") as usize])), "{}", question.prompt);
        let own_list: Vec<(usize, i64)> = serde_json::from_value(values["own"].clone()).expect("writes");
        assert!(own_list.iter().all(|write| own.contains(write)), "{}", question.prompt);
        // Which writes the server must have, by the definitions of Terry et al. 1994.
        let must: BTreeSet<(usize, i64)> = match word(values, "asks") {
            "read-your-writes" | "monotonic-writes" => own,
            "monotonic-reads" | "writes-follow-reads" => read,
            _ => read.union(&own).copied().collect(),
        };
        let fit =
            servers.iter().zip(["A", "B", "C", "D", "E"]).filter(|(known, _)| must.is_subset(&writes(known)));
        let expected: Vec<&str> = fit.map(|(_, name)| name).collect();
        assert_eq!(chosen(question), expected, "{}", question.prompt);
        let reading = question.prompt.contains("is a **read**");
        let of_reads = ["read-your-writes", "monotonic-reads", "both-reads"];
        assert_eq!(reading, of_reads.contains(&word(values, "asks")), "{}", question.prompt);
    });
}

type Held = (i64, i64, String);

fn held(values: &Value) -> Vec<Held> {
    serde_json::from_value(values["held"].clone()).expect("tags and values")
}

/// What reads can return: the value of the largest tag of each majority.
fn returned(servers: &[Held]) -> BTreeSet<String> {
    let majorities = (0_u32..1 << servers.len()).filter(|set| 2 * set.count_ones() as usize > servers.len());
    majorities
        .map(|set| {
            let answers =
                servers.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, held)| held);
            answers.max().expect("a majority").clone()
        })
        .map(|(counter, id, value)| format!("{value} ({counter}, {id})"))
        .collect()
}

#[test]
fn register_abd() {
    check("register.abd", |question, values| {
        let mut servers = held(values);
        match word(values, "asks") {
            "read" => {
                servers.sort();
                assert_eq!(typed(question), servers.last().expect("an answer").2, "{}", question.prompt);
            }
            "tag" => {
                let (writer, own) = (int(values, "writer"), int(values, "own"));
                let counter = (0..1000).find(|&counter| servers.iter().all(|held| held.0 < counter));
                let counter = counter.expect("a counter");
                assert!(own < counter, "{}", question.prompt);
                assert_eq!(typed(question), format!("({counter}, {writer})"), "{}", question.prompt);
            }
            asks => {
                if asks == "after" {
                    let back =
                        servers.iter().find(|held| held.2 == word(values, "back")).expect("held").clone();
                    for at in ints(values, "reached") {
                        if servers[at as usize] < back {
                            servers[at as usize] = back.clone();
                        }
                    }
                }
                let expected: Vec<String> = returned(&servers).into_iter().collect();
                assert_eq!(chosen(question), expected, "{}", question.prompt);
            }
        }
    });
}

#[test]
fn a_read_that_writes_back_rules_out_older_values() {
    let old = || (1, 1, "old".to_owned());
    let new = || (2, 1, "new".to_owned());
    let told = |servers: &[Held]| returned(servers).into_iter().collect::<Vec<_>>();
    assert_eq!(told(&[new(), old(), old()]), ["new (2, 1)", "old (1, 1)"]);
    assert_eq!(told(&[new(), new(), old()]), ["new (2, 1)"]);
    let question = super::draw_with("register.abd", "asks = \"tag\"\nservers = 3", 4, 0);
    assert_eq!(held(drawn(&question)).len(), 2);
}
