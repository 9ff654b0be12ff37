//! Oracles for Paxos, PBFT, synchronous agreement, ring election, weighted quorums and fencing in
//! `src/problem/consensus/`: by counting one by one, by running the algorithm, and over all sets.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{check, chosen, draw_with, int, ints, number, typed, values, word};

fn least(holds: impl Fn(i64) -> bool) -> i64 {
    (0..10_000).find(|&n| holds(n)).expect("some number does")
}

/// The value a proposer must take, looking for promises from the highest number down.
fn must_propose<'a>(promises: &'a [Value], acceptors: usize, own: &'a str) -> Option<&'a str> {
    if 2 * promises.len() <= acceptors {
        return None;
    }
    let under = |number: u64| promises.iter().find(|promise| promise[0].as_u64() == Some(number));
    Some((0..100).rev().find_map(under).map_or(own, |promise| promise[1].as_str().expect("a value")))
}

/// The value that more than half have accepted under one number.
fn chosen_value(accepted: &[Value]) -> Option<&str> {
    let votes = |number: u64| accepted.iter().filter(move |state| state[0].as_u64() == Some(number));
    let winner = (0..100).find(|&number| 2 * votes(number).count() > accepted.len())?;
    votes(winner).next().and_then(|state| state[1].as_str())
}

/// An acceptor that remembers everything it ever granted.
fn acceptor(messages: &[Value]) -> (u64, u64, String) {
    let mut granted: Vec<u64> = Vec::new();
    let mut accepted = Vec::new();
    for message in messages {
        let highest = granted.iter().max().copied().unwrap_or(0);
        if let Some(number) = message["prepare"].as_u64() {
            if number > highest {
                granted.push(number);
            }
        } else {
            let number = message["accept"].as_u64().expect("a number");
            if number >= highest {
                granted.push(number);
                accepted.push((number, word(message, "value").to_owned()));
            }
        }
    }
    let (number, value) = accepted.pop().expect("something was accepted");
    (granted.into_iter().max().expect("promised"), number, value)
}

fn list<'a>(values: &'a Value, key: &str) -> &'a [Value] {
    values[key].as_array().expect("a list")
}

#[test]
fn paxos_value() {
    check("paxos.value", |question, values| match word(values, "asks") {
        "propose" => {
            let own = word(values, "own");
            let promises = list(values, "promises");
            let expected = must_propose(promises, int(values, "acceptors") as usize, own)
                .unwrap_or("nothing yet: it has no majority of promises");
            assert_eq!(chosen(question), [expected], "{}", question.prompt);
            // One number carries one value only.
            let pairs: BTreeSet<(u64, &str)> = promises
                .iter()
                .filter_map(|promise| Some((promise[0].as_u64()?, promise[1].as_str()?)))
                .collect();
            let numbers: BTreeSet<u64> = pairs.iter().map(|pair| pair.0).collect();
            assert_eq!(numbers.len(), pairs.len(), "{}", question.prompt);
        }
        "chosen" => {
            let expected = chosen_value(list(values, "accepted")).unwrap_or("none yet");
            assert_eq!(chosen(question), [expected], "{}", question.prompt);
        }
        _ => {
            let (promised, number, value) = acceptor(list(values, "messages"));
            assert_eq!(typed(question), format!("({promised}, {number}, {value})"), "{}", question.prompt);
        }
    });
}

#[test]
fn paxos_value_as_in_the_syllabus() {
    let promises = [json!([2, "x"]), json!([5, "y"]), Value::Null];
    assert_eq!(must_propose(&promises, 5, "z"), Some("y"));
    assert_eq!(must_propose(&promises[..2], 5, "z"), None);
    assert_eq!(must_propose(&[Value::Null, Value::Null], 3, "z"), Some("z"));
    assert_eq!(chosen_value(&[json!([1, "x"]), json!([2, "x"]), Value::Null]), None);
    assert_eq!(chosen_value(&[json!([2, "x"]), json!([2, "x"]), Value::Null]), Some("x"));
}

#[test]
fn pbft_thresholds() {
    check("pbft.thresholds", |question, values| {
        let n = int(values, "replicas");
        // The most liars with which quorums that can still be gathered always share an honest replica.
        let f = (0..n).rev().find(|&f| (0..=n - f).any(|q| 2 * q - n > f)).expect("none at least");
        // Two quorums share an honest replica.
        let quorum = least(|q| 2 * q - n > f);
        let backups = 1..n;
        let expected = match word(values, "asks") {
            "faults" => f,
            "prepares" => quorum - 1,
            "commits" => quorum,
            "client" => least(|k| k > f),
            "prepare-messages" => backups.map(|from| (0..n).filter(|&to| to != from).count() as i64).sum(),
            "commit-messages" => (0..n).map(|from| (0..n).filter(|&to| to != from).count() as i64).sum(),
            "all-messages" => {
                let mut sent = 0;
                for from in 0..n {
                    for to in (0..n).filter(|&to| to != from) {
                        let _ = to;
                        // Pre-prepare by the primary, prepare by the others, commit by all.
                        sent += 2;
                    }
                    // The reply.
                    sent += 1;
                }
                sent
            }
            log => {
                let (view, own) = (int(values, "view"), int(values, "own"));
                let mut voters = BTreeSet::new();
                for message in list(values, "messages") {
                    let from = message[0].as_i64().expect("a replica");
                    assert!(log == "log-commit" || from != view % n, "the primary sends no prepare");
                    if message[1] == view && message[2] == values["digest"] {
                        voters.insert(from);
                    }
                }
                assert!(voters.contains(&own));
                let needed = if log == "log-commit" { quorum } else { quorum - 1 };
                needed - voters.len() as i64
            }
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

/// All sequences of different processes of some length, one by one.
fn sequences(n: usize, length: usize, taken: &mut Vec<usize>) -> usize {
    if taken.len() == length {
        return 1;
    }
    (0..n)
        .map(|next| {
            if taken.contains(&next) {
                return 0;
            }
            taken.push(next);
            let count = sequences(n, length, taken);
            taken.pop();
            count
        })
        .sum()
}

/// What more than half say; 0 where nobody has that many.
fn strict_majority(said: &[i64]) -> i64 {
    [0, 1].into_iter().find(|value| 2 * said.iter().filter(|s| *s == value).count() > said.len()).unwrap_or(0)
}

#[test]
fn agreement_costs() {
    check("agreement.costs", |question, values| {
        let n = values["processes"].as_u64().unwrap_or(0) as usize;
        let f = values["faults"].as_i64().unwrap_or(0);
        let expected = match word(values, "asks") {
            // The adversary spoils a round by a crash, and has f of them: one round more than that is clean.
            "rounds" => {
                assert!(f < n as i64 - 1);
                least(|rounds| rounds > f)
            }
            // With k values allowed it takes k crashes to spoil a round.
            "set-rounds" => least(|rounds| rounds * int(values, "values") > f),
            "messages" => {
                let rounds = least(|rounds| rounds > f);
                let mut sent = 0;
                for _ in 0..rounds {
                    for from in 0..n {
                        sent += (0..n).filter(|&to| to != from).count() as i64;
                    }
                }
                sent
            }
            "labels" => sequences(n, int(values, "level") as usize, &mut vec![]) as i64,
            "tree-size" => {
                (0..=f as usize + 1).map(|length| sequences(n, length, &mut vec![])).sum::<usize>() as i64
            }
            _ => {
                let said = ints(values, "said");
                let told = list(values, "told");
                let resolved: Vec<i64> = (0..4)
                    .map(|of| {
                        let reports: Vec<i64> = (0..4)
                            .filter(|&by| by != of)
                            .map(|by| told[of][by].as_i64().expect("a bit"))
                            .collect();
                        strict_majority(&reports)
                    })
                    .collect();
                for of in 0..4 {
                    // The theorem: with one liar among four, an honest value survives.
                    let honest = word(values, "liar") != format!("P{}", of + 1);
                    assert!(!honest || resolved[of] == said[of], "{}", question.prompt);
                }
                let mut all = resolved.clone();
                all.push(strict_majority(&resolved));
                let told: Vec<String> = all.iter().map(ToString::to_string).collect();
                assert_eq!(typed(question), format!("({})", told.join(", ")), "{}", question.prompt);
                return;
            }
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

/// Passes ids round, hop by hop, until none is under way; returns how many messages carried each id.
fn elect(ids: &[i64], clockwise: bool) -> Vec<usize> {
    let n = ids.len();
    let next = |at: usize| if clockwise { (at + 1) % n } else { (at + n - 1) % n };
    let mut messages = vec![0; n];
    let mut moving: Vec<(usize, usize)> = (0..n).map(|owner| (owner, owner)).collect();
    while !moving.is_empty() {
        for (owner, at) in &mut moving {
            messages[*owner] += 1;
            *at = next(*at);
        }
        moving.retain(|&(owner, at)| ids[owner] > ids[at]);
    }
    messages
}

#[test]
fn election_lcr() {
    check("election.lcr", |question, values| {
        let ids = ints(values, "ids");
        let messages = elect(&ids, values["clockwise"].as_bool().expect("a switch"));
        let expected = match word(values, "asks") {
            "one" => messages[ids.iter().position(|id| *id == int(values, "one")).expect("an id")],
            "announced" => messages.iter().sum::<usize>() + ids.len(),
            _ => messages.iter().sum(),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn election_lcr_stays_within_its_bounds() {
    // Best 2n − 1 (ids fall against the way they are passed), worst n(n + 1)/2.
    for n in 2..10_i64 {
        let ids: Vec<i64> = (1..=n).collect();
        assert_eq!(elect(&ids, true).iter().sum::<usize>() as i64, 2 * n - 1);
        assert_eq!(elect(&ids, false).iter().sum::<usize>() as i64, n * (n + 1) / 2);
    }
}

/// The sizes of quorums (or of sets that are none): the least and the largest, over all choices in all groups.
fn sizes(groups: &[Vec<i64>], quorum: bool) -> (usize, usize) {
    let mut reached: BTreeSet<(usize, usize)> = BTreeSet::from([(0, 0)]);
    for weights in groups {
        let total: i64 = weights.iter().sum();
        let mut choices: BTreeSet<(usize, usize)> = BTreeSet::new();
        for mask in 0..1_u32 << weights.len() {
            let held: i64 = (0..weights.len()).filter(|at| mask >> at & 1 == 1).map(|at| weights[at]).sum();
            choices.insert((mask.count_ones() as usize, usize::from(2 * held > total)));
        }
        reached = reached
            .iter()
            .flat_map(|(size, won)| choices.iter().map(move |(more, wins)| (size + more, won + wins)))
            .collect();
    }
    let fitting: Vec<usize> =
        reached.iter().filter(|(_, won)| (2 * won > groups.len()) == quorum).map(|(size, _)| *size).collect();
    (*fitting.iter().min().expect("some set"), *fitting.iter().max().expect("some set"))
}

fn groups_of(values: &Value) -> Vec<Vec<i64>> {
    list(values, "groups")
        .iter()
        .map(|group| {
            group.as_array().expect("weights").iter().map(|w| w.as_i64().expect("a weight")).collect()
        })
        .collect()
}

#[test]
fn zookeeper_hierarchical_quorum() {
    check("zookeeper.hierarchical-quorum", |question, values| {
        let groups = groups_of(values);
        match word(values, "asks") {
            "verdict" => {
                let alive = list(values, "alive");
                let balance: i64 = groups
                    .iter()
                    .zip(alive)
                    .map(|(weights, alive)| {
                        // Up minus down: above 0 is more than half.
                        let sign = |up: &Value| if up == &Value::Bool(true) { 1 } else { -1 };
                        let lead: i64 = weights
                            .iter()
                            .zip(alive.as_array().expect("a list"))
                            .map(|(w, up)| w * sign(up))
                            .sum();
                        if lead > 0 { 1 } else { -1 }
                    })
                    .sum();
                assert_eq!(chosen(question)[0].starts_with("yes"), balance > 0, "{}", question.prompt);
            }
            "fewest" => assert_eq!(number(question), sizes(&groups, true).0 as f64, "{}", question.prompt),
            _ => assert_eq!(number(question), sizes(&groups, false).1 as f64, "{}", question.prompt),
        }
    });
}

#[test]
fn zookeeper_hierarchical_quorum_as_in_the_syllabus() {
    // Nine servers in three groups: four are enough, where a plain majority is five.
    assert_eq!(sizes(&vec![vec![1; 3]; 3], true).0, 4);
    let three = (0..500)
        .map(|seed| draw_with("zookeeper.hierarchical-quorum", "groups = 3\nweights = false", seed, 1))
        .filter(|question| {
            let drawn = values(question);
            word(drawn, "asks") == "fewest" && groups_of(drawn).iter().all(|group| group.len() == 3)
        })
        .inspect(|question| assert_eq!(number(question), 4.0))
        .count();
    assert!(three > 0);
}

/// A write passes if no earlier one to the same object had a larger token.
fn passing(writes: &[(i64, &str)]) -> Vec<usize> {
    (0..writes.len())
        .filter(|&at| {
            writes[..at].iter().all(|(token, object)| *object != writes[at].1 || *token <= writes[at].0)
        })
        .map(|at| at + 1)
        .collect()
}

#[test]
fn lease_fencing_token() {
    check("lease.fencing-token", |question, values| {
        let mut granted = BTreeSet::new();
        let mut writes = Vec::new();
        for step in list(values, "steps") {
            if let Some(token) = step["grant"].as_i64() {
                assert!(granted.iter().all(|earlier| *earlier < token), "tokens grow");
                granted.insert(token);
            } else {
                let token = int(step, "write");
                assert!(granted.contains(&token), "a token is used after it was granted");
                writes.push((token, word(step, "object")));
            }
        }
        let told: Vec<String> = passing(&writes).iter().map(ToString::to_string).collect();
        assert_eq!(typed(question), format!("({})", told.join(", ")), "{}", question.prompt);
    });
}

#[test]
fn lease_fencing_token_as_in_the_syllabus() {
    assert_eq!(passing(&[(33, "x"), (34, "x"), (33, "x")]), [1, 2]);
}
