//! Oracles for chains, conflict-free types, histories, sloppy quorums, XOR routing and gossip in `src/problem/storage/`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{check, chosen, int, ints, number, ordered, typed, values, word};

fn list<'a>(values: &'a Value, key: &str) -> &'a [Value] {
    values[key].as_array().expect("a list")
}

fn told<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("({})", items.join(", "))
}

/// What a node of a CRAQ chain returns: the version, and whether it asks the tail.
fn craq(clean: i64, newest: i64, committed: i64) -> (i64, bool) {
    let versions: Vec<(i64, bool)> = (clean..=newest).map(|version| (version, version == clean)).collect();
    match versions.last() {
        Some((version, true)) => (*version, false),
        _ => (committed, true),
    }
}

#[test]
fn craq_read() {
    check("craq.read", |question, values| {
        let (clean, newest) = (ints(values, "clean"), ints(values, "newest"));
        let tail = clean.len() - 1;
        // Such a chain can exist: writes come down in order, acknowledgements go up, the tail has nothing dirty.
        assert!(newest.windows(2).all(|pair| pair[0] >= pair[1]) && clean.is_sorted());
        assert_eq!(clean[tail], newest[tail]);
        match word(values, "asks") {
            "local" => {
                let right: Vec<String> = (0..=tail)
                    .filter(|&at| !craq(clean[at], newest[at], 0).1)
                    .map(|at| format!("N{}", at + 1))
                    .collect();
                assert_eq!(chosen(question), right, "{}", question.prompt);
            }
            "held" => {
                let (at, acked) = (int(values, "node") as usize - 1, int(values, "acknowledged"));
                let left = (clean[at]..=newest[at]).filter(|&version| version >= acked);
                assert_eq!(
                    typed(question),
                    told(left.map(|version| format!("v{version}"))),
                    "{}",
                    question.prompt
                );
            }
            asks => {
                let at = int(values, "node") as usize - 1;
                let committed = values["tail_commits"].as_i64().unwrap_or(clean[tail]);
                assert!(committed <= newest[tail.saturating_sub(1)].max(clean[tail]));
                let expected = match asks {
                    "chain" => format!("v{}, answered by N{}", clean[tail], tail + 1),
                    "relaxed" => format!("v{}, without asking the tail", newest[at]),
                    _ => match craq(clean[at], newest[at], committed) {
                        (version, true) => format!("v{version}, after asking the tail"),
                        (version, false) => format!("v{version}, without asking the tail"),
                    },
                };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
        }
    });
}

#[test]
fn craq_read_as_in_the_syllabus() {
    // The head holds v3 dirty over v2 clean, the tail v2: a read at the head asks the tail and returns v2.
    assert_eq!(craq(2, 3, 2), (2, true));
    assert_eq!(craq(2, 2, 2), (2, false));
}

/// XOR digit by digit, as bits written out, most significant first.
fn xor_bits(a: i64, b: i64, bits: usize) -> Vec<bool> {
    (0..bits).rev().map(|place| a / (1 << place) % 2 != b / (1 << place) % 2).collect()
}

fn nearest(key: i64, nodes: &[i64], bits: usize) -> Vec<i64> {
    let mut nodes = nodes.to_vec();
    nodes.sort_by_key(|&node| xor_bits(node, key, bits));
    nodes
}

#[test]
fn kademlia_routing() {
    check("kademlia.routing", |question, values| {
        let bits = int(values, "bits") as usize;
        match word(values, "asks") {
            "distance" => {
                let differing = xor_bits(int(values, "a"), int(values, "b"), bits);
                let value = differing.iter().fold(0, |value, &bit| 2 * value + i64::from(bit));
                assert_eq!(number(question), value as f64, "{}", question.prompt);
            }
            "bucket" => {
                let differing = xor_bits(int(values, "own"), int(values, "other"), bits);
                let prefix = differing.iter().position(|&bit| bit).expect("they differ");
                assert_eq!(number(question), (bits - 1 - prefix) as f64, "{}", question.prompt);
            }
            "nearest" => {
                let right = nearest(int(values, "key"), &ints(values, "nodes"), bits);
                assert_eq!(typed(question), told(&right[..int(values, "k") as usize]), "{}", question.prompt);
            }
            _ => {
                let right = nearest(int(values, "key"), &ints(values, "nodes"), bits);
                let right: Vec<String> = right.iter().map(ToString::to_string).collect();
                assert_eq!(ordered(question), right, "{}", question.prompt);
            }
        }
    });
}

/// A round among so many nodes that a node's luck is its expectation, without the limit e^−(1−u).
fn round(mode: &str, lacking: f64) -> f64 {
    let nodes = 1e9;
    // None of the (1 − u)·n nodes that have the update chooses a given node.
    let not_pushed = (nodes * (1.0 - lacking) * (-1.0 / nodes).ln_1p()).exp();
    match mode {
        "pull" => lacking * lacking,
        "push" => lacking * not_pushed,
        _ => lacking * lacking * not_pushed,
    }
}

#[test]
fn gossip_convergence() {
    check("gossip.convergence", |question, values| {
        let found = number(question);
        match word(values, "asks") {
            "rumour" => {
                let exponent = int(values, "k") as f64 + 1.0;
                // The root below 1, by bisection: s − e^−(k+1)(1−s) changes sign once there.
                let (mut low, mut high) = (0.0_f64, 0.9_f64);
                for _ in 0..100 {
                    let middle = f64::midpoint(low, high);
                    if middle < (-exponent * (1.0 - middle)).exp() { low = middle } else { high = middle }
                }
                let expected = low * int(values, "nodes") as f64;
                assert!((found - expected).abs() <= 1.0, "{found} for {expected}\n{}", question.prompt);
            }
            asks => {
                let mode = word(values, "mode");
                let start = int(values, "percent") as f64 / 100.0;
                let after = |rounds: i64| (0..rounds).fold(start, |lacking, _| round(mode, lacking));
                if asks == "share" {
                    let expected = after(int(values, "rounds"));
                    assert!(
                        (found / expected - 1.0).abs() < 0.001,
                        "{found} for {expected}\n{}",
                        question.prompt
                    );
                } else {
                    let limit = values["limit"].as_f64().expect("a limit");
                    let first = (0..100).find(|&rounds| after(rounds) < limit).expect("it falls below");
                    assert_eq!(found, first as f64, "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn gossip_convergence_as_in_the_syllabus_and_in_a_simulation() {
    // Rumours: k = 1 misses 20 %, k = 2 misses 6 %.
    let mut seen = BTreeSet::new();
    for seed in 0..400 {
        let question = super::draw("gossip.convergence", seed, 2);
        let drawn = values(&question);
        if word(drawn, "asks") == "rumour" {
            let k = int(drawn, "k");
            let share = number(&question) / int(drawn, "nodes") as f64;
            match k {
                1 => assert!((share - 0.20).abs() < 0.005, "{share}"),
                2 => assert!((share - 0.06).abs() < 0.005, "{share}"),
                _ => continue,
            }
            seen.insert(k);
        }
    }
    assert_eq!(seen.len(), 2);
    // A hundred thousand nodes, three quarters without the update; partners by a fixed generator.
    let n = 100_000_usize;
    let mut state = 1_u64;
    let mut partner = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for mode in ["pull", "push", "push-pull"] {
        let had: Vec<bool> = (0..n).map(|node| node % 4 == 0).collect();
        let mut has = had.clone();
        for node in 0..n {
            let other = partner();
            if mode != "push" && had[other] {
                has[node] = true;
            }
            if mode != "pull" && had[node] {
                has[other] = true;
            }
        }
        let lacking = has.iter().filter(|has| !**has).count() as f64 / n as f64;
        assert!((lacking / round(mode, 0.75) - 1.0).abs() < 0.02, "{mode}: {lacking}");
    }
}

/// A counter's state as the set of its increments.
fn increments(state: &Value) -> BTreeSet<(usize, u64)> {
    let counts = state.as_array().expect("counts").iter().enumerate();
    counts
        .flat_map(|(replica, count)| (0..count.as_u64().expect("a count")).map(move |n| (replica, n)))
        .collect()
}

fn union_size(states: &[Value]) -> i64 {
    states.iter().flat_map(increments).collect::<BTreeSet<_>>().len() as i64
}

fn union_of(sets: &[Value]) -> BTreeSet<String> {
    sets.iter().flat_map(|set| set.as_array().expect("a set")).map(ToString::to_string).collect()
}

/// The elements of an observed-remove set after a history: an add stays unless a remove of its element knew of it.
fn observed(operations: &[Value]) -> BTreeSet<&str> {
    // For each replica the operations it knows of, by number.
    let mut known: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); 3];
    let mut removed: BTreeSet<usize> = BTreeSet::new();
    for (number, operation) in operations.iter().enumerate() {
        let place = |index: usize| operation[index].as_u64().expect("a replica") as usize;
        match operation[0].as_str().expect("a kind") {
            "merge" => {
                let other = known[place(1)].clone();
                known[place(2)].extend(other);
            }
            kind => {
                if kind == "remove" {
                    let seen = known[place(1)].iter().copied();
                    removed.extend(seen.filter(|&earlier| {
                        operations[earlier][0] == "add" && operations[earlier][2] == operation[2]
                    }));
                }
                known[place(1)].insert(number);
            }
        }
    }
    (0..operations.len())
        .filter(|number| operations[*number][0] == "add" && !removed.contains(number))
        .map(|number| operations[number][2].as_str().expect("an element"))
        .collect()
}

#[test]
fn crdt_merge() {
    check("crdt.merge", |question, values| match word(values, "kind") {
        "g-counter" => {
            assert_eq!(number(question), union_size(list(values, "states")) as f64, "{}", question.prompt);
        }
        "pn-counter" => {
            let expected = union_size(list(values, "plus")) - union_size(list(values, "minus"));
            assert_eq!(number(question), expected as f64, "{}", question.prompt);
        }
        "lww-register" => {
            let mut writes: Vec<(i64, usize, i64)> = list(values, "writes")
                .iter()
                .enumerate()
                .map(|(replica, write)| {
                    (write[1].as_i64().expect("a stamp"), replica, write[0].as_i64().expect("a value"))
                })
                .collect();
            writes.sort_unstable();
            assert_eq!(number(question), writes.last().expect("a write").2 as f64, "{}", question.prompt);
        }
        "2p-set" => {
            let (added, removed) = (union_of(list(values, "added")), union_of(list(values, "removed")));
            let left = added.difference(&removed).map(|element| element.replace('"', ""));
            assert_eq!(typed(question), told(left), "{}", question.prompt);
        }
        "or-set" => {
            let mut added = BTreeSet::new();
            let mut removed = BTreeSet::new();
            for replica in list(values, "replicas") {
                added.extend(list(replica, "added").iter().map(ToString::to_string));
                removed.extend(list(replica, "removed").iter().map(ToString::to_string));
            }
            let left: BTreeSet<String> = added
                .difference(&removed)
                .map(|tag| serde_json::from_str::<Vec<String>>(tag).expect("a tag").remove(0))
                .collect();
            assert_eq!(typed(question), told(left), "{}", question.prompt);
        }
        "mv-register" => {
            let versions = list(values, "versions");
            let vector = |version: &Value| -> Vec<u64> {
                version[1]
                    .as_array()
                    .expect("a vector")
                    .iter()
                    .map(|n| n.as_u64().expect("a count"))
                    .collect()
            };
            let replaced = |version: &Value| {
                versions.iter().map(vector).any(|other| {
                    let own = vector(version);
                    let larger: Vec<u64> = own.iter().zip(&other).map(|(a, b)| *a.max(b)).collect();
                    larger == other && other != own
                })
            };
            let mut kept: Vec<i64> =
                versions.iter().filter(|v| !replaced(v)).map(|v| v[0].as_i64().expect("a value")).collect();
            kept.sort_unstable();
            assert_eq!(typed(question), told(kept), "{}", question.prompt);
        }
        _ => assert_eq!(typed(question), told(observed(list(values, "operations"))), "{}", question.prompt),
    });
}

#[test]
fn crdt_merge_as_in_the_syllabus() {
    // G {A:3, B:1} with {A:2, B:4} is {A:3, B:4}, 7.
    assert_eq!(union_size(&[serde_json::json!([3, 1]), serde_json::json!([2, 4])]), 7);
}

struct Placed {
    home: Vec<usize>,
    taken: Vec<usize>,
    hints: Vec<(usize, usize)>,
}

/// Walks the ring position by position from the key, once round.
fn place(values: &Value) -> Placed {
    let (size, key, n) = (int(values, "size"), int(values, "key"), int(values, "n") as usize);
    let positions = ints(values, "positions");
    let down: Vec<usize> = list(values, "down")
        .iter()
        .map(|name| usize::from(name.as_str().expect("a name").as_bytes()[0] - b'A'))
        .collect();
    let mut met = Vec::new();
    for step in 0..size {
        let at = (key + step) % size;
        met.extend(positions.iter().position(|position| *position == at));
    }
    let home = met[..n].to_vec();
    let taken: Vec<usize> = met.iter().copied().filter(|node| !down.contains(node)).take(n).collect();
    let mut spare = taken.iter().filter(|node| !home.contains(node));
    let hints = home
        .iter()
        .filter(|node| down.contains(node))
        .map(|node| (*node, *spare.next().expect("a substitute")))
        .collect();
    Placed { home, taken, hints }
}

fn letter(node: usize) -> String {
    char::from(b'A' + node as u8).to_string()
}

#[test]
fn dynamo_sloppy_quorum() {
    check("dynamo.sloppy-quorum", |question, values| {
        let placed = place(values);
        let names = |key: &str| -> Vec<String> {
            list(values, key).iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
        };
        match word(values, "asks") {
            "nodes" => {
                assert_eq!(
                    typed(question),
                    told(placed.taken.into_iter().map(letter)),
                    "{}",
                    question.prompt
                );
            }
            "hint" => {
                let wanted = word(values, "for");
                let holder = placed.hints.iter().find(|(node, _)| letter(*node) == wanted).expect("a hint").1;
                assert_eq!(typed(question), letter(holder), "{}", question.prompt);
            }
            "holders" => {
                let home: BTreeSet<String> = placed.home.into_iter().map(letter).collect();
                let acked: BTreeSet<String> = names("acked").into_iter().collect();
                let both = home.intersection(&acked).count();
                assert_eq!(number(question), both as f64, "{}", question.prompt);
            }
            _ => {
                let (acked, asked) = (names("acked"), names("asked"));
                let taken: Vec<String> = placed.taken.into_iter().map(letter).collect();
                let home: Vec<String> = placed.home.into_iter().map(letter).collect();
                assert!(acked.iter().all(|name| taken.contains(name)), "only replicas acknowledge");
                assert!(asked.iter().all(|name| home.contains(name)), "only the first N are asked");
                let sees = asked.iter().any(|name| acked.contains(name));
                assert_eq!(chosen(question)[0].starts_with("yes"), sees, "{}", question.prompt);
            }
        }
    });
}

#[derive(Clone, Debug)]
struct Op {
    client: String,
    write: bool,
    value: i64,
    start: i64,
    end: Option<i64>,
}

/// All arrangements of some operations, one after the other; stops when one satisfies.
fn some_order(ops: &mut Vec<Op>, fixed: usize, satisfies: &dyn Fn(&[Op]) -> bool) -> bool {
    if fixed == ops.len() {
        return satisfies(ops);
    }
    for next in fixed..ops.len() {
        ops.swap(fixed, next);
        let found = some_order(ops, fixed + 1, satisfies);
        ops.swap(fixed, next);
        if found {
            return true;
        }
    }
    false
}

fn legal(order: &[Op]) -> bool {
    let mut register = 0;
    order.iter().all(|op| {
        if op.write {
            register = op.value;
        }
        register == op.value
    })
}

/// Tries every arrangement of the finished operations with every choice of the unfinished ones.
fn explained(ops: &[Op], linearizable: bool) -> bool {
    let keeps = |order: &[Op]| {
        order.iter().enumerate().all(|(at, later)| {
            order[at + 1..].iter().all(|earlier| {
                // `earlier` stands behind `later` here; it must not have had to come first.
                if linearizable {
                    earlier.end.is_none_or(|end| end >= later.start)
                } else {
                    earlier.client != later.client || earlier.start > later.start
                }
            })
        })
    };
    let open: Vec<usize> = (0..ops.len()).filter(|&at| ops[at].end.is_none()).collect();
    (0..1_u32 << open.len()).any(|mask| {
        let dropped: Vec<usize> =
            (0..open.len()).filter(|at| mask >> at & 1 == 1).map(|at| open[at]).collect();
        let mut kept: Vec<Op> =
            (0..ops.len()).filter(|at| !dropped.contains(at)).map(|at| ops[at].clone()).collect();
        some_order(&mut kept, 0, &|order| legal(order) && keeps(order))
    })
}

fn read_history(values: &Value) -> Vec<Op> {
    list(values, "operations")
        .iter()
        .map(|op| Op {
            client: word(op, "client").to_owned(),
            write: word(op, "kind") == "write",
            value: op["value"].as_i64().unwrap_or(-1),
            start: int(op, "start"),
            end: op["end"].as_i64(),
        })
        .collect()
}

#[test]
fn consistency_history() {
    check("consistency.history", |question, values| {
        let mut ops = read_history(values);
        match word(values, "asks") {
            "values" => {
                let at = int(values, "asked") as usize;
                let writes = ops.iter().filter(|op| op.write).count() as i64;
                let possible: Vec<String> = (0..=writes)
                    .filter(|&value| {
                        ops[at].value = value;
                        explained(&ops, true)
                    })
                    .map(|value| value.to_string())
                    .collect();
                assert_eq!(chosen(question), possible, "{}", question.prompt);
            }
            asks => {
                let linearizable = asks == "linearizable";
                let holds = !chosen(question)[0].starts_with("not ");
                assert_eq!(holds, explained(&ops, linearizable), "{}", question.prompt);
                // Whatever is linearizable is sequentially consistent.
                assert!(
                    !explained(&ops, true) || explained(&ops, false) || ops.iter().any(|op| op.end.is_none())
                );
            }
        }
    });
}

#[test]
fn consistency_history_as_in_the_syllabus() {
    let op = |client: &str, write, value, start, end| Op {
        client: client.to_owned(),
        write,
        value,
        start,
        end: Some(end),
    };
    // A write from 0 to 10; one reader sees it from 1 to 3, another, later, still the old value.
    let history = [op("P", true, 1, 0, 10), op("Q", false, 1, 1, 3), op("R", false, 0, 4, 6)];
    assert!(!explained(&history, true) && explained(&history, false));
    let swapped = [op("P", true, 1, 0, 10), op("Q", false, 0, 1, 3), op("R", false, 1, 4, 6)];
    assert!(explained(&swapped, true));
}
