//! Oracles for the families on rings of nodes in `src/problem/storage/`.

use serde_json::Value;

use super::{check, chosen, draw_with, int, ints, number, typed, word};

fn words(values: &Value, key: &str) -> Vec<String> {
    values[key]
        .as_array()
        .expect("a list")
        .iter()
        .map(|word| word.as_str().expect("text").to_owned())
        .collect()
}

/// Walks the ring one position at a time and returns the indices of the places met, a whole round.
fn met(places: &[i64], from: i64, size: i64) -> Vec<usize> {
    (0..size).filter_map(|step| places.iter().position(|&place| place == (from + step) % size)).collect()
}

fn shown<T: ToString>(list: &[T]) -> String {
    format!("({})", list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

fn finger(places: &[i64], node: i64, i: i64, size: i64) -> i64 {
    let start = (node + (1 << (i - 1))) % size;
    places[met(places, start, size)[0]]
}

/// A lookup told by what each node knows: its successor and its fingers, tried from the longest down.
fn look_up(places: &[i64], start: i64, key: i64, bits: i64) -> Vec<i64> {
    let size = 1 << bits;
    let mut path = vec![start];
    let mut at = start;
    loop {
        let successor = places[met(places, at + 1, size)[0]];
        let reached = |to: i64| {
            (1..=size).take_while(|step| (at + step - 1) % size != to).any(|step| (at + step) % size == key)
        };
        if reached(successor) {
            path.push(successor);
            return path;
        }
        // The longest finger whose stretch does not reach the key yet.
        at = (1..=bits)
            .rev()
            .map(|i| finger(places, at, i, size))
            .find(|&to| to != at && !reached(to))
            .expect("a finger");
        path.push(at);
    }
}

#[test]
fn ring_lookup() {
    check("ring.lookup", |question, values| {
        let places = ints(values, "places");
        match word(values, "asks") {
            "owner" => {
                let names = words(values, "nodes");
                let first = met(&places, int(values, "key"), int(values, "size"))[0];
                assert_eq!(chosen(question), [names[first].as_str()], "{}", question.prompt);
            }
            "replicas" => {
                let names = words(values, "nodes");
                let mut held: Vec<String> = Vec::new();
                for at in met(&places, int(values, "key"), int(values, "size")) {
                    if !held.contains(&names[at]) {
                        held.push(names[at].clone());
                    }
                }
                held.truncate(int(values, "copies") as usize);
                assert_eq!(typed(question), shown(&held), "{}", question.prompt);
            }
            asks => {
                let (bits, start) = (int(values, "bits"), int(values, "start"));
                let finger = |i| finger(&places, start, i, 1 << bits);
                match asks {
                    "finger" => assert_eq!(
                        number(question),
                        finger(int(values, "finger")) as f64,
                        "{}",
                        question.prompt
                    ),
                    "table" => {
                        let table: Vec<i64> = (1..=bits).map(finger).collect();
                        assert_eq!(typed(question), shown(&table), "{}", question.prompt);
                    }
                    "path" => {
                        let path = look_up(&places, start, int(values, "key"), bits);
                        assert_eq!(typed(question), shown(&path), "{}", question.prompt);
                    }
                    other => panic!("no oracle for {other}"),
                }
            }
        }
    });
}

#[test]
fn ring_lookup_as_in_the_syllabus() {
    let abcd = [10, 90, 170, 230];
    assert_eq!(met(&abcd, 200, 256)[..3], [3, 0, 1]);
    assert_eq!(met(&abcd, 240, 256)[0], 0);
    let chord = [1, 8, 14, 21, 32, 38, 42, 48, 51, 56];
    assert_eq!(look_up(&chord, 8, 54, 6), [8, 42, 51, 56]);
}

#[test]
fn ring_keys_moved() {
    check("ring.keys-moved", |question, values| {
        let right = number(question);
        match word(values, "asks") {
            "modulo" => {
                let (before, after) = (int(values, "before"), int(values, "after"));
                let moved = ints(values, "keys")
                    .iter()
                    .filter(|&&key| key.rem_euclid(before) != key.rem_euclid(after))
                    .count();
                assert_eq!(right, moved as f64, "{}", question.prompt);
            }
            "modulo-share" => {
                let (before, after) = (int(values, "before"), int(values, "after"));
                let range = before * after * 10;
                let moved = (0..range).filter(|key| key % before != key % after).count();
                let share = 100.0 * moved as f64 / range as f64;
                assert!((right - share).abs() <= 0.0501, "{right} for {share}: {}", question.prompt);
            }
            "ring-share" => {
                // The expected stretch of one of N random places on a ring of keys is a part in N.
                let nodes = int(values, "nodes") + i64::from(values["joins"].as_bool().expect("a switch"));
                assert!(
                    (right * nodes as f64 - int(values, "keys") as f64).abs() < 1e-6,
                    "{}",
                    question.prompt
                );
            }
            "ring" => {
                let (with, size) = (ints(values, "nodes"), int(values, "size"));
                let without: Vec<i64> =
                    with.iter().copied().filter(|&place| place != int(values, "changing")).collect();
                let owner = |places: &[i64], key: i64| places[met(places, key, size)[0]];
                let moved = ints(values, "keys")
                    .iter()
                    .filter(|&&key| owner(&with, key) != owner(&without, key))
                    .count();
                assert_eq!(right, moved as f64, "{}", question.prompt);
            }
            "shards" => {
                let mut have = ints(values, "have");
                have.extend((0..int(values, "joins")).map(|_| 0));
                let leaving = values["leaving"].as_u64().map(|group| group as usize);
                assert_eq!(right, fewest(&have, leaving) as f64, "{}", question.prompt);
            }
            other => panic!("no oracle for {other}"),
        }
    });
}

/// Tries every balanced way to hold the shards, and counts those that a group has too many of.
fn fewest(have: &[i64], leaving: Option<usize>) -> i64 {
    let total: i64 = have.iter().sum();
    let groups = have.len();
    let staying = (groups - usize::from(leaving.is_some())) as i64;
    let share = total / staying;
    (0..1_u32 << groups)
        .filter_map(|larger| {
            let after: Vec<i64> = (0..groups)
                .map(|group| if Some(group) == leaving { 0 } else { share + i64::from(larger >> group & 1) })
                .collect();
            (after.iter().sum::<i64>() == total)
                .then(|| have.iter().zip(&after).map(|(have, after)| (have - after).max(0)).sum())
        })
        .min()
        .expect("a balanced way")
}

#[test]
fn ring_keys_moved_as_in_the_syllabus() {
    // Modulo 3 to 4: 9 of 12, that is 75 %.
    let share = (0..300)
        .map(|seed| draw_with("ring.keys-moved", "asks = \"modulo-share\"\nnodes = 3", seed, 1))
        .find(|question| int(super::values(question), "before") == 3)
        .expect("drawn");
    assert_eq!(number(&share), 75.0);
    // 10 shards, [5,5] to 3 groups: 3 moves; [4,3,3] to 4 groups: 2 moves.
    assert_eq!(fewest(&[5, 5, 0], None), 3);
    assert_eq!(fewest(&[4, 3, 3, 0], None), 2);
}
