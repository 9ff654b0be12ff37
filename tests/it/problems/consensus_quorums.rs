//! Oracles for quorum slices, view changes, and agreement on networks that are not fully linked: by following slices,
//! by ranking, and by counting ways that share no process.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{check, chosen, int, number, typed, word};

/// The slices of each node, as sets of bits.
type Slices = Vec<Vec<u32>>;

const NODES: [&str; 7] = ["A", "B", "C", "D", "E", "F", "G"];

fn set(names: &Value) -> u32 {
    let names = names.as_array().expect("names").iter().map(|name| name.as_str().expect("a name"));
    names
        .map(|name| NODES.iter().position(|node| *node == name).expect("a node"))
        .fold(0, |set, node| set | 1 << node)
}

fn slices(values: &Value) -> Slices {
    let all = values["slices"].as_array().expect("slices").iter();
    all.map(|own| own.as_array().expect("slices").iter().map(set).collect()).collect()
}

fn members(set: u32) -> impl Iterator<Item = usize> {
    (0..NODES.len()).filter(move |node| set >> node & 1 == 1)
}

/// The smallest quorums around a set: some member that lacks a slice takes in one of its slices, each in turn.
fn grow(slices: &Slices, set: u32, found: &mut BTreeSet<u32>) {
    match members(set).find(|&node| slices[node].iter().all(|slice| slice & set != *slice)) {
        None => {
            found.insert(set);
        }
        Some(node) => slices[node].iter().for_each(|slice| grow(slices, set | slice, found)),
    }
}

/// The largest quorum inside a set: whoever has no slice inside goes, until nobody has to.
fn shrink(slices: &Slices, set: u32) -> u32 {
    match members(set).find(|&node| slices[node].iter().all(|slice| slice & set != *slice)) {
        None => set,
        Some(node) => shrink(slices, set - (1 << node)),
    }
}

/// Whether two quorums share no node: if so, one of them fills a side of some division into two.
fn two_apart(slices: &Slices) -> bool {
    let all = (1 << slices.len()) - 1;
    (0..=all).any(|side| shrink(slices, side) != 0 && shrink(slices, all - side) != 0)
}

#[test]
fn federated_quorums() {
    check("federated.quorums", |question, values| {
        let slices = slices(values);
        for (node, own) in slices.iter().enumerate() {
            assert!(own.iter().all(|slice| slice >> node & 1 == 1 && slice.count_ones() >= 2), "{values}");
        }
        match word(values, "asks") {
            "smallest" => {
                let mut found = BTreeSet::new();
                grow(&slices, set(&serde_json::json!([values["node"]])), &mut found);
                let least = found.iter().map(|set| set.count_ones()).min().expect("a quorum");
                let smallest: Vec<u32> = found.into_iter().filter(|set| set.count_ones() == least).collect();
                assert_eq!(smallest.len(), 1, "one answer: {}", question.prompt);
                let names: Vec<&str> = members(smallest[0]).map(|node| NODES[node]).collect();
                assert_eq!(typed(question), format!("({})", names.join(", ")), "{}", question.prompt);
            }
            "quorum" => {
                let set = set(&values["set"]);
                let expected =
                    if shrink(&slices, set) == set { "it is a quorum" } else { "it is not a quorum" };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
            _ => {
                let expected = if two_apart(&slices) {
                    "two quorums share no node"
                } else {
                    "any two quorums share a node"
                };
                assert_eq!(chosen(question), [expected], "{}", question.prompt);
            }
        }
    });
}

#[test]
fn federated_quorums_as_published() {
    // Mazières 2015, figure 2: v1 names {v1 v2 v3}; v2, v3 and v4 name {v2 v3 v4}. All four are the smallest quorum of v1.
    let slices = vec![vec![0b0111], vec![0b1110], vec![0b1110], vec![0b1110]];
    let mut found = BTreeSet::new();
    grow(&slices, 0b0001, &mut found);
    assert_eq!(found, BTreeSet::from([0b1111]));
    assert_eq!(shrink(&slices, 0b1110), 0b1110);
    assert_eq!(shrink(&slices, 0b0111), 0);
    assert!(!two_apart(&slices));
    assert!(two_apart(&vec![vec![0b0011], vec![0b0011], vec![0b1100], vec![0b1100]]));
}

#[test]
fn viewstamped_view_change() {
    check("viewstamped.view-change", |question, values| {
        let n = int(values, "replicas");
        match word(values, "asks") {
            "primary" => {
                // Hand the role on, view by view.
                let primary = (0..int(values, "view")).fold(0, |at, _| if at + 1 == n { 0 } else { at + 1 });
                assert_eq!(number(question), primary as f64, "{}", question.prompt);
            }
            "missing" => {
                let have = int(values, "others") + 1;
                // The fewest that share a replica with every group that may have committed something.
                let enough = (1..=n).find(|&some| 2 * some > n).expect("a majority");
                assert_eq!(number(question), (enough - have) as f64, "{}", question.prompt);
            }
            _ => {
                let mut messages: Vec<Vec<i64>> =
                    serde_json::from_value(values["messages"].clone()).expect("messages");
                let senders: BTreeSet<i64> = messages.iter().map(|message| message[0]).collect();
                assert!(senders.contains(&(int(values, "view") % n)) && 2 * senders.len() as i64 > n);
                assert!(messages.iter().all(|m| m[1] < int(values, "view") && m[3] <= m[2] && m[1] >= 0));
                let commit = messages.iter().fold(0, |most, message| most.max(message[3]));
                messages.sort_by(|a, b| b[2].cmp(&a[2]));
                messages.sort_by(|a, b| b[1].cmp(&a[1]));
                assert!(messages[0][1..3] != messages[1][1..3], "one answer: {}", question.prompt);
                let expected = format!("({}, {}, {commit})", messages[0][0], messages[0][2]);
                assert_eq!(typed(question), expected, "{}", question.prompt);
            }
        }
    });
}

/// Ways from one process to another that share none in between, found by augmenting paths (Menger).
fn ways(near: &[Vec<usize>], from: usize, to: usize) -> usize {
    // Each process is an entrance (2p) and an exit (2p + 1), with room for one between.
    let n = near.len();
    let mut room: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, others) in near.iter().enumerate() {
        room.insert((2 * at, 2 * at + 1), if at == from || at == to { n } else { 1 });
        room.entry((2 * at + 1, 2 * at)).or_insert(0);
        for &other in others {
            room.insert((2 * at + 1, 2 * other), 1);
            room.entry((2 * other, 2 * at + 1)).or_insert(0);
        }
    }
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); 2 * n];
    for &(a, b) in room.keys() {
        next[a].push(b);
    }
    let mut found = 0;
    loop {
        let mut came = vec![usize::MAX; 2 * n];
        let (start, end) = (2 * from + 1, 2 * to);
        came[start] = start;
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            for &other in &next[at] {
                if came[other] == usize::MAX && room[&(at, other)] > 0 {
                    came[other] = at;
                    stack.push(other);
                }
            }
        }
        if came[end] == usize::MAX {
            return found;
        }
        let mut at = end;
        while at != start {
            *room.get_mut(&(came[at], at)).expect("an edge") -= 1;
            *room.get_mut(&(at, came[at])).expect("its back") += 1;
            at = came[at];
        }
        found += 1;
    }
}

fn connectivity(n: usize, links: &BTreeSet<(usize, usize)>) -> usize {
    let linked = |a: usize, b: usize| links.contains(&(a.min(b), a.max(b)));
    let near: Vec<Vec<usize>> =
        (0..n).map(|at| (0..n).filter(|&other| other != at && linked(at, other)).collect()).collect();
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    pairs.filter(|&(a, b)| !linked(a, b)).map(|(a, b)| ways(&near, a, b)).min().unwrap_or(n - 1)
}

fn survives(n: usize, connectivity: usize) -> usize {
    (0..n).filter(|f| n > 3 * f && connectivity > 2 * f).max().expect("none at least")
}

/// Builds a network of a named shape, link by link.
fn build(values: &Value) -> (usize, BTreeSet<(usize, usize)>) {
    let a = int(values, "a") as usize;
    let all = |n: usize| (0..n).flat_map(move |x| (x + 1..n).map(move |y| (x, y)));
    match word(values, "shape") {
        "complete" => (a, all(a).collect()),
        "hypercube" => (1 << a, all(1 << a).filter(|(x, y)| (x ^ y).is_power_of_two()).collect()),
        "bipartite" => {
            let n = a + int(values, "b") as usize;
            (n, all(n).filter(|&(x, y)| x < a && y >= a).collect())
        }
        _ => {
            let reach = int(values, "b") as usize;
            let near = |x: usize, y: usize| (y - x).min(a + x - y) <= reach;
            (a, all(a).filter(|&(x, y)| near(x, y)).collect())
        }
    }
}

#[test]
fn agreement_graph() {
    let known: RefCell<BTreeMap<String, usize>> = RefCell::default();
    check("agreement.graph", |question, values| {
        let expected = match word(values, "asks") {
            "numbers" => survives(int(values, "processes") as usize, int(values, "connectivity") as usize),
            "least" => {
                let (n, f) = (int(values, "processes") as usize, int(values, "faults") as usize);
                (1..n).find(|&connectivity| survives(n, connectivity) >= f).expect("some is enough")
            }
            "shape" => {
                let key = format!("{} {} {}", values["shape"], values["a"], values["b"]);
                *known.borrow_mut().entry(key).or_insert_with(|| {
                    let (n, links) = build(values);
                    survives(n, connectivity(n, &links))
                })
            }
            _ => {
                let links: Vec<(usize, usize)> =
                    serde_json::from_value(values["links"].clone()).expect("links");
                connectivity(int(values, "processes") as usize, &links.into_iter().collect())
            }
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn agreement_graph_by_known_networks() {
    let ring: BTreeSet<(usize, usize)> = [(0, 1), (1, 2), (2, 3), (0, 3)].into();
    assert_eq!(connectivity(4, &ring), 2);
    assert_eq!(connectivity(3, &[(0, 1), (1, 2)].into()), 1);
    // Four fully linked processes survive one traitor; a ring of any length none.
    let (n, all) = build(&serde_json::json!({ "shape": "complete", "a": 4 }));
    assert_eq!((connectivity(n, &all), survives(n, 3)), (3, 1));
    assert_eq!(survives(100, 2), 0);
}
