//! Oracles for the families of `src/problem/storage/` about single-node engines: buffer pools, hash tables, B+trees.

use std::collections::VecDeque;

use retain::card::Form;

use super::{check, draw_with, int, ints, number, typed, word};

#[test]
fn btree_height() {
    check("btree.height", |question, values| {
        let get = |key| int(values, key) as u128;
        let nodes_of = |records: u128| {
            // A node of level i covers leaf · fan^i records.
            let (mut covers, mut counts) = (get("leaf"), Vec::new());
            loop {
                counts.push(records.div_ceil(covers));
                if covers >= records {
                    return counts;
                }
                covers *= get("fan-out");
            }
        };
        let expected = match word(values, "asks") {
            "leaves" => nodes_of(get("records"))[0],
            "height" => nodes_of(get("records")).len() as u128,
            "nodes" => nodes_of(get("records")).iter().sum(),
            "most-records" => {
                let height = get("height") as usize;
                let (mut low, mut high) = (1, 1_u128 << 50);
                while high - low > 1 {
                    let middle = u128::midpoint(low, high);
                    if nodes_of(middle).len() <= height { low = middle } else { high = middle }
                }
                low
            }
            "grows-at" => {
                let height = get("height") as usize;
                let right = number(question) as u128;
                assert!(nodes_of(right).len() == height && nodes_of(right - 1).len() == height - 1);
                right
            }
            "capacity" => {
                let mut pages = 1.0;
                for _ in 0..get("levels") {
                    pages *= get("fan-out") as f64;
                }
                let Form::Number { answer } = &question.form else { panic!("a number is asked for") };
                let unit = match answer.unit.as_str() {
                    "MB" => 1e6,
                    "GB" => 1e9,
                    _ => 1e12,
                };
                let bytes = pages * get("page") as f64 * 1024.0;
                assert!((answer.value * unit - bytes).abs() < bytes * 1e-9, "{}", question.prompt);
                return;
            }
            other => panic!("no oracle for {other}"),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn btree_height_as_in_the_syllabus() {
    let tree = |asks: &str| {
        let parameters = format!("asks = \"{asks}\"\nrecords = 1000000\nleaf = 100\nfan-out = 200");
        number(&draw_with("btree.height", &parameters, 4, 1))
    };
    assert_eq!((tree("leaves"), tree("height")), (10_000.0, 3.0));
    let table = "asks = \"capacity\"\nfan-out = 500\nlevels = 4\npage = 4";
    assert_eq!(number(&draw_with("btree.height", table, 4, 1)), 256.0);
}

/// Hits, evicted pages, and what is left, by queues of pages.
fn trace(policy: &str, frames: usize, trace: &[&str]) -> (usize, Vec<String>, Vec<String>) {
    let (mut hits, mut evicted) = (0, Vec::new());
    // LRU: front is the oldest use. CLOCK: front is where the hand points, with the bit. LRU-2: any order.
    let mut queue: VecDeque<(String, bool)> = VecDeque::new();
    for (time, page) in trace.iter().enumerate() {
        if let Some(at) = queue.iter().position(|(held, _)| held == page) {
            hits += 1;
            if policy == "lru" {
                let entry = queue.remove(at).expect("it is there");
                queue.push_back(entry);
            } else {
                queue[at].1 = true;
            }
            continue;
        }
        if queue.len() == frames {
            let victim = match policy {
                "lru" => 0,
                "clock" => {
                    while queue[0].1 {
                        let (page, _) = queue.pop_front().expect("frames");
                        queue.push_back((page, false));
                    }
                    0
                }
                _ => {
                    // Looks back over the trace, no farther than the page's last load.
                    let ages = |page: &str| {
                        let uses: Vec<usize> = (0..time).filter(|&at| trace[at] == page).collect();
                        let loaded = last_load(page, trace, time, &evicted);
                        let uses: Vec<usize> = uses.into_iter().filter(|&at| at >= loaded).rev().collect();
                        (uses.len() >= 2, *uses.get(1).unwrap_or(&uses[0]))
                    };
                    (0..queue.len()).min_by_key(|&at| ages(&queue[at].0)).expect("frames")
                }
            };
            let (page, _) = queue.remove(victim).expect("a frame");
            evicted.push((time, page));
        }
        queue.push_back(((*page).to_owned(), true));
    }
    let mut left: Vec<String> = queue.into_iter().map(|(page, _)| page).collect();
    left.sort();
    (hits, evicted.into_iter().map(|(_, page)| page).collect(), left)
}

/// The first access after a page's last eviction.
fn last_load(page: &str, trace: &[&str], now: usize, evicted: &[(usize, String)]) -> usize {
    let gone = evicted.iter().rev().find(|(_, held)| held == page).map_or(0, |(time, _)| *time);
    (gone..now).find(|&at| trace[at] == page).expect("it was loaded")
}

#[test]
fn buffer_replacement() {
    check("buffer.replacement", |question, values| {
        let accesses: Vec<&str> = values["trace"]
            .as_array()
            .expect("a trace")
            .iter()
            .map(|page| page.as_str().expect("a page"))
            .collect();
        let (hits, evicted, left) = trace(word(values, "policy"), int(values, "frames") as usize, &accesses);
        match word(values, "asks") {
            "hits" => assert_eq!(number(question), hits as f64, "{}", question.prompt),
            "evicted" => assert_eq!(typed(question), evicted.join(" "), "{}", question.prompt),
            _ => assert_eq!(typed(question), left.join(" "), "{}", question.prompt),
        }
    });
}

#[test]
fn buffer_replacement_as_in_the_syllabus() {
    let accesses: Vec<&str> = "A B C A B D A E B C".split(' ').collect();
    for (policy, hits, evicted) in [("lru", 3, "C B D A"), ("clock", 2, "A B C D A"), ("lru-2", 4, "C D E")] {
        let (found, gone, _) = trace(policy, 3, &accesses);
        assert_eq!((found, gone.join(" ")), (hits, evicted.to_owned()), "{policy}");
    }
}

/// Leaves of the trie that splits wherever more keys share their low bits than a bucket holds: depth and keys.
fn trie(keys: &[i64], capacity: usize, depth: u32, out: &mut Vec<(u32, Vec<i64>)>) {
    if depth >= 1 && keys.len() <= capacity {
        out.push((depth, keys.to_vec()));
        return;
    }
    for bit in 0..2 {
        let side: Vec<i64> = keys.iter().copied().filter(|key| key >> depth & 1 == bit).collect();
        trie(&side, capacity, depth + 1, out);
    }
}

/// The bucket of a key, given how many buckets there are: the largest power that covers them, less one step if absent.
fn linear_place(key: i64, start: i64, buckets: i64) -> i64 {
    let mut modulus = start;
    while modulus < buckets {
        modulus *= 2;
    }
    let place = key % modulus;
    if place < buckets { place } else { key % (modulus / 2) }
}

fn linear_buckets(keys: &[i64], start: i64, capacity: usize) -> i64 {
    let mut buckets = start;
    for (index, &key) in keys.iter().enumerate() {
        let place = linear_place(key, start, buckets);
        let held =
            keys[..index].iter().filter(|&&other| linear_place(other, start, buckets) == place).count();
        buckets += i64::from(held >= capacity);
    }
    buckets
}

fn pointer(start: i64, buckets: i64) -> i64 {
    let mut base = start;
    while base * 2 <= buckets {
        base *= 2;
    }
    buckets - base
}

#[test]
fn hash_insert() {
    check("hash.insert", |question, values| {
        let keys = ints(values, "keys");
        let slot_of = |slots: i64| {
            let mut table = vec![None; slots as usize];
            for &key in &keys {
                let mut from_home = (0..slots).map(|step| ((key + step) % slots) as usize);
                let slot = from_home.find(|&slot| table[slot].is_none()).expect("room");
                table[slot] = Some(key);
            }
            table
        };
        match (word(values, "scheme"), word(values, "asks")) {
            ("probing", "slots") => {
                let table = slot_of(int(values, "slots"));
                let place = |key: &i64| table.iter().position(|held| *held == Some(*key)).expect("inserted");
                let places: Vec<String> = keys.iter().map(|key| place(key).to_string()).collect();
                assert_eq!(typed(question), places.join(", "), "{}", question.prompt);
            }
            ("probing", _) => {
                let table = slot_of(int(values, "slots"));
                let mut looked = 1;
                let mut slot = (int(values, "wanted") % int(values, "slots")) as usize;
                while table[slot].is_some() {
                    looked += 1;
                    slot = if slot + 1 == table.len() { 0 } else { slot + 1 };
                }
                assert_eq!(number(question), f64::from(looked), "{}", question.prompt);
            }
            ("extendible", asks) => {
                let mut leaves = Vec::new();
                trie(&keys, int(values, "capacity") as usize, 0, &mut leaves);
                let expected = match asks {
                    "depth" => leaves.iter().map(|(depth, _)| *depth).max().expect("leaves"),
                    "buckets" => leaves.len() as u32,
                    _ => {
                        let of = int(values, "of");
                        leaves.iter().find(|(_, keys)| keys.contains(&of)).expect("it is somewhere").0
                    }
                };
                assert_eq!(number(question), f64::from(expected), "{}", question.prompt);
            }
            (_, asks) => {
                let start = int(values, "start");
                let buckets = linear_buckets(&keys, start, int(values, "capacity") as usize);
                if asks == "place" {
                    let expected = linear_place(int(values, "of"), start, buckets);
                    assert_eq!(number(question), expected as f64, "{}", question.prompt);
                } else {
                    let expected = format!("{buckets}, {}", pointer(start, buckets));
                    assert_eq!(typed(question), expected, "{}", question.prompt);
                }
            }
        }
    });
}

#[test]
fn hash_insert_as_in_the_syllabus() {
    let mut leaves = Vec::new();
    trie(&[0, 4, 1, 8, 5], 2, 0, &mut leaves);
    assert_eq!(leaves.iter().map(|(depth, _)| *depth).max(), Some(3));
    let buckets = linear_buckets(&[4, 8, 5, 9, 13, 6, 17], 4, 2);
    assert_eq!((buckets, pointer(4, buckets)), (6, 2));
}

/// A B+tree as an arena of nodes with parents, split from the bottom up.
struct Arena {
    nodes: Vec<Node>,
    root: usize,
}

struct Node {
    keys: Vec<i64>,
    children: Vec<usize>,
    parent: Option<usize>,
}

impl Arena {
    fn of(keys: &[i64], most: usize) -> Self {
        let mut arena = Self { nodes: vec![Node { keys: vec![], children: vec![], parent: None }], root: 0 };
        for &key in keys {
            let mut at = arena.root;
            while !arena.nodes[at].children.is_empty() {
                let node = &arena.nodes[at];
                at = node.children[node.keys.partition_point(|&other| other <= key)];
            }
            arena.nodes[at].keys.push(key);
            arena.nodes[at].keys.sort_unstable();
            while arena.nodes[at].keys.len() > most {
                at = arena.split(at);
            }
        }
        arena
    }

    /// Splits a node and returns its parent.
    fn split(&mut self, at: usize) -> usize {
        let is_leaf = self.nodes[at].children.is_empty();
        let size = self.nodes[at].keys.len();
        let keep = if is_leaf { size - size / 2 } else { size / 2 };
        let up = self.nodes[at].keys[keep];
        let keys = self.nodes[at].keys[keep + usize::from(!is_leaf)..].to_vec();
        let children = if is_leaf { vec![] } else { self.nodes[at].children[keep + 1..].to_vec() };
        self.nodes[at].keys.truncate(keep);
        self.nodes[at].children.truncate(keep + 1);
        let fresh = self.nodes.len();
        for &child in &children {
            self.nodes[child].parent = Some(fresh);
        }
        let parent = self.nodes[at].parent.unwrap_or(fresh + 1);
        self.nodes.push(Node { keys, children, parent: Some(parent) });
        if parent > fresh {
            self.nodes[at].parent = Some(parent);
            self.nodes.push(Node { keys: vec![up], children: vec![at, fresh], parent: None });
            self.root = parent;
        } else {
            let place = self.nodes[parent].children.iter().position(|&child| child == at).expect("its child");
            self.nodes[parent].children.insert(place + 1, fresh);
            self.nodes[parent].keys.insert(place, up);
        }
        parent
    }

    fn leaves(&self) -> Vec<Vec<i64>> {
        let mut leaves: Vec<Vec<i64>> =
            self.nodes.iter().filter(|node| node.children.is_empty()).map(|node| node.keys.clone()).collect();
        leaves.sort();
        leaves
    }
}

fn spaced(keys: &[i64]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn leaves(arena: &Arena) -> String {
    arena.leaves().iter().map(|keys| spaced(keys)).collect::<Vec<_>>().join(" | ")
}

#[test]
fn btree_split() {
    check("btree.split", |question, values| match word(values, "asks") {
        "latches" => {
            // Goes down as the thread does.
            let inserts = values["inserts"].as_bool().expect("a switch");
            let mut held = 0;
            for keys in ints(values, "path") {
                held += 1;
                let safe = if inserts { keys < int(values, "most") } else { keys > int(values, "least") };
                if safe {
                    held = 1;
                }
            }
            assert_eq!(number(question), f64::from(held), "{}", question.prompt);
        }
        asks => {
            let tree = Arena::of(&ints(values, "keys"), int(values, "most") as usize);
            let expected = if asks == "root" { spaced(&tree.nodes[tree.root].keys) } else { leaves(&tree) };
            assert_eq!(typed(question), expected, "{}", question.prompt);
        }
    });
}

#[test]
fn btree_split_as_in_the_syllabus() {
    let tree = Arena::of(&[10, 20, 30, 40, 25, 5], 3);
    assert_eq!(spaced(&tree.nodes[tree.root].keys), "20 30");
    assert_eq!(leaves(&tree), "5 10 | 20 25 | 30 40");
}

/// LSN, transaction, kind, page, record undone.
type Record = (i64, i64, String, Option<i64>, Option<i64>);

struct Restart {
    losers: Vec<i64>,
    dirty: Vec<(i64, i64)>,
    redo: Vec<i64>,
    undo: Vec<i64>,
}

/// Derives a restart from what it must achieve: pages as before the crash, then as if losers had never run.
fn restart(log: &[Record], listed: &[(i64, i64)], disk: &[(i64, i64)]) -> Restart {
    let checkpoint = log.iter().find(|record| record.2 == "CHECKPOINT").expect("a checkpoint").0;
    let mut losers: Vec<i64> = log.iter().map(|record| record.1).filter(|&txn| txn > 0).collect();
    losers.sort_unstable();
    losers.dedup();
    losers.retain(|txn| {
        !log.iter().any(|record| record.1 == *txn && matches!(record.2.as_str(), "COMMIT" | "END"))
    });
    let mut dirty: Vec<(i64, i64)> = disk
        .iter()
        .filter_map(|&(page, _)| {
            let before = listed.iter().find(|(other, _)| *other == page).map(|(_, lsn)| *lsn);
            let after = log
                .iter()
                .find(|record| record.0 > checkpoint && record.3 == Some(page))
                .map(|record| record.0);
            Some((page, before.or(after)?))
        })
        .collect();
    dirty.sort_unstable();
    // A page on disk holds exactly what happened to it up to its pageLSN: the rest is what redo must bring back.
    let on_disk = |page: i64| disk.iter().find(|(other, _)| *other == page).expect("a page").1;
    let redo = log
        .iter()
        .filter(|record| record.3.is_some_and(|page| record.0 > on_disk(page)))
        .map(|record| record.0);
    // Each loser's chain backwards, following CLRs past what they undid; then all chains merged.
    let mut undo = Vec::new();
    for loser in &losers {
        let mut chain: Vec<i64> = Vec::new();
        for record in log.iter().filter(|record| record.1 == *loser) {
            match record.2.as_str() {
                "update" => chain.push(record.0),
                "CLR" => assert_eq!(chain.pop(), record.4, "rollbacks go backwards"),
                _ => {}
            }
        }
        undo.extend(chain);
    }
    undo.sort_unstable_by(|a, b| b.cmp(a));
    Restart { losers, dirty, redo: redo.collect(), undo }
}

fn joined(lsns: &[i64]) -> String {
    lsns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn table(dirty: &[(i64, i64)]) -> String {
    dirty.iter().map(|(page, lsn)| format!("P{page}:{lsn}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn recovery_aries() {
    check("recovery.aries", |question, values| {
        let log: Vec<Record> = serde_json::from_value(values["log"].clone()).expect("a log");
        let pairs =
            |key: &str| -> Vec<(i64, i64)> { serde_json::from_value(values[key].clone()).expect("pairs") };
        let restart = restart(&log, &pairs("dirty"), &pairs("disk"));
        let expected = match word(values, "asks") {
            "losers" => super::locks::named(&restart.losers),
            "dirty" => table(&restart.dirty),
            "redo" => joined(&restart.redo),
            _ => joined(&restart.undo),
        };
        assert_eq!(typed(question), expected, "{}", question.prompt);
    });
}

#[test]
fn recovery_aries_as_in_the_syllabus() {
    let record = |lsn, txn, kind: &str, page| (lsn, txn, kind.to_owned(), page, None);
    let log = [
        record(20, 1, "update", Some(5)),
        record(40, 2, "update", Some(3)),
        record(50, 0, "CHECKPOINT", None),
        record(60, 1, "update", Some(1)),
        record(70, 1, "COMMIT", None),
        record(80, 1, "END", None),
        record(100, 3, "update", Some(5)),
        record(110, 2, "update", Some(4)),
    ];
    let restart = restart(&log, &[(5, 20), (3, 40)], &[(1, 0), (3, 0), (4, 0), (5, 20)]);
    assert_eq!(restart.losers, [2, 3]);
    assert_eq!(table(&restart.dirty), "P1:60 P3:40 P4:110 P5:20");
    assert_eq!(restart.redo, [40, 60, 100, 110]);
    assert_eq!(restart.undo, [110, 100, 40]);
}
